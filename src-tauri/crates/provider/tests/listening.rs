//! A live stream: what is heard, how it goes on after an end, and when it is given up.
#![allow(clippy::unwrap_used, clippy::print_stdout, reason = "a test stops at the first surprise")]
#![allow(missing_docs)]

mod common;

use common::{Answer, Fake, client, empty, json};
use serde_json::json;
use std::time::Duration;
use waybill_model::{ErrorCode, SystemClock};
use waybill_provider::{Heard, HttpOptions, Listening};
use waybill_testkit::{Emission, Simulator, SimulatorKind, SimulatorOptions};

fn stream(frames: &str) -> Answer {
    Answer::Bytes(format!("HTTP/1.1 200 X\r\ncontent-type: text/event-stream\r\n\r\n{frames}").into_bytes())
}

fn event(id: &str) -> String {
    format!("id: {id}\nevent: webhook.event\ndata: {{\"id\":\"{id}\",\"type\":\"agent.killed\"}}\n\n")
}

/// What is heard, in words, until `count` things were.
async fn heard(listening: &mut Listening, count: usize) -> Vec<String> {
    let mut words = Vec::new();
    while words.len() < count {
        words.push(match listening.next().await {
            Ok(Heard::Opened) => "opened".to_owned(),
            Ok(Heard::Event(event)) => {
                assert_eq!(event.event_type.as_deref(), Some("agent.killed"));
                assert_eq!(event.cursor, event.event_id);
                event.event_id.unwrap()
            }
            Ok(Heard::Ended { wait, reason }) => format!("ended {} {reason}", wait.as_millis()),
            Err(failure) => format!("{}", failure.code),
        });
    }
    words
}

#[tokio::test]
async fn a_stream_goes_on_where_it_ended() {
    let close = "event: close\ndata: {\"reason\":\"max_duration\"}\n\n";
    let fake = Fake::start(vec![
        stream(&format!(
            "event: ready\ndata: {{}}\n\n:keepalive\n\n{}{}{close}{}",
            event("e1"),
            event("e2"),
            event("never")
        )),
        stream(&event("e3")),
        stream("retry: 2000\n\nevent: error\ndata: {\"code\":\"lagged\",\"token\":\"whsec_x\"}\n\n"),
        stream(&event("e4")),
    ])
    .await;
    let mut listening = client("mnemom", &fake.base).listen(None).unwrap();
    let words = heard(&mut listening, 10).await;
    assert_eq!(words[..4], ["opened", "e1", "e2", "ended 0 the provider closed the stream, as it does"]);
    assert_eq!(words[4..6], ["opened", "e3"]);
    assert!(words[6].starts_with("ended 500 "), "{words:?}");
    assert_eq!(words[7], "opened");
    assert!(
        words[8].starts_with("ended 2000 the provider told of an error") && !words[8].contains("whsec"),
        "{words:?}"
    );
    assert_eq!(heard(&mut listening, 1).await, ["e4"]);
    assert_eq!(listening.cursor(), Some("e4"));
    let asked: Vec<(String, Option<String>)> = fake
        .seen()
        .into_iter()
        .map(|seen| (seen.target, seen.headers.get("last-event-id").cloned()))
        .collect();
    let path = "/orgs/org-1/webhooks/listen";
    assert_eq!(
        asked,
        [
            (path.to_owned(), None),
            (format!("{path}?since=e2"), Some("e2".to_owned())),
            (format!("{path}?since=e3"), Some("e3".to_owned())),
            (format!("{path}?since=e3"), Some("e3".to_owned())),
        ]
    );
    assert_eq!(fake.seen()[0].headers["accept"], "text/event-stream");
}

#[tokio::test]
async fn what_will_not_pass_ends_it() {
    let check = async |answers: Vec<Answer>, code: ErrorCode, calls: usize| {
        let fake = Fake::start(answers).await;
        let mut listening = client("mnemom", &fake.base).listen(Some("e0".to_owned())).unwrap();
        let failure = loop {
            match listening.next().await {
                Ok(Heard::Ended { .. }) => {}
                Ok(other) => panic!("{other:?}"),
                Err(failure) => break failure,
            }
        };
        assert_eq!((failure.code, fake.seen().len()), (code, calls), "{failure}");
    };
    let said = |status: u16| json(status, json!({"error": "no"}));
    check(vec![said(401)], ErrorCode::ProviderUnauthorized, 1).await;
    check(vec![said(403)], ErrorCode::ProviderForbidden, 1).await;
    check(vec![said(404)], ErrorCode::ProviderNotFound, 1).await;
    check(vec![said(200)], ErrorCode::ProviderAnswerUnreadable, 1).await;
    check(vec![said(503), empty(502), said(401)], ErrorCode::ProviderUnauthorized, 3).await;
    check(Vec::new(), ErrorCode::ProviderFailed, 11).await;
}

#[tokio::test]
async fn a_provider_without_one_says_so() {
    let failure = client("mynd", "http://127.0.0.1:1").listen(None).unwrap_err();
    assert_eq!(failure.code, ErrorCode::Unsupported);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_simulated_stream_is_heard() {
    let options = SimulatorOptions { seed: Some(3), ..SimulatorOptions::default() };
    let simulator = Simulator::start(SimulatorKind::Mnemom, options).await.unwrap();
    let description = waybill_provider::Catalogue::shipped().get("mnemom").unwrap();
    let connection = waybill_provider::ClientConnection {
        name: "c".parse().unwrap(),
        base_url: Some(simulator.base_url.clone()),
        vars: simulator.vars.clone(),
        auth: String::new(),
        token: simulator.token.clone().into(),
    };
    let (clock, entropy) = (std::sync::Arc::new(SystemClock), std::sync::Arc::new(common::Still));
    let client =
        waybill_provider::Client::new(description, connection, HttpOptions::default(), clock, entropy)
            .unwrap();
    let mut listening = client.listen(None).unwrap();
    assert_eq!(listening.next().await.unwrap(), Heard::Opened);
    simulator.handle.emit(&Emission::of("agent.killed").times(3));
    let mut cursors = Vec::new();
    for _ in 0..3 {
        let heard = tokio::time::timeout(Duration::from_secs(20), listening.next()).await.unwrap().unwrap();
        let Heard::Event(event) = heard else { panic!("{heard:?}") };
        let body: serde_json::Value = serde_json::from_str(&event.body).unwrap();
        assert_eq!(
            (body["type"].as_str(), body["id"].as_str()),
            (Some("agent.killed"), event.event_id.as_deref())
        );
        cursors.push(event.cursor.unwrap());
    }
    // Begun again after the first, the other two come once more.
    let mut again = client.listen(Some(cursors[0].clone())).unwrap();
    assert_eq!(again.next().await.unwrap(), Heard::Opened);
    for cursor in &cursors[1..] {
        let heard = tokio::time::timeout(Duration::from_secs(20), again.next()).await.unwrap().unwrap();
        assert!(matches!(heard, Heard::Event(event) if event.cursor.as_ref() == Some(cursor)));
    }
}
