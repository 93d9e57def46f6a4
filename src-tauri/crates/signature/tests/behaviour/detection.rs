//! Which scheme is proposed for a request.

use crate::support::{CATALOGUE, Post, THEN, scheme};
use std::collections::BTreeMap;
use waybill_model::Timestamp;
use waybill_signature::{detect, sign};

/// Schemes whose requests can be told from all others'.
const DISTINCT: &[&str] = &[
    "github-sha1",
    "github-sha256",
    "gitlab-token",
    "mnemom",
    "mnemom-aap",
    "mnemom-aip",
    "mnemom-card",
    "mynd",
    "slack",
    "standard-webhooks-v1",
    "standard-webhooks-v1a",
    "stripe",
    "svix-v1",
];

#[test]
fn a_signed_request_is_proposed_its_own_scheme() {
    let mut seen = 0;
    for scheme in CATALOGUE.schemes() {
        let secret: &[u8] = match scheme.id() {
            "discord" | "mindbridge" | "standard-webhooks-v1a" => {
                b"AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8="
            }
            "standard-webhooks-v1" | "svix-v1" => b"whsec_c2VjcmV0",
            _ => b"00112233445566778899aabbccddeeff",
        };
        let post = Post::new(&[("Content-Type", "application/json")], r#"{"type":"t"}"#);
        let now = Timestamp::from_unix(THEN);
        let Ok(signed) = post.with(|r| sign(scheme, r, secret, &BTreeMap::new(), now, Some("id-1"))) else {
            continue;
        };
        let sent = Post { headers: post.with(|r| signed.apply(r.headers)), body: post.body };
        let proposals = sent.with(|request| detect(&CATALOGUE, request));
        assert!(proposals.iter().any(|p| p.scheme == scheme.id()), "{}: {proposals:?}", scheme.id());
        if DISTINCT.contains(&scheme.id()) {
            assert_eq!(proposals.first().map(|p| p.scheme.as_str()), Some(scheme.id()), "{proposals:?}");
            seen += 1;
        }
    }
    assert_eq!(seen, DISTINCT.len());
}

#[test]
fn nothing_is_proposed_without_reason() {
    let hex = "b5feac1052520c2238b7c7cdf26aef91b17c129bbaa35a43c4ab6664cf37a36d";
    let rows: &[(&[(&str, &str)], &[&str])] = &[
        (&[], &[]),
        (&[("X-Webhook-Signature", hex)], &["plain-hex-x-webhook-signature", "timbrix"]),
        (&[("X-Webhook-Signature", &hex[2..])], &[]),
        (&[("X-Webhook-Signature", "v1=00")], &[]),
        (&[("Stripe-Signature", "t=1")], &[]),
        (&[("X-Hub-Signature-256", "sha256=nonsense")], &[]),
    ];
    for (headers, expected) in rows {
        let proposals = Post::new(headers, "{}").with(|request| detect(&CATALOGUE, request));
        let ids: Vec<&str> = proposals.iter().map(|p| p.scheme.as_str()).collect();
        assert_eq!(ids, *expected, "{headers:?}");
    }
    assert!(scheme("mindbridge").info().unconfirmed);
}
