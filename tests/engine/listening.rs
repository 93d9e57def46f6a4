//! The capture server is moved and stopped, and the vault is out of reach: what was there before is not lost.

use crate::stage::{Stage, post, send, status};
use serde_json::{Value, json};
use waybill_engine::{Engine, EngineOptions};
use waybill_model::VaultKind;
use waybill_store::{Store, StoreOptions};
use waybill_testkit::sign::{Form, SigningMaterial, sign};

fn signed(body: &[u8]) -> Vec<(String, String)> {
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap();
    let at = waybill_model::Timestamp(i64::try_from(now.as_nanos()).unwrap());
    let signed = sign(Form::Mynd, &SigningMaterial::Shared("whsec_kept".to_owned()), "evt_1", at, body);
    signed.into_iter().map(|(name, value)| (name.to_owned(), value)).collect()
}

async fn send_signed(address: &str, body: &[u8]) -> u16 {
    let headers = signed(body);
    let pairs: Vec<(&str, &str)> = headers.iter().map(|(n, v)| (n.as_str(), v.as_str())).collect();
    status(&send(address, &post("/in/m", &pairs, body)).await)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_move_that_fails_leaves_it_listening_where_it_was() {
    let holder = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let taken = holder.local_addr().unwrap().port();
    let stage = Stage::new().await;
    let address = stage.listen().await;
    let port: u16 = address.rsplit(':').next().unwrap().parse().unwrap();
    let rows: [(Value, &str); 3] = [
        (json!({ "port": taken }), "port_in_use"),
        // The same port on an address that is not this machine's.
        (json!({ "port": port, "bind": "192.0.2.1" }), "listen_failed"),
        (json!({ "bind": "nowhere" }), "listen_failed"),
    ];
    for (request, code) in rows {
        assert_eq!(stage.fails("capture.start", request.clone()).await.code.code(), code, "{request}");
        let told = stage.call("status.get", json!({})).await;
        assert_eq!(
            (&told["listening"], &told["listen_failure"]),
            (&json!(address), &Value::Null),
            "{request}"
        );
        assert_eq!(status(&send(&address, &post("/in/none", &[], b"x")).await), 404, "{request}");
    }
    let moved = stage.listen().await;
    assert_ne!(moved, address);
    assert_eq!(status(&send(&moved, &post("/in/none", &[], b"x")).await), 404);
    assert!(tokio::net::TcpStream::connect(address.trim_start_matches("http://")).await.is_err());
}

#[tokio::test(flavor = "multi_thread")]
async fn every_time_of_listening_has_its_end() {
    let stage = Stage::new().await;
    stage.listen().await;
    stage.listen().await;
    stage.call("capture.stop", json!({})).await;
    stage.listen().await;
    stage.engine.stop().await;
    let options = StoreOptions::new(std::sync::Arc::new(waybill_model::SystemClock), "test");
    let store = Store::open(stage.folder.path(), options).unwrap().store;
    let spans = store.listening(10).await.unwrap();
    assert_eq!(spans.len(), 3);
    assert!(spans.iter().all(|span| span.until.is_some_and(|until| until >= span.from)), "{spans:?}");
    store.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_long_body_is_verified_like_any_other() {
    let stage = Stage::new().await;
    let address = stage.listen().await;
    stage.call("inboxes.create", json!({ "name": "m", "scheme": "mynd", "secrets": ["whsec_kept"] })).await;
    let body = format!("{{\"id\":\"evt_1\",\"type\":\"a.b\",\"filler\":\"{}\"}}", "x".repeat(600_000));
    assert_eq!(send_signed(&address, body.as_bytes()).await, 200);
    let found = &stage.deliveries("inbox:m").await[0];
    assert_eq!((&found["verdict"], &found["event_type"]), (&json!("valid"), &json!("a.b")));
}

#[tokio::test(flavor = "multi_thread")]
async fn without_its_passphrase_deliveries_are_taken_and_verdicts_stay() {
    let stage = Stage::new().await;
    let address = stage.listen().await;
    stage.call("inboxes.create", json!({ "name": "m", "scheme": "mynd", "secrets": ["whsec_kept"] })).await;
    assert_eq!(send_signed(&address, b"{}").await, 200);
    stage.engine.stop().await;

    let mut options = EngineOptions::new(stage.folder.path().to_path_buf(), "test");
    options.vault = Some(VaultKind::File);
    let engine = Engine::start(options).await.unwrap();
    let stage = Stage { engine, folder: stage.folder };
    let address = stage.listen().await;
    assert_eq!(send_signed(&address, b"[]").await, 200);
    let verdicts = |found: Vec<Value>| -> Vec<Value> {
        found.into_iter().map(|one| json!([one["verdict"], one["reason"]])).collect()
    };
    let expected = [json!(["unchecked", "no_secret"]), json!(["valid", "ok"])];
    assert_eq!(verdicts(stage.deliveries("inbox:m").await), expected);
    let failure = stage.fails("deliveries.check_again", json!({ "query": "inbox:m" })).await;
    assert_eq!(failure.code.code(), "vault_failed", "{failure:?}");
    assert_eq!(verdicts(stage.deliveries("inbox:m").await), expected);
    let id = &stage.deliveries("inbox:m").await[1]["id"];
    let failure = stage.fails("tools.verify", json!({ "delivery": id, "scheme": "mynd" })).await;
    assert_eq!(failure.code.code(), "vault_failed", "{failure:?}");
    let failure = stage.fails("secrets.set", json!({ "name": "x", "kind": "token", "value": "y" })).await;
    assert_eq!(failure.code.code(), "vault_passphrase");
    stage.call("settings.update", json!({ "vault": "keychain" })).await;

    let stage = stage.restart().await;
    let checked = stage.call("deliveries.check_again", json!({ "query": "inbox:m" })).await;
    assert_eq!(checked, json!({ "checked": 2, "valid": 2, "changed": 1 }));
}
