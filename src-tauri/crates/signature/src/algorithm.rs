//! The algorithms a scheme can name, and the only place where they are computed.
//!
//! A message is handed over as the list of slices it is made of, so that a body of any size is fed to
//! the algorithm where it lies.

use ed25519_dalek::ed25519::signature::{MultipartSigner, MultipartVerifier};
use ed25519_dalek::{Signature, SigningKey, VerifyingKey};
use hmac::{Hmac, KeyInit, Mac};
use serde::Deserialize;
use sha1::Sha1;
use sha2::{Digest, Sha256, Sha384, Sha512};
use subtle::ConstantTimeEq;

/// What authenticates a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Algorithm {
    /// HMAC (RFC 2104) with SHA-1.
    HmacSha1,
    /// HMAC with SHA-256.
    HmacSha256,
    /// HMAC with SHA-384.
    HmacSha384,
    /// HMAC with SHA-512.
    HmacSha512,
    /// A plain SHA-1 over a message that holds the secret.
    Sha1,
    /// A plain SHA-256 over a message that holds the secret.
    Sha256,
    /// Ed25519 (RFC 8032), verified with a public key.
    Ed25519,
    /// RSA with PKCS #1 v1.5 padding (RFC 8017 section 8.2) and SHA-1.
    RsaSha1,
    /// RSA with PKCS #1 v1.5 padding and SHA-256.
    RsaSha256,
    /// RSA with PSS padding (RFC 8017 section 8.1) and SHA-256, the salt as long as the digest.
    RsaPssSha256,
    /// ECDSA on P-256 with SHA-256, the signature in DER (RFC 3279 section 2.2.3).
    EcdsaP256Sha256,
    /// The same with the signature as its two numbers of 32 bytes each.
    EcdsaP256Sha256Raw,
    /// A JSON web signature (RFC 7515): the token names its own algorithm, the scheme those it takes.
    Jws,
    /// No signature: the secret itself is sent.
    Token,
}

/// A hash function.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Hash {
    /// SHA-1.
    Sha1,
    /// SHA-256.
    Sha256,
    /// SHA-384.
    Sha384,
    /// SHA-512.
    Sha512,
}

/// How an algorithm uses its secret.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Family {
    /// A keyed hash.
    Mac(Hash),
    /// A plain hash; the secret is part of the message.
    Hash(Hash),
    /// A key pair on Curve25519.
    Ed25519,
    /// An RSA key pair.
    Rsa(Hash, Padding),
    /// A key pair on P-256, with SHA-256.
    P256(PointForm),
    /// Told by the token.
    Jws,
    /// The secret is what is sent.
    Token,
}

/// The padding of an RSA signature.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Padding {
    /// PKCS #1 v1.5.
    Pkcs1v15,
    /// PSS.
    Pss,
}

/// How the two numbers of an ECDSA signature are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum PointForm {
    /// As a DER sequence.
    Der,
    /// One after the other.
    Raw,
}

impl Family {
    /// True when a public key verifies and only a private one signs.
    pub(crate) const fn has_key_pair(self) -> bool {
        matches!(self, Self::Ed25519 | Self::Rsa(..) | Self::P256(_))
    }
}

impl Algorithm {
    /// How the algorithm uses its secret.
    pub(crate) const fn family(self) -> Family {
        match self {
            Self::HmacSha1 => Family::Mac(Hash::Sha1),
            Self::HmacSha256 => Family::Mac(Hash::Sha256),
            Self::HmacSha384 => Family::Mac(Hash::Sha384),
            Self::HmacSha512 => Family::Mac(Hash::Sha512),
            Self::Sha1 => Family::Hash(Hash::Sha1),
            Self::Sha256 => Family::Hash(Hash::Sha256),
            Self::Ed25519 => Family::Ed25519,
            Self::RsaSha1 => Family::Rsa(Hash::Sha1, Padding::Pkcs1v15),
            Self::RsaSha256 => Family::Rsa(Hash::Sha256, Padding::Pkcs1v15),
            Self::RsaPssSha256 => Family::Rsa(Hash::Sha256, Padding::Pss),
            Self::EcdsaP256Sha256 => Family::P256(PointForm::Der),
            Self::EcdsaP256Sha256Raw => Family::P256(PointForm::Raw),
            Self::Jws => Family::Jws,
            Self::Token => Family::Token,
        }
    }

    /// The algorithm's name for people.
    pub(crate) const fn title(self) -> &'static str {
        match self {
            Self::HmacSha1 => "HMAC-SHA1",
            Self::HmacSha256 => "HMAC-SHA256",
            Self::HmacSha384 => "HMAC-SHA384",
            Self::HmacSha512 => "HMAC-SHA512",
            Self::Sha1 => "SHA-1 over the secret and the message",
            Self::Sha256 => "SHA-256 over the secret and the message",
            Self::Ed25519 => "Ed25519",
            Self::RsaSha1 => "RSA-SHA1",
            Self::RsaSha256 => "RSA-SHA256",
            Self::RsaPssSha256 => "RSA-PSS-SHA256",
            Self::EcdsaP256Sha256 => "ECDSA P-256 SHA-256",
            Self::EcdsaP256Sha256Raw => "ECDSA P-256 SHA-256, raw",
            Self::Jws => "JSON web signature",
            Self::Token => "shared token",
        }
    }

    /// Bytes of a signature; `None` where any length can be right.
    pub(crate) const fn signature_length(self) -> Option<usize> {
        match self.family() {
            Family::Mac(hash) | Family::Hash(hash) => Some(hash.length()),
            Family::Ed25519 => Some(ed25519_dalek::SIGNATURE_LENGTH),
            Family::P256(PointForm::Raw) => Some(64),
            Family::P256(PointForm::Der) | Family::Rsa(..) | Family::Jws | Family::Token => None,
        }
    }
}

/// A hash's outcome, held where it is.
#[derive(Clone, Copy)]
pub(crate) struct Outcome {
    bytes: [u8; 64],
    length: usize,
}

impl Outcome {
    pub(crate) fn of(outcome: &[u8]) -> Self {
        let mut bytes = [0; 64];
        let length = outcome.len().min(bytes.len());
        if let (Some(to), Some(from)) = (bytes.get_mut(..length), outcome.get(..length)) {
            to.copy_from_slice(from);
        }
        Self { bytes, length }
    }
}

impl std::ops::Deref for Outcome {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        self.bytes.get(..self.length).unwrap_or_default()
    }
}

fn digest_with<'p, D: Digest>(parts: impl Iterator<Item = &'p [u8]>) -> Outcome {
    let mut state = D::new();
    parts.for_each(|part| state.update(part));
    Outcome::of(&state.finalize())
}

fn mac_with<'p, M: Mac + KeyInit>(key: &[u8], parts: impl Iterator<Item = &'p [u8]>) -> Option<Outcome> {
    let mut state = <M as KeyInit>::new_from_slice(key).ok()?;
    parts.for_each(|part| state.update(part));
    Some(Outcome::of(&state.finalize().into_bytes()))
}

impl Hash {
    /// Bytes of a digest.
    pub(crate) const fn length(self) -> usize {
        match self {
            Self::Sha1 => 20,
            Self::Sha256 => 32,
            Self::Sha384 => 48,
            Self::Sha512 => 64,
        }
    }

    /// The digest of the parts, one after the other.
    pub(crate) fn digest(self, parts: &[&[u8]]) -> Vec<u8> {
        self.digest_of(parts.iter().copied()).to_vec()
    }

    /// The same of parts that come one by one.
    pub(crate) fn digest_of<'p>(self, parts: impl Iterator<Item = &'p [u8]>) -> Outcome {
        match self {
            Self::Sha1 => digest_with::<Sha1>(parts),
            Self::Sha256 => digest_with::<Sha256>(parts),
            Self::Sha384 => digest_with::<Sha384>(parts),
            Self::Sha512 => digest_with::<Sha512>(parts),
        }
    }

    /// The HMAC of the parts under `key`. `None` never happens: HMAC takes keys of any length; the
    /// type only keeps a refusal from becoming a panic.
    pub(crate) fn mac(self, key: &[u8], parts: &[&[u8]]) -> Option<Vec<u8>> {
        self.mac_of(key, parts.iter().copied()).map(|outcome| outcome.to_vec())
    }

    /// The same of parts that come one by one.
    pub(crate) fn mac_of<'p>(self, key: &[u8], parts: impl Iterator<Item = &'p [u8]>) -> Option<Outcome> {
        match self {
            Self::Sha1 => mac_with::<Hmac<Sha1>>(key, parts),
            Self::Sha256 => mac_with::<Hmac<Sha256>>(key, parts),
            Self::Sha384 => mac_with::<Hmac<Sha384>>(key, parts),
            Self::Sha512 => mac_with::<Hmac<Sha512>>(key, parts),
        }
    }

    /// The word in a scheme file.
    pub(crate) const fn word(self) -> &'static str {
        match self {
            Self::Sha1 => "sha1",
            Self::Sha256 => "sha256",
            Self::Sha384 => "sha384",
            Self::Sha512 => "sha512",
        }
    }
}

/// Whether two byte strings are the same, without telling by time where they differ.
pub(crate) fn same(left: &[u8], right: &[u8]) -> bool {
    bool::from(left.ct_eq(right))
}

/// Whether two secrets are the same, without telling their lengths either.
pub(crate) fn same_secret(left: &[u8], right: &[u8]) -> bool {
    same(&Hash::Sha256.digest(&[left]), &Hash::Sha256.digest(&[right]))
}

/// Whether `signature` is `key`'s over the parts (RFC 8032 section 5.1.7, cofactorless).
pub(crate) fn ed25519_verifies(key: &VerifyingKey, parts: &[&[u8]], signature: &[u8]) -> bool {
    Signature::from_slice(signature).is_ok_and(|signature| key.multipart_verify(parts, &signature).is_ok())
}

/// The signature of the parts.
pub(crate) fn ed25519_signs(key: &SigningKey, parts: &[&[u8]]) -> Option<Vec<u8>> {
    key.try_multipart_sign(parts).ok().map(|signature: Signature| signature.to_bytes().to_vec())
}
