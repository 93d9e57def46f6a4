//! What is pushed to the hosts.

use super::Status;
use serde::{Deserialize, Serialize};
use ts_rs::TS;
use waybill_model::{DeliveryRow, ReplayJob};

/// What answers are about. A query says which it is made of; a mutation and an event say which are stale.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum Tag {
    /// Deliveries and result sets.
    Deliveries,
    /// Inboxes.
    Inboxes,
    /// Connections.
    Connections,
    /// Endpoints.
    Endpoints,
    /// Schemes: the user's own come and go.
    Schemes,
    /// Secrets, without their values.
    Secrets,
    /// Settings.
    Settings,
    /// Replays and attempts.
    Replays,
    /// The status of the frame.
    Status,
}

/// How a result set has grown.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct ResultDelta {
    /// Which result set.
    pub id: u32,
    /// How many it holds now.
    #[ts(type = "number")]
    pub total: u64,
    /// How many came at its newest end.
    #[ts(type = "number")]
    pub added: u64,
}

/// Something has changed.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case", tag = "event")]
pub enum Event {
    /// Deliveries arrived; sent at most every 33 ms.
    Arrived {
        /// The open result sets that grew.
        results: Vec<ResultDelta>,
        /// The newest of them, at most 50, newest first.
        rows: Vec<DeliveryRow>,
        /// How many arrived since the last such event, counted up to 10,000.
        #[ts(type = "number")]
        count: u64,
    },
    /// Answers made of these are stale.
    Changed {
        /// Which.
        tags: Vec<Tag>,
    },
    /// A replay moved on; sent at most ten times a second.
    Replay {
        /// Where it stands.
        job: Box<ReplayJob>,
    },
    /// The frame's status changed.
    Status {
        /// What it is now.
        status: Box<Status>,
    },
    /// This subscriber fell behind and missed events: read everything again.
    Missed,
}
