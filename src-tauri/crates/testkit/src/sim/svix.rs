//! Svix: `/api/v1/app/{app_id}/endpoint`, its secret, headers and attempts.
//!
//! Sources: openapi.json and the client libraries of svix/svix-webhooks, its server's error bodies,
//! docs.svix.com (retries, idempotency, rotation). Endpoints are listed in the order of their making.
//! Assumed: a field that the schema does not have is refused as one of the wrong type would be (the
//! server may ignore it: then the options say so). Left out: channels' effect on what is sent,
//! transformations, throttling, OAuth and mTLS.

use super::Shared;
use super::call::{Call, Denied, empty, json};
use super::svix_body::{self, shown};
use super::svix_headers;
use super::svix_log;
use super::world::{Endpoint, Remembered};
use crate::sign::{Form, PublicKeyForm, SigningMaterial, standard_bytes};
use axum::response::Response;
use serde_json::{Map, Value, json as value};
use std::sync::Arc;

/// How long the secret before the present one is signed with too.
const OVERLAP_NS: i64 = 24 * 3_600 * 1_000_000_000;

/// Svix's plain refusal.
pub(super) fn refuse(status: u16, code: &str, detail: &str) -> Response {
    json(status, &value!({"code": code, "detail": detail}))
}

/// 422 with where the fault is: `["body", "url"]`.
pub(super) fn invalid(place: &[&str], message: &str, kind: &str) -> Box<Response> {
    let item = value!({"loc": place, "msg": message, "type": kind});
    Box::new(json(422, &value!({"detail": [item]})))
}

pub(super) fn plain_error(status: u16) -> Response {
    let (code, detail) = match status {
        400 => ("generic_error", "Generic error"),
        401 => ("authentication_failed", "Incorrect authentication credentials."),
        403 => ("insufficient access", "Insufficient access for the given operation."),
        404 => ("not_found", "Entity not found"),
        405 => ("method_not_allowed", "Method not allowed"),
        409 => ("conflict", "A conflict has occurred"),
        413 => ("payload_too_large", "Payload too large"),
        415 => ("unsupported_media_type", "Expected request with `Content-Type: application/json`"),
        429 => ("throttled", "Request was throttled."),
        _ => ("server_error", "Internal Server Error"),
    };
    refuse(status, code, detail)
}

pub(super) type Answer = Result<Response, Box<Response>>;

fn plain(status: u16) -> Box<Response> {
    Box::new(plain_error(status))
}

/// Any call under the base address.
pub(super) fn answer(shared: &Arc<Shared>, call: &Call) -> Response {
    routed(shared, call).unwrap_or_else(|refused| *refused)
}

fn routed(shared: &Arc<Shared>, call: &Call) -> Answer {
    match call.denied(shared, None) {
        None => {}
        Some(Denied::Missing | Denied::Wrong) => return Err(plain(401)),
        Some(Denied::Restricted) => return Err(plain(403)),
    }
    if !call.is_json() {
        return Err(plain(415));
    }
    let path = call.segments();
    let ["api", "v1", rest @ ..] = &path[..] else { return Err(plain(404)) };
    match (call.method.as_str(), rest) {
        ("GET", ["event-type"]) => return svix_body::event_types(shared, call),
        ("GET", ["background-task", id]) => return svix_log::task(shared, id),
        _ => {}
    }
    let ["app", app, rest @ ..] = rest else { return Err(plain(404)) };
    if *app != shared.account.id {
        return Err(plain(404));
    }
    match (call.method.as_str(), rest) {
        ("GET", ["endpoint"]) => list(shared, call),
        ("POST", ["endpoint"]) => once(shared, call, || create(shared, call)),
        ("GET", ["endpoint", id]) => with_endpoint(shared, id, |endpoint| Ok(json(200, &shown(endpoint)))),
        ("PUT", ["endpoint", id]) => put(shared, call, id),
        ("PATCH", ["endpoint", id]) => patch(shared, call, id),
        ("DELETE", ["endpoint", id]) => {
            let id = with_endpoint(shared, id, |endpoint| Ok(endpoint.id.clone()))?;
            shared.world().remove_endpoint(&id);
            Ok(empty(204))
        }
        ("GET", ["endpoint", id, "secret"]) => with_endpoint(shared, id, |endpoint| {
            Ok(json(200, &value!({"key": endpoint.key.receiver_text(PublicKeyForm::Spki)})))
        }),
        ("POST", ["endpoint", id, "secret", "rotate"]) => once(shared, call, || rotate(shared, call, id)),
        ("GET", ["endpoint", id, "headers"]) => svix_headers::show(shared, id),
        ("PUT" | "PATCH", ["endpoint", id, "headers"]) => svix_headers::set(shared, call, id),
        ("GET", ["endpoint", id, "stats"]) => svix_log::stats(shared, id),
        ("GET", ["endpoint", id, "msg"]) => svix_log::messages_of(shared, call, id),
        ("POST", ["endpoint", id, "recover"]) => {
            once(shared, call, || svix_log::recover(shared, call, id, "endpoint.recover"))
        }
        ("POST", ["endpoint", id, "replay-missing"]) => {
            once(shared, call, || svix_log::recover(shared, call, id, "endpoint.replay"))
        }
        ("POST", ["endpoint", id, "send-example"]) => {
            once(shared, call, || svix_log::send_example(shared, call, id))
        }
        ("GET", ["attempt", "endpoint", id]) => svix_log::attempts(shared, call, id),
        ("GET", ["msg"]) => svix_log::messages(shared, call),
        ("GET", ["msg", id]) => svix_log::message(shared, id),
        ("GET", ["msg", message, "attempt", id]) => svix_log::attempt(shared, message, id),
        ("POST", ["msg", message, "endpoint", id, "resend"]) => {
            once(shared, call, || svix_log::resend(shared, message, id))
        }
        (
            _,
            ["endpoint" | "msg"]
            | ["endpoint" | "msg", _]
            | ["endpoint", _, "secret" | "headers" | "stats" | "recover" | "replay-missing" | "send-example"]
            | ["endpoint", _, "secret", "rotate"],
        ) => Err(plain(405)),
        _ => Err(plain(404)),
    }
}

/// The endpoint with this id or uid.
pub(super) fn with_endpoint<T>(
    shared: &Shared,
    id: &str,
    then: impl FnOnce(&mut Endpoint) -> Result<T, Box<Response>>,
) -> Result<T, Box<Response>> {
    let mut world = shared.world();
    let ours = |endpoint: &&mut Endpoint| endpoint.id == id || endpoint.text("uid") == id;
    match world.endpoints.iter_mut().find(ours) {
        Some(endpoint) => then(endpoint),
        None => Err(plain(404)),
    }
}

/// The body as an object.
pub(super) fn object(call: &Call) -> Result<Map<String, Value>, Box<Response>> {
    call.object().ok_or_else(|| invalid(&["body"], "the body is not a JSON object", "value_error.jsondecode"))
}

/// One page of a list: `limit` up to 250 (50), `iterator` from the page before.
pub(super) fn page<T>(
    call: &Call,
    all: &[T],
    id: impl Fn(&T) -> String,
    shown: impl Fn(&T) -> Value,
) -> Answer {
    let limit = match call.parameter("limit").map(|text| text.parse::<usize>()) {
        None => 50,
        Some(Ok(limit @ 1..=250)) => limit,
        Some(_) => {
            return Err(invalid(&["query", "limit"], "limit must be between 1 and 250", "value_error"));
        }
    };
    let start = match call.parameter("iterator") {
        None => 0,
        Some(given) => {
            let (back, wanted) = given.strip_prefix('-').map_or((false, given.as_str()), |rest| (true, rest));
            match all.iter().position(|item| id(item) == wanted) {
                Some(at) if back => at.saturating_sub(limit),
                Some(at) => at + 1,
                None => {
                    return Err(invalid(&["query", "iterator"], "the iterator is not valid", "value_error"));
                }
            }
        }
    };
    let part: Vec<&T> = all.iter().skip(start).take(limit).collect();
    let data: Vec<Value> = part.iter().map(|item| shown(item)).collect();
    Ok(json(
        200,
        &value!({
            "data": data,
            "iterator": part.last().map(|item| id(item)),
            "prevIterator": part.first().map(|item| format!("-{}", id(item))),
            "done": start + part.len() >= all.len(),
        }),
    ))
}

fn list(shared: &Shared, call: &Call) -> Answer {
    let world = shared.world();
    let mut all: Vec<&Endpoint> = world.endpoints.iter().collect();
    match call.parameter("order").as_deref() {
        None | Some("ascending") => {}
        Some("descending") => all.reverse(),
        Some(_) => {
            return Err(invalid(&["query", "order"], "must be ascending or descending", "value_error"));
        }
    }
    page(call, &all, |endpoint| endpoint.id.clone(), |endpoint| shown(endpoint))
}

/// A POST's status and body.
pub(super) type Done = Result<(u16, Value), Box<Response>>;

/// A POST, obeying its `Idempotency-Key`: the first answer is given again, whatever the body says.
fn once(shared: &Shared, call: &Call, run: impl FnOnce() -> Done) -> Answer {
    let write = |status: u16, body: &Value| if body.is_null() { empty(status) } else { json(status, body) };
    let Some(given) = call.header("idempotency-key") else {
        return run().map(|(status, body)| write(status, &body));
    };
    let name = format!("svix {} {given}", call.path);
    if let Some(before) = shared.world().remembered.get(&name) {
        return Ok(write(before.status, &before.body));
    }
    let (status, body) = run()?;
    let remembered = Remembered { request: call.body.to_vec(), status, body: body.clone() };
    shared.world().remembered.insert(name, remembered);
    Ok(write(status, &body))
}

fn create(shared: &Shared, call: &Call) -> Done {
    let object = object(call)?;
    let wanted = svix_body::read(shared, call, &object, svix_body::Kind::New)?;
    svix_body::uid_is_free(shared, &object, "")?;
    let mut endpoint = Endpoint::new(shared, Form::Svix, wanted.url());
    wanted.apply(&mut endpoint);
    let body = shown(&endpoint);
    shared.world().endpoints.push(endpoint);
    Ok((201, body))
}

/// The whole endpoint: what is left out goes back to what a new one has.
fn put(shared: &Shared, call: &Call, id: &str) -> Answer {
    let object = object(call)?;
    let id = with_endpoint(shared, id, |endpoint| Ok(endpoint.id.clone()))?;
    let wanted = svix_body::read(shared, call, &object, svix_body::Kind::Whole)?;
    svix_body::uid_is_free(shared, &object, &id)?;
    with_endpoint(shared, &id, |endpoint| {
        svix_body::clear(endpoint);
        wanted.apply(endpoint);
        endpoint.updated_at = shared.now();
        Ok(json(200, &shown(endpoint)))
    })
}

fn patch(shared: &Shared, call: &Call, id: &str) -> Answer {
    let object = object(call)?;
    let id = with_endpoint(shared, id, |endpoint| Ok(endpoint.id.clone()))?;
    let wanted = svix_body::read(shared, call, &object, svix_body::Kind::Part)?;
    svix_body::uid_is_free(shared, &object, &id)?;
    with_endpoint(shared, &id, |endpoint| {
        wanted.apply(endpoint);
        endpoint.updated_at = shared.now();
        Ok(json(200, &shown(endpoint)))
    })
}

/// A key may be brought; without one it is made. It is read with the secret call.
fn rotate(shared: &Shared, call: &Call, id: &str) -> Done {
    let object = object(call)?;
    if let Some(name) = call.unknown(shared, &object, &["key"]) {
        return Err(invalid(&["body", name], "unknown field", "value_error"));
    }
    let fresh = match object.get("key") {
        None | Some(Value::Null) => shared.kind.new_key(&shared.draw),
        Some(Value::String(key))
            if standard_bytes(key).is_some_and(|bytes| (24..=75).contains(&bytes.len())) =>
        {
            SigningMaterial::Shared(key.clone())
        }
        Some(_) => return Err(invalid(&["body", "key"], "the key is not valid", "value_error")),
    };
    with_endpoint(shared, id, |endpoint| {
        let old = std::mem::replace(&mut endpoint.key, fresh);
        let real = (OVERLAP_NS as f64 / shared.pace.factor()) as i64;
        endpoint.old_key = Some((old, shared.now().plus_nanos(real)));
        endpoint.key_made_at = shared.now();
        Ok((204, Value::Null))
    })
}
