//! Connections and the endpoints at their providers.

use super::SecretText;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use ts_rs::TS;
use waybill_model::{Endpoint, Failure, HeaderPair, Inbox, LogState, Name, SecretMeta, Timestamp};

/// Makes a connection. The token goes into the vault.
#[derive(Debug, Deserialize, TS)]
pub struct ConnectionAdd {
    /// Its name here.
    pub name: Name,
    /// The provider's id in the catalogue.
    pub provider: String,
    /// Stands for the whole base address; http only for loopback.
    #[serde(default)]
    pub base_url: Option<String>,
    /// Values of the provider's variables.
    #[serde(default)]
    pub vars: BTreeMap<String, String>,
    /// Which form the credential is sent in; absent: the provider's first.
    #[serde(default)]
    pub auth: Option<String>,
    /// The credential.
    pub token: SecretText,
}

/// What a test of a connection found.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
pub struct ConnectionTest {
    /// True when the provider answered with endpoints.
    pub ok: bool,
    /// How many.
    #[ts(type = "number")]
    pub endpoints: u64,
    /// How long it took, in milliseconds.
    #[ts(type = "number")]
    pub took_ms: u64,
    /// Why not, if not.
    pub failure: Option<Failure>,
}

/// Asks for endpoints.
#[derive(Clone, Debug, Default, Serialize, Deserialize, TS)]
#[serde(default)]
pub struct EndpointsRequest {
    /// Of one connection; absent: of all.
    pub connection: Option<Name>,
}

/// A connection whose endpoints could not be read.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
pub struct EndpointProblem {
    /// Which connection.
    pub connection: Name,
    /// Why.
    pub failure: Failure,
}

/// Endpoints, those with problems first.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
pub struct EndpointList {
    /// The endpoints.
    pub endpoints: Vec<Endpoint>,
    /// Connections that could not be read now; what was read before still stands above.
    pub problems: Vec<EndpointProblem>,
    /// When the oldest part of this was read at its provider.
    pub read_at: Option<Timestamp>,
}

/// Names an endpoint.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
pub struct EndpointRef {
    /// Through which connection.
    pub connection: Name,
    /// The provider's id.
    pub id: String,
    /// Only answer with the call that would be made.
    #[serde(default)]
    pub dry_run: bool,
}

/// Makes an endpoint at the provider.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
pub struct CreateEndpoint {
    /// Through which connection.
    pub connection: Name,
    /// Where the provider is to send to.
    pub url: String,
    /// Event types in the provider's words.
    #[serde(default)]
    pub events: Vec<String>,
    /// Every event type, said in the provider's way.
    #[serde(default)]
    pub all_events: bool,
    /// Its name or description at the provider.
    #[serde(default)]
    pub label: Option<String>,
    /// The provider's own fields.
    #[serde(default)]
    pub fields: BTreeMap<String, String>,
    /// Makes (or binds) an inbox of this name with the endpoint's scheme and secret.
    #[serde(default)]
    pub inbox: Option<Name>,
    /// Only answer with the call that would be made.
    #[serde(default)]
    pub dry_run: bool,
}

/// A call that would be made. Credentials stand as placeholders.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct DryRunCall {
    /// The method.
    pub method: String,
    /// The address.
    pub url: String,
    /// The headers.
    pub headers: Vec<HeaderPair>,
    /// The body as text.
    pub body: Option<String>,
    /// The calls that follow, where the provider wants the change in parts.
    #[serde(default)]
    #[ts(type = "Array<DryRunCall>")]
    pub then: Vec<DryRunCall>,
}

/// What became of a create. The secret is in the vault before this is answered.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
pub struct EndpointCreated {
    /// The endpoint; absent for a dry run.
    pub endpoint: Option<Endpoint>,
    /// Its secret or public key, as it lies in the vault.
    pub secret: Option<SecretMeta>,
    /// The inbox that was made or bound.
    pub inbox: Option<Inbox>,
    /// The call that would be made, for a dry run.
    pub call: Option<DryRunCall>,
}

/// Changes an endpoint; what is absent stays.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
pub struct UpdateEndpoint {
    /// Through which connection.
    pub connection: Name,
    /// The provider's id.
    pub id: String,
    /// Where the provider is to send to.
    #[serde(default)]
    #[ts(optional)]
    pub url: Option<String>,
    /// Event types.
    #[serde(default)]
    #[ts(optional)]
    pub events: Option<Vec<String>>,
    /// Every event type.
    #[serde(default)]
    #[ts(optional)]
    pub all_events: Option<bool>,
    /// Its name or description.
    #[serde(default)]
    #[ts(optional)]
    pub label: Option<String>,
    /// The provider's own fields.
    #[serde(default)]
    pub fields: BTreeMap<String, String>,
    /// The revision that was seen; a newer one at the provider is a conflict.
    #[serde(default)]
    #[ts(optional)]
    pub revision: Option<String>,
    /// Only answer with the call that would be made.
    #[serde(default)]
    pub dry_run: bool,
}

/// Switches an endpoint on or off.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
pub struct SetActive {
    /// Through which connection.
    pub connection: Name,
    /// The provider's id.
    pub id: String,
    /// On or off.
    pub active: bool,
    /// Only answer with the call that would be made.
    #[serde(default)]
    pub dry_run: bool,
}

/// What became of a rotation.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct Rotated {
    /// The new secret as it lies in the vault; absent for a dry run.
    pub secret: Option<SecretMeta>,
    /// What became of the one before, in words.
    pub previous: String,
    /// The call that would be made, for a dry run.
    pub call: Option<DryRunCall>,
}

/// Asks for a test event.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
pub struct TestEndpoint {
    /// Through which connection.
    pub connection: Name,
    /// The provider's id.
    pub id: String,
    /// The event type, where the provider lets one choose; absent: the provider's own, else one of the endpoint's.
    #[serde(default)]
    #[ts(optional)]
    pub event: Option<String>,
}

/// What a test call found.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
pub struct EndpointTested {
    /// `provider` when the provider sent it, `waybill` when this side did.
    pub by: String,
    /// True when it was answered 2xx; where the provider does not tell (no status, no error), when it took the order.
    pub ok: bool,
    /// The answered status.
    pub status: Option<u16>,
    /// How long it took, in milliseconds.
    pub latency_ms: Option<f64>,
    /// What went wrong.
    pub error: Option<String>,
}

/// Asks for the provider's delivery log.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
pub struct LogRequest {
    /// Through which connection.
    pub connection: Name,
    /// The endpoint, by the provider's id.
    pub id: String,
    /// At most so many; absent: 100.
    #[serde(default)]
    pub limit: Option<u32>,
    /// Only entries in this state.
    #[serde(default)]
    pub state: Option<LogState>,
}

/// Asks the provider to send a delivery again.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
pub struct Redeliver {
    /// Through which connection.
    pub connection: Name,
    /// The endpoint, by the provider's id.
    pub endpoint: String,
    /// The log entry, by the provider's id.
    pub entry: String,
}

/// Asks for the local record of writes.
#[derive(Clone, Debug, Default, Serialize, Deserialize, TS)]
#[serde(default)]
pub struct HistoryRequest {
    /// Of one connection.
    pub connection: Option<Name>,
    /// Of one endpoint.
    pub endpoint: Option<String>,
}

/// A write at a provider that was made from here.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
pub struct HistoryEntry {
    /// When.
    pub at: Timestamp,
    /// Who: the account of this machine.
    pub who: String,
    /// What: `create`, `update`, `enable`, `disable`, `delete`, `rotate`, `redeliver`.
    pub operation: String,
    /// Through which connection.
    pub connection: Name,
    /// The endpoint, by the provider's id.
    pub endpoint: Option<String>,
    /// `done`, `refused` or `unknown`.
    pub outcome: String,
    /// What it was, without secrets.
    #[ts(type = "Record<string, unknown> | null")]
    pub before: Option<serde_json::Value>,
    /// What it became, without secrets.
    #[ts(type = "Record<string, unknown> | null")]
    pub after: Option<serde_json::Value>,
}
