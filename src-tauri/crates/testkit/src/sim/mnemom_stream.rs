//! Mnemom: the live stream of events (`text/event-stream`).
//!
//! Documented: frames `ready`, `webhook.event` with an `id`, `close`, `error`; keep-alive comments;
//! `since` or `Last-Event-ID` resume, `since` wins; cut after five minutes. Assumed: the data of an
//! event is its envelope, keep-alives come every 15 seconds.

use super::Shared;
use super::call::{Call, respond};
use crate::payload::{self, Event};
use crate::sign::Form;
use axum::body::Body;
use axum::response::Response;
use futures_util::stream;
use std::collections::VecDeque;
use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::broadcast;
use tokio::sync::broadcast::error::RecvError;

const CUT_AFTER: Duration = Duration::from_secs(300);
const KEEP_ALIVE: Duration = Duration::from_secs(15);

struct Listener {
    shared: Arc<Shared>,
    live: broadcast::Receiver<Arc<Event>>,
    ready: VecDeque<String>,
    cut: Pin<Box<dyn Future<Output = ()> + Send>>,
    ended: bool,
}

fn frame(shared: &Shared, event: &Event) -> String {
    let body = payload::envelope(Form::Mnemom, event, &shared.account);
    format!("id: {}\nevent: webhook.event\ndata: {}\n\n", event.id, String::from_utf8_lossy(&body))
}

pub(super) fn listen(shared: &Arc<Shared>, call: &Call) -> Response {
    let since = call.parameter("since").or_else(|| call.header("last-event-id").map(str::to_owned));
    // Subscribed and looked back under one lock, so that no event falls between the two.
    let world = shared.world();
    let live = shared.stream.subscribe();
    let mut ready = VecDeque::from(["event: ready\ndata: {}\n\n".to_owned()]);
    if let Some(since) = since {
        let missed = world.events.iter().skip_while(|event| event.id != since).skip(1);
        ready.extend(missed.map(|event| frame(shared, event)));
    }
    drop(world);
    let pace = Arc::clone(shared);
    let listener = Listener {
        shared: Arc::clone(shared),
        live,
        ready,
        cut: Box::pin(async move { pace.pace.wait(CUT_AFTER).await }),
        ended: false,
    };
    let frames = stream::unfold(listener, |mut listener| async move {
        let text = next(&mut listener).await?;
        Some((Ok::<_, io::Error>(text), listener))
    });
    respond(200, "text/event-stream", Body::from_stream(frames))
}

async fn next(listener: &mut Listener) -> Option<String> {
    if listener.ended {
        return None;
    }
    if let Some(text) = listener.ready.pop_front() {
        return Some(text);
    }
    tokio::select! {
        event = listener.live.recv() => Some(match event {
            Ok(event) => frame(&listener.shared, &event),
            Err(RecvError::Lagged(_)) => "event: error\ndata: {\"code\":\"lagged\"}\n\n".to_owned(),
            Err(RecvError::Closed) => return None,
        }),
        () = &mut listener.cut => {
            listener.ended = true;
            Some("event: close\ndata: {\"reason\":\"max_duration\"}\n\n".to_owned())
        }
        () = listener.shared.pace.wait(KEEP_ALIVE) => Some(":keepalive\n\n".to_owned()),
    }
}
