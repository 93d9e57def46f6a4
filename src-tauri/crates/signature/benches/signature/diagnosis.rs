//! The search for the cause of one failure, through every single fault, with as many secrets as a team has.

use crate::case::{Case, NOW};
use crate::figures::Spread;
use criterion::Criterion;
use std::collections::BTreeMap;
use std::time::Instant;
use waybill_signature::{Candidate, Catalogue, Question, Report, Role, Search};

const SECRETS: usize = 50;
/// What the search calls its trials of two faults at once.
const PAIRS: &str = "two faults at once";

/// Secrets of the shapes that people keep, none of them the sender's.
fn secrets() -> Vec<(String, String)> {
    let shape = |n: usize| match n % 4 {
        0 => format!("whsec_{:032x}", n * 7919),
        1 => format!("whsec_MDEyMzQ1Njc4OWFiY2RlZmdoaWpr{:04}", n),
        2 => format!("{:064x}", n * 104_729),
        _ => format!("sk_test_{:024}", n * 15_485_863),
    };
    (0..SECRETS).map(|n| (format!("secret {n}"), shape(n))).collect()
}

/// Searches a request whose signature no single fault explains; the search ends before pairs begin.
fn search(catalogue: &Catalogue, case: &Case<'_>, secrets: &[(String, String)]) -> Report {
    let candidates: Vec<Candidate<'_>> = secrets
        .iter()
        .enumerate()
        .map(|(n, (name, bytes))| Candidate {
            name,
            bytes: bytes.as_bytes(),
            of_inbox: n == 0,
            role: [Role::Current, Role::Previous, Role::Retired, Role::Token][n % 4],
        })
        .collect();
    case.with(|request| {
        let question = Question {
            scheme: case.scheme,
            request,
            candidates: &candidates,
            config: &BTreeMap::new(),
            now: NOW,
            handler_body: None,
        };
        let mut search = Search::new(catalogue, question);
        // The search is asked for what it has tried after every step; it begins with pairs when no single fault is
        // left.
        loop {
            let mut once = true;
            let progress = search.run(&mut || std::mem::take(&mut once));
            let report = search.report();
            if progress.complete || report.tried.iter().any(|tried| tried.what == PAIRS) {
                return report;
            }
        }
    })
}

fn case(catalogue: &Catalogue) -> Case<'_> {
    Case::new(catalogue, "stripe", 1_536)
}

/// Milliseconds of the whole search.
pub(crate) fn time(catalogue: &Catalogue) -> Spread {
    let (case, secrets) = (case(catalogue), secrets());
    let report = search(catalogue, &case, &secrets);
    let comparisons: u64 =
        report.tried.iter().filter(|tried| tried.what != PAIRS).map(|tried| tried.count).sum();
    assert!(
        !report.complete && comparisons > 1_000,
        "{comparisons} comparisons of single faults: {report:?}"
    );
    println!("    the diagnosis makes {comparisons} comparisons of single faults");
    let runs = (0..21).map(|_| {
        let start = Instant::now();
        std::hint::black_box(search(catalogue, &case, &secrets));
        start.elapsed().as_secs_f64() * 1e3
    });
    Spread::of(runs.collect::<Vec<_>>()).unwrap()
}

pub(crate) fn by_criterion(criterion: &mut Criterion, catalogue: &Catalogue) {
    let (case, secrets) = (case(catalogue), secrets());
    criterion.bench_function("diagnosis", |bencher| bencher.iter(|| search(catalogue, &case, &secrets)));
}
