//! HMAC under one key over many messages: the key is set up once and its state copied for each.
//!
//! States and their copies are wiped when they go; the features of the hash crates see to it.

use crate::algorithm::{Hash, Outcome};
use hmac::{Hmac, KeyInit, Mac};
use sha1::Sha1;
use sha2::{Sha256, Sha384, Sha512};

/// A key, set up. Has no `Debug`: it is a secret.
#[derive(Clone)]
pub(crate) enum MacState {
    Sha1(Box<Hmac<Sha1>>),
    Sha256(Box<Hmac<Sha256>>),
    Sha384(Box<Hmac<Sha384>>),
    Sha512(Box<Hmac<Sha512>>),
}

fn finished<'p, M: Mac + Clone>(state: &M, parts: impl Iterator<Item = &'p [u8]>) -> Outcome {
    let mut state = state.clone();
    parts.for_each(|part| state.update(part));
    Outcome::of(&state.finalize().into_bytes())
}

impl MacState {
    /// Sets `key` up. `None` never happens: HMAC takes keys of any length.
    pub(crate) fn new(hash: Hash, key: &[u8]) -> Option<Self> {
        Some(match hash {
            Hash::Sha1 => Self::Sha1(Box::new(KeyInit::new_from_slice(key).ok()?)),
            Hash::Sha256 => Self::Sha256(Box::new(KeyInit::new_from_slice(key).ok()?)),
            Hash::Sha384 => Self::Sha384(Box::new(KeyInit::new_from_slice(key).ok()?)),
            Hash::Sha512 => Self::Sha512(Box::new(KeyInit::new_from_slice(key).ok()?)),
        })
    }

    /// The HMAC of the parts.
    pub(crate) fn mac(&self, parts: &[&[u8]]) -> Vec<u8> {
        self.mac_of(parts.iter().copied()).to_vec()
    }

    /// The same of parts that come one by one.
    pub(crate) fn mac_of<'p>(&self, parts: impl Iterator<Item = &'p [u8]>) -> Outcome {
        match self {
            Self::Sha1(state) => finished(state.as_ref(), parts),
            Self::Sha256(state) => finished(state.as_ref(), parts),
            Self::Sha384(state) => finished(state.as_ref(), parts),
            Self::Sha512(state) => finished(state.as_ref(), parts),
        }
    }
}
