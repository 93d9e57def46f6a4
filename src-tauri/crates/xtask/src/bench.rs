//! Measurements. Each is a program of the crate that it measures, built for release.

use crate::{command, setup};
use anyhow::{Result, bail};
use std::process::ExitCode;

/// The measurements: their word, and what cargo is told to run.
const ALL: &[(&str, &[&str])] = &[
    (
        "capture",
        &[
            "run",
            "--release",
            "--quiet",
            "--package",
            "waybill-testkit",
            "--bin",
            "waybill-bench-capture",
            "--",
        ],
    ),
    ("start", &["bench", "--quiet", "--package", "waybill-desktop", "--bench", "start", "--"]),
];

/// Runs the measurement that the first argument names with the rest of them.
pub(crate) fn run(arguments: &[String]) -> Result<ExitCode> {
    let known = || ALL.iter().map(|(word, _)| *word).collect::<Vec<_>>().join(", ");
    let Some((word, rest)) = arguments.split_first() else {
        bail!("`bench` wants one of: {}", known());
    };
    let Some((_, cargo)) = ALL.iter().find(|(name, _)| name == word) else {
        bail!("there is no measurement `{word}`; there are: {}", known());
    };
    setup::prepare(setup::Goal::Test)?;
    let (first, others) = cargo.split_first().unwrap_or((&"run", &[]));
    command::cargo(first).args(others).args(rest).replace()
}
