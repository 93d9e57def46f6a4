//! Webhook signature schemes as data, and the interpreter that verifies and signs by them.
//!
//! A scheme is one TOML file (see [`Scheme::parse`]): which header carries the signature, how it is
//! written, what text is signed, how the secret is read, how old a request may be. No scheme has code
//! of its own; what a file can't say, the language has to learn. The files that come with Waybill are
//! in [`Catalogue::embedded`].
//!
//! Promises: no I/O, no clock, no randomness; never panics on any bytes; an empty secret never
//! verifies; decoded signatures are compared whole and in constant time; the body is neither copied
//! nor rewritten while a request is checked.
//!
//! Left out: fetching a key that a request only names the place of. Whoever has it gives it like a secret.

mod algorithm;
mod body;
mod cannot_sign;
mod carried;
mod catalogue;
mod describe;
mod detect;
mod diagnose;
mod encoding;
mod fault;
mod fit;
mod forms;
mod handshake;
mod identity;
mod json;
mod jwk;
mod key;
mod mac_state;
mod message;
mod pair;
mod place;
mod prepared;
mod private;
mod reader;
mod request;
mod require;
mod scheme;
mod sign;
mod sign_token;
mod split;
mod test_key;
mod time;
mod token;
mod verification;
mod verify;

pub use cannot_sign::CannotSign;
pub use catalogue::Catalogue;
pub use detect::{Proposal, detect};
pub use diagnose::{
    Action, Candidate, Cause, Confidence, Difference, Evidence, Progress, Question, Report, Role, Search,
    SecretChange, Tried,
};
pub use fault::SchemeFault;
pub use handshake::{Handshake, LearnedSecret, handshake, handshake_names};
pub use identity::{Identity, generic_identity, identity};
pub use message::PartKind;
pub use prepared::Prepared;
pub use request::Request;
pub use scheme::{Covers, Scheme};
pub use sign::{Signed, sign};
pub use test_key::{TestKey, test_key};
pub use verification::{Part, PartContent, Verification};
pub use verify::{check, verify};
