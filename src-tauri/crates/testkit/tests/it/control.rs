//! Control over HTTP, as a person or another process uses it.

use super::client::{SOON, call, create, start_with};
use serde_json::{Value, json};
use std::sync::Arc;
use waybill_testkit::{Simulator, SimulatorKind, Target};

async fn control(simulator: &Simulator, method: &str, path: &str, body: Value) -> (u16, Value) {
    let url = format!("http://{}/_sim/{path}", simulator.address);
    let body = if body.is_null() { String::new() } else { body.to_string() };
    let headers = [("content-type", "application/json")];
    let answer = tokio::time::timeout(SOON, call(method, &url, &headers, &body)).await.unwrap().unwrap();
    (answer.status, answer.json())
}

#[tokio::test]
async fn everything_the_handle_does_can_be_done_over_http() {
    let kind = SimulatorKind::Mynd;
    let simulator = Arc::new(start_with(kind, |options| options.clock_factor = 1.0).await);
    let target = Target::start().await.unwrap();
    let (id, credential) = create(&simulator, kind, &target.url("/in/m"), &["run.failed"]).await;
    let get = async |path: &str| control(&simulator, "GET", path, Value::Null).await.1;
    let post = async |path: &str, body: Value| control(&simulator, "POST", path, body).await;

    let (status, shown) =
        post("emit", json!({"endpoint": id, "type": "run.failed", "data": {"n": 1}, "count": 2})).await;
    assert_eq!((status, shown["deliveries"].as_array().unwrap().len()), (200, 2));
    assert_eq!(get("settled").await["ok"], true);
    let request = target.requests().remove(0);
    assert_eq!(request.check(kind.form(), &credential), Ok(()));
    assert_eq!(serde_json::from_slice::<Value>(&request.body).unwrap()["data"], json!({"n": 1}));

    assert_eq!(post("drop", json!({"count": 1})).await.0, 200);
    post("emit", json!({})).await;
    get("settled").await;
    assert_eq!(get("deliveries").await[2]["state"], "failed");
    assert_eq!(post("drop", json!({"count": 1, "logged": "delivered"})).await.0, 200);
    post("emit", json!({})).await;
    assert_eq!(get("deliveries").await[3]["state"], "delivered");
    assert_eq!(target.requests().len(), 2, "neither arrived");

    assert_eq!(post("fault", json!({"fault": "status", "status": 503, "method": "DELETE"})).await.0, 200);
    let deleted = super::client::ask(&simulator, "DELETE", &format!("/v1/webhooks/{id}"), "").await;
    assert_eq!(deleted.status, 503);
    assert_eq!(post("fault", json!({"fault": "reset"})).await.0, 200);
    assert_eq!(control(&simulator, "DELETE", "fault", Value::Null).await.0, 200);
    let calls = get("calls").await;
    assert_eq!((calls.as_array().unwrap().len(), &calls[1]["status"]), (2, &json!(503)));
    assert_eq!(control(&simulator, "DELETE", "calls", Value::Null).await.0, 200);
    assert_eq!(get("calls").await, json!([]));

    assert_eq!(post("clock", json!({"factor": 600})).await.1["clock_factor"], 600.0);
    assert_eq!(get("").await["clock_factor"], 600.0);
    assert_eq!(get("endpoints").await[0]["credential"], credential.as_str());
    assert_eq!(post(&format!("resume/{id}"), Value::Null).await.0, 200);
    assert_eq!(post("resume/none", Value::Null).await.0, 404);
    let (_, fresh) = post("expire-token", Value::Null).await;
    assert_ne!(fresh["token"], simulator.token);

    let before = target.requests().len();
    assert_eq!(post("auto", json!({"every_s": 0.01})).await.0, 200);
    target.wait_for(before + 3, SOON).await.unwrap();
    assert_eq!(post("auto", json!({"every_s": null})).await.0, 200);
    assert_eq!(post("auto", json!({"every_s": -1})).await.0, 400);
    assert_eq!(post("emit", json!({"unknown": 1})).await.0, 422);
}

#[tokio::test]
async fn stopping_frees_the_port() {
    let simulator = start_with(SimulatorKind::Mnemom, |_| {}).await;
    let port = simulator.address.port();
    tokio::time::timeout(SOON, simulator.stop()).await.unwrap();
    let again = waybill_testkit::run_simulator(SimulatorKind::Timbrix, port).await.unwrap();
    assert_eq!(again.address.port(), port);
    assert!(waybill_testkit::run_simulator(SimulatorKind::Mynd, port).await.is_err(), "a port has one owner");
}
