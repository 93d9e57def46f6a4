//! The schema and its versions: what a file is, and how it becomes a file of today.
//!
//! A version is one SQL file and a number in `user_version`. Steps go forward only, all in one transaction,
//! after a copy was made. A file of a newer version is left as it is.

use crate::connect;
use crate::fault::{Fault, Outcome};
use crate::folder::{Folder, open_private, with_suffix};
use rusqlite::config::DbConfig;
use rusqlite::{Connection, OptionalExtension};
use std::collections::BTreeSet;
use std::fs;
use std::io::Read;
use std::path::{Path, PathBuf};
use waybill_model::{ErrorCode, Failure, Timestamp};

/// Every step; the first makes version 1.
pub(crate) const STEPS: &[&str] =
    &[include_str!("../migrations/0001_start.sql"), include_str!("../migrations/0002_handshakes.sql")];

/// `WYBL`: says whose file it is.
const APPLICATION_ID: i64 = 0x5759_424c;

/// Files up to this size are checked whole at every start; larger ones when damage was seen.
const CHECKED_WHOLE: u64 = 64 * 1024 * 1024;

/// What lies where the database should be.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Found {
    /// Nothing.
    Nothing,
    /// A file of this version, up to ours.
    Version(usize),
    /// A file of a newer Waybill.
    Newer(i64),
    /// A file that can't be used, and why.
    Damaged(String),
}

/// Looks at the file, without changing what it says. Only while nobody has it open, this process included.
pub(crate) fn examine(folder: &Folder, steps: &[&str]) -> Outcome<Found> {
    let path = folder.database();
    let size = match fs::metadata(&path) {
        Ok(metadata) => metadata.len(),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            // A log of a database that is gone must never meet a new database.
            let orphan = with_suffix(&path, "-wal").exists();
            return Ok(if orphan {
                Found::Damaged("its main file is missing".to_owned())
            } else {
                Found::Nothing
            });
        }
        Err(error) => return Err(error.into()),
    };
    let mut start = Vec::with_capacity(100);
    fs::File::open(&path)?.take(100).read_to_end(&mut start)?;
    // A new file is made under another name and renamed when it is whole, so none of ours is ever this short.
    if start.len() < 100 || !start.starts_with(b"SQLite format 3\0") {
        let what = if size == 0 { "it is empty" } else { "it is not a SQLite database" };
        return Ok(Found::Damaged(what.to_owned()));
    }
    let whole = size <= CHECKED_WHOLE || folder.suspicion().exists();
    match look_inside(&path, steps, whole) {
        Err(fault) if fault.is_damage() => Ok(Found::Damaged(Failure::from(fault).message)),
        other => other,
    }
}

fn look_inside(path: &Path, steps: &[&str], whole: bool) -> Outcome<Found> {
    let connection = connect::checkpointer(path)?;
    // A damaged file is to be kept as it is, its log beside it.
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, true)?;
    let pragma = |name: &str| connection.pragma_query_value(None, name, |row| row.get::<_, i64>(0));
    let version = pragma("user_version")?;
    if pragma("application_id")? != APPLICATION_ID {
        return Ok(Found::Damaged("it is another program's database".to_owned()));
    }
    let Some(version) = usize::try_from(version).ok().filter(|&version| version > 0) else {
        return Ok(Found::Damaged(format!("its version is {version}")));
    };
    if version > steps.len() {
        return Ok(Found::Newer(i64::try_from(version).unwrap_or(i64::MAX)));
    }
    // Without a log, the file must be as long as its header says.
    let said = u64::try_from(pragma("page_count")? * pragma("page_size")?).unwrap_or(u64::MAX);
    let wal = fs::metadata(with_suffix(path, "-wal")).map_or(0, |metadata| metadata.len());
    if wal == 0 && fs::metadata(path)?.len() < said {
        return Ok(Found::Damaged("its end is missing".to_owned()));
    }
    if objects(&connection)? != objects(&fresh(&steps[..version])?)? {
        return Ok(Found::Damaged("its tables are not Waybill's".to_owned()));
    }
    if whole {
        let verdict: String = connection.query_row("PRAGMA quick_check(1)", [], |row| row.get(0))?;
        if verdict != "ok" {
            return Ok(Found::Damaged(verdict));
        }
    } else {
        // The ends of the two large trees: cheap, and where a cut file breaks.
        for table in ["deliveries", "contents"] {
            for order in ["ASC", "DESC"] {
                let sql = format!("SELECT * FROM {table} ORDER BY rowid {order} LIMIT 1");
                connection.query_row(&sql, [], |_| Ok(())).optional()?;
            }
        }
    }
    Ok(Found::Version(version))
}

/// The version of a file that others have open: asked of SQLite alone, because opening the file beside it
/// could end the locks another part of this process holds on it.
pub(crate) fn version(folder: &Folder) -> Outcome<i64> {
    let connection = connect::checkpointer(&folder.database())?;
    Ok(connection.pragma_query_value(None, "user_version", |row| row.get(0))?)
}

/// What the schema holds, by kind, name and text.
fn objects(connection: &Connection) -> Outcome<BTreeSet<(String, String, String)>> {
    let mut statement = connection
        .prepare("SELECT type, name, coalesce(sql, '') FROM sqlite_schema WHERE name NOT LIKE 'sqlite\\_stat%' ESCAPE '\\'")?;
    let rows = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}

fn fresh(steps: &[&str]) -> Outcome<Connection> {
    let connection = Connection::open_in_memory()?;
    for step in steps {
        connection.execute_batch(step)?;
    }
    Ok(connection)
}

/// Makes a new database: whole, then under its name.
pub(crate) fn create(folder: &Folder, steps: &[&str], now: Timestamp) -> Outcome<()> {
    let path = folder.database();
    let draft = with_suffix(&path, ".new");
    for suffix in ["", "-wal", "-shm"] {
        remove(&with_suffix(&draft, suffix))?;
    }
    open_private(&draft)?;
    let mut connection = connect::writer(&draft)?;
    migrate(&mut connection, 0, steps)?;
    connection.execute(
        "INSERT INTO inboxes (name, config, answer_status, answer, forward_to, created_at)
         VALUES ('unsorted', '{}', 404, '{\"headers\":[],\"body\":\"\",\"delay_ms\":0}', '[]', ?1)",
        [now.0],
    )?;
    let made = format!("{}-{}", now.0, std::process::id());
    connection.execute("INSERT INTO identity (id, made) VALUES (1, ?1)", [made])?;
    // Only the main file is renamed, so everything must be in it, and on disk: closing would not say when it is not.
    let left: i64 = connection.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |row| row.get(0))?;
    connection.close().map_err(|(_, error)| error)?;
    if left != 0 || with_suffix(&draft, "-wal").exists() {
        return Err(Failure::internal("The new database could not be written whole; it was not used.").into());
    }
    fs::rename(&draft, &path)?;
    sync_directory(&path)
}

/// Brings an existing file to today's version, after a copy was made. Returns where the copy lies.
pub(crate) fn upgrade(folder: &Folder, from: usize, steps: &[&str]) -> Outcome<PathBuf> {
    let path = folder.database();
    let mut connection = connect::writer(&path)?;
    let backup = with_suffix(&path, &format!(".version-{from}"));
    let draft = with_suffix(&backup, ".new");
    remove(&draft)?;
    open_private(&draft)?;
    connection.execute("VACUUM INTO ?1", [draft.to_string_lossy()])?;
    fs::rename(&draft, &backup)?;
    migrate(&mut connection, from, steps)?;
    connection.close().map_err(|(_, error)| error)?;
    Ok(backup)
}

fn migrate(connection: &mut Connection, from: usize, steps: &[&str]) -> Outcome<()> {
    // Tables may be rebuilt; the references are checked before the commit instead.
    connection.execute_batch("PRAGMA foreign_keys = OFF")?;
    let transaction = connection.transaction_with_behavior(rusqlite::TransactionBehavior::Immediate)?;
    for step in &steps[from..] {
        transaction.execute_batch(step)?;
    }
    if transaction.query_row("PRAGMA foreign_key_check", [], |_| Ok(())).optional()?.is_some() {
        return Err(
            Failure::internal("The new version's tables don't fit together; nothing was changed.").into()
        );
    }
    transaction.pragma_update(None, "application_id", APPLICATION_ID)?;
    transaction.pragma_update(None, "user_version", i64::try_from(steps.len()).unwrap_or(i64::MAX))?;
    transaction.commit()?;
    connection.execute_batch("PRAGMA foreign_keys = ON")?;
    Ok(())
}

/// Moves a damaged database out of the way, with its log. Nothing is deleted but the search index, which
/// can be built again. Returns where it went.
pub(crate) fn set_aside(folder: &Folder, now: Timestamp) -> Outcome<PathBuf> {
    let path = folder.database();
    let stamp: String = now.to_string().chars().take(19).filter(|c| *c != ':').collect();
    let mut target = with_suffix(&path, &format!(".damaged-{stamp}"));
    for number in 2.. {
        if !target.exists() {
            break;
        }
        target = with_suffix(&path, &format!(".damaged-{stamp}-{number}"));
    }
    // The log first: should we die between the two, the next start still finds the damaged file here.
    for suffix in ["-wal", "-shm", ""] {
        match fs::rename(with_suffix(&path, suffix), with_suffix(&target, suffix)) {
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {}
            other => other?,
        }
    }
    remove(&folder.suspicion())?;
    for suffix in ["", "-wal", "-shm"] {
        remove(&with_suffix(&folder.search(), suffix))?;
    }
    sync_directory(&path)?;
    Ok(target)
}

/// The refusal of a file of a newer version.
pub(crate) fn newer(version: i64, ours: usize) -> Fault {
    Failure::new(
        ErrorCode::DatabaseNewer,
        format!("The database was written by a newer Waybill (version {version}; this one knows up to {ours}). It was left as it is."),
    )
    .hint("Use the newer Waybill, or another data folder.")
    .into()
}

pub(crate) fn remove(path: &Path) -> Outcome<()> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => Err(error.into()),
        _ => Ok(()),
    }
}

/// Makes a rename survive a power cut, where directories can be synced.
fn sync_directory(path: &Path) -> Outcome<()> {
    #[cfg(unix)]
    if let Some(parent) = path.parent() {
        fs::File::open(parent)?.sync_all()?;
    }
    #[cfg(not(unix))]
    let _ = path;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::STEPS;
    use crate::store::{Store, StoreOptions};
    use std::path::Path;
    use std::sync::Arc;
    use waybill_model::{ErrorCode, Failure, Result, SystemClock};

    fn open(dir: &Path, steps: &[&str]) -> Result<(Store, Option<String>)> {
        let mut options = StoreOptions::new(Arc::new(SystemClock), "test");
        options.index = false;
        let opened = Store::open_with(dir, options, steps).map_err(Failure::from)?;
        Ok((opened.store, opened.notice))
    }

    /// Today's steps and one that nobody has taken yet.
    fn with(step: &'static str) -> Vec<&'static str> {
        STEPS.iter().copied().chain([step]).collect()
    }

    const GOOD: &str =
        "ALTER TABLE history ADD COLUMN more TEXT; CREATE TABLE later (id INTEGER PRIMARY KEY);";

    #[tokio::test]
    async fn an_older_file_is_copied_and_brought_up_to_date() {
        let dir = tempfile::tempdir().unwrap();
        let (store, notice) = open(dir.path(), STEPS).unwrap();
        assert_eq!(notice, None);
        let settings = waybill_model::Settings { port: 7, ..Default::default() };
        store.save_settings(settings.clone()).await.unwrap();

        let busy = open(dir.path(), &with(GOOD)).unwrap_err();
        assert_eq!(busy.code, ErrorCode::Busy, "not while an older one has it open");
        store.close().await;

        let broken =
            open(dir.path(), &with("ALTER TABLE history ADD COLUMN more TEXT; NONSENSE")).unwrap_err();
        assert_eq!(broken.code, ErrorCode::Internal);
        let (store, notice) = open(dir.path(), STEPS).unwrap();
        assert_eq!(notice, None, "a step that fails changes nothing");
        store.close().await;

        let (store, notice) = open(dir.path(), &with(GOOD)).unwrap();
        let copy = dir.path().join(format!("waybill.db.version-{}", STEPS.len()));
        assert!(notice.unwrap().contains(copy.to_str().unwrap()));
        assert_eq!(store.settings().await.unwrap(), settings);
        store.close().await;
        let (store, notice) = open(dir.path(), &with(GOOD)).unwrap();
        assert_eq!(notice, None);
        let newer = open(dir.path(), STEPS).unwrap_err();
        assert_eq!(newer.code, ErrorCode::DatabaseNewer, "also while the newer one has it open");
        store.close().await;
        assert_eq!(open(dir.path(), STEPS).unwrap_err().code, ErrorCode::DatabaseNewer);

        // The copy is the older file, whole.
        let other = tempfile::tempdir().unwrap();
        std::fs::copy(&copy, other.path().join("waybill.db")).unwrap();
        let (store, notice) = open(other.path(), STEPS).unwrap();
        assert_eq!((notice, store.settings().await.unwrap()), (None, settings));
        store.close().await;
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            assert_eq!(std::fs::metadata(&copy).unwrap().permissions().mode() & 0o777, 0o600);
        }
    }
}
