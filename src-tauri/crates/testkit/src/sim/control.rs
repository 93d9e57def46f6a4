//! Control over HTTP under `/_sim/`, for people and for tests in other processes.
//!
//! Promise: it needs no credential and listens on loopback only, like the rest of the simulator; it
//! can do what [`SimulatorHandle`] can and nothing more. Errors are `{"error":"text"}`.

use super::Shared;
use super::fault::PlannedFault;
use super::handle::{Emission, SimulatorHandle};
use super::seeding::Seeding;
use super::world::SentState;
use axum::Router;
use axum::extract::{Json, Path, State};
use axum::response::Response;
use axum::routing::{get, post};
use serde::Deserialize;
use serde_json::{Value, json};
use std::sync::Arc;
use std::time::Duration;

use super::call;

type Held = State<Arc<Shared>>;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Dropping {
    count: u64,
    /// `failed` (when left out) or `delivered`: what the log says.
    logged: Option<SentState>,
}

#[derive(Deserialize)]
struct Factor {
    factor: f64,
}

#[derive(Deserialize)]
struct Every {
    every_s: Option<f64>,
}

/// The routes, without the provider's.
pub(crate) fn routes() -> Router<Arc<Shared>> {
    Router::new()
        .route("/_sim/", get(state))
        .route("/_sim/emit", post(emit))
        .route("/_sim/drop", post(drop_next))
        .route("/_sim/seed", post(seed))
        .route("/_sim/fault", post(fault).delete(clear_faults))
        .route("/_sim/calls", get(calls).delete(clear_calls))
        .route("/_sim/clock", post(clock))
        .route("/_sim/auto", post(auto))
        .route("/_sim/endpoints", get(endpoints))
        .route("/_sim/deliveries", get(deliveries))
        .route("/_sim/settled", get(settled))
        .route("/_sim/resume/{id}", post(resume))
        .route("/_sim/expire-token", post(expire_token))
}

fn hand(shared: &Arc<Shared>) -> SimulatorHandle {
    SimulatorHandle::new(Arc::clone(shared))
}

fn done() -> Json<Value> {
    Json(json!({"ok": true}))
}

async fn state(State(shared): Held) -> Json<Value> {
    let hand = hand(&shared);
    Json(json!({
        "provider": shared.kind.id(),
        "base_path": shared.kind.prefix(),
        "clock_factor": hand.clock_factor(),
        "auto_emit_s": *shared.auto.borrow(),
        "endpoints": hand.endpoints().len(),
        "deliveries": hand.deliveries().len(),
        "pending": hand.pending(),
        "calls": hand.calls().len(),
        "event_types": shared.kind.events(),
    }))
}

async fn emit(State(shared): Held, Json(emission): Json<Emission>) -> Json<Value> {
    Json(json!({"deliveries": hand(&shared).emit(&emission)}))
}

async fn drop_next(State(shared): Held, Json(wanted): Json<Dropping>) -> Json<Value> {
    hand(&shared).drop_next_as(wanted.count, wanted.logged.unwrap_or(SentState::Failed));
    done()
}

async fn seed(State(shared): Held, Json(seeding): Json<Seeding>) -> Json<Value> {
    Json(json!({"endpoints": hand(&shared).seed(&seeding)}))
}

async fn fault(State(shared): Held, Json(fault): Json<PlannedFault>) -> Json<Value> {
    hand(&shared).fault(fault);
    done()
}

async fn clear_faults(State(shared): Held) -> Json<Value> {
    hand(&shared).clear_faults();
    done()
}

async fn calls(State(shared): Held) -> Json<Value> {
    Json(json!(hand(&shared).calls()))
}

async fn clear_calls(State(shared): Held) -> Json<Value> {
    hand(&shared).clear_calls();
    done()
}

async fn clock(State(shared): Held, Json(Factor { factor }): Json<Factor>) -> Json<Value> {
    hand(&shared).set_clock_factor(factor);
    Json(json!({"clock_factor": hand(&shared).clock_factor()}))
}

async fn auto(State(shared): Held, Json(Every { every_s }): Json<Every>) -> Response {
    let every = match every_s.map(Duration::try_from_secs_f64) {
        None => None,
        Some(Ok(every)) => Some(every),
        Some(Err(_)) => {
            return call::json(400, &json!({"error": "every_s must be a positive number of seconds"}));
        }
    };
    hand(&shared).set_auto_emit(every);
    call::json(200, &json!({"ok": true}))
}

async fn endpoints(State(shared): Held) -> Json<Value> {
    Json(json!(hand(&shared).endpoints()))
}

async fn deliveries(State(shared): Held) -> Json<Value> {
    Json(json!(hand(&shared).deliveries()))
}

async fn settled(State(shared): Held) -> Json<Value> {
    hand(&shared).settled().await;
    done()
}

async fn resume(State(shared): Held, Path(id): Path<String>) -> Response {
    if hand(&shared).resume(&id) {
        call::json(200, &json!({"ok": true}))
    } else {
        call::json(404, &json!({"error": "no such endpoint, or it has unsubscribed for good"}))
    }
}

async fn expire_token(State(shared): Held) -> Json<Value> {
    Json(json!({"token": hand(&shared).expire_token()}))
}
