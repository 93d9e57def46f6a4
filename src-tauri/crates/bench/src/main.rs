//! Measures the durable capture server beside a bare one, on the same machine, in the same minutes.
//!
//! What it promises: both servers run in turns under the same load; the floor (one synced row by SQLite alone) is
//! measured in each round; after each turn the product is killed, not stopped, and every delivery that it
//! acknowledged is looked for; everything is bounded in time, and no process but its own children is ended.
//! What it leaves out: other people's programs, the network, Windows and macOS's figures for processor time.
//!
//! Started by `cargo xtask bench capture`, which builds what it needs first. See `docs/benchmarks.md`.
// A program that prints is what this is.
#![allow(clippy::print_stdout, clippy::print_stderr)]

mod bare;
mod deliveries;
mod figures;
mod floor;
mod goals;
mod host;
mod load;
mod providers;
mod report;
mod rounds;
mod servers;

use anyhow::{Context as _, Result, bail};
use std::process::ExitCode;
use std::time::Duration;

const HELP: &str = "\
waybill-bench [--rounds N] [--seconds S] [--connections 1,16,64] [--gate]
    Measure. `--gate`: exit 1 when a goal of docs/benchmarks.md is missed.
waybill-bench providers [--rounds N] [--gate]
    Eight connections read side by side, and long lists.
waybill-bench drive ADDRESS PATH CONNECTIONS SECONDS
    Only the load, for a server that runs already (under a profiler, say).
waybill-bench bare
waybill-bench host FOLDER
    Only a server: the bare one, or the product's engine on a data folder. It tells its address, and ends when its
    standard input does.";

fn main() -> ExitCode {
    match dispatch() {
        Ok(code) => code,
        Err(error) => {
            eprintln!("bench: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn dispatch() -> Result<ExitCode> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match words[..] {
        ["bare"] => bare::run().map(|()| ExitCode::SUCCESS),
        ["host", folder] => host::run(std::path::Path::new(folder)).map(|()| ExitCode::SUCCESS),
        ["providers", ref rest @ ..] => providers::run(rest),
        ["drive", address, path, connections, seconds] => {
            let seconds: f64 = seconds.parse().context("the seconds are no number")?;
            drive(address.parse()?, path, connections.parse()?, seconds)
        }
        ["help" | "--help" | "-h"] => {
            println!("{HELP}");
            Ok(ExitCode::SUCCESS)
        }
        _ => measure(&options(&words)?),
    }
}

fn drive(address: std::net::SocketAddr, path: &str, connections: usize, seconds: f64) -> Result<ExitCode> {
    let requests = deliveries::requests(path, "127.0.0.1");
    let time = load::Time { warm: Duration::from_millis(300), measured: bounded(seconds) };
    let run = load::run(address, &requests, connections, time, None)?;
    println!(
        "{:.0} req/s, p50 {:.2} ms, p99 {:.2} ms; {} accepted, {} refused, {} broken off",
        run.per_second(),
        run.latency(0.5),
        run.latency(0.99),
        run.accepted,
        run.refused,
        run.broken
    );
    Ok(ExitCode::SUCCESS)
}

fn measure(options: &rounds::Options) -> Result<ExitCode> {
    let measured = rounds::run(options)?;
    let judged = goals::judge(&measured);
    println!("{}", report::table(&measured, &judged));
    let file = report::write(&measured, &judged)?;
    println!("\n{}", file.display());
    // What was lost is no matter of goals.
    if let Some(lost) = measured.losses().next() {
        bail!("{lost}");
    }
    let missed = judged.iter().any(|goal| goal.outcome == goals::Outcome::Missed);
    Ok(if options.gate && missed { ExitCode::FAILURE } else { ExitCode::SUCCESS })
}

fn options(words: &[&str]) -> Result<rounds::Options> {
    let mut options = rounds::Options::default();
    let mut words = words.iter();
    while let Some(word) = words.next() {
        if *word == "--gate" {
            options.gate = true;
            continue;
        }
        let value =
            words.next().with_context(|| format!("`{word}` is unknown or wants a value\n\n{HELP}"))?;
        match *word {
            "--rounds" => options.rounds = value.parse::<usize>().context("--rounds")?.clamp(1, 100),
            "--seconds" => options.measured = bounded(value.parse().context("--seconds")?),
            "--connections" => {
                options.connections = value
                    .split(',')
                    .map(|number| number.parse().map(|number: usize| number.clamp(1, 512)))
                    .collect::<Result<_, _>>()
                    .context("--connections")?;
            }
            other => bail!("`{other}` is unknown\n\n{HELP}"),
        }
    }
    Ok(options)
}

/// No load lasts longer than half a minute.
fn bounded(seconds: f64) -> Duration {
    Duration::from_secs_f64(if seconds.is_finite() { seconds.clamp(0.1, 30.0) } else { 2.0 })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_become_options() {
        let check = |words: &[&str], expected: Option<(usize, u128, &[usize], bool)>| {
            let found = options(words).ok();
            let found =
                found.as_ref().map(|o| (o.rounds, o.measured.as_millis(), &o.connections[..], o.gate));
            assert_eq!(found, expected, "{words:?}");
        };
        check(&[], Some((5, 2_000, &[1, 16, 64], false)));
        check(&["--gate", "--rounds", "7"], Some((7, 2_000, &[1, 16, 64], true)));
        check(&["--seconds", "0.5", "--connections", "64"], Some((5, 500, &[64], false)));
        check(&["--seconds", "1e9"], Some((5, 30_000, &[1, 16, 64], false)));
        check(&["--rounds"], None);
        check(&["--rounds", "x"], None);
        check(&["--speed", "1"], None);
    }
}
