//! A signed message with places for the body and the secret, so that one request's message can be
//! computed over many bodies and under many keys. The only part of the search that evaluates a scheme.

use crate::algorithm::{Family, Hash};
use crate::carried::signature_values;
use crate::describe::{Component, Source};
use crate::message::{Material, PartKind, Stretch};
use crate::reader::Reader;
use crate::request::{Request, cut, trim_blanks};
use crate::scheme::Scheme;
use std::borrow::Cow;
use std::collections::BTreeMap;
use waybill_model::Reason;

/// A stretch of a message.
#[derive(Clone, PartialEq, Eq, Hash)]
pub(super) enum Chunk {
    /// These bytes.
    Bytes(PartKind, Vec<u8>),
    /// The body of whichever request is tried.
    Body,
    /// The secret of whichever candidate is tried.
    Secret,
}

/// A message.
#[derive(Clone, Default, PartialEq, Eq, Hash)]
pub(super) struct Template(pub(super) Vec<Chunk>);

impl Template {
    /// The message with body and secret in their places.
    pub(super) fn slices<'s>(&'s self, body: &'s [u8], secret: &'s [u8]) -> Vec<&'s [u8]> {
        let slice = |chunk: &'s Chunk| match chunk {
            Chunk::Bytes(_, bytes) => bytes.as_slice(),
            Chunk::Body => body,
            Chunk::Secret => secret,
        };
        self.0.iter().map(slice).collect()
    }

    /// Whether the body itself is signed, byte by byte.
    pub(super) fn has_body(&self) -> bool {
        self.0.contains(&Chunk::Body)
    }

    /// Whether the secret stands in it.
    pub(super) fn has_secret(&self) -> bool {
        self.0.contains(&Chunk::Secret)
    }

    /// The message without the secret, for showing.
    pub(super) fn text(&self, body: &[u8]) -> Vec<u8> {
        self.slices(body, b"{secret}").concat()
    }
}

/// Whether the search can compute this family's signatures itself; the others go through `verify`.
pub(super) const fn computable(family: Family) -> bool {
    matches!(family, Family::Mac(_) | Family::Hash(_) | Family::Token)
}

/// The hash of the family, where it has one.
pub(super) const fn hash_of(family: Family) -> Option<Hash> {
    match family {
        Family::Mac(hash) | Family::Hash(hash) => Some(hash),
        _ => None,
    }
}

/// A request, read as far as it can be under a scheme.
#[derive(Clone, Default)]
pub(super) struct Reading {
    /// Every form of the message that can be put together.
    pub(super) templates: Vec<Template>,
    /// The timestamp as written.
    pub(super) timestamp: Option<Vec<u8>>,
    /// Why a form could not be put together, when none could.
    pub(super) fault: Option<Reason>,
}

/// Reads `request` under `scheme`; `timestamp` stands for the request's own.
pub(super) fn read(
    scheme: &Scheme,
    request: &Request<'_>,
    config: &BTreeMap<String, String>,
    timestamp: Option<&[u8]>,
) -> Reading {
    if scheme.messages.is_empty() {
        // A token signs nothing.
        return Reading { templates: vec![Template::default()], ..Reading::default() };
    }
    let reader = Reader::new(*request, config, &scheme.pointers);
    let values = signature_values(&scheme.signature, &reader)
        .or_else(|_| loose_values(scheme, &reader).map(Into::into));
    let values = values.unwrap_or_default();
    let split = scheme.signature.format.split(values.iter().map(AsRef::as_ref), config);
    // A header that can't be taken apart may still hold the timestamp.
    let fields = split.map_or_else(|_| loose_fields(&values), |split| split.fields.into_vec());
    let own = scheme.timestamp.as_ref().and_then(|rule| reader.read(&rule.from, &fields));
    let timestamp = timestamp.map(Cow::Borrowed).or(own);
    let material = Material { reader: &reader, fields: &fields, timestamp: timestamp.as_deref() };
    let mut reading =
        Reading { timestamp: timestamp.as_ref().map(|text| text.to_vec()), ..Reading::default() };
    for form in &scheme.messages {
        match material.pieces(form) {
            Ok(pieces) => {
                let chunk = |piece: &crate::message::Piece<'_>| match &piece.bytes {
                    Stretch::Body(_) => Chunk::Body,
                    Stretch::Secret => Chunk::Secret,
                    Stretch::Bytes(bytes) => Chunk::Bytes(piece.kind, bytes.to_vec()),
                };
                let template = Template(pieces.iter().map(chunk).collect());
                if !reading.templates.contains(&template) {
                    reading.templates.push(template);
                }
            }
            Err(reason) => reading.fault = reading.fault.or(Some(reason)),
        }
    }
    reading
}

/// Every value that may hold a signature, whatever the scheme says of repeats.
pub(super) fn loose_values<'v>(
    scheme: &Scheme,
    reader: &'v Reader<'_>,
) -> Result<Vec<Cow<'v, [u8]>>, Reason> {
    let mut values: Vec<Cow<'v, [u8]>> = Vec::new();
    if !matches!(scheme.signature.from, Source::Header(_)) {
        values.extend(reader.read(&scheme.signature.from, &[]));
    }
    for name in scheme.signature_headers() {
        values.extend(reader.request.header_values(&name).map(Cow::Borrowed));
    }
    if values.is_empty() { Err(Reason::MissingSignature) } else { Ok(values) }
}

/// `name=value` pairs in values that are not written as the scheme says.
fn loose_fields<'v>(values: &'v [Cow<'_, [u8]>]) -> Vec<(&'v [u8], &'v [u8])> {
    let mut fields = Vec::new();
    for value in values.iter().take(16) {
        for item in value.split(|byte| b",; ".contains(byte)).take(64) {
            if let (name, Some(text)) = cut(trim_blanks(item), b'=') {
                fields.push((name, text));
            }
        }
    }
    fields
}

/// The headers that a scheme reads besides the signature: signed ones, the timestamp's, required ones.
pub(super) fn headers_read(scheme: &Scheme) -> Vec<Vec<String>> {
    let mut names: Vec<Vec<String>> = Vec::new();
    let mut add = |list: &Vec<String>| {
        if !names.contains(list) {
            names.push(list.clone());
        }
    };
    for component in scheme.messages.iter().flatten() {
        component.walk(&mut |component| {
            if let Component::Header(list) = component {
                add(list);
            }
        });
    }
    if let Some(Source::Header(list)) = scheme.timestamp.as_ref().map(|rule| &rule.from) {
        add(list);
    }
    for rule in &scheme.requirements {
        if let Source::Header(list) = &rule.from {
            add(list);
        }
    }
    names
}

/// Whether the scheme signs the address, or a part of it.
pub(super) fn signs_address(scheme: &Scheme) -> bool {
    scheme.covers().url
}

/// The keys of the configured values that the scheme signs.
pub(super) fn configured(scheme: &Scheme) -> Vec<String> {
    let mut keys = Vec::new();
    for component in scheme.messages.iter().flatten() {
        component.walk(&mut |component| {
            if let Component::Config(key) = component
                && !keys.contains(key)
            {
                keys.push(key.clone());
            }
        });
    }
    keys
}
