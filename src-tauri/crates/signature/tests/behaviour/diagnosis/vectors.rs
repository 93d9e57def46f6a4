//! The causes that the published vectors name.

use super::case::{Case, Kept};
use crate::support::{CATALOGUE, shared};
use serde_json::Value;
use waybill_signature::Role;

/// Vectors whose own word is not the only true one, and why.
const EQUIVALENT: &[(&str, &[&str], &str)] = &[
    ("adyen-item-amount-changed", &["wrong_secret"], "nothing tells a changed body from a wrong secret"),
    ("stdwh-tampered-body", &["wrong_secret"], "nothing tells a changed body from a wrong secret"),
    ("twilio-param-changed", &["wrong_secret"], "nothing tells a changed body from a wrong secret"),
];

fn text<'v>(vector: &'v Value, key: &str) -> Option<&'v str> {
    vector.get(key).and_then(Value::as_str)
}

/// The vector as a case.
fn case(vector: &Value) -> Case {
    let pair = |pair: &Value| {
        let side = |index: usize| pair[index].as_str().unwrap().as_bytes().to_vec();
        (side(0), side(1))
    };
    let body = text(vector, "body_utf8").map(|body| body.as_bytes().to_vec());
    let body = body.unwrap_or_else(|| {
        use base64::Engine as _;
        base64::engine::general_purpose::STANDARD.decode(text(vector, "body_base64").unwrap()).unwrap()
    });
    let secrets = text(vector, "secret").or_else(|| text(vector, "public_key")).into_iter();
    Case {
        name: text(vector, "id").unwrap().to_owned(),
        cause: "",
        also: &[],
        scheme: text(vector, "scheme").unwrap().to_owned(),
        method: "POST",
        url: text(vector, "url").unwrap().to_owned(),
        headers: vector["headers"].as_array().unwrap().iter().map(pair).collect(),
        body,
        config: vector.get("config").map(|c| serde_json::from_value(c.clone()).unwrap()).unwrap_or_default(),
        kept: secrets
            .map(|secret| Kept { bytes: secret.as_bytes().to_vec(), of_inbox: true, role: Role::Current })
            .collect(),
        now: vector["now_unix"].as_i64().unwrap(),
        truncated: false,
        handler_body: None,
    }
}

#[test]
fn published_vectors_are_diagnosed() {
    let Some(file) = shared("vectors/vectors.json") else {
        println!("vectors not present: skipped all");
        return;
    };
    let vectors: Vec<Value> = serde_json::from_str(&file).unwrap();
    let (mut ran, mut missed, mut unknown) = (0, Vec::new(), Vec::new());
    for vector in vectors.iter().filter(|vector| vector.get("diagnosis").is_some()) {
        let (id, cause) = (text(vector, "id").unwrap(), text(vector, "diagnosis").unwrap());
        let scheme = text(vector, "scheme").unwrap();
        if CATALOGUE.get(scheme).is_none() {
            unknown.push(id);
            continue;
        }
        let case = case(vector);
        let report = case.diagnose();
        let first = report.causes.first().map_or("nothing", |cause| cause.code);
        let equivalent =
            EQUIVALENT.iter().find(|(known, ..)| *known == id).map_or(&[][..], |(_, codes, _)| codes);
        ran += 1;
        if first != cause && !equivalent.contains(&first) {
            let all: Vec<&str> = report.causes.iter().map(|cause| cause.code).collect();
            missed.push(format!("{id} ({scheme}): {cause} expected, found {all:?}"));
        }
    }
    println!("vectors with a cause: ran {ran}, without a scheme {unknown:?}");
    assert!(missed.is_empty(), "{} missed:\n{}", missed.len(), missed.join("\n"));
    assert!(ran >= 30, "only {ran} ran");
}

/// The key is the sender's own and public: what is mixed up is the webhook's id.
#[test]
fn a_wrong_webhook_id_is_named() {
    let Some(file) = shared("vectors/vectors.json") else {
        println!("vectors not present: skipped all");
        return;
    };
    let vectors: Vec<Value> = serde_json::from_str(&file).unwrap();
    let valid =
        |vector: &&Value| text(vector, "scheme") == Some("paypal") && text(vector, "expect") == Some("valid");
    let mut ran = 0;
    for vector in vectors.iter().filter(valid) {
        let mut case = case(vector);
        case.config.insert("webhook_id".to_owned(), "1AB23456CD789012E".to_owned());
        assert_eq!(case.diagnose().causes[0].code, "wrong_webhook_id", "{}", case.name);
        ran += 1;
    }
    println!("wrong webhook ids: {ran}");
}
