//! Checks one request against one scheme.
//!
//! The order of the checks decides which reason is reported: what must be there besides the signature;
//! the signature; its repeats; its form; the timestamp's form; the keys; the comparison; digests of the
//! body; and last the time window, so that a stale but otherwise right request is called stale.

use crate::algorithm::{Family, ed25519_verifies, same, same_secret};
use crate::describe::{Component, Repeated};
use crate::key::Key;
use crate::message::{Material, Piece, parts, slices};
use crate::reader::Reader;
use crate::request::Request;
use crate::scheme::{Scheme, SignatureRule};
use crate::split::Split;
use crate::time::{self, Instant};
use crate::verification::Verification;
use std::borrow::Cow;
use std::collections::BTreeMap;
use waybill_model::{Reason, Timestamp, header_text};

/// Public-key trials for one request. Each one hashes the whole body, so that a header full of
/// signatures must not buy more of them.
const MAX_TRIALS: usize = 64;

/// Received signatures that are kept for showing, and characters of each.
const SHOWN: (usize, usize) = (16, 1024);

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
    let reason = Check { scheme, reader: &reader, secrets, now }.run(&mut found).err().unwrap_or(Reason::Ok);
    found.strict_reason = reason;
    found.reason = if scheme.unconfirmed { unconfirmed(reason) } else { reason };
    found.verdict = found.reason.verdict();
    found
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

struct Check<'c, 'a> {
    scheme: &'c Scheme,
    reader: &'c Reader<'a>,
    secrets: &'c [&'c [u8]],
    now: Timestamp,
}

impl Check<'_, '_> {
    fn run(&self, found: &mut Verification) -> Result<(), Reason> {
        let Self { scheme, reader, .. } = self;
        let family = scheme.algorithm.family();
        let rule = &scheme.signature;

        requirements(scheme, reader)?;
        let values = signature_values(rule, reader)?;
        let split = rule.format.split(values.iter().map(AsRef::as_ref), reader.config)?;
        if family != Family::Token {
            found.received = shown(&split.candidates);
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
        // Shown even when nothing can be checked for want of a secret.
        let messages = built(&scheme.messages, &material);
        let first = messages.as_ref().ok().and_then(|messages| messages.first());
        found.signed_content = first.map(|pieces| parts(pieces)).unwrap_or_default();

        let keys = self.keys(family)?;
        let signed_body = scheme.covers().body || !scheme.body_digests.is_empty();
        if reader.request.truncated && signed_body {
            return Err(Reason::BodyTooLarge);
        }
        let messages = messages?;
        let signatures = decoded(rule, &split.candidates)?;
        let matched = match family {
            Family::Token => token_match(&keys, &signatures).map(|secret| (secret, 0)),
            Family::Ed25519 => key_pair_match(&keys, &messages, &signatures),
            Family::Mac(_) | Family::Hash(_) => self.hash_match(&keys, &messages, &signatures, found),
        };
        let (secret, form) = matched.ok_or(Reason::SignatureMismatch)?;
        found.secret = Some(secret);
        if form > 0 {
            found.signed_content = messages.get(form).map(|pieces| parts(pieces)).unwrap_or_default();
        }

        self.body_digests()?;
        match (&scheme.timestamp, instant) {
            (Some(rule), Some(instant)) => instant.judge(self.now, rule.max_age, rule.max_future),
            _ => Ok(()),
        }
    }

    fn timestamp<'t>(&'t self, split: &Split<'t>) -> Result<Option<(Cow<'t, [u8]>, Instant)>, Reason> {
        let Some(rule) = &self.scheme.timestamp else { return Ok(None) };
        let text = self.reader.read(&rule.from, &split.fields).ok_or(Reason::MissingTimestamp)?;
        let instant = time::read(&rule.units, &text).ok_or(Reason::TimestampMalformed)?;
        Ok(Some((text, instant)))
    }

    /// Every key that any reading makes of any secret, with the secret's place in the list.
    fn keys(&self, family: Family) -> Result<Vec<(usize, Key)>, Reason> {
        if self.secrets.is_empty() {
            return Err(Reason::NoSecret);
        }
        let mut keys = Vec::new();
        for (index, secret) in self.secrets.iter().enumerate() {
            let readings = self.scheme.readings.iter();
            keys.extend(readings.filter_map(|reading| reading.key(secret, family)).map(|key| (index, key)));
        }
        if keys.is_empty() { Err(Reason::BadKey) } else { Ok(keys) }
    }

    fn hash_match(
        &self,
        keys: &[(usize, Key)],
        messages: &[Vec<Piece<'_>>],
        signatures: &[Vec<u8>],
        found: &mut Verification,
    ) -> Option<(usize, usize)> {
        let family = self.scheme.algorithm.family();
        let encoding = self.scheme.signature.encodings.first();
        let first_secret = keys.first().map(|(secret, _)| *secret);
        let mut matched = None;
        for (form, pieces) in messages.iter().enumerate() {
            for (secret, key) in keys {
                let Key::Bytes(bytes) = key else { continue };
                let computed = match family {
                    Family::Mac(hash) => hash.mac(bytes, &slices(pieces, &[])),
                    Family::Hash(hash) => Some(hash.digest(&slices(pieces, bytes))),
                    Family::Ed25519 | Family::Token => None,
                };
                let Some(computed) = computed else { continue };
                if Some(*secret) == first_secret {
                    found.computed.extend(encoding.and_then(|encoding| encoding.encode(&computed)));
                }
                if signatures.iter().any(|signature| same(signature, &computed)) {
                    matched = matched.or(Some((*secret, form)));
                }
            }
            if matched.is_some() {
                break;
            }
        }
        matched
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

/// What must be there besides the signature.
pub(crate) fn requirements(scheme: &Scheme, reader: &Reader<'_>) -> Result<(), Reason> {
    for rule in &scheme.requirements {
        let value = reader.read(&rule.from, &[]).ok_or(Reason::MissingHeader)?;
        if rule.equals.as_ref().is_some_and(|expected| expected.as_bytes() != value.as_ref()) {
            return Err(rule.reason);
        }
    }
    Ok(())
}

/// Every value that holds signatures; an empty one counts as absent.
pub(crate) fn signature_values<'v>(
    rule: &SignatureRule,
    reader: &'v Reader<'_>,
) -> Result<Vec<Cow<'v, [u8]>>, Reason> {
    let mut values: Vec<Cow<'v, [u8]>> = match &rule.from {
        crate::describe::Source::Header(names) => {
            // Other names are spellings of the first: the first that is there holds the signature.
            let name = names.iter().find(|name| reader.request.header(name).is_some());
            name.into_iter().flat_map(|name| reader.request.header_values(name)).map(Cow::Borrowed).collect()
        }
        other => reader.read(other, &[]).filter(|value| !value.is_empty()).into_iter().collect(),
    };
    match rule.repeated {
        Repeated::Any => {}
        Repeated::First => values.truncate(1),
        Repeated::Reject if values.len() > 1 => return Err(Reason::DuplicateHeader),
        Repeated::Reject => {}
    }
    for name in &rule.also {
        values.extend(reader.request.header_values(name).map(Cow::Borrowed));
    }
    if values.is_empty() { Err(Reason::MissingSignature) } else { Ok(values) }
}

/// Every form of the message that can be put together; the first fault when none can.
fn built<'m>(
    forms: &'m [Vec<Component>],
    material: &Material<'m, '_>,
) -> Result<Vec<Vec<Piece<'m>>>, Reason> {
    let mut messages = Vec::new();
    let mut fault = None;
    for form in forms {
        match material.pieces(form) {
            Ok(pieces) => messages.push(pieces),
            Err(reason) => fault = fault.or(Some(reason)),
        }
    }
    match fault {
        Some(reason) if messages.is_empty() => Err(reason),
        _ => Ok(messages),
    }
}

/// The candidates' bytes under every encoding that fits.
pub(crate) fn decoded(rule: &SignatureRule, candidates: &[&[u8]]) -> Result<Vec<Vec<u8>>, Reason> {
    let encodings = || rule.encodings.iter();
    let signatures: Vec<Vec<u8>> = candidates
        .iter()
        .flat_map(|text| encodings().filter_map(|encoding| encoding.decode(text, rule.unpadded)))
        .collect();
    if signatures.is_empty() { Err(Reason::BadSignatureEncoding) } else { Ok(signatures) }
}

fn token_match(keys: &[(usize, Key)], tokens: &[Vec<u8>]) -> Option<usize> {
    let fits = |key: &Key| match key {
        Key::Bytes(bytes) => tokens.iter().any(|token| same_secret(token, bytes)),
        Key::Ed25519(_) => false,
    };
    keys.iter().find(|(_, key)| fits(key)).map(|(secret, _)| *secret)
}

fn key_pair_match(
    keys: &[(usize, Key)],
    messages: &[Vec<Piece<'_>>],
    signatures: &[Vec<u8>],
) -> Option<(usize, usize)> {
    let mut trials = 0_usize;
    for (form, pieces) in messages.iter().enumerate() {
        let slices = slices(pieces, &[]);
        for signature in signatures.iter().filter(|bytes| bytes.len() == ed25519_dalek::SIGNATURE_LENGTH) {
            for (secret, key) in keys {
                let Key::Ed25519(key) = key else { continue };
                if trials == MAX_TRIALS {
                    return None;
                }
                trials += 1;
                if ed25519_verifies(key, &slices, signature) {
                    return Some((*secret, form));
                }
            }
        }
    }
    None
}

fn shown(candidates: &[&[u8]]) -> Vec<String> {
    let (count, length) = SHOWN;
    candidates.iter().take(count).map(|text| header_text(text).chars().take(length).collect()).collect()
}
