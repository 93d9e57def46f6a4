//! The crate from outside: published vectors, vectors of our own, hostile requests, signing and
//! verifying as inverses, faults of scheme files.

mod corpora;
mod detection;
mod faults;
mod hostile;
mod inverse;
mod schema;
mod seeds;
mod support;
mod vectors;
