//! What a simulator remembers.

use super::Shared;
use super::fault::PlannedFault;
use crate::payload::Event;
use crate::sign::{Form, SigningMaterial};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;
use std::time::Duration;
use tokio_util::sync::CancellationToken;
use waybill_model::Timestamp;

/// Rows of the delivery log, events and calls that are kept; older ones go first.
const KEPT: usize = 20_000;

/// Credentials that are accepted.
pub(crate) struct Access {
    pub(crate) bearer: String,
    pub(crate) api_key: Option<String>,
    /// Genuine, but without the right to manage webhooks.
    pub(crate) restricted: String,
}

/// A registered endpoint, in the union of what the providers keep of one.
pub(crate) struct Endpoint {
    pub(crate) id: String,
    pub(crate) form: Form,
    pub(crate) url: String,
    /// Mnemom's and Mynd's description, MindBridge's name.
    pub(crate) label: Option<String>,
    pub(crate) events: Vec<String>,
    pub(crate) active: bool,
    /// Mynd's word: `enabled`, `paused`, `unsubscribed`.
    pub(crate) status: &'static str,
    pub(crate) key: SigningMaterial,
    pub(crate) failures: u64,
    pub(crate) disabled_at: Option<Timestamp>,
    pub(crate) disabled_reason: Option<String>,
    pub(crate) created_at: Timestamp,
    pub(crate) updated_at: Timestamp,
    pub(crate) version: i64,
    pub(crate) contact: String,
    pub(crate) key_made_at: Timestamp,
    /// The key before the present one and how long it is still signed with: Svix.
    pub(crate) old_key: Option<(SigningMaterial, Timestamp)>,
    /// Not sent to before this: GitLab, after failures.
    pub(crate) resting_until: Option<Timestamp>,
    /// What the last delivery was answered with: nothing when there was no answer, unset before any.
    pub(crate) last_status: Option<Option<u16>>,
    /// Which of the provider's collections it stands in: a repository or an organisation (GitHub), a
    /// project or a group (GitLab). Empty where there is one collection.
    pub(crate) scope: &'static str,
    /// Settings that only this provider has, under its names.
    pub(crate) more: Map<String, Value>,
    /// Cancelled when the endpoint is deleted, and with it every pending retry.
    pub(crate) gone: CancellationToken,
}

impl Endpoint {
    /// An active endpoint without label and events, with a key of the provider's making.
    pub(crate) fn new(shared: &Shared, form: Form, url: &str) -> Self {
        let now = shared.now();
        Self {
            id: shared.kind.new_endpoint_id(&shared.draw),
            form,
            url: url.to_owned(),
            label: None,
            events: Vec::new(),
            active: true,
            status: "enabled",
            key: shared.kind.new_key(&shared.draw),
            failures: 0,
            disabled_at: None,
            disabled_reason: None,
            created_at: now,
            updated_at: now,
            version: 1,
            contact: String::new(),
            key_made_at: now,
            old_key: None,
            resting_until: None,
            last_status: None,
            scope: "",
            more: Map::new(),
            gone: CancellationToken::new(),
        }
    }

    /// A text among the provider's own settings; empty when there is none.
    pub(crate) fn text(&self, name: &str) -> &str {
        self.more.get(name).and_then(Value::as_str).unwrap_or_default()
    }

    pub(crate) fn takes(&self, event_type: &str) -> bool {
        let all = match self.form {
            // The create page and the OpenAPI file: an empty list means every type.
            // Svix: no filter means every type.
            Form::Mnemom | Form::Svix => self.events.is_empty(),
            Form::Mynd | Form::GitHub | Form::Stripe => self.events.iter().any(|word| word == "*"),
            _ => false,
        };
        self.active && (all || self.events.iter().any(|word| word == event_type))
    }
}

/// What has become of a delivery.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SentState {
    /// Not tried yet.
    Pending,
    /// On the wire.
    Delivering,
    /// Answered with a 2xx in time.
    Delivered,
    /// Failed so far; will be tried again.
    Retrying,
    /// Given up.
    Failed,
}

/// A row of the delivery log.
pub(crate) struct Row {
    pub(crate) id: String,
    pub(crate) event: Arc<Event>,
    pub(crate) endpoint: String,
    pub(crate) state: SentState,
    pub(crate) attempts: u32,
    pub(crate) max_attempts: u32,
    pub(crate) status: Option<u16>,
    pub(crate) error: Option<String>,
    pub(crate) latency: Option<Duration>,
    pub(crate) created_at: Timestamp,
    pub(crate) updated_at: Timestamp,
    pub(crate) next_retry_at: Option<Timestamp>,
    pub(crate) url: String,
    pub(crate) request_headers: Vec<(String, String)>,
    pub(crate) request_body: Vec<u8>,
    pub(crate) response_headers: Vec<(String, String)>,
    pub(crate) response_body: String,
    /// Ordered by hand: a redelivery, a resend, a test.
    pub(crate) manual: bool,
    /// Every attempt, oldest first.
    pub(crate) tries: Vec<Try>,
}

/// One attempt at a delivery, as Svix lists them.
pub(crate) struct Try {
    pub(crate) id: String,
    pub(crate) at: Timestamp,
    pub(crate) status: Option<u16>,
    pub(crate) good: bool,
    pub(crate) body: String,
    pub(crate) latency: Duration,
}

/// A call that the simulator received. Credentials are masked.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CallRecord {
    /// The method.
    pub method: String,
    /// The path as sent, the base's own path included.
    pub path: String,
    /// The query as sent, without the question mark.
    pub query: String,
    /// The headers, names in lower case; the values of credentials are `***`.
    pub headers: Vec<(String, String)>,
    /// The body, as text where it is UTF-8.
    pub body: String,
    /// The status that was answered; 0 when the answer was withheld.
    pub status: u16,
}

/// An answer that is given again for the same idempotency key.
pub(crate) struct Remembered {
    pub(crate) request: Vec<u8>,
    pub(crate) status: u16,
    pub(crate) body: Value,
}

/// Everything that changes.
pub(crate) struct World {
    pub(crate) access: Access,
    pub(crate) endpoints: Vec<Endpoint>,
    pub(crate) log: VecDeque<Row>,
    pub(crate) events: VecDeque<Arc<Event>>,
    pub(crate) calls: VecDeque<CallRecord>,
    pub(crate) faults: VecDeque<PlannedFault>,
    pub(crate) drop_next: u64,
    /// What the log says of a dropped delivery.
    pub(crate) drop_as: SentState,
    pub(crate) remembered: BTreeMap<String, Remembered>,
    /// Svix: what has been done in the background.
    pub(crate) tasks: BTreeMap<String, Value>,
}

impl World {
    pub(crate) fn new(access: Access) -> Self {
        Self {
            access,
            endpoints: Vec::new(),
            log: VecDeque::new(),
            events: VecDeque::new(),
            calls: VecDeque::new(),
            faults: VecDeque::new(),
            drop_next: 0,
            drop_as: SentState::Failed,
            remembered: BTreeMap::new(),
            tasks: BTreeMap::new(),
        }
    }

    pub(crate) fn endpoint(&self, id: &str) -> Option<&Endpoint> {
        self.endpoints.iter().find(|endpoint| endpoint.id == id)
    }

    pub(crate) fn endpoint_mut(&mut self, id: &str) -> Option<&mut Endpoint> {
        self.endpoints.iter_mut().find(|endpoint| endpoint.id == id)
    }

    /// Takes an endpoint out and cancels its pending retries.
    pub(crate) fn remove_endpoint(&mut self, id: &str) -> Option<Endpoint> {
        let at = self.endpoints.iter().position(|endpoint| endpoint.id == id)?;
        let endpoint = self.endpoints.remove(at);
        endpoint.gone.cancel();
        Some(endpoint)
    }

    pub(crate) fn row(&self, id: &str) -> Option<&Row> {
        self.log.iter().rev().find(|row| row.id == id)
    }

    pub(crate) fn row_mut(&mut self, id: &str) -> Option<&mut Row> {
        self.log.iter_mut().rev().find(|row| row.id == id)
    }

    pub(crate) fn event(&self, id: &str) -> Option<Arc<Event>> {
        self.events.iter().rev().find(|event| event.id == id).cloned()
    }

    pub(crate) fn keep_row(&mut self, row: Row) {
        keep(&mut self.log, row);
    }

    pub(crate) fn keep_event(&mut self, event: Arc<Event>) {
        keep(&mut self.events, event);
    }

    pub(crate) fn keep_call(&mut self, call: CallRecord) {
        keep(&mut self.calls, call);
    }
}

fn keep<T>(list: &mut VecDeque<T>, item: T) {
    if list.len() == KEPT {
        list.pop_front();
    }
    list.push_back(item);
}
