//! One request and its answer.

use crate::answer::{Reply, refusal, reply};
use crate::body::{BodyEnd, collect};
use crate::budget::Budget;
use crate::finishing::Finishing;
use crate::head::{Head, path_and_query};
use crate::limits::Limits;
use crate::receiver::{Arrived, Incomplete, Receiver, Refused};
use crate::tee::SharedTape;
use http::header::TRANSFER_ENCODING;
use http::request::Parts;
use http::{Method, StatusCode, Version};
use hyper::Request;
use hyper::body::{Body, Incoming};
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use waybill_model::Clock;

/// What every connection of one server shares.
pub(crate) struct Server<R> {
    pub(crate) receiver: R,
    pub(crate) limits: Limits,
    pub(crate) budget: Budget,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) tasks: TaskTracker,
    pub(crate) stop: CancellationToken,
}

/// What belongs to one connection.
pub(crate) struct Line<R> {
    pub(crate) server: Arc<Server<R>>,
    pub(crate) tape: SharedTape,
    pub(crate) peer: SocketAddr,
    /// Set when the sender may still be sending while its answer says stop.
    pub(crate) linger: AtomicBool,
}

/// The sender has left: there is nobody to answer.
#[derive(Debug, thiserror::Error)]
#[error("the sender has left")]
pub(crate) struct Gone;

/// Takes one request in and waits for its answer.
pub(crate) async fn exchange<R: Receiver>(
    line: Arc<Line<R>>,
    request: Request<Incoming>,
) -> Result<Reply, Gone> {
    let (parts, incoming) = request.into_parts();
    let taken = line.tape.lock().take_head();
    let Some(head) = taken else {
        // hyper sees a request where the tape sees none. One of them is wrong: believe neither.
        return Ok(refuse(&line, None, &parts, Refusal::Unclear).await);
    };
    if let Some(refusal) = objection(&head, &parts) {
        return Ok(refuse(&line, Some(head), &parts, refusal).await);
    }

    let server = &line.server;
    let collected = if incoming.is_end_stream() {
        crate::body::Collected {
            bytes: bytes::Bytes::new(),
            end: BodyEnd::Whole,
            share: server.budget.share(),
        }
    } else {
        collect(incoming, &server.limits, &server.budget, head.started).await
    };
    if collected.end == BodyEnd::NoMemory {
        tracing::warn!(peer = %line.peer, "no memory left for a body; answered 503");
        line.linger.store(true, Ordering::Relaxed);
        return Ok(refusal(StatusCode::SERVICE_UNAVAILABLE, "Too much at once; try again.\n"));
    }

    let arrived = Arrived {
        received_at: head.received_at,
        started: head.started,
        peer: line.peer,
        raw_head: head.raw,
        method: head.method,
        target: head.target,
        headers: head.headers,
        body: collected.bytes,
        truncated: collected.end == BodyEnd::TooLarge,
        incomplete: match collected.end {
            BodyEnd::Incomplete(why) => Some(why),
            _ => None,
        },
    };
    let end = collected.end;
    let share = collected.share;
    let keeper = Arc::clone(server);
    let mut answer = Finishing::new(server.tasks.clone(), async move {
        let answer = keeper.receiver.receive(arrived).await;
        drop(share);
        answer
    })
    .await;

    match end {
        BodyEnd::Whole | BodyEnd::NoMemory => {}
        BodyEnd::Incomplete(Incomplete::SenderLeft) => return Err(Gone),
        BodyEnd::Incomplete(Incomplete::TooSlow) => {
            return Ok(refusal(StatusCode::REQUEST_TIMEOUT, "The body did not come in time.\n"));
        }
        BodyEnd::Incomplete(Incomplete::Framing) => {
            line.linger.store(true, Ordering::Relaxed);
            return Ok(refusal(StatusCode::BAD_REQUEST, "The framing of the body is broken.\n"));
        }
        BodyEnd::TooLarge => {
            line.linger.store(true, Ordering::Relaxed);
            return Ok(refusal(StatusCode::PAYLOAD_TOO_LARGE, "The body is too large.\n"));
        }
    }
    let delay = std::mem::take(&mut answer.delay);
    if !delay.is_zero() {
        // Whoever stops the server does not wait for an answer that is only late for show.
        tokio::select! {
            () = tokio::time::sleep(delay) => {}
            () = server.stop.cancelled() => {}
        }
    }
    Ok(reply(answer))
}

/// Why a request that hyper accepts is refused all the same.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Refusal {
    TwoLengths,
    NoHost,
    TwoHosts,
    Connect,
    Target,
    Unclear,
}

impl Refusal {
    const fn reason(self) -> &'static str {
        match self {
            Self::TwoLengths => "It has both a Content-Length and a Transfer-Encoding.\n",
            Self::NoHost => "It has no Host header.\n",
            Self::TwoHosts => "It has more than one Host header.\n",
            Self::Connect => "CONNECT is not answered here.\n",
            Self::Target => "Its target is neither a path nor an address.\n",
            Self::Unclear => "Where it begins and ends is not clear.\n",
        }
    }
}

/// RFC 9112: section 6.3 (two lengths: smuggling), 3.2 (Host, target).
fn objection(head: &Head, parts: &Parts) -> Option<Refusal> {
    let hosts = head.count(b"host");
    let two_lengths = parts.headers.contains_key(TRANSFER_ENCODING) && head.count(b"content-length") > 0;
    if parts.method == Method::CONNECT {
        Some(Refusal::Connect)
    } else if two_lengths {
        Some(Refusal::TwoLengths)
    } else if hosts > 1 {
        Some(Refusal::TwoHosts)
    } else if hosts == 0 && parts.version != Version::HTTP_10 {
        Some(Refusal::NoHost)
    } else if !same_request(head, parts) {
        Some(Refusal::Unclear)
    } else if parts.uri.path_and_query().is_none() {
        Some(Refusal::Target)
    } else {
        None
    }
}

/// Whether the tape and hyper have read the same request. hyper leaves a fragment out.
fn same_request(head: &Head, parts: &Parts) -> bool {
    if parts.method.as_str() != head.method {
        return false;
    }
    let target = head.target.split('#').next().unwrap_or_default();
    if parts.uri.path_and_query().is_none() {
        return true;
    }
    let (path, query) = path_and_query(target);
    parts.uri.path() == path && parts.uri.query().unwrap_or_default() == query
}

async fn refuse<R: Receiver>(line: &Arc<Line<R>>, head: Option<Head>, parts: &Parts, why: Refusal) -> Reply {
    let status =
        if why == Refusal::Connect { StatusCode::METHOD_NOT_ALLOWED } else { StatusCode::BAD_REQUEST };
    let mut refused = Refused {
        received_at: line.server.clock.now(),
        peer: line.peer,
        raw: bytes::Bytes::new(),
        method: parts.method.to_string(),
        target: parts.uri.to_string(),
        headers: Vec::new(),
        reason: why.reason().trim_end().to_owned(),
        status: status.as_u16(),
    };
    if let Some(head) = head {
        refused.raw = head.raw;
        refused.method = head.method;
        refused.target = head.target;
        refused.headers = head.headers;
    }
    tell(&line.server, refused).await;
    line.linger.store(true, Ordering::Relaxed);
    refusal(status, why.reason())
}

/// Hands a refused request to the receiver, to the end even if the connection ends meanwhile.
pub(crate) async fn tell<R: Receiver>(server: &Arc<Server<R>>, refused: Refused) {
    tracing::debug!(peer = %refused.peer, reason = refused.reason, "a request was refused");
    let keeper = Arc::clone(server);
    Finishing::new(server.tasks.clone(), async move { keeper.receiver.refused(refused).await }).await;
}
