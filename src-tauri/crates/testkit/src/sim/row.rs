//! Rows of the delivery log, written as a delivery goes its way.

use super::Shared;
use super::ids::new_try_id;
use super::kind::SimulatorKind;
use super::letter::Letter;
use super::send::Outcome;
use super::world::{Endpoint, Row, SentState, Try, World};
use crate::payload::Event;
use crate::sign::Form;
use std::sync::Arc;
use std::time::Duration;

/// Waits on the rail that older agent registrations at Mnemom use: three at once, then six queued.
const AIP_WAITS: &[u64] = &[1, 5, 15, 60, 300, 1_800, 7_200, 21_600, 86_400];

/// Writes into the row that the delivery was made, though nothing has left.
pub(super) fn lose(shared: &Shared, world: &mut World, row: &mut Row) {
    let good = world.drop_as == SentState::Delivered;
    row.state = world.drop_as;
    row.attempts = 1;
    row.status = good.then_some(200);
    row.error = (!good).then(|| "connection timed out".to_owned());
    row.latency = good.then_some(Duration::from_millis(12));
    row.tries.push(tried(shared, row.status, "", row.latency.unwrap_or_default()));
    if let Some(found) = world.endpoint_mut(&row.endpoint)
        && !good
    {
        found.failures += 1;
    }
}

pub(crate) fn tried(shared: &Shared, status: Option<u16>, body: &str, latency: Duration) -> Try {
    Try {
        id: new_try_id(&shared.draw),
        at: shared.now(),
        status,
        good: is_good(status),
        body: body.to_owned(),
        latency,
    }
}

pub(super) fn is_good(status: Option<u16>) -> bool {
    status.is_some_and(|status| (200..300).contains(&status))
}

pub(super) fn write_letter(row: &mut Row, letter: &Letter) {
    row.url.clone_from(&letter.url);
    row.request_headers.clone_from(&letter.headers);
    row.request_body.clone_from(&letter.body);
}

pub(crate) fn new_row(shared: &Shared, event: &Arc<Event>, endpoint: &Endpoint, manual: bool) -> Row {
    let now = shared.now();
    let retries = waits(shared.kind, endpoint.form).len();
    Row {
        id: shared.kind.new_delivery_id(&shared.draw),
        event: Arc::clone(event),
        endpoint: endpoint.id.clone(),
        state: SentState::Pending,
        attempts: 0,
        max_attempts: u32::try_from(retries + 1).unwrap_or(u32::MAX),
        status: None,
        error: None,
        latency: None,
        created_at: now,
        updated_at: now,
        next_retry_at: None,
        url: endpoint.url.clone(),
        request_headers: Vec::new(),
        request_body: Vec::new(),
        response_headers: Vec::new(),
        response_body: String::new(),
        manual,
        tries: Vec::new(),
    }
}

pub(super) fn waits(kind: SimulatorKind, form: Form) -> &'static [u64] {
    if form == Form::MnemomAip { AIP_WAITS } else { kind.manners().waits }
}

/// Puts the answer into the row.
pub(super) fn write_outcome(
    shared: &Shared,
    world: &mut World,
    id: &str,
    outcome: Outcome,
) -> Option<(Option<u16>, Option<String>)> {
    let row = world.row_mut(id)?;
    row.latency = Some(outcome.latency);
    let (status, body) = match &outcome.result {
        Ok(reply) => (Some(reply.status), reply.body.as_str()),
        Err(_) => (None, ""),
    };
    row.tries.push(tried(shared, status, body, outcome.latency));
    Some(match outcome.result {
        Ok(reply) => {
            row.status = Some(reply.status);
            row.error = None;
            row.response_headers = reply.headers;
            row.response_body = reply.body;
            (row.status, None)
        }
        Err(error) => {
            row.status = None;
            row.response_headers.clear();
            row.response_body.clear();
            (None, Some(error))
        }
    })
}
