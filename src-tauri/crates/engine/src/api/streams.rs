//! Live streams: a provider's events, heard through a connection that Waybill opens.

use serde::{Deserialize, Serialize};
use ts_rs::TS;
use waybill_model::{Failure, Name, Timestamp};

/// Asks for a stream to be listened to.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
pub struct StreamStart {
    /// Through which connection.
    pub connection: Name,
    /// Where its events are kept; absent: an inbox of the connection's name. One that is not there is made.
    #[serde(default)]
    pub inbox: Option<Name>,
}

/// Where a stream stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum StreamState {
    /// It is being opened.
    Connecting,
    /// Events are heard as they happen.
    Open,
    /// It ended and is opened again after a wait, where it ended.
    Waiting,
    /// It was given up; starting it tries again.
    Failed,
}

/// A stream that this process listens to, or has given up.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
pub struct LiveStream {
    /// Through which connection.
    pub connection: Name,
    /// Where its events are kept.
    pub inbox: Name,
    /// Where it stands.
    pub state: StreamState,
    /// When it was started.
    pub started_at: Timestamp,
    /// Events heard and kept since then.
    #[ts(type = "number")]
    pub heard: u64,
    /// When the last of them was.
    pub heard_at: Option<Timestamp>,
    /// Why it waits, for people.
    pub message: Option<String>,
    /// Why it was given up.
    pub failure: Option<Failure>,
}
