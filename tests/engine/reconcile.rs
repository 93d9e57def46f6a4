//! What a provider says it sent, beside what came: the missing ones are named, and brought in.

use crate::stage::Stage;
use serde_json::{Value, json};
use waybill_testkit::{Emission, Simulator, SimulatorKind, SimulatorOptions};

struct Row {
    kind: SimulatorKind,
    event: &'static str,
    /// How the missing ones come in: fetched from the log, or sent again.
    way: &'static str,
    /// The verdict of what was fetched.
    verdict: &'static str,
}

const ROWS: &[Row] = &[
    Row { kind: SimulatorKind::Mnemom, event: "integrity.violation", way: "redelivered", verdict: "" },
    Row { kind: SimulatorKind::MindBridge, event: "ANALYSIS_COMPLETE", way: "recovered", verdict: "valid" },
    Row { kind: SimulatorKind::GitHub, event: "push", way: "recovered", verdict: "valid" },
    Row { kind: SimulatorKind::Svix, event: "user.created", way: "redelivered", verdict: "" },
];

async fn reconciled(stage: &Stage, id: &Value) -> Value {
    let all = stage.call("endpoints.reconcile", json!({ "connection": "c", "endpoint": id })).await;
    all[0].clone()
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_dropped_is_missing_and_comes_in() {
    for row in ROWS {
        let name = row.kind.id();
        let simulator = Simulator::start(row.kind, SimulatorOptions::default()).await.unwrap();
        let stage = Stage::new().await;
        let address = stage.listen().await;
        let add = json!({
            "name": "c", "provider": name, "base_url": simulator.base_url, "vars": simulator.vars,
            "token": simulator.token,
        });
        stage.call("connections.add", add).await;
        let mut create = json!({
            "connection": "c", "url": format!("{address}/in/box"), "events": [row.event], "inbox": "box",
            "fields": simulator.fields,
        });
        if row.kind == SimulatorKind::MindBridge {
            create["label"] = json!("Ledger");
            create["fields"]["status"] = json!("ACTIVE");
        }
        let made = stage.call("endpoints.create", create).await;
        let id = made["endpoint"]["id"].clone();
        simulator.handle.settled().await;
        let before = reconciled(&stage, &id).await["sent"].as_u64().unwrap();

        simulator.handle.emit(&Emission::of(row.event).times(2));
        simulator.handle.settled().await;
        simulator.handle.drop_next(3);
        simulator.handle.emit(&Emission::of(row.event).times(3));
        simulator.handle.settled().await;
        stage.wait_for("inbox:box verdict:valid", 2).await;

        let found = reconciled(&stage, &id).await;
        assert_eq!(
            (&found["sent"], &found["missing"], &found["not_in_log"]),
            (&json!(before + 5), &json!(3), &json!([])),
            "{name}: {found:#}"
        );
        let missing: Vec<&Value> = found["entries"]
            .as_array()
            .unwrap()
            .iter()
            .filter(|one| one["state"] == "missing")
            .map(|one| &one["entry"]["id"])
            .collect();

        let bring = json!({ "connection": "c", "endpoint": id, "entries": missing });
        let came = stage.call("endpoints.bring_in", bring.clone()).await;
        assert_eq!(came[row.way].as_array().map(Vec::len), Some(3), "{name}: {came:#}");
        if row.way == "recovered" {
            let kept = stage.deliveries("inbox:box origin:recovered").await;
            assert_eq!(kept.len(), 3, "{name}");
            for delivery in &kept {
                assert_eq!(
                    (&delivery["verdict"], &delivery["status"]),
                    (&json!(row.verdict), &json!(0)),
                    "{name}: {delivery}"
                );
            }
            let again = stage.call("endpoints.bring_in", bring).await;
            assert_eq!(again["already_here"].as_array().map(Vec::len), Some(3), "{name}: {again}");
        } else {
            simulator.handle.settled().await;
            stage.wait_for("inbox:box verdict:valid", 5).await;
        }
        let after = reconciled(&stage, &id).await;
        assert_eq!(after["missing"], 0, "{name}: {after:#}");
        simulator.stop().await;
    }
}

/// An event goes to every endpoint that wants it, under one id: what one of them got is not what the other did, and
/// neither is what a live stream told.
#[tokio::test(flavor = "multi_thread")]
async fn what_another_endpoint_or_a_stream_got_does_not_stand_for_what_is_missing() {
    let simulator = Simulator::start(SimulatorKind::Mnemom, SimulatorOptions::default()).await.unwrap();
    let stage = Stage::new().await;
    let address = stage.listen().await;
    let add = json!({
        "name": "c", "provider": "mnemom", "base_url": simulator.base_url,
        "vars": { "org_id": simulator.vars["org_id"] }, "token": simulator.token,
    });
    stage.call("connections.add", add).await;
    let mut ids = Vec::new();
    for inbox in ["first", "second"] {
        let create = json!({
            "connection": "c", "url": format!("{address}/in/{inbox}"), "events": ["integrity.violation"],
            "inbox": inbox,
        });
        ids.push(stage.call("endpoints.create", create).await["endpoint"]["id"].clone());
    }
    let live = json!({ "name": "live", "scheme": "mnemom", "secrets": ["another"] });
    stage.call("inboxes.create", live).await;
    stage.call("streams.start", json!({ "connection": "c", "inbox": "live" })).await;
    while stage.call("streams.list", json!({})).await[0]["state"] != "open" {
        tokio::time::sleep(std::time::Duration::from_millis(10)).await;
    }
    simulator.handle.drop_next(1);
    simulator.handle.emit(&Emission::of("integrity.violation"));
    simulator.handle.settled().await;
    stage.wait_for("inbox:live origin:streamed", 1).await;
    assert_eq!(stage.wait_for("origin:captured", 1).await.len(), 1);

    let mut sums = Vec::new();
    for id in &ids {
        let found = reconciled(&stage, id).await;
        sums.push((found["sent"].clone(), found["accepted"].clone(), found["missing"].clone()));
        let missing = found["entries"].as_array().unwrap().iter().find(|one| one["state"] == "missing");
        if let Some(missing) = missing {
            let bring = json!({ "connection": "c", "endpoint": id, "entries": [missing["entry"]["id"]] });
            let came = stage.call("endpoints.bring_in", bring).await;
            assert_eq!(came["redelivered"].as_array().map(Vec::len), Some(1), "{came:#}");
        }
    }
    sums.sort_by_key(|(_, accepted, _)| accepted.as_u64());
    assert_eq!(sums, [(json!(1), json!(0), json!(1)), (json!(1), json!(1), json!(0))]);
    simulator.handle.settled().await;
    for id in &ids {
        let after = reconciled(&stage, id).await;
        assert_eq!((&after["accepted"], &after["missing"]), (&after["sent"], &json!(0)), "{after:#}");
    }
    // Nor is it judged as if it had been sent.
    stage.call("deliveries.check_again", json!({ "query": "" })).await;
    assert_eq!(stage.deliveries("origin:streamed -verdict:unchecked").await, [] as [Value; 0]);
    simulator.stop().await;
}

/// Mynd's log names no event, holds no request, and Mynd has no call to send again.
#[tokio::test(flavor = "multi_thread")]
async fn a_log_without_names_is_matched_by_time_and_says_what_can_not_be_done() {
    let simulator = Simulator::start(SimulatorKind::Mynd, SimulatorOptions::default()).await.unwrap();
    let stage = Stage::new().await;
    let address = stage.listen().await;
    let add = json!({
        "name": "c", "provider": "mynd", "base_url": simulator.base_url, "vars": simulator.vars,
        "token": simulator.token,
    });
    stage.call("connections.add", add).await;
    let create = json!({
        "connection": "c", "url": format!("{address}/in/box"), "events": ["run.failed"], "inbox": "box",
    });
    let id = stage.call("endpoints.create", create).await["endpoint"]["id"].clone();
    simulator.handle.emit(&Emission::of("run.failed").times(2));
    simulator.handle.settled().await;
    simulator.handle.drop_next(3);
    simulator.handle.emit(&Emission::of("run.failed").times(3));
    simulator.handle.settled().await;
    stage.wait_for("inbox:box", 2).await;
    let found = reconciled(&stage, &id).await;
    assert_eq!(
        (
            &found["sent"],
            &found["accepted"],
            &found["missing"],
            &found["can_redeliver"],
            &found["can_recover"]
        ),
        (&json!(5), &json!(2), &json!(3), &json!(false), &json!(false)),
        "{found:#}"
    );
    let missing = found["entries"].as_array().unwrap().iter().find(|one| one["state"] == "missing").unwrap();
    let bring = json!({ "connection": "c", "endpoint": id, "entries": [missing["entry"]["id"]] });
    let came = stage.call("endpoints.bring_in", bring).await;
    assert_eq!(came["failed"][0]["failure"]["code"], "unsupported", "{came:#}");
    simulator.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_can_not_be_reconciled_says_why() {
    let simulator = Simulator::start(SimulatorKind::Mnemom, SimulatorOptions::default()).await.unwrap();
    let stage = Stage::new().await;
    let add = json!({
        "name": "c", "provider": "mnemom", "base_url": simulator.base_url, "vars": simulator.vars,
        "token": simulator.token,
    });
    stage.call("connections.add", add).await;
    let made = stage
        .call(
            "endpoints.create",
            json!({ "connection": "c", "url": "https://hooks.example.com/a", "events": ["integrity.violation"] }),
        )
        .await;
    let id = made["endpoint"]["id"].clone();
    let rows = [
        ("endpoints.reconcile", json!({ "connection": "gone" }), "not_found"),
        ("endpoints.reconcile", json!({ "connection": "c", "endpoint": "gone" }), "provider_not_found"),
        ("endpoints.reconcile", json!({ "connection": "c", "since": "whenever" }), "invalid_input"),
        ("endpoints.bring_in", json!({ "connection": "c", "endpoint": id, "entries": [] }), "invalid_input"),
    ];
    for (command, request, code) in rows {
        assert_eq!(stage.fails(command, request.clone()).await.code.code(), code, "{command} {request}");
    }
    let gone = json!({ "connection": "c", "endpoint": id, "entries": ["gone"] });
    let came = stage.call("endpoints.bring_in", gone).await;
    assert_eq!(came["failed"][0]["failure"]["code"], "provider_not_found", "{came}");
    simulator.stop().await;
}
