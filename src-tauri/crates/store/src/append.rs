//! A capture becomes a row: the statements of the hot path and the counters beside them.

use crate::counts::{Counts, Tally};
use crate::fault::Outcome;
use bytes::Bytes;
use rusqlite::{Connection, params};
use waybill_model::{DeliveryId, Name, Origin, Reason, Timestamp, Verdict};

/// A request that was read, to be kept.
#[derive(Clone, Debug)]
pub struct NewDelivery {
    /// The inbox it is kept under.
    pub inbox: Name,
    /// When its head had been read.
    pub received_at: Timestamp,
    /// The method as sent.
    pub method: String,
    /// The path as sent, without the query.
    pub path: String,
    /// The query as sent, without the question mark.
    pub query: String,
    /// What verification said.
    pub verdict: Verdict,
    /// Why.
    pub reason: Reason,
    /// The scheme it was checked under.
    pub scheme: Option<String>,
    /// The name of the secret that matched.
    pub secret: Option<String>,
    /// The provider's word for what happened.
    pub event_type: Option<String>,
    /// The provider's id of the event.
    pub event_id: Option<String>,
    /// The provider's id of this delivery.
    pub delivery_id: Option<String>,
    /// The status that is answered; 0 for none.
    pub status: u16,
    /// From the head being read to the answer being ready, in microseconds.
    pub duration_us: u64,
    /// What kind of handshake it is and who answers it; absent for every other delivery.
    pub handshake: Option<String>,
    /// How it came here.
    pub origin: Origin,
    /// The address it came from.
    pub peer: Option<String>,
    /// True when the body was cut at the cap.
    pub truncated: bool,
    /// Why it was refused before it could be understood.
    pub refused: Option<String>,
    /// The head as it came.
    pub head: Bytes,
    /// The body as it came.
    pub body: Bytes,
    /// SHA-256 of `body`.
    pub body_sha256: [u8; 32],
}

impl NewDelivery {
    /// About how many bytes it holds in memory.
    pub(crate) fn weight(&self) -> usize {
        self.head.len() + self.body.len() + self.path.len() + self.query.len() + 512
    }
}

/// Writes one delivery; its counters go to `counts`, which the batch writes once.
pub(crate) fn insert(connection: &Connection, counts: &mut Counts, new: &NewDelivery) -> Outcome<DeliveryId> {
    connection
        .prepare_cached(
            "INSERT INTO deliveries (inbox, received_at, method, path, query, body_size, verdict, reason,
                scheme, secret, event_type, event_id, delivery_id, status, duration_us, origin, peer,
                truncated, refused, handshake)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19, ?20)",
        )?
        .execute(params![
            new.inbox.as_str(),
            new.received_at.0,
            new.method,
            new.path,
            new.query,
            saturate(new.body.len()),
            new.verdict.code(),
            new.reason.code(),
            new.scheme,
            new.secret,
            new.event_type,
            new.event_id,
            new.delivery_id,
            new.status,
            i64::try_from(new.duration_us).unwrap_or(i64::MAX),
            new.origin.code(),
            new.peer,
            new.truncated,
            new.refused,
            new.handshake,
        ])?;
    let id = connection.last_insert_rowid();
    connection
        .prepare_cached(
            "INSERT INTO contents (delivery_id, body_sha256, head, body) VALUES (?1, ?2, ?3, ?4)",
        )?
        .execute(params![id, &new.body_sha256[..], &new.head[..], &new.body[..]])?;
    let tally = Tally::of(new.verdict, new.status, false, saturate(new.body.len()));
    counts.add(&new.inbox, tally, Some(new.received_at));
    Ok(DeliveryId(id))
}

pub(crate) fn saturate(length: usize) -> i64 {
    i64::try_from(length).unwrap_or(i64::MAX)
}
