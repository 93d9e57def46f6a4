//! The user's own schemes: tried, kept, used, replaced, removed.

use crate::signatures::signed;
use crate::stage::{Stage, post, send};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

const SECRET: &str = "own secret";

fn form() -> Value {
    json!({ "title": "Mine", "algorithm": "hmac-sha256", "signature_header": "X-Mine-Signature", "prefix": "m0=",
        "message_parts": ["m0:", "{timestamp}", ":", "{body}"], "timestamp_header": "X-Mine-Time", "max_age": 300,
        "event_type": "json:/type" })
}

#[tokio::test(flavor = "multi_thread")]
async fn a_scheme_is_made_tried_kept_used_and_removed() {
    let stage = Stage::new().await;
    let address = stage.listen().await;
    let composed = stage.call("schemes.compose", form()).await;
    assert_eq!(composed["faults"], json!([]), "{composed}");
    let text = composed["text"].as_str().unwrap();

    let kept = stage.call("schemes.save", json!({ "id": "mine", "text": text })).await;
    assert_eq!((&kept["own"], &kept["text"]), (&json!(true), &json!(text)), "{kept}");
    let file = stage.folder.path().join("schemes/mine.toml");
    assert_eq!(std::fs::read_to_string(&file).unwrap(), text);
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        assert_eq!(std::fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o600);
    }
    let inbox = json!({ "name": "m", "scheme": "mine", "secrets": [SECRET] });
    stage.call("inboxes.create", inbox).await;
    let request = signed(&stage, "mine", SECRET, "/in/m", b"{\"type\": \"a.b\"}").await;
    send(&address, &request).await;
    let arrived = stage.wait_for("verdict:valid", 1).await;
    assert_eq!(
        (&arrived[0]["scheme"], &arrived[0]["event_type"]),
        (&json!("mine"), &json!("a.b")),
        "{arrived:?}"
    );

    // Tried against what was captured: with the inbox's secret, with another, with a fault.
    let id = &arrived[0]["id"];
    let seen = stage.call("schemes.preview", json!({ "text": text, "delivery": id })).await;
    assert_eq!((&seen["report"]["verdict"], &seen["faults"]), (&json!("valid"), &json!([])), "{seen}");
    assert_eq!(seen["report"]["signed"].as_array().unwrap().last().unwrap()["kind"], "body", "{seen}");
    let other = json!({ "text": text, "delivery": id, "secret": "another" });
    assert_eq!(stage.call("schemes.preview", other).await["report"]["reason"], "signature_mismatch");
    let raw = json!({ "text": text, "request_base64": STANDARD.encode(&request), "inbox": "m" });
    assert_eq!(stage.call("schemes.preview", raw).await["report"]["verdict"], "valid");
    let wrong = json!({ "text": "title = \"x\"\nalgorithm = 7\n", "delivery": id });
    let seen = stage.call("schemes.preview", wrong).await;
    assert_eq!((&seen["faults"][0]["line"], &seen["report"]), (&json!(2), &Value::Null), "{seen}");
    let alone = stage.call("schemes.preview", json!({ "text": text })).await;
    assert_eq!((&alone["faults"], &alone["report"]), (&json!([]), &Value::Null));

    let proposals = stage.call("schemes.detect", json!({ "delivery": id })).await;
    let mine = proposals.as_array().unwrap().iter().find(|one| one["scheme"] == "mine").unwrap();
    assert!(mine["reason"].as_str().unwrap().contains("X-Mine-Signature"), "{proposals}");

    let failure = stage.fails("schemes.remove", json!({ "id": "mine" })).await;
    assert_eq!(failure.code.code(), "in_use", "{failure:?}");
    assert!(failure.message.contains("inbox m"), "{failure:?}");
    stage.call("inboxes.remove", json!({ "name": "m" })).await;
    stage.call("schemes.remove", json!({ "id": "mine" })).await;
    assert!(!file.exists());
    assert_eq!(stage.fails("schemes.get", json!({ "id": "mine" })).await.code.code(), "unknown_scheme");
    assert_eq!(stage.fails("schemes.remove", json!({ "id": "mine" })).await.code.code(), "unknown_scheme");
}

#[tokio::test(flavor = "multi_thread")]
async fn ours_can_be_replaced_and_comes_back_and_files_are_noticed() {
    let stage = Stage::new().await;
    let ours = stage.call("schemes.get", json!({ "id": "mynd" })).await;
    assert_eq!(ours["own"], false);
    let text = stage.call("schemes.compose", form()).await["text"].clone();
    let save = json!({ "id": "mynd", "text": text });
    assert_eq!(stage.fails("schemes.save", save).await.code.code(), "already_exists");
    let save = json!({ "id": "mynd", "text": text, "replace": true });
    assert_eq!(stage.call("schemes.save", save).await["info"]["title"], "Mine");
    stage.call("schemes.remove", json!({ "id": "mynd" })).await;
    assert_eq!(stage.call("schemes.get", json!({ "id": "mynd" })).await, ours);

    // Put there by somebody else.
    let folder = stage.folder.path().join("schemes");
    std::fs::write(folder.join("theirs.toml"), text.as_str().unwrap()).unwrap();
    std::fs::write(folder.join("bad.toml"), "title = 3\n").unwrap();
    let own = stage.call("schemes.reload", json!({})).await;
    assert_eq!(own["schemes"], json!(["theirs"]), "{own}");
    assert_eq!(
        (&own["unusable"][0]["file"], &own["unusable"][0]["fault"]["line"]),
        (&json!("bad.toml"), &json!(1))
    );
    let listed = stage.call("schemes.list", json!({})).await;
    assert!(listed.as_array().unwrap().iter().any(|one| one["id"] == "theirs"));
    let doctor = stage.call("doctor", json!({})).await;
    assert!(doctor.to_string().contains("bad.toml"), "{doctor}");
    stage.call("schemes.remove", json!({ "id": "bad" })).await;
    assert_eq!(stage.call("schemes.own", json!({})).await["unusable"], json!([]));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_saved_scheme_counts_for_the_next_delivery() {
    let stage = Stage::new().await;
    let address = stage.listen().await;
    let text = stage.call("schemes.compose", form()).await["text"].clone();
    stage.call("schemes.save", json!({ "id": "mine", "text": text })).await;
    stage.call("inboxes.create", json!({ "name": "m", "scheme": "mine", "secrets": [SECRET] })).await;
    let mut other = form();
    other["message_parts"] = json!(["{timestamp}", ".", "{body}"]);
    let other = stage.call("schemes.compose", other).await["text"].clone();
    let before = signed(&stage, "mine", SECRET, "/in/m", b"{}").await;
    stage.call("schemes.save", json!({ "id": "mine", "text": other, "replace": true })).await;
    let after = signed(&stage, "mine", SECRET, "/in/m", b"{}").await;
    send(&address, &before).await;
    send(&address, &after).await;
    let arrived = stage.wait_for("inbox:m", 2).await;
    assert_eq!((&arrived[0]["verdict"], &arrived[1]["verdict"]), (&json!("valid"), &json!("invalid")));
}

#[tokio::test(flavor = "multi_thread")]
async fn each_wrong_request_has_its_code() {
    let stage = Stage::new().await;
    let text = stage.call("schemes.compose", form()).await["text"].clone();
    let long = "#".repeat(64 * 1024 + 1);
    let request = STANDARD.encode(post("/x", &[], b"{}"));
    for (name, payload, code) in [
        ("schemes.save", json!({ "id": "../x", "text": text }), "invalid_input"),
        ("schemes.save", json!({ "id": "Upper", "text": text }), "invalid_input"),
        ("schemes.save", json!({ "id": "", "text": text }), "invalid_input"),
        ("schemes.save", json!({ "id": "x", "text": "title = 3" }), "invalid_description"),
        ("schemes.save", json!({ "id": "x", "text": long }), "invalid_input"),
        ("schemes.remove", json!({ "id": "../../waybill.db" }), "invalid_input"),
        ("schemes.remove", json!({ "id": "mynd" }), "invalid_input"),
        ("schemes.remove", json!({ "id": "nonesuch" }), "unknown_scheme"),
        ("schemes.preview", json!({ "text": text, "delivery": "77" }), "not_found"),
        ("schemes.preview", json!({ "text": text, "request_base64": "!" }), "invalid_input"),
        ("schemes.preview", json!({ "text": text, "request_base64": request, "inbox": "none" }), "not_found"),
        ("schemes.preview", json!({ "text": text, "secret": 7 }), "invalid_input"),
        ("schemes.compose", json!({ "event_type": "somewhere" }), "invalid_input"),
        ("schemes.detect", json!({}), "invalid_input"),
        ("schemes.detect", json!({ "delivery": "77" }), "not_found"),
        ("schemes.test_key", json!({ "scheme": "nonesuch" }), "unknown_scheme"),
        ("diagnosis.start", json!({ "id": "77" }), "not_found"),
        ("diagnosis.progress", json!({ "id": "77" }), "not_found"),
        ("diagnosis.cancel", json!({ "id": "77" }), "not_found"),
        ("diagnosis.mend", json!({ "id": "77", "action": { "kind": "add_secret" } }), "not_found"),
        ("tools.sign", json!({ "request_base64": request, "scheme": "mynd" }), "invalid_input"),
        (
            "tools.sign",
            json!({ "request_base64": request, "scheme": "mynd", "secret_id": "s-0" }),
            "not_found",
        ),
        (
            "tools.sign",
            json!({ "request_base64": request, "scheme": "mynd", "secret": "a", "secret_id": "s-0" }),
            "invalid_input",
        ),
    ] {
        let failure = stage.fails(name, payload.clone()).await;
        assert_eq!(failure.code.code(), code, "{name} {payload}: {failure:?}");
    }
    assert!(!stage.folder.path().join("schemes").exists(), "a refused request left a file behind");
}
