//! Private keys: what signs where a public key verifies. They are keys of tests on this machine; no
//! sender gives its own away.

use crate::algorithm::{Family, Hash, Padding, PointForm, ed25519_signs};
use crate::encoding::{Encoding, pem_body};
use crate::pair::{pkcs1_padding, pss_padding};
use ed25519_dalek::SigningKey;
use ed25519_dalek::pkcs8::DecodePrivateKey as _;
use p256::ecdsa::signature::hazmat::PrehashSigner;
use rsa::RsaPrivateKey;
use rsa::pkcs1::DecodeRsaPrivateKey as _;
use rsa::rand_core::{CryptoRng, Error, RngCore};
use zeroize::Zeroizing;

/// The private half of a pair. Has no `Debug`: it is a secret.
pub(crate) enum PrivateKey {
    /// On Curve25519.
    Ed25519(Box<SigningKey>),
    /// On P-256.
    P256(Box<p256::ecdsa::SigningKey>),
    /// RSA.
    Rsa(Box<RsaPrivateKey>),
}

/// The private key that `secret` holds and `family` signs with: PKCS#8 as PEM or base64, the older PEM
/// blocks of RSA and elliptic curves, and what [`ed25519_private`] reads.
pub(crate) fn private_key(secret: &[u8], family: Family) -> Option<PrivateKey> {
    let ed25519 = || ed25519_private(secret).map(Box::new).map(PrivateKey::Ed25519);
    match family {
        Family::Ed25519 => ed25519(),
        Family::Rsa(..) => rsa_private(secret),
        Family::P256(_) => p256_private(secret),
        // Bare digits could be any secret; only what says what it is counts as a key here.
        Family::Jws if secret.trim_ascii().starts_with(b"-----BEGIN ") => {
            rsa_private(secret).or_else(|| p256_private(secret)).or_else(ed25519)
        }
        _ => None,
    }
}

/// The DER of a PEM block with one of these labels, or of base64 alone.
fn der(secret: &[u8], labels: &[&str]) -> Option<Zeroizing<Vec<u8>>> {
    let text = secret.trim_ascii();
    let block = labels.iter().find_map(|label| pem_body(text, label));
    block.or_else(|| Encoding::Base64.decode(text, true)).map(Zeroizing::new)
}

fn rsa_private(secret: &[u8]) -> Option<PrivateKey> {
    let der = der(secret, &["PRIVATE KEY", "RSA PRIVATE KEY"])?;
    let key = <RsaPrivateKey as rsa::pkcs8::DecodePrivateKey>::from_pkcs8_der(&der);
    let key = key.ok().or_else(|| RsaPrivateKey::from_pkcs1_der(&der).ok())?;
    Some(PrivateKey::Rsa(Box::new(key)))
}

fn p256_private(secret: &[u8]) -> Option<PrivateKey> {
    let der = der(secret, &["PRIVATE KEY", "EC PRIVATE KEY"])?;
    let key = p256::ecdsa::SigningKey::from_pkcs8_der(&der).ok();
    let key = key.or_else(|| p256::SecretKey::from_sec1_der(&der).ok().map(Into::into))?;
    Some(PrivateKey::P256(Box::new(key)))
}

/// A private key in any of its usual forms: `whsk_` and base64 of seed and public key (Standard
/// Webhooks), PKCS#8 as PEM or base64, the 32-byte seed in hex or base64.
///
/// Thirty-two bare bytes of a public key look like a seed; nothing can tell them apart.
fn ed25519_private(secret: &[u8]) -> Option<SigningKey> {
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

impl PrivateKey {
    /// Whether `family` signs with this key.
    pub(crate) const fn serves(&self, family: Family) -> bool {
        matches!(
            (self, family),
            (Self::Ed25519(_), Family::Ed25519)
                | (Self::P256(_), Family::P256(_))
                | (Self::Rsa(_), Family::Rsa(..))
        )
    }

    /// The signature of the parts; `None` when `family` is of another kind, or the key too short.
    pub(crate) fn signs(&self, family: Family, parts: &[&[u8]]) -> Option<Vec<u8>> {
        match (self, family) {
            (Self::Ed25519(key), Family::Ed25519) => ed25519_signs(key, parts),
            (Self::P256(key), Family::P256(form)) => {
                let signature: p256::ecdsa::Signature = key.sign_prehash(&Hash::Sha256.digest(parts)).ok()?;
                Some(match form {
                    PointForm::Der => signature.to_der().as_bytes().to_vec(),
                    PointForm::Raw => signature.to_bytes().to_vec(),
                })
            }
            (Self::Rsa(key), Family::Rsa(hash, padding)) => {
                let digest = hash.digest(parts);
                match padding {
                    Padding::Pkcs1v15 => key.sign(pkcs1_padding(hash), &digest).ok(),
                    Padding::Pss if hash == Hash::Sha256 => {
                        key.sign_with_rng(&mut Salt::new(&digest), pss_padding(), &digest).ok()
                    }
                    Padding::Pss => None,
                }
            }
            _ => None,
        }
    }
}

/// The salt of a PSS signature, drawn from the digest: signing the same again gives the same, and PSS
/// asks of its salt no more than to be there.
struct Salt {
    seed: Vec<u8>,
    counter: u64,
}

impl Salt {
    fn new(digest: &[u8]) -> Self {
        Self { seed: digest.to_vec(), counter: 0 }
    }
}

impl RngCore for Salt {
    fn next_u32(&mut self) -> u32 {
        let mut bytes = [0; 4];
        self.fill_bytes(&mut bytes);
        u32::from_le_bytes(bytes)
    }

    fn next_u64(&mut self) -> u64 {
        let mut bytes = [0; 8];
        self.fill_bytes(&mut bytes);
        u64::from_le_bytes(bytes)
    }

    fn fill_bytes(&mut self, dest: &mut [u8]) {
        for chunk in dest.chunks_mut(32) {
            let block = Hash::Sha256.digest(&[b"salt", &self.seed, &self.counter.to_le_bytes()]);
            self.counter += 1;
            chunk.iter_mut().zip(block).for_each(|(to, from)| *to = from);
        }
    }

    fn try_fill_bytes(&mut self, dest: &mut [u8]) -> Result<(), Error> {
        self.fill_bytes(dest);
        Ok(())
    }
}

impl CryptoRng for Salt {}
