//! GitHub: the deliveries of a hook, one of them with request and response, sending one again.
//!
//! Sources: docs.github.com/en/rest/repos/webhooks (list, get, redeliver) and the OpenAPI schemas
//! `hook-delivery-item` and `hook-delivery`. The payload is given as JSON, not as the bytes that were
//! sent. Assumed: the words of `status`. The three days after which GitHub forgets are not counted.

use super::Shared;
use super::call::{Call, json, with_header};
use super::dispatch;
use super::github::{plain_error, refuse};
use super::github_body::{Place, id_number};
use super::paging::link;
use super::world::{Row, World};
use crate::payload::second_text;
use axum::response::Response;
use serde_json::{Map, Value, json as value};
use std::sync::Arc;

/// What came of a delivery, in GitHub's words.
fn status(row: &Row) -> String {
    match (row.status, &row.error) {
        (Some(code @ 200..300), _) => if code == 200 { "OK" } else { "Accepted" }.to_owned(),
        (Some(code), _) => format!("Invalid HTTP Response: {code}"),
        (None, Some(error)) if error.contains("timeout") || error.contains("timed out") => {
            "timed out".to_owned()
        }
        (None, Some(_)) => "failed to connect to host".to_owned(),
        (None, None) => "pending".to_owned(),
    }
}

fn item(shared: &Shared, place: Place, row: &Row) -> Value {
    value!({
        "id": id_number(&row.id),
        "guid": row.event.id,
        "delivered_at": second_text(row.updated_at),
        "redelivery": row.manual,
        "duration": row.latency.map_or(0.0, |latency| latency.as_secs_f64()),
        "status": status(row),
        "status_code": row.status.unwrap_or(0),
        "event": row.event.event_type,
        "action": null,
        "installation_id": null,
        "repository_id": if place == Place::Repository { id_number(&shared.account.id) } else { Value::Null },
        "throttled_at": null,
    })
}

/// The rows of a hook, newest first; nothing when the hook is not there.
fn rows<'a>(world: &'a World, place: Place, hook: &str) -> Option<Vec<&'a Row>> {
    world.endpoint(hook).filter(|found| found.scope == place.scope())?;
    // A delivery is logged once it has been tried.
    Some(world.log.iter().rev().filter(|row| row.endpoint == hook && row.attempts > 0).collect())
}

/// `per_page` up to 100 (30), `cursor` from the `Link` header, `status` and `redelivery` to filter.
pub(super) fn list(shared: &Shared, call: &Call, place: Place, hook: &str) -> Response {
    let size = call.number("per_page", 30, 100);
    let world = shared.world();
    let Some(mut rows) = rows(&world, place, hook) else { return plain_error(404) };
    if let Some(wanted) = call.parameter("redelivery") {
        rows.retain(|row| row.manual == (wanted == "true"));
    }
    match call.parameter("status").as_deref() {
        None => {}
        Some(word @ ("success" | "failure")) => {
            rows.retain(|row| row.status.is_some_and(|code| code < 400) == (word == "success"));
        }
        Some(_) => return refuse(422, "Invalid request.\n\nstatus must be success or failure.", &[]),
    }
    let start = match call.parameter("cursor") {
        None => 0,
        Some(cursor) => {
            let id = cursor.strip_prefix("v1_").unwrap_or_default();
            match rows.iter().position(|row| row.id == id) {
                Some(at) => at,
                None => return refuse(400, "Invalid cursor", &[]),
            }
        }
    };
    let body = rows.iter().skip(start).take(size).map(|row| item(shared, place, row)).collect();
    let at = |at: usize| rows.get(at).map(|row| format!("v1_{}", row.id));
    let mut links = Vec::new();
    if let Some(next) = at(start + size) {
        links.push(link(shared, call, "next", "cursor", &next));
    }
    if start > 0
        && let Some(previous) = at(start.saturating_sub(size))
    {
        links.push(link(shared, call, "prev", "cursor", &previous));
    }
    let answer = json(200, &body);
    if links.is_empty() { answer } else { with_header(answer, "link", &links.join(", ")) }
}

fn headers(list: &[(String, String)]) -> Map<String, Value> {
    list.iter().map(|(name, text)| (name.clone(), value!(text))).collect()
}

/// The payload in a body, whichever form it was sent in.
fn payload(body: &[u8]) -> Value {
    serde_json::from_slice(body).unwrap_or_else(|_| {
        let mut fields = url::form_urlencoded::parse(body);
        let found = fields.find(|(name, _)| name == "payload");
        found.and_then(|(_, text)| serde_json::from_str(&text).ok()).unwrap_or(Value::Null)
    })
}

pub(super) fn one(shared: &Shared, place: Place, hook: &str, delivery: &str) -> Response {
    let world = shared.world();
    let found = rows(&world, place, hook);
    let row = found.and_then(|rows| rows.into_iter().find(|row| row.id == delivery));
    let Some(row) = row else { return plain_error(404) };
    let mut shown = item(shared, place, row);
    shown["url"] = value!(row.url);
    shown["request"] =
        value!({"headers": headers(&row.request_headers), "payload": payload(&row.request_body)});
    shown["response"] = value!({
        "headers": headers(&row.response_headers),
        "payload": if row.response_body.is_empty() { Value::Null } else { value!(row.response_body) },
    });
    json(200, &shown)
}

/// The same event with the same guid once more.
pub(super) fn redeliver(shared: &Arc<Shared>, place: Place, hook: &str, delivery: &str) -> Response {
    let event = {
        let world = shared.world();
        let found = rows(&world, place, hook);
        found
            .and_then(|rows| rows.into_iter().find(|row| row.id == delivery))
            .map(|row| Arc::clone(&row.event))
    };
    match event.and_then(|event| dispatch::send_again(shared, &event, hook)) {
        Some(_) => json(202, &value!({})),
        None => plain_error(404),
    }
}
