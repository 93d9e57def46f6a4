//! SQLite connections as this store wants them.
//!
//! WAL with `synchronous=FULL`, so that a commit that was answered survives a power cut; no memory
//! mapping; the schema is not trusted to call functions; limits as SQLite's authors advise for files
//! that could be hostile. Asserts a SQLite without the WAL-reset fault (fixed in 3.51.3).

use crate::fault::{Fault, Outcome};
use rusqlite::config::DbConfig;
use rusqlite::{Connection, OpenFlags};
use std::path::Path;
use std::time::Duration;
use waybill_model::Failure;

/// Bytes of a page: dense for rows of some 2 KiB, few frames a commit.
pub(crate) const PAGE: u32 = 16 * 1024;

/// How long a statement waits for another process's lock.
const PATIENCE: Duration = Duration::from_secs(5);

/// The oldest SQLite that is safe here.
const OLDEST: i32 = 3_051_003;

/// Prepared statements kept per connection.
const STATEMENTS: usize = 96;

/// A connection that writes. Only one thread has one, besides the moments of opening.
pub(crate) fn writer(path: &Path) -> Outcome<Connection> {
    let connection = open(path, OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_CREATE)?;
    connection.pragma_update(None, "page_size", PAGE)?;
    let mode: String = connection.query_row("PRAGMA journal_mode = WAL", [], |row| row.get(0))?;
    if !mode.eq_ignore_ascii_case("wal") {
        return Err(Fault::from(
            Failure::new(
                waybill_model::ErrorCode::DataFolder,
                format!("The data folder's file system can't keep a write-ahead log (it offers {mode:?})."),
            )
            .hint("Keep the data folder on a local disk."),
        ));
    }
    // Checkpoints belong to their own thread.
    connection.execute_batch(
        "PRAGMA synchronous = FULL; PRAGMA wal_autocheckpoint = 0; PRAGMA cache_size = -16384;
         PRAGMA secure_delete = ON; PRAGMA foreign_keys = ON;",
    )?;
    Ok(connection)
}

/// A connection that checkpoints and nothing else.
pub(crate) fn checkpointer(path: &Path) -> Outcome<Connection> {
    let connection = open(path, OpenFlags::SQLITE_OPEN_READ_WRITE)?;
    connection.execute_batch("PRAGMA synchronous = FULL; PRAGMA wal_autocheckpoint = 0;")?;
    Ok(connection)
}

/// A connection that can't write.
pub(crate) fn reader(path: &Path) -> Outcome<Connection> {
    // Opened for writing all the same: a reader of a WAL must be able to mend its index.
    let connection = open(path, OpenFlags::SQLITE_OPEN_READ_WRITE)?;
    connection.execute_batch("PRAGMA query_only = ON; PRAGMA cache_size = -4096;")?;
    Ok(connection)
}

/// A connection to the search index, which may be lost at any time.
pub(crate) fn indexer(path: &Path) -> Outcome<Connection> {
    let connection = open(path, OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_CREATE)?;
    connection.pragma_update(None, "page_size", 4096)?;
    let _: String = connection.query_row("PRAGMA journal_mode = WAL", [], |row| row.get(0))?;
    connection.execute_batch(
        "PRAGMA synchronous = OFF; PRAGMA wal_autocheckpoint = 4000; PRAGMA cache_size = -8192;",
    )?;
    Ok(connection)
}

fn open(path: &Path, flags: OpenFlags) -> Outcome<Connection> {
    if rusqlite::version_number() < OLDEST {
        return Err(Failure::internal("This build's SQLite is older than 3.51.3.").into());
    }
    let flags = flags | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(path, flags)?;
    connection.busy_timeout(PATIENCE)?;
    connection.set_prepared_statement_cache_capacity(STATEMENTS);
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_DEFENSIVE, true)?;
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_TRUSTED_SCHEMA, false)?;
    // Else a statement is compiled anew for each new value of a parameter that a partial index might be about,
    // as `id` is here: that costs more than most of our statements.
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true)?;
    connection.execute_batch(
        "PRAGMA trusted_schema = OFF; PRAGMA cell_size_check = ON; PRAGMA mmap_size = 0;
         PRAGMA temp_store = MEMORY; PRAGMA foreign_keys = ON;",
    )?;
    Ok(connection)
}

#[cfg(test)]
mod tests {
    use super::*;
    use rusqlite::StatementStatus;

    #[test]
    fn a_statement_is_compiled_once_whatever_it_is_asked() {
        let dir = tempfile::tempdir().unwrap();
        let connection = writer(&dir.path().join("a.db")).unwrap();
        connection
            .execute_batch(
                "CREATE TABLE things (id INTEGER PRIMARY KEY, starred INTEGER);
                 CREATE INDEX things_starred ON things (id) WHERE starred = 1;
                 CREATE TABLE parts (id INTEGER PRIMARY KEY);",
            )
            .unwrap();
        let asked = "SELECT starred FROM things t JOIN parts p ON p.id = t.id WHERE t.id = ?1";
        let mut statement = connection.prepare(asked).unwrap();
        for id in 1..4 {
            assert!(!statement.exists([id]).unwrap());
        }
        assert_eq!(statement.get_status(StatementStatus::RePrepare), 0);
    }
}
