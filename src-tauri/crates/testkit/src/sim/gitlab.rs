//! GitLab: `/projects/{id}/hooks` and `/groups/{id}/hooks` under `/api/v4`.
//!
//! Sources: doc/api/project_webhooks.md, doc/api/group_webhooks.md and doc/api/rest (pages, statuses,
//! tokens) of gitlab.com/gitlab-org/gitlab; for `signing_token` its merge requests 230944 and 231325.
//! Assumed: an attribute that no page names is refused as an invalid one would be (GitLab itself
//! may ignore it: then the options say so); `resend` answers 201 as a POST does there. Left out: rate
//! limits (five tests or resends a minute), the instance's own hooks.

use super::Shared;
use super::call::{Call, Denied, empty, json, with_header};
use super::gitlab_body::{self, Place, shown};
use super::gitlab_log;
use super::ids::GROUP;
use super::paging::Page;
use super::world::Endpoint;
use crate::sign::Form;
use axum::response::Response;
use serde_json::{Value, json as value};
use std::sync::Arc;

/// The slug of the one project and of the one group, as they stand in an address.
const PROJECT_PATH: &str = "acme%2Fledger";
const GROUP_PATH: &str = "acme";

/// GitLab's plain refusal.
pub(super) fn refuse(status: u16, message: &str) -> Response {
    json(status, &value!({"message": message}))
}

/// The refusal of its parameter checks.
pub(super) fn refuse_parameter(status: u16, error: &str) -> Response {
    json(status, &value!({"error": error}))
}

pub(super) fn plain_error(status: u16) -> Response {
    match status {
        400 => refuse(400, "400 Bad request"),
        401 => refuse(401, "401 Unauthorized"),
        403 => refuse(403, "403 Forbidden"),
        404 => refuse(404, "404 Not found"),
        405 => refuse_parameter(405, "405 Not Allowed"),
        409 => refuse(409, "409 Conflict"),
        415 => refuse_parameter(415, "The provided content-type is not supported."),
        422 => refuse(422, "422 Unprocessable Entity"),
        429 => refuse(429, "This endpoint has been requested too many times. Try again later."),
        _ => refuse(status, &format!("{status} Internal Server Error")),
    }
}

/// Any call under the base address.
pub(super) async fn answer(shared: &Arc<Shared>, call: &Call) -> Response {
    let answer = routed(shared, call).await;
    with_header(answer, "x-request-id", &shared.draw.hex(26).to_uppercase())
}

#[allow(clippy::result_large_err, reason = "it is the answer itself, made once a call")]
fn admitted(shared: &Shared, call: &Call) -> Result<(), Response> {
    let bearer = call.header("authorization").and_then(|text| text.strip_prefix("Bearer "));
    match Call::denied_as(shared, call.header("private-token").or(bearer)) {
        None => Ok(()),
        Some(Denied::Missing) => Err(plain_error(401)),
        Some(Denied::Wrong) => Err(json(
            401,
            &value!({"error": "invalid_token", "error_description":
                "Token was revoked. You have to re-authorize from the user."}),
        )),
        Some(Denied::Restricted) if call.method == "GET" => Ok(()),
        Some(Denied::Restricted) => Err(json(
            403,
            &value!({"error": "insufficient_scope", "error_description":
                "The request requires higher privileges than provided by the access token.", "scope": "api"}),
        )),
    }
}

async fn routed(shared: &Arc<Shared>, call: &Call) -> Response {
    if let Err(refused) = admitted(shared, call) {
        return refused;
    }
    if !call.is_json() && call.content_type() != "application/x-www-form-urlencoded" {
        let kind = call.content_type();
        return refuse_parameter(415, &format!("The provided content-type '{kind}' is not supported."));
    }
    let path = call.segments();
    let (place, rest) = match &path[..] {
        ["projects", id, "hooks", rest @ ..] => {
            if *id != shared.account.id && !id.eq_ignore_ascii_case(PROJECT_PATH) {
                return refuse(404, "404 Project Not Found");
            }
            (Place::Project, rest)
        }
        ["groups", id, "hooks", rest @ ..] => {
            if *id != GROUP && *id != GROUP_PATH {
                return refuse(404, "404 Group Not Found");
            }
            (Place::Group, rest)
        }
        _ => return refuse_parameter(404, "404 Not Found"),
    };
    match (call.method.as_str(), rest) {
        ("GET", []) => list(shared, call, place),
        ("POST", []) => create(shared, call, place),
        ("GET", [id]) => with_hook(shared, place, id, |hook| json(200, &shown(shared, place, hook))),
        ("PUT", [id]) => update(shared, call, place, id),
        ("DELETE", [id]) => match with_hook(shared, place, id, |_| empty(204)) {
            found if found.status() == 204 => {
                shared.world().remove_endpoint(id);
                found
            }
            missing => missing,
        },
        ("POST", [id, "test", trigger]) => gitlab_log::test(shared, place, id, trigger).await,
        ("GET", [id, "events"]) => gitlab_log::list(shared, call, place, id),
        ("POST", [id, "events", event, "resend"]) => gitlab_log::resend(shared, place, id, event).await,
        ("PUT" | "DELETE", [id, list @ ("custom_headers" | "url_variables"), key]) => {
            set_pair(shared, call, place, id, list, key)
        }
        (_, [] | [_] | [_, "events"] | [_, "test", _] | [_, "events", _, "resend"]) => plain_error(405),
        _ => refuse_parameter(404, "404 Not Found"),
    }
}

pub(super) fn with_hook(
    shared: &Shared,
    place: Place,
    id: &str,
    then: impl FnOnce(&mut Endpoint) -> Response,
) -> Response {
    if id.parse::<u64>().is_err() {
        return refuse_parameter(400, "hook_id is invalid");
    }
    match shared.world().endpoint_mut(id).filter(|hook| hook.scope == place.scope()) {
        Some(hook) => then(hook),
        None => plain_error(404),
    }
}

/// Adds the headers that tell of pages.
pub(super) fn paged(shared: &Shared, call: &Call, page: &Page, body: &Value) -> Response {
    let text = |number: Option<usize>| number.map_or_else(String::new, |number| number.to_string());
    let mut answer = json(200, body);
    for (name, shown) in [
        ("x-page", text(Some(page.number))),
        ("x-per-page", text(Some(page.size))),
        ("x-total", text(Some(page.total))),
        ("x-total-pages", text(Some(page.last()))),
        ("x-next-page", text(page.next())),
        ("x-prev-page", text(page.previous())),
    ] {
        answer = with_header(answer, name, &shown);
    }
    let links = page.links(shared, call);
    if links.is_empty() { answer } else { with_header(answer, "link", &links) }
}

fn list(shared: &Shared, call: &Call, place: Place) -> Response {
    let world = shared.world();
    let hooks: Vec<&Endpoint> = world.endpoints.iter().filter(|hook| hook.scope == place.scope()).collect();
    let page = Page::of(call, 20, hooks.len());
    let part = hooks.iter().skip(page.skipped()).take(page.size);
    let body = part.map(|hook| shown(shared, place, hook)).collect();
    paged(shared, call, &page, &body)
}

fn create(shared: &Shared, call: &Call, place: Place) -> Response {
    let wanted = match gitlab_body::read(shared, call, place) {
        Ok(wanted) => wanted,
        Err(refused) => return *refused,
    };
    let mut hook = Endpoint::new(shared, Form::GitLab, &wanted.url);
    gitlab_body::furnish(shared, &mut hook, place.scope());
    wanted.apply(&mut hook);
    let body = shown(shared, place, &hook);
    shared.world().endpoints.push(hook);
    json(201, &body)
}

fn update(shared: &Shared, call: &Call, place: Place, id: &str) -> Response {
    let missing = with_hook(shared, place, id, |_| empty(204));
    if missing.status() != 204 {
        return missing;
    }
    match gitlab_body::read(shared, call, place) {
        Ok(wanted) => with_hook(shared, place, id, |hook| {
            wanted.apply(hook);
            hook.updated_at = shared.now();
            json(200, &shown(shared, place, hook))
        }),
        Err(refused) => *refused,
    }
}

/// Custom headers and variables of the address, one at a time. A variable's value is kept and not
/// put into the address.
fn set_pair(shared: &Shared, call: &Call, place: Place, id: &str, list: &str, key: &str) -> Response {
    let given = gitlab_body::value_parameter(call);
    if call.method == "PUT" && given.is_none() {
        return refuse_parameter(400, "value is missing");
    }
    let store = if list == "custom_headers" { "headers" } else { "url_variables" };
    with_hook(shared, place, id, |hook| {
        let kept = hook.more.entry(store).or_insert_with(|| value!({}));
        let Some(kept) = kept.as_object_mut() else { return plain_error(500) };
        match given {
            Some(text) if call.method == "PUT" => {
                kept.insert(key.to_owned(), value!(text));
            }
            _ => {
                if kept.remove(key).is_none() {
                    return plain_error(404);
                }
            }
        }
        empty(204)
    })
}
