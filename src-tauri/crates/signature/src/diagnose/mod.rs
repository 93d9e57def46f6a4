//! Why a signature does not match: a search among the ways in which secrets, bodies, addresses and
//! headers go wrong.
//!
//! The search changes one thing at a time, computes the signature again and compares it with the one
//! that came. A match names the cause beyond doubt. What no match can prove (a request without a
//! signature, an empty body) is told as likely or possible. Single faults come before pairs, likely
//! ones before rare ones.
//!
//! Promises: no clock, no I/O; the same question gives the same report, however often it was
//! interrupted; no secret stands in a report or in any `Debug`.
//!
//! Left out: comparing several deliveries with each other, and asking the network.

mod address;
mod body;
mod conclude;
mod difference;
mod facts;
mod headers;
mod keys;
mod neighbours;
mod plan;
mod question;
mod received;
mod report;
mod search;
mod secret_change;
mod stages;
mod template;
mod timestamps;
mod variation;
mod words;

pub use question::{Candidate, Question, Role};
pub use report::{Action, Cause, Confidence, Difference, Evidence, Progress, Report, Tried};
pub use search::Search;
pub use secret_change::SecretChange;
