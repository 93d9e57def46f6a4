//! Where secrets live: the operating system's keychain, a file encrypted under a passphrase, or this
//! process's memory.
//!
//! What it promises:
//! - A secret goes to the place that was chosen or nowhere. No other place is ever tried.
//! - Values are bytes and come back as those bytes; a written value has been read back before
//!   [`Vault::put`] returns.
//! - Nothing is written over: an id that holds another value is refused.
//! - No call waits longer than the deadline on a keychain that does not answer, and one that hangs
//!   blocks one thread, never more.
//! - No value is part of an error, a log line or a `Debug`.
//!
//! What it leaves out: names, purposes and states of secrets (the store keeps those), asking people
//! for a passphrase (the host does), and the custody protocol (the engine does).

mod error;
mod file;
mod keychain;
mod memory;
mod place;
mod seal;
mod thread;
mod vault;

pub use error::VaultError;
pub use seal::SealKey;
pub use vault::{DEFAULT_DEADLINE, DEFAULT_FILE_DEADLINE, DEFAULT_WORK_FACTOR, Vault, VaultChoice};
