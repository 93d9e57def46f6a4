//! Forms of the body that some senders sign in place of the bytes they send.
//!
//! These are the only forms that copy a body, and only where they differ from what was received.

use flate2::read::{GzDecoder, ZlibDecoder};
use std::borrow::Cow;
use std::io::Read;
use waybill_model::Reason;

/// Bytes that a compressed body may grow to: what grows further was made to harm.
const MAX_DECOMPRESSED: u64 = 8 * 1024 * 1024;

/// The body with everything beyond ASCII written as `\uXXXX` with small digits, and control characters
/// as JSON writes them. A body that is no UTF-8 stays as it is.
pub(crate) fn ascii_escaped(body: &[u8]) -> Cow<'_, [u8]> {
    if body.iter().all(|byte| (b' '..=0x7f).contains(byte)) {
        return Cow::Borrowed(body);
    }
    let Ok(text) = std::str::from_utf8(body) else { return Cow::Borrowed(body) };
    let mut escaped = String::with_capacity(text.len() + text.len() / 4);
    for c in text.chars() {
        match c {
            '\r' => escaped.push_str("\\r"),
            '\n' => escaped.push_str("\\n"),
            '\t' => escaped.push_str("\\t"),
            '\u{8}' => escaped.push_str("\\b"),
            '\u{c}' => escaped.push_str("\\f"),
            ' '..='\u{7f}' => escaped.push(c),
            _ => {
                for unit in c.encode_utf16(&mut [0; 2]) {
                    escaped.push_str(&format!("\\u{unit:04x}"));
                }
            }
        }
    }
    Cow::Owned(escaped.into_bytes())
}

/// The body without its compression, told by its first bytes (RFC 1952 section 2.3.1, RFC 1950 section
/// 2.2); as it is when it has none, or something on the way has taken it off.
///
/// # Errors
/// `body_too_large` when it would grow beyond 8 MiB.
pub(crate) fn decompressed(body: &[u8]) -> Result<Cow<'_, [u8]>, Reason> {
    let grown = match body {
        [0x1f, 0x8b, ..] => grow(GzDecoder::new(body)),
        [0x78, 0x01 | 0x5e | 0x9c | 0xda, ..] => grow(ZlibDecoder::new(body)),
        _ => return Ok(Cow::Borrowed(body)),
    };
    match grown {
        Some(grown) if grown.len() as u64 > MAX_DECOMPRESSED => Err(Reason::BodyTooLarge),
        Some(grown) => Ok(Cow::Owned(grown)),
        None => Ok(Cow::Borrowed(body)),
    }
}

fn grow(from: impl Read) -> Option<Vec<u8>> {
    let mut grown = Vec::new();
    from.take(MAX_DECOMPRESSED + 1).read_to_end(&mut grown).ok()?;
    Some(grown)
}

/// The CRC-32 of the parts (ISO 3309), as an unsigned decimal number.
pub(crate) fn crc32(parts: &[&[u8]]) -> String {
    let mut state = crc32fast::Hasher::new();
    for part in parts {
        state.update(part);
    }
    state.finalize().to_string()
}

#[cfg(test)]
mod tests {
    use super::*;
    use flate2::Compression;
    use flate2::write::{GzEncoder, ZlibEncoder};
    use std::io::Write;

    #[test]
    fn only_what_is_not_plain_ascii_is_escaped() {
        let rows = [
            ("", ""),
            (r#"{"a":"\/ b"}"#, r#"{"a":"\/ b"}"#),
            ("é", r"\u00e9"),
            ("スク", r"\u30b9\u30af"),
            ("😀", r"\ud83d\ude00"),
            ("a\r\n\t\u{8}\u{c}\u{1}\u{7f}", "a\\r\\n\\t\\b\\f\\u0001\u{7f}"),
        ];
        for (body, expected) in rows {
            assert_eq!(ascii_escaped(body.as_bytes()), expected.as_bytes(), "{body:?}");
        }
        assert_eq!(ascii_escaped(b"\xff").as_ref(), b"\xff");
    }

    #[test]
    fn compression_is_taken_off_where_it_is() {
        let mut gzip = GzEncoder::new(Vec::new(), Compression::fast());
        gzip.write_all(b"body").unwrap();
        let gzip = gzip.finish().unwrap();
        let mut zlib = ZlibEncoder::new(Vec::new(), Compression::fast());
        zlib.write_all(b"body").unwrap();
        let zlib = zlib.finish().unwrap();
        for (body, expected) in [
            (&gzip[..], &b"body"[..]),
            (&zlib, b"body"),
            (b"body", b"body"),
            (&gzip[..gzip.len() - 9], &gzip[..gzip.len() - 9]),
            (b"\x1f\x8b", b"\x1f\x8b"),
            (b"", b""),
        ] {
            assert_eq!(decompressed(body).unwrap(), expected);
        }
    }

    #[test]
    fn crc32_is_unsigned() {
        assert_eq!(crc32(&[b"1234", b"56789"]), "3421780262");
    }
}
