//! Mynd: `/v1/webhooks`.
//!
//! Documented: create (answers 200), the delivery log, delete; a duplicate address and a reused
//! idempotency key are 409. Not documented and so answered 404 or 405 unless the options say
//! otherwise: list and get. Assumed: an empty list of events, an unknown event type, an unknown parameter and another content type than JSON
//! are refused.

use super::address;
use super::call::{Call, Denied, json, texts, with_header};
use super::world::{Endpoint, Remembered, Row, SentState};
use super::{Shared, SimulatorKind};
use crate::catalogue;
use crate::payload::time_text;
use crate::sign::{Form, PublicKeyForm};
use axum::response::Response;
use serde_json::{Value, json as value};
use std::sync::Arc;
use waybill_model::Timestamp;

/// "Recent" deliveries.
const LOG_CAP: usize = 100;

/// Calls a minute on the plan whose limits are shown; nothing is counted.
const LIMIT: &str = "600";

fn refuse(status: u16, code: &str, message: &str) -> Response {
    let doc = format!("https://myndlabs.tech/docs/errors#{code}");
    json(status, &value!({"error": {"code": code, "message": message, "doc_url": doc}}))
}

fn refuse_field(field: &str, message: &str) -> Response {
    json(
        400,
        &value!({"error": {"code": "invalid_request", "message": format!("{field} {message}"),
            "doc_url": "https://myndlabs.tech/docs/errors#invalid_request",
            "errors": [{"field": field, "message": message}]}}),
    )
}

pub(super) fn plain_error(status: u16) -> Response {
    let (code, message) = match status {
        401 => ("unauthenticated", "No valid API key was given"),
        403 => ("scope_denied", "The key lacks the scope webhooks:manage"),
        404 => ("not_found", "There is no such resource"),
        405 => ("method_not_allowed", "This resource does not know the method"),
        409 => ("conflict", "The resource is in conflict"),
        429 => ("rate_limited", "Too many requests"),
        400..500 => ("invalid_request", "The request is not valid"),
        503 => ("overloaded", "The service is overloaded"),
        _ => ("internal", "Something went wrong"),
    };
    refuse(status, code, message)
}

/// Any call under the base address.
pub(super) fn answer(shared: &Arc<Shared>, call: &Call) -> Response {
    let reset = Timestamp::from_unix(shared.now().unix().div_euclid(60).saturating_add(1).saturating_mul(60));
    let answer = with_header(routed(shared, call), "x-mynd-limit", LIMIT);
    let answer = with_header(answer, "x-mynd-remaining", "599");
    with_header(answer, "x-mynd-reset", &time_text(reset))
}

fn routed(shared: &Arc<Shared>, call: &Call) -> Response {
    let path = call.segments();
    let ["v1", "webhooks", rest @ ..] = &path[..] else { return plain_error(404) };
    match call.denied(shared, None) {
        Some(Denied::Missing | Denied::Wrong) => return plain_error(401),
        // A restricted key reads.
        Some(Denied::Restricted) if call.method != "GET" => return plain_error(403),
        _ => {}
    }
    let reads = shared.options.undocumented_reads;
    match (call.method.as_str(), rest) {
        ("POST", []) => create_once(shared, call),
        ("GET", []) if reads => {
            let all: Vec<_> = shared.world().endpoints.iter().map(shown).collect();
            json(200, &value!({"object": "list", "data": all, "has_more": false}))
        }
        ("GET", [id]) if reads => shared
            .world()
            .endpoint(id)
            .map_or_else(|| plain_error(404), |endpoint| json(200, &shown(endpoint))),
        ("DELETE", [id]) => match shared.world().remove_endpoint(id) {
            Some(_) => json(200, &value!({"id": id, "object": "webhook", "deleted": true})),
            None => plain_error(404),
        },
        ("GET", [id, "deliveries"]) => deliveries(shared, call, id),
        (_, [] | [_] | [_, "deliveries"]) => plain_error(405),
        _ => plain_error(404),
    }
}

fn shown(endpoint: &Endpoint) -> Value {
    let mut shown = value!({
        "id": endpoint.id,
        "object": "webhook",
        "url": endpoint.url,
        "events": endpoint.events,
        "status": endpoint.status,
    });
    if let Some(label) = &endpoint.label {
        shown["description"] = value!(label);
    }
    shown
}

/// A create call, obeying its `Idempotency-Key`. Keys are kept for as long as the simulator runs.
fn create_once(shared: &Shared, call: &Call) -> Response {
    let Some(key) = call.header("idempotency-key").map(|key| format!("create {key}")) else {
        let (status, body) = match create(shared, call) {
            Ok(made) => made,
            Err(refused) => return *refused,
        };
        return json(status, &body);
    };
    if let Some(before) = shared.world().remembered.get(&key) {
        if before.request != call.body {
            return refuse(409, "idempotency_mismatch", "The Idempotency-Key was used with another body");
        }
        return json(before.status, &before.body);
    }
    match create(shared, call) {
        Ok((status, body)) => {
            let remembered = Remembered { request: call.body.to_vec(), status, body: body.clone() };
            shared.world().remembered.insert(key, remembered);
            json(status, &body)
        }
        Err(refused) => *refused,
    }
}

fn create(shared: &Shared, call: &Call) -> Result<(u16, Value), Box<Response>> {
    if !call.is_json() {
        return Err(Box::new(refuse(415, "invalid_request", "Content-Type must be application/json")));
    }
    let object = call.object().ok_or_else(|| Box::new(plain_error(400)))?;
    let field = |name: &str, message: &str| Box::new(refuse_field(name, message));
    if let Some(name) = call.unknown(shared, &object, &["url", "events", "description"]) {
        return Err(field(name, "is not a known parameter"));
    }
    let url = object.get("url").and_then(Value::as_str).ok_or_else(|| field("url", "is required"))?;
    address::judge(SimulatorKind::Mynd, url, shared.options.allow_http_targets)
        .map_err(|fault| field("url", fault.text()))?;
    let events =
        object.get("events").and_then(texts).ok_or_else(|| field("events", "must be a list of strings"))?;
    if events.is_empty() {
        return Err(field("events", "must name at least one event"));
    }
    let known = |word: &str| word == "*" || catalogue::MYND.contains(&word);
    if let Some(word) = events.iter().find(|word| !known(word)) {
        return Err(field("events", &format!("names an unknown event: {word}")));
    }
    let label = match object.get("description") {
        None | Some(Value::Null) => None,
        Some(Value::String(text)) => Some(text.clone()),
        Some(_) => return Err(field("description", "must be a string")),
    };
    let mut world = shared.world();
    if world.endpoints.iter().any(|endpoint| endpoint.url == url && endpoint.status != "unsubscribed") {
        return Err(Box::new(refuse(409, "conflict", "A webhook with this url exists already")));
    }
    let mut endpoint = Endpoint::new(shared, Form::Mynd, url);
    endpoint.label = label;
    endpoint.events = events;
    // The documented example does not echo the description.
    let body = value!({
        "id": endpoint.id,
        "object": "webhook",
        "url": endpoint.url,
        "events": endpoint.events,
        "secret": endpoint.key.receiver_text(PublicKeyForm::Spki),
        "status": endpoint.status,
    });
    world.endpoints.push(endpoint);
    Ok((200, body))
}

const fn word(state: SentState) -> &'static str {
    match state {
        SentState::Pending | SentState::Delivering | SentState::Retrying => "pending",
        SentState::Delivered => "succeeded",
        SentState::Failed => "failed",
    }
}

fn deliveries(shared: &Shared, call: &Call, id: &str) -> Response {
    let only = call.parameter("status");
    if only.as_ref().is_some_and(|word| !["succeeded", "failed", "pending"].contains(&word.as_str())) {
        return refuse_field("status", "must be succeeded, failed or pending");
    }
    let world = shared.world();
    if world.endpoint(id).is_none() {
        return plain_error(404);
    }
    let entry = |row: &Row| {
        let mut shown = value!({"id": row.id, "event": row.event.event_type, "response_status": row.status});
        if let Some(latency) = row.latency.filter(|_| row.status.is_some()) {
            shown["ms"] = value!(latency.as_millis());
        }
        if let Some(next) = row.next_retry_at {
            shown["next_retry_at"] = value!(time_text(next));
        }
        shown
    };
    let rows = world.log.iter().rev().filter(|row| row.endpoint == id);
    let rows = rows.filter(|row| only.as_ref().is_none_or(|wanted| *wanted == word(row.state)));
    json(200, &value!({"object": "list", "data": rows.take(LOG_CAP).map(entry).collect::<Vec<_>>()}))
}
