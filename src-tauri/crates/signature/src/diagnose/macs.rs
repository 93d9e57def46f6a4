//! HMAC under one key over many messages: the key is set up once and its state copied for each.

use crate::algorithm::Hash;
use hmac::{Hmac, KeyInit, Mac};
use sha1::Sha1;
use sha2::{Sha256, Sha384, Sha512};

/// A key, set up. Has no `Debug`: it is a secret.
#[derive(Clone)]
pub(super) enum MacState {
    Sha1(Box<Hmac<Sha1>>),
    Sha256(Box<Hmac<Sha256>>),
    Sha384(Box<Hmac<Sha384>>),
    Sha512(Box<Hmac<Sha512>>),
}

fn finished<M: Mac + Clone>(state: &M, parts: &[&[u8]]) -> Vec<u8> {
    let mut state = state.clone();
    for part in parts {
        state.update(part);
    }
    state.finalize().into_bytes().to_vec()
}

impl MacState {
    /// Sets `key` up. `None` never happens: HMAC takes keys of any length.
    pub(super) fn new(hash: Hash, key: &[u8]) -> Option<Self> {
        Some(match hash {
            Hash::Sha1 => Self::Sha1(Box::new(KeyInit::new_from_slice(key).ok()?)),
            Hash::Sha256 => Self::Sha256(Box::new(KeyInit::new_from_slice(key).ok()?)),
            Hash::Sha384 => Self::Sha384(Box::new(KeyInit::new_from_slice(key).ok()?)),
            Hash::Sha512 => Self::Sha512(Box::new(KeyInit::new_from_slice(key).ok()?)),
        })
    }

    /// The HMAC of the parts.
    pub(super) fn mac(&self, parts: &[&[u8]]) -> Vec<u8> {
        match self {
            Self::Sha1(state) => finished(state.as_ref(), parts),
            Self::Sha256(state) => finished(state.as_ref(), parts),
            Self::Sha384(state) => finished(state.as_ref(), parts),
            Self::Sha512(state) => finished(state.as_ref(), parts),
        }
    }
}
