//! Deliveries that are lost on their way: what the log says of them, and how they are had again.

use super::client::{SECRET, ask, collection, create, settled, start};
use serde_json::{Value, json};
use std::sync::Arc;
use waybill_testkit::SimulatorKind::{GitHub, GitLab, MindBridge, Mnemom, Mynd, Stripe, Svix, Timbrix};
use waybill_testkit::{Emission, Form, SentState, Simulator, SimulatorKind, Target, sign};

/// The provider's own log of the endpoint: how many entries it holds and how many of them it calls good.
async fn logged(simulator: &Simulator, kind: SimulatorKind, id: &str) -> (usize, usize) {
    let base = collection(simulator, kind);
    let path = match kind {
        Mnemom => format!("{base}/deliveries?endpoint_id={id}&limit=100"),
        MindBridge => "/v1/webhook-event-logs/query?size=100".to_owned(),
        GitHub => format!("{base}/{id}/deliveries?per_page=100"),
        GitLab => format!("{base}/{id}/events?per_page=100"),
        Stripe => "/v1/events?limit=100".to_owned(),
        Svix => base.replace("/endpoint", &format!("/attempt/endpoint/{id}")),
        _ => format!("{base}/{id}/deliveries"),
    };
    let method = if kind == MindBridge { "POST" } else { "GET" };
    let filter = if kind == MindBridge { json!({"webhookId": id}).to_string() } else { String::new() };
    let shown = ask(simulator, method, &path, &filter).await.json();
    let list = shown.as_array().or(shown["data"].as_array()).or(shown["content"].as_array());
    let entries: Vec<&Value> = list.unwrap().iter().filter(|entry| entry["event"] != "ping").collect();
    let good = |entry: &&&Value| match kind {
        Mnemom => entry["status"] == "delivered",
        Timbrix => entry["success"] == true,
        MindBridge => entry["status"] == "COMPLETED",
        Mynd => entry["response_status"] == 200,
        GitHub => entry["status_code"] == 200,
        GitLab => entry["response_status"] == "200",
        Stripe => entry["pending_webhooks"] == 0,
        Svix => entry["status"] == 0,
    };
    (entries.len(), entries.iter().filter(good).count())
}

#[tokio::test]
async fn dropped_deliveries_are_in_the_log_and_nowhere_else() {
    for kind in SimulatorKind::ALL {
        for (state, good) in [(SentState::Failed, 2), (SentState::Delivered, 5)] {
            let simulator = Arc::new(start(kind).await);
            let target = Target::start().await.unwrap();
            let (id, _) = create(&simulator, kind, &target.url("/"), &[kind.events()[0]]).await;
            settled(&simulator).await;
            let before = target.requests().len();
            simulator.handle.drop_next_as(3, state);
            assert_eq!(simulator.handle.emit(&Emission::default().times(5)).len(), 5, "{kind}");
            settled(&simulator).await;
            assert_eq!(target.requests().len() - before, 2, "{kind}: three never left");
            assert_eq!(logged(&simulator, kind, &id).await, (5, good), "{kind} {state:?}");
        }
    }
}

#[tokio::test]
async fn a_log_that_holds_requests_holds_the_lost_ones_signed() {
    // GitHub.
    let simulator = Arc::new(start(GitHub).await);
    let target = Target::start().await.unwrap();
    let (id, _) = create(&simulator, GitHub, &target.url("/"), &["push"]).await;
    settled(&simulator).await;
    simulator.handle.drop_next(1);
    let lost = simulator.handle.emit(&Emission::default()).remove(0);
    let path = format!("{}/{id}/deliveries/{lost}", collection(&simulator, GitHub));
    let shown = ask(&simulator, "GET", &path, "").await.json();
    let headers: Vec<_> = shown["request"]["headers"]
        .as_object()
        .unwrap()
        .iter()
        .map(|(name, value)| (name.clone(), value.as_str().unwrap().as_bytes().to_vec()))
        .collect();
    let body = shown["request"]["payload"].to_string();
    let now = waybill_model::Timestamp::from_unix(0);
    assert_eq!(sign::check(Form::GitHub, SECRET, &headers, body.as_bytes(), now), Ok(()));
    assert_eq!((&shown["status_code"], &shown["response"]["payload"]), (&json!(0), &Value::Null));
    // Sent again it arrives.
    ask(&simulator, "POST", &format!("{path}/attempts"), "").await;
    settled(&simulator).await;
    assert_eq!(target.requests().pop().unwrap().header("x-github-delivery"), shown["guid"].as_str());

    // MindBridge.
    let simulator = Arc::new(start(MindBridge).await);
    let (_, key) = create(&simulator, MindBridge, &target.url("/m"), &["EXPORT_READY"]).await;
    simulator.handle.drop_next(1);
    let lost = simulator.handle.emit(&Emission::default()).remove(0);
    let shown = ask(&simulator, "GET", &format!("/v1/webhook-event-logs/{lost}"), "").await.json();
    let headers: Vec<_> = shown["requestHeaders"]
        .as_object()
        .unwrap()
        .iter()
        .map(|(name, values)| (name.clone(), values[0].as_str().unwrap().as_bytes().to_vec()))
        .collect();
    let at = headers.iter().find(|(name, _)| name == "webhook-timestamp").unwrap();
    let at = std::str::from_utf8(&at.1).unwrap().parse().unwrap();
    let now = waybill_model::Timestamp::from_unix(at);
    let body = shown["requestBody"].as_str().unwrap();
    assert_eq!(sign::check(Form::MindBridge, &key, &headers, body.as_bytes(), now), Ok(()));
}
