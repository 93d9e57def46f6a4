//! Counters per inbox, kept in the transactions that change what they count, so that nothing is ever
//! counted by reading every row. A batch is summed in memory and written once.

use crate::fault::Outcome;
use rusqlite::{Connection, params};
use std::collections::HashMap;
use waybill_model::{Name, Timestamp, Verdict};

/// Sums over all inboxes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Totals {
    /// Deliveries kept.
    pub deliveries: u64,
    /// Of them, those whose verdict is `invalid` or `unsigned`.
    pub failed: u64,
    /// Of them, those answered 400 or above.
    pub errors: u64,
    /// Of them, those starred.
    pub starred: u64,
    /// Bytes of their bodies.
    pub bytes: u64,
}

/// What one delivery, or a change of one, adds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Tally {
    pub(crate) deliveries: i64,
    pub(crate) failed: i64,
    pub(crate) errors: i64,
    pub(crate) starred: i64,
    pub(crate) bytes: i64,
}

/// True for the verdicts that count as failed.
pub(crate) fn is_failed(verdict: Verdict) -> bool {
    matches!(verdict, Verdict::Invalid | Verdict::Unsigned)
}

/// The same as SQL over `deliveries`.
pub(crate) const FAILED: &str = "(verdict IN ('invalid', 'unsigned'))";

impl Tally {
    pub(crate) fn of(verdict: Verdict, status: u16, starred: bool, bytes: i64) -> Self {
        Self {
            deliveries: 1,
            failed: i64::from(is_failed(verdict)),
            errors: i64::from(status >= 400),
            starred: i64::from(starred),
            bytes,
        }
    }

    fn plus(self, other: Self) -> Self {
        Self {
            deliveries: self.deliveries + other.deliveries,
            failed: self.failed + other.failed,
            errors: self.errors + other.errors,
            starred: self.starred + other.starred,
            bytes: self.bytes + other.bytes,
        }
    }
}

/// What a batch adds, by inbox.
#[derive(Debug, Default)]
pub(crate) struct Counts(HashMap<Name, (Tally, Option<Timestamp>)>);

impl Counts {
    pub(crate) fn add(&mut self, inbox: &Name, tally: Tally, received_at: Option<Timestamp>) {
        if let Some((sum, last)) = self.0.get_mut(inbox) {
            *sum = sum.plus(tally);
            *last = (*last).max(received_at);
        } else {
            self.0.insert(inbox.clone(), (tally, received_at));
        }
    }

    /// Writes the sums and forgets them.
    pub(crate) fn flush(&mut self, connection: &Connection) -> Outcome<()> {
        for (inbox, (tally, last)) in self.0.drain() {
            add(connection, inbox.as_str(), tally, last)?;
        }
        Ok(())
    }
}

/// Adds to one inbox's counters.
pub(crate) fn add(
    connection: &Connection,
    inbox: &str,
    tally: Tally,
    last: Option<Timestamp>,
) -> Outcome<()> {
    connection
        .prepare_cached(
            "INSERT INTO counts (inbox, deliveries, failed, errors, starred, bytes, last_received_at)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)
             ON CONFLICT (inbox) DO UPDATE SET
                deliveries = deliveries + excluded.deliveries, failed = failed + excluded.failed,
                errors = errors + excluded.errors, starred = starred + excluded.starred,
                bytes = bytes + excluded.bytes,
                last_received_at = max(coalesce(last_received_at, excluded.last_received_at),
                                       coalesce(excluded.last_received_at, last_received_at))",
        )?
        .execute(params![
            inbox,
            tally.deliveries,
            tally.failed,
            tally.errors,
            tally.starred,
            tally.bytes,
            last.map(|at| at.0)
        ])?;
    Ok(())
}

/// The sums over all inboxes.
pub(crate) fn totals(connection: &Connection) -> Outcome<Totals> {
    Ok(connection
        .prepare_cached(
            "SELECT coalesce(sum(deliveries), 0), coalesce(sum(failed), 0), coalesce(sum(errors), 0),
                coalesce(sum(starred), 0), coalesce(sum(bytes), 0) FROM counts",
        )?
        .query_row([], |row| {
            let count = |at| Ok::<_, rusqlite::Error>(u64::try_from(row.get::<_, i64>(at)?).unwrap_or(0));
            Ok(Totals {
                deliveries: count(0)?,
                failed: count(1)?,
                errors: count(2)?,
                starred: count(3)?,
                bytes: count(4)?,
            })
        })?)
}
