//! What a diagnosis is asked: one request that failed, and every secret that is at hand.

use crate::request::Request;
use crate::scheme::Scheme;
use std::collections::BTreeMap;
use std::fmt;
use waybill_model::Timestamp;

/// What a candidate is kept as.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Role {
    /// A secret in use.
    Current,
    /// The one before, still accepted.
    Previous,
    /// One that is no longer accepted.
    Retired,
    /// No secret for signatures but an API token, which people paste by mistake.
    Token,
    /// A public key: it verifies signatures, and is no secret that one could be made with.
    PublicKey,
}

/// A secret that may be the sender's.
#[derive(Clone, Copy)]
pub struct Candidate<'a> {
    /// What the user calls it.
    pub name: &'a str,
    /// The secret as it is kept.
    pub bytes: &'a [u8],
    /// True when the request's own inbox uses it.
    pub of_inbox: bool,
    /// What it is kept as.
    pub role: Role,
}

impl fmt::Debug for Candidate<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Candidate")
            .field("name", &self.name)
            .field("of_inbox", &self.of_inbox)
            .field("role", &self.role)
            .finish_non_exhaustive()
    }
}

/// A request whose signature was not found right, and what is known besides.
#[derive(Clone, Copy)]
pub struct Question<'a> {
    /// The scheme it was checked under.
    pub scheme: &'a Scheme,
    /// The request as it arrived.
    pub request: &'a Request<'a>,
    /// Every secret at hand, those of the inbox and all others. The check is taken to have used those
    /// of the inbox that are current or previous.
    pub candidates: &'a [Candidate<'a>],
    /// What the scheme needs besides the secret.
    pub config: &'a BTreeMap<String, String>,
    /// When the request arrived: ages are counted to this instant.
    pub now: Timestamp,
    /// The body as the user's own handler saw it, where that is known.
    pub handler_body: Option<&'a [u8]>,
}

impl fmt::Debug for Question<'_> {
    /// Without the request: its headers may hold a token.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Question")
            .field("scheme", &self.scheme.id())
            .field("candidates", &self.candidates)
            .field("now", &self.now)
            .finish_non_exhaustive()
    }
}
