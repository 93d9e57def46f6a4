//! Waybill's data folder: SQLite with one writer and group commit, readers, migrations, search.
//!
//! Promises: what was acknowledged is on disk and survives a kill and a power cut; a capture that can't be
//! kept is refused at once; a damaged or newer file is never overwritten; several processes may share a
//! folder. SQL stays in here: callers see the words of `waybill-model`.
//!
//! Leaves out: secret values (they live in the vault), and any decision about what to keep or send.
//!
//! Start at [`Store::open`]; every method tells which thread it runs on only by being `async` or not:
//! those that are not return at once.

mod append;
mod attempts;
mod checkpoint;
mod connect;
mod connections;
mod counts;
mod deliveries;
mod fault;
mod folder;
mod functions;
mod inboxes;
mod indexer;
mod jobs;
mod journal;
mod locks;
mod marks;
mod names;
mod query;
mod queue;
mod readers;
mod schema;
mod search;
mod secrets;
mod store;
mod words;
mod writer;

pub use append::NewDelivery;
pub use attempts::{AttemptFilter, EndedAttempt, NewAttempt};
pub use counts::Totals;
pub use deliveries::{Histogram, ValueField};
pub use jobs::NewJob;
pub use journal::{HistoryRow, Intent, Span, SpanId};
pub use locks::{PortClaim, PortHeld};
pub use query::QueryRef;
pub use queue::Pending;
pub use store::{Change, Opened, Store, StoreOptions};
