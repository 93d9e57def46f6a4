//! Places in a request that a scheme can name, and selections among them.

use crate::json::Pointer;
use serde::Deserialize;
use serde::de::value::{MapAccessDeserializer, SeqAccessDeserializer, StrDeserializer};
use serde::de::{Deserializer, Error, MapAccess, SeqAccess, Visitor};
use std::fmt;
use std::marker::PhantomData;

/// Where a value stands.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(try_from = "SourceFile")]
pub(crate) enum Source {
    /// In a header: the first of these that is there and not empty.
    Header(Vec<String>),
    /// In a named value of the signature header.
    Field(String),
    /// In the body's JSON.
    Json(Pointer),
    /// In a field of the body's form.
    Form(String),
    /// In a query parameter.
    Query(String),
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct SourceFile {
    header: Option<OneOrMany<HeaderName>>,
    field: Option<String>,
    json: Option<Pointer>,
    form: Option<String>,
    query: Option<String>,
}

impl TryFrom<SourceFile> for Source {
    type Error = &'static str;

    fn try_from(file: SourceFile) -> Result<Self, Self::Error> {
        let found = [
            file.header.map(|names| Self::Header(names.0.into_iter().map(|name| name.0).collect())),
            file.field.map(Self::Field),
            file.json.map(Self::Json),
            file.form.map(Self::Form),
            file.query.map(Self::Query),
        ];
        let mut found = found.into_iter().flatten();
        match (found.next(), found.next()) {
            (Some(source), None) => Ok(source),
            _ => Err("name exactly one of `header`, `field`, `json`, `form`, `query`"),
        }
    }
}

impl Source {
    /// The pointer, when the value stands in JSON.
    pub(crate) const fn pointer(&self) -> Option<&Pointer> {
        match self {
            Self::Json(pointer) => Some(pointer),
            _ => None,
        }
    }

    /// The names, when the value stands in a header.
    pub(crate) fn header_names(&self) -> &[String] {
        match self {
            Self::Header(names) => names,
            _ => &[],
        }
    }

    /// For people: `X-Signature`, `body /id`.
    pub(crate) fn title(&self) -> String {
        match self {
            Self::Header(names) => names.first().cloned().unwrap_or_default(),
            Self::Field(name) => format!("signature field {name}"),
            Self::Json(pointer) => format!("body {}", pointer.text()),
            Self::Form(name) => format!("form field {name}"),
            Self::Query(name) => format!("query parameter {name}"),
        }
    }
}

/// One way to come by a text such as the event type.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(try_from = "SelectorFile")]
pub(crate) enum Selector {
    /// The value at one place.
    One(Source),
    /// The values at several places, all of which must be there.
    Joined {
        /// The places.
        of: Vec<Source>,
        /// What stands between the values.
        with: String,
    },
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct SelectorFile {
    header: Option<OneOrMany<HeaderName>>,
    json: Option<Pointer>,
    form: Option<String>,
    query: Option<String>,
    join: Option<Vec<Source>>,
    with: Option<String>,
}

impl TryFrom<SelectorFile> for Selector {
    type Error = &'static str;

    fn try_from(file: SelectorFile) -> Result<Self, Self::Error> {
        let SelectorFile { header, json, form, query, join, with } = file;
        let alone = header.is_none() && json.is_none() && form.is_none() && query.is_none();
        match (join, with) {
            (Some(of), with) if alone && !of.is_empty() => {
                Ok(Self::Joined { of, with: with.unwrap_or_else(|| ".".to_owned()) })
            }
            (None, None) => SourceFile { header, field: None, json, form, query }.try_into().map(Self::One),
            _ => Err("name exactly one of `header`, `json`, `form`, `query`, or `join` (with `with`)"),
        }
    }
}

impl Selector {
    /// The places that are read.
    pub(crate) fn sources(&self) -> &[Source] {
        match self {
            Self::One(source) => std::slice::from_ref(source),
            Self::Joined { of, .. } => of,
        }
    }
}

/// The name of a header: what RFC 9110 section 5.6.2 calls a token.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct HeaderName(pub(crate) String);

impl<'de> Deserialize<'de> for HeaderName {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let name = String::deserialize(deserializer)?;
        if is_header_name(&name) { Ok(Self(name)) } else { Err(D::Error::custom(not_a_header_name(&name))) }
    }
}

/// Whether `name` can be a header's.
pub(crate) fn is_header_name(name: &str) -> bool {
    let token = |byte: u8| byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte);
    !name.is_empty() && name.bytes().all(token)
}

pub(crate) fn not_a_header_name(name: &str) -> String {
    format!("{name:?} can't be the name of a header")
}

/// One thing, or a list of them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct OneOrMany<T>(pub(crate) Vec<T>);

impl<T> Default for OneOrMany<T> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for OneOrMany<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Either<T>(PhantomData<T>);
        impl<'de, T: Deserialize<'de>> Visitor<'de> for Either<T> {
            type Value = OneOrMany<T>;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("one value or a list of them")
            }
            fn visit_str<E: Error>(self, text: &str) -> Result<Self::Value, E> {
                T::deserialize(StrDeserializer::new(text)).map(|one| OneOrMany(vec![one]))
            }
            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Self::Value, A::Error> {
                T::deserialize(MapAccessDeserializer::new(map)).map(|one| OneOrMany(vec![one]))
            }
            fn visit_seq<A: SeqAccess<'de>>(self, seq: A) -> Result<Self::Value, A::Error> {
                let many = Vec::deserialize(SeqAccessDeserializer::new(seq))?;
                if many.is_empty() {
                    return Err(A::Error::custom("the list is empty"));
                }
                Ok(OneOrMany(many))
            }
        }
        deserializer.deserialize_any(Either(PhantomData))
    }
}
