//! The testkit over real sockets: what the simulators answer and send, what the target records.

mod calls;
mod client;
mod control;
mod deliveries;
mod faults;
mod program;
mod target;
