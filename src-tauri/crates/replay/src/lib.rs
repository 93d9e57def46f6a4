//! Sends recorded deliveries again: replays (jobs of many attempts) and forwards (one attempt each).
//!
//! Promises: an attempt is in the record before its first byte is sent; nothing that was sent is sent again
//! by itself, whatever dies when; only addresses that were judged at the moment of dialling are called;
//! bodies leave exactly as they came. Leaves out: where the record is kept ([`Ledger`]), how a delivery is
//! signed ([`Resigner`]), what time it is ([`Timer`], [`waybill_model::Clock`]).

pub mod address;
mod attempt;
mod control;
mod job;
mod ledger;
mod outgoing;
mod pace;
mod plan;
mod progress;
mod sender;
mod target;

pub use attempt::{Tools, forward, replay_one};
pub use control::{JobControl, check_options};
pub use job::{Job, JobEnd, run};
pub use ledger::{
    FinishedAttempt, Ledger, NewAttempt, Observer, PendingItem, Resigned, Resigner, Unobserved,
};
pub use outgoing::{HOP_HEADER, MAX_HOPS, Prepared, RawHeader, Recorded, Sessions, prepare};
pub use pace::{Timer, TokioTimer};
pub use plan::{Concern, Counted, PlanItem, Planner, ReplayPlan};
pub use progress::JobProgress;
pub use sender::{CONNECT_TIMEOUT, RESPONSE_LIMIT, Sender, Sent};
pub use target::{Boxed, Guard, Names, Refusal, SystemNames, Target};
