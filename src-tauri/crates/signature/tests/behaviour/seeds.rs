//! Vectors of our own for the four seed providers. The expected signatures were computed apart from
//! this code, with Python's `hmac` and with OpenSSL for Ed25519, over invented bodies and keys.

use crate::support::{Post, THEN, reason, scheme};
use waybill_model::{Reason, Verdict};
use waybill_signature::{PartKind, identity};

const ORG: &str = "5b0f6c1d2e3a49788796a5b4c3d2e1f00f1e2d3c4b5a69788796a5b4c3d2e1f0";
const RAIL: &str = "a-secret-of-thirty-two-characters";

/// A scheme, its secret, the headers, the body, and what identifies it.
type Row = (
    &'static str,
    &'static str,
    &'static [(&'static str, &'static str)],
    &'static str,
    [Option<&'static str>; 2],
);

const ROWS: &[Row] = &[
    (
        "mnemom",
        ORG,
        &[
            ("X-Webhook-Id", "evt-0001"),
            ("X-Webhook-Timestamp", "1781166727"),
            ("X-Webhook-Signature", "v1=37bef950534001b48398c3c42f78f440670ec6d833a59d6d245be3a8e6b83a29"),
        ],
        r#"{"id":"evt-0001","type":"integrity.violation","data":{"name":"Zoë ✓","n":1.50}}"#,
        [Some("integrity.violation"), Some("evt-0001")],
    ),
    (
        "mnemom-aip",
        RAIL,
        &[
            ("X-AIP-Version", "1"),
            ("X-AIP-Signature", "sha256=990b7c551e51629866785faadfd09e0de5b6ee737257b0690abc4ebd91893bc4"),
        ],
        r#"{"event":"verdict.clear","timestamp":"2026-06-11T08:32:07Z","checkpoint":{"checkpoint_id":"cp-7"}}"#,
        [Some("verdict.clear"), Some("cp-7")],
    ),
    (
        "mnemom-aap",
        RAIL,
        &[("X-AAP-Signature", "sha256=296fab78808e31998406ca891d061970da95833bb493ee5dbceba30b4a78726f")],
        "{\"event\":\"trace.failed\",\"trace\":{\"trace_id\":\"tr-9\"}}\n",
        [Some("trace.failed"), Some("tr-9")],
    ),
    (
        "mnemom-card",
        ORG,
        &[(
            "X-Mnemom-Signature",
            "t=1781166727,v1=dbe83789b490ddf98cfcbe78db695eba073420e672ddeb865fbfb3ea458f9c3f",
        )],
        r#"{"type":"card_changed","data":{"agent_id":"a1","log_index":12}}"#,
        [Some("card_changed"), Some("a1:12")],
    ),
    (
        "timbrix",
        "whsec_timbrix_example",
        &[("x-webhook-signature", "b5feac1052520c2238b7c7cdf26aef91b17c129bbaa35a43c4ab6664cf37a36d")],
        r#"{"event":"member.added","organization":{"id":"o-1"},"data":{},"timestamp":"2026-06-11T08:32:07Z"}"#,
        [Some("member.added"), None],
    ),
    (
        "mynd",
        "whsec_mynd_example",
        &[(
            "Mynd-Signature",
            "t=1781166727,v1=fdb0e6859b1c00bec1c8fe0cfb7727d8506f52b7856ffdc3be9640f567ef462f",
        )],
        r#"{"id":"evt_1","object":"event","type":"run.completed","data":{"id":"run_1"}}"#,
        [Some("run.completed"), Some("evt_1")],
    ),
];

#[test]
fn seed_vectors_verify_and_only_they() {
    for &(id, secret, headers, body, [event_type, event_id]) in ROWS {
        let post = Post::new(headers, body);
        let found = post.verify(scheme(id), &[secret.as_bytes()], THEN);
        assert_eq!((found.verdict, found.reason), (Verdict::Valid, Reason::Ok), "{id}");
        assert_eq!(found.received, found.computed, "{id}");
        let told = post.with(|request| identity(scheme(id), request));
        assert_eq!([told.event_type.as_deref(), told.event_id.as_deref()], [event_type, event_id], "{id}");

        // Every single bit of the body matters.
        for at in 0..body.len() {
            let mut changed = Post::new(headers, body);
            changed.body[at] ^= 1 << (at % 8);
            let found = changed.verify(scheme(id), &[secret.as_bytes()], THEN);
            assert_eq!(reason(&found), "signature_mismatch", "{id}, byte {at}");
        }
        // As does the secret, in its form and as a whole.
        for wrong in [format!("{secret} "), secret.to_uppercase(), secret[1..].to_owned()] {
            if wrong != secret {
                let found = post.verify(scheme(id), &[wrong.as_bytes()], THEN);
                assert_eq!(reason(&found), "signature_mismatch", "{id}, {wrong:?}");
            }
        }
        // Any of several secrets will do, and which one is told.
        let found = post.verify(scheme(id), &[b"old", b"", secret.as_bytes(), b"new"], THEN);
        assert_eq!((found.reason, found.secret), (Reason::Ok, Some(2)), "{id}");
        assert_eq!(reason(&post.verify(scheme(id), &[], THEN)), "no_secret", "{id}");
        assert_eq!(reason(&post.verify(scheme(id), &[b""], THEN)), "bad_key", "{id}");
    }
}

#[test]
fn tolerance_holds_at_both_edges() {
    // The scheme, and whether it has a limit ahead.
    for (id, ahead) in [("mnemom", true), ("mnemom-card", true), ("mynd", true)] {
        let &(_, secret, headers, body, _) = ROWS.iter().find(|row| row.0 == id).unwrap();
        let post = Post::new(headers, body);
        let rows = [
            (THEN, "ok", 0),
            (THEN + 300, "ok", 300),
            (THEN + 301, "timestamp_too_old", 301),
            (THEN - 300, "ok", -300),
            (THEN - 301, if ahead { "timestamp_too_new" } else { "ok" }, -301),
        ];
        for (now, expected, age) in rows {
            let found = post.verify(scheme(id), &[secret.as_bytes()], now);
            assert_eq!((reason(&found), found.age_s), (expected, Some(age)), "{id} at {now}");
            assert_eq!((found.timestamp, found.max_age_s), (Some(THEN), Some(300)), "{id}");
            // A stale request was signed by somebody who knows the secret: that stays told.
            assert_eq!(found.secret, Some(0), "{id} at {now}");
        }
        // Signature first, time last.
        let found = post.verify(scheme(id), &[b"another"], THEN + 1000);
        assert_eq!(reason(&found), "signature_mismatch", "{id}");
    }
}

#[test]
fn what_was_signed_is_told_part_by_part() {
    let &(_, secret, headers, body, _) = &ROWS[0];
    let found = Post::new(headers, body).verify(scheme("mnemom"), &[secret.as_bytes()], THEN);
    let kinds: Vec<PartKind> = found.signed_content.iter().map(|part| part.kind).collect();
    assert_eq!(kinds, [PartKind::Timestamp, PartKind::Literal, PartKind::Body]);
    assert_eq!(found.signed_text_preview(body.as_bytes(), 9_999), format!("1781166727.{body}"));
    assert_eq!(found.signed_text_preview(body.as_bytes(), 15), "1781166727.{\"id…");
    let covers = scheme("mnemom").covers();
    assert!(covers.body && covers.time && !covers.url);
    assert!(!scheme("timbrix").covers().time);
}

/// MindBridge's key in each form that it may be shown in; the pair's seed is the bytes 0 to 31.
const PUBLIC_KEYS: &[&str] = &[
    "whpk_A6EHv/POEL4dcN0Y50vAmWfk1jCbpQ1fHdyGZBJVMbg=",
    "A6EHv/POEL4dcN0Y50vAmWfk1jCbpQ1fHdyGZBJVMbg=",
    "A6EHv/POEL4dcN0Y50vAmWfk1jCbpQ1fHdyGZBJVMbg",
    "A6EHv_POEL4dcN0Y50vAmWfk1jCbpQ1fHdyGZBJVMbg",
    "MCowBQYDK2VwAyEAA6EHv/POEL4dcN0Y50vAmWfk1jCbpQ1fHdyGZBJVMbg=",
    "whpk_MCowBQYDK2VwAyEAA6EHv/POEL4dcN0Y50vAmWfk1jCbpQ1fHdyGZBJVMbg=",
    " 03a107bff3ce10be1d70dd18e74bc09967e4d6309ba50d5f1ddc8664125531b8\n",
    "03A107BFF3CE10BE1D70DD18E74BC09967E4D6309BA50D5F1DDC8664125531B8",
    "-----BEGIN PUBLIC KEY-----\nMCowBQYDK2VwAyEAA6EHv/POEL4dcN0Y50vAmWfk1jCbpQ1fHdyGZBJVMbg=\n-----END PUBLIC KEY-----\n",
];
const BRIDGE_BODY: &str = r#"{"eventType":"ANALYSIS_COMPLETE","engagementId":"e-5"}"#;
const SECONDS: &str =
    "laZlE9Z8+kS4HYDldfHfW+mTkc/6xKJXtRBd6Yb25GTU7UeGAPj9NidDCBatrI4ZJLSK734FrT+G5SS/I2xxAQ==";
const MILLISECONDS: &str =
    "FeuSgJe99oNJDvnJ3T59knNQmfWM01uLLyahFhDxsl2hsBBqFnnZzqKAwSwCeiWmfWbAZqK/vebLzbu62xPNCw==";
const ISO: &str = "oZi2OXSpSiHPGxDIH8EGTuqvS9UMDB0iZYJF33f3deMM6suB0xiaNfUFx8woOh0YKCNJKz7EAi9aQmb83UcaBA==";

fn bridge(timestamp: &str, signature: &str) -> Post {
    let headers =
        [("webhook-id", "wh-1"), ("webhook-timestamp", timestamp), ("webhook-signature", signature)];
    Post::new(&headers, BRIDGE_BODY)
}

#[test]
fn mindbridge_takes_every_form_of_key_signature_and_time() {
    let scheme = scheme("mindbridge");
    let tagged = format!("v1a,{SECONDS}");
    for key in PUBLIC_KEYS {
        let found = bridge("1781166727", &tagged).verify(scheme, &[key.as_bytes()], THEN);
        assert_eq!(reason(&found), "ok", "{key:?}");
    }
    let key = PUBLIC_KEYS[0].as_bytes();
    let hex = "95a66513d67cfa44b81d80e575f1df5be99391cffac4a257b5105de986f6e464\
               d4ed478600f8fd3627430816adac8e1924b48aef7e05ad3f86e524bf236c7101";
    let url = SECONDS.replace('+', "-").replace('/', "_");
    let rows = [
        ("1781166727", tagged.clone(), "ok"),
        ("1781166727", SECONDS.to_owned(), "ok"),
        ("1781166727", url.clone(), "ok"),
        ("1781166727", url.trim_end_matches('=').to_owned(), "ok"),
        ("1781166727", hex.to_owned(), "ok"),
        ("1781166727", hex.to_uppercase(), "ok"),
        ("1781166727", format!("v1,AAAA v1a,{ISO} {tagged}"), "ok"),
        ("1781166727418", format!("v1a,{MILLISECONDS}"), "ok"),
        ("2026-06-11T08:32:07.418Z", format!("v1a,{ISO}"), "ok"),
        // What a wrong description could explain is not called a wrong signature.
        ("1781166727", format!("v1a,{ISO}"), "scheme_unconfirmed"),
        ("1781166727", "v1a,AAAA".to_owned(), "scheme_unconfirmed"),
        ("1781166727", "v9,AAAA".to_owned(), "scheme_unconfirmed"),
        ("1781166727", "!!!".to_owned(), "scheme_unconfirmed"),
        ("yesterday", tagged.clone(), "scheme_unconfirmed"),
        // The rest is what it is.
        ("1781166727", String::new(), "missing_signature"),
        ("", tagged, "missing_timestamp"),
    ];
    for (timestamp, signature, expected) in rows {
        let found = bridge(timestamp, &signature).verify(scheme, &[key], THEN);
        assert_eq!(reason(&found), expected, "{timestamp} {signature}");
        if expected == "scheme_unconfirmed" {
            assert_eq!(found.verdict, Verdict::Unchecked);
            assert_ne!(found.strict_reason, Reason::SchemeUnconfirmed);
        }
    }
    let late = bridge("1781166727", SECONDS).verify(scheme, &[key], THEN + 301);
    assert_eq!(reason(&late), "timestamp_too_old");
    for wrong in
        ["", "whpk_", "AAAA", "v1,whpk_AAAA", ORG, "whpk_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="]
    {
        let found = bridge("1781166727", SECONDS).verify(scheme, &[wrong.as_bytes()], THEN);
        let known = wrong == ORG; // Any 32 bytes may be a point of the curve; these happen to be one or not.
        assert!(
            reason(&found) == "bad_key" || (known && reason(&found) == "scheme_unconfirmed"),
            "{wrong:?}"
        );
    }
    let told = bridge("1781166727", SECONDS).with(|request| identity(scheme, request));
    assert_eq!(told.event_type.as_deref(), Some("ANALYSIS_COMPLETE"));
    assert_eq!(told.event_id.as_deref(), Some("wh-1"));
}
