//! Svix: the life of an endpoint, its secret, attempts, resends and recovery.

use super::client::{ask, ask_with, collection, create, ready, settled, start, start_with};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use serde_json::{Value, json};
use std::sync::Arc;
use waybill_testkit::SimulatorKind::Svix;
use waybill_testkit::sign::hmac_sha256;
use waybill_testkit::{Answer, Emission, Form, Simulator, Target};

fn app(simulator: &Simulator) -> String {
    format!("/api/v1/app/{}", simulator.vars["app_id"])
}

#[tokio::test]
async fn an_endpoint_lives_from_create_to_delete() {
    let simulator = start(Svix).await;
    let base = collection(&simulator, Svix);
    let body = json!({"url": "http://127.0.0.1:9/a", "uid": "mine", "filterTypes": ["invoice.paid"],
        "description": "d", "metadata": {"team": "ledger"}});
    let made = ask(&simulator, "POST", &base, &body.to_string()).await;
    let endpoint = made.json();
    assert_eq!((made.status, &endpoint["secret"]), (201, &Value::Null), "the secret has a call of its own");
    assert_eq!(
        (&endpoint["disabled"], &endpoint["filterTypes"], &endpoint["metadata"]["team"]),
        (&json!(false), &json!(["invoice.paid"]), &json!("ledger"))
    );
    let path = format!("{base}/{}", endpoint["id"].as_str().unwrap());
    for each in [path.as_str(), &format!("{base}/mine")] {
        assert_eq!(ask(&simulator, "GET", each, "").await.json(), endpoint, "by id and by uid");
    }
    let patch = json!({"disabled": true, "filterTypes": null}).to_string();
    let patched = ask(&simulator, "PATCH", &path, &patch).await.json();
    assert_eq!((&patched["disabled"], &patched["filterTypes"]), (&json!(true), &Value::Null));
    assert_eq!(patched["description"], "d", "what is left out stays");
    let whole = ask(&simulator, "PUT", &path, r#"{"url":"http://127.0.0.1:9/b"}"#).await.json();
    assert_eq!(
        (&whole["url"], &whole["disabled"], &whole["description"], &whole["uid"]),
        (&json!("http://127.0.0.1:9/b"), &json!(false), &json!(""), &Value::Null)
    );
    let headers = format!("{path}/headers");
    assert_eq!(ask(&simulator, "PUT", &headers, r#"{"headers":{"X-A":"1","X-B":"2"}}"#).await.status, 204);
    assert_eq!(ask(&simulator, "PATCH", &headers, r#"{"headers":{"X-A":null,"X-C":"3"}}"#).await.status, 204);
    let shown = ask(&simulator, "GET", &headers, "").await.json();
    assert_eq!(shown, json!({"headers": {"X-B": "2", "X-C": "3"}, "sensitive": []}));
    let gone = ask(&simulator, "DELETE", &path, "").await;
    assert_eq!((gone.status, gone.body.len()), (204, 0));
    let missing = ask(&simulator, "GET", &path, "").await;
    assert_eq!(
        (missing.status, missing.json()),
        (404, json!({"code": "not_found", "detail": "Entity not found"}))
    );
}

#[tokio::test]
async fn what_svix_would_not_take_is_refused_in_its_shape() {
    let simulator = start(Svix).await;
    let base = collection(&simulator, Svix);
    let url = "http://127.0.0.1:9/";
    let rows = [
        (json!({}), json!(["body", "url"]), "value_error.missing"),
        (json!({"url": "http://example.com/"}), json!(["body", "url"]), "value_error"),
        (json!({"url": url, "colour": 1}), json!(["body", "colour"]), "value_error"),
        (json!({"url": url, "disabled": "no"}), json!(["body", "disabled"]), "type_error.boolean"),
        (json!({"url": url, "filterTypes": []}), json!(["body", "filterTypes"]), "value_error"),
        (json!({"url": url, "filterTypes": ["odd"]}), json!(["body", "filterTypes"]), "value_error"),
        (json!({"url": url, "secret": "short"}), json!(["body", "secret"]), "value_error"),
        (json!([1]), json!(["body"]), "value_error.jsondecode"),
    ];
    for (body, place, kind) in rows {
        let answer = ask(&simulator, "POST", &base, &body.to_string()).await;
        let item = &answer.json()["detail"][0];
        assert_eq!((answer.status, &item["loc"], &item["type"]), (422, &place, &json!(kind)), "{body}");
        assert!(item["msg"].is_string(), "{body}");
    }
    let limit = ask(&simulator, "GET", &format!("{base}?limit=251"), "").await;
    assert_eq!((limit.status, &limit.json()["detail"][0]["loc"]), (422, &json!(["query", "limit"])));
    let other = ask(&simulator, "GET", "/api/v1/app/app_other/endpoint", "").await;
    assert_eq!((other.status, &other.json()["code"]), (404, &json!("not_found")));
    assert_eq!(ask(&simulator, "DELETE", &base, "").await.status, 405);
    let twin = json!({"url": url, "uid": "one"}).to_string();
    assert_eq!(ask(&simulator, "POST", &base, &twin).await.status, 201);
    let again = ask(&simulator, "POST", &base, &twin).await;
    assert_eq!((again.status, &again.json()["code"]), (409, &json!("conflict")));
}

#[tokio::test]
async fn a_key_gives_the_first_answer_again() {
    let simulator = start(Svix).await;
    let base = collection(&simulator, Svix);
    let post = async |key: &str| {
        let body = r#"{"url":"http://127.0.0.1:9/a"}"#;
        ask_with(&simulator, "POST", &base, &[("idempotency-key", key)], body).await
    };
    let (first, again, other) = (post("k1").await, post("k1").await, post("k2").await);
    assert_eq!((first.status, &first.body), (again.status, &again.body));
    assert_ne!(first.body, other.body);
    assert_eq!(simulator.handle.endpoints().len(), 2);
}

#[tokio::test]
async fn for_a_day_after_rotating_both_secrets_sign() {
    let simulator = Arc::new(start_with(Svix, |options| options.clock_factor = 1.0).await);
    let target = Target::start().await.unwrap();
    let (id, old) = create(&simulator, Svix, &target.url("/"), &[]).await;
    let path = format!("{}/{id}/secret", collection(&simulator, Svix));
    let rotated = ask(&simulator, "POST", &format!("{path}/rotate"), "{}").await;
    assert_eq!((rotated.status, rotated.body.len()), (204, 0));
    let new = ask(&simulator, "GET", &path, "").await.json()["key"].as_str().unwrap().to_owned();
    assert_ne!(old, new);
    simulator.handle.emit(&Emission::default());
    settled(&simulator).await;
    let request = target.requests().remove(0);
    let signatures: Vec<_> = request.header("svix-signature").unwrap().split(' ').collect();
    assert_eq!(signatures.len(), 2);
    let (event, t) = (request.header("svix-id").unwrap(), request.header("svix-timestamp").unwrap());
    for (secret, given) in [(&new, signatures[0]), (&old, signatures[1])] {
        let key = BASE64.decode(secret.strip_prefix("whsec_").unwrap()).unwrap();
        let sum = hmac_sha256(&key, &[event.as_bytes(), b".", t.as_bytes(), b".", &request.body]);
        assert_eq!(given, format!("v1,{}", BASE64.encode(sum)));
        assert_eq!(request.check(Form::Svix, secret), Ok(()));
    }
    let own = format!("whsec_{}", BASE64.encode([7; 24]));
    let brought = json!({"key": own}).to_string();
    assert_eq!(ask(&simulator, "POST", &format!("{path}/rotate"), &brought).await.status, 204);
    assert_eq!(ask(&simulator, "GET", &path, "").await.json()["key"], own);
}

#[tokio::test]
async fn every_attempt_is_listed_and_can_be_made_again() {
    let (simulator, target, id, _) = ready(Svix).await;
    let app = app(&simulator);
    target.script([Answer::status(500), Answer::status(503), Answer::status(200)]);
    simulator.handle.emit(&Emission::default());
    settled(&simulator).await;
    let path = format!("{app}/attempt/endpoint/{id}");
    let list = ask(&simulator, "GET", &path, "").await.json();
    let codes: Vec<_> =
        list["data"].as_array().unwrap().iter().map(|entry| &entry["responseStatusCode"]).collect();
    assert_eq!(codes, [200, 503, 500], "newest first");
    let newest = &list["data"][0];
    assert_eq!(
        (&newest["status"], &newest["statusText"], &newest["triggerType"], &list["done"]),
        (&json!(0), &json!("success"), &json!(0), &json!(true))
    );
    let page = ask(&simulator, "GET", &format!("{path}?limit=2"), "").await.json();
    assert_eq!((page["data"].as_array().unwrap().len(), &page["done"]), (2, &json!(false)));
    let next = format!("{path}?limit=2&iterator={}", page["iterator"].as_str().unwrap());
    let next = ask(&simulator, "GET", &next, "").await.json();
    assert_eq!((&next["data"][0]["responseStatusCode"], &next["done"]), (&json!(500), &json!(true)));
    let failed = ask(&simulator, "GET", &format!("{path}?status=2&status_code_class=500"), "").await.json();
    assert_eq!(failed["data"].as_array().unwrap().len(), 2);
    let none = ask(&simulator, "GET", &format!("{path}?before=2020-01-01T00:00:00Z"), "").await.json();
    assert_eq!(none["data"], json!([]));

    let message = newest["msgId"].as_str().unwrap();
    let one = format!("{app}/msg/{message}/attempt/{}", newest["id"].as_str().unwrap());
    assert_eq!(ask(&simulator, "GET", &one, "").await.json(), *newest);
    let shown = ask(&simulator, "GET", &format!("{app}/msg/{message}"), "").await.json();
    assert_eq!(
        shown["payload"].to_string().as_bytes(),
        target.requests()[0].body,
        "messages hold the payload"
    );
    let again = ask(&simulator, "POST", &format!("{app}/msg/{message}/endpoint/{id}/resend"), "").await;
    assert_eq!((again.status, again.json()), (202, json!({})));
    settled(&simulator).await;
    assert_eq!(target.requests()[3].header("svix-id"), Some(message));
    let list = ask(&simulator, "GET", &format!("{path}?with_msg=true"), "").await.json();
    assert_eq!(
        (&list["data"][0]["triggerType"], &list["data"][0]["msg"]["id"]),
        (&json!(1), &json!(message))
    );
}

#[tokio::test]
async fn what_failed_is_recovered_in_the_background() {
    let (simulator, target, id, _) = ready(Svix).await;
    let app = app(&simulator);
    target.otherwise(Answer::status(500));
    simulator.handle.emit(&Emission::default().times(3));
    settled(&simulator).await;
    assert_eq!(target.requests().len(), 24, "eight attempts each");
    let stats = format!("{app}/endpoint/{id}/stats");
    assert_eq!(ask(&simulator, "GET", &stats, "").await.json()["fail"], 3);
    target.otherwise(Answer::status(200));
    let path = format!("{app}/endpoint/{id}/recover");
    assert_eq!(ask(&simulator, "POST", &path, "{}").await.status, 422);
    let since = json!({"since": "2020-01-01T00:00:00Z"}).to_string();
    let started = ask(&simulator, "POST", &path, &since).await;
    let task = started.json();
    assert_eq!(
        (started.status, &task["status"], &task["task"]),
        (202, &json!("running"), &json!("endpoint.recover"))
    );
    settled(&simulator).await;
    assert_eq!(target.requests().len(), 27);
    assert_eq!(ask(&simulator, "GET", &stats, "").await.json()["success"], 3);
    let path = format!("/api/v1/background-task/{}", task["id"].as_str().unwrap());
    let done = ask(&simulator, "GET", &path, "").await.json();
    assert_eq!((&done["status"], &done["data"]["messagesSent"]), (&json!("finished"), &json!(3)));

    let example = r#"{"eventType":"user.signup"}"#;
    let sent = ask(&simulator, "POST", &format!("{app}/endpoint/{id}/send-example"), example).await;
    assert_eq!((sent.status, &sent.json()["eventType"]), (202, &json!("user.signup")));
    settled(&simulator).await;
    assert_eq!(target.requests().len(), 28);
    let types = ask(&simulator, "GET", "/api/v1/event-type", "").await.json();
    assert_eq!(types["data"][0]["name"], "invoice.paid");
}
