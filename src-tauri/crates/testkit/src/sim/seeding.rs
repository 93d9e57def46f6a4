//! Long lists at once: endpoints and log rows that nobody made or sent.
//!
//! Promise: they look in every call as if they had come about the usual way; rows carry signed
//! requests, lie a minute apart and end at the present, and every tenth has failed. The limits that a
//! provider sets on creating do not count here.

use super::letter::Letter;
use super::row::{new_row, tried};
use super::world::{Endpoint, SentState};
use super::{Shared, SimulatorKind, github_body, gitlab_body};
use crate::payload::{self, Event};
use crate::sign::SigningMaterial;
use serde::Deserialize;
use std::sync::Arc;
use std::time::Duration;

/// What to fill a simulator with.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Seeding {
    /// How many endpoints to add.
    pub endpoints: u32,
    /// How many rows to add to the log of `endpoint`.
    pub deliveries: u32,
    /// The endpoint whose log it is; the first there is when left out.
    pub endpoint: Option<String>,
    /// Where the added endpoints send to, a number behind each; nobody listens there when left out.
    pub url: Option<String>,
}

/// A minute between two rows.
const STEP_NS: i64 = 60_000_000_000;

/// Bytes of made-up data in a row.
const SIZE: usize = 200;

pub(crate) fn seed(shared: &Arc<Shared>, seeding: &Seeding) -> Vec<String> {
    let url = seeding.url.as_deref().unwrap_or("http://127.0.0.1:9/seeded");
    let made: Vec<Endpoint> = (0..seeding.endpoints).map(|n| endpoint(shared, url, n)).collect();
    let ids: Vec<String> = made.iter().map(|endpoint| endpoint.id.clone()).collect();
    shared.world().endpoints.extend(made);
    for n in (0..seeding.deliveries).rev() {
        row(shared, seeding.endpoint.as_deref(), n);
    }
    ids
}

fn endpoint(shared: &Shared, url: &str, n: u32) -> Endpoint {
    let mut endpoint = Endpoint::new(shared, shared.kind.form(), &format!("{url}/{n}"));
    endpoint.label = Some(format!("seeded {n}"));
    let words = shared.kind.events();
    endpoint.events = words.first().map(|word| vec![(*word).to_owned()]).unwrap_or_default();
    match shared.kind {
        SimulatorKind::MindBridge => endpoint.contact.clone_from(&shared.contact),
        SimulatorKind::GitHub => github_body::furnish(&mut endpoint, "repo"),
        SimulatorKind::GitLab => gitlab_body::furnish(shared, &mut endpoint, "project"),
        _ => {}
    }
    if matches!(shared.kind, SimulatorKind::GitHub | SimulatorKind::GitLab) {
        endpoint.key = SigningMaterial::Shared(shared.draw.hex(32));
    }
    endpoint
}

fn row(shared: &Arc<Shared>, wanted: Option<&str>, n: u32) {
    let at = shared.now().plus_nanos(-STEP_NS.saturating_mul(i64::from(n)));
    let mut world = shared.world();
    let found = match wanted {
        Some(id) => world.endpoint(id),
        None => world.endpoints.first(),
    };
    let Some(endpoint) = found else { return };
    let word = endpoint.events.iter().find(|word| *word != "*").map(String::as_str);
    let event_type = word.or(shared.kind.events().first().copied()).unwrap_or_default().to_owned();
    let data = payload::data(&event_type, SIZE, &shared.draw);
    let id = shared.kind.new_event_id(&shared.draw);
    let event = Arc::new(Event { id, event_type, created_at: at, data });
    let mut row = new_row(shared, &event, endpoint, false);
    let letter = Letter::new(shared, endpoint, &event, &row.id);
    row.request_headers = letter.headers;
    row.request_body = letter.body;
    let good = n % 10 != 9;
    row.status = Some(if good { 200 } else { 500 });
    row.state = if good { SentState::Delivered } else { SentState::Failed };
    row.error = (!good).then(|| "HTTP 500".to_owned());
    row.attempts = 1;
    let latency = Duration::from_millis(5 + u64::from(n % 90));
    row.latency = Some(latency);
    row.created_at = at;
    row.updated_at = at;
    let mut attempt = tried(shared, row.status, "", latency);
    attempt.at = at;
    row.tries.push(attempt);
    world.keep_event(event);
    world.keep_row(row);
}
