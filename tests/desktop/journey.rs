//! The whole way, in the real window with the real keyring: a first start, an endpoint at a provider, its signed
//! deliveries arriving verified, a replay to a target that checks the signature by itself, a restart, and where
//! the secret is. The provider is a simulator; nothing else is put in place of anything.

use crate::{
    driver::{Session, free_port, poll},
    secrets,
    stage::Stage,
};
use serde_json::{Value, json};
use std::time::Duration;
use waybill_testkit::{Emission, Form, Simulator, SimulatorKind, SimulatorOptions, Target};

const SOON: Duration = Duration::from_secs(20);

#[test]
fn from_the_first_start_to_the_next() {
    let Some(stage) = Stage::set() else { return };
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let _inside = runtime.enter();
    let options = SimulatorOptions { seed: Some(11), clock_factor: 600.0, ..SimulatorOptions::default() };
    let provider = runtime.block_on(Simulator::start(SimulatorKind::Mynd, options)).unwrap();
    let target = runtime.block_on(Target::start()).unwrap();
    let data = stage.folder("data");

    // The first start: it listens at once; a port of its own keeps tests beside each other apart.
    let window = Session::start(&stage, &data, &[]);
    window.rpc("settings.update", json!({ "port": free_port() }));
    let status = window.rpc("capture.start", json!({}));
    let capture = status["listening"].as_str().unwrap_or_else(|| panic!("it listens: {status}")).to_owned();

    // The sample arrives verified.
    window.press("Send a signed sample");
    wait_for(&window, "the sample, verified", 1, "valid");

    // An endpoint at the provider, with an inbox that has its scheme and secret.
    window.rpc(
        "connections.add",
        json!({
            "name": "try", "provider": "mynd", "base_url": provider.base_url, "vars": provider.vars,
            "token": provider.token,
        }),
    );
    let created = window.rpc(
        "endpoints.create",
        json!({ "connection": "try", "url": format!("{capture}/in/mynd"), "all_events": true, "inbox": "mynd" }),
    );
    assert_eq!(created["endpoint"]["credential"]["in_vault"], true, "{created}");
    let registered = provider.handle.endpoints();
    assert_eq!(registered.len(), 1);
    let secret = registered[0].credential.clone();
    assert!(!created.to_string().contains(&secret), "no answer holds the secret");

    // What the provider sends arrives, is verified, and is seen.
    provider.handle.emit(&Emission::default().times(3));
    runtime
        .block_on(async { tokio::time::timeout(SOON, provider.handle.settled()).await })
        .expect("it is sent");
    wait_for(&window, "the provider's deliveries, verified", 4, "valid");
    window.shows("mynd");

    // A replay, signed again: the target finds the signature good with code of its own.
    let job = window.rpc(
        "replays.start",
        json!({
            "selection": { "ids": [], "query": "inbox:mynd" },
            "options": {
                "target": target.url("/hook"), "mode": "resign", "rate": null, "concurrency": 2, "retries": 0,
                "timeout_ms": 10_000, "stop_after_failures": null,
            },
            "confirmed": true,
        }),
    );
    let received = runtime.block_on(target.wait_for(3, SOON)).unwrap();
    for request in &received {
        request.check(Form::Mynd, &secret).unwrap();
    }
    let done = poll("the replay is done", || {
        let job = window.rpc("replays.get", json!({ "id": job["id"] }));
        (job["state"] == "completed").then_some(job)
    });
    assert_eq!(done["counts"]["succeeded"], 3, "{done}");

    // After a restart all of it is there.
    window.quit();
    let window = Session::start(&stage, &data, &[]);
    wait_for(&window, "the deliveries are still there", 4, "valid");
    assert_eq!(window.rpc("connections.list", json!({})).as_array().map(Vec::len), Some(1));
    assert_eq!(window.rpc("replays.list", json!({}))[0]["counts"]["succeeded"], 3);
    // And goes on: the next delivery is verified with the secret from the keyring.
    poll("it listens again", || window.rpc("status.get", json!({}))["listening"].as_str().map(str::to_owned));
    provider.handle.emit(&Emission::default());
    wait_for(&window, "one more, verified", 5, "valid");

    // The secret is in the keyring, asked by another process, and nowhere in the data folder.
    let held = secrets::in_keyring(&stage);
    assert!(held.contains(&secret), "the keyring holds {} secrets of Waybill, not this one", held.len());
    assert!(held.contains(&provider.token), "the provider's token is kept there too");
    window.quit();
    secrets::is_nowhere_in(&data, &secret);
    secrets::is_nowhere_in(&data, &provider.token);
}

/// Waits until so many deliveries of a verdict are stored.
fn wait_for(window: &Session, what: &str, count: usize, verdict: &str) {
    let query = json!({ "query": format!("verdict:{verdict}"), "limit": 50, "after": null });
    let mut last = Value::Null;
    poll(&format!("{what} ({count} {verdict})"), || {
        last = window.rpc("deliveries.list", query.clone());
        (last["deliveries"].as_array().map(Vec::len) == Some(count)).then_some(())
    });
}
