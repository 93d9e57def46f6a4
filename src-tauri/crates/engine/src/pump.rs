//! From commits to events. What is committed within 33 ms is told together, each kind once. The status counts what came
//! within a minute, which takes the longer the more that is: it is told four times a second at most, and never costs
//! more than a tenth of the time.

use crate::api::{Event, Tag};
use crate::engine::Engine;
use crate::{results, settings};
use std::collections::BTreeSet;
use std::time::Duration;
use tokio::sync::broadcast::error::{RecvError, TryRecvError};
use tokio::time::Instant;
use waybill_model::{DeliveryId, Result};
use waybill_query::Query;
use waybill_store::{Change, QueryRef};

const GATHER: Duration = Duration::from_millis(33);
/// The least between two tellings of the status.
const STATUS: Duration = Duration::from_millis(250);

/// Starts the task; it ends with the engine's token. What is committed after this returns is told.
pub(crate) async fn start(engine: &Engine) -> Result<()> {
    let mut changes = engine.0.store.subscribe();
    let mut seen = engine.0.store.newest().await?;
    let stop = engine.0.stop.clone();
    let engine = engine.clone();
    let tracker = engine.0.tasks.clone();
    tracker.spawn(async move {
        let mut status = StatusDue::default();
        loop {
            let first = tokio::select! {
                change = changes.recv() => change,
                () = status.wait() => {
                    status.tell(&engine).await;
                    continue;
                }
                () = stop.cancelled() => return,
            };
            let mut all = BTreeSet::new();
            let mut outside = false;
            match first {
                Ok(change) => outside |= note(change, &mut all),
                Err(RecvError::Lagged(_)) => {
                    outside = true;
                    all.extend(EVERYTHING);
                }
                Err(RecvError::Closed) => return,
            }
            tokio::time::sleep(GATHER).await;
            loop {
                match changes.try_recv() {
                    Ok(change) => outside |= note(change, &mut all),
                    Err(TryRecvError::Lagged(_)) => {
                        outside = true;
                        all.extend(EVERYTHING);
                    }
                    Err(TryRecvError::Empty | TryRecvError::Closed) => break,
                }
            }
            if outside {
                engine.notice_schemes().await;
            }
            if outside && let Err(failure) = engine.forget_changed_inboxes().await {
                tracing::warn!(code = %failure.code, "inboxes could not be compared: {failure}");
            }
            if all.contains(&Tag::Deliveries) {
                status.stale = true;
            }
            if let Err(failure) = tell(&engine, &mut seen, all).await {
                tracing::warn!(code = %failure.code, "changes could not be told: {failure}");
            }
        }
    });
    Ok(())
}

/// When the status is to be told.
#[derive(Default)]
struct StatusDue {
    /// What was told last is no longer so.
    stale: bool,
    /// Not before.
    earliest: Option<Instant>,
}

impl StatusDue {
    /// Until it is to be told; for ever while it is not stale.
    async fn wait(&self) {
        match (self.stale, self.earliest) {
            (false, _) => std::future::pending().await,
            (true, None) => {}
            (true, Some(earliest)) => tokio::time::sleep_until(earliest).await,
        }
    }

    async fn tell(&mut self, engine: &Engine) {
        self.stale = false;
        let begun = Instant::now();
        match settings::status(engine, crate::api::Nothing {}).await {
            Ok(status) => engine.push(Event::Status { status: Box::new(status) }),
            Err(failure) => tracing::warn!(code = %failure.code, "the status could not be told: {failure}"),
        }
        self.earliest = Some(Instant::now() + STATUS.max(begun.elapsed() * 10));
    }
}

const EVERYTHING: [Tag; 7] = [
    Tag::Deliveries,
    Tag::Inboxes,
    Tag::Connections,
    Tag::Endpoints,
    Tag::Secrets,
    Tag::Settings,
    Tag::Replays,
];

/// Adds what is stale after `change`; true when another process made it.
fn note(change: Change, tags: &mut BTreeSet<Tag>) -> bool {
    match change {
        Change::Deliveries => tags.extend([Tag::Deliveries]),
        Change::Inboxes => tags.extend([Tag::Inboxes]),
        Change::Connections => tags.extend([Tag::Connections]),
        Change::Endpoints => tags.extend([Tag::Endpoints]),
        Change::Secrets => tags.extend([Tag::Secrets]),
        Change::Settings => tags.extend([Tag::Settings]),
        Change::Jobs | Change::Attempts => tags.extend([Tag::Replays]),
        Change::External => tags.extend(EVERYTHING),
    }
    change == Change::External
}

async fn tell(engine: &Engine, seen: &mut Option<DeliveryId>, mut tags: BTreeSet<Tag>) -> Result<()> {
    if tags.remove(&Tag::Deliveries) {
        let arrived = arrived(engine, seen).await?;
        if arrived {
            // Counts of inboxes change with every arrival.
            tags.insert(Tag::Inboxes);
        } else {
            tags.insert(Tag::Deliveries);
        }
    }
    if !tags.is_empty() {
        engine.push(Event::Changed { tags: tags.into_iter().collect() });
    }
    Ok(())
}

/// Tells what has arrived since `seen`; false when nothing has.
async fn arrived(engine: &Engine, seen: &mut Option<DeliveryId>) -> Result<bool> {
    let newest = engine.0.store.newest().await?;
    if newest <= *seen {
        return Ok(false);
    }
    let results = results::grow(engine, newest, None).await?;
    let wanted = QueryRef {
        query: Query::everything(),
        after: *seen,
        before: None,
        limit: Some(10_000),
        newest_first: true,
        cancel: None,
    };
    let mut ids = engine.0.store.ids(wanted).await?;
    // The result sets have grown up to there; what was committed since is told next.
    ids.retain(|id| Some(*id) <= newest);
    let count = ids.len() as u64;
    *seen = newest;
    let rows = engine.0.store.rows(ids.into_iter().take(50).collect()).await?;
    engine.push(Event::Arrived { results, rows, count });
    Ok(true)
}
