//! A secret that is entered by hand belongs to the endpoint of its inbox, and an overlap ends by itself.

use crate::stage::Stage;
use serde_json::{Value, json};
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use tempfile::TempDir;
use waybill_model::{Clock, SystemClock, Timestamp, VaultKind};
use waybill_testkit::{Emission, Simulator, SimulatorKind, SimulatorOptions};

const HOUR: i64 = 3_600 * 1_000_000_000;
const ENTERED: &str = "whsec_c2VjcmV0LWZyb20tdGhlLWRhc2hib2FyZC0x";

/// The machine's clock, set ahead by as much as the test says.
#[derive(Clone, Debug, Default)]
struct Ahead(Arc<AtomicI64>);

impl Ahead {
    fn by_hours(&self, hours: i64) {
        self.0.store(hours * HOUR, Ordering::SeqCst);
    }
}

impl Clock for Ahead {
    fn now(&self) -> Timestamp {
        SystemClock.now().plus_nanos(self.0.load(Ordering::SeqCst))
    }
}

async fn simulator(kind: SimulatorKind) -> Simulator {
    Simulator::start(kind, SimulatorOptions::default()).await.unwrap()
}

async fn connect(stage: &Stage, simulator: &Simulator, vars: &[&str]) {
    let vars: std::collections::BTreeMap<_, _> =
        simulator.vars.iter().filter(|(name, _)| vars.is_empty() || vars.contains(&name.as_str())).collect();
    let add = json!({
        "name": "c", "provider": simulator.kind.id(), "base_url": simulator.base_url, "vars": vars,
        "token": simulator.token,
    });
    stage.call("connections.add", add).await;
}

/// Makes an endpoint whose deliveries come to the inbox `box`; its id.
async fn endpoint(stage: &Stage, simulator: &Simulator, url: &str, event: &str) -> String {
    let mut create = json!({
        "connection": "c", "url": url, "events": [event], "inbox": "box", "fields": simulator.fields,
    });
    if simulator.kind == SimulatorKind::MindBridge {
        create["label"] = json!("Ledger");
        create["fields"]["status"] = json!("ACTIVE");
    }
    stage.call("endpoints.create", create).await["endpoint"]["id"].as_str().unwrap().to_owned()
}

async fn enter(stage: &Stage, inbox: &str, secret: &str) -> Value {
    let inbox = stage.call("inboxes.add_secret", json!({ "name": inbox, "secret": secret })).await;
    assert!(!inbox.to_string().contains(secret), "the answer shows the secret");
    inbox
}

/// Every secret of endpoints, the newest first.
async fn of_endpoints(stage: &Stage) -> Vec<Value> {
    let listed = stage.call("secrets.list", json!({})).await;
    let mut found: Vec<Value> =
        listed.as_array().unwrap().iter().filter(|one| one["endpoint"].is_string()).cloned().collect();
    found.sort_by_key(|one| std::cmp::Reverse(one["created_at"].as_str().unwrap().to_owned()));
    found
}

fn states(secrets: &Value) -> Vec<&str> {
    secrets.as_array().unwrap().iter().map(|one| one["state"].as_str().unwrap()).collect()
}

async fn in_vault(stage: &Stage) -> Value {
    stage.call("endpoints.list", json!({})).await["endpoints"][0]["credential"]["in_vault"].clone()
}

async fn value(stage: &Stage, secret: &Value) -> String {
    let shown = stage.call("secrets.reveal", json!({ "id": secret["id"] })).await;
    shown["value"].as_str().unwrap().to_owned()
}

fn instant(value: &Value) -> Timestamp {
    value.as_str().unwrap_or_else(|| panic!("no instant: {value}")).parse().unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_secret_of_the_dashboard_is_the_endpoints() {
    let simulator = simulator(SimulatorKind::Mynd).await;
    let stage = Stage::new().await;
    let address = stage.listen().await;
    connect(&stage, &simulator, &[]).await;
    let id = endpoint(&stage, &simulator, &format!("{address}/in/box"), "run.failed").await;
    simulator.handle.emit(&Emission::of("run.failed"));
    simulator.handle.settled().await;
    stage.wait_for("inbox:box verdict:valid", 1).await;

    let before = SystemClock.now();
    let inbox = enter(&stage, "box", ENTERED).await;
    let after = SystemClock.now();
    assert_eq!(states(&inbox["secrets"]), ["current", "previous"], "{inbox}");
    assert_eq!(in_vault(&stage).await, true);
    let secrets = of_endpoints(&stage).await;
    assert_eq!(secrets.len(), 2, "{secrets:?}");
    let (new, old) = (&secrets[0], &secrets[1]);
    assert_eq!(
        (&new["connection"], &new["endpoint"], &new["kind"], &new["state"], &new["accepted_until"]),
        (&json!("c"), &json!(id), &json!("shared_secret"), &json!("current"), &Value::Null)
    );
    assert_eq!((&new["id"], &old["state"]), (&inbox["secrets"][0]["id"], &json!("previous")));
    assert_eq!(value(&stage, new).await, ENTERED);
    // Mynd honours the one before for a day.
    let until = instant(&old["accepted_until"]);
    assert!(before.plus_nanos(24 * HOUR) <= until && until <= after.plus_nanos(24 * HOUR), "{until}");

    // What needs the endpoint's secret uses the new one; what was captured before is valid still.
    let tested = stage.call("endpoints.test", json!({ "connection": "c", "id": id })).await;
    assert_eq!((&tested["by"], &tested["ok"]), (&json!("waybill"), &json!(true)), "{tested}");
    let newest = &stage.wait_for("inbox:box", 2).await[0];
    assert_eq!((&newest["verdict"], &newest["secret"]), (&json!("valid"), &new["name"]), "{newest}");
    let checked = stage.call("deliveries.check_again", json!({ "query": "inbox:box" })).await;
    assert_eq!(checked["valid"], 2, "{checked}");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_update_sends_the_secret_that_was_entered() {
    let simulator = simulator(SimulatorKind::GitLab).await;
    let stage = Stage::new().await;
    connect(&stage, &simulator, &["project"]).await;
    let id = endpoint(&stage, &simulator, "https://hooks.example.com/in/box", "push_events").await;
    enter(&stage, "box", ENTERED).await;
    let update = json!({ "connection": "c", "id": id, "url": "https://hooks.example.com/in/box/v2" });
    stage.call("endpoints.update", update).await;
    assert_eq!(simulator.handle.endpoints()[0].credential, ENTERED);
    // GitLab honours one secret at a time.
    let old = &of_endpoints(&stage).await[1];
    assert_eq!((&old["state"], &old["accepted_until"]), (&json!("retired"), &Value::Null), "{old}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_public_key_that_was_entered_stays_one() {
    let simulator = simulator(SimulatorKind::MindBridge).await;
    let stage = Stage::new().await;
    connect(&stage, &simulator, &[]).await;
    endpoint(&stage, &simulator, "https://hooks.example.com/in/box", "ANALYSIS_COMPLETE").await;
    let inbox = enter(&stage, "box", "another public key").await;
    assert_eq!(states(&inbox["secrets"]), ["current", "previous"], "{inbox}");
    let secrets = of_endpoints(&stage).await;
    assert_eq!((secrets.len(), &secrets[0]["kind"]), (2, &json!("public_key")), "{secrets:?}");
    assert!(secrets[0]["name"].as_str().unwrap().contains("public key"), "{secrets:?}");
    assert_eq!(in_vault(&stage).await, true);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_inbox_of_an_endpoint_takes_its_secret_along() {
    let simulator = simulator(SimulatorKind::Mnemom).await;
    let elsewhere = Stage::new().await;
    let stage = Stage::new().await;
    let address = stage.listen().await;
    connect(&elsewhere, &simulator, &[]).await;
    connect(&stage, &simulator, &[]).await;
    let id = endpoint(&elsewhere, &simulator, &format!("{address}/in/mine"), "integrity.violation").await;
    let credential = simulator.handle.endpoints()[0].credential.clone();
    stage.call("endpoints.read", json!({})).await;

    let mut create = json!({ "name": "mine", "connection": "c", "endpoint": id });
    let failure = stage.fails("inboxes.create", create.clone()).await;
    assert_eq!(failure.code.code(), "not_found", "{failure:?}");
    create["secrets"] = json!([credential, "an older one"]);
    let inbox = stage.call("inboxes.create", create).await;
    assert!(!inbox.to_string().contains(&credential), "the answer shows the secret");
    assert_eq!((&inbox["scheme"], &inbox["endpoint"]), (&json!("mnemom"), &json!(id)), "{inbox}");
    assert_eq!(states(&inbox["secrets"]), ["current", "retired"], "{inbox}");
    assert_eq!(in_vault(&stage).await, true);
    simulator.handle.emit(&Emission::of("integrity.violation"));
    simulator.handle.settled().await;
    stage.wait_for("inbox:mine verdict:valid", 1).await;

    // Whichever of its inboxes it is entered for, it is the endpoint's: all of them verify with it.
    let other = json!({ "name": "other", "connection": "c", "endpoint": id });
    let other = stage.call("inboxes.create", other).await;
    assert_eq!(other["secrets"].as_array().map(Vec::len), Some(2), "{other}");
    let entered = enter(&stage, "other", ENTERED).await;
    let mine = stage.call("inboxes.get", json!({ "name": "mine" })).await;
    assert_eq!(mine["secrets"][0], entered["secrets"][0]);
    assert_eq!(states(&mine["secrets"]), ["current", "retired", "retired"], "{mine}");
}

#[tokio::test(flavor = "multi_thread")]
async fn of_many_secrets_at_once_one_is_current() {
    let simulator = simulator(SimulatorKind::Mynd).await;
    // A vault that takes them as fast as they come.
    let stage = Stage::with(TempDir::new().unwrap(), |options| options.vault = Some(VaultKind::Memory)).await;
    connect(&stage, &simulator, &[]).await;
    endpoint(&stage, &simulator, "https://hooks.example.com/in/box", "run.failed").await;
    let entering: Vec<_> = (0..8)
        .map(|number| {
            let engine = stage.engine.clone();
            let add = json!({ "name": "box", "secret": format!("secret {number}") });
            tokio::spawn(async move { engine.call("inboxes.add_secret", add).await.unwrap() })
        })
        .collect();
    for entered in entering {
        entered.await.unwrap();
    }
    let inbox = stage.call("inboxes.get", json!({ "name": "box" })).await;
    let states = states(&inbox["secrets"]);
    assert_eq!((states[0], states[1..].to_vec()), ("current", vec!["previous"; 8]), "{inbox}");
    assert_eq!(in_vault(&stage).await, true);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_inbox_of_no_endpoint_has_secrets_of_its_own() {
    let simulator = simulator(SimulatorKind::Mynd).await;
    let stage = Stage::new().await;
    connect(&stage, &simulator, &[]).await;
    endpoint(&stage, &simulator, "https://hooks.example.com/in/box", "run.failed").await;
    stage.call("inboxes.create", json!({ "name": "own", "scheme": "mynd", "secrets": ["first"] })).await;
    let own = enter(&stage, "own", ENTERED).await;
    assert_eq!(states(&own["secrets"]), ["current", "previous"], "{own}");
    assert_eq!(of_endpoints(&stage).await.len(), 1);

    // A connection that is gone owns nothing more; its inbox verifies all the same.
    stage.call("connections.remove", json!({ "name": "c" })).await;
    let bound = enter(&stage, "box", "a last one").await;
    assert_eq!(states(&bound["secrets"]), ["current", "previous"], "{bound}");
    assert_eq!(of_endpoints(&stage).await.len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_overlap_ends_by_itself() {
    let simulator = simulator(SimulatorKind::Svix).await;
    let clock = Ahead::default();
    let set = clock.clone();
    let stage = Stage::with(TempDir::new().unwrap(), |options| options.clock = Arc::new(set)).await;
    let address = stage.listen().await;
    connect(&stage, &simulator, &[]).await;
    let id = endpoint(&stage, &simulator, &format!("{address}/in/box"), "invoice.paid").await;
    simulator.handle.emit(&Emission::of("invoice.paid"));
    simulator.handle.settled().await;
    stage.wait_for("inbox:box verdict:valid", 1).await;
    stage.call("endpoints.rotate", json!({ "connection": "c", "id": id })).await;

    for (hours, old) in [(23, "previous"), (25, "retired")] {
        clock.by_hours(hours);
        let secrets = of_endpoints(&stage).await;
        assert_eq!(states(&json!(secrets)), ["current", old], "after {hours} hours");
        assert!(secrets[1]["accepted_until"].is_string(), "{secrets:?}");
        let inbox = stage.call("inboxes.get", json!({ "name": "box" })).await;
        assert_eq!(states(&inbox["secrets"]), ["current", old], "after {hours} hours");
        let inboxes = stage.call("inboxes.list", json!({})).await;
        let listed = inboxes.as_array().unwrap().iter().find(|one| one["name"] == "box").unwrap();
        assert_eq!(states(&listed["secrets"]), ["current", old], "after {hours} hours");
    }
    // What was captured before is tried with it still.
    let checked = stage.call("deliveries.check_again", json!({ "query": "inbox:box" })).await;
    assert_eq!(checked["valid"], 1, "{checked}");
}
