//! Reading deliveries: rows, whole ones, their bytes by range, and sums over many.

use crate::counts::{self, FAILED, Totals};
use crate::fault::Outcome;
use crate::functions;
use crate::readers::Load;
use crate::store::Store;
use crate::words::{count, instant, word};
use bytes::Bytes;
use rusqlite::{Connection, OptionalExtension, Row};
use std::fmt::Write;
use std::io::{Read, Seek, SeekFrom};
use std::sync::Arc;
use waybill_model::{Delivery, DeliveryId, DeliveryRow, Name, Result, Timestamp};

/// A field whose values can be proposed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ValueField {
    /// Names of inboxes that hold deliveries.
    Inbox,
    /// The provider's words for what happened.
    EventType,
    /// Request methods.
    Method,
    /// Schemes.
    Scheme,
    /// Answered statuses.
    Status,
}

/// Deliveries, from the newest, that proposals are drawn from.
const RECENT: i64 = 50_000;

/// Deliveries over time: the oldest, the newest, and for each of the equal steps between them how many came
/// and how many of those failed verification or were answered 400 or above.
pub type Histogram = (Timestamp, Timestamp, Vec<(u64, u64)>);

impl Store {
    /// A delivery with its headers.
    ///
    /// # Errors
    /// When the database can't be read.
    pub async fn delivery(&self, id: DeliveryId) -> Result<Option<Delivery>> {
        self.read(Load::Light, move |reader| whole(&reader.connection, id)).await
    }

    /// Deliveries with their headers, in the order asked for; those that are missing are left out.
    ///
    /// # Errors
    /// When the database can't be read.
    pub async fn deliveries(&self, ids: Vec<DeliveryId>) -> Result<Vec<Delivery>> {
        let load = if ids.len() > 1000 { Load::Heavy } else { Load::Light };
        self.read(load, move |reader| {
            ids.iter().filter_map(|id| whole(&reader.connection, *id).transpose()).collect()
        })
        .await
    }

    /// Rows of the list, in the order asked for; those that are missing are left out.
    ///
    /// # Errors
    /// When the database can't be read.
    pub async fn rows(&self, ids: Vec<DeliveryId>) -> Result<Vec<DeliveryRow>> {
        let load = if ids.len() > 5000 { Load::Heavy } else { Load::Light };
        self.read(load, move |reader| rows(&reader.connection, &ids)).await
    }

    /// The head as it came.
    ///
    /// # Errors
    /// When the database can't be read.
    pub async fn head(&self, id: DeliveryId) -> Result<Option<Bytes>> {
        self.read(Load::Light, move |reader| {
            let head: Option<Vec<u8>> = reader
                .connection
                .prepare_cached(
                    "SELECT c.head FROM contents c JOIN deliveries d ON d.id = c.delivery_id
                     WHERE d.id = ?1 AND d.undo IS NULL",
                )?
                .query_row([id.0], |row| row.get(0))
                .optional()?;
            Ok(head.map(Bytes::from))
        })
        .await
    }

    /// Up to `limit` bytes of the body from `offset`; empty beyond its end.
    ///
    /// # Errors
    /// When the database can't be read.
    pub async fn body(&self, id: DeliveryId, offset: u64, limit: u64) -> Result<Option<Bytes>> {
        self.read(Load::Light, move |reader| {
            if !exists(&reader.connection, id)? {
                return Ok(None);
            }
            let mut blob = reader.connection.blob_open("main", "contents", "body", id.0, true)?;
            let length = blob.len() as u64;
            let offset = offset.min(length);
            let size = usize::try_from(limit.min(length - offset)).unwrap_or(usize::MAX);
            let mut bytes = vec![0; size];
            blob.seek(SeekFrom::Start(offset))?;
            blob.read_exact(&mut bytes)?;
            Ok(Some(Bytes::from(bytes)))
        })
        .await
    }

    /// The delivery that was committed last.
    ///
    /// # Errors
    /// When the database can't be read.
    pub async fn newest(&self) -> Result<Option<DeliveryId>> {
        self.read(Load::Light, |reader| {
            let id = reader
                .connection
                .prepare_cached("SELECT id FROM deliveries WHERE undo IS NULL ORDER BY id DESC LIMIT 1")?
                .query_row([], |row| row.get(0).map(DeliveryId))
                .optional()?;
            Ok(id)
        })
        .await
    }

    /// Sums over everything kept, from counters.
    ///
    /// # Errors
    /// When the database can't be read.
    pub async fn totals(&self) -> Result<Totals> {
        self.read(Load::Light, |reader| counts::totals(&reader.connection)).await
    }

    /// How many were received at or after `since`.
    ///
    /// # Errors
    /// When the database can't be read.
    pub async fn received_since(&self, since: Timestamp) -> Result<u64> {
        self.read(Load::Light, move |reader| {
            let mut statement = reader.connection.prepare_cached(
                "SELECT count(*) - (SELECT count(*) FROM deliveries WHERE undo IS NOT NULL AND received_at >= ?1)
                 FROM deliveries WHERE received_at >= ?1",
            )?;
            Ok(statement.query_row([since.0], |row| count(row, 0))?)
        })
        .await
    }

    /// Values of `field` that begin with `prefix` (ASCII case ignored), most frequent first, with how often
    /// they occur: for inboxes exactly, else among the newest 50,000 deliveries.
    ///
    /// # Errors
    /// When the database can't be read.
    pub async fn values(
        &self,
        field: ValueField,
        prefix: String,
        limit: usize,
    ) -> Result<Vec<(String, u64)>> {
        let column = match field {
            ValueField::Inbox => None,
            ValueField::EventType => Some("event_type"),
            ValueField::Method => Some("method"),
            ValueField::Scheme => Some("scheme"),
            ValueField::Status => Some("status"),
        };
        let sql = column.map_or_else(
            || "SELECT inbox, deliveries FROM counts WHERE deliveries > 0".to_owned(),
            |column| {
                format!(
                    "SELECT CAST({column} AS TEXT), count(*) FROM deliveries
                     WHERE id > (SELECT coalesce(max(id), 0) FROM deliveries) - {RECENT}
                        AND {column} IS NOT NULL AND undo IS NULL
                     GROUP BY {column}"
                )
            },
        );
        self.read(Load::Heavy, move |reader| {
            let mut statement = reader.connection.prepare_cached(&sql)?;
            let found = statement.query_map([], |row| Ok((row.get::<_, String>(0)?, count(row, 1)?)))?;
            let mut found = found.collect::<rusqlite::Result<Vec<_>>>()?;
            found.retain(|(value, _)| {
                value.get(..prefix.len()).is_some_and(|start| start.eq_ignore_ascii_case(&prefix))
            });
            found.sort_by(|(a, x), (b, y)| y.cmp(x).then_with(|| a.cmp(b)));
            found.truncate(limit);
            Ok(found)
        })
        .await
    }

    /// The given deliveries (ascending) over time, in `buckets` equal steps; absent when none is there.
    ///
    /// # Errors
    /// When the database can't be read.
    pub async fn histogram(&self, ids: Arc<Vec<DeliveryId>>, buckets: u32) -> Result<Option<Histogram>> {
        self.read(Load::Heavy, move |reader| histogram(&reader.connection, &ids, buckets)).await
    }
}

/// True when the delivery is there and not being deleted.
pub(crate) fn exists(connection: &Connection, id: DeliveryId) -> Outcome<bool> {
    Ok(connection
        .prepare_cached("SELECT 1 FROM deliveries WHERE id = ?1 AND undo IS NULL")?
        .exists([id.0])?)
}

pub(crate) fn rows(connection: &Connection, ids: &[DeliveryId]) -> Outcome<Vec<DeliveryRow>> {
    let mut statement = connection.prepare_cached(
        "SELECT id, inbox, received_at, method, path, body_size, verdict, reason, event_type, event_id,
            status, origin, starred, attempts, handshake
         FROM deliveries WHERE id = ?1 AND undo IS NULL",
    )?;
    let mut found = Vec::with_capacity(ids.len());
    for id in ids {
        found.extend(statement.query_row([id.0], row_of).optional()?);
    }
    Ok(found)
}

fn row_of(row: &Row<'_>) -> rusqlite::Result<DeliveryRow> {
    Ok(DeliveryRow {
        id: DeliveryId(row.get(0)?),
        inbox: word::<Name>(row, 1)?,
        received_at: instant(row, 2)?,
        method: row.get(3)?,
        path: row.get(4)?,
        body_size: count(row, 5)?,
        verdict: word(row, 6)?,
        reason: reason(row, 7)?,
        event_type: row.get(8)?,
        event_id: row.get(9)?,
        status: row.get(10)?,
        origin: word(row, 11)?,
        starred: row.get(12)?,
        attempts: row.get(13)?,
        handshake: row.get(14)?,
    })
}

fn reason(row: &Row<'_>, at: usize) -> rusqlite::Result<waybill_model::Reason> {
    word(row, at)
}

fn whole(connection: &Connection, id: DeliveryId) -> Outcome<Option<Delivery>> {
    let mut statement = connection.prepare_cached(
        "SELECT d.inbox, d.received_at, d.method, d.path, d.query, c.head, d.body_size, c.body_sha256, d.verdict,
            d.reason, d.scheme, d.secret, d.event_type, d.event_id, d.delivery_id, d.status, d.duration_us,
            d.origin, d.peer, d.starred, d.note, d.truncated, d.refused, d.attempts,
            d.handshake
         FROM deliveries d JOIN contents c ON c.delivery_id = d.id WHERE d.id = ?1 AND d.undo IS NULL",
    )?;
    let found = statement.query_row([id.0], |row| {
        Ok(Delivery {
            id,
            inbox: word(row, 0)?,
            received_at: instant(row, 1)?,
            method: row.get(2)?,
            path: row.get(3)?,
            query: row.get(4)?,
            headers: functions::headers(row.get_ref(5)?.as_blob()?),
            body_size: count(row, 6)?,
            body_sha256: hex(row.get_ref(7)?.as_blob()?),
            verdict: word(row, 8)?,
            reason: reason(row, 9)?,
            scheme: row.get(10)?,
            secret: row.get(11)?,
            event_type: row.get(12)?,
            event_id: row.get(13)?,
            delivery_id: row.get(14)?,
            status: row.get(15)?,
            duration_us: count(row, 16)?,
            origin: word(row, 17)?,
            peer: row.get(18)?,
            starred: row.get(19)?,
            note: row.get(20)?,
            truncated: row.get(21)?,
            refused: row.get(22)?,
            attempts: row.get(23)?,
            handshake: row.get(24)?,
        })
    });
    Ok(found.optional()?)
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::with_capacity(64), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

fn histogram(connection: &Connection, ids: &[DeliveryId], buckets: u32) -> Outcome<Option<Histogram>> {
    let (Some(first), Some(last)) = (ids.first(), ids.last()) else { return Ok(None) };
    let mut points: Vec<(i64, bool)> = Vec::with_capacity(ids.len());
    let columns = format!("received_at, ({FAILED} OR status >= 400)");
    // Many of a range are read in one go; few of it, each by its key.
    if last.0.saturating_sub(first.0) / 8 < i64::try_from(ids.len()).unwrap_or(i64::MAX) {
        let mut statement = connection.prepare_cached(&format!(
            "SELECT id, {columns} FROM deliveries WHERE id BETWEEN ?1 AND ?2 AND undo IS NULL ORDER BY id"
        ))?;
        let mut rows = statement.query([first.0, last.0])?;
        let mut wanted = ids.iter().map(|id| id.0).peekable();
        while let Some(row) = rows.next()? {
            let id: i64 = row.get(0)?;
            while wanted.next_if(|next| *next < id).is_some() {}
            if wanted.next_if_eq(&id).is_some() {
                points.push((row.get(1)?, row.get(2)?));
            }
        }
    } else {
        let mut statement = connection
            .prepare_cached(&format!("SELECT {columns} FROM deliveries WHERE id = ?1 AND undo IS NULL"))?;
        for id in ids {
            points.extend(statement.query_row([id.0], |row| Ok((row.get(0)?, row.get(1)?))).optional()?);
        }
    }
    let times = points.iter().map(|(at, _)| *at);
    let (Some(from), Some(to)) = (times.clone().min(), times.max()) else { return Ok(None) };
    let steps = buckets.max(1) as usize;
    let mut sums = vec![(0, 0); steps];
    let span = (i128::from(to) - i128::from(from)).max(1);
    for (at, failed) in points {
        let step = (i128::from(at) - i128::from(from)) * steps as i128 / span;
        let step = usize::try_from(step).unwrap_or(0).min(steps - 1);
        sums[step].0 += 1;
        sums[step].1 += u64::from(failed);
    }
    Ok(Some((Timestamp(from), Timestamp(to), sums)))
}
