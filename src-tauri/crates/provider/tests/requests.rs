//! What goes out: method, path, headers and body, byte for byte, of every operation of every
//! provider, beside what the provider documents; and that a dry run shows the same.
#![allow(clippy::unwrap_used, clippy::print_stdout, reason = "a test stops at the first surprise")]
#![allow(missing_docs)]

mod common;

use common::{Answer, Fake, TOKEN, client, client_with, empty, json, strings};
use serde_json::{Value, json};
use waybill_model::{LogState, ProviderOperation};
use waybill_provider::{Call, EndpointPatch, HttpOptions, LogQuery, NewEndpoint};

/// An endpoint as each provider answers it.
fn endpoint(provider: &str) -> Value {
    match provider {
        "mnemom" => {
            json!({"endpoint_id": "whe-1", "billing_account_id": "ba-1", "url": "https://a.example.com/h",
            "description": "d", "event_types": ["agent.killed"], "is_active": true, "consecutive_failures": 0,
            "disabled_at": null, "disabled_reason": null, "created_at": "c", "updated_at": "u"})
        }
        "timbrix" => json!({"id": "w1", "organizationId": "o", "url": "https://a.example.com/h",
            "events": ["member.added"], "isActive": true, "createdAt": "c", "updatedAt": "u"}),
        "mindbridge" => json!({"id": "m1", "version": 7, "creationDate": "c", "lastModifiedDate": "u",
            "createdUserInfo": {"userId": "1", "userName": "n"}, "name": "N", "url": "https://a.example.com/h",
            "technicalContactId": "tc", "events": ["USER_LOGIN"], "status": "ACTIVE", "publicKey": "pk",
            "keyGenerationTimestamp": "k"}),
        _ => json!({"id": "wh_1", "object": "webhook", "url": "https://a.example.com/h",
            "events": ["run.failed"], "status": "enabled"}),
    }
}

/// Makes the call against scripted answers; gives back the requests as lines.
async fn made(provider: &str, call: Call<'_>, answers: Vec<Answer>) -> Vec<String> {
    let fake = Fake::start(answers).await;
    let client = client(provider, &format!("{}/base/", fake.base));
    match call {
        Call::List => drop(client.list().await.unwrap()),
        Call::Get { id } => drop(client.get(id).await.unwrap()),
        Call::Create(new) => drop(client.create(new).await.unwrap()),
        Call::Update { id, patch, revision } => drop(client.update(id, patch, revision).await.unwrap()),
        Call::SetActive { id, active } => drop(client.set_active(id, active).await.unwrap()),
        Call::Delete { id } => client.delete(id).await.unwrap(),
        Call::Rotate { id } => drop(client.rotate(id).await.unwrap()),
        Call::Test { id, event } => drop(client.test(id, event).await.unwrap()),
        Call::Log { id, query } => drop(client.log(id, query).await.unwrap()),
        Call::Redeliver { entry } => drop(client.redeliver(entry).await.unwrap()),
        Call::RedeliverAt { endpoint, entry } => drop(client.redeliver_at(endpoint, entry).await.unwrap()),
        Call::ReplayEvent { event, endpoints } => {
            let key = client.idempotency_key(ProviderOperation::ReplayEvent);
            drop(client.replay_event(event, endpoints, key.as_deref()).await.unwrap());
        }
        Call::Recover { id, since, until } => drop(client.recover(id, since, until).await.unwrap()),
    }
    let seen = fake.seen();
    for request in &seen {
        let header = |name: &str| request.headers.get(name).map(String::as_str);
        assert_eq!(header("authorization"), Some(format!("Bearer {TOKEN}").as_str()));
        assert_eq!(header("accept"), Some("application/json"));
        assert!(header("user-agent").unwrap().starts_with("Waybill/"));
        assert_eq!(header("content-type"), (!request.body.is_empty()).then_some("application/json"));
        assert_eq!(header("referer"), None);
        assert_eq!(header("cookie"), None);
    }
    seen.iter().map(|request| format!("{} {} {}", request.method, request.target, request.body)).collect()
}

async fn check(provider: &str, call: Call<'_>, answers: Vec<Answer>, expected: &[&str]) {
    assert_eq!(made(provider, call, answers).await, expected, "{provider} {call:?}");
}

fn new(label: &str, events: &[&str]) -> NewEndpoint {
    NewEndpoint {
        url: "https://a.example.com/h".to_owned(),
        events: strings(events),
        label: label.to_owned(),
        ..NewEndpoint::default()
    }
}

#[tokio::test]
async fn mnemom_is_called_as_its_pages_say() {
    let p = "mnemom";
    let ep = || json(200, endpoint(p));
    check(p, Call::List, vec![json(200, json!([endpoint(p)]))], &["GET /base/orgs/org-1/webhooks "]).await;
    check(p, Call::Get { id: "whe-1" }, vec![ep()], &["GET /base/orgs/org-1/webhooks/whe-1 "]).await;
    check(p, Call::Get { id: "../x?y" }, vec![ep()], &["GET /base/orgs/org-1/webhooks/..%2Fx%3Fy "]).await;
    check(
        p,
        Call::Create(&new("prod", &["agent.killed", "agent.paused", "agent.killed"])),
        vec![json(201, endpoint(p))],
        &[r#"POST /base/orgs/org-1/webhooks {"url":"https://a.example.com/h","description":"prod","event_types":["agent.killed","agent.paused"]}"#],
    )
    .await;
    check(
        p,
        Call::Create(&new("", &["*"])),
        vec![json(201, endpoint(p))],
        &[r#"POST /base/orgs/org-1/webhooks {"url":"https://a.example.com/h","event_types":["*"]}"#],
    )
    .await;
    let patch = EndpointPatch { label: Some(String::new()), active: Some(true), ..EndpointPatch::default() };
    check(
        p,
        Call::Update { id: "whe-1", patch: &patch, revision: None },
        vec![ep()],
        &[r#"PATCH /base/orgs/org-1/webhooks/whe-1 {"description":"","is_active":true}"#],
    )
    .await;
    check(
        p,
        Call::SetActive { id: "whe-1", active: false },
        vec![ep()],
        &[r#"PATCH /base/orgs/org-1/webhooks/whe-1 {"is_active":false}"#],
    )
    .await;
    let deleted = json(200, json!({"deleted": true, "endpoint_id": "whe-1"}));
    check(p, Call::Delete { id: "whe-1" }, vec![deleted], &["DELETE /base/orgs/org-1/webhooks/whe-1 "]).await;
    let rotated = json(200, json!({"endpoint_id": "whe-1", "signing_secret": "s"}));
    check(
        p,
        Call::Rotate { id: "whe-1" },
        vec![rotated],
        &["POST /base/orgs/org-1/webhooks/whe-1/rotate-secret "],
    )
    .await;
    let tested = || json(200, json!({"success": true, "status": 200, "latency_ms": 5, "error": null}));
    check(
        p,
        Call::Test { id: "whe-1", event: None },
        vec![tested()],
        &["POST /base/orgs/org-1/webhooks/whe-1/test "],
    )
    .await;
    check(
        p,
        Call::Test { id: "whe-1", event: Some("agent.killed") },
        vec![tested()],
        &[r#"POST /base/orgs/org-1/webhooks/whe-1/test {"event_type":"agent.killed"}"#],
    )
    .await;
    check(
        p,
        Call::Log { id: "whe-1", query: LogQuery { limit: 20, state: None } },
        vec![json(200, json!([]))],
        &["GET /base/orgs/org-1/webhooks/deliveries?endpoint_id=whe-1&limit=20&offset=0 "],
    )
    .await;
    check(
        p,
        Call::Redeliver { entry: "whd-1" },
        vec![json(201, json!({"delivery_id": "whd-2", "event_id": "evt-1", "status": "pending"}))],
        &["POST /base/orgs/org-1/webhooks/deliveries/whd-1/redeliver "],
    )
    .await;
}

#[tokio::test]
async fn timbrix_is_called_as_its_pages_say() {
    let p = "timbrix";
    let root = "/base/organizations/o%201%2F%C3%A9/webhooks";
    check(p, Call::List, vec![json(200, json!([endpoint(p)]))], &[&format!("GET {root} ")]).await;
    check(p, Call::Get { id: "w1" }, vec![json(200, json!([endpoint(p)]))], &[&format!("GET {root} ")]).await;
    check(
        p,
        Call::Create(&new("", &["member.added"])),
        vec![json(201, endpoint(p))],
        &[&format!(r#"POST {root} {{"url":"https://a.example.com/h","events":["member.added"]}}"#)],
    )
    .await;
    let patch = EndpointPatch { url: Some("https://b.example.com/".to_owned()), ..EndpointPatch::default() };
    check(
        p,
        Call::Update { id: "w1", patch: &patch, revision: Some("unused") },
        vec![json(200, endpoint(p))],
        &[&format!(r#"PUT {root}/w1 {{"url":"https://b.example.com/"}}"#)],
    )
    .await;
    check(
        p,
        Call::SetActive { id: "w1", active: true },
        vec![json(200, endpoint(p))],
        &[&format!(r#"PUT {root}/w1 {{"isActive":true}}"#)],
    )
    .await;
    check(p, Call::Delete { id: "w1" }, vec![empty(204)], &[&format!("DELETE {root}/w1 ")]).await;
    let log = Call::Log { id: "w1", query: LogQuery::default() };
    check(p, log, vec![json(200, json!([]))], &[&format!("GET {root}/w1/deliveries ")]).await;
}

#[tokio::test]
async fn mindbridge_is_called_as_its_pages_say() {
    let p = "mindbridge";
    let page = json(200, json!({"content": [endpoint(p)], "last": true}));
    check(p, Call::List, vec![page], &["POST /base/v1/webhooks/query?page=0&size=20 {}"]).await;
    check(p, Call::Get { id: "m1" }, vec![json(200, endpoint(p))], &["GET /base/v1/webhooks/m1 "]).await;
    let mut asked = new("Prod", &["USER_LOGIN"]);
    asked.fields.insert("technicalContactId".to_owned(), "tc".to_owned());
    let body = r#"{"name":"Prod","url":"https://a.example.com/h","technicalContactId":"tc","events":["USER_LOGIN"],"status":"ACTIVE"}"#;
    check(
        p,
        Call::Create(&asked),
        vec![json(201, endpoint(p))],
        &[&format!("POST /base/v1/webhooks {body}")],
    )
    .await;
    // The name may also come as the field it is.
    asked.label.clear();
    asked.fields.insert("name".to_owned(), "Prod".to_owned());
    asked.fields.insert("status".to_owned(), "INACTIVE".to_owned());
    let body = body.replace("ACTIVE", "INACTIVE");
    check(
        p,
        Call::Create(&asked),
        vec![json(201, endpoint(p))],
        &[&format!("POST /base/v1/webhooks {body}")],
    )
    .await;
    // A change is laid over a fresh read: read-only and unknown members are not sent back.
    let patch = EndpointPatch { label: Some("New".to_owned()), ..EndpointPatch::default() };
    check(
        p,
        Call::Update { id: "m1", patch: &patch, revision: Some("7") },
        vec![json(200, endpoint(p)), json(200, endpoint(p))],
        &[
            "GET /base/v1/webhooks/m1 ",
            r#"PUT /base/v1/webhooks/m1 {"version":7,"name":"New","url":"https://a.example.com/h","technicalContactId":"tc","events":["USER_LOGIN"],"status":"ACTIVE"}"#,
        ],
    )
    .await;
    check(
        p,
        Call::SetActive { id: "m1", active: false },
        vec![json(200, endpoint(p)), json(200, endpoint(p))],
        &[
            "GET /base/v1/webhooks/m1 ",
            r#"PUT /base/v1/webhooks/m1 {"version":7,"name":"N","url":"https://a.example.com/h","technicalContactId":"tc","events":["USER_LOGIN"],"status":"INACTIVE"}"#,
        ],
    )
    .await;
    check(p, Call::Delete { id: "m1" }, vec![empty(204)], &["DELETE /base/v1/webhooks/m1 "]).await;
    check(
        p,
        Call::Log { id: "m1", query: LogQuery { limit: 5, state: None } },
        vec![json(200, json!({"content": []}))],
        &[r#"POST /base/v1/webhook-event-logs/query?page=0&size=5 {"webhookId":"m1"}"#],
    )
    .await;
}

#[tokio::test]
async fn mynd_is_called_as_its_pages_say() {
    let p = "mynd";
    let list = json(200, json!({"object": "list", "data": [endpoint(p)]}));
    check(p, Call::List, vec![list], &["GET /base/v1/webhooks "]).await;
    check(p, Call::Get { id: "wh_1" }, vec![json(200, endpoint(p))], &["GET /base/v1/webhooks/wh_1 "]).await;
    check(
        p,
        Call::Create(&new("prod", &["run.failed"])),
        vec![json(200, endpoint(p))],
        &[r#"POST /base/v1/webhooks {"url":"https://a.example.com/h","events":["run.failed"],"description":"prod"}"#],
    )
    .await;
    let all = NewEndpoint { all_events: true, ..new("", &[]) };
    check(
        p,
        Call::Create(&all),
        vec![json(201, endpoint(p))],
        &[r#"POST /base/v1/webhooks {"url":"https://a.example.com/h","events":["*"]}"#],
    )
    .await;
    let deleted = json(200, json!({"id": "wh_1", "object": "webhook", "deleted": true}));
    check(p, Call::Delete { id: "wh_1" }, vec![deleted], &["DELETE /base/v1/webhooks/wh_1 "]).await;
    for (state, query) in
        [(None, ""), (Some(LogState::Failed), "?status=failed"), (Some(LogState::Unknown), "")]
    {
        check(
            p,
            Call::Log { id: "wh_1", query: LogQuery { limit: 5, state } },
            vec![json(200, json!({"object": "list", "data": []}))],
            &[&format!("GET /base/v1/webhooks/wh_1/deliveries{query} ")],
        )
        .await;
    }
}

#[tokio::test]
async fn every_type_is_named_where_there_is_no_word_for_it() {
    for (provider, field, first, never) in [
        ("mnemom", "event_types", "agent.exemption.granted", "drift.detected"),
        ("timbrix", "events", "organization.created", "*"),
        ("mindbridge", "events", "EXPORT_READY", "UNMAPPED_ACCOUNTS_DETECTED"),
    ] {
        let fake = Fake::start(vec![json(201, endpoint(provider))]).await;
        let mut all = NewEndpoint { all_events: true, ..new("", &[]) };
        if provider == "mindbridge" {
            all.label = "N".to_owned();
            all.fields.insert("technicalContactId".to_owned(), "tc".to_owned());
        }
        client(provider, &fake.base).create(&all).await.unwrap();
        let body: Value = serde_json::from_str(&fake.only().body).unwrap();
        let sent: Vec<&str> =
            body[field].as_array().unwrap().iter().map(|event| event.as_str().unwrap()).collect();
        assert_eq!(sent[0], first);
        assert!(sent.len() > 10 && !sent.contains(&never), "{provider} {sent:?}");
    }
}

#[tokio::test]
async fn a_key_makes_create_safe_only_where_the_provider_honours_one() {
    for (provider, expected) in [("mnemom", None), ("timbrix", None), ("mynd", Some("my-key"))] {
        let fake = Fake::start(vec![json(201, endpoint(provider))]).await;
        let client = client(provider, &fake.base);
        let event = if provider == "mynd" { "run.failed" } else { "x" };
        client.send_create(&new("", &[event]), Some("my-key")).await.unwrap();
        assert_eq!(fake.only().headers.get("idempotency-key").map(String::as_str), expected, "{provider}");
        let key = client.idempotency_key(ProviderOperation::Create);
        assert_eq!(key.is_some(), expected.is_some());
        assert!(key.is_none_or(|key| key.len() > 30));
    }
}

#[tokio::test]
async fn the_credential_goes_in_the_form_that_was_chosen() {
    for (provider, auth, header, value) in [
        ("mnemom", "api-key", "x-mnemom-api-key", TOKEN.to_owned()),
        ("timbrix", "api-key", "x-api-key", TOKEN.to_owned()),
        ("mnemom", "bearer", "authorization", format!("Bearer {TOKEN}")),
        ("mynd", "", "authorization", format!("Bearer {TOKEN}")),
    ] {
        let answer = if provider == "mynd" { json!({"data": []}) } else { json!([]) };
        let fake = Fake::start(vec![json(200, answer)]).await;
        client_with(provider, &fake.base, auth, HttpOptions::default()).0.list().await.unwrap();
        let seen = fake.only();
        assert_eq!(seen.headers.get(header), Some(&value));
        assert_eq!(seen.headers.values().filter(|value| value.contains(TOKEN)).count(), 1, "{seen:?}");
        assert!(!seen.target.contains(TOKEN));
    }
}

#[tokio::test]
async fn a_dry_run_shows_the_call_and_makes_none() {
    let fake = Fake::start(Vec::new()).await;
    let base = fake.base.clone();
    let asked = new("prod", &["run.failed"]);
    let shown = client("mynd", &base).dry_run(Call::Create(&asked)).await.unwrap();
    assert_eq!((shown.method.as_str(), shown.url), ("POST", format!("{base}/v1/webhooks")));
    assert_eq!(
        shown.body.unwrap(),
        r#"{"url":"https://a.example.com/h","events":["run.failed"],"description":"prod"}"#
    );
    let names: Vec<&str> = shown.headers.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(names, ["Authorization", "Accept", "Content-Type", "Idempotency-Key", "User-Agent"]);
    assert_eq!(shown.headers[0].1, "Bearer <token>");
    assert!(!format!("{:?}", shown.headers).contains(TOKEN));
    let mnemom = client_with("mnemom", &base, "api-key", HttpOptions::default()).0;
    for (call, line) in [
        (Call::List, "GET /orgs/org-1/webhooks"),
        (Call::Get { id: "a b" }, "GET /orgs/org-1/webhooks/a%20b"),
        (Call::SetActive { id: "w", active: true }, "PATCH /orgs/org-1/webhooks/w"),
        (Call::Delete { id: "w" }, "DELETE /orgs/org-1/webhooks/w"),
        (Call::Rotate { id: "w" }, "POST /orgs/org-1/webhooks/w/rotate-secret"),
        (Call::Test { id: "w", event: None }, "POST /orgs/org-1/webhooks/w/test"),
        (Call::Redeliver { entry: "d" }, "POST /orgs/org-1/webhooks/deliveries/d/redeliver"),
        (
            Call::Log { id: "w", query: LogQuery::default() },
            "GET /orgs/org-1/webhooks/deliveries?endpoint_id=w&limit=100&offset=0",
        ),
    ] {
        let shown = mnemom.dry_run(call).await.unwrap();
        assert_eq!(format!("{} {}", shown.method, shown.url.strip_prefix(&base).unwrap()), line);
        assert_eq!(shown.headers[0], ("X-Mnemom-Api-Key".to_owned(), "<token>".to_owned()));
    }
    assert!(fake.seen().is_empty());
    // A whole-object update is made of what stands there, so that is read, and nothing else.
    let fake = Fake::start(vec![json(200, endpoint("mindbridge"))]).await;
    let patch = EndpointPatch { active: Some(false), ..EndpointPatch::default() };
    let call = Call::Update { id: "m1", patch: &patch, revision: None };
    let shown = client("mindbridge", &fake.base).dry_run(call).await.unwrap();
    assert_eq!(shown.method, "PUT");
    assert!(shown.body.unwrap().contains(r#""status":"INACTIVE""#));
    assert_eq!(fake.only().method, "GET");
}
