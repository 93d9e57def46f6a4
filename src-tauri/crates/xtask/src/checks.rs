//! `cargo xtask test`: every check and every test, in order of their cost, each to its end.
//!
//! A step that fails does not stop the ones after it: one run tells everything that is wrong. What a runner
//! prints is seen as it prints it. All cargo steps share one profile and one feature set, so that nothing is
//! compiled twice.

use crate::{
    command::{cargo, find, npm, root},
    libraries,
    packages::Need,
    system, window,
};
use anyhow::{Result, bail};
use std::{
    process::ExitCode,
    time::{Duration, Instant},
};

/// One step: its name, and what it does.
struct Step {
    name: &'static str,
    work: fn() -> Result<()>,
}

const STEPS: &[Step] = &[
    Step { name: "npm packages", work: window::packages },
    Step {
        name: "window",
        work: || window::build(window::SHIPPED).and_then(|()| window::build(window::BRIDGE)),
    },
    Step { name: "rustfmt", work: || cargo("fmt").args(&["--all", "--check"]).run() },
    Step { name: "clippy", work: clippy },
    Step {
        name: "build",
        work: || cargo("build").args(&["--workspace", "--lib", "--bins", "--tests"]).run(),
    },
    Step { name: "libraries", work: libraries::packages },
    Step { name: "cargo test", work: || cargo("test").args(&["--workspace", "--no-fail-fast"]).run() },
    Step { name: "ui lint", work: || npm().args(&["run", "--silent", "lint"]).run() },
    Step { name: "ui unit", work: || npm().args(&["run", "--silent", "test"]).run() },
    Step { name: "ui browser", work: browser },
    Step { name: "real window", work: real_window },
];

fn clippy() -> Result<()> {
    cargo("clippy").args(&["--workspace", "--all-targets", "--", "-D", "warnings"]).run()
}

fn browser() -> Result<()> {
    let names = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"];
    let mut run = npm()
        .args(&["run", "--silent", "e2e"])
        .env("WAYBILL_BRIDGE", program("waybill-bridge"))
        .env("WAYBILL_SIMULATE", program("waybill-simulate"));
    if let Some(chromium) = names.into_iter().find_map(find) {
        run = run.env("WAYBILL_CHROMIUM", chromium);
    }
    run.run()
}

fn real_window() -> Result<()> {
    if !cfg!(target_os = "linux") {
        println!("the real window is driven on Linux only: skipped");
        return Ok(());
    }
    cargo("test").args(&["--workspace", "--test", "desktop"]).run()
}

/// A program that the build step has made.
fn program(name: &str) -> std::path::PathBuf {
    root().join("target/debug").join(format!("{name}{}", std::env::consts::EXE_SUFFIX))
}

/// Runs all steps, or those whose names were given.
pub(crate) fn run(arguments: &[String]) -> Result<ExitCode> {
    let chosen = choose(arguments)?;
    let start = Instant::now();
    println!("━━ set-up");
    system::packages(Need::Test)?;
    let mut results = Vec::new();
    for (number, step) in chosen.iter().enumerate() {
        println!("\n━━ {}/{} {}", number + 1, chosen.len(), step.name);
        let begun = Instant::now();
        let result = (step.work)();
        if let Err(error) = &result {
            println!("xtask: {error:#}");
        }
        println!("━━ {} {} in {}", step.name, outcome(result.is_ok()), seconds(begun.elapsed()));
        results.push((step.name, result.is_ok(), begun.elapsed()));
    }
    Ok(summary(&results, start.elapsed()))
}

fn choose(arguments: &[String]) -> Result<Vec<&'static Step>> {
    if arguments.is_empty() {
        return Ok(STEPS.iter().collect());
    }
    let names = || STEPS.iter().map(|step| format!("'{}'", step.name)).collect::<Vec<_>>().join(", ");
    if let Some(unknown) = arguments.iter().find(|name| STEPS.iter().all(|step| step.name != name.as_str())) {
        bail!("there is no step '{unknown}'; there are {}", names());
    }
    Ok(STEPS.iter().filter(|step| arguments.iter().any(|name| name == step.name)).collect())
}

fn summary(results: &[(&str, bool, Duration)], whole: Duration) -> ExitCode {
    println!("\n━━ summary");
    for (name, good, time) in results {
        println!("  {:<14} {:<7} {:>8}", name, outcome(*good), seconds(*time));
    }
    let failed: Vec<&str> = results.iter().filter(|(_, good, _)| !good).map(|(name, ..)| *name).collect();
    if failed.is_empty() {
        println!("all {} steps passed in {}", results.len(), seconds(whole));
        return ExitCode::SUCCESS;
    }
    println!(
        "{} of {} steps failed in {}: {}",
        failed.len(),
        results.len(),
        seconds(whole),
        failed.join(", ")
    );
    ExitCode::FAILURE
}

fn outcome(good: bool) -> &'static str {
    if good { "passed" } else { "FAILED" }
}

fn seconds(time: Duration) -> String {
    format!("{:.1} s", time.as_secs_f64())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn steps_are_chosen_by_name_in_their_own_order() {
        let names = |arguments: &[&str]| {
            let arguments: Vec<String> = arguments.iter().map(ToString::to_string).collect();
            choose(&arguments).map(|steps| steps.iter().map(|step| step.name).collect::<Vec<_>>()).ok()
        };
        assert_eq!(names(&[]).map(|all| all.len()), Some(STEPS.len()));
        assert_eq!(names(&["ui unit", "rustfmt"]), Some(vec!["rustfmt", "ui unit"]));
        assert_eq!(names(&["rustfmt", "nothing"]), None);
    }

    #[test]
    fn one_failure_fails_the_run() {
        let time = Duration::ZERO;
        let code = |results: &[(&str, bool, Duration)]| format!("{:?}", summary(results, time));
        assert_eq!(code(&[("a", true, time), ("b", true, time)]), format!("{:?}", ExitCode::SUCCESS));
        assert_eq!(code(&[("a", false, time), ("b", true, time)]), format!("{:?}", ExitCode::FAILURE));
    }
}
