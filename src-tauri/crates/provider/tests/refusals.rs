//! What is refused: the code of each refusal, with the provider's words, fields and hints kept.
#![allow(clippy::unwrap_used, clippy::print_stdout, reason = "a test stops at the first surprise")]
#![allow(missing_docs)]

mod common;

use common::{Answer, Fake, TOKEN, client, empty, json, strings, with_headers};
use serde_json::json;
use waybill_model::{ErrorCode, Failure};
use waybill_provider::NewEndpoint;

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

/// What a refusal becomes: code, words, fields as `field: problem`, details.
async fn refusal(provider: &str, answer: Answer) -> Failure {
    let fake = Fake::start(vec![answer]).await;
    client(provider, &fake.base).create(&asked(provider)).await.unwrap_err()
}

#[tokio::test]
async fn refusals_keep_the_providers_words() {
    use ErrorCode::{
        ProviderFailed, ProviderForbidden, ProviderNotFound, ProviderRateLimited, ProviderRejected,
        ProviderUnauthorized,
    };
    let check =
        async |provider: &str, answer: Answer, code: ErrorCode, words: &str, fields: &[(&str, &str)]| {
            let failure = refusal(provider, answer).await;
            assert_eq!(failure.code, code, "{failure:?}");
            assert!(failure.message.contains(words), "{}", failure.message);
            assert!(failure.hint.is_some());
            let found: Vec<(&str, &str)> =
                failure.fields.iter().map(|field| (field.field.as_str(), field.problem.as_str())).collect();
            assert_eq!(found, fields, "{failure:?}");
            failure
        };
    let undone = "No endpoint was made.";
    check(
        "mnemom",
        json(400, json!({"error": "url must be https"})),
        ProviderRejected,
        "Mnemom refused to create the endpoint (400: url must be https). No endpoint was made.",
        &[("url", "url must be https")],
    )
    .await;
    let failure = check(
        "mnemom",
        with_headers(
            403,
            "X-Mnemom-Request-Id: req-9",
            json!({"error": {"code": "insufficient_scope", "message": "needs admin:org", "details": {}}}),
        ),
        ProviderForbidden,
        "needs admin:org",
        &[],
    )
    .await;
    assert_eq!(
        *failure.details.unwrap(),
        json!({"status": 403, "request_id": "req-9", "provider_code": "insufficient_scope"})
    );
    check("mnemom", json(422, json!({"error": {"code": "invalid_request", "message": "no", "details": {"event_types": ["unknown word", "too many"]}}})),
        ProviderRejected, "no", &[("events", "unknown word"), ("events", "too many")]).await;
    let failure = check(
        "mnemom",
        json(401, json!({"error": {"code": "invalid_credentials", "message": "expired"}})),
        ProviderUnauthorized,
        "expired",
        &[],
    )
    .await;
    assert!(failure.hint.unwrap().contains("sign in again"));
    check(
        "timbrix",
        json(
            400,
            json!({"statusCode": 400, "message": ["url must be a valid URL", "events must be an array"]}),
        ),
        ProviderRejected,
        "url must be a valid URL; events must be an array",
        &[("url", "url must be a valid URL"), ("events", "events must be an array")],
    )
    .await;
    check(
        "timbrix",
        json(403, json!({"statusCode": 403, "message": "Access denied.", "error": "Forbidden"})),
        ProviderForbidden,
        "Access denied",
        &[],
    )
    .await;
    check(
        "timbrix",
        json(404, json!({"statusCode": 404, "error": "Not Found"})),
        ProviderNotFound,
        "Not Found",
        &[],
    )
    .await;
    check("mindbridge", json(400, json!({"title": "Bad", "errors": [{"field": "technicalContactId", "message": "no such user"}, {"property": "name", "reason": "blank"}, 7]})),
        ProviderRejected, "Bad", &[("technicalContactId", "no such user"), ("name", "blank")]).await;
    let failure = check(
        "mynd",
        json(409, json!({"error": {"code": "conflict", "message": "already registered", "doc_url": "x"}})),
        ProviderRejected,
        "already registered",
        &[("url", "already registered")],
    )
    .await;
    assert!(failure.message.ends_with(undone));
    check("mynd", json(422, json!({"error": {"code": "invalid_request", "message": "m", "errors": [{"param": "events[0]", "message": "unknown"}]}})),
        ProviderRejected, "m", &[("events", "unknown")]).await;
    check(
        "mynd",
        json(422, json!({"error": {"message": "m"}, "errors": {"description": "too long"}})),
        ProviderRejected,
        "m",
        &[("description", "too long")],
    )
    .await;
    check(
        "timbrix",
        json(400, json!({"statusCode": 400, "message": ["each value in events must be one of: a"]})),
        ProviderRejected,
        "each value in events",
        &[("events", "each value in events must be one of: a")],
    )
    .await;
    // One problem is told once, although the words and the list both name it.
    let twice = json!({"error": {"code": "conflict", "message": "url is taken", "errors": [{"field": "url", "message": "taken"}]}});
    check("mynd", json(409, twice), ProviderRejected, "url is taken", &[("url", "taken")]).await;
    // Neither a page nor nothing breaks the reading of a refusal.
    let page = || Answer::Whole(502, "content-type: text/html\r\n".to_owned(), b"<html><b>Bad</b>".to_vec());
    check("mnemom", page(), ProviderFailed, "502, without words", &[]).await;
    check("mnemom", empty(503), ProviderFailed, "It may or may not have been done", &[]).await;
    check("mnemom", json(400, json!([1, null])), ProviderRejected, "400, without words", &[]).await;
    check(
        "mnemom",
        json(400, json!({"error": null, "message": {"deep": 1}})),
        ProviderRejected,
        "without words",
        &[],
    )
    .await;
    let text = Answer::Whole(400, "content-type: text/plain\r\n".to_owned(), b"go\x1b[31m away\n".to_vec());
    let failure = check("mnemom", text, ProviderRejected, "400: go [31m away", &[]).await;
    assert!(!failure.message.contains('\u{1b}'));
    let failure = check(
        "mnemom",
        with_headers(429, "Retry-After: 7", json!({"error": "slow down"})),
        ProviderRateLimited,
        "slow down",
        &[],
    )
    .await;
    assert_eq!(failure.details.unwrap()["retry_after_s"], json!(7.0));
    // Our token comes back to nobody, should the provider echo it.
    let failure =
        refusal("mynd", json(401, json!({"error": {"message": format!("bad key {TOKEN}"), "code": TOKEN}})))
            .await;
    assert!(
        !format!("{failure:?}").contains(TOKEN) && failure.message.contains("bad key <token>"),
        "{failure:?}"
    );
    let long = refusal("mnemom", json(400, json!({"error": "x".repeat(100_000)}))).await;
    assert!(long.message.len() < 1000);
}
