//! Why a signature fails, and its mend: what the report names first, what a mend changes and what it leaves.

use crate::stage::{Stage, post, send};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};
use std::time::{Duration, Instant};

const SECRET: &str = "whsec_of-the-sender-0123456789";

/// A request signed as the sender would.
pub(crate) async fn signed(stage: &Stage, scheme: &str, secret: &str, path: &str, body: &[u8]) -> Vec<u8> {
    let request = STANDARD.encode(post(path, &[("Content-Type", "application/json")], body));
    let asked = json!({ "request_base64": request, "scheme": scheme, "secret": secret });
    let signed = stage.call("tools.sign", asked).await;
    STANDARD.decode(signed["request_base64"].as_str().unwrap()).unwrap()
}

async fn inbox(stage: &Stage, name: &str, scheme: &str, secrets: &[&str]) -> Value {
    stage.call("inboxes.create", json!({ "name": name, "scheme": scheme, "secrets": secrets })).await
}

/// The report, asked for again while its time was too short: this machine may be busy.
async fn report(stage: &Stage, id: &Value) -> Value {
    let mut found = Value::Null;
    for _ in 0..40 {
        found = stage.call("deliveries.signature", json!({ "id": id })).await;
        if found["search"]["state"] != "more" {
            break;
        }
    }
    found
}

#[tokio::test(flavor = "multi_thread")]
async fn a_line_end_in_the_stored_secret_is_named_first_and_mended_for_every_delivery() {
    let stage = Stage::new().await;
    let address = stage.listen().await;
    inbox(&stage, "m", "github-sha256", &[&format!("{SECRET}\n")]).await;
    for body in [&b"{\"a\": 1}"[..], b"{\"a\": 2}", b"{\"a\": 3}"] {
        send(&address, &signed(&stage, "github-sha256", SECRET, "/in/m", body).await).await;
    }
    let failed = stage.wait_for("verdict:invalid", 3).await;
    let id = &failed[0]["id"];
    let found = report(&stage, id).await;
    let first = &found["diagnosis"][0];
    assert_eq!(
        (&first["code"], &first["confidence"]),
        (&json!("secret_whitespace"), &json!("certain")),
        "{found}"
    );
    let action = &first["action"];
    assert_eq!((&action["kind"], &action["change"]), (&json!("restate_secret"), &json!("trim")), "{first}");
    assert!(action["label"].as_str().unwrap().contains("check again"), "{action}");
    assert!(found["search"]["tried"].as_u64().unwrap() > 0, "{found}");
    assert!(!found.to_string().contains(SECRET), "{found}");

    let mended = stage.call("diagnosis.mend", json!({ "id": id, "action": action })).await;
    assert_eq!((&mended["checked"], &mended["valid"]), (&json!(3), &json!(3)), "{mended}");
    assert_eq!(stage.deliveries("verdict:valid").await.len(), 3);
    assert_eq!(report(&stage, id).await["diagnosis"], json!([]));

    // The value is the trimmed one under the same name; the old one is there and retired.
    let secrets = stage.call("inboxes.get", json!({ "name": "m" })).await["secrets"].clone();
    assert_eq!(secrets.as_array().unwrap().len(), 1, "{secrets}");
    assert_eq!(secrets[0]["name"], action["name"]);
    let revealed = stage.call("secrets.reveal", json!({ "id": secrets[0]["id"] })).await;
    assert_eq!(revealed["value"], SECRET);
    let all = stage.call("secrets.list", json!({})).await;
    let old = all.as_array().unwrap().iter().find(|one| one["id"] == action["secret_id"]).unwrap();
    assert_eq!((&old["state"], &old["used_by"]), (&json!("retired"), &json!([])), "{old}");

    let failure = stage
        .fails(
            "diagnosis.mend",
            json!({ "id": id, "action": { "kind": "restate_secret",
        "secret_id": secrets[0]["id"], "name": "x", "change": "trim" } }),
        )
        .await;
    assert_eq!(failure.code.code(), "conflict", "{failure:?}");
    assert_eq!(stage.call("secrets.list", json!({})).await, all);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_secret_of_another_inbox_is_named_and_used() {
    let stage = Stage::new().await;
    let address = stage.listen().await;
    inbox(&stage, "right", "github-sha256", &[SECRET]).await;
    inbox(&stage, "wrong", "github-sha256", &["whsec_of-somebody-else"]).await;
    send(&address, &signed(&stage, "github-sha256", SECRET, "/in/wrong", b"{}").await).await;
    let failed = stage.wait_for("inbox:wrong verdict:invalid", 1).await;
    let found = report(&stage, &failed[0]["id"]).await;
    let action = &found["diagnosis"][0]["action"];
    assert_eq!(
        (&action["kind"], &action["name"]),
        (&json!("use_secret"), &json!("right signing secret")),
        "{found}"
    );
    let mended = stage.call("diagnosis.mend", json!({ "id": failed[0]["id"], "action": action })).await;
    assert_eq!((&mended["inbox"], &mended["valid"]), (&json!("wrong"), &json!(1)), "{mended}");
    let secrets = stage.call("inboxes.get", json!({ "name": "wrong" })).await["secrets"].clone();
    assert_eq!(
        (secrets.as_array().unwrap().len(), &secrets[0]["id"]),
        (2, &action["secret_id"]),
        "{secrets}"
    );
    // The other inbox is as it was.
    let right = stage.call("inboxes.get", json!({ "name": "right" })).await;
    assert_eq!(right["secrets"][0]["state"], "current", "{right}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wrong_scheme_is_named_and_a_mend_that_fits_no_more_changes_nothing() {
    let stage = Stage::new().await;
    let address = stage.listen().await;
    inbox(&stage, "m", "slack", &[SECRET]).await;
    send(&address, &signed(&stage, "stripe", SECRET, "/in/m", b"{\"type\": \"a\"}").await).await;
    let failed = stage.wait_for("inbox:m", 1).await;
    let id = &failed[0]["id"];
    let found = report(&stage, id).await;
    let causes = found["diagnosis"].as_array().unwrap();
    let action = causes.iter().map(|cause| &cause["action"]).find(|action| action["kind"] == "use_scheme");
    let action = action.unwrap_or_else(|| panic!("{found}")).clone();
    assert_eq!(action["scheme"], "stripe", "{found}");
    let before = stage.call("inboxes.get", json!({ "name": "m" })).await;
    for (wrong, code) in [
        (json!({ "kind": "use_scheme", "scheme": "discord" }), "conflict"),
        (json!({ "kind": "use_scheme", "scheme": "nonesuch" }), "unknown_scheme"),
        (json!({ "kind": "set_config", "key": "url", "value": "http://x/" }), "conflict"),
        (json!({ "kind": "use_secret", "secret_id": "s-0", "name": "x" }), "conflict"),
        (json!({ "kind": "use_secret", "secret_id": null, "name": "#1" }), "invalid_input"),
        (
            json!({ "kind": "restate_secret", "secret_id": before["secrets"][0]["id"], "name": "x", "change": "melt" }),
            "invalid_input",
        ),
        (
            json!({ "kind": "restate_secret", "secret_id": before["secrets"][0]["id"], "name": "x", "change": "uppercase" }),
            "conflict",
        ),
        (json!({ "kind": "add_secret" }), "invalid_input"),
        (json!({ "kind": "sign_again" }), "invalid_input"),
        (json!({ "kind": "nothing" }), "invalid_input"),
    ] {
        let failure = stage.fails("diagnosis.mend", json!({ "id": id, "action": wrong })).await;
        assert_eq!(failure.code.code(), code, "{wrong}: {failure:?}");
    }
    assert_eq!(stage.call("inboxes.get", json!({ "name": "m" })).await, before);
    let mended = stage.call("diagnosis.mend", json!({ "id": id, "action": action })).await;
    assert_eq!((&mended["checked"], &mended["valid"]), (&json!(1), &json!(1)), "{mended}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_signed_address_is_the_one_the_sender_used() {
    let stage = Stage::new().await;
    let address = stage.listen().await;
    let config = json!({ "url": "https://old.example/hooks/h" });
    let inbox = json!({ "name": "h", "scheme": "hubspot-v3", "secrets": [SECRET], "config": config });
    stage.call("inboxes.create", inbox).await;
    let request = post("/in/h?a=1", &[("X-Forwarded-Host", "hooks.example")], b"{}");
    let asked = json!({ "request_base64": STANDARD.encode(request), "scheme": "hubspot-v3", "secret": SECRET,
        "url": "https://hooks.example/hooks/h?a=1" });
    let signed = stage.call("tools.sign", asked).await;
    send(&address, &STANDARD.decode(signed["request_base64"].as_str().unwrap()).unwrap()).await;
    let failed = stage.wait_for("verdict:invalid", 1).await;
    let id = &failed[0]["id"];
    let found = report(&stage, id).await;
    let action = &found["diagnosis"][0]["action"];
    assert_eq!(found["diagnosis"][0]["code"], "url_host", "{found}");
    assert_eq!((&action["key"], &action["value"]), (&json!("url"), &json!("https://hooks.example/hooks/h")));
    let mended = stage.call("diagnosis.mend", json!({ "id": id, "action": action })).await;
    assert_eq!(mended["valid"], 1, "{mended}");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_inbox_that_all_share_or_that_is_gone_is_not_mended() {
    let stage = Stage::new().await;
    let address = stage.listen().await;
    inbox(&stage, "m", "stripe", &[SECRET]).await;
    send(&address, &signed(&stage, "stripe", SECRET, "/in/nobody", b"{}").await).await;
    let unsorted = stage.wait_for("inbox:unsorted", 1).await;
    let use_scheme = json!({ "kind": "use_scheme", "scheme": "stripe" });
    let failure =
        stage.fails("diagnosis.mend", json!({ "id": unsorted[0]["id"], "action": use_scheme })).await;
    assert_eq!(failure.code.code(), "invalid_input", "{failure:?}");
    let found = report(&stage, &unsorted[0]["id"]).await;
    assert_eq!(found["diagnosis"][0]["code"], "no_scheme", "{found}");
    send(&address, &signed(&stage, "stripe", "other", "/in/m", b"{}").await).await;
    let failed = stage.wait_for("inbox:m", 1).await;
    stage.call("inboxes.remove", json!({ "name": "m" })).await;
    let failure = stage.fails("diagnosis.mend", json!({ "id": failed[0]["id"], "action": use_scheme })).await;
    assert_eq!(failure.code.code(), "not_found", "{failure:?}");
}

/// Deliveries whose cause takes long to search for: a large body and many secrets, none of which is right.
async fn hard(stage: &Stage, count: usize) -> Vec<Value> {
    let address = stage.listen().await;
    let secrets: Vec<String> = (0..20).map(|number| format!("whsec_wrong-{number}")).collect();
    let secrets: Vec<&str> = secrets.iter().map(String::as_str).collect();
    inbox(stage, "hard", "stripe", &secrets).await;
    let body = json!({ "type": "a", "text": "ü/<b>\u{2028} ".repeat(30_000), "list": vec![1.5; 20_000] })
        .to_string();
    for _ in 0..count {
        send(&address, &signed(stage, "stripe", SECRET, "/in/hard", body.as_bytes()).await).await;
    }
    stage.wait_for("inbox:hard", count).await.iter().map(|delivery| delivery["id"].clone()).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_search_goes_on_in_the_background_tells_where_it_stands_and_can_be_cancelled() {
    let stage = Stage::new().await;
    let ids = hard(&stage, 3).await;
    let none = stage.call("diagnosis.progress", json!({ "id": ids[0] })).await;
    assert_eq!((&none["search"], &none["diagnosis"]), (&Value::Null, &json!([])));
    let found = stage.call("deliveries.signature", json!({ "id": ids[0] })).await;
    assert_eq!(found["search"]["state"], "more", "{}", found["search"]);
    for id in &ids[..2] {
        let begun = stage.call("diagnosis.start", json!({ "id": id })).await;
        assert_eq!(begun["search"]["state"], "running", "{begun}");
    }
    // The same one once more is the same search; a third is one too many.
    assert_eq!(stage.call("diagnosis.start", json!({ "id": ids[0] })).await["search"]["state"], "running");
    assert_eq!(stage.fails("diagnosis.start", json!({ "id": ids[2] })).await.code.code(), "busy");
    let begun = Instant::now();
    let grown = loop {
        let progress = stage.call("diagnosis.progress", json!({ "id": ids[0] })).await;
        if progress["search"]["tried"].as_u64().unwrap() > 0 || begun.elapsed() > Duration::from_secs(30) {
            break progress;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    };
    assert!(grown["search"]["tried"].as_u64() > Some(0), "{grown}");
    assert!(grown["search"]["total"].as_u64() >= grown["search"]["tried"].as_u64(), "{grown}");
    let ended = stage.call("diagnosis.cancel", json!({ "id": ids[0] })).await;
    assert_eq!(ended["search"]["state"], "cancelled", "{}", ended["search"]);
    // There is room for the third now; the engine ends with searches going on.
    assert_eq!(stage.call("diagnosis.start", json!({ "id": ids[2] })).await["search"]["state"], "running");
    let begun = Instant::now();
    stage.engine.stop().await;
    assert!(begun.elapsed() < Duration::from_secs(4), "{:?}", begun.elapsed());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_search_in_the_background_ends_with_what_it_found_until_the_inbox_changes() {
    let stage = Stage::new().await;
    let address = stage.listen().await;
    inbox(&stage, "m", "github-sha256", &[&format!(" {SECRET}")]).await;
    send(&address, &signed(&stage, "github-sha256", SECRET, "/in/m", b"{}").await).await;
    let id = stage.wait_for("inbox:m", 1).await[0]["id"].clone();
    stage.call("diagnosis.start", json!({ "id": id })).await;
    let mut progress = Value::Null;
    for _ in 0..1_000 {
        progress = stage.call("diagnosis.progress", json!({ "id": id })).await;
        if progress["search"]["state"] != "running" {
            break;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    assert_eq!(progress["search"]["state"], "complete", "{progress}");
    assert_eq!(progress["diagnosis"][0]["code"], "secret_whitespace", "{progress}");
    assert_eq!(report(&stage, &id).await["search"], progress["search"]);
    let action = &progress["diagnosis"][0]["action"];
    stage.call("diagnosis.mend", json!({ "id": id, "action": action })).await;
    assert_eq!(stage.call("diagnosis.progress", json!({ "id": id })).await["search"], Value::Null);
    let failure = stage.fails("diagnosis.start", json!({ "id": id })).await;
    assert_eq!(failure.code.code(), "invalid_input", "{failure:?}");
    assert_eq!(stage.fails("diagnosis.cancel", json!({ "id": id })).await.code.code(), "not_found");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_vault_that_can_not_be_read_is_told_of() {
    let stage = Stage::new().await;
    let address = stage.listen().await;
    inbox(&stage, "m", "stripe", &[SECRET]).await;
    inbox(&stage, "other", "stripe", &["whsec_other"]).await;
    send(&address, &signed(&stage, "stripe", SECRET, "/in/m", b"{}").await).await;
    stage.wait_for("inbox:m", 1).await;
    stage.engine.stop().await;
    let mut options = waybill_engine::EngineOptions::new(stage.folder.path().to_path_buf(), "test");
    options.vault = Some(waybill_model::VaultKind::File);
    options.work_factor = 1;
    options.passphrase = Some(std::sync::Arc::new(|| Some("wrong".to_owned().into())));
    let engine = waybill_engine::Engine::start(options).await.unwrap();
    let stage = Stage { engine, folder: stage.folder };
    let id = stage.deliveries("inbox:m").await[0]["id"].clone();
    let found = report(&stage, &id).await;
    assert!(found["vault_problem"].as_str().is_some(), "{found}");
    assert!(!found["search"]["not_tried"].as_array().unwrap().is_empty(), "{found}");
    stage.engine.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_given_by_hand_is_searched_with_the_vault_or_not_at_all() {
    let stage = Stage::new().await;
    let set = json!({ "name": "kept", "kind": "shared_secret", "value": SECRET });
    stage.call("secrets.set", set).await;
    let request = STANDARD.encode(signed(&stage, "stripe", SECRET, "/x", b"{}").await);
    let ask = |more: Value| {
        let mut asked = json!({ "request_base64": request, "scheme": "stripe", "secrets": ["whsec_wrong"],
            "diagnose_ms": 30_000 });
        asked.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        asked
    };
    let found = stage.call("tools.verify", ask(json!({}))).await;
    let action = &found["diagnosis"][0]["action"];
    assert_eq!((&action["kind"], &action["name"]), (&json!("use_secret"), &json!("kept")), "{found}");
    let found = stage.call("tools.verify", ask(json!({ "diagnose_ms": 0 }))).await;
    assert_eq!((&found["diagnosis"], &found["search"]), (&json!([]), &Value::Null), "{found}");
    let failure = stage.fails("tools.verify", ask(json!({ "diagnose_ms": 60_001 }))).await;
    assert_eq!(failure.code.code(), "invalid_input", "{failure:?}");
    // A secret that is nowhere in the vault, given with a line end.
    let request = STANDARD.encode(signed(&stage, "stripe", "whsec_by-hand", "/x", b"{}").await);
    let padded = json!({ "request_base64": request, "secrets": ["whsec_by-hand\n"] });
    let found = stage.call("tools.verify", ask(padded)).await;
    assert_eq!(found["diagnosis"][0]["code"], "secret_whitespace", "{found}");
    assert_eq!(found["diagnosis"][0]["action"]["secret_id"], Value::Null, "{found}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_diagnosis_holds_no_secret_whatever_the_scheme() {
    let stage = Stage::new().await;
    let address = stage.listen().await;
    let mut checked = 0;
    for (number, scheme) in
        ["gitlab-token", "stripe", "standard-webhooks-v1", "mynd", "mindbridge"].iter().enumerate()
    {
        let name = format!("i{number}");
        let made = stage.call("schemes.test_key", json!({ "scheme": scheme })).await;
        let id = made["secret"]["id"].clone();
        let value = stage.call("secrets.reveal", json!({ "id": id })).await["value"].clone();
        let value = value.as_str().unwrap();
        inbox(&stage, &name, scheme, &[&format!("\"{value}\"")]).await;
        let request = signed(&stage, scheme, value, &format!("/in/{name}"), b"{}").await;
        send(&address, &request).await;
        let delivery = stage.wait_for(&format!("inbox:{name}"), 1).await[0].clone();
        assert_ne!(delivery["verdict"], "valid", "{scheme}");
        let found = report(&stage, &delivery["id"]).await;
        assert!(found["diagnosis"].as_array().is_some_and(|causes| !causes.is_empty()), "{scheme}: {found}");
        assert!(!found.to_string().contains(value), "{scheme} says its secret: {found}");
        let asked = json!({ "delivery": delivery["id"], "scheme": scheme, "diagnose_ms": 30_000 });
        let verified = stage.call("tools.verify", asked).await;
        assert!(!verified.to_string().contains(value), "{scheme} says its secret: {verified}");
        checked += 1;
    }
    assert_eq!(checked, 5);
}
