//! GitLab: the events of a hook with request and response, sending one again, test triggers.
//!
//! Sources as in `gitlab.rs`. The request is shown as JSON, its secret token blotted out. A test or
//! resend that gets a 2xx wakes a resting or disabled hook, as the page on webhooks says.

use super::Shared;
use super::call::{Call, empty, json};
use super::dispatch::try_once;
use super::emission;
use super::gitlab::{paged, plain_error, refuse, refuse_parameter, with_hook};
use super::gitlab_body::Place;
use super::handle::switch_on;
use super::paging::Page;
use super::world::{Row, SentState};
use crate::payload::{Event, data};
use axum::response::Response;
use serde_json::{Map, Value, json as value};
use std::sync::Arc;

/// What `test` can be asked for (one list for projects and groups).
const TRIGGERS: [&str; 12] = [
    "push_events",
    "tag_push_events",
    "issues_events",
    "confidential_issues_events",
    "note_events",
    "merge_requests_events",
    "job_events",
    "pipeline_events",
    "wiki_page_events",
    "releases_events",
    "emoji_events",
    "resource_access_token_events",
];

/// `push_events` becomes `push_hooks`, `issues_events` becomes `issue_hooks`.
fn trigger(switch: &str) -> String {
    match switch.strip_suffix("_events").unwrap_or(switch) {
        "issues" => "issue_hooks".to_owned(),
        "confidential_issues" => "confidential_issue_hooks".to_owned(),
        "merge_requests" => "merge_request_hooks".to_owned(),
        "releases" => "release_hooks".to_owned(),
        stem => format!("{stem}_hooks"),
    }
}

fn headers(list: &[(String, String)], hidden: &str) -> Map<String, Value> {
    let shown = |(name, text): &(String, String)| {
        let text = if name.eq_ignore_ascii_case(hidden) { "[REDACTED]" } else { text };
        (name.clone(), value!(text))
    };
    list.iter().map(shown).collect()
}

fn entry(row: &Row) -> Value {
    let id = row.id.parse::<u64>().unwrap_or_default();
    value!({
        "id": id,
        "url": row.url,
        "trigger": trigger(&row.event.event_type),
        "request_headers": headers(&row.request_headers, "X-Gitlab-Token"),
        "request_data": serde_json::from_slice::<Value>(&row.request_body).unwrap_or_default(),
        "response_headers": headers(&row.response_headers, ""),
        "response_body": row.response_body,
        "execution_duration": row.latency.map_or(0.0, |latency| latency.as_secs_f64()),
        // Text in the page's example.
        "response_status": row.status.map_or_else(|| "internal error".to_owned(), |code| code.to_string()),
    })
}

/// `status`: a code, or `successful`, `client_failure`, `server_failure`.
fn passes(row: &Row, wanted: &str) -> Option<bool> {
    let within = |from: u16| row.status.is_some_and(|code| (from..from + 100).contains(&code));
    Some(match wanted {
        "successful" => within(200),
        "client_failure" => within(400),
        "server_failure" => within(500),
        code => row.status == Some(code.parse().ok()?),
    })
}

/// Newest first; `per_page` up to 100 (20).
pub(super) fn list(shared: &Shared, call: &Call, place: Place, hook: &str) -> Response {
    let missing = with_hook(shared, place, hook, |_| empty(204));
    if missing.status() != 204 {
        return missing;
    }
    let world = shared.world();
    let mut rows: Vec<&Row> =
        world.log.iter().rev().filter(|row| row.endpoint == hook && row.attempts > 0).collect();
    if let Some(wanted) = call.parameter("status") {
        if rows.first().is_some_and(|row| passes(row, &wanted).is_none()) {
            return refuse_parameter(400, "status is invalid");
        }
        rows.retain(|row| passes(row, &wanted) == Some(true));
    }
    let page = Page::of(call, 20, rows.len());
    let body = rows.iter().skip(page.skipped()).take(page.size).map(|row| entry(row)).collect();
    paged(shared, call, &page, &body)
}

/// Sends at once and tells the status that came back.
async fn send(shared: &Arc<Shared>, hook: &str, event: &Arc<Event>) -> Option<u16> {
    let id = try_once(shared, hook, event).await?;
    let mut world = shared.world();
    let row = world.row(&id)?;
    let (status, good) = (row.status, row.state == SentState::Delivered);
    if good && let Some(found) = world.endpoint_mut(hook) {
        switch_on(found);
        found.resting_until = None;
    }
    status
}

pub(super) async fn test(shared: &Arc<Shared>, place: Place, hook: &str, trigger: &str) -> Response {
    if !TRIGGERS.contains(&trigger) {
        return refuse_parameter(400, "trigger does not have a valid value");
    }
    let missing = with_hook(shared, place, hook, |_| empty(204));
    if missing.status() != 204 {
        return missing;
    }
    let event = emission::happen(shared, trigger.to_owned(), data(trigger, 300, &shared.draw));
    match send(shared, hook, &event).await {
        Some(200..300) => refuse(201, "201 Created"),
        Some(code) => refuse(422, &format!("Hook executed successfully but returned HTTP {code}")),
        None => refuse(422, "Hook execution failed"),
    }
}

pub(super) async fn resend(shared: &Arc<Shared>, place: Place, hook: &str, entry: &str) -> Response {
    let missing = with_hook(shared, place, hook, |_| empty(204));
    if missing.status() != 204 {
        return missing;
    }
    let found =
        shared.world().row(entry).filter(|row| row.endpoint == hook).map(|row| Arc::clone(&row.event));
    let Some(event) = found else { return plain_error(404) };
    match send(shared, hook, &event).await {
        Some(code) => json(201, &value!({"response_status": code})),
        None => refuse(422, "Hook execution failed"),
    }
}
