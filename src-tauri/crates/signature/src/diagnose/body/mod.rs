//! Bodies as they may have been when they were signed: every way in which servers, proxies and
//! frameworks are known to rewrite one.
//!
//! A rewriting is named by its cause. Where two rewritings give the same bytes the more special one
//! stands first in the list, so that it gives the name.

mod charset;
mod compressed;
mod form;
mod json_text;
mod json_tree;

use charset::{CHARSETS, Charset};
use form::FormStyle;
use json_text::{KEPT, KEPT_SLASHES, LAYOUTS, Layout, Numbers, STRINGS, Spelling, Strings};
use std::cell::OnceCell;

/// Bodies above this are tried in a few rewritings only: each costs a copy and a hash of the whole.
const LARGE: usize = 1 << 20;
/// Bodies above this are not rewritten at all.
const HUGE: usize = 16 << 20;
/// Numbers of a document that are tried one by one.
const NUMBERS: usize = 32;
/// Colons and commas that are tried one by one.
const BLANKS: usize = 64;

const BOM: &[u8] = b"\xef\xbb\xbf";

/// A way in which a body may have been rewritten.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Rewriting {
    /// These bytes stood at the end.
    Append(&'static [u8]),
    /// These bytes at the end were not there.
    Cut(&'static [u8]),
    /// White space at both ends was not there.
    Trim,
    /// White space at the end was not there.
    TrimEnd,
    /// LF was CR LF.
    ToCrLf,
    /// CR LF was LF, and a lone CR too.
    ToLf,
    /// A byte order mark stood at the beginning.
    AddBom,
    /// The byte order mark was not there.
    CutBom,
    /// Slashes were written without a backslash.
    PlainSlashes,
    /// Strings were spelled otherwise, all else being the same.
    Strings(Strings),
    /// Numbers were spelled otherwise, all else being the same.
    Numbers(Numbers),
    /// One number had one digit more.
    LongerNumber(usize),
    /// One colon or comma had one blank more.
    Blank(usize),
    /// The whole document was written otherwise.
    Json(Spelling, &'static str),
    /// The document was a JSON string.
    Quoted,
    /// The JSON string was the document in it.
    Unquoted,
    /// The form was encoded otherwise.
    Form(FormStyle),
    /// One form field's value was the body.
    FormField(&'static str),
    /// Another charset.
    Charset(Charset),
    /// The body was compressed on the way.
    Decompressed,
    /// Nothing, or what a framework makes of nothing.
    Nothing(&'static str),
}

/// A received body, opened once for all rewritings.
pub(super) struct Original<'b> {
    pub(super) bytes: &'b [u8],
    text: Option<&'b str>,
    tree: OnceCell<Option<json_tree::Node<'b>>>,
    form: bool,
}

impl<'b> Original<'b> {
    /// Opens `bytes`.
    pub(super) fn new(bytes: &'b [u8]) -> Self {
        let text = std::str::from_utf8(bytes.strip_prefix(BOM).unwrap_or(bytes)).ok();
        Self { bytes, text, tree: OnceCell::new(), form: form::is_form(bytes) }
    }

    fn tree(&self) -> Option<&json_tree::Node<'b>> {
        self.tree.get_or_init(|| self.text.and_then(json_tree::parse)).as_ref()
    }

    /// Whether the body is one JSON document.
    pub(super) fn is_json(&self) -> bool {
        self.tree().is_some()
    }
}

/// Every rewriting that makes sense for `original`, the likeliest first.
pub(super) fn rewritings(original: &Original<'_>) -> Vec<Rewriting> {
    let size = original.bytes.len();
    if size > HUGE {
        return Vec::new();
    }
    let mut list = vec![
        Rewriting::Append(b"\n"),
        Rewriting::Cut(b"\n"),
        Rewriting::Append(b"\r\n"),
        Rewriting::Cut(b"\r\n"),
        Rewriting::TrimEnd,
        Rewriting::Trim,
        Rewriting::ToCrLf,
        Rewriting::ToLf,
        Rewriting::AddBom,
        Rewriting::CutBom,
        Rewriting::Decompressed,
        Rewriting::Nothing(""),
    ];
    let large = size > LARGE;
    if large {
        list.extend(json(LAYOUTS.get(..3).unwrap_or_default(), &[KEPT], &[Numbers::Kept], &[false]));
        return list;
    }
    list.extend(["{}", "[object Object]", "null", "undefined", "[]", "\"\""].map(Rewriting::Nothing));
    list.extend([&b" "[..], b"\n\n", b"\r"].map(Rewriting::Append));
    list.push(Rewriting::Cut(b"\r"));
    if original.form {
        list.extend(form::styles().map(Rewriting::Form));
        list.extend(["payload", "json", "data"].map(Rewriting::FormField));
    }
    list.extend(CHARSETS.map(Rewriting::Charset));
    if original.is_json() {
        list.push(Rewriting::PlainSlashes);
        list.push(Rewriting::Strings(KEPT_SLASHES));
        list.extend(STRINGS.map(Rewriting::Strings));
        list.extend([Numbers::Shortest, Numbers::Float].map(Rewriting::Numbers));
        list.extend((0..NUMBERS).map(Rewriting::LongerNumber));
        // The usual whole spellings first: nothing but white space, then strings, then order, then all.
        let numbers = [Numbers::Kept, Numbers::Shortest, Numbers::Float];
        list.extend(json(&LAYOUTS, &[KEPT], &[Numbers::Kept], &[false]));
        list.extend(json(&LAYOUTS, &STRINGS, &numbers, &[false]));
        list.extend(json(&LAYOUTS, &[KEPT], &[Numbers::Kept], &[true]));
        list.extend(json(&LAYOUTS, &STRINGS, &numbers, &[true]));
        list.extend([Rewriting::Quoted, Rewriting::Unquoted]);
        list.extend((0..BLANKS).map(Rewriting::Blank));
    }
    list
}

fn json(layouts: &[Layout], strings: &[Strings], numbers: &[Numbers], sorted: &[bool]) -> Vec<Rewriting> {
    let mut list = Vec::new();
    for &sorted in sorted {
        for &numbers in numbers {
            for &strings in strings {
                for &layout in layouts {
                    let spelling = Spelling { layout, strings, numbers, sorted };
                    list.push(Rewriting::Json(spelling, ""));
                }
            }
        }
    }
    // Documents for people often end with a line end.
    let ended: Vec<Rewriting> = list
        .iter()
        .filter_map(|one| match one {
            Rewriting::Json(spelling, _) if spelling.numbers == Numbers::Kept => {
                Some(Rewriting::Json(*spelling, "\n"))
            }
            _ => None,
        })
        .collect();
    list.extend(ended);
    list
}

impl Rewriting {
    /// The body as it was before, when this rewriting happened to it; `None` where it can't have.
    pub(super) fn apply(&self, original: &Original<'_>) -> Option<Vec<u8>> {
        let bytes = original.bytes;
        let text = original.text;
        let owned = |text: Option<String>| text.map(String::into_bytes);
        match *self {
            Self::Append(end) => Some([bytes, end].concat()),
            Self::Cut(end) => bytes.strip_suffix(end).map(<[u8]>::to_vec),
            Self::Trim => Some(bytes.trim_ascii().to_vec()),
            Self::TrimEnd => Some(bytes.trim_ascii_end().to_vec()),
            Self::ToCrLf => Some(to_crlf(bytes)),
            Self::ToLf => Some(to_lf(bytes)),
            Self::AddBom => Some([BOM, bytes].concat()),
            Self::CutBom => bytes.strip_prefix(BOM).map(<[u8]>::to_vec),
            Self::PlainSlashes => owned(json_text::without_slash_escapes(text?)),
            Self::Strings(strings) => owned(strings.respell(text?)),
            Self::Numbers(numbers) => owned(json_text::with_numbers(text?, numbers)),
            Self::LongerNumber(index) => owned(json_text::with_longer_number(text?, index)),
            Self::Blank(index) => owned(json_text::with_blank(text?, index)),
            Self::Json(spelling, end) => {
                let mut text = spelling.write(original.tree()?, bytes.len());
                text.push_str(end);
                Some(text.into_bytes())
            }
            Self::Quoted => serde_json::to_vec(text?).ok(),
            Self::Unquoted => serde_json::from_slice::<String>(bytes).ok().map(String::into_bytes),
            Self::Form(style) => Some(style.apply(bytes)),
            Self::FormField(name) => {
                let pairs = crate::request::form_pairs(bytes);
                pairs.into_iter().find(|(key, _)| key == name.as_bytes()).map(|(_, value)| value)
            }
            Self::Charset(charset) => charset.apply(bytes),
            Self::Decompressed => compressed::decompressed(bytes),
            Self::Nothing(text) => Some(text.as_bytes().to_vec()),
        }
    }

    /// The cause that this rewriting is.
    pub(super) fn code(&self, original: &Original<'_>) -> &'static str {
        match self {
            Self::Append(b" ") | Self::Trim => "body_whitespace_trimmed",
            Self::TrimEnd => match original.bytes.trim_ascii_end().len() {
                end if original.bytes.get(end..).is_some_and(|cut| cut.contains(&b'\n')) => {
                    "body_trailing_newline"
                }
                _ => "body_whitespace_trimmed",
            },
            Self::Append(_) | Self::Cut(_) => "body_trailing_newline",
            Self::ToCrLf | Self::ToLf => "body_line_endings",
            Self::AddBom | Self::CutBom => "body_bom",
            Self::PlainSlashes => "slash_escaped",
            Self::Strings(strings) if strings.kept => "slash_escaped",
            Self::Strings(_) => "unicode_escaped",
            Self::Form(_) | Self::FormField(_) => "form_reencoded",
            Self::Charset(_) => "charset",
            Self::Decompressed => "content_encoding",
            Self::Nothing(_) => "body_missing",
            Self::Numbers(_)
            | Self::LongerNumber(_)
            | Self::Blank(_)
            | Self::Json(..)
            | Self::Quoted
            | Self::Unquoted => "body_reserialised_json",
        }
    }

    /// How the signed body was written, for people; empty where the cause says it already.
    pub(super) fn title(&self) -> String {
        match self {
            Self::Json(spelling, _) => {
                let order = if spelling.sorted { ", its keys sorted" } else { "" };
                format!("{}{order}", spelling.layout.title)
            }
            Self::Numbers(_) => "the same, its numbers written otherwise".to_owned(),
            Self::LongerNumber(_) => "the same, one number with a last zero more".to_owned(),
            Self::Blank(_) => "the same with one blank more".to_owned(),
            Self::Quoted => "as one JSON string".to_owned(),
            Self::Unquoted => "as the text inside the JSON string".to_owned(),
            Self::Nothing("") => "empty".to_owned(),
            Self::Nothing(text) => format!("`{text}`"),
            Self::FormField(name) => format!("the value of the form field {name}"),
            _ => String::new(),
        }
    }
}

/// What was done to `received` that gave `seen`, as a cause; for a body that was not signed but handed
/// on.
pub(super) fn change(received: &[u8], seen: &[u8]) -> &'static str {
    let original = Original::new(received);
    if seen.is_empty() {
        return "body_missing";
    }
    let found = rewritings(&original).into_iter().find(|one| {
        let same = |bytes: Vec<u8>| bytes == seen && bytes != received;
        one.apply(&original).is_some_and(same)
    });
    if let Some(rewriting) = found {
        return rewriting.code(&original);
    }
    let value = |bytes: &[u8]| serde_json::from_slice::<serde_json::Value>(bytes).ok();
    match (value(received), value(seen)) {
        (Some(a), Some(b)) if a == b => return "body_reserialised_json",
        _ => {}
    }
    let pairs = |bytes: &[u8]| {
        let mut pairs = crate::request::form_pairs(bytes);
        pairs.sort();
        pairs
    };
    if form::is_form(received) && pairs(received) == pairs(seen) { "form_reencoded" } else { "body_tampered" }
}

fn to_crlf(bytes: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(bytes.len() + bytes.len() / 16);
    let mut before = 0;
    for &byte in bytes {
        if byte == b'\n' && before != b'\r' {
            out.push(b'\r');
        }
        out.push(byte);
        before = byte;
    }
    out
}

fn to_lf(bytes: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(bytes.len());
    let mut rest = bytes.iter().peekable();
    while let Some(&byte) = rest.next() {
        if byte != b'\r' {
            out.push(byte);
        } else if rest.peek() != Some(&&b'\n') {
            out.push(b'\n');
        }
    }
    out
}

#[cfg(test)]
mod tests;
