//! JSON written anew in the spellings of the common serialisers.

use super::json_tree::{Node, Text, number_length, string_length};
use std::fmt::Write as _;

/// White space between the parts of a document.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::diagnose) struct Layout {
    /// For people.
    pub(super) title: &'static str,
    item: &'static str,
    colon: &'static str,
    indent: Option<&'static str>,
    line: &'static str,
    /// Arrays stand in one line and empty containers hold a blank, as Jackson writes them.
    jackson: bool,
}

const fn inline(title: &'static str, item: &'static str, colon: &'static str) -> Layout {
    Layout { title, item, colon, indent: None, line: "", jackson: false }
}

const fn indented(title: &'static str, indent: &'static str) -> Layout {
    Layout { title, item: ",", colon: ": ", indent: Some(indent), line: "\n", jackson: false }
}

/// The layouts, the commonest first.
pub(super) const LAYOUTS: [Layout; 9] = [
    inline("compact, as JavaScript, Go and PHP write it", ",", ":"),
    inline("with blanks, as Python writes it", ", ", ": "),
    indented("indented by two", "  "),
    indented("indented by four", "    "),
    indented("indented by tabs", "\t"),
    inline("with a blank after each colon", ",", ": "),
    inline("with a blank after each comma", ", ", ":"),
    Layout { line: "\r\n", ..indented("indented by two with CR LF", "  ") },
    Layout { colon: " : ", jackson: true, ..indented("indented as Jackson writes it", "  ") },
];

/// How strings are spelled.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(in crate::diagnose) struct Strings {
    /// As they came, but for slashes.
    pub(super) kept: bool,
    ascii: bool,
    upper: bool,
    slash: bool,
    /// Further characters that are escaped.
    marks: &'static str,
    /// Quotes too are written as `\u0022`.
    quote: bool,
}

const PLAIN: Strings =
    Strings { kept: false, ascii: false, upper: false, slash: false, marks: "", quote: false };

/// As they came.
pub(super) const KEPT: Strings = Strings { kept: true, ..PLAIN };
/// As they came, with every slash escaped.
pub(super) const KEPT_SLASHES: Strings = Strings { kept: true, slash: true, ..PLAIN };

/// The spellings of strings, the commonest first: JavaScript, Python, PHP, Go and Rails, .NET, Java
/// (two), PHP with raw letters.
pub(super) const STRINGS: [Strings; 9] = [
    PLAIN,
    Strings { ascii: true, ..PLAIN },
    Strings { ascii: true, slash: true, ..PLAIN },
    Strings { marks: "<>&\u{2028}\u{2029}", ..PLAIN },
    Strings { ascii: true, upper: true, marks: "<>&'+`\u{7f}", quote: true, ..PLAIN },
    Strings { upper: true, ..PLAIN },
    Strings { marks: "<>&='\u{2028}\u{2029}", ..PLAIN },
    Strings { slash: true, ..PLAIN },
    Strings { ascii: true, upper: true, ..PLAIN },
];

/// How numbers are spelled.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::diagnose) enum Numbers {
    /// As they came.
    Kept,
    /// The shortest text of the double, as JavaScript writes it: `1.50` is `1.5`, `1.0` is `1`.
    Shortest,
    /// The shortest text that is still a fraction, as Python writes it: `1.50` is `1.5`, `1.0` stays.
    Float,
}

/// A spelling of a whole document.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::diagnose) struct Spelling {
    pub(super) layout: Layout,
    pub(super) strings: Strings,
    pub(super) numbers: Numbers,
    pub(super) sorted: bool,
}

impl Spelling {
    /// The document in this spelling.
    pub(super) fn write(&self, node: &Node<'_>, capacity: usize) -> String {
        let mut text = String::with_capacity(capacity + capacity / 4);
        self.value(node, 0, &mut text);
        text
    }

    fn value(&self, node: &Node<'_>, depth: usize, text: &mut String) {
        match node {
            Node::String(string) => self.strings.write(string, text),
            Node::Number(number) => self.numbers.write(number, text),
            Node::Word(word) => text.push_str(word),
            Node::Object(members) => {
                let mut order: Vec<&(Text<'_>, Node<'_>)> = members.iter().collect();
                if self.sorted {
                    order.sort_by(|(a, _), (b, _)| a.plain.as_deref().cmp(&b.plain.as_deref()));
                }
                self.list('{', '}', &order, depth, text, |(key, value), depth, text| {
                    self.strings.write(key, text);
                    text.push_str(self.layout.colon);
                    self.value(value, depth, text);
                });
            }
            Node::Array(items) => {
                let order: Vec<&Node<'_>> = items.iter().collect();
                self.list('[', ']', &order, depth, text, |item, depth, text| self.value(item, depth, text));
            }
        }
    }

    fn list<T>(
        &self,
        open: char,
        close: char,
        items: &[&T],
        depth: usize,
        text: &mut String,
        mut write: impl FnMut(&T, usize, &mut String),
    ) {
        let Layout { item: separator, indent, jackson, .. } = self.layout;
        let in_line = jackson && open == '[';
        text.push(open);
        let inner = if in_line { depth } else { depth + 1 };
        for (index, item) in items.iter().enumerate() {
            if index > 0 {
                text.push_str(if in_line { ", " } else { separator });
            }
            match indent {
                Some(_) if in_line => text.push_str(if index == 0 { " " } else { "" }),
                Some(indent) => self.line(indent, inner, text),
                None => {}
            }
            write(item, inner, text);
        }
        match indent {
            Some(_) if in_line || (jackson && items.is_empty()) => text.push(' '),
            Some(indent) if !items.is_empty() => self.line(indent, depth, text),
            _ => {}
        }
        text.push(close);
    }

    fn line(&self, indent: &str, depth: usize, text: &mut String) {
        text.push_str(self.layout.line);
        for _ in 0..depth {
            text.push_str(indent);
        }
    }
}

impl Strings {
    fn write(self, string: &Text<'_>, text: &mut String) {
        text.push('"');
        match &string.plain {
            Some(plain) if !self.kept => plain.chars().for_each(|c| self.character(c, text)),
            _ if self.slash => text.push_str(&string.raw.replace("\\/", "/").replace('/', "\\/")),
            _ => text.push_str(string.raw),
        }
        text.push('"');
    }

    fn character(self, c: char, text: &mut String) {
        let short = match c {
            '"' if self.quote => "",
            '"' => "\\\"",
            '\\' => "\\\\",
            '\n' => "\\n",
            '\r' => "\\r",
            '\t' => "\\t",
            '\u{8}' => "\\b",
            '\u{c}' => "\\f",
            '/' if self.slash => "\\/",
            _ => "",
        };
        if !short.is_empty() {
            text.push_str(short);
        } else if c < ' '
            || (self.ascii && !c.is_ascii())
            || (self.quote && c == '"')
            || self.marks.contains(c)
        {
            for unit in c.encode_utf16(&mut [0; 2]) {
                let _ =
                    if self.upper { write!(text, "\\u{unit:04X}") } else { write!(text, "\\u{unit:04x}") };
            }
        } else {
            text.push(c);
        }
    }

    /// `text` with its strings in this spelling and every other byte as it is.
    pub(super) fn respell(self, text: &str) -> Option<String> {
        each_token(text, |token, written| {
            if token.starts_with('"') {
                let raw = token.get(1..token.len() - 1)?;
                self.write(&Text::new(raw), written);
            } else {
                written.push_str(token);
            }
            Some(())
        })
    }
}

/// `text` with slashes as they would be without their escape.
pub(super) fn without_slash_escapes(text: &str) -> Option<String> {
    each_token(text, |token, written| {
        // A backslash before the escape's own would be the second half of another escape.
        let plain = token.replace("\\\\", "\u{0}").replace("\\/", "/").replace('\u{0}', "\\\\");
        written.push_str(&plain);
        Some(())
    })
}

/// `text` with the number at place `index` written with one more digit after its point: a serialiser
/// took a last zero away.
pub(super) fn with_longer_number(text: &str, index: usize) -> Option<String> {
    let mut seen = 0;
    let mut done = false;
    let changed = each_token(text, |token, written| {
        written.push_str(token);
        if token.starts_with(|c: char| c == '-' || c.is_ascii_digit()) {
            if seen == index && !token.contains(['e', 'E']) {
                written.push_str(if token.contains('.') { "0" } else { ".0" });
                done = true;
            }
            seen += 1;
        }
        Some(())
    });
    changed.filter(|_| done)
}

/// `text` with one blank more after its colon or comma at place `index`: people write documents too.
pub(super) fn with_blank(text: &str, index: usize) -> Option<String> {
    let mut seen = 0;
    let changed = each_token(text, |token, written| {
        written.push_str(token);
        if token == ":" || token == "," {
            if seen == index {
                written.push(' ');
            }
            seen += 1;
        }
        Some(())
    });
    changed.filter(|_| seen > index)
}

/// `text` with every number in another spelling.
pub(super) fn with_numbers(text: &str, numbers: Numbers) -> Option<String> {
    each_token(text, |token, written| {
        if token.starts_with(|c: char| c == '-' || c.is_ascii_digit()) {
            numbers.write(token, written);
        } else {
            written.push_str(token);
        }
        Some(())
    })
}

/// Hands every string, every number and every other character over, in order.
fn each_token(text: &str, mut write: impl FnMut(&str, &mut String) -> Option<()>) -> Option<String> {
    let mut written = String::with_capacity(text.len() + text.len() / 8);
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let length = match first {
            '"' => string_length(rest)?,
            '-' | '0'..='9' => number_length(rest),
            other => other.len_utf8(),
        };
        let (token, after) = rest.split_at_checked(length)?;
        write(token, &mut written)?;
        rest = after;
    }
    Some(written)
}

impl Numbers {
    fn write(self, number: &str, text: &mut String) {
        let fraction = number.contains(['.', 'e', 'E']);
        let value = number.parse::<f64>().ok().filter(|value| value.is_finite());
        match (self, value) {
            (Self::Shortest, Some(value)) => text.push_str(&shortest(value)),
            (Self::Float, Some(value)) if fraction => {
                let short = shortest(value);
                text.push_str(&short);
                if !short.contains(['.', 'e']) {
                    text.push_str(".0");
                }
            }
            _ => text.push_str(number),
        }
    }
}

/// ECMA-262 Number::toString, radix 10.
fn shortest(value: f64) -> String {
    let size = value.abs();
    if value == 0.0 {
        return "0".to_owned();
    }
    if (1e-6..1e21).contains(&size) {
        return format!("{value}");
    }
    let text = format!("{value:e}");
    match text.split_once('e') {
        Some((digits, exponent)) if !exponent.starts_with('-') => format!("{digits}e+{exponent}"),
        _ => text,
    }
}
