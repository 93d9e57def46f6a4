//! Deliveries out, in, and compared.

use crate::stage::{Stage, post, send};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

fn line(number: usize, more: &str) -> String {
    format!(
        r#"{{"method":"POST","path":"/in/m","headers":[["X-N","{number}"]],"body":{{"text":"{number}"}}{more}}}"#
    )
}

#[tokio::test(flavor = "multi_thread")]
async fn an_import_of_any_length_is_whole_and_keeps_its_marks() {
    const COUNT: usize = 9_000;
    let stage = Stage::new().await;
    let mut lines: Vec<String> = (0..COUNT).map(|number| line(number, "")).collect();
    lines[7] = line(7, r#","starred":true,"note":"look here""#);
    let import = json!({ "base64": STANDARD.encode(lines.join("\n")) });
    let imported = stage.call("deliveries.import", import).await;
    assert_eq!(imported["ids"].as_array().unwrap().len(), COUNT);
    assert_eq!(imported["verdicts"].as_array().unwrap().len(), COUNT);
    let status = stage.call("status.get", json!({})).await;
    assert_eq!(status["totals"]["deliveries"], COUNT);
    let marked = stage.deliveries("starred:yes").await;
    assert_eq!((marked.len(), &marked[0]["note"]), (1, &json!("look here")));
    assert_eq!(marked[0]["headers"][0], json!(["X-N", "7"]));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_import_goes_where_it_was_told_or_nowhere() {
    let stage = Stage::new().await;
    let base64 = STANDARD.encode(line(1, ""));
    let missing = stage.fails("deliveries.import", json!({ "base64": base64, "inbox": "nobody" })).await;
    assert_eq!(missing.code.code(), "not_found", "{missing:?}");
    assert_eq!(stage.deliveries("").await.len(), 0);
    stage.call("inboxes.create", json!({ "name": "there" })).await;
    stage.call("deliveries.import", json!({ "base64": base64, "inbox": "there" })).await;
    stage.call("deliveries.import", json!({ "base64": base64 })).await;
    let inboxes: Vec<Value> =
        stage.deliveries("").await.into_iter().map(|one| one["inbox"].clone()).collect();
    assert_eq!(inboxes, [json!("unsorted"), json!("there")]);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_an_export_left_out_is_counted() {
    let stage = Stage::new().await;
    let address = stage.listen().await;
    // The body says what a replaced value looks like, and is none.
    let body = [b"[redacted] ".as_slice(), &[0xff]].concat();
    send(&address, &post("/in/a?token=t&id=1", &[("Cookie", "a=b")], &body)).await;
    stage.wait_for("", 1).await;
    for format in ["har", "jsonl", "raw", "curl"] {
        let left = |with: bool| {
            let engine = stage.engine.clone();
            async move {
                let request = json!({ "format": format, "with_secrets": with });
                engine.call("deliveries.export", request).await.unwrap()["redacted"].clone()
            }
        };
        assert_eq!((left(false).await, left(true).await), (json!(2), json!(0)), "{format}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn two_deliveries_are_compared_by_what_they_hold() {
    let stage = Stage::new().await;
    let address = stage.listen().await;
    let json_type = ("Content-Type", "application/json");
    for (extra, body) in [
        (("X-Id", "1"), &br#"{"id":"evt_1","amount":1.10}"#[..]),
        (("X-Id", "2"), br#"{"id":"evt_2","amount":1.10}"#),
        (("X-Id", "1"), br#"{ "id": "evt_1", "amount": 1.10 }"#),
        (("X-Id", "1"), br#"{"id":"evt_1","amount":1.10}"#),
        (("Content-Encoding", "gzip"), br#"{"id":"evt_1"}"#),
    ] {
        send(&address, &post("/in/a", &[json_type, extra], body)).await;
    }
    let mut ids: Vec<Value> = stage.wait_for("", 5).await.into_iter().map(|one| one["id"].clone()).collect();
    ids.reverse();
    let compare = |left: usize, right: usize| {
        let request = json!({ "left": ids[left], "right": ids[right] });
        let engine = stage.engine.clone();
        async move { engine.call("deliveries.diff", request).await.unwrap() }
    };
    let other = compare(0, 1).await;
    assert_eq!((&other["equal"], &other["body"]["kind"]), (&json!(false), &json!("json")), "{other}");
    assert_eq!(
        other["head"]["hunks"][0]["lines"].as_array().unwrap().last().unwrap(),
        &json!(["added", "X-Id: 2"])
    );
    assert_eq!(
        other["body"]["lines"]["hunks"][0]["lines"],
        json!([
            ["same", "{"],
            ["removed", "  \"id\": \"evt_1\","],
            ["added", "  \"id\": \"evt_2\","],
            ["same", "  \"amount\": 1.10"],
            ["same", "}"]
        ])
    );
    let laid_out = compare(0, 2).await;
    assert_eq!(
        (&laid_out["equal"], &laid_out["body"]["lines"]["hunks"]),
        (&json!(false), &json!([])),
        "{laid_out}"
    );
    assert_eq!(laid_out["body"]["first_difference"], 1);
    let same = compare(0, 3).await;
    assert_eq!((&same["equal"], &same["body"]["kind"]), (&json!(true), &json!("same")), "{same}");
    let missing = stage.fails("deliveries.diff", json!({ "left": ids[0], "right": "999" })).await;
    assert_eq!(missing.code.code(), "not_found");
    // A wrong content encoding hides nothing.
    let payload = stage.call("deliveries.payload", json!({ "id": ids[4] })).await;
    assert_eq!((&payload["kind"], &payload["decoded"]), (&json!("json"), &Value::Null), "{payload}");
    assert!(payload["notes"][0].as_str().unwrap().contains("content encoding"), "{payload}");
}
