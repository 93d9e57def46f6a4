//! What goes out to GitHub, GitLab, Stripe, Svix and Mnemom's older registrations, byte for byte,
//! beside what each documents; and how their refusals are read.
#![allow(clippy::unwrap_used, clippy::print_stdout, reason = "a test stops at the first surprise")]
#![allow(missing_docs)]

mod common;

use common::{Answer, Fake, NoPause, Still, empty, json, strings};
use secrecy::{ExposeSecret, SecretString};
use serde_json::{Value, json};
use std::sync::Arc;
use waybill_model::{AllEvents, ErrorCode, LogState};
use waybill_provider::{
    Catalogue, Client, ClientConnection, EndpointPatch, HttpOptions, LogQuery, NewEndpoint,
};

const URL: &str = "https://a.example.com/h";
const MADE: &str = "0000000000000000000000000000000000000000000000000000000000000000";

fn client(provider: &str, base: &str) -> Client {
    let vars: &[(&str, &str)] = match provider {
        "github" => &[("owner", "o"), ("repo", "r")],
        "gitlab" => &[("project", "g/p")],
        "svix" => &[("app_id", "app_1")],
        _ => &[],
    };
    let connection = ClientConnection {
        name: "c".parse().unwrap(),
        base_url: Some(base.to_owned()),
        vars: vars.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect(),
        auth: String::new(),
        token: SecretString::from("tok_hush_0123456789"),
    };
    let options = HttpOptions { pause: Arc::new(NoPause::default()), ..HttpOptions::default() };
    let description = Catalogue::shipped().get(provider).unwrap();
    Client::new(description, connection, options, Arc::new(Still), Arc::new(Still)).unwrap()
}

fn endpoint(provider: &str) -> Value {
    match provider {
        "github" => json!({"type": "Repository", "id": 7, "name": "web", "active": true, "events": ["push"],
            "config": {"content_type": "json", "insecure_ssl": "0", "url": URL, "secret": "********"},
            "created_at": "2026-01-01T00:00:00Z", "last_response": {"code": null, "status": "unused", "message": null}}),
        "gitlab" => json!({"id": 7, "url": URL, "name": "n", "description": null, "push_events": true,
            "issues_events": false, "new_thing_events": true, "push_events_branch_filter": "",
            "enable_ssl_verification": true, "alert_status": "executable", "created_at": "2026-01-01T00:00:00Z"}),
        "stripe" => json!({"id": "we_1", "object": "webhook_endpoint", "created": 1_767_225_600, "url": URL,
            "description": null, "enabled_events": ["charge.failed"], "status": "enabled", "metadata": {}}),
        "svix" => json!({"id": "ep_1", "url": URL, "description": "", "metadata": {}, "version": 1,
            "createdAt": "2026-01-01T00:00:00Z", "updatedAt": "2026-01-01T00:00:00Z"}),
        _ => {
            json!({"registration_id": "reg-1", "agent_id": "a", "callback_url": URL, "events": ["drift.detected"]})
        }
    }
}

async fn made<T>(
    provider: &str,
    answers: Vec<Answer>,
    act: impl AsyncFnOnce(Client) -> T,
) -> (T, Vec<String>) {
    let fake = Fake::start(answers).await;
    let result = act(client(provider, &fake.base)).await;
    let lines = fake.seen().into_iter().map(|seen| format!("{} {} {}", seen.method, seen.target, seen.body));
    (result, lines.collect())
}

fn new(events: &[&str], fields: &[(&str, &str)]) -> NewEndpoint {
    NewEndpoint {
        url: URL.to_owned(),
        events: strings(events),
        fields: fields.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect(),
        ..NewEndpoint::default()
    }
}

#[tokio::test]
async fn endpoints_are_made_as_documented() {
    let check =
        async |provider: &str, new: NewEndpoint, answers: Vec<Answer>, secret: &str, expected: &[&str]| {
            let (created, calls) =
                made(provider, answers, async |client| client.create(&new).await.unwrap()).await;
            assert_eq!(calls, expected, "{provider}");
            assert_eq!(created.secret.unwrap().expose_secret(), secret, "{provider}");
            assert!(!created.endpoint.raw.to_string().contains("****"), "{provider}");
        };
    let config = format!(r#"{{"url":"{URL}","content_type":"json","insecure_ssl":"0","secret":"{MADE}"}}"#);
    check(
        "github",
        new(&["push"], &[]),
        vec![json(201, endpoint("github"))],
        MADE,
        &[&format!(
            r#"POST /repos/o/r/hooks {{"name":"web","active":true,"events":["push"],"config":{config}}}"#
        )],
    )
    .await;
    let flags = r#""push_events":false,"tag_push_events":false,"merge_requests_events":false,"wiki_page_events":false,"issues_events":true,"confidential_issues_events":false,"note_events":false,"confidential_note_events":false,"job_events":false,"pipeline_events":false,"deployment_events":false,"releases_events":false,"feature_flag_events":false,"resource_access_token_events":false,"later_events":true"#;
    check(
        "gitlab",
        new(&["issues_events", "later_events"], &[("enable_ssl_verification", "false")]),
        vec![json(201, endpoint("gitlab"))],
        MADE,
        &[&format!(r#"POST /projects/g%2Fp/hooks {{"url":"{URL}",{flags},"enable_ssl_verification":false,"token":"{MADE}"}}"#)],
    )
    .await;
    let mut answer = endpoint("stripe");
    answer["secret"] = json!("whsec_once");
    check(
        "stripe",
        new(&["charge.failed", "charge.succeeded"], &[("connect", "true"), ("description", "a & b")]),
        vec![json(200, answer)],
        "whsec_once",
        &["POST /v1/webhook_endpoints url=https%3A%2F%2Fa.example.com%2Fh&enabled_events[]=charge.failed&enabled_events[]=charge.succeeded&description=a%20%26%20b&connect=true"],
    )
    .await;
    check(
        "svix",
        NewEndpoint { all_events: true, ..new(&[], &[]) },
        vec![json(201, endpoint("svix")), json(200, json!({"key": "whsec_c2VjcmV0"}))],
        "whsec_c2VjcmV0",
        &[
            &format!(r#"POST /api/v1/app/app_1/endpoint {{"url":"{URL}","filterTypes":null}}"#),
            "GET /api/v1/app/app_1/endpoint/ep_1/secret ",
        ],
    )
    .await;
    check(
        "mnemom-aip",
        new(&["drift.detected"], &[("agent_id", "a")]),
        vec![json(201, endpoint("mnemom-aip"))],
        MADE,
        &[&format!(
            r#"POST /aip/webhooks {{"agent_id":"a","callback_url":"{URL}","secret":"{MADE}","events":["drift.detected"]}}"#
        )],
    )
    .await;
}

#[tokio::test]
async fn a_secret_that_can_not_be_read_does_not_undo_the_endpoint() {
    let (created, calls) = made("svix", vec![json(201, endpoint("svix")), empty(404)], async |client| {
        client.create(&new(&["a"], &[])).await.unwrap()
    })
    .await;
    assert!(created.secret.is_none() && created.endpoint.id == "ep_1" && calls.len() == 2);
}

#[tokio::test]
async fn changes_are_sent_as_documented() {
    let check = async |provider: &str, patch: EndpointPatch, answers: Vec<Answer>, expected: &[&str]| {
        let (changed, calls) = made(provider, answers, async |client| {
            let secret = SecretString::from("kept");
            client.update_with("7", &patch, None, Some(&secret)).await
        })
        .await;
        assert_eq!(calls, expected, "{provider}");
        assert!(changed.is_ok(), "{provider} {changed:?}");
    };
    let whole = |provider: &str| json(200, endpoint(provider));
    let url = || EndpointPatch { url: Some("https://b.example.com".to_owned()), ..EndpointPatch::default() };
    let off = || EndpointPatch { active: Some(false), ..EndpointPatch::default() };
    let events = || EndpointPatch { events: Some(strings(&["x_events"])), ..EndpointPatch::default() };
    check(
        "github",
        EndpointPatch { events: Some(strings(&["push"])), ..url() },
        vec![whole("github"), json(200, json!({})), whole("github")],
        &[
            r#"PATCH /repos/o/r/hooks/7 {"events":["push"]}"#,
            r#"PATCH /repos/o/r/hooks/7/config {"url":"https://b.example.com"}"#,
            "GET /repos/o/r/hooks/7 ",
        ],
    )
    .await;
    check(
        "github",
        url(),
        vec![json(200, json!({})), whole("github")],
        &[r#"PATCH /repos/o/r/hooks/7/config {"url":"https://b.example.com"}"#, "GET /repos/o/r/hooks/7 "],
    )
    .await;
    check(
        "gitlab",
        url(),
        vec![whole("gitlab"), whole("gitlab")],
        &[
            "GET /projects/g%2Fp/hooks/7 ",
            r#"PUT /projects/g%2Fp/hooks/7 {"url":"https://b.example.com","name":"n","push_events_branch_filter":"","enable_ssl_verification":true,"token":"kept"}"#,
        ],
    )
    .await;
    let (_, calls) = made("gitlab", vec![whole("gitlab"), whole("gitlab")], async |client| {
        client.update("7", &events(), None).await.unwrap()
    })
    .await;
    assert!(
        calls[1].contains(r#""push_events":false"#) && calls[1].contains(r#""x_events":true"#),
        "{calls:?}"
    );
    assert!(!calls[1].contains("\"token\""), "{calls:?}");
    check("stripe", off(), vec![whole("stripe")], &["POST /v1/webhook_endpoints/7 disabled=true"]).await;
    check("svix", off(), vec![whole("svix")], &[r#"PATCH /api/v1/app/app_1/endpoint/7 {"disabled":true}"#])
        .await;
    check(
        "svix",
        EndpointPatch { all_events: Some(true), ..EndpointPatch::default() },
        vec![whole("svix")],
        &[r#"PATCH /api/v1/app/app_1/endpoint/7 {"filterTypes":null}"#],
    )
    .await;

    // The second of two calls fails: the first one is told of.
    let patch = EndpointPatch { active: Some(true), ..url() };
    let (failure, _) =
        made("github", vec![whole("github"), json(422, json!({"message": "no"}))], async |client| {
            client.update("7", &patch, None).await.unwrap_err()
        })
        .await;
    assert!(failure.message.starts_with("A part of the change was made"), "{failure}");
}

#[tokio::test]
async fn the_other_calls_are_as_documented() {
    let (_, calls) = made("github", vec![json(200, json!({})), empty(204), empty(202)], async |client| {
        assert_eq!(client.rotate("7").await.unwrap().secret.expose_secret(), MADE);
        client.test("7", None).await.unwrap();
        client.redeliver_at("7", "99").await.unwrap();
    })
    .await;
    assert_eq!(
        calls,
        [
            &format!(r#"PATCH /repos/o/r/hooks/7/config {{"secret":"{MADE}"}}"#),
            "POST /repos/o/r/hooks/7/pings ",
            "POST /repos/o/r/hooks/7/deliveries/99/attempts ",
        ]
    );
    let (_, calls) = made(
        "gitlab",
        vec![
            json(200, endpoint("gitlab")),
            json(200, endpoint("gitlab")),
            json(201, json!({"message": "201 Created"})),
            json(201, json!({"response_status": 200})),
        ],
        async |client| {
            assert_eq!(client.rotate("7").await.unwrap().secret.expose_secret(), MADE);
            client.test("7", Some("note_events")).await.unwrap();
            client.redeliver_at("7", "3").await.unwrap();
        },
    )
    .await;
    assert_eq!(
        calls[1..],
        [
            format!(r#"PUT /projects/g%2Fp/hooks/7 {{"url":"{URL}","token":"{MADE}"}}"#),
            "POST /projects/g%2Fp/hooks/7/test/note_events ".to_owned(),
            "POST /projects/g%2Fp/hooks/7/events/3/resend ".to_owned(),
        ]
    );
    let attempts = json!({"data": [{"id": "atmpt_1", "endpointId": "ep_1", "msgId": "msg_9", "status": 2,
        "statusText": "fail", "responseStatusCode": 500, "responseDurationMs": 12, "timestamp": "t", "url": URL,
        "msg": {"id": "msg_9", "eventType": "a", "payload": {"b": [1, 2.50]}}}], "done": true, "iterator": "i"});
    let answers = vec![
        empty(204),
        json(200, json!({"key": "whsec_new"})),
        json(200, attempts),
        json(202, json!({})),
        json(202, json!({"id": "qtask_1", "status": "running", "task": "endpoint.recover"})),
    ];
    let (_, calls) = made("svix", answers, async |client| {
        assert_eq!(client.rotate("ep_1").await.unwrap().secret.expose_secret(), "whsec_new");
        client.redeliver_at("ep_1", "atmpt_1").await.unwrap();
        let job = client.recover("ep_1", "2026-01-01T00:00:00Z", None).await.unwrap();
        assert_eq!((job.job.as_deref(), job.status.as_deref()), (Some("qtask_1"), Some("running")));
    })
    .await;
    assert_eq!(
        calls,
        [
            "POST /api/v1/app/app_1/endpoint/ep_1/secret/rotate {}",
            "GET /api/v1/app/app_1/endpoint/ep_1/secret ",
            "GET /api/v1/app/app_1/attempt/endpoint/ep_1?with_msg=true&limit=250 ",
            "POST /api/v1/app/app_1/msg/msg_9/endpoint/ep_1/resend ",
            r#"POST /api/v1/app/app_1/endpoint/ep_1/recover {"since":"2026-01-01T00:00:00Z"}"#,
        ]
    );
}

#[tokio::test]
async fn answers_come_into_the_common_form() {
    let one = async |provider: &str, raw: Value| {
        made(provider, vec![json(200, raw)], async |client| client.get("7").await.unwrap()).await.0
    };
    let gitlab = one("gitlab", endpoint("gitlab")).await;
    assert_eq!((gitlab.events, gitlab.active), (strings(&["push_events", "new_thing_events"]), true));
    let mut off = endpoint("gitlab");
    off["alert_status"] = json!("temporarily_disabled");
    assert_eq!(one("gitlab", off).await.status, "temporarily_disabled");
    assert_eq!(one("stripe", endpoint("stripe")).await.created_at.as_deref(), Some("2026-01-01T00:00:00Z"));
    for (filter, all) in [(json!(null), true), (json!(["a"]), false)] {
        let mut raw = endpoint("svix");
        raw["filterTypes"] = filter;
        raw["disabled"] = json!(true);
        let found = one("svix", raw).await;
        assert_eq!((found.all_events, found.active), (all, false));
    }
    let svix = one("svix", endpoint("svix")).await;
    assert!(svix.all_events && svix.active, "a list that is left out is all of them");
    assert!(matches!(Catalogue::shipped().get("svix").unwrap().info().all_events, AllEvents::Empty));

    let events = json!([
        {"id": 1, "url": URL, "trigger": "push_hooks", "response_status": "200", "execution_duration": 1.5,
         "request_headers": {"X-Gitlab-Event-UUID": "u1"}, "request_data": {"a": 1},
         "response_headers": {"Date": "Thu, 01 Jan 2026 00:00:00 GMT"}},
        {"id": 2, "url": URL, "trigger": "push_hooks", "response_status": "internal error"},
    ]);
    let (log, _) = made("gitlab", vec![json(200, events)], async |client| {
        client.log("7", LogQuery::default()).await.unwrap()
    })
    .await;
    assert_eq!(
        (log[0].state, log[0].response_status, log[0].latency_ms),
        (LogState::Succeeded, Some(200), Some(1500.0))
    );
    assert_eq!(
        (log[0].event_id.as_deref(), log[0].sent_at.as_deref()),
        (Some("u1"), Some("2026-01-01T00:00:00Z"))
    );
    assert_eq!((log[1].state, log[1].response_status), (LogState::Failed, None));
}

#[tokio::test]
async fn refusals_of_every_shape_name_the_fields() {
    let check = async |provider: &str, status: u16, body: Value, word: &str, fields: &[(&str, &str)]| {
        let fields_of = new(&["x"], if provider == "mnemom-aip" { &[("agent_id", "a")] } else { &[] });
        let (failure, _) = made(provider, vec![json(status, body)], async |client| {
            client.create(&fields_of).await.unwrap_err()
        })
        .await;
        assert_eq!(failure.code, ErrorCode::ProviderRejected, "{failure}");
        assert!(failure.message.contains(word), "{failure}");
        let found: Vec<(&str, &str)> =
            failure.fields.iter().map(|problem| (problem.field.as_str(), problem.problem.as_str())).collect();
        assert_eq!(found, fields, "{provider} {failure}");
    };
    check(
        "github",
        422,
        json!({"message": "Validation Failed", "errors": [{"resource": "Hook", "field": "events", "code": "invalid"},
            {"resource": "Hook", "code": "custom", "message": "Hook already exists on this repository"}]}),
        "Validation Failed",
        &[("events", "invalid")],
    )
    .await;
    check(
        "gitlab",
        422,
        json!({"message": {"url": ["is blocked: x", "is bad"]}}),
        "url is blocked",
        &[("url", "is blocked: x"), ("url", "is bad")],
    )
    .await;
    check("gitlab", 400, json!({"error": "url is missing"}), "url is missing", &[("url", "url is missing")])
        .await;
    check(
        "stripe",
        400,
        json!({"error": {"type": "invalid_request_error", "code": "url_invalid", "message": "Invalid URL", "param": "url"}}),
        "Invalid URL",
        &[("url", "Invalid URL")],
    )
    .await;
    check(
        "stripe",
        400,
        json!({"error": {"type": "invalid_request_error", "message": "Bad", "param": "enabled_events[0]"}}),
        "Bad",
        &[("events", "Bad")],
    )
    .await;
    check(
        "svix",
        422,
        json!({"detail": [{"loc": ["body", "url"], "msg": "not a URL", "type": "value_error"}]}),
        "url not a URL",
        &[("url", "not a URL")],
    )
    .await;
    check(
        "svix",
        409,
        json!({"code": "conflict", "detail": "uid is taken"}),
        "uid is taken",
        &[("uid", "uid is taken")],
    )
    .await;
    check(
        "mnemom-aip",
        400,
        json!({"error": "callback_url must be https"}),
        "https",
        &[("url", "callback_url must be https")],
    )
    .await;
}

#[tokio::test]
async fn an_idempotency_key_goes_with_each_try() {
    for (provider, header) in [("stripe", "idempotency-key"), ("svix", "idempotency-key")] {
        let mut answer = endpoint(provider);
        answer["secret"] = json!("whsec_1");
        let fake = Fake::start(vec![empty(503), json(201, answer), json(200, json!({"key": "k_1"}))]).await;
        client(provider, &fake.base).create(&new(&["a"], &[])).await.unwrap();
        let keys: Vec<String> = fake.seen().iter().take(2).map(|seen| seen.headers[header].clone()).collect();
        assert!(keys[0] == keys[1] && !keys[0].is_empty(), "{provider} {keys:?}");
        if provider == "stripe" {
            assert_eq!(fake.seen()[0].headers["content-type"], "application/x-www-form-urlencoded");
        }
    }
    // Without one it is sent once only.
    let fake = Fake::start(vec![empty(503)]).await;
    let failure = client("github", &fake.base).create(&new(&["push"], &[])).await.unwrap_err();
    assert_eq!((failure.code, fake.seen().len()), (ErrorCode::ProviderFailed, 1));
}

#[tokio::test]
async fn lists_of_every_pager_end_or_are_told_to_go_in_circles() {
    let check = async |provider: &str, answers: Vec<Answer>, expected: Result<usize, &str>, calls: usize| {
        let (list, seen) = made(provider, answers, async |client| client.list().await).await;
        assert_eq!(seen.len(), calls, "{provider} {seen:?}");
        match (list, expected) {
            (Ok(list), Ok(count)) => assert_eq!(list.len(), count, "{provider}"),
            (Err(failure), Err(word)) => {
                assert_eq!(failure.code, ErrorCode::ProviderAnswerUnreadable);
                assert!(failure.message.contains(word), "{failure}");
            }
            (list, expected) => panic!("{provider}: {list:?}, expected {expected:?}"),
        }
        seen
    };
    let hooks = |ids: &[u64], link: &str| {
        let list: Vec<Value> = ids
            .iter()
            .map(|id| {
                let mut hook = endpoint("github");
                hook["id"] = json!(id);
                hook
            })
            .collect();
        let link = if link.is_empty() { "x-a: b".to_owned() } else { format!("link: {link}") };
        common::with_headers(200, &link, json!(list))
    };
    let next = |page: &str| format!("<https://evil.example/x?per_page=100&page={page}>; rel=\"next\"");
    let seen = check("github", vec![hooks(&[1], &next("2")), hooks(&[2], "")], Ok(2), 2).await;
    assert_eq!(seen[1], "GET /repos/o/r/hooks?per_page=100&page=2 ");
    check("github", vec![hooks(&[1], &next("2")), hooks(&[2], &next("2"))], Err("circle"), 2).await;
    check("github", vec![hooks(&[1], &next("2")), hooks(&[1], &next("3"))], Err("circle"), 2).await;
    check("github", vec![hooks(&[1], "<https://a/b>; rel=\"next\"")], Err("without any parameter"), 1).await;
    let page = |ids: &[&str], more: bool| {
        let list: Vec<Value> = ids
            .iter()
            .map(|id| {
                let mut raw = endpoint("stripe");
                raw["id"] = json!(id);
                raw
            })
            .collect();
        json(200, json!({"object": "list", "data": list, "has_more": more}))
    };
    let seen = check("stripe", vec![page(&["a", "b"], true), page(&["c"], false)], Ok(3), 2).await;
    assert_eq!(seen[1], "GET /v1/webhook_endpoints?limit=100&starting_after=b ");
    check("stripe", vec![page(&["a", "b"], true), page(&["b"], true)], Err("circle"), 2).await;
    check("stripe", vec![page(&[], true)], Ok(0), 1).await;
    let svix = |ids: &[&str], done: bool, iterator: Value| {
        let list: Vec<Value> = ids
            .iter()
            .map(|id| {
                let mut raw = endpoint("svix");
                raw["id"] = json!(id);
                raw
            })
            .collect();
        json(200, json!({"data": list, "done": done, "iterator": iterator}))
    };
    check("svix", vec![svix(&["a"], false, json!("i1")), svix(&["b"], true, json!("i1"))], Ok(2), 2).await;
    check("svix", vec![svix(&["a"], false, json!("i1")), svix(&["b"], false, json!("i1"))], Err("circle"), 2)
        .await;
    check("svix", vec![svix(&["a"], false, json!("i".repeat(5000)))], Err("longer than"), 1).await;
}
