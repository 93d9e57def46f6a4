//! A description file as it is written: one struct a table, one field a key.
//!
//! Every table refuses keys it does not know, so that a slip of the pen is a fault and not a silent
//! nothing. Whatever a check points at carries its place in the file (`Spanned`).

use super::calls::{LogMap, Operations};
use serde::Deserialize;
use std::collections::BTreeMap;
use toml::Spanned;
use waybill_model::CredentialKind;

/// One provider, as its file describes it.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Description {
    pub(crate) id: Spanned<String>,
    /// For people, where it is introduced and chosen.
    pub(crate) title: String,
    /// For people in the middle of a sentence; absent: the title.
    pub(crate) name: Option<String>,
    /// What this API is, where it is introduced.
    pub(crate) introduction: String,
    /// The scheme that its deliveries are signed under.
    pub(crate) scheme: String,
    /// The pages the facts were taken from.
    pub(crate) sources: Vec<String>,
    /// Retries, deadlines, switching off after failures: for people.
    #[serde(default)]
    pub(crate) delivery_notes: Vec<String>,
    /// Headers sent with every call, such as a pinned API version.
    #[serde(default)]
    pub(crate) headers: BTreeMap<String, Spanned<String>>,
    pub(crate) bases: Vec<Base>,
    #[serde(default)]
    pub(crate) variables: Vec<Variable>,
    pub(crate) auth: Vec<Auth>,
    #[serde(default)]
    pub(crate) fields: Vec<Field>,
    pub(crate) events: Events,
    pub(crate) url_rules: UrlRules,
    pub(crate) endpoint: EndpointMap,
    pub(crate) credential: CredentialMap,
    pub(crate) operations: Operations,
    /// How an entry of the delivery log is read.
    pub(crate) log: Option<LogMap>,
    pub(crate) errors: ErrorMap,
    pub(crate) rate_limit: RateLimit,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Base {
    pub(crate) label: String,
    /// With `{variables}`; https, or http on loopback.
    pub(crate) url: Spanned<String>,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Variable {
    pub(crate) name: Spanned<String>,
    pub(crate) label: String,
    #[serde(default)]
    pub(crate) hint: String,
}

/// One way to send the credential: a header, and what stands before the token in it.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Auth {
    pub(crate) id: Spanned<String>,
    pub(crate) label: String,
    #[serde(default)]
    pub(crate) hint: String,
    pub(crate) header: Spanned<String>,
    #[serde(default)]
    pub(crate) prefix: String,
}

/// A common property that a provider's own field stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum StandsFor {
    /// The endpoint's label.
    Label,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Field {
    pub(crate) name: Spanned<String>,
    pub(crate) label: String,
    #[serde(default)]
    pub(crate) hint: String,
    /// The provider refuses without it.
    #[serde(default)]
    pub(crate) required: bool,
    /// It can be changed later.
    #[serde(default = "yes")]
    pub(crate) editable: bool,
    /// The only values it may have; absent: any text.
    pub(crate) options: Option<Vec<String>>,
    pub(crate) default: Option<Spanned<String>>,
    /// The common property that it is; its value is then `from = "label"` in a body.
    pub(crate) is: Option<StandsFor>,
    /// In characters.
    pub(crate) max_length: Option<usize>,
}

/// How "every event type" is said.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum AllKind {
    Explicit,
    Wildcard,
    Empty,
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
    #[serde(default = "yes")]
    pub(crate) in_all: bool,
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

/// Where the common form finds its values in the provider's endpoint: dotted paths.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct EndpointMap {
    pub(crate) id: String,
    pub(crate) url: String,
    pub(crate) events: String,
    pub(crate) active: String,
    /// The words that mean "it sends"; absent: the value is true or false.
    pub(crate) active_words: Option<Vec<String>>,
    pub(crate) label: Option<String>,
    pub(crate) status: Option<String>,
    pub(crate) failures: Option<String>,
    pub(crate) disabled_reason: Option<String>,
    pub(crate) created_at: Option<String>,
    pub(crate) updated_at: Option<String>,
    pub(crate) revision: Option<String>,
    /// Where these facts stand.
    pub(crate) source: String,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct CredentialMap {
    pub(crate) kind: CredentialKind,
    /// Where it stands in the answer to create (and rotate).
    pub(crate) at: String,
    /// Member names that are taken out of every answer before anything else sees it.
    #[serde(default)]
    pub(crate) secret_fields: Vec<String>,
    /// For how many seconds the provider honours the old secret after a rotation, where it says so.
    pub(crate) overlap_s: Option<u64>,
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
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct RateLimit {
    /// Seconds to wait after a 429 that names none.
    pub(crate) default_wait_s: Option<u64>,
    /// Headers that say how long to wait, besides `Retry-After`, with their unit.
    #[serde(default)]
    pub(crate) hints: BTreeMap<String, HintUnit>,
    /// Where these facts stand.
    pub(crate) source: String,
}

const fn yes() -> bool {
    true
}
