//! The capture server at work: path to inbox, verification, one durable append, then the answer.

use crate::api::{CaptureStart, Nothing, Status};
use crate::engine::{Engine, lock};
use crate::handshakes;
use crate::judge;
use crate::ready::ReadyInbox;
use crate::settings;
use bytes::Bytes;
use sha2::{Digest, Sha256};
use std::net::{IpAddr, SocketAddr};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};
use tokio_util::sync::CancellationToken;
use waybill_capture::{Answer, Arrived, Limits, ListenOptions, Listening, Receiver, Refused, listen};
use waybill_model::{DeliveryId, ErrorCode, Failure, Inbox, Name, Origin, Reason, Result, Verdict};
use waybill_signature::{Handshake, Request};
use waybill_store::{NewDelivery, PortClaim, PortHeld, SpanId};

/// The inbox of everything whose path names none.
pub(crate) const UNSORTED: &str = "unsorted";

#[derive(Default)]
pub(crate) struct Capturing {
    state: tokio::sync::Mutex<Option<Running>>,
    shown: Mutex<Shown>,
}

#[derive(Clone, Default)]
struct Shown {
    address: Option<SocketAddr>,
    failure: Option<Failure>,
}

struct Running {
    stop: CancellationToken,
    listening: Listening,
    /// Held for as long as the port is: other processes read from it who listens.
    _claim: PortClaim,
    span: SpanId,
}

impl Capturing {
    /// Where it listens, and why not when it does not.
    pub(crate) fn shown(&self) -> (Option<String>, Option<Failure>) {
        let shown = lock(&self.shown).clone();
        (shown.address.map(|address| format!("http://{address}")), shown.failure)
    }

    /// The address it listens on.
    pub(crate) fn address(&self) -> Option<SocketAddr> {
        lock(&self.shown).address
    }
}

pub(crate) async fn start(engine: &Engine, request: CaptureStart) -> Result<Status> {
    let settings = engine.0.store.settings().await?;
    let bind = request.bind.unwrap_or(settings.bind);
    let port = request.port.unwrap_or(settings.port);
    let ip: IpAddr = bind.parse().map_err(|_| {
        Failure::new(
            ErrorCode::ListenFailed,
            format!("{bind:?} is no address to listen on; nothing was started."),
        )
        .hint("Use 127.0.0.1 for this machine only.")
    })?;
    let started = {
        // Held to the end, so that two calls at once can't each take the other's port away.
        let mut state = engine.0.capturing.state.lock().await;
        let started = move_to(engine, &mut state, SocketAddr::new(ip, port), settings.body_cap).await;
        let address = state.as_ref().map(|running| running.listening.local_addr);
        let failure = started.as_ref().err().filter(|_| address.is_none()).cloned();
        *lock(&engine.0.capturing.shown) = Shown { address, failure };
        started
    };
    let status = told(engine).await?;
    started.map(|()| status)
}

pub(crate) async fn stop(engine: &Engine, _: Nothing) -> Result<Status> {
    end(engine).await;
    told(engine).await
}

/// Stops listening and waits until requests under way are done.
pub(crate) async fn end(engine: &Engine) {
    let mut state = engine.0.capturing.state.lock().await;
    if let Some(running) = state.take() {
        finish(engine, running).await;
    }
    lock(&engine.0.capturing.shown).address = None;
}

async fn told(engine: &Engine) -> Result<Status> {
    let status = settings::status(engine, Nothing {}).await?;
    engine.push(crate::api::Event::Status { status: Box::new(status.clone()) });
    Ok(status)
}

/// Listens on `wanted` instead of wherever it listens now. When that is not possible, it listens where it did.
async fn move_to(
    engine: &Engine,
    state: &mut Option<Running>,
    wanted: SocketAddr,
    body_cap: u64,
) -> Result<()> {
    let before = state.as_ref().map(|running| running.listening.local_addr);
    if before.is_none_or(|before| before.port() != wanted.port()) {
        let fresh = listen_on(engine, wanted, body_cap).await?;
        if let Some(old) = state.replace(fresh) {
            finish(engine, old).await;
        }
        return Ok(());
    }
    // No port is listened on twice, not even by one program.
    if let Some(old) = state.take() {
        finish(engine, old).await;
    }
    match listen_on(engine, wanted, body_cap).await {
        Ok(fresh) => {
            *state = Some(fresh);
            Ok(())
        }
        Err(failure) => {
            if let Some(before) = before.filter(|before| *before != wanted) {
                *state = listen_on(engine, before, body_cap).await.ok();
            }
            Err(failure)
        }
    }
}

async fn finish(engine: &Engine, running: Running) {
    running.stop.cancel();
    running.listening.done().await;
    if let Err(failure) = engine.0.store.listening_until(running.span, engine.now()).await {
        tracing::warn!(code = %failure.code, "the end of listening could not be recorded: {failure}");
    }
}

async fn listen_on(engine: &Engine, address: SocketAddr, body_cap: u64) -> Result<Running> {
    // Port 0 names no port yet; the system gives one that is free.
    let early = if address.port() == 0 { None } else { Some(claim(engine, address)?) };
    let stop = engine.0.stop.child_token();
    let options = ListenOptions {
        addr: address,
        clock: engine.0.options.clock.clone(),
        limits: Limits { body_cap, ..Limits::default() },
    };
    let listening = listen(options, Taking(engine.clone()), stop.clone())?;
    match recorded(engine, listening.local_addr, early).await {
        Ok((claim, span)) => {
            let warming = engine.clone();
            engine.0.tasks.spawn(async move {
                if let Err(failure) = warming.warm_inboxes().await {
                    tracing::warn!(code = %failure.code, "inboxes could not be read beforehand: {failure}");
                }
            });
            Ok(Running { stop, listening, _claim: claim, span })
        }
        Err(failure) => {
            // A server that nobody holds could never be stopped.
            stop.cancel();
            listening.done().await;
            Err(failure)
        }
    }
}

/// Writes down that `local` is listened on: for other processes, and for the record.
async fn recorded(
    engine: &Engine,
    local: SocketAddr,
    early: Option<PortClaim>,
) -> Result<(PortClaim, SpanId)> {
    let claim = match early {
        Some(claim) => claim,
        None => claim(engine, local)?,
    };
    Ok((claim, engine.0.store.listening_from(local, engine.now()).await?))
}

fn claim(engine: &Engine, address: SocketAddr) -> Result<PortClaim> {
    engine.0.store.claim_port(address).map_err(|PortHeld { pid, program, since }| {
        let holder = match pid {
            // It has the port and has not said yet who it is.
            0 => "Another Waybill has just begun to capture".to_owned(),
            _ => format!("{program} (process {pid}) has been capturing since {since}"),
        };
        Failure::new(
            ErrorCode::PortInUse,
            format!("{address} is taken: {holder}; nothing was started here."),
        )
        .hint("Its deliveries are in the same store and show up here too. Choose another port to capture on both.")
        .details(serde_json::json!({ "address": address.to_string(), "pid": pid, "program": program, "since": since }))
    })
}

/// Takes requests for an engine.
struct Taking(Engine);

impl Receiver for Taking {
    async fn receive(&self, arrived: Arrived) -> Answer {
        match take(&self.0, arrived).await {
            Ok(answer) => answer,
            Err(failure) => not_kept(&failure),
        }
    }

    async fn refused(&self, refused: Refused) {
        if let Err(failure) = keep_refused(&self.0, refused).await {
            tracing::warn!(code = %failure.code, "a refused request could not be kept");
        }
    }
}

/// What a sender is told when its request could not be stored: try again, nothing was accepted.
fn not_kept(failure: &Failure) -> Answer {
    tracing::warn!(code = %failure.code, "a delivery was not kept: {failure}");
    let status = if failure.code == ErrorCode::DiskFull { 507 } else { 503 };
    let mut answer = Answer::status(status);
    answer.headers.push(("Retry-After".to_owned(), "5".to_owned()));
    answer
}

/// The inbox a path names: `/in/NAME`, with or without more behind it.
fn inbox_name(path: &str) -> Option<Name> {
    let rest = path.strip_prefix("/in/")?;
    rest.split('/').next()?.parse().ok()
}

/// Bodies from this size on are hashed and judged on a thread that may block.
const LONG_BODY: usize = 256 * 1024;

async fn take(engine: &Engine, arrived: Arrived) -> Result<Answer> {
    let mut ready = match inbox_name(arrived.path()).filter(|name| name.as_str() != UNSORTED) {
        Some(name) => engine.ready_inbox_soon(&name).await?,
        None => None,
    };
    let whole = arrived.incomplete.is_none();
    let started = arrived.started;
    let arrived = Arc::new(arrived);
    let (mut new, mut handshake) = examine(engine, &arrived, ready.clone()).await?;
    // Another process may have bound the inbox or rotated its secret a moment ago: only what does not match has to ask.
    if new.verdict != Verdict::Valid
        && let Some(known) = &ready
    {
        match engine.newer_inbox(known).await {
            Ok(Some(newer)) => {
                ready = Some(newer);
                (new, handshake) = examine(engine, &arrived, ready.clone()).await?;
            }
            Ok(None) => {}
            // The delivery is kept with the verdict it has; it can be checked again.
            Err(failure) => tracing::warn!(code = %failure.code, "an inbox was not read again: {failure}"),
        }
    }
    let mut shaken = None;
    if let Some(handshake) = handshake {
        if ready.as_ref().is_some_and(|ready| ready.inbox.answer_handshakes) {
            shaken = Some(handshakes::ready(engine, handshake, &mut new).await);
            new.duration_us = micros(started);
        } else {
            new.handshake = Some(handshakes::left_alone(&handshake));
        }
    }
    let id = match append(engine, new).await {
        Ok(id) => id,
        Err(failure) => {
            if let Some(shaken) = shaken {
                shaken.undo(engine).await;
            }
            return Err(failure);
        }
    };
    let targets = targets(engine, ready.as_ref().map(|ready| &ready.inbox));
    if let Some(shaken) = shaken {
        if let Some((_, others)) = targets.split_first() {
            forward(engine, id, others);
        }
        return Ok(shaken.answered(engine, id, targets.first()).await);
    }
    if whole {
        forward(engine, id, &targets);
    }
    let Some(rule) = ready.map(|ready| ready.inbox.answer.clone()) else { return Ok(Answer::status(404)) };
    Ok(Answer {
        status: rule.status,
        headers: rule.headers,
        body: Bytes::from(rule.body),
        delay: Duration::from_millis(u64::from(rule.delay_ms)),
    })
}

/// Examines a request where it holds up nobody else.
async fn examine(
    engine: &Engine,
    arrived: &Arc<Arrived>,
    ready: Option<Arc<ReadyInbox>>,
) -> Result<(NewDelivery, Option<Handshake>)> {
    if arrived.body.len() < LONG_BODY {
        return Ok(examined(engine, arrived, ready.as_deref()));
    }
    let (engine, arrived) = (engine.clone(), arrived.clone());
    tokio::task::spawn_blocking(move || examined(&engine, &arrived, ready.as_deref())).await.map_err(
        |error| Failure::internal(format!("A delivery could not be examined ({error}); it was not kept.")),
    )
}

async fn append(engine: &Engine, new: NewDelivery) -> Result<DeliveryId> {
    engine.0.store.try_append(new)?.await
}

fn micros(since: Instant) -> u64 {
    u64::try_from(since.elapsed().as_micros()).unwrap_or(u64::MAX)
}

/// What is kept of a request: its bytes, what it says of itself, and what verification says of it; and the
/// handshake that it is.
fn examined(
    engine: &Engine,
    arrived: &Arrived,
    ready: Option<&ReadyInbox>,
) -> (NewDelivery, Option<Handshake>) {
    let headers: Vec<(&[u8], &[u8])> =
        arrived.headers.iter().map(|(name, value)| (&name[..], &value[..])).collect();
    let request = Request {
        method: arrived.method.as_bytes(),
        url: arrived.target.as_bytes(),
        headers: &headers,
        body: &arrived.body,
        truncated: arrived.truncated || arrived.incomplete.is_some(),
    };
    let judged = judge::judge(&engine.schemes(), ready, &request, arrived.received_at);
    // Of a request that is refused as it stands, nothing more is made.
    let handshake = judged.handshake.filter(|_| arrived.forced_status().is_none());
    let status =
        arrived.forced_status().unwrap_or_else(|| ready.map_or(404, |ready| ready.inbox.answer.status));
    let new = NewDelivery {
        inbox: ready.map_or_else(unsorted, |ready| ready.inbox.name.clone()),
        received_at: arrived.received_at,
        method: arrived.method.clone(),
        path: arrived.path().to_owned(),
        query: arrived.query().to_owned(),
        verdict: judged.reason.verdict(),
        reason: judged.reason,
        scheme: judged.scheme,
        secret: judged.secret,
        event_type: judged.identity.event_type,
        event_id: judged.identity.event_id,
        delivery_id: judged.identity.delivery_id,
        status,
        origin: Origin::Captured,
        peer: Some(arrived.peer.to_string()),
        truncated: arrived.truncated || arrived.incomplete.is_some(),
        refused: arrived.incomplete.map(|incomplete| incomplete.reason().to_owned()),
        body_sha256: Sha256::digest(&arrived.body).into(),
        head: arrived.raw_head.clone(),
        body: arrived.body.clone(),
        duration_us: micros(arrived.started),
        handshake: None,
    };
    (new, handshake)
}

/// The inbox of requests that name no other. Its name fits, so there is always one.
pub(crate) fn unsorted() -> Name {
    UNSORTED.parse().unwrap_or_else(|_| unreachable!("a fixed name that fits"))
}

async fn keep_refused(engine: &Engine, refused: Refused) -> Result<DeliveryId> {
    let (path, query) = refused.target.split_once('?').unwrap_or((&refused.target, ""));
    let new = NewDelivery {
        inbox: unsorted(),
        received_at: refused.received_at,
        method: refused.method.clone(),
        path: path.to_owned(),
        query: query.to_owned(),
        verdict: Reason::NoSecret.verdict(),
        reason: Reason::NoSecret,
        scheme: None,
        secret: None,
        event_type: None,
        event_id: None,
        delivery_id: None,
        status: refused.status,
        duration_us: 0,
        handshake: None,
        origin: Origin::Captured,
        peer: Some(refused.peer.to_string()),
        truncated: true,
        refused: Some(refused.reason),
        head: refused.raw,
        body: Bytes::new(),
        body_sha256: Sha256::digest([]).into(),
    };
    engine.0.store.try_append(new)?.await
}

/// Where a delivery is sent on to.
pub(crate) fn targets(engine: &Engine, inbox: Option<&Inbox>) -> Vec<String> {
    let mut targets = inbox.map(|inbox| inbox.forward_to.clone()).unwrap_or_default();
    targets.extend(lock(&engine.0.forward_all).iter().cloned());
    targets
}

/// Sends a delivery on, without holding up its answer.
pub(crate) fn forward(engine: &Engine, id: DeliveryId, targets: &[String]) {
    for target in targets {
        let (engine, target) = (engine.clone(), target.clone());
        let tracker = engine.0.tasks.clone();
        tracker.spawn(async move {
            if let Err(failure) = crate::replays::forward(&engine, id, &target).await {
                tracing::warn!(code = %failure.code, delivery = %id, "a delivery was not forwarded: {failure}");
            }
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_name_inboxes() {
        for (path, name) in [
            ("/in/mynd-prod", Some("mynd-prod")),
            ("/in/mynd-prod/", Some("mynd-prod")),
            ("/in/a/b/c", Some("a")),
            ("/in/", None),
            ("/in", None),
            ("/IN/a", None),
            ("/in/A", None),
            ("/in/..", None),
            ("/hooks", None),
            ("", None),
        ] {
            assert_eq!(inbox_name(path).as_ref().map(Name::as_str), name, "{path}");
        }
    }
}
