//! Signs a request as its sender would: the inverse of `verify`, made from the same description.
//!
//! Only the signature, the timestamp, the id on request and what the scheme demands are written; every
//! other byte stays. Where the timestamp or the signature stands in a JSON body, that one scalar is
//! replaced in the body's text and nothing is written anew.

use crate::algorithm::Family;
use crate::cannot_sign::CannotSign;
use crate::describe::{BodyDigest, Component, Source};
use crate::key::Key;
use crate::message::{Material, slices};
use crate::place::{body_with_field, body_with_scalar};
use crate::private::private_key;
use crate::reader::Reader;
use crate::request::Request;
use crate::scheme::Scheme;
use crate::sign_token;
use crate::time;
use std::collections::BTreeMap;
use waybill_model::Timestamp;

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

    fn sets(&self, name: &str) -> bool {
        self.set.iter().any(|(known, _)| known.eq_ignore_ascii_case(name))
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
    let rule = &scheme.signature;
    let text = match &scheme.token {
        Some(token) => Some(sign_token::token(scheme, token, &reader, secret, now, new_id)?),
        None => {
            let bytes = signature(scheme, &reader, &fields, secret)?;
            rule.encodings.first().and_then(|encoding| encoding.encode(&bytes))
        }
    };
    let value = text.and_then(|text| rule.format.join(&text, &fields, config));
    let value = value.ok_or_else(|| CannotSign::BadKey { scheme: scheme.id.clone() })?;
    match &rule.from {
        Source::Header(names) => {
            let name = header_to_write(names, request);
            signed.put(name, value)?;
            let others = names.iter().chain(&rule.also).filter(|other| !other.eq_ignore_ascii_case(name));
            signed.remove.extend(others.filter(|other| request.has_header(other)).cloned());
            let numbered = rule.numbered.iter().flat_map(|prefix| request.numbered(prefix));
            let others = numbered.filter(|(other, _)| !other.eq_ignore_ascii_case(name.as_bytes()));
            signed.remove.extend(others.map(|(other, _)| String::from_utf8_lossy(other).into_owned()));
        }
        Source::Json(pointer) => {
            signed.body =
                Some(body_with_scalar(body, pointer, &value).ok_or_else(|| absent(scheme, &rule.from))?);
        }
        Source::Form(field) => {
            signed.body =
                Some(body_with_field(body, field, &value).ok_or_else(|| absent(scheme, &rule.from))?);
        }
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
    for (name, value) in scheme.emit.default.iter().filter(|(name, _)| request.header(name).is_none()) {
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
            (Source::Header(names), None)
                if !names.iter().any(|name| request.header(name).is_some() || signed.sets(name)) =>
            {
                let name = names.first().cloned().unwrap_or_default();
                return Err(CannotSign::MissingHeader { scheme: scheme.id.clone(), name });
            }
            _ => {}
        }
    }
    for rule in &scheme.body_digests {
        let digest = rule.encoding.encode(&rule.hash.digest(&[request.body])).unwrap_or_default();
        match &rule.from {
            Source::Header(names) => signed.put(header_to_write(names, request), digest)?,
            _ if holds(rule, request) => {}
            other => return Err(cannot_write(scheme, other)),
        }
    }
    let mut fields = Vec::new();
    if let Some(rule) = &scheme.timestamp {
        let text = rule.units.first().map(|unit| time::write(*unit, now)).unwrap_or_default();
        match &rule.from {
            Source::Header(names) => signed.put(header_to_write(names, request), text)?,
            Source::Field(name) => fields.push((name.clone(), text)),
            Source::Json(pointer) => {
                let body = body_with_scalar(request.body, pointer, &text);
                signed.body = Some(body.ok_or_else(|| absent(scheme, &rule.from))?);
            }
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
    let algorithm = scheme.algorithm_of(reader).map_err(|_| {
        let chooser = scheme.algorithm_by.as_ref().map(|by| by.from.title());
        CannotSign::Missing { scheme: scheme.id.clone(), what: chooser.unwrap_or_default() }
    })?;
    let family = algorithm.family();
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
        Family::Ed25519 | Family::Rsa(..) | Family::P256(_) | Family::Jws => {
            let key = private_key(secret, family);
            key.and_then(|key| key.signs(family, &slices(&pieces, &[])))
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

/// Whether a digest that can't be written is right already.
fn holds(rule: &BodyDigest, request: &Request<'_>) -> bool {
    let config = BTreeMap::new();
    let pointers: Vec<_> = rule.from.pointer().cloned().into_iter().collect();
    let reader = Reader::new(*request, &config, &pointers);
    let given = reader.read(&rule.from, &[]).and_then(|text| rule.encoding.decode(&text, true));
    given.is_some_and(|given| given == rule.hash.digest(&[request.body]))
}

fn absent(scheme: &Scheme, source: &Source) -> CannotSign {
    CannotSign::Missing { scheme: scheme.id.clone(), what: format!("the {}", source.title()) }
}

fn cannot_write(scheme: &Scheme, source: &Source) -> CannotSign {
    CannotSign::Place { scheme: scheme.id.clone(), place: source.title() }
}
