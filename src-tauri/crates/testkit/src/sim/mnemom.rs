//! Mnemom: `/orgs/{org_id}/webhooks` under `/v1`.
//!
//! Sources: the create page (paths, fields, event enumeration), the OpenAPI file and the errors page
//! of docs.mnemom.ai as `providers.md` reports them. Assumed where they are silent: the sixth endpoint
//! is refused with 400; an unknown field is refused (ignored when the options say so); a body that is not
//! JSON by its content type can't be read; `is_active: false` pauses.

use super::address;
use super::aip;
use super::call::{Call, Denied, json, texts, with_header};
use super::dispatch;
use super::emission;
use super::handle::switch_on;
use super::ids::org_of;
use super::mnemom_log;
use super::mnemom_stream;
use super::world::{Endpoint, SentState};
use super::{Shared, SimulatorKind};
use crate::catalogue;
use crate::payload::{data, time_text};
use crate::sign::{Form, PublicKeyForm};
use axum::response::Response;
use serde_json::{Map, Value, json as value};
use std::sync::Arc;

/// Endpoints an organisation may have.
const CAP: usize = 5;

/// A refusal in whichever of the two documented shapes the options name.
pub(super) fn refuse(shared: &Shared, status: u16, code: &str, message: &str) -> Response {
    let body = if shared.options.plain_errors {
        value!({"error": message})
    } else {
        value!({"error": {"code": code, "message": message, "details": {}}})
    };
    json(status, &body)
}

pub(super) fn plain_error(shared: &Shared, status: u16) -> Response {
    let (code, message) = match status {
        401 => ("auth_required", "Authentication required"),
        403 => ("org_access_denied", "Access to this organization is denied"),
        404 => ("resource_not_found", "Resource not found"),
        429 => ("rate_limit_exceeded", "Rate limit exceeded"),
        400..500 => ("invalid_request", "Invalid request"),
        503 | 529 => ("service_unavailable", "Service temporarily unavailable"),
        _ => ("internal_error", "Internal server error"),
    };
    refuse(shared, status, code, message)
}

pub(super) fn not_found(shared: &Shared) -> Response {
    plain_error(shared, 404)
}

/// Any call under the base address.
pub(super) async fn answer(shared: &Arc<Shared>, call: &Call) -> Response {
    let answer = routed(shared, call).await;
    let answer = with_header(answer, "x-mnemom-request-id", &format!("req-{}", shared.draw.hex(12)));
    with_header(answer, "x-mnemom-version", call.header("x-mnemom-version").unwrap_or("2026-08-17"))
}

async fn routed(shared: &Arc<Shared>, call: &Call) -> Response {
    let path = call.segments();
    let org = org_of(&shared.account);
    match call.denied(shared, Some("x-mnemom-api-key")) {
        Some(Denied::Missing) => return plain_error(shared, 401),
        Some(Denied::Wrong) => {
            return refuse(shared, 401, "invalid_credentials", "Invalid or expired credentials");
        }
        Some(Denied::Restricted) => {
            return refuse(shared, 403, "insufficient_scope", "The admin:org scope is required");
        }
        None => {}
    }
    if let ["aip", "webhooks", ..] = path[..] {
        return aip::answer(shared, call);
    }
    let ["orgs", given, "webhooks", rest @ ..] = &path[..] else { return not_found(shared) };
    if *given != org {
        return plain_error(shared, 403);
    }
    if !call.is_json() {
        return refuse(shared, 400, "invalid_json_body", "Content-Type must be application/json");
    }
    match (call.method.as_str(), rest) {
        ("POST", []) => create(shared, call),
        ("GET", []) => list(shared),
        ("GET", ["deliveries"]) => mnemom_log::list(shared, call),
        ("POST", ["deliveries", id, "redeliver"]) => mnemom_log::redeliver(shared, id),
        ("POST", ["events", id, "replay"]) => mnemom_log::replay(shared, call, id),
        ("GET", ["listen"]) => mnemom_stream::listen(shared, call),
        ("GET", ["health"]) => mnemom_log::health(shared),
        ("GET", [id]) => with_endpoint(shared, id, |endpoint| json(200, &shown(shared, endpoint))),
        ("PATCH", [id]) => update(shared, call, id),
        ("DELETE", [id]) => delete(shared, id),
        ("POST", [id, "rotate-secret"]) => rotate(shared, id),
        ("POST", [id, "test"]) => test(shared, call, id).await,
        _ => not_found(shared),
    }
}

fn ours(endpoint: &Endpoint) -> bool {
    endpoint.form == Form::Mnemom
}

fn with_endpoint(shared: &Shared, id: &str, then: impl FnOnce(&mut Endpoint) -> Response) -> Response {
    let mut world = shared.world();
    match world.endpoint_mut(id).filter(|endpoint| ours(endpoint)) {
        Some(endpoint) => then(endpoint),
        None => {
            drop(world);
            not_found(shared)
        }
    }
}

fn shown(shared: &Shared, endpoint: &Endpoint) -> Value {
    value!({
        "endpoint_id": endpoint.id,
        "billing_account_id": shared.account.id,
        "url": endpoint.url,
        "description": endpoint.label.as_deref().unwrap_or(""),
        "event_types": endpoint.events,
        "is_active": endpoint.active,
        "consecutive_failures": endpoint.failures,
        "disabled_at": endpoint.disabled_at.map(time_text),
        "disabled_reason": endpoint.disabled_reason,
        "created_at": time_text(endpoint.created_at),
        "updated_at": time_text(endpoint.updated_at),
    })
}

fn with_secret(endpoint: &Endpoint, mut shown: Value) -> Value {
    shown["signing_secret"] = value!(endpoint.key.receiver_text(PublicKeyForm::Spki));
    shown
}

/// What a create or update call may carry, read and judged.
#[derive(Default)]
struct Wanted {
    url: Option<String>,
    label: Option<String>,
    events: Option<Vec<String>>,
    active: Option<bool>,
}

fn read(shared: &Shared, call: &Call, known: &[&str]) -> Result<Wanted, Box<Response>> {
    let bad = |message: &str| Box::new(refuse(shared, 400, "invalid_request", message));
    let object: Map<String, Value> = call.object().ok_or_else(|| {
        Box::new(refuse(shared, 400, "invalid_json_body", "Request body must be a JSON object"))
    })?;
    if let Some(name) = call.unknown(shared, &object, known) {
        return Err(bad(&format!("Unknown field: {name}")));
    }
    let mut wanted = Wanted::default();
    if let Some(url) = object.get("url") {
        let url = url.as_str().ok_or_else(|| bad("url must be a string"))?;
        address::judge(SimulatorKind::Mnemom, url, shared.options.allow_http_targets)
            .map_err(|fault| bad(&format!("url {}", fault.text())))?;
        wanted.url = Some(url.to_owned());
    }
    if let Some(label) = object.get("description") {
        wanted.label = Some(label.as_str().ok_or_else(|| bad("description must be a string"))?.to_owned());
    }
    if let Some(events) = object.get("event_types") {
        let events = texts(events).ok_or_else(|| bad("event_types must be an array of strings"))?;
        // The synthetic type is in the catalogue too, but never happens by itself.
        let known = |word: &str| word == "webhook.test" || catalogue::MNEMOM.contains(&word);
        if let Some(unknown) = events.iter().find(|word| !known(word)) {
            return Err(bad(&format!("Unknown event type: {unknown}")));
        }
        wanted.events = Some(events);
    }
    if let Some(active) = object.get("is_active") {
        wanted.active = Some(active.as_bool().ok_or_else(|| bad("is_active must be a boolean"))?);
    }
    Ok(wanted)
}

fn create(shared: &Shared, call: &Call) -> Response {
    let wanted = match read(shared, call, &["url", "description", "event_types"]) {
        Ok(wanted) => wanted,
        Err(refused) => return *refused,
    };
    let Some(url) = wanted.url else { return refuse(shared, 400, "invalid_request", "url is required") };
    let mut world = shared.world();
    if world.endpoints.iter().filter(|endpoint| ours(endpoint)).count() >= CAP {
        drop(world);
        return refuse(
            shared,
            400,
            "invalid_request",
            "Maximum of 5 webhook endpoints per organization reached",
        );
    }
    let mut endpoint = Endpoint::new(shared, Form::Mnemom, &url);
    endpoint.label = wanted.label;
    endpoint.events = wanted.events.unwrap_or_default();
    let body = with_secret(&endpoint, shown(shared, &endpoint));
    world.endpoints.push(endpoint);
    json(201, &body)
}

fn list(shared: &Shared) -> Response {
    let world = shared.world();
    let all: Vec<_> = world
        .endpoints
        .iter()
        .filter(|endpoint| ours(endpoint))
        .map(|endpoint| shown(shared, endpoint))
        .collect();
    json(200, &Value::Array(all))
}

fn update(shared: &Shared, call: &Call, id: &str) -> Response {
    let wanted = match read(shared, call, &["url", "description", "event_types", "is_active"]) {
        Ok(wanted) => wanted,
        Err(refused) => return *refused,
    };
    with_endpoint(shared, id, |endpoint| {
        if let Some(url) = wanted.url {
            endpoint.url = url;
        }
        if let Some(label) = wanted.label {
            endpoint.label = Some(label);
        }
        if let Some(events) = wanted.events {
            endpoint.events = events;
        }
        match wanted.active {
            Some(true) => switch_on(endpoint),
            Some(false) => endpoint.active = false,
            None => {}
        }
        endpoint.updated_at = shared.now();
        json(200, &shown(shared, endpoint))
    })
}

fn delete(shared: &Shared, id: &str) -> Response {
    let mut world = shared.world();
    if world.endpoint(id).is_none_or(|endpoint| !ours(endpoint)) {
        drop(world);
        return not_found(shared);
    }
    world.remove_endpoint(id);
    // "Delivery history goes too."
    world.log.retain(|row| row.endpoint != id);
    json(200, &value!({"deleted": true, "endpoint_id": id}))
}

/// The old secret is dead at once.
fn rotate(shared: &Shared, id: &str) -> Response {
    with_endpoint(shared, id, |endpoint| {
        endpoint.key = shared.kind.new_key(&shared.draw);
        endpoint.key_made_at = shared.now();
        endpoint.updated_at = shared.now();
        json(200, &with_secret(endpoint, value!({"endpoint_id": endpoint.id})))
    })
}

/// Waits for the answer. The type may be chosen (the Safe House guide; the OpenAPI file has no body).
async fn test(shared: &Arc<Shared>, call: &Call, id: &str) -> Response {
    if !shared.world().endpoint(id).is_some_and(ours) {
        return not_found(shared);
    }
    let bad = |message: &str| refuse(shared, 400, "invalid_request", message);
    let Some(object) = call.object() else { return bad("Request body must be a JSON object") };
    if let Some(name) = call.unknown(shared, &object, &["event_type"]) {
        return bad(&format!("Unknown field: {name}"));
    }
    let word = match object.get("event_type") {
        None => "webhook.test",
        Some(Value::String(word)) if catalogue::MNEMOM.contains(&word.as_str()) => word,
        Some(_) => return bad("event_type must be a known event type"),
    };
    let event = emission::happen(shared, word.to_owned(), data(word, 200, &shared.draw));
    let Some(delivery) = dispatch::try_once(shared, id, &event).await else { return not_found(shared) };
    let world = shared.world();
    let row = world.row(&delivery);
    json(
        200,
        &value!({
            "success": row.is_some_and(|row| row.state == SentState::Delivered),
            "status": row.and_then(|row| row.status),
            "latency_ms": row.and_then(|row| row.latency).map(|latency| latency.as_millis()),
            "error": row.and_then(|row| row.error.as_deref()),
        }),
    )
}
