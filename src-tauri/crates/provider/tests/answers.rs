//! What comes back: documented answers in the common form, pages, secrets, refusals and conflicts.
#![allow(clippy::unwrap_used, clippy::print_stdout, reason = "a test stops at the first surprise")]
#![allow(missing_docs)]

mod common;

use common::{Answer, Fake, client, client_with, empty, json, strings};
use secrecy::ExposeSecret;
use serde_json::{Value, json};
use waybill_model::{CredentialKind, Endpoint, ErrorCode, Failure, LogState};
use waybill_provider::{EndpointPatch, HttpOptions, LogQuery, NewEndpoint};

fn mnemom(id: &str) -> Value {
    json!({"endpoint_id": id, "billing_account_id": "ba-1", "url": "https://a.example.com/h", "description": "d",
        "event_types": ["agent.killed"], "is_active": true, "consecutive_failures": 3, "disabled_at": null,
        "disabled_reason": null, "created_at": "2026-01-01T00:00:00Z", "updated_at": "2026-01-02T00:00:00Z"})
}

fn mindbridge(version: i64) -> Value {
    json!({"id": "m1", "version": version, "creationDate": "c", "lastModifiedDate": "u", "name": "N",
        "url": "https://a.example.com/h", "technicalContactId": "tc", "events": ["USER_LOGIN"],
        "status": "ACTIVE", "publicKey": "MCowBQ", "keyGenerationTimestamp": "k"})
}

fn asked(provider: &str) -> NewEndpoint {
    let mut new = NewEndpoint {
        url: "https://a.example.com/h".to_owned(),
        events: strings(&["x"]),
        ..NewEndpoint::default()
    };
    if provider == "mindbridge" {
        new.label = "N".to_owned();
        new.fields.insert("technicalContactId".to_owned(), "tc".to_owned());
    }
    new
}

async fn one(provider: &str, answer: Value) -> Result<Endpoint, Failure> {
    // Every provider's list can carry one endpoint.
    let answer = match provider {
        "mindbridge" => json!({"content": [answer]}),
        "mynd" => json!({"object": "list", "data": [answer]}),
        _ => json!([answer]),
    };
    let fake = Fake::start(vec![json(200, answer)]).await;
    client(provider, &fake.base).list().await.map(|mut list| list.remove(0))
}

#[tokio::test]
async fn endpoints_come_into_the_common_form() {
    let endpoint = one("mnemom", mnemom("whe-1")).await.unwrap();
    let raw = mnemom("whe-1");
    assert_eq!(
        serde_json::to_value(&endpoint).unwrap(),
        json!({"id": "whe-1", "connection": "prod", "provider": "mnemom", "url": "https://a.example.com/h",
            "label": "d", "events": ["agent.killed"], "all_events": false, "active": true, "status": "active",
            "failures": 3, "disabled_reason": null, "created_at": "2026-01-01T00:00:00Z",
            "updated_at": "2026-01-02T00:00:00Z", "revision": null,
            "credential": {"kind": "shared_secret", "in_vault": false}, "inbox": null, "raw": raw})
    );
    let endpoint = one("mindbridge", mindbridge(7)).await.unwrap();
    assert_eq!((endpoint.label.as_str(), endpoint.revision.as_deref()), ("N", Some("7")));
    assert_eq!((endpoint.status.as_str(), endpoint.active), ("ACTIVE", true));
    assert_eq!(endpoint.credential.kind, CredentialKind::PublicKey);
    assert_eq!(client("mindbridge", "http://127.0.0.1:1").public_key(&endpoint).as_deref(), Some("MCowBQ"));
    let paused =
        json!({"id": 12, "url": "u", "events": ["*"], "status": "paused", "new_member": {"deep": [1]}});
    let endpoint = one("mynd", paused.clone()).await.unwrap();
    assert_eq!((endpoint.id.as_str(), endpoint.active, endpoint.all_events), ("12", false, true));
    assert_eq!((endpoint.status.as_str(), endpoint.label.as_str()), ("paused", ""));
    assert_eq!(endpoint.raw, paused, "what nobody knows is kept");
}

#[tokio::test]
async fn every_event_type_is_recognised_however_it_is_said() {
    let check = async |provider: &str, events: Value, expected: bool| {
        let endpoint =
            json!({"endpoint_id": "e", "id": "e", "url": "u", "event_types": events, "events": events});
        assert_eq!(one(provider, endpoint).await.unwrap().all_events, expected, "{provider} {events}");
    };
    check("mnemom", json!([]), true).await;
    check("mnemom", Value::Null, true).await;
    check("mnemom", json!(["*"]), true).await;
    check("mnemom", json!(["trace.*"]), false).await;
    check("timbrix", json!([]), false).await;
    check("timbrix", json!(["webhook.created"]), false).await;
    let all = json!([
        "organization.created",
        "organization.updated",
        "organization.deleted",
        "member.added",
        "member.removed",
        "member.role_updated",
        "invite.created",
        "invite.accepted",
        "invite.cancelled",
        "oauth_app.created",
        "oauth_app.revoked",
        "webhook.created",
        "later.added"
    ]);
    check("timbrix", all, true).await;
    check("mynd", json!(["run.failed", "*"]), true).await;
    check("mynd", json!([]), false).await;
}

#[tokio::test]
async fn answers_of_the_wrong_type_name_the_member() {
    let check = async |change: Value, word: &str| {
        let mut endpoint = mnemom("whe-1");
        for (name, value) in change.as_object().unwrap() {
            endpoint[name] = value.clone();
        }
        let failure = one("mnemom", endpoint).await.unwrap_err();
        assert_eq!(failure.code, ErrorCode::ProviderAnswerUnreadable);
        assert!(failure.message.contains(word), "{}", failure.message);
    };
    check(json!({"endpoint_id": null}), "`endpoint_id` is null where text is expected").await;
    check(json!({"endpoint_id": ""}), "`endpoint_id` is text").await;
    check(json!({"url": null}), "`url` is null").await;
    check(json!({"url": ["x"]}), "`url` is a list").await;
    check(json!({"description": {"x": 1}}), "`description` is an object").await;
    check(json!({"is_active": "yes"}), "`is_active` is text where true or false is expected").await;
    check(json!({"event_types": "x"}), "`event_types` is text where a list").await;
    check(json!({"event_types": ["x", null]}), "`event_types` holds null").await;
    check(json!({"consecutive_failures": -1}), "`consecutive_failures`").await;
    let failure = one("mnemom", json!("text")).await.unwrap_err();
    assert!(failure.message.contains("text where an endpoint"), "{}", failure.message);
}

#[tokio::test]
async fn a_secret_comes_out_once_and_stands_in_no_json() {
    for (provider, member) in [("mnemom", "signing_secret"), ("timbrix", "secret"), ("mynd", "secret")] {
        let mut answer =
            json!({"endpoint_id": "e", "id": "e", "url": "u", "echo": "the secret is hush-1 indeed"});
        answer[member] = json!("hush-1");
        answer["signingKey"] = json!("other-hush");
        answer["nested"] = json!({"secret": "whsec_hush-2", "note": "hush-1", "list": ["whsec_hush-3"]});
        let fake = Fake::start(vec![
            json(201, answer.clone()),
            json(201, json!({"id": "e", "url": "u", "endpoint_id": "e"})),
        ])
        .await;
        let client = client(provider, &fake.base);
        let created = client.create(&asked(provider)).await.unwrap();
        assert_eq!(created.secret.as_ref().unwrap().expose_secret(), "hush-1", "{provider}");
        assert!(created.public_key.is_none());
        let told = format!("{} {created:?}", serde_json::to_string(&created.endpoint).unwrap());
        assert!(!told.contains("hush"), "{told}");
        // Where the secret is not where the documents say, that is no error but it is told.
        assert!(client.create(&asked(provider)).await.unwrap().secret.is_none());
        // A list that leaks it, as one page of Timbrix's says, leaks nothing here.
        let listed = one(provider, answer).await.unwrap();
        assert!(
            !format!("{listed:?}")
                .replace("the secret is hush-1 indeed", "")
                .replace(r#""note": String("hush-1")"#, "")
                .contains("hush")
        );
    }
    let fake = Fake::start(vec![json(201, mindbridge(0))]).await;
    let created = client("mindbridge", &fake.base).create(&asked("mindbridge")).await.unwrap();
    assert!(created.secret.is_none());
    assert_eq!(created.public_key.as_deref(), Some("MCowBQ"));
    assert_eq!(created.endpoint.raw["publicKey"], "MCowBQ");
}

#[tokio::test]
async fn custody_can_stand_between_the_answer_and_its_reading() {
    let mut answer = mnemom("whe-9");
    answer["signing_secret"] = json!("hush");
    let rotated = json!({"endpoint_id": "whe-9", "signing_secret": "hush-2"});
    // The second answer promises more bytes than it has, and yet all the JSON is there.
    let text = rotated.to_string();
    let short = format!("HTTP/1.1 200 X\r\ncontent-length: 9999\r\n\r\n{text}").into_bytes();
    let fake =
        Fake::start(vec![json(201, answer), Answer::Bytes(short), json(200, json!({"endpoint_id": "e"}))])
            .await;
    let client = client("mnemom", &fake.base);
    let raw = client.send_create(&asked("mnemom"), None).await.unwrap();
    assert_eq!((raw.status, raw.is_whole()), (201, true));
    assert!(!format!("{raw:?}").contains("hush"));
    let sealed = raw.to_bytes();
    drop(raw);
    let raw = waybill_provider::RawAnswer::from_bytes(sealed.expose_secret()).unwrap();
    let created = client.decode_create(&raw).unwrap();
    assert_eq!((created.endpoint.id.as_str(), created.secret.unwrap().expose_secret()), ("whe-9", "hush"));
    let raw = client.send_rotate("whe-9", None).await.unwrap();
    assert!(!raw.is_whole());
    assert_eq!(client.decode_rotate(&raw).unwrap().secret.expose_secret(), "hush-2");
    let failure = client.rotate("whe-9").await.unwrap_err();
    assert_eq!(failure.code, ErrorCode::ProviderAnswerUnreadable);
    assert!(
        failure.message.contains("`signing_secret`")
            && failure.hint.unwrap().contains("old secret may be dead")
    );
}

#[tokio::test]
async fn lists_are_read_to_their_end() {
    let page = |from: usize, count: usize, last: Option<bool>| {
        let items: Vec<Value> = (from..from + count)
            .map(|n| json!({"id": n.to_string(), "url": "u", "name": "n", "events": [], "status": "ACTIVE"}))
            .collect();
        let mut page = json!({"content": items});
        if let Some(last) = last {
            page["last"] = json!(last);
        }
        json(200, page)
    };
    let check = async |answers: Vec<Answer>, expected: usize, calls: usize| {
        let fake = Fake::start(answers).await;
        let list = client("mindbridge", &fake.base).list().await.unwrap();
        let targets: Vec<String> = fake.seen().into_iter().map(|seen| seen.target).collect();
        assert_eq!((list.len(), targets.len()), (expected, calls), "{targets:?}");
        for (number, target) in targets.iter().enumerate() {
            assert!(target.ends_with(&format!("query?page={number}&size=20")), "{target}");
        }
    };
    check(vec![page(0, 20, None), page(20, 3, None)], 23, 2).await;
    check(vec![page(0, 20, None), page(20, 0, None)], 20, 2).await;
    check(vec![page(0, 20, Some(true))], 20, 1).await;
    check(vec![page(0, 7, Some(false)), page(7, 2, Some(true))], 9, 2).await;
    check(vec![page(0, 20, None), page(19, 2, None)], 21, 2).await; // one item on two pages
    check(vec![page(0, 0, Some(false))], 0, 1).await;

    let mynd = |ids: &[&str], more: Value, next: Value| {
        let data: Vec<Value> = ids.iter().map(|id| json!({"id": id, "url": "u"})).collect();
        json(200, json!({"object": "list", "data": data, "has_more": more, "next_cursor": next}))
    };
    let fake = Fake::start(vec![
        mynd(&["a", "b"], json!(true), json!("c/1")),
        mynd(&["c"], json!(true), json!("c/2")),
        mynd(&["d"], json!(true), json!("c/2")), // a cursor that stands still would go on for ever
    ])
    .await;
    let failure = client("mynd", &fake.base).list().await.unwrap_err();
    assert_eq!(failure.code, ErrorCode::ProviderAnswerUnreadable);
    assert!(failure.message.contains("round in a circle"), "{failure}");
    let targets: Vec<String> = fake.seen().into_iter().map(|seen| seen.target).collect();
    assert_eq!(targets, ["/v1/webhooks", "/v1/webhooks?cursor=c%2F1", "/v1/webhooks?cursor=c%2F2"]);

    // A list that never ends is given up.
    let endless = (0..1001).map(|n| page(n * 20, 20, Some(false))).collect();
    let fake = Fake::start(endless).await;
    let failure = client("mindbridge", &fake.base).list().await.unwrap_err();
    assert_eq!(failure.code, ErrorCode::ProviderAnswerUnreadable);
    assert_eq!(fake.seen().len(), 1000);
}

#[tokio::test]
async fn log_entries_come_into_the_common_form() {
    let entries = async |provider: &str, answer: Value, query: LogQuery| {
        let fake = Fake::start(vec![json(200, answer)]).await;
        client(provider, &fake.base).log("e1", query).await.unwrap()
    };
    let all = LogQuery::default();
    let entry = |id: &str, status: &str| {
        json!({"delivery_id": id, "event_id": "evt", "endpoint_id": "e1", "event_type": "agent.killed",
            "status": status, "attempt_count": 2, "max_attempts": 6, "last_response_status": 500,
            "last_error": "boom", "latency_ms": 12, "created_at": "c", "updated_at": "u"})
    };
    let list = entries(
        "mnemom",
        json!([entry("1", "delivered"), entry("2", "retrying"), entry("3", "dead"), entry("4", "new-word")]),
        all,
    )
    .await;
    let states: Vec<LogState> = list.iter().map(|entry| entry.state).collect();
    assert_eq!(states, [LogState::Succeeded, LogState::Pending, LogState::Failed, LogState::Unknown]);
    assert_eq!(
        serde_json::to_value(&list[0]).unwrap(),
        json!({"id": "1", "endpoint": "e1", "event_type": "agent.killed", "event_id": "evt", "state": "succeeded",
            "status": "delivered", "attempts": 2, "response_status": 500, "latency_ms": 12.0, "error": "boom",
            "sent_at": "c", "next_retry_at": null, "has_request": false, "delivery": null,
            "raw": entry("1", "delivered")})
    );
    // The state is sifted here where the provider can't; entries of other endpoints are left out.
    let mut foreign = entry("9", "dead");
    foreign["endpoint_id"] = json!("e2");
    let failed = LogQuery { limit: 1, state: Some(LogState::Failed) };
    let list = entries(
        "mnemom",
        json!([foreign, entry("1", "delivered"), entry("3", "dead"), entry("5", "dead")]),
        failed,
    )
    .await;
    assert_eq!(list.iter().map(|entry| entry.id.as_str()).collect::<Vec<_>>(), ["3"]);

    let answer = json!([{"id": "d1", "webhookId": "e1", "event": "member.added", "statusCode": 0,
        "responseBody": "x", "attempts": 3, "success": false, "createdAt": "c"}]);
    let entry = entries("timbrix", answer, all).await.remove(0);
    assert_eq!(
        (entry.state, entry.status.as_str(), entry.response_status),
        (LogState::Failed, "failed", None)
    );

    let answer = json!({"object": "list", "data": [
        {"id": "del_551", "event": "run.completed", "response_status": 200, "ms": 84},
        {"id": "del_550", "event": "run.failed", "response_status": 500, "next_retry_at": "2026-06-11T08:04:00Z"},
        {"id": "del_549", "event": "run.failed", "response_status": 500, "next_retry_at": null},
        {"id": "del_548"}]});
    let list = entries("mynd", answer, all).await;
    let states: Vec<LogState> = list.iter().map(|entry| entry.state).collect();
    assert_eq!(states, [LogState::Succeeded, LogState::Pending, LogState::Failed, LogState::Unknown]);
    assert_eq!((list[0].latency_ms, list[0].endpoint.as_deref()), (Some(84.0), Some("e1")));

    let answer = json!({"content": [{"id": "l1", "webhookId": "e1", "status": "FAILED_PERMANENTLY",
        "attemptStartDate": "t", "eventType": "user.login", "requestHeaders": {"webhook-id": ["m"]},
        "requestBody": "{\"secret\":1}", "responseStatusCode": 500, "responseTimeSec": 1.5, "retryCount": 4}]});
    let entry = entries("mindbridge", answer, all).await.remove(0);
    assert_eq!((entry.state, entry.has_request, entry.latency_ms), (LogState::Failed, true, Some(1500.0)));
    assert_eq!(entry.raw["requestBody"], "{\"secret\":1}");
}

#[tokio::test]
async fn a_changed_copy_is_a_conflict_with_both_sides() {
    let patch = EndpointPatch { label: Some("Mine".to_owned()), ..EndpointPatch::default() };
    // Known before anything is sent.
    let fake = Fake::start(vec![json(200, mindbridge(8))]).await;
    let failure = client("mindbridge", &fake.base).update("m1", &patch, Some("7")).await.unwrap_err();
    assert_eq!(failure.code, ErrorCode::ProviderConflict);
    assert_eq!(failure.details.unwrap()["current"]["revision"], "8");
    assert_eq!(fake.only().method, "GET");
    // Told by the provider, in each way it may.
    for answer in [
        json(409, json!({"message": "conflict"})),
        json(412, json!({})),
        json(400, json!({"message": "Version does not match"})),
        json(400, json!({"title": "Bad", "errors": [{"field": "version", "message": "stale"}]})),
    ] {
        let fake = Fake::start(vec![json(200, mindbridge(7)), answer, json(200, mindbridge(9))]).await;
        let failure = client("mindbridge", &fake.base).update("m1", &patch, Some("7")).await.unwrap_err();
        assert_eq!(failure.code, ErrorCode::ProviderConflict, "{failure:?}");
        assert_eq!(failure.details.unwrap()["current"]["revision"], "9");
        assert_eq!(fake.seen().len(), 3);
    }
    // A 400 that speaks of something else is none, and neither is a 409 where there are no revisions.
    let other = json(400, json!({"message": "name is blank"}));
    let fake = Fake::start(vec![json(200, mindbridge(7)), other]).await;
    let failure = client("mindbridge", &fake.base).update("m1", &patch, None).await.unwrap_err();
    assert_eq!((failure.code, failure.fields[0].field.as_str()), (ErrorCode::ProviderRejected, "name"));
    let fake = Fake::start(vec![json(409, json!({"error": "busy"}))]).await;
    let failure = client("mnemom", &fake.base).update("e", &patch, None).await.unwrap_err();
    assert_eq!(failure.code, ErrorCode::ProviderRejected);
}

#[tokio::test]
async fn what_a_provider_does_not_have_is_said_before_anything_is_sent() {
    let fake = Fake::start(Vec::new()).await;
    let mynd = client("mynd", &fake.base);
    let patch = EndpointPatch { active: Some(true), ..EndpointPatch::default() };
    for failure in [
        mynd.update("e", &patch, None).await.unwrap_err(),
        mynd.set_active("e", true).await.unwrap_err(),
        mynd.rotate("e").await.unwrap_err(),
        mynd.test("e", None).await.unwrap_err(),
        mynd.redeliver("d").await.unwrap_err(),
    ] {
        assert_eq!(failure.code, ErrorCode::Unsupported);
        assert!(failure.message.contains("Nothing was sent") && failure.hint.is_some());
    }
    assert!(fake.seen().is_empty());
    // A guessed call that is not there is no failure of the connection.
    for answer in
        [json(404, json!({})), json(404, json!({"error": {"code": "not_found", "message": "m"}})), empty(405)]
    {
        let fake = Fake::start(vec![answer]).await;
        assert_eq!(client("mynd", &fake.base).list().await.unwrap_err().code, ErrorCode::Unsupported);
    }
    let fake =
        Fake::start(vec![json(404, json!({"error": {"code": "not_found", "message": "m"}})), empty(404)])
            .await;
    let mynd = client("mynd", &fake.base);
    assert_eq!(mynd.get("e").await.unwrap_err().code, ErrorCode::ProviderNotFound);
    assert_eq!(mynd.get("e").await.unwrap_err().code, ErrorCode::Unsupported);
    let fake = Fake::start(vec![json(401, json!({}))]).await;
    assert_eq!(client("mynd", &fake.base).list().await.unwrap_err().code, ErrorCode::ProviderUnauthorized);
    let fake = Fake::start(vec![json(404, json!({}))]).await;
    assert_eq!(client("mnemom", &fake.base).list().await.unwrap_err().code, ErrorCode::ProviderNotFound);
    let fake = Fake::start(vec![json(200, json!([]))]).await;
    assert_eq!(
        client("timbrix", &fake.base).get("gone").await.unwrap_err().code,
        ErrorCode::ProviderNotFound
    );
}

#[tokio::test]
async fn small_answers_are_read_for_what_they_say() {
    let fake = Fake::start(vec![
        json(200, json!({"success": false, "status": null, "latency_ms": null, "error": "timed out"})),
        json(201, json!({"delivery_id": "whd-2", "event_id": "evt-1", "status": "pending"})),
        json(200, json!({"deleted": false, "endpoint_id": "e"})),
        empty(204),
    ])
    .await;
    let mnemom = client("mnemom", &fake.base);
    let tested = mnemom.test("e", None).await.unwrap();
    assert_eq!(
        (tested.succeeded, tested.response_status, tested.error.as_deref()),
        (Some(false), None, Some("timed out"))
    );
    let again = mnemom.redeliver("whd-1").await.unwrap();
    assert_eq!((again.entry.as_deref(), again.status.as_deref()), (Some("whd-2"), Some("pending")));
    assert_eq!(mnemom.delete("e").await.unwrap_err().code, ErrorCode::ProviderRejected);
    mnemom.delete("e").await.unwrap();
    // An update that is answered with nothing is read again.
    let fake = Fake::start(vec![empty(204), json(200, mnemom_now())]).await;
    let (client, _) = client_with("mnemom", &fake.base, "", HttpOptions::default());
    assert_eq!(client.set_active("whe-1", true).await.unwrap().id, "whe-1");
}

fn mnemom_now() -> Value {
    mnemom("whe-1")
}
