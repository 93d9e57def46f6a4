//! A plain HTTP client for the tests, one connection a call.

use bytes::Bytes;
use http_body_util::{BodyExt as _, Full};
use hyper_util::rt::TokioIo;
use serde_json::Value;
use std::sync::Arc;
use std::time::Duration;
use tokio::net::TcpStream;
use url::Url;
use waybill_testkit::{Simulator, SimulatorKind, SimulatorOptions, Target};

/// Long enough for the slowest machine; nothing waits this long unless it has failed.
pub(crate) const SOON: Duration = Duration::from_secs(30);

pub(crate) struct Answered {
    pub(crate) status: u16,
    pub(crate) headers: http::HeaderMap,
    pub(crate) body: Bytes,
}

impl Answered {
    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or(Value::Null)
    }

    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }
}

/// The head of an answer and its body, still to be read.
pub(crate) async fn open(
    method: &str,
    url: &str,
    headers: &[(&str, &str)],
    body: &str,
) -> anyhow::Result<http::Response<hyper::body::Incoming>> {
    let url = Url::parse(url)?;
    let address = (url.host_str().unwrap(), url.port().unwrap());
    let stream = TcpStream::connect(address).await?;
    let (mut sender, connection) = hyper::client::conn::http1::handshake(TokioIo::new(stream)).await?;
    tokio::spawn(connection);
    let path = &url[url::Position::BeforePath..url::Position::AfterQuery];
    let mut request = http::Request::builder().method(method).uri(path).header("host", "127.0.0.1");
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    Ok(sender.send_request(request.body(Full::new(Bytes::copy_from_slice(body.as_bytes())))?).await?)
}

pub(crate) async fn call(
    method: &str,
    url: &str,
    headers: &[(&str, &str)],
    body: &str,
) -> anyhow::Result<Answered> {
    let (head, body) = open(method, url, headers, body).await?.into_parts();
    let body = body.collect().await?.to_bytes();
    Ok(Answered { status: head.status.as_u16(), headers: head.headers, body })
}

/// A simulator with a repeatable seed, hurried a thousand million times.
pub(crate) async fn start(kind: SimulatorKind) -> Simulator {
    start_with(kind, |_| {}).await
}

pub(crate) async fn start_with(kind: SimulatorKind, change: impl FnOnce(&mut SimulatorOptions)) -> Simulator {
    let mut options = SimulatorOptions { seed: Some(11), clock_factor: 1e9, ..SimulatorOptions::default() };
    change(&mut options);
    Simulator::start(kind, options).await.unwrap()
}

/// A call with the simulator's bearer credential.
pub(crate) async fn ask(simulator: &Simulator, method: &str, path: &str, body: &str) -> Answered {
    let bearer = format!("Bearer {}", simulator.token);
    let headers = [("authorization", bearer.as_str()), ("content-type", "application/json")];
    call(method, &format!("{}{path}", simulator.base_url), &headers, body).await.unwrap()
}

/// Where the endpoints of this simulator are kept, and how a new one is asked for.
pub(crate) fn collection(simulator: &Simulator, kind: SimulatorKind) -> String {
    match kind {
        SimulatorKind::Mnemom => format!("/orgs/{}/webhooks", simulator.vars["org_id"]),
        SimulatorKind::Timbrix => format!("/organizations/{}/webhooks", simulator.vars["organizationId"]),
        SimulatorKind::MindBridge | SimulatorKind::Mynd => "/v1/webhooks".to_owned(),
    }
}

pub(crate) fn create_body(simulator: &Simulator, kind: SimulatorKind, url: &str, events: &[&str]) -> String {
    match kind {
        SimulatorKind::Mnemom => serde_json::json!({"url": url, "event_types": events}),
        SimulatorKind::Timbrix | SimulatorKind::Mynd => serde_json::json!({"url": url, "events": events}),
        SimulatorKind::MindBridge => serde_json::json!({
            "name": "hooks", "url": url, "events": events, "status": "ACTIVE",
            "technicalContactId": simulator.fields["technicalContactId"],
        }),
    }
    .to_string()
}

/// An endpoint's id and what its deliveries are verified with, as the create call gave them.
pub(crate) async fn create(
    simulator: &Arc<Simulator>,
    kind: SimulatorKind,
    url: &str,
    events: &[&str],
) -> (String, String) {
    let body = create_body(simulator, kind, url, events);
    let made = ask(simulator, "POST", &collection(simulator, kind), &body).await;
    let made_json = made.json();
    let text = |names: &[&str]| {
        let found = names.iter().find_map(|name| made_json.get(*name));
        found.unwrap_or_else(|| panic!("none of {names:?} in {made_json}")).as_str().unwrap().to_owned()
    };
    (text(&["endpoint_id", "id"]), text(&["signing_secret", "secret", "publicKey"]))
}

/// A simulator with one endpoint at a target, subscribed to the first event type.
pub(crate) async fn ready(kind: SimulatorKind) -> (Arc<Simulator>, Target, String, String) {
    let simulator = Arc::new(start(kind).await);
    let target = Target::start().await.unwrap();
    let (id, credential) = create(&simulator, kind, &target.url("/in/x?y=1"), &[kind.events()[0]]).await;
    (simulator, target, id, credential)
}

/// Waits until every delivery has come to its end.
pub(crate) async fn settled(simulator: &Simulator) {
    tokio::time::timeout(SOON, simulator.handle.settled()).await.expect("every delivery comes to an end");
}
