//! GitLab: the life of a hook, its events, tests and resends, and when it rests.

use super::client::{SECRET, ask, call, collection, create, manners, ready, settled, start, start_with};
use serde_json::{Value, json};
use std::sync::Arc;
use waybill_testkit::SimulatorKind::GitLab;
use waybill_testkit::{Answer, Emission, Form, SimulatorKind, Target};

/// `whsec_` and the base64 of 32 bytes.
const SIGNING: &str = "whsec_MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY=";

#[tokio::test]
async fn a_hook_lives_from_create_to_delete() {
    let simulator = start(GitLab).await;
    let base = collection(&simulator, GitLab);
    let body = json!({"url": "http://127.0.0.1:9/a", "token": SECRET, "issues_events": true, "name": "n"});
    let made = ask(&simulator, "POST", &base, &body.to_string()).await;
    let hook = made.json();
    assert_eq!(
        (made.status, &hook["push_events"], &hook["issues_events"]),
        (201, &json!(true), &json!(true))
    );
    assert_eq!((&hook["token"], &hook["token_present"]), (&Value::Null, &json!(true)), "never shown");
    assert_eq!(
        (&hook["alert_status"], &hook["disabled_until"], &hook["project_id"].to_string()),
        (&json!("executable"), &Value::Null, &simulator.vars["project"])
    );
    assert_eq!(hook["subgroup_events"], Value::Null, "for groups only");
    let path = format!("{base}/{}", hook["id"]);
    assert_eq!(ask(&simulator, "GET", &path, "").await.json(), hook);
    // The path of the project does as well as its number.
    let named = path.replace(&simulator.vars["project"], "acme%2Fledger");
    assert_eq!(ask(&simulator, "GET", &named, "").await.json(), hook);

    let change = json!({"url": "http://127.0.0.1:9/a", "push_events": false}).to_string();
    let changed = ask(&simulator, "PUT", &path, &change).await;
    assert_eq!((changed.status, &changed.json()["push_events"]), (200, &json!(false)));
    assert_eq!(changed.json()["token_present"], true);
    let moved = json!({"url": "http://127.0.0.1:9/b"}).to_string();
    assert_eq!(
        ask(&simulator, "PUT", &path, &moved).await.json()["token_present"],
        false,
        "another address, no token"
    );
    let header = format!("{path}/custom_headers/X-Mine?value=1");
    assert_eq!(ask(&simulator, "PUT", &header, "").await.status, 204);
    assert_eq!(ask(&simulator, "GET", &path, "").await.json()["custom_headers"], json!([{"key": "X-Mine"}]));

    assert_eq!(ask(&simulator, "DELETE", &path, "").await.status, 204);
    assert_eq!(ask(&simulator, "GET", &path, "").await.status, 404);
}

#[tokio::test]
async fn a_group_has_hooks_of_its_own_and_forms_are_taken() {
    let simulator = start(GitLab).await;
    let url = format!("{}/groups/{}/hooks", simulator.base_url, simulator.vars["group"]);
    let headers =
        [("private-token", simulator.token.as_str()), ("content-type", "application/x-www-form-urlencoded")];
    let form = "url=http%3A%2F%2F127.0.0.1%3A9%2F&member_events=true&push_events=0";
    let hook = call("POST", &url, &headers, form).await.unwrap();
    let shown = hook.json();
    assert_eq!(
        (hook.status, &shown["member_events"], &shown["push_events"]),
        (201, &json!(true), &json!(false))
    );
    assert_eq!(shown["group_id"].to_string(), simulator.vars["group"]);
    assert_eq!(ask(&simulator, "GET", &collection(&simulator, GitLab), "").await.json(), json!([]));
}

#[tokio::test]
async fn what_gitlab_would_not_take_is_refused_in_its_words() {
    let simulator = start(GitLab).await;
    let base = collection(&simulator, GitLab);
    let rows = [
        (json!({}), 400, json!({"error": "url is missing"})),
        (json!({"url": "nowhere"}), 422, json!({"error": "Invalid url given"})),
        (json!({"url": "http://10.0.0.1/"}), 422, json!({"error": "Invalid url given"})),
        (
            json!({"url": "http://127.0.0.1:9/", "push_events": "maybe"}),
            400,
            json!({"error": "push_events is invalid"}),
        ),
        (json!({"url": "http://127.0.0.1:9/", "pushes": true}), 400, json!({"error": "pushes is invalid"})),
        (
            json!({"url": "http://127.0.0.1:9/", "branch_filter_strategy": "x"}),
            400,
            json!({"error": "branch_filter_strategy does not have a valid value"}),
        ),
        (
            json!({"url": "http://127.0.0.1:9/", "signing_token": "short"}),
            422,
            json!({"message": {"signing_token": ["must be whsec_ followed by the base64 of 32 bytes"]}}),
        ),
    ];
    for (body, status, words) in rows {
        let answer = ask(&simulator, "POST", &base, &body.to_string()).await;
        assert_eq!((answer.status, answer.json()), (status, words), "{body}");
    }
    let other = ask(&simulator, "GET", "/projects/1/hooks", "").await;
    assert_eq!((other.status, other.json()), (404, json!({"message": "404 Project Not Found"})));
    assert_eq!(ask(&simulator, "GET", &format!("{base}/word"), "").await.status, 400);
    // A token that only reads.
    let restricted = format!("Bearer {}", simulator.restricted_token);
    let mut headers = vec![("authorization", restricted.as_str())];
    headers.extend(manners(GitLab));
    let url = format!("{}{base}", simulator.base_url);
    assert_eq!(call("GET", &url, &headers, "").await.unwrap().status, 200);
    let refused = call("POST", &url, &headers, "{}").await.unwrap();
    assert_eq!((refused.status, &refused.json()["error"]), (403, &json!("insufficient_scope")));
}

#[tokio::test]
async fn deliveries_carry_the_token_or_a_signature() {
    let (simulator, target, id, _) = ready(GitLab).await;
    simulator.handle.emit(&Emission::default());
    settled(&simulator).await;
    let request = target.requests().remove(0);
    assert_eq!(request.check(Form::GitLab, SECRET), Ok(()));
    assert_eq!((request.header("x-gitlab-event"), request.header("webhook-id")), (Some("Push Hook"), None));

    let path = format!("{}/{id}", collection(&simulator, GitLab));
    let change = json!({"url": target.url("/in/x?y=1"), "signing_token": SIGNING}).to_string();
    assert_eq!(ask(&simulator, "PUT", &path, &change).await.json()["signing_token_present"], true);
    simulator.handle.emit(&Emission::default());
    settled(&simulator).await;
    let request = target.requests().remove(1);
    assert_eq!(request.check(Form::GitLabSigned, SIGNING), Ok(()));
    assert_eq!(request.header("x-gitlab-token"), Some(SECRET), "the token stays beside it");
    assert_eq!(request.header("webhook-id"), request.header("idempotency-key"));
}

#[tokio::test]
async fn events_are_listed_with_request_and_response_and_sent_again() {
    let (simulator, target, id, _) = ready(GitLab).await;
    target.script([Answer::status(500), Answer::status(200)]);
    simulator.handle.emit(&Emission::default());
    settled(&simulator).await;
    let path = format!("{}/{id}/events", collection(&simulator, GitLab));
    let log = ask(&simulator, "GET", &path, "").await.json();
    let entry = &log[0];
    assert_eq!(
        (&entry["trigger"], &entry["response_status"], &entry["request_headers"]["X-Gitlab-Token"]),
        (&json!("push_hooks"), &json!("500"), &json!("[REDACTED]"))
    );
    assert_eq!(entry["request_data"].to_string().as_bytes(), target.requests()[0].body);
    let again = ask(&simulator, "POST", &format!("{path}/{}/resend", entry["id"]), "").await;
    assert_eq!((again.status, again.json()), (201, json!({"response_status": 200})));
    let good = ask(&simulator, "GET", &format!("{path}?status=successful"), "").await.json();
    assert_eq!(good.as_array().unwrap().len(), 1);
    assert_eq!(ask(&simulator, "GET", &format!("{path}?status=odd"), "").await.status, 400);
    assert_eq!(ask(&simulator, "POST", &format!("{path}/1/resend"), "").await.status, 404);

    let test = path.replace("events", "test/push_events");
    let tested = ask(&simulator, "POST", &test, "").await;
    assert_eq!((tested.status, tested.json()), (201, json!({"message": "201 Created"})));
    assert_eq!(ask(&simulator, "POST", &path.replace("events", "test/odd"), "").await.status, 400);
    target.otherwise(Answer::status(404));
    assert_eq!(ask(&simulator, "POST", &test, "").await.status, 422);
}

#[tokio::test]
async fn a_failing_hook_rests_is_disabled_and_woken_by_a_good_test() {
    let simulator = Arc::new(start_with(GitLab, |options| options.clock_factor = 1.0).await);
    let target = Target::start().await.unwrap();
    target.otherwise(Answer::status(500));
    let (id, _) = create(&simulator, GitLab, &target.url("/"), &["push_events"]).await;
    let path = format!("{}/{id}", collection(&simulator, GitLab));
    let alert = async || ask(&simulator, "GET", &path, "").await.json()["alert_status"].take();
    for sent in 1..=4 {
        assert_eq!(alert().await, "executable", "before {sent}");
        assert_eq!(simulator.handle.emit(&Emission::default()).len(), 1);
        settled(&simulator).await;
    }
    assert_eq!(alert().await, "temporarily_disabled");
    assert!(simulator.handle.emit(&Emission::default()).is_empty(), "it rests a minute");
    target.otherwise(Answer::status(200));
    ask(&simulator, "POST", &format!("{path}/test/push_events"), "").await;
    assert_eq!(alert().await, "executable");

    let (simulator, target, id, _) = ready(SimulatorKind::GitLab).await;
    target.otherwise(Answer::status(404));
    for _ in 0..40 {
        simulator.handle.emit(&Emission::default());
        settled(&simulator).await;
    }
    let path = format!("{}/{id}", collection(&simulator, GitLab));
    assert_eq!(ask(&simulator, "GET", &path, "").await.json()["alert_status"], "disabled");
    assert!(simulator.handle.emit(&Emission::default()).is_empty());
}
