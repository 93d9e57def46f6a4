//! The thread that fills the search index, out of the way of captures.
//!
//! It reads committed deliveries above the mark and writes their trigrams into a second file, a batch a
//! transaction, and waits whenever something is queued for the writer. One process of those that share a
//! folder does this. The file is not synced; after anything that may have lost part of it (a restart of the
//! machine, damage, another shape) it is built again.

use crate::checkpoint::Stop;
use crate::connect;
use crate::fault::Outcome;
use crate::folder::{open_private, with_suffix};
use crate::locks;
use crate::schema::remove;
use crate::search::{BETWEEN, LAYOUT, folded};
use crate::writer::Shared;
use rusqlite::{Connection, OptionalExtension};
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

/// Deliveries in one transaction of the index.
const BATCH: usize = 500;
/// Bytes of a delivery that are indexed; larger ones are always read.
const INDEXED: usize = 256 * 1024;
/// Pause when there is nothing to do.
const IDLE: Duration = Duration::from_millis(100);
/// How often to look for deliveries of other processes, and for the lock.
const LOOK: Duration = Duration::from_secs(2);
/// Pause while captures are being written.
const YIELD: Duration = Duration::from_millis(2);
/// Pauses before a delivery is indexed all the same: however many come, the index grows.
const YIELDED: usize = 10;

const LAYOUT_SQL: &str = "
    CREATE VIRTUAL TABLE grams USING fts5 (text, content = '', columnsize = 0, detail = none,
        tokenize = 'trigram case_sensitive 1');
    CREATE TABLE large (id INTEGER PRIMARY KEY);
    CREATE TABLE names (name TEXT NOT NULL, delivery INTEGER NOT NULL, PRIMARY KEY (name, delivery))
        WITHOUT ROWID;
    CREATE TABLE meta (id INTEGER PRIMARY KEY CHECK (id = 1), made TEXT NOT NULL, layout INTEGER NOT NULL,
        mark INTEGER NOT NULL, open_since_boot TEXT);
";

/// Runs until it is told to stop.
pub(crate) fn run(shared: &Shared, stop: &Stop) {
    let mut generation = 0;
    let mut told = String::new();
    loop {
        match locks::try_exclusive(&shared.folder.locks().join("index.lock")) {
            Ok(Some(_held)) => {
                if let Err(fault) = work(shared, stop, &mut generation) {
                    // Tried again and again; told once.
                    let why = fault.told().message;
                    if why != told {
                        tracing::warn!("the search index could not be filled: {why}");
                        told = why;
                    }
                    shared.search.store(0, Ordering::Release);
                }
            }
            // Readers may ask the index that another process fills.
            Ok(None) if shared.search.load(Ordering::Acquire) == 0 => {
                generation += 1;
                shared.search.store(generation, Ordering::Release);
            }
            Ok(None) => {}
            Err(fault) => tracing::warn!("the search index could not be locked: {fault:?}"),
        }
        if stop.wait(LOOK) {
            return;
        }
    }
}

fn work(shared: &Shared, stop: &Stop, generation: &mut u64) -> Outcome<()> {
    let main = connect::reader(&shared.folder.database())?;
    let mut index = match open(shared, &main) {
        Ok(index) => index,
        Err(_) => anew(shared, &main)?,
    };
    *generation += 1;
    shared.search.store(*generation, Ordering::Release);
    let mut looked = Instant::now();
    let mut mark: i64 = index.query_row("SELECT mark FROM meta", [], |row| row.get(0))?;
    loop {
        // A reader found it damaged.
        if shared.search.load(Ordering::Acquire) != *generation {
            // Should it resist being removed, it is at least not used again.
            let _ = index.execute("UPDATE meta SET layout = 0", []);
            close(index)?;
            index = anew(shared, &main)?;
            *generation += 1;
            shared.search.store(*generation, Ordering::Release);
            mark = 0;
        }
        if looked.elapsed() > LOOK {
            looked = Instant::now();
            let newest = main
                .prepare_cached("SELECT coalesce(max(id), 0) FROM deliveries")?
                .query_row([], |row| row.get(0))?;
            shared.newest.fetch_max(newest, Ordering::Relaxed);
        }
        let next = if shared.newest.load(Ordering::Relaxed) > mark {
            fill(shared, stop, &main, &index, mark)?
        } else {
            mark
        };
        let idle = if next == mark { IDLE } else { Duration::ZERO };
        mark = next;
        if stop.wait(idle) {
            // Closed whole: synced once, then marked so.
            index.execute_batch("PRAGMA synchronous = FULL")?;
            index.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(()))?;
            index.execute("UPDATE meta SET open_since_boot = NULL", [])?;
            return close(index);
        }
    }
}

/// Indexes the next deliveries; returns the new mark.
fn fill(shared: &Shared, stop: &Stop, main: &Connection, index: &Connection, mark: i64) -> Outcome<i64> {
    // Ids are read first and contents one by one, so that no snapshot is held while waiting.
    let ids: Vec<i64> = main
        .prepare_cached("SELECT id FROM deliveries WHERE id > ?1 ORDER BY id LIMIT ?2")?
        .query_map([mark, BATCH as i64], |row| row.get(0))?
        .collect::<rusqlite::Result<_>>()?;
    let mut last = mark;
    let mut text = String::new();
    index.execute_batch("BEGIN IMMEDIATE")?;
    for id in ids {
        if stop.wait(Duration::ZERO) {
            break;
        }
        let _ = (0..YIELDED).find(|_| !shared.queue.is_pressed() || stop.wait(YIELD));
        let found = main
            .prepare_cached(
                "SELECT d.path, c.head, c.body, d.event_id, d.delivery_id FROM deliveries d
                 JOIN contents c ON c.delivery_id = d.id WHERE d.id = ?1",
            )?
            .query_row([id], |row| {
                text.clear();
                let parts =
                    [row.get_ref(0)?.as_bytes()?, row.get_ref(1)?.as_blob()?, row.get_ref(2)?.as_blob()?];
                let large = parts.iter().map(|part| part.len()).sum::<usize>() > INDEXED;
                if !large {
                    for part in parts {
                        folded(part, &mut text);
                        text.push(BETWEEN);
                    }
                }
                Ok((large, [row.get::<_, Option<String>>(3)?, row.get(4)?]))
            })
            .optional()?;
        // It may have been removed since.
        if let Some((large, names)) = found {
            if large {
                index.prepare_cached("INSERT OR IGNORE INTO large (id) VALUES (?1)")?.execute([id])?;
            } else {
                index
                    .prepare_cached("INSERT INTO grams (rowid, text) VALUES (?1, ?2)")?
                    .execute((id, &text))?;
            }
            // Both are often the same.
            for name in names.into_iter().flatten() {
                index
                    .prepare_cached("INSERT OR IGNORE INTO names (name, delivery) VALUES (?1, ?2)")?
                    .execute((name, id))?;
            }
        }
        last = id;
    }
    index.prepare_cached("UPDATE meta SET mark = ?1")?.execute([last])?;
    index.execute_batch("COMMIT")?;
    Ok(last)
}

/// Opens the index when it can be relied on.
fn open(shared: &Shared, main: &Connection) -> Outcome<Connection> {
    let index = connect::indexer(&shared.folder.search())?;
    let (made, newest) = identity(main)?;
    let usable: Option<Option<String>> = index
        .query_row(
            "SELECT open_since_boot FROM meta WHERE made = ?1 AND layout = ?2 AND mark <= ?3",
            (made, LAYOUT, newest),
            |row| row.get(0),
        )
        .optional()?;
    let boot = boot();
    let whole = match usable {
        None => false,
        Some(None) => true,
        // Left open: the operating system still has every write, unless it was started anew since.
        Some(since) => since.is_some() && since == boot,
    };
    if !whole {
        close(index)?;
        return Err(waybill_model::Failure::internal("The search index is not of use.").into());
    }
    index.execute("UPDATE meta SET open_since_boot = ?1", [boot.unwrap_or_default()])?;
    Ok(index)
}

/// Starts an empty index.
fn anew(shared: &Shared, main: &Connection) -> Outcome<Connection> {
    let path = shared.folder.search();
    for suffix in ["", "-wal", "-shm"] {
        remove(&with_suffix(&path, suffix))?;
    }
    open_private(&path)?;
    let index = connect::indexer(&path)?;
    index.execute_batch(LAYOUT_SQL)?;
    index.execute(
        "INSERT INTO meta (id, made, layout, mark, open_since_boot) VALUES (1, ?1, ?2, 0, ?3)",
        (identity(main)?.0, LAYOUT, boot().unwrap_or_default()),
    )?;
    Ok(index)
}

/// Which store this is, and the last id it gave.
fn identity(main: &Connection) -> Outcome<(String, i64)> {
    Ok(main.query_row(
        "SELECT made, (SELECT coalesce(max(seq), 0) FROM sqlite_sequence WHERE name = 'deliveries') FROM identity",
        [],
        |row| Ok((row.get(0)?, row.get(1)?)),
    )?)
}

fn close(index: Connection) -> Outcome<()> {
    index.flush_prepared_statement_cache();
    Ok(index.close().map_err(|(_, error)| error)?)
}

/// What tells one start of the machine from another, where the system says.
pub(crate) fn boot() -> Option<String> {
    let id = std::fs::read_to_string("/proc/sys/kernel/random/boot_id").ok()?;
    Some(id.trim().to_owned()).filter(|id| !id.is_empty())
}
