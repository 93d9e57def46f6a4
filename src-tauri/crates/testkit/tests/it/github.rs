//! GitHub: the life of a hook, its deliveries and their log.

use super::client::{Answered, SECRET, SOON, ask, ask_with, collection, create, ready, settled, start};
use serde_json::{Value, json};
use std::sync::Arc;
use waybill_testkit::SimulatorKind::GitHub;
use waybill_testkit::sign::hmac_sha256;
use waybill_testkit::{Answer, Emission, Form, Received, Simulator, Target};

/// The hook's ping, which every new hook is sent, out of the way.
async fn greeted() -> (Arc<Simulator>, Target, String) {
    let (simulator, target, id, _) = ready(GitHub).await;
    settled(&simulator).await;
    let ping = target.requests().remove(0);
    assert_eq!(ping.header("x-github-event"), Some("ping"));
    assert_eq!(ping.check(Form::GitHub, SECRET), Ok(()));
    (simulator, target, id)
}

fn last(target: &Target) -> Received {
    target.requests().pop().unwrap()
}

#[tokio::test]
async fn a_hook_lives_from_create_to_delete() {
    let simulator = Arc::new(start(GitHub).await);
    let base = collection(&simulator, GitHub);
    let url = "http://127.0.0.1:9/in/a";
    let body = json!({"name": "web", "events": ["push"], "config":
        {"url": url, "content_type": "json", "secret": SECRET, "insecure_ssl": 0}});
    let made = ask(&simulator, "POST", &base, &body.to_string()).await;
    let hook = made.json();
    assert_eq!((made.status, &hook["type"], &hook["active"]), (201, &json!("Repository"), &json!(true)));
    let config = json!({"content_type": "json", "insecure_ssl": "0", "url": url, "secret": "********"});
    assert_eq!(hook["config"], config, "a secret is never shown");
    assert_eq!(made.header("location"), hook["url"].as_str().unwrap());
    let path = format!("{base}/{}", hook["id"].as_u64().unwrap());
    assert_eq!(hook["deliveries_url"], format!("{}{path}/deliveries", simulator.base_url));
    assert_eq!(ask(&simulator, "GET", &base, "").await.json()[0]["id"], hook["id"]);
    assert_eq!(ask(&simulator, "GET", &path, "").await.json()["events"], json!(["push"]));

    let change = json!({"add_events": ["issues"], "remove_events": ["push"], "active": false});
    let changed = ask(&simulator, "PATCH", &path, &change.to_string()).await.json();
    assert_eq!((&changed["events"], &changed["active"]), (&json!(["issues"]), &json!(false)));
    assert_eq!(simulator.handle.endpoints()[0].credential, SECRET, "the secret stays with its config");
    let other = json!({"secret": "another"}).to_string();
    assert_eq!(ask(&simulator, "PATCH", &format!("{path}/config"), &other).await.json()["url"], url);
    assert_eq!(simulator.handle.endpoints()[0].credential, "another");
    let config = json!({"config": {"url": "http://127.0.0.1:9/in/b"}}).to_string();
    let changed = ask(&simulator, "PATCH", &path, &config).await.json();
    assert_eq!(changed["config"]["secret"], Value::Null, "a config without a secret takes it away");
    assert_eq!(simulator.handle.endpoints()[0].credential, "");

    let gone = ask(&simulator, "DELETE", &path, "").await;
    assert_eq!((gone.status, gone.body.len()), (204, 0));
    for (method, tail) in [("GET", ""), ("DELETE", ""), ("POST", "/pings"), ("GET", "/deliveries")] {
        assert_eq!(
            ask(&simulator, method, &format!("{path}{tail}"), "").await.status,
            404,
            "{method} {tail}"
        );
    }
}

#[tokio::test]
async fn an_organisation_has_hooks_of_its_own() {
    let simulator = start(GitHub).await;
    let base = format!("/orgs/{}/hooks", simulator.vars["org"]);
    let body = json!({"name": "web", "config": {"url": "http://127.0.0.1:9/"}, "events": ["*"]});
    let hook = ask(&simulator, "POST", &base, &body.to_string()).await.json();
    assert_eq!((&hook["type"], &hook["test_url"]), (&json!("Organization"), &Value::Null));
    assert_eq!(ask(&simulator, "GET", &collection(&simulator, GitHub), "").await.json(), json!([]));
    let path = format!("{base}/{}", hook["id"]);
    assert_eq!(ask(&simulator, "POST", &format!("{path}/pings"), "").await.status, 204);
    assert_eq!(ask(&simulator, "POST", &format!("{path}/tests"), "").await.status, 404);
    let unnamed = json!({"config": {"url": "http://127.0.0.1:9/x"}}).to_string();
    assert_eq!(ask(&simulator, "POST", &base, &unnamed).await.status, 422);
    assert_eq!(ask(&simulator, "DELETE", &path, "").await.status, 204);
}

#[tokio::test]
async fn deliveries_carry_githubs_headers_and_both_signatures() {
    let (simulator, target, id) = greeted().await;
    simulator.handle.emit(&Emission::of("push"));
    settled(&simulator).await;
    let request = last(&target);
    let expected = hex::encode(hmac_sha256(SECRET.as_bytes(), &[&request.body]));
    assert_eq!(request.header("x-hub-signature-256"), Some(format!("sha256={expected}").as_str()));
    assert!(request.header("x-hub-signature").unwrap().starts_with("sha1="));
    for (name, value) in [
        ("x-github-event", "push"),
        ("x-github-hook-id", id.as_str()),
        ("x-github-hook-installation-target-type", "repository"),
        ("content-type", "application/json"),
        ("accept", "*/*"),
    ] {
        assert_eq!(request.header(name), Some(value), "{name}");
    }
    assert!(request.header("user-agent").unwrap().starts_with("GitHub-Hookshot/"));

    // Without `content_type` the payload comes in a form, without a secret there is no signature.
    let base = collection(&simulator, GitHub);
    let body = json!({"config": {"url": target.url("/form")}, "events": ["issues"]}).to_string();
    assert_eq!(ask(&simulator, "POST", &base, &body).await.status, 201);
    simulator.handle.emit(&Emission::of("issues"));
    settled(&simulator).await;
    let request = last(&target);
    assert_eq!(request.header("content-type"), Some("application/x-www-form-urlencoded"));
    assert_eq!((request.header("x-hub-signature"), request.header("x-hub-signature-256")), (None, None));
    assert!(request.body.starts_with(b"payload=%7B%22ref%22"));
}

#[tokio::test]
async fn the_log_holds_the_whole_request_and_sends_it_again() {
    let (simulator, target, id) = greeted().await;
    target.script([Answer::status(500)]);
    simulator.handle.emit(&Emission::of("push"));
    settled(&simulator).await;
    assert_eq!(target.requests().len(), 2, "GitHub does not try again by itself");
    let path = format!("{}/{id}/deliveries", collection(&simulator, GitHub));
    let log = ask(&simulator, "GET", &path, "").await.json();
    let failed = &log[0];
    assert_eq!(
        (&failed["event"], &failed["status_code"], &failed["redelivery"], &log[1]["event"]),
        (&json!("push"), &json!(500), &json!(false), &json!("ping"))
    );
    let one = ask(&simulator, "GET", &format!("{path}/{}", failed["id"]), "").await.json();
    let sent = last(&target);
    assert_eq!(one["request"]["headers"]["X-GitHub-Delivery"], failed["guid"]);
    let body = one["request"]["payload"].to_string();
    assert_eq!(body.as_bytes(), sent.body, "here the payload is written as it was sent");
    let signature = one["request"]["headers"]["X-Hub-Signature-256"].as_str().unwrap();
    let expected = hex::encode(hmac_sha256(SECRET.as_bytes(), &[body.as_bytes()]));
    assert_eq!(signature, format!("sha256={expected}"));

    let again = ask(&simulator, "POST", &format!("{path}/{}/attempts", failed["id"]), "").await;
    assert_eq!((again.status, again.json()), (202, json!({})));
    settled(&simulator).await;
    assert_eq!(last(&target).header("x-github-delivery"), failed["guid"].as_str(), "the same guid");
    let log = ask(&simulator, "GET", &format!("{path}?redelivery=true"), "").await.json();
    assert_eq!((log.as_array().unwrap().len(), &log[0]["guid"]), (1, &failed["guid"]));
    assert_ne!(log[0]["id"], failed["id"]);
    let failures = ask(&simulator, "GET", &format!("{path}?status=failure"), "").await.json();
    assert_eq!(failures.as_array().unwrap().len(), 1);
    assert_eq!(ask(&simulator, "POST", &format!("{path}/1/attempts"), "").await.status, 404);
    assert_eq!(ask(&simulator, "GET", &format!("{path}?cursor=v1_1"), "").await.status, 400);

    let hook = ask(&simulator, "GET", path.trim_end_matches("/deliveries"), "").await.json();
    assert_eq!(hook["last_response"], json!({"code": 200, "status": "active", "message": "OK"}));
    assert_eq!(ask(&simulator, "POST", &path.replace("deliveries", "tests"), "").await.status, 204);
    target.wait_for(4, SOON).await.unwrap();
}

#[tokio::test]
async fn what_github_would_not_take_is_refused_in_its_words() {
    let simulator = Arc::new(start(GitHub).await);
    let base = collection(&simulator, GitHub);
    create(&simulator, GitHub, "http://127.0.0.1:9/in/a", &["push"]).await;
    let post = async |body: &Value| ask(&simulator, "POST", &base, &body.to_string()).await;
    let good = json!({"url": "http://127.0.0.1:9/in/b"});
    // The body, where in the answer the words stand, the words.
    let rows = [
        (
            json!({"config": good, "shade": 1}),
            "/message",
            "Invalid request.\n\n\"shade\" is not a permitted key.",
        ),
        (
            json!({"config": {"url": "http://127.0.0.1:9/", "colour": 1}}),
            "/errors/0/message",
            "Invalid config attribute: colour",
        ),
        (json!({"config": {}}), "/errors/0/message", "Config must contain URL for webhooks"),
        (
            json!({"config": {"url": "http://10.0.0.1/"}}),
            "/errors/0/message",
            "url is not supported because it isn't reachable over the public Internet",
        ),
        (
            json!({"config": good, "events": ["pushes"]}),
            "/errors/0/message",
            "The \"pushes\" event cannot be subscribed to",
        ),
        (
            json!({"config": {"url": "http://127.0.0.1:9/in/a"}}),
            "/errors/0/message",
            "Hook already exists on this repository",
        ),
        (
            json!({"config": good, "active": "yes"}),
            "/message",
            "Invalid request.\n\nFor 'properties/active', \"yes\" is not a boolean.",
        ),
    ];
    for (body, at, words) in rows {
        let answer = post(&body).await;
        let shown = answer.json();
        assert_eq!((answer.status, shown.pointer(at)), (422, Some(&json!(words))), "{body} {shown}");
        assert_eq!(shown["status"], "422");
        assert!(shown["documentation_url"].is_string());
    }
    assert_eq!(simulator.handle.endpoints().len(), 1);
    let version = async |text: &str| -> Answered {
        ask_with(&simulator, "GET", &base, &[("x-github-api-version", text)], "").await
    };
    assert_eq!(version("2021-01-01").await.status, 400);
    assert_eq!(version("2022-11-28").await.header("x-github-api-version-selected"), "2022-11-28");
}
