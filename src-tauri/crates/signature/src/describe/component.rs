//! Components of a signed message.
//!
//! A message is written as a template (`"{timestamp}.{body}"`) or as a list whose members are templates
//! and tables; a table says what a template can't: several names of one header, a default, a digest,
//! a join.

use super::table::Table;
use super::template;
use crate::algorithm::Hash;
use crate::json::Pointer;
use serde::Deserialize;
use serde::de::value::MapAccessDeserializer;
use serde::de::{Deserializer, Error, MapAccess, SeqAccess, Visitor};
use std::fmt;

/// One component of a message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Component {
    /// Literal text.
    Text(String),
    /// The timestamp as written by the sender.
    Timestamp,
    /// The first of these headers that is there.
    Header(Vec<String>),
    /// A named value of the signature header.
    Field(String),
    /// The body.
    Body(BodyPart),
    /// A scalar of the body's JSON.
    Json {
        /// Where.
        pointer: Pointer,
        /// What stands for an absent one; without it the request can't be checked.
        missing: Option<String>,
    },
    /// A field of the body's form.
    Form(String),
    /// A query parameter.
    Query(String),
    /// The request method.
    Method,
    /// The address.
    Url(UrlPart),
    /// A configured value.
    Config(String),
    /// The secret, for algorithms that hash it with the message.
    Secret,
    /// Names and values of the form, sorted, without separators.
    FormSorted,
    /// The query's parameters sorted by name, encoded as a form.
    QuerySorted,
    /// The headers that another header lists, in its order.
    HeaderList {
        /// The header that lists them, with commas between.
        named_by: String,
        /// Between name and value.
        assign: String,
        /// Between headers.
        with: String,
    },
    /// A line with the name and one with the value for each of these members of the body's JSON that is
    /// there.
    Lines(Vec<Pointer>),
    /// The CRC-32 of other components as a decimal number.
    Crc32(Vec<Component>),
    /// The digest of other components.
    Digest {
        /// The hash function.
        hash: Hash,
        /// How it is written.
        form: DigestForm,
        /// Of what.
        of: Vec<Component>,
    },
    /// Other components with a separator between them.
    Join {
        /// The separator.
        with: String,
        /// What is joined.
        of: Vec<Component>,
    },
}

/// What of the body.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum BodyPart {
    /// Its bytes as received.
    Raw,
    /// With control characters and everything beyond ASCII as JSON escapes them.
    Ascii,
    /// Without the compression that it was sent in, where it was.
    Decompressed,
}

/// What of the address.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum UrlPart {
    /// All of it, as the sender saw it.
    Full,
    /// As it was registered: the configured `url`, else the full one.
    Registered,
    /// Everything before the query.
    NoQuery,
    /// Path and query.
    PathQuery,
    /// All of it with the port, be it the usual one.
    WithPort,
    /// All of it without a port.
    NoPort,
}

/// How a digest is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum DigestForm {
    /// As bytes.
    Raw,
    /// In lower-case hex.
    Hex,
    /// In base64.
    Base64,
}

impl DigestForm {
    const fn word(self) -> &'static str {
        match self {
            Self::Raw => "raw",
            Self::Hex => "hex",
            Self::Base64 => "base64",
        }
    }
}

impl Component {
    /// What the component is called where the message is shown; empty for literal text.
    pub(crate) fn label(&self) -> String {
        match self {
            Self::Text(_) => String::new(),
            Self::Timestamp => "timestamp".to_owned(),
            Self::Header(names) => format!("header:{}", names.first().map_or("", String::as_str)),
            Self::Field(name) => format!("field:{name}"),
            Self::Body(BodyPart::Raw) => "body".to_owned(),
            Self::Body(BodyPart::Ascii) => "body:ascii".to_owned(),
            Self::Body(BodyPart::Decompressed) => "body:decompressed".to_owned(),
            Self::Json { pointer, .. } => format!("json:{}", pointer.text()),
            Self::Form(name) => format!("form:{name}"),
            Self::Query(name) => format!("query:{name}"),
            Self::Method => "method".to_owned(),
            Self::Url(UrlPart::Full) => "url".to_owned(),
            Self::Url(UrlPart::Registered) => "url:registered".to_owned(),
            Self::Url(UrlPart::NoQuery) => "url:no_query".to_owned(),
            Self::Url(UrlPart::PathQuery) => "url:path_query".to_owned(),
            Self::Url(UrlPart::WithPort) => "url:with_port".to_owned(),
            Self::Url(UrlPart::NoPort) => "url:no_port".to_owned(),
            Self::Config(key) => format!("config:{key}"),
            Self::Secret => "secret".to_owned(),
            Self::FormSorted => "form_sorted".to_owned(),
            Self::QuerySorted => "query_sorted".to_owned(),
            Self::HeaderList { named_by, .. } => format!("headers:{named_by}"),
            Self::Lines(members) => {
                let names: Vec<&str> = members.iter().map(Pointer::text).collect();
                format!("lines:{}", names.join(","))
            }
            Self::Crc32(of) => format!("crc32({})", as_template(of)),
            Self::Digest { hash, form, of } => {
                format!("{}:{}({})", hash.word(), form.word(), as_template(of))
            }
            Self::Join { .. } => "join".to_owned(),
        }
    }

    /// The component and all that are inside it.
    pub(crate) fn walk(&self, visit: &mut dyn FnMut(&Self)) {
        visit(self);
        if let Self::Digest { of, .. } | Self::Join { of, .. } | Self::Crc32(of) = self {
            for inner in of {
                inner.walk(visit);
            }
        }
    }
}

/// Components as a template, for people.
pub(crate) fn as_template(components: &[Component]) -> String {
    let mut text = String::new();
    for component in components {
        match component {
            Component::Text(literal) => {
                text.push_str(&literal.replace('{', "{{").replace('}', "}}").replace('\n', "⏎"));
            }
            Component::Join { with, of } => {
                let inner: Vec<String> =
                    of.iter().map(|one| as_template(std::slice::from_ref(one))).collect();
                text.push_str(&inner.join(with));
            }
            other => {
                text.push('{');
                text.push_str(&other.label());
                text.push('}');
            }
        }
    }
    text
}

/// A whole message.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Message(pub(crate) Vec<Component>);

impl<'de> Deserialize<'de> for Message {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Form;
        impl<'de> Visitor<'de> for Form {
            type Value = Message;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a template such as \"{timestamp}.{body}\", or a list of templates and tables")
            }
            fn visit_str<E: Error>(self, text: &str) -> Result<Message, E> {
                template::parse(text).map(Message).map_err(E::custom)
            }
            fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Message, A::Error> {
                let mut components = Vec::new();
                while let Some(Member(mut member)) = seq.next_element()? {
                    components.append(&mut member);
                }
                Ok(Message(components))
            }
        }
        deserializer.deserialize_any(Form)
    }
}

/// A member of a message list.
struct Member(Vec<Component>);

impl<'de> Deserialize<'de> for Member {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Form;
        impl<'de> Visitor<'de> for Form {
            type Value = Member;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a template or a table")
            }
            fn visit_str<E: Error>(self, text: &str) -> Result<Member, E> {
                template::parse(text).map(Member).map_err(E::custom)
            }
            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Member, A::Error> {
                let table = Table::deserialize(MapAccessDeserializer::new(map))?;
                table.component().map(|one| Member(vec![one])).map_err(A::Error::custom)
            }
        }
        deserializer.deserialize_any(Form)
    }
}
