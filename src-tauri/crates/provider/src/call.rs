//! What is asked of a provider and what it answers, in the common form.

use secrecy::SecretString;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use waybill_model::{Endpoint, LogState, ProviderOperation};

/// An endpoint to be made.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct NewEndpoint {
    /// Where the provider shall send to.
    pub url: String,
    /// Event types in the provider's words; not looked at when `all_events` is set.
    pub events: Vec<String>,
    /// Every event type, said as the provider wants it said.
    pub all_events: bool,
    /// Its name or description; empty: none.
    pub label: String,
    /// The provider's further fields by name.
    pub fields: BTreeMap<String, String>,
}

/// A change to an endpoint: what is absent stays as it is.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct EndpointPatch {
    /// Another address.
    pub url: Option<String>,
    /// Other event types, replacing those it has.
    pub events: Option<Vec<String>>,
    /// `true`: every event type from now on.
    pub all_events: Option<bool>,
    /// Another name or description; empty clears it.
    pub label: Option<String>,
    /// On or off.
    pub active: Option<bool>,
    /// The provider's further fields by name.
    pub fields: BTreeMap<String, String>,
}

/// Which part of a delivery log is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct LogQuery {
    /// At most so many entries, the provider's order kept (the newest first).
    pub limit: usize,
    /// Only entries in this state.
    pub state: Option<LogState>,
}

impl Default for LogQuery {
    fn default() -> Self {
        Self { limit: 100, state: None }
    }
}

/// One call, for a dry run.
#[derive(Clone, Copy, Debug)]
pub enum Call<'a> {
    /// Read all endpoints (the first page).
    List,
    /// Read one.
    Get {
        /// The provider's id of it.
        id: &'a str,
    },
    /// Make one.
    Create(&'a NewEndpoint),
    /// Change one.
    Update {
        /// The provider's id of it.
        id: &'a str,
        /// The change.
        patch: &'a EndpointPatch,
        /// What the change was made from.
        revision: Option<&'a str>,
    },
    /// Switch one on or off.
    SetActive {
        /// The provider's id of it.
        id: &'a str,
        /// On or off.
        active: bool,
    },
    /// Remove one.
    Delete {
        /// The provider's id of it.
        id: &'a str,
    },
    /// Make a new secret.
    Rotate {
        /// The provider's id of it.
        id: &'a str,
    },
    /// Ask for a test event.
    Test {
        /// The provider's id of it.
        id: &'a str,
        /// The event type, where it can be chosen.
        event: Option<&'a str>,
    },
    /// Read the delivery log (the first page).
    Log {
        /// The provider's id of it.
        id: &'a str,
        /// Which part.
        query: LogQuery,
    },
    /// Ask for a delivery again.
    Redeliver {
        /// The provider's id of the log entry.
        entry: &'a str,
    },
    /// Ask for a delivery again, where the provider wants to know whose it was.
    RedeliverAt {
        /// The provider's id of the endpoint.
        endpoint: &'a str,
        /// The provider's id of the log entry.
        entry: &'a str,
    },
    /// Send an event again.
    ReplayEvent {
        /// The provider's id of the event.
        event: &'a str,
        /// The endpoints that shall get it; empty: all.
        endpoints: &'a [String],
    },
    /// Send again everything that failed.
    Recover {
        /// The provider's id of the endpoint.
        id: &'a str,
        /// Since when, as RFC 3339.
        since: &'a str,
        /// Until when; absent: until now.
        until: Option<&'a str>,
    },
}

impl Call<'_> {
    /// Which operation it is.
    #[must_use]
    pub const fn operation(&self) -> ProviderOperation {
        match self {
            Self::List => ProviderOperation::List,
            Self::Get { .. } => ProviderOperation::Get,
            Self::Create(_) => ProviderOperation::Create,
            Self::Update { .. } => ProviderOperation::Update,
            Self::SetActive { .. } => ProviderOperation::SetActive,
            Self::Delete { .. } => ProviderOperation::Delete,
            Self::Rotate { .. } => ProviderOperation::Rotate,
            Self::Test { .. } => ProviderOperation::Test,
            Self::Log { .. } => ProviderOperation::Log,
            Self::Redeliver { .. } | Self::RedeliverAt { .. } => ProviderOperation::Redeliver,
            Self::ReplayEvent { .. } => ProviderOperation::ReplayEvent,
            Self::Recover { .. } => ProviderOperation::Recover,
        }
    }
}

/// The exact call that would be made. The credential stands in it as `<token>`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DryRun {
    /// The method.
    pub method: String,
    /// The whole address.
    pub url: String,
    /// The headers that Waybill sets, in order; the HTTP client adds `Host`, `Content-Length` and
    /// `Accept-Encoding`.
    pub headers: Vec<(String, String)>,
    /// The body, where there is one. A secret that Waybill makes stands in it as `<secret>`.
    pub body: Option<String>,
    /// The calls that follow, where the provider wants the change in parts.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub then: Vec<DryRun>,
}

/// A new endpoint. No part of it but `secret` holds the secret.
#[derive(Debug)]
pub struct Created {
    /// As the provider answered it; `credential.in_vault` is false.
    pub endpoint: Endpoint,
    /// The signing secret, which is shown once. Absent although the provider shares one: its answer
    /// did not hold it where its documents say.
    pub secret: Option<SecretString>,
    /// The public key, for a provider that signs with a private one.
    pub public_key: Option<String>,
}

/// A new secret for an endpoint.
#[derive(Debug)]
pub struct Rotated {
    /// The new secret, which is shown once.
    pub secret: SecretString,
}

/// What came of a test event.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct TestOutcome {
    /// Whether our side answered well, where the provider says.
    pub succeeded: Option<bool>,
    /// The status our side answered.
    pub response_status: Option<u16>,
    /// How long our side took, in milliseconds.
    pub latency_ms: Option<f64>,
    /// What went wrong, in the provider's words.
    pub error: Option<String>,
    /// What the provider answered, without secrets.
    pub raw: serde_json::Value,
}

/// A delivery that the provider sends again.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Redelivered {
    /// The provider's id of the new log entry, where it says.
    pub entry: Option<String>,
    /// The provider's word for where it stands.
    pub status: Option<String>,
    /// What the provider answered, without secrets.
    pub raw: serde_json::Value,
}

/// An event or a run of deliveries that the provider sends again.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SentAgain {
    /// The provider's id of the job that does it, where it says.
    pub job: Option<String>,
    /// The provider's word for where it stands.
    pub status: Option<String>,
    /// What the provider answered, without secrets.
    pub raw: serde_json::Value,
}

/// A request as the provider's log holds it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LoggedRequest {
    /// Where it was sent to, where the log says.
    pub url: Option<String>,
    /// The headers, in the log's order. A value that the provider covered stands as it was answered.
    pub headers: Vec<(String, String)>,
    /// The body.
    pub body: Vec<u8>,
    /// True when the body's bytes are those that were sent; otherwise the log holds the JSON's content,
    /// and its signature may not fit.
    pub exact: bool,
}

/// A value that a field of the form, or a list of event types, can have.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChoiceItem {
    /// The value.
    pub value: String,
    /// For people, where the provider says.
    pub label: Option<String>,
    /// The family it belongs to, where the provider says.
    pub group: Option<String>,
}
