//! The crate from outside: published vectors, vectors of our own, hostile requests, signing and
//! verifying as inverses, faults of scheme files.
#![allow(clippy::unwrap_used, clippy::print_stdout, reason = "a test stops at the first surprise")]

mod corpora;
mod detection;
mod faults;
mod hostile;
mod inverse;
mod schema;
mod seeds;
mod support;
mod vectors;
mod wrappers;
