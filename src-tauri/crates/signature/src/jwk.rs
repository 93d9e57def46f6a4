//! JSON web keys (RFC 7517 and 7518 section 6): the public halves and shared secrets in a key or a set.
//!
//! What can't be read, or is of a kind that is not known here, is passed over: a set may hold more than
//! is wanted. A key that its publisher keeps for encryption verifies nothing.

use crate::algorithm::Family;
use crate::encoding::Encoding;
use crate::key::{Key, NamedKey};
use crate::pair::{public_key, rsa_checked};
use rsa::{BigUint, RsaPublicKey};
use serde::Deserialize;
use zeroize::Zeroizing;

/// Keys of a set that are read.
const MAX_KEYS: usize = 64;

/// Bytes of a set that are read.
const MAX_TEXT: usize = 256 * 1024;

#[derive(Default, Deserialize)]
#[serde(default)]
struct Jwk {
    kty: String,
    crv: String,
    kid: Option<String>,
    alg: Option<String>,
    #[serde(rename = "use")]
    purpose: Option<String>,
    x: String,
    y: String,
    n: String,
    e: String,
    k: String,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Document {
    /// A set.
    Set { keys: Vec<serde_json::Value> },
    /// One key as some senders' services answer it.
    Wrapped { key: Box<Jwk> },
    /// One key.
    One(Box<Jwk>),
}

/// The keys in `text` that `family` can use; none when it is no JSON web key.
pub(crate) fn keys(text: &[u8], family: Family) -> Vec<NamedKey> {
    let Some(document) = (text.len() <= MAX_TEXT).then(|| serde_json::from_slice(text).ok()).flatten() else {
        return Vec::new();
    };
    let keys: Vec<Jwk> = match document {
        Document::Set { keys } => {
            keys.into_iter().take(MAX_KEYS).filter_map(|one| serde_json::from_value(one).ok()).collect()
        }
        Document::Wrapped { key } | Document::One(key) => vec![*key],
    };
    keys.into_iter().filter_map(|jwk| named(jwk, family)).collect()
}

fn named(jwk: Jwk, family: Family) -> Option<NamedKey> {
    if jwk.purpose.as_deref().is_some_and(|purpose| purpose != "sig") {
        return None;
    }
    let key = key(&jwk)?;
    let fits = matches!(
        (&key, family),
        (_, Family::Jws)
            | (Key::Rsa(_), Family::Rsa(..))
            | (Key::P256(_), Family::P256(_))
            | (Key::Ed25519(_), Family::Ed25519)
            | (Key::Bytes(_), Family::Mac(_) | Family::Hash(_))
    );
    fits.then_some(NamedKey { key, id: jwk.kid, algorithm: jwk.alg })
}

fn key(jwk: &Jwk) -> Option<Key> {
    let bytes =
        |text: &str| Encoding::Base64url.decode(text.as_bytes(), true).filter(|bytes| !bytes.is_empty());
    match (jwk.kty.as_str(), jwk.crv.as_str()) {
        ("EC", "P-256") => {
            let point = [vec![4], bytes(&jwk.x)?, bytes(&jwk.y)?].concat();
            let key = p256::ecdsa::VerifyingKey::from_sec1_bytes(&point).ok()?;
            (point.len() == 65).then(|| Key::P256(Box::new(key)))
        }
        ("OKP", "Ed25519") => public_key(&bytes(&jwk.x)?, Family::Ed25519),
        ("RSA", _) => {
            let number = |text: &str| bytes(text).map(|bytes| BigUint::from_bytes_be(&bytes));
            rsa_checked(RsaPublicKey::new(number(&jwk.n)?, number(&jwk.e)?).ok()?)
        }
        ("oct", _) => bytes(&jwk.k).map(Zeroizing::new).map(Key::Bytes),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_read_alone_wrapped_or_from_a_set() {
        let point = r#""kty":"EC","crv":"P-256","x":"cNoCzyOJM488bjKBVHt5l_ZLeJVc0MznCQTwJlkzXa0","y":"r8PeoJDruknfmuGCQLn_UjS1Xk078kVZAfT0K3Res0Q""#;
        let one = format!("{{{point},\"kid\":\"a\"}}");
        let rows = [
            (one.clone(), Family::Jws, 1),
            (format!("{{\"key\":{one},\"request_id\":\"x\"}}"), Family::Jws, 1),
            (
                format!("{{\"keys\":[{one},3,{{}},{{\"kty\":\"XX\"}},{{{point},\"use\":\"enc\"}},{one}]}}"),
                Family::Jws,
                2,
            ),
            (one.clone(), Family::Ed25519, 0),
            (one.replace("cNoC", "cNoD"), Family::Jws, 0),
            (r#"{"kty":"oct","k":"AAEC"}"#.to_owned(), Family::Jws, 1),
            (r#"{"kty":"oct","k":""}"#.to_owned(), Family::Jws, 0),
            (r#"{"kty":"RSA","n":"AQAB","e":"AQAB"}"#.to_owned(), Family::Jws, 0),
            ("no key".to_owned(), Family::Jws, 0),
        ];
        for (text, family, expected) in rows {
            assert_eq!(keys(text.as_bytes(), family).len(), expected, "{text}");
        }
        assert_eq!(keys(one.as_bytes(), Family::Jws).first().unwrap().id.as_deref(), Some("a"));
    }
}
