//! Faults on order, as a client meets them.

use super::client::{SOON, ask, call, collection, create_body, manners, start};
use std::time::Duration;
use waybill_testkit::{Fault, PlannedFault, Simulator, SimulatorKind};

const URL: &str = "http://127.0.0.1:9/in/a";

/// What a client sees of an answer.
#[derive(Debug, PartialEq, Eq)]
enum Seen {
    Json(u16),
    NotJson(u16),
    Broken,
    Nothing,
}

async fn arrived(simulator: &Simulator) {
    let wait = async {
        while simulator.handle.calls().is_empty() {
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
    };
    tokio::time::timeout(SOON, wait).await.expect("the call arrives");
}

#[tokio::test]
async fn each_fault_is_what_it_says_and_strikes_once() {
    use Seen::{Broken, Json, NotJson, Nothing};
    for kind in SimulatorKind::ALL {
        let good = if matches!(kind, SimulatorKind::Mynd | SimulatorKind::Stripe) { 200 } else { 201 };
        let rows = [
            (Fault::Status { status: 500, retry_after: None }, Json(500), false),
            (Fault::Status { status: 429, retry_after: Some(7) }, Json(429), false),
            (Fault::Html { status: 502 }, NotJson(502), false),
            (Fault::Reset, Broken, false),
            (Fault::CutBody, Broken, true),
            (Fault::EmptyBody, NotJson(good), true),
            (Fault::ResetAfterCommit, Broken, true),
            (Fault::HangAfterCommit, Nothing, true),
            (Fault::Slow { ms: 1 }, Json(good), true),
            (Fault::Trickle { ms: 0 }, Json(good), true),
            (Fault::Oversized { bytes: 200_000 }, Json(good), true),
            (Fault::Rewritten { find: "{".to_owned(), replace: "!".to_owned() }, NotJson(good), true),
            (
                Fault::Redirect { status: 307, location: "http://127.0.0.1:9/".to_owned() },
                NotJson(307),
                false,
            ),
            (
                Fault::Answer {
                    status: 429,
                    headers: vec![("retry-after".to_owned(), "soon".to_owned())],
                    body: "{}".to_owned(),
                },
                Json(429),
                false,
            ),
        ];
        for (fault, expected, done) in rows {
            let simulator = start(kind).await;
            let url = format!("{}{}", simulator.base_url, collection(&simulator, kind));
            let body = create_body(&simulator, kind, URL, &[kind.events()[0]]);
            let bearer = format!("Bearer {}", simulator.token);
            let mut headers = vec![("authorization", bearer.as_str())];
            headers.extend(manners(kind));
            simulator.handle.fault(fault.clone());
            let mut asked = Box::pin(call("POST", &url, &headers, &body));
            let answer = tokio::select! {
                answer = &mut asked => Ok(answer),
                // Done, and still no answer some time later.
                () = arrived(&simulator), if expected == Nothing => {
                    tokio::time::timeout(Duration::from_millis(50), &mut asked).await
                }
            };
            let seen = match answer {
                Err(_) => Nothing,
                Ok(Err(_)) => Broken,
                Ok(Ok(answer)) => {
                    if fault == (Fault::Status { status: 429, retry_after: Some(7) }) {
                        assert_eq!(answer.header("retry-after"), "7");
                    }
                    if answer.json().is_object() { Json(answer.status) } else { NotJson(answer.status) }
                }
            };
            assert_eq!(seen, expected, "{kind} {fault:?}");
            assert_eq!(simulator.handle.endpoints().len() == 1, done, "{kind} {fault:?}");
            let calls = simulator.handle.calls();
            assert_eq!(calls.len(), 1, "{kind} {fault:?}");
            assert!(calls[0].headers.contains(&("authorization".to_owned(), "***".to_owned())));
            assert_eq!(calls[0].body, body);
            let next =
                ask(&simulator, "POST", &collection(&simulator, kind), &body.replace("/a", "/b")).await;
            assert_eq!(next.status, good, "{kind} {fault:?} strikes once");
        }
    }
}

#[tokio::test]
async fn a_reset_is_a_reset_and_not_a_close() {
    let simulator = start(SimulatorKind::Mynd).await;
    simulator.handle.fault(Fault::Reset);
    let mut stream = tokio::net::TcpStream::connect(simulator.address).await.unwrap();
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
    stream.write_all(b"GET /v1/webhooks HTTP/1.1\r\nHost: x\r\n\r\n").await.unwrap();
    let error = tokio::time::timeout(SOON, stream.read(&mut [0; 16])).await.unwrap().unwrap_err();
    assert_eq!(error.kind(), std::io::ErrorKind::ConnectionReset);
}

#[tokio::test]
async fn a_fault_waits_for_the_call_it_is_meant_for() {
    let simulator = start(SimulatorKind::Timbrix).await;
    let base = collection(&simulator, SimulatorKind::Timbrix);
    let planned = PlannedFault::from(Fault::Status { status: 503, retry_after: None });
    simulator.handle.fault(planned.clone().method("delete").times(2));
    simulator.handle.fault(planned.path("/deliveries"));
    let rows = [
        ("GET", "", 200),
        ("DELETE", "/x", 503),
        ("GET", "/x/deliveries", 503),
        ("DELETE", "/x", 503),
        ("DELETE", "/x", 404),
    ];
    for (method, path, status) in rows {
        assert_eq!(
            ask(&simulator, method, &format!("{base}{path}"), "").await.status,
            status,
            "{method} {path}"
        );
    }
}
