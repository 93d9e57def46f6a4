//! MindBridge: `/v1/webhooks`, `/v1/webhook-event-logs` and `/v1/users` under `/api`.
//!
//! Sources: the create page (seed) and developer.mindbridge.ai as `providers.md` reports them: create,
//! read, full PUT with `version`, DELETE, POST `query` with 0-based pages; read-only fields sent back
//! are ignored, unknown properties make the request invalid. Assumed: the error body
//! `{status, title, message, problems: [{field, message}]}` and 204 for delete.

use super::address;
use super::call::{Call, Denied, empty, json, texts};
use super::filter;
use super::world::{Endpoint, Row, SentState};
use super::{Shared, SimulatorKind};
use crate::catalogue;
use crate::payload::time_text;
use crate::sign::Form;
use axum::response::Response;
use serde_json::{Map, Value, json as value};
use std::collections::BTreeMap;
use std::sync::Arc;

/// Sent back by careful clients; ignored.
const READ_ONLY: &[&str] = &[
    "id",
    "creationDate",
    "lastModifiedDate",
    "createdUserInfo",
    "lastModifiedUserInfo",
    "publicKey",
    "keyGenerationTimestamp",
];

fn refuse(status: u16, title: &str, message: &str, problems: &[(String, String)]) -> Response {
    let problems: Vec<_> =
        problems.iter().map(|(field, message)| value!({"field": field, "message": message})).collect();
    json(status, &value!({"status": status, "title": title, "message": message, "problems": problems}))
}

pub(super) fn plain_error(status: u16) -> Response {
    let (title, message) = match status {
        400 => ("Bad Request", "The request is invalid."),
        401 => ("Unauthorized", "Full authentication is required to access this resource."),
        403 => ("Forbidden", "The token does not have the required permission."),
        404 => ("Not Found", "The requested entity does not exist."),
        405 => ("Method Not Allowed", "The method is not supported."),
        409 => ("Conflict", "The entity is in conflict."),
        415 => ("Unsupported Media Type", "The content type is not supported."),
        429 => ("Too Many Requests", "The rate limit was exceeded."),
        _ => ("Internal Server Error", "An unexpected error occurred."),
    };
    refuse(status, title, message, &[])
}

/// Any call under the base address.
pub(super) fn answer(shared: &Arc<Shared>, call: &Call) -> Response {
    let path = call.segments();
    let ["v1", rest @ ..] = &path[..] else { return plain_error(404) };
    let reads = call.method == "GET" || rest.last() == Some(&"query");
    match call.denied(shared, None) {
        Some(Denied::Missing | Denied::Wrong) => return plain_error(401),
        Some(Denied::Restricted) if !reads => return plain_error(403),
        _ => {}
    }
    if !call.is_json() {
        return plain_error(415);
    }
    match (call.method.as_str(), rest) {
        ("POST", ["webhooks"]) => create(shared, call),
        ("POST", ["webhooks", "query"]) => {
            let world = shared.world();
            page(call, world.endpoints.iter(), |endpoint| shown(shared, endpoint))
        }
        ("GET", ["webhooks", id]) => shared
            .world()
            .endpoint(id)
            .map_or_else(|| plain_error(404), |endpoint| json(200, &shown(shared, endpoint))),
        ("PUT", ["webhooks", id]) => update(shared, call, id),
        ("DELETE", ["webhooks", id]) => match shared.world().remove_endpoint(id) {
            Some(_) => empty(204),
            None => plain_error(404),
        },
        ("POST", ["webhook-event-logs", "query"]) => {
            let world = shared.world();
            page(call, world.log.iter().rev(), entry)
        }
        ("GET", ["webhook-event-logs", id]) => {
            shared.world().row(id).map_or_else(|| plain_error(404), |row| json(200, &entry(row)))
        }
        ("POST", ["users", "query"]) => page(call, users(shared).iter(), Value::clone),
        (_, ["webhooks" | "webhook-event-logs" | "users", ..]) => plain_error(405),
        _ => plain_error(404),
    }
}

fn users(shared: &Shared) -> Vec<Value> {
    vec![
        value!({"id": shared.contact, "version": 1, "firstName": "Ada", "lastName": "Admin",
            "email": "ada.admin@example.com", "role": "ROLE_ADMIN", "enabled": true}),
        value!({"id": "5f0000000000000000000002", "version": 1, "firstName": "Uma", "lastName": "User",
            "email": "uma.user@example.com", "role": "ROLE_USER", "enabled": true}),
    ]
}

fn author(shared: &Shared) -> Value {
    value!({"userId": shared.contact, "userName": "Ada Admin"})
}

fn shown(shared: &Shared, endpoint: &Endpoint) -> Value {
    value!({
        "id": endpoint.id,
        "version": endpoint.version,
        "creationDate": time_text(endpoint.created_at),
        "lastModifiedDate": time_text(endpoint.updated_at),
        "createdUserInfo": author(shared),
        "lastModifiedUserInfo": author(shared),
        "name": endpoint.label.as_deref().unwrap_or(""),
        "url": endpoint.url,
        "technicalContactId": endpoint.contact,
        "events": endpoint.events,
        "status": if endpoint.active { "ACTIVE" } else { "INACTIVE" },
        "publicKey": endpoint.key.receiver_text(shared.options.public_key_form),
        "keyGenerationTimestamp": time_text(endpoint.key_made_at),
    })
}

fn entry(row: &Row) -> Value {
    let lists = |headers: &[(String, String)]| {
        let mut map = BTreeMap::<String, Vec<String>>::new();
        for (name, value) in headers {
            map.entry(name.clone()).or_default().push(value.clone());
        }
        value!(map)
    };
    let status = match row.state {
        SentState::Pending | SentState::Delivering => "IN_PROGRESS",
        SentState::Delivered => "COMPLETED",
        SentState::Retrying => "FAILED",
        SentState::Failed => "FAILED_PERMANENTLY",
    };
    value!({
        "id": row.id,
        "version": row.attempts,
        "creationDate": time_text(row.created_at),
        "lastModifiedDate": time_text(row.updated_at),
        "status": status,
        "webhookId": row.endpoint,
        "attemptStartDate": time_text(row.updated_at),
        "url": row.url,
        "eventType": row.event.event_type,
        "requestHeaders": lists(&row.request_headers),
        "requestBody": String::from_utf8_lossy(&row.request_body),
        "responseStatusCode": row.status,
        "responseHeaders": lists(&row.response_headers),
        "responseTimeSec": row.latency.map(|latency| latency.as_secs_f64()),
        "retryCount": row.attempts.saturating_sub(1),
        "requestId": row.event.id,
    })
}

/// One page of what passes the filter in the body; `page` from 0, `size` 1 to 100 (20).
fn page<T>(call: &Call, all: impl ExactSizeIterator<Item = T>, shown: impl Fn(T) -> Value) -> Response {
    let number = |name: &str, otherwise: usize| match call.parameter(name) {
        None => Some(otherwise),
        Some(text) => text.parse().ok(),
    };
    let (Some(at), Some(size)) =
        (number("page", 0), number("size", 20).filter(|size| (1..=100).contains(size)))
    else {
        return refuse(400, "Bad Request", "page must be 0 or more and size between 1 and 100.", &[]);
    };
    let Some(wanted) = call.object() else { return plain_error(400) };
    let start = at.saturating_mul(size);
    let (mut total, mut content) = (all.len(), Vec::new());
    if wanted.is_empty() {
        // Only what is shown is written: a long log would take its time otherwise.
        content.extend(all.skip(start).take(size).map(shown));
    } else {
        total = 0;
        for item in all.map(shown) {
            match filter::matches(&wanted, &item) {
                Ok(true) => {
                    if total >= start && content.len() < size {
                        content.push(item);
                    }
                    total += 1;
                }
                Ok(false) => {}
                Err(problem) => return refuse(400, "Bad Request", &problem, &[]),
            }
        }
    }
    let pages = total.div_ceil(size);
    json(
        200,
        &value!({
            "numberOfElements": content.len(), "content": content, "number": at, "size": size,
            "totalElements": total, "totalPages": pages, "first": at == 0, "last": at + 1 >= pages,
        }),
    )
}

/// What a create or update call carries, judged.
struct Wanted {
    name: String,
    url: String,
    contact: String,
    events: Vec<String>,
    active: bool,
    version: Option<i64>,
}

fn read(shared: &Shared, call: &Call, with_version: bool) -> Result<Wanted, Box<Response>> {
    let object: Map<String, Value> = call.object().ok_or_else(|| Box::new(plain_error(400)))?;
    let mut problems: Vec<(String, String)> = Vec::new();
    let known = ["name", "url", "technicalContactId", "events", "status", "version"];
    for name in
        object.keys().filter(|name| !known.contains(&name.as_str()) && !READ_ONLY.contains(&name.as_str()))
    {
        problems.push((name.clone(), "unknown property".to_owned()));
    }
    let mut text = |name: &str| {
        let found = object.get(name).and_then(Value::as_str).filter(|text| !text.trim().is_empty());
        if found.is_none() {
            problems.push((name.to_owned(), "must not be blank".to_owned()));
        }
        found.unwrap_or_default().to_owned()
    };
    let (name, url, contact, status) =
        (text("name"), text("url"), text("technicalContactId"), text("status"));
    if !url.is_empty()
        && let Err(fault) = address::judge(SimulatorKind::MindBridge, &url, shared.options.allow_http_targets)
    {
        problems.push(("url".to_owned(), fault.text().to_owned()));
    }
    if !contact.is_empty() && contact != shared.contact {
        problems.push(("technicalContactId".to_owned(), "must refer to an administrative user".to_owned()));
    }
    if !status.is_empty() && status != "ACTIVE" && status != "INACTIVE" {
        problems.push(("status".to_owned(), "must be ACTIVE or INACTIVE".to_owned()));
    }
    let events = object.get("events").and_then(texts).unwrap_or_default();
    if events.is_empty() {
        problems.push(("events".to_owned(), "must hold at least one event".to_owned()));
    }
    if let Some(word) = events.iter().find(|word| !catalogue::MINDBRIDGE.contains(&word.as_str())) {
        problems.push(("events".to_owned(), format!("{word} is not an event")));
    }
    let version = object.get("version").and_then(Value::as_i64);
    if with_version && version.is_none() {
        problems.push(("version".to_owned(), "must not be null".to_owned()));
    }
    if problems.is_empty() {
        Ok(Wanted { name, url, contact, events, active: status == "ACTIVE", version })
    } else {
        Err(Box::new(refuse(400, "Bad Request", "The request is invalid.", &problems)))
    }
}

fn create(shared: &Shared, call: &Call) -> Response {
    let wanted = match read(shared, call, false) {
        Ok(wanted) => wanted,
        Err(refused) => return *refused,
    };
    let mut endpoint = Endpoint::new(shared, Form::MindBridge, &wanted.url);
    endpoint.label = Some(wanted.name);
    endpoint.events = wanted.events;
    endpoint.active = wanted.active;
    endpoint.contact = wanted.contact;
    let body = shown(shared, &endpoint);
    shared.world().endpoints.push(endpoint);
    json(201, &body)
}

fn update(shared: &Shared, call: &Call, id: &str) -> Response {
    let wanted = match read(shared, call, true) {
        Ok(wanted) => wanted,
        Err(refused) => return *refused,
    };
    let mut world = shared.world();
    let Some(endpoint) = world.endpoint_mut(id) else { return plain_error(404) };
    if wanted.version != Some(endpoint.version) {
        let problem = ("version".to_owned(), format!("must be the current one, {}", endpoint.version));
        let message = "The entity was changed by another user.";
        return refuse(shared.options.conflict_status, "Conflict", message, &[problem]);
    }
    endpoint.label = Some(wanted.name);
    endpoint.url = wanted.url;
    endpoint.contact = wanted.contact;
    endpoint.events = wanted.events;
    endpoint.active = wanted.active;
    endpoint.version += 1;
    endpoint.updated_at = shared.now();
    json(200, &shown(shared, endpoint))
}
