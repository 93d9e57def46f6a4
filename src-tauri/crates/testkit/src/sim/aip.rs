//! Mnemom's older registrations for one agent: `/aip/webhooks`. The caller brings the secret; the
//! deliveries are signed on the AIP rail, over the body alone.

use super::address;
use super::call::{Call, empty, json, texts};
use super::mnemom::{not_found, refuse};
use super::world::Endpoint;
use super::{Shared, SimulatorKind};
use crate::payload::time_text;
use crate::sign::{Form, SigningMaterial};
use axum::response::Response;
use serde_json::json as value;

/// Shortest secret, in characters.
const SHORTEST: usize = 32;

pub(super) fn answer(shared: &Shared, call: &Call) -> Response {
    match (call.method.as_str(), &call.segments()[2..]) {
        ("POST", []) => register(shared, call),
        ("DELETE", [id]) => {
            let mut world = shared.world();
            if world.endpoint(id).is_some_and(|endpoint| endpoint.form == Form::MnemomAip) {
                world.remove_endpoint(id);
                return empty(204);
            }
            drop(world);
            not_found(shared)
        }
        _ => not_found(shared),
    }
}

fn register(shared: &Shared, call: &Call) -> Response {
    let bad = |message: &str| refuse(shared, 400, "invalid_request", message);
    let Some(object) = call.object() else { return bad("Request body must be a JSON object") };
    if let Some(name) = call.unknown(shared, &object, &["agent_id", "callback_url", "secret", "events"]) {
        return bad(&format!("Unknown field: {name}"));
    }
    let text = |name: &str| object.get(name).and_then(|value| value.as_str());
    let (Some(agent), Some(url), Some(secret)) = (text("agent_id"), text("callback_url"), text("secret"))
    else {
        return bad("agent_id, callback_url, secret and events are required");
    };
    let Some(events) = object.get("events").and_then(texts) else { return bad("events must be an array") };
    if secret.chars().count() < SHORTEST {
        return bad("secret must be at least 32 characters");
    }
    if let Err(fault) = address::judge(SimulatorKind::Mnemom, url, shared.options.allow_http_targets) {
        return bad(&format!("callback_url {}", fault.text()));
    }
    let now = shared.now();
    let id = format!("reg-{}", shared.draw.hex(8));
    let mut endpoint = Endpoint::new(shared, Form::MnemomAip, url);
    endpoint.id.clone_from(&id);
    endpoint.label = Some(agent.to_owned());
    endpoint.events.clone_from(&events);
    endpoint.key = SigningMaterial::Shared(secret.to_owned());
    shared.world().endpoints.push(endpoint);
    json(
        201,
        &value!({"registration_id": id, "agent_id": agent, "callback_url": url, "events": events,
            "created_at": time_text(now)}),
    )
}
