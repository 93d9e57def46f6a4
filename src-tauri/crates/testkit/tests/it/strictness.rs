//! What every provider refuses: unknown fields, wrong methods, other content types, absent headers.

use super::client::{ask, ask_with, call, collection, create, create_body, manners, start, start_with};
use std::sync::Arc;
use waybill_testkit::SimulatorKind::{GitHub, GitLab, MindBridge, Mnemom, Mynd, Stripe, Svix, Timbrix};
use waybill_testkit::{SimulatorKind, SimulatorOptions};

const URL: &str = "http://127.0.0.1:9/in/a";

/// The create body with a field that nobody documents.
fn with_stranger(body: &str, kind: SimulatorKind) -> String {
    match kind {
        Stripe => format!("{body}&strange=1"),
        _ => format!(r#"{{"strange":1,{}"#, &body[1..]),
    }
}

#[tokio::test]
async fn an_unknown_field_is_refused_unless_the_options_say_otherwise() {
    for (kind, status) in [
        (Mnemom, 400),
        (Timbrix, 400),
        (MindBridge, 400),
        (Mynd, 400),
        (GitHub, 422),
        (GitLab, 400),
        (Stripe, 400),
        (Svix, 422),
    ] {
        for strict in [true, false] {
            let simulator = start_with(kind, |options: &mut SimulatorOptions| options.strict = strict).await;
            let body = create_body(&simulator, kind, URL, &[kind.events()[0]]);
            let path = collection(&simulator, kind);
            let answer = ask(&simulator, "POST", &path, &with_stranger(&body, kind)).await;
            if strict || kind == MindBridge {
                assert_eq!(answer.status, status, "{kind}: {}", answer.json());
                assert!(String::from_utf8_lossy(&answer.body).contains("strange"), "{kind} names it");
                assert!(simulator.handle.endpoints().is_empty(), "{kind}: nothing was done");
            } else {
                assert!(answer.status < 300, "{kind}: {}", answer.json());
            }
        }
    }
}

#[tokio::test]
async fn another_content_type_is_refused() {
    for (kind, status) in [
        (Mnemom, 400),
        (Timbrix, 400),
        (MindBridge, 415),
        (Mynd, 415),
        (GitHub, 415),
        (GitLab, 415),
        (Stripe, 400),
        (Svix, 415),
    ] {
        let simulator = start(kind).await;
        let body = create_body(&simulator, kind, URL, &[kind.events()[0]]);
        let url = format!("{}{}", simulator.base_url, collection(&simulator, kind));
        let bearer = format!("Bearer {}", simulator.token);
        let [_, accept, agent] = manners(kind);
        // Stripe takes forms and no JSON, all others the reverse; GitLab takes both and no text.
        let wrong = match kind {
            Stripe => "application/json",
            GitLab => "text/plain",
            _ => "application/x-www-form-urlencoded",
        };
        let headers = [("authorization", bearer.as_str()), ("content-type", wrong), accept, agent];
        let answer = call("POST", &url, &headers, &body).await.unwrap();
        assert_eq!(answer.status, status, "{kind}: {}", answer.json());
        assert!(simulator.handle.endpoints().is_empty(), "{kind}: nothing was done");
    }
}

#[tokio::test]
async fn a_wrong_method_is_refused() {
    for (kind, method, status) in [
        (Mnemom, "PUT", 404),
        (Timbrix, "PATCH", 404),
        (MindBridge, "PATCH", 405),
        (Mynd, "PATCH", 405),
        (GitHub, "PUT", 404),
        (GitLab, "PATCH", 405),
        (Stripe, "PATCH", 404),
        (Svix, "POST", 405),
    ] {
        let simulator = Arc::new(start(kind).await);
        let (id, _) = create(&simulator, kind, URL, &[kind.events()[0]]).await;
        let path = format!("{}/{id}", collection(&simulator, kind));
        let answer = ask(&simulator, method, &path, "").await;
        assert_eq!(answer.status, status, "{kind} {method}: {}", answer.json());
        assert!(answer.json().is_object(), "{kind} {method}");
    }
}

#[tokio::test]
async fn github_wants_to_know_who_asks_and_for_what() {
    let simulator = start(GitHub).await;
    let url = format!("{}{}", simulator.base_url, collection(&simulator, GitHub));
    let bearer = format!("Bearer {}", simulator.token);
    let [_, accept, agent] = manners(GitHub);
    let credential = ("authorization", bearer.as_str());
    let rows: [(&[(&str, &str)], u16); 7] = [
        (&[credential, accept, agent], 200),
        (&[credential, ("accept", "application/vnd.github+json"), agent], 200),
        (&[credential, ("accept", "application/vnd.github.v3+json"), agent], 200),
        (&[credential, accept], 403),
        (&[credential, agent], 415),
        (&[credential, ("accept", "text/html"), agent], 415),
        (&[accept, agent], 401),
    ];
    for (headers, status) in rows {
        let answer = call("GET", &url, headers, "").await.unwrap();
        assert_eq!(answer.status, status, "{headers:?}");
        if status == 403 {
            assert!(answer.header("content-type").starts_with("text/html"));
        }
    }
}

#[tokio::test]
async fn a_body_that_is_no_json_is_refused() {
    for kind in SimulatorKind::ALL.into_iter().filter(|kind| *kind != Stripe) {
        let simulator = start(kind).await;
        let answer = ask_with(&simulator, "POST", &collection(&simulator, kind), &[], "{\"url\":").await;
        let expected = if kind == Svix { 422 } else { 400 };
        assert_eq!(answer.status, expected, "{kind}: {}", answer.json());
    }
}
