//! `waybill connection listen`: a provider's events in a terminal, with no endpoint and no address.
#![cfg(unix)]

use crate::process::Data;
use serde_json::json;
use waybill_testkit::{Emission, Simulator, SimulatorKind, SimulatorOptions};

#[tokio::test(flavor = "multi_thread")]
async fn events_are_told_as_they_happen_until_interrupted() {
    let simulator = Simulator::start(SimulatorKind::Mnemom, SimulatorOptions::default()).await.unwrap();
    let data = Data::new();
    let token = [("TOKEN", simulator.token.as_str())];
    let run = |words: &str| {
        let words: Vec<&str> = words.split(' ').collect();
        tokio::task::block_in_place(|| data.run_with(&words, b"", &token))
    };
    let add = format!(
        "connection add mnemom --name acme --token-env TOKEN --var org_id={} --base-url {}",
        simulator.vars["org_id"], simulator.base_url
    );
    run(&add).ended(0);
    let (mut listening, first) = tokio::task::block_in_place(|| {
        data.follow(&["connection", "listen", "acme", "--inbox", "live", "--json"], &[])
    });
    assert_eq!(first, json!({ "listening_to": "acme", "inbox": "live" }));
    simulator.handle.emit(&Emission::of("integrity.violation").times(3));
    for _ in 0..3 {
        let told = tokio::task::block_in_place(|| listening.next());
        assert_eq!(
            (&told["inbox"], &told["origin"], &told["event_type"], &told["verdict"]),
            (&json!("live"), &json!("streamed"), &json!("integrity.violation"), &json!("unchecked")),
            "{told}"
        );
    }
    let (status, said) = tokio::task::block_in_place(|| listening.interrupted());
    assert_eq!(status, 0, "{said}");
    assert!(said.contains("Every event that was heard is stored"), "{said}");
    let kept = run("deliveries list --query origin:streamed --json").ended(0).json();
    assert_eq!(kept.as_array().or_else(|| kept["deliveries"].as_array()).map(Vec::len), Some(3), "{kept}");

    simulator.handle.expire_token();
    for (words, status, code) in [
        ("connection listen gone --json", 3, "not_found"),
        ("connection listen acme --inbox unsorted --json", 2, "invalid_input"),
        ("connection listen acme --forward-to nowhere --json", 2, "invalid_input"),
        ("connection listen acme --json", 4, "provider_unauthorized"),
    ] {
        assert_eq!(run(words).ended(status).code(), code, "{words}");
    }
}
