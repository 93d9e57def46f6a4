//! How the text of a secret becomes a key: readings, tried in order.
//!
//! The shape of a secret does not tell its reading (`whsec_…` is base64 for one sender and plain text
//! for the next), so the scheme says it, and may say more than one.

use crate::algorithm::{Family, Hash};
use crate::encoding::Encoding;
use crate::jwk;
use crate::mac_state::MacState;
use crate::pair::{public_key, public_pem};
use ed25519_dalek::VerifyingKey;
use rsa::RsaPublicKey;
use serde::Deserialize;
use unicode_normalization::UnicodeNormalization as _;
use zeroize::Zeroizing;

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
    /// A PEM block: a public key or a certificate.
    Pem,
    /// A JSON web key or a set of them (RFC 7517).
    Jwk,
}

/// What becomes of the characters of a secret before they are bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Normalization {
    /// Unicode's compatibility decomposition.
    Nfkd,
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
    /// The text is brought into this form before it becomes bytes.
    #[serde(default)]
    pub(crate) normalize: Option<Normalization>,
    /// The key is this digest of the bytes.
    #[serde(default)]
    pub(crate) derive: Option<Hash>,
}

/// A key that can be used. Has no `Debug`: it is a secret.
pub(crate) enum Key {
    /// Bytes for a MAC, a hash or a comparison.
    Bytes(Zeroizing<Vec<u8>>),
    /// The same, set up for a MAC.
    Mac(MacState),
    /// The public half of an Ed25519 pair.
    Ed25519(Box<VerifyingKey>),
    /// The public half of a pair on P-256.
    P256(Box<p256::ecdsa::VerifyingKey>),
    /// The public half of an RSA pair.
    Rsa(Box<RsaPublicKey>),
}

/// A key and what its publisher says of it.
pub(crate) struct NamedKey {
    pub(crate) key: Key,
    /// Its id in a set.
    pub(crate) id: Option<String>,
    /// The one algorithm it is for.
    pub(crate) algorithm: Option<String>,
}

impl KeyReading {
    /// The text as it is.
    pub(crate) const fn text() -> Self {
        Self {
            encoding: KeyEncoding::Text,
            strip_prefix: Vec::new(),
            unpadded: false,
            trim: false,
            normalize: None,
            derive: None,
        }
    }

    /// The bytes of a secret that is read in this way; `None` when it can't be, or is empty.
    fn bytes(&self, secret: &[u8]) -> Option<Zeroizing<Vec<u8>>> {
        let mut text = if self.trim { secret.trim_ascii() } else { secret };
        if let Some(rest) = self.strip_prefix.iter().find_map(|prefix| text.strip_prefix(prefix.as_bytes())) {
            text = rest;
        }
        let normal = match (self.normalize, std::str::from_utf8(text)) {
            (Some(Normalization::Nfkd), Ok(text)) => Some(Zeroizing::new(text.nfkd().collect::<String>())),
            _ => None,
        };
        let text = normal.as_ref().map_or(text, |text| text.as_bytes());
        let bytes = Zeroizing::new(match self.encoding {
            KeyEncoding::Text => text.to_vec(),
            KeyEncoding::Hex => Encoding::Hex.decode(text, false)?,
            KeyEncoding::Base64 if self.unpadded => Encoding::decode_cut_base64(text)?,
            KeyEncoding::Base64 => Encoding::Base64.decode(text, false)?,
            KeyEncoding::Base64url => Encoding::Base64url.decode(text, self.unpadded)?,
            KeyEncoding::Pem => public_pem(text)?,
            KeyEncoding::Jwk => return None,
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
        if self.encoding == KeyEncoding::Jwk {
            return self.keys(secret, family).into_iter().next().map(|named| named.key);
        }
        let bytes = self.bytes(secret)?;
        match family {
            Family::Mac(_) | Family::Hash(_) | Family::Token => Some(Key::Bytes(bytes)),
            Family::Ed25519 | Family::Rsa(..) | Family::P256(_) => public_key(&bytes, family),
            // A public key taken for a shared secret would let anybody sign who can read it.
            Family::Jws if self.encoding == KeyEncoding::Text => {
                (!looks_public(secret)).then_some(Key::Bytes(bytes))
            }
            Family::Jws if self.encoding == KeyEncoding::Pem => public_key(&bytes, family),
            Family::Jws => public_key(&bytes, family).or(Some(Key::Bytes(bytes))),
        }
    }

    /// Every key for verifying that the secret holds: of a set of keys all that `family` can use.
    pub(crate) fn keys(&self, secret: &[u8], family: Family) -> Vec<NamedKey> {
        let mut keys = Vec::new();
        self.keys_into(secret, family, |key| keys.push(key));
        keys
    }

    /// Hands every such key to `take`.
    pub(crate) fn keys_into(&self, secret: &[u8], family: Family, mut take: impl FnMut(NamedKey)) {
        if self.encoding == KeyEncoding::Jwk {
            return jwk::keys(secret, family).into_iter().for_each(take);
        }
        if let Some(key) = self.key(secret, family) {
            take(NamedKey { key, id: None, algorithm: None });
        }
    }
}

/// Whether a text holds a public key, a certificate or a JSON web key, whatever stands around it: in any of
/// their forms that are known by their look.
pub(crate) fn looks_public(secret: &[u8]) -> bool {
    let holds = |mark: &[u8]| secret.windows(mark.len()).any(|window| window == mark);
    let text = secret.trim_ascii_start();
    if text.starts_with(b"{") || holds(b"-----BEGIN ") || holds(b"\"kty\"") {
        return true;
    }
    if [&b"whpk_"[..], b"ssh-", b"ecdsa-sha2-"].iter().any(|mark| text.starts_with(mark)) {
        return true;
    }
    // The inside of a PEM block, or DER as it is.
    let digits: Vec<u8> = secret
        .iter()
        .copied()
        .filter(|byte| byte.is_ascii_alphanumeric() || b"+/=-_".contains(byte))
        .collect();
    let is_key = |der: &[u8]| der.len() > 32 && public_key(der, Family::Jws).is_some();
    let readings = [
        Encoding::decode_cut_base64(&digits),
        Encoding::Base64url.decode(&digits, true),
        Encoding::Hex.decode(&digits, false),
    ];
    is_key(secret) || readings.iter().flatten().any(|der| is_key(der))
}
