//! A secret that is shown once is not lost on its way, and an endpoint is not made twice, whatever breaks off.

use crate::stage::Stage;
use serde_json::{Value, json};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use tempfile::TempDir;
use waybill_engine::CustodyStep;
use waybill_testkit::{Fault, PlannedFault, Simulator, SimulatorKind, SimulatorOptions};

async fn unanswered(stage: &Stage) -> Vec<Value> {
    let lines = stage.call("doctor", json!({})).await;
    lines.as_array().unwrap().iter().filter(|line| line["name"] == "unanswered write").cloned().collect()
}

async fn connected(stage: &Stage) -> Simulator {
    let simulator = Simulator::start(SimulatorKind::Mnemom, SimulatorOptions::default()).await.unwrap();
    let add = json!({
        "name": "c", "provider": "mnemom", "base_url": simulator.base_url, "vars": simulator.vars,
        "token": simulator.token,
    });
    stage.call("connections.add", add).await;
    simulator
}

fn create() -> Value {
    json!({ "connection": "c", "url": "https://hooks.example.com/a", "events": ["integrity.violation"] })
}

fn for_box() -> Value {
    let mut create = create();
    create["inbox"] = json!("box");
    create
}

async fn secret_of(stage: &Stage, endpoint: &str) -> Option<String> {
    let secrets = stage.call("secrets.list", json!({})).await;
    let meta =
        secrets.as_array()?.iter().find(|one| one["endpoint"] == endpoint && one["state"] == "current")?;
    let shown = stage.call("secrets.reveal", json!({ "id": meta["id"] })).await;
    shown["value"].as_str().map(str::to_owned)
}

fn seal_files(folder: &Path) -> usize {
    std::fs::read_dir(folder.join("sealed")).map_or(0, Iterator::count)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_create_without_an_answer_is_looked_up_and_never_sent_twice() {
    let stage = Stage::new().await;
    let simulator = connected(&stage).await;

    simulator
        .handle
        .fault(PlannedFault::from(Fault::Status { status: 403, retry_after: None }).method("POST"));
    assert_eq!(stage.fails("endpoints.create", for_box()).await.code.code(), "provider_forbidden");
    assert_eq!(unanswered(&stage).await, Vec::<Value>::new(), "a refusal is an answer");
    assert_eq!(seal_files(stage.folder.path()), 0);
    let gone = stage.fails("inboxes.get", json!({ "name": "box" })).await;
    assert_eq!(gone.code.code(), "not_found", "the inbox of an endpoint that was not made stays");

    simulator.handle.fault(PlannedFault::from(Fault::CutBody).method("POST"));
    assert_eq!(stage.fails("endpoints.create", for_box()).await.code.code(), "outcome_unknown");
    let told = unanswered(&stage).await;
    assert_eq!((told.len(), &told[0]["state"]), (1, &json!("problem")), "{told:?}");
    assert!(told[0]["mend"].as_str().unwrap().contains("--connection c"), "{told:?}");
    let stage = stage.restart().await;
    assert_eq!(unanswered(&stage).await.len(), 1, "a restart forgot it");

    let failure = stage.fails("endpoints.create", for_box()).await;
    assert_eq!(failure.code.code(), "already_exists", "{failure:?}");
    let made = simulator.handle.endpoints();
    assert_eq!(made.len(), 1, "it was made twice");
    let case = stage.call("custody.list", json!({})).await[0].clone();
    assert_eq!((&case["state"], &case["endpoint"]), (&json!("found_rotate"), &json!(made[0].id)), "{case}");
    let read = stage.call("endpoints.read", json!({ "connection": "c" })).await;
    assert_eq!(read["endpoints"][0]["credential"]["in_vault"], false, "{read}");

    // The way that the case names leads to the secret, and ends the case.
    stage.call("endpoints.rotate", json!({ "connection": "c", "id": made[0].id })).await;
    assert_eq!(
        secret_of(&stage, &made[0].id).await.as_ref(),
        Some(&simulator.handle.endpoints()[0].credential)
    );
    assert_eq!(stage.call("custody.list", json!({})).await, json!([]));
    let inbox = stage.call("inboxes.get", json!({ "name": "box" })).await;
    assert_eq!(
        (&inbox["endpoint"], inbox["secrets"].as_array().map(Vec::len)),
        (&json!(made[0].id), Some(1)),
        "{inbox}"
    );
    assert_eq!(seal_files(stage.folder.path()), 0);
    simulator.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_inbox_that_went_to_another_endpoint_stays_with_it() {
    let stage = Stage::new().await;
    let simulator = connected(&stage).await;
    simulator.handle.fault(PlannedFault::from(Fault::CutBody).method("POST"));
    assert_eq!(stage.fails("endpoints.create", for_box()).await.code.code(), "outcome_unknown");
    let lost = simulator.handle.endpoints()[0].id.clone();
    stage.fails("endpoints.create", for_box()).await;
    let mut other = for_box();
    other["url"] = json!("https://hooks.example.com/b");
    let made = stage.call("endpoints.create", other).await;
    stage.call("endpoints.rotate", json!({ "connection": "c", "id": lost })).await;
    let inbox = stage.call("inboxes.get", json!({ "name": "box" })).await;
    assert_eq!(
        (&inbox["endpoint"], &inbox["secrets"][0]["id"]),
        (&made["endpoint"]["id"], &made["secret"]["id"]),
        "{inbox}"
    );
    simulator.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_vault_that_fails_after_the_answer_loses_nothing() {
    let folder = TempDir::new().unwrap();
    let (vault, aside) = (folder.path().join("vault.age"), folder.path().join("aside"));
    let broken = Arc::new(AtomicBool::new(false));
    let stage =
        Stage::with(folder, |options| options.custody_step = Some(breaks(&vault, &aside, &broken))).await;
    let simulator = connected(&stage).await;
    broken.store(true, Ordering::Relaxed);
    let failure = stage.fails("endpoints.create", for_box()).await;
    assert_eq!(failure.code.code(), "secret_at_risk", "{failure:?}");
    let details = failure.details.unwrap();
    let endpoint = details["endpoint"].as_str().unwrap().to_owned();
    let case = json!({ "id": details["case"] });
    let failure = stage.fails("custody.repair", case.clone()).await;
    assert_eq!(failure.code.code(), "vault_failed", "{failure:?}");

    // Waybill ends, the vault is mended, Waybill starts again.
    stage.engine.stop().await;
    std::fs::remove_dir(&vault).unwrap();
    std::fs::rename(&aside, &vault).unwrap();
    let stage = stage.restart().await;
    for _ in 0..200 {
        if stage.call("custody.list", json!({})).await == json!([]) {
            break;
        }
        tokio::time::sleep(std::time::Duration::from_millis(25)).await;
    }
    assert_eq!(stage.call("custody.list", json!({})).await, json!([]), "the start did not repair it");
    assert_eq!(
        secret_of(&stage, &endpoint).await.as_ref(),
        Some(&simulator.handle.endpoints()[0].credential)
    );
    let inbox = stage.call("inboxes.get", json!({ "name": "box" })).await;
    assert_eq!((&inbox["endpoint"], inbox["secrets"].as_array().map(Vec::len)), (&json!(endpoint), Some(1)));
    assert_eq!(stage.fails("custody.repair", case.clone()).await.code.code(), "not_found");
    assert_eq!(stage.fails("custody.dismiss", case).await.code.code(), "not_found");
    assert_eq!(seal_files(stage.folder.path()), 0);
    simulator.stop().await;
}

/// Takes the vault's file away as soon as an answer is sealed, and puts a folder in its place.
fn breaks(vault: &Path, aside: &Path, broken: &Arc<AtomicBool>) -> Arc<dyn Fn(CustodyStep) + Send + Sync> {
    let (vault, aside, broken): (PathBuf, PathBuf, _) = (vault.into(), aside.into(), Arc::clone(broken));
    Arc::new(move |step| {
        if step == CustodyStep::Sealed && broken.swap(false, Ordering::Relaxed) {
            std::fs::rename(&vault, &aside).unwrap();
            std::fs::create_dir(&vault).unwrap();
        }
    })
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
