//! GitHub: `/repos/{owner}/{repo}/hooks` and `/orgs/{org}/hooks`.
//!
//! Sources: the OpenAPI description of the REST API (github/rest-api-description, versions 2022-11-28
//! and 2026-03-10), docs.github.com/en/rest/repos/webhooks, /rest/orgs/webhooks, /rest/using-the-rest-api
//! (user agent required, media types, errors) and /webhooks. Assumed: the words of a refused event or
//! address; that a call without `Accept` is refused (the pages recommend the header, a client of ours
//! must send it); that bodies must call themselves JSON. Left out: rate limiting, the limit of 20 hooks
//! per event, `ETag`, hooks of GitHub Apps.

use super::Shared;
use super::call::{Call, Denied, empty, json, respond, with_header};
use super::dispatch;
use super::emission;
use super::github_body::{self, Place, shown};
use super::github_config;
use super::github_log;
use super::ids::REPO;
use super::paging::Page;
use super::world::Endpoint;
use crate::payload::data;
use crate::sign::{Form, SigningMaterial};
use axum::response::Response;
use serde_json::{Map, Value, json as value};
use std::sync::Arc;

/// Versions of the API that are served.
const VERSIONS: [&str; 2] = ["2022-11-28", "2026-03-10"];

/// What the pages say of a call without a user agent; the answer is a page.
const NO_AGENT: &str = "\r\nRequest forbidden by administrative rules. Please make sure your request has a User-Agent \
header (https://docs.github.com/en/rest/overview/resources-in-the-rest-api#user-agent-required). \
Check https://developer.github.com for other possible causes.\r\n";

/// A refusal, with what is wrong with the fields where something is.
pub(super) fn refuse(status: u16, message: &str, errors: &[Value]) -> Response {
    let mut body = value!({"message": message});
    if !errors.is_empty() {
        body["errors"] = value!(errors);
    }
    body["documentation_url"] = value!("https://docs.github.com/rest/repos/webhooks");
    body["status"] = value!(status.to_string());
    json(status, &body)
}

pub(super) fn plain_error(status: u16) -> Response {
    let message = match status {
        400 => "Problems parsing JSON",
        401 => "Requires authentication",
        403 => "Resource not accessible by personal access token",
        404 => "Not Found",
        415 => "Unsupported Media Type",
        422 => "Validation Failed",
        429 => "API rate limit exceeded",
        503 => "Service unavailable",
        _ => "Server Error",
    };
    refuse(status, message, &[])
}

/// Any call under the base address.
pub(super) fn answer(shared: &Arc<Shared>, call: &Call) -> Response {
    let answer = routed(shared, call);
    let version = call.header("x-github-api-version").unwrap_or(VERSIONS[0]);
    let answer = with_header(answer, "x-github-api-version-selected", version);
    let answer = with_header(answer, "x-github-request-id", &shared.draw.hex(20).to_uppercase());
    let answer = with_header(answer, "x-ratelimit-limit", "5000");
    let answer = with_header(answer, "x-ratelimit-remaining", "4999");
    with_header(answer, "x-ratelimit-reset", &shared.now().unix().saturating_add(3_600).to_string())
}

/// True when the media types a caller takes include GitHub's JSON.
fn takes_json(accept: &str) -> bool {
    accept.split(',').any(|part| {
        let part = part.split(';').next().unwrap_or_default().trim();
        matches!(part, "*/*" | "application/*" | "application/json")
            || (part.starts_with("application/vnd.github.") && part.ends_with("+json"))
            || part == "application/vnd.github+json"
    })
}

/// What is asked of every call, whichever it is.
#[allow(clippy::result_large_err, reason = "it is the answer itself, made once a call")]
fn admitted(shared: &Shared, call: &Call) -> Result<(), Response> {
    if call.header("user-agent").is_none_or(|agent| agent.trim().is_empty()) {
        return Err(respond(403, "text/html; charset=utf-8", NO_AGENT));
    }
    let given = call.header("authorization");
    let token = given.and_then(|text| text.strip_prefix("Bearer ").or_else(|| text.strip_prefix("token ")));
    match Call::denied_as(shared, token) {
        Some(Denied::Missing) => return Err(plain_error(401)),
        Some(Denied::Wrong) => return Err(refuse(401, "Bad credentials", &[])),
        Some(Denied::Restricted) => return Err(plain_error(403)),
        None => {}
    }
    let accept = call.header("accept").unwrap_or_default();
    if !takes_json(accept) {
        let message = format!("Unsupported 'Accept' header: '{accept}'. Must accept 'application/json'.");
        return Err(refuse(415, &message, &[]));
    }
    if let Some(version) = call.header("x-github-api-version")
        && !VERSIONS.contains(&version)
    {
        let message = format!("The API version '{version}' is not supported");
        return Err(refuse(400, &message, &[]));
    }
    if call.is_json() { Ok(()) } else { Err(plain_error(415)) }
}

fn routed(shared: &Arc<Shared>, call: &Call) -> Response {
    if let Err(refused) = admitted(shared, call) {
        return refused;
    }
    let path = call.segments();
    let ours = |given: &str| given.eq_ignore_ascii_case(&shared.account.slug);
    let (place, rest) = match &path[..] {
        ["repos", owner, repo, "hooks", rest @ ..] if ours(owner) && repo.eq_ignore_ascii_case(REPO) => {
            (Place::Repository, rest)
        }
        ["orgs", org, "hooks", rest @ ..] if ours(org) => (Place::Organization, rest),
        _ => return plain_error(404),
    };
    match (call.method.as_str(), rest) {
        ("GET", []) => list(shared, call, place),
        ("POST", []) => create(shared, call, place),
        ("GET", [id]) => with_hook(shared, place, id, |hook| json(200, &shown(shared, place, hook))),
        ("PATCH", [id]) => update(shared, call, place, id),
        ("DELETE", [id]) => match with_hook(shared, place, id, |_| empty(204)) {
            found if found.status() == 204 => {
                shared.world().remove_endpoint(id);
                found
            }
            missing => missing,
        },
        ("GET", [id, "config"]) => {
            with_hook(shared, place, id, |hook| json(200, &github_config::config(hook)))
        }
        ("PATCH", [id, "config"]) => update_config(shared, call, place, id),
        ("POST", [id, "pings"]) => match with_hook(shared, place, id, |_| empty(204)) {
            found if found.status() == 204 => {
                ping(shared, place, id);
                found
            }
            missing => missing,
        },
        ("POST", [id, "tests"]) if place == Place::Repository => test(shared, id),
        ("GET", [id, "deliveries"]) => github_log::list(shared, call, place, id),
        ("GET", [id, "deliveries", delivery]) => github_log::one(shared, place, id, delivery),
        ("POST", [id, "deliveries", delivery, "attempts"]) => {
            github_log::redeliver(shared, place, id, delivery)
        }
        // A method that a path does not know is not told from a path that is not known.
        _ => plain_error(404),
    }
}

pub(super) fn with_hook(
    shared: &Shared,
    place: Place,
    id: &str,
    then: impl FnOnce(&mut Endpoint) -> Response,
) -> Response {
    match shared.world().endpoint_mut(id).filter(|hook| hook.scope == place.scope()) {
        Some(hook) => then(hook),
        None => plain_error(404),
    }
}

fn list(shared: &Shared, call: &Call, place: Place) -> Response {
    let world = shared.world();
    let hooks: Vec<&Endpoint> = world.endpoints.iter().filter(|hook| hook.scope == place.scope()).collect();
    let page = Page::of(call, 30, hooks.len());
    let part = hooks.iter().skip(page.skipped()).take(page.size);
    let body = part.map(|hook| shown(shared, place, hook)).collect();
    let links = page.links(shared, call);
    let answer = json(200, &body);
    if links.is_empty() { answer } else { with_header(answer, "link", &links) }
}

fn object(call: &Call) -> Result<Map<String, Value>, Box<Response>> {
    call.object().ok_or_else(|| Box::new(plain_error(400)))
}

/// "Hook already exists": the same address with the same events.
fn twin(shared: &Shared, place: Place, url: &str, events: &[String], but: &str) -> Option<Box<Response>> {
    let world = shared.world();
    let same = |hook: &&Endpoint| {
        hook.scope == place.scope() && hook.url == url && hook.id != but && hook.events == events
    };
    world.endpoints.iter().find(same)?;
    let message = format!("Hook already exists on this {}", place.noun());
    Some(Box::new(github_body::invalid(&[message])))
}

fn create(shared: &Arc<Shared>, call: &Call, place: Place) -> Response {
    let made = object(call).and_then(|object| {
        let wanted = github_body::read_new(shared, call, place, &object)?;
        match twin(shared, place, &wanted.url, &wanted.events, "") {
            Some(refused) => Err(refused),
            None => Ok(wanted),
        }
    });
    let wanted = match made {
        Ok(wanted) => wanted,
        Err(refused) => return *refused,
    };
    let mut hook = Endpoint::new(shared, Form::GitHub, &wanted.url);
    github_body::furnish(&mut hook, place.scope());
    wanted.config.apply(&mut hook);
    hook.events = wanted.events;
    hook.active = wanted.active;
    let body = shown(shared, place, &hook);
    let location = body["url"].as_str().unwrap_or_default().to_owned();
    let id = hook.id.clone();
    shared.world().endpoints.push(hook);
    ping(shared, place, &id);
    with_header(json(201, &body), "location", &location)
}

fn update(shared: &Shared, call: &Call, place: Place, id: &str) -> Response {
    let missing = with_hook(shared, place, id, |_| empty(204));
    if missing.status() != 204 {
        return missing;
    }
    let changed = object(call).and_then(|object| github_body::read_change(shared, call, place, &object));
    let change = match changed {
        Ok(change) => change,
        Err(refused) => return *refused,
    };
    with_hook(shared, place, id, |hook| {
        if let Some(config) = &change.config {
            // "If you previously had a secret set, you must provide the same secret or set a new
            // secret or the secret will be removed."
            hook.key = SigningMaterial::Shared(String::new());
            config.apply(hook);
        }
        change.apply(hook);
        hook.updated_at = shared.now();
        json(200, &shown(shared, place, hook))
    })
}

/// Here a secret that is left out stays.
fn update_config(shared: &Shared, call: &Call, place: Place, id: &str) -> Response {
    let read = object(call).and_then(|object| github_config::read_config(shared, call, &object, false));
    match read {
        Ok(config) => with_hook(shared, place, id, |hook| {
            config.apply(hook);
            hook.updated_at = shared.now();
            json(200, &github_config::config(hook))
        }),
        Err(refused) => *refused,
    }
}

/// The event that every new hook is greeted with.
fn ping(shared: &Arc<Shared>, place: Place, id: &str) {
    let about = shared.world().endpoint(id).map(|hook| github_body::ping(shared, place, hook));
    if let Some(about) = about {
        let event = emission::happen(shared, "ping".to_owned(), about);
        dispatch::send_to(shared, &event, id);
    }
}

/// "The hook is triggered with the latest push if it is subscribed to `push`"; 204 all the same.
fn test(shared: &Arc<Shared>, id: &str) -> Response {
    let mut pushes = false;
    let answer = with_hook(shared, Place::Repository, id, |hook| {
        pushes = hook.takes("push");
        empty(204)
    });
    if pushes {
        let event = emission::happen(shared, "push".to_owned(), data("push", 400, &shared.draw));
        dispatch::send_to(shared, &event, id);
    }
    answer
}
