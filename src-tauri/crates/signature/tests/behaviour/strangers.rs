//! What somebody who holds no secret may try: public keys taken for secrets, floods of signatures, cut bodies.

use crate::samples::keys;
use crate::support::{CATALOGUE, Post, THEN, reason, scheme};
use std::collections::BTreeMap;
use waybill_model::Timestamp;
use waybill_signature::{Action, Candidate, Question, Request, Role, Scheme, Search, check, sign, verify};

const NOW: Timestamp = Timestamp(THEN * 1_000_000_000);

/// `body` signed under `scheme` with `secret`, if it can be.
fn signed(scheme: &Scheme, body: &[u8], secret: &[u8]) -> Option<Post> {
    let post = Post { headers: Vec::new(), body: body.to_vec() };
    let headers = post.with(|request| {
        let signed = sign(scheme, request, secret, &BTreeMap::new(), NOW, None).ok()?;
        Some(signed.apply(request.headers))
    })?;
    Some(Post { headers, body: body.to_vec() })
}

/// A public key in the ways that it may be pasted.
fn pasted(pem: &str) -> Vec<(&'static str, Vec<u8>)> {
    let bare: String = pem.lines().filter(|line| !line.starts_with("---")).collect();
    let texts = [
        ("as published", pem.to_owned()),
        ("behind a byte order mark", format!("\u{feff}{pem}")),
        ("behind a comment", format!("# ours\n{pem}")),
        ("in quotes", format!("\"{pem}\"")),
        ("line ends as two characters", pem.replace('\n', "\\n")),
        ("without its lines", bare.clone()),
        ("without its lines, in quotes", format!(" '{bare}'\n")),
        ("as a set of keys", r#" [{"kty":"RSA","n":"AQAB","e":"AQAB"}]"#.to_owned()),
        ("as a key for SSH", "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIB ours".to_owned()),
    ];
    texts.into_iter().map(|(what, text)| (what, text.into_bytes())).collect()
}

#[test]
fn a_public_key_signs_no_token() {
    let fusionauth = scheme("fusionauth");
    let [key, _] = keys(scheme("bridge-xyz"));
    for (what, text) in pasted(&key.public) {
        let forged = signed(fusionauth, b"{}", &text);
        let forged = forged.map(|post| reason(&post.verify(fusionauth, &[&text], THEN)));
        assert_ne!(forged, Some("ok"), "{what}");
    }
    let shared = b"0123456789abcdef0123456789abcdef";
    let right = signed(fusionauth, b"{}", shared).unwrap();
    assert_eq!(reason(&right.verify(fusionauth, &[shared], THEN)), "ok");
}

#[test]
fn a_public_key_of_the_vault_is_offered_to_no_inbox() {
    let [key, _] = keys(scheme("bridge-xyz"));
    let mut texts = pasted(&key.public);
    texts.push((
        "a public key of Standard Webhooks",
        b"whpk_AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=".to_vec(),
    ));
    // In hex it looks like any secret: only who keeps it knows what it is.
    let [raw, _] = keys(scheme("discord"));
    texts.push(("a public key of Discord", raw.public.as_bytes().to_vec()));
    for id in ["github-sha256", "stripe", "gitlab-token"] {
        for sent_as in [id, "shopify"] {
            for (what, text) in &texts {
                let Some(post) = signed(scheme(sent_as), b"{}", text) else { continue };
                let none = BTreeMap::new();
                let role = if *what == "a public key of Discord" { Role::PublicKey } else { Role::Current };
                let candidates = [
                    Candidate { name: "ours", bytes: b"hook-secret", of_inbox: true, role: Role::Current },
                    Candidate { name: "known to all", bytes: text, of_inbox: false, role },
                ];
                let report = post.with(|request| {
                    let question = Question {
                        scheme: scheme(id),
                        request,
                        candidates: &candidates,
                        config: &none,
                        now: NOW,
                        handler_body: None,
                    };
                    let mut search = Search::new(&CATALOGUE, question);
                    search.run(&mut || true);
                    search.report()
                });
                let offered = report.causes.iter().any(|cause| {
                    matches!(&cause.action, Some(Action::UseCandidate { .. } | Action::RestateSecret { .. }))
                });
                assert!(!offered, "{id} {sent_as} {what}: {:?}", report.causes);
            }
        }
    }
}

#[test]
fn a_file_can_not_leave_it_to_the_token_what_bytes_are() {
    let file = |algorithms: &str, encoding: &str| {
        let text = format!(
            "title = 'x'\nalgorithm = 'jws'\n[key]\nencoding = '{encoding}'\n[signature]\n\
             from = {{ header = 'X-Token' }}\nencoding = 'text'\n[jws]\nalgorithms = [{algorithms}]\n"
        );
        Scheme::parse(&text, "own.toml").is_ok()
    };
    for (algorithms, encoding, sound) in [
        ("'HS256', 'EdDSA'", "hex", false),
        ("'RS256', 'HS256'", "base64", false),
        ("'ES256', 'HS512'", "base64url", false),
        ("'HS256', 'RS256'", "pem", true),
        ("'HS256', 'RS256'", "jwk", true),
        ("'HS256', 'HS512'", "base64", true),
        ("'EdDSA'", "hex", true),
    ] {
        assert_eq!(file(algorithms, encoding), sound, "{algorithms} {encoding}");
    }
}

#[test]
fn many_signatures_buy_little_work() {
    let discord = scheme("discord");
    let [key, _] = keys(discord);
    // How many are looked at depends on how much each of them costs.
    for (length, last) in [(1_536, 64), (2_100_000, 8)] {
        let body = vec![b'x'; length];
        let post = signed(discord, &body, key.private.as_bytes()).unwrap();
        let (name, value) =
            post.headers.iter().find(|(name, _)| name.eq_ignore_ascii_case(b"X-Signature-Ed25519")).unwrap();
        for (place, expected) in [(last, "ok"), (last + 1, "signature_mismatch")] {
            // The time is the header before.
            let mut headers = post.headers.clone();
            headers.retain(|(known, _)| known != name);
            headers.extend((1..place).map(|_| (name.clone(), "00".repeat(64).into_bytes())));
            headers.push((name.clone(), value.clone()));
            let flood = Post { headers, body: body.clone() };
            let found = flood.verify(discord, &[key.public.as_bytes()], THEN);
            assert_eq!(reason(&found), expected, "{length} bytes, place {place}");
        }
    }
}

#[test]
fn a_check_puts_nothing_together_for_showing() {
    for id in ["netlify", "stripe", "hubspot-v1"] {
        let post = signed(scheme(id), b"{}", b"hook-secret").unwrap();
        let (alone, shown) = post.with(|request| {
            let none = BTreeMap::new();
            let secrets: [&[u8]; 1] = [b"hook-secret"];
            (
                check(scheme(id), request, &secrets, &none, NOW),
                verify(scheme(id), request, &secrets, &none, NOW),
            )
        });
        assert_eq!((reason(&alone), reason(&shown)), ("ok", "ok"), "{id}");
        assert!(
            alone.computed.is_empty() && alone.signed_content.is_empty() && alone.received.is_empty(),
            "{id}"
        );
        assert!(!shown.computed.is_empty() && !shown.signed_content.is_empty(), "{id}");
    }
}

#[test]
fn what_stands_in_a_cut_body_is_not_called_wrong() {
    let mailgun =
        br#"{"signature":{"timestamp":"1781166727","token":"t","signature":""},"event-data":{"id":"x"}}"#;
    let adyen = br#"{"notificationItems":[{"NotificationRequestItem":{"pspReference":"p","additionalData":{"hmacSignature":""}}}]}"#;
    for (id, body, key) in [
        ("twilio-form", &b"A=1&B=2&C=3"[..], &b"hook-secret"[..]),
        ("mailgun", mailgun, b"hook-secret"),
        ("adyen-item", adyen, b"00112233"),
    ] {
        let none = BTreeMap::new();
        let request =
            Request { method: b"POST", url: b"https://example.com/in/x", body, ..Request::default() };
        let signed = sign(scheme(id), &request, key, &none, NOW, None).unwrap();
        let headers = signed.apply(&[]);
        let headers: Vec<(&[u8], &[u8])> = headers.iter().map(|(n, v)| (&n[..], &v[..])).collect();
        let body = signed.body.as_deref().unwrap_or(body);
        for kept in 0..=body.len() {
            let request =
                Request { headers: &headers, body: &body[..kept], truncated: kept < body.len(), ..request };
            let found = reason(&check(scheme(id), &request, &[key], &none, NOW));
            let fine =
                if kept == body.len() { found == "ok" } else { ["ok", "body_too_large"].contains(&found) };
            assert!(fine, "{id}: {found} of {kept} bytes");
        }
        // A whole body that is wrong stays wrong.
        let request = Request { headers: &headers, body, ..request };
        let found = reason(&check(scheme(id), &request, &[b"00112244"], &none, NOW));
        assert_eq!(found, "signature_mismatch", "{id}");
    }
}

#[test]
fn a_handshake_signs_nothing_at_will() {
    let file = |when: &str, more: &str| {
        let text = format!(
            "title = 'x'\nalgorithm = 'hmac-sha256'\nmessage = '{{body}}'\n[key]\nencoding = 'text'\n[signature]\n\
             from = {{ header = 'X-Sig' }}\nencoding = 'hex'\n[[handshake]]\nname = 'x'\nmethod = 'POST'\n\
             when = [{when}]\n{more}\nanswer = {{ body = [{{ hmac = 'sha256', output = 'hex', of = '{{query:c}}' }}] }}\n"
        );
        Scheme::parse(&text, "own.toml").map_err(|fault| fault.message)
    };
    let bound = "{ from = { query = 'c' }, chars = 'token', length = [16, 64] }";
    for (when, more, sound) in [
        (bound, "", true),
        ("{ from = { query = 'c' } }", "", false),
        ("{ from = { query = 'c' }, chars = 'token' }", "", false),
        ("{ from = { query = 'd' }, chars = 'token', length = [16, 64] }", "", false),
        ("{ from = { query = 'c' } }", "signature = 'not_wrong'", false),
        ("{ from = { query = 'c' } }", "signature = 'valid'", true),
    ] {
        let read = file(when, more);
        assert_eq!(read.is_ok(), sound, "{when} {more}");
        if let Err(message) = read {
            assert!(message.contains("signed"), "{message}");
        }
    }
}
