//! Credentials and paces: tokens that last a while, a credential that is refused, limits of a
//! connection, and connections side by side.
#![allow(clippy::unwrap_used, clippy::print_stdout, reason = "a test stops at the first surprise")]
#![allow(missing_docs)]

mod common;

use common::{Answer, Fake, NoPause, Still, empty, json, with_headers};
use secrecy::SecretString;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::{Duration, Instant};
use waybill_model::{ErrorCode, Failure};
use waybill_provider::{
    Catalogue, Client, ClientConnection, Description, HttpOptions, NewEndpoint, Transport,
};

const PASSWORD: &str = "pass word é";

fn client(
    description: Arc<Description>,
    base: &str,
    auth: &str,
    token: &str,
    transport: &Transport,
) -> Client {
    let vars = description.info().variables.into_iter();
    let vars: BTreeMap<String, String> = vars
        .filter(|variable| variable.name != "org")
        .map(|variable| (variable.name, "acme".to_owned()))
        .collect();
    let connection = ClientConnection {
        name: "c".parse().unwrap(),
        base_url: Some(base.to_owned()),
        vars,
        auth: auth.to_owned(),
        token: SecretString::from(token),
    };
    let pause = Arc::new(NoPause::default());
    let options = HttpOptions { pause, transport: transport.clone(), ..HttpOptions::default() };
    Client::new(description, connection, options, Arc::new(Still), Arc::new(Still)).unwrap()
}

fn timbrix(base: &str, transport: &Transport) -> Client {
    let description = Catalogue::shipped().get("timbrix").unwrap();
    client(description, base, "login", &format!("ann@x.mx:{PASSWORD}"), transport)
}

fn signed_in(token: &str, seconds: i64) -> Answer {
    json(
        200,
        json!({"access_token": token, "refresh_token": "r_hush", "expires_in": seconds, "token_type": "Bearer"}),
    )
}

fn calls(fake: &Fake) -> Vec<String> {
    let line = |seen: common::Seen| {
        let token = seen.headers.get("authorization").cloned().unwrap_or_default();
        format!("{} {} {token} {}", seen.method, seen.target.rsplit('/').next().unwrap(), seen.body)
    };
    fake.seen().into_iter().map(line).collect()
}

#[tokio::test]
async fn a_token_is_made_once_and_again_when_it_is_refused_or_old() {
    let transport = Transport::default();
    let list = || json(200, json!([]));
    let sign_in = format!("POST login  {{\"email\":\"ann@x.mx\",\"password\":\"{PASSWORD}\"}}");

    // Kept over clients that share a transport.
    let fake = Fake::start(vec![signed_in("one", 3600), list(), list()]).await;
    timbrix(&fake.base, &transport).list().await.unwrap();
    timbrix(&fake.base, &transport).list().await.unwrap();
    assert_eq!(calls(&fake), [sign_in.as_str(), "GET webhooks Bearer one ", "GET webhooks Bearer one "]);

    // Refused in the middle: signed in again, and the same call once more, a create too.
    let made =
        json!({"id": "w", "url": "https://a.example/h", "events": ["member.added"], "secret": "whsec_1"});
    let fake =
        Fake::start(vec![signed_in("one", 3600), empty(401), signed_in("two", 3600), json(201, made)]).await;
    let new = NewEndpoint {
        url: "https://a.example/h".to_owned(),
        events: vec!["member.added".to_owned()],
        ..NewEndpoint::default()
    };
    timbrix(&fake.base, &Transport::default()).create(&new).await.unwrap();
    assert_eq!(calls(&fake)[3].split(' ').nth(3), Some("two"));

    // Refused twice is refused.
    let fake =
        Fake::start(vec![signed_in("one", 3600), empty(401), signed_in("two", 3600), empty(401)]).await;
    let failure = timbrix(&fake.base, &Transport::default()).list().await.unwrap_err();
    assert_eq!((failure.code, calls(&fake).len()), (ErrorCode::ProviderUnauthorized, 4));
}

#[tokio::test]
async fn signing_in_that_fails_is_told_as_that() {
    let check = async |answer: Answer, code: ErrorCode, word: &str| {
        let fake = Fake::start(vec![answer]).await;
        let failure = timbrix(&fake.base, &Transport::default()).list().await.unwrap_err();
        assert_eq!((failure.code, calls(&fake).len()), (code, 1), "{failure}");
        assert!(failure.message.starts_with("Signing in to Timbrix failed"), "{failure}");
        assert!(failure.message.contains(word), "{failure}");
        let text = format!("{failure:?}");
        assert!(!text.contains(PASSWORD) && !text.contains("hush"), "{text}");
    };
    let said = |status: u16, words: &str| json(status, json!({"statusCode": status, "message": words}));
    check(said(401, "wrong"), ErrorCode::ProviderUnauthorized, "wrong").await;
    check(said(400, "email must be an email"), ErrorCode::ProviderUnauthorized, "email").await;
    check(said(401, PASSWORD), ErrorCode::ProviderUnauthorized, "<token>").await;
    check(said(503, "later"), ErrorCode::ProviderFailed, "later").await;
    check(json(200, json!({"token": "x"})), ErrorCode::ProviderAnswerUnreadable, "access_token").await;
    check(Answer::Bytes(Vec::new()), ErrorCode::NetworkUnreachable, "").await;
}

#[test]
fn a_credential_of_another_form_is_refused_before_anything_is_sent() {
    let check = |provider: &str, auth: &str, token: &str, word: Option<&str>| {
        let description = Catalogue::shipped().get(provider).unwrap();
        let vars = description.info().variables.into_iter().map(|variable| (variable.name, "x".to_owned()));
        let connection = ClientConnection {
            name: "c".parse().unwrap(),
            base_url: None,
            vars: vars.collect(),
            auth: auth.to_owned(),
            token: SecretString::from(token),
        };
        let made =
            Client::new(description, connection, HttpOptions::default(), Arc::new(Still), Arc::new(Still));
        match (made, word) {
            (Ok(_), None) => {}
            (Err(failure), Some(word)) => assert!(failure.message.contains(word), "{failure}"),
            (made, word) => panic!("{provider} {auth} {token}: {made:?}, expected {word:?}"),
        }
    };
    check("timbrix", "login", "ann@x.mx:p:q é", None);
    check("timbrix", "login", "ann@x.mx", Some("USER:PASSWORD"));
    check("timbrix", "login", ":p", Some("USER:PASSWORD"));
    check("stripe", "basic", "sk_test_1", None);
    check("stripe", "basic", "a\u{7}b", Some("can carry"));
    check("stripe", "", "é", Some("can carry"));
}

fn github(base: &str, transport: &Transport) -> Client {
    client(Catalogue::shipped().get("github").unwrap(), base, "", "ghp_x", transport)
}

#[tokio::test]
async fn who_waits_behind_a_refused_credential_does_not_ask() {
    // GitHub is asked one call at a time, so the others wait behind the first.
    let fake = Fake::start(vec![json(401, json!({"message": "Bad credentials"}))]).await;
    let client = github(&fake.base, &Transport::default());
    let results: Vec<Result<_, Failure>> =
        listed(vec![client.clone(), client.clone(), client.clone(), client]).await;
    let codes: Vec<ErrorCode> = results.into_iter().map(|result| result.unwrap_err().code).collect();
    assert_eq!(codes, [ErrorCode::ProviderUnauthorized; 4]);
    assert_eq!(fake.seen().len(), 1, "one call was enough to know");
}

/// Lists with each client, side by side.
async fn listed(clients: Vec<Client>) -> Vec<Result<Vec<waybill_model::Endpoint>, Failure>> {
    let mut tasks = tokio::task::JoinSet::new();
    for client in clients {
        tasks.spawn(async move { client.list().await });
    }
    tasks.join_all().await
}

#[tokio::test]
async fn a_limit_that_was_reached_holds_for_the_whole_connection() {
    let transport = Transport::default();
    let limited = |headers: &str| with_headers(403, headers, json!({"message": "secondary rate limit"}));
    let fake = Fake::start(vec![limited("retry-after: 3600")]).await;
    let failure = github(&fake.base, &transport).list().await.unwrap_err();
    assert_eq!(failure.code, ErrorCode::ProviderRateLimited);
    // Another client of the same connection is told without a call; one of another connection is not.
    let failure = github(&fake.base, &transport).get("1").await.unwrap_err();
    assert_eq!((failure.code, fake.seen().len()), (ErrorCode::ProviderRateLimited, 1));
    assert!(failure.message.contains("asked to wait"), "{failure}");
    assert!(failure.details.unwrap()["retry_after_s"].as_f64().unwrap() > 3500.0);
    let other = Fake::start(vec![json(200, json!([]))]).await;
    assert!(github(&other.base, &transport).list().await.unwrap().is_empty());

    let check = async |headers: &str, code: ErrorCode| {
        let fake = Fake::start(vec![limited(headers)]).await;
        let failure = github(&fake.base, &Transport::default()).list().await.unwrap_err();
        assert_eq!(failure.code, code, "{headers}");
    };
    check("x-ratelimit-remaining: 0\r\nx-ratelimit-reset: 1767229200", ErrorCode::ProviderRateLimited).await;
    check("x-ratelimit-remaining: 12", ErrorCode::ProviderForbidden).await;
    check("x-a: b", ErrorCode::ProviderForbidden).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn connections_are_read_side_by_side() {
    // Each answers after 300 ms; eight of them take little more than one.
    let mut clients = Vec::new();
    let transport = Transport::default();
    let mut servers = Vec::new();
    for _ in 0..8 {
        let body: Value = json!([]);
        let fake =
            Fake::start(vec![Answer::Late(Duration::from_millis(300), body.to_string().into_bytes())]).await;
        clients.push(github(&fake.base, &transport));
        servers.push(fake);
    }
    let start = Instant::now();
    assert!(listed(clients).await.into_iter().all(|result| result.is_ok()));
    let took = start.elapsed();
    assert!(took < Duration::from_millis(1500), "one after the other would take 2400 ms: {took:?}");
}
