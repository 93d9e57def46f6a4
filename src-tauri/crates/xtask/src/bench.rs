//! Measurements. Each is a program of its own, built for release.

use crate::{command, setup};
use anyhow::{Result, bail};
use std::process::ExitCode;

/// A measurement: its word, and what it takes.
const ALL: &[(&str, fn(&[String]) -> Result<ExitCode>)] =
    &[("capture", capture), ("providers", providers), ("signature", signature), ("start", start)];

/// Runs the measurement that the first argument names with the rest of them.
pub(crate) fn run(arguments: &[String]) -> Result<ExitCode> {
    let known = || ALL.iter().map(|(word, _)| *word).collect::<Vec<_>>().join(", ");
    let Some((word, rest)) = arguments.split_first() else {
        bail!("`bench` wants one of: {}", known());
    };
    match ALL.iter().find(|(name, _)| name == word) {
        Some((_, measure)) => measure(rest),
        None => bail!("there is no measurement `{word}`; there are: {}", known()),
    }
}

/// The capture server beside a bare one. Wants neither the window nor its system packages.
fn capture(rest: &[String]) -> Result<ExitCode> {
    command::cargo("build")
        .args(&["--release", "--bins", "--example", "raw_commit"])
        .args(&["--package", "waybill-cli", "--package", "waybill-bench", "--package", "waybill-store"])
        .run()?;
    let name = format!("waybill-bench{}", std::env::consts::EXE_SUFFIX);
    command::Run::new(command::root().join("target/release").join(name)).args(rest).replace()
}

/// Eight connections side by side, and long lists.
fn providers(rest: &[String]) -> Result<ExitCode> {
    command::cargo("build")
        .args(&["--release", "--package", "waybill-bench", "--bin", "waybill-bench"])
        .run()?;
    let name = format!("waybill-bench{}", std::env::consts::EXE_SUFFIX);
    command::Run::new(command::root().join("target/release").join(name))
        .args(&["providers"])
        .args(rest)
        .replace()
}

/// Abrupt ends and lost answers, judged.
pub(crate) fn faults(rest: &[String]) -> Result<ExitCode> {
    command::cargo("build")
        .args(&["--release", "--quiet", "--package", "waybill-bench", "--bin", "waybill-faults"])
        .run()?;
    let name = format!("waybill-faults{}", std::env::consts::EXE_SUFFIX);
    command::Run::new(command::root().join("target/release").join(name)).args(rest).replace()
}

/// Verification beside the bare HMAC, and the search for a cause. Wants what a plain build wants.
fn signature(rest: &[String]) -> Result<ExitCode> {
    command::cargo("bench")
        .args(&["--quiet", "--package", "waybill-signature", "--bench", "signature", "--"])
        .args(rest)
        .replace()
}

/// The window, from its start to its being of use. `cargo bench` builds for release.
fn start(rest: &[String]) -> Result<ExitCode> {
    setup::prepare(setup::Goal::Test)?;
    command::cargo("bench")
        .args(&["--quiet", "--package", "waybill-desktop", "--bench", "start", "--"])
        .args(rest)
        .replace()
}
