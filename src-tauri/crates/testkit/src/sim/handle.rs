//! Control of a simulator, for tests; `control.rs` serves the same over HTTP.

use super::fault::PlannedFault;
use super::world::{CallRecord, Endpoint, Row, SentState};
use super::{Seeding, Shared, emission, seeding};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;
use waybill_model::Timestamp;

/// Events that are to happen.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Emission {
    /// Only this endpoint is told, and only if it takes the type; all that take it when left out.
    pub endpoint: Option<String>,
    /// The provider's word; one that somebody subscribed to when left out.
    #[serde(rename = "type")]
    pub event_type: Option<String>,
    /// What the envelope holds; made up when left out.
    pub data: Option<Value>,
    /// How many events; 1 when left out.
    pub count: u32,
    /// About how many bytes of made-up data.
    pub size: Option<usize>,
}

impl Default for Emission {
    fn default() -> Self {
        Self { endpoint: None, event_type: None, data: None, count: 1, size: None }
    }
}

impl Emission {
    /// One event of this type.
    #[must_use]
    pub fn of(event_type: &str) -> Self {
        Self { event_type: Some(event_type.to_owned()), ..Self::default() }
    }

    /// So many events in place of one.
    #[must_use]
    pub const fn times(mut self, count: u32) -> Self {
        self.count = count;
        self
    }
}

/// An endpoint as the simulator keeps it. `Debug` shows no credential.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Registered {
    /// Its id.
    pub id: String,
    /// Where it sends to.
    pub url: String,
    /// Name or description.
    pub label: Option<String>,
    /// What it is subscribed to.
    pub events: Vec<String>,
    /// True when it is sent to.
    pub active: bool,
    /// `enabled`, `paused` or `unsubscribed`.
    pub status: String,
    /// Failed attempts in a row.
    pub failures: u64,
    /// What the receiver verifies with: the secret's text, or the public key.
    pub credential: String,
}

impl fmt::Debug for Registered {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Registered")
            .field("id", &self.id)
            .field("url", &self.url)
            .field("events", &self.events)
            .field("active", &self.active)
            .field("status", &self.status)
            .field("failures", &self.failures)
            .finish_non_exhaustive()
    }
}

/// A delivery as the simulator's log keeps it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SentDelivery {
    /// Its id.
    pub id: String,
    /// The event's id.
    pub event_id: String,
    /// The endpoint's id.
    pub endpoint: String,
    /// The provider's word for what happened.
    pub event_type: String,
    /// What has become of it.
    pub state: SentState,
    /// Attempts so far.
    pub attempts: u32,
    /// Attempts at most.
    pub max_attempts: u32,
    /// The last answer's status.
    pub response_status: Option<u16>,
    /// What went wrong last.
    pub error: Option<String>,
    /// When it will be tried again.
    pub next_retry_at: Option<Timestamp>,
}

impl SentDelivery {
    fn of(row: &Row) -> Self {
        Self {
            id: row.id.clone(),
            event_id: row.event.id.clone(),
            endpoint: row.endpoint.clone(),
            event_type: row.event.event_type.clone(),
            state: row.state,
            attempts: row.attempts,
            max_attempts: row.max_attempts,
            response_status: row.status,
            error: row.error.clone(),
            next_retry_at: row.next_retry_at,
        }
    }
}

/// The hand on a running simulator. Clones hold the same one.
#[derive(Clone)]
pub struct SimulatorHandle(Arc<Shared>);

impl fmt::Debug for SimulatorHandle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("SimulatorHandle").field(&self.0.kind).finish()
    }
}

impl SimulatorHandle {
    pub(crate) const fn new(shared: Arc<Shared>) -> Self {
        Self(shared)
    }

    pub(crate) fn shared(&self) -> Arc<Shared> {
        Arc::clone(&self.0)
    }

    /// Makes events happen. Gives the ids of the deliveries that follow; they leave on their own.
    pub fn emit(&self, emission: &Emission) -> Vec<String> {
        emission::emit(&self.0, emission)
    }

    /// The next `count` deliveries are lost on the way: logged as failed, never sent, not retried. The
    /// log holds the request that would have left.
    pub fn drop_next(&self, count: u64) {
        self.drop_next_as(count, SentState::Failed);
    }

    /// The same, with what the log says of them: with [`SentState::Delivered`] the provider believes
    /// that a 200 came back, as it does when something in between swallows requests.
    pub fn drop_next_as(&self, count: u64, logged: SentState) {
        let mut world = self.0.world();
        world.drop_next = count;
        world.drop_as = logged;
    }

    /// Fills the provider with endpoints and log rows that were never sent. Gives the endpoints' ids.
    pub fn seed(&self, seeding: &Seeding) -> Vec<String> {
        seeding::seed(&self.0, seeding)
    }

    /// Lets a coming call go wrong. Faults wait in order; the first that is meant for a call takes it.
    pub fn fault(&self, fault: impl Into<PlannedFault>) {
        self.0.world().faults.push_back(fault.into());
    }

    /// Forgets faults that have not struck.
    pub fn clear_faults(&self) {
        self.0.world().faults.clear();
    }

    /// The calls received so far, oldest first.
    #[must_use]
    pub fn calls(&self) -> Vec<CallRecord> {
        self.0.world().calls.iter().cloned().collect()
    }

    /// Forgets the calls.
    pub fn clear_calls(&self) {
        self.0.world().calls.clear();
    }

    /// By what the provider's waiting times are divided from now on; also those that have begun.
    pub fn set_clock_factor(&self, factor: f64) {
        self.0.pace.set(factor);
    }

    /// The present clock factor.
    #[must_use]
    pub fn clock_factor(&self) -> f64 {
        self.0.pace.factor()
    }

    /// One event every so often by itself; `None` stops that. Less than a hundredth of
    /// a second counts as that.
    pub fn set_auto_emit(&self, every: Option<Duration>) {
        self.0.auto.send_replace(every.map(|every| every.as_secs_f64().clamp(0.01, 1e6)));
    }

    /// The endpoints as they stand.
    #[must_use]
    pub fn endpoints(&self) -> Vec<Registered> {
        let form = self.0.options.public_key_form;
        let read = |endpoint: &Endpoint| Registered {
            id: endpoint.id.clone(),
            url: endpoint.url.clone(),
            label: endpoint.label.clone(),
            events: endpoint.events.clone(),
            active: endpoint.active,
            status: endpoint.status.to_owned(),
            failures: endpoint.failures,
            credential: endpoint.key.receiver_text(form),
        };
        self.0.world().endpoints.iter().map(read).collect()
    }

    /// The delivery log, oldest first.
    #[must_use]
    pub fn deliveries(&self) -> Vec<SentDelivery> {
        self.0.world().log.iter().map(SentDelivery::of).collect()
    }

    /// One delivery of the log.
    #[must_use]
    pub fn delivery(&self, id: &str) -> Option<SentDelivery> {
        self.0.world().row(id).map(SentDelivery::of)
    }

    /// Waits until every delivery is finished: delivered or given up, no retry outstanding.
    pub async fn settled(&self) {
        // The sender lives in `self`, so the wait can't fail.
        let _ = self.0.pending.subscribe().wait_for(|count| *count == 0).await;
    }

    /// Deliveries that are not finished.
    #[must_use]
    pub fn pending(&self) -> usize {
        *self.0.pending.borrow()
    }

    /// Switches an endpoint on again as the provider's staff would: Mynd documents no call for it. An
    /// unsubscribed one stays so. False when there is no such endpoint or it stays off.
    pub fn resume(&self, endpoint: &str) -> bool {
        let mut world = self.0.world();
        let found = world.endpoint_mut(endpoint).filter(|endpoint| endpoint.status != "unsubscribed");
        if let Some(endpoint) = found {
            switch_on(endpoint);
            true
        } else {
            false
        }
    }

    /// The bearer credential stops working, as a session token does after an hour; gives the new one.
    pub fn expire_token(&self) -> String {
        let fresh = self.0.kind.new_bearer(&self.0.draw);
        self.0.world().access.bearer.clone_from(&fresh);
        fresh
    }
}

/// Active, with a clean record.
pub(crate) fn switch_on(endpoint: &mut Endpoint) {
    endpoint.active = true;
    endpoint.status = "enabled";
    endpoint.failures = 0;
    endpoint.disabled_at = None;
    endpoint.disabled_reason = None;
}
