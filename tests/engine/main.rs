//! The engine as a host sees it: a real data folder, real sockets, simulated providers.
#![allow(clippy::unwrap_used, clippy::print_stdout, reason = "a test stops at the first surprise")]

mod bad_input;
#[path = "../canary.rs"]
mod canary;
mod capture;
mod custody;
mod faults;
mod handshakes;
mod leaks;
mod listening;
mod live;
mod providers;
mod reconcile;
mod replay;
mod schemes;
mod secrets;
mod signatures;
mod stage;
mod streams;
mod table;
mod transfer;
