//! The capture server at work: path to inbox, verification, one durable append, then the answer.

use crate::api::{CaptureStart, Nothing, Status};
use crate::engine::{Engine, lock};
use crate::judge::{self, Judged};
use crate::ready::ReadyInbox;
use crate::settings;
use bytes::Bytes;
use sha2::{Digest, Sha256};
use std::net::{IpAddr, SocketAddr};
use std::sync::Mutex;
use std::time::Duration;
use tokio_util::sync::CancellationToken;
use waybill_capture::{Answer, Arrived, Limits, ListenOptions, Listening, Receiver, Refused, listen};
use waybill_model::{DeliveryId, ErrorCode, Failure, Name, Origin, Reason, Result};
use waybill_signature::Request;
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

    /// Stops listening and waits until requests under way are done.
    pub(crate) async fn stop(&self) -> Option<SpanId> {
        let running = self.state.lock().await.take()?;
        running.stop.cancel();
        running.listening.done().await;
        lock(&self.shown).address = None;
        Some(running.span)
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
    if let Some(span) = engine.0.capturing.stop().await {
        engine.0.store.listening_until(span, engine.now()).await?;
    }
    let started = listen_on(engine, SocketAddr::new(ip, port), settings.body_cap).await;
    {
        let mut shown = lock(&engine.0.capturing.shown);
        match &started {
            Ok(address) => *shown = Shown { address: Some(*address), failure: None },
            Err(failure) => *shown = Shown { address: None, failure: Some(failure.clone()) },
        }
    }
    let status = settings::status(engine, Nothing {}).await?;
    engine.push(crate::api::Event::Status { status: Box::new(status.clone()) });
    started.map(|_| status)
}

pub(crate) async fn stop(engine: &Engine, _: Nothing) -> Result<Status> {
    if let Some(span) = engine.0.capturing.stop().await {
        engine.0.store.listening_until(span, engine.now()).await?;
    }
    let status = settings::status(engine, Nothing {}).await?;
    engine.push(crate::api::Event::Status { status: Box::new(status.clone()) });
    Ok(status)
}

async fn listen_on(engine: &Engine, address: SocketAddr, body_cap: u64) -> Result<SocketAddr> {
    let mut state = engine.0.capturing.state.lock().await;
    // Port 0 names no port yet; the system gives one that is free.
    let early = if address.port() == 0 { None } else { Some(claim(engine, address)?) };
    let stop = engine.0.stop.child_token();
    let options = ListenOptions {
        addr: address,
        clock: engine.0.options.clock.clone(),
        limits: Limits { body_cap, ..Limits::default() },
    };
    let listening = listen(options, Taking(engine.clone()), stop.clone())?;
    let local = listening.local_addr;
    let held = match early {
        Some(held) => held,
        None => claim(engine, local)?,
    };
    let span = engine.0.store.listening_from(local, engine.now()).await?;
    *state = Some(Running { stop, listening, _claim: held, span });
    let warming = engine.clone();
    engine.0.tasks.spawn(async move {
        if let Err(failure) = warming.warm_inboxes().await {
            tracing::warn!(code = %failure.code, "inboxes could not be read beforehand: {failure}");
        }
    });
    Ok(local)
}

fn claim(engine: &Engine, address: SocketAddr) -> Result<PortClaim> {
    engine.0.store.claim_port(address).map_err(|PortHeld { pid, program, since }| {
        Failure::new(
            ErrorCode::PortInUse,
            format!("{program} (process {pid}) has been capturing on {address} since {since}; nothing was started here."),
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

async fn take(engine: &Engine, arrived: Arrived) -> Result<Answer> {
    let ready = match inbox_name(arrived.path()).filter(|name| name.as_str() != UNSORTED) {
        Some(name) => engine.ready_inbox(&name).await?,
        None => None,
    };
    let url = arrived.target.clone();
    let headers: Vec<(&[u8], &[u8])> =
        arrived.headers.iter().map(|(name, value)| (&name[..], &value[..])).collect();
    let request = Request {
        method: arrived.method.as_bytes(),
        url: url.as_bytes(),
        headers: &headers,
        body: &arrived.body,
        truncated: arrived.truncated || arrived.incomplete.is_some(),
    };
    let judged = judge::judge(&engine.0.schemes, ready.as_deref(), &request, arrived.received_at);
    let rule = ready.as_ref().map(|ready| ready.inbox.answer.clone());
    let status = arrived.forced_status().unwrap_or_else(|| rule.as_ref().map_or(404, |rule| rule.status));
    let duration_us = u64::try_from(arrived.started.elapsed().as_micros()).unwrap_or(u64::MAX);
    let forwards = ready.as_ref().map(|ready| ready.inbox.forward_to.clone()).unwrap_or_default();
    let new = record(&arrived, ready.as_deref(), judged, status, duration_us);
    let id = engine.0.store.try_append(new)?.await?;
    if arrived.incomplete.is_none() {
        forward(engine, id, forwards);
    }
    let Some(rule) = rule else { return Ok(Answer::status(404)) };
    Ok(Answer {
        status: rule.status,
        headers: rule.headers,
        body: Bytes::from(rule.body),
        delay: Duration::from_millis(u64::from(rule.delay_ms)),
    })
}

fn record(
    arrived: &Arrived,
    ready: Option<&ReadyInbox>,
    judged: Judged,
    status: u16,
    duration_us: u64,
) -> NewDelivery {
    NewDelivery {
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
        duration_us,
        origin: Origin::Captured,
        peer: Some(arrived.peer.to_string()),
        truncated: arrived.truncated || arrived.incomplete.is_some(),
        refused: arrived.incomplete.map(|incomplete| incomplete.reason().to_owned()),
        body_sha256: Sha256::digest(&arrived.body).into(),
        head: arrived.raw_head.clone(),
        body: arrived.body.clone(),
    }
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

/// Sends a delivery on, without holding up its answer.
fn forward(engine: &Engine, id: DeliveryId, mut targets: Vec<String>) {
    targets.extend(lock(&engine.0.forward_all).iter().cloned());
    for target in targets {
        let engine = engine.clone();
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
