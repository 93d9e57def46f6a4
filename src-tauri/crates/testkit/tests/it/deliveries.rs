//! What leaves a simulator, and what follows from the answers it gets.

use super::client::{SOON, ask, call, collection, create, manners, ready, settled, start, start_with};
use serde_json::{Value, json};
use std::sync::Arc;
use std::time::Duration;
use waybill_model::{Clock as _, Timestamp};
use waybill_testkit::SimulatorKind::{MindBridge, Mnemom, Mynd, Timbrix};
use waybill_testkit::{Answer, Emission, Form, HeldClock, Refusal, SentState, SimulatorKind, Target};

#[tokio::test]
async fn deliveries_are_signed_and_enveloped_as_documented() {
    let rows: [(SimulatorKind, &str, &[&str], &str); 4] = [
        (Mnemom, "X-Webhook-Signature", &["id", "type", "created_at", "account_id", "data"], "type"),
        (Timbrix, "X-Webhook-Signature", &["event", "organization", "data", "timestamp"], "event"),
        (MindBridge, "webhook-signature", &["type", "timestamp", "data"], "type"),
        (Mynd, "Mynd-Signature", &["id", "object", "type", "created_at", "data"], "type"),
    ];
    for (kind, header, keys, type_key) in rows {
        let (simulator, target, _, credential) = ready(kind).await;
        let sent = simulator.handle.emit(&Emission::of(kind.events()[0]));
        assert_eq!(sent.len(), 1, "{kind}");
        let request = target.wait_for(1, SOON).await.unwrap().remove(0);
        assert_eq!((request.method.as_str(), request.target.as_str()), ("POST", "/in/x?y=1"));
        assert!(request.headers.iter().any(|(name, _)| name == header), "{kind}: {:?}", request.headers);
        assert_eq!(request.check(kind.form(), &credential), Ok(()), "{kind}");
        assert!(request.check(kind.form(), &simulator.token).is_err(), "{kind}");
        let body: Value = serde_json::from_slice(&request.body).unwrap();
        assert_eq!(body.as_object().unwrap().keys().collect::<Vec<_>>(), keys, "{kind}");
        assert_eq!(body[type_key], kind.events()[0], "{kind}");
        settled(&simulator).await;
        let log = simulator.handle.delivery(&sent[0]).unwrap();
        assert_eq!(
            (log.state, log.attempts, log.response_status),
            (SentState::Delivered, 1, Some(200)),
            "{kind}"
        );
        match kind {
            Mnemom => assert_eq!(request.header("x-webhook-id"), body["id"].as_str()),
            MindBridge => assert_eq!(request.header("webhook-id"), Some(log.event_id.as_str())),
            Mynd => assert_eq!(body["id"], log.event_id),
            _ => {}
        }
    }
}

#[tokio::test]
async fn only_what_was_subscribed_to_is_sent() {
    for kind in SimulatorKind::SEEDS {
        let (simulator, _target, _, _) = ready(kind).await;
        assert!(simulator.handle.emit(&Emission::of(kind.events()[1])).is_empty(), "{kind}");
        assert_eq!(simulator.handle.emit(&Emission::default().times(3)).len(), 3, "{kind}");
    }
    for (kind, all) in [(Mnemom, &[][..]), (Mynd, &["*"][..])] {
        let simulator = Arc::new(start(kind).await);
        let target = Target::start().await.unwrap();
        create(&simulator, kind, &target.url("/"), all).await;
        assert_eq!(simulator.handle.emit(&Emission::of(kind.events()[5])).len(), 1, "{kind}");
    }
}

#[tokio::test]
async fn answers_are_followed_by_the_documented_retries() {
    // Provider, what the receiver answers, attempts that follow, the state at the end.
    let rows: &[(SimulatorKind, Vec<Answer>, u32, SentState)] = &[
        (Mnemom, vec![Answer::status(204)], 1, SentState::Delivered),
        (Mnemom, vec![Answer::status(500); 6], 6, SentState::Failed),
        (Mnemom, vec![Answer::status(400)], 1, SentState::Failed),
        (Mnemom, vec![Answer::status(410)], 1, SentState::Failed),
        (
            Mnemom,
            vec![Answer::status(408), Answer::status(429), Answer::status(200)],
            3,
            SentState::Delivered,
        ),
        (
            Mnemom,
            vec![Answer::status(302), Answer::Reset, Answer::Cut, Answer::status(200)],
            4,
            SentState::Delivered,
        ),
        (Timbrix, vec![Answer::status(400); 4], 4, SentState::Failed),
        (Timbrix, vec![Answer::status(503), Answer::status(201)], 2, SentState::Delivered),
        (MindBridge, vec![Answer::status(500); 4], 4, SentState::Failed),
        (Mynd, vec![Answer::status(404), Answer::status(500), Answer::status(200)], 3, SentState::Delivered),
        (Mynd, vec![Answer::status(500); 8], 8, SentState::Failed),
        (Mynd, vec![Answer::status(410)], 1, SentState::Failed),
    ];
    for (kind, script, attempts, state) in rows {
        let (simulator, target, _, credential) = ready(*kind).await;
        target.script(script.clone());
        let sent = simulator.handle.emit(&Emission::default());
        settled(&simulator).await;
        let log = simulator.handle.delivery(&sent[0]).unwrap();
        assert_eq!((log.attempts, log.state), (*attempts, *state), "{kind} {script:?} {log:?}");
        let requests = target.requests();
        assert_eq!(requests.len(), *attempts as usize, "{kind} {script:?}");
        for request in &requests {
            assert_eq!(request.check(kind.form(), &credential), Ok(()), "each attempt is signed");
            assert_eq!(request.body, requests[0].body, "and carries the same body");
        }
    }
}

#[tokio::test]
async fn a_receiver_that_takes_too_long_has_failed() {
    let simulator =
        Arc::new(start_with(Timbrix, |options| options.deadline = Some(Duration::from_millis(50))).await);
    let target = Target::start().await.unwrap();
    target.otherwise(Answer::Silence);
    create(&simulator, Timbrix, &target.url("/"), &["member.added"]).await;
    let sent = simulator.handle.emit(&Emission::default());
    settled(&simulator).await;
    let log = simulator.handle.delivery(&sent[0]).unwrap();
    assert_eq!((log.state, log.attempts, log.response_status), (SentState::Failed, 4, None));
    assert!(log.error.unwrap().contains("timeout"));
}

#[tokio::test]
async fn a_receiver_that_is_not_there_or_speaks_tls_has_failed() {
    let simulator = Arc::new(start(Timbrix).await);
    create(&simulator, Timbrix, "https://localhost:9/", &["member.added"]).await;
    let sent = simulator.handle.emit(&Emission::default());
    settled(&simulator).await;
    let log = simulator.handle.delivery(&sent[0]).unwrap();
    assert!(log.error.as_ref().is_some_and(|error| error.contains("TLS")), "{log:?}");
    let target = Target::start().await.unwrap();
    let gone = target.url("/");
    drop(target);
    create(&simulator, Timbrix, &gone, &["invite.created"]).await;
    let sent = simulator.handle.emit(&Emission::of("invite.created"));
    settled(&simulator).await;
    let log = simulator.handle.delivery(&sent[0]).unwrap();
    assert_eq!((log.state, log.attempts), (SentState::Failed, 4), "{log:?}");
}

#[tokio::test]
async fn mnemom_switches_off_after_a_hundred_failures_and_on_again() {
    let (simulator, target, id, _) = ready(Mnemom).await;
    target.otherwise(Answer::status(400));
    simulator.handle.emit(&Emission::default().times(99));
    settled(&simulator).await;
    assert_eq!(
        (simulator.handle.endpoints()[0].active, simulator.handle.endpoints()[0].failures),
        (true, 99)
    );
    simulator.handle.emit(&Emission::default());
    settled(&simulator).await;
    let path = format!("{}/{id}", collection(&simulator, Mnemom));
    let shown = ask(&simulator, "GET", &path, "").await.json();
    assert_eq!((&shown["is_active"], &shown["consecutive_failures"]), (&json!(false), &json!(100)));
    assert!(shown["disabled_at"].is_string() && shown["disabled_reason"].is_string(), "{shown}");
    assert!(simulator.handle.emit(&Emission::default()).is_empty());
    let shown = ask(&simulator, "PATCH", &path, r#"{"is_active":true}"#).await.json();
    assert_eq!((&shown["is_active"], &shown["consecutive_failures"]), (&json!(true), &json!(0)));
    assert_eq!((&shown["disabled_at"], &shown["disabled_reason"]), (&Value::Null, &Value::Null));
    target.otherwise(Answer::status(200));
    assert_eq!(simulator.handle.emit(&Emission::default()).len(), 1);
}

#[tokio::test]
async fn a_good_answer_clears_the_count() {
    let (simulator, target, _, _) = ready(Mynd).await;
    simulator.handle.drop_next(7);
    simulator.handle.emit(&Emission::default().times(7));
    assert_eq!(simulator.handle.endpoints()[0].failures, 7);
    simulator.handle.emit(&Emission::default());
    settled(&simulator).await;
    let kept = simulator.handle.endpoints().remove(0);
    assert_eq!((kept.failures, kept.active, target.requests().len()), (0, true, 1));
}

#[tokio::test]
async fn the_first_wait_is_as_documented_and_the_clock_is_the_one_given() {
    let second = 1_000_000_000;
    let rows =
        [(Mnemom, 500, 10), (Mnemom, 429, 60), (Timbrix, 500, 1), (MindBridge, 500, 60), (Mynd, 500, 60)];
    for (kind, status, wait) in rows {
        let clock = HeldClock::new(Timestamp::from_unix(1_790_000_000));
        let at = clock.now();
        let simulator = Arc::new(
            start_with(kind, |options| {
                options.clock = Arc::new(clock.clone());
                options.clock_factor = 0.01;
            })
            .await,
        );
        let target = Target::start_on(0, Arc::new(clock.clone())).await.unwrap();
        target.otherwise(Answer::status(status));
        let (_, credential) = create(&simulator, kind, &target.url("/"), &[kind.events()[0]]).await;
        let sent = simulator.handle.emit(&Emission::default()).remove(0);
        let request = target.wait_for(1, SOON).await.unwrap().remove(0);
        assert_eq!(request.check(kind.form(), &credential), Ok(()), "{kind}");
        let next = tokio::time::timeout(SOON, async {
            loop {
                if let Some(next) = simulator.handle.delivery(&sent).unwrap().next_retry_at {
                    return next;
                }
                tokio::time::sleep(Duration::from_millis(1)).await;
            }
        });
        assert_eq!(next.await.unwrap().0 - at.0, wait * 100 * second, "{kind} {status}");
    }
}

#[tokio::test]
async fn mynd_pauses_at_eight_and_unsubscribes_on_410() {
    let (simulator, target, id, _) = ready(Mynd).await;
    target.otherwise(Answer::status(500));
    simulator.handle.emit(&Emission::default());
    settled(&simulator).await;
    let paused = simulator.handle.endpoints().remove(0);
    assert_eq!((paused.active, paused.status.as_str(), paused.failures), (false, "paused", 8));
    assert!(simulator.handle.emit(&Emission::default()).is_empty());
    assert!(simulator.handle.resume(&id));
    target.otherwise(Answer::status(410));
    simulator.handle.emit(&Emission::default());
    settled(&simulator).await;
    let gone = simulator.handle.endpoints().remove(0);
    assert_eq!((gone.active, gone.status.as_str()), (false, "unsubscribed"));
    assert!(!simulator.handle.resume(&id), "for good");
    // The address is free again.
    create(&simulator, Mynd, &target.url("/in/x?y=1"), &["*"]).await;
}

#[tokio::test]
async fn deleting_cancels_what_was_still_to_be_tried() {
    for kind in SimulatorKind::SEEDS {
        let simulator = Arc::new(start_with(kind, |options| options.clock_factor = 0.001).await);
        let target = Target::start().await.unwrap();
        target.otherwise(Answer::status(500));
        let (id, _) = create(&simulator, kind, &target.url("/"), &[kind.events()[0]]).await;
        simulator.handle.emit(&Emission::default());
        target.wait_for(1, SOON).await.unwrap();
        let path = format!("{}/{id}", collection(&simulator, kind));
        assert!(ask(&simulator, "DELETE", &path, "").await.status < 300, "{kind}");
        settled(&simulator).await;
        assert_eq!(target.requests().len(), 1, "{kind}");
        let log = simulator.handle.deliveries();
        if kind == Mnemom {
            assert!(log.is_empty(), "its history goes too");
        } else {
            assert_eq!(log[0].state, SentState::Failed, "{kind}");
        }
    }
}

#[tokio::test]
async fn mnemom_sends_again_on_request() {
    let (simulator, target, id, credential) = ready(Mnemom).await;
    let base = collection(&simulator, Mnemom);
    let sent = simulator.handle.emit(&Emission::default()).remove(0);
    settled(&simulator).await;
    let event = simulator.handle.delivery(&sent).unwrap().event_id;
    let again = ask(&simulator, "POST", &format!("{base}/deliveries/{sent}/redeliver"), "").await;
    assert_eq!((again.status, again.json()["event_id"].as_str()), (201, Some(event.as_str())));
    assert_ne!(again.json()["delivery_id"], sent);
    let bearer = format!("Bearer {}", simulator.token);
    let replay = async |key: &str, body: &str| {
        let url = format!("{}{base}/events/{event}/replay", simulator.base_url);
        let headers = [("authorization", bearer.as_str()), ("idempotency-key", key), manners(Mnemom)[0]];
        call("POST", &url, &headers, body).await.unwrap()
    };
    let first = replay("k1", "{}").await;
    assert_eq!((first.status, first.json()["deliveries"].as_array().unwrap().len()), (201, 1));
    let same = replay("k1", "{}").await;
    assert_eq!((same.status, same.header("idempotent-replay"), &same.body), (201, "true", &first.body));
    assert_eq!(replay("k1", r#"{"endpoint_ids":["x"]}"#).await.status, 422);
    let none = replay("k2", r#"{"endpoint_ids":["x"]}"#).await;
    assert_eq!((none.status, none.json()["message"].is_string()), (200, true));
    settled(&simulator).await;
    let requests = target.requests();
    assert_eq!(requests.len(), 3);
    assert!(requests.iter().all(|request| request.body == requests[0].body));
    let rotated = ask(&simulator, "POST", &format!("{base}/{id}/rotate-secret"), "").await.json();
    simulator.handle.emit(&Emission::default());
    let last = target.wait_for(4, SOON).await.unwrap().remove(3);
    assert_eq!(
        last.check(Form::Mnemom, &credential),
        Err(Refusal::Mismatch),
        "the old secret is dead at once"
    );
    assert_eq!(last.check(Form::Mnemom, rotated["signing_secret"].as_str().unwrap()), Ok(()));
}

#[tokio::test]
async fn mnemom_tests_an_endpoint_while_it_is_asked() {
    let (simulator, target, id, credential) = ready(Mnemom).await;
    let path = format!("{}/{id}/test", collection(&simulator, Mnemom));
    let good = ask(&simulator, "POST", &path, "").await.json();
    assert_eq!(
        (&good["success"], &good["status"], &good["error"]),
        (&json!(true), &json!(200), &Value::Null)
    );
    let request = target.requests().remove(0);
    assert_eq!(request.check(Form::Mnemom, &credential), Ok(()));
    assert!(String::from_utf8(request.body).unwrap().contains("webhook.test"));
    let chosen = ask(&simulator, "POST", &path, r#"{"event_type":"trace.failed"}"#).await;
    assert_eq!(chosen.json()["success"], true);
    assert!(String::from_utf8(target.requests().remove(1).body).unwrap().contains("trace.failed"));
    assert_eq!(ask(&simulator, "POST", &path, r#"{"event_type":"odd"}"#).await.status, 400);
    target.otherwise(Answer::status(500));
    let bad = ask(&simulator, "POST", &path, "").await.json();
    assert_eq!((&bad["success"], &bad["status"]), (&json!(false), &json!(500)));
    assert_eq!(simulator.handle.endpoints()[0].failures, 0);
}

#[tokio::test]
async fn the_agent_rail_signs_the_body_alone() {
    let simulator = start(Mnemom).await;
    let target = Target::start().await.unwrap();
    let secret = "s".repeat(32);
    let body = json!({"agent_id": "a", "callback_url": target.url("/"), "secret": secret, "events": ["verdict.clear"]});
    ask(&simulator, "POST", "/aip/webhooks", &body.to_string()).await;
    target.otherwise(Answer::status(500));
    let sent = simulator.handle.emit(&Emission::of("verdict.clear"));
    settled(&simulator).await;
    let log = simulator.handle.delivery(&sent[0]).unwrap();
    assert_eq!((log.attempts, log.state), (10, SentState::Failed));
    assert_eq!(target.requests()[0].check(Form::MnemomAip, &secret), Ok(()));
}

#[tokio::test]
async fn dropped_deliveries_are_logged_and_never_sent() {
    for kind in SimulatorKind::SEEDS {
        let (simulator, target, _, _) = ready(kind).await;
        simulator.handle.drop_next(2);
        let sent = simulator.handle.emit(&Emission::default().times(3));
        settled(&simulator).await;
        let states: Vec<_> = sent.iter().map(|id| simulator.handle.delivery(id).unwrap().state).collect();
        assert_eq!(states, [SentState::Failed, SentState::Failed, SentState::Delivered], "{kind}");
        assert_eq!(target.requests().len(), 1, "{kind}");
    }
}
