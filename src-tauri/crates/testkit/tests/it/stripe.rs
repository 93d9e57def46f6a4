//! Stripe: the life of an endpoint in forms, keys for idempotency, events and their deliveries.

use super::client::{Answered, ask, ask_with, call, collection, manners, ready, settled, start};
use serde_json::{Value, json};
use waybill_testkit::SimulatorKind::Stripe;
use waybill_testkit::sign::hmac_sha256;
use waybill_testkit::{Answer, Emission, Form, Simulator};

const BODY: &str =
    "url=http%3A%2F%2F127.0.0.1%3A9%2Fa&enabled_events[]=charge.failed&enabled_events[]=invoice.paid";

async fn post(simulator: &Simulator, tail: &str, body: &str) -> Answered {
    ask(simulator, "POST", &format!("/v1/webhook_endpoints{tail}"), body).await
}

#[tokio::test]
async fn an_endpoint_lives_from_create_to_delete() {
    let simulator = start(Stripe).await;
    let more = "&description=d&metadata[team]=ledger&api_version=2025-01-27.acacia";
    let made = post(&simulator, "", &format!("{BODY}{more}")).await;
    let mut endpoint = made.json();
    assert_eq!(made.status, 200);
    assert!(endpoint["secret"].as_str().unwrap().starts_with("whsec_"));
    assert!(made.header("request-id").starts_with("req_"));
    endpoint.as_object_mut().unwrap().remove("secret");
    let id = endpoint["id"].as_str().unwrap().to_owned();
    assert!(id.starts_with("we_"));
    let expected = json!({
        "id": id, "object": "webhook_endpoint", "api_version": "2025-01-27.acacia", "application": null,
        "created": endpoint["created"], "description": "d",
        "enabled_events": ["charge.failed", "invoice.paid"], "livemode": false,
        "metadata": {"team": "ledger"}, "status": "enabled", "url": "http://127.0.0.1:9/a",
    });
    assert_eq!(endpoint, expected);
    let path = format!("/v1/webhook_endpoints/{id}");
    assert_eq!(ask(&simulator, "GET", &path, "").await.json(), expected, "the secret is shown once");

    let change = "disabled=true&enabled_events[]=*&metadata[team]=&description=";
    let changed = post(&simulator, &format!("/{id}"), change).await.json();
    assert_eq!(
        (&changed["status"], &changed["enabled_events"], &changed["metadata"], &changed["description"]),
        (&json!("disabled"), &json!(["*"]), &json!({}), &Value::Null)
    );
    assert_eq!(post(&simulator, &format!("/{id}"), "disabled=false").await.json()["status"], "enabled");
    let gone = ask(&simulator, "DELETE", &path, "").await;
    assert_eq!(gone.json(), json!({"id": id, "object": "webhook_endpoint", "deleted": true}));
    let missing = ask(&simulator, "GET", &path, "").await;
    assert_eq!((missing.status, &missing.json()["error"]["code"]), (404, &json!("resource_missing")));
}

#[tokio::test]
async fn what_stripe_would_not_take_is_refused_in_its_shape() {
    let simulator = start(Stripe).await;
    let rows = [
        (format!("{BODY}&colour=red"), "parameter_unknown", "colour"),
        (format!("{BODY}&disabled=true"), "parameter_unknown", "disabled"),
        ("enabled_events[]=*".to_owned(), "parameter_missing", "url"),
        ("url=http%3A%2F%2F127.0.0.1%3A9%2F".to_owned(), "parameter_missing", "enabled_events"),
        ("url=nowhere&enabled_events[]=*".to_owned(), "url_invalid", "url"),
        ("url=http%3A%2F%2F10.0.0.1%2F&enabled_events[]=*".to_owned(), "url_invalid", "url"),
        (BODY.replace("invoice.paid", "invoice.odd"), "", "enabled_events[1]"),
    ];
    for (body, code, param) in rows {
        let answer = post(&simulator, "", &body).await;
        let error = &answer.json()["error"];
        assert_eq!((answer.status, &error["type"]), (400, &json!("invalid_request_error")), "{body}");
        assert_eq!((error["code"].as_str().unwrap_or(""), &error["param"]), (code, &json!(param)), "{body}");
    }
    let list = ask(&simulator, "GET", "/v1/webhook_endpoints?limit=0", "").await;
    assert_eq!((list.status, &list.json()["error"]["param"]), (400, &json!("limit")));
    let odd = ask(&simulator, "GET", "/v1/webhook_endpoints?page=2", "").await;
    assert_eq!(odd.json()["error"]["code"], "parameter_unknown");
    // A method that there is not is a path that there is not.
    let put = ask(&simulator, "PUT", "/v1/webhook_endpoints/we_1", "").await;
    assert_eq!(put.status, 404);
    assert!(put.json()["error"]["message"].as_str().unwrap().starts_with("Unrecognized request URL (PUT: "));
    assert_eq!(simulator.handle.endpoints().len(), 0);
}

#[tokio::test]
async fn the_key_may_be_the_name_of_basic_authentication() {
    use base64::Engine as _;
    let simulator = start(Stripe).await;
    let url = format!("{}{}", simulator.base_url, collection(&simulator, Stripe));
    let named =
        |key: &str| format!("Basic {}", base64::engine::general_purpose::STANDARD.encode(format!("{key}:")));
    for (value, status) in [
        (named(&simulator.token), 200),
        (named("sk_test_other"), 401),
        (format!("Bearer {}", simulator.restricted_token), 403),
    ] {
        let answer = call("GET", &url, &[("authorization", &value)], "").await.unwrap();
        assert_eq!(answer.status, status, "{value}");
    }
    assert_eq!(call("GET", &url, &[], "").await.unwrap().status, 401);
}

#[tokio::test]
async fn a_key_gives_the_first_answer_again() {
    let simulator = start(Stripe).await;
    let url = "/v1/webhook_endpoints";
    let keyed = async |key: &str, body: &str| {
        ask_with(&simulator, "POST", url, &[("idempotency-key", key)], body).await
    };
    // What fails its checks is not kept.
    assert_eq!(keyed("k1", "url=nowhere").await.status, 400);
    let first = keyed("k1", BODY).await;
    let again = keyed("k1", BODY).await;
    assert_eq!((first.status, &first.body), (again.status, &again.body), "the secret included");
    assert_eq!((first.header("idempotent-replayed"), again.header("idempotent-replayed")), ("", "true"));
    let other = keyed("k1", &BODY.replace("charge.failed", "charge.refunded")).await;
    assert_eq!((other.status, &other.json()["error"]["type"]), (400, &json!("idempotency_error")));
    assert_eq!(keyed("k2", BODY).await.status, 200, "the same address twice is allowed");
    assert_eq!(simulator.handle.endpoints().len(), 2);
}

#[tokio::test]
async fn deliveries_are_signed_over_the_indented_body() {
    let (simulator, target, _, secret) = ready(Stripe).await;
    simulator.handle.emit(&Emission::default());
    settled(&simulator).await;
    let request = target.requests().remove(0);
    assert_eq!(request.check(Form::Stripe, &secret), Ok(()));
    let header = request.header("stripe-signature").unwrap();
    let (t, v1) = header.strip_prefix("t=").unwrap().split_once(",v1=").unwrap();
    assert_eq!(v1, hex::encode(hmac_sha256(secret.as_bytes(), &[t.as_bytes(), b".", &request.body])));
    assert!(request.body.starts_with(b"{\n  \"id\": \"evt_"), "written over several lines");
}

#[tokio::test]
async fn events_tell_what_was_not_delivered() {
    let (simulator, target, id, _) = ready(Stripe).await;
    target.otherwise(Answer::status(500));
    simulator.handle.emit(&Emission::of("charge.succeeded"));
    settled(&simulator).await;
    assert_eq!(target.requests().len(), 4, "once and three times more");
    target.otherwise(Answer::status(200));
    simulator.handle.emit(&Emission::of("charge.succeeded"));
    simulator.handle.emit(&Emission::of("payout.paid"));
    settled(&simulator).await;
    let list = async |query: &str| ask(&simulator, "GET", &format!("/v1/events{query}"), "").await.json();
    let all = list("").await;
    assert_eq!(
        (&all["object"], &all["has_more"], &all["url"]),
        (&json!("list"), &json!(false), &json!("/v1/events"))
    );
    let types: Vec<_> = all["data"].as_array().unwrap().iter().map(|event| event["type"].clone()).collect();
    assert_eq!(types, ["payout.paid", "charge.succeeded", "charge.succeeded"], "newest first");
    let failed = list("?delivery_success=false").await;
    assert_eq!(failed["data"].as_array().unwrap().len(), 1);
    assert_eq!(failed["data"][0]["pending_webhooks"], 1);
    for (query, count) in [
        ("?type=payout.paid", 1),
        ("?types[]=charge.succeeded&types[]=payout.paid", 3),
        ("?type=charge.*", 2),
        ("?created[lt]=1", 0),
        ("?created[gte]=1&limit=2", 2),
    ] {
        assert_eq!(list(query).await["data"].as_array().unwrap().len(), count, "{query}");
    }
    let event = failed["data"][0]["id"].as_str().unwrap();
    let one = ask(&simulator, "GET", &format!("/v1/events/{event}"), "").await.json();
    assert_eq!(one, failed["data"][0]);
    assert_eq!(ask(&simulator, "GET", "/v1/events/evt_none", "").await.status, 404);
    let headers = [("authorization", "Bearer x"), manners(Stripe)[0]];
    let url = format!("{}/v1/webhook_endpoints/{id}", simulator.base_url);
    assert_eq!(call("POST", &url, &headers, "disabled=true").await.unwrap().status, 401);
}
