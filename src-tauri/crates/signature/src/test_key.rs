//! Keys for tests on this machine: a fresh secret for any scheme, or a pair where a public key verifies.

use crate::algorithm::Family;
use crate::describe::TokenAlgorithm;
use crate::encoding::Encoding;
use crate::key::{KeyEncoding, KeyReading};
use crate::scheme::Scheme;
use ed25519_dalek::pkcs8::{EncodePrivateKey as _, EncodePublicKey as _};
use rsa::RsaPrivateKey;
use rsa::pkcs8::LineEnding;
use rsa::rand_core::{CryptoRng, Error, RngCore};
use rsa::traits::PublicKeyParts as _;
use serde_json::json;
use std::fmt;
use waybill_model::Entropy;
use zeroize::Zeroizing;

/// Bits of an RSA pair for tests.
const RSA_BITS: usize = 2048;

/// A key for tests. Where one secret signs and verifies, both halves are that secret.
#[derive(Clone)]
pub struct TestKey {
    /// What [`sign`](crate::sign) takes: a secret, or a private key as PEM.
    pub private: Zeroizing<String>,
    /// What [`verify`](crate::verify) takes.
    pub public: Zeroizing<String>,
}

impl fmt::Debug for TestKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("TestKey")
    }
}

/// A fresh key for `scheme`, in the form that the scheme reads. An RSA pair takes a moment to find.
/// `None` when the library finds none, which needs a broken source of randomness.
#[must_use]
pub fn test_key(scheme: &Scheme, entropy: &dyn Entropy) -> Option<TestKey> {
    let text = KeyReading::text();
    let reading = scheme.readings.first().unwrap_or(&text);
    let family = match (scheme.algorithm.family(), &scheme.token) {
        (Family::Jws, Some(rule)) => rule.algorithms.first().copied().map(TokenAlgorithm::family)?,
        (family, _) => family,
    };
    match family {
        Family::Ed25519 => ed25519(reading, entropy),
        Family::P256(_) => p256(reading, entropy),
        Family::Rsa(..) => rsa(reading, entropy),
        Family::Mac(_) | Family::Hash(_) | Family::Jws => shared(reading, entropy, ""),
        Family::Token if scheme.signature.encodings.contains(&Encoding::Base64) => {
            shared(reading, entropy, "waybill:")
        }
        Family::Token => shared(reading, entropy, ""),
    }
}

fn shared(reading: &KeyReading, entropy: &dyn Entropy, before: &str) -> Option<TestKey> {
    let mut bytes = Zeroizing::new([0; 24]);
    entropy.fill(&mut *bytes);
    let text = match reading.encoding {
        KeyEncoding::Text => Encoding::Hex.encode(&*bytes)?,
        KeyEncoding::Jwk => json!({ "kty": "oct", "k": Encoding::Base64url.encode(&*bytes)? }).to_string(),
        encoding => {
            let written = written(encoding).encode(&*bytes)?;
            format!("{}{written}", reading.strip_prefix.first().map_or("", String::as_str))
        }
    };
    let text = Zeroizing::new(format!("{before}{text}"));
    Some(TestKey { private: text.clone(), public: text })
}

const fn written(encoding: KeyEncoding) -> Encoding {
    match encoding {
        KeyEncoding::Hex => Encoding::Hex,
        KeyEncoding::Base64url => Encoding::Base64url,
        KeyEncoding::Base64 | KeyEncoding::Text | KeyEncoding::Pem | KeyEncoding::Jwk => Encoding::Base64,
    }
}

/// A public key as `reading` reads it: `raw` where its family has bare bytes, else its DER, its PEM or
/// its JSON.
fn public(
    reading: &KeyReading,
    raw: &[u8],
    pem: String,
    jwk: &serde_json::Value,
) -> Option<Zeroizing<String>> {
    let text = match reading.encoding {
        KeyEncoding::Pem | KeyEncoding::Text => pem,
        KeyEncoding::Jwk => jwk.to_string(),
        encoding => {
            let written = written(encoding).encode(raw)?;
            format!("{}{written}", reading.strip_prefix.first().map_or("", String::as_str))
        }
    };
    Some(Zeroizing::new(text))
}

fn url(bytes: &[u8]) -> String {
    Encoding::Base64url.encode(bytes).unwrap_or_default()
}

fn ed25519(reading: &KeyReading, entropy: &dyn Entropy) -> Option<TestKey> {
    let mut seed = Zeroizing::new([0; 32]);
    entropy.fill(&mut *seed);
    let key = ed25519_dalek::SigningKey::from_bytes(&seed);
    let half = key.verifying_key();
    let jwk = json!({ "kty": "OKP", "crv": "Ed25519", "x": url(half.as_bytes()) });
    let pem = half.to_public_key_pem(ed25519_dalek::pkcs8::spki::der::pem::LineEnding::LF).ok()?;
    let private = key.to_pkcs8_pem(ed25519_dalek::pkcs8::spki::der::pem::LineEnding::LF).ok()?;
    Some(TestKey {
        private: Zeroizing::new(private.to_string()),
        public: public(reading, half.as_bytes(), pem, &jwk)?,
    })
}

fn p256(reading: &KeyReading, entropy: &dyn Entropy) -> Option<TestKey> {
    // All but one in four billion draws are keys.
    let key = (0..8).find_map(|_| {
        let mut seed = Zeroizing::new([0; 32]);
        entropy.fill(&mut *seed);
        p256::ecdsa::SigningKey::from_slice(&*seed).ok()
    })?;
    let half = key.verifying_key();
    let der = half.to_public_key_der().ok()?;
    // The key ends with the two coordinates of its point (RFC 5480 section 2.2).
    let (_, point) = der.as_bytes().split_last_chunk::<64>()?;
    let (x, y) = point.split_at(32);
    let jwk = json!({ "kty": "EC", "crv": "P-256", "x": url(x), "y": url(y) });
    let pem = half.to_public_key_pem(p256::pkcs8::LineEnding::LF).ok()?;
    let private = key.to_pkcs8_pem(p256::pkcs8::LineEnding::LF).ok()?;
    Some(TestKey {
        private: Zeroizing::new(private.to_string()),
        public: public(reading, der.as_bytes(), pem, &jwk)?,
    })
}

fn rsa(reading: &KeyReading, entropy: &dyn Entropy) -> Option<TestKey> {
    use rsa::pkcs8::{EncodePrivateKey as _, EncodePublicKey as _};
    let key = RsaPrivateKey::new(&mut Source(entropy), RSA_BITS).ok()?;
    let half = key.to_public_key();
    let der = half.to_public_key_der().ok()?;
    let jwk = json!({ "kty": "RSA", "n": url(&half.n().to_bytes_be()), "e": url(&half.e().to_bytes_be()) });
    let pem = half.to_public_key_pem(LineEnding::LF).ok()?;
    Some(TestKey {
        private: Zeroizing::new(key.to_pkcs8_pem(LineEnding::LF).ok()?.to_string()),
        public: public(reading, der.as_bytes(), pem, &jwk)?,
    })
}

/// The randomness that was handed in, as the RSA library wants it.
struct Source<'e>(&'e dyn Entropy);

impl RngCore for Source<'_> {
    fn next_u32(&mut self) -> u32 {
        let mut bytes = [0; 4];
        self.0.fill(&mut bytes);
        u32::from_le_bytes(bytes)
    }

    fn next_u64(&mut self) -> u64 {
        let mut bytes = [0; 8];
        self.0.fill(&mut bytes);
        u64::from_le_bytes(bytes)
    }

    fn fill_bytes(&mut self, dest: &mut [u8]) {
        self.0.fill(dest);
    }

    fn try_fill_bytes(&mut self, dest: &mut [u8]) -> Result<(), Error> {
        self.0.fill(dest);
        Ok(())
    }
}

impl CryptoRng for Source<'_> {}
