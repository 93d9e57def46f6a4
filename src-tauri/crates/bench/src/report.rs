//! The table for people and the file for programs.

use crate::figures::Spread;
use crate::goals::{Bound, Judged};
use crate::rounds::{Measured, Sample, Turn};
use anyhow::Result;
use serde_json::{Value, json};
use std::fmt::Write as _;
use std::path::PathBuf;
use std::time::{SystemTime, UNIX_EPOCH};

/// The measured figures and what they are held to.
pub(crate) fn table(measured: &Measured, judged: &[Judged]) -> String {
    let mut out = String::new();
    let load = |load: Option<f64>| load.map_or_else(|| "?".to_owned(), |load| format!("{load:.1}"));
    let _ = writeln!(
        out,
        "{} rounds of {:.1} s, {} processors, load average {} before and {} after",
        measured.rounds.len(),
        measured.options.measured.as_secs_f64(),
        measured.processors,
        load(measured.load.0),
        load(measured.load.1),
    );
    let sync = measured.sync;
    let _ = writeln!(
        out,
        "raw sync    {:>7.0}/s   p50 {:.2} ms, p99 {:.2} ms",
        sync.per_second, sync.p50, sync.p99
    );
    if let Some(raw) = Spread::of(measured.rounds.iter().map(|round| round.raw_commits)) {
        let p99 = Spread::of(measured.rounds.iter().map(|round| round.raw_commit_p99_ms));
        let _ = writeln!(
            out,
            "raw commit  {:>7.0}/s   ({:.0}..{:.0}), p99 {:.2} ms",
            raw.median,
            raw.min,
            raw.max,
            p99.map_or(0.0, |p99| p99.median)
        );
    }
    let _ = writeln!(
        out,
        "\n{:>5}  {:<8} {:>8} {:>18} {:>8} {:>8} {:>8} {:>18}",
        "conns", "server", "req/s", "(min..max)", "p50 ms", "p99 ms", "CPU µs", "÷ bare (min..max)"
    );
    for connections in &measured.options.connections {
        out.push_str(&line(measured, *connections, "bare", |turn| Some(&turn.bare)));
        out.push_str(&line(measured, *connections, "Waybill", |turn| Some(&turn.product)));
        out.push_str(&line(measured, *connections, "listen", |turn| {
            turn.listen.as_ref().map(|(sample, _)| sample)
        }));
        if measured.is_noisy(*connections) {
            let _ = writeln!(out, "       noisy: bare differs by more than 40 % between rounds");
        }
    }
    let found: u64 =
        measured.rounds.iter().flat_map(|round| &round.turns).map(|turn| turn.books.stored).sum();
    let _ = writeln!(out, "\n{found} deliveries acknowledged, killed, and found again and verified:");
    let mut losses = measured.losses().peekable();
    if losses.peek().is_none() {
        let _ = writeln!(out, "  all");
    }
    for loss in losses {
        let _ = writeln!(out, "  NOT ALL: {loss}");
    }
    let _ =
        writeln!(out, "\n{:<40} {:>7} {:>16} {:>8} {:>9}", "goal", "found", "(min..max)", "must", "moonshot");
    for goal in judged {
        let sign = if goal.bound == Bound::AtLeast { '≥' } else { '≤' };
        let _ = writeln!(
            out,
            "{:<40} {:>7.2} {:>16} {:>8} {:>9}  {}",
            goal.name,
            goal.found.median,
            format!("({:.2}..{:.2})", goal.found.min, goal.found.max),
            format!("{sign} {:.2}", goal.must),
            format!("{sign} {:.2}", goal.moonshot),
            goal.outcome.word(),
        );
    }
    out.trim_end().to_owned()
}

fn line(measured: &Measured, connections: usize, name: &str, server: fn(&Turn) -> Option<&Sample>) -> String {
    let over = |figure: fn(&Sample) -> f64| {
        measured.over(connections, |_, turn| server(turn).map_or(f64::NAN, figure))
    };
    let Some(speed) = over(|sample| sample.per_second) else { return String::new() };
    let middle = |figure: fn(&Sample) -> f64| over(figure).map_or(f64::NAN, |spread| spread.median);
    let ratio = measured.over(connections, |_, turn| {
        server(turn).map_or(f64::NAN, |sample| sample.per_second / turn.bare.per_second)
    });
    let ratio = ratio.filter(|_| name != "bare").map_or_else(String::new, |ratio| {
        format!("{:.2} ({:.2}..{:.2})", ratio.median, ratio.min, ratio.max)
    });
    let line = format!(
        "{connections:>5}  {name:<8} {:>8.0} {:>18} {:>8.2} {:>8.2} {:>8.1} {ratio:>18}",
        speed.median,
        format!("({:.0}..{:.0})", speed.min, speed.max),
        middle(|sample| sample.p50_ms),
        middle(|sample| sample.p99_ms),
        middle(|sample| sample.processor_us.unwrap_or(f64::NAN)),
    );
    format!("{}\n", line.trim_end())
}

/// Writes every figure of every round; tells where.
pub(crate) fn write(measured: &Measured, judged: &[Judged]) -> Result<PathBuf> {
    let rounds: Vec<Value> = measured
        .rounds
        .iter()
        .map(|round| {
            json!({
                "raw_commits_per_second": round.raw_commits,
                "raw_commit_p99_ms": round.raw_commit_p99_ms,
                "turns": round.turns.iter().map(turn).collect::<Vec<_>>(),
            })
        })
        .collect();
    let goals: Vec<Value> = judged
        .iter()
        .map(|goal| {
            json!({
                "name": goal.name,
                "found": goal.found.json(),
                "bound": if goal.bound == Bound::AtLeast { "at_least" } else { "at_most" },
                "must": goal.must,
                "moonshot": goal.moonshot,
                "outcome": format!("{:?}", goal.outcome).to_lowercase(),
            })
        })
        .collect();
    let noisy: Vec<usize> =
        measured.options.connections.iter().copied().filter(|count| measured.is_noisy(*count)).collect();
    let document = json!({
        "at_unix": SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |time| time.as_secs()),
        "build": if cfg!(debug_assertions) { "debug" } else { "release" },
        "processors": measured.processors,
        "load_average": { "before": measured.load.0, "after": measured.load.1 },
        "seconds": measured.options.measured.as_secs_f64(),
        "raw_sync": { "per_second": measured.sync.per_second, "p50_ms": measured.sync.p50, "p99_ms": measured.sync.p99 },
        "noisy_at_connections": noisy,
        "lost": measured.losses().collect::<Vec<_>>(),
        "goals": goals,
        "rounds": rounds,
    });
    let file = measured.folder.join("capture.json");
    std::fs::write(&file, format!("{document:#}\n"))?;
    Ok(file)
}

fn turn(turn: &Turn) -> Value {
    let sample = |sample: &Sample| {
        json!({
            "per_second": sample.per_second,
            "p50_ms": sample.p50_ms,
            "p99_ms": sample.p99_ms,
            "cpu_us_per_request": sample.processor_us,
            "peak_resident_mib": sample.peak_mib,
        })
    };
    json!({
        "connections": turn.connections,
        "bare": sample(&turn.bare),
        "waybill": sample(&turn.product),
        "listen": turn.listen.as_ref().map(|(listen, _)| sample(listen)),
        "ratio": turn.product.per_second / turn.bare.per_second,
        "acknowledged": turn.books.acknowledged,
        "stored": turn.books.stored,
    })
}
