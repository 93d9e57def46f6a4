//! How long verification and diagnosis take: `cargo xtask bench signature`.
//!
//! Verification is measured against the bare HMAC of the same bytes by the same library, in turns within one run,
//! so that what else the machine does falls on both. Criterion's figures come first, the goals after them.
//! `--gate`: exit status 1 when a goal is missed. `--goals`: without criterion. `--rounds N` (41).
//! `--profile`: nothing but the verdict on a short body, for a profiler.
#![allow(
    clippy::print_stdout,
    clippy::unwrap_used,
    missing_docs,
    reason = "a program that prints is what this is"
)]

mod case;
mod diagnosis;
#[path = "../../../bench/src/figures.rs"]
#[allow(dead_code, unused_imports, reason = "the other measurement uses the rest, and runs its tests")]
mod figures;

use case::{Case, timed};
use criterion::{Criterion, Throughput};
use figures::Spread;
use std::process::ExitCode;
use std::time::Duration;
use waybill_signature::Catalogue;

const SCHEMES: [&str; 2] = ["stripe", "standard-webhooks-v1"];
/// Length of a body, its name, how often it is taken in one turn, turns of a round, and the goal. A turn of short
/// bodies takes a fraction of a millisecond: the machine's scheduler breaks into few of them.
const SIZES: [(usize, &str, u32, usize, f64); 2] =
    [(1_536, "1.5 KiB", 100, 101, 1.30), (10 << 20, "10 MiB", 1, 3, 1.05)];

struct Options {
    gate: bool,
    criterion: bool,
    profile: bool,
    rounds: usize,
}

fn options() -> Options {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let has = |word: &str| arguments.iter().any(|argument| argument == word);
    let rounds = arguments.iter().skip_while(|argument| *argument != "--rounds").nth(1);
    let rounds = rounds.and_then(|number| number.parse().ok()).unwrap_or(41_usize);
    Options {
        gate: has("--gate"),
        criterion: !has("--goals"),
        profile: has("--profile"),
        rounds: rounds.clamp(3, 1_001),
    }
}

fn main() -> ExitCode {
    let options = options();
    let catalogue = Catalogue::embedded();
    if options.profile {
        let case = Case::new(&catalogue, SCHEMES[0], SIZES[0].0);
        case.with(|request| timed(2_000_000, || case.prepared(request)));
        return ExitCode::SUCCESS;
    }
    if options.criterion {
        by_criterion(&catalogue);
    }
    println!("\n{:<52} {:>9} {:>19} {:>8}", "goal", "found", "(min..max)", "must");
    let mut missed = false;
    for (length, size, times, turns, must) in SIZES {
        for id in SCHEMES {
            let case = Case::new(&catalogue, id, length);
            let [prepared, check, verify, bare] = ratios(&case, times, turns, options.rounds);
            missed |= judge(&format!("check ÷ bare HMAC, {id}, {size}"), prepared, must, "");
            println!(
                "    nothing prepared {:.3}; with all that is shown {:.3}; bare {:.3} µs",
                check.median, verify.median, bare.median
            );
        }
    }
    missed |=
        judge("full single-fault diagnosis, 50 secrets, 1.5 KiB", diagnosis::time(&catalogue), 50.0, " ms");
    if options.gate && missed { ExitCode::FAILURE } else { ExitCode::SUCCESS }
}

/// Times over that of the bare HMAC, of each round: of the verdict with the secrets read before, of the verdict
/// alone, of all that is shown; and µs of the bare one.
/// Each of them has its turns in a round, one after the other; its median turn counts.
fn ratios(case: &Case<'_>, times: u32, turns: usize, rounds: usize) -> [Spread; 4] {
    let mut found = [const { Vec::new() }; 4];
    case.with(|request| {
        let round = || {
            let mut taken = [const { Vec::new() }; 4];
            for _ in 0..turns {
                let turn = [
                    timed(times, || case.bare()),
                    timed(times, || case.prepared(request)),
                    timed(times, || case.check(request)),
                    timed(times, || case.verify(request)),
                ];
                for (all, one) in taken.iter_mut().zip(turn) {
                    all.push(one.as_secs_f64());
                }
            }
            let [bare, prepared, check, verify] = taken.map(|all| Spread::of(all).unwrap().median);
            [prepared / bare, check / bare, verify / bare, bare * 1e6 / f64::from(times)]
        };
        round();
        for _ in 0..rounds {
            for (all, one) in found.iter_mut().zip(round()) {
                all.push(one);
            }
        }
    });
    found.map(|figures| Spread::of(figures).unwrap())
}

/// Prints one line; tells whether the goal is missed.
fn judge(goal: &str, found: Spread, must: f64, unit: &str) -> bool {
    let missed = found.median > must;
    println!(
        "{goal:<52} {:>9} {:>19} {:>8}  {}",
        format!("{:.3}{unit}", found.median),
        format!("({:.3}..{:.3})", found.min, found.max),
        format!("≤ {must:.2}"),
        if missed { "MISSED" } else { "met" },
    );
    missed
}

fn by_criterion(catalogue: &Catalogue) {
    let mut criterion = Criterion::default()
        .warm_up_time(Duration::from_millis(500))
        .measurement_time(Duration::from_secs(2))
        .sample_size(20);
    for (length, size, ..) in SIZES {
        let mut group = criterion.benchmark_group(size);
        group.throughput(Throughput::Bytes(length as u64));
        for id in SCHEMES {
            let case = Case::new(catalogue, id, length);
            group.bench_function(format!("bare HMAC of {id}"), |bencher| bencher.iter(|| case.bare()));
            case.with(|request| {
                group.bench_function(format!("prepared {id}"), |bencher| {
                    bencher.iter(|| case.prepared(request))
                });
                group.bench_function(format!("check {id}"), |bencher| bencher.iter(|| case.check(request)));
                group.bench_function(format!("verify {id}"), |bencher| bencher.iter(|| case.verify(request)));
            });
        }
        group.finish();
    }
    diagnosis::by_criterion(&mut criterion, catalogue);
}
