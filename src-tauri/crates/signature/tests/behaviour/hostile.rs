//! Wrappers that are not what they should be, and requests of any bytes.

use crate::support::{CATALOGUE, Post, THEN, reason, scheme};
use proptest::prelude::*;
use waybill_model::Verdict;

const SECRET: &[u8] = b"hook-secret";
const BODY: &[u8] = br#"{"id":"evt_1","type":"demo.created"}"#;

/// A request that `id` verifies at `THEN`.
fn good(id: &str) -> Post {
    let post = Post { headers: Vec::new(), body: BODY.to_vec() };
    let secret = if id.starts_with("standard") { &b"whsec_aG9vay1zZWNyZXQ="[..] } else { SECRET };
    let signed = post
        .with(|request| {
            let now = waybill_model::Timestamp::from_unix(THEN);
            waybill_signature::sign(scheme(id), request, secret, &Default::default(), now, Some("msg_1"))
        })
        .unwrap();
    Post { headers: signed.apply(&[]), body: BODY.to_vec() }
}

fn value(post: &Post, name: &str) -> String {
    let found = post.headers.iter().find(|(key, _)| key.eq_ignore_ascii_case(name.as_bytes())).unwrap();
    String::from_utf8(found.1.clone()).unwrap()
}

fn with_values(post: &Post, name: &str, values: &[Vec<u8>]) -> Post {
    let mut headers = post.headers.clone();
    headers.retain(|(key, _)| !key.eq_ignore_ascii_case(name.as_bytes()));
    headers.extend(values.iter().map(|value| (name.as_bytes().to_vec(), value.clone())));
    Post { headers, body: post.body.clone() }
}

/// Replaces the signature header of a good request and tells the reason.
fn judged(id: &str, name: &str, secret: &[u8], make: impl Fn(&str) -> Vec<Vec<u8>>) -> &'static str {
    let post = good(id);
    assert_eq!(reason(&post.verify(scheme(id), &[secret], THEN)), "ok", "{id}");
    let changed = with_values(&post, name, &make(&value(&post, name)));
    reason(&changed.verify(scheme(id), &[secret], THEN))
}

fn one(value: impl Into<Vec<u8>>) -> Vec<Vec<u8>> {
    vec![value.into()]
}

/// Swaps the case of every other letter.
fn mixed(text: &str) -> String {
    let swap = |(at, c): (usize, char)| if at % 2 == 0 { c.to_ascii_uppercase() } else { c };
    text.chars().enumerate().map(swap).collect()
}

#[test]
fn prefixed_hex_is_taken_whole_or_refused() {
    type Make = fn(&str) -> Vec<Vec<u8>>;
    let rows: &[(&str, Make, &str)] = &[
        ("as sent", |v| one(v), "ok"),
        ("blanks around", |v| one(format!(" \t{v} ")), "ok"),
        ("mixed case of digits", |v| one(format!("sha256={}", mixed(&v[7..]))), "ok"),
        ("absent", |_| vec![], "missing_signature"),
        ("empty", |_| one(""), "missing_signature"),
        ("blank", |_| one("  "), "missing_signature"),
        ("prefix only", |_| one("sha256="), "signature_mismatch"),
        ("prefix in capitals", |v| one(format!("SHA256={}", &v[7..])), "wrong_prefix"),
        ("no prefix", |v| one(&v[7..]), "wrong_prefix"),
        ("other prefix", |v| one(format!("sha1={}", &v[7..])), "wrong_prefix"),
        ("prefix twice", |v| one(format!("sha256={v}")), "bad_signature_encoding"),
        ("one digit short", |v| one(&v[..v.len() - 1]), "bad_signature_encoding"),
        ("one byte short", |v| one(&v[..v.len() - 2]), "signature_mismatch"),
        ("one byte long", |v| one(format!("{v}00")), "signature_mismatch"),
        ("first half", |v| one(&v[..39]), "signature_mismatch"),
        ("a NUL at the end", |v| one(format!("{v}\0")), "bad_signature_encoding"),
        (
            "a NUL within",
            |v| one(format!("sha256={}", v[7..].replacen(&v[9..10], "\0", 1))),
            "bad_signature_encoding",
        ),
        ("not ASCII", |_| one("sha256=é"), "bad_signature_encoding"),
        ("no UTF-8", |_| one(&b"sha256=\xff\xfe"[..]), "bad_signature_encoding"),
        ("space within", |v| one(v.replacen('=', "= ", 1)), "bad_signature_encoding"),
        ("list where none is allowed", |v| one(format!("{v},{v}")), "bad_signature_encoding"),
        ("twice the same", |v| vec![v.into(), v.into()], "ok"),
        ("a wrong one first", |v| vec!["sha256=00".into(), v.into()], "ok"),
        ("a broken one first", |v| vec!["sha256=zz".into(), v.into()], "ok"),
        ("a foreign one first", |v| vec!["nonsense".into(), v.into()], "ok"),
        ("only wrong ones", |_| vec!["sha256=00".into(), "sha256=11".into()], "signature_mismatch"),
    ];
    for (what, make, expected) in rows {
        assert_eq!(judged("github-sha256", "X-Hub-Signature-256", SECRET, make), *expected, "{what}");
    }
}

#[test]
fn pairs_are_taken_whole_or_refused() {
    type Make = fn(&str) -> Vec<Vec<u8>>;
    let rows: &[(&str, Make, &str)] = &[
        ("as sent", |v| one(v), "ok"),
        ("blank after the comma", |v| one(v.replace(',', ", ")), "ok"),
        (
            "order turned",
            |v| {
                let (t, s) = v.split_once(',').unwrap();
                one(format!("{s},{t}"))
            },
            "ok",
        ),
        ("unknown name beside", |v| one(format!("{v},v0=00")), "ok"),
        ("a wrong v1 first", |v| one(v.replacen("v1=", "v1=00,v1=", 1)), "ok"),
        (
            "split over two headers",
            |v| {
                let (t, s) = v.split_once(',').unwrap();
                vec![t.into(), s.into()]
            },
            "ok",
        ),
        ("no v1", |v| one(v.replace("v1=", "v9=")), "no_acceptable_signature"),
        ("time only", |v| one(v.split_once(',').unwrap().0), "no_acceptable_signature"),
        ("v1 only", |v| one(v.split_once(',').unwrap().1), "missing_timestamp"),
        ("empty t", |v| one(format!("t=,{}", v.split_once(',').unwrap().1)), "timestamp_malformed"),
        ("t with a fraction", |v| one(v.replacen(',', ".0,", 1)), "timestamp_malformed"),
        ("t changed", |v| one(v.replacen("t=1", "t=2", 1)), "signature_mismatch"),
        ("empty v1", |v| one(format!("{},v1=", v.split_once(',').unwrap().0)), "signature_mismatch"),
        ("no pair", |_| one("nonsense"), "malformed_signature_header"),
        ("a part without a value", |v| one(format!("{v},x")), "malformed_signature_header"),
        ("comma at the end", |v| one(format!("{v},")), "malformed_signature_header"),
        ("empty", |_| one(""), "missing_signature"),
    ];
    for (what, make, expected) in rows {
        assert_eq!(judged("mynd", "Mynd-Signature", SECRET, make), *expected, "{what}");
    }
}

#[test]
fn tokens_are_taken_whole_or_refused() {
    const SECRET: &[u8] = b"whsec_aG9vay1zZWNyZXQ=";
    type Make = fn(&str) -> Vec<Vec<u8>>;
    let hundred = |v: &str| one(format!("{}{v}", "v1,AAAA ".repeat(99)));
    assert_eq!(judged("standard-webhooks-v1", "webhook-signature", SECRET, hundred), "ok");
    let rows: &[(&str, Make, &str)] = &[
        ("as sent", |v| one(v), "ok"),
        ("repeated", |v| one(format!("{v} {v}")), "ok"),
        ("other versions beside", |v| one(format!("v1a,AAAA v2,BBBB {v}")), "ok"),
        ("double blank", |v| one(format!("v2,x  {v}")), "ok"),
        ("nothing after the version", |_| one("v1,"), "signature_mismatch"),
        ("version alone", |_| one("v1"), "malformed_signature_header"),
        ("other versions only", |_| one("v2,AAAA"), "no_acceptable_signature"),
        ("no padding", |v| one(v.trim_end_matches('=')), "bad_signature_encoding"),
        ("too much padding", |v| one(format!("{v}=")), "bad_signature_encoding"),
        ("for URLs", |_| one("v1,-_-_"), "bad_signature_encoding"),
        ("one letter short", |v| one(&v[..v.len() - 2]), "bad_signature_encoding"),
        ("bits left over", |_| one("v1,AAB="), "bad_signature_encoding"),
        ("a line feed", |v| one(format!("{v}\n")), "bad_signature_encoding"),
        ("comma between", |v| one(format!("v1,AAAA,{v}")), "bad_signature_encoding"),
        ("a wrong one beside a broken one", |_| one("v1,AAAA v1,!"), "signature_mismatch"),
    ];
    for (what, make, expected) in rows {
        assert_eq!(judged("standard-webhooks-v1", "webhook-signature", SECRET, make), *expected, "{what}");
    }
    // A hundred thousand wrong ones are not worth the time to look at.
    let flood = |_: &str| one("v1,AAAA ".repeat(100_000));
    assert_eq!(judged("standard-webhooks-v1", "webhook-signature", SECRET, flood), "signature_mismatch");
}

#[test]
fn a_token_is_compared_whole() {
    let rows: &[(&[u8], &[&[u8]], &str)] = &[
        (b"tok", &[b"tok"], "ok"),
        (b"tok", &[b"old", b"tok"], "ok"),
        (b"tok", &[b"to"], "signature_mismatch"),
        (b"to", &[b"tok"], "signature_mismatch"),
        (b"TOK", &[b"tok"], "signature_mismatch"),
        (b"", &[b"tok"], "missing_signature"),
        (b"tok", &[b""], "bad_key"),
        (b"", &[b""], "missing_signature"),
        (b"tok", &[], "no_secret"),
        (b"\xff\x00", &[b"\xff\x00"], "ok"),
    ];
    for (sent, secrets, expected) in rows {
        let post = Post { headers: vec![(b"X-Gitlab-Token".to_vec(), sent.to_vec())], body: Vec::new() };
        let found = post.verify(scheme("gitlab-token"), secrets, THEN);
        assert_eq!(reason(&found), *expected, "{sent:?} {secrets:?}");
        // A token is a secret: it is not repeated in what is shown.
        assert!(found.received.is_empty() && found.computed.is_empty());
    }
}

#[test]
fn a_cut_body_is_not_judged() {
    let post = good("github-sha256");
    let found = post.with(|request| {
        let cut = waybill_signature::Request { truncated: true, ..*request };
        let now = waybill_model::Timestamp::from_unix(THEN);
        waybill_signature::verify(scheme("github-sha256"), &cut, &[SECRET], &Default::default(), now)
    });
    assert_eq!((reason(&found), found.verdict), ("body_too_large", Verdict::Unchecked));
}

/// Pieces that header values are made of: more telling than arbitrary bytes alone.
fn fragment() -> impl Strategy<Value = Vec<u8>> {
    prop_oneof![
        prop::collection::vec(any::<u8>(), 0..12),
        prop::sample::select(vec![
            &b"v1"[..],
            b"v1a",
            b"v1,",
            b"v1a,",
            b"v1=",
            b"t=",
            b"t=1781166727",
            b"sha256=",
            b"sha1=",
            b"v0=",
            b",",
            b" ",
            b"=",
            b";",
            b"AAAA",
            b"00",
            b"1781166727",
            b"-1",
            b"99999999999999999999",
            b"\0",
            b"\xff",
        ])
        .prop_map(<[u8]>::to_vec),
    ]
}

fn header_value() -> impl Strategy<Value = Vec<u8>> {
    prop::collection::vec(fragment(), 0..6).prop_map(|parts| parts.concat())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 256, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_request_verifies_by_chance_or_breaks_anything(
        values in prop::collection::vec(header_value(), 12),
        body in prop_oneof![
            prop::collection::vec(any::<u8>(), 0..64),
            Just(br#"{"type":"x","id":[1,{"a":"\ud800"}],"event":{"type":null}}"#.to_vec()),
        ],
        secret in prop_oneof![prop::collection::vec(any::<u8>(), 1..40), Just(SECRET.to_vec())],
        now in any::<i64>(),
    ) {
        let names = [
            "webhook-id", "webhook-timestamp", "webhook-signature", "svix-id", "svix-timestamp", "svix-signature",
            "X-Webhook-Signature", "X-Webhook-Timestamp", "Stripe-Signature", "X-Hub-Signature-256",
            "X-Slack-Signature", "Mynd-Signature",
        ];
        let headers = names.iter().map(|name| name.as_bytes().to_vec()).zip(values).collect();
        let post = Post { headers, body };
        for scheme in CATALOGUE.schemes() {
            let found = post.verify(scheme, &[&secret, b""], now);
            prop_assert_ne!(found.verdict, Verdict::Valid);
            let _ = found.signed_text_preview(&post.body, 64);
            let _ = post.with(|request| waybill_signature::identity(scheme, request));
        }
        let _ = post.with(waybill_signature::generic_identity);
        let _ = post.with(|request| waybill_signature::detect(&CATALOGUE, request));
    }
}
