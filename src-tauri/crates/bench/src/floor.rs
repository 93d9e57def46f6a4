//! What the disk and SQLite take by themselves, below any server.

use crate::figures;
use anyhow::Result;
use std::fs::OpenOptions;
use std::io::{Seek as _, SeekFrom, Write as _};
use std::path::Path;
use std::time::{Duration, Instant};

/// Bytes of one write: a page of the store, the least that a commit puts into the log.
const PIECE: usize = 16 * 1024;
/// The file is as long as the log that the store grows beforehand.
const LENGTH: usize = 16 * 1024 * 1024;

/// How long a sync takes, in milliseconds.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Sync {
    pub(crate) p50: f64,
    pub(crate) p99: f64,
    pub(crate) per_second: f64,
}

/// Overwrites pieces of a file that has its blocks already, each synced, for about `time`.
pub(crate) fn sync(folder: &Path, time: Duration) -> Result<Sync> {
    let path = folder.join("sync");
    let mut file = OpenOptions::new().create(true).truncate(true).write(true).open(&path)?;
    file.write_all(&vec![1; LENGTH])?;
    file.sync_all()?;
    let piece = vec![2; PIECE];
    let mut taken = Vec::new();
    let begun = Instant::now();
    for number in (0..LENGTH / PIECE).cycle() {
        let start = Instant::now();
        file.seek(SeekFrom::Start((number * PIECE) as u64))?;
        file.write_all(&piece)?;
        file.sync_all()?;
        taken.push(start.elapsed().as_secs_f64() * 1e3);
        if begun.elapsed() >= time {
            break;
        }
    }
    let per_second = taken.len() as f64 / begun.elapsed().as_secs_f64();
    taken.sort_by(f64::total_cmp);
    std::fs::remove_file(path)?;
    Ok(Sync { p50: figures::at(&taken, 0.5), p99: figures::at(&taken, 0.99), per_second })
}

/// The load average of the last minute, and how many processors there are.
pub(crate) fn machine() -> (Option<f64>, usize) {
    let load = std::fs::read_to_string("/proc/loadavg").ok();
    let load = load.and_then(|text| text.split_whitespace().next()?.parse().ok());
    (load, std::thread::available_parallelism().map_or(0, std::num::NonZero::get))
}
