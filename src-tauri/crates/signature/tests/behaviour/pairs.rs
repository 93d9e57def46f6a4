//! Key pairs and signed tokens beyond what the catalogue uses: every algorithm, every form of a key, and
//! the ways in which a token lies.

use crate::samples::keys;
use crate::support::{Post, THEN, reason, scheme};
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use waybill_model::Timestamp;
use waybill_signature::{Scheme, TestKey, sign};

fn own(algorithm: &str, key: &str) -> Scheme {
    let text = format!(
        "title = 'x'\nalgorithm = '{algorithm}'\nmessage = '{{body}}'\n[key]\n{key}\n\
         [signature]\nfrom = {{ header = 'X-Sig' }}\nencoding = 'base64'\n"
    );
    Scheme::parse(&text, "own.toml").unwrap()
}

fn sent(scheme: &Scheme, post: &Post, secret: &str) -> Post {
    let now = Timestamp::from_unix(THEN);
    let signed = post.with(|request| {
        let signed = sign(scheme, request, secret.as_bytes(), &BTreeMap::new(), now, None).unwrap();
        signed.apply(request.headers)
    });
    Post { headers: signed, body: post.body.clone() }
}

fn der(pem: &str) -> String {
    pem.lines().filter(|line| !line.starts_with("---")).collect()
}

/// A public key in each of the forms that a key's reading takes.
fn forms(pem: &str) -> Vec<(&'static str, String)> {
    let base64 = der(pem);
    let bytes = STANDARD.decode(&base64).unwrap();
    let url = URL_SAFE_NO_PAD.encode(&bytes);
    let hex = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
    vec![("pem", pem.to_owned()), ("base64", base64), ("base64url", url), ("hex", hex)]
}

#[test]
fn every_algorithm_takes_its_key_in_every_form() {
    let post = Post::new(&[], "the body");
    for (algorithm, like) in [
        ("rsa-sha1", "bridge-xyz"),
        ("rsa-sha256", "bridge-xyz"),
        ("rsa-pss-sha256", "bridge-xyz"),
        ("ecdsa-p256-sha256", "own"),
        ("ecdsa-p256-sha256-raw", "own"),
        ("ed25519", "own"),
    ] {
        let pem_scheme = own(algorithm, "encoding = 'pem'");
        let [key, other] = if like == "own" {
            let name = format!("{algorithm}.toml");
            let text = format!(
                "title = 'x'\nalgorithm = '{algorithm}'\nmessage = '{{body}}'\n[key]\nencoding = 'pem'\n\
                 [signature]\nfrom = {{ header = 'X-Sig' }}\nencoding = 'base64'\n"
            );
            keys(&Scheme::parse(&text, &name).unwrap())
        } else {
            keys(scheme(like))
        };
        let sent = sent(&pem_scheme, &post, &key.private);
        for (encoding, public) in forms(&key.public) {
            let scheme = own(algorithm, &format!("encoding = '{encoding}'"));
            let verify = |post: &Post, key: &str| reason(&post.verify(&scheme, &[key.as_bytes()], THEN));
            assert_eq!(verify(&sent, &public), "ok", "{algorithm} {encoding}");
            let changed = Post { headers: sent.headers.clone(), body: b"the bodz".to_vec() };
            assert_eq!(verify(&changed, &public), "signature_mismatch", "{algorithm} {encoding}");
            let public = public.trim_end();
            for cut in [0, 1, public.len() / 2, public.len() - 1] {
                assert_eq!(verify(&sent, &public[..cut]), "bad_key", "{algorithm} {encoding} {cut}");
            }
        }
        assert_eq!(reason(&sent.verify(&pem_scheme, &[other.public.as_bytes()], THEN)), "signature_mismatch");
        // The private half is no public key, and another kind of key none at all.
        for (foreign, like) in [("rsa", "wise"), ("p256", "sendgrid")] {
            let [strange, _] = keys(scheme(like));
            let strange =
                format!("-----BEGIN PUBLIC KEY-----\n{}\n-----END PUBLIC KEY-----", *strange.public);
            let same = algorithm.starts_with(foreign) || algorithm.contains(foreign);
            let expected = if same { "signature_mismatch" } else { "bad_key" };
            let found = sent.verify(&pem_scheme, &[strange.as_bytes()], THEN);
            assert_eq!(reason(&found), expected, "{algorithm} under {foreign}");
        }
        assert_eq!(reason(&sent.verify(&pem_scheme, &[key.private.as_bytes()], THEN)), "bad_key");
    }
}

/// A key of OpenSSL's, and its signatures of `the body`: with a salt as long as the digest, and a shorter.
const PSS_KEY: &str = "MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEAxN0WjRdzJRhw5baveo0CgrmHGQXDZfkzJu7srcaxhJt+LhsR2bsG\
     qjbNuUaFBz+6vM14YglLgkX7uINsQMPzw6///Xqkxmyh2XZkw5gbn6Xj7zUtEIYFh0CcADwW1r0ZVXQ04UlaMrFCIvLWZwfu\
     vyoZqzQQUs3bpwNoTIQlWJdKucYxHd2+NViPA/GHIcIgB61BaGKx/zpPDoHyOrMUCuIxJRcBExyfyYuOQsOaICF4QI1A/zyW\
     Q2+NMwuvEly3hAgW48Qg0azLNPONjnTmJ34OAhHtKpfSzVgSTsNh7wKT317Yvj01RhsSbo4FvsV/7xFRjYAUyUAgxkc6vBR+\
     YwIDAQAB";
const PSS: &str = "uVd70lJIQNS5rcYcbUp3P8PqX5FxaRzkmzhR7ONv0zt6GpijvoP8RjWvfEQJ0DmlyfzHilLvOtu2c8jmxcGeVFEHlTZEj9z8\
     zXifir8ph8v9HHuETs9hfd+PLy5Rs1l2RTIUkg+maVvThdpzR1QfsqjkayySWl4fmDudTQZXHF4ruvwQ8BzDZrEOuOEwRz/j\
     534EcAm2uZQBZV+Z3uW5fhl9uVvdnvK1DGlQGknR9Zqs9gyCIv5heIBQ9rLBdVrCorNAvm9RaZtIPFDJTjuG/1umndT76aNQ\
     bZxnMiCX7vRS6PGBQmba7bhwxS2dgNPKoCR8nQC6SJpIYu2o0fpWMg==";
const PSS_SHORT_SALT: &str = "pWG0/hEvswNLn8vX0YtXX8bO6j9n+c0frf4DXVyul9WE2I1PsUjkal1XxqbedMtE5bp26lfqv3eLRR4v3eiZLjG94hMN1jjB\
     ICWgtTyLA6RrEPgCEvgEeRsI4m7zU8o4wc8shj0MHaMs0k6X0Xpcu3hMw+W5Ni2OgEE/xOUF1L6pWaB22FNPPDIQyYlXUTO5\
     Pv+jLsi3OVMA5KGMy9q9c+n45EPVA3jRWa34ueElMlHO+OPgtkCj1YeM+ijuJd6jEvo86urDilNj1/Zqr8q2HfAjFwbVQtYQ\
     rDikg8pHxSGBL++5V9kLNAEATFAmE1V2hDhGMIE2Sob5UW7awexojQ==";

#[test]
fn what_openssl_signs_with_pss_is_verified() {
    let scheme = own("rsa-pss-sha256", "encoding = 'base64'");
    let judge = |signature: &str, body: &str| {
        let post = Post::new(&[("X-Sig", signature)], body);
        reason(&post.verify(&scheme, &[PSS_KEY.as_bytes()], THEN))
    };
    assert_eq!(judge(PSS, "the body"), "ok");
    assert_eq!(judge(PSS, "the bodz"), "signature_mismatch");
    assert_eq!(judge(PSS_SHORT_SALT, "the body"), "signature_mismatch");
    let other = own("rsa-sha256", "encoding = 'base64'");
    let found = Post::new(&[("X-Sig", PSS)], "the body").verify(&other, &[PSS_KEY.as_bytes()], THEN);
    assert_eq!(reason(&found), "signature_mismatch");
}

/// The same as the FusionAuth scheme, with times.
const TOKEN: &str = r#"
title = "Token"
algorithm = "jws"
[key]
encoding = "text"
alternatives = [{ encoding = "pem" }, { encoding = "jwk" }]
[signature]
from = { header = "X-Token" }
prefix = "Bearer "
encoding = "text"
[jws]
algorithms = ["HS256", "RS256", "PS256", "ES256", "EdDSA"]
claims = { iss = "me" }
required = ["sub"]
leeway = 5
[[jws.bind]]
claim = "digest"
hash = "sha256"
encoding = "hex"
of = "{body}"
"#;

fn token_scheme() -> Scheme {
    Scheme::parse(TOKEN, "token.toml").unwrap()
}

fn part(value: &Value) -> String {
    URL_SAFE_NO_PAD.encode(value.to_string())
}

/// A token with that header and those claims, under the secret `s`.
fn hs256(header: &Value, claims: &Value) -> String {
    use hmac::{Hmac, KeyInit as _, Mac as _};
    let signed = format!("{}.{}", part(header), part(claims));
    let mut mac = Hmac::<sha2::Sha256>::new_from_slice(b"s").unwrap();
    mac.update(signed.as_bytes());
    format!("{signed}.{}", URL_SAFE_NO_PAD.encode(mac.finalize().into_bytes()))
}

fn judged(token: &str, secrets: &[&[u8]]) -> &'static str {
    let value = format!("Bearer {token}");
    reason(&Post::new(&[("X-Token", &value)], "body").verify(&token_scheme(), secrets, THEN))
}

const DIGEST: &str = "230d8358dc8e8890b4c58deeb62912ee2f20357ae92a5cc861b98e68fe31acb5";

fn good() -> Value {
    json!({ "iss": "me", "sub": 1, "digest": DIGEST, "iat": THEN })
}

#[test]
fn claims_are_held_against_the_request() {
    let with = |name: &str, value: Value| {
        let mut claims = good();
        claims[name] = value;
        claims
    };
    let rows: &[(Value, &str)] = &[
        (good(), "ok"),
        (with("iss", json!(["you", "me"])), "ok"),
        (with("iss", json!("you")), "claim_mismatch"),
        (with("iss", json!(["you"])), "claim_mismatch"),
        (with("iss", Value::Null), "claim_mismatch"),
        (with("sub", Value::Null), "claim_mismatch"),
        (with("digest", json!(DIGEST.to_uppercase())), "ok"),
        (with("digest", json!(&DIGEST[2..])), "body_digest_mismatch"),
        (with("digest", json!("")), "body_digest_mismatch"),
        (with("digest", json!(1)), "body_digest_mismatch"),
        (with("digest", Value::Null), "body_digest_mismatch"),
        (with("exp", json!(THEN + 1)), "ok"),
        (with("exp", json!(THEN)), "ok"),
        (with("exp", json!(THEN - 4)), "ok"),
        (with("exp", json!(THEN - 5)), "timestamp_too_old"),
        (with("exp", json!(i64::MIN)), "timestamp_too_old"),
        (with("exp", json!(THEN as f64 + 0.5)), "ok"),
        (with("exp", json!("soon")), "timestamp_malformed"),
        (with("exp", json!(1e300)), "timestamp_malformed"),
        (with("nbf", json!(THEN + 5)), "ok"),
        (with("nbf", json!(THEN + 6)), "timestamp_too_new"),
        (with("nbf", json!(i64::MAX)), "timestamp_too_new"),
        (json!([]), "malformed_signature_header"),
        (json!("text"), "malformed_signature_header"),
    ];
    for (claims, expected) in rows {
        let token = hs256(&json!({ "alg": "HS256" }), claims);
        assert_eq!(judged(&token, &[b"s"]), *expected, "{claims}");
        assert_eq!(judged(&token, &[b"t"]), "signature_mismatch", "{claims}");
    }
}

#[test]
fn a_header_is_held_against_the_scheme_before_any_key() {
    let rows: &[(Value, &str)] = &[
        (json!({ "alg": "HS256", "typ": "JWT", "kid": "x" }), "ok"),
        (json!({ "alg": "none" }), "alg_not_allowed"),
        (json!({ "alg": "hs256" }), "alg_not_allowed"),
        (json!({ "alg": "HS384" }), "alg_not_allowed"),
        (json!({ "alg": "" }), "alg_not_allowed"),
        (json!({ "alg": "HS256", "crit": ["exp"] }), "malformed_signature_header"),
        (json!({ "alg": 1 }), "malformed_signature_header"),
        (json!({}), "malformed_signature_header"),
        (json!([]), "malformed_signature_header"),
        // Signed with a shared secret, though it says something else.
        (json!({ "alg": "RS256" }), "signature_mismatch"),
        (json!({ "alg": "EdDSA" }), "signature_mismatch"),
    ];
    for (header, expected) in rows {
        let token = hs256(header, &good());
        assert_eq!(judged(&token, &[b"s"]), *expected, "{header}");
        if *expected == "alg_not_allowed" {
            assert_eq!(judged(&token, &[]), *expected, "{header}");
        }
    }
    let token = hs256(&json!({ "alg": "HS256" }), &good());
    let (head, tail) = token.rsplit_once('.').unwrap();
    let rows = [
        (format!("{token}="), "bad_signature_encoding"),
        (format!("{head}.{}", tail.replace(['-', '_'], "+")), "bad_signature_encoding"),
        (format!("{head}."), "signature_mismatch"),
        (head.to_owned(), "malformed_signature_header"),
        (format!("{token}.x"), "malformed_signature_header"),
        ("..".to_owned(), "malformed_signature_header"),
        (format!("{head}.{}", &tail[..tail.len() - 3]), "signature_mismatch"),
    ];
    for (token, expected) in rows {
        let found = judged(&token, &[b"s"]);
        // A signature without either character is not changed by the second row.
        assert!(found == expected || (found == "ok" && !tail.contains(['-', '_'])), "{token}: {found}");
    }
}

#[test]
fn a_public_key_is_never_a_shared_secret() {
    use hmac::{Hmac, KeyInit as _, Mac as _};
    for like in ["bridge-xyz", "aws-sns"] {
        let [key, _] = keys(scheme(like));
        let signed = format!("{}.{}", part(&json!({ "alg": "HS256" })), part(&good()));
        for secret in [key.public.to_string(), key.public.trim_end().to_owned(), format!(" {}", *key.public)]
        {
            let mut mac = Hmac::<sha2::Sha256>::new_from_slice(secret.as_bytes()).unwrap();
            mac.update(signed.as_bytes());
            let token = format!("{signed}.{}", URL_SAFE_NO_PAD.encode(mac.finalize().into_bytes()));
            let found = judged(&token, &[secret.as_bytes()]);
            assert!(["signature_mismatch", "bad_key"].contains(&found), "{found}");
        }
    }
}

#[test]
fn tokens_are_signed_with_every_kind_of_key() {
    let scheme = token_scheme();
    let old = format!("Bearer {}", hs256(&json!({ "alg": "HS256", "kid": "k" }), &good()));
    let post = Post::new(&[("X-Token", &old)], "another body");
    let pem = |base64: &str| format!("-----BEGIN PUBLIC KEY-----\n{base64}\n-----END PUBLIC KEY-----\n");
    let [rsa, _] = keys(crate::support::scheme("wise"));
    let [p256, _] = keys(crate::support::scheme("sendgrid"));
    let ed25519 = own("ed25519", "encoding = 'pem'");
    let [ed25519, _] = keys(&ed25519);
    let shared = |text: &str| (text.to_owned(), text.to_owned());
    let pair = |key: &TestKey, public: String| (key.private.to_string(), public);
    let rows = [
        ("HS256", shared("a secret")),
        ("RS256", pair(&rsa, pem(&rsa.public))),
        ("ES256", pair(&p256, pem(&p256.public))),
        ("EdDSA", pair(&ed25519, ed25519.public.to_string())),
    ];
    for (algorithm, (private, public)) in &rows {
        let sent = sent(&scheme, &post, private);
        let text = String::from_utf8(sent.headers[0].1.clone()).unwrap();
        let token = text.strip_prefix("Bearer ").unwrap();
        let header: Value =
            serde_json::from_slice(&URL_SAFE_NO_PAD.decode(token.split('.').next().unwrap()).unwrap())
                .unwrap();
        assert_eq!((&header["alg"], &header["kid"]), (&json!(algorithm), &json!("k")));
        assert_eq!(reason(&sent.verify(&scheme, &[public.as_bytes()], THEN)), "ok", "{algorithm}");
        for (other, (_, public)) in rows.iter().filter(|(other, _)| other != algorithm) {
            let found = reason(&sent.verify(&scheme, &[public.as_bytes()], THEN));
            assert_eq!(found, "signature_mismatch", "{algorithm} under {other}");
        }
    }
}

#[test]
fn a_set_of_keys_is_searched_by_id() {
    let plaid = scheme("plaid");
    let [key, other] = keys(plaid);
    let named = |key: &TestKey, id: &str| {
        let mut jwk: Value = serde_json::from_str(&key.public).unwrap();
        jwk["kid"] = json!(id);
        jwk
    };
    // A token that names the key `a`, taken up from the request as it is signed again.
    let old = format!("{}.{}.x", part(&json!({ "alg": "ES256", "kid": "a" })), part(&json!({})));
    let sent = sent(plaid, &Post::new(&[("Plaid-Verification", &old)], "{}"), &key.private);
    let judge = |keys: Value| reason(&sent.verify(plaid, &[keys.to_string().as_bytes()], THEN));
    assert_eq!(judge(json!({ "keys": [named(&other, "b"), named(&key, "a")] })), "ok");
    assert_eq!(judge(json!({ "key": named(&key, "a"), "request_id": "r" })), "ok");
    assert_eq!(judge(named(&key, "a")), "ok");
    assert_eq!(judge(json!({ "keys": [named(&other, "b")] })), "unknown_key_id");
    assert_eq!(judge(json!({ "keys": [named(&other, "a")] })), "signature_mismatch");
    assert_eq!(judge(json!({ "keys": [] })), "bad_key");
    let mut restricted = named(&key, "a");
    restricted["alg"] = json!("ES384");
    assert_eq!(judge(restricted), "signature_mismatch");
}
