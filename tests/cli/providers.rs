//! Connections and endpoints by command line, against a simulator.

use crate::process::{Data, Said};
use serde_json::json;
use waybill_testkit::{Emission, Simulator, SimulatorKind, SimulatorOptions};

#[tokio::test(flavor = "multi_thread")]
async fn an_endpoint_lives_by_command_line() {
    let options = SimulatorOptions { clock_factor: 600.0, ..SimulatorOptions::default() };
    let simulator = Simulator::start(SimulatorKind::Mnemom, options).await.unwrap();
    let data = Data::new();
    let token = simulator.token.clone();
    let run = |args: &[&str]| -> Said {
        tokio::task::block_in_place(|| data.run_with(args, b"", &[("TOKEN", &token)]))
    };
    let variable = simulator.vars.iter().map(|(key, value)| format!("{key}={value}")).next().unwrap();
    let base = simulator.base_url.as_str();
    run(&[
        "connection",
        "add",
        "mnemom",
        "--name",
        "acme",
        "--var",
        &variable,
        "--base-url",
        base,
        "--token-env",
        "TOKEN",
    ])
    .ended(0);
    run(&["connection", "test", "acme"]).ended(0);

    let mut listening = tokio::task::block_in_place(|| data.listen(&[]));
    let url = format!("{}/in/alerts", listening.address);
    let create = [
        "endpoint",
        "create",
        "--connection",
        "acme",
        "--url",
        &url,
        "--event",
        "integrity.violation",
        "--inbox",
        "alerts",
        "--json",
    ];
    let dry: Vec<&str> = create.iter().copied().chain(["--dry-run"]).collect();
    let call = run(&dry).ended(0);
    assert!(!call.out.contains(&token), "{call:?}");
    let made = run(&create).ended(0).json();
    for field in [
        "id",
        "connection",
        "provider",
        "url",
        "label",
        "events",
        "all_events",
        "active",
        "status",
        "failures",
        "disabled_reason",
        "created_at",
        "updated_at",
        "revision",
        "credential",
        "raw",
    ] {
        assert!(made.get(field).is_some(), "{field} is missing in {made}");
    }
    assert_eq!(made["credential"], json!({ "kind": "shared_secret", "in_vault": true }));
    let id = made["id"].as_str().unwrap();
    assert!(!made.to_string().contains(&simulator.handle.endpoints()[0].credential));

    simulator.handle.emit(&Emission::of("integrity.violation"));
    simulator.handle.settled().await;
    let told = tokio::task::block_in_place(|| listening.next());
    assert_eq!((&told["inbox"], &told["verdict"]), (&json!("alerts"), &json!("valid")), "{told}");

    let tested = run(&["endpoint", "test", id, "--connection", "acme", "--json"]).ended(0).json();
    assert_eq!((&tested["by"], &tested["ok"]), (&json!("provider"), &json!(true)));
    let disabled = run(&["endpoint", "disable", id, "--connection", "acme", "--json"]).ended(0).json();
    assert_eq!(disabled["active"], false);
    run(&["endpoint", "enable", id, "--connection", "acme"]).ended(0);
    let rotated = run(&["endpoint", "rotate", id, "--connection", "acme", "--yes", "--json"]).ended(0);
    assert!(!rotated.out.contains(&simulator.handle.endpoints()[0].credential));
    assert_eq!(
        run(&["endpoint", "rotate", id, "--connection", "acme", "--json"]).ended(2).code(),
        "confirmation_required"
    );
    let log = run(&["endpoint", "log", id, "--connection", "acme", "--json"]).ended(0).json();
    assert!(log.as_array().unwrap().iter().any(|entry| entry["delivery"].is_string()), "{log}");
    let entry = log[0]["id"].as_str().unwrap();
    run(&["endpoint", "redeliver", id, entry, "--connection", "acme"]).ended(0);
    let listed = run(&["endpoint", "list", "--json"]).ended(0).json();
    assert_eq!(listed[0]["id"].as_str(), Some(id));
    run(&["endpoint", "delete", id, "--connection", "acme", "--yes"]).ended(0);
    assert_eq!(
        run(&["endpoint", "get", id, "--connection", "acme", "--json"]).ended(4).code(),
        "provider_not_found"
    );
    simulator.handle.expire_token();
    assert_eq!(run(&["connection", "test", "acme", "--json"]).ended(4).code(), "provider_unauthorized");
    simulator.stop().await;
    assert_eq!(run(&["connection", "test", "acme", "--json"]).ended(6).code(), "network_unreachable");
}
