//! Bad input ends in a code and words, and changes nothing.

use crate::stage::Stage;
use serde_json::{Value, json};

#[tokio::test(flavor = "multi_thread")]
async fn each_wrong_request_has_its_code() {
    let stage = Stage::new().await;
    stage.call("inboxes.create", json!({ "name": "there" })).await;
    let rows: Vec<(&str, Value, &str)> = vec![
        ("no.such.command", json!({}), "invalid_input"),
        ("deliveries.get", json!({}), "invalid_input"),
        ("deliveries.get", json!({ "id": 7 }), "invalid_input"),
        ("deliveries.get", json!({ "id": "7" }), "not_found"),
        ("deliveries.list", json!({ "query": "inbx:a" }), "invalid_query"),
        ("deliveries.query", json!({ "query": "(a" }), "invalid_query"),
        ("deliveries.window", json!({ "result": 9, "offset": 0, "limit": 1 }), "not_found"),
        ("deliveries.delete", json!({ "ids": ["5"] }), "not_found"),
        ("deliveries.undelete", json!({ "undo": "nothing" }), "invalid_input"),
        ("deliveries.import", json!({ "base64": "!!" }), "invalid_input"),
        ("deliveries.import", json!({ "base64": "bm8gcmVxdWVzdA==" }), "invalid_input"),
        ("inboxes.create", json!({ "name": "UPPER" }), "invalid_input"),
        ("inboxes.create", json!({ "name": "there" }), "already_exists"),
        ("inboxes.create", json!({ "name": "unsorted" }), "already_exists"),
        ("inboxes.create", json!({ "name": "x", "scheme": "nonesuch" }), "unknown_scheme"),
        ("inboxes.create", json!({ "name": "x", "secrets": ["a"] }), "invalid_input"),
        ("inboxes.create", json!({ "name": "x", "scheme": "mynd", "secrets": [""] }), "invalid_input"),
        ("inboxes.create", json!({ "name": "x", "connection": "c", "endpoint": "e" }), "not_found"),
        (
            "inboxes.update",
            json!({ "name": "there", "answer": { "status": 99, "headers": [], "body": "", "delay_ms": 0 } }),
            "invalid_input",
        ),
        (
            "inboxes.update",
            json!({ "name": "there", "answer": { "status": 200, "headers": [["A\r\nB", "x"]], "body": "", "delay_ms": 0 } }),
            "invalid_input",
        ),
        ("inboxes.update", json!({ "name": "there", "forward_to": ["nowhere"] }), "invalid_input"),
        ("inboxes.get", json!({ "name": "gone" }), "not_found"),
        ("inboxes.remove", json!({ "name": "unsorted" }), "invalid_input"),
        ("connections.add", json!({ "name": "c", "provider": "nonesuch", "token": "t" }), "unknown_provider"),
        ("connections.add", json!({ "name": "c", "provider": "mynd", "token": "" }), "invalid_input"),
        ("connections.add", json!({ "name": "c", "provider": "mynd", "token": "a\nb" }), "invalid_input"),
        ("connections.add", json!({ "name": "c", "provider": "mnemom", "token": "t" }), "invalid_input"),
        (
            "connections.add",
            json!({ "name": "c", "provider": "mynd", "token": "t", "base_url": "http://example.com" }),
            "invalid_input",
        ),
        ("connections.test", json!({ "name": "c" }), "not_found"),
        ("endpoints.create", json!({ "connection": "c", "url": "https://x.example" }), "not_found"),
        ("schemes.get", json!({ "id": "nonesuch" }), "unknown_scheme"),
        ("providers.get", json!({ "id": "nonesuch" }), "unknown_provider"),
        ("secrets.reveal", json!({ "id": "s-0" }), "not_found"),
        ("secrets.set", json!({ "name": " ", "kind": "shared_secret", "value": "x" }), "invalid_input"),
        ("settings.update", json!({ "bind": "everywhere" }), "invalid_input"),
        ("settings.update", json!({ "public_url": "ftp://x" }), "invalid_input"),
        ("settings.update", json!({ "body_cap": 1 }), "invalid_input"),
        ("capture.start", json!({ "bind": "not-an-address" }), "listen_failed"),
        ("tools.verify", json!({ "scheme": "mynd" }), "invalid_input"),
        ("tools.send", json!({ "inbox": "there", "to": "http://localhost:1/" }), "cannot_sign"),
        (
            "replays.start",
            json!({ "selection": { "query": "inbox:none" }, "options": { "target": "http://localhost:1/" } }),
            "not_found",
        ),
        (
            "replays.start",
            json!({ "selection": {}, "options": { "target": "http://localhost:1/", "concurrency": 0 } }),
            "invalid_input",
        ),
        ("replays.get", json!({ "id": "5" }), "not_found"),
    ];
    for (name, payload, code) in rows {
        let failure = stage.fails(name, payload.clone()).await;
        assert_eq!(failure.code.code(), code, "{name} {payload}: {failure:?}");
        assert!(
            failure.message.ends_with(['.', '!', '?']) || failure.message.contains(':'),
            "{name}: {failure:?}"
        );
    }
    assert_eq!(
        stage.call("secrets.list", json!({})).await,
        json!([]),
        "a refused request left a secret behind"
    );
    let inboxes = stage.call("inboxes.list", json!({})).await;
    assert_eq!(inboxes.as_array().unwrap().len(), 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_of_the_users_is_checked_by_line_and_column() {
    let stage = Stage::new().await;
    for command in ["schemes.check", "providers.check"] {
        let checks = stage
            .call(command, json!({ "file": "mine.toml", "text": "title = \"x\"\nnonsense = [\n" }))
            .await;
        assert!(checks["faults"][0]["line"].as_u64().unwrap() >= 1, "{command}: {checks}");
    }
    let shipped = stage.call("schemes.get", json!({ "id": "mynd" })).await;
    let checks =
        stage.call("schemes.check", json!({ "file": "dir/mynd.toml", "text": shipped["text"] })).await;
    assert_eq!(checks["faults"], json!([]));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_port_that_is_taken_is_named_and_nothing_else_is_taken_instead() {
    let holder = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let port = holder.local_addr().unwrap().port();
    let stage = Stage::new().await;
    let failure = stage.fails("capture.start", json!({ "port": port })).await;
    assert_eq!(failure.code.code(), "port_in_use", "{failure:?}");
    let status = stage.call("status.get", json!({})).await;
    assert_eq!(
        (&status["listening"], &status["listen_failure"]["code"]),
        (&Value::Null, &json!("port_in_use"))
    );
    stage.listen().await;
    assert_eq!(stage.call("status.get", json!({})).await["listen_failure"], Value::Null);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_wrong_passphrase_opens_nothing_and_loses_nothing() {
    let stage = Stage::new().await;
    stage.call("inboxes.create", json!({ "name": "m", "scheme": "mynd", "secrets": ["whsec_kept"] })).await;
    stage.engine.stop().await;
    let mut options = waybill_engine::EngineOptions::new(stage.folder.path().to_path_buf(), "test");
    options.vault = Some(waybill_model::VaultKind::File);
    options.work_factor = 1;
    options.passphrase = Some(std::sync::Arc::new(|| Some("wrong".to_owned().into())));
    let engine = waybill_engine::Engine::start(options).await.unwrap();
    let secrets = engine.call("secrets.list", json!({})).await.unwrap();
    let failure = engine.call("secrets.reveal", json!({ "id": secrets[0]["id"] })).await.unwrap_err();
    assert_eq!(failure.code.code(), "vault_passphrase", "{failure:?}");
    engine.stop().await;
    let stage = Stage::in_folder(stage.folder).await;
    let revealed = stage.call("secrets.reveal", json!({ "id": secrets[0]["id"] })).await;
    assert_eq!(revealed["value"], "whsec_kept");
}
