//! The text of an answer: what is put together from the request, the configuration and the secret.

use crate::algorithm::Hash;
use crate::describe::{Component, DigestForm, Message, Source};
use crate::encoding::Encoding;
use crate::json::Pointer;
use crate::reader::Reader;
use serde::Deserialize;
use serde::de::value::MapAccessDeserializer;
use serde::de::{Deserializer, Error, MapAccess, SeqAccess, Visitor};
use std::fmt;

/// One part of an answer.
#[derive(Clone, Debug)]
pub(crate) enum Piece {
    /// Literal text.
    Text(String),
    /// The value at a place of the request, decoded.
    Value(Source),
    /// A configured value.
    Config(String),
    /// A text as JSON writes it, in quotes.
    Quoted(Vec<Piece>),
    /// The HMAC of a text under the inbox's secret.
    Hmac {
        /// With which hash.
        hash: Hash,
        /// How it is written.
        form: DigestForm,
        /// Of what.
        of: Vec<Piece>,
    },
}

/// Why a text can't be put together: the words that complete "it can't be answered: …".
pub(crate) type Lacking = String;

impl Piece {
    /// The piece and all that are inside it.
    pub(crate) fn walk(&self, visit: &mut dyn FnMut(&Self)) {
        visit(self);
        if let Self::Quoted(of) | Self::Hmac { of, .. } = self {
            of.iter().for_each(|inner| inner.walk(visit));
        }
    }

    /// The pointer, when the piece is read from JSON.
    pub(crate) const fn pointer(&self) -> Option<&Pointer> {
        match self {
            Self::Value(source) => source.pointer(),
            _ => None,
        }
    }

    fn of_component(component: Component) -> Result<Self, String> {
        Ok(match component {
            Component::Text(text) => Self::Text(text),
            Component::Header(names) => Self::Value(Source::Header(names)),
            Component::Json { pointer, missing: None } => Self::Value(Source::Json(pointer)),
            Component::Form(name) => Self::Value(Source::Form(name)),
            Component::Query(name) => Self::Value(Source::Query(name)),
            Component::Config(key) => Self::Config(key),
            other => return Err(format!("{{{}}} has no place in an answer", other.label())),
        })
    }
}

/// The bytes of `pieces`. `key` is the secret as a key, where there is one.
pub(crate) fn bytes(pieces: &[Piece], reader: &Reader<'_>, key: Option<&[u8]>) -> Result<Vec<u8>, Lacking> {
    let mut text = Vec::new();
    for piece in pieces {
        match piece {
            Piece::Text(literal) => text.extend_from_slice(literal.as_bytes()),
            Piece::Value(source) => {
                let value =
                    reader.read(source, &[]).ok_or_else(|| format!("there is no {}", source.title()))?;
                text.extend_from_slice(&value);
            }
            Piece::Config(key) => {
                let value = reader.config.get(key).filter(|value| !value.is_empty());
                let value = value.ok_or_else(|| format!("the inbox's `{key}` is not set"))?;
                text.extend_from_slice(value.as_bytes());
            }
            Piece::Quoted(of) => {
                let inner = String::from_utf8(bytes(of, reader, key)?)
                    .map_err(|_| "a value that belongs into JSON is no UTF-8".to_owned())?;
                text.extend_from_slice(serde_json::Value::String(inner).to_string().as_bytes());
            }
            Piece::Hmac { hash, form, of } => {
                let key = key.ok_or("the inbox has no secret that can be read")?;
                let mac = hash.mac(key, &[&bytes(of, reader, Some(key))?]).unwrap_or_default();
                match form {
                    DigestForm::Raw => text.extend(mac),
                    DigestForm::Hex => text.extend(Encoding::Hex.encode(&mac).unwrap_or_default().bytes()),
                    DigestForm::Base64 => {
                        text.extend(Encoding::Base64.encode(&mac).unwrap_or_default().bytes())
                    }
                }
            }
        }
    }
    Ok(text)
}

/// A template, or a list of templates and tables.
#[derive(Clone, Debug, Default)]
pub(crate) struct AnswerText(pub(crate) Vec<Piece>);

fn pieces<E: Error>(message: Message) -> Result<Vec<Piece>, E> {
    message.0.into_iter().map(|component| Piece::of_component(component).map_err(E::custom)).collect()
}

impl<'de> Deserialize<'de> for AnswerText {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Form;
        impl<'de> Visitor<'de> for Form {
            type Value = AnswerText;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a template such as \"{json:/challenge}\", or a list of templates and tables")
            }
            fn visit_str<E: Error>(self, text: &str) -> Result<AnswerText, E> {
                template(text).map(AnswerText)
            }
            fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<AnswerText, A::Error> {
                let mut all = Vec::new();
                while let Some(Member(mut member)) = seq.next_element()? {
                    all.append(&mut member);
                }
                Ok(AnswerText(all))
            }
        }
        deserializer.deserialize_any(Form)
    }
}

fn template<E: Error>(text: &str) -> Result<Vec<Piece>, E> {
    let message = Message::deserialize(serde::de::value::StrDeserializer::<E>::new(text))?;
    pieces(message)
}

/// A member of a list.
struct Member(Vec<Piece>);

impl<'de> Deserialize<'de> for Member {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Form;
        impl<'de> Visitor<'de> for Form {
            type Value = Member;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a template or a table")
            }
            fn visit_str<E: Error>(self, text: &str) -> Result<Member, E> {
                template(text).map(Member)
            }
            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Member, A::Error> {
                match Table::deserialize(MapAccessDeserializer::new(map))? {
                    Table { quoted: Some(of), hmac: None, output: None, of: None } => {
                        Ok(Member(vec![Piece::Quoted(pieces(of)?)]))
                    }
                    Table { quoted: None, hmac: Some(hash), output: Some(form), of: Some(of) } => {
                        Ok(Member(vec![Piece::Hmac { hash, form, of: pieces(of)? }]))
                    }
                    _ => Err(A::Error::custom("a table of an answer is { quoted } or { hmac, output, of }")),
                }
            }
        }
        deserializer.deserialize_any(Form)
    }
}

/// A piece as a table.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Table {
    quoted: Option<Message>,
    hmac: Option<Hash>,
    output: Option<DigestForm>,
    of: Option<Message>,
}
