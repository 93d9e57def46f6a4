//! Bytes as text in their charset, and the places in a text that a person can't see or that reorder what
//! they see: control characters, bidirectional controls, invisible characters.
//!
//! Positions are in UTF-16 units, because that is how the window counts.

use encoding_rs::{Encoding, UTF_8};
use serde::Serialize;
use ts_rs::TS;

/// Most marks that are reported for one text.
pub const MARK_LIMIT: usize = 5_000;

/// Bytes as text.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, TS)]
pub struct TextView {
    /// The text, without its byte order mark.
    pub text: String,
    /// The charset it was read in, by its WHATWG name.
    pub charset: String,
    /// True when bytes did not fit the charset and stand as U+FFFD.
    pub replaced: bool,
    /// Characters to show as marked tokens.
    pub marks: Vec<Mark>,
}

/// Why a character is marked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum MarkKind {
    /// A control character other than tab and line ends.
    Control,
    /// Changes the direction of what stands around it (CVE-2021-42574).
    Bidi,
    /// Takes no room.
    Invisible,
}

/// A character that must not be shown as it is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, TS)]
pub struct Mark {
    /// Its place in the text, in UTF-16 units.
    #[ts(type = "number")]
    pub at: u64,
    /// UTF-16 units it takes.
    pub length: u32,
    /// Why it is marked.
    pub kind: MarkKind,
    /// What to show instead: `U+202E`.
    pub label: String,
}

/// `bytes` as text. A byte order mark outweighs `charset`; an unknown or absent charset is UTF-8.
#[must_use]
pub fn decode_text(bytes: &[u8], charset: Option<&str>) -> TextView {
    let named =
        charset.and_then(|label| Encoding::for_label_no_replacement(label.as_bytes())).unwrap_or(UTF_8);
    let (text, used, replaced) = named.decode(bytes);
    let marks = marks(&text);
    TextView { text: text.into_owned(), charset: used.name().to_ascii_lowercase(), replaced, marks }
}

/// The characters of `text` to mark, at most [`MARK_LIMIT`].
#[must_use]
pub fn marks(text: &str) -> Vec<Mark> {
    let mut found = Vec::new();
    let mut at = 0u64;
    for character in text.chars() {
        let length = character.len_utf16();
        if let Some(kind) = mark_kind(character) {
            found.push(Mark {
                at,
                length: if length == 2 { 2 } else { 1 },
                kind,
                label: format!("U+{:04X}", u32::from(character)),
            });
            if found.len() == MARK_LIMIT {
                break;
            }
        }
        at += length as u64;
    }
    found
}

/// Why `character` is to be marked, if it is.
#[must_use]
pub const fn mark_kind(character: char) -> Option<MarkKind> {
    match character {
        '\t' | '\n' | '\r' => None,
        '\0'..='\x1f' | '\x7f'..='\u{9f}' | '\u{2028}' | '\u{2029}' => Some(MarkKind::Control),
        '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' => {
            Some(MarkKind::Bidi)
        }
        '\u{ad}'
        | '\u{34f}'
        | '\u{115f}'
        | '\u{1160}'
        | '\u{17b4}'
        | '\u{17b5}'
        | '\u{180b}'..='\u{180e}'
        | '\u{200b}'..='\u{200d}'
        | '\u{2060}'..='\u{2065}'
        | '\u{206a}'..='\u{206f}'
        | '\u{3164}'
        | '\u{feff}'
        | '\u{ffa0}'
        | '\u{fff9}'..='\u{fffb}'
        | '\u{e0000}'..='\u{e007f}' => Some(MarkKind::Invisible),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn charsets_are_read_as_a_browser_reads_them() {
        for (bytes, charset, text, used, replaced) in [
            (&b"caf\xc3\xa9"[..], None, "café", "utf-8", false),
            (b"caf\xe9", Some("latin1"), "café", "windows-1252", false),
            (b"\x82\xa0", Some("Shift_JIS"), "あ", "shift_jis", false),
            (b"\xff\xfeh\0i\0", Some("utf-8"), "hi", "utf-16le", false),
            (b"caf\xe9", Some("no-such"), "caf\u{fffd}", "utf-8", true),
            (b"\xef\xbb\xbfx", None, "x", "utf-8", false),
        ] {
            let view = decode_text(bytes, charset);
            assert_eq!((view.text.as_str(), view.charset.as_str(), view.replaced), (text, used, replaced));
        }
    }

    #[test]
    fn unseen_characters_are_marked_where_the_window_counts() {
        let found = marks("a\u{202e}😀\0\tz\u{200b}\u{e0041}");
        let rows: Vec<_> = found.iter().map(|m| (m.at, m.length, m.kind, m.label.as_str())).collect();
        assert_eq!(
            rows,
            [
                (1, 1, MarkKind::Bidi, "U+202E"),
                (4, 1, MarkKind::Control, "U+0000"),
                (7, 1, MarkKind::Invisible, "U+200B"),
                (8, 2, MarkKind::Invisible, "U+E0041"),
            ]
        );
        assert_eq!(marks(&"\u{7}".repeat(MARK_LIMIT + 9)).len(), MARK_LIMIT);
    }
}
