//! The signed message: an ordered list of components, evaluated into slices of the request.
//!
//! The body is never copied; the secret is only a place in the list until the very moment of hashing.

use crate::algorithm::Hash;
use crate::body::{ascii_escaped, crc32, decompressed};
use crate::describe::{BodyPart, Component, DigestForm, UrlPart};
use crate::encoding::Encoding;
use crate::json::Pointer;
use crate::reader::{Reader, field};
use crate::request::{Request, form_encoded, trim_blanks};
use crate::verification::{Part, PartContent};
use smallvec::SmallVec;
use std::borrow::Cow;
use waybill_model::Reason;

/// Headers that a list may name.
const MAX_LISTED: usize = 100;

/// What a part of the signed content is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum PartKind {
    /// Text that the scheme itself adds.
    Literal,
    /// The sender's timestamp, as written.
    Timestamp,
    /// The value of a header.
    Header,
    /// A named value of the signature header.
    Field,
    /// The body.
    Body,
    /// A value out of the body's JSON or form.
    BodyValue,
    /// The request method.
    Method,
    /// The address or a part of it.
    Url,
    /// A configured value.
    Config,
    /// The secret.
    Secret,
    /// Something computed from other parts: a digest, sorted parameters.
    Derived,
}

/// A stretch of the message.
pub(crate) struct Piece<'m> {
    pub(crate) kind: PartKind,
    /// What the scheme calls it; none for what stands between two of its parts.
    pub(crate) label: Option<&'m Component>,
    pub(crate) bytes: Stretch<'m>,
}

/// A whole message; most have no more stretches than are held without asking for memory.
pub(crate) type Pieces<'m> = SmallVec<[Piece<'m>; 6]>;

/// Where a stretch's bytes are.
pub(crate) enum Stretch<'m> {
    Bytes(Cow<'m, [u8]>),
    Body(&'m [u8]),
    Secret,
}

/// What the message is evaluated from.
pub(crate) struct Material<'m, 'a> {
    pub(crate) reader: &'m Reader<'a>,
    pub(crate) fields: &'m [(&'m [u8], &'m [u8])],
    pub(crate) timestamp: Option<&'m [u8]>,
}

impl<'m> Material<'m, '_> {
    /// The pieces of `components`, or the reason why one of them is not there.
    pub(crate) fn pieces(&self, components: &'m [Component]) -> Result<Pieces<'m>, Reason> {
        let mut pieces = Pieces::new();
        self.pieces_into(components, &mut pieces)?;
        Ok(pieces)
    }

    /// The same, put behind what `pieces` holds.
    pub(crate) fn pieces_into(
        &self,
        components: &'m [Component],
        pieces: &mut Pieces<'m>,
    ) -> Result<(), Reason> {
        components.iter().try_for_each(|component| self.push(component, pieces))
    }

    fn push(&self, component: &'m Component, pieces: &mut Pieces<'m>) -> Result<(), Reason> {
        let request = &self.reader.request;
        let here = |value: Option<Cow<'m, [u8]>>, reason: Reason| value.ok_or(reason);
        let (kind, bytes) = match component {
            Component::Text(text) => (PartKind::Literal, Cow::Borrowed(text.as_bytes())),
            Component::Timestamp => {
                let text = self.timestamp.map(Cow::Borrowed);
                (PartKind::Timestamp, here(text, Reason::MissingTimestamp)?)
            }
            Component::Header(names) => {
                let value = self.reader.header(names).map(Cow::Borrowed);
                (PartKind::Header, here(value, Reason::MissingHeader)?)
            }
            Component::Field(name) => {
                let value = field(self.fields, name).map(Cow::Borrowed);
                (PartKind::Field, here(value, Reason::MalformedSignatureHeader)?)
            }
            Component::Body(BodyPart::Raw) => {
                let bytes = Stretch::Body(request.body);
                pieces.push(Piece { kind: PartKind::Body, label: Some(component), bytes });
                return Ok(());
            }
            Component::Body(form) => {
                let changed = match form {
                    BodyPart::Ascii => ascii_escaped(request.body),
                    _ => decompressed(request.body)?,
                };
                let bytes = match changed {
                    Cow::Borrowed(body) => Stretch::Body(body),
                    owned @ Cow::Owned(_) => Stretch::Bytes(owned),
                };
                pieces.push(Piece { kind: PartKind::Body, label: Some(component), bytes });
                return Ok(());
            }
            Component::Json { pointer, missing } => {
                let value = self.reader.json(pointer);
                let default = missing.as_ref().map(|text| Cow::Borrowed(text.as_bytes()));
                (PartKind::BodyValue, here(value.or(default), Reason::MissingHeader)?)
            }
            Component::Form(name) => {
                let value = self.reader.form(name).map(Cow::Borrowed);
                (PartKind::BodyValue, here(value, Reason::MissingHeader)?)
            }
            Component::Query(name) => {
                let value = self.reader.query(name).map(Cow::Borrowed);
                (PartKind::Url, here(value, Reason::MissingHeader)?)
            }
            Component::Method => (PartKind::Method, Cow::Borrowed(request.method)),
            Component::Url(part) => (PartKind::Url, self.url(*part)),
            Component::Config(key) => {
                let value = self.reader.config.get(key).map(|text| Cow::Borrowed(text.as_bytes()));
                (PartKind::Config, here(value, Reason::BadKey)?)
            }
            Component::Secret => {
                let bytes = Stretch::Secret;
                pieces.push(Piece { kind: PartKind::Secret, label: Some(component), bytes });
                return Ok(());
            }
            Component::FormSorted => (PartKind::Derived, Cow::Owned(self.sorted_form())),
            Component::QuerySorted => (PartKind::Derived, Cow::Owned(self.sorted_query())),
            Component::HeaderList { named_by, assign, with } => {
                (PartKind::Derived, Cow::Owned(self.listed_headers(named_by, assign, with)?))
            }
            Component::Lines(members) => (PartKind::Derived, Cow::Owned(self.lines(members))),
            Component::Crc32(of) => {
                let pieces = self.pieces(of)?;
                (PartKind::Derived, Cow::Owned(crc32(&slices(&pieces, &[])).into_bytes()))
            }
            Component::Digest { hash, form, of } => {
                (PartKind::Derived, Cow::Owned(self.digest(*hash, *form, of)?))
            }
            Component::Join { with, of } => {
                for (index, inner) in of.iter().enumerate() {
                    if index > 0 {
                        let bytes = Stretch::Bytes(Cow::Borrowed(with.as_bytes()));
                        pieces.push(Piece { kind: PartKind::Literal, label: None, bytes });
                    }
                    self.push(inner, pieces)?;
                }
                return Ok(());
            }
        };
        pieces.push(Piece { kind, label: Some(component), bytes: Stretch::Bytes(bytes) });
        Ok(())
    }

    fn url(&self, part: UrlPart) -> Cow<'m, [u8]> {
        if part == UrlPart::PathQuery {
            return Cow::Borrowed(self.reader.request.path_and_query());
        }
        let request = Request { url: self.reader.address(), ..Request::default() };
        Cow::Borrowed(match part {
            UrlPart::Full | UrlPart::PathQuery => request.url,
            UrlPart::Registered => self.reader.config.get("url").map_or(request.url, |url| url.as_bytes()),
            UrlPart::NoQuery => request.url_without_query(),
            UrlPart::WithPort => return Cow::Owned(request.url_with_port()),
            UrlPart::NoPort => return Cow::Owned(request.url_without_port()),
        })
    }

    /// Names and values of the form, sorted by name, one after the other, exact repeats once.
    fn sorted_form(&self) -> Vec<u8> {
        let mut pairs: Vec<&(Vec<u8>, Vec<u8>)> = self.reader.form_pairs().iter().collect();
        pairs.sort();
        pairs.dedup();
        let mut joined = Vec::new();
        for (name, value) in pairs {
            joined.extend_from_slice(name);
            joined.extend_from_slice(value);
        }
        joined
    }

    /// The query's parameters sorted by name and encoded again.
    fn sorted_query(&self) -> Vec<u8> {
        let mut pairs: Vec<&(Vec<u8>, Vec<u8>)> = self.reader.query_pairs().iter().collect();
        pairs.sort_by(|(left, _), (right, _)| left.cmp(right));
        let pairs: Vec<Vec<u8>> = pairs
            .into_iter()
            .map(|(name, value)| [form_encoded(name).as_slice(), b"=", &form_encoded(value)].concat())
            .collect();
        pairs.join(&b'&')
    }

    /// Names and values of the headers that the header `named_by` lists; one that is not there can't be
    /// signed.
    fn listed_headers(&self, named_by: &str, assign: &str, with: &str) -> Result<Vec<u8>, Reason> {
        let request = &self.reader.request;
        let list = request.header(named_by).ok_or(Reason::MissingHeader)?;
        let mut listed = Vec::new();
        for name in list.split(|&byte| byte == b',').take(MAX_LISTED) {
            let name = trim_blanks(name).to_ascii_lowercase();
            let text = std::str::from_utf8(&name).map_err(|_| Reason::MissingHeader)?;
            let value = request.header(text).ok_or(Reason::MissingHeader)?;
            listed.push([&name, assign.as_bytes(), value].concat());
        }
        Ok(listed.join(with.as_bytes()))
    }

    fn lines(&self, members: &[Pointer]) -> Vec<u8> {
        let mut text = Vec::new();
        for member in members {
            if let Some(value) = self.reader.json(member) {
                for line in [member.last().as_bytes(), &value] {
                    text.extend_from_slice(line);
                    text.push(b'\n');
                }
            }
        }
        text
    }

    fn digest(&self, hash: Hash, form: DigestForm, of: &'m [Component]) -> Result<Vec<u8>, Reason> {
        let pieces = self.pieces(of)?;
        let digest = hash.digest(&slices(&pieces, &[]));
        Ok(match form {
            DigestForm::Raw => digest,
            DigestForm::Hex => Encoding::Hex.encode(&digest).unwrap_or_default().into_bytes(),
            DigestForm::Base64 => Encoding::Base64.encode(&digest).unwrap_or_default().into_bytes(),
        })
    }
}

/// The message as slices, with the secret in its place.
pub(crate) fn slices<'s>(pieces: &'s [Piece<'_>], secret: &'s [u8]) -> Vec<&'s [u8]> {
    stretches(pieces, secret).collect()
}

/// The same one by one.
pub(crate) fn stretches<'s, 'm>(
    pieces: &'s [Piece<'m>],
    secret: &'s [u8],
) -> impl Iterator<Item = &'s [u8]> + use<'s, 'm> {
    pieces.iter().map(move |piece| match &piece.bytes {
        Stretch::Bytes(bytes) => bytes.as_ref(),
        Stretch::Body(body) => body,
        Stretch::Secret => secret,
    })
}

/// The message as it is shown.
pub(crate) fn parts(pieces: &[Piece<'_>]) -> Vec<Part> {
    pieces
        .iter()
        .map(|piece| Part {
            kind: piece.kind,
            label: piece.label.map(Component::label).unwrap_or_default(),
            content: match &piece.bytes {
                Stretch::Bytes(bytes) => PartContent::Bytes(bytes.to_vec()),
                Stretch::Body(body) => PartContent::Body(0..body.len()),
                Stretch::Secret => PartContent::Hidden,
            },
        })
        .collect()
}
