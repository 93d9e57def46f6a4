//! Signs a request as its sender would: the inverse of `verify`, made from the same description.
//!
//! Only the signature, the timestamp, the id on request and what the scheme demands are written; every
//! other byte stays. Where the timestamp or the signature stands in a JSON body, that one scalar is
//! replaced in the body's text and nothing is written anew.

use crate::algorithm::{Family, ed25519_signs};
use crate::describe::{Component, Source};
use crate::json::{self, Pointer};
use crate::key::{Key, ed25519_private};
use crate::message::{Material, slices};
use crate::reader::Reader;
use crate::request::Request;
use crate::scheme::Scheme;
use crate::time;
use std::collections::BTreeMap;
use waybill_model::{ErrorCode, Failure, Timestamp};

/// What has to be changed in a request so that it is signed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Signed {
    /// Headers to put in place of any of the same name.
    pub set: Vec<(String, String)>,
    /// Headers to take away: older names and further signatures that would no longer be right.
    pub remove: Vec<String>,
    /// The body, where the scheme writes into it; absent: unchanged.
    pub body: Option<Vec<u8>>,
}

/// Why a request can't be signed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CannotSign {
    /// The scheme verifies with a public key, and what was given is no private key.
    #[error("signing under {scheme} needs a private key (PKCS#8 PEM, whsk_, or the seed in hex or base64)")]
    NoPrivateKey {
        /// The scheme's id.
        scheme: String,
    },
    /// The secret can't be read as the scheme says, or is empty.
    #[error("the secret can't be read as {scheme} says, or is empty")]
    BadKey {
        /// The scheme's id.
        scheme: String,
    },
    /// A header that is signed is neither in the request nor given.
    #[error("the request has no {name}, which {scheme} signs")]
    MissingHeader {
        /// The scheme's id.
        scheme: String,
        /// The header.
        name: String,
    },
    /// Something else that is signed is not there.
    #[error("{what}, which {scheme} signs, is not there")]
    Missing {
        /// The scheme's id.
        scheme: String,
        /// What is missing, as the scheme calls it.
        what: String,
    },
    /// The scheme puts signature or timestamp where they can't be written.
    #[error("{scheme} puts its signature or time into {place}, which can't be written here")]
    Place {
        /// The scheme's id.
        scheme: String,
        /// Where that is.
        place: String,
    },
    /// A value can't stand in a header.
    #[error("the value for {name} can't stand in a header")]
    BadValue {
        /// The header.
        name: String,
    },
}

impl From<CannotSign> for Failure {
    fn from(cause: CannotSign) -> Self {
        let hint = match &cause {
            CannotSign::NoPrivateKey { .. } => {
                "Send it as recorded, or give a development key pair's private half."
            }
            CannotSign::BadKey { .. } => "Check that the secret belongs to this scheme.",
            CannotSign::MissingHeader { .. } => "Give the id, or put the header into the request.",
            CannotSign::Missing { .. } => "Give what is missing, or choose another scheme.",
            CannotSign::Place { .. } => "Send it as recorded.",
            CannotSign::BadValue { .. } => "Use visible ASCII characters.",
        };
        Self::new(ErrorCode::CannotSign, format!("Not signed: {cause}.")).hint(hint)
    }
}

impl Signed {
    /// The headers with the changes made: a replaced header stays where its first copy was, new ones
    /// come last.
    #[must_use]
    pub fn apply(&self, headers: &[(&[u8], &[u8])]) -> Vec<(Vec<u8>, Vec<u8>)> {
        let mut done: Vec<&str> = Vec::new();
        let mut applied = Vec::with_capacity(headers.len() + self.set.len());
        for (name, value) in headers {
            let same = |known: &str| known.as_bytes().eq_ignore_ascii_case(name);
            if let Some((known, value)) = self.set.iter().find(|(known, _)| same(known)) {
                if !done.contains(&known.as_str()) {
                    done.push(known);
                    applied.push((name.to_vec(), value.as_bytes().to_vec()));
                }
            } else if !self.remove.iter().any(|known| same(known)) {
                applied.push((name.to_vec(), value.to_vec()));
            }
        }
        let left = self.set.iter().filter(|(name, _)| !done.contains(&name.as_str()));
        applied.extend(left.map(|(name, value)| (name.clone().into_bytes(), value.clone().into_bytes())));
        applied
    }

    fn put(&mut self, name: &str, value: String) -> Result<(), CannotSign> {
        let writable =
            value.bytes().all(|byte| byte == b'\t' || (b' '..0x7f).contains(&byte) || byte >= 0x80);
        if !writable || value.trim_matches([' ', '\t']).len() != value.len() {
            return Err(CannotSign::BadValue { name: name.to_owned() });
        }
        self.set.retain(|(known, _)| !known.eq_ignore_ascii_case(name));
        self.set.push((name.to_owned(), value));
        Ok(())
    }
}

/// Signs `request` as of `now`. `secret` is the shared secret, or the private key where the scheme
/// verifies with a public one. `new_id` becomes the event's id where the scheme sends one in a header;
/// without it the request keeps its own.
///
/// # Errors
/// When the secret does not serve, or something that is signed is not there.
pub fn sign(
    scheme: &Scheme,
    request: &Request<'_>,
    secret: &[u8],
    config: &BTreeMap<String, String>,
    now: Timestamp,
    new_id: Option<&str>,
) -> Result<Signed, CannotSign> {
    let mut signed = Signed::default();
    let fields = prepare(scheme, request, now, new_id, &mut signed)?;

    // What the receiver will see, but for the signature itself.
    let headers = signed.apply(request.headers);
    let headers: Vec<(&[u8], &[u8])> = headers.iter().map(|(name, value)| (&name[..], &value[..])).collect();
    let body = signed.body.clone();
    let body = body.as_deref().unwrap_or(request.body);
    let future = Request { headers: &headers, body, ..*request };
    let reader = Reader::new(future, config, &scheme.pointers);
    let bytes = signature(scheme, &reader, &fields, secret)?;

    let rule = &scheme.signature;
    let text = rule.encodings.first().and_then(|encoding| encoding.encode(&bytes));
    let value = text.and_then(|text| rule.format.join(&text, &fields, config));
    let value = value.ok_or_else(|| CannotSign::BadKey { scheme: scheme.id.clone() })?;
    match &rule.from {
        Source::Header(names) => {
            let name = header_to_write(names, request);
            signed.put(name, value)?;
            let others = names.iter().chain(&rule.also).filter(|other| !other.eq_ignore_ascii_case(name));
            signed.remove.extend(others.filter(|other| request.has_header(other)).cloned());
        }
        Source::Json(pointer) => signed.body = Some(body_with(scheme, body, pointer, &value)?),
        other => return Err(cannot_write(scheme, other)),
    }
    Ok(signed)
}

/// Writes everything but the signature and gives the fields of the signature header.
fn prepare(
    scheme: &Scheme,
    request: &Request<'_>,
    now: Timestamp,
    new_id: Option<&str>,
    signed: &mut Signed,
) -> Result<Vec<(String, String)>, CannotSign> {
    for (name, value) in &scheme.emit.set {
        signed.put(name, value.clone())?;
    }
    let ids: Vec<String> = scheme.emit.id.0.iter().map(|name| name.0.clone()).collect();
    if let (Some(id), false) = (new_id, ids.is_empty()) {
        signed.put(header_to_write(&ids, request), id.to_owned())?;
    }
    for rule in &scheme.requirements {
        match (&rule.from, &rule.equals) {
            (Source::Header(names), Some(value)) => {
                signed.put(header_to_write(names, request), value.clone())?;
            }
            (Source::Header(names), None) if !names.iter().any(|name| request.header(name).is_some()) => {
                let name = names.first().cloned().unwrap_or_default();
                return Err(CannotSign::MissingHeader { scheme: scheme.id.clone(), name });
            }
            _ => {}
        }
    }
    for rule in &scheme.body_digests {
        if let Source::Header(names) = &rule.from {
            let digest = rule.encoding.encode(&rule.hash.digest(&[request.body])).unwrap_or_default();
            signed.put(header_to_write(names, request), digest)?;
        }
    }
    let mut fields = Vec::new();
    if let Some(rule) = &scheme.timestamp {
        let text = rule.units.first().map(|unit| time::write(*unit, now)).unwrap_or_default();
        match &rule.from {
            Source::Header(names) => signed.put(header_to_write(names, request), text)?,
            Source::Field(name) => fields.push((name.clone(), text)),
            Source::Json(pointer) => signed.body = Some(body_with(scheme, request.body, pointer, &text)?),
            other => return Err(cannot_write(scheme, other)),
        }
    }
    Ok(fields)
}

/// The signature's bytes over the request that `reader` holds.
fn signature(
    scheme: &Scheme,
    reader: &Reader<'_>,
    fields: &[(String, String)],
    secret: &[u8],
) -> Result<Vec<u8>, CannotSign> {
    let family = scheme.algorithm.family();
    let bad_key = || CannotSign::BadKey { scheme: scheme.id.clone() };
    let key = || match scheme.readings.iter().find_map(|reading| reading.key(secret, family)) {
        Some(Key::Bytes(bytes)) => Ok(bytes),
        _ => Err(bad_key()),
    };
    let Some(components) = scheme.messages.first() else {
        return key().map(|bytes| bytes.to_vec());
    };
    let fields: Vec<(&[u8], &[u8])> =
        fields.iter().map(|(name, value)| (name.as_bytes(), value.as_bytes())).collect();
    let timestamp = scheme.timestamp.as_ref().and_then(|rule| reader.read(&rule.from, &fields));
    let material = Material { reader, fields: &fields, timestamp: timestamp.as_deref() };
    let pieces = material.pieces(components).map_err(|_| missing(scheme, components, &material))?;
    match family {
        Family::Mac(hash) => hash.mac(&key()?, &slices(&pieces, &[])).ok_or_else(bad_key),
        Family::Hash(hash) => Ok(hash.digest(&slices(&pieces, &key()?))),
        Family::Ed25519 => {
            let key = ed25519_private(secret);
            key.and_then(|key| ed25519_signs(&key, &slices(&pieces, &[])))
                .ok_or_else(|| CannotSign::NoPrivateKey { scheme: scheme.id.clone() })
        }
        Family::Token => key().map(|bytes| bytes.to_vec()),
    }
}

/// Names the first component that is not there.
fn missing(scheme: &Scheme, components: &[Component], material: &Material<'_, '_>) -> CannotSign {
    let absent = components.iter().find(|one| material.pieces(std::slice::from_ref(*one)).is_err());
    let scheme = scheme.id.clone();
    match absent {
        Some(Component::Header(names)) => {
            CannotSign::MissingHeader { scheme, name: names.first().cloned().unwrap_or_default() }
        }
        other => CannotSign::Missing { scheme, what: other.map(Component::label).unwrap_or_default() },
    }
}

/// The name under which a header is written: the one that the request uses already, else the first.
fn header_to_write<'n>(names: &'n [String], request: &Request<'_>) -> &'n str {
    let used = names.iter().find(|name| request.has_header(name));
    used.or(names.first()).map_or("", String::as_str)
}

/// `body` with the scalar at `pointer` replaced by `text`, in quotes where the old one was.
fn body_with(scheme: &Scheme, body: &[u8], pointer: &Pointer, text: &str) -> Result<Vec<u8>, CannotSign> {
    let place = json::place(body, pointer).ok_or_else(|| CannotSign::Missing {
        scheme: scheme.id.clone(),
        what: format!("the body's {}", pointer.text()),
    })?;
    let (before, after) =
        (body.get(..place.start).unwrap_or_default(), body.get(place.end..).unwrap_or_default());
    let quote: &[u8] = if body.get(place.start) == Some(&b'"') { b"\"" } else { b"" };
    Ok([before, quote, text.as_bytes(), quote, after].concat())
}

fn cannot_write(scheme: &Scheme, source: &Source) -> CannotSign {
    CannotSign::Place { scheme: scheme.id.clone(), place: source.title() }
}
