//! Lines of a hex view.

use serde::Serialize;
use ts_rs::TS;

/// Bytes on one line.
pub const HEX_WIDTH: usize = 16;

/// One line: up to sixteen bytes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, TS)]
pub struct HexLine {
    /// Offset of its first byte in the body.
    #[ts(type = "number")]
    pub offset: u64,
    /// The bytes in lower-case hex, separated by spaces.
    pub hex: String,
    /// The same as ASCII, a dot for anything that does not print.
    pub ascii: String,
}

/// Lines for `bytes`, the first of which lies at `offset` in the body.
#[must_use]
pub fn hex_lines(bytes: &[u8], offset: u64) -> Vec<HexLine> {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    bytes
        .chunks(HEX_WIDTH)
        .enumerate()
        .map(|(line, chunk)| {
            let mut hex = String::with_capacity(3 * chunk.len());
            for (place, &byte) in chunk.iter().enumerate() {
                if place > 0 {
                    hex.push(' ');
                }
                hex.push(char::from(DIGITS[usize::from(byte >> 4)]));
                hex.push(char::from(DIGITS[usize::from(byte & 15)]));
            }
            let ascii =
                chunk.iter().map(|&b| if (0x20..0x7f).contains(&b) { char::from(b) } else { '.' }).collect();
            HexLine { offset: offset + (line * HEX_WIDTH) as u64, hex, ascii }
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_hold_sixteen_bytes() {
        let lines = hex_lines(b"POST / HTTP/1.1\r\n\x00\xffz", 32);
        assert_eq!(lines.len(), 2);
        assert_eq!(lines[0].hex, "50 4f 53 54 20 2f 20 48 54 54 50 2f 31 2e 31 0d");
        assert_eq!(
            (lines[1].offset, lines[1].hex.as_str(), lines[1].ascii.as_str()),
            (48, "0a 00 ff 7a", "...z")
        );
        assert!(hex_lines(b"", 0).is_empty());
    }
}
