//! Seals what must not be lost and must not lie on disk in the clear: a provider's answer with a secret that is
//! shown once, between its arrival and the vault.
//!
//! XChaCha20-Poly1305 with a fresh 24-byte nonce for each sealing; what a seal is about is bound to it, so that
//! one can't be put in another's place. The key lives in the vault. No I/O here.

use chacha20poly1305::aead::{Aead, KeyInit, Payload};
use chacha20poly1305::{XChaCha20Poly1305, XNonce};
use secrecy::{ExposeSecret, SecretSlice};
use std::fmt;
use waybill_model::Entropy;

const KEY: usize = 32;
const NONCE: usize = 24;

/// The key that answers are sealed with: 32 random bytes.
#[derive(Clone)]
pub struct SealKey(SecretSlice<u8>);

impl fmt::Debug for SealKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SealKey")
    }
}

impl SealKey {
    /// A fresh key.
    #[must_use]
    pub fn generate(entropy: &dyn Entropy) -> Self {
        let mut bytes = vec![0; KEY];
        entropy.fill(&mut bytes);
        Self(SecretSlice::from(bytes))
    }

    /// The key from its bytes; none when they are not 32.
    #[must_use]
    pub fn from_bytes(bytes: SecretSlice<u8>) -> Option<Self> {
        (bytes.expose_secret().len() == KEY).then_some(Self(bytes))
    }

    /// Its bytes, for the vault.
    #[must_use]
    pub fn bytes(&self) -> SecretSlice<u8> {
        self.0.clone()
    }

    /// Seals `plain`, bound to `about`. None only for more than the cipher takes (256 GiB).
    #[must_use]
    pub fn seal(&self, entropy: &dyn Entropy, about: &[u8], plain: &SecretSlice<u8>) -> Option<Vec<u8>> {
        let mut nonce = [0; NONCE];
        entropy.fill(&mut nonce);
        let payload = Payload { msg: plain.expose_secret(), aad: about };
        let sealed = self.cipher()?.encrypt(&XNonce::from(nonce), payload).ok()?;
        Some([nonce.as_slice(), &sealed].concat())
    }

    /// What was sealed; none when it was cut or changed, is about something else or was sealed with another key.
    #[must_use]
    pub fn open(&self, about: &[u8], sealed: &[u8]) -> Option<SecretSlice<u8>> {
        let (nonce, sealed) = sealed.split_first_chunk::<NONCE>()?;
        let payload = Payload { msg: sealed, aad: about };
        self.cipher()?.decrypt(&XNonce::from(*nonce), payload).ok().map(SecretSlice::from)
    }

    fn cipher(&self) -> Option<XChaCha20Poly1305> {
        XChaCha20Poly1305::new_from_slice(self.0.expose_secret()).ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Other bytes at each call.
    #[derive(Debug)]
    struct Counting(std::sync::atomic::AtomicU8);

    impl Entropy for Counting {
        fn fill(&self, bytes: &mut [u8]) {
            bytes.fill(self.0.fetch_add(1, std::sync::atomic::Ordering::Relaxed));
        }
    }

    #[test]
    fn only_the_same_key_the_same_matter_and_every_byte_open_it() {
        let entropy = Counting(0.into());
        let key = SealKey::generate(&entropy);
        let plain = SecretSlice::from(b"whsec_canary".to_vec());
        let sealed = key.seal(&entropy, b"one", &plain).unwrap();
        assert!(!sealed.windows(6).any(|part| part == b"canary"));
        assert_eq!(key.open(b"one", &sealed).unwrap().expose_secret(), plain.expose_secret());
        assert_ne!(sealed, key.seal(&entropy, b"one", &plain).unwrap(), "a nonce was used twice");
        assert!(key.open(b"two", &sealed).is_none());
        assert!(SealKey::generate(&entropy).open(b"one", &sealed).is_none());
        for at in 0..sealed.len() {
            assert!(key.open(b"one", &sealed[..at]).is_none(), "cut at {at}");
            let mut changed = sealed.clone();
            changed[at] ^= 1;
            assert!(key.open(b"one", &changed).is_none(), "changed at {at}");
        }
        let again = SealKey::from_bytes(key.bytes()).unwrap();
        assert!(again.open(b"one", &sealed).is_some());
        assert!(SealKey::from_bytes(SecretSlice::from(vec![1; 31])).is_none());
    }
}
