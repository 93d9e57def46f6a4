//! What was asked of a provider and not answered stays known until the user has found out about it.

use crate::stage::Stage;
use serde_json::{Value, json};
use waybill_testkit::{Fault, PlannedFault, Simulator, SimulatorKind, SimulatorOptions};

async fn unanswered(stage: &Stage) -> Vec<Value> {
    let lines = stage.call("doctor", json!({})).await;
    lines.as_array().unwrap().iter().filter(|line| line["name"] == "unanswered write").cloned().collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_create_without_an_answer_is_told_until_the_endpoints_are_read_again() {
    let simulator = Simulator::start(SimulatorKind::Mnemom, SimulatorOptions::default()).await.unwrap();
    let stage = Stage::new().await;
    let add = json!({
        "name": "c", "provider": "mnemom", "base_url": simulator.base_url, "vars": simulator.vars,
        "token": simulator.token,
    });
    stage.call("connections.add", add).await;
    let create =
        json!({ "connection": "c", "url": "https://hooks.example.com/a", "events": ["integrity.violation"] });

    simulator
        .handle
        .fault(PlannedFault::from(Fault::Status { status: 403, retry_after: None }).method("POST"));
    assert_eq!(stage.fails("endpoints.create", create.clone()).await.code.code(), "provider_forbidden");
    assert_eq!(unanswered(&stage).await, Vec::<Value>::new(), "a refusal is an answer");

    simulator.handle.fault(PlannedFault::from(Fault::CutBody).method("POST"));
    assert_eq!(stage.fails("endpoints.create", create).await.code.code(), "outcome_unknown");
    let told = unanswered(&stage).await;
    assert_eq!((told.len(), &told[0]["state"]), (1, &json!("problem")), "{told:?}");
    assert!(told[0]["mend"].as_str().unwrap().contains("--connection c"), "{told:?}");
    let stage = stage.restart().await;
    assert_eq!(unanswered(&stage).await.len(), 1, "a restart forgot it");

    let read = stage.call("endpoints.read", json!({ "connection": "c" })).await;
    assert_eq!(read["endpoints"][0]["credential"]["in_vault"], false, "{read}");
    assert_eq!(unanswered(&stage).await, Vec::<Value>::new());
    simulator.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_call_that_failed_leaves_no_secret_behind() {
    let stage = Stage::new().await;
    let rows = [
        ("inboxes.create", json!({ "name": "x", "scheme": "mynd", "secrets": ["good", ""] })),
        ("inboxes.create", json!({ "name": "unsorted", "scheme": "mynd", "secrets": ["good"] })),
        ("inboxes.add_secret", json!({ "name": "gone", "secret": "good" })),
    ];
    for (command, request) in rows {
        stage.fails(command, request).await;
        assert_eq!(stage.call("secrets.list", json!({})).await, json!([]), "{command}");
    }
}
