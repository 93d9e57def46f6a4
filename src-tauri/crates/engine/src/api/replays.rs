//! Replays, their plans and attempts, and signed test events.

use super::SecretText;
use serde::{Deserialize, Serialize};
use ts_rs::TS;
use waybill_model::{
    Attempt, AttemptOutcome, DeliveryId, HeaderPair, JobId, Name, ReplayMode, ReplayOptions, TargetClass,
    Timestamp,
};

/// Which deliveries.
#[derive(Clone, Debug, Default, Serialize, Deserialize, TS)]
#[serde(default)]
pub struct Selection {
    /// These; or, when empty,
    pub ids: Vec<DeliveryId>,
    /// those that match, oldest first.
    pub query: String,
}

/// Plans or starts a replay.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
pub struct ReplayStart {
    /// What to send.
    pub selection: Selection,
    /// Where and how.
    pub options: ReplayOptions,
    /// The plan was seen and its warnings accepted.
    #[serde(default)]
    pub confirmed: bool,
}

/// How many of something stand under one word.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct TargetCount {
    /// An inbox or an event type.
    pub name: String,
    /// How many.
    #[ts(type = "number")]
    pub count: u64,
}

/// What a replay would do.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
pub struct ReplayPlan {
    /// Deliveries in it.
    #[ts(type = "number")]
    pub count: u64,
    /// Bytes of their bodies.
    #[ts(type = "number")]
    pub bytes: u64,
    /// The oldest.
    pub oldest: Option<Timestamp>,
    /// The newest.
    pub newest: Option<Timestamp>,
    /// Deliveries beyond the first of their event.
    #[ts(type = "number")]
    pub duplicates: u64,
    /// Deliveries that can't be signed again (no secret, a public key only); sent verbatim they go all the same.
    #[ts(type = "number")]
    pub unsignable: u64,
    /// Deliveries whose body is not whole.
    #[ts(type = "number")]
    pub cut: u64,
    /// Per inbox.
    pub inboxes: Vec<TargetCount>,
    /// Where the target lies.
    pub class: TargetClass,
    /// The target's host, as it will be called.
    pub host: String,
    /// What to think about before it starts; any of them asks for a confirmation, unless the target is loopback.
    pub warnings: Vec<String>,
    /// The first request as it would be sent.
    pub first_method: String,
    /// Its headers.
    pub first_headers: Vec<HeaderPair>,
}

/// Names a replay.
#[derive(Clone, Copy, Debug, Serialize, Deserialize, TS)]
pub struct JobRef {
    /// Which.
    pub id: JobId,
}

/// Asks for attempts.
#[derive(Clone, Debug, Default, Serialize, Deserialize, TS)]
#[serde(default)]
pub struct AttemptsRequest {
    /// Of one replay; or
    pub job: Option<JobId>,
    /// of one delivery.
    pub delivery: Option<DeliveryId>,
    /// Only those with this outcome.
    pub outcome: Option<AttemptOutcome>,
    /// Only those answered otherwise than the first time.
    pub changed: bool,
    /// Rows to pass over, counted from the newest.
    #[ts(type = "number")]
    pub offset: u64,
    /// At most 500; 0: 100.
    pub limit: u32,
}

/// Attempts, newest first.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
pub struct AttemptList {
    /// How many there are.
    #[ts(type = "number")]
    pub total: u64,
    /// The attempts.
    pub attempts: Vec<Attempt>,
}

/// Sends a signed test event.
#[derive(Debug, Default, Deserialize, TS)]
#[serde(default)]
pub struct SendEvent {
    /// Where to; absent with `inbox`: to that inbox here.
    pub to: Option<String>,
    /// Signed as this inbox expects; or
    pub inbox: Option<Name>,
    /// under this scheme
    pub scheme: Option<String>,
    /// with this secret.
    pub secret: Option<SecretText>,
    /// The event type; absent: the scheme's first example.
    pub event: Option<String>,
    /// The body; absent: an example of that type.
    pub data: Option<String>,
}

/// What became of a test event.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
pub struct Sent {
    /// Where it went.
    pub url: String,
    /// What became of it.
    pub outcome: AttemptOutcome,
    /// The answered status.
    pub status: Option<u16>,
    /// How long it took, in microseconds.
    #[ts(type = "number | null")]
    pub duration_us: Option<u64>,
    /// What went wrong.
    pub error: Option<String>,
    /// The headers that were sent.
    pub headers: Vec<HeaderPair>,
    /// How it was signed.
    pub mode: ReplayMode,
    /// The inbox it went to, when it went to one here.
    pub inbox: Option<Name>,
}
