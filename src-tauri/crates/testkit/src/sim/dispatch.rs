//! Deliveries on their way to the registered endpoints: signed, sent, tried again, given up.
//!
//! Promise: an attempt is signed anew with the key and the time of that attempt; the body of an event
//! is the same each time. What follows from an answer (retry, switching off, unsubscribing) is the
//! provider's rule as `kind.rs` states it; a row of the log tells all of it.

use super::Shared;
use super::kind::SimulatorKind;
use super::letter::Letter;
use super::row::{is_good, lose, new_row, waits, write_letter, write_outcome};
use super::send::Outcome;
use super::world::{SentState, World};
use crate::payload::Event;
use crate::sign::Form;
use std::sync::Arc;
use std::time::Duration;
use tokio_util::sync::CancellationToken;

/// GitLab: failures in a row after which a hook is not sent to for a while.
const RESTS_AFTER: u64 = 4;

/// Begins one delivery. Gives its id, or nothing when the endpoint is gone.
pub(crate) fn send_to(shared: &Arc<Shared>, event: &Arc<Event>, endpoint: &str) -> Option<String> {
    send(shared, event, endpoint, false)
}

/// The same by hand: a redelivery, a resend.
pub(crate) fn send_again(shared: &Arc<Shared>, event: &Arc<Event>, endpoint: &str) -> Option<String> {
    send(shared, event, endpoint, true)
}

fn send(shared: &Arc<Shared>, event: &Arc<Event>, endpoint: &str, manual: bool) -> Option<String> {
    let (id, gone) = {
        let mut world = shared.world();
        let found = world.endpoint(endpoint)?;
        let gone = found.gone.clone();
        let mut row = new_row(shared, event, found, manual);
        let id = row.id.clone();
        let dropped = world.drop_next > 0;
        if dropped {
            write_letter(&mut row, &Letter::new(shared, found, event, &id));
            world.drop_next -= 1;
            lose(shared, &mut world, &mut row);
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

/// Marks the row as being on the wire. Nothing when the endpoint is gone or switched off.
fn prepare(shared: &Shared, id: &str, endpoint: &str) -> Option<Letter> {
    let now = shared.now();
    let mut world = shared.world();
    let found = world.endpoint(endpoint)?;
    let active = found.active;
    let event = Arc::clone(&world.row(id)?.event);
    let order = Letter::new(shared, world.endpoint(endpoint)?, &event, id);
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
    write_letter(row, &order);
    Some(order)
}

/// Writes down what came back and what follows from it. Gives how long to wait before the next
/// attempt, or nothing when there is none.
fn conclude(shared: &Shared, id: &str, endpoint: &str, outcome: Outcome) -> Option<Duration> {
    let now = shared.now();
    let mut world = shared.world();
    let (status, error) = write_outcome(shared, &mut world, id, outcome)?;
    let good = is_good(status);
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
    endpoint.last_status = Some(status);
    if good {
        endpoint.failures = 0;
        endpoint.resting_until = None;
        return endpoint.active;
    }
    endpoint.failures += 1;
    if shared.kind == SimulatorKind::GitLab && endpoint.failures >= RESTS_AFTER {
        // "One minute, extended on each further failure up to 24 hours": it doubles.
        let doubled = 60_u64 << (endpoint.failures - RESTS_AFTER).min(11);
        let real = shared.pace.real(Duration::from_secs(doubled.min(86_400)));
        endpoint.resting_until = Some(now.plus_nanos(i64::try_from(real.as_nanos()).unwrap_or(i64::MAX)));
    }
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
        let mut row = new_row(shared, event, found, true);
        let order = Letter::new(shared, found, event, &row.id);
        row.state = SentState::Delivering;
        row.attempts = 1;
        row.max_attempts = 1;
        write_letter(&mut row, &order);
        let id = row.id.clone();
        world.keep_row(row);
        (id, order)
    };
    let outcome = order.send().await;
    let now = shared.now();
    let mut world = shared.world();
    let (status, error) = write_outcome(shared, &mut world, &id, outcome)?;
    let good = is_good(status);
    let row = world.row_mut(&id)?;
    row.state = if good { SentState::Delivered } else { SentState::Failed };
    row.error = if good { None } else { error.or_else(|| Some(format!("HTTP {}", status.unwrap_or(0)))) };
    row.updated_at = now;
    Some(id)
}
