//! What running a replay needs of the engine: the record in the store, a fresh signature, hosts to tell.

use super::{find, signer};
use crate::api::Event;
use crate::deliveries::{self, Whole};
use crate::engine::{Engine, lock};
use crate::signatures::signed_headers;
use crate::vaulting::secret_bytes;
use std::collections::BTreeMap;
use waybill_model::{
    Attempt, AttemptId, Delivery, DeliveryId, ErrorCode, JobId, JobState, Result, Timestamp,
};
use waybill_replay::{
    Boxed, FinishedAttempt, JobProgress, Ledger, NewAttempt, Observer, PendingItem, Recorded, Resigned,
    Resigner,
};
use waybill_store::EndedAttempt;

/// The record, in the store.
pub(super) struct Record(pub(super) Engine);

/// Why a delivery can't be sent as it came.
pub(super) fn unsendable(delivery: &Delivery) -> Option<String> {
    match (&delivery.refused, delivery.truncated) {
        (Some(why), _) => Some(format!("It was not whole when it came: {why}")),
        (None, true) => Some("Its body was cut at the cap, so it can't be sent as it was.".to_owned()),
        (None, false) => None,
    }
}

/// A stored delivery as replaying needs it.
pub(super) fn recorded(whole: Whole) -> Recorded {
    let headers = whole.headers();
    let unsendable = unsendable(&whole.delivery);
    Recorded {
        id: whole.delivery.id,
        event_type: whole.delivery.event_type,
        first_status: whole.delivery.status,
        method: whole.delivery.method,
        query: whole.delivery.query,
        headers,
        body: whole.body,
        unsendable,
    }
}

impl Ledger for Record {
    fn pending(&self, job: JobId, after: Option<i64>, limit: usize) -> Boxed<'_, Result<Vec<PendingItem>>> {
        Box::pin(async move {
            let items = self.0.0.store.pending_items(job, after, limit).await?;
            Ok(items.into_iter().map(|(position, delivery)| PendingItem { position, delivery }).collect())
        })
    }

    fn load(&self, delivery: DeliveryId) -> Boxed<'_, Result<Option<Recorded>>> {
        Box::pin(async move {
            match deliveries::whole(&self.0, delivery).await {
                Ok(whole) => Ok(Some(recorded(whole))),
                Err(failure) if failure.code == ErrorCode::NotFound => Ok(None),
                Err(failure) => Err(failure),
            }
        })
    }

    fn begin(&self, attempt: NewAttempt) -> Boxed<'_, Result<AttemptId>> {
        Box::pin(async move {
            self.0
                .0
                .store
                .begin_attempt(waybill_store::NewAttempt {
                    job: attempt.job,
                    delivery: attempt.delivery,
                    kind: attempt.kind,
                    number: attempt.number,
                    target: attempt.target,
                    mode: attempt.mode,
                    started_at: attempt.started_at,
                    request_headers: attempt.request_headers,
                })
                .await
        })
    }

    fn finish(&self, attempt: AttemptId, end: FinishedAttempt) -> Boxed<'_, Result<()>> {
        Box::pin(async move {
            let ended = EndedAttempt {
                duration_us: end.duration_us,
                outcome: end.outcome,
                status: end.status,
                error: end.error,
                response_headers: end.response_headers,
                response_body: end.response_body.into(),
                response_truncated: end.response_truncated,
            };
            self.0.0.store.end_attempt(attempt, ended, true).await
        })
    }

    fn skip(&self, job: JobId, delivery: DeliveryId, why: String) -> Boxed<'_, Result<()>> {
        Box::pin(async move { self.0.0.store.skip_items(job, vec![(delivery, why)]).await })
    }

    fn set_state(
        &self,
        job: JobId,
        state: JobState,
        at: Timestamp,
        because: Option<String>,
    ) -> Boxed<'_, Result<()>> {
        Box::pin(async move {
            let ended = matches!(state, JobState::Completed | JobState::Cancelled | JobState::Interrupted);
            self.0.0.store.set_job_state(job, state, ended.then_some(at), because).await
        })
    }
}

/// Signs with the current secret of the inbox a delivery came to.
pub(super) struct InboxSigner(pub(super) Engine);

impl Resigner for InboxSigner {
    fn resign<'a>(
        &'a self,
        recorded: &'a Recorded,
        url: &'a str,
        at: Timestamp,
    ) -> Boxed<'a, std::result::Result<Resigned, String>> {
        Box::pin(async move {
            let engine = &self.0;
            let delivery = engine.0.store.delivery(recorded.id).await.map_err(|failure| failure.message)?;
            let inbox = delivery.ok_or("It was deleted meanwhile.")?.inbox;
            let ready = engine.ready_inbox(&inbox).await.map_err(|failure| failure.message)?;
            let (scheme, secret) = signer(ready.as_deref())?;
            let schemes = engine.schemes();
            let scheme = schemes.get(scheme).ok_or_else(|| format!("There is no scheme {scheme}."))?;
            let empty = BTreeMap::new();
            let config = ready.as_ref().map_or(&empty, |ready| &ready.inbox.config);
            let (headers, body) = signed_headers(
                engine,
                scheme,
                (&recorded.method, url),
                &recorded.headers,
                &recorded.body,
                (secret_bytes(secret), config),
                at,
                None,
            )
            .map_err(|failure| failure.message)?;
            Ok(Resigned { headers, body: body.into() })
        })
    }
}

/// Tells the hosts.
pub(super) struct Teller(pub(super) Engine);

impl Observer for Teller {
    fn attempt(&self, _: &Attempt) {}

    fn progress(&self, progress: &JobProgress) {
        let id = progress.job;
        if let Some(running) = lock(&self.0.0.replaying.running).get_mut(&id) {
            running.progress = Some(progress.clone());
        }
        let engine = self.0.clone();
        let tracker = engine.0.tasks.clone();
        tracker.spawn(async move {
            let Ok(job) = find(&engine, id).await else { return };
            // What was read before the end must not be told after it.
            if lock(&engine.0.replaying.running).contains_key(&id) {
                engine.push(Event::Replay { job: Box::new(job) });
            }
        });
    }
}
