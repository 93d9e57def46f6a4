//! The value at a path of the query language: `data.items[0].name`, `["odd name"]`, `[*]` for any.
//!
//! Works on the text: stops at a fault and answers with what came before it, needs no whole parse.
//! Where a name repeats, every one of its values is found, in order; the last is what most parsers keep.

use super::escape::unescape;
use super::token::{TokenKind, Tokens};
use std::str::FromStr;

/// One step down.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Step {
    /// Into an object by name; into an array when the name is a number.
    Key(String),
    /// Into an array by place, from 0.
    Index(usize),
    /// Into every value.
    Any,
}

/// Steps from the top of a document; empty means the document itself.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Path(pub Vec<Step>);

/// Why a path can't be read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{message} at character {at}")]
pub struct PathFault {
    /// Characters before the fault.
    pub at: usize,
    /// What was expected.
    pub message: &'static str,
}

impl FromStr for Path {
    type Err = PathFault;

    fn from_str(text: &str) -> Result<Self, PathFault> {
        let mut steps = Vec::new();
        let mut rest = text;
        let fault =
            |rest: &str, message| Err(PathFault { at: text.chars().count() - rest.chars().count(), message });
        while !rest.is_empty() {
            if let Some(inside) = rest.strip_prefix('[') {
                if inside.starts_with('"') {
                    let Some(end) = string_end(inside) else {
                        return fault(rest, "a quoted name does not end");
                    };
                    steps.push(Step::Key(unescape(&inside.as_bytes()[..end])));
                    rest = &inside[end..];
                } else {
                    let end = inside.find(']').unwrap_or(inside.len());
                    steps.push(match &inside[..end] {
                        "*" | "" => Step::Any,
                        digits => match digits.parse() {
                            Ok(index) => Step::Index(index),
                            Err(_) => return fault(inside, "a number, * or a quoted name was expected"),
                        },
                    });
                    rest = &inside[end..];
                }
                let Some(after) = rest.strip_prefix(']') else { return fault(rest, "a ] was expected") };
                rest = after;
            } else {
                let end = rest.find(['.', '[']).unwrap_or(rest.len());
                if end == 0 {
                    return fault(rest, "a name was expected");
                }
                steps.push(if &rest[..end] == "*" { Step::Any } else { Step::Key(rest[..end].to_owned()) });
                rest = &rest[end..];
            }
            if let Some(after) = rest.strip_prefix('.') {
                if after.is_empty() || after.starts_with('.') {
                    return fault(after, "a name was expected");
                }
                rest = after;
            } else if !rest.is_empty() && !rest.starts_with('[') {
                return fault(rest, "a . or [ was expected");
            }
        }
        Ok(Self(steps))
    }
}

/// Bytes of the quoted string at the start of `text`.
fn string_end(text: &str) -> Option<usize> {
    let bytes = text.as_bytes();
    let mut at = 1;
    loop {
        match bytes.get(at)? {
            b'"' => return Some(at + 1),
            b'\\' => at += 2,
            _ => at += 1,
        }
    }
}

/// Writes `key` as a further step of a path, quoted where it must be.
pub(crate) fn write_key(path: &mut String, key: &str) {
    let plain = !key.is_empty()
        && key != "*"
        && key.chars().all(|c| c.is_alphanumeric() || matches!(c, '_' | '-' | '$' | '@'));
    if plain {
        if !path.is_empty() {
            path.push('.');
        }
        path.push_str(key);
    } else {
        path.push_str("[\"");
        path.push_str(&key.replace('\\', "\\\\").replace('"', "\\\""));
        path.push_str("\"]");
    }
}

impl std::fmt::Display for Path {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let mut text = String::new();
        for step in &self.0 {
            match step {
                Step::Key(key) => write_key(&mut text, key),
                Step::Index(index) => text.push_str(&format!("[{index}]")),
                Step::Any => text.push_str("[*]"),
            }
        }
        f.write_str(&text)
    }
}

/// A value and the bytes it covers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Found<'a> {
    /// The kind of its first token.
    pub kind: TokenKind,
    /// Its source text.
    pub raw: &'a [u8],
}

impl Found<'_> {
    /// What a person would compare with: a string without quotes and escapes, else the source text.
    #[must_use]
    pub fn text(&self) -> String {
        match self.kind {
            TokenKind::String => unescape(self.raw),
            _ => String::from_utf8_lossy(self.raw).into_owned(),
        }
    }
}

/// Every value at `path`, in document order, at most `limit`.
#[must_use]
pub fn find_all<'a>(bytes: &'a [u8], path: &Path, limit: usize) -> Vec<Found<'a>> {
    let mut found = Vec::new();
    // For each open container on the way: how many values it has had, and whether it is an object.
    let mut way: Vec<(usize, bool)> = Vec::new();
    let mut aside = 0usize; // open containers off the way
    let mut wanted: Option<(usize, TokenKind)> = None; // a container that is a find: its offset, until it closes
    let mut key_fits = false;
    for token in Tokens::new(bytes) {
        let Ok(token) = token else { break };
        match token.kind {
            TokenKind::Comma | TokenKind::Colon => {}
            TokenKind::Key => {
                if aside == 0 {
                    key_fits = match path.0.get(way.len().wrapping_sub(1)) {
                        Some(Step::Any) => true,
                        Some(Step::Key(key)) => key_is(&bytes[token.from..token.to], key),
                        _ => false,
                    };
                }
            }
            TokenKind::ObjectClose | TokenKind::ArrayClose => {
                if aside > 0 {
                    aside -= 1;
                    if aside == 0
                        && let Some((from, kind)) = wanted.take()
                    {
                        found.push(Found { kind, raw: &bytes[from..token.to] });
                    }
                } else {
                    way.pop();
                }
            }
            kind => {
                let opens = matches!(kind, TokenKind::ObjectOpen | TokenKind::ArrayOpen);
                if aside > 0 {
                    aside += usize::from(opens);
                    continue;
                }
                let fits = match way.last_mut() {
                    None => true,
                    Some((_, true)) => key_fits,
                    Some((count, false)) => {
                        let index = *count;
                        *count += 1;
                        match path.0.get(way.len() - 1) {
                            Some(Step::Any) => true,
                            Some(Step::Index(wanted)) => *wanted == index,
                            Some(Step::Key(key)) => key.parse() == Ok(index),
                            None => false,
                        }
                    }
                };
                let last = way.len() == path.0.len();
                match (fits && last, opens) {
                    (true, false) => found.push(Found { kind, raw: &bytes[token.from..token.to] }),
                    (true, true) => {
                        wanted = Some((token.from, kind));
                        aside = 1;
                    }
                    (false, true) if fits => way.push((0, kind == TokenKind::ObjectOpen)),
                    (false, true) => aside = 1,
                    (false, false) => {}
                }
            }
        }
        if found.len() >= limit {
            break;
        }
    }
    found
}

fn key_is(token: &[u8], key: &str) -> bool {
    let inner = &token[1..token.len() - 1];
    if inner.contains(&b'\\') { unescape(token) == key } else { inner == key.as_bytes() }
}

/// The value at `path`; the last one where names repeat.
#[must_use]
pub fn find<'a>(bytes: &'a [u8], path: &Path) -> Option<Found<'a>> {
    find_all(bytes, path, usize::MAX).pop()
}

/// The text of the value at the path `path` says; `None` when there is none or the path can't be read.
#[must_use]
pub fn text_at(bytes: &[u8], path: &str) -> Option<String> {
    Some(find(bytes, &path.parse().ok()?)?.text())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_found_by_path() {
        let source = r#"{"a":{"b":[10,{"c":"x\ny"},[true]],"b2":null},"n":1.10,"n":2,"o d.d":"q","":0,
            "list":[{"id":1},{"id":2},{"no":3}],"caf\u00e9":"yes"}"#;
        for (path, expected) in [
            ("a.b[0]", Some("10")),
            ("a.b.0", Some("10")),
            ("a.b[1].c", Some("x\ny")),
            ("a.b[2]", Some("[true]")),
            ("a.b[2][0]", Some("true")),
            ("a.b[3]", None),
            ("a.b2", Some("null")),
            ("a.b2.c", None),
            ("n", Some("2")),
            ("[\"o d.d\"]", Some("q")),
            ("[\"\"]", Some("0")),
            ("list[*].id", Some("2")),
            ("list[].no", Some("3")),
            ("list.*.id", Some("2")),
            ("café", Some("yes")),
            ("a..b", None),
            ("a.", None),
            ("a[", None),
            ("a[x]", None),
        ] {
            assert_eq!(text_at(source.as_bytes(), path).as_deref(), expected, "{path}");
        }
        assert_eq!(find_all(source.as_bytes(), &"list[*].id".parse().unwrap(), 10).len(), 2);
        assert_eq!(text_at(b"[1,2,{broken", "[1]").as_deref(), Some("2"));
        assert_eq!(text_at(b"7", "").as_deref(), Some("7"));
    }

    #[test]
    fn paths_come_back_as_they_were_said() {
        for path in ["a.b[0].c", "[\"o d.d\"].x", "[0][1]", "a[*].b", "[\"q\\\"\\\\\"]", "caf\u{e9}.x-y_z"] {
            assert_eq!(path.parse::<Path>().unwrap().to_string(), path);
        }
        assert_eq!("a[x]".parse::<Path>().unwrap_err().at, 2);
    }
}
