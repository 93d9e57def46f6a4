//! What a description file says of calls: operations, the parts of their bodies and queries, lists
//! and pagers, log entries. See `shape` for the file as a whole.

use serde::Deserialize;
use std::collections::BTreeMap;
use toml::Spanned;
use waybill_model::{LogState, ProviderOperation, Support};

/// Every operation must be spoken of, if only to say that the provider has none.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Operations {
    pub(crate) list: Spanned<Operation>,
    pub(crate) get: Spanned<Operation>,
    pub(crate) create: Spanned<Operation>,
    pub(crate) update: Spanned<Operation>,
    pub(crate) set_active: Spanned<Operation>,
    pub(crate) delete: Spanned<Operation>,
    pub(crate) rotate: Spanned<Operation>,
    pub(crate) test: Spanned<Operation>,
    pub(crate) log: Spanned<Operation>,
    pub(crate) redeliver: Spanned<Operation>,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Operation {
    pub(crate) support: Support,
    #[serde(default)]
    pub(crate) note: String,
    #[serde(default)]
    pub(crate) source: String,
    /// The operation that does this one's work (`get` by `list`, `set_active` by `update`).
    pub(crate) via: Option<Spanned<ProviderOperation>>,
    pub(crate) method: Option<Spanned<String>>,
    pub(crate) path: Option<Spanned<String>>,
    #[serde(default)]
    pub(crate) query: Vec<Part>,
    /// The only members a body may have. Absent: no body. Empty: `{}`.
    pub(crate) body: Option<Vec<Part>>,
    /// The documented statuses; any other 2xx is taken as success as well.
    #[serde(default)]
    pub(crate) success: Vec<Spanned<u16>>,
    /// The whole object is sent: what the change leaves out is filled in from a fresh read.
    #[serde(default)]
    pub(crate) merge: bool,
    /// The header that makes the call safe to repeat.
    pub(crate) idempotency_header: Option<Spanned<String>>,
    /// How a list is read.
    pub(crate) list: Option<ListShape>,
    /// How the answer to `test` or `redeliver` is read.
    pub(crate) outcome: Option<OutcomeMap>,
}

/// One member of a body or one parameter of a query.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Part {
    /// Its name; in a body a dotted path. Of several parts with one name the first that has a value wins.
    pub(crate) to: Spanned<String>,
    /// The value it takes: `url`, `events`, `label`, `active`, `revision`, `event`, `state`, `limit`, `id`, `fields.NAME`.
    pub(crate) from: Option<Spanned<String>>,
    /// A constant instead.
    pub(crate) value: Option<toml::Value>,
    /// Words for values: the value as text to what is sent.
    pub(crate) words: Option<BTreeMap<String, toml::Value>>,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ListShape {
    /// Where the items stand; empty: the answer is the list.
    #[serde(default)]
    pub(crate) items: String,
    #[serde(default)]
    pub(crate) pager: Pager,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum PagerKind {
    /// One answer holds all.
    #[default]
    None,
    /// By the number of items to pass over.
    Offset,
    /// By page number.
    Page,
    /// By a word from the answer before.
    Cursor,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Pager {
    pub(crate) kind: PagerKind,
    /// The parameter that takes offset, page number or cursor.
    pub(crate) parameter: Option<String>,
    /// The parameter that takes the page's size, and that size.
    pub(crate) size_parameter: Option<String>,
    pub(crate) size: Option<u32>,
    /// The first page's number.
    #[serde(default)]
    pub(crate) first: u64,
    /// Where the answer has the next cursor.
    pub(crate) next: Option<String>,
    /// Where the answer says that there is more.
    pub(crate) more: Option<String>,
    /// Where the answer says that this is the last page.
    pub(crate) last: Option<String>,
}

/// How the answer to `test` or `redeliver` is read: dotted paths.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct OutcomeMap {
    pub(crate) id: Option<String>,
    pub(crate) succeeded: Option<String>,
    pub(crate) status: Option<String>,
    pub(crate) response_status: Option<String>,
    pub(crate) latency_ms: Option<String>,
    pub(crate) error: Option<String>,
}

/// The unit of an interval that the provider answers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
pub(crate) enum Interval {
    #[default]
    #[serde(rename = "ms")]
    Milliseconds,
    #[serde(rename = "s")]
    Seconds,
}

/// Where an entry of the delivery log has its values: dotted paths.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct LogMap {
    pub(crate) id: String,
    pub(crate) endpoint: Option<String>,
    pub(crate) event_type: Option<String>,
    pub(crate) event_id: Option<String>,
    pub(crate) status: Option<String>,
    pub(crate) attempts: Option<String>,
    pub(crate) response_status: Option<String>,
    pub(crate) latency: Option<String>,
    #[serde(default)]
    pub(crate) latency_unit: Interval,
    pub(crate) error: Option<String>,
    pub(crate) sent_at: Option<String>,
    pub(crate) next_retry_at: Option<String>,
    /// Where the request's own body stands, for a provider that keeps it.
    pub(crate) request_body: Option<String>,
    /// The first rule that holds tells the state; none: unknown.
    pub(crate) states: Vec<StateRule>,
    /// Where these facts stand.
    pub(crate) source: String,
}

/// Holds when the value at `at` is one of `is`, or a number in `between`; with neither: when there is one.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct StateRule {
    pub(crate) at: String,
    pub(crate) is: Option<Vec<toml::Value>>,
    pub(crate) between: Option<[i64; 2]>,
    pub(crate) state: LogState,
}
