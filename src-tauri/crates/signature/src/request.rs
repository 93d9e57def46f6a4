//! A request as it arrived, borrowed from whoever holds its bytes.

/// One HTTP request. Everything is bytes: what arrived need not be text.
#[derive(Clone, Copy, Debug, Default)]
pub struct Request<'a> {
    /// The method as sent.
    pub method: &'a [u8],
    /// The address as the sender saw it (`https://host/path?query`); where only the request target is
    /// known, that: then the configured `url` or the headers tell the rest.
    pub url: &'a [u8],
    /// Every header in the order it came, repeats included.
    pub headers: &'a [(&'a [u8], &'a [u8])],
    /// The body as received, no byte changed.
    pub body: &'a [u8],
    /// True when `body` is only the first part of what was sent.
    pub truncated: bool,
}

impl<'a> Request<'a> {
    /// The values of every header called `name` (in any case), without surrounding blanks, empty ones
    /// left out: an empty header counts as absent.
    pub(crate) fn header_values(self, name: &str) -> impl Iterator<Item = &'a [u8]> {
        self.headers
            .iter()
            .filter(move |(key, _)| key.eq_ignore_ascii_case(name.as_bytes()))
            .map(|(_, value)| trim_blanks(value))
            .filter(|value| !value.is_empty())
    }

    /// Names and values of every header whose name is `prefix` and a number, in the order they came.
    pub(crate) fn numbered(self, prefix: &str) -> impl Iterator<Item = (&'a [u8], &'a [u8])> {
        self.headers
            .iter()
            .filter(move |(name, _)| {
                name.split_at_checked(prefix.len()).is_some_and(|(head, number)| {
                    head.eq_ignore_ascii_case(prefix.as_bytes())
                        && (1..=4).contains(&number.len())
                        && number.iter().all(u8::is_ascii_digit)
                })
            })
            .map(|(name, value)| (*name, trim_blanks(value)))
            .filter(|(_, value)| !value.is_empty())
    }

    /// The first value of the header called `name`.
    pub(crate) fn header(self, name: &str) -> Option<&'a [u8]> {
        self.header_values(name).next()
    }

    /// True when a header of that name is there, be it empty.
    pub(crate) fn has_header(self, name: &str) -> bool {
        self.headers.iter().any(|(key, _)| key.eq_ignore_ascii_case(name.as_bytes()))
    }

    /// The query without its question mark; a fragment is no part of it.
    pub(crate) fn query(self) -> &'a [u8] {
        let url = cut(self.url, b'#').0;
        cut(url, b'?').1.unwrap_or_default()
    }

    /// Everything before the query.
    pub(crate) fn url_without_query(self) -> &'a [u8] {
        cut(self.url, b'?').0
    }

    /// Where `://` stands in a whole address; a target's query may hold one of its own.
    fn scheme_end(self) -> Option<usize> {
        let end = self.url.iter().position(|byte| b"/?#".contains(byte))?.checked_sub(1)?;
        self.url.get(end..)?.starts_with(b"://").then_some(end)
    }

    /// The address in three: up to the host, the port without its colon, and what follows.
    fn around_port(self) -> Option<(&'a [u8], Option<&'a [u8]>, &'a [u8])> {
        let scheme = self.scheme_end()?;
        let rest = self.url.get(scheme + 3..).unwrap_or_default();
        let host = rest.iter().position(|byte| b"/?#".contains(byte)).unwrap_or(rest.len());
        let (head, tail) = self.url.split_at_checked(scheme + 3 + host).unwrap_or((self.url, &[]));
        let digits = head.iter().rev().take_while(|byte| byte.is_ascii_digit()).count();
        Some(match head.split_at_checked(head.len() - digits) {
            Some(([front @ .., b':'], port)) if front.len() >= scheme + 3 => (front, Some(port), tail),
            _ => (head, None, tail),
        })
    }

    /// The address with its port, be it the usual one of its scheme.
    pub(crate) fn url_with_port(self) -> Vec<u8> {
        let Some((head, port, tail)) = self.around_port() else { return self.url.to_vec() };
        let usual: &[u8] = if head.starts_with(b"https://") { b"443" } else { b"80" };
        [head, b":", port.unwrap_or(usual), tail].concat()
    }

    /// The address without its port.
    pub(crate) fn url_without_port(self) -> Vec<u8> {
        self.around_port().map_or_else(|| self.url.to_vec(), |(head, _, tail)| [head, tail].concat())
    }

    /// Path and query: what stands in the request line.
    pub(crate) fn path_and_query(self) -> &'a [u8] {
        let Some(scheme) = self.scheme_end() else { return self.url };
        let rest = self.url.get(scheme + 3..).unwrap_or_default();
        match rest.iter().position(|&byte| byte == b'/' || byte == b'?') {
            Some(start) => rest.get(start..).unwrap_or_default(),
            None => b"/",
        }
    }
}

/// `bytes` up to the first `at`, and what follows it.
pub(crate) fn cut(bytes: &[u8], at: u8) -> (&[u8], Option<&[u8]>) {
    match memchr::memchr(at, bytes) {
        Some(place) => (bytes.get(..place).unwrap_or_default(), bytes.get(place + 1..)),
        None => (bytes, None),
    }
}

/// Without blanks and tabs at either end (RFC 9110 section 5.5: they are no part of a header's value).
pub(crate) fn trim_blanks(mut bytes: &[u8]) -> &[u8] {
    while let [b' ' | b'\t', rest @ ..] | [rest @ .., b' ' | b'\t'] = bytes {
        bytes = rest;
    }
    bytes
}

/// Pairs of a form that are read; receivers take a thousand or a few.
const MAX_PAIRS: usize = 16 * 1024;

/// The pairs of an `application/x-www-form-urlencoded` text, decoded, in order.
pub(crate) fn form_pairs(text: &[u8]) -> Vec<(Vec<u8>, Vec<u8>)> {
    text.split(|&byte| byte == b'&')
        .filter(|pair| !pair.is_empty())
        .take(MAX_PAIRS)
        .map(|pair| {
            let (name, value) = cut(pair, b'=');
            (form_decoded(name), form_decoded(value.unwrap_or_default()))
        })
        .collect()
}

/// `text` as one side of a pair: `+` for a blank, `%XX` for all but letters, digits and `-._~`.
pub(crate) fn form_encoded(text: &[u8]) -> Vec<u8> {
    let mut encoded = Vec::with_capacity(text.len());
    for &byte in text {
        match byte {
            b' ' => encoded.push(b'+'),
            _ if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) => encoded.push(byte),
            _ => encoded.extend_from_slice(format!("%{byte:02X}").as_bytes()),
        }
    }
    encoded
}

pub(crate) fn form_decoded(text: &[u8]) -> Vec<u8> {
    let mut decoded = Vec::with_capacity(text.len());
    let mut rest = text;
    while let Some((&byte, after)) = rest.split_first() {
        rest = after;
        match (byte, after) {
            (b'+', _) => decoded.push(b' '),
            (b'%', [high, low, tail @ ..]) => {
                match (char::from(*high).to_digit(16), char::from(*low).to_digit(16)) {
                    (Some(high), Some(low)) => {
                        decoded.push(u8::try_from(high * 16 + low).unwrap_or_default());
                        rest = tail;
                    }
                    _ => decoded.push(byte),
                }
            }
            _ => decoded.push(byte),
        }
    }
    decoded
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn forms_are_decoded_and_kept_in_order() {
        let rows: &[(&str, &[(&str, &str)])] = &[
            ("", &[]),
            ("a=1&b=2", &[("a", "1"), ("b", "2")]),
            ("a=x%20y+z&a=%C3%BC", &[("a", "x y z"), ("a", "ü")]),
            ("a&=b&&c==", &[("a", ""), ("", "b"), ("c", "=")]),
            ("a=%zz%4", &[("a", "%zz%4")]),
        ];
        for (text, expected) in rows {
            let pairs = form_pairs(text.as_bytes());
            let pairs: Vec<(&str, &str)> = pairs
                .iter()
                .map(|(k, v)| (std::str::from_utf8(k).unwrap(), std::str::from_utf8(v).unwrap()))
                .collect();
            assert_eq!(pairs, *expected, "{text}");
        }
    }

    #[test]
    fn a_port_is_put_in_and_taken_out() {
        let rows = [
            ("https://h/p?q=1", "https://h:443/p?q=1", "https://h/p?q=1"),
            ("http://h", "http://h:80", "http://h"),
            ("https://h:1234/p", "https://h:1234/p", "https://h/p"),
            ("https://h:443?a:1", "https://h:443?a:1", "https://h?a:1"),
            ("https://[::1]/p", "https://[::1]:443/p", "https://[::1]/p"),
            ("https://[::1]:8080/p", "https://[::1]:8080/p", "https://[::1]/p"),
            ("/p?a=b:80", "/p?a=b:80", "/p?a=b:80"),
            ("/p?u=https://h/x", "/p?u=https://h/x", "/p?u=https://h/x"),
            ("https://h?u=http://g:1/", "https://h:443?u=http://g:1/", "https://h?u=http://g:1/"),
            ("", "", ""),
        ];
        for (url, with, without) in rows {
            let request = Request { url: url.as_bytes(), ..Request::default() };
            assert_eq!(request.url_with_port(), with.as_bytes(), "{url}");
            assert_eq!(request.url_without_port(), without.as_bytes(), "{url}");
        }
    }

    #[test]
    fn parts_of_an_address() {
        let rows = [
            ("https://h/p?q=1#f", "https://h/p", "q=1", "/p?q=1#f"),
            ("https://h", "https://h", "", "/"),
            ("https://h?q", "https://h", "q", "?q"),
            ("/p?q", "/p", "q", "/p?q"),
            ("/p?u=https://h/x", "/p", "u=https://h/x", "/p?u=https://h/x"),
            ("", "", "", ""),
        ];
        for (url, without, query, path) in rows {
            let request = Request { url: url.as_bytes(), ..Request::default() };
            assert_eq!(request.url_without_query(), without.as_bytes(), "{url}");
            assert_eq!(request.query(), query.as_bytes(), "{url}");
            assert_eq!(request.path_and_query(), path.as_bytes(), "{url}");
        }
    }
}
