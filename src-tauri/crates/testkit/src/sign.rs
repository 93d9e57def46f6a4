//! Signatures as the providers document them, made and checked from the hash upwards.
//!
//! Promise: this shares no code with the crate that verifies deliveries in Waybill; even HMAC is
//! written out here (RFC 2104) over SHA-256, and checked against RFC 4231. Left out: diagnosis. A
//! refusal is one word, since a test only needs to know that and roughly why.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use ed25519_dalek::{Signature, Signer as _, SigningKey, Verifier as _, VerifyingKey};
use sha2::{Digest, Sha256};
use std::fmt;
use waybill_model::Timestamp;

/// How far a signed time may lie from now, in seconds, wherever a provider names a tolerance.
pub const TOLERANCE_S: i64 = 300;

/// The bytes before the 32 of the key in a `SubjectPublicKeyInfo` for Ed25519 (RFC 8410 section 4).
const SPKI_PREFIX: [u8; 12] = [0x30, 0x2a, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x03, 0x21, 0x00];

/// A way of signing, named after its scheme in the catalogue.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Form {
    /// `X-Webhook-Signature: v1=<hex>` over `{X-Webhook-Timestamp}.{body}`.
    Mnemom,
    /// `X-AIP-Signature: sha256=<hex>` over the body.
    MnemomAip,
    /// `X-AAP-Signature: sha256=<hex>` over the body.
    MnemomAap,
    /// `X-Mnemom-Signature: t=…,v1=<hex>` over `{t}.{body}`.
    MnemomCard,
    /// `X-Webhook-Signature: <hex>` over the body.
    Timbrix,
    /// `webhook-signature: v1a,<base64>` by Ed25519 over `{webhook-id}.{webhook-timestamp}.{body}`.
    MindBridge,
    /// `Mynd-Signature: t=…,v1=<hex>` over `{t}.{body}`.
    Mynd,
    /// `Stripe-Signature: t=…,v1=<hex>` over `{t}.{body}`.
    Stripe,
    /// `X-Hub-Signature-256: sha256=<hex>` over the body.
    GitHub,
}

impl Form {
    /// Every form.
    pub const ALL: [Self; 9] = [
        Self::Mnemom,
        Self::MnemomAip,
        Self::MnemomAap,
        Self::MnemomCard,
        Self::Timbrix,
        Self::MindBridge,
        Self::Mynd,
        Self::Stripe,
        Self::GitHub,
    ];

    /// The id of the scheme in Waybill's catalogue.
    #[must_use]
    pub const fn scheme(self) -> &'static str {
        match self {
            Self::Mnemom => "mnemom",
            Self::MnemomAip => "mnemom-aip",
            Self::MnemomAap => "mnemom-aap",
            Self::MnemomCard => "mnemom-card",
            Self::Timbrix => "timbrix",
            Self::MindBridge => "mindbridge",
            Self::Mynd => "mynd",
            Self::Stripe => "stripe",
            Self::GitHub => "github",
        }
    }

    /// The form of that scheme, where there is one here.
    #[must_use]
    pub fn of_scheme(id: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|form| form.scheme() == id)
    }

    /// The header that carries the signature.
    #[must_use]
    pub const fn header(self) -> &'static str {
        match self {
            Self::Mnemom | Self::Timbrix => "X-Webhook-Signature",
            Self::MnemomAip => "X-AIP-Signature",
            Self::MnemomAap => "X-AAP-Signature",
            Self::MnemomCard => "X-Mnemom-Signature",
            Self::MindBridge => "webhook-signature",
            Self::Mynd => "Mynd-Signature",
            Self::Stripe => "Stripe-Signature",
            Self::GitHub => "X-Hub-Signature-256",
        }
    }

    /// True when a time is part of what is signed.
    #[must_use]
    pub const fn timed(self) -> bool {
        !matches!(self, Self::MnemomAip | Self::MnemomAap | Self::Timbrix | Self::GitHub)
    }
}

/// What a sender signs with. `Debug` shows no key.
#[derive(Clone)]
pub enum SigningMaterial {
    /// A secret both sides know; its text, as UTF-8 bytes, is the key.
    Shared(String),
    /// An Ed25519 key pair; the receiver only gets the public half.
    Pair(Box<SigningKey>),
}

impl fmt::Debug for SigningMaterial {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Shared(_) => "Shared(…)",
            Self::Pair(_) => "Pair(…)",
        })
    }
}

impl SigningMaterial {
    /// The key pair grown from 32 secret bytes.
    #[must_use]
    pub fn pair(seed: [u8; 32]) -> Self {
        Self::Pair(Box::new(SigningKey::from_bytes(&seed)))
    }

    /// What the receiver verifies with: the secret's text, or the public key in the asked form.
    #[must_use]
    pub fn receiver_text(&self, form: PublicKeyForm) -> String {
        match self {
            Self::Shared(secret) => secret.clone(),
            Self::Pair(key) => form.write(key.verifying_key().as_bytes()),
        }
    }

    fn hmac(&self, parts: &[&[u8]]) -> String {
        match self {
            Self::Shared(secret) => hex::encode(hmac_sha256(secret.as_bytes(), parts)),
            Self::Pair(_) => String::new(),
        }
    }
}

/// The writings of an Ed25519 public key that a receiver may meet at MindBridge, whose page names none.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum PublicKeyForm {
    /// Base64 of the 44-byte X.509 `SubjectPublicKeyInfo`: what Java gives by default.
    #[default]
    Spki,
    /// Base64 of the 32 raw bytes.
    Raw,
    /// `whpk_` and base64 of the 32 raw bytes.
    Whpk,
    /// `whpk_` and base64 of the `SubjectPublicKeyInfo`.
    WhpkSpki,
    /// PEM.
    Pem,
    /// 64 hex digits.
    Hex,
}

impl PublicKeyForm {
    /// Every form.
    pub const ALL: [Self; 6] = [Self::Spki, Self::Raw, Self::Whpk, Self::WhpkSpki, Self::Pem, Self::Hex];

    /// Writes a key of 32 bytes.
    #[must_use]
    pub fn write(self, key: &[u8; 32]) -> String {
        let spki = || BASE64.encode([&SPKI_PREFIX[..], key].concat());
        match self {
            Self::Spki => spki(),
            Self::Raw => BASE64.encode(key),
            Self::Whpk => format!("whpk_{}", BASE64.encode(key)),
            Self::WhpkSpki => format!("whpk_{}", spki()),
            Self::Pem => format!("-----BEGIN PUBLIC KEY-----\n{}\n-----END PUBLIC KEY-----\n", spki()),
            Self::Hex => hex::encode(key),
        }
    }

    /// Reads a key in any of these forms.
    #[must_use]
    pub fn read(text: &str) -> Option<[u8; 32]> {
        let text = text.trim();
        let bytes = if text.len() == 64 && text.bytes().all(|b| b.is_ascii_hexdigit()) {
            hex::decode(text).ok()?
        } else {
            let inner = text.strip_prefix("whpk_").unwrap_or(text);
            let inner: String =
                inner.lines().filter(|line| !line.starts_with("-----")).map(str::trim).collect();
            BASE64.decode(inner).ok()?
        };
        bytes.strip_prefix(&SPKI_PREFIX[..]).unwrap_or(&bytes).try_into().ok()
    }
}

/// Why a signature was not accepted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// A header that the form needs is absent.
    #[error("the header {0} is missing")]
    Missing(&'static str),
    /// The signature header can't be read.
    #[error("the signature header can't be read")]
    Malformed,
    /// The signed time lies further than [`TOLERANCE_S`] from now.
    #[error("the signed time is too far from now")]
    Stale,
    /// The signature is not that of this body under this key.
    #[error("the signature does not match")]
    Mismatch,
    /// The receiver's key can't be read.
    #[error("the key can't be read")]
    BadKey,
}

/// HMAC-SHA256 (RFC 2104) of the parts, one after the other.
#[must_use]
pub fn hmac_sha256(key: &[u8], parts: &[&[u8]]) -> [u8; 32] {
    let mut block = [0_u8; 64];
    if key.len() > block.len() {
        block[..32].copy_from_slice(&Sha256::digest(key));
    } else {
        block[..key.len()].copy_from_slice(key);
    }
    let mut inner = Sha256::new();
    inner.update(block.map(|b| b ^ 0x36));
    for part in parts {
        inner.update(part);
    }
    let mut outer = Sha256::new();
    outer.update(block.map(|b| b ^ 0x5c));
    outer.update(inner.finalize());
    outer.finalize().into()
}

/// The signature headers, and those that go with them, for one request made at `at`. `id` is the
/// provider's id of the event. Key material of the wrong kind gives a signature that nobody accepts.
#[must_use]
pub fn sign(
    form: Form,
    key: &SigningMaterial,
    id: &str,
    at: Timestamp,
    body: &[u8],
) -> Vec<(&'static str, String)> {
    let t = at.unix().to_string();
    let over_body = || key.hmac(&[body]);
    let over_time = || key.hmac(&[t.as_bytes(), b".", body]);
    let header = form.header();
    match form {
        Form::Mnemom => {
            let signature = format!("v1={}", over_time());
            vec![("X-Webhook-Id", id.to_owned()), ("X-Webhook-Timestamp", t), (header, signature)]
        }
        Form::MnemomAip => {
            vec![("X-AIP-Version", "1.0".to_owned()), (header, format!("sha256={}", over_body()))]
        }
        Form::MnemomAap => {
            vec![("X-AAP-Version", "1.0".to_owned()), (header, format!("sha256={}", over_body()))]
        }
        Form::Timbrix => vec![(header, over_body())],
        Form::GitHub => {
            vec![("X-GitHub-Delivery", id.to_owned()), (header, format!("sha256={}", over_body()))]
        }
        Form::MnemomCard | Form::Mynd | Form::Stripe => vec![(header, format!("t={t},v1={}", over_time()))],
        Form::MindBridge => {
            let signature = match key {
                SigningMaterial::Pair(pair) => {
                    let signed = [id.as_bytes(), b".", t.as_bytes(), b".", body].concat();
                    BASE64.encode(pair.sign(&signed).to_bytes())
                }
                SigningMaterial::Shared(_) => String::new(),
            };
            vec![
                ("webhook-id", id.to_owned()),
                ("webhook-timestamp", t),
                (header, format!("v1a,{signature}")),
            ]
        }
    }
}

/// Checks a request's signature at `now`. `credential` is the secret's text or the public key.
///
/// # Errors
/// The first thing that keeps the signature from being accepted.
pub fn check(
    form: Form,
    credential: &str,
    headers: &[(String, Vec<u8>)],
    body: &[u8],
    now: Timestamp,
) -> Result<(), Refusal> {
    let find = |name: &'static str| -> Result<&str, Refusal> {
        let (_, value) =
            headers.iter().find(|(have, _)| have.eq_ignore_ascii_case(name)).ok_or(Refusal::Missing(name))?;
        std::str::from_utf8(value).map_err(|_| Refusal::Malformed)
    };
    let value = find(form.header())?;
    let key = credential.as_bytes();
    let matches = |given: &str, parts: &[&[u8]]| given == hex::encode(hmac_sha256(key, parts));
    let fresh = |t: &str| match t.parse::<i64>() {
        Ok(t) if now.unix().abs_diff(t) <= TOLERANCE_S.unsigned_abs() => Ok(()),
        Ok(_) => Err(Refusal::Stale),
        Err(_) => Err(Refusal::Malformed),
    };
    let (time, good) = match form {
        Form::Mnemom => {
            let t = find("X-Webhook-Timestamp")?;
            let given = value.strip_prefix("v1=").ok_or(Refusal::Malformed)?;
            (Some(t), matches(given, &[t.as_bytes(), b".", body]))
        }
        Form::MnemomAip | Form::MnemomAap | Form::GitHub => {
            (None, matches(value.strip_prefix("sha256=").ok_or(Refusal::Malformed)?, &[body]))
        }
        Form::Timbrix => (None, matches(value, &[body])),
        Form::MnemomCard | Form::Mynd | Form::Stripe => {
            let fields: Vec<_> = value.split(',').filter_map(|field| field.split_once('=')).collect();
            let t = fields.iter().find(|(name, _)| *name == "t").ok_or(Refusal::Malformed)?.1;
            let mut given = fields.iter().filter(|(name, _)| *name == "v1");
            (Some(t), given.any(|(_, given)| matches(given, &[t.as_bytes(), b".", body])))
        }
        Form::MindBridge => {
            let (id, t) = (find("webhook-id")?, find("webhook-timestamp")?);
            let key = PublicKeyForm::read(credential).ok_or(Refusal::BadKey)?;
            let key = VerifyingKey::from_bytes(&key).map_err(|_| Refusal::BadKey)?;
            let signed = [id.as_bytes(), b".", t.as_bytes(), b".", body].concat();
            let good = value.split(' ').filter_map(|part| part.strip_prefix("v1a,")).any(|part| {
                let bytes = BASE64.decode(part).unwrap_or_default();
                Signature::from_slice(&bytes).is_ok_and(|signature| key.verify(&signed, &signature).is_ok())
            });
            (Some(t), good)
        }
    };
    if !good {
        return Err(Refusal::Mismatch);
    }
    time.map_or(Ok(()), fresh)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hmac_agrees_with_rfc_4231() {
        let rows: [(&[u8], &[u8], &str); 3] = [
            (&[0x0b; 20], b"Hi There", "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7"),
            (
                b"Jefe",
                b"what do ya want for nothing?",
                "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843",
            ),
            (
                &[0xaa; 131],
                b"Test Using Larger Than Block-Size Key - Hash Key First",
                "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54",
            ),
        ];
        for (key, text, expected) in rows {
            assert_eq!(hex::encode(hmac_sha256(key, &[text])), expected);
            let (head, tail) = text.split_at(3);
            assert_eq!(hex::encode(hmac_sha256(key, &[head, tail])), expected, "in parts");
        }
    }

    #[test]
    fn what_is_signed_is_accepted_and_what_is_touched_is_not() {
        let now = Timestamp::from_unix(1_790_000_000);
        for form in Form::ALL {
            let key = match form {
                Form::MindBridge => SigningMaterial::pair([7; 32]),
                _ => SigningMaterial::Shared("whsec_text".to_owned()),
            };
            let credential = key.receiver_text(PublicKeyForm::Spki);
            let headers: Vec<_> = sign(form, &key, "evt_1", now, b"{}")
                .into_iter()
                .map(|(name, value)| (name.to_ascii_lowercase(), value.into_bytes()))
                .collect();
            assert_eq!(check(form, &credential, &headers, b"{}", now), Ok(()), "{form:?}");
            assert_eq!(check(form, &credential, &headers, b"{ }", now), Err(Refusal::Mismatch), "{form:?}");
            let late = Timestamp::from_unix(now.unix() + TOLERANCE_S + 1);
            let expected = if form.timed() { Err(Refusal::Stale) } else { Ok(()) };
            assert_eq!(check(form, &credential, &headers, b"{}", late), expected, "{form:?}");
            let missing = Err(Refusal::Missing(form.header()));
            assert_eq!(check(form, &credential, &[], b"{}", now), missing, "{form:?}");
            let other = match form {
                Form::MindBridge => SigningMaterial::pair([8; 32]).receiver_text(PublicKeyForm::Spki),
                _ => "whsec_other".to_owned(),
            };
            assert_eq!(check(form, &other, &headers, b"{}", now), Err(Refusal::Mismatch), "{form:?}");
        }
    }

    #[test]
    fn every_writing_of_a_public_key_is_read_back() {
        let SigningMaterial::Pair(pair) = SigningMaterial::pair([9; 32]) else { unreachable!() };
        for form in PublicKeyForm::ALL {
            let text = form.write(pair.verifying_key().as_bytes());
            assert_eq!(PublicKeyForm::read(&text).as_ref(), Some(pair.verifying_key().as_bytes()), "{text}");
        }
        assert!(PublicKeyForm::Spki.write(&[0; 32]).starts_with("MCowBQYDK2VwAyEA"));
        assert_eq!(PublicKeyForm::read("nonsense"), None);
    }
}
