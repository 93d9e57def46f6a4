//! A request as it arrived, borrowed from whoever holds its bytes.

/// One HTTP request. Everything is bytes: what arrived need not be text.
#[derive(Clone, Copy, Debug, Default)]
pub struct Request<'a> {
    /// The method as sent.
    pub method: &'a [u8],
    /// The address as the sender saw it (`https://host/path?query`); where only the request target is
    /// known, that. Schemes that sign the address need it whole.
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

    /// Path and query: what stands in the request line.
    pub(crate) fn path_and_query(self) -> &'a [u8] {
        let Some(scheme) = self.url.windows(3).position(|window| window == b"://") else {
            return self.url;
        };
        let rest = self.url.get(scheme + 3..).unwrap_or_default();
        match rest.iter().position(|&byte| byte == b'/' || byte == b'?') {
            Some(start) => rest.get(start..).unwrap_or_default(),
            None => b"/",
        }
    }
}

/// `bytes` up to the first `at`, and what follows it.
pub(crate) fn cut(bytes: &[u8], at: u8) -> (&[u8], Option<&[u8]>) {
    match bytes.iter().position(|&byte| byte == at) {
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

/// The pairs of an `application/x-www-form-urlencoded` text, decoded, in order.
pub(crate) fn form_pairs(text: &[u8]) -> Vec<(Vec<u8>, Vec<u8>)> {
    text.split(|&byte| byte == b'&')
        .filter(|pair| !pair.is_empty())
        .map(|pair| {
            let (name, value) = cut(pair, b'=');
            (form_decoded(name), form_decoded(value.unwrap_or_default()))
        })
        .collect()
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
    fn parts_of_an_address() {
        let rows = [
            ("https://h/p?q=1#f", "https://h/p", "q=1", "/p?q=1#f"),
            ("https://h", "https://h", "", "/"),
            ("https://h?q", "https://h", "q", "?q"),
            ("/p?q", "/p", "q", "/p?q"),
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
