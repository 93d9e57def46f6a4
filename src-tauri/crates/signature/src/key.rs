//! How the text of a secret becomes a key: readings, tried in order.
//!
//! The shape of a secret does not tell its reading (`whsec_…` is base64 for one sender and plain text
//! for the next), so the scheme says it, and may say more than one.

use crate::algorithm::{Family, Hash};
use crate::encoding::{Encoding, pem_body};
use ed25519_dalek::pkcs8::DecodePrivateKey;
use ed25519_dalek::{SigningKey, VerifyingKey};
use serde::Deserialize;
use zeroize::Zeroizing;

/// The DER that stands before the 32 bytes of an Ed25519 key in a SubjectPublicKeyInfo (RFC 8410
/// sections 3 and 4: a sequence of the algorithm 1.3.101.112 without parameters and a bit string).
const SPKI_PREFIX: [u8; 12] = [0x30, 0x2a, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x03, 0x21, 0x00];

/// How the text of a key is turned into bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum KeyEncoding {
    /// The UTF-8 bytes of the text.
    Text,
    /// Hex digits.
    Hex,
    /// Base64.
    Base64,
    /// Base64 for URLs.
    Base64url,
    /// A PEM block.
    Pem,
}

/// One way to read a secret.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct KeyReading {
    /// From text to bytes.
    pub(crate) encoding: KeyEncoding,
    /// Cut off before decoding, the first that is there.
    #[serde(default)]
    pub(crate) strip_prefix: Vec<String>,
    /// Base64 may come without padding, and end with bits that belong to no byte.
    #[serde(default)]
    pub(crate) unpadded: bool,
    /// White space around the text is no part of it.
    #[serde(default)]
    pub(crate) trim: bool,
    /// The key is this digest of the bytes.
    #[serde(default)]
    pub(crate) derive: Option<Hash>,
}

/// A key that can be used. Has no `Debug`: it is a secret.
pub(crate) enum Key {
    /// Bytes for a MAC, a hash or a comparison.
    Bytes(Zeroizing<Vec<u8>>),
    /// The public half of an Ed25519 pair.
    Ed25519(Box<VerifyingKey>),
}

impl KeyReading {
    /// The text as it is.
    pub(crate) const fn text() -> Self {
        Self {
            encoding: KeyEncoding::Text,
            strip_prefix: Vec::new(),
            unpadded: false,
            trim: false,
            derive: None,
        }
    }

    fn bytes(&self, secret: &[u8], pem_label: &str) -> Option<Zeroizing<Vec<u8>>> {
        let mut text = if self.trim { secret.trim_ascii() } else { secret };
        if let Some(rest) = self.strip_prefix.iter().find_map(|prefix| text.strip_prefix(prefix.as_bytes())) {
            text = rest;
        }
        let bytes = Zeroizing::new(match self.encoding {
            KeyEncoding::Text => text.to_vec(),
            KeyEncoding::Hex => Encoding::Hex.decode(text, false)?,
            KeyEncoding::Base64 if self.unpadded => Encoding::decode_cut_base64(text)?,
            KeyEncoding::Base64 => Encoding::Base64.decode(text, false)?,
            KeyEncoding::Base64url => Encoding::Base64url.decode(text, self.unpadded)?,
            KeyEncoding::Pem => pem_body(text, pem_label)?,
        });
        if bytes.is_empty() {
            return None;
        }
        Some(match self.derive {
            Some(hash) => Zeroizing::new(hash.digest(&[&bytes])),
            None => bytes,
        })
    }

    /// The key for verifying; `None` when the secret can't be read this way or is empty.
    pub(crate) fn key(&self, secret: &[u8], family: Family) -> Option<Key> {
        let bytes = self.bytes(secret, "PUBLIC KEY")?;
        match family {
            Family::Mac(_) | Family::Hash(_) | Family::Token => Some(Key::Bytes(bytes)),
            Family::Ed25519 => ed25519_public(&bytes).map(Box::new).map(Key::Ed25519),
        }
    }
}

/// A public key from its 32 bytes or its SubjectPublicKeyInfo. Keys of small order are refused: they
/// verify signatures that nobody made.
fn ed25519_public(bytes: &[u8]) -> Option<VerifyingKey> {
    let raw = bytes.strip_prefix(&SPKI_PREFIX[..]).filter(|raw| raw.len() == 32).unwrap_or(bytes);
    let key = VerifyingKey::from_bytes(raw.try_into().ok()?).ok()?;
    (!key.is_weak()).then_some(key)
}

/// A private key in any of its usual forms: `whsk_` and base64 of seed and public key (Standard
/// Webhooks), PKCS#8 as PEM or base64, the 32-byte seed in hex or base64.
///
/// Thirty-two bare bytes of a public key look like a seed; nothing can tell them apart.
pub(crate) fn ed25519_private(secret: &[u8]) -> Option<SigningKey> {
    let text = secret.trim_ascii();
    if let Some(der) = pem_body(text, "PRIVATE KEY").map(Zeroizing::new) {
        return SigningKey::from_pkcs8_der(&der).ok();
    }
    let text = text.strip_prefix(b"whsk_").unwrap_or(text);
    let bytes = Encoding::Hex
        .decode(text, false)
        .or_else(|| Encoding::Base64.decode(text, true))
        .or_else(|| Encoding::Base64url.decode(text, true))
        .map(Zeroizing::new)?;
    if let Ok(seed) = <&[u8; 32]>::try_from(bytes.as_slice()) {
        return Some(SigningKey::from_bytes(seed));
    }
    if let Ok(pair) = <&[u8; 64]>::try_from(bytes.as_slice()) {
        return SigningKey::from_keypair_bytes(pair).ok();
    }
    SigningKey::from_pkcs8_der(&bytes).ok()
}
