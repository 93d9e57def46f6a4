//! Keys of a scheme: read from the secrets of one request, or beforehand for all that come.
//!
//! Promises: what is prepared judges as [`check`](crate::check) does with the same secrets, and shows no
//! secret. Keys are wiped when they go.

use crate::algorithm::Family;
use crate::key::{Key, NamedKey};
use crate::mac_state::MacState;
use crate::request::Request;
use crate::scheme::Scheme;
use crate::verification::Verification;
use crate::verify::outcome;
use std::collections::BTreeMap;
use std::fmt;
use std::ops::Deref;
use waybill_model::{Reason, Timestamp};

/// A key, and the place of its secret in the list.
pub(crate) type PlacedKey = (usize, NamedKey);

/// A scheme with its secrets read and its settings: what an address needs to judge every request sent to it.
/// A change of any of the three makes a new one.
pub struct Prepared {
    scheme: Scheme,
    config: BTreeMap<String, String>,
    /// For each family that the scheme's requests can ask for, its keys or why there are none.
    families: Vec<(Family, Result<Vec<PlacedKey>, Reason>)>,
}

impl Prepared {
    /// Reads `secrets` as `scheme` does; `config` as for [`check`](crate::check). A secret that can't be read
    /// is told by the verdict.
    #[must_use]
    pub fn new(scheme: &Scheme, secrets: &[&[u8]], config: &BTreeMap<String, String>) -> Self {
        let further = scheme.algorithm_by.iter().flat_map(|by| by.values.values());
        let mut families: Vec<(Family, Result<Vec<PlacedKey>, Reason>)> = Vec::new();
        for family in std::iter::once(&scheme.algorithm).chain(further).map(|one| one.family()) {
            if !families.iter().any(|(known, _)| *known == family) {
                let mut keys = read(scheme, secrets, family);
                if let (Family::Mac(hash), Ok(keys)) = (family, &mut keys) {
                    for (_, named) in keys {
                        let Key::Bytes(bytes) = &named.key else { continue };
                        if let Some(state) = MacState::new(hash, bytes) {
                            named.key = Key::Mac(state);
                        }
                    }
                }
                families.push((family, keys));
            }
        }
        Self { scheme: scheme.clone(), config: config.clone(), families }
    }

    /// As [`check`](crate::check), for less than it costs to read the secrets anew each time.
    #[must_use]
    pub fn check(&self, request: &Request<'_>, now: Timestamp) -> Verification {
        outcome(&self.scheme, request, KeySource::Prepared(self), &self.config, now, false)
    }

    fn keys(&self, family: Family) -> Result<&[PlacedKey], Reason> {
        match self.families.iter().find(|(known, _)| *known == family) {
            Some((_, keys)) => keys.as_deref().map_err(|reason| *reason),
            // Never: every family that a request can ask for is there.
            None => Err(Reason::BadKey),
        }
    }
}

impl fmt::Debug for Prepared {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Prepared").field("scheme", &self.scheme.id).finish_non_exhaustive()
    }
}

/// Where the keys of a check come from.
#[derive(Clone, Copy)]
pub(crate) enum KeySource<'k> {
    /// These secrets, read when they are wanted.
    Secrets(&'k [&'k [u8]]),
    /// Read before.
    Prepared(&'k Prepared),
}

impl<'k> KeySource<'k> {
    /// Every key that any reading makes of any secret.
    pub(crate) fn keys(self, scheme: &Scheme, family: Family) -> Result<Keys<'k>, Reason> {
        match self {
            Self::Secrets(secrets) => read(scheme, secrets, family).map(Keys::Read),
            Self::Prepared(prepared) => prepared.keys(family).map(Keys::Kept),
        }
    }
}

/// Keys, of this check or kept elsewhere.
pub(crate) enum Keys<'k> {
    Read(Vec<PlacedKey>),
    Kept(&'k [PlacedKey]),
}

impl Deref for Keys<'_> {
    type Target = [PlacedKey];

    fn deref(&self) -> &[PlacedKey] {
        match self {
            Self::Read(keys) => keys,
            Self::Kept(keys) => keys,
        }
    }
}

fn read(scheme: &Scheme, secrets: &[&[u8]], family: Family) -> Result<Vec<PlacedKey>, Reason> {
    if secrets.is_empty() {
        return Err(if scheme.published.is_some() { Reason::KeyNeeded } else { Reason::NoSecret });
    }
    let mut keys = Vec::with_capacity(secrets.len());
    for (index, secret) in secrets.iter().enumerate() {
        for reading in &scheme.readings {
            reading.keys_into(secret, family, |key| keys.push((index, key)));
        }
    }
    if keys.is_empty() { Err(Reason::BadKey) } else { Ok(keys) }
}
