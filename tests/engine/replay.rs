//! Replays: verbatim and signed again, failures, cancelling, and what a restart does.

use crate::stage::{Stage, post, send};
use serde_json::json;
use std::time::Duration;
use waybill_testkit::sign::Form;
use waybill_testkit::{Answer, Target};

async fn stage_with(count: usize) -> Stage {
    let stage = Stage::new().await;
    let address = stage.listen().await;
    stage
        .call("inboxes.create", json!({ "name": "m", "scheme": "mynd", "secrets": ["whsec_current"] }))
        .await;
    for index in 0..count {
        let body = format!("{{\"id\":\"evt_{index}\",\"type\":\"run.failed\"}}");
        send(&address, &post("/in/m", &[("Mynd-Signature", "t=1,v1=00"), ("X-Trace", "a")], body.as_bytes()))
            .await;
    }
    stage.wait_for("inbox:m", count).await;
    stage
}

#[tokio::test(flavor = "multi_thread")]
async fn verbatim_sends_the_recorded_bytes_and_resign_a_fresh_signature() {
    let stage = stage_with(1).await;
    let target = Target::start().await.unwrap();
    let options = |mode: &str| json!({ "target": target.url("/hooks"), "mode": mode });
    let request = |mode: &str| json!({ "selection": { "query": "inbox:m" }, "options": options(mode) });
    for mode in ["verbatim", "resign"] {
        let job = stage.call("replays.start", request(mode)).await;
        let ended = stage.wait_for_job(&job["id"]).await;
        assert_eq!(ended["state"], "completed", "{mode}: {ended}");
        assert_eq!(ended["counts"]["succeeded"], 1, "{mode}: {ended}");
    }
    let got = target.wait_for(2, Duration::from_secs(10)).await.unwrap();
    assert_eq!(got[0].header("mynd-signature"), Some("t=1,v1=00"));
    assert!(
        got.iter().all(|one| one.body == b"{\"id\":\"evt_0\",\"type\":\"run.failed\"}"
            && one.header("x-trace") == Some("a"))
    );
    assert!(got[0].check(Form::Mynd, "whsec_current").is_err());
    got[1].check(Form::Mynd, "whsec_current").unwrap_or_else(|why| panic!("{why:?}"));
    let delivery = &stage.deliveries("inbox:m replayed:yes").await[0];
    let attempts = stage.call("replays.attempts", json!({ "delivery": delivery["id"] })).await;
    assert_eq!(attempts["total"], 2);
    assert_eq!(attempts["attempts"][0]["status"], 200);
}

#[tokio::test(flavor = "multi_thread")]
async fn failures_are_tried_again_and_counted() {
    let stage = stage_with(3).await;
    let target = Target::start().await.unwrap();
    target.script([Answer::status(500)]);
    let request = json!({
        "selection": { "query": "inbox:m" },
        "options": { "target": target.url("/"), "retries": 1, "concurrency": 1 },
    });
    let job = stage.call("replays.start", request).await;
    let ended = stage.wait_for_job(&job["id"]).await;
    assert_eq!(
        (&ended["counts"]["succeeded"], &ended["counts"]["failed"]),
        (&json!(3), &json!(0)),
        "{ended}"
    );
    target.otherwise(Answer::status(410));
    let request = json!({ "selection": { "query": "inbox:m" }, "options": { "target": target.url("/") } });
    let job = stage.call("replays.start", request).await;
    let ended = stage.wait_for_job(&job["id"]).await;
    assert_eq!(ended["counts"]["failed"], 3, "{ended}");
    let failed = stage.call("replays.attempts", json!({ "job": job["id"], "outcome": "failed" })).await;
    assert_eq!(failed["total"], 3);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_restart_interrupts_and_resuming_sends_nothing_twice() {
    let stage = stage_with(30).await;
    let target = Target::start().await.unwrap();
    let request = json!({
        "selection": { "query": "inbox:m" },
        "options": { "target": target.url("/"), "rate": 20.0, "concurrency": 2 },
    });
    let job = stage.call("replays.start", request).await;
    target.wait_for(3, Duration::from_secs(10)).await.unwrap();
    let stage = stage.restart().await;
    let held = stage.call("replays.get", json!({ "id": job["id"] })).await;
    assert_eq!(held["state"], "interrupted", "{held}");
    let before = target.requests().len();
    assert!(before < 30, "nothing was left to resume");
    stage.call("replays.resume", json!({ "id": job["id"] })).await;
    let ended = stage.wait_for_job(&job["id"]).await;
    assert_eq!(ended["state"], "completed", "{ended}");
    let mut bodies: Vec<Vec<u8>> = target.requests().into_iter().map(|one| one.body).collect();
    assert_eq!(bodies.len(), 30);
    bodies.sort();
    bodies.dedup();
    assert_eq!(bodies.len(), 30, "something was sent twice");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_cancelled_replay_stops_and_stays_so() {
    let stage = stage_with(20).await;
    let target = Target::start().await.unwrap();
    let request = json!({
        "selection": { "query": "inbox:m" },
        "options": { "target": target.url("/"), "rate": 10.0, "concurrency": 1 },
    });
    let job = stage.call("replays.start", request).await;
    target.wait_for(2, Duration::from_secs(10)).await.unwrap();
    stage.call("replays.cancel", json!({ "id": job["id"] })).await;
    let ended = stage.wait_for_job(&job["id"]).await;
    assert_eq!(ended["state"], "cancelled", "{ended}");
    assert!(target.requests().len() < 20);
    assert_eq!(stage.fails("replays.resume", json!({ "id": job["id"] })).await.code.code(), "invalid_input");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_must_not_be_called_is_refused_before_anything_is_sent() {
    let stage = stage_with(1).await;
    let own = stage.call("status.get", json!({})).await["listening"].as_str().unwrap().to_owned();
    let rows = [
        ("http://169.254.169.254/latest", "target_refused"),
        ("http://[fe80::1]/", "target_refused"),
        (own.as_str(), "target_refused"),
        ("ftp://localhost/", "invalid_input"),
        ("not an address", "invalid_input"),
        ("http://user:pass@localhost/", "invalid_input"),
    ];
    for (target, code) in rows {
        let request = json!({ "selection": { "query": "" }, "options": { "target": target } });
        assert_eq!(stage.fails("replays.start", request).await.code.code(), code, "{target}");
    }
    assert_eq!(stage.call("replays.list", json!({})).await, json!([]));
}

#[tokio::test(flavor = "multi_thread")]
async fn new_deliveries_are_forwarded() {
    let stage = Stage::new().await;
    let address = stage.listen().await;
    let target = Target::start().await.unwrap();
    stage.call("inboxes.create", json!({ "name": "f", "forward_to": [target.url("/on")] })).await;
    send(&address, &post("/in/f?x=1", &[("X-Trace", "a")], b"hello")).await;
    let got = target.wait_for(1, Duration::from_secs(10)).await.unwrap();
    assert_eq!((got[0].target.as_str(), got[0].body.as_slice()), ("/on?x=1", &b"hello"[..]));
    let delivery = &stage.wait_for("inbox:f replayed:yes", 1).await[0];
    let attempts = stage.call("replays.attempts", json!({ "delivery": delivery["id"] })).await;
    assert_eq!(attempts["attempts"][0]["kind"], "forward");
}
