//! The command table over HTTP, so that a real browser can run the window against the real engine in tests.
//!
//! `POST /rpc/{name}` with a JSON request, `POST /bytes` for raw bytes, `GET /events` as server-sent events, and
//! the built window for everything else, under the same content security policy as in the desktop shell. A
//! refusal is a `Failure` as JSON with status 422.
//!
//! Promise: it answers on loopback only, and only to its own page: another host name, another origin or another
//! site gets 403 and reaches nothing. Left out: everything else a shipped host would need. It is never shipped;
//! control over HTTP has no place in the application.

mod events;
mod guard;
mod page;

use axum::{
    Json, Router,
    body::Bytes,
    extract::{DefaultBodyLimit, Path, State},
    http::{StatusCode, header},
    middleware,
    response::{IntoResponse, Response},
    routing::{get, post},
};
use serde_json::Value;
use std::path::PathBuf;
use waybill_engine::{Engine, api::BytesRequest};
use waybill_model::Failure;

/// Imports travel as requests.
const LARGEST_REQUEST: usize = 64 * 1024 * 1024;

/// What every route needs.
#[derive(Clone, Debug)]
struct Bridge {
    engine: Engine,
    ui: PathBuf,
}

/// The bridge's routes, for an engine and the folder of the window that was built for it.
pub fn router(engine: Engine, ui: PathBuf) -> Router {
    Router::new()
        .route("/rpc/{name}", post(rpc))
        .route("/bytes", post(bytes))
        .route("/events", get(events::stream))
        .fallback(get(page::serve))
        .layer(DefaultBodyLimit::max(LARGEST_REQUEST))
        .layer(middleware::from_fn(guard::own_page_only))
        .with_state(Bridge { engine, ui })
}

async fn rpc(
    State(bridge): State<Bridge>,
    Path(name): Path<String>,
    body: Bytes,
) -> Result<Json<Value>, Refusal> {
    let payload = if body.is_empty() { Value::Null } else { read(&body)? };
    Ok(Json(bridge.engine.call(&name, payload).await?))
}

async fn bytes(State(bridge): State<Bridge>, body: Bytes) -> Result<Response, Refusal> {
    let request: BytesRequest = serde_json::from_value(read(&body)?).map_err(|error| unreadable(&error))?;
    let bytes = bridge.engine.bytes(request).await?;
    Ok(([(header::CONTENT_TYPE, "application/octet-stream")], bytes).into_response())
}

fn read(body: &[u8]) -> Result<Value, Refusal> {
    serde_json::from_slice(body).map_err(|error| unreadable(&error))
}

fn unreadable(error: &serde_json::Error) -> Refusal {
    Refusal(Failure::invalid(format!("The request can't be read: {error}. Nothing was done.")))
}

/// A failure as an answer.
#[derive(Debug)]
struct Refusal(Failure);

impl From<Failure> for Refusal {
    fn from(failure: Failure) -> Self {
        Self(failure)
    }
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        (StatusCode::UNPROCESSABLE_ENTITY, Json(self.0)).into_response()
    }
}
