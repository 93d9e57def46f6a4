//! Splits JSON (RFC 8259) into tokens with their byte ranges.
//!
//! It never recurses, so nesting costs one byte a level and nothing else; it never converts, so number
//! text, escapes, order and repeats stay what they are. A byte order mark before the document is passed
//! over. It stops at the first byte that breaks the grammar and says which. It does not judge whether
//! strings are well-formed UTF-8 or hold lone surrogates: such text arrives in the wild and is shown.

use serde::Serialize;
use ts_rs::TS;

/// What a token is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TokenKind {
    /// `{`
    ObjectOpen,
    /// `}`
    ObjectClose,
    /// `[`
    ArrayOpen,
    /// `]`
    ArrayClose,
    /// A string that names a member, quotes included.
    Key,
    /// A string that is a value, quotes included.
    String,
    /// A number as written.
    Number,
    /// `true` or `false`.
    Bool,
    /// `null`
    Null,
    /// `:`
    Colon,
    /// `,`
    Comma,
}

/// One token and the bytes it covers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Token {
    /// What it is.
    pub kind: TokenKind,
    /// Offset of its first byte.
    pub from: usize,
    /// Offset after its last byte.
    pub to: usize,
}

/// Where and why a document stops being JSON.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, TS)]
pub struct JsonFault {
    /// Line, from 1.
    #[ts(type = "number")]
    pub line: u64,
    /// Column in characters, from 1.
    #[ts(type = "number")]
    pub column: u64,
    /// Byte offset, from 0.
    #[ts(type = "number")]
    pub offset: u64,
    /// What is wrong, as a sentence.
    pub message: String,
}

impl JsonFault {
    /// A fault at `offset` of `bytes`, with its line and column.
    #[must_use]
    pub fn at(bytes: &[u8], offset: usize, message: impl Into<String>) -> Self {
        let before = &bytes[..offset.min(bytes.len())];
        let line_start = before.iter().rposition(|&b| b == b'\n').map_or(0, |i| i + 1);
        let line = before.iter().filter(|&&b| b == b'\n').count() as u64 + 1;
        // Continuation bytes of UTF-8 are not characters of their own; a mark at the very start is none either.
        let head =
            if line_start == 0 { before.strip_prefix(BOM).unwrap_or(before) } else { &before[line_start..] };
        let column = head.iter().filter(|&&b| b & 0xc0 != 0x80).count() as u64 + 1;
        Self { line, column, offset: offset as u64, message: message.into() }
    }
}

/// The UTF-8 byte order mark.
pub(crate) const BOM: &[u8] = b"\xef\xbb\xbf";

#[derive(Clone, Copy, PartialEq, Eq)]
enum Expect {
    Value,
    /// After `[`: a value or the end.
    ValueOrClose,
    /// After `{`: a name or the end.
    KeyOrClose,
    Key,
    Colon,
    /// After a value: a comma or the end of what it stands in; at the top, nothing.
    After,
}

/// The tokens of a document, until its end or its first fault.
pub struct Tokens<'a> {
    bytes: &'a [u8],
    at: usize,
    expect: Expect,
    /// One entry an open container: true for an object.
    open: Vec<bool>,
    done: bool,
}

impl<'a> Tokens<'a> {
    /// Tokens of `bytes`.
    #[must_use]
    pub fn new(bytes: &'a [u8]) -> Self {
        let at = if bytes.starts_with(BOM) { BOM.len() } else { 0 };
        Self { bytes, at, expect: Expect::Value, open: Vec::new(), done: false }
    }

    /// Containers that are open after the last token.
    #[must_use]
    pub fn depth(&self) -> usize {
        self.open.len()
    }

    fn fault(&mut self, offset: usize, message: impl Into<String>) -> Option<Result<Token, JsonFault>> {
        self.done = true;
        Some(Err(JsonFault::at(self.bytes, offset, message)))
    }

    fn token(
        &mut self,
        kind: TokenKind,
        from: usize,
        to: usize,
        next: Expect,
    ) -> Option<Result<Token, JsonFault>> {
        self.at = to;
        self.expect = next;
        Some(Ok(Token { kind, from, to }))
    }

    fn close(&mut self, kind: TokenKind) -> Option<Result<Token, JsonFault>> {
        self.open.pop();
        self.token(kind, self.at, self.at + 1, Expect::After)
    }

    fn unexpected(&mut self, wanted: &str) -> Option<Result<Token, JsonFault>> {
        let at = self.at;
        let found = found_text(self.bytes, at);
        self.fault(at, format!("Expected {wanted}, found {found}."))
    }

    fn value(&mut self, first: u8) -> Option<Result<Token, JsonFault>> {
        let from = self.at;
        match first {
            b'{' => {
                self.open.push(true);
                self.token(TokenKind::ObjectOpen, from, from + 1, Expect::KeyOrClose)
            }
            b'[' => {
                self.open.push(false);
                self.token(TokenKind::ArrayOpen, from, from + 1, Expect::ValueOrClose)
            }
            b'"' => self.string(TokenKind::String, Expect::After),
            b'-' | b'0'..=b'9' => match number_end(self.bytes, from) {
                Ok(to) => self.token(TokenKind::Number, from, to, Expect::After),
                Err((offset, message)) => self.fault(offset, message),
            },
            b't' => self.word(b"true", TokenKind::Bool),
            b'f' => self.word(b"false", TokenKind::Bool),
            b'n' => self.word(b"null", TokenKind::Null),
            _ => self.unexpected("a value"),
        }
    }

    fn word(&mut self, word: &'static [u8], kind: TokenKind) -> Option<Result<Token, JsonFault>> {
        let from = self.at;
        if self.bytes[from..].starts_with(word) {
            return self.token(kind, from, from + word.len(), Expect::After);
        }
        let same = self.bytes[from..].iter().zip(word).take_while(|(a, b)| a == b).count();
        let found = found_text(self.bytes, from + same);
        self.fault(
            from + same,
            format!("Expected the word {}, found {found}.", String::from_utf8_lossy(word)),
        )
    }

    fn string(&mut self, kind: TokenKind, next: Expect) -> Option<Result<Token, JsonFault>> {
        let from = self.at;
        let mut at = from + 1;
        loop {
            match self.bytes.get(at) {
                None => return self.fault(at, "The document ends inside a string."),
                Some(b'"') => return self.token(kind, from, at + 1, next),
                Some(b'\\') => match self.bytes.get(at + 1) {
                    Some(b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't') => at += 2,
                    Some(b'u') => {
                        let digits =
                            self.bytes[at + 2..].iter().take(4).take_while(|b| b.is_ascii_hexdigit()).count();
                        if digits < 4 {
                            return self
                                .fault(at + 2 + digits, "An escape \\u needs four hexadecimal digits.");
                        }
                        at += 6;
                    }
                    None => return self.fault(at + 1, "The document ends inside a string."),
                    Some(_) => return self.fault(at + 1, "JSON has no such escape."),
                },
                Some(0..=0x1f) => return self.fault(at, "A control character in a string must be escaped."),
                Some(_) => at += 1,
            }
        }
    }
}

impl Iterator for Tokens<'_> {
    type Item = Result<Token, JsonFault>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.done {
            return None;
        }
        while matches!(self.bytes.get(self.at), Some(b' ' | b'\t' | b'\n' | b'\r')) {
            self.at += 1;
        }
        let Some(&byte) = self.bytes.get(self.at) else {
            self.done = true;
            return match (self.expect, self.open.last()) {
                (Expect::After, None) => None,
                (Expect::Value, None) => self.fault(self.at, "There is no value."),
                (_, Some(true)) => self.fault(self.at, "The document ends inside an object."),
                _ => self.fault(self.at, "The document ends inside an array."),
            };
        };
        match (self.expect, byte) {
            (Expect::ValueOrClose, b']') => self.close(TokenKind::ArrayClose),
            (Expect::KeyOrClose, b'}') => self.close(TokenKind::ObjectClose),
            (Expect::Value | Expect::ValueOrClose, _) => self.value(byte),
            (Expect::Key | Expect::KeyOrClose, b'"') => self.string(TokenKind::Key, Expect::Colon),
            (Expect::Key, _) => self.unexpected("a name in quotes"),
            (Expect::KeyOrClose, _) => self.unexpected("a name in quotes or }"),
            (Expect::Colon, b':') => self.token(TokenKind::Colon, self.at, self.at + 1, Expect::Value),
            (Expect::Colon, _) => self.unexpected("a colon"),
            (Expect::After, _) => match (self.open.last(), byte) {
                (None, _) => self.unexpected("the end of the document"),
                (Some(true), b',') => self.token(TokenKind::Comma, self.at, self.at + 1, Expect::Key),
                (Some(false), b',') => self.token(TokenKind::Comma, self.at, self.at + 1, Expect::Value),
                (Some(true), b'}') => self.close(TokenKind::ObjectClose),
                (Some(false), b']') => self.close(TokenKind::ArrayClose),
                (Some(true), _) => self.unexpected("a comma or }"),
                (Some(false), _) => self.unexpected("a comma or ]"),
            },
        }
    }
}

/// The offset after the number that begins at `from`, or where it breaks the grammar.
fn number_end(bytes: &[u8], from: usize) -> Result<usize, (usize, &'static str)> {
    let digits = |at: usize| bytes[at..].iter().take_while(|b| b.is_ascii_digit()).count();
    let mut at = from + usize::from(bytes[from] == b'-');
    match bytes.get(at) {
        Some(b'0') if matches!(bytes.get(at + 1), Some(b'0'..=b'9')) => {
            return Err((at + 1, "A number can't begin with a zero followed by digits."));
        }
        Some(b'0'..=b'9') => at += digits(at),
        _ => return Err((at, "A minus sign needs a digit after it.")),
    }
    if bytes.get(at) == Some(&b'.') {
        at += 1;
        match digits(at) {
            0 => return Err((at, "A decimal point needs a digit after it.")),
            n => at += n,
        }
    }
    if matches!(bytes.get(at), Some(b'e' | b'E')) {
        at += 1;
        at += usize::from(matches!(bytes.get(at), Some(b'+' | b'-')));
        match digits(at) {
            0 => return Err((at, "An exponent needs a digit.")),
            n => at += n,
        }
    }
    Ok(at)
}

fn found_text(bytes: &[u8], at: usize) -> String {
    match bytes.get(at) {
        None => "the end".to_owned(),
        Some(byte @ 0x21..=0x7e) => format!("{:?}", char::from(*byte)),
        Some(byte) => match std::str::from_utf8(&bytes[at..bytes.len().min(at + 4)]) {
            Ok(text) if *byte >= 0x80 => format!("{:?}", text.chars().next().unwrap_or_default()),
            _ => format!("the byte 0x{byte:02x}"),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, line: u64, column: u64, part: &str) {
        let fault = Tokens::new(text.as_bytes()).find_map(Result::err).unwrap_or_else(|| panic!("{text:?}"));
        assert_eq!((fault.line, fault.column), (line, column), "{text:?}: {}", fault.message);
        assert!(fault.message.contains(part), "{text:?}: {}", fault.message);
    }

    #[test]
    fn faults_say_where_and_what() {
        for (text, line, column, part) in [
            ("", 1, 1, "no value"),
            ("{\"a\":1,}", 1, 8, "name in quotes"),
            ("[1,\n 2,\n x]", 3, 2, "found 'x'"),
            ("[\"ü\", 01]", 1, 8, "zero"),
            ("\u{feff}[1 2]", 1, 4, "comma or ]"),
            ("{\"a\" 1}", 1, 6, "colon"),
            ("[-]", 1, 3, "minus"),
            ("[1.]", 1, 4, "decimal"),
            ("[1e+]", 1, 5, "exponent"),
            ("[tru]", 1, 5, "true"),
            ("\"a\tb\"", 1, 3, "control"),
            ("\"\\x\"", 1, 3, "no such escape"),
            ("\"\\u12g4\"", 1, 6, "four"),
            ("{} {}", 1, 4, "end of the document"),
            ("[", 1, 2, "inside an array"),
            ("{\"a\":", 1, 6, "inside an object"),
            ("\"abc", 1, 5, "inside a string"),
            ("[é", 1, 2, "found 'é'"),
        ] {
            check(text, line, column, part);
        }
    }

    #[test]
    fn nesting_is_bounded_by_memory_only() {
        let deep = vec![b'['; 2_000_000];
        let mut tokens = Tokens::new(&deep);
        assert_eq!(tokens.by_ref().filter(Result::is_ok).count(), 2_000_000);
        assert_eq!(tokens.depth(), 2_000_000);
    }
}
