//! A webhook registration that lives at the provider, and the provider's own log of what it sent.

use crate::{DeliveryId, Name};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// What verifies an endpoint's deliveries.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum CredentialKind {
    /// One secret known to both sides.
    SharedSecret,
    /// The provider signs with a private key and publishes the public half.
    PublicKey,
}

/// The credential of an endpoint, without its value.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct Credential {
    /// Of what kind.
    pub kind: CredentialKind,
    /// True when the current one is in the vault.
    pub in_vault: bool,
}

/// One endpoint in the common form; what the provider said stands in `raw`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
pub struct Endpoint {
    /// The provider's id.
    pub id: String,
    /// Through which connection it was read.
    pub connection: Name,
    /// The provider's id in the catalogue.
    pub provider: String,
    /// Where the provider sends to.
    pub url: String,
    /// Its name or description at the provider.
    pub label: String,
    /// The event types it is subscribed to, in the provider's words.
    pub events: Vec<String>,
    /// True when it gets every event type.
    pub all_events: bool,
    /// True when the provider sends to it now.
    pub active: bool,
    /// The provider's word for its state.
    pub status: String,
    /// Failures in a row, where the provider says.
    #[ts(type = "number | null")]
    pub failures: Option<u64>,
    /// Why the provider disabled it.
    pub disabled_reason: Option<String>,
    /// When it was made, in the provider's text.
    pub created_at: Option<String>,
    /// When it was last changed, in the provider's text.
    pub updated_at: Option<String>,
    /// The provider's mark for optimistic concurrency, where it has one.
    pub revision: Option<String>,
    /// What verifies its deliveries.
    pub credential: Credential,
    /// The inbox here that its address points to, when it does.
    pub inbox: Option<Name>,
    /// What the provider answered, without secrets.
    #[ts(type = "Record<string, unknown>")]
    pub raw: serde_json::Value,
}

/// What the provider says became of a delivery.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum LogState {
    /// It was answered well.
    Succeeded,
    /// It was not, and the provider has given up or says no more.
    Failed,
    /// It will be tried (again).
    Pending,
    /// The provider's words don't tell.
    Unknown,
}

/// A row of the provider's own delivery log.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
pub struct LogEntry {
    /// The provider's id of it.
    pub id: String,
    /// The endpoint it was sent to, by the provider's id.
    pub endpoint: Option<String>,
    /// The provider's word for what happened.
    pub event_type: Option<String>,
    /// The provider's id of the event.
    pub event_id: Option<String>,
    /// What became of it.
    pub state: LogState,
    /// The provider's own word for that.
    pub status: String,
    /// Attempts so far.
    #[ts(type = "number | null")]
    pub attempts: Option<u64>,
    /// The status our side answered, as the provider saw it.
    pub response_status: Option<u16>,
    /// How long our side took, in milliseconds.
    pub latency_ms: Option<f64>,
    /// What went wrong, in the provider's words.
    pub error: Option<String>,
    /// When, in the provider's text.
    pub sent_at: Option<String>,
    /// When it will be tried again, in the provider's text.
    pub next_retry_at: Option<String>,
    /// True when the entry holds the request itself.
    pub has_request: bool,
    /// The delivery here that it became, when one matches by id.
    pub delivery: Option<DeliveryId>,
    /// What the provider answered.
    #[ts(type = "Record<string, unknown>")]
    pub raw: serde_json::Value,
}
