//! What the network does to a call: nothing there, redirects, cut and endless answers, failures
//! that pass; and what is sent again and what never is.
#![allow(clippy::unwrap_used, clippy::print_stdout, reason = "a test stops at the first surprise")]
#![allow(missing_docs)]

mod common;

use common::{Answer, Fake, TOKEN, client, client_with, empty, json, strings, with_headers};
use serde_json::json;
use std::io::Write;
use std::time::{Duration, Instant};
use waybill_model::{ErrorCode, Failure};
use waybill_provider::{EndpointPatch, HttpOptions, NewEndpoint};

fn asked() -> NewEndpoint {
    NewEndpoint {
        url: "https://a.example.com/h".to_owned(),
        events: strings(&["x"]),
        ..NewEndpoint::default()
    }
}

/// Little time only where the other side has no intention of ending, so that a busy machine changes
/// no result.
fn bounds(answers: &[Answer]) -> HttpOptions {
    let stalls = answers.iter().any(|answer| matches!(answer, Answer::Hang(_) | Answer::Drip));
    let deadline = Duration::from_secs(if stalls { 2 } else { 60 });
    HttpOptions { deadline, answer_cap: 100_000, ..HttpOptions::default() }
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Kind {
    Read,
    Create,
    Delete,
}

async fn run(kind: Kind, provider: &str, answers: Vec<Answer>) -> (Failure, usize) {
    let options = bounds(&answers);
    let fake = Fake::start(answers).await;
    let client = client_with(provider, &fake.base, "", options).0;
    let failure = match kind {
        Kind::Read => client.list().await.unwrap_err(),
        Kind::Create => client.create(&asked()).await.unwrap_err(),
        Kind::Delete => client.delete("e").await.unwrap_err(),
    };
    assert!(!format!("{failure:?}").contains(TOKEN));
    (failure, fake.seen().len())
}

#[tokio::test]
async fn an_answer_that_does_not_come_whole_is_told_for_what_it_may_mean() {
    use ErrorCode::{NetworkUnreachable, OutcomeUnknown, ProviderAnswerUnreadable};
    let start = Instant::now();
    let cut = b"HTTP/1.1 201 X\r\ncontent-length: 500\r\ncontent-type: application/json\r\n\r\n{\"endpoint_id\":\"e\",\"u";
    let chunked = b"HTTP/1.1 201 X\r\ntransfer-encoding: chunked\r\n\r\n5\r\n{\"a\":\r\n";
    let endless = format!("HTTP/1.1 200 X\r\n{}", "x: y\r\n".repeat(200_000));
    let answers: Vec<(&str, Answer, ErrorCode, ErrorCode)> = vec![
        ("closes at once", Answer::Bytes(Vec::new()), NetworkUnreachable, OutcomeUnknown),
        ("resets at once", Answer::Reset(Vec::new()), NetworkUnreachable, OutcomeUnknown),
        ("resets in the head", Answer::Reset(b"HTTP/1.1 20".to_vec()), NetworkUnreachable, OutcomeUnknown),
        ("is cut", Answer::Bytes(cut.to_vec()), NetworkUnreachable, OutcomeUnknown),
        ("is cut in chunks", Answer::Bytes(chunked.to_vec()), NetworkUnreachable, OutcomeUnknown),
        ("is reset in the body", Answer::Reset(cut.to_vec()), NetworkUnreachable, OutcomeUnknown),
        ("is silent", Answer::Hang(Vec::new()), NetworkUnreachable, OutcomeUnknown),
        (
            "hangs in the head",
            Answer::Hang(b"HTTP/1.1 201 X\r\nx: ".to_vec()),
            NetworkUnreachable,
            OutcomeUnknown,
        ),
        ("hangs in the body", Answer::Hang(cut.to_vec()), NetworkUnreachable, OutcomeUnknown),
        ("drips", Answer::Drip, NetworkUnreachable, OutcomeUnknown),
        ("is no HTTP", Answer::Bytes(b"SSH-2.0-x\r\n\r\n".to_vec()), NetworkUnreachable, OutcomeUnknown),
        ("has endless headers", Answer::Bytes(endless.into_bytes()), NetworkUnreachable, OutcomeUnknown),
        ("never ends", Answer::Endless, ProviderAnswerUnreadable, ProviderAnswerUnreadable),
        ("is empty", empty(200), ProviderAnswerUnreadable, ProviderAnswerUnreadable),
        (
            "is half JSON",
            Answer::Whole(200, String::new(), b"[{\"endpoint_id\":".to_vec()),
            ProviderAnswerUnreadable,
            ProviderAnswerUnreadable,
        ),
        (
            "is no JSON",
            Answer::Whole(200, String::new(), b"\xff\xfe\0".to_vec()),
            ProviderAnswerUnreadable,
            ProviderAnswerUnreadable,
        ),
        (
            "is deep JSON",
            Answer::Whole(200, String::new(), vec![b'['; 90_000]),
            ProviderAnswerUnreadable,
            ProviderAnswerUnreadable,
        ),
        (
            "is a page",
            Answer::Whole(
                200,
                "content-type: text/html\r\n".to_owned(),
                b"<!doctype html><p>Sign in".to_vec(),
            ),
            ProviderAnswerUnreadable,
            ProviderAnswerUnreadable,
        ),
        ("is null", json(200, json!(null)), ProviderAnswerUnreadable, ProviderAnswerUnreadable),
        (
            "is no gzip",
            Answer::Whole(200, "content-encoding: gzip\r\n".to_owned(), b"plain text".to_vec()),
            ProviderAnswerUnreadable,
            ProviderAnswerUnreadable,
        ),
    ];
    let mut cases = tokio::task::JoinSet::new();
    for (what, answer, read, create) in answers {
        for (kind, code) in [(Kind::Read, read), (Kind::Create, create)] {
            let answer = answer.clone();
            cases.spawn(async move {
                let (failure, sent) = run(kind, "mnemom", vec![answer]).await;
                assert_eq!((failure.code, sent), (code, 1), "{kind:?}, an answer that {what}: {failure:?}");
                assert!(failure.hint.is_some());
                if code == OutcomeUnknown {
                    assert!(failure.message.contains("may have been done"), "{}", failure.message);
                }
            });
        }
    }
    while let Some(case) = cases.join_next().await {
        case.unwrap();
    }
    assert!(start.elapsed() < Duration::from_secs(55), "every wait is bounded: {:?}", start.elapsed());
}

#[tokio::test]
async fn a_page_is_named_as_one() {
    let page = Answer::Whole(200, "content-type: text/html\r\n".to_owned(), b"<html>".to_vec());
    let (failure, _) = run(Kind::Read, "mnemom", vec![page]).await;
    assert!(failure.message.contains("a web page, not JSON") && failure.message.contains("Nothing was read"));
    let (failure, _) = run(Kind::Create, "mnemom", vec![empty(201)]).await;
    assert!(failure.message.contains("probably been done"), "{}", failure.message);
}

#[tokio::test]
async fn nobody_there_means_nothing_was_sent() {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let base = format!("http://{}", listener.local_addr().unwrap());
    drop(listener);
    let (client, pause) = client_with("mnemom", &base, "", HttpOptions::default());
    let failure = client.create(&asked()).await.unwrap_err();
    assert_eq!(failure.code, ErrorCode::NetworkUnreachable);
    assert!(failure.message.contains("No endpoint was made"), "{}", failure.message);
    assert!(!failure.message.contains("org-1"), "the address stays out: {}", failure.message);
    assert!(pause.waits().is_empty(), "create is never sent again without a key");
    assert_eq!(client.list().await.unwrap_err().code, ErrorCode::NetworkUnreachable);
    assert_eq!(pause.waits().len(), 3, "a read is tried again");
}

#[tokio::test]
async fn no_redirect_is_followed_and_no_token_leaves() {
    for status in [301, 302, 303, 307, 308] {
        let elsewhere = Fake::start(vec![json(200, json!([]))]).await;
        let location = format!("location: {}/steal\r\n", elsewhere.base);
        let (failure, sent) =
            run(Kind::Read, "mnemom", vec![Answer::Whole(status, location, Vec::new())]).await;
        assert_eq!((failure.code, sent), (ErrorCode::ProviderAnswerUnreadable, 1));
        assert!(failure.message.contains("follows no redirect"), "{}", failure.message);
        assert!(elsewhere.seen().is_empty());
    }
    let fake =
        Fake::start(vec![Answer::Whole(307, "location: /same/origin\r\n".to_owned(), Vec::new())]).await;
    let failure = client_with("mnemom", &fake.base, "api-key", HttpOptions::default())
        .0
        .create(&asked())
        .await
        .unwrap_err();
    assert_eq!(failure.code, ErrorCode::ProviderAnswerUnreadable);
    assert_eq!(fake.seen().len(), 1);
}

#[tokio::test]
async fn only_what_may_be_repeated_is_repeated() {
    use ErrorCode::{ProviderFailed, ProviderRateLimited, ProviderUnauthorized};
    let check = async |kind: Kind, provider: &str, status: u16, code: ErrorCode, sent: usize| {
        let (failure, count) = run(kind, provider, vec![empty(status); 6]).await;
        assert_eq!((failure.code, count), (code, sent), "{kind:?} {provider} {status}");
    };
    check(Kind::Read, "mnemom", 503, ProviderFailed, 4).await;
    check(Kind::Read, "mnemom", 429, ProviderRateLimited, 4).await;
    check(Kind::Read, "mnemom", 401, ProviderUnauthorized, 1).await;
    check(Kind::Read, "mindbridge", 500, ProviderFailed, 4).await;
    check(Kind::Delete, "mnemom", 500, ProviderFailed, 4).await;
    check(Kind::Create, "mnemom", 503, ProviderFailed, 1).await;
    check(Kind::Create, "mnemom", 429, ProviderRateLimited, 1).await;
    check(Kind::Create, "timbrix", 500, ProviderFailed, 1).await;
    check(Kind::Create, "mynd", 503, ProviderFailed, 4).await;

    // With the same key each time.
    let fake = Fake::start(vec![empty(503), empty(500), json(200, json!({"id": "e", "url": "u"}))]).await;
    client("mynd", &fake.base).create(&asked()).await.unwrap();
    let keys: Vec<_> = fake.seen().iter().map(|seen| seen.headers["idempotency-key"].clone()).collect();
    assert!(keys.len() == 3 && keys.iter().all(|key| *key == keys[0]), "{keys:?}");

    // An update that carries its version is not repeated after a failure: it would meet itself.
    let now = json!({"id": "e", "url": "u", "version": 1});
    let fake = Fake::start(vec![json(200, now.clone()), empty(503)]).await;
    let patch = EndpointPatch { active: Some(true), ..EndpointPatch::default() };
    let failure = client("mindbridge", &fake.base).update("e", &patch, None).await.unwrap_err();
    assert_eq!((failure.code, fake.seen().len()), (ProviderFailed, 2));
    assert!(failure.message.contains("may or may not"));

    // Gone after a failed try is gone by that try; gone at first is not there.
    let fake = Fake::start(vec![empty(502), empty(404)]).await;
    client("mnemom", &fake.base).delete("e").await.unwrap();
    let fake = Fake::start(vec![empty(404)]).await;
    let failure = client("mnemom", &fake.base).delete("e").await.unwrap_err();
    assert_eq!(failure.code, ErrorCode::ProviderNotFound);
    assert!(failure.message.contains("Nothing was changed"), "{}", failure.message);
}

#[tokio::test]
async fn waits_follow_the_longest_hint_and_have_a_cap() {
    let check = async |provider: &str, status: u16, headers: &str, expected: &[u64]| {
        let done = if provider == "mindbridge" { json!({"content": []}) } else { json!([]) };
        let done = if provider == "mynd" { json!({"data": []}) } else { done };
        let fake = Fake::start(vec![with_headers(status, headers, json!({})), json(200, done)]).await;
        let (client, pause) = client_with(provider, &fake.base, "", HttpOptions::default());
        let result = client.list().await;
        let expected: Vec<Duration> = expected.iter().map(|ms| Duration::from_millis(*ms)).collect();
        assert_eq!(pause.waits(), expected, "{provider} {status} {headers}");
        if expected.is_empty() {
            let failure = result.unwrap_err();
            assert_eq!(failure.code, ErrorCode::ProviderRateLimited);
            assert!(failure.details.unwrap()["retry_after_s"].as_f64().unwrap() > 30.0);
            assert_eq!(fake.seen().len(), 1);
        } else {
            result.unwrap();
        }
    };
    // It is 2026-01-01T00:00:00Z for the client.
    check("mnemom", 429, "Retry-After: 3", &[3000]).await;
    check("mnemom", 503, "Retry-After: 2", &[2000]).await;
    check("mnemom", 429, "Retry-After: Thu, 01 Jan 2026 00:00:20 GMT", &[20_000]).await;
    check("mnemom", 429, "Retry-After: 31", &[]).await;
    check("mnemom", 429, "Retry-After: 86400", &[]).await;
    check("mnemom", 429, "Retry-After: 99999999999", &[500]).await;
    check("mnemom", 429, "x: y", &[500]).await;
    check("mynd", 429, "Retry-After: 2\r\nx-mynd-reset: 2026-01-01T00:00:09Z", &[9000]).await;
    check("mynd", 429, "Retry-After: 12\r\nx-mynd-reset: 2026-01-01T00:00:09Z", &[12_000]).await;
    check("mynd", 503, "x-mynd-reset: 2026-01-01T00:00:09Z", &[500]).await;
    check("mindbridge", 429, "x: y", &[30_000]).await;
    check("mindbridge", 429, "X-User-Hour-Limit-Remaining: 5", &[5000]).await;
    check("mindbridge", 429, "X-User-Hour-Limit-Remaining: 3000", &[]).await;
    // All waits of one call together stay under the cap.
    let fake = Fake::start(vec![with_headers(429, "Retry-After: 20", json!({})); 4]).await;
    let (client, pause) = client_with("mnemom", &fake.base, "", HttpOptions::default());
    assert_eq!(client.list().await.unwrap_err().code, ErrorCode::ProviderRateLimited);
    assert_eq!(pause.waits(), [Duration::from_secs(20)]);
}

#[tokio::test]
async fn a_compressed_answer_is_read_within_the_cap() {
    let gzip = |bytes: &[u8]| {
        let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
        encoder.write_all(bytes).unwrap();
        Answer::Whole(200, "content-encoding: gzip\r\n".to_owned(), encoder.finish().unwrap())
    };
    let bomb = gzip(&vec![b' '; 50_000_000]);
    let fake = Fake::start(vec![gzip(b"[]"), bomb]).await;
    let client = client_with("mnemom", &fake.base, "", HttpOptions::default()).0;
    assert!(client.list().await.unwrap().is_empty());
    let failure = client.list().await.unwrap_err();
    assert_eq!(failure.code, ErrorCode::ProviderAnswerUnreadable);
    assert!(failure.message.contains("longer than Waybill reads"), "{}", failure.message);
}
