//! The floor under a durable capture: how many transactions of one row SQLite commits and syncs a second here.
//!
//! The file is set up as the store sets up its own (WAL, `synchronous=FULL`, 16 KiB pages, a log that was grown
//! beforehand), the rows are of a delivery's size, and there is nothing else: no index, no queue, no reader. The log
//! is moved into the file between batches of commits, outside the time that is measured. A measuring program for
//! `cargo xtask bench capture`; it never ships.
//!
//! `raw_commit FOLDER SECONDS`: one line of JSON with `commits_per_second`, `p50_ms` and `p99_ms`.
#![allow(clippy::print_stdout)]

use rusqlite::{Connection, params};
use std::error::Error;
use std::path::Path;
use std::time::{Duration, Instant};

/// Bytes of a body and of a head, as a provider sends them.
const BODY: usize = 1_567;
const HEAD: usize = 390;
/// The log is grown to this beforehand.
const GROWN: usize = 20 * 1024 * 1024;
/// Commits between two moves of the log into the file; they fit what was grown.
const BATCH: usize = 500;
/// No run is longer, whatever is asked for.
const LONGEST: f64 = 60.0;

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args_os().skip(1);
    let folder = arguments.next().ok_or("raw_commit FOLDER SECONDS")?;
    let seconds: f64 = match arguments.next() {
        Some(text) => text.to_str().ok_or("the seconds are no number")?.parse()?,
        None => 1.0,
    };
    let mut taken = commits(
        &Path::new(&folder).join("raw.sqlite"),
        Duration::from_secs_f64(seconds.clamp(0.05, LONGEST)),
    )?;
    let whole: f64 = taken.iter().map(Duration::as_secs_f64).sum();
    taken.sort_unstable();
    let at = |part: f64| {
        let index = ((taken.len().saturating_sub(1)) as f64 * part).round() as usize;
        taken.get(index).map_or(0.0, |time| time.as_secs_f64() * 1e3)
    };
    println!(
        "{}",
        serde_json::json!({
            "commits_per_second": taken.len() as f64 / whole,
            "p50_ms": at(0.5),
            "p99_ms": at(0.99),
        })
    );
    Ok(())
}

/// How long each commit took, for about `time` of commits.
fn commits(path: &Path, time: Duration) -> Result<Vec<Duration>, Box<dyn Error>> {
    let connection = Connection::open(path)?;
    connection.pragma_update(None, "page_size", 16 * 1024)?;
    let _: String = connection.query_row("PRAGMA journal_mode = WAL", [], |row| row.get(0))?;
    connection.execute_batch(
        "PRAGMA synchronous = FULL; PRAGMA wal_autocheckpoint = 0; PRAGMA cache_size = -32768;
         CREATE TABLE deliveries (
            id INTEGER PRIMARY KEY, received_at INTEGER NOT NULL, inbox TEXT NOT NULL, head BLOB NOT NULL,
            body BLOB NOT NULL);",
    )?;
    connection.execute_batch(&format!(
        "CREATE TABLE padding (bytes BLOB); INSERT INTO padding VALUES (zeroblob({GROWN})); DROP TABLE padding;"
    ))?;
    start_over(&connection)?;
    let mut bytes = Bytes(0x9e37_79b9_7f4a_7c15);
    let (mut head, mut body) = (vec![0; HEAD], vec![0; BODY]);
    let mut insert = connection
        .prepare("INSERT INTO deliveries (received_at, inbox, head, body) VALUES (?1, 'bench', ?2, ?3)")?;
    let mut taken = Vec::with_capacity(1 << 16);
    let mut spent = Duration::ZERO;
    while spent < time {
        for number in 0..BATCH {
            bytes.fill(&mut head);
            bytes.fill(&mut body);
            let begun = Instant::now();
            // Outside a transaction a statement is one of its own, committed when it has run.
            insert.execute(params![number as i64, head, body])?;
            let one = begun.elapsed();
            taken.push(one);
            spent += one;
            if spent >= time {
                break;
            }
        }
        start_over(&connection)?;
    }
    Ok(taken)
}

/// Moves the log into the file, so that it is written from its beginning again.
fn start_over(connection: &Connection) -> rusqlite::Result<()> {
    connection.query_row("PRAGMA wal_checkpoint(RESTART)", [], |_| Ok(()))
}

/// Bytes that don't repeat: xorshift64*.
struct Bytes(u64);

impl Bytes {
    fn fill(&mut self, bytes: &mut [u8]) {
        for chunk in bytes.chunks_mut(8) {
            self.0 ^= self.0 >> 12;
            self.0 ^= self.0 << 25;
            self.0 ^= self.0 >> 27;
            let word = self.0.wrapping_mul(0x2545_f491_4f6c_dd1d).to_le_bytes();
            let length = chunk.len();
            chunk.copy_from_slice(&word[..length]);
        }
    }
}
