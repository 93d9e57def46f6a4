//! Queries: which deliveries match, as ids.
//!
//! A scan goes over the ids window by window, each in a transaction of its own, so that no reader keeps the
//! log from starting over. Text is looked for in the index up to its mark and by reading beyond it, so that an
//! answer is never stale; without an index everything is read.

use crate::deliveries::rows;
use crate::fault::{Fault, Outcome};
use crate::readers::{Load, Reader};
use crate::search::{self, Indexed, Scan};
use crate::store::Store;
use crate::writer::Shared;
use rusqlite::types::Value;
use rusqlite::{Connection, params_from_iter};
use std::ops::RangeInclusive;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use waybill_model::{DeliveryId, DeliveryRow, ErrorCode, Failure, Name, Result};
use waybill_query::{Param, Query, TextSearch};

/// Ids in the first window, and the most in any.
const FIRST_WINDOW: i64 = 4096;
const WINDOW: i64 = 262_144;
/// Instructions of SQLite's machine between looks at whether the query is still wanted.
const STEPS: i32 = 20_000;
/// How often a window is begun anew after it was cut, before the caller is told.
const RETRIES: u32 = 20;

/// Which deliveries are wanted.
#[derive(Clone, Debug)]
pub struct QueryRef {
    /// What must hold of them.
    pub query: Query,
    /// Only ids above this.
    pub after: Option<DeliveryId>,
    /// Only ids below this.
    pub before: Option<DeliveryId>,
    /// At most so many.
    pub limit: Option<usize>,
    /// Newest first; otherwise oldest first.
    pub newest_first: bool,
    /// Set by the caller when the answer is no longer wanted; the call then fails with `cancelled`.
    pub cancel: Option<Arc<AtomicBool>>,
}

impl QueryRef {
    fn is_cancelled(&self) -> bool {
        self.cancel.as_ref().is_some_and(|cancel| cancel.load(Ordering::Relaxed))
    }
}

impl Store {
    /// The ids of what matches.
    ///
    /// # Errors
    /// `cancelled` when it was; otherwise when the database can't be read.
    pub async fn ids(&self, wanted: QueryRef) -> Result<Vec<DeliveryId>> {
        // The tail that a live list asks for is no work; a whole scan must not keep a page waiting.
        let shared = Arc::clone(&self.inner.shared);
        self.read(Load::Heavy, move |reader| {
            if let Some(cancel) = wanted.cancel.clone() {
                let handler = move || cancel.load(Ordering::Relaxed);
                reader.connection.progress_handler(STEPS, Some(handler))?;
            }
            let found = find(reader, &shared, &wanted);
            if wanted.cancel.is_some() {
                reader.connection.progress_handler(0, None::<fn() -> bool>)?;
            }
            found
        })
        .await
    }

    /// Up to which delivery the search index is whole; absent while there is none. Searching beyond it reads.
    ///
    /// # Errors
    /// When the store was closed.
    pub async fn indexed(&self) -> Result<Option<DeliveryId>> {
        let shared = Arc::clone(&self.inner.shared);
        self.read(Load::Light, move |reader| Ok(search::mark(reader, &shared).map(DeliveryId))).await
    }

    /// Every delivery of one event to one inbox, oldest first.
    ///
    /// # Errors
    /// When the database can't be read.
    pub async fn events_of(&self, event_id: String, inbox: Name) -> Result<Vec<DeliveryRow>> {
        let shared = Arc::clone(&self.inner.shared);
        self.read(Load::Heavy, move |reader| {
            let mark = search::mark(reader, &shared).unwrap_or(0);
            let connection = &reader.connection;
            let mut ids: Vec<i64> = Vec::new();
            if mark > 0 {
                let mut statement = connection
                    .prepare_cached("SELECT delivery FROM search.names WHERE name = ?1 AND delivery <= ?2")?;
                for id in statement.query_map((&event_id, mark), |row| row.get(0))? {
                    ids.push(id?);
                }
            }
            let mut statement = connection.prepare_cached(
                "SELECT id FROM deliveries NOT INDEXED WHERE id > ?1 AND event_id = ?2 ORDER BY id",
            )?;
            for id in statement.query_map((mark, &event_id), |row| row.get(0))? {
                ids.push(id?);
            }
            ids.sort_unstable();
            let ids: Vec<DeliveryId> = ids.into_iter().map(DeliveryId).collect();
            let mut found = rows(connection, &ids)?;
            found.retain(|row| row.inbox == inbox && row.event_id.as_ref() == Some(&event_id));
            Ok(found)
        })
        .await
    }
}

fn find(reader: &mut Reader, shared: &Shared, wanted: &QueryRef) -> Outcome<Vec<DeliveryId>> {
    let connection = &reader.connection;
    let newest: i64 = connection
        .prepare_cached("SELECT coalesce(max(id), 0) FROM deliveries")?
        .query_row([], |row| row.get(0))?;
    let oldest: i64 = connection
        .prepare_cached("SELECT coalesce(min(id), 1) FROM deliveries")?
        .query_row([], |row| row.get(0))?;
    let low = wanted.after.map_or(oldest, |after| after.0.saturating_add(1).max(oldest));
    let high = wanted.before.map_or(newest, |before| before.0.saturating_sub(1).min(newest));
    // The mark only rises while we read: what is at or below it now stays indexed.
    let mark = if search::has_needle(&wanted.query) { search::mark(reader, shared).unwrap_or(0) } else { 0 };
    let mut found = Vec::new();
    for window in windows(low, high, mark, wanted.newest_first) {
        let left = wanted.limit.map(|limit| limit.saturating_sub(found.len()));
        if left == Some(0) {
            break;
        }
        let indexed = *window.end() <= mark;
        match read_window(reader, shared, wanted, &window, left, indexed, &mut found) {
            Err(fault) if indexed && !fault.is_interrupt() => {
                search::report(shared, &fault);
                read_window(reader, shared, wanted, &window, left, false, &mut found)?;
            }
            other => other?,
        }
    }
    Ok(found)
}

/// The ids from `low` to `high` in pieces, none across the mark, in the order wanted. The first are small, so
/// that a page of the newest is not paid for with a large one.
fn windows(low: i64, high: i64, mark: i64, newest_first: bool) -> Vec<RangeInclusive<i64>> {
    let mut windows = Vec::new();
    let (mut low, mut high, mut size) = (low, high, FIRST_WINDOW);
    while low <= high {
        let window = if newest_first {
            let start = high.saturating_sub(size - 1).max(low);
            // Above the mark as far as it goes.
            if start <= mark && mark < high { mark + 1..=high } else { start..=high }
        } else {
            let end = low.saturating_add(size - 1).min(high);
            if low <= mark && mark < end { low..=mark } else { low..=end }
        };
        if newest_first {
            high = window.start() - 1;
        } else {
            low = window.end() + 1;
        }
        windows.push(window);
        size = (size * 4).min(WINDOW);
    }
    windows
}

/// Adds what matches in one window, beginning anew when it was cut to let the log start over.
fn read_window(
    reader: &Reader,
    shared: &Shared,
    wanted: &QueryRef,
    window: &RangeInclusive<i64>,
    left: Option<usize>,
    indexed: bool,
    found: &mut Vec<DeliveryId>,
) -> Outcome<()> {
    let before = found.len();
    for _ in 0..RETRIES {
        match try_window(&reader.connection, shared, wanted, window, left, indexed, found) {
            Err(fault) if fault.is_interrupt() && !wanted.is_cancelled() && !shared.queue.is_closed() => {
                found.truncate(before);
            }
            Err(fault) => {
                found.truncate(before);
                return Err(fault);
            }
            Ok(()) => return Ok(()),
        }
    }
    Err(Fault::from(
        Failure::new(ErrorCode::Busy, "The query was cut again and again because so much is coming in.")
            .hint("Try again when less is coming in."),
    ))
}

fn try_window(
    connection: &Connection,
    shared: &Shared,
    wanted: &QueryRef,
    window: &RangeInclusive<i64>,
    left: Option<usize>,
    indexed: bool,
    found: &mut Vec<DeliveryId>,
) -> Outcome<()> {
    if wanted.is_cancelled() || shared.queue.is_closed() {
        return Err(Failure::new(ErrorCode::Cancelled, "The query was cancelled.").into());
    }
    let text: &mut dyn TextSearch = if indexed { &mut Indexed { window: window.clone() } } else { &mut Scan };
    let condition = wanted.query.to_sql(text);
    let order = if wanted.newest_first { "DESC" } else { "ASC" };
    let sql = format!(
        "SELECT d.id FROM deliveries d NOT INDEXED
         WHERE d.id BETWEEN ? AND ? AND d.undo IS NULL AND ({}) ORDER BY d.id {order} LIMIT ?",
        condition.sql
    );
    let mut values: Vec<Value> = vec![(*window.start()).into(), (*window.end()).into()];
    values.extend(condition.params.into_iter().map(value));
    values.push(left.and_then(|left| i64::try_from(left).ok()).unwrap_or(-1).into());
    let mut statement = connection.prepare_cached(&sql)?;
    for id in statement.query_map(params_from_iter(values), |row| row.get(0))? {
        found.push(DeliveryId(id?));
    }
    Ok(())
}

fn value(param: Param) -> Value {
    match param {
        Param::Text(text) => text.into(),
        Param::Integer(number) => number.into(),
        Param::Real(number) => number.into(),
        Param::Blob(bytes) => bytes.into(),
    }
}

#[cfg(test)]
mod tests {
    use super::{WINDOW, windows};

    #[test]
    fn windows_cover_every_id_once_and_stop_at_the_mark() {
        for (low, high, mark) in [
            (1, 10, 0),
            (1, 10, 5),
            (1, 10, 10),
            (1, 10, 99),
            (5, 4, 0),
            (1, 3 * WINDOW, WINDOW + 7),
            (7, 7, 7),
        ] {
            for newest_first in [false, true] {
                let mut found = windows(low, high, mark, newest_first);
                if newest_first {
                    found.reverse();
                }
                let mut next = low;
                for window in &found {
                    assert_eq!(*window.start(), next);
                    assert!(window.end() >= window.start());
                    assert!(*window.end() <= mark || *window.start() > mark, "{window:?} {mark}");
                    next = window.end() + 1;
                }
                assert_eq!(next, low.max(high + 1), "{low} {high} {mark} {newest_first}");
            }
        }
    }
}
