//! Signatures as the providers document them, made and checked from the hash upwards.
//!
//! Promise: this shares no code with the crate that verifies deliveries in Waybill; even HMAC is
//! written out here (RFC 2104) over SHA-256, and checked against RFC 4231. Left out: diagnosis. A
//! refusal is one word, since a test only needs to know that and roughly why.

mod key;

pub use key::{PublicKeyForm, SigningMaterial};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use ed25519_dalek::{Signature, Signer as _, Verifier as _, VerifyingKey};
use sha2::{Digest, Sha256};
use waybill_model::Timestamp;

/// How far a signed time may lie from now, in seconds, wherever a provider names a tolerance.
pub const TOLERANCE_S: i64 = 300;

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
}
