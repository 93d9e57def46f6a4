//! Ordered faults as they strike: before a call is done, and on the way of its answer.

use super::Shared;
use super::call::{empty, respond, with_header};
use super::fault::Fault;
use super::server::{BODY_CAP, error_answer};
use super::world::CallRecord;
use axum::body::{Body, to_bytes};
use axum::response::Response;
use bytes::Bytes;
use futures_util::{StreamExt as _, stream};
use http::{HeaderName, HeaderValue, header};
use std::io;
use std::time::Duration;

/// Marks an answer in whose place the connection is reset.
#[derive(Clone, Copy)]
pub(crate) struct Sever;

/// How much of an oversized answer is written at once.
const BLANK: usize = 64 * 1024;

pub(crate) fn take_fault(shared: &Shared, call: &CallRecord) -> Option<Fault> {
    let mut world = shared.world();
    let at = world.faults.iter().position(|fault| fault.meant_for(&call.method, &call.path))?;
    let planned = world.faults.get_mut(at)?;
    let fault = planned.fault.clone();
    planned.times = planned.times.saturating_sub(1);
    if planned.times == 0 {
        world.faults.remove(at);
    }
    Some(fault)
}

/// The answer of a fault that strikes before anything is done.
pub(crate) fn refuse(shared: &Shared, fault: &Fault) -> Option<Response> {
    match fault {
        Fault::Status { status, retry_after } => {
            let answer = error_answer(shared, *status);
            Some(match retry_after {
                Some(seconds) => with_header(answer, "retry-after", &seconds.to_string()),
                None => answer,
            })
        }
        Fault::Html { status } => {
            let page = format!(
                "<!doctype html><html><head><title>{status}</title></head><body><h1>{status}</h1></body></html>"
            );
            Some(respond(*status, "text/html; charset=utf-8", page))
        }
        Fault::Answer { status, headers, body } => {
            let mut answer = respond(*status, "application/json", body.clone());
            for (name, value) in headers {
                if let (Ok(name), Ok(value)) = (HeaderName::try_from(name), HeaderValue::try_from(value)) {
                    answer.headers_mut().insert(name, value);
                }
            }
            Some(answer)
        }
        Fault::Redirect { status, location } => Some(with_header(empty(*status), "location", location)),
        Fault::Reset => Some(sever()),
        _ => None,
    }
}

fn sever() -> Response {
    let mut answer = empty(500);
    answer.extensions_mut().insert(Sever);
    answer
}

/// What a fault makes of the answer to a call that has been done.
pub(crate) async fn spoil(fault: Fault, answer: Response) -> Response {
    match fault {
        Fault::HangAfterCommit => std::future::pending().await,
        Fault::ResetAfterCommit => sever(),
        Fault::EmptyBody => {
            let (mut head, _) = answer.into_parts();
            head.headers.remove(header::CONTENT_LENGTH);
            Response::from_parts(head, Body::empty())
        }
        Fault::CutBody => {
            let (mut head, body) = answer.into_parts();
            let whole = to_bytes(body, BODY_CAP).await.unwrap_or_default();
            if whole.is_empty() {
                return sever();
            }
            head.headers.insert(header::CONTENT_LENGTH, whole.len().into());
            let half = whole.slice(..whole.len() / 2);
            // The pause lets the first half out before the break; without it nothing would be sent.
            let broken = async {
                tokio::time::sleep(Duration::from_millis(20)).await;
                Err::<Bytes, io::Error>(io::ErrorKind::ConnectionAborted.into())
            };
            let parts = stream::once(async { Ok(half) }).chain(stream::once(broken));
            Response::from_parts(head, Body::from_stream(parts))
        }
        Fault::Trickle { ms } => {
            let (head, body) = answer.into_parts();
            let whole = to_bytes(body, BODY_CAP).await.unwrap_or_default();
            let drops = stream::unfold((whole, ms), |(mut left, ms)| async move {
                if left.is_empty() {
                    return None;
                }
                tokio::time::sleep(Duration::from_millis(ms)).await;
                let drop = left.split_to(1);
                Some((Ok::<_, io::Error>(drop), (left, ms)))
            });
            Response::from_parts(head, Body::from_stream(drops))
        }
        Fault::Oversized { bytes } => {
            let (mut head, body) = answer.into_parts();
            head.headers.remove(header::CONTENT_LENGTH);
            let blank = Bytes::from(vec![b' '; BLANK]);
            let pieces = usize::try_from(bytes).unwrap_or(usize::MAX).div_ceil(BLANK);
            let padding = stream::iter((0..pieces).map(move |_| Ok::<_, axum::Error>(blank.clone())));
            Response::from_parts(head, Body::from_stream(padding.chain(body.into_data_stream())))
        }
        Fault::Rewritten { find, replace } => {
            let (mut head, body) = answer.into_parts();
            let whole = to_bytes(body, BODY_CAP).await.unwrap_or_default();
            let text = String::from_utf8_lossy(&whole).replace(&find, &replace);
            head.headers.remove(header::CONTENT_LENGTH);
            if let Some(link) = head.headers.get(header::LINK).and_then(|link| link.to_str().ok())
                && let Ok(link) = HeaderValue::try_from(link.replace(&find, &replace))
            {
                head.headers.insert(header::LINK, link);
            }
            Response::from_parts(head, Body::from(text))
        }
        _ => answer,
    }
}
