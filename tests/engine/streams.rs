//! Live streams: deliveries without a public address, kept and sent on, taken up again where the stream ended.

use crate::stage::Stage;
use serde_json::{Value, json};
use std::time::{Duration, Instant};
use waybill_testkit::{Emission, Fault, PlannedFault, Simulator, SimulatorKind, SimulatorOptions, Target};

async fn connected(stage: &Stage, kind: SimulatorKind, name: &str, clock_factor: f64) -> Simulator {
    let options = SimulatorOptions { clock_factor, ..SimulatorOptions::default() };
    let simulator = Simulator::start(kind, options).await.unwrap();
    let vars: serde_json::Map<String, Value> = simulator
        .vars
        .iter()
        .filter(|(name, _)| kind != SimulatorKind::Mnemom || *name == "org_id")
        .map(|(name, value)| (name.clone(), json!(value)))
        .collect();
    let add = json!({
        "name": name, "provider": kind.id(), "base_url": simulator.base_url, "vars": vars,
        "token": simulator.token,
    });
    stage.call("connections.add", add).await;
    simulator
}

/// Waits for the only stream to be in a state.
async fn stands(stage: &Stage, state: &str) -> Value {
    let begun = Instant::now();
    loop {
        let all = stage.call("streams.list", json!({})).await;
        if all[0]["state"] == state {
            return all[0].clone();
        }
        assert!(begun.elapsed() < Duration::from_secs(20), "it is never {state}: {all}");
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn events_of_a_stream_are_kept_and_sent_on_without_an_endpoint() {
    let stage = Stage::new().await;
    let simulator = connected(&stage, SimulatorKind::Mnemom, "c", 1.0).await;
    let target = Target::start().await.unwrap();
    stage.call("inboxes.create", json!({ "name": "live", "forward_to": [target.url("/hooks")] })).await;
    let started = stage.call("streams.start", json!({ "connection": "c", "inbox": "live" })).await;
    assert_eq!((&started["inbox"], &started["heard"]), (&json!("live"), &json!(0)), "{started}");
    stands(&stage, "open").await;
    let again = stage.fails("streams.start", json!({ "connection": "c" })).await;
    assert_eq!(again.code.code(), "already_exists", "{again:?}");

    simulator.handle.emit(&Emission::of("integrity.violation").times(2));
    let heard = stage.wait_for("inbox:live origin:streamed type:integrity.violation", 2).await;
    for delivery in &heard {
        assert_eq!(
            (&delivery["verdict"], &delivery["reason"], &delivery["status"]),
            (&json!("unchecked"), &json!("no_secret"), &json!(0)),
            "{delivery}"
        );
        let payload = stage.call("deliveries.payload", json!({ "id": delivery["id"] })).await;
        assert!(payload.to_string().contains(delivery["event_id"].as_str().unwrap()), "{payload}");
    }
    assert_ne!(heard[0]["event_id"], heard[1]["event_id"]);
    let got = target.wait_for(2, Duration::from_secs(10)).await.unwrap();
    assert_eq!(got.len(), 2);
    let told = stands(&stage, "open").await;
    assert_eq!((&told["heard"], told["heard_at"].is_string()), (&json!(2), true), "{told}");

    stage.call("streams.stop", json!({ "name": "c" })).await;
    assert_eq!(stage.call("streams.list", json!({})).await, json!([]));
    assert_eq!(stage.fails("streams.stop", json!({ "name": "c" })).await.code.code(), "not_found");
    // It is heard again, in an inbox of the connection's name; and ends with its connection.
    stage.call("streams.start", json!({ "connection": "c" })).await;
    stands(&stage, "open").await;
    simulator.handle.emit(&Emission::of("agent.paused"));
    stage.wait_for("inbox:c type:agent.paused", 1).await;
    assert_eq!(stage.deliveries("inbox:live").await.len(), 2, "a stopped stream was heard");
    stage.call("connections.remove", json!({ "name": "c" })).await;
    assert_eq!(stage.call("streams.list", json!({})).await, json!([]));
    simulator.stop().await;
    stage.engine.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stream_that_is_cut_again_and_again_tells_every_event_once() {
    const EVENTS: usize = 40;
    let stage = Stage::new().await;
    // Cut each 300 s of its clock: here each 60 ms.
    let simulator = connected(&stage, SimulatorKind::Mnemom, "c", 5_000.0).await;
    stage.call("streams.start", json!({ "connection": "c" })).await;
    stands(&stage, "open").await;
    simulator.handle.emit(&Emission::of("agent.paused"));
    stage.wait_for("inbox:c", 1).await;
    for _ in 1..EVENTS {
        simulator.handle.emit(&Emission::of("agent.paused"));
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    let kept = stage.wait_for("inbox:c", EVENTS).await;
    let mut ids: Vec<&str> = kept.iter().filter_map(|delivery| delivery["event_id"].as_str()).collect();
    ids.sort_unstable();
    ids.dedup();
    let opened = simulator.handle.calls().iter().filter(|call| call.path.ends_with("/listen")).count();
    assert!(opened > 3, "it was cut {opened} times");
    assert_eq!(ids.len(), EVENTS, "an event came twice");
    simulator.stop().await;
    stage.engine.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_can_not_be_heard_says_why() {
    let stage = Stage::new().await;
    let mynd = connected(&stage, SimulatorKind::Mynd, "m", 1.0).await;
    let mnemom = connected(&stage, SimulatorKind::Mnemom, "c", 1.0).await;
    for (request, code) in [
        (json!({ "connection": "gone" }), "not_found"),
        (json!({ "connection": "m" }), "unsupported"),
        (json!({ "connection": "c", "inbox": "unsorted" }), "invalid_input"),
        (json!({ "connection": "c", "inbox": "UPPER" }), "invalid_input"),
    ] {
        let failure = stage.fails("streams.start", request.clone()).await;
        assert_eq!(failure.code.code(), code, "{request}: {failure:?}");
    }
    assert_eq!(stage.call("streams.list", json!({})).await, json!([]));

    // What does not pass by itself ends it; it can be started again.
    mnemom.handle.fault(PlannedFault::from(Fault::Status { status: 403, retry_after: None }));
    stage.call("streams.start", json!({ "connection": "c" })).await;
    let failed = stands(&stage, "failed").await;
    assert_eq!(failed["failure"]["code"], "provider_forbidden", "{failed}");
    // What passes is waited for.
    mnemom.handle.fault(PlannedFault::from(Fault::Status { status: 503, retry_after: Some(1) }));
    stage.call("streams.start", json!({ "connection": "c" })).await;
    let waits = stands(&stage, "waiting").await;
    assert!(waits["message"].as_str().unwrap().contains("again in"), "{waits}");
    stands(&stage, "open").await;
    mynd.stop().await;
    mnemom.stop().await;
    stage.engine.stop().await;
}
