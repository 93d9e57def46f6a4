//! Live streams: deliveries without a public address. A provider that has one tells its events as they happen to
//! whoever listens; each is kept as a delivery. Nothing about it is signed, and nobody is answered.

use crate::api::*;
use crate::capturing::{UNSORTED, forward, targets, unsorted};
use crate::connections::{client, find};
use crate::engine::{Engine, lock};
use bytes::Bytes;
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tokio_util::sync::CancellationToken;
use waybill_model::{
    DeliveryId, ErrorCode, Failure, Inbox, Name, Origin, ProviderOperation, Reason, Result, Support,
};
use waybill_provider::{Heard, HeardEvent, Listening};
use waybill_store::NewDelivery;

/// The wait before an event that could not be kept is tried again.
const KEEP_AGAIN: Duration = Duration::from_secs(2);

/// The wait before a provider that was out of reach for long is tried again.
const REACH_AGAIN: Duration = Duration::from_secs(60);

/// How long whoever stops a stream waits for what is being kept.
const STOPPING: Duration = Duration::from_secs(5);

/// The streams of this process, by connection.
#[derive(Default)]
pub(crate) struct Streams {
    all: Mutex<BTreeMap<Name, Arc<Stream>>>,
}

struct Stream {
    stop: CancellationToken,
    /// Cancelled when nothing more comes of it.
    ended: CancellationToken,
    told: Mutex<LiveStream>,
    /// Where the next one goes on, once this was given up.
    cursor: Mutex<Option<String>>,
}

impl Stream {
    fn tell(&self, engine: &Engine, change: impl FnOnce(&mut LiveStream)) {
        change(&mut lock(&self.told));
        engine.push(Event::Changed { tags: vec![Tag::Connections] });
    }

    fn stands(&self, engine: &Engine, state: StreamState, message: Option<String>) {
        self.tell(engine, |told| (told.state, told.message) = (state, message));
    }
}

#[allow(clippy::unused_async, reason = "every handler of the table has the same form")]
pub(crate) async fn list(engine: &Engine, _: Nothing) -> Result<Vec<LiveStream>> {
    Ok(lock(&engine.0.streams.all).values().map(|stream| lock(&stream.told).clone()).collect())
}

pub(crate) async fn start(engine: &Engine, request: StreamStart) -> Result<LiveStream> {
    let connection = find(engine, &request.connection).await?;
    let (client, description) = client(engine, &connection).await?;
    if client.support(ProviderOperation::Listen) == Support::Unsupported {
        return Err(Failure::new(
            ErrorCode::Unsupported,
            format!("{} has no live stream of events. Nothing was started.", description.name()),
        )
        .hint("Its deliveries need an address that it can reach: a tunnel, for instance."));
    }
    let inbox = request.inbox.unwrap_or_else(|| connection.name.clone());
    if inbox.as_str() == UNSORTED {
        return Err(Failure::invalid("A stream needs an inbox of its own. Nothing was started.")
            .hint("Choose another name for the inbox."));
    }
    let before = lock(&engine.0.streams.all).get(&connection.name).cloned();
    let listening = client.listen(before.and_then(|given_up| lock(&given_up.cursor).clone()))?;
    let stream = Arc::new(Stream {
        stop: engine.0.stop.child_token(),
        ended: CancellationToken::new(),
        cursor: Mutex::default(),
        told: Mutex::new(LiveStream {
            connection: connection.name.clone(),
            inbox: inbox.clone(),
            state: StreamState::Connecting,
            started_at: engine.now(),
            heard: 0,
            heard_at: None,
            message: None,
            failure: None,
        }),
    });
    let told = lock(&stream.told).clone();
    {
        let mut all = lock(&engine.0.streams.all);
        let running = all.get(&connection.name).map(|running| lock(&running.told).clone());
        if let Some(running) = running.filter(|running| running.state != StreamState::Failed) {
            return Err(Failure::new(
                ErrorCode::AlreadyExists,
                format!(
                    "The stream of {} is listened to already, for the inbox {}. Nothing was started.",
                    running.connection, running.inbox
                ),
            )
            .hint("Stop it first, to have its events elsewhere."));
        }
        all.insert(connection.name.clone(), stream.clone());
    }
    // The connection may have been removed while its credential was read.
    let ready = match find(engine, &connection.name).await {
        Ok(_) => inbox_is_there(engine, &inbox).await,
        Err(failure) => Err(failure),
    };
    if let Err(failure) = ready {
        let mut all = lock(&engine.0.streams.all);
        if all.get(&connection.name).is_some_and(|there| Arc::ptr_eq(there, &stream)) {
            all.remove(&connection.name);
        }
        return Err(failure);
    }
    engine.push(Event::Changed { tags: vec![Tag::Connections] });
    let worker = engine.clone();
    engine.0.tasks.spawn(async move {
        let _ended = stream.ended.clone().drop_guard();
        hear(&worker, &stream, &inbox, listening).await;
    });
    Ok(told)
}

pub(crate) async fn stop(engine: &Engine, request: Named) -> Result<Nothing> {
    if end(engine, &request.name).await {
        return Ok(Nothing {});
    }
    Err(Failure::not_found("stream", &request.name)
        .hint("It may be listened to by another process; nothing was stopped here."))
}

/// Stops the stream of a connection, and waits until what was heard is kept; false when there is none.
pub(crate) async fn end(engine: &Engine, connection: &Name) -> bool {
    let Some(stream) = lock(&engine.0.streams.all).remove(connection) else { return false };
    stream.stop.cancel();
    if tokio::time::timeout(STOPPING, stream.ended.cancelled()).await.is_err() {
        tracing::warn!(%connection, "a stream did not end in time");
    }
    engine.push(Event::Changed { tags: vec![Tag::Connections] });
    true
}

async fn inbox_is_there(engine: &Engine, name: &Name) -> Result<()> {
    let _alone = engine.0.changing.lock().await;
    if engine.0.store.inbox(name.clone()).await?.is_none() {
        engine.0.store.create_inbox(Inbox::new(name.clone(), engine.now())).await?;
        engine.0.ready.forget();
    }
    Ok(())
}

async fn hear(engine: &Engine, stream: &Stream, inbox: &Name, mut listening: Listening) {
    loop {
        let heard = tokio::select! {
            heard = listening.next() => heard,
            () = stream.stop.cancelled() => return rest(engine, inbox, &mut listening).await,
        };
        match heard {
            Ok(Heard::Opened) => stream.stands(engine, StreamState::Open, None),
            Ok(Heard::Event(event)) => {
                if !keep_at_last(engine, stream, inbox, event).await {
                    return rest(engine, inbox, &mut listening).await;
                }
            }
            Ok(Heard::Ended { wait, reason }) => {
                let seconds = wait.as_secs_f64().ceil();
                let message = match seconds {
                    0.0 => format!("{reason}; it is opened again"),
                    _ => format!("{reason}; it is opened again in {seconds} s"),
                };
                stream.stands(engine, StreamState::Waiting, Some(message));
            }
            // Many tries were in vain. An outage may last long, and then it is gone on from where it began.
            Err(failure) if passes(failure.code) => {
                let message = format!("{} It is tried again each minute.", failure.message);
                stream.stands(engine, StreamState::Waiting, Some(message));
                tokio::select! {
                    () = tokio::time::sleep(REACH_AGAIN) => {}
                    () = stream.stop.cancelled() => return,
                }
            }
            Err(failure) => {
                tracing::warn!(code = %failure.code, "a stream was given up: {failure}");
                *lock(&stream.cursor) = listening.cursor().map(str::to_owned);
                stream.tell(engine, |told| {
                    (told.state, told.message, told.failure) = (StreamState::Failed, None, Some(failure));
                });
                return;
            }
        }
    }
}

/// What passes by itself, so that a stream is not given up for it.
const fn passes(code: ErrorCode) -> bool {
    matches!(code, ErrorCode::NetworkUnreachable | ErrorCode::ProviderFailed | ErrorCode::ProviderRateLimited)
}

/// Keeps what was read before the stream was stopped.
async fn rest(engine: &Engine, inbox: &Name, listening: &mut Listening) {
    while let Some(event) = listening.read_already() {
        if let Err(failure) = keep(engine, inbox, &event).await {
            tracing::warn!(code = %failure.code, "an event of a stopped stream was not kept: {failure}");
        }
    }
}

/// Keeps an event, however long that takes: the provider tells it once. False: the stream was stopped before, and the
/// event is lost.
async fn keep_at_last(engine: &Engine, stream: &Stream, inbox: &Name, event: HeardEvent) -> bool {
    let mut problem = false;
    loop {
        match keep(engine, inbox, &event).await {
            Ok(id) => {
                tracing::debug!(delivery = %id, "an event of a stream was kept");
                let now = engine.now();
                stream.tell(engine, |told| {
                    told.heard += 1;
                    told.heard_at = Some(now);
                    if problem {
                        (told.state, told.message) = (StreamState::Open, None);
                    }
                });
                return true;
            }
            Err(failure) => {
                tracing::warn!(code = %failure.code, "an event of a stream waits to be kept: {failure}");
                problem = true;
                let message = format!("An event could not be kept: {} It is tried again.", failure.message);
                stream.stands(engine, StreamState::Waiting, Some(message));
            }
        }
        tokio::select! {
            () = tokio::time::sleep(KEEP_AGAIN) => {}
            () = stream.stop.cancelled() => {
                tracing::warn!("an event of a stopped stream was not kept");
                return false;
            }
        }
    }
}

async fn keep(engine: &Engine, inbox: &Name, event: &HeardEvent) -> Result<DeliveryId> {
    // Nothing is verified, so the inbox's secrets are not wanted.
    let known = engine.0.store.inbox(inbox.clone()).await?;
    let kind = if serde_json::from_str::<serde::de::IgnoredAny>(&event.body).is_ok() {
        "application/json"
    } else {
        "text/plain; charset=utf-8"
    };
    let path = format!("/in/{inbox}");
    // There was no request: this says where it belongs and what it is, so that it can be shown and sent on.
    let head = format!("POST {path} HTTP/1.1\r\ncontent-type: {kind}\r\n\r\n");
    let body = Bytes::from(event.body.clone());
    let id = engine
        .0
        .store
        .try_append(NewDelivery {
            inbox: known.as_ref().map_or_else(unsorted, |known| known.name.clone()),
            received_at: engine.now(),
            method: "POST".to_owned(),
            path,
            query: String::new(),
            verdict: Reason::NoSecret.verdict(),
            reason: Reason::NoSecret,
            scheme: None,
            secret: None,
            event_type: event.event_type.clone(),
            event_id: event.event_id.clone(),
            delivery_id: None,
            status: 0,
            duration_us: 0,
            origin: Origin::Streamed,
            peer: None,
            truncated: false,
            refused: None,
            handshake: None,
            body_sha256: Sha256::digest(&body).into(),
            head: head.into_bytes().into(),
            body,
        })?
        .await?;
    forward(engine, id, &targets(engine, known.as_ref()));
    Ok(id)
}
