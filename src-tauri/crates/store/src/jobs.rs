//! Replay jobs as rows: which deliveries, in which order, and what became of each.
//!
//! A job belongs to the run (process) that works on it. When that process is gone, its job is interrupted;
//! an item whose last try has no end becomes `unknown` and is never tried again by itself.

use crate::fault::Outcome;
use crate::folder::Folder;
use crate::locks;
use crate::readers::Load;
use crate::store::{Change, Store};
use crate::words::{code, code_of, count, instant, instant_or_null, json, json_or_null, to_json};
use rusqlite::types::ValueRef;
use rusqlite::{Connection, Row, params};
use serde::{Deserialize, Serialize};
use waybill_model::{
    AttemptOutcome, DeliveryId, Failure, JobCounts, JobId, JobState, ReplayJob, ReplayOptions, Result,
    Timestamp,
};

/// The most jobs that are listed.
const LISTED: i64 = 200;

const JOBS: &[Change] = &[Change::Jobs];

/// A replay to be made.
#[derive(Clone, Debug)]
pub struct NewJob {
    /// For people: the query, or how many were selected.
    pub title: String,
    /// How it is run.
    pub options: ReplayOptions,
    /// When it was asked for.
    pub created_at: Timestamp,
    /// What is sent, in order; a delivery named twice is sent once.
    pub deliveries: Vec<DeliveryId>,
}

/// What a job's items say.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
struct Summary {
    counts: JobCounts,
    median_us: Option<u64>,
    p99_us: Option<u64>,
}

const SELECT: &str =
    "SELECT id, title, options, state, created_at, finished_at, stopped_because, summary FROM jobs";

impl Store {
    /// Writes a job and its items; it counts as running, by this process, from then on.
    ///
    /// # Errors
    /// When it can't be written.
    pub async fn create_job(&self, job: NewJob) -> Result<JobId> {
        let run = self.inner.run.clone();
        self.write(JOBS, move |connection| {
            connection
                .prepare_cached(
                    "INSERT INTO jobs (title, options, state, run, created_at) VALUES (?1, ?2, 'running', ?3, ?4)",
                )?
                .execute(params![job.title, to_json(&job.options)?, run, job.created_at.0])?;
            let id = connection.last_insert_rowid();
            let mut statement = connection.prepare_cached(
                "INSERT OR IGNORE INTO job_items (job, position, delivery) VALUES (?1, ?2, ?3)",
            )?;
            for (position, delivery) in job.deliveries.iter().enumerate() {
                statement.execute(params![id, position as i64, delivery.0])?;
            }
            Ok(JobId(id))
        })
        .await
    }

    /// One job, its counts derived from its items.
    ///
    /// # Errors
    /// When the database can't be read.
    pub async fn job(&self, id: JobId) -> Result<Option<ReplayJob>> {
        self.read(Load::Heavy, move |reader| {
            let mut statement = reader.connection.prepare_cached(&format!("{SELECT} WHERE id = ?1"))?;
            let found = statement.query_map([id.0], job_of)?.next().transpose()?;
            found.map(|found| complete(&reader.connection, found)).transpose()
        })
        .await
    }

    /// The newest 200 jobs, newest first.
    ///
    /// # Errors
    /// When the database can't be read.
    pub async fn jobs(&self) -> Result<Vec<ReplayJob>> {
        self.read(Load::Heavy, |reader| {
            let mut statement =
                reader.connection.prepare_cached(&format!("{SELECT} ORDER BY id DESC LIMIT ?1"))?;
            let found = statement.query_map([LISTED], job_of)?.collect::<rusqlite::Result<Vec<_>>>()?;
            found.into_iter().map(|found| complete(&reader.connection, found)).collect()
        })
        .await
    }

    /// Sets where a job stands. `running` and `paused` make it this process's job.
    ///
    /// # Errors
    /// `not_found`.
    pub async fn set_job_state(
        &self,
        id: JobId,
        state: JobState,
        finished_at: Option<Timestamp>,
        stopped_because: Option<String>,
    ) -> Result<()> {
        let run = self.inner.run.clone();
        self.write(JOBS, move |connection| {
            let alive = matches!(state, JobState::Running | JobState::Paused);
            let summary = if alive { None } else { Some(to_json(&summary(connection, id)?)?) };
            let changed = connection
                .prepare_cached(
                    "UPDATE jobs SET state = ?2, finished_at = ?3, stopped_because = ?4, summary = ?5,
                        run = CASE WHEN ?6 THEN ?7 ELSE run END
                     WHERE id = ?1",
                )?
                .execute(params![
                    id.0,
                    state.code(),
                    finished_at.map(|at| at.0),
                    stopped_because,
                    summary,
                    alive,
                    run
                ])?;
            if changed == 0 { Err(Failure::not_found("job", id).into()) } else { Ok(()) }
        })
        .await
    }

    /// The next deliveries of a job behind place `after` that were never tried, with their places, in order.
    ///
    /// # Errors
    /// When the database can't be read.
    pub async fn pending_items(
        &self,
        id: JobId,
        after: Option<i64>,
        limit: usize,
    ) -> Result<Vec<(i64, DeliveryId)>> {
        self.read(Load::Light, move |reader| {
            let mut statement = reader.connection.prepare_cached(
                "SELECT position, delivery FROM job_items
                 WHERE job = ?1 AND position > ?2 AND tries = 0 AND outcome IS NULL
                 ORDER BY position LIMIT ?3",
            )?;
            let limit = i64::try_from(limit).unwrap_or(i64::MAX);
            let found = statement.query_map([id.0, after.unwrap_or(i64::MIN), limit], |row| {
                Ok((row.get(0)?, DeliveryId(row.get(1)?)))
            })?;
            Ok(found.collect::<rusqlite::Result<_>>()?)
        })
        .await
    }

    /// Marks items as left out, each with its reason. Items that came to an end keep it.
    ///
    /// # Errors
    /// When it can't be written.
    pub async fn skip_items(&self, id: JobId, items: Vec<(DeliveryId, String)>) -> Result<()> {
        self.write(JOBS, move |connection| {
            let mut statement = connection.prepare_cached(
                "UPDATE job_items SET outcome = ?3, reason = ?4 WHERE job = ?1 AND delivery = ?2 AND outcome IS NULL",
            )?;
            for (delivery, reason) in &items {
                statement.execute(params![id.0, delivery.0, AttemptOutcome::Skipped.code(), reason])?;
            }
            touch(connection, id)
        })
        .await
    }

    /// Why items were left out, in the job's order.
    ///
    /// # Errors
    /// When the database can't be read.
    pub async fn skipped_items(&self, id: JobId, limit: u32) -> Result<Vec<(DeliveryId, String)>> {
        self.read(Load::Heavy, move |reader| {
            let mut statement = reader.connection.prepare_cached(
                "SELECT delivery, coalesce(reason, '') FROM job_items WHERE job = ?1 AND outcome = 'skipped'
                 ORDER BY position LIMIT ?2",
            )?;
            let found = statement
                .query_map(params![id.0, limit], |row| Ok((DeliveryId(row.get(0)?), row.get(1)?)))?;
            Ok(found.collect::<rusqlite::Result<_>>()?)
        })
        .await
    }
}

/// What is known of a job at rest no longer holds.
pub(crate) fn touch(connection: &Connection, id: JobId) -> Outcome<()> {
    connection
        .prepare_cached("UPDATE jobs SET summary = NULL WHERE id = ?1 AND summary IS NOT NULL")?
        .execute([id.0])?;
    Ok(())
}

fn job_of(row: &Row<'_>) -> rusqlite::Result<(ReplayJob, Option<Summary>)> {
    let job = ReplayJob {
        id: JobId(row.get(0)?),
        title: row.get(1)?,
        options: json(row, 2)?,
        state: code(row, 3)?,
        counts: JobCounts::default(),
        created_at: instant(row, 4)?,
        finished_at: instant_or_null(row, 5)?,
        median_us: None,
        p99_us: None,
        per_second: None,
        stopped_because: row.get(6)?,
    };
    Ok((job, json_or_null(row, 7)?))
}

fn complete(connection: &Connection, (mut job, kept): (ReplayJob, Option<Summary>)) -> Outcome<ReplayJob> {
    let summary = match kept {
        Some(kept) => kept,
        None => summary(connection, job.id)?,
    };
    job.counts = summary.counts;
    job.median_us = summary.median_us;
    job.p99_us = summary.p99_us;
    Ok(job)
}

fn summary(connection: &Connection, id: JobId) -> Outcome<Summary> {
    let mut counts = JobCounts::default();
    let mut statement = connection.prepare_cached(
        "SELECT outcome, tries > 0, count(*) FROM job_items WHERE job = ?1 GROUP BY outcome, tries > 0",
    )?;
    let mut rows = statement.query([id.0])?;
    while let Some(row) = rows.next()? {
        let items = count(row, 2)?;
        counts.total += items;
        if row.get(1)? {
            counts.sent += items;
        }
        if row.get_ref(0)? == ValueRef::Null {
            continue;
        }
        match code(row, 0)? {
            AttemptOutcome::Succeeded => counts.succeeded += items,
            AttemptOutcome::Failed | AttemptOutcome::NotSent | AttemptOutcome::NoAnswer => {
                counts.failed += items
            }
            AttemptOutcome::Skipped => counts.skipped += items,
            AttemptOutcome::Unknown => counts.unknown += items,
        }
    }
    let mut times: Vec<u64> = connection
        .prepare_cached("SELECT duration_us FROM job_items WHERE job = ?1 AND duration_us IS NOT NULL")?
        .query_map([id.0], |row| count(row, 0))?
        .collect::<rusqlite::Result<_>>()?;
    Ok(Summary { counts, median_us: percentile(&mut times, 50), p99_us: percentile(&mut times, 99) })
}

/// The smallest of `values` that `percent` of them do not exceed.
fn percentile(values: &mut [u64], percent: usize) -> Option<u64> {
    let rank = (values.len() * percent).div_ceil(100).checked_sub(1)?;
    Some(*values.select_nth_unstable(rank).1)
}

/// Jobs whose process is gone are interrupted, and what that process was trying has no known end. Returns how
/// many jobs that were.
pub(crate) fn interrupt_dead(connection: &Connection, folder: &Folder) -> Outcome<usize> {
    let runs: Vec<String> = connection
        .prepare("SELECT DISTINCT run FROM jobs WHERE state IN ('running', 'paused')")?
        .query_map([], |row| row.get(0))?
        .collect::<rusqlite::Result<_>>()?;
    let mut interrupted = 0;
    for run in runs {
        if !locks::is_dead(folder, &run)? {
            continue;
        }
        connection.execute_batch("BEGIN IMMEDIATE")?;
        let done = interrupt(connection, &run);
        connection.execute_batch(if done.is_ok() { "COMMIT" } else { "ROLLBACK" })?;
        interrupted += done?;
    }
    Ok(interrupted)
}

fn interrupt(connection: &Connection, run: &str) -> Outcome<usize> {
    // What a later try would have changed, the last one decides now.
    connection.execute(
        "UPDATE job_items SET outcome = coalesce((SELECT a.outcome FROM attempts a WHERE a.delivery = job_items.delivery
                AND a.job = job_items.job ORDER BY a.id DESC LIMIT 1), ?2)
         WHERE tries > 0 AND outcome IS NULL
            AND job IN (SELECT id FROM jobs WHERE run = ?1 AND state IN ('running', 'paused'))",
        [run, &code_of(&AttemptOutcome::Unknown)?],
    )?;
    Ok(connection.execute(
        "UPDATE jobs SET state = 'interrupted', summary = NULL WHERE run = ?1 AND state IN ('running', 'paused')",
        [run],
    )?)
}

#[cfg(test)]
mod tests {
    use super::percentile;

    #[test]
    fn percentiles_are_values_that_occurred() {
        let rows: &[(&[u64], usize, Option<u64>)] = &[
            (&[], 50, None),
            (&[7], 50, Some(7)),
            (&[7], 99, Some(7)),
            (&[3, 1, 2], 50, Some(2)),
            (&[4, 3, 1, 2], 50, Some(2)),
            (&[4, 3, 1, 2], 99, Some(4)),
        ];
        for (values, percent, expected) in rows {
            assert_eq!(percentile(&mut values.to_vec(), *percent), *expected, "{values:?} {percent}");
        }
    }
}
