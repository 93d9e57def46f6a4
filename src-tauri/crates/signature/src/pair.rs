//! Key pairs: public keys in the forms that senders publish them in, and what they verify.
//!
//! RSA and ECDSA take the digest of a message and not the message, so that a body of any size is hashed
//! where it lies. Keys that are too weak to mean anything are no keys.

use crate::algorithm::{Family, Hash, Padding, PointForm, ed25519_verifies};
use crate::encoding::pem_body;
use crate::key::Key;
use ed25519_dalek::VerifyingKey;
use p256::ecdsa::signature::hazmat::PrehashVerifier;
use rsa::pkcs1::DecodeRsaPublicKey as _;
use rsa::traits::PublicKeyParts as _;
use rsa::{Pkcs1v15Sign, Pss, RsaPublicKey};
use x509_cert::der::{Decode as _, Encode as _};

/// Bits of the shortest RSA key that counts. Some senders' test keys have no more.
const MIN_RSA_BITS: usize = 1024;

/// The DER that stands before the 32 bytes of an Ed25519 key in a SubjectPublicKeyInfo (RFC 8410
/// sections 3 and 4: a sequence of the algorithm 1.3.101.112 without parameters and a bit string).
const ED25519_PREFIX: [u8; 12] = [0x30, 0x2a, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x03, 0x21, 0x00];

/// Labels of PEM blocks that hold a public key.
const PUBLIC_LABELS: [&str; 3] = ["PUBLIC KEY", "CERTIFICATE", "RSA PUBLIC KEY"];

/// The DER of a public key or certificate in a PEM block; of several blocks, the first.
pub(crate) fn public_pem(text: &[u8]) -> Option<Vec<u8>> {
    PUBLIC_LABELS.iter().find_map(|label| {
        let end = format!("-----END {label}-----");
        let at = text.windows(end.len()).position(|window| window == end.as_bytes())?;
        pem_body(text.get(..at + end.len())?, label)
    })
}

/// The public key in `bytes` that `family` verifies with: a SubjectPublicKeyInfo, a certificate, an RSA
/// key alone, the 32 bytes of an Ed25519 key.
///
/// Of a certificate only the key is taken: neither its time nor who vouches for it is judged, because
/// whoever gives it here vouches for it.
pub(crate) fn public_key(bytes: &[u8], family: Family) -> Option<Key> {
    match family {
        Family::Ed25519 => ed25519(bytes),
        Family::Rsa(..) => rsa_key(bytes),
        Family::P256(_) => p256_key(bytes),
        Family::Jws => rsa_key(bytes)
            .or_else(|| p256_key(bytes))
            .or_else(|| if bytes.len() == 32 { None } else { ed25519(bytes) }),
        Family::Mac(_) | Family::Hash(_) | Family::Token => None,
    }
    .or_else(|| {
        let certificate = x509_cert::Certificate::from_der(bytes).ok()?;
        let inner = certificate.tbs_certificate().subject_public_key_info().to_der().ok()?;
        public_key(&inner, family)
    })
}

/// Keys of small order are refused: they verify signatures that nobody made.
fn ed25519(bytes: &[u8]) -> Option<Key> {
    let raw = bytes.strip_prefix(&ED25519_PREFIX[..]).filter(|raw| raw.len() == 32).unwrap_or(bytes);
    let key = VerifyingKey::from_bytes(raw.try_into().ok()?).ok()?;
    (!key.is_weak()).then(|| Key::Ed25519(Box::new(key)))
}

fn rsa_key(bytes: &[u8]) -> Option<Key> {
    let key = <RsaPublicKey as rsa::pkcs8::DecodePublicKey>::from_public_key_der(bytes);
    rsa_checked(key.ok().or_else(|| RsaPublicKey::from_pkcs1_der(bytes).ok())?)
}

/// The library refuses keys of more than 4096 bits and odd exponents; here the short ones go.
pub(crate) fn rsa_checked(key: RsaPublicKey) -> Option<Key> {
    (key.n().bits() >= MIN_RSA_BITS).then(|| Key::Rsa(Box::new(key)))
}

fn p256_key(bytes: &[u8]) -> Option<Key> {
    let key = <p256::ecdsa::VerifyingKey as p256::pkcs8::DecodePublicKey>::from_public_key_der(bytes).ok()?;
    Some(Key::P256(Box::new(key)))
}

/// What is padded and signed: the digest behind the name of its hash (RFC 8017 section 9.2 note 1).
pub(crate) fn pkcs1_padding(hash: Hash) -> Pkcs1v15Sign {
    // A sequence of the algorithm's identifier with a null, and the head of an octet string.
    let prefix: &[u8] = match hash {
        Hash::Sha1 => {
            &[0x30, 0x21, 0x30, 0x09, 0x06, 0x05, 0x2b, 0x0e, 0x03, 0x02, 0x1a, 0x05, 0x00, 0x04, 0x14]
        }
        Hash::Sha256 => &[
            0x30, 0x31, 0x30, 0x0d, 0x06, 0x09, 0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x01, 0x05,
            0x00, 0x04, 0x20,
        ],
        Hash::Sha384 => &[
            0x30, 0x41, 0x30, 0x0d, 0x06, 0x09, 0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x02, 0x05,
            0x00, 0x04, 0x30,
        ],
        Hash::Sha512 => &[
            0x30, 0x51, 0x30, 0x0d, 0x06, 0x09, 0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x03, 0x05,
            0x00, 0x04, 0x40,
        ],
    };
    Pkcs1v15Sign { hash_len: Some(hash.length()), prefix: prefix.into() }
}

/// PSS with SHA-256 throughout, the salt as long as the digest: what RFC 7518 section 3.5 asks for.
pub(crate) fn pss_padding() -> Pss {
    Pss::new::<rsa::sha2::Sha256>()
}

impl Key {
    /// Whether `signature` is this key's over the parts; never for a shared secret.
    pub(crate) fn verifies(&self, family: Family, parts: &[&[u8]], signature: &[u8]) -> bool {
        match (self, family) {
            (Self::Ed25519(key), Family::Ed25519) => ed25519_verifies(key, parts, signature),
            (Self::P256(key), Family::P256(form)) => {
                let signature = match form {
                    PointForm::Der => p256::ecdsa::Signature::from_der(signature),
                    PointForm::Raw => p256::ecdsa::Signature::from_slice(signature),
                };
                let digest = Hash::Sha256.digest(parts);
                signature.is_ok_and(|signature| key.verify_prehash(&digest, &signature).is_ok())
            }
            (Self::Rsa(key), Family::Rsa(hash, padding)) => {
                let digest = hash.digest(parts);
                match padding {
                    Padding::Pkcs1v15 => key.verify(pkcs1_padding(hash), &digest, signature).is_ok(),
                    Padding::Pss => {
                        hash == Hash::Sha256 && key.verify(pss_padding(), &digest, signature).is_ok()
                    }
                }
            }
            _ => false,
        }
    }
}
