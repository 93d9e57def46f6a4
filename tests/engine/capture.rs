//! Capture: bytes kept as they came, inboxes, verification, answers, refusals, restarts.

use crate::stage::{Stage, post, send, status};
use serde_json::{Value, json};
use waybill_engine::api::{BytesRequest, PartOf};
use waybill_model::DeliveryId;
use waybill_testkit::sign::{Form, SigningMaterial, sign};

/// The headers that sign `body` for Mynd with `secret` now.
fn mynd(secret: &str, body: &[u8]) -> Vec<(String, String)> {
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap();
    let at = waybill_model::Timestamp(i64::try_from(now.as_nanos()).unwrap());
    let signed = sign(Form::Mynd, &SigningMaterial::Shared(secret.to_owned()), "evt_1", at, body);
    signed.into_iter().map(|(name, value)| (name.to_owned(), value)).collect()
}

async fn bytes(stage: &Stage, id: &Value, part: PartOf) -> Vec<u8> {
    let id: DeliveryId = id.as_str().unwrap().parse().unwrap();
    stage.engine.bytes(BytesRequest::Delivery { id, part, offset: 0, limit: u64::MAX }).await.unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_delivery_is_kept_byte_for_byte_and_survives_a_restart() {
    let stage = Stage::new().await;
    let address = stage.listen().await;
    stage.call("inboxes.create", json!({ "name": "raw" })).await;
    let body: Vec<u8> = (0..=255).cycle().take(4_000).collect();
    let request = [
        b"PUT /in/raw/deeper?a=1&a=2&%zz HTTP/1.1\r\nhOsT: t\r\nX-Twice: one\r\nx-twice:   two  \r\nX-Latin: gr\xfcn\r\nConnection: close\r\nContent-Length: 4000\r\n\r\n".as_slice(),
        &body,
    ]
    .concat();
    assert_eq!(status(&send(&address, &request).await), 200);
    let stage = stage.restart().await;
    let found = stage.deliveries("inbox:raw").await;
    assert_eq!(found.len(), 1);
    let delivery = &found[0];
    assert_eq!(delivery["method"], "PUT");
    assert_eq!(delivery["path"], "/in/raw/deeper");
    assert_eq!(delivery["query"], "a=1&a=2&%zz");
    let headers: Vec<(String, String)> = serde_json::from_value(delivery["headers"].clone()).unwrap();
    let named = |name: &str| -> Vec<String> {
        headers.iter().filter(|(key, _)| key == name).map(|(_, value)| value.clone()).collect()
    };
    assert_eq!(
        (named("X-Twice"), named("x-twice"), named("hOsT")),
        (vec!["one".into()], vec!["two".into()], vec!["t".into()])
    );
    assert_eq!(named("X-Latin"), ["grün"]);
    assert_eq!(bytes(&stage, &delivery["id"], PartOf::Body).await, body);
    let head_length = request.len() - body.len();
    assert_eq!(bytes(&stage, &delivery["id"], PartOf::Head).await, &request[..head_length]);
}

#[tokio::test(flavor = "multi_thread")]
async fn signatures_are_verified_and_secrets_named() {
    let stage = Stage::new().await;
    let address = stage.listen().await;
    stage
        .call(
            "inboxes.create",
            json!({ "name": "m", "scheme": "mynd", "secrets": ["whsec_first", "whsec_second"] }),
        )
        .await;
    let body = br#"{"id":"evt_1","type":"run.failed"}"#;
    let signed = |secret: &str| -> Vec<(String, String)> { mynd(secret, body) };
    let stale = vec![("Mynd-Signature".to_owned(), "t=1,v1=00".to_owned())];
    let cases: Vec<(&str, Vec<(String, String)>, &str, &str, Value)> = vec![
        ("first", signed("whsec_first"), "valid", "ok", json!("m signing secret")),
        ("second", signed("whsec_second"), "valid", "ok", json!("m signing secret 2")),
        ("wrong", signed("whsec_third"), "invalid", "signature_mismatch", Value::Null),
        ("none", vec![], "unsigned", "missing_signature", Value::Null),
        ("garbage", stale, "invalid", "signature_mismatch", Value::Null),
    ];
    for (name, headers, verdict, reason, secret) in cases {
        let pairs: Vec<(&str, &str)> =
            headers.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        assert_eq!(status(&send(&address, &post("/in/m", &pairs, body)).await), 200, "{name}");
        let newest = &stage.deliveries("inbox:m").await[0];
        assert_eq!((&newest["verdict"], &newest["reason"]), (&json!(verdict), &json!(reason)), "{name}");
        assert_eq!(newest["secret"], secret, "{name}");
        assert_eq!(newest["event_type"], "run.failed", "{name}");
        assert_eq!(newest["event_id"], "evt_1", "{name}");
    }
    let inbox = stage.call("inboxes.get", json!({ "name": "m" })).await;
    assert_eq!((&inbox["deliveries"], &inbox["failed"]), (&json!(5), &json!(3)));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_new_secret_verifies_at_once_and_old_deliveries_when_checked_again() {
    let stage = Stage::new().await;
    let address = stage.listen().await;
    stage.call("inboxes.create", json!({ "name": "m", "scheme": "mynd", "secrets": ["whsec_wrong"] })).await;
    let body = b"{}";
    let headers = mynd("whsec_right", body);
    let pairs: Vec<(&str, &str)> =
        headers.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    send(&address, &post("/in/m", &pairs, body)).await;
    stage.call("inboxes.add_secret", json!({ "name": "m", "secret": "whsec_right" })).await;
    send(&address, &post("/in/m", &pairs, body)).await;
    let verdicts =
        |found: Vec<Value>| -> Vec<Value> { found.into_iter().map(|one| one["verdict"].clone()).collect() };
    assert_eq!(verdicts(stage.deliveries("").await), [json!("valid"), json!("invalid")]);
    let checked = stage.call("deliveries.check_again", json!({ "query": "verdict:invalid" })).await;
    assert_eq!(checked, json!({ "checked": 1, "valid": 1, "changed": 1 }));
    assert_eq!(verdicts(stage.deliveries("").await), [json!("valid"), json!("valid")]);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_answer_is_what_the_inbox_says() {
    let stage = Stage::new().await;
    let address = stage.listen().await;
    let answer =
        json!({ "status": 503, "headers": [["X-Reason", "drill"]], "body": "later", "delay_ms": 50 });
    stage.call("inboxes.create", json!({ "name": "slow", "answer": answer })).await;
    let started = std::time::Instant::now();
    let text = String::from_utf8(send(&address, &post("/in/slow", &[], b"x")).await).unwrap();
    assert!(started.elapsed() >= std::time::Duration::from_millis(50));
    assert!(text.starts_with("HTTP/1.1 503 "), "{text}");
    assert!(text.to_lowercase().contains("x-reason: drill\r\n") && text.ends_with("\r\n\r\nlater"), "{text}");
    assert_eq!(stage.deliveries("status:503").await.len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_names_no_inbox_is_unsorted_and_what_is_malformed_is_recorded() {
    let stage = Stage::new().await;
    let address = stage.listen().await;
    let rows: &[(&str, Vec<u8>, u16)] = &[
        ("an unknown inbox", post("/in/nobody", &[], b"a"), 404),
        ("another path", post("/hooks", &[], b"b"), 404),
        ("two hosts", b"POST / HTTP/1.1\r\nHost: a\r\nHost: b\r\nContent-Length: 0\r\n\r\n".to_vec(), 400),
        (
            "length and chunks",
            b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"
                .to_vec(),
            400,
        ),
        ("no HTTP", b"\x16\x03\x01\x02\x00\x01\x00\r\n\r\n".to_vec(), 400),
    ];
    for (what, bytes, expected) in rows {
        assert_eq!(status(&send(&address, bytes).await), *expected, "{what}");
    }
    let found = stage.wait_for("inbox:unsorted", rows.len()).await;
    let refused = found.iter().filter(|one| one["refused"].is_string()).count();
    assert_eq!(refused, 3, "{found:#?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_body_over_the_cap_is_answered_413_and_its_beginning_kept() {
    let stage = Stage::new().await;
    stage.call("settings.update", json!({ "body_cap": 2048 })).await;
    let address = stage.listen().await;
    stage.call("inboxes.create", json!({ "name": "big", "scheme": "mynd", "secrets": ["whsec_x"] })).await;
    assert_eq!(status(&send(&address, &post("/in/big", &[], &vec![b'a'; 10_000])).await), 413);
    let found = &stage.wait_for("inbox:big", 1).await[0];
    assert_eq!((&found["truncated"], &found["status"]), (&json!(true), &json!(413)));
    assert!(found["body_size"].as_u64().unwrap() <= 2048);
    assert_ne!(found["verdict"], "valid");
}

#[tokio::test(flavor = "multi_thread")]
async fn result_sets_grow_as_deliveries_arrive() {
    let stage = Stage::new().await;
    let address = stage.listen().await;
    stage.call("inboxes.create", json!({ "name": "a" })).await;
    let set = stage.call("deliveries.query", json!({ "query": "inbox:a needle" })).await;
    assert_eq!(set["total"], 0);
    let mut events = stage.engine.events();
    for body in ["a needle", "hay", "another NEEDLE"] {
        send(&address, &post("/in/a", &[], body.as_bytes())).await;
    }
    stage.wait_for("inbox:a", 3).await;
    let mut total = 0;
    while total < 2 {
        let event =
            tokio::time::timeout(std::time::Duration::from_secs(10), events.recv()).await.unwrap().unwrap();
        if let waybill_engine::Event::Arrived { results, .. } = event {
            total = results.first().map_or(total, |delta| delta.total);
        }
    }
    let window =
        stage.call("deliveries.window", json!({ "result": set["id"], "offset": 0, "limit": 10 })).await;
    assert_eq!(window["rows"].as_array().unwrap().len(), 2);
    let newest = &window["rows"][0]["id"];
    let place = stage.call("deliveries.locate", json!({ "result": set["id"], "id": newest })).await;
    assert_eq!(place["index"], 0);
    let histogram = stage.call("deliveries.histogram", json!({ "result": set["id"], "buckets": 10 })).await;
    let counted: u64 =
        histogram["buckets"].as_array().unwrap().iter().map(|bar| bar["total"].as_u64().unwrap()).sum();
    assert_eq!(counted, 2);
    let gone = stage.call("deliveries.delete", json!({ "ids": [newest] })).await;
    assert_eq!(stage.deliveries("inbox:a").await.len(), 2);
    stage.call("deliveries.undelete", json!({ "undo": gone["undo"] })).await;
    assert_eq!(stage.deliveries("inbox:a").await.len(), 3);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_first_sample_arrives_verified() {
    let stage = Stage::new().await;
    assert_eq!(stage.fails("tools.sample", json!({})).await.code.code(), "invalid_input");
    stage.listen().await;
    for _ in 0..2 {
        let sent = stage.call("tools.sample", json!({})).await;
        assert_eq!(sent["status"], 200, "{sent}");
    }
    let found = stage.wait_for("inbox:hello verdict:valid", 2).await;
    assert_eq!(found[0]["scheme"], "standard-webhooks-v1");
    let report = stage.call("deliveries.signature", json!({ "id": found[0]["id"] })).await;
    assert_eq!(report["verdict"], "valid");
    assert_eq!(report["received"], report["computed"]);
    let payload = stage.call("deliveries.payload", json!({ "id": found[0]["id"] })).await;
    assert_eq!(payload["kind"], "json");
    assert!(payload["nodes"].as_array().unwrap().iter().any(|node| node["path"] == "data.customer.name"));
}

#[tokio::test(flavor = "multi_thread")]
async fn two_engines_share_a_folder_and_one_port_has_one_holder() {
    let stage = Stage::new().await;
    let address = stage.listen().await;
    let port: u16 = address.rsplit(':').next().unwrap().parse().unwrap();
    let mut options = waybill_engine::EngineOptions::new(stage.folder.path().to_path_buf(), "the other");
    options.vault = Some(waybill_model::VaultKind::Memory);
    let other = waybill_engine::Engine::start(options).await.unwrap();
    let failure = other.call("capture.start", json!({ "port": port })).await.unwrap_err();
    assert_eq!(failure.code.code(), "port_in_use");
    assert!(failure.message.contains("test"), "{failure:?}");
    let mut events = other.events();
    send(&address, &post("/anything", &[], b"x")).await;
    loop {
        let event =
            tokio::time::timeout(std::time::Duration::from_secs(10), events.recv()).await.unwrap().unwrap();
        if matches!(event, waybill_engine::Event::Arrived { .. }) {
            break;
        }
    }
    let seen = other.call("deliveries.list", json!({})).await.unwrap();
    assert_eq!(seen["deliveries"].as_array().unwrap().len(), 1);
    other.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn exports_read_back_and_hide_credentials() {
    let stage = Stage::new().await;
    let address = stage.listen().await;
    let body = r#"{"id":"evt_9","type":"x.y"}"#;
    send(
        &address,
        &post(
            "/in/none",
            &[("Authorization", "Bearer sesame-0001"), ("User-Agent", "kept/1.0")],
            body.as_bytes(),
        ),
    )
    .await;
    stage.wait_for("", 1).await;
    for format in ["har", "jsonl", "raw", "curl"] {
        let hidden = stage.call("deliveries.export", json!({ "format": format })).await;
        let text = hidden["text"].as_str().unwrap();
        assert!(!text.contains("sesame-0001") && text.contains("kept"), "{format}: {text}");
        assert!(hidden["redacted"].as_u64().unwrap() >= 1, "{format}");
        let shown = stage.call("deliveries.export", json!({ "format": format, "with_secrets": true })).await;
        assert!(shown["text"].as_str().unwrap().contains("sesame-0001"), "{format}");
    }
    let lines = stage.call("deliveries.export", json!({ "format": "jsonl", "with_secrets": true })).await;
    let base64 =
        base64::Engine::encode(&base64::engine::general_purpose::STANDARD, lines["text"].as_str().unwrap());
    let imported = stage.call("deliveries.import", json!({ "base64": base64 })).await;
    let id = &imported["ids"][0];
    assert_eq!(bytes(&stage, id, PartOf::Body).await, body.as_bytes());
    assert_eq!(stage.deliveries("origin:imported").await.len(), 1);
}
