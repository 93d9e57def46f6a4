//! The testkit over real sockets: what the simulators answer and send, what the target records.

#![allow(clippy::unwrap_used, reason = "a test ends where something is not as it must be")]

mod access;
mod calls;
mod client;
mod control;
mod deliveries;
mod faults;
mod github;
mod gitlab;
mod logs;
mod long_lists;
mod losses;
mod program;
mod strictness;
mod stripe;
mod svix;
mod target;
