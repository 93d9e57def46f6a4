//! What is signed is verified, for every scheme and any body; and one flipped bit is refused.

use crate::samples::{IN_ADDRESS, keys, unsigned};
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

proptest! {
    #![proptest_config(ProptestConfig { cases: 16, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn signing_and_verifying_are_inverses(
        filler in prop::collection::vec(any::<u8>(), 0..200),
        id in "[!-~]{1,40}",
        bit in any::<prop::sample::Index>(),
        place in any::<prop::sample::Index>(),
        stray in prop::collection::vec(("[a-z-]{1,20}", "[ -~]{0,30}"), 0..4),
    ) {
        for scheme in CATALOGUE.schemes() {
            let [key, other] = keys(scheme);
            let mut plain = unsigned(scheme.id(), &filler);
            plain.headers.extend(stray.iter().map(|(n, v)| (n.clone().into_bytes(), v.clone().into_bytes())));
            if scheme.id() == IN_ADDRESS {
                let refused = matches!(plain.signed(scheme, &key, &id), Err(CannotSign::Place { .. }));
                prop_assert!(refused, "{}", scheme.id());
                continue;
            }
            let sent = plain.signed(scheme, &key, &id);
            prop_assert!(sent.is_ok(), "{}: {:?}", scheme.id(), sent.err());
            let Ok(mut sent) = sent else { continue };
            let found = sent.verify(scheme, &[other.public.as_bytes(), key.public.as_bytes()]);
            prop_assert_eq!(found.reason.code(), "ok", "{}", scheme.id());
            prop_assert_eq!(found.secret, Some(1));

            // One bit of the signature; the lowest, because the case of a hex digit means nothing.
            if let Some(at) = sent.signature_header(scheme) {
                let mut changed = sent.clone();
                let value = &mut changed.headers[at].1;
                let place = place.index(value.len());
                value[place] ^= 1;
                let found = changed.verify(scheme, &[key.public.as_bytes()]);
                prop_assert_ne!(found.verdict, Verdict::Valid, "{}, {}", scheme.id(), place);
            }
            if scheme.covers().body && !sent.body.is_empty() {
                let at = bit.index(sent.body.len() * 8);
                sent.body[at / 8] ^= 1 << (at % 8);
                let found = sent.verify(scheme, &[key.public.as_bytes()]);
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
