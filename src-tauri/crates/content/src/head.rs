//! Request heads as bytes: the start line and every header in order, case and repeats kept.
//!
//! Reading never fails: a line that is no header is kept as a name without a value, so that what is shown
//! and exported is what came. [`RawRequest`] is a head with the body behind it, as it stands in a file.

use crate::Failure;
use waybill_model::{HeaderPair, header_text};

/// A request head.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Head {
    /// `POST`
    pub method: Vec<u8>,
    /// The path and query as sent.
    pub target: Vec<u8>,
    /// `HTTP/1.1`; empty when the start line had none.
    pub version: Vec<u8>,
    /// Names and values without the blanks around them.
    pub headers: Vec<(Vec<u8>, Vec<u8>)>,
}

impl Head {
    /// Reads a head up to its blank line, or to the end of `bytes`. Lines end in CRLF or LF.
    #[must_use]
    pub fn parse(bytes: &[u8]) -> Self {
        Self::parse_with_length(bytes).0
    }

    /// The same, with the number of bytes the head takes, its blank line included.
    #[must_use]
    pub fn parse_with_length(bytes: &[u8]) -> (Self, usize) {
        let mut head = Self::default();
        let mut at = 0;
        // RFC 9112 section 2.2: empty lines before the request line are passed over.
        while matches!(bytes.get(at), Some(b'\r' | b'\n')) {
            at += 1;
        }
        let mut first = true;
        while at < bytes.len() {
            let end = bytes[at..].iter().position(|&b| b == b'\n').map_or(bytes.len(), |n| at + n);
            let line = bytes[at..end].strip_suffix(b"\r").unwrap_or(&bytes[at..end]);
            at = (end + 1).min(bytes.len());
            if first {
                (head.method, head.target, head.version) = start_line(line);
                first = false;
            } else if line.is_empty() {
                break;
            } else if line[0] == b' ' || line[0] == b'\t' {
                // A folded line (obsolete since RFC 7230) continues the value above it.
                match head.headers.last_mut() {
                    Some((_, value)) => {
                        value.push(b' ');
                        value.extend_from_slice(line.trim_ascii());
                    }
                    None => head.headers.push((line.trim_ascii().to_vec(), Vec::new())),
                }
            } else {
                let (name, value) = match line.iter().position(|&b| b == b':') {
                    Some(colon) => (&line[..colon], line[colon + 1..].trim_ascii()),
                    None => (line, &b""[..]),
                };
                head.headers.push((name.trim_ascii().to_vec(), value.to_vec()));
            }
        }
        (head, at)
    }

    /// The method as text.
    #[must_use]
    pub fn method_text(&self) -> String {
        header_text(&self.method)
    }

    /// The target up to the question mark, as text.
    #[must_use]
    pub fn path(&self) -> String {
        header_text(self.target.split(|&b| b == b'?').next().unwrap_or_default())
    }

    /// The target after the question mark, as text; empty when there is none.
    #[must_use]
    pub fn query(&self) -> String {
        let at = self.target.iter().position(|&b| b == b'?').map_or(self.target.len(), |i| i + 1);
        header_text(&self.target[at..])
    }

    /// The first value under `name`, whatever the case of the name.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&[u8]> {
        self.headers.iter().find(|(n, _)| n.eq_ignore_ascii_case(name.as_bytes())).map(|(_, v)| v.as_slice())
    }

    /// The same as text.
    #[must_use]
    pub fn header_text(&self, name: &str) -> Option<String> {
        self.header(name).map(header_text)
    }

    /// Every header as text, in order.
    #[must_use]
    pub fn pairs(&self) -> Vec<HeaderPair> {
        self.headers.iter().map(|(n, v)| (header_text(n), header_text(v))).collect()
    }

    /// The head as bytes with CRLF line ends and its blank line.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut out = Vec::new();
        out.extend_from_slice(&self.method);
        out.push(b' ');
        out.extend_from_slice(&self.target);
        if !self.version.is_empty() {
            out.push(b' ');
            out.extend_from_slice(&self.version);
        }
        out.extend_from_slice(b"\r\n");
        for (name, value) in &self.headers {
            out.extend_from_slice(name);
            out.extend_from_slice(b": ");
            out.extend_from_slice(value);
            out.extend_from_slice(b"\r\n");
        }
        out.extend_from_slice(b"\r\n");
        out
    }
}

fn start_line(line: &[u8]) -> (Vec<u8>, Vec<u8>, Vec<u8>) {
    let line = line.trim_ascii_end();
    let Some(first) = line.iter().position(|&b| b == b' ') else {
        return (line.to_vec(), Vec::new(), Vec::new());
    };
    let rest = line[first + 1..].trim_ascii_start();
    match rest.iter().rposition(|&b| b == b' ') {
        Some(last) if rest[last + 1..].starts_with(b"HTTP/") => {
            (line[..first].to_vec(), rest[..last].trim_ascii_end().to_vec(), rest[last + 1..].to_vec())
        }
        _ => (line[..first].to_vec(), rest.to_vec(), Vec::new()),
    }
}

/// A request as it stands in a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RawRequest {
    /// Its head.
    pub head: Head,
    /// Everything after the blank line.
    pub body: Vec<u8>,
}

impl RawRequest {
    /// Reads a raw HTTP/1.1 request with CRLF or LF line ends. The body is the rest of the file, whatever
    /// its `Content-Length` says: see [`RawRequest::length_note`].
    ///
    /// # Errors
    /// `invalid_input` when the first line is no request line.
    pub fn parse(bytes: &[u8]) -> Result<Self, Failure> {
        let (head, length) = Head::parse_with_length(bytes.strip_prefix(crate::json::BOM).unwrap_or(bytes));
        let token = !head.method.is_empty() && head.method.iter().all(|&b| is_token(b));
        let versioned = head.version.starts_with(b"HTTP/");
        if !token || !versioned || head.target.is_empty() || head.target.contains(&b' ') {
            return Err(Failure::invalid("The first line is not an HTTP request line; nothing was read.")
                .hint("A raw request begins with a line like \"POST /path HTTP/1.1\", then headers, a blank line and the body."));
        }
        let bytes = bytes.strip_prefix(crate::json::BOM).unwrap_or(bytes);
        Ok(Self { head, body: bytes[length..].to_vec() })
    }

    /// A sentence when the file's own `Content-Length` differs from the body that was read: an editor that
    /// adds a line break at the end is enough to break a signature.
    #[must_use]
    pub fn length_note(&self) -> Option<String> {
        let declared: u64 = self.head.header_text("content-length")?.trim().parse().ok()?;
        let read = self.body.len() as u64;
        (declared != read).then(|| format!("Content-Length says {declared} bytes, the file holds {read} after the blank line; all {read} were used."))
    }
}

/// Whether `byte` may stand in a method or a header name (RFC 9110 section 5.6.2).
pub(crate) const fn is_token(byte: u8) -> bool {
    byte.is_ascii_alphanumeric()
        || matches!(
            byte,
            b'!' | b'#'
                | b'$'
                | b'%'
                | b'&'
                | b'\''
                | b'*'
                | b'+'
                | b'-'
                | b'.'
                | b'^'
                | b'_'
                | b'`'
                | b'|'
                | b'~'
        )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn heads_are_read_whatever_they_hold() {
        for (bytes, line, headers) in [
            (
                &b"POST /in/a?b=c HTTP/1.1\r\nHost: x\r\nX-A:1\r\nx-a: 2 \r\n\r\nbody"[..],
                "POST|/in/a|b=c|HTTP/1.1",
                "Host=x;X-A=1;x-a=2;",
            ),
            (b"get /a%20b?\nA: b", "get|/a%20b||", "A=b;"),
            (
                b"\r\nPUT / HTTP/1.0\r\nA: 1\r\n  folded\r\nno colon\r\n: v\r\n\r\n",
                "PUT|/||HTTP/1.0",
                "A=1 folded;no colon=;=v;",
            ),
            (b"POST /a b HTTP/1.1\r\n\r\n", "POST|/a b||HTTP/1.1", ""),
            (b"A: \xff\xfe", "A:|\u{ff}\u{fe}||", ""),
            (b"", "|||", ""),
            (b"\x00\x01", "\0\u{1}|||", ""),
        ] {
            let head = Head::parse(bytes);
            let shown = format!(
                "{}|{}|{}|{}",
                head.method_text(),
                head.path(),
                head.query(),
                header_text(&head.version)
            );
            let pairs: String = head.pairs().iter().map(|(n, v)| format!("{n}={v};")).collect();
            assert_eq!((shown.as_str(), pairs.as_str()), (line, headers), "{bytes:?}");
        }
    }

    #[test]
    fn a_raw_request_keeps_every_byte_of_its_body() {
        for (bytes, body, note) in [
            (&b"POST / HTTP/1.1\r\nContent-Length: 3\r\n\r\nabc"[..], &b"abc"[..], false),
            (b"POST / HTTP/1.1\nContent-Length: 3\n\nabc\n", b"abc\n", true),
            (b"POST / HTTP/1.1\n\n\r\n\r\n", b"\r\n\r\n", false),
            (b"\xef\xbb\xbfPOST / HTTP/1.1\r\n\r\n\xff\x00", b"\xff\x00", false),
            (b"GET /x HTTP/1.1", b"", false),
        ] {
            let request = RawRequest::parse(bytes).unwrap();
            assert_eq!((request.body.as_slice(), request.length_note().is_some()), (body, note), "{bytes:?}");
        }
        for bytes in [&b""[..], b"{\"a\":1}", b"\n\n", b"PO(ST / HTTP/1.1\n\n", b"one two three\n\n"] {
            assert!(RawRequest::parse(bytes).is_err(), "{bytes:?}");
        }
    }
}
