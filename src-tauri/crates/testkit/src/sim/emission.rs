//! Events: made to happen by order or by themselves, and spread to the endpoints that take them.
//!
//! Promise: an event is recorded, shown on the live stream and then handed to `dispatch.rs`, once for
//! each active endpoint that is subscribed to its type. Left out: the way of a delivery.

use super::Shared;
use super::dispatch::send_to;
use super::handle::Emission;
use super::world::Endpoint;
use crate::payload::{self, Event};
use serde_json::Value;
use std::sync::Arc;
use std::time::Duration;

/// The filler's size when nobody says: envelopes then are about 1.5 KiB.
const USUAL_SIZE: usize = 1_400;

/// Makes events happen. Gives the ids of the deliveries that follow from them.
pub(crate) fn emit(shared: &Arc<Shared>, wanted: &Emission) -> Vec<String> {
    let mut ids = Vec::new();
    for _ in 0..wanted.count {
        let event_type = match &wanted.event_type {
            Some(given) => given.clone(),
            None => likely_type(shared, wanted.endpoint.as_deref()),
        };
        let size = wanted.size.unwrap_or(USUAL_SIZE);
        let data = wanted.data.clone().unwrap_or_else(|| payload::data(&event_type, size, &shared.draw));
        let event = happen(shared, event_type, data);
        ids.extend(spread(shared, &event, wanted.endpoint.as_slice()).into_iter().map(|(id, _)| id));
    }
    ids
}

/// A type that somebody subscribed to, where there is one.
fn likely_type(shared: &Shared, endpoint: Option<&str>) -> String {
    let world = shared.world();
    let mut wanted: Vec<&str> = Vec::new();
    for each in world.endpoints.iter().filter(|each| endpoint.is_none_or(|id| id == each.id) && each.active) {
        let known = shared.kind.events().iter().filter(|word| each.takes(word));
        wanted.extend(known);
    }
    if wanted.is_empty() { shared.draw.pick(shared.kind.events()) } else { shared.draw.pick(&wanted) }
        .to_owned()
}

/// Records that something happened, without telling any endpoint yet.
pub(crate) fn happen(shared: &Shared, event_type: String, data: Value) -> Arc<Event> {
    let id = shared.kind.new_event_id(&shared.draw);
    let event = Arc::new(Event { id, event_type, created_at: shared.now(), data });
    shared.world().keep_event(Arc::clone(&event));
    // Nobody listening on the live stream is no failure.
    let _ = shared.stream.send(Arc::clone(&event));
    event
}

/// Sends an event to every endpoint that takes it, or to those of `only` that do. Gives the ids of
/// the deliveries with their endpoints'.
pub(crate) fn spread(shared: &Arc<Shared>, event: &Arc<Event>, only: &[String]) -> Vec<(String, String)> {
    let takers: Vec<String> = {
        let world = shared.world();
        let chosen = |each: &&Endpoint| only.is_empty() || only.contains(&each.id);
        let awake = |each: &&Endpoint| each.resting_until.is_none_or(|until| until <= shared.now());
        let takes = world.endpoints.iter().filter(chosen).filter(awake);
        let takes = takes.filter(|each| each.takes(&event.event_type));
        takes.map(|each| each.id.clone()).collect()
    };
    takers.into_iter().filter_map(|endpoint| Some((send_to(shared, event, &endpoint)?, endpoint))).collect()
}

/// Emits one event after another while automatic emission is on.
pub(crate) async fn emit_by_itself(shared: Arc<Shared>) {
    let mut every = shared.auto.subscribe();
    loop {
        let now = *every.borrow_and_update();
        let changed = match now {
            None => every.changed().await,
            Some(seconds) => tokio::select! {
                changed = every.changed() => changed,
                () = tokio::time::sleep(Duration::from_secs_f64(seconds)) => {
                    emit(&shared, &Emission::default());
                    Ok(())
                }
            },
        };
        if changed.is_err() {
            return;
        }
    }
}
