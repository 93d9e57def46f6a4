//! Signed text and bytes for people.

use crate::api::SignedPart;
use std::fmt::Write as _;
use waybill_signature::{Part, PartContent, PartKind};

/// Longest text of one part that is handed over.
const PART_TEXT: usize = 4 * 1024;

/// Bytes of a part.
pub(super) fn size(part: &Part) -> u64 {
    match &part.content {
        PartContent::Bytes(bytes) => bytes.len() as u64,
        PartContent::Body(range) => range.len() as u64,
        PartContent::Hidden => 0,
    }
}

/// A part as it is handed over.
pub(super) fn shown(part: &Part, body: &[u8]) -> SignedPart {
    let kind = match part.kind {
        PartKind::Literal => "text",
        PartKind::Timestamp => "timestamp",
        PartKind::Header => "header",
        PartKind::Field => "field",
        PartKind::Body => "body",
        PartKind::BodyValue => "body_value",
        PartKind::Method => "method",
        PartKind::Url => "url",
        PartKind::Config => "config",
        PartKind::Secret => "secret",
        PartKind::Derived => "derived",
    };
    let bytes: &[u8] = match &part.content {
        PartContent::Bytes(bytes) => bytes,
        PartContent::Body(range) => body.get(range.clone()).unwrap_or_default(),
        PartContent::Hidden => b"(the secret)",
    };
    SignedPart {
        kind: kind.to_owned(),
        text: visible(&bytes[..bytes.len().min(PART_TEXT)]),
        size: size(part),
    }
}

/// Bytes as text in which every byte can be told: what is no text or no visible character is `\xNN`.
fn visible(bytes: &[u8]) -> String {
    told(bytes, |c| c.is_control() && !matches!(c, '\n' | '\t'))
}

/// The same on one line: line ends and tabs are `\xNN` too, since they are what may differ.
pub(super) fn visible_line(bytes: &[u8]) -> String {
    told(bytes, |c| {
        c.is_control()
            || matches!(c, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{feff}' | '\u{a0}')
    })
}

fn told(bytes: &[u8], hidden: impl Fn(char) -> bool) -> String {
    let mut text = String::with_capacity(bytes.len());
    for chunk in bytes.utf8_chunks() {
        for c in chunk.valid().chars() {
            if hidden(c) {
                for byte in c.encode_utf8(&mut [0; 4]).bytes() {
                    let _ = write!(text, "\\x{byte:02x}");
                }
            } else {
                text.push(c);
            }
        }
        for byte in chunk.invalid() {
            let _ = write!(text, "\\x{byte:02x}");
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::{visible, visible_line};

    #[test]
    fn every_byte_of_signed_text_can_be_told() {
        for (bytes, text) in [
            (&b"plain\n"[..], "plain\n"),
            (b"a\r\nb", "a\\x0d\nb"),
            (&[0xff, b'a', 0x00], "\\xffa\\x00"),
            ("grün".as_bytes(), "grün"),
        ] {
            assert_eq!(visible(bytes), text);
        }
        assert_eq!(visible_line("a\r\nb\t\u{feff}".as_bytes()), "a\\x0d\\x0ab\\x09\\xef\\xbb\\xbf");
    }
}
