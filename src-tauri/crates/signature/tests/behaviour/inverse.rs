//! What is signed is verified, for every scheme and any body; and one flipped bit is refused.

use crate::support::{CATALOGUE, Post, THEN, reason, scheme};
use proptest::prelude::*;
use std::collections::BTreeMap;
use waybill_model::{ErrorCode, Failure, Timestamp, Verdict};
use waybill_signature::{CannotSign, Scheme, Signed, sign};

/// The same pair in every form that its private half comes in; the seed is the bytes 0 to 31.
const PRIVATE_KEYS: &[&str] = &[
    "whsk_AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8DoQe/884Qvh1w3RjnS8CZZ+TWMJulDV8d3IZkElUxuA==",
    "-----BEGIN PRIVATE KEY-----\nMC4CAQAwBQYDK2VwBCIEIAABAgMEBQYHCAkKCwwNDg8QERITFBUWFxgZGhscHR4f\n-----END PRIVATE KEY-----\n",
    "MC4CAQAwBQYDK2VwBCIEIAABAgMEBQYHCAkKCwwNDg8QERITFBUWFxgZGhscHR4f",
    "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f",
    "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=",
];
const PUBLIC_KEY: &str = "A6EHv/POEL4dcN0Y50vAmWfk1jCbpQ1fHdyGZBJVMbg=";
const PUBLIC_KEY_HEX: &str = "03a107bff3ce10be1d70dd18e74bc09967e4d6309ba50d5f1ddc8664125531b8";

/// What signs and what verifies under `scheme`.
fn keys(scheme: &Scheme) -> (&'static str, &'static str) {
    match scheme.id() {
        "discord" => (PRIVATE_KEYS[0], PUBLIC_KEY_HEX),
        _ if !scheme.can_sign() => (PRIVATE_KEYS[0], PUBLIC_KEY),
        "standard-webhooks-v1" | "svix-v1" => ("whsec_c2VjcmV0", "whsec_c2VjcmV0"),
        "mynd" | "stripe" | "timbrix" => ("whsec_used-as-text", "whsec_used-as-text"),
        // Good as text, as hex and as base64.
        _ => ("00112233445566778899aabbccddeeff", "00112233445566778899aabbccddeeff"),
    }
}

fn signed(
    scheme: &Scheme,
    post: &Post,
    secret: &str,
    id: Option<&str>,
) -> Result<(Signed, Post), CannotSign> {
    let now = Timestamp::from_unix(THEN);
    let signed = post.with(|request| sign(scheme, request, secret.as_bytes(), &BTreeMap::new(), now, id))?;
    let headers = post.with(|request| signed.apply(request.headers));
    let body = signed.body.clone().unwrap_or_else(|| post.body.clone());
    Ok((signed, Post { headers, body }))
}

/// Headers that some schemes sign or demand and that nobody can make up for them.
const GIVEN: &[(&str, &str)] = &[
    ("X-GCS-KeyId", "key-1"),
    ("X-Pusher-Key", "app-1"),
    ("X-Plivo-Signature-V2-Nonce", "nonce-1"),
    ("X-Lark-Request-Nonce", "nonce-1"),
];

/// Schemes that write into a body of their own shape, a form or the address: no body at random will do.
const BODY_BOUND: &[&str] = &["adyen-item", "braintree", "linear", "mailgun", "pusher", "query-token"];

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn signing_and_verifying_are_inverses(
        body in prop::collection::vec(any::<u8>(), 0..300),
        id in "[!-~]{1,40}",
        bit in any::<prop::sample::Index>(),
        stray in prop::collection::vec(("[a-z-]{1,20}", "[ -~]{0,30}"), 0..4),
    ) {
        for scheme in CATALOGUE.schemes() {
            let stray = stray.iter().map(|(n, v)| (n.as_str(), v.as_str()));
            let headers: Vec<(&str, &str)> = GIVEN.iter().copied().chain(stray).collect();
            let (signing, verifying) = keys(scheme);
            let post = Post::new(&headers, &body);
            let outcome = signed(scheme, &post, signing, Some(&id));
            prop_assert_eq!(outcome.is_err(), BODY_BOUND.contains(&scheme.id()), "{}", scheme.id());
            let Ok((_, mut sent)) = outcome else { continue };
            let found = sent.verify(scheme, &[b"other", verifying.as_bytes()], THEN);
            prop_assert_eq!(found.reason.code(), "ok", "{}", scheme.id());
            prop_assert_eq!(found.secret, Some(1));
            if scheme.covers().body && !body.is_empty() {
                let at = bit.index(body.len() * 8);
                sent.body[at / 8] ^= 1 << (at % 8);
                let found = sent.verify(scheme, &[verifying.as_bytes()], THEN);
                prop_assert_ne!(found.verdict, Verdict::Valid, "{}", scheme.id());
            }
        }
    }
}

#[test]
fn a_private_key_is_read_in_every_form() {
    for id in ["mindbridge", "standard-webhooks-v1a"] {
        for key in PRIVATE_KEYS {
            let (_, sent) = signed(scheme(id), &Post::new(&[], "{}"), key, Some("m")).unwrap();
            assert_eq!(reason(&sent.verify(scheme(id), &[PUBLIC_KEY.as_bytes()], THEN)), "ok", "{id} {key}");
        }
        for key in ["", "whsk_", "whsk_AAAA", "whpk_A6EHv/POEL4dcN0Y50vAmWfk1jCbpQ1fHdyGZBJVMbg=", "secret"] {
            let refused = signed(scheme(id), &Post::new(&[], "{}"), key, Some("m")).err().unwrap();
            assert!(matches!(refused, CannotSign::NoPrivateKey { .. }), "{key}: {refused}");
            assert_eq!(Failure::from(refused).code, ErrorCode::CannotSign);
        }
    }
}

#[test]
fn an_id_is_kept_replaced_or_asked_for() {
    let standard = scheme("standard-webhooks-v1");
    let secret = "whsec_c2VjcmV0";
    let old = Post::new(&[("Webhook-Id", "old"), ("webhook-signature", "v1,x"), ("X-Other", "1")], "{}");
    let id_of = |post: &Post| {
        let found = post.headers.iter().find(|(name, _)| name.eq_ignore_ascii_case(b"webhook-id"));
        String::from_utf8(found.unwrap().1.clone()).unwrap()
    };
    let (_, kept) = signed(standard, &old, secret, None).unwrap();
    assert_eq!(id_of(&kept), "old");
    let (_, renewed) = signed(standard, &old, secret, Some("new")).unwrap();
    assert_eq!(id_of(&renewed), "new");
    // Order and case of what was there stay; nothing is doubled.
    let names: Vec<String> =
        renewed.headers.iter().map(|(n, _)| String::from_utf8(n.clone()).unwrap()).collect();
    assert_eq!(names, ["Webhook-Id", "webhook-signature", "X-Other", "webhook-timestamp"]);
    let refused = signed(standard, &Post::new(&[], "{}"), secret, None).err().unwrap();
    assert!(matches!(&refused, CannotSign::MissingHeader { name, .. } if name == "webhook-id"), "{refused}");
    for bad in ["a\r\nX-Evil: 1", "a\0", " a", "a\n"] {
        let refused = signed(standard, &old, secret, Some(bad)).err().unwrap();
        assert!(matches!(refused, CannotSign::BadValue { .. }), "{bad:?}: {refused}");
    }
}

#[test]
fn other_spellings_are_used_where_they_are() {
    let svix = scheme("svix-v1");
    let post =
        Post::new(&[("webhook-id", "m"), ("webhook-timestamp", "1"), ("webhook-signature", "v1,x")], "{}");
    let (changes, sent) = signed(svix, &post, "whsec_c2VjcmV0", None).unwrap();
    assert_eq!(sent.headers.len(), 3, "{changes:?}");
    assert_eq!(reason(&sent.verify(svix, &[b"whsec_c2VjcmV0"], THEN)), "ok");
    assert_eq!(reason(&sent.verify(scheme("standard-webhooks-v1"), &[b"whsec_c2VjcmV0"], THEN)), "ok");
}

#[test]
fn companions_are_renewed_where_they_are_sent() {
    let (main, older) = (scheme("github-sha256"), scheme("github-sha1"));
    let now = Timestamp::from_unix(THEN);
    let post = Post::new(&[("X-Hub-Signature", "sha1=00"), ("X-Hub-Signature-256", "sha256=00")], "{}");
    let changes = post.with(|r| CATALOGUE.sign(main, r, b"s", &BTreeMap::new(), now, None)).unwrap();
    let both = Post { headers: post.with(|r| changes.apply(r.headers)), body: post.body };
    assert_eq!(reason(&both.verify(main, &[b"s"], THEN)), "ok");
    assert_eq!(reason(&both.verify(older, &[b"s"], THEN)), "ok");
    let alone =
        Post::new(&[], "{}").with(|r| CATALOGUE.sign(main, r, b"s", &BTreeMap::new(), now, None)).unwrap();
    assert_eq!(alone.set.len(), 1);
}

#[test]
fn time_and_signature_can_stand_in_the_body() {
    let text = r#"
title = "In the body"
algorithm = "hmac-sha256"
message = "{json:/signature/timestamp}{json:/signature/token}"
[key]
encoding = "text"
[signature]
from = { json = "/signature/signature" }
encoding = "hex"
[timestamp]
from = { json = "/signature/timestamp" }
unit = "seconds"
max_age = 60
"#;
    let own = Scheme::parse(text, "own.toml").unwrap();
    let body = r#"{ "signature": {"timestamp" : "5", "token":"q\u00fc", "signature":"x"}, "n":1.0}"#;
    let (changes, sent) = signed(&own, &Post::new(&[], body), "s", None).unwrap();
    assert!(changes.set.is_empty());
    let sent_body = String::from_utf8(sent.body.clone()).unwrap();
    assert!(sent_body.contains(r#""timestamp" : "1781166727", "token":"q\u00fc""#), "{sent_body}");
    assert_eq!(reason(&sent.verify(&own, &[b"s"], THEN)), "ok");
    assert_eq!(reason(&sent.verify(&own, &[b"s"], THEN + 61)), "timestamp_too_old");
    assert!(signed(&own, &Post::new(&[], "no json"), "s", None).is_err());
}
