//! What a description file says of event types, addresses, refusals and rate limits. See `shape` for
//! the file as a whole.

use serde::Deserialize;
use std::collections::BTreeMap;
use toml::Spanned;

/// How "every event type" is said.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum AllKind {
    Explicit,
    Wildcard,
    Empty,
    /// By null, and by leaving the list out.
    Null,
}

/// What an empty list of event types means to the provider.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum EmptyList {
    /// Every type.
    All,
    /// None.
    None,
    /// It refuses one, or must not be asked to.
    Refused,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Events {
    pub(crate) all: Spanned<AllKind>,
    /// The word, where `all` is `wildcard`.
    pub(crate) word: Option<String>,
    /// Event types are members of the endpoint that are true or false, and end in this.
    pub(crate) flags: Option<Spanned<String>>,
    /// What an empty list means where the provider answers one.
    pub(crate) empty_means: EmptyList,
    /// An empty list may be sent on purpose.
    #[serde(default)]
    pub(crate) empty_may_be_sent: bool,
    /// Words that mean every type when the provider answers them.
    #[serde(default)]
    pub(crate) read_as_all: Vec<String>,
    #[serde(default)]
    pub(crate) note: String,
    /// Where these facts stand.
    pub(crate) source: String,
    pub(crate) groups: Vec<EventGroup>,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct EventGroup {
    pub(crate) name: String,
    /// False for older and synthetic words: they can be chosen, but "every type" does not name them.
    #[serde(default = "super::shape::yes")]
    pub(crate) in_all: bool,
    /// Only for these kinds of accounts; absent: for all.
    #[serde(default)]
    pub(crate) scopes: Vec<Spanned<String>>,
    pub(crate) types: Vec<Spanned<String>>,
}

/// What the provider demands of an endpoint's address, checked before anything is sent.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct UrlRules {
    #[serde(default)]
    pub(crate) https_only: bool,
    /// The host must contain a dot.
    #[serde(default)]
    pub(crate) dotted_host: bool,
    /// No loopback, private, link-local, multicast or reserved address.
    #[serde(default)]
    pub(crate) public_only: bool,
    /// The host may not end in one of these.
    #[serde(default)]
    pub(crate) refused_hosts: Vec<String>,
    /// In characters.
    pub(crate) max_length: Option<usize>,
    /// The same for people.
    pub(crate) words: Vec<String>,
    /// Where these facts stand.
    pub(crate) source: String,
}

/// How a refusal is read: dotted paths, the first that fits is taken.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ErrorMap {
    /// Text, or a list of texts.
    pub(crate) message: Vec<String>,
    #[serde(default)]
    pub(crate) code: Vec<String>,
    /// A list of objects that name a field, or an object from field to problem.
    #[serde(default)]
    pub(crate) fields: Vec<String>,
    /// The name of the one field that the message speaks of.
    #[serde(default)]
    pub(crate) field: Vec<String>,
    /// The header that carries the request's id.
    pub(crate) request_id_header: Option<String>,
    /// The provider's error codes that speak of one field: code to field.
    #[serde(default)]
    pub(crate) code_fields: BTreeMap<String, String>,
    /// Statuses that say the provider's copy has changed meanwhile.
    #[serde(default)]
    pub(crate) conflict_statuses: Vec<u16>,
    /// A 400 whose words or fields name this says the same.
    pub(crate) conflict_word: Option<String>,
    /// Where these facts stand.
    pub(crate) source: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum HintUnit {
    /// Seconds, or an HTTP date.
    Seconds,
    /// An RFC 3339 instant.
    Instant,
    /// Seconds since 1970.
    Unix,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct RateLimit {
    /// Seconds to wait after a 429 that names none.
    pub(crate) default_wait_s: Option<u64>,
    /// Headers that say how long to wait, besides `Retry-After`, with their unit.
    #[serde(default)]
    pub(crate) hints: BTreeMap<String, HintUnit>,
    /// A header whose value 0 makes a 403 a limit that was reached; so does `Retry-After`.
    pub(crate) exhausted: Option<String>,
    /// At most so many calls in `per_s` seconds.
    pub(crate) calls: Option<Spanned<u32>>,
    /// The seconds that `calls` counts for; absent: 1.
    pub(crate) per_s: Option<u32>,
    /// At most so many calls of a connection at one time; absent: 4.
    pub(crate) at_once: Option<Spanned<usize>>,
    /// Where these facts stand.
    pub(crate) source: String,
}
