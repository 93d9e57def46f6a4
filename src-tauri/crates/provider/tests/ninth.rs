//! A provider that nobody has, from a text alone: everything that a description can say, driven
//! through the whole life of an endpoint with no code for it.
#![allow(clippy::unwrap_used, clippy::print_stdout, reason = "a test stops at the first surprise")]
#![allow(missing_docs)]

mod common;

use common::{Answer, Fake, NoPause, Still, empty, json, strings, with_headers};
use secrecy::{ExposeSecret, SecretString};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::sync::Arc;
use waybill_model::{ErrorCode, LogState, ProviderOperation, Support};
use waybill_provider::{
    Call, Client, ClientConnection, Description, EndpointPatch, HttpOptions, LogQuery, NewEndpoint,
};

const NINTH: &str = include_str!("data/ninth.toml");

fn client_of(base: &str, auth: &str, vars: &[(&str, &str)], options: HttpOptions) -> Client {
    let description = Arc::new(Description::parse(NINTH, "ninth.toml").unwrap());
    let connection = ClientConnection {
        name: "c".parse().unwrap(),
        base_url: Some(base.to_owned()),
        vars: vars.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect(),
        auth: auth.to_owned(),
        token: SecretString::from("ann:pass word"),
    };
    let options = HttpOptions { pause: Arc::new(NoPause::default()), ..options };
    Client::new(description, connection, options, Arc::new(Still), Arc::new(Still)).unwrap()
}

fn client(base: &str) -> Client {
    client_of(base, "", &[("team", "t/1")], HttpOptions::default())
}

fn hook(key: &str, rev: u64, muted: bool) -> Value {
    json!({"hook": {"key": key, "to": "https://a.example/h", "title": "N", "kinds": ["a.made"],
        "muted": muted, "made": 1_767_225_600, "rev": rev, "seal": null}})
}

/// Runs `act` against scripted answers and gives the requests as lines.
async fn made<T>(answers: Vec<Answer>, act: impl AsyncFnOnce(Client) -> T) -> (T, Vec<String>) {
    let fake = Fake::start(answers).await;
    let result = act(client(&fake.base)).await;
    let lines = fake.seen().into_iter().map(|seen| {
        assert_eq!(seen.headers.get("authorization").map(String::as_str), Some("Basic YW5uOnBhc3Mgd29yZA=="));
        format!("{} {} {}", seen.method, seen.target, seen.body)
    });
    (result, lines.collect())
}

#[tokio::test]
async fn an_endpoint_lives_by_its_description() {
    let page = |keys: &[&str], next: Value| {
        let hooks: Vec<Value> = keys.iter().map(|key| hook(key, 1, false)).collect();
        json(200, json!({"hooks": hooks, "page": {"next": next}}))
    };
    let (list, calls) =
        made(vec![page(&["1", "2"], json!("x y")), page(&["3"], Value::Null)], async |client| {
            client.list().await.unwrap()
        })
        .await;
    assert_eq!(calls, ["GET /teams/t%2F1/hooks?count=2 ", "GET /teams/t%2F1/hooks?count=2&after=x%20y "]);
    assert_eq!(list.len(), 3);
    let one = &list[0];
    assert_eq!((one.id.as_str(), one.label.as_str(), one.active), ("1", "N", true));
    assert_eq!(one.created_at.as_deref(), Some("2026-01-01T00:00:00Z"));
    assert_eq!(one.revision.as_deref(), Some("1"));

    // Create: a hex secret, once.
    let seal = "0f".repeat(32);
    let mut whole = hook("k", 1, false);
    whole["hook"]["seal"] = json!(seal);
    let new = NewEndpoint {
        url: "https://a.example/h".to_owned(),
        all_events: true,
        label: "N".to_owned(),
        ..NewEndpoint::default()
    };
    let (created, calls) =
        made(vec![json(201, whole.clone())], async |client| client.create(&new).await.unwrap()).await;
    assert_eq!(
        calls,
        [r#"POST /teams/t%2F1/hooks {"hook":{"to":"https://a.example/h","title":"N","kinds":[]}}"#]
    );
    assert_eq!(created.secret.unwrap().expose_secret(), seal);
    assert!(!created.endpoint.raw.to_string().contains(&seal));

    // Change and switch: PATCH with the mark it was made from.
    let patch = EndpointPatch { events: Some(strings(&["a.gone"])), ..EndpointPatch::default() };
    let (changed, calls) = made(vec![json(200, hook("k", 2, false))], async |client| {
        client.update("k", &patch, Some("1")).await.unwrap()
    })
    .await;
    assert_eq!(calls, [r#"PATCH /teams/t%2F1/hooks/k {"hook":{"kinds":["a.gone"]},"rev":"1"}"#]);
    assert_eq!(changed.revision.as_deref(), Some("2"));
    let (off, calls) = made(vec![json(200, hook("k", 3, true))], async |client| {
        client.set_active("k", false).await.unwrap()
    })
    .await;
    assert_eq!(
        (off.active, calls),
        (false, vec![r#"PATCH /teams/t%2F1/hooks/k {"hook":{"muted":true}}"#.to_owned()])
    );

    // Somebody was faster.
    let (failure, calls) = made(vec![empty(412), json(200, hook("k", 9, false))], async |client| {
        client.update("k", &patch, Some("1")).await.unwrap_err()
    })
    .await;
    assert_eq!((failure.code, calls.len()), (ErrorCode::ProviderConflict, 2));
    assert_eq!(failure.details.unwrap()["current"]["revision"], "9");

    let (rotated, calls) =
        made(vec![json(200, whole)], async |client| client.rotate("k").await.unwrap()).await;
    assert_eq!(
        (rotated.secret.expose_secret(), calls[0].as_str()),
        (seal.as_str(), "POST /teams/t%2F1/hooks/k/seal {}")
    );

    let (_, calls) = made(vec![empty(202), empty(202)], async |client| {
        client.test("k", None).await.unwrap();
        client.test("k", Some("a/b")).await.unwrap();
    })
    .await;
    assert_eq!(calls, ["POST /teams/t%2F1/hooks/k/try/a.made ", "POST /teams/t%2F1/hooks/k/try/a%2Fb "]);

    let (_, calls) = made(vec![empty(204)], async |client| client.delete("k").await.unwrap()).await;
    assert_eq!(calls, ["DELETE /teams/t%2F1/hooks/k "]);
}

#[tokio::test]
async fn its_log_is_read_and_sent_again() {
    let entry = |n: u64, code: u64, tries: u64| {
        json!({"n": n, "kind": "a.made", "event": format!("e{n}"), "tries": tries, "code": code, "took": 0.25,
            "at": 1_767_225_600, "out": {"to": "https://a.example/h", "body": "{\"a\":1}",
            "headers": {"X-A": "1", "X-B": ["2", "3"]}}})
    };
    let first = with_headers(
        200,
        "link: <https://evil.example/elsewhere?after=7&count=2>; rel=\"next\"",
        json!({"sent": [entry(1, 200, 1), entry(2, 500, 3)]}),
    );
    let answers = vec![
        first,
        json(200, json!({"sent": [entry(3, 500, 1)]})),
        json(200, json!({"new": 4, "state": "queued"})),
    ];
    let (log, calls) = made(answers, async |client| {
        let log = client.log("k", LogQuery::default()).await.unwrap();
        let request = client.logged_request(&log[0]).await.unwrap().unwrap();
        assert_eq!((request.body.as_slice(), request.exact), (b"{\"a\":1}".as_slice(), true));
        let headers: Vec<String> =
            request.headers.iter().map(|(name, value)| format!("{name}={value}")).collect();
        assert_eq!(headers, ["X-A=1", "X-B=2", "X-B=3"]);
        let failure = client.redeliver("2").await.unwrap_err();
        assert_eq!(failure.code, ErrorCode::InvalidInput, "{failure}");
        let again = client.redeliver_at("k", "2").await.unwrap();
        assert_eq!((again.entry.as_deref(), again.status.as_deref()), (Some("4"), Some("queued")));
        log
    })
    .await;
    assert_eq!(
        calls,
        [
            "GET /teams/t%2F1/hooks/k/sent?count=2 ",
            "GET /teams/t%2F1/hooks/k/sent?after=7&count=2 ",
            "PUT /teams/t%2F1/hooks/k/sent/2/again ",
        ],
        "what the header names is asked of the provider's own address"
    );
    let states: Vec<LogState> = log.iter().map(|entry| entry.state).collect();
    assert_eq!(states, [LogState::Succeeded, LogState::Failed, LogState::Pending]);
    assert_eq!((log[0].latency_ms, log[0].sent_at.as_deref()), (Some(250.0), Some("2026-01-01T00:00:00Z")));
    assert!(log[0].has_request);
}

#[tokio::test]
async fn guesses_are_off_until_they_are_switched_on() {
    let (failure, calls) = made(vec![], async |client| {
        assert_eq!(client.support(ProviderOperation::Recover), Support::Unconfirmed);
        assert_eq!(client.support(ProviderOperation::Listen), Support::Unsupported);
        client.recover("k", "2026-01-01T00:00:00Z", None).await.unwrap_err()
    })
    .await;
    assert_eq!((failure.code, calls.len()), (ErrorCode::Unsupported, 0));
    let fake = Fake::start(vec![json(200, json!({"task": 1}))]).await;
    let options = HttpOptions { unconfirmed_writes: true, ..HttpOptions::default() };
    let client = client_of(&fake.base, "", &[("user", "ann")], options);
    client.recover("k", "2026-01-01T00:00:00Z", None).await.unwrap();
    let seen = fake.only();
    assert_eq!(
        (seen.target.as_str(), seen.body.as_str()),
        ("/users/ann/hooks/k/recover", r#"{"since":"2026-01-01T00:00:00Z"}"#)
    );
}

#[tokio::test]
async fn choices_come_from_their_call() {
    let people = |ids: &[&str], next: Value| {
        let list: Vec<Value> = ids.iter().map(|id| json!({"id": id, "name": format!("N{id}")})).collect();
        json(200, json!({"people": list, "next": next}))
    };
    let (choices, calls) =
        made(vec![people(&["1"], json!("p2")), people(&["2"], Value::Null)], async |client| {
            assert!(client.choices("title").await.unwrap().is_empty());
            client.choices("owner").await.unwrap()
        })
        .await;
    assert_eq!(calls, ["GET /teams/t%2F1/people ", "GET /teams/t%2F1/people?after=p2 "]);
    assert_eq!((choices[1].value.as_str(), choices[1].label.as_deref()), ("2", Some("N2")));
}

#[test]
fn the_kind_of_account_follows_from_its_variables() {
    let description = Arc::new(Description::parse(NINTH, "ninth.toml").unwrap());
    let check = |vars: &[(&str, &str)], expected: Option<(&str, &str)>| {
        let vars: BTreeMap<String, String> =
            vars.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        let found = description.check_connection(Some("https://n.example/api"), &vars, "");
        match (found, expected) {
            (Ok(_), None) => {}
            (Err(failure), Some((field, word))) => {
                let problem = &failure.fields[0];
                assert!(problem.field == field && problem.problem.contains(word), "{failure:?}");
            }
            (found, expected) => panic!("{vars:?}: {found:?}, expected {expected:?}"),
        }
    };
    check(&[("team", "t")], None);
    check(&[("user", "u")], None);
    check(&[("team", "t"), ("user", "u")], None);
    check(&[("team", "t"), ("user", " ")], None);
    check(&[], Some(("team", "give team (a team), or user (a user)")));
    let info = description.info();
    let scopes: Vec<Option<&str>> = info.variables.iter().map(|variable| variable.scope.as_deref()).collect();
    assert_eq!(scopes, [None, Some("a team"), Some("a user")]);
}

#[tokio::test]
async fn a_dry_run_shows_the_call_and_no_credential() {
    let (call, calls) = made(vec![], async |client| {
        client.dry_run(Call::RedeliverAt { endpoint: "k", entry: "2" }).await.unwrap()
    })
    .await;
    assert!(calls.is_empty() && call.url.ends_with("/teams/t%2F1/hooks/k/sent/2/again"));
    assert_eq!(call.headers[0], ("Authorization".to_owned(), "Basic <token>".to_owned()));
}
