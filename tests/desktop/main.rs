//! The real window, from outside: the built binary under an X server of its own, driven by WebKitWebDriver, with
//! a real session bus and a real keyring.
//!
//! `cargo xtask test` runs these after everything else; by hand: `cargo test --test desktop`.
#![cfg(target_os = "linux")]
#![allow(missing_docs)]

mod driver;
mod journey;
mod secrets;
mod shell;
mod stage;

use std::path::Path;

/// The application as it was built for this run.
pub(crate) fn binary() -> &'static Path {
    Path::new(env!("CARGO_BIN_EXE_waybill-desktop"))
}
