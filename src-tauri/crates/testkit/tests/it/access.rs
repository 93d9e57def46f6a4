//! Who is let in, what a key is good for, what a new endpoint is given.

use super::client::{Answered, ask, call, collection, create, create_body, manners, start};
use serde_json::{Value, json};
use std::sync::Arc;
use waybill_testkit::SimulatorKind;
use waybill_testkit::SimulatorKind::{MindBridge, Mnemom, Mynd, Timbrix};

/// Where nothing listens; nothing is sent to it.
const URL: &str = "http://127.0.0.1:9/in/a";

#[tokio::test]
async fn mynd_keeps_to_an_idempotency_key() {
    let simulator = start(Mynd).await;
    let url = format!("{}/v1/webhooks", simulator.base_url);
    let bearer = format!("Bearer {}", simulator.token);
    let post = async |key: &str, body: &Value| -> Answered {
        let headers = [("authorization", bearer.as_str()), ("idempotency-key", key), manners(Mynd)[0]];
        call("POST", &url, &headers, &body.to_string()).await.unwrap()
    };
    let body = json!({"url": URL, "events": ["*"]});
    let first = post("k1", &body).await;
    let again = post("k1", &body).await;
    assert_eq!(
        (first.status, &first.body),
        (again.status, &again.body),
        "the same answer, its secret included"
    );
    let other = post("k1", &json!({"url": URL, "events": ["run.failed"]})).await;
    assert_eq!((other.status, other.json()["error"]["code"].as_str()), (409, Some("idempotency_mismatch")));
    let fresh = post("k2", &body).await;
    assert_eq!((fresh.status, fresh.json()["error"]["code"].as_str()), (409, Some("conflict")));
    assert_eq!(simulator.handle.endpoints().len(), 1);
}

#[tokio::test]
async fn credentials_are_judged_as_documented() {
    // Per provider: where the code or text of the 401 for no credential, of the 401 for a wrong one,
    // and of the 403 for a restricted one stands, and what it is.
    let rows = [
        (Mnemom, "/error/code", ["auth_required", "invalid_credentials", "insufficient_scope"]),
        (
            Timbrix,
            "/message",
            [
                "Authentication required. Provide a valid bearer token.",
                "Authentication required. Provide a valid bearer token.",
                "Access denied. Only owners and admins can create webhooks.",
            ],
        ),
        (MindBridge, "/title", ["Unauthorized", "Unauthorized", "Forbidden"]),
        (Mynd, "/error/code", ["unauthenticated", "unauthenticated", "scope_denied"]),
    ];
    for (kind, at, expected) in rows {
        let simulator = start(kind).await;
        let url = format!("{}{}", simulator.base_url, collection(&simulator, kind));
        let body = create_body(&simulator, kind, URL, &[kind.events()[0]]);
        let wrong = "Bearer wrong".to_owned();
        let restricted = format!("Bearer {}", simulator.restricted_token);
        for (credential, status, text) in
            [(None, 401, expected[0]), (Some(wrong), 401, expected[1]), (Some(restricted), 403, expected[2])]
        {
            let mut headers: Vec<_> =
                credential.iter().map(|value| ("authorization", value.as_str())).collect();
            headers.extend(manners(kind));
            let answer = call("POST", &url, &headers, &body).await.unwrap();
            assert_eq!(answer.status, status, "{kind} {}", answer.json());
            assert_eq!(answer.json().pointer(at), Some(&json!(text)), "{kind}");
        }
        let header = match kind {
            Mnemom => "x-mnemom-api-key",
            _ => "x-api-key",
        };
        if let Some(key) = &simulator.api_key {
            assert!(
                call("POST", &url, &[(header, key), manners(kind)[0]], &body).await.unwrap().status == 201,
                "{kind}"
            );
        }
        let fresh = simulator.handle.expire_token();
        assert_eq!(ask(&simulator, "POST", &collection(&simulator, kind), &body).await.status, 401, "{kind}");
        let bearer = format!("Bearer {fresh}");
        let other_url = body.replace("/in/a", "/in/b");
        let answer =
            call("POST", &url, &[("authorization", &bearer), manners(kind)[0]], &other_url).await.unwrap();
        assert!(answer.status < 300, "{kind} {}", answer.json());
        assert!(!format!("{simulator:?}{:?}", simulator.handle).contains(&simulator.token));
    }
}

#[tokio::test]
async fn another_organisation_is_closed() {
    for (kind, path) in [(Mnemom, "/orgs/org-other/webhooks"), (Timbrix, "/organizations/other/webhooks")] {
        let simulator = start(kind).await;
        assert_eq!(ask(&simulator, "GET", path, "").await.status, 403, "{kind}");
    }
}

#[tokio::test]
async fn secrets_have_the_documented_form() {
    let hex = |text: &str| text.bytes().all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b));
    for kind in SimulatorKind::SEEDS {
        let simulator = Arc::new(start(kind).await);
        let (id, credential) = create(&simulator, kind, URL, &[kind.events()[0]]).await;
        let fits = match kind {
            Mnemom => credential.len() == 64 && hex(&credential) && id.starts_with("whe-"),
            Timbrix => credential.starts_with("whsec_") && id.len() == 36,
            MindBridge => credential.starts_with("MCowBQYDK2VwAyEA") && credential.len() == 60,
            _ => credential.starts_with("whsec_") && id.starts_with("wh_"),
        };
        assert!(fits, "{kind} {id} {credential}");
        assert_eq!(simulator.handle.endpoints()[0].credential, credential, "{kind}");
    }
}
