//! The head of a request, taken apart without losing its bytes.
//!
//! hyper decides whether a head is valid; this only finds the parts of one again in the bytes as they
//! came, and says how long the body is that follows (RFC 9112, section 6.3), so that the next head
//! on the same connection can be found. Where it is not sure it says so.

use bytes::Bytes;
use std::time::Instant;
use waybill_model::Timestamp;

/// A head as it came.
#[derive(Debug)]
pub(crate) struct Head {
    /// Every byte of it, the blank line included.
    pub(crate) raw: Bytes,
    pub(crate) method: String,
    pub(crate) target: String,
    pub(crate) headers: Vec<(Bytes, Bytes)>,
    pub(crate) body: BodyLength,
    pub(crate) received_at: Timestamp,
    pub(crate) started: Instant,
}

/// How the body behind a head is framed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum BodyLength {
    /// So many bytes.
    Exactly(u64),
    /// In chunks.
    Chunked,
    /// The head is contradictory or unreadable: nothing behind it can be trusted.
    Doubtful,
}

impl Head {
    /// Takes apart the bytes of a whole head. Never fails: what can't be read stays empty, and the
    /// body is then doubtful.
    pub(crate) fn take_apart(raw: Bytes, received_at: Timestamp, started: Instant) -> Self {
        let mut head = Self {
            method: String::new(),
            target: String::new(),
            headers: Vec::with_capacity(16),
            body: BodyLength::Doubtful,
            received_at,
            started,
            raw,
        };
        let readable = head.read_lines();
        if readable {
            head.body = body_length(&head.headers);
        }
        head
    }

    fn read_lines(&mut self) -> bool {
        let raw = &self.raw;
        let mut readable = true;
        let mut start = 0;
        while let Some(length) = raw[start..].iter().position(|&byte| byte == b'\n') {
            let mut end = start + length;
            let next = end + 1;
            if end > start && raw[end - 1] == b'\r' {
                end -= 1;
            }
            let line = &raw[start..end];
            if start == 0 {
                let mut words = line.splitn(3, |&byte| byte == b' ');
                let (method, target) = (words.next().unwrap_or_default(), words.next().unwrap_or_default());
                readable &= words.next().is_some_and(|version| version.starts_with(b"HTTP/1."));
                self.method = String::from_utf8_lossy(method).into_owned();
                self.target = String::from_utf8_lossy(target).into_owned();
            } else if !line.is_empty() {
                match line.iter().position(|&byte| byte == b':') {
                    Some(colon) => {
                        let (from, to) = trimmed(raw, start + colon + 1, end);
                        self.headers.push((raw.slice(start..start + colon), raw.slice(from..to)));
                    }
                    None => readable = false,
                }
            }
            start = next;
        }
        readable
    }

    /// How many headers of that name there are, in any case.
    pub(crate) fn count(&self, name: &[u8]) -> usize {
        self.headers.iter().filter(|(known, _)| known.eq_ignore_ascii_case(name)).count()
    }
}

/// `from..to` without the spaces and tabs at its ends.
fn trimmed(raw: &[u8], mut from: usize, mut to: usize) -> (usize, usize) {
    let blank = |byte: u8| byte == b' ' || byte == b'\t';
    while from < to && blank(raw[from]) {
        from += 1;
    }
    while to > from && blank(raw[to - 1]) {
        to -= 1;
    }
    (from, to)
}

fn body_length(headers: &[(Bytes, Bytes)]) -> BodyLength {
    let mut length: Option<u64> = None;
    let mut coding: Option<&[u8]> = None;
    for (name, value) in headers {
        if name.eq_ignore_ascii_case(b"content-length") {
            let digits = !value.is_empty() && value.iter().all(u8::is_ascii_digit);
            let said = std::str::from_utf8(value).ok().filter(|_| digits).and_then(|text| text.parse().ok());
            match (said, length) {
                (None, _) => return BodyLength::Doubtful,
                (Some(said), Some(before)) if said != before => return BodyLength::Doubtful,
                (said, _) => length = said,
            }
        } else if name.eq_ignore_ascii_case(b"transfer-encoding") {
            coding = Some(value);
        }
    }
    match (coding, length) {
        (None, length) => BodyLength::Exactly(length.unwrap_or(0)),
        (Some(_), Some(_)) => BodyLength::Doubtful,
        (Some(coding), None) => {
            let last = coding.rsplit(|&byte| byte == b',').next().unwrap_or_default();
            if last.trim_ascii().eq_ignore_ascii_case(b"chunked") {
                BodyLength::Chunked
            } else {
                BodyLength::Doubtful
            }
        }
    }
}

/// Path and query of a request target as they were sent (RFC 9112, section 3.2): of a path, of a
/// whole address, or `*`.
pub(crate) fn path_and_query(target: &str) -> (&str, &str) {
    let local = match target.find("://") {
        Some(scheme) if !target.starts_with('/') => {
            let authority = scheme + 3;
            match target[authority..].find(['/', '?', '#']) {
                Some(end) => &target[authority + end..],
                None => "/",
            }
        }
        _ => target,
    };
    let (path, query) = local.split_once('?').unwrap_or((local, ""));
    (if path.is_empty() { "/" } else { path }, query)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn head(text: &[u8]) -> Head {
        Head::take_apart(Bytes::copy_from_slice(text), Timestamp(0), Instant::now())
    }

    #[test]
    fn parts_are_found_again_as_they_came() {
        let it = head(
            b"POST /in/a?b HTTP/1.1\r\nHost: h\r\nX-A:  1 \t\r\nx-a:\r\nX-Bin: \xff:\x80\nLast: z\r\n\r\n",
        );
        assert_eq!((it.method.as_str(), it.target.as_str()), ("POST", "/in/a?b"));
        let headers: Vec<(&[u8], &[u8])> = it.headers.iter().map(|(n, v)| (&n[..], &v[..])).collect();
        let expected: Vec<(&[u8], &[u8])> =
            vec![(b"Host", b"h"), (b"X-A", b"1"), (b"x-a", b""), (b"X-Bin", b"\xff:\x80"), (b"Last", b"z")];
        assert_eq!(headers, expected);
        assert_eq!(it.count(b"X-a"), 2);
    }

    #[test]
    fn the_length_of_the_body_is_known_or_doubtful() {
        use BodyLength::{Chunked, Doubtful, Exactly};
        for (headers, expected) in [
            ("", Exactly(0)),
            ("Content-Length: 5\r\n", Exactly(5)),
            ("content-length: 5\r\nCONTENT-LENGTH: 5\r\n", Exactly(5)),
            ("content-length: 5\r\ncontent-length: 6\r\n", Doubtful),
            ("content-length: 5, 5\r\n", Doubtful),
            ("content-length: +5\r\n", Doubtful),
            ("content-length: 0x5\r\n", Doubtful),
            ("content-length:\r\n", Doubtful),
            ("content-length: 18446744073709551616\r\n", Doubtful),
            ("Transfer-Encoding: chunked\r\n", Chunked),
            ("Transfer-Encoding: gzip, Chunked\r\n", Chunked),
            ("Transfer-Encoding: chunked, gzip\r\n", Doubtful),
            ("Transfer-Encoding: xchunked\r\n", Doubtful),
            ("Transfer-Encoding: chunked\r\nContent-Length: 5\r\n", Doubtful),
            ("no colon\r\n", Doubtful),
        ] {
            let text = format!("GET / HTTP/1.1\r\n{headers}\r\n");
            assert_eq!(head(text.as_bytes()).body, expected, "{headers:?}");
        }
        for line in ["GET /", "GET / HTTP/2.0", "GET", ""] {
            assert_eq!(head(format!("{line}\r\n\r\n").as_bytes()).body, Doubtful, "{line:?}");
        }
    }

    #[test]
    fn paths_and_queries_are_as_sent() {
        for (target, path, query) in [
            ("/", "/", ""),
            ("/in/a?x=1&y=%20", "/in/a", "x=1&y=%20"),
            ("/in/a?", "/in/a", ""),
            ("/a?b?c", "/a", "b?c"),
            ("/a//b/../c;d", "/a//b/../c;d", ""),
            ("/r?u=http://x/y", "/r", "u=http://x/y"),
            ("http://h:1/in/a?q", "/in/a", "q"),
            ("http://h", "/", ""),
            ("http://h?q", "/", "q"),
            ("*", "*", ""),
            ("?q", "/", "q"),
        ] {
            assert_eq!(path_and_query(target), (path, query), "{target}");
        }
    }
}
