//! Mnemom: the delivery log, sending a delivery again, replaying an event, the organisation's health.

use super::Shared;
use super::call::{Call, json, texts, with_header};
use super::dispatch;
use super::emission;
use super::mnemom::{not_found, refuse};
use super::world::{Endpoint, Remembered, Row, SentState};
use crate::payload::time_text;
use crate::sign::Form;
use axum::response::Response;
use serde_json::{Value, json as value};
use std::sync::Arc;

const fn word(state: SentState) -> &'static str {
    match state {
        SentState::Pending => "pending",
        SentState::Delivering => "delivering",
        SentState::Delivered => "delivered",
        SentState::Retrying => "retrying",
        SentState::Failed => "failed",
    }
}

fn shown(row: &Row) -> Value {
    value!({
        "delivery_id": row.id,
        "event_id": row.event.id,
        "endpoint_id": row.endpoint,
        "event_type": row.event.event_type,
        "status": word(row.state),
        "attempt_count": row.attempts,
        "max_attempts": row.max_attempts,
        "last_response_status": row.status,
        "last_error": row.error,
        "latency_ms": row.latency.map(|latency| latency.as_millis()),
        "created_at": time_text(row.created_at),
        "updated_at": time_text(row.updated_at),
    })
}

/// Newest first; `limit` 1 to 100 (50), `offset` from 0.
pub(super) fn list(shared: &Shared, call: &Call) -> Response {
    let number = |name: &str, otherwise: usize| match call.parameter(name) {
        None => Some(otherwise),
        Some(text) => text.parse().ok(),
    };
    let Some(limit) = number("limit", 50).filter(|limit| (1..=100).contains(limit)) else {
        return refuse(shared, 400, "invalid_limit_parameter", "limit must be between 1 and 100");
    };
    let Some(offset) = number("offset", 0) else {
        return refuse(shared, 400, "invalid_offset_parameter", "offset must be 0 or more");
    };
    let only = call.parameter("endpoint_id");
    let world = shared.world();
    let rows = world.log.iter().rev().filter(|row| only.as_ref().is_none_or(|id| *id == row.endpoint));
    json(200, &rows.skip(offset).take(limit).map(shown).collect())
}

/// The same event once more, as a new delivery.
pub(super) fn redeliver(shared: &Arc<Shared>, id: &str) -> Response {
    let found = shared.world().row(id).map(|row| (Arc::clone(&row.event), row.endpoint.clone()));
    let Some((event, endpoint)) = found else { return not_found(shared) };
    match dispatch::send_to(shared, &event, &endpoint) {
        Some(fresh) => json(201, &value!({"delivery_id": fresh, "event_id": event.id, "status": "pending"})),
        None => not_found(shared),
    }
}

/// The event once more to all or some of the endpoints that take it. A key in flight (409) can't be
/// met here, since a replay is accepted in one step.
pub(super) fn replay(shared: &Arc<Shared>, call: &Call, id: &str) -> Response {
    let Some(key) = call.header("idempotency-key").filter(|key| (1..=255).contains(&key.len())) else {
        return refuse(
            shared,
            400,
            "invalid_request",
            "Idempotency-Key header is required (1-255 characters)",
        );
    };
    let Some(event) = shared.world().event(id) else { return not_found(shared) };
    let Some(object) = call.object() else {
        return refuse(shared, 400, "invalid_json_body", "Request body must be a JSON object");
    };
    let only = match object.get("endpoint_ids").map(texts) {
        None => Vec::new(),
        Some(Some(ids)) if ids.len() <= 100 => ids,
        Some(_) => return refuse(shared, 400, "invalid_request", "endpoint_ids must be at most 100 strings"),
    };
    let key = format!("replay {id} {key}");
    if let Some(before) = shared.world().remembered.get(&key) {
        if before.request != call.body {
            return refuse(shared, 422, "invalid_request", "Idempotency-Key was used with a different body");
        }
        return with_header(json(before.status, &before.body), "idempotent-replay", "true");
    }
    let deliveries: Vec<_> = emission::spread(shared, &event, &only)
        .into_iter()
        .map(|(delivery, endpoint)| {
            value!({"delivery_id": delivery, "endpoint_id": endpoint, "status": "pending"})
        })
        .collect();
    let (status, body) = if deliveries.is_empty() {
        (
            200,
            value!({"event_id": event.id, "event_type": event.event_type, "deliveries": [],
            "message": "No eligible endpoints for this event"}),
        )
    } else {
        (201, value!({"event_id": event.id, "event_type": event.event_type, "deliveries": deliveries}))
    };
    let remembered = Remembered { request: call.body.to_vec(), status, body: body.clone() };
    shared.world().remembered.insert(key, remembered);
    json(status, &body)
}

/// The shape is that of the administrator's twin; this call's own is not documented.
pub(super) fn health(shared: &Shared) -> Response {
    let world = shared.world();
    let ours = |endpoint: &Endpoint| endpoint.form == Form::Mnemom;
    let count = |wanted: fn(&SentState) -> bool| world.log.iter().filter(|row| wanted(&row.state)).count();
    let active = world.endpoints.iter().filter(|endpoint| ours(endpoint) && endpoint.active).count();
    let all = world.endpoints.iter().filter(|endpoint| ours(endpoint)).count();
    let (sent, good) = (world.log.len(), count(|state| *state == SentState::Delivered));
    let mut types = std::collections::BTreeMap::<&str, u64>::new();
    for row in &world.log {
        *types.entry(&row.event.event_type).or_default() += 1;
    }
    let types: Vec<_> =
        types.into_iter().map(|(name, count)| value!({"event_type": name, "count": count})).collect();
    json(
        200,
        &value!({
            "active_endpoints": active,
            "disabled_endpoints": all - active,
            "deliveries_24h": sent,
            "success_24h": good,
            "failed_24h": count(|state| *state == SentState::Failed),
            "success_rate_24h": if sent == 0 { Value::Null } else { value!(good as f64 / sent as f64) },
            "top_event_types": types,
        }),
    )
}
