//! What a description file says of entries of the delivery log. See `shape` for the file as a whole.

use serde::Deserialize;
use waybill_model::LogState;

/// The unit of an interval that the provider answers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
pub(crate) enum Interval {
    #[default]
    #[serde(rename = "ms")]
    Milliseconds,
    #[serde(rename = "s")]
    Seconds,
}

/// How an instant is written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum TimeUnit {
    /// As text, which is kept as it is.
    #[default]
    Text,
    /// In seconds since 1970.
    Unix,
    /// As in the header `Date`.
    HttpDate,
}

/// How the log keeps the request's body.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum KeptBody {
    /// As text: the bytes as they were sent.
    #[default]
    Text,
    /// As JSON inside JSON: written anew, so the bytes may differ from those that were signed.
    Json,
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
    /// How the two are written.
    #[serde(default)]
    pub(crate) time_unit: TimeUnit,
    /// Where the request's own body stands, for a provider that keeps it.
    pub(crate) request_body: Option<String>,
    #[serde(default)]
    pub(crate) request_body_form: KeptBody,
    /// Where its headers stand: an object from name to text or list of texts.
    pub(crate) request_headers: Option<String>,
    /// Where the address stands that it was sent to.
    pub(crate) request_url: Option<String>,
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
