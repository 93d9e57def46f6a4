//! Searches that go on in the background: at most one for a delivery, two in all, a minute each. They end with
//! the engine, and what they found is kept until an inbox changes.

use super::report::{Subject, asked, checked};
use super::search::{Asked, Found};
use crate::api::*;
use crate::deliveries;
use crate::engine::{Engine, lock};
use crate::ready::ReadyInbox;
use secrecy::SecretString;
use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};
use tokio_util::sync::CancellationToken;
use waybill_model::{DeliveryId, ErrorCode, Failure, Reason, Result};

/// How long a search may take.
const AT_MOST: Duration = Duration::from_secs(60);

/// Of that, how long the vault may take.
const VAULT_AT_MOST: Duration = Duration::from_secs(30);

/// How many go on at once.
const AT_ONCE: usize = 2;

/// How many that have ended are kept.
const KEPT: usize = 8;

/// The searches of this engine, the newest last.
#[derive(Default)]
pub(crate) struct Searches(Mutex<Vec<Arc<Hunt>>>);

struct Hunt {
    delivery: DeliveryId,
    /// Of the inboxes as they were when it began.
    generation: u64,
    cancel: CancellationToken,
    ended: AtomicBool,
    found: Mutex<Found>,
}

impl Hunt {
    fn running(&self) -> bool {
        !self.ended.load(Ordering::SeqCst)
    }

    fn progress(&self) -> DiagnosisProgress {
        let Found { search, diagnosis } = lock(&self.found).clone();
        DiagnosisProgress { search: Some(search), diagnosis }
    }
}

impl Searches {
    /// The search for a delivery; none when inboxes have changed since it began.
    fn find(&self, delivery: DeliveryId, generation: u64) -> Option<Arc<Hunt>> {
        let known = lock(&self.0);
        known.iter().rev().find(|hunt| hunt.delivery == delivery && hunt.generation == generation).cloned()
    }

    /// Takes a new search in; the one that is there already when one is.
    fn enter(&self, hunt: &Arc<Hunt>) -> Result<Option<Arc<Hunt>>> {
        let mut known = lock(&self.0);
        let same = |one: &Arc<Hunt>| one.delivery == hunt.delivery;
        let there = known.iter().find(|one| same(one) && one.running() && one.generation == hunt.generation);
        if let Some(there) = there {
            return Ok(Some(there.clone()));
        }
        // One that began before an inbox changed answers a question that nobody asks any more.
        for one in known.iter().filter(|one| same(one)) {
            one.cancel.cancel();
        }
        if known.iter().filter(|one| one.running() && !same(one)).count() >= AT_ONCE {
            return Err(Failure::new(
                ErrorCode::Busy,
                format!("{AT_ONCE} searches are going on already; this one was not started."),
            )
            .hint("Wait for one of them, or cancel it."));
        }
        known.retain(|one| !same(one));
        while known.len() >= KEPT {
            let Some(oldest) = known.iter().position(|one| !one.running()) else { break };
            known.remove(oldest);
        }
        known.push(hunt.clone());
        Ok(None)
    }
}

pub(crate) async fn start_search(engine: &Engine, request: DeliveryRef) -> Result<DiagnosisProgress> {
    let generation = engine.0.ready.generation();
    let whole = deliveries::whole(engine, request.id).await?;
    let ready = engine.ready_inbox(&whole.delivery.inbox).await?;
    let subject = Subject::from(&whole);
    let schemes = engine.schemes();
    let wanted =
        ready.as_ref().and_then(|ready| ready.inbox.scheme.clone()).or_else(|| whole.delivery.scheme.clone());
    let Some(id) = wanted else {
        return Err(Failure::invalid(
            "The inbox has no scheme, so there is no signature to search the cause of; nothing was started.",
        )
        .hint("Choose the scheme first."));
    };
    let scheme = schemes.require(&id)?;
    let empty = BTreeMap::new();
    let config = ready.as_ref().map_or(&empty, |ready| &ready.inbox.config);
    let named: &[(String, SecretString)] = ready.as_ref().map_or(&[], |ready| &ready.secrets);
    if checked(&subject, scheme, named, &[], config, whole.delivery.received_at).reason == Reason::Ok {
        return Err(Failure::invalid("The signature is right: there is nothing to search for."));
    }
    let asked = asked(schemes, id, subject, &whole, ready.as_deref());
    let hunt = Arc::new(Hunt {
        delivery: request.id,
        generation,
        cancel: engine.0.stop.child_token(),
        ended: AtomicBool::new(false),
        found: Mutex::new(nothing_yet(SearchState::Running)),
    });
    if let Some(there) = engine.0.searches.enter(&hunt)? {
        return Ok(there.progress());
    }
    let progress = hunt.progress();
    let this = engine.clone();
    engine.0.tasks.spawn(async move {
        let found = carry_out(&this, asked, ready, &hunt).await;
        *lock(&hunt.found) = found;
        hunt.ended.store(true, Ordering::SeqCst);
    });
    Ok(progress)
}

async fn carry_out(
    engine: &Engine,
    mut asked: Asked,
    ready: Option<Arc<ReadyInbox>>,
    hunt: &Arc<Hunt>,
) -> Found {
    let begun = Instant::now();
    let read = asked.candidates.add_others(engine, ready.as_deref(), (begun + VAULT_AT_MOST).into());
    let read = tokio::select! {
        read = read => read,
        () = hunt.cancel.cancelled() => return nothing_yet(SearchState::Cancelled),
    };
    if let Err(failure) = read {
        asked.candidates.not_tried.push(format!("The vault's list could not be read: {failure}"));
    }
    let telling = hunt.clone();
    let searched = tokio::task::spawn_blocking(move || {
        asked.search(begun + AT_MOST, &|| telling.cancel.is_cancelled(), &mut |found| {
            *lock(&telling.found) = found;
        })
    });
    searched.await.unwrap_or_else(|error| {
        tracing::error!("a search for the cause of a failure did not end well: {error}");
        nothing_yet(SearchState::Cancelled)
    })
}

fn nothing_yet(state: SearchState) -> Found {
    let search =
        Search { state, tried: 0, total: 0, tried_list: Vec::new(), not_tried: Vec::new(), elapsed_ms: 0 };
    Found { search, diagnosis: Vec::new() }
}

pub(crate) async fn search_progress(engine: &Engine, request: DeliveryRef) -> Result<DiagnosisProgress> {
    match engine.0.searches.find(request.id, engine.0.ready.generation()) {
        Some(hunt) => Ok(hunt.progress()),
        None => {
            deliveries::get(engine, request).await?;
            Ok(DiagnosisProgress { search: None, diagnosis: Vec::new() })
        }
    }
}

pub(crate) async fn cancel_search(engine: &Engine, request: DeliveryRef) -> Result<DiagnosisProgress> {
    let Some(hunt) = engine.0.searches.find(request.id, engine.0.ready.generation()) else {
        return Err(Failure::new(
            ErrorCode::NotFound,
            format!("No search goes on for delivery {}; nothing was cancelled.", request.id),
        ));
    };
    hunt.cancel.cancel();
    // It looks up after every step; a step takes milliseconds.
    let patience = Instant::now() + Duration::from_secs(2);
    while hunt.running() && Instant::now() < patience {
        tokio::time::sleep(Duration::from_millis(2)).await;
    }
    Ok(hunt.progress())
}

/// What a search in the background has found for a delivery, unless it was broken off.
pub(super) fn known(engine: &Engine, delivery: DeliveryId) -> Option<Found> {
    let hunt = engine.0.searches.find(delivery, engine.0.ready.generation())?;
    let found = lock(&hunt.found).clone();
    (found.search.state != SearchState::Cancelled).then_some(found)
}
