//! Deliveries on their way to the registered endpoints: signed, sent, tried again, given up.
//!
//! Promise: an attempt is signed anew with the key and the time of that attempt; the body of an event
//! is the same each time. What follows from an answer (retry, switching off, unsubscribing) is the
//! provider's rule as `kind.rs` states it; a row of the log tells all of it.

use super::Shared;
use super::kind::SimulatorKind;
use super::send::{self, Outcome};
use super::world::{Endpoint, Row, SentState, World};
use crate::payload::{self, Event};
use crate::sign::{self, Form};
use std::sync::Arc;
use std::time::Duration;
use tokio_util::sync::CancellationToken;

/// Waits on the rail that older agent registrations at Mnemom use: three at once, then six queued.
const AIP_WAITS: &[u64] = &[1, 5, 15, 60, 300, 1_800, 7_200, 21_600, 86_400];

/// Begins one delivery. Gives its id, or nothing when the endpoint is gone.
pub(crate) fn send_to(shared: &Arc<Shared>, event: &Arc<Event>, endpoint: &str) -> Option<String> {
    let (id, gone) = {
        let mut world = shared.world();
        let found = world.endpoint(endpoint)?;
        let gone = found.gone.clone();
        let mut row = new_row(shared, event, found);
        let id = row.id.clone();
        let dropped = world.drop_next > 0;
        if dropped {
            world.drop_next -= 1;
            row.state = SentState::Failed;
            row.attempts = 1;
            row.error = Some("connection timed out".to_owned());
            if let Some(found) = world.endpoint_mut(endpoint) {
                found.failures += 1;
            }
        }
        world.keep_row(row);
        if dropped {
            return Some(id);
        }
        (id, gone)
    };
    let pending = Pending::new(shared);
    let task = drive(Arc::clone(shared), id.clone(), endpoint.to_owned(), gone);
    let stop = shared.stop.clone();
    shared.tasks.spawn(stop.run_until_cancelled_owned(async move {
        task.await;
        drop(pending);
    }));
    Some(id)
}

/// Counts a delivery that is not finished.
struct Pending(Arc<Shared>);

impl Pending {
    fn new(shared: &Arc<Shared>) -> Self {
        shared.pending.send_modify(|count| *count += 1);
        Self(Arc::clone(shared))
    }
}

impl Drop for Pending {
    fn drop(&mut self) {
        self.0.pending.send_modify(|count| *count -= 1);
    }
}

fn waits(kind: SimulatorKind, form: Form) -> &'static [u64] {
    if form == Form::MnemomAip { AIP_WAITS } else { kind.manners().waits }
}

fn new_row(shared: &Shared, event: &Arc<Event>, endpoint: &Endpoint) -> Row {
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
    }
}

async fn drive(shared: Arc<Shared>, id: String, endpoint: String, gone: CancellationToken) {
    let run = async {
        loop {
            let Ok(turn) = shared.senders.acquire().await else { return };
            let Some(order) = prepare(&shared, &id, &endpoint) else { return };
            let outcome = order.send().await;
            drop(turn);
            let Some(wait) = conclude(&shared, &id, &endpoint, outcome) else { return };
            shared.pace.wait(wait).await;
        }
    };
    if gone.run_until_cancelled(run).await.is_none() {
        finish_cancelled(&shared, &id);
    }
}

fn finish_cancelled(shared: &Shared, id: &str) {
    let now = shared.now();
    if let Some(row) = shared.world().row_mut(id)
        && row.state != SentState::Delivered
    {
        row.state = SentState::Failed;
        row.next_retry_at = None;
        row.updated_at = now;
        row.error.get_or_insert_with(|| "cancelled: the endpoint is gone".to_owned());
    }
}

/// A request that is ready to leave.
struct Order {
    url: String,
    headers: Vec<(String, String)>,
    body: Vec<u8>,
    deadline: Duration,
    title_case: bool,
}

impl Order {
    fn new(shared: &Shared, endpoint: &Endpoint, event: &Event) -> Self {
        let body = payload::envelope(endpoint.form, event, &shared.account);
        let mut headers = vec![
            ("Content-Type".to_owned(), "application/json".to_owned()),
            // No page names the real ones.
            ("User-Agent".to_owned(), format!("{}-simulator/1", shared.kind)),
        ];
        let signature = sign::sign(endpoint.form, &endpoint.key, &event.id, shared.now(), &body);
        headers.extend(signature.into_iter().map(|(name, value)| (name.to_owned(), value)));
        Self {
            url: endpoint.url.clone(),
            headers,
            body,
            deadline: shared.options.deadline.unwrap_or_else(|| shared.kind.manners().deadline),
            title_case: endpoint.form != Form::MindBridge,
        }
    }

    async fn send(&self) -> Outcome {
        send::post(&self.url, &self.headers, &self.body, self.deadline, self.title_case).await
    }
}

/// Marks the row as being on the wire. Nothing when the endpoint is gone or switched off.
fn prepare(shared: &Shared, id: &str, endpoint: &str) -> Option<Order> {
    let now = shared.now();
    let mut world = shared.world();
    let found = world.endpoint(endpoint)?;
    let active = found.active;
    let event = Arc::clone(&world.row(id)?.event);
    let order = Order::new(shared, world.endpoint(endpoint)?, &event);
    let row = world.row_mut(id)?;
    row.updated_at = now;
    row.next_retry_at = None;
    if !active {
        row.state = SentState::Failed;
        row.error = Some("the endpoint is switched off".to_owned());
        return None;
    }
    row.state = SentState::Delivering;
    row.attempts += 1;
    row.url.clone_from(&order.url);
    row.request_headers.clone_from(&order.headers);
    row.request_body.clone_from(&order.body);
    Some(order)
}

/// Writes down what came back and what follows from it. Gives how long to wait before the next
/// attempt, or nothing when there is none.
fn conclude(shared: &Shared, id: &str, endpoint: &str, outcome: Outcome) -> Option<Duration> {
    let now = shared.now();
    let mut world = shared.world();
    let (status, error) = write_outcome(&mut world, id, outcome)?;
    let good = status.is_some_and(|status| (200..300).contains(&status));
    let form = world.endpoint(endpoint).map_or(shared.kind.form(), |found| found.form);
    let active = judge_endpoint(shared, &mut world, endpoint, good, status);
    let row = world.row_mut(id)?;
    row.updated_at = now;
    if good {
        row.state = SentState::Delivered;
        return None;
    }
    row.error = Some(error.unwrap_or_else(|| format!("HTTP {}", status.unwrap_or(0))));
    let wait =
        usize::try_from(row.attempts).ok().and_then(|n| waits(shared.kind, form).get(n.checked_sub(1)?));
    let (Some(&wait), true) = (wait, active && tried_again(form, status)) else {
        row.state = SentState::Failed;
        return None;
    };
    // Mnemom's contract page: too many requests waits at least a minute.
    let wait = if status == Some(429) && form == Form::Mnemom { wait.max(60) } else { wait };
    let wait = Duration::from_secs(wait);
    row.state = SentState::Retrying;
    let real = i64::try_from(shared.pace.real(wait).as_nanos()).unwrap_or(i64::MAX);
    row.next_retry_at = Some(now.plus_nanos(real));
    Some(wait)
}

/// Puts the answer into the row.
fn write_outcome(world: &mut World, id: &str, outcome: Outcome) -> Option<(Option<u16>, Option<String>)> {
    let row = world.row_mut(id)?;
    row.latency = Some(outcome.latency);
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

/// Mnemom does not try again after a 4xx other than 408 and 429 (contract page); the agent rail makes
/// an exception for 429 only (guide). The others' pages know no exception.
fn tried_again(form: Form, status: Option<u16>) -> bool {
    match (form, status) {
        (Form::Mnemom, Some(status @ 400..500)) => status == 408 || status == 429,
        (Form::MnemomAip, Some(status @ 400..500)) => status == 429,
        _ => true,
    }
}

/// Counts failures and switches the endpoint off where the provider would. True when it may still be
/// sent to.
fn judge_endpoint(shared: &Shared, world: &mut World, id: &str, good: bool, status: Option<u16>) -> bool {
    let now = shared.now();
    let Some(endpoint) = world.endpoint_mut(id) else { return false };
    if good {
        endpoint.failures = 0;
        return endpoint.active;
    }
    endpoint.failures += 1;
    if shared.kind == SimulatorKind::Mynd && status == Some(410) {
        endpoint.active = false;
        endpoint.status = "unsubscribed";
        endpoint.gone.cancel();
    } else if endpoint.active
        && shared.kind.manners().switch_off_after.is_some_and(|n| endpoint.failures >= n)
    {
        endpoint.active = false;
        endpoint.status = "paused";
        endpoint.disabled_at = Some(now);
        endpoint.updated_at = now;
        endpoint.disabled_reason = Some(format!("{} consecutive delivery failures", endpoint.failures));
    }
    endpoint.active
}

/// One attempt that is waited for, without retries and without consequences: the test call.
pub(crate) async fn try_once(shared: &Shared, endpoint: &str, event: &Arc<Event>) -> Option<String> {
    let (id, order) = {
        let mut world = shared.world();
        let found = world.endpoint(endpoint)?;
        let order = Order::new(shared, found, event);
        let mut row = new_row(shared, event, found);
        row.state = SentState::Delivering;
        row.attempts = 1;
        row.max_attempts = 1;
        row.request_headers.clone_from(&order.headers);
        row.request_body.clone_from(&order.body);
        let id = row.id.clone();
        world.keep_row(row);
        (id, order)
    };
    let outcome = order.send().await;
    let now = shared.now();
    let mut world = shared.world();
    let (status, error) = write_outcome(&mut world, &id, outcome)?;
    let row = world.row_mut(&id)?;
    let good = status.is_some_and(|status| (200..300).contains(&status));
    row.state = if good { SentState::Delivered } else { SentState::Failed };
    row.error = if good { None } else { error.or_else(|| Some(format!("HTTP {}", status.unwrap_or(0)))) };
    row.updated_at = now;
    Some(id)
}
