//! The providers' own logs and Mnemom's live stream.

use super::client::{SOON, ask, collection, create, open, ready, settled, start_with};
use http_body_util::BodyExt as _;
use serde_json::json;
use std::sync::Arc;
use waybill_testkit::SimulatorKind::{Mnemom, Mynd, Timbrix};
use waybill_testkit::{Answer, Emission, Form, SimulatorKind, Target};

#[tokio::test]
async fn the_providers_logs_show_what_happened() {
    for kind in SimulatorKind::SEEDS {
        let (simulator, target, id, credential) = ready(kind).await;
        target.script([Answer::status(200), Answer::status(500), Answer::status(200)]);
        simulator.handle.emit(&Emission::default());
        settled(&simulator).await;
        simulator.handle.emit(&Emission::default());
        settled(&simulator).await;
        let base = collection(&simulator, kind);
        let rows = match kind {
            Mnemom => ask(&simulator, "GET", &format!("{base}/deliveries?endpoint_id={id}"), "").await.json(),
            Timbrix => ask(&simulator, "GET", &format!("{base}/{id}/deliveries"), "").await.json(),
            Mynd => {
                let path = format!("{base}/{id}/deliveries?status=succeeded");
                ask(&simulator, "GET", &path, "").await.json()["data"].take()
            }
            _ => {
                let filter = json!({"webhookId": id}).to_string();
                ask(&simulator, "POST", "/v1/webhook-event-logs/query?size=50", &filter).await.json()["content"].take()
            }
        };
        let rows = rows.as_array().unwrap().clone();
        assert_eq!(rows.len(), 2, "{kind}: {rows:?}");
        let newest = &rows[0];
        match kind {
            Mnemom => {
                assert_eq!((&newest["status"], &newest["attempt_count"]), (&json!("delivered"), &json!(2)))
            }
            Timbrix => assert_eq!((&newest["success"], &newest["attempts"]), (&json!(true), &json!(2))),
            Mynd => assert_eq!((&newest["response_status"], newest["ms"].is_number()), (&json!(200), true)),
            _ => {
                assert_eq!((&newest["status"], &newest["retryCount"]), (&json!("COMPLETED"), &json!(1)));
                let headers: Vec<_> = newest["requestHeaders"]
                    .as_object()
                    .unwrap()
                    .iter()
                    .map(|(name, values)| (name.clone(), values[0].as_str().unwrap().as_bytes().to_vec()))
                    .collect();
                let body = newest["requestBody"].as_str().unwrap().as_bytes();
                let at = target.requests().last().unwrap().at;
                // The log holds the whole request, so it can be verified from there.
                assert_eq!(
                    waybill_testkit::sign::check(Form::MindBridge, &credential, &headers, body, at),
                    Ok(())
                );
                let path = format!("/v1/webhook-event-logs/{}", newest["id"].as_str().unwrap());
                assert_eq!(&ask(&simulator, "GET", &path, "").await.json(), newest);
            }
        }
    }
}

#[tokio::test]
async fn mynd_shows_when_it_will_try_again() {
    let simulator = Arc::new(start_with(Mynd, |options| options.clock_factor = 0.001).await);
    let target = Target::start().await.unwrap();
    target.otherwise(Answer::status(500));
    let (id, _) = create(&simulator, Mynd, &target.url("/"), &["*"]).await;
    simulator.handle.emit(&Emission::default());
    let path = format!("/v1/webhooks/{id}/deliveries?status=pending");
    let row = tokio::time::timeout(SOON, async {
        loop {
            let row = ask(&simulator, "GET", &path, "").await.json()["data"][0].take();
            if row["next_retry_at"].is_string() {
                return row;
            }
            tokio::task::yield_now().await;
        }
    })
    .await
    .unwrap();
    assert_eq!(row["response_status"], 500);
    simulator.handle.set_clock_factor(1e9);
    settled(&simulator).await;
    assert_eq!(target.requests().len(), 8, "hurried, it comes to its end");
}

#[tokio::test]
async fn mnemom_streams_events_as_they_happen_and_from_where_it_was_left() {
    let simulator = start_with(Mnemom, |options| options.clock_factor = 1.0).await;
    let url = format!("{}{}/listen", simulator.base_url, collection(&simulator, Mnemom));
    let bearer = format!("Bearer {}", simulator.token);
    let headers = [("authorization", bearer.as_str())];
    let read = async |url: &str, wanted: usize| {
        let mut body = open("GET", url, &headers, "").await.unwrap().into_body();
        let mut text = String::new();
        let mut emitted = false;
        while text.matches("\n\n").count() < wanted {
            let frame = tokio::time::timeout(SOON, body.frame()).await.unwrap().unwrap().unwrap();
            text.push_str(std::str::from_utf8(frame.data_ref().unwrap()).unwrap());
            if !emitted {
                simulator.handle.emit(&Emission::of("trace.failed"));
                emitted = true;
            }
        }
        text
    };
    let live = read(&url, 2).await;
    assert!(live.starts_with("event: ready\n") && live.contains("event: webhook.event\n"), "{live}");
    let id = live.lines().find_map(|line| line.strip_prefix("id: ")).unwrap().to_owned();
    simulator.handle.emit(&Emission::of("trace.verified"));
    let caught_up = read(&format!("{url}?since={id}"), 3).await;
    assert!(caught_up.contains("trace.verified") && !caught_up.contains(&id), "{caught_up}");
    simulator.handle.set_clock_factor(1e9);
    let mut body = open("GET", &url, &headers, "").await.unwrap().into_body();
    let mut text = String::new();
    while let Some(frame) = tokio::time::timeout(SOON, body.frame()).await.unwrap() {
        text.push_str(std::str::from_utf8(frame.unwrap().data_ref().unwrap()).unwrap());
    }
    assert!(text.contains("event: close"), "{text}");
}
