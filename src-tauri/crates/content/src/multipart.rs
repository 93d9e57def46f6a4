//! Lists the parts of a multipart body (RFC 2046 section 5.1, RFC 7578) with the ranges of their bytes.
//! Parts are not decoded and a file name is text for people: nothing is ever written under it.

use crate::head::Head;
use crate::kind::{ContentType, split_parameters, unquote};
use percent_encoding::percent_decode_str;
use serde::Serialize;
use ts_rs::TS;
use waybill_model::{HeaderPair, header_text};

/// Most parts that are listed.
pub const PART_LIMIT: usize = 1_000;

/// Most bytes of one part's headers.
const PART_HEAD_LIMIT: usize = 16 << 10;

/// One part.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, TS)]
pub struct Part {
    /// The field's name.
    pub name: Option<String>,
    /// The sender's file name.
    pub filename: Option<String>,
    /// The part's content type as sent.
    pub content_type: Option<String>,
    /// Its headers in order.
    pub headers: Vec<HeaderPair>,
    /// Offset of its content's first byte in the body.
    #[ts(type = "number")]
    pub from: u64,
    /// Offset after its content's last byte.
    #[ts(type = "number")]
    pub to: u64,
}

/// The parts of a body.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, TS)]
pub struct Parts {
    /// In order, at most [`PART_LIMIT`].
    pub parts: Vec<Part>,
    /// What is wrong or left out, as a sentence.
    pub note: Option<String>,
}

/// The parts of `body`, sent under `content_type`.
#[must_use]
pub fn parts(content_type: &str, body: &[u8]) -> Parts {
    let claim = ContentType::parse(content_type);
    let Some(boundary) = claim.parameter("boundary").filter(|b| !b.is_empty() && b.len() <= 256) else {
        return Parts {
            parts: Vec::new(),
            note: Some("The content type names no usable boundary.".to_owned()),
        };
    };
    let mut listed = Parts::default();
    let delimiter = [b"--", boundary.as_bytes()].concat();
    let Some(mut marker) = next_delimiter(body, 0, &delimiter) else {
        listed.note = Some("The boundary does not occur in the body.".to_owned());
        return listed;
    };
    loop {
        if marker.last {
            return listed;
        }
        let start = marker.after;
        let (next, end) = match next_delimiter(body, start, &delimiter) {
            Some(next) => (Some(next), next.before),
            None => (None, body.len()),
        };
        if listed.parts.len() == PART_LIMIT {
            listed.note = Some(format!("Only the first {PART_LIMIT} parts are listed."));
            return listed;
        }
        listed.parts.push(part(body, start, end.max(start)));
        match next {
            Some(next) => marker = next,
            None => {
                listed.note = Some("The body ends without its closing boundary.".to_owned());
                return listed;
            }
        }
    }
}

#[derive(Clone, Copy)]
struct Delimiter {
    /// Where the content before it ends: its line break belongs to the delimiter.
    before: usize,
    after: usize,
    last: bool,
}

/// The next line at or after `from` that is a delimiter.
fn next_delimiter(body: &[u8], from: usize, delimiter: &[u8]) -> Option<Delimiter> {
    let mut at = from;
    loop {
        let line_end = body[at..].iter().position(|&b| b == b'\n').map(|n| at + n);
        let line = &body[at..line_end.unwrap_or(body.len())];
        if let Some(rest) = line.strip_prefix(delimiter) {
            let last = rest.starts_with(b"--");
            let rest = if last { &rest[2..] } else { rest };
            if rest.trim_ascii().is_empty() {
                let before = match &body[from..at] {
                    [.., b'\r', b'\n'] => at - 2,
                    [.., b'\n'] => at - 1,
                    _ => at,
                };
                return Some(Delimiter { before, after: line_end.map_or(body.len(), |n| n + 1), last });
            }
        }
        at = line_end? + 1;
    }
}

fn part(body: &[u8], start: usize, end: usize) -> Part {
    let content = &body[start..end];
    // A part without headers begins with its blank line.
    let blank = if content.starts_with(b"\r\n") {
        Some((0, 2))
    } else if content.starts_with(b"\n") {
        Some((0, 1))
    } else {
        let window = &content[..content.len().min(PART_HEAD_LIMIT)];
        let crlf = window.windows(4).position(|w| w == b"\r\n\r\n").map(|n| (n, 4));
        let lf = window.windows(2).position(|w| w == b"\n\n").map(|n| (n, 2));
        match (crlf, lf) {
            (Some(a), Some(b)) => Some(if a.0 < b.0 { a } else { b }),
            (a, b) => a.or(b),
        }
    };
    let (head, skip) = blank.map_or((&content[..0], 0), |(at, length)| (&content[..at], at + length));
    let head = Head::parse(&[b"part / HTTP/1.1\r\n", head].concat());
    let disposition = head.header("content-disposition").map(header_text).unwrap_or_default();
    let parameters: Vec<(String, String)> = split_parameters(&disposition)
        .into_iter()
        .skip(1)
        .filter_map(|p| p.split_once('='))
        .map(|(n, v)| (n.trim().to_ascii_lowercase(), unquote(v.trim())))
        .collect();
    let find = |name: &str| parameters.iter().find(|(n, _)| n == name).map(|(_, v)| v.clone());
    Part {
        name: find("name"),
        filename: find("filename*").and_then(|v| extended(&v)).or_else(|| find("filename")),
        content_type: head.header_text("content-type"),
        headers: head.pairs(),
        from: (start + skip) as u64,
        to: end as u64,
    }
}

/// `UTF-8''na%C3%AFve.txt` (RFC 8187).
fn extended(value: &str) -> Option<String> {
    let mut pieces = value.splitn(3, '\'');
    let (charset, _, text) = (pieces.next()?, pieces.next()?, pieces.next()?);
    charset.eq_ignore_ascii_case("utf-8").then(|| percent_decode_str(text).decode_utf8_lossy().into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_are_found_with_their_ranges() {
        let body = b"preamble\r\n--b\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\none\r\n--b \r\n\
            content-disposition: form-data; name=f; filename=\"x; y.png\"; filename*=UTF-8''na%C3%AFve.png\r\nContent-Type: image/png\r\n\r\n\x89\r\n\x00--b\r\n--b\r\n\r\nbare\r\n--b--\r\nrest";
        let listed = parts("multipart/form-data; boundary=\"b\"", body);
        let rows: Vec<_> = listed
            .parts
            .iter()
            .map(|p| {
                let range = usize::try_from(p.from).unwrap()..usize::try_from(p.to).unwrap();
                (p.name.as_deref(), p.filename.as_deref(), p.content_type.as_deref(), &body[range])
            })
            .collect();
        assert_eq!(
            rows,
            [
                (Some("a"), None, None, &b"one"[..]),
                (Some("f"), Some("na\u{ef}ve.png"), Some("image/png"), b"\x89\r\n\x00--b"),
                (None, None, None, b"bare"),
            ]
        );
        assert_eq!(listed.note, None);
    }

    #[test]
    fn what_is_broken_is_said() {
        for (content_type, body, count, note) in [
            ("multipart/form-data", &b"--b\n"[..], 0, "no usable boundary"),
            ("multipart/form-data; boundary=b", b"nothing here", 0, "does not occur"),
            ("multipart/form-data; boundary=b", b"--b\nA: b\n\nhalf", 1, "without its closing"),
            ("multipart/form-data; boundary=b", b"--b", 1, "without its closing"),
            ("multipart/form-data; boundary=b", &b"--b\n\nx\n".repeat(2000), PART_LIMIT, "Only the first"),
        ] {
            let listed = parts(content_type, body);
            assert_eq!(listed.parts.len(), count);
            assert!(listed.note.as_deref().unwrap_or_default().contains(note), "{listed:?}");
        }
    }
}
