//! Replays, their attempts, and what they are sent to.

use crate::{AttemptId, DeliveryId, HeaderPair, JobId, Timestamp};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// Where a target lies.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum TargetClass {
    /// This machine.
    Loopback,
    /// A private network.
    Private,
    /// Anywhere else.
    Public,
}

/// How a delivery is sent again.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum ReplayMode {
    /// With the recorded signature headers.
    #[default]
    Verbatim,
    /// Signed again with the inbox's current secret and the time of sending.
    Resign,
}

/// Why an outgoing request was made.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum AttemptKind {
    /// Part of a replay.
    Replay,
    /// Sent on as it arrived.
    Forward,
}

/// What became of an outgoing request.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum AttemptOutcome {
    /// Recorded, not answered yet; after a restart: it may have been sent, nobody knows.
    Unknown,
    /// Answered 2xx.
    Succeeded,
    /// Answered otherwise.
    Failed,
    /// Nothing was sent: no connection.
    NotSent,
    /// Sent, but no whole answer came.
    NoAnswer,
    /// Left out: it can't be signed again, its bytes are cut, or the job was cancelled.
    Skipped,
}

impl AttemptOutcome {
    /// The word as it stands in JSON.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Unknown => "unknown",
            Self::Succeeded => "succeeded",
            Self::Failed => "failed",
            Self::NotSent => "not_sent",
            Self::NoAnswer => "no_answer",
            Self::Skipped => "skipped",
        }
    }
}

/// One outgoing request and what came back. The answer's body travels apart, as bytes.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
pub struct Attempt {
    /// Which.
    pub id: AttemptId,
    /// Its job; absent for a forward.
    pub job: Option<JobId>,
    /// The delivery that was sent.
    pub delivery: DeliveryId,
    /// That delivery's event type, for the list.
    pub event_type: Option<String>,
    /// Why it was made.
    pub kind: AttemptKind,
    /// 1 for the first try.
    pub number: u32,
    /// Where to.
    pub target: String,
    /// Verbatim or signed again.
    pub mode: ReplayMode,
    /// When it was sent.
    pub started_at: Timestamp,
    /// Until the whole answer was there, in microseconds.
    #[ts(type = "number | null")]
    pub duration_us: Option<u64>,
    /// What became of it.
    pub outcome: AttemptOutcome,
    /// The answered status.
    pub status: Option<u16>,
    /// What went wrong, when nothing was answered.
    pub error: Option<String>,
    /// The headers that were sent.
    pub request_headers: Vec<HeaderPair>,
    /// The headers that were answered.
    pub response_headers: Vec<HeaderPair>,
    /// Bytes of the answer's body that are kept (at most 1 MiB).
    #[ts(type = "number")]
    pub response_size: u64,
    /// True when the answer's body was longer than what is kept.
    pub response_truncated: bool,
    /// The status this delivery was answered with when it first came.
    pub first_status: u16,
}

/// Where a job stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum JobState {
    /// Attempts are being made.
    Running,
    /// Held by the user.
    Paused,
    /// Ended by the user.
    Cancelled,
    /// Everything was tried.
    Completed,
    /// Waybill stopped in the middle; it can be resumed.
    Interrupted,
}

impl JobState {
    /// The word as it stands in JSON.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Running => "running",
            Self::Paused => "paused",
            Self::Cancelled => "cancelled",
            Self::Completed => "completed",
            Self::Interrupted => "interrupted",
        }
    }
}

/// How a replay is run.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
#[serde(default)]
pub struct ReplayOptions {
    /// The absolute address to send to; the delivery's own query is kept, its path is not.
    pub target: String,
    /// Verbatim or signed again.
    pub mode: ReplayMode,
    /// At most so many requests a second; absent: as fast as the target answers.
    pub rate: Option<f64>,
    /// At most so many at once, 1 to 256.
    pub concurrency: u32,
    /// Further tries after a failure, 0 to 20, waiting 1 s, 2 s, 4 s … up to 30 s between.
    pub retries: u32,
    /// Until the whole answer must be there, in milliseconds.
    #[ts(type = "number")]
    pub timeout_ms: u64,
    /// Stop after so many deliveries have failed for good; absent: never.
    #[ts(type = "number | null")]
    pub stop_after_failures: Option<u32>,
}

impl Default for ReplayOptions {
    fn default() -> Self {
        Self {
            target: String::new(),
            mode: ReplayMode::Verbatim,
            rate: None,
            concurrency: 8,
            retries: 0,
            timeout_ms: 10_000,
            stop_after_failures: None,
        }
    }
}

/// How far a job is, derived from its attempts. Counts are of deliveries, not of tries.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct JobCounts {
    /// Deliveries in the job.
    #[ts(type = "number")]
    pub total: u64,
    /// Sent at least once.
    #[ts(type = "number")]
    pub sent: u64,
    /// Answered 2xx in the end.
    #[ts(type = "number")]
    pub succeeded: u64,
    /// Given up.
    #[ts(type = "number")]
    pub failed: u64,
    /// Left out.
    #[ts(type = "number")]
    pub skipped: u64,
    /// May have been sent when Waybill stopped; never sent again by itself.
    #[ts(type = "number")]
    pub unknown: u64,
}

/// A replay of some deliveries to one target.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
pub struct ReplayJob {
    /// Which.
    pub id: JobId,
    /// For people: the query, or how many were selected.
    pub title: String,
    /// Where it stands.
    pub state: JobState,
    /// How it is run.
    pub options: ReplayOptions,
    /// How far it is.
    pub counts: JobCounts,
    /// When it was started.
    pub created_at: Timestamp,
    /// When it ended.
    pub finished_at: Option<Timestamp>,
    /// Median time to an answer so far, in microseconds.
    #[ts(type = "number | null")]
    pub median_us: Option<u64>,
    /// 99th percentile of the same.
    #[ts(type = "number | null")]
    pub p99_us: Option<u64>,
    /// Deliveries finished a second over the last seconds, while running.
    pub per_second: Option<f64>,
    /// Why it stopped before its end, when it did by itself.
    pub stopped_because: Option<String>,
}
