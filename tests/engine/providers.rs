//! The whole life of an endpoint at each simulated provider, with its deliveries verified here.

use crate::stage::Stage;
use serde_json::{Value, json};
use waybill_testkit::{Emission, Fault, PlannedFault, Simulator, SimulatorKind, SimulatorOptions};

async fn simulator(kind: SimulatorKind) -> Simulator {
    let options = SimulatorOptions { clock_factor: 600.0, seed: Some(7), ..SimulatorOptions::default() };
    Simulator::start(kind, options).await.unwrap()
}

async fn connect(stage: &Stage, simulator: &Simulator, kind: SimulatorKind) {
    connect_as(stage, simulator, kind, &[]).await;
}

async fn connect_as(stage: &Stage, simulator: &Simulator, kind: SimulatorKind, only: &[&str]) {
    let vars: std::collections::BTreeMap<_, _> =
        simulator.vars.iter().filter(|(name, _)| only.is_empty() || only.contains(&name.as_str())).collect();
    let request = json!({
        "name": "c", "provider": kind.id(), "base_url": simulator.base_url, "vars": vars, "token": simulator.token,
    });
    stage.call("connections.add", request).await;
    let test = stage.call("connections.test", json!({ "name": "c" })).await;
    assert_eq!(test["ok"], true, "{test}");
}

struct Life {
    kind: SimulatorKind,
    event: &'static str,
    rotates: bool,
    updates: bool,
    key: &'static str,
    /// The variables of one kind of account, where the simulator has several; none: all.
    vars: &'static [&'static str],
    /// It can be switched on and off.
    switches: bool,
    /// What deliveries of `event` say they are.
    says: &'static str,
    /// Who sends a test event; none: nobody can.
    tests: Option<&'static str>,
    /// The provider has a call to send a delivery again.
    redelivers: bool,
}

const LIVES: [Life; 8] = [
    Life {
        kind: SimulatorKind::Mnemom,
        event: "integrity.violation",
        rotates: true,
        updates: true,
        key: "shared_secret",
        vars: &[],
        switches: true,
        says: "integrity.violation",
        tests: Some("provider"),
        redelivers: true,
    },
    Life {
        kind: SimulatorKind::Timbrix,
        event: "member.added",
        rotates: false,
        updates: true,
        key: "shared_secret",
        vars: &[],
        switches: true,
        says: "member.added",
        tests: Some("waybill"),
        redelivers: false,
    },
    Life {
        kind: SimulatorKind::MindBridge,
        event: "ANALYSIS_COMPLETE",
        rotates: false,
        updates: true,
        key: "public_key",
        vars: &[],
        switches: true,
        says: "ANALYSIS_COMPLETE",
        tests: None,
        redelivers: false,
    },
    Life {
        kind: SimulatorKind::Mynd,
        event: "run.failed",
        rotates: false,
        updates: false,
        key: "shared_secret",
        vars: &[],
        switches: false,
        says: "run.failed",
        tests: Some("waybill"),
        redelivers: false,
    },
    Life {
        kind: SimulatorKind::GitHub,
        event: "push",
        rotates: true,
        updates: true,
        key: "shared_secret",
        vars: &["owner", "repo"],
        switches: true,
        says: "push",
        tests: Some("provider"),
        redelivers: true,
    },
    Life {
        kind: SimulatorKind::GitLab,
        event: "push_events",
        rotates: true,
        updates: true,
        key: "shared_secret",
        vars: &["project"],
        switches: false,
        says: "Push Hook",
        tests: Some("provider"),
        redelivers: true,
    },
    Life {
        kind: SimulatorKind::Stripe,
        event: "charge.failed",
        rotates: false,
        updates: true,
        key: "shared_secret",
        vars: &[],
        switches: true,
        says: "charge.failed",
        tests: Some("waybill"),
        redelivers: false,
    },
    Life {
        kind: SimulatorKind::Svix,
        event: "invoice.paid",
        rotates: true,
        updates: true,
        key: "shared_secret",
        vars: &[],
        switches: true,
        says: "invoice.paid",
        tests: Some("provider"),
        redelivers: true,
    },
];

#[tokio::test(flavor = "multi_thread")]
async fn an_endpoint_lives_at_each_provider() {
    for life in LIVES {
        live(life).await;
    }
}

async fn live(life: Life) {
    let name = life.kind.id();
    let simulator = simulator(life.kind).await;
    let stage = Stage::new().await;
    let address = stage.listen().await;
    connect_as(&stage, &simulator, life.kind, life.vars).await;

    let mut create = json!({
        "connection": "c", "url": format!("{address}/in/box"), "events": [life.event], "inbox": "box",
        "fields": simulator.fields,
    });
    if life.kind == SimulatorKind::MindBridge {
        create["label"] = json!("Ledger");
        create["fields"]["status"] = json!("ACTIVE");
    }
    let mut dry = create.clone();
    dry["dry_run"] = json!(true);
    let call = stage.call("endpoints.create", dry).await["call"].clone();
    assert_eq!(call["method"], "POST", "{name}");
    assert!(!call.to_string().contains(&simulator.token), "{name}: a dry run shows the token");
    assert!(simulator.handle.endpoints().is_empty(), "{name}: a dry run made an endpoint");

    let made = stage.call("endpoints.create", create).await;
    let endpoint = &made["endpoint"];
    let id = endpoint["id"].as_str().unwrap().to_owned();
    assert_eq!(endpoint["credential"], json!({ "kind": life.key, "in_vault": true }), "{name}");
    assert_eq!(made["inbox"]["name"], "box", "{name}");
    let registered = &simulator.handle.endpoints()[0];
    let credential = registered.credential.clone();
    if life.key == "shared_secret" {
        assert!(!made.to_string().contains(&credential), "{name}: the answer shows the secret");
    }
    let revealed = stage.call("secrets.reveal", json!({ "id": made["secret"]["id"] })).await;
    assert_eq!(
        revealed["value"].as_str(),
        Some(credential.as_str()),
        "{name}: another secret than the provider's is in the vault"
    );

    simulator.handle.emit(&Emission { endpoint: Some(id.clone()), ..Emission::of(life.event) }.times(3));
    simulator.handle.settled().await;
    let arrived = stage.wait_for(&format!("inbox:box type:\"{}\"", life.says), 3).await;
    // GitHub pings before it answers the create; that ping has found its inbox too.
    let early = stage.deliveries("inbox:box").await.len() - arrived.len();
    assert_eq!(early, usize::from(life.kind == SimulatorKind::GitHub), "{name}");
    assert_eq!(stage.deliveries("inbox:box -verdict:valid").await, [] as [Value; 0], "{name}");
    for delivery in &arrived {
        assert_eq!(
            (&delivery["verdict"], &delivery["reason"]),
            (&json!("valid"), &json!("ok")),
            "{name}: {delivery}"
        );
        assert_eq!(delivery["event_type"], life.says, "{name}");
    }
    let log = stage.call("endpoints.log", json!({ "connection": "c", "id": id })).await;
    assert!(log.as_array().unwrap().len() >= 3, "{name}: {log}");

    let listed = stage.call("endpoints.read", json!({})).await;
    assert_eq!(listed["problems"], json!([]), "{name}");
    assert_eq!(listed["endpoints"][0]["id"].as_str(), Some(id.as_str()), "{name}");
    assert_eq!(listed["endpoints"][0]["inbox"], "box", "{name}");

    if life.updates {
        let revision = listed["endpoints"][0]["revision"].clone();
        let mut update = json!({ "connection": "c", "id": id, "url": format!("{address}/in/box/v2") });
        if revision.is_string() {
            update["revision"] = revision;
        }
        let mut dry = update.clone();
        (dry["events"], dry["dry_run"]) = (json!([life.event]), json!(true));
        let call = stage.call("endpoints.update", dry).await["call"].clone();
        // Whatever the parts, the whole change is shown.
        assert!(call.to_string().replace("%2F", "/").contains("/in/box/v2"), "{name}: {call}");
        let parts = 1 + call["then"].as_array().map_or(0, Vec::len);
        assert_eq!(parts > 1, life.kind == SimulatorKind::GitHub, "{name}: {call}");
        let updated = stage.call("endpoints.update", update).await;
        assert!(updated["endpoint"]["url"].as_str().unwrap().ends_with("/in/box/v2"), "{name}");
        if life.switches {
            let off = stage
                .call("endpoints.set_active", json!({ "connection": "c", "id": id, "active": false }))
                .await;
            assert_eq!(off["endpoint"]["active"], false, "{name}");
            let on = stage
                .call("endpoints.set_active", json!({ "connection": "c", "id": id, "active": true }))
                .await;
            assert_eq!(on["endpoint"]["active"], true, "{name}");
        }
    } else {
        let failure = stage
            .fails("endpoints.update", json!({ "connection": "c", "id": id, "url": "https://x.example/y" }))
            .await;
        assert_eq!(failure.code.code(), "unsupported", "{name}");
    }
    if life.rotates {
        let rotated = stage.call("endpoints.rotate", json!({ "connection": "c", "id": id })).await;
        let fresh = simulator.handle.endpoints()[0].credential.clone();
        assert_ne!(fresh, credential, "{name}");
        let revealed = stage.call("secrets.reveal", json!({ "id": rotated["secret"]["id"] })).await;
        assert_eq!(revealed["value"].as_str(), Some(fresh.as_str()), "{name}");
        simulator.handle.emit(&Emission::of(life.event));
        simulator.handle.settled().await;
        let newest = &stage.wait_for("inbox:box", early + 4).await[0];
        assert_eq!(
            (&newest["verdict"], &newest["secret"]),
            (&json!("valid"), &rotated["secret"]["name"]),
            "{name}"
        );
        let checked = stage.call("deliveries.check_again", json!({ "query": "inbox:box" })).await;
        assert_eq!(
            checked["valid"],
            early + 4,
            "{name}: what was captured before the rotation is no longer valid"
        );
    }
    unsupported(&stage, &life, &id).await;
    once_more(&stage, &simulator, &life, &id).await;
    stage.call("endpoints.delete", json!({ "connection": "c", "id": id })).await;
    assert!(simulator.handle.endpoints().is_empty(), "{name}");
    let history = stage.call("endpoints.history", json!({ "connection": "c" })).await;
    assert_eq!(history[0]["operation"], "delete", "{name}");
    assert!(history.as_array().unwrap().iter().all(|entry| entry["outcome"] == "done"), "{name}: {history}");
    simulator.stop().await;
    stage.engine.stop().await;
}

/// What the provider has no call for is said so, and nothing is sent.
async fn unsupported(stage: &Stage, life: &Life, id: &str) {
    let at = json!({ "connection": "c", "id": id });
    let mut rows = Vec::new();
    if !life.rotates {
        rows.push(("endpoints.rotate", at.clone()));
    }
    if !life.switches {
        rows.push(("endpoints.set_active", json!({ "connection": "c", "id": id, "active": false })));
    }
    if !life.redelivers {
        rows.push(("endpoints.redeliver", json!({ "connection": "c", "endpoint": id, "entry": "x" })));
    }
    for (command, request) in rows {
        let failure = stage.fails(command, request).await;
        assert_eq!(failure.code.code(), "unsupported", "{} {command}: {failure:?}", life.kind.id());
        assert!(failure.message.contains("Nothing was sent"), "{failure:?}");
    }
}

/// A test event, a delivery sent again, and the log beside what came: nothing is missing.
async fn once_more(stage: &Stage, simulator: &Simulator, life: &Life, id: &str) {
    let name = life.kind.id();
    let at = json!({ "connection": "c", "id": id });
    match life.tests {
        Some(by) => {
            let tested = stage.call("endpoints.test", at.clone()).await;
            assert_eq!((&tested["by"], &tested["ok"]), (&json!(by), &json!(true)), "{name}: {tested}");
        }
        None => {
            let failure = stage.fails("endpoints.test", at.clone()).await;
            assert_eq!(failure.code.code(), "cannot_sign", "{name}: {failure:?}");
        }
    }
    simulator.handle.settled().await;
    if life.redelivers {
        let before = stage.deliveries("inbox:box").await.len();
        let log = stage.call("endpoints.log", at).await;
        let entry = log.as_array().unwrap().last().unwrap()["id"].clone();
        stage.call("endpoints.redeliver", json!({ "connection": "c", "endpoint": id, "entry": entry })).await;
        simulator.handle.settled().await;
        stage.wait_for("inbox:box", before + 1).await;
    }
    let found = stage.call("endpoints.reconcile", json!({ "connection": "c", "endpoint": id })).await;
    let found = &found[0];
    assert!(found["sent"].as_u64().unwrap() >= 3, "{name}: {found:#}");
    assert_eq!(found["arrived"], found["sent"], "{name}: {found:#}");
    assert_eq!((&found["missing"], &found["failure"]), (&json!(0), &Value::Null), "{name}: {found:#}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_provider_that_misbehaves_ends_in_a_clear_code() {
    let simulator = simulator(SimulatorKind::Mynd).await;
    let stage = Stage::new().await;
    connect(&stage, &simulator, SimulatorKind::Mynd).await;
    let rows: [(Fault, &str); 6] = [
        (Fault::Status { status: 401, retry_after: None }, "provider_unauthorized"),
        (Fault::Status { status: 403, retry_after: None }, "provider_forbidden"),
        (Fault::Status { status: 500, retry_after: None }, "provider_failed"),
        (Fault::Html { status: 200 }, "provider_answer_unreadable"),
        (Fault::EmptyBody, "provider_answer_unreadable"),
        (Fault::CutBody, "outcome_unknown"),
    ];
    for (index, (fault, code)) in rows.into_iter().enumerate() {
        // Some faults come after the endpoint was made, and an address can be used once only.
        let url = format!("https://hooks.example.com/{index}");
        let create = json!({ "connection": "c", "url": url, "events": ["run.failed"] });
        simulator.handle.clear_faults();
        simulator.handle.fault(PlannedFault::from(fault.clone()).method("POST").times(10));
        let failure = stage.fails("endpoints.create", create.clone()).await;
        assert_eq!(failure.code.code(), code, "{fault:?}: {failure:?}");
        assert!(!failure.message.is_empty());
        // Whether it happened is open exactly where the provider did not say so itself.
        let open = !matches!(code, "provider_unauthorized" | "provider_forbidden");
        let history = stage.call("endpoints.history", json!({ "connection": "c" })).await;
        assert_eq!(history[0]["outcome"], if open { "unknown" } else { "refused" }, "{code}");
        let lines = stage.call("doctor", json!({})).await;
        let told = lines.as_array().unwrap().iter().any(|line| line["name"] == "unanswered write");
        assert_eq!(told, open, "{code}: {lines}");
        stage.call("connections.test", json!({ "name": "c" })).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_conflict_shows_the_other_side() {
    let simulator = simulator(SimulatorKind::MindBridge).await;
    let stage = Stage::new().await;
    connect(&stage, &simulator, SimulatorKind::MindBridge).await;
    let mut fields: Value = json!(simulator.fields);
    fields["status"] = json!("ACTIVE");
    let create = json!({ "connection": "c", "url": "https://hooks.example.com/a", "events": ["ANALYSIS_COMPLETE"], "label": "One", "fields": fields });
    let made = stage.call("endpoints.create", create).await;
    let (id, seen) = (made["endpoint"]["id"].clone(), made["endpoint"]["revision"].clone());
    stage.call("endpoints.update", json!({ "connection": "c", "id": id, "label": "Two" })).await;
    let failure = stage
        .fails("endpoints.update", json!({ "connection": "c", "id": id, "label": "Three", "revision": seen }))
        .await;
    assert_eq!(failure.code.code(), "provider_conflict", "{failure:?}");
    assert!(failure.details.unwrap().to_string().contains("Two"));
}
