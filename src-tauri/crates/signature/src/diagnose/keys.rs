//! Every key that a candidate may stand for: as it is kept, tidied, and read in another way.

use super::question::{Candidate, Role};
use super::secret_change::SecretChange::{
    self, AddPrefix, AfterColon, Assigned, DecodeBase64, DecodeHex, EncodeBase64, EncodeHex, EncodeWhsec,
    Lowercase, PercentDecode, StripPrefix, Trim, UnescapeLineEnds, Unquote, Uppercase,
};
use super::template::computable;
use crate::algorithm::Family;
use crate::encoding::Encoding;
use crate::key::{Key, KeyEncoding, looks_public};
use crate::scheme::Scheme;
use std::collections::HashSet;
use zeroize::Zeroizing;

/// What is wrong with a secret that gives a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct KeyFault {
    pub(super) code: &'static str,
    /// What would make it right, where something would.
    pub(super) change: Option<SecretChange>,
}

/// A key to try. Has no `Debug`: it is a secret.
pub(super) struct TrialKey {
    /// The candidate's place in the question.
    pub(super) candidate: usize,
    /// Key bytes; for families that the search does not compute, the text of the secret.
    pub(super) bytes: Zeroizing<Vec<u8>>,
    /// One that the check used already, or would have if it could read it.
    pub(super) own: bool,
    /// What is wrong with the secret itself.
    pub(super) fault: Option<KeyFault>,
}

impl TrialKey {
    /// How many things are wrong when this key is right.
    pub(super) fn faults(&self) -> usize {
        usize::from(!self.own) + usize::from(self.fault.is_some())
    }
}

/// Whether a check uses this candidate.
pub(super) fn is_own(candidate: &Candidate<'_>) -> bool {
    candidate.of_inbox && matches!(candidate.role, Role::Current | Role::Previous)
}

/// Whether a candidate that the check did not use may be what a request was signed with under this family. A
/// public key is known to everybody: whoever signs with it as if it were a secret is no sender, and is not to be
/// named as one whose key the inbox should take.
pub(super) const fn may_sign(family: Family, public: bool) -> bool {
    !public || family.has_key_pair() || matches!(family, Family::Jws)
}

/// For each candidate, whether it is a public key that the check did not use.
pub(super) fn foreign_public(candidates: &[Candidate<'_>]) -> Vec<bool> {
    candidates
        .iter()
        .map(|one| !is_own(one) && (one.role == Role::PublicKey || looks_public(one.bytes)))
        .collect()
}

/// Ways to tidy a secret, and the cause that each one is.
const TIDY: [(SecretChange, &str); 28] = [
    (Trim, "secret_whitespace"),
    (Unquote, "secret_whitespace"),
    (UnescapeLineEnds, "secret_whitespace"),
    (Assigned, "secret_has_extra_prefix"),
    (StripPrefix("v1,"), "secret_has_extra_prefix"),
    (StripPrefix("v1,whsec_"), "secret_has_extra_prefix"),
    (StripPrefix("whsec_"), "secret_has_extra_prefix"),
    (StripPrefix("whsk_"), "secret_has_extra_prefix"),
    (StripPrefix("whpk_"), "secret_has_extra_prefix"),
    (StripPrefix("sha256="), "secret_has_extra_prefix"),
    (StripPrefix("sha1="), "secret_has_extra_prefix"),
    (StripPrefix("v1="), "secret_has_extra_prefix"),
    (StripPrefix("v0="), "secret_has_extra_prefix"),
    (StripPrefix("base64:"), "secret_has_extra_prefix"),
    (StripPrefix("hex:"), "secret_has_extra_prefix"),
    (StripPrefix("0x"), "secret_has_extra_prefix"),
    (StripPrefix("Bearer "), "token_prefix"),
    (StripPrefix("bearer "), "token_prefix"),
    (StripPrefix("Token "), "token_prefix"),
    (StripPrefix("Basic "), "token_prefix"),
    (AddPrefix("whsec_"), "secret_prefix"),
    (AddPrefix("v1,whsec_"), "secret_prefix"),
    (AddPrefix("sha256="), "secret_prefix"),
    (AddPrefix("Bearer "), "token_prefix"),
    (PercentDecode, "secret_encoding"),
    (AfterColon, "secret_has_extra_prefix"),
    (Lowercase, "secret_encoding"),
    (Uppercase, "secret_encoding"),
];

/// Changes that can make the scheme's own reading give a key that was found by another.
const RESTATE: [SecretChange; 5] = [EncodeBase64, EncodeWhsec, EncodeHex, DecodeHex, DecodeBase64];

/// Every key, the likeliest first: each candidate as it is, then each tidied, then read otherwise; those
/// of the inbox before the others.
pub(super) fn keys(scheme: &Scheme, candidates: &[Candidate<'_>], public: &[bool]) -> Vec<TrialKey> {
    let family = scheme.algorithm.family();
    let mut order: Vec<usize> = (0..candidates.len()).collect();
    order.retain(|index| may_sign(family, public.get(*index).is_some_and(|public| *public)));
    let rank = |index: &usize| {
        candidates.get(*index).map(|one| {
            let role = match one.role {
                Role::Current => 0,
                Role::Previous => 1,
                Role::Retired => 2,
                Role::Token | Role::PublicKey => 3,
            };
            (!one.of_inbox, role, *index)
        })
    };
    order.sort_by_key(rank);
    let mut list = List { scheme, family, known: HashSet::new(), keys: Vec::new() };
    let each = |use_it: &mut dyn FnMut(usize, &Candidate<'_>)| {
        for index in &order {
            if let Some(candidate) = candidates.get(*index) {
                use_it(*index, candidate);
            }
        }
    };
    each(&mut |index, candidate| list.as_kept(index, candidate));
    // The inbox's own secrets in every reading come before anything of the others.
    for own in [true, false] {
        each(&mut |index, candidate| {
            if is_own(candidate) == own {
                list.tidied(index, candidate);
                list.read_otherwise(index, candidate);
            }
        });
    }
    if let Some(index) = order.iter().copied().find(|index| candidates.get(*index).is_some_and(is_own))
        && matches!(list.family, Family::Mac(_))
    {
        let fault = Some(KeyFault { code: "empty_secret", change: None });
        list.keys.push(TrialKey { candidate: index, bytes: Zeroizing::default(), own: true, fault });
    }
    list.keys
}

struct List<'s> {
    scheme: &'s Scheme,
    family: Family,
    known: HashSet<Vec<u8>>,
    keys: Vec<TrialKey>,
}

impl List<'_> {
    fn add(&mut self, index: usize, candidate: &Candidate<'_>, bytes: Vec<u8>, fault: Option<KeyFault>) {
        let bytes = Zeroizing::new(bytes);
        // Known keys are told apart by digest, so that the set holds no secret.
        let mark = crate::algorithm::Hash::Sha256.digest(&[&bytes]);
        if !bytes.is_empty() && self.known.insert(mark) {
            self.keys.push(TrialKey { candidate: index, bytes, own: is_own(candidate), fault });
        }
    }

    /// What the scheme's own readings make of `text`.
    fn scheme_keys(&self, text: &[u8]) -> Vec<Vec<u8>> {
        if !computable(self.family) {
            return if text.is_empty() { Vec::new() } else { vec![text.to_vec()] };
        }
        let keys = self.scheme.readings.iter().filter_map(|reading| reading.key(text, self.family));
        keys.filter_map(|key| if let Key::Bytes(bytes) = key { Some(bytes.to_vec()) } else { None }).collect()
    }

    fn as_kept(&mut self, index: usize, candidate: &Candidate<'_>) {
        for bytes in self.scheme_keys(candidate.bytes) {
            self.add(index, candidate, bytes, None);
        }
    }

    fn tidied(&mut self, index: usize, candidate: &Candidate<'_>) {
        for (change, code) in TIDY {
            let text = Zeroizing::new(change.apply(candidate.bytes));
            if *text == candidate.bytes {
                continue;
            }
            for bytes in self.scheme_keys(&text) {
                self.add(index, candidate, bytes, Some(KeyFault { code, change: Some(change) }));
            }
        }
    }

    fn read_otherwise(&mut self, index: usize, candidate: &Candidate<'_>) {
        if !computable(self.family) {
            if let Some(text) = Encoding::decode_cut_base64(candidate.bytes) {
                let fault = KeyFault { code: "secret_encoding", change: Some(DecodeBase64) };
                self.add(index, candidate, text, Some(fault));
            }
            return;
        }
        let text = Zeroizing::new(Trim.apply(candidate.bytes));
        let bare = ["v1,whsec_", "whsec_", "whsk_", "v1,"]
            .iter()
            .find_map(|prefix| text.strip_prefix(prefix.as_bytes()))
            .unwrap_or(&text);
        let reads_text = self.scheme.readings.iter().any(|one| one.encoding == KeyEncoding::Text);
        let base64 = |text: &[u8]| {
            Encoding::decode_cut_base64(text).or_else(|| Encoding::Base64url.decode(text, true))
        };
        let all = [
            (Some(text.to_vec()), "secret_encoding"),
            (Some(bare.to_vec()), if reads_text { "secret_has_extra_prefix" } else { "secret_prefix" }),
            (Encoding::Hex.decode(bare, false), "secret_encoding"),
            (base64(bare), "secret_encoding"),
            (loose_base64(&text, false), "secret_prefix"),
            (loose_base64(&text, true), "secret_prefix"),
            (Encoding::Base64.encode(&text).map(String::into_bytes), "secret_encoding"),
            (Encoding::Hex.encode(&text).map(String::into_bytes), "secret_encoding"),
            (Some(crate::algorithm::Hash::Sha256.digest(&[&text])), "secret_encoding"),
            (Some(crate::algorithm::Hash::Sha1.digest(&[&text])), "secret_encoding"),
        ];
        for (bytes, code) in all {
            let Some(bytes) = bytes else { continue };
            let change = RESTATE.into_iter().find(|change| {
                let restated = Zeroizing::new(change.apply(&text));
                *restated != *text
                    && std::str::from_utf8(&restated).is_ok()
                    && self.scheme_keys(&restated).contains(&bytes)
            });
            self.add(index, candidate, bytes, Some(KeyFault { code, change }));
        }
    }
}

/// Base64 as permissive decoders read it: foreign characters are passed over, or, with `url`, `-` and
/// `_` count as digits.
fn loose_base64(text: &[u8], url: bool) -> Option<Vec<u8>> {
    if text.iter().all(|byte| byte.is_ascii_alphanumeric() || b"+/=".contains(byte)) {
        return None;
    }
    let digit = |byte: &u8| match byte {
        b'-' if url => Some(b'+'),
        b'_' if url => Some(b'/'),
        byte if byte.is_ascii_alphanumeric() || b"+/".contains(byte) => Some(*byte),
        _ => None,
    };
    let mut digits: Vec<u8> = text.iter().filter_map(digit).collect();
    if digits.len() % 4 == 1 {
        digits.pop();
    }
    Encoding::decode_cut_base64(&digits)
}
