//! What can go wrong underneath, and the code a caller acts on.
//!
//! SQLite's own words are passed on as a detail; they name tables and files, never values.

use rusqlite::ffi::ErrorCode as Sqlite;
use waybill_model::{ErrorCode, Failure};

/// A failure inside the store, before it becomes a [`Failure`].
#[derive(Debug)]
pub(crate) enum Fault {
    /// SQLite refused.
    Sqlite(rusqlite::Error),
    /// The file system refused.
    Io(std::io::Error),
    /// Already in words.
    Told(Box<Failure>),
}

/// Results inside the store.
pub(crate) type Outcome<T> = Result<T, Fault>;

impl From<rusqlite::Error> for Fault {
    fn from(error: rusqlite::Error) -> Self {
        Self::Sqlite(error)
    }
}

impl From<std::io::Error> for Fault {
    fn from(error: std::io::Error) -> Self {
        Self::Io(error)
    }
}

impl From<Failure> for Fault {
    fn from(failure: Failure) -> Self {
        Self::Told(Box::new(failure))
    }
}

impl Fault {
    /// True when the database's bytes are not what SQLite wrote.
    pub(crate) fn is_damage(&self) -> bool {
        matches!(self.sqlite(), Some(Sqlite::DatabaseCorrupt | Sqlite::NotADatabase))
    }

    /// True when the connection itself can't be trusted any more: a write or a sync failed, and what
    /// the operating system kept of it is unknown.
    pub(crate) fn is_io(&self) -> bool {
        matches!(self.sqlite(), Some(Sqlite::SystemIoFailure | Sqlite::CannotOpen))
    }

    /// True when the statement was ended from outside.
    pub(crate) fn is_interrupt(&self) -> bool {
        matches!(self.sqlite(), Some(Sqlite::OperationInterrupted))
    }

    /// In words.
    pub(crate) fn told(&self) -> Failure {
        match self {
            Self::Told(failure) => (**failure).clone(),
            Self::Io(error) => from_io(error),
            Self::Sqlite(error) => from_sqlite(error),
        }
    }

    fn sqlite(&self) -> Option<Sqlite> {
        match self {
            Self::Sqlite(error) => error.sqlite_error_code(),
            _ => None,
        }
    }
}

impl From<Fault> for Failure {
    fn from(fault: Fault) -> Self {
        fault.told()
    }
}

fn from_io(error: &std::io::Error) -> Failure {
    use std::io::ErrorKind;
    if matches!(error.kind(), ErrorKind::StorageFull | ErrorKind::QuotaExceeded) {
        return disk_full();
    }
    Failure::new(ErrorCode::DataFolder, format!("The data folder can't be read or written: {error}."))
        .hint("Check that the folder belongs to you and can be written.")
}

/// The disk has no room left.
pub(crate) fn disk_full() -> Failure {
    Failure::new(ErrorCode::DiskFull, "The disk is full; nothing was stored.")
        .hint("Free some space; Waybill goes on by itself.")
}

fn from_sqlite(error: &rusqlite::Error) -> Failure {
    let Some(code) = error.sqlite_error_code() else {
        return Failure::internal(format!("The store was asked something it can't do: {error}."));
    };
    match code {
        Sqlite::DiskFull => disk_full(),
        Sqlite::DatabaseBusy | Sqlite::DatabaseLocked => {
            Failure::new(ErrorCode::Busy, "The store is held by another program; nothing was stored.")
                .hint("Try again in a moment.")
        }
        Sqlite::OperationInterrupted => Failure::new(ErrorCode::Cancelled, "The query was cancelled."),
        Sqlite::DatabaseCorrupt | Sqlite::NotADatabase => {
            Failure::new(ErrorCode::DatabaseDamaged, format!("The database is damaged ({error})."))
                .hint("Start Waybill again: it sets the damaged file aside, keeps it, and starts a new one.")
        }
        Sqlite::SystemIoFailure
        | Sqlite::CannotOpen
        | Sqlite::ReadOnly
        | Sqlite::PermissionDenied
        | Sqlite::FileLockingProtocolFailed => Failure::new(
            ErrorCode::DataFolder,
            format!("The database can't be read or written ({error}); nothing was stored."),
        )
        .hint("Check the disk, and that the data folder belongs to you and can be written."),
        _ => Failure::internal(format!("The store failed: {error}.")),
    }
}
