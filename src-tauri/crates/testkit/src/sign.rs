//! Signatures as the providers document them, made and checked from the hash upwards.
//!
//! Promise: this shares no code with the crate that verifies deliveries in Waybill; even HMAC is
//! written out here (RFC 2104) over SHA-256, and checked against RFC 4231. Left out: diagnosis. A
//! refusal is one word, since a test only needs to know that and roughly why.

mod check;
mod key;

pub use check::{Refusal, TOLERANCE_S, check};
pub(crate) use key::standard_bytes;
pub use key::{PublicKeyForm, SigningMaterial};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use ed25519_dalek::Signer as _;
use sha2::{Digest, Sha256};
use waybill_model::Timestamp;

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
    /// `X-Gitlab-Token: <token>`: the token itself, over nothing.
    GitLab,
    /// GitLab's signing token: `webhook-signature: v1,<base64>` over
    /// `{webhook-id}.{webhook-timestamp}.{body}`, the key being the base64 behind `whsec_`.
    GitLabSigned,
    /// The same framing under Svix's names: `svix-id`, `svix-timestamp`, `svix-signature`.
    Svix,
}

impl Form {
    /// Every form.
    pub const ALL: [Self; 12] = [
        Self::Mnemom,
        Self::MnemomAip,
        Self::MnemomAap,
        Self::MnemomCard,
        Self::Timbrix,
        Self::MindBridge,
        Self::Mynd,
        Self::Stripe,
        Self::GitHub,
        Self::GitLab,
        Self::GitLabSigned,
        Self::Svix,
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
            Self::GitLab => "gitlab-token",
            Self::GitLabSigned => "standard-webhooks-v1",
            Self::Svix => "svix-v1",
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
            Self::MindBridge | Self::GitLabSigned => "webhook-signature",
            Self::Mynd => "Mynd-Signature",
            Self::Stripe => "Stripe-Signature",
            Self::GitHub => "X-Hub-Signature-256",
            Self::GitLab => "X-Gitlab-Token",
            Self::Svix => "svix-signature",
        }
    }

    /// True when a time is part of what is signed.
    #[must_use]
    pub const fn timed(self) -> bool {
        !matches!(self, Self::MnemomAip | Self::MnemomAap | Self::Timbrix | Self::GitHub | Self::GitLab)
    }
}

/// HMAC-SHA256 (RFC 2104) of the parts, one after the other.
#[must_use]
pub fn hmac_sha256(key: &[u8], parts: &[&[u8]]) -> [u8; 32] {
    let mut sum = [0; 32];
    sum.copy_from_slice(&hmac::<Sha256>(key, parts));
    sum
}

/// HMAC over a hash whose block is 64 bytes: SHA-1 and SHA-256.
fn hmac<H: Digest>(key: &[u8], parts: &[&[u8]]) -> Vec<u8> {
    let mut block = [0_u8; 64];
    if key.len() > block.len() {
        let short = H::digest(key);
        block[..short.len()].copy_from_slice(&short);
    } else {
        block[..key.len()].copy_from_slice(key);
    }
    let mut inner = H::new();
    inner.update(block.map(|b| b ^ 0x36));
    for part in parts {
        inner.update(part);
    }
    let mut outer = H::new();
    outer.update(block.map(|b| b ^ 0x5c));
    outer.update(inner.finalize());
    outer.finalize().to_vec()
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
        Form::GitLab => vec![(header, key.receiver_text(PublicKeyForm::Spki))],
        Form::GitLabSigned | Form::Svix => {
            let (id_name, time_name) = standard_names(form);
            let signature = key.standard(&[id.as_bytes(), b".", t.as_bytes(), b".", body]);
            vec![(id_name, id.to_owned()), (time_name, t), (header, format!("v1,{signature}"))]
        }
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

/// `X-Hub-Signature`, GitHub's older header: SHA-1 over the body.
pub(crate) fn github_sha1(key: &SigningMaterial, body: &[u8]) -> String {
    format!("sha1={}", key.hmac_sha1(&[body]))
}

/// The names of the id and time headers in the forms that follow Standard Webhooks.
const fn standard_names(form: Form) -> (&'static str, &'static str) {
    match form {
        Form::Svix => ("svix-id", "svix-timestamp"),
        _ => ("webhook-id", "webhook-timestamp"),
    }
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
                Form::GitLabSigned | Form::Svix => SigningMaterial::Shared("whsec_dGV4dA==".to_owned()),
                _ => SigningMaterial::Shared("whsec_text".to_owned()),
            };
            let credential = key.receiver_text(PublicKeyForm::Spki);
            let headers: Vec<_> = sign(form, &key, "evt_1", now, b"{}")
                .into_iter()
                .map(|(name, value)| (name.to_ascii_lowercase(), value.into_bytes()))
                .collect();
            assert_eq!(check(form, &credential, &headers, b"{}", now), Ok(()), "{form:?}");
            // A token says nothing of the body.
            let touched = if form == Form::GitLab { Ok(()) } else { Err(Refusal::Mismatch) };
            assert_eq!(check(form, &credential, &headers, b"{ }", now), touched, "{form:?}");
            let late = Timestamp::from_unix(now.unix() + TOLERANCE_S + 1);
            let expected = if form.timed() { Err(Refusal::Stale) } else { Ok(()) };
            assert_eq!(check(form, &credential, &headers, b"{}", late), expected, "{form:?}");
            let missing = Err(Refusal::Missing(form.header()));
            assert_eq!(check(form, &credential, &[], b"{}", now), missing, "{form:?}");
            let other = match form {
                Form::MindBridge => SigningMaterial::pair([8; 32]).receiver_text(PublicKeyForm::Spki),
                Form::GitLabSigned | Form::Svix => "whsec_b3RoZXI=".to_owned(),
                _ => "whsec_other".to_owned(),
            };
            assert_eq!(check(form, &other, &headers, b"{}", now), Err(Refusal::Mismatch), "{form:?}");
        }
    }
}
