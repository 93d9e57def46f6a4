//! What a description file says of calls: operations, the parts of their bodies and queries, lists
//! and pagers, streams. See `shape` for the file as a whole.

use serde::Deserialize;
use std::collections::BTreeMap;
use std::sync::LazyLock;
use toml::Spanned;
use waybill_model::{ProviderOperation, Support};

/// The first ten must be spoken of, if only to say that the provider has none; the others are absent
/// where it has none.
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
    /// Read the signing secret.
    pub(crate) secret: Option<Spanned<Operation>>,
    /// Read one entry of the log with its request.
    pub(crate) entry: Option<Spanned<Operation>>,
    /// Send an event again, to some endpoints.
    pub(crate) replay_event: Option<Spanned<Operation>>,
    /// Send again everything that failed since an instant.
    pub(crate) recover: Option<Spanned<Operation>>,
    /// Events as they happen.
    pub(crate) listen: Option<Spanned<Operation>>,
    /// How all endpoints fare.
    pub(crate) health: Option<Spanned<Operation>>,
    /// The event types that there are.
    pub(crate) event_types: Option<Spanned<Operation>>,
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
    /// How the answer to `test`, `redeliver`, `replay_event` or `recover` is read.
    pub(crate) outcome: Option<OutcomeMap>,
    /// Further calls that belong to it. Each is sent if its body has a value, after those before it.
    #[serde(default)]
    pub(crate) more: Vec<Step>,
    /// The event type of a test, where none is chosen.
    pub(crate) event: Option<String>,
    /// The provider refuses the call without the key of `idempotency_header`.
    #[serde(default)]
    pub(crate) key_required: bool,
    /// How an item of `event_types` is read.
    pub(crate) choice: Option<ChoiceMap>,
    /// How the stream of `listen` is read.
    pub(crate) stream: Option<StreamMap>,
}

impl Operation {
    /// An operation that the provider does not have.
    pub(crate) fn none() -> &'static Self {
        static NONE: LazyLock<Operation> = LazyLock::new(|| Operation {
            support: Support::Unsupported,
            note: "The provider documents nothing of the kind.".to_owned(),
            source: String::new(),
            via: None,
            method: None,
            path: None,
            query: Vec::new(),
            body: None,
            success: Vec::new(),
            merge: false,
            idempotency_header: None,
            list: None,
            outcome: None,
            more: Vec::new(),
            event: None,
            key_required: false,
            choice: None,
            stream: None,
        });
        &NONE
    }
}

/// A call that belongs to another one.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Step {
    pub(crate) method: Spanned<String>,
    pub(crate) path: Spanned<String>,
    pub(crate) body: Vec<Part>,
}

/// A call that lists the values a field of the form can have.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ChoiceCall {
    pub(crate) support: Support,
    pub(crate) source: String,
    pub(crate) method: Spanned<String>,
    pub(crate) path: Spanned<String>,
    pub(crate) body: Option<Vec<Part>>,
    pub(crate) list: ListShape,
    pub(crate) choice: ChoiceMap,
}

/// How an item of a list of choices is read: dotted paths.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ChoiceMap {
    pub(crate) value: String,
    pub(crate) label: Option<String>,
    pub(crate) group: Option<String>,
}

/// How a live stream (`text/event-stream`) is read: the names of its frames.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct StreamMap {
    /// The frames that carry an event; its data is the request's body.
    pub(crate) event: String,
    /// The frame before the provider closes the stream on purpose.
    pub(crate) close: Option<String>,
    pub(crate) error: Option<String>,
    /// Where an event's data has its type and its id.
    pub(crate) event_type: Option<String>,
    pub(crate) event_id: Option<String>,
    /// A stream that is silent for so many seconds is taken to be dead.
    pub(crate) silent_s: u64,
}

/// One member of a body or one parameter of a query.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Part {
    /// Its name; in a body a dotted path. Of several parts with one name the first that has a value wins.
    pub(crate) to: Spanned<String>,
    /// The value it takes: `url`, `fields.NAME`, … (`check` lists them).
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
    /// By the parameters of the `Link` header's `next`. No address of an answer is ever called.
    Link,
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
    /// Where the last item of a page has the next cursor, instead.
    pub(crate) next_item: Option<String>,
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
