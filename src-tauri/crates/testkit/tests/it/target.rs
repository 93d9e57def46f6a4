//! The target: what it records and how it answers.

use super::client::{SOON, call};
use std::time::{Duration, Instant};
use waybill_model::{Clock as _, SystemClock};
use waybill_testkit::sign::sign;
use waybill_testkit::{Answer, Form, PublicKeyForm, Refusal, SigningMaterial, Target, WaitedTooLong};

#[tokio::test]
async fn answers_follow_the_script_and_then_the_rule() {
    let target = Target::start().await.unwrap();
    let url = target.url("/hook");
    target.script([
        Answer::status(503),
        Answer::Reset,
        Answer::after(Duration::from_millis(60), 201),
        Answer::Cut,
    ]);
    target.otherwise(Answer::Reply {
        status: 202,
        headers: vec![("X-Seen".to_owned(), "yes".to_owned())],
        body: b"ok".to_vec(),
        delay: Duration::ZERO,
    });
    assert_eq!(call("POST", &url, &[], "1").await.unwrap().status, 503);
    assert!(call("POST", &url, &[], "2").await.is_err());
    let began = Instant::now();
    assert_eq!(call("POST", &url, &[], "3").await.unwrap().status, 201);
    assert!(began.elapsed() >= Duration::from_millis(60));
    assert!(call("POST", &url, &[], "4").await.is_err());
    for body in ["5", "6"] {
        let answer = call("POST", &url, &[], body).await.unwrap();
        assert_eq!((answer.status, answer.header("x-seen"), &answer.body[..]), (202, "yes", &b"ok"[..]));
    }
    let bodies: Vec<_> = target.requests().into_iter().map(|request| request.body).collect();
    assert_eq!(bodies, [b"1", b"2", b"3", b"4", b"5", b"6"]);
    let wanted = target.wait_for(7, Duration::from_millis(1)).await.unwrap_err();
    assert_eq!(wanted, WaitedTooLong { wanted: 7, came: 6 });
    target.clear();
    assert!(target.requests().is_empty());
}

#[tokio::test]
async fn signatures_are_checked_as_of_arrival() {
    let target = Target::start().await.unwrap();
    let rows = [Form::Mynd, Form::Mnemom, Form::Stripe, Form::GitHub, Form::Timbrix, Form::MindBridge];
    for form in rows {
        let key = match form {
            Form::MindBridge => SigningMaterial::pair([1; 32]),
            _ => SigningMaterial::Shared("whsec_x".to_owned()),
        };
        let credential = key.receiver_text(PublicKeyForm::Pem);
        for (body, expected) in [("{}", Ok(())), ("{ }", Err(Refusal::Mismatch))] {
            target.clear();
            let signed = sign(form, &key, "evt_1", SystemClock.now(), b"{}");
            let headers: Vec<_> = signed.iter().map(|(name, value)| (*name, value.as_str())).collect();
            assert_eq!(call("POST", &target.url("/"), &headers, body).await.unwrap().status, 200);
            let request = target.wait_for(1, SOON).await.unwrap().remove(0);
            assert_eq!(request.check(form, &credential), expected, "{form:?}");
        }
    }
}
