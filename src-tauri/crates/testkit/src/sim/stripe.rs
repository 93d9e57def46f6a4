//! Stripe: `/v1/webhook_endpoints` and `/v1/events`.
//!
//! Sources: docs.stripe.com/api (webhook endpoints, events, errors, pagination, idempotent requests,
//! authentication, versioning) and the OpenAPI file of stripe/openapi. Bodies are forms; a parameter
//! that is not known is refused, in a query too. A key for idempotency is kept with the answer once a
//! call has passed its checks, for as long as the simulator runs. The account is a sandbox. Left out:
//! Connect, `expand`, version 2 of the API (event destinations), the number of endpoints an account
//! may have.

use super::Shared;
use super::call::{Call, Denied, json, with_header};
use super::form::{self, Field};
use super::stripe_body::{self, shown};
use super::stripe_events;
use super::world::{Endpoint, Remembered};
use crate::sign::{Form, PublicKeyForm};
use axum::response::Response;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use serde_json::{Map, Value, json as value};
use std::sync::Arc;

/// What the account's events are written in when neither call nor endpoint says otherwise.
pub(super) const VERSION: &str = "2026-03-25.dahlia";

/// Stripe's error: type, code and parameter where there are such.
pub(super) fn refuse(status: u16, kind: &str, code: &str, param: &str, message: &str) -> Response {
    let mut error = Map::new();
    if !code.is_empty() {
        error.insert("code".to_owned(), value!(code));
        error.insert("doc_url".to_owned(), value!(format!("https://stripe.com/docs/error-codes/{code}")));
    }
    error.insert("message".to_owned(), value!(message));
    if !param.is_empty() {
        error.insert("param".to_owned(), value!(param));
    }
    error.insert("type".to_owned(), value!(kind));
    json(status, &value!({"error": error}))
}

/// What is wrong with a parameter.
pub(super) fn invalid(code: &str, param: &str, message: &str) -> Box<Response> {
    Box::new(refuse(400, "invalid_request_error", code, param, message))
}

pub(super) fn plain_error(status: u16) -> Response {
    let message = match status {
        401 => "Invalid API Key provided",
        403 => "The provided key does not have the required permissions for this endpoint.",
        404 => "Unrecognized request URL. Please see https://stripe.com/docs",
        409 => "There is currently another in-progress request using this Idempotent Key.",
        429 => {
            return refuse(429, "invalid_request_error", "rate_limit", "", "Request rate limit exceeded.");
        }
        500.. => return refuse(status, "api_error", "", "", "Sorry, something went wrong on Stripe's end."),
        _ => "Invalid request",
    };
    refuse(status, "invalid_request_error", "", "", message)
}

/// Any call under the base address.
pub(super) fn answer(shared: &Arc<Shared>, call: &Call) -> Response {
    let answer = routed(shared, call);
    let answer = with_header(answer, "request-id", &format!("req_{}", shared.draw.hex(14)));
    let answer = with_header(answer, "stripe-version", call.header("stripe-version").unwrap_or(VERSION));
    match call.header("idempotency-key") {
        Some(key) if call.method == "POST" => with_header(answer, "idempotency-key", key),
        _ => answer,
    }
}

/// The key: as a bearer token, or as the name in basic authentication.
fn key(call: &Call) -> Option<String> {
    let given = call.header("authorization")?;
    if let Some(token) = given.strip_prefix("Bearer ") {
        return Some(token.to_owned());
    }
    let plain = BASE64.decode(given.strip_prefix("Basic ")?).ok()?;
    let plain = String::from_utf8(plain).ok()?;
    Some(plain.split(':').next().unwrap_or_default().to_owned())
}

#[allow(clippy::result_large_err, reason = "it is the answer itself, made once a call")]
fn admitted(shared: &Shared, call: &Call) -> Result<(), Response> {
    let given = key(call);
    let message = match Call::denied_as(shared, given.as_deref()) {
        None => return Ok(()),
        Some(Denied::Missing) => {
            "You did not provide an API key. You need to provide your API key in the Authorization header, \
             using Bearer auth (e.g. 'Authorization: Bearer YOUR_SECRET_KEY')."
                .to_owned()
        }
        // Stripe shows the ends of a key that it does not know.
        Some(Denied::Wrong) => "Invalid API Key provided: ****".to_owned(),
        Some(Denied::Restricted) => return Err(plain_error(403)),
    };
    Err(refuse(401, "invalid_request_error", "", "", &message))
}

fn routed(shared: &Arc<Shared>, call: &Call) -> Response {
    if let Err(refused) = admitted(shared, call) {
        return refused;
    }
    if !call.body.is_empty() && call.content_type() != "application/x-www-form-urlencoded" {
        let message = "Invalid request (check that your POST content type is application/x-www-form-urlencoded). \
                       If you have any questions, we can help at https://support.stripe.com/.";
        return refuse(400, "invalid_request_error", "", "", message);
    }
    let path = call.segments();
    let ["v1", rest @ ..] = &path[..] else { return unknown(call) };
    let answer = match (call.method.as_str(), rest) {
        ("GET", ["webhook_endpoints"]) => list(shared, call),
        ("POST", ["webhook_endpoints"]) => once(shared, call, |fields| create(shared, fields)),
        ("GET", ["webhook_endpoints", id]) => {
            with_endpoint(shared, id, |endpoint| json(200, &shown(endpoint)))
        }
        ("POST", ["webhook_endpoints", id]) => once(shared, call, |fields| update(shared, id, fields)),
        ("DELETE", ["webhook_endpoints", id]) => match shared.world().remove_endpoint(id) {
            Some(_) => Ok(json(200, &value!({"id": id, "object": "webhook_endpoint", "deleted": true}))),
            None => Err(missing(id)),
        },
        ("GET", ["events"]) => stripe_events::list(shared, call),
        ("GET", ["events", id]) => stripe_events::one(shared, id),
        _ => return unknown(call),
    };
    answer.unwrap_or_else(|refused| *refused)
}

/// A path or a method that there is not; both are told alike.
fn unknown(call: &Call) -> Response {
    let message = format!(
        "Unrecognized request URL ({}: {}). Please see https://stripe.com/docs or we can help at \
         https://support.stripe.com/.",
        call.method, call.path
    );
    refuse(404, "invalid_request_error", "", "", &message)
}

pub(super) type Answer = Result<Response, Box<Response>>;

fn missing(id: &str) -> Box<Response> {
    let message = format!("No such webhook endpoint: '{id}'");
    Box::new(refuse(404, "invalid_request_error", "resource_missing", "webhook_endpoint", &message))
}

fn with_endpoint(shared: &Shared, id: &str, then: impl FnOnce(&mut Endpoint) -> Response) -> Answer {
    shared.world().endpoint_mut(id).map(then).ok_or_else(|| missing(id))
}

/// The part of a list that `limit`, `starting_after` and `ending_before` ask for, and whether there
/// is more. Lists run from the newest to the oldest.
pub(super) fn page<'a, T>(
    shared: &Shared,
    call: &Call,
    all: &'a [T],
    id: impl Fn(&T) -> &str,
    also: &[&str],
) -> Result<(&'a [T], bool), Box<Response>> {
    let given = form::fields(call.query.as_bytes());
    let mut known = vec!["limit", "starting_after", "ending_before"];
    known.extend(also);
    if let Some(name) = stripe_body::unknown(shared, &given, &known) {
        return Err(name);
    }
    let limit = match form::one(&given, "limit") {
        None => 10,
        Some(text) => match text.parse() {
            Ok(limit @ 1..=100) => limit,
            Ok(_) => {
                let message = "This value must be between 1 and 100 (inclusive).";
                return Err(invalid("parameter_invalid_integer", "limit", message));
            }
            Err(_) => {
                let message = format!("Invalid integer: {text}");
                return Err(invalid("parameter_invalid_integer", "limit", &message));
            }
        },
    };
    let find = |name: &str| match form::one(&given, name) {
        None => Ok(None),
        Some(wanted) => match all.iter().position(|item| id(item) == wanted) {
            Some(at) => Ok(Some(at)),
            None => Err(invalid("resource_missing", name, &format!("No such object: '{wanted}'"))),
        },
    };
    let (after, before) = (find("starting_after")?, find("ending_before")?);
    Ok(match (after, before) {
        (_, Some(end)) => {
            let start = end.saturating_sub(limit);
            (&all[start..end], start > 0)
        }
        (after, None) => {
            let start = after.map_or(0, |at| at + 1);
            let end = all.len().min(start.saturating_add(limit));
            (&all[start..end], end < all.len())
        }
    })
}

fn list(shared: &Shared, call: &Call) -> Answer {
    let world = shared.world();
    let all: Vec<&Endpoint> = world.endpoints.iter().rev().collect();
    let (part, more) = page(shared, call, &all, |endpoint| &endpoint.id, &[])?;
    let data: Vec<_> = part.iter().map(|endpoint| shown(endpoint)).collect();
    Ok(json(200, &value!({"object": "list", "data": data, "has_more": more, "url": "/v1/webhook_endpoints"})))
}

/// What a call that passed its checks answers.
type Done = Result<Value, Box<Response>>;

/// A POST, obeying its `Idempotency-Key`.
fn once(shared: &Shared, call: &Call, run: impl FnOnce(&[Field]) -> Done) -> Answer {
    let fields = form::fields(&call.body);
    let Some(given) = call.header("idempotency-key") else {
        return run(&fields).map(|body| json(200, &body));
    };
    if given.is_empty() || given.len() > 255 {
        return Err(invalid("", "", "Idempotency keys must be between 1 and 255 characters."));
    }
    // The same parameters at the same path: both are part of what is compared.
    let request = [call.path.as_bytes(), b"?", &call.body].concat();
    let name = format!("stripe {given}");
    if let Some(before) = shared.world().remembered.get(&name) {
        if before.request != request {
            let message = format!(
                "Keys for idempotent requests can only be used with the same parameters they were first used \
                 with. Try using a key other than '{given}' if you meant to execute a different request."
            );
            return Err(Box::new(refuse(400, "idempotency_error", "", "", &message)));
        }
        return Ok(with_header(json(before.status, &before.body), "idempotent-replayed", "true"));
    }
    let body = run(&fields)?;
    let remembered = Remembered { request, status: 200, body: body.clone() };
    shared.world().remembered.insert(name, remembered);
    Ok(json(200, &body))
}

fn create(shared: &Shared, fields: &[Field]) -> Done {
    let wanted = stripe_body::read(shared, fields, true)?;
    let mut endpoint = Endpoint::new(shared, Form::Stripe, wanted.url());
    wanted.apply(&mut endpoint);
    let mut body = shown(&endpoint);
    body["secret"] = value!(endpoint.key.receiver_text(PublicKeyForm::Spki));
    shared.world().endpoints.push(endpoint);
    Ok(body)
}

fn update(shared: &Shared, id: &str, fields: &[Field]) -> Done {
    if shared.world().endpoint(id).is_none() {
        return Err(missing(id));
    }
    let wanted = stripe_body::read(shared, fields, false)?;
    let mut world = shared.world();
    let endpoint = world.endpoint_mut(id).ok_or_else(|| missing(id))?;
    wanted.apply(endpoint);
    endpoint.updated_at = shared.now();
    Ok(shown(endpoint))
}
