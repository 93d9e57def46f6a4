//! What replaying needs of the record, and tells of itself.
//!
//! The order is the promise: an attempt is in the record, durably, before its first byte is sent; its end
//! is written when it is known. An attempt without an end may have been sent, nobody knows: it is
//! `unknown`, and never made again by itself.

use crate::outgoing::{RawHeader, Recorded};
use crate::progress::JobProgress;
use crate::sender::Sent;
use crate::target::Boxed;
use bytes::Bytes;
use waybill_model::{
    Attempt, AttemptId, AttemptKind, AttemptOutcome, DeliveryId, HeaderPair, JobId, JobState, ReplayMode,
    Result, Timestamp,
};

/// A delivery of a job that no attempt was made for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PendingItem {
    /// Its place in the job's order; rises.
    pub position: i64,
    /// The delivery.
    pub delivery: DeliveryId,
}

/// An attempt that is about to be made.
#[derive(Clone, Debug, PartialEq)]
pub struct NewAttempt {
    /// Its job; absent for a forward.
    pub job: Option<JobId>,
    /// The delivery.
    pub delivery: DeliveryId,
    /// Why it is made.
    pub kind: AttemptKind,
    /// 1 for the first try.
    pub number: u32,
    /// The target's address, without the delivery's own query.
    pub target: String,
    /// Verbatim or signed again.
    pub mode: ReplayMode,
    /// The time of sending.
    pub started_at: Timestamp,
    /// The headers that will be sent.
    pub request_headers: Vec<HeaderPair>,
}

/// How an attempt ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FinishedAttempt {
    /// In one word; never `unknown`.
    pub outcome: AttemptOutcome,
    /// The answered status.
    pub status: Option<u16>,
    /// What went wrong.
    pub error: Option<String>,
    /// Until the whole answer was there, in microseconds.
    pub duration_us: u64,
    /// The answered headers.
    pub response_headers: Vec<HeaderPair>,
    /// What is kept of the answer's body.
    pub response_body: Vec<u8>,
    /// True when it was longer.
    pub response_truncated: bool,
}

impl From<Sent> for FinishedAttempt {
    fn from(sent: Sent) -> Self {
        Self {
            outcome: sent.outcome,
            status: sent.status,
            error: sent.error,
            duration_us: u64::try_from(sent.duration.as_micros()).unwrap_or(u64::MAX),
            response_headers: sent.headers,
            response_body: sent.body,
            response_truncated: sent.truncated,
        }
    }
}

/// The record of jobs and attempts, as the store keeps it.
pub trait Ledger: Send + Sync + 'static {
    /// Up to `limit` deliveries of `job` behind place `after` for which no attempt was ever recorded and which
    /// were not skipped, in order.
    fn pending(&self, job: JobId, after: Option<i64>, limit: usize) -> Boxed<'_, Result<Vec<PendingItem>>>;

    /// A delivery with its bytes; `None` when it was deleted meanwhile.
    fn load(&self, delivery: DeliveryId) -> Boxed<'_, Result<Option<Recorded>>>;

    /// Records an attempt as `unknown`. It is on disk when this returns.
    fn begin(&self, attempt: NewAttempt) -> Boxed<'_, Result<AttemptId>>;

    /// Records an attempt's end.
    fn finish(&self, attempt: AttemptId, end: FinishedAttempt) -> Boxed<'_, Result<()>>;

    /// Records that a delivery is left out of a job, and why.
    fn skip(&self, job: JobId, delivery: DeliveryId, why: String) -> Boxed<'_, Result<()>>;

    /// Records where a job stands. `because` tells why it stopped by itself.
    fn set_state(
        &self,
        job: JobId,
        state: JobState,
        at: Timestamp,
        because: Option<String>,
    ) -> Boxed<'_, Result<()>>;
}

/// A delivery with its signature renewed.
#[derive(Clone)]
pub struct Resigned {
    /// All headers, the renewed ones in their places.
    pub headers: Vec<RawHeader>,
    /// The body; another than the recorded one only where the timestamp stands inside it.
    pub body: Bytes,
}

/// Signs deliveries again. Whoever implements it knows the inbox's scheme and its current secret.
pub trait Resigner: Send + Sync + 'static {
    /// `recorded` signed for `url` at `at`; `Err` says, as a sentence, why that can't be done.
    fn resign<'a>(
        &'a self,
        recorded: &'a Recorded,
        url: &'a str,
        at: Timestamp,
    ) -> Boxed<'a, std::result::Result<Resigned, String>>;
}

/// Hears of what goes on. Called from the work itself: must not block.
pub trait Observer: Send + Sync + 'static {
    /// An attempt has ended.
    fn attempt(&self, attempt: &Attempt);

    /// How far a job is; at most ten times a second, and once at its end.
    fn progress(&self, progress: &JobProgress);
}

/// Hears nothing.
#[derive(Clone, Copy, Debug, Default)]
pub struct Unobserved;

impl Observer for Unobserved {
    fn attempt(&self, _: &Attempt) {}
    fn progress(&self, _: &JobProgress) {}
}
