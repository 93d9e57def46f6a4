//! What SQL can ask of a delivery's bytes: a header, a value of a JSON body, whether a text occurs.
//!
//! The functions are pure, work on one row at a time and never fail: what can't be read is NULL.

use crate::fault::Outcome;
use memchr::memchr2_iter;
use rusqlite::Connection;
use rusqlite::functions::{Context, FunctionFlags};
use rusqlite::types::ValueRef;
use serde_json::Value;
use std::borrow::Cow;
use waybill_model::{HeaderPair, header_text};

/// Bodies above this are not parsed.
const PARSED: usize = 4 * 1024 * 1024;

/// Makes the functions known to a connection.
pub(crate) fn register(connection: &Connection) -> Outcome<()> {
    let flags =
        FunctionFlags::SQLITE_UTF8 | FunctionFlags::SQLITE_DETERMINISTIC | FunctionFlags::SQLITE_DIRECTONLY;
    connection.create_scalar_function("wb_header", 2, flags, |context| {
        let (head, name) = (bytes(context, 0), bytes(context, 1));
        Ok(head.zip(name).and_then(|(head, name)| {
            let values: Vec<String> = header_lines(head)
                .filter(|(found, _)| found.eq_ignore_ascii_case(name))
                .map(|(_, value)| header_text(&value))
                .collect();
            (!values.is_empty()).then(|| values.join("\n"))
        }))
    })?;
    connection.create_scalar_function("wb_body", 2, flags, |context| {
        let path = bytes(context, 1).and_then(|path| std::str::from_utf8(path).ok());
        Ok(bytes(context, 0).zip(path).and_then(|(body, path)| json_at(body, path)))
    })?;
    connection.create_scalar_function("wb_contains", 4, flags, |context| {
        let needle = bytes(context, 3).unwrap_or_default();
        Ok((0..3).any(|at| bytes(context, at).is_some_and(|text| contains(text, needle))))
    })?;
    Ok(())
}

fn bytes<'a>(context: &'a Context<'_>, at: usize) -> Option<&'a [u8]> {
    match context.get_raw(at) {
        ValueRef::Blob(bytes) | ValueRef::Text(bytes) => Some(bytes),
        _ => None,
    }
}

/// The lines of a head as name and value: split at the colon, spaces and tabs around the value left out.
/// A request line, lines without a colon and the empty end are passed over; a folded line is added to
/// the one before it.
fn header_lines(head: &[u8]) -> impl Iterator<Item = (&[u8], Cow<'_, [u8]>)> {
    let mut lines =
        head.split(|&b| b == b'\n').map(|line| line.strip_suffix(b"\r").unwrap_or(line)).peekable();
    if lines.peek().is_some_and(|line| is_request_line(line)) {
        lines.next();
    }
    std::iter::from_fn(move || {
        loop {
            let line = lines.next()?;
            let Some(colon) = line.iter().position(|&b| b == b':') else { continue };
            let mut value = Cow::Borrowed(trim(&line[colon + 1..]));
            while let Some(more) = lines.next_if(|next| next.starts_with(b" ") || next.starts_with(b"\t")) {
                let value = value.to_mut();
                value.push(b' ');
                value.extend_from_slice(trim(more));
            }
            return Some((trim(&line[..colon]), value));
        }
    })
}

/// The headers of a head, in order, case and number as they came.
pub(crate) fn headers(head: &[u8]) -> Vec<HeaderPair> {
    header_lines(head).map(|(name, value)| (header_text(name), header_text(&value))).collect()
}

/// `GET /path HTTP/1.1`: a header's name holds no space, so the two can't be taken for each other.
fn is_request_line(line: &[u8]) -> bool {
    let words: Vec<&[u8]> = line.split(|&b| b == b' ').collect();
    words.len() >= 3
        && !words[0].contains(&b':')
        && words.last().is_some_and(|last| last.starts_with(b"HTTP/"))
}

fn trim(mut text: &[u8]) -> &[u8] {
    while let [b' ' | b'\t', rest @ ..] | [rest @ .., b' ' | b'\t'] = text {
        text = rest;
    }
    text
}

/// The value at `data.items[0].id` as text; strings without quotes, anything else as JSON.
fn json_at(body: &[u8], path: &str) -> Option<String> {
    if body.len() > PARSED || !may_hold(body, path) {
        return None;
    }
    let value: Value = serde_json::from_slice(body).ok()?;
    let mut at = &value;
    for part in path.split('.') {
        let (name, mut indices) = part.split_once('[').map_or((part, ""), |(name, rest)| (name, rest));
        if !name.is_empty() {
            // `items.0.id` is understood as `items[0].id` is.
            at = match at {
                Value::Array(items) => items.get(name.parse::<usize>().ok()?)?,
                other => other.get(name)?,
            };
        }
        while !indices.is_empty() {
            let (index, rest) = indices.split_once(']')?;
            at = at.get(index.parse::<usize>().ok()?)?;
            indices = rest.strip_prefix('[').unwrap_or(rest);
        }
    }
    Some(match at {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    })
}

/// Whether parsing is worth it: the last name occurs as it is, or may be there with escapes.
fn may_hold(body: &[u8], path: &str) -> bool {
    let last = path.rsplit('.').next().and_then(|part| part.split('[').next()).unwrap_or_default();
    last.is_empty()
        || last.bytes().all(|b| b.is_ascii_digit())
        || memchr::memmem::find(body, last.as_bytes()).is_some()
        || memchr::memchr(b'\\', body).is_some()
}

/// Whether `needle` occurs in `text`, whatever the case of its ASCII letters.
pub(crate) fn contains(text: &[u8], needle: &[u8]) -> bool {
    // The rarest byte of the needle, by a rough guess, is looked for first.
    let Some((at, &rare)) = needle.iter().enumerate().min_by_key(|(_, byte)| commonness(**byte)) else {
        return true;
    };
    if text.len() < needle.len() {
        return false;
    }
    let last = text.len() - needle.len();
    memchr2_iter(rare.to_ascii_lowercase(), rare.to_ascii_uppercase(), &text[at..=last + at])
        .any(|start| text[start..start + needle.len()].eq_ignore_ascii_case(needle))
}

/// Higher for bytes that texts are full of.
fn commonness(byte: u8) -> u8 {
    match byte.to_ascii_lowercase() {
        b'e' | b't' | b'a' | b'i' | b'o' | b'n' | b's' | b'r' | b' ' | b'"' | b':' | b',' => 4,
        b'd' | b'l' | b'c' | b'u' | b'm' | b'p' | b'_' | b'0' | b'1' => 3,
        b'b'..=b'y' | b'2'..=b'9' => 2,
        b'z' | b'.' | b'-' | b'/' => 1,
        _ => 0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_head_is_read_as_it_came() {
        let rows: &[(&[u8], &[(&str, &str)])] = &[
            (b"Host: a\r\nX-A:  b \r\n\r\n", &[("Host", "a"), ("X-A", "b")]),
            (b"POST http://h:1/ HTTP/1.1\r\nA: 1\r\na: 2\r\n\r\n", &[("A", "1"), ("a", "2")]),
            (b"A: 1\r\n\tmore\r\n  and\r\nB:2\r\n", &[("A", "1 more and"), ("B", "2")]),
            (b"A : 1\nno colon\n: empty name\nB:\n", &[("A", "1"), ("", "empty name"), ("B", "")]),
            (b"A: \xff\r\n", &[("A", "\u{ff}")]),
            (b"GET / HTTP/1.1\r\n", &[]),
            (b"", &[]),
        ];
        for (head, expected) in rows {
            let found = headers(head);
            let found: Vec<(&str, &str)> = found.iter().map(|(n, v)| (n.as_str(), v.as_str())).collect();
            assert_eq!(&found, expected, "{}", header_text(head));
        }
    }

    #[test]
    fn a_path_finds_a_value() {
        let body = br#"{"a":{"b":[{"c":"x"},{"c":7}],"n":null},"t":true,"esc\u0061ped":"y","o":{"k":[1,2]}}"#;
        let rows = [
            ("a.b[0].c", Some("x")),
            ("a.b[1].c", Some("7")),
            ("a.b.1.c", Some("7")),
            ("a.b[2].c", None),
            ("a.n", Some("null")),
            ("t", Some("true")),
            ("escaped", Some("y")),
            ("o", Some(r#"{"k":[1,2]}"#)),
            ("o.k[1]", Some("2")),
            ("nothing", None),
            ("a.b[x]", None),
            ("a.b[0", None),
        ];
        for (path, expected) in rows {
            assert_eq!(json_at(body, path).as_deref(), expected, "{path}");
        }
        assert_eq!(json_at(br"[[1,[2]]]", "[0][1][0]").as_deref(), Some("2"));
        assert_eq!(json_at(b"not json", "a"), None);
    }

    #[test]
    fn a_needle_is_found_in_any_ascii_case() {
        let rows: &[(&[u8], &[u8], bool)] = &[
            (b"Hello World", b"lo wo", true),
            (b"Hello World", b"LO WO", true),
            (b"Hello", b"hello!", false),
            (b"aaab", b"aab", true),
            (b"", b"a", false),
            (b"x", b"", true),
            ("größe".as_bytes(), "GRÖ".as_bytes(), false),
            ("größe".as_bytes(), "GRö".as_bytes(), true),
            (b"\x00\xff\x00", b"\xff\x00", true),
            (b"abc", b"c", true),
            (b"abc", b"abc", true),
        ];
        for (text, needle, expected) in rows {
            assert_eq!(contains(text, needle), *expected, "{text:?} {needle:?}");
        }
    }
}
