//! Stripe: the list of events, which is the nearest thing to a log that its API has.
//!
//! Sources as in `stripe.rs`. An event tells how many deliveries of it have not succeeded
//! (`pending_webhooks`), not to whom they went; `delivery_success=false` lists those with any. The 30
//! days after which Stripe forgets are not counted.

use super::Shared;
use super::call::{Call, json};
use super::form;
use super::stripe::{Answer, invalid, page, refuse};
use super::world::{SentState, World};
use crate::payload::{self, Event};
use crate::sign::Form;
use serde_json::{Value, json as value};
use std::collections::BTreeMap;
use std::sync::Arc;

/// Deliveries per event that have not succeeded.
fn unsettled(world: &World) -> BTreeMap<&str, u64> {
    let mut counts = BTreeMap::new();
    for row in world.log.iter().filter(|row| row.state != SentState::Delivered) {
        *counts.entry(row.event.id.as_str()).or_default() += 1;
    }
    counts
}

fn shown(shared: &Shared, event: &Event, pending: u64) -> Value {
    let body = payload::envelope(Form::Stripe, event, &shared.account);
    let mut shown: Value = serde_json::from_slice(&body).unwrap_or_default();
    shown["pending_webhooks"] = value!(pending);
    shown["request"] = value!({"id": null, "idempotency_key": null});
    shown
}

/// True when the type passes `type` or `types[]`, where `charge.*` stands for every charge type.
fn wanted(types: &[String], have: &str) -> bool {
    types.is_empty()
        || types
            .iter()
            .any(|word| word == have || word.strip_suffix('*').is_some_and(|stem| have.starts_with(stem)))
}

pub(super) fn list(shared: &Shared, call: &Call) -> Answer {
    let given = form::fields(call.query.as_bytes());
    let mut types = form::list(&given, "types").unwrap_or_default();
    types.extend(form::one(&given, "type").map(str::to_owned));
    let success = match form::one(&given, "delivery_success") {
        None => None,
        Some("true") => Some(true),
        Some("false") => Some(false),
        Some(other) => return Err(invalid("", "delivery_success", &format!("Invalid boolean: {other}"))),
    };
    let mut bounds = Vec::new();
    for field in given.iter().filter(|field| field.name == "created") {
        let number = field.value.parse::<i64>();
        let number =
            number.map_err(|_| invalid("parameter_invalid_integer", "created", "Invalid timestamp"))?;
        bounds.push((field.inner.clone(), number));
    }
    let within = |at: i64| {
        bounds.iter().all(|(how, bound)| match how.as_deref() {
            None => at == *bound,
            Some("gt") => at > *bound,
            Some("gte") => at >= *bound,
            Some("lt") => at < *bound,
            Some("lte") => at <= *bound,
            Some(_) => false,
        })
    };
    let world = shared.world();
    let counts = unsettled(&world);
    let pending = |event: &Event| counts.get(event.id.as_str()).copied().unwrap_or(0);
    let passes = |event: &&Arc<Event>| {
        wanted(&types, &event.event_type)
            && within(event.created_at.unix())
            && success.is_none_or(|success| success == (pending(event) == 0))
    };
    let all: Vec<&Arc<Event>> = world.events.iter().rev().filter(passes).collect();
    let also = ["type", "types", "created", "delivery_success"];
    let (part, more) = page(shared, call, &all, |event| &event.id, &also)?;
    let data: Vec<_> = part.iter().map(|event| shown(shared, event, pending(event))).collect();
    Ok(json(200, &value!({"object": "list", "data": data, "has_more": more, "url": "/v1/events"})))
}

pub(super) fn one(shared: &Shared, id: &str) -> Answer {
    let world = shared.world();
    let Some(event) = world.event(id) else {
        let message = format!("No such event: '{id}'");
        return Err(Box::new(refuse(404, "invalid_request_error", "resource_missing", "id", &message)));
    };
    let pending = unsettled(&world).get(id).copied().unwrap_or(0);
    Ok(json(200, &shown(shared, &event, pending)))
}
