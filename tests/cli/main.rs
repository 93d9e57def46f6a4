//! The command line as a process: what it prints, where, and how it ends.
#![allow(clippy::unwrap_used, clippy::print_stdout, reason = "a test stops at the first surprise")]

#[path = "../canary.rs"]
mod canary;
mod contract;
mod diagnosis;
mod ends;
mod kills;
mod leaks;
mod life;
mod many;
mod offline;
mod process;
mod providers;
mod reconcile;
mod streams;
mod words;
