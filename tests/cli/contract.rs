//! The main job by command line: listen, a signed POST, list, replay signed again.

use crate::process::{Data, post};
use serde_json::{Value, json};
use waybill_model::Timestamp;
use waybill_testkit::sign::{Form, SigningMaterial, sign};
use waybill_testkit::{Answer, Target};

fn signed(body: &[u8]) -> Vec<(String, String)> {
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap();
    let at = Timestamp(i64::try_from(now.as_nanos()).unwrap());
    let signed = sign(Form::Mynd, &SigningMaterial::Shared("whsec_current".to_owned()), "evt_1", at, body);
    signed.into_iter().map(|(name, value)| (name.to_owned(), value)).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn listen_post_list_replay() {
    let data = Data::new();
    data.run(&["inbox", "add", "mynd-prod", "--scheme", "mynd", "--secret-env", "SECRET"]).ended(0);
    let mut listening = data.listen(&[]);
    let body = br#"{"id":"evt_1","type":"run.failed"}"#;
    assert_eq!(post(&listening.address, "/in/mynd-prod", &signed(body), body), 200);
    let told = listening.next();
    for (field, expected) in [
        ("inbox", json!("mynd-prod")),
        ("verdict", json!("valid")),
        ("reason", json!("ok")),
        ("scheme", json!("mynd")),
        ("secret", json!("mynd-prod signing secret")),
        ("event_type", json!("run.failed")),
        ("event_id", json!("evt_1")),
        ("status", json!(200)),
        ("origin", json!("captured")),
        ("body_size", json!(body.len())),
    ] {
        assert_eq!(told[field], expected, "{field} of {told}");
    }
    let received: Timestamp = told["received_at"].as_str().unwrap().parse().unwrap();
    assert!(
        received.0 > 0
            && told["received_at"].as_str().unwrap().len() == "2026-01-01T00:00:00.000000000Z".len()
    );

    // Another process reads and writes the same store while the first one captures.
    let listed = data.run(&["deliveries", "list", "--json"]).ended(0).json();
    assert_eq!(listed.as_array().unwrap().len(), 1);
    assert_eq!(listed[0]["id"], told["id"]);
    let id = told["id"].as_str().unwrap();
    let shown = data.run(&["deliveries", "show", id, "--json"]).ended(0).json();
    assert_eq!(shown["body"], json!({ "text": String::from_utf8_lossy(body) }));
    let raw = data.run(&["deliveries", "show", id, "--raw"]).ended(0).out;
    assert!(
        raw.starts_with("POST /in/mynd-prod HTTP/1.1\r\n")
            && raw.ends_with(std::str::from_utf8(body).unwrap())
    );

    let target = Target::start().await.unwrap();
    let url = target.url("/hooks");
    let replayed =
        tokio::task::block_in_place(|| data.run(&["replay", id, "--to", &url, "--resign", "--json"]))
            .ended(0);
    let lines = replayed.lines();
    assert_eq!(lines.len(), 2, "{lines:?}");
    assert_eq!((&lines[0]["outcome"], &lines[0]["status"]), (&json!("succeeded"), &json!(200)));
    for (field, count) in [("sent", 1), ("succeeded", 1), ("failed", 0), ("skipped", 0)] {
        assert_eq!(lines[1]["summary"][field], count, "{lines:?}");
    }
    let got = target.requests();
    assert_eq!(got[0].body, body);
    got[0].check(Form::Mynd, "whsec_current").unwrap_or_else(|why| panic!("{why:?}"));

    target.otherwise(Answer::status(500));
    let failed = tokio::task::block_in_place(|| {
        data.run(&["replay", "--query", "inbox:mynd-prod", "--to", &url, "--json"])
    });
    assert_eq!(failed.ended(1).lines()[1]["summary"]["failed"], 1);
    let jobs = data.run(&["replay", "list", "--json"]).ended(0).json();
    assert_eq!(jobs.as_array().unwrap().len(), 2);
    assert_eq!(listening.interrupt(), 0);
}

#[test]
fn a_second_listener_on_the_port_is_told_who_holds_it() {
    let data = Data::new();
    let listening = data.listen(&[]);
    let port = listening.address.rsplit(':').next().unwrap().to_owned();
    let refused = data.run(&["listen", "--port", &port, "--json"]).ended(2);
    assert_eq!(refused.code(), "port_in_use");
    assert!(refused.err.contains("waybill"), "{refused:?}");
    assert_eq!(post(&listening.address, "/nowhere", &[], b"x"), 404);
    let listed = data.run(&["deliveries", "list", "--json"]).ended(0).json();
    assert_eq!(listed[0]["inbox"], "unsorted");
}

#[tokio::test(flavor = "multi_thread")]
async fn listen_forwards_everything() {
    let data = Data::new();
    let target = Target::start().await.unwrap();
    let listening = data.listen(&["--forward-to", &target.url("/on")]);
    assert_eq!(post(&listening.address, "/any", &[], b"hello"), 404);
    let got = target.wait_for(1, std::time::Duration::from_secs(10)).await.unwrap();
    assert_eq!(got[0].body, b"hello");
}

#[test]
fn everything_acknowledged_is_there_after_a_kill() {
    let data = Data::new();
    let mut listening = data.listen(&[]);
    let address = listening.address.clone();
    for index in 0..50 {
        assert_eq!(post(&address, "/in/none", &[], format!("body {index}").as_bytes()), 404);
    }
    let _ = listening.next();
    drop(listening); // a kill, not an interrupt
    let listed = data.run(&["deliveries", "list", "--limit", "100", "--json"]).ended(0).json();
    let sizes: Vec<Value> = listed.as_array().unwrap().iter().map(|one| one["body_size"].clone()).collect();
    assert_eq!(sizes.len(), 50, "{sizes:?}");
}

#[test]
fn a_handshake_is_answered_and_shown() {
    let data = Data::new();
    data.run(&["inbox", "add", "slack", "--scheme", "slack", "--secret-env", "SECRET", "--json"]).ended(0);
    let mut listening = data.listen(&[]);
    let body = br#"{"challenge":"c-1","type":"url_verification"}"#;
    assert_eq!(post(&listening.address, "/in/slack", &[], body), 200);
    let told = listening.next();
    assert_eq!(told["handshake"], "url_verification, answered by Waybill.");
    let id = told["id"].as_str().unwrap();
    let shown = data.run(&["deliveries", "show", id]).ended(0).out;
    assert!(
        shown.contains("handshake") && shown.contains("url_verification, answered by Waybill."),
        "{shown}"
    );
    let found = data.run(&["deliveries", "list", "--query", "is:handshake", "--json"]).ended(0).json();
    assert_eq!(found.as_array().unwrap().len(), 1);
    let edited = data.run(&["inbox", "edit", "slack", "--answer-handshakes", "no", "--json"]).ended(0).json();
    assert_eq!(edited["answer_handshakes"], false);
    assert!(data.run(&["inbox", "show", "slack"]).ended(0).out.contains("not answered"));
    assert_eq!(listening.interrupt(), 0);
}
