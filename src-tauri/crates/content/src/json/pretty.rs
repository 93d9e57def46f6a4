//! Re-indents JSON by moving whitespace between tokens and touching nothing else.
//!
//! Number text, escapes, order and repeats come out as they went in; after the first fault the rest is
//! copied as it stands. What is added is bounded by [`WHITESPACE_BUDGET`], and nesting below
//! [`MAX_INDENT`] levels stays on one line, so a hostile body can't grow beyond its size plus that much.

use super::token::{BOM, JsonFault, TokenKind, Tokens};

/// Most bytes of whitespace that are added; the rest of the document is then copied as it stands.
pub const WHITESPACE_BUDGET: usize = 16 << 20;

/// Containers nested deeper than this many levels are not broken into lines.
pub const MAX_INDENT: usize = 64;

/// A document with its whitespace rearranged.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pretty {
    /// The document, in the encoding it came in.
    pub bytes: Vec<u8>,
    /// Where the source stops being JSON; from there on the bytes are copied.
    pub fault: Option<JsonFault>,
    /// Offset in the source from which bytes were copied because the budget was spent.
    pub cut_at: Option<usize>,
}

/// `bytes` with two spaces a level.
#[must_use]
pub fn pretty(bytes: &[u8]) -> Pretty {
    let mut out = Vec::with_capacity(bytes.len() + bytes.len() / 4 + 16);
    let mut done = 0; // the source up to here is in `out`
    let mut depth = 0usize;
    let mut added = 0usize;
    let mut just_opened = false;
    let mut tokens = Tokens::new(bytes);
    if bytes.starts_with(BOM) {
        out.extend_from_slice(BOM);
        done = BOM.len();
    }
    while let Some(next) = tokens.next() {
        let token = match next {
            Ok(token) => token,
            Err(fault) => {
                out.extend_from_slice(&bytes[done..]);
                return Pretty { bytes: out, fault: Some(fault), cut_at: None };
            }
        };
        let closes = matches!(token.kind, TokenKind::ObjectClose | TokenKind::ArrayClose);
        // A container's own level decides: its brackets and its commas break lines together or not at all.
        let level = depth;
        if closes {
            depth -= 1;
        }
        if level <= MAX_INDENT && ((closes && !just_opened) || (just_opened && !closes)) {
            added += line(&mut out, depth);
        }
        out.extend_from_slice(&bytes[token.from..token.to]);
        done = token.to;
        just_opened = false;
        match token.kind {
            TokenKind::ObjectOpen | TokenKind::ArrayOpen => {
                depth += 1;
                just_opened = true;
            }
            TokenKind::Comma if depth <= MAX_INDENT => added += line(&mut out, depth),
            TokenKind::Colon | TokenKind::Comma => {
                out.push(b' ');
                added += 1;
            }
            _ => {}
        }
        if added > WHITESPACE_BUDGET {
            out.extend_from_slice(&bytes[done..]);
            let fault = tokens.find_map(Result::err);
            return Pretty { bytes: out, fault, cut_at: Some(done) };
        }
    }
    Pretty { bytes: out, fault: None, cut_at: None }
}

fn line(out: &mut Vec<u8>, depth: usize) -> usize {
    let spaces = 2 * depth.min(MAX_INDENT);
    out.push(b'\n');
    out.resize(out.len() + spaces, b' ');
    spaces + 1
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(source: &str, expected: &str) {
        assert_eq!(String::from_utf8_lossy(&pretty(source.as_bytes()).bytes), expected, "{source}");
    }

    #[test]
    fn only_whitespace_moves() {
        for (source, expected) in [
            ("{}", "{}"),
            (" [ ] ", "[]"),
            ("{\"a\":1.10,\"a\":[1,{}]}", "{\n  \"a\": 1.10,\n  \"a\": [\n    1,\n    {}\n  ]\n}"),
            ("12345678901234567890123e400", "12345678901234567890123e400"),
            ("[\"a  b\",\n\n\"\\u00e9\"]", "[\n  \"a  b\",\n  \"\\u00e9\"\n]"),
            ("{\"a\":1,oops, \"b\" }", "{\n  \"a\": 1,\n  oops, \"b\" }"),
            ("[1,2", "[\n  1,\n  2"),
            ("\u{feff}[1]", "\u{feff}[\n  1\n]"),
            ("not json at all", "not json at all"),
        ] {
            check(source, expected);
        }
    }

    #[test]
    fn hostile_nesting_and_breadth_stay_bounded() {
        let deep = [vec![b'['; 1_000_000], vec![b']'; 1_000_000]].concat();
        let shown = pretty(&deep);
        assert!(shown.fault.is_none());
        assert!(shown.bytes.len() < deep.len() + 64 * 64 * 4 + 1024, "{}", shown.bytes.len());
        let mut wide = vec![b'['; 60];
        wide.extend(b"1,".repeat(2_000_000));
        let shown = pretty(&wide);
        assert!(shown.bytes.len() <= wide.len() + WHITESPACE_BUDGET + 256);
        assert!(shown.cut_at.is_some() && shown.fault.is_some());
        assert!(shown.bytes.iter().filter(|b| !b.is_ascii_whitespace()).eq(wide.iter()));
    }
}
