//! Timbrix: `/organizations/{organizationId}/webhooks` under `/api`.
//!
//! Sources: the create page (seed) and docs.timbrix.mx as `providers.md` reports them. Assumed where
//! they are silent: create answers 201, update 200; a property that is not known is refused in Nest's words (ignored when the options say so); a body
//! that is not JSON by its content type is not read; at least one event.

use super::address;
use super::call::{Call, Denied, empty, json, texts};
use super::world::{Endpoint, Row, SentState};
use super::{Shared, SimulatorKind};
use crate::catalogue;
use crate::payload::time_text;
use crate::sign::{Form, PublicKeyForm};
use axum::response::Response;
use serde_json::{Map, Value, json as value};
use std::sync::Arc;

/// Newest rows that the log call gives.
const LOG_CAP: usize = 100;

fn refuse(status: u16, message: impl Into<Value>) -> Response {
    // The documented examples have no `error` beside these two; Nest adds it elsewhere.
    json(status, &value!({"statusCode": status, "message": message.into()}))
}

pub(super) fn plain_error(status: u16) -> Response {
    let (message, error) = match status {
        400 => ("Bad Request Exception", "Bad Request"),
        401 => return refuse(401, "Authentication required. Provide a valid bearer token."),
        403 => return refuse(403, "Access denied. Only owners and admins can create webhooks."),
        404 => ("Webhook not found", "Not Found"),
        409 => ("Conflict", "Conflict"),
        429 => ("ThrottlerException: Too Many Requests", "Too Many Requests"),
        _ => return refuse(status, "Internal server error"),
    };
    json(status, &value!({"statusCode": status, "message": message, "error": error}))
}

/// Any call under the base address.
pub(super) fn answer(shared: &Arc<Shared>, call: &Call) -> Response {
    let path = call.segments();
    if (call.method.as_str(), &path[..]) == ("POST", &["auth", "login"]) {
        return login(shared, call);
    }
    match call.denied(shared, Some("x-api-key")) {
        Some(Denied::Missing | Denied::Wrong) => return plain_error(401),
        Some(Denied::Restricted) => return plain_error(403),
        None => {}
    }
    let ["organizations", given, "webhooks", rest @ ..] = &path[..] else { return plain_error(404) };
    if *given != shared.account.id {
        return plain_error(403);
    }
    match (call.method.as_str(), rest) {
        ("POST", []) => create(shared, call),
        ("GET", []) => {
            let world = shared.world();
            json(200, &world.endpoints.iter().map(|endpoint| shown(shared, endpoint)).collect())
        }
        ("PUT", [id]) => update(shared, call, id),
        ("DELETE", [id]) => match shared.world().remove_endpoint(id) {
            Some(_) => empty(204),
            None => plain_error(404),
        },
        ("GET", [id, "deliveries"]) => deliveries(shared, id),
        _ => plain_error(404),
    }
}

/// Any e-mail address with the password `waybill` signs in.
fn login(shared: &Shared, call: &Call) -> Response {
    let object = call.json_object().unwrap_or_default();
    let text = |name: &str| object.get(name).and_then(Value::as_str);
    let (Some(email), Some(password)) = (text("email"), text("password")) else {
        return refuse(400, value!(["email must be an email", "password must be a string"]));
    };
    if password != "waybill" {
        return refuse(401, "Invalid credentials");
    }
    let token = shared.world().access.bearer.clone();
    json(
        200,
        &value!({"access_token": token, "refresh_token": shared.draw.hex(32), "expires_in": 3600,
            "token_type": "Bearer", "user": {"id": shared.draw.uuid(), "email": email}}),
    )
}

fn shown(shared: &Shared, endpoint: &Endpoint) -> Value {
    value!({
        "id": endpoint.id,
        "organizationId": shared.account.id,
        "url": endpoint.url,
        "events": endpoint.events,
        "isActive": endpoint.active,
        "createdAt": time_text(endpoint.created_at),
        "updatedAt": time_text(endpoint.updated_at),
    })
}

/// What is wrong with the properties that are there, in the words of Nest's validator.
fn problems(shared: &Shared, call: &Call, object: &Map<String, Value>, known: &[&str]) -> Vec<String> {
    let mut found = Vec::new();
    if let Some(name) = call.unknown(shared, object, known) {
        found.push(format!("property {name} should not exist"));
    }
    if let Some(url) = object.get("url") {
        let judged = url
            .as_str()
            .map(|url| address::judge(SimulatorKind::Timbrix, url, shared.options.allow_http_targets));
        match judged {
            Some(Ok(())) => {}
            Some(Err(fault)) => found.push(format!("url {}", fault.text())),
            None => found.push("url must be a valid URL".to_owned()),
        }
    }
    if let Some(events) = object.get("events") {
        match texts(events) {
            None => found.push("events must be an array".to_owned()),
            Some(words) if words.is_empty() => {
                found.push("events must contain at least 1 elements".to_owned())
            }
            Some(words) if words.iter().any(|word| !catalogue::TIMBRIX.contains(&word.as_str())) => found
                .push(format!(
                    "each value in events must be one of the following values: {}",
                    catalogue::TIMBRIX.join(", ")
                )),
            Some(_) => {}
        }
    }
    if object.get("isActive").is_some_and(|active| !active.is_boolean()) {
        found.push("isActive must be a boolean value".to_owned());
    }
    found
}

fn create(shared: &Shared, call: &Call) -> Response {
    let Some(mut object) = call.json_object() else { return plain_error(400) };
    // A property that is absent is judged like one of the wrong type.
    for name in ["url", "events"] {
        object.entry(name).or_insert(Value::Null);
    }
    let problems = problems(shared, call, &object, &["url", "events"]);
    if !problems.is_empty() {
        return refuse(400, problems);
    }
    let mut endpoint = Endpoint::new(shared, Form::Timbrix, object["url"].as_str().unwrap_or_default());
    endpoint.events = texts(&object["events"]).unwrap_or_default();
    let mut body = shown(shared, &endpoint);
    body["secret"] = value!(endpoint.key.receiver_text(PublicKeyForm::Spki));
    shared.world().endpoints.push(endpoint);
    json(201, &body)
}

fn update(shared: &Shared, call: &Call, id: &str) -> Response {
    let Some(object) = call.json_object() else { return plain_error(400) };
    let problems = problems(shared, call, &object, &["url", "events", "isActive"]);
    if !problems.is_empty() {
        return refuse(400, problems);
    }
    let mut world = shared.world();
    let Some(endpoint) = world.endpoint_mut(id) else { return plain_error(404) };
    if let Some(url) = object.get("url").and_then(Value::as_str) {
        endpoint.url = url.to_owned();
    }
    if let Some(events) = object.get("events").and_then(texts) {
        endpoint.events = events;
    }
    if let Some(active) = object.get("isActive").and_then(Value::as_bool) {
        endpoint.active = active;
    }
    endpoint.updated_at = shared.now();
    json(200, &shown(shared, endpoint))
}

fn deliveries(shared: &Shared, id: &str) -> Response {
    let world = shared.world();
    if world.endpoint(id).is_none() {
        return plain_error(404);
    }
    let entry = |row: &Row| {
        value!({
            "id": row.id,
            "webhookId": row.endpoint,
            "event": row.event.event_type,
            "statusCode": row.status,
            "responseBody": row.status.map(|_| &row.response_body),
            "attempts": row.attempts,
            "success": row.state == SentState::Delivered,
            "createdAt": time_text(row.created_at),
        })
    };
    json(200, &world.log.iter().rev().filter(|row| row.endpoint == id).take(LOG_CAP).map(entry).collect())
}
