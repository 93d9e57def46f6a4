//! What a provider says it sent beside what came.

use serde::{Deserialize, Serialize};
use ts_rs::TS;
use waybill_model::{DeliveryId, Failure, LogEntry, Name, Reason, Verdict};

/// Asks for the provider's log beside the deliveries here.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
pub struct ReconcileRequest {
    /// Through which connection.
    pub connection: Name,
    /// One endpoint, by the provider's id; absent: all of them.
    #[serde(default)]
    pub endpoint: Option<String>,
    /// Only what was sent since: `2h`, `3d`, or a date.
    #[serde(default)]
    pub since: Option<String>,
    /// At most so many entries of each endpoint's log; absent: 1,000.
    #[serde(default)]
    pub limit: Option<u32>,
}

/// Where an entry of the log stands here.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum ReconcileState {
    /// It arrived and was answered 2xx.
    Accepted,
    /// It arrived and was answered otherwise.
    Refused,
    /// It was fetched from the provider's log.
    Recovered,
    /// The provider sent it, and it is not here.
    Missing,
    /// The provider has not sent it yet, or will try again.
    Pending,
}

/// By what an entry and a delivery were found to be the same.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum MatchedBy {
    /// The provider's id of the delivery.
    DeliveryId,
    /// The provider's id of the event.
    EventId,
    /// The same body at about the same time.
    HashAndTime,
    /// The same type of event at about the same time, each delivery for one entry: the log names neither.
    Time,
    /// The same type of event and the same answer, in the order of a log that tells no times.
    Order,
}

/// An entry of the provider's log with what became of it here.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
pub struct ReconciledEntry {
    /// The provider's entry; its `delivery` is the one it became.
    pub entry: LogEntry,
    /// Where it stands.
    pub state: ReconcileState,
    /// By what it was matched.
    pub matched_by: Option<MatchedBy>,
    /// The verdict here.
    pub verdict: Option<Verdict>,
    /// What was answered here; 0 for a delivery that was recovered.
    pub status: Option<u16>,
    /// True when another delivery of the same event came later.
    pub later: bool,
}

/// One endpoint's log beside the deliveries here.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
pub struct Reconciliation {
    /// The endpoint, by the provider's id.
    pub endpoint: String,
    /// Its address.
    pub url: String,
    /// The inbox here that it points to.
    pub inbox: Option<Name>,
    /// Entries of the log.
    #[ts(type = "number")]
    pub sent: u64,
    /// Those that are here, recovered ones among them.
    #[ts(type = "number")]
    pub arrived: u64,
    /// Those that were answered 2xx.
    #[ts(type = "number")]
    pub accepted: u64,
    /// Those that are not here.
    #[ts(type = "number")]
    pub missing: u64,
    /// Those that the provider has yet to send.
    #[ts(type = "number")]
    pub pending: u64,
    /// Deliveries of the inbox in the same span of time that the log does not have.
    pub not_in_log: Vec<DeliveryId>,
    /// The entries, newest first.
    pub entries: Vec<ReconciledEntry>,
    /// True when the log holds more than was read.
    pub more: bool,
    /// True when missing ones can be fetched from the log, with their requests.
    pub can_recover: bool,
    /// True when the provider can be asked to send them again.
    pub can_redeliver: bool,
    /// Why this endpoint's log could not be read.
    pub failure: Option<Failure>,
}

/// How missing deliveries are brought in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum BringInBy {
    /// Fetched from the provider's log with the request it sent.
    Recover,
    /// Sent again by the provider.
    Redeliver,
}

/// Brings missing deliveries in, at most 100 in one call.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
pub struct BringIn {
    /// Through which connection.
    pub connection: Name,
    /// The endpoint, by the provider's id.
    pub endpoint: String,
    /// The entries, by the provider's id.
    pub entries: Vec<String>,
    /// How; absent: from the log where it holds the request, else sent again.
    #[serde(default)]
    #[ts(optional)]
    pub by: Option<BringInBy>,
}

/// A delivery that was fetched from a provider's log.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct RecoveredDelivery {
    /// The entry, by the provider's id.
    pub entry: String,
    /// The delivery here.
    pub delivery: DeliveryId,
    /// The outcome of its check.
    pub verdict: Verdict,
    /// Why.
    pub reason: Reason,
    /// True when the log held the very bytes that were sent.
    pub exact: bool,
}

/// An entry that could not be brought in.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
pub struct NotBroughtIn {
    /// The entry, by the provider's id.
    pub entry: String,
    /// Why.
    pub failure: Failure,
}

/// What came of it.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, TS)]
pub struct BroughtIn {
    /// Fetched from the log.
    pub recovered: Vec<RecoveredDelivery>,
    /// The provider sends these again; they arrive like any delivery.
    pub redelivered: Vec<String>,
    /// These were here already.
    pub already_here: Vec<String>,
    /// These could not be brought in.
    pub failed: Vec<NotBroughtIn>,
}
