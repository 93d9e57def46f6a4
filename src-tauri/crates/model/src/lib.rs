//! The words of the domain as types.
//!
//! Everything here is plain data that every other crate shares: ids, names, times, verdicts with
//! their reasons, error codes, and the shapes that cross to the window and the command line (one
//! JSON for both, snake_case, described to TypeScript by `ts-rs`).
//!
//! There is no I/O, no clock and no randomness here: [`Clock`] and [`Entropy`] are passed in by
//! whoever owns the process, so that a test can hold both.

mod attempt;
mod clock;
mod connection;
mod delivery;
mod endpoint;
mod error;
mod ids;
mod inbox;
mod provider;
mod secret;
mod settings;
mod time;
mod verdict;

pub use attempt::{
    Attempt, AttemptKind, AttemptOutcome, JobCounts, JobState, ReplayJob, ReplayMode, ReplayOptions,
    TargetClass,
};
pub use clock::{Clock, Entropy, SystemClock};
pub use connection::Connection;
pub use delivery::{Delivery, DeliveryRow, HeaderPair, Origin, header_text};
pub use endpoint::{Credential, CredentialKind, Endpoint, LogEntry, LogState};
pub use error::{ErrorCode, Failure, FieldProblem, Result};
pub use ids::{AttemptId, DeliveryId, InvalidName, JobId, Name, SecretId};
pub use inbox::{AnswerRule, Inbox, InboxSecret};
pub use provider::{
    AllEvents, AuthForm, BaseAddress, EventTypeInfo, FieldInfo, FieldKind, OperationInfo, ProviderInfo,
    ProviderOperation, SchemeInfo, Support, VariableInfo,
};
pub use secret::{SecretKind, SecretMeta, SecretState, VaultKind, VaultState};
pub use settings::{Settings, Theme};
pub use time::Timestamp;
pub use verdict::{Reason, Verdict};
