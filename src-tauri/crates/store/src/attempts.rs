//! Outgoing requests: written down before they are sent, and ended when something is known of them.

use crate::fault::Outcome;
use crate::jobs::touch;
use crate::readers::Load;
use crate::store::{Change, Store};
use crate::words::{code, code_of, count, instant, json, stored, to_json};
use bytes::Bytes;
use rusqlite::types::Value;
use rusqlite::{Connection, OptionalExtension, Row, params, params_from_iter};
use waybill_model::{
    Attempt, AttemptId, AttemptKind, AttemptOutcome, DeliveryId, Failure, HeaderPair, JobId, ReplayMode,
    Result, Timestamp,
};

/// A request about to be sent.
#[derive(Clone, Debug)]
pub struct NewAttempt {
    /// Its job; absent for a forward.
    pub job: Option<JobId>,
    /// What is sent.
    pub delivery: DeliveryId,
    /// Why.
    pub kind: AttemptKind,
    /// 1 for the first try.
    pub number: u32,
    /// Where to.
    pub target: String,
    /// Verbatim or signed again.
    pub mode: ReplayMode,
    /// When.
    pub started_at: Timestamp,
    /// The headers that are sent.
    pub request_headers: Vec<HeaderPair>,
}

/// What came back.
#[derive(Clone, Debug)]
pub struct EndedAttempt {
    /// Until the whole answer was there, or it was given up, in microseconds.
    pub duration_us: u64,
    /// What became of it.
    pub outcome: AttemptOutcome,
    /// The answered status.
    pub status: Option<u16>,
    /// What went wrong.
    pub error: Option<String>,
    /// The answered headers.
    pub response_headers: Vec<HeaderPair>,
    /// The answered body, as far as it is kept.
    pub response_body: Bytes,
    /// True when it was longer than that.
    pub response_truncated: bool,
}

/// Which attempts.
#[derive(Clone, Debug, Default)]
pub struct AttemptFilter {
    /// Of one job.
    pub job: Option<JobId>,
    /// Of one delivery.
    pub delivery: Option<DeliveryId>,
    /// With one outcome.
    pub outcome: Option<AttemptOutcome>,
    /// Only those answered with another status than the delivery was at first.
    pub changed: bool,
    /// How many of the newest to pass over.
    pub offset: u64,
    /// How many to return at most.
    pub limit: u32,
}

const ATTEMPTS: &[Change] = &[Change::Attempts, Change::Jobs, Change::Deliveries];

const SELECT: &str =
    "SELECT a.id, a.job, a.delivery, a.event_type, a.kind, a.number, a.target, a.mode, a.started_at,
        a.duration_us, a.outcome, a.status, a.error, c.request_headers, c.response_headers, a.response_size,
        a.response_truncated, a.first_status
     FROM attempts a JOIN attempt_contents c ON c.attempt = a.id";

impl Store {
    /// Writes down that a request is about to be sent. On disk when it returns; its outcome is `unknown`.
    ///
    /// # Errors
    /// `not_found` when the delivery is gone; otherwise when it can't be written: then nothing must be sent.
    pub async fn begin_attempt(&self, attempt: NewAttempt) -> Result<AttemptId> {
        self.write(ATTEMPTS, move |connection| begin(connection, &attempt)).await
    }

    /// Writes down what became of a request. `last` says that no further try will be made for this delivery
    /// in its job, so that this outcome is the item's.
    ///
    /// # Errors
    /// `not_found`; otherwise when it can't be written.
    pub async fn end_attempt(&self, id: AttemptId, ended: EndedAttempt, last: bool) -> Result<()> {
        self.write(ATTEMPTS, move |connection| end(connection, id, &ended, last)).await
    }

    /// How many attempts there are of a kind, and some of them, newest first.
    ///
    /// # Errors
    /// When the database can't be read.
    pub async fn attempts(&self, filter: AttemptFilter) -> Result<(u64, Vec<Attempt>)> {
        self.read(Load::Heavy, move |reader| list(&reader.connection, &filter)).await
    }

    /// One attempt.
    ///
    /// # Errors
    /// When the database can't be read.
    pub async fn attempt(&self, id: AttemptId) -> Result<Option<Attempt>> {
        self.read(Load::Light, move |reader| {
            let mut statement = reader.connection.prepare_cached(&format!("{SELECT} WHERE a.id = ?1"))?;
            Ok(statement.query_map([id.0], attempt_of)?.next().transpose()?)
        })
        .await
    }

    /// The answered body, as far as it was kept.
    ///
    /// # Errors
    /// When the database can't be read.
    pub async fn attempt_body(&self, id: AttemptId) -> Result<Option<Bytes>> {
        self.read(Load::Light, move |reader| {
            let body: Option<Vec<u8>> = reader
                .connection
                .prepare_cached("SELECT response_body FROM attempt_contents WHERE attempt = ?1")?
                .query_row([id.0], |row| row.get(0))
                .optional()?;
            Ok(body.map(Bytes::from))
        })
        .await
    }
}

fn begin(connection: &Connection, attempt: &NewAttempt) -> Outcome<AttemptId> {
    let of = attempt.delivery.0;
    let first: Option<(Option<String>, u16)> = connection
        .prepare_cached("SELECT event_type, status FROM deliveries WHERE id = ?1 AND undo IS NULL")?
        .query_row([of], |row| Ok((row.get(0)?, row.get(1)?)))
        .optional()?;
    let Some((event_type, first_status)) = first else {
        return Err(Failure::not_found("delivery", attempt.delivery).into());
    };
    let job = attempt.job.map(|job| job.0);
    connection
        .prepare_cached(
            "INSERT INTO attempts (job, delivery, kind, number, target, mode, started_at, outcome, event_type, first_status)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)",
        )?
        .execute(params![
            job,
            of,
            code_of(&attempt.kind)?,
            attempt.number,
            attempt.target,
            code_of(&attempt.mode)?,
            attempt.started_at.0,
            AttemptOutcome::Unknown.code(),
            event_type,
            first_status,
        ])?;
    let id = connection.last_insert_rowid();
    connection
        .prepare_cached("INSERT INTO attempt_contents (attempt, request_headers) VALUES (?1, ?2)")?
        .execute(params![id, to_json(&attempt.request_headers)?])?;
    connection
        .prepare_cached("UPDATE deliveries SET attempts = attempts + 1 WHERE id = ?1")?
        .execute([of])?;
    if let Some(job) = attempt.job {
        connection
            .prepare_cached(
                "UPDATE job_items SET tries = tries + 1, outcome = NULL WHERE job = ?1 AND delivery = ?2",
            )?
            .execute([job.0, of])?;
        touch(connection, job)?;
    }
    Ok(AttemptId(id))
}

fn end(connection: &Connection, id: AttemptId, ended: &EndedAttempt, last: bool) -> Outcome<()> {
    let of: Option<(Option<i64>, i64)> = connection
        .prepare_cached(
            "UPDATE attempts SET duration_us = ?2, outcome = ?3, status = ?4, error = ?5, response_size = ?6,
                response_truncated = ?7
             WHERE id = ?1 RETURNING job, delivery",
        )?
        .query_row(
            params![
                id.0,
                stored(ended.duration_us),
                ended.outcome.code(),
                ended.status,
                ended.error,
                ended.response_body.len() as i64,
                ended.response_truncated,
            ],
            |row| Ok((row.get(0)?, row.get(1)?)),
        )
        .optional()?;
    let Some((job, delivery)) = of else { return Err(Failure::not_found("attempt", id).into()) };
    connection
        .prepare_cached(
            "UPDATE attempt_contents SET response_headers = ?2, response_body = ?3 WHERE attempt = ?1",
        )?
        .execute(params![id.0, to_json(&ended.response_headers)?, &ended.response_body[..]])?;
    if let Some(job) = job {
        // Only an answer tells how long the target takes.
        let answered = ended.status.map(|_| stored(ended.duration_us));
        let outcome = last.then(|| ended.outcome.code());
        connection
            .prepare_cached(
                "UPDATE job_items SET outcome = ?3, duration_us = coalesce(?4, duration_us)
                 WHERE job = ?1 AND delivery = ?2",
            )?
            .execute(params![job, delivery, outcome, answered])?;
        touch(connection, JobId(job))?;
    }
    Ok(())
}

fn list(connection: &Connection, filter: &AttemptFilter) -> Outcome<(u64, Vec<Attempt>)> {
    let mut conditions = vec!["1"];
    let mut values: Vec<Value> = Vec::new();
    if let Some(job) = filter.job {
        conditions.push("a.job = ?");
        values.push(job.0.into());
    }
    if let Some(delivery) = filter.delivery {
        conditions.push("a.delivery = ?");
        values.push(delivery.0.into());
    }
    if let Some(outcome) = filter.outcome {
        conditions.push("a.outcome = ?");
        values.push(outcome.code().to_owned().into());
    }
    if filter.changed {
        conditions.push("a.status <> a.first_status");
    }
    let condition = conditions.join(" AND ");
    let total = connection
        .prepare_cached(&format!("SELECT count(*) FROM attempts a WHERE {condition}"))?
        .query_row(params_from_iter(values.iter()), |row| count(row, 0))?;
    values.push(i64::from(filter.limit).into());
    values.push(stored(filter.offset).into());
    let mut statement = connection
        .prepare_cached(&format!("{SELECT} WHERE {condition} ORDER BY a.id DESC LIMIT ? OFFSET ?"))?;
    let found = statement.query_map(params_from_iter(values.iter()), attempt_of)?;
    Ok((total, found.collect::<rusqlite::Result<_>>()?))
}

fn attempt_of(row: &Row<'_>) -> rusqlite::Result<Attempt> {
    Ok(Attempt {
        id: AttemptId(row.get(0)?),
        job: row.get::<_, Option<i64>>(1)?.map(JobId),
        delivery: DeliveryId(row.get(2)?),
        event_type: row.get(3)?,
        kind: code(row, 4)?,
        number: row.get(5)?,
        target: row.get(6)?,
        mode: code(row, 7)?,
        started_at: instant(row, 8)?,
        duration_us: row.get::<_, Option<i64>>(9)?.map(|us| u64::try_from(us).unwrap_or(0)),
        outcome: code(row, 10)?,
        status: row.get(11)?,
        error: row.get(12)?,
        request_headers: json(row, 13)?,
        response_headers: json(row, 14)?,
        response_size: count(row, 15)?,
        response_truncated: row.get(16)?,
        first_status: row.get(17)?,
    })
}
