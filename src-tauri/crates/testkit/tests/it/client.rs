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

/// What the provider wants to see beside the credential.
pub(crate) fn manners(kind: SimulatorKind) -> [(&'static str, &'static str); 3] {
    let form = kind == SimulatorKind::Stripe;
    let body = if form { "application/x-www-form-urlencoded" } else { "application/json" };
    [("content-type", body), ("accept", "application/json"), ("user-agent", "testkit")]
}

/// A call with the simulator's bearer credential.
pub(crate) async fn ask(simulator: &Simulator, method: &str, path: &str, body: &str) -> Answered {
    ask_with(simulator, method, path, &[], body).await
}

/// The same with headers of the test's own.
pub(crate) async fn ask_with(
    simulator: &Simulator,
    method: &str,
    path: &str,
    more: &[(&str, &str)],
    body: &str,
) -> Answered {
    let bearer = format!("Bearer {}", simulator.token);
    let mut headers = vec![("authorization", bearer.as_str())];
    headers.extend(manners(simulator.kind));
    headers.extend(more);
    let url = match path.starts_with("http") {
        true => path.to_owned(),
        false => format!("{}{path}", simulator.base_url),
    };
    call(method, &url, &headers, body).await.unwrap()
}

/// The secret that a caller brings where the provider makes none.
pub(crate) const SECRET: &str = "the caller's own secret";

/// Where the endpoints of this simulator are kept, and how a new one is asked for.
pub(crate) fn collection(simulator: &Simulator, kind: SimulatorKind) -> String {
    match kind {
        SimulatorKind::Mnemom => format!("/orgs/{}/webhooks", simulator.vars["org_id"]),
        SimulatorKind::Timbrix => format!("/organizations/{}/webhooks", simulator.vars["organizationId"]),
        SimulatorKind::MindBridge | SimulatorKind::Mynd => "/v1/webhooks".to_owned(),
        SimulatorKind::GitHub => {
            format!("/repos/{}/{}/hooks", simulator.vars["owner"], simulator.vars["repo"])
        }
        SimulatorKind::GitLab => format!("/projects/{}/hooks", simulator.vars["project"]),
        SimulatorKind::Stripe => "/v1/webhook_endpoints".to_owned(),
        SimulatorKind::Svix => format!("/api/v1/app/{}/endpoint", simulator.vars["app_id"]),
    }
}

pub(crate) fn create_body(simulator: &Simulator, kind: SimulatorKind, url: &str, events: &[&str]) -> String {
    match kind {
        SimulatorKind::Mnemom => serde_json::json!({"url": url, "event_types": events}),
        SimulatorKind::Timbrix | SimulatorKind::Mynd => serde_json::json!({"url": url, "events": events}),
        SimulatorKind::GitHub => serde_json::json!({
            "name": "web", "events": events,
            "config": {"url": url, "content_type": "json", "secret": SECRET},
        }),
        SimulatorKind::GitLab => {
            let mut body = serde_json::json!({"url": url, "token": SECRET, "push_events": false});
            for word in events {
                body[*word] = true.into();
            }
            body
        }
        SimulatorKind::Svix if events.is_empty() => serde_json::json!({"url": url}),
        SimulatorKind::Svix => serde_json::json!({"url": url, "filterTypes": events}),
        SimulatorKind::Stripe => {
            let mut form = url::form_urlencoded::Serializer::new(String::new());
            form.append_pair("url", url);
            for word in events {
                form.append_pair("enabled_events[]", word);
            }
            return form.finish();
        }
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
        let found = found.unwrap_or_else(|| panic!("none of {names:?} in {made_json}"));
        found.as_str().map_or_else(|| found.to_string(), str::to_owned)
    };
    let id = text(&["endpoint_id", "id"]);
    let credential = match kind {
        SimulatorKind::GitHub | SimulatorKind::GitLab => SECRET.to_owned(),
        SimulatorKind::Svix => {
            let path = format!("{}/{id}/secret", collection(simulator, kind));
            ask(simulator, "GET", &path, "").await.json()["key"].as_str().unwrap().to_owned()
        }
        _ => text(&["signing_secret", "secret", "publicKey"]),
    };
    (id, credential)
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
