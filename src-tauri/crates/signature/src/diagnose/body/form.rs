//! Forms that were decoded and encoded again.

use crate::request::form_pairs;

/// How a form is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::diagnose) struct FormStyle {
    /// A blank is `+`, else `%20`.
    plus: bool,
    /// Hex digits in upper case.
    upper: bool,
    /// What is written as it is, besides letters and digits.
    plain: &'static str,
    /// Pairs are sorted by name.
    sorted: bool,
}

/// What is left unescaped: by the WHATWG serialiser and Java, by RFC 3986 and Python, by PHP, by
/// JavaScript's `encodeURIComponent`, by Ruby's CGI, and by those that leave addresses readable.
const PLAIN: [&str; 6] = ["*-._", "-._~", "-._", "-_.!~*'()", "-_.*~", "-._~/:@"];

/// Every style.
pub(super) fn styles() -> impl Iterator<Item = FormStyle> {
    PLAIN.into_iter().flat_map(|plain| {
        [(true, true), (false, true), (true, false), (false, false)].into_iter().flat_map(
            move |(plus, upper)| [false, true].map(move |sorted| FormStyle { plus, upper, plain, sorted }),
        )
    })
}

/// Whether `body` can be a form at all.
pub(super) fn is_form(body: &[u8]) -> bool {
    let start = body.trim_ascii_start().first();
    body.contains(&b'=') && !matches!(start, Some(b'{' | b'[' | b'"' | b'<'))
}

impl FormStyle {
    /// The form in this style.
    pub(super) fn apply(self, body: &[u8]) -> Vec<u8> {
        let mut pairs = form_pairs(body);
        if self.sorted {
            pairs.sort_by(|a, b| a.0.cmp(&b.0));
        }
        let mut text = Vec::with_capacity(body.len() + body.len() / 4);
        for (name, value) in &pairs {
            if !text.is_empty() {
                text.push(b'&');
            }
            self.push(name, &mut text);
            text.push(b'=');
            self.push(value, &mut text);
        }
        text
    }

    fn push(self, bytes: &[u8], text: &mut Vec<u8>) {
        for byte in bytes {
            if byte.is_ascii_alphanumeric() || self.plain.as_bytes().contains(byte) {
                text.push(*byte);
            } else if *byte == b' ' && self.plus {
                text.push(b'+');
            } else {
                let code = if self.upper { format!("%{byte:02X}") } else { format!("%{byte:02x}") };
                text.extend_from_slice(code.as_bytes());
            }
        }
    }
}
