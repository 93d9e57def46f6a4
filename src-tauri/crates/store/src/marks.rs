//! What changes about a delivery after it came: star, note, verdict; and deletion, which can be taken back
//! for ten seconds and then takes the bytes with it.
//!
//! Large sets are changed in pieces, so that captures are written in between.

use crate::counts::{self, FAILED, Tally};
use crate::fault::Outcome;
use crate::queue::{Done, Task};
use crate::store::{Change, Store};
use crate::words::word;
use crate::writer::Shared;
use rusqlite::{Connection, OptionalExtension, params};
use std::sync::atomic::Ordering;
use std::time::Duration;
use waybill_model::{DeliveryId, Failure, Name, Reason, Result, Timestamp, Verdict};

/// Deliveries changed in one go.
const PIECE: usize = 2000;
/// Deliveries whose bytes are removed in one go.
const PURGED: i64 = 200;
/// How long a deletion can be taken back.
const GRACE: Duration = Duration::from_secs(10);

const DELIVERIES: &[Change] = &[Change::Deliveries, Change::Inboxes];

impl Store {
    /// Stars a delivery or takes the star away. False when it is not there.
    ///
    /// # Errors
    /// When it can't be written.
    pub async fn set_starred(&self, id: DeliveryId, starred: bool) -> Result<bool> {
        self.write(DELIVERIES, move |connection| {
            let before: Option<(String, bool)> = connection
                .prepare_cached("SELECT inbox, starred FROM deliveries WHERE id = ?1 AND undo IS NULL")?
                .query_row([id.0], |row| Ok((row.get(0)?, row.get(1)?)))
                .optional()?;
            let Some((inbox, before)) = before else { return Ok(false) };
            if before != starred {
                connection
                    .prepare_cached("UPDATE deliveries SET starred = ?2 WHERE id = ?1")?
                    .execute(params![id.0, starred])?;
                let tally = Tally { starred: if starred { 1 } else { -1 }, ..Tally::default() };
                counts::add(connection, &inbox, tally, None)?;
            }
            Ok(true)
        })
        .await
    }

    /// Replaces a delivery's note. False when it is not there.
    ///
    /// # Errors
    /// When it can't be written.
    pub async fn set_note(&self, id: DeliveryId, note: String) -> Result<bool> {
        self.write(&[Change::Deliveries], move |connection| {
            let changed = connection
                .prepare_cached("UPDATE deliveries SET note = ?2 WHERE id = ?1 AND undo IS NULL")?
                .execute(params![id.0, note])?;
            Ok(changed > 0)
        })
        .await
    }

    /// Writes who answered a handshake, and with what. False when the delivery is not there.
    ///
    /// # Errors
    /// When it can't be written.
    pub async fn set_answered(&self, id: DeliveryId, status: u16, handshake: String) -> Result<bool> {
        self.write(DELIVERIES, move |connection| {
            let before: Option<(String, u16)> = connection
                .prepare_cached("SELECT inbox, status FROM deliveries WHERE id = ?1 AND undo IS NULL")?
                .query_row([id.0], |row| Ok((row.get(0)?, row.get(1)?)))
                .optional()?;
            let Some((inbox, before)) = before else { return Ok(false) };
            connection
                .prepare_cached("UPDATE deliveries SET status = ?2, handshake = ?3 WHERE id = ?1")?
                .execute(params![id.0, status, handshake])?;
            let errors = i64::from(status >= 400) - i64::from(before >= 400);
            counts::add(connection, &inbox, Tally { errors, ..Tally::default() }, None)?;
            Ok(true)
        })
        .await
    }

    /// Writes what checking again has found: verdict, reason, scheme and the name of the secret that matched.
    /// Deliveries that are not there are passed over.
    ///
    /// # Errors
    /// When it can't be written; earlier pieces of a large set may have been.
    pub async fn set_verdicts(
        &self,
        verdicts: Vec<(DeliveryId, Verdict, Reason, Option<String>, Option<String>)>,
    ) -> Result<()> {
        for piece in verdicts.chunks(PIECE) {
            let piece = piece.to_vec();
            self.write(DELIVERIES, move |connection| {
                for (id, verdict, reason, scheme, secret) in piece {
                    set_verdict(connection, id, verdict, reason, scheme.as_deref(), secret.as_deref())?;
                }
                Ok(())
            })
            .await?;
        }
        Ok(())
    }

    /// Deletes deliveries. Returns how many were there, and the word that takes it back for ten seconds.
    ///
    /// # Errors
    /// When it can't be written; earlier pieces of a large set stay deleted.
    pub async fn delete(&self, ids: Vec<DeliveryId>) -> Result<(u64, String)> {
        let now = self.inner.options.clock.now();
        let undo: i64 = self
            .write(&[], move |connection| {
                connection.prepare_cached("INSERT INTO undo (deleted_at) VALUES (?1)")?.execute([now.0])?;
                Ok(connection.last_insert_rowid())
            })
            .await?;
        self.inner.shared.deleted.store(true, Ordering::Relaxed);
        let mut deleted = 0;
        for piece in ids.chunks(PIECE) {
            let piece = piece.to_vec();
            deleted += self.write(DELIVERIES, move |connection| hide(connection, &piece, undo)).await?;
        }
        Ok((deleted, undo.to_string()))
    }

    /// Takes a deletion back. Returns how many came back: none once the ten seconds are over.
    ///
    /// # Errors
    /// When it can't be written.
    pub async fn undelete(&self, undo: String) -> Result<u64> {
        let Ok(undo) = undo.parse::<i64>() else {
            return Err(Failure::invalid("That is not the word of a deletion."));
        };
        let since = self.inner.options.clock.now().plus_nanos(-nanos(GRACE));
        let mut restored = 0;
        loop {
            let piece = self.write(DELIVERIES, move |connection| show(connection, undo, since)).await?;
            restored += piece;
            if piece < PIECE as u64 {
                return Ok(restored);
            }
        }
    }
}

/// Queues the removal of some of what was deleted more than ten seconds ago; asked again while there is more.
pub(crate) fn purge_later(shared: &Shared) {
    let before = shared.clock.now().plus_nanos(-nanos(GRACE));
    let (tell, told) = std::sync::mpsc::channel();
    let run = Box::new(move |connection: Result<&Connection>| {
        let answer = connection.and_then(|connection| purge(connection, before).map_err(Failure::from));
        let failed = answer.as_ref().err().cloned();
        Done {
            failed,
            tell: Box::new(move |committed| {
                let _ = tell.send(committed.and(answer));
            }),
        }
    });
    if shared.queue.push(Task { changes: &[], run }).is_err() {
        return;
    }
    match told.recv() {
        Ok(Ok(left)) => shared.deleted.store(left, Ordering::Relaxed),
        Ok(Err(failure)) => tracing::warn!("deleted deliveries could not be removed: {failure}"),
        Err(_) => {}
    }
}

fn nanos(duration: Duration) -> i64 {
    i64::try_from(duration.as_nanos()).unwrap_or(i64::MAX)
}

fn set_verdict(
    connection: &Connection,
    id: DeliveryId,
    verdict: Verdict,
    reason: Reason,
    scheme: Option<&str>,
    secret: Option<&str>,
) -> Outcome<()> {
    let before: Option<(Name, Verdict)> = connection
        .prepare_cached("SELECT inbox, verdict FROM deliveries WHERE id = ?1 AND undo IS NULL")?
        .query_row([id.0], |row| Ok((word(row, 0)?, word(row, 1)?)))
        .optional()?;
    let Some((inbox, before)) = before else { return Ok(()) };
    connection
        .prepare_cached(
            "UPDATE deliveries SET verdict = ?2, reason = ?3, scheme = ?4, secret = ?5 WHERE id = ?1",
        )?
        .execute(params![id.0, verdict.code(), reason.code(), scheme, secret])?;
    let failed = i64::from(counts::is_failed(verdict)) - i64::from(counts::is_failed(before));
    if failed != 0 {
        counts::add(connection, inbox.as_str(), Tally { failed, ..Tally::default() }, None)?;
    }
    Ok(())
}

fn hide(connection: &Connection, ids: &[DeliveryId], undo: i64) -> Outcome<u64> {
    let mut statement =
        connection.prepare_cached("UPDATE deliveries SET undo = ?2 WHERE id = ?1 AND undo IS NULL")?;
    let mut hidden = Vec::with_capacity(ids.len());
    for id in ids {
        if statement.execute([id.0, undo])? > 0 {
            hidden.push(*id);
        }
    }
    recount(connection, &hidden, -1)?;
    Ok(hidden.len() as u64)
}

fn show(connection: &Connection, undo: i64, since: Timestamp) -> Outcome<u64> {
    let ids: Vec<DeliveryId> = connection
        .prepare_cached(
            "SELECT d.id FROM deliveries d JOIN undo u ON u.id = d.undo
             WHERE d.undo = ?1 AND u.deleted_at >= ?2 LIMIT ?3",
        )?
        .query_map(params![undo, since.0, PIECE as i64], |row| row.get(0).map(DeliveryId))?
        .collect::<rusqlite::Result<_>>()?;
    let mut statement = connection.prepare_cached("UPDATE deliveries SET undo = NULL WHERE id = ?1")?;
    for id in &ids {
        statement.execute([id.0])?;
    }
    recount(connection, &ids, 1)?;
    Ok(ids.len() as u64)
}

/// Adds the given deliveries to the counters, or with `sign` -1 takes them away.
fn recount(connection: &Connection, ids: &[DeliveryId], sign: i64) -> Outcome<()> {
    let mut statement = connection.prepare_cached(&format!(
        "SELECT inbox, {FAILED}, status >= 400, starred, body_size FROM deliveries WHERE id = ?1"
    ))?;
    let mut sums = counts::Counts::default();
    for id in ids {
        let (inbox, tally): (Name, Tally) = statement.query_row([id.0], |row| {
            let tally = Tally {
                deliveries: sign,
                failed: sign * row.get::<_, i64>(1)?,
                errors: sign * row.get::<_, i64>(2)?,
                starred: sign * row.get::<_, i64>(3)?,
                bytes: sign * row.get::<_, i64>(4)?,
            };
            Ok((word(row, 0)?, tally))
        })?;
        sums.add(&inbox, tally, None);
    }
    sums.flush(connection)
}

/// Removes some of what was deleted before `before`, with its bytes and its attempts. True while there is more,
/// or will be.
fn purge(connection: &Connection, before: Timestamp) -> Outcome<bool> {
    let ids: Vec<i64> = connection
        .prepare_cached(
            "SELECT d.id FROM undo u JOIN deliveries d ON d.undo = u.id WHERE u.deleted_at < ?1 LIMIT ?2",
        )?
        .query_map([before.0, PURGED], |row| row.get(0))?
        .collect::<rusqlite::Result<_>>()?;
    for id in &ids {
        connection.prepare_cached("DELETE FROM attempts WHERE delivery = ?1")?.execute([id])?;
        connection.prepare_cached("DELETE FROM deliveries WHERE id = ?1")?.execute([id])?;
    }
    connection
        .prepare_cached(
            "DELETE FROM undo WHERE deleted_at < ?1 AND NOT EXISTS (SELECT 1 FROM deliveries d WHERE d.undo = undo.id)",
        )?
        .execute([before.0])?;
    Ok(connection.prepare_cached("SELECT 1 FROM undo")?.exists([])?)
}
