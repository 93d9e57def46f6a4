//! Escapes of JSON strings (RFC 8259 section 7), resolved for showing and comparing.

/// The text of a string token without its quotes, escapes resolved. A lone surrogate has no character: its
/// escape is kept as written. Bytes that are not UTF-8 become U+FFFD.
#[must_use]
pub fn unescape(token: &[u8]) -> String {
    let inner = token.strip_prefix(b"\"").unwrap_or(token);
    let inner = inner.strip_suffix(b"\"").unwrap_or(inner);
    let mut text = String::with_capacity(inner.len());
    let mut rest = inner;
    while let Some(at) = rest.iter().position(|&b| b == b'\\') {
        text.push_str(&String::from_utf8_lossy(&rest[..at]));
        let escape = &rest[at..];
        let (taken, resolved) = resolve(escape);
        match resolved {
            Some(character) => text.push(character),
            None => text.push_str(&String::from_utf8_lossy(&escape[..taken])),
        }
        rest = &escape[taken..];
    }
    text.push_str(&String::from_utf8_lossy(rest));
    text
}

/// Length of the escape at the start of `bytes`, and its character if it has one.
fn resolve(bytes: &[u8]) -> (usize, Option<char>) {
    let simple = match bytes.get(1) {
        Some(b'b') => '\u{8}',
        Some(b'f') => '\u{c}',
        Some(b'n') => '\n',
        Some(b'r') => '\r',
        Some(b't') => '\t',
        Some(b'u') => {
            let Some(first) = hex4(bytes) else { return (bytes.len().min(2), None) };
            if let Some(character) = char::from_u32(first) {
                return (6, Some(character));
            }
            return match bytes.get(6..).and_then(hex4) {
                Some(second) if first < 0xdc00 && (0xdc00..0xe000).contains(&second) => {
                    (12, char::from_u32(0x1_0000 + ((first - 0xd800) << 10) + (second - 0xdc00)))
                }
                _ => (6, None),
            };
        }
        Some(&byte @ (b'"' | b'\\' | b'/')) => char::from(byte),
        _ => return (bytes.len().min(2), None),
    };
    (2, Some(simple))
}

fn hex4(bytes: &[u8]) -> Option<u32> {
    let digits = bytes.strip_prefix(b"\\u")?.get(..4)?;
    u32::from_str_radix(std::str::from_utf8(digits).ok()?, 16).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn escapes_are_resolved_and_lone_surrogates_kept() {
        for (token, text) in [
            (r#""a\nb\"\\\/""#, "a\nb\"\\/"),
            (r#""\u00e9\ud83d\ude00""#, "é😀"),
            (r#""\ud83d""#, "\\ud83d"),
            (r#""\ud83dx\ude00""#, "\\ud83dx\\ude00"),
            (r#""\udc00\ud800""#, "\\udc00\\ud800"),
            (r#""""#, ""),
        ] {
            assert_eq!(unescape(token.as_bytes()), text);
        }
    }
}
