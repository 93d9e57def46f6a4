//! The diagnosis: for every cause deliveries that fail by it, and what it names first; the causes that
//! published vectors name; that it stops, goes on, never panics and shows no secret.

mod bodies;
mod case;
mod requests;
mod robust;
mod secrets;
mod vectors;

use case::Case;
use std::collections::BTreeMap;

/// The share of deliveries whose cause must be named first.
const SHARE: f64 = 0.98;

#[test]
fn every_cause_is_named_first() {
    let cases: Vec<Case> = [bodies::cases(), secrets::cases(), requests::cases()].concat();
    let mut table: BTreeMap<&str, (usize, usize)> = BTreeMap::new();
    let mut missed = Vec::new();
    for case in &cases {
        let report = case.diagnose();
        assert!(report.complete, "{}", case.name);
        let first = report.causes.first().map_or("nothing", |cause| cause.code);
        let row = table.entry(case.cause).or_default();
        row.0 += 1;
        if first == case.cause || case.also.contains(&first) {
            row.1 += 1;
        } else {
            let all: Vec<String> = report
                .causes
                .iter()
                .map(|cause| format!("{} ({})", cause.code, cause.confidence.code()))
                .collect();
            missed.push(format!("{}: {} expected, found {}", case.name, case.cause, all.join(", ")));
        }
    }
    println!("{:34} | cases | first | share", "cause");
    for (cause, (all, first)) in &table {
        println!("{cause:34} | {all:5} | {first:5} | {:5.1} %", share(*first, *all) * 100.0);
    }
    let first: usize = table.values().map(|(_, first)| first).sum();
    println!("{:34} | {:5} | {first:5} | {:5.1} %", "all", cases.len(), share(first, cases.len()) * 100.0);
    let missing = missed.join("\n");
    println!("missed:\n{missing}");
    assert!(cases.len() >= 300, "only {} cases", cases.len());
    assert!(share(first, cases.len()) >= SHARE, "{} missed:\n{missing}", missed.len());
    for (cause, (all, first)) in &table {
        assert!(share(*first, *all) >= 0.5, "{cause}: {first} of {all}");
    }
}

fn share(part: usize, whole: usize) -> f64 {
    f64::from(u32::try_from(part).unwrap()) / f64::from(u32::try_from(whole).unwrap())
}
