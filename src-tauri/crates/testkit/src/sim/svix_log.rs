//! Svix: attempts, messages with their payload, sending again, recovering, statistics.
//!
//! Sources as in `svix.rs`. Every attempt is an entry of its own: `status` 0 success, 1 pending,
//! 2 failed, 3 sending; `triggerType` 0 by schedule, 1 by hand. Recovering answers at once with a task
//! and is done by then. Assumed: `send-example` sends made-up data.

use super::Shared;
use super::call::{Call, json};
use super::dispatch::{send_again, send_to};
use super::emission;
use super::svix::{Answer, Done, invalid, object, page, plain_error, refuse, with_endpoint};
use super::world::{Row, SentState, Try, World};
use crate::catalogue;
use crate::payload::{self, Event, time_text};
use crate::sign::Form;
use axum::response::Response;
use serde_json::{Value, json as value};
use std::sync::Arc;
use waybill_model::Timestamp;

fn missing() -> Box<Response> {
    Box::new(plain_error(404))
}

fn own_id(shared: &Shared, id: &str) -> Result<String, Box<Response>> {
    with_endpoint(shared, id, |endpoint| Ok(endpoint.id.clone()))
}

fn message_shown(shared: &Shared, event: &Event, with_payload: bool) -> Value {
    let body = payload::envelope(Form::Svix, event, &shared.account);
    let payload = if with_payload { serde_json::from_slice(&body).unwrap_or_default() } else { value!({}) };
    value!({"id": event.id, "eventId": null, "eventType": event.event_type, "payload": payload,
        "channels": null, "tags": null, "timestamp": time_text(event.created_at)})
}

fn attempt_shown(row: &Row, attempt: &Try, with_content: bool) -> Value {
    let (status, word) = if attempt.good { (0, "success") } else { (2, "fail") };
    value!({
        "id": attempt.id,
        "url": row.url,
        "msgId": row.event.id,
        "endpointId": row.endpoint,
        "response": if with_content { attempt.body.as_str() } else { "" },
        "responseStatusCode": attempt.status.unwrap_or(0),
        "responseDurationMs": attempt.latency.as_millis(),
        "status": status,
        "statusText": word,
        "triggerType": u8::from(row.manual),
        "timestamp": time_text(attempt.at),
    })
}

/// A time in the query.
fn time(call: &Call, name: &str) -> Result<Option<Timestamp>, Box<Response>> {
    let Some(text) = call.parameter(name) else { return Ok(None) };
    let bad = |_| invalid(&["query", name], "the time is not valid", "value_error");
    text.parse().map(Some).map_err(bad)
}

/// Newest first, filtered by `status`, `status_code_class`, `before`, `after`, `event_types`.
pub(super) fn attempts(shared: &Shared, call: &Call, endpoint: &str) -> Answer {
    let endpoint = own_id(shared, endpoint)?;
    let (before, after) = (time(call, "before")?, time(call, "after")?);
    let status = match call.parameter("status").as_deref() {
        None => None,
        Some("0") => Some(true),
        Some("2") => Some(false),
        Some("1" | "3" | "4") => {
            let none: [&Row; 0] = [];
            return page(call, &none, |row| row.id.clone(), |_| Value::Null);
        }
        Some(_) => return Err(invalid(&["query", "status"], "must be 0 to 4", "value_error")),
    };
    let class: Option<u16> = call.parameter("status_code_class").and_then(|text| text.parse().ok());
    let types = call.parameter("event_types");
    let flag = |name: &str, otherwise: bool| call.parameter(name).map_or(otherwise, |text| text == "true");
    let world = shared.world();
    let rows = world.log.iter().filter(|row| row.endpoint == endpoint);
    let rows = rows.filter(|row| {
        types.as_ref().is_none_or(|types| types.split(',').any(|word| word == row.event.event_type))
    });
    let mut all: Vec<(&Row, &Try)> =
        rows.flat_map(|row| row.tries.iter().map(move |attempt| (row, attempt))).collect();
    all.retain(|(_, attempt)| {
        before.is_none_or(|before| attempt.at < before)
            && after.is_none_or(|after| attempt.at > after)
            && status.is_none_or(|good| attempt.good == good)
            && class.is_none_or(|class| attempt.status.unwrap_or(0) / 100 * 100 == class)
    });
    // Stable: of two at the same time the later written comes first.
    all.reverse();
    all.sort_by_key(|(_, attempt)| std::cmp::Reverse(attempt.at));
    let (content, with_message) = (flag("with_content", true), flag("with_msg", false));
    page(
        call,
        &all,
        |(_, attempt)| attempt.id.clone(),
        |(row, attempt)| {
            let mut shown = attempt_shown(row, attempt, content);
            if with_message {
                shown["msg"] = message_shown(shared, &row.event, false);
            }
            shown
        },
    )
}

pub(super) fn attempt(shared: &Shared, message: &str, id: &str) -> Answer {
    let world = shared.world();
    let rows = world.log.iter().filter(|row| row.event.id == message);
    let mut all = rows.flat_map(|row| row.tries.iter().map(move |attempt| (row, attempt)));
    let found = all.find(|(_, attempt)| attempt.id == id);
    found.map(|(row, attempt)| json(200, &attempt_shown(row, attempt, true))).ok_or_else(missing)
}

/// All messages of the application, newest first.
pub(super) fn messages(shared: &Shared, call: &Call) -> Answer {
    let world = shared.world();
    let all: Vec<&Arc<Event>> = world.events.iter().rev().collect();
    let content = call.parameter("with_content").is_none_or(|text| text != "false");
    page(call, &all, |event| event.id.clone(), |event| message_shown(shared, event, content))
}

pub(super) fn message(shared: &Shared, id: &str) -> Answer {
    let event = shared.world().event(id).ok_or_else(missing)?;
    Ok(json(200, &message_shown(shared, &event, true)))
}

fn state(row: &Row) -> (u8, &'static str) {
    match row.state {
        SentState::Delivered => (0, "success"),
        SentState::Pending | SentState::Retrying => (1, "pending"),
        SentState::Failed => (2, "fail"),
        SentState::Delivering => (3, "sending"),
    }
}

/// The last row of every message for this endpoint, newest first.
fn latest<'a>(world: &'a World, endpoint: &str) -> Vec<&'a Row> {
    let mut seen = std::collections::BTreeSet::new();
    let rows = world.log.iter().rev().filter(|row| row.endpoint == endpoint);
    rows.filter(|row| seen.insert(row.event.id.as_str())).collect()
}

/// The messages for this endpoint with what has become of them.
pub(super) fn messages_of(shared: &Shared, call: &Call, endpoint: &str) -> Answer {
    let endpoint = own_id(shared, endpoint)?;
    let world = shared.world();
    let all = latest(&world, &endpoint);
    page(
        call,
        &all,
        |row| row.event.id.clone(),
        |row| {
            let mut shown = message_shown(shared, &row.event, true);
            let (status, word) = state(row);
            shown["status"] = value!(status);
            shown["statusText"] = value!(word);
            shown["nextAttempt"] = value!(row.next_retry_at.map(time_text));
            shown
        },
    )
}

pub(super) fn stats(shared: &Shared, endpoint: &str) -> Answer {
    let endpoint = own_id(shared, endpoint)?;
    let world = shared.world();
    let rows = latest(&world, &endpoint);
    let count = |wanted: u8| rows.iter().filter(|row| state(row).0 == wanted).count();
    Ok(json(
        200,
        &value!({"success": count(0), "pending": count(1), "fail": count(2), "sending": count(3), "canceled": 0}),
    ))
}

/// The message once more to this endpoint.
pub(super) fn resend(shared: &Arc<Shared>, message: &str, endpoint: &str) -> Done {
    let endpoint = own_id(shared, endpoint)?;
    let event = shared.world().event(message).ok_or_else(missing)?;
    send_again(shared, &event, &endpoint).ok_or_else(missing)?;
    Ok((202, value!({})))
}

/// Sends again what failed since a time (`endpoint.recover`), or what was never tried
/// (`endpoint.replay`).
pub(super) fn recover(shared: &Arc<Shared>, call: &Call, endpoint: &str, task: &str) -> Done {
    let object = object(call)?;
    if let Some(name) = call.unknown(shared, &object, &["since", "until"]) {
        return Err(invalid(&["body", name], "unknown field", "value_error"));
    }
    let time = |name: &str| match object.get(name) {
        None | Some(Value::Null) => Ok(None),
        Some(given) => match given.as_str().and_then(|text| text.parse::<Timestamp>().ok()) {
            Some(at) => Ok(Some(at)),
            None => Err(invalid(&["body", name], "invalid datetime format", "value_error.datetime")),
        },
    };
    let Some(since) = time("since")? else {
        return Err(invalid(&["body", "since"], "field required", "value_error.missing"));
    };
    let until = time("until")?;
    let endpoint = own_id(shared, endpoint)?;
    let within =
        |event: &Event| event.created_at >= since && until.is_none_or(|until| event.created_at < until);
    let events: Vec<Arc<Event>> = {
        let world = shared.world();
        let rows = latest(&world, &endpoint);
        if task == "endpoint.recover" {
            let failed = rows.iter().rev().filter(|row| row.state == SentState::Failed);
            failed.filter(|row| within(&row.event)).map(|row| Arc::clone(&row.event)).collect()
        } else {
            let tried: std::collections::BTreeSet<&str> =
                rows.iter().map(|row| row.event.id.as_str()).collect();
            let takes = |event: &&Arc<Event>| {
                world.endpoint(&endpoint).is_some_and(|found| found.takes(&event.event_type))
            };
            let new = world.events.iter().filter(|event| !tried.contains(event.id.as_str()));
            new.filter(takes).filter(|event| within(event)).cloned().collect()
        }
    };
    for event in &events {
        send_again(shared, event, &endpoint);
    }
    let id = format!("qtask_{}", shared.draw.hex(27));
    let kept = value!({"id": id, "status": "finished", "task": task,
        "data": {"messagesSent": events.len(), "endpointId": endpoint}});
    shared.world().tasks.insert(id.clone(), kept);
    Ok((202, value!({"id": id, "status": "running", "task": task})))
}

pub(super) fn task(shared: &Shared, id: &str) -> Answer {
    shared.world().tasks.get(id).map(|task| json(200, task)).ok_or_else(missing)
}

/// A message of this type to this endpoint alone.
pub(super) fn send_example(shared: &Arc<Shared>, call: &Call, endpoint: &str) -> Done {
    let object = object(call)?;
    if let Some(name) = call.unknown(shared, &object, &["eventType", "exampleIndex"]) {
        return Err(invalid(&["body", name], "unknown field", "value_error"));
    }
    let Some(word) = object.get("eventType").and_then(Value::as_str) else {
        return Err(invalid(&["body", "eventType"], "field required", "value_error.missing"));
    };
    if !catalogue::SVIX.contains(&word) {
        return Err(Box::new(refuse(404, "not_found", "Event type not found")));
    }
    let endpoint = own_id(shared, endpoint)?;
    let event = emission::happen(shared, word.to_owned(), payload::data(word, 300, &shared.draw));
    send_to(shared, &event, &endpoint).ok_or_else(missing)?;
    Ok((202, message_shown(shared, &event, true)))
}
