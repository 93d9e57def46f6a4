//! JSON pointers (RFC 6901) read from a body that may be anything.
//!
//! One pass reads every pointer that is wanted and keeps nothing else: what lies beside the paths is
//! skipped without being built. A body that is no JSON, or is broken further on, gives what was found
//! before the fault. Of a repeated key the last counts, as with most readers.

use serde::Deserialize;
use serde::de::{DeserializeSeed, Deserializer, Error as _, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::value::RawValue;
use std::borrow::Cow;
use std::fmt;
use std::ops::Range;

/// Bytes of a body that are looked at.
pub(crate) const READ_LIMIT: usize = 4 * 1024 * 1024;

/// Levels of arrays and objects that a pointer can go down; deeper JSON beside the path is no matter.
const DEPTH: usize = 32;

/// Where in a JSON document.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Pointer {
    text: String,
    tokens: Vec<String>,
}

impl Pointer {
    /// From RFC 6901 text: empty, or `/` before each step.
    pub(crate) fn parse(text: &str) -> Result<Self, String> {
        let mut tokens = Vec::new();
        if !text.is_empty() {
            let Some(steps) = text.strip_prefix('/') else {
                return Err(format!("{text:?} is no JSON pointer: it must begin with '/'"));
            };
            tokens = steps.split('/').map(|step| step.replace("~1", "/").replace("~0", "~")).collect();
        }
        if tokens.len() > DEPTH {
            return Err(format!("a JSON pointer has at most {DEPTH} steps"));
        }
        Ok(Self { text: text.to_owned(), tokens })
    }

    /// To the member of that name at the top of a document.
    pub(crate) fn member(name: &str) -> Self {
        let text = format!("/{}", name.replace('~', "~0").replace('/', "~1"));
        Self { text, tokens: vec![name.to_owned()] }
    }

    /// The name of the last step; empty at the top.
    pub(crate) fn last(&self) -> &str {
        self.tokens.last().map_or("", String::as_str)
    }

    /// As it was written.
    pub(crate) fn text(&self) -> &str {
        &self.text
    }
}

impl<'de> Deserialize<'de> for Pointer {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Self::parse(&String::deserialize(deserializer)?).map_err(D::Error::custom)
    }
}

/// What each pointer leads to: strings without their quotes and escapes, numbers and booleans as they
/// are written. `null`, arrays, objects and what is absent give nothing.
pub(crate) fn read<'b>(body: &'b [u8], pointers: &[Pointer]) -> Vec<Option<Cow<'b, str>>> {
    raw(body, pointers).into_iter().map(|found| scalar(found?)).collect()
}

/// Where in `body` the scalar at `pointer` is written, quotes included.
pub(crate) fn place(body: &[u8], pointer: &Pointer) -> Option<Range<usize>> {
    let text = raw(body, std::slice::from_ref(pointer)).pop()??.get();
    scalar_text(text)?;
    let start = (text.as_ptr() as usize).checked_sub(body.as_ptr() as usize)?;
    (start + text.len() <= body.len()).then(|| start..start + text.len())
}

fn raw<'b>(body: &'b [u8], pointers: &[Pointer]) -> Vec<Option<&'b RawValue>> {
    let mut found = vec![None; pointers.len()];
    let body = body.get(..READ_LIMIT).unwrap_or(body);
    // A byte order mark is no JSON, but senders write it.
    let body = body.strip_prefix(b"\xef\xbb\xbf").unwrap_or(body);
    let paths =
        pointers.iter().enumerate().map(|(index, pointer)| (index, pointer.tokens.as_slice())).collect();
    let mut reader = serde_json::Deserializer::from_slice(body);
    // A fault further on takes nothing back that was found before it.
    let _ = Walk { paths, found: &mut found }.deserialize(&mut reader);
    found
}

fn scalar(raw: &RawValue) -> Option<Cow<'_, str>> {
    scalar_text(raw.get())
}

fn scalar_text(text: &str) -> Option<Cow<'_, str>> {
    match text.as_bytes().first()? {
        b'"' => {
            let plain = text.get(1..text.len().checked_sub(1)?)?;
            if plain.contains('\\') {
                serde_json::from_str(text).ok().map(Cow::Owned)
            } else {
                Some(Cow::Borrowed(plain))
            }
        }
        b'{' | b'[' | b'n' => None,
        _ => Some(Cow::Borrowed(text)),
    }
}

/// The name of a member, where it lies when nothing in it is escaped.
#[derive(Deserialize)]
struct Key<'b>(#[serde(borrow)] Cow<'b, str>);

/// Goes down the document along every path at once.
struct Walk<'p, 'f, 'b> {
    paths: Vec<(usize, &'p [String])>,
    found: &'f mut Vec<Option<&'b RawValue>>,
}

impl<'p, 'b> Walk<'p, '_, 'b> {
    /// The paths that go on through `step`.
    fn through(&self, step: &str) -> Vec<(usize, &'p [String])> {
        let next = |(index, tokens): &(usize, &'p [String])| {
            let (first, rest) = tokens.split_first()?;
            (first == step).then_some((*index, rest))
        };
        self.paths.iter().filter_map(next).collect()
    }
}

impl<'b> DeserializeSeed<'b> for Walk<'_, '_, 'b> {
    type Value = ();

    fn deserialize<D: Deserializer<'b>>(self, deserializer: D) -> Result<(), D::Error> {
        let ends = self.paths.iter().any(|(_, rest)| rest.is_empty());
        if !ends {
            return deserializer.deserialize_any(self);
        }
        // Some path ends here: take the value's text; paths that go on look into that text.
        let value = <&'b RawValue>::deserialize(deserializer)?;
        let (here, deeper): (Vec<_>, Vec<_>) = self.paths.into_iter().partition(|(_, rest)| rest.is_empty());
        for (index, _) in here {
            if let Some(slot) = self.found.get_mut(index) {
                *slot = Some(value);
            }
        }
        if !deeper.is_empty() {
            let mut reader = serde_json::Deserializer::from_str(value.get());
            let _ = Walk { paths: deeper, found: self.found }.deserialize(&mut reader);
        }
        Ok(())
    }
}

impl<'b> Visitor<'b> for Walk<'_, '_, 'b> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("any JSON value")
    }

    fn visit_map<A: MapAccess<'b>>(self, mut map: A) -> Result<(), A::Error> {
        while let Some(Key(key)) = map.next_key::<Key<'b>>()? {
            let paths = self.through(&key);
            if paths.is_empty() {
                map.next_value::<IgnoredAny>()?;
            } else {
                map.next_value_seed(Walk { paths, found: &mut *self.found })?;
            }
        }
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'b>>(self, mut seq: A) -> Result<(), A::Error> {
        // Elements that no path leads to are many in a long array, and nothing is made for them.
        let first = |(_, tokens): &(usize, &[String])| tokens.first()?.parse::<usize>().ok();
        let wanted: Vec<usize> = self.paths.iter().filter_map(first).collect();
        for index in 0_usize.. {
            let paths = if wanted.contains(&index) { self.through(&index.to_string()) } else { Vec::new() };
            let more = if paths.is_empty() {
                seq.next_element::<IgnoredAny>()?.is_some()
            } else {
                seq.next_element_seed(Walk { paths, found: &mut *self.found })?.is_some()
            };
            if !more {
                break;
            }
        }
        Ok(())
    }

    fn visit_bool<E>(self, _: bool) -> Result<(), E> {
        Ok(())
    }
    fn visit_i64<E>(self, _: i64) -> Result<(), E> {
        Ok(())
    }
    fn visit_u64<E>(self, _: u64) -> Result<(), E> {
        Ok(())
    }
    fn visit_f64<E>(self, _: f64) -> Result<(), E> {
        Ok(())
    }
    fn visit_str<E>(self, _: &str) -> Result<(), E> {
        Ok(())
    }
    fn visit_unit<E>(self) -> Result<(), E> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pointers_lead_to_scalars_only() {
        let rows: &[(&str, &str, Option<&str>)] = &[
            (r#"{"a":"x"}"#, "/a", Some("x")),
            (r#"{"a":"x","a":"y"}"#, "/a", Some("y")),
            (r#"{"a":"q\u00fc\"\\"}"#, "/a", Some("qü\"\\")),
            (r#"{"a":1.50,"b":1e400}"#, "/a", Some("1.50")),
            (r#"{"b":1e400}"#, "/b", Some("1e400")),
            (r#"{"a":123456789012345678901234567890}"#, "/a", Some("123456789012345678901234567890")),
            (r#"{"a":true}"#, "/a", Some("true")),
            (r#"{"a":null}"#, "/a", None),
            (r#"{"a":{"b":[0,{"c":"d"}]}}"#, "/a/b/1/c", Some("d")),
            (r#"{"a":{"b":1}}"#, "/a", None),
            (r#"[{"a":"x"}]"#, "/0/a", Some("x")),
            (r#"[1]"#, "/00", None),
            (r#"{"a/b":{"c~d":"x"}}"#, "/a~1b/c~0d", Some("x")),
            (r#""x""#, "", Some("x")),
            (r#"{"":"x"}"#, "/", Some("x")),
            (r#"{"a":"x","b":"#, "/a", Some("x")),
            (r#"{"b":[}"#, "/a", None),
            ("", "/a", None),
            ("not json", "/a", None),
            ("\u{feff}{\"a\":\"x\"}", "/a", Some("x")),
            (r#"{"a":"\ud800"}"#, "/a", None),
        ];
        for (body, pointer, expected) in rows {
            let pointers = [Pointer::parse(pointer).unwrap()];
            assert_eq!(read(body.as_bytes(), &pointers)[0].as_deref(), *expected, "{body} {pointer}");
        }
    }

    #[test]
    fn many_pointers_are_read_in_one_pass() {
        let body = br#"{"event":{"type":"t","id":7},"id":"e"}"#;
        let pointers: Vec<Pointer> =
            ["/event/type", "/id", "/event", "/event/id", "/none"].map(|p| Pointer::parse(p).unwrap()).into();
        let found = read(body, &pointers);
        let found: Vec<Option<&str>> = found.iter().map(Option::as_deref).collect();
        assert_eq!(found, [Some("t"), Some("e"), None, Some("7"), None]);
    }

    #[test]
    fn a_scalar_has_a_place() {
        let body = br#" {"t" : "12" , "n":5}"#;
        let at = |p: &str| place(body, &Pointer::parse(p).unwrap()).map(|range| &body[range]);
        assert_eq!(at("/t"), Some(&b"\"12\""[..]));
        assert_eq!(at("/n"), Some(&b"5"[..]));
        assert_eq!(at("/x"), None);
    }

    #[test]
    fn hostile_bodies_are_cheap() {
        let deep = "[".repeat(100_000);
        let pointers = [Pointer::parse("/0/0/a").unwrap()];
        assert_eq!(read(deep.as_bytes(), &pointers), [None]);
        let mut late = format!("{{\"pad\":\"{}\",\"a\":\"x\"}}", " ".repeat(READ_LIMIT));
        assert_eq!(read(late.as_bytes(), &[Pointer::parse("/a").unwrap()]), [None]);
        late.insert_str(1, "\"b\":\"early\",");
        assert_eq!(read(late.as_bytes(), &[Pointer::parse("/b").unwrap()])[0].as_deref(), Some("early"));
    }

    #[test]
    fn a_pointer_begins_with_a_slash() {
        assert!(Pointer::parse("a/b").is_err());
        assert!(Pointer::parse(&"/a".repeat(40)).is_err());
    }
}
