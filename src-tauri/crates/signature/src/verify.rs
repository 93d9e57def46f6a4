//! Checks one request against one scheme.
//!
//! The order of the checks decides which reason is reported: what must be there besides the signature;
//! the signature; its repeats; its form; the timestamp's form; the keys; the comparison; digests of the
//! body; and last the time window, so that a stale but otherwise right request is called stale.

use crate::algorithm::{Family, same, same_secret};
use crate::carried::{decoded, shown, signature_values};
use crate::encoding::Decoded;
use crate::forms::Forms;
use crate::key::Key;
use crate::message::{Material, parts, slices, stretches};
use crate::prepared::{KeySource, Keys, PlacedKey};
use crate::reader::Reader;
use crate::request::Request;
use crate::require::requirements;
use crate::scheme::Scheme;
use crate::split::Split;
use crate::time::{self, Instant};
use crate::token;
use crate::verification::Verification;
use std::borrow::Cow;
use std::collections::BTreeMap;
use waybill_model::{Reason, Timestamp};

/// Public-key trials for one request, fewest and most, and the bytes that they may hash between them: each
/// one hashes the whole message, and a header full of signatures must not buy more than a moment of that.
const TRIALS: (usize, usize) = (8, 64);
const TRIAL_BYTES: usize = 16 * 1024 * 1024;

/// Checks `request` under `scheme` at the instant `now`. Any of `secrets` may match; a public key is
/// given like a secret. `config` holds what the scheme needs besides (see `SchemeInfo::config`).
///
/// Never panics, whatever the bytes. Without secrets the verdict is `unchecked`, an empty secret is a
/// `bad_key`.
#[must_use]
pub fn verify(
    scheme: &Scheme,
    request: &Request<'_>,
    secrets: &[&[u8]],
    config: &BTreeMap<String, String>,
    now: Timestamp,
) -> Verification {
    outcome(scheme, request, KeySource::Secrets(secrets), config, now, true)
}

/// As [`verify`], without what is there for showing only: `signed_content`, `received` and `computed` stay
/// empty. For where every delivery is checked and nobody looks yet: it costs little more than the hash.
#[must_use]
pub fn check(
    scheme: &Scheme,
    request: &Request<'_>,
    secrets: &[&[u8]],
    config: &BTreeMap<String, String>,
    now: Timestamp,
) -> Verification {
    outcome(scheme, request, KeySource::Secrets(secrets), config, now, false)
}

pub(crate) fn outcome(
    scheme: &Scheme,
    request: &Request<'_>,
    source: KeySource<'_>,
    config: &BTreeMap<String, String>,
    now: Timestamp,
    shows: bool,
) -> Verification {
    let mut found = Verification {
        verdict: Reason::NoSecret.verdict(),
        reason: Reason::NoSecret,
        strict_reason: Reason::NoSecret,
        secret: None,
        timestamp: None,
        age_s: None,
        max_age_s: scheme.timestamp.as_ref().and_then(|rule| rule.max_age),
        max_future_s: scheme.timestamp.as_ref().and_then(|rule| rule.max_future),
        signed_content: Vec::new(),
        received: Vec::new(),
        computed: Vec::new(),
    };
    let reader = Reader::new(*request, config, &scheme.pointers);
    let reason =
        Check { scheme, reader: &reader, source, now, shows }.run(&mut found).err().unwrap_or(Reason::Ok);
    let reason = if request.truncated && scheme.reads_body() { of_cut_body(reason) } else { reason };
    found.strict_reason = reason;
    found.reason = if scheme.unconfirmed { unconfirmed(reason) } else { reason };
    found.verdict = found.reason.verdict();
    found
}

/// What a failure means when what is looked for may stand in the part of the body that was cut off.
const fn of_cut_body(reason: Reason) -> Reason {
    match reason {
        Reason::SignatureMismatch
        | Reason::MissingSignature
        | Reason::MissingTimestamp
        | Reason::MissingHeader
        | Reason::BodyDigestMismatch => Reason::BodyTooLarge,
        other => other,
    }
}

/// What a failure means while nobody knows whether the description itself is right: only what a wrong
/// description could not explain stands as it is.
const fn unconfirmed(reason: Reason) -> Reason {
    match reason {
        Reason::SignatureMismatch
        | Reason::MalformedSignatureHeader
        | Reason::NoAcceptableSignature
        | Reason::WrongPrefix
        | Reason::BadSignatureEncoding
        | Reason::TimestampMalformed => Reason::SchemeUnconfirmed,
        other => other,
    }
}

/// One check under way.
pub(crate) struct Check<'c, 'a> {
    pub(crate) scheme: &'c Scheme,
    pub(crate) reader: &'c Reader<'a>,
    pub(crate) source: KeySource<'c>,
    pub(crate) now: Timestamp,
    /// Whether what is only for showing is put together.
    pub(crate) shows: bool,
}

impl Check<'_, '_> {
    fn run(&self, found: &mut Verification) -> Result<(), Reason> {
        let Self { scheme, reader, .. } = self;
        let rule = &scheme.signature;

        requirements(scheme, reader)?;
        let family = scheme.algorithm_of(reader)?.family();
        let values = signature_values(rule, reader)?;
        let split = rule.format.split(values.iter().map(AsRef::as_ref), reader.config)?;
        if self.shows && family != Family::Token {
            found.received = shown(&split.candidates);
        }
        if let Some(rule) = &scheme.token {
            return token::check(self, rule, &split.candidates, found);
        }

        let timestamp = self.timestamp(&split)?;
        let instant = timestamp.as_ref().map(|(_, instant)| *instant);
        found.timestamp = instant.map(Instant::unix);
        found.age_s = instant.map(|instant| instant.age_s(self.now));

        let material = Material {
            reader,
            fields: &split.fields,
            timestamp: timestamp.as_ref().map(|(text, _)| text.as_ref()),
        };
        let keys = self.keys(family);
        if !self.shows {
            // Some forms unpack the body: not for a request that can't be checked.
            keys.as_ref().map_err(|reason| *reason)?;
            self.whole_body()?;
        }
        // Shown even when nothing can be checked for want of a secret.
        let mut forms = Forms::new(&scheme.messages, &material);
        if self.shows {
            found.signed_content = forms.first().map(parts).unwrap_or_default();
        }

        let keys = keys?;
        self.whole_body()?;
        forms.fault()?;
        let signatures = decoded(rule, &split.candidates)?;
        let secret = match family {
            Family::Token => token_match(&keys, &signatures),
            Family::Mac(_) | Family::Hash(_) => {
                self.hash_match(family, &keys, &mut forms, &signatures, found)
            }
            _ => {
                let found = self.shows.then_some(&mut *found);
                key_pair_match(family, &keys, &mut forms, &signatures, found)
            }
        };
        found.secret = Some(secret.ok_or(Reason::SignatureMismatch)?);

        self.body_digests()?;
        match (&scheme.timestamp, instant) {
            (Some(rule), Some(instant)) => instant.judge(self.now, rule.max_age, rule.max_future),
            _ => Ok(()),
        }
    }

    /// Of a body that was cut nothing can be said where the signature covers it.
    pub(crate) fn whole_body(&self) -> Result<(), Reason> {
        let cut = self.reader.request.truncated && self.scheme.covers().body;
        if cut { Err(Reason::BodyTooLarge) } else { Ok(()) }
    }

    fn timestamp<'t>(&'t self, split: &Split<'t>) -> Result<Option<(Cow<'t, [u8]>, Instant)>, Reason> {
        let Some(rule) = &self.scheme.timestamp else { return Ok(None) };
        let text = self.reader.read(&rule.from, &split.fields).ok_or(Reason::MissingTimestamp)?;
        let instant = time::read(&rule.units, &text).ok_or(Reason::TimestampMalformed)?;
        Ok(Some((text, instant)))
    }

    /// Every key that any reading makes of any secret, with the secret's place in the list.
    pub(crate) fn keys(&self, family: Family) -> Result<Keys<'_>, Reason> {
        self.source.keys(self.scheme, family)
    }

    fn hash_match(
        &self,
        family: Family,
        keys: &[PlacedKey],
        forms: &mut Forms<'_, '_, '_>,
        signatures: &[Decoded],
        found: &mut Verification,
    ) -> Option<usize> {
        let encoding = self.scheme.signature.encodings.first();
        let first_secret = keys.first().map(|(secret, _)| *secret);
        while let Some(pieces) = forms.next() {
            let mut matched = None;
            for (secret, named) in keys {
                let computed = match (&named.key, family) {
                    (Key::Mac(state), Family::Mac(_)) => Some(state.mac_of(stretches(pieces, &[]))),
                    (Key::Bytes(key), Family::Mac(hash)) => hash.mac_of(key, stretches(pieces, &[])),
                    (Key::Bytes(key), Family::Hash(hash)) => Some(hash.digest_of(stretches(pieces, key))),
                    _ => None,
                };
                let Some(computed) = computed else { continue };
                if self.shows && Some(*secret) == first_secret {
                    found.computed.extend(encoding.and_then(|encoding| encoding.encode(&computed)));
                }
                if signatures.iter().any(|signature| same(signature, &computed)) {
                    matched = matched.or(Some(*secret));
                }
            }
            if matched.is_some() {
                if self.shows {
                    show(forms, found);
                }
                return matched;
            }
        }
        None
    }

    fn body_digests(&self) -> Result<(), Reason> {
        for rule in &self.scheme.body_digests {
            let text = self.reader.read(&rule.from, &[]).ok_or(Reason::BodyDigestMismatch)?;
            let given = rule.encoding.decode(&text, true).ok_or(Reason::BodyDigestMismatch)?;
            if !same(&given, &rule.hash.digest(&[self.reader.request.body])) {
                return Err(Reason::BodyDigestMismatch);
            }
        }
        Ok(())
    }
}

fn token_match(keys: &[PlacedKey], tokens: &[Decoded]) -> Option<usize> {
    let fits = |key: &Key| match key {
        Key::Bytes(bytes) => tokens.iter().any(|token| same_secret(token, bytes)),
        _ => false,
    };
    keys.iter().find(|(_, named)| fits(&named.key)).map(|(secret, _)| *secret)
}

fn key_pair_match(
    family: Family,
    keys: &[PlacedKey],
    forms: &mut Forms<'_, '_, '_>,
    signatures: &[Decoded],
    found: Option<&mut Verification>,
) -> Option<usize> {
    let mut trials = 0_usize;
    while let Some(pieces) = forms.next() {
        let slices = slices(pieces, &[]);
        let length: usize = slices.iter().map(|slice| slice.len()).sum();
        let most = (TRIAL_BYTES / length.max(1)).clamp(TRIALS.0, TRIALS.1);
        for signature in signatures {
            for (secret, named) in keys {
                if trials >= most {
                    return None;
                }
                trials += 1;
                if named.key.verifies(family, &slices, signature) {
                    if let Some(found) = found {
                        show(forms, found);
                    }
                    return Some(*secret);
                }
            }
        }
    }
    None
}

/// Keeps the form of the message that matched; the first is kept already.
fn show(forms: &Forms<'_, '_, '_>, found: &mut Verification) {
    if let Some(pieces) = forms.beyond_first() {
        found.signed_content = parts(pieces);
    }
}
