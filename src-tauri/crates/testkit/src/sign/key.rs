//! What is signed with, and the writings of the public half.

use super::{hmac, hmac_sha256};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use ed25519_dalek::SigningKey;
use sha1::Sha1;
use std::fmt;

/// The bytes before the 32 of the key in a `SubjectPublicKeyInfo` for Ed25519 (RFC 8410 section 4).
const SPKI_PREFIX: [u8; 12] = [0x30, 0x2a, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x03, 0x21, 0x00];

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

    pub(super) fn hmac(&self, parts: &[&[u8]]) -> String {
        match self {
            Self::Shared(secret) => hex::encode(hmac_sha256(secret.as_bytes(), parts)),
            Self::Pair(_) => String::new(),
        }
    }

    pub(super) fn hmac_sha1(&self, parts: &[&[u8]]) -> String {
        match self {
            Self::Shared(secret) => hex::encode(hmac::<Sha1>(secret.as_bytes(), parts)),
            Self::Pair(_) => String::new(),
        }
    }

    /// Base64, the key being the bytes behind `whsec_`; empty when there are none.
    pub(super) fn standard(&self, parts: &[&[u8]]) -> String {
        match self {
            Self::Shared(secret) => {
                standard_bytes(secret).map_or_else(String::new, |key| BASE64.encode(hmac_sha256(&key, parts)))
            }
            Self::Pair(_) => String::new(),
        }
    }

    /// True when there is nothing to sign with.
    pub(crate) fn is_none(&self) -> bool {
        matches!(self, Self::Shared(secret) if secret.is_empty())
    }
}

/// The key's bytes in a secret as Standard Webhooks writes it: base64, usually behind `whsec_`.
pub(crate) fn standard_bytes(secret: &str) -> Option<Vec<u8>> {
    BASE64.decode(secret.strip_prefix("whsec_").unwrap_or(secret)).ok()
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

#[cfg(test)]
mod tests {
    use super::*;

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
