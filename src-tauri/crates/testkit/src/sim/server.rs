//! The simulator's own HTTP server: accepts, records calls, lets ordered faults strike.

use super::call::{Call, empty};
use super::fault::Fault;
use super::strike::{Sever, refuse, spoil, take_fault};
use super::world::CallRecord;
use super::{
    Shared, SimulatorKind, control, github, gitlab, mindbridge, mnemom, mynd, stripe, svix, timbrix,
};
use axum::Router;
use axum::body::{Body, to_bytes};
use axum::extract::{Request, State};
use axum::response::Response;
use futures_util::FutureExt as _;
use hyper::body::Incoming;
use hyper_util::rt::TokioIo;
use std::future::poll_fn;
use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;
use tokio::net::{TcpListener, TcpStream};
use tower::ServiceExt as _;

/// No call that a client of these APIs makes is longer.
pub(crate) const BODY_CAP: usize = 4 << 20;

/// Serves until it is dropped.
pub(crate) async fn accept(listener: TcpListener, shared: Arc<Shared>) {
    let router = control::routes().fallback(provider).with_state(Arc::clone(&shared));
    loop {
        // An accept that fails (out of descriptors) is tried again once others have closed.
        let Ok((stream, _)) = listener.accept().await else {
            tokio::time::sleep(Duration::from_millis(10)).await;
            continue;
        };
        let router = router.clone();
        let stop = shared.stop.clone();
        shared.tasks.spawn(stop.run_until_cancelled_owned(serve(stream, router)));
    }
}

async fn serve(stream: TcpStream, router: Router) {
    let severed = Arc::new(AtomicBool::new(false));
    let mark = Arc::clone(&severed);
    let service = hyper::service::service_fn(move |request: http::Request<Incoming>| {
        let (router, mark) = (router.clone(), Arc::clone(&mark));
        async move {
            let response = match router.oneshot(request.map(Body::new)).await {
                Ok(response) => response,
                Err(never) => match never {},
            };
            if response.extensions().get::<Sever>().is_some() {
                mark.store(true, Ordering::SeqCst);
                return Err(io::Error::from(io::ErrorKind::ConnectionReset));
            }
            Ok(response)
        }
        .boxed()
    });
    let mut connection =
        hyper::server::conn::http1::Builder::new().serve_connection(TokioIo::new(stream), service);
    // How a connection ends is the client's business; a test looks at what the client made of it.
    let _ = poll_fn(|context| connection.poll_without_shutdown(context)).await;
    let stream = connection.into_parts().io.into_inner();
    if severed.load(Ordering::SeqCst) {
        let _ = stream.set_zero_linger();
    }
}

/// Any path that is not control: the provider.
async fn provider(State(shared): State<Arc<Shared>>, request: Request) -> Response {
    let (head, body) = request.into_parts();
    let Ok(body) = to_bytes(body, BODY_CAP).await else { return empty(413) };
    let path = head.uri.path().to_owned();
    let query = head.uri.query().unwrap_or_default().to_owned();
    let mut record = CallRecord {
        method: head.method.to_string(),
        path: path.clone(),
        query: query.clone(),
        headers: masked(&head.headers),
        body: String::from_utf8_lossy(&body).into_owned(),
        status: 0,
    };
    let fault = take_fault(&shared, &record);
    if let Some(answer) = fault.as_ref().and_then(|fault| refuse(&shared, fault)) {
        record.status =
            if answer.extensions().get::<Sever>().is_some() { 0 } else { answer.status().as_u16() };
        shared.world().keep_call(record);
        return answer;
    }
    tokio::time::sleep(fault.as_ref().map_or(Duration::ZERO, Fault::delay)).await;
    let answer = match path.strip_prefix(shared.kind.prefix()) {
        Some(rest) if rest.starts_with('/') => {
            let call = Call {
                method: record.method.clone(),
                path: rest.to_owned(),
                query,
                headers: head.headers,
                body,
            };
            route(&shared, &call).await
        }
        _ => error_answer(&shared, 404),
    };
    let withheld = matches!(fault, Some(Fault::HangAfterCommit | Fault::ResetAfterCommit));
    record.status = if withheld { 0 } else { answer.status().as_u16() };
    shared.world().keep_call(record);
    match fault {
        Some(fault) => spoil(fault, answer).await,
        None => answer,
    }
}

async fn route(shared: &Arc<Shared>, call: &Call) -> Response {
    match shared.kind {
        SimulatorKind::Mnemom => mnemom::answer(shared, call).await,
        SimulatorKind::Timbrix => timbrix::answer(shared, call),
        SimulatorKind::MindBridge => mindbridge::answer(shared, call),
        SimulatorKind::Mynd => mynd::answer(shared, call),
        SimulatorKind::GitHub => github::answer(shared, call),
        SimulatorKind::GitLab => gitlab::answer(shared, call).await,
        SimulatorKind::Stripe => stripe::answer(shared, call),
        SimulatorKind::Svix => svix::answer(shared, call),
    }
}

/// The provider's body for a status without a story.
pub(crate) fn error_answer(shared: &Shared, status: u16) -> Response {
    match shared.kind {
        SimulatorKind::Mnemom => mnemom::plain_error(shared, status),
        SimulatorKind::Timbrix => timbrix::plain_error(status),
        SimulatorKind::MindBridge => mindbridge::plain_error(status),
        SimulatorKind::Mynd => mynd::plain_error(status),
        SimulatorKind::GitHub => github::plain_error(status),
        SimulatorKind::GitLab => gitlab::plain_error(status),
        SimulatorKind::Stripe => stripe::plain_error(status),
        SimulatorKind::Svix => svix::plain_error(status),
    }
}

fn masked(headers: &http::HeaderMap) -> Vec<(String, String)> {
    let secret =
        |name: &str| matches!(name, "authorization" | "x-mnemom-api-key" | "x-api-key" | "private-token");
    headers
        .iter()
        .map(|(name, value)| {
            let shown = if secret(name.as_str()) {
                "***".into()
            } else {
                String::from_utf8_lossy(value.as_bytes()).into_owned()
            };
            (name.to_string(), shown)
        })
        .collect()
}
