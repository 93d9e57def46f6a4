//! The engine's events as server-sent events, one a message. A page that fell behind gets `missed`.

use crate::Bridge;
use axum::{
    extract::State,
    response::sse::{Event as Message, KeepAlive, Sse},
};
use futures_util::stream::{Stream, unfold};
use std::time::Duration;
use tokio::sync::broadcast::{Receiver, error::RecvError};
use waybill_engine::Event;

pub(crate) async fn stream(
    State(bridge): State<Bridge>,
) -> Sse<impl Stream<Item = Result<Message, serde_json::Error>>> {
    let events = unfold(bridge.engine.events(), next);
    Sse::new(events).keep_alive(KeepAlive::new().interval(Duration::from_secs(15)))
}

async fn next(mut events: Receiver<Event>) -> Option<(Result<Message, serde_json::Error>, Receiver<Event>)> {
    let event = match events.recv().await {
        Ok(event) => event,
        Err(RecvError::Lagged(_)) => Event::Missed,
        Err(RecvError::Closed) => return None,
    };
    let message = serde_json::to_string(&event).map(|json| Message::default().data(json));
    Some((message, events))
}
