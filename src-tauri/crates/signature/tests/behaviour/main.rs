//! The crate from outside: published vectors, vectors of our own, hostile requests, signing and
//! verifying as inverses, faults of scheme files.
#![allow(clippy::unwrap_used, clippy::print_stdout, reason = "a test stops at the first surprise")]

mod addresses;
mod corpora;
mod detection;
mod diagnosis;
mod every;
mod faults;
mod fuzz_smoke;
mod handshakes;
mod hostile;
mod inverse;
mod pairs;
mod samples;
mod schema;
mod seeds;
mod strangers;
mod support;
mod vectors;
mod wrappers;
