//! The real window, from outside: the built binary under an X server of its own, driven by WebKitWebDriver, with
//! a real session bus and a real keyring.
//!
//! `cargo xtask test` runs these after everything else; by hand: `cargo test --test desktop`.
#![allow(clippy::unwrap_used, clippy::print_stdout, reason = "a test stops at the first surprise")]
#![cfg(target_os = "linux")]
#![allow(missing_docs)]

mod driver;
mod hostile;
mod journey;
mod lives;
mod mending;
mod person;
mod pictures;
mod reconciling;
mod secrets;
mod sender;
mod shell;
mod stage;
mod streaming;
mod views;
mod world;

use std::path::Path;

/// The application as it was built for this run.
pub(crate) fn binary() -> &'static Path {
    Path::new(env!("CARGO_BIN_EXE_waybill-desktop"))
}
