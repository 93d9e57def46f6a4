//! Published and constructed vectors of real senders, from the third-party folder.

use crate::support::{CATALOGUE, shared, verified};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use waybill_model::{Timestamp, Verdict};
use waybill_signature::{CannotSign, Request, sign};

fn text<'v>(vector: &'v Value, key: &str) -> Option<&'v str> {
    vector.get(key).and_then(Value::as_str)
}

fn base64(text: &str) -> Vec<u8> {
    use base64::Engine as _;
    base64::engine::general_purpose::STANDARD.decode(text).unwrap()
}

#[test]
fn every_vector_of_a_known_scheme_is_judged_as_it_says() {
    let Some(file) = shared("vectors/vectors.json") else {
        println!("vectors not present: skipped all");
        return;
    };
    let vectors: Vec<Value> = serde_json::from_str(&file).unwrap();
    let (mut ran, mut signed_again, mut skipped) = (0, 0, BTreeSet::new());
    let mut wrong = Vec::new();
    for vector in &vectors {
        let (id, scheme_id) = (text(vector, "id").unwrap(), text(vector, "scheme").unwrap());
        if text(vector, "kind") != Some("delivery") {
            skipped.insert(id);
            continue;
        }
        let scheme = CATALOGUE.get(scheme_id).unwrap_or_else(|| panic!("{id}: no scheme {scheme_id}"));
        let headers: Vec<(&[u8], &[u8])> = vector["headers"]
            .as_array()
            .unwrap()
            .iter()
            .map(|pair| (pair[0].as_str().unwrap().as_bytes(), pair[1].as_str().unwrap().as_bytes()))
            .collect();
        let body = text(vector, "body_utf8")
            .map_or_else(|| base64(text(vector, "body_base64").unwrap()), |body| body.as_bytes().to_vec());
        let request = Request {
            method: text(vector, "method").unwrap().as_bytes(),
            url: text(vector, "url").unwrap().as_bytes(),
            headers: &headers,
            body: &body,
            truncated: false,
        };
        let mut secrets: Vec<&[u8]> = Vec::new();
        secrets.extend(text(vector, "secret").or_else(|| text(vector, "public_key")).map(str::as_bytes));
        let extra = vector.get("extra_secrets").and_then(Value::as_array).into_iter().flatten();
        secrets.extend(extra.filter_map(Value::as_str).map(str::as_bytes));
        let config: BTreeMap<String, String> = vector
            .get("config")
            .map(|config| serde_json::from_value(config.clone()).unwrap())
            .unwrap_or_default();
        let now = Timestamp::from_unix(vector["now_unix"].as_i64().unwrap());

        let found = verified(scheme, &request, &secrets, &config, now);
        ran += 1;
        let expected = (text(vector, "reason").unwrap(), text(vector, "expect") == Some("valid"));
        let actual = (found.reason.code(), found.verdict == Verdict::Valid);
        if expected != actual {
            wrong.push(format!("{id} ({scheme_id}): expected {expected:?}, found {actual:?}"));
        }
        let signed_text = text(vector, "string_to_sign_utf8")
            .map(|text| text.as_bytes().to_vec())
            .or_else(|| text(vector, "string_to_sign_base64").map(base64));
        if let (Some(expected), true) = (signed_text, expected.1) {
            let preview = found.signed_text_preview(&body, usize::MAX);
            // The file writes the secret out where it is part of the text; here it stays hidden.
            let shown = preview.replace("{secret}", text(vector, "secret").unwrap_or_default());
            if shown != String::from_utf8_lossy(&expected) {
                wrong.push(format!("{id}: the signed text is {preview:?}"));
            }
        }
        // Whatever verifies can be signed again by whoever knows the secret.
        if expected.1 && scheme.can_sign() {
            let secret = secrets[found.secret.unwrap_or_default()];
            match sign(scheme, &request, secret, &config, now, None) {
                Ok(signed) => {
                    let headers = signed.apply(&headers);
                    let headers: Vec<(&[u8], &[u8])> =
                        headers.iter().map(|(n, v)| (&n[..], &v[..])).collect();
                    let body = signed.body.as_deref().unwrap_or(&body);
                    let again = Request { headers: &headers, body, ..request };
                    let again = verified(scheme, &again, &secrets, &config, now);
                    if again.verdict != Verdict::Valid {
                        wrong.push(format!("{id}: signed again it is {}", again.reason.code()));
                    }
                    signed_again += 1;
                }
                // A form or the address can't be written into.
                Err(CannotSign::Place { .. }) => {}
                Err(cause) => wrong.push(format!("{id}: can't be signed again: {cause}")),
            }
        }
    }
    println!(
        "vectors: ran {ran}, signed again {signed_again}, of handshakes and not run here {}",
        skipped.len()
    );
    assert!(wrong.is_empty(), "{} wrong:\n{}", wrong.len(), wrong.join("\n"));
    assert!(ran >= 232, "only {ran} vectors ran");
}
