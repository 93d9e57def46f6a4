//! What a body is, from what the sender says and what the bytes show. Where the two differ the bytes win
//! for JSON (clients that forget the content type are common) and for images (a claim alone draws nothing).

use crate::json::{BOM, Tokens};
use serde::Serialize;
use ts_rs::TS;

/// How a body is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum PayloadKind {
    /// A JSON document, broken ones included.
    Json,
    /// `application/x-www-form-urlencoded`
    Form,
    /// `multipart/*`
    Multipart,
    /// Text in some charset.
    Text,
    /// XML, SVG included: shown as text, never drawn.
    Xml,
    /// A raster image, known by its first bytes.
    Image,
    /// Anything else.
    Binary,
    /// No bytes.
    Empty,
}

/// What a body is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, TS)]
pub struct Payload {
    /// How it is shown.
    pub kind: PayloadKind,
    /// The sender's media type in lower case without parameters; for an image, what its bytes say.
    pub media_type: Option<String>,
    /// The sender's charset, or what the bytes show for text without one.
    pub charset: Option<String>,
}

/// A media type and its parameters.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ContentType {
    /// `type/subtype` in lower case.
    pub media_type: String,
    /// Names in lower case, values without quotes.
    pub parameters: Vec<(String, String)>,
}

impl ContentType {
    /// Reads a `Content-Type` value; never fails.
    #[must_use]
    pub fn parse(value: &str) -> Self {
        let mut parts = split_parameters(value).into_iter();
        let media_type = parts.next().unwrap_or_default().trim().to_ascii_lowercase();
        let parameters = parts
            .filter_map(|part| {
                let (name, value) = part.split_once('=')?;
                Some((name.trim().to_ascii_lowercase(), unquote(value.trim())))
            })
            .collect();
        Self { media_type, parameters }
    }

    /// The first parameter of that name.
    #[must_use]
    pub fn parameter(&self, name: &str) -> Option<&str> {
        self.parameters.iter().find(|(n, _)| n == name).map(|(_, v)| v.as_str())
    }
}

/// Parts between semicolons that stand outside quotes.
pub(crate) fn split_parameters(value: &str) -> Vec<&str> {
    let (mut parts, mut from, mut quoted, mut escaped) = (Vec::new(), 0, false, false);
    for (at, byte) in value.bytes().enumerate() {
        match byte {
            _ if escaped => escaped = false,
            b'\\' if quoted => escaped = true,
            b'"' => quoted = !quoted,
            b';' if !quoted => {
                parts.push(&value[from..at]);
                from = at + 1;
            }
            _ => {}
        }
    }
    parts.push(&value[from..]);
    parts
}

/// A parameter's value without its quotes and escapes.
pub(crate) fn unquote(value: &str) -> String {
    let Some(inner) = value.strip_prefix('"') else { return value.to_owned() };
    let inner = inner.strip_suffix('"').unwrap_or(inner);
    let (mut text, mut escaped) = (String::new(), false);
    for character in inner.chars() {
        if character == '\\' && !escaped {
            escaped = true;
        } else {
            text.push(character);
            escaped = false;
        }
    }
    text
}

/// Bytes looked at to tell text from other bytes and JSON from text.
const SAMPLE: usize = 8 << 10;

/// What `body` is, sent under `content_type`. `body` is already decompressed.
#[must_use]
pub fn sniff(content_type: Option<&str>, body: &[u8]) -> Payload {
    let claim = content_type.map(ContentType::parse).unwrap_or_default();
    let declared = claim.parameter("charset").map(str::to_ascii_lowercase);
    let media = claim.media_type.as_str();
    let (kind, image) = kind_of(&claim, body);
    let charset = match kind {
        PayloadKind::Json | PayloadKind::Text | PayloadKind::Xml | PayloadKind::Form => {
            declared.or_else(|| Some(shown_charset(body).to_owned()))
        }
        _ => declared,
    };
    let media_type = image.or((!media.is_empty()).then_some(media)).map(str::to_owned);
    Payload { kind, media_type, charset }
}

fn kind_of(claim: &ContentType, body: &[u8]) -> (PayloadKind, Option<&'static str>) {
    let media = claim.media_type.as_str();
    if body.is_empty() {
        return (PayloadKind::Empty, None);
    }
    if let Some(image) = image_type(body) {
        return (PayloadKind::Image, Some(image));
    }
    if media.starts_with("multipart/") && claim.parameter("boundary").is_some() {
        return (PayloadKind::Multipart, None);
    }
    let json_claim = media.ends_with("/json") || media.ends_with("+json");
    if looks_like_json(body) || (json_claim && is_text(body)) {
        return (PayloadKind::Json, None);
    }
    if media == "application/x-www-form-urlencoded" && is_text(body) {
        return (PayloadKind::Form, None);
    }
    let xml_claim = media.ends_with("/xml") || media.ends_with("+xml");
    let wide = matches!(shown_charset(body), "utf-16le" | "utf-16be");
    let declared = media.starts_with("text/") && claim.parameter("charset").is_some();
    if !(is_text(body) || wide || declared) {
        return (PayloadKind::Binary, None);
    }
    if xml_claim || body.strip_prefix(BOM).unwrap_or(body).trim_ascii_start().starts_with(b"<?xml") {
        return (PayloadKind::Xml, None);
    }
    (PayloadKind::Text, None)
}

/// An object or an array whose beginning keeps to the grammar.
fn looks_like_json(body: &[u8]) -> bool {
    let start = body.strip_prefix(BOM).unwrap_or(body).trim_ascii_start();
    if !matches!(start.first(), Some(b'{' | b'[')) {
        return false;
    }
    let sample = &body[..body.len().min(SAMPLE)];
    match Tokens::new(sample).find_map(Result::err) {
        None => true,
        // The sample may end anywhere; a fault further than a few tokens in is a broken document, not another kind.
        Some(fault) => {
            let at = usize::try_from(fault.offset).unwrap_or(usize::MAX);
            (sample.len() < body.len() && at >= sample.len())
                || Tokens::new(sample).take_while(Result::is_ok).count() >= 4
        }
    }
}

fn image_type(body: &[u8]) -> Option<&'static str> {
    Some(match body {
        [0x89, b'P', b'N', b'G', 0x0d, 0x0a, 0x1a, 0x0a, ..] => "image/png",
        [0xff, 0xd8, 0xff, ..] => "image/jpeg",
        [b'G', b'I', b'F', b'8', b'7' | b'9', b'a', ..] => "image/gif",
        [b'R', b'I', b'F', b'F', _, _, _, _, b'W', b'E', b'B', b'P', ..] => "image/webp",
        [_, _, _, _, b'f', b't', b'y', b'p', b'a', b'v', b'i', b'f', ..] => "image/avif",
        [b'B', b'M', _, _, _, _, 0, 0, 0, 0, ..] => "image/bmp",
        [0, 0, 1, 0, count, 0, ..] if *count > 0 => "image/x-icon",
        _ => return None,
    })
}

/// UTF-8 (whole, but for a character cut by the sample) with no control characters but the usual ones.
fn is_text(body: &[u8]) -> bool {
    let sample = &body[..body.len().min(SAMPLE)];
    let valid = match std::str::from_utf8(sample) {
        Ok(_) => true,
        Err(error) => error.error_len().is_none() && sample.len() < body.len(),
    };
    valid && !sample.iter().any(|&b| b < 0x20 && !matches!(b, b'\t' | b'\n' | b'\r' | 0x0c | 0x1b))
}

fn shown_charset(body: &[u8]) -> &'static str {
    match body {
        [0xff, 0xfe, ..] => "utf-16le",
        [0xfe, 0xff, ..] => "utf-16be",
        _ => "utf-8",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use PayloadKind::{Binary, Empty, Form, Image, Json, Multipart, Text, Xml};

    #[test]
    fn bodies_are_told_apart() {
        for (content_type, body, kind, charset) in [
            (Some("application/json"), &b"{\"a\":1}"[..], Json, Some("utf-8")),
            (Some("Application/VND.x+JSON; charset=\"UTF-8\""), b"{\"a\":", Json, Some("utf-8")),
            (Some("application/json"), b"nonsense", Json, Some("utf-8")),
            (Some("application/json"), b"\xff\xd8\xff\xe0", Image, None),
            (None, b"\xef\xbb\xbf [1]", Json, Some("utf-8")),
            (None, b"[not json] really", Text, Some("utf-8")),
            (Some("application/x-www-form-urlencoded"), b"a=1&b=2", Form, Some("utf-8")),
            (Some("application/x-www-form-urlencoded"), b"{\"a\":1}", Json, Some("utf-8")),
            (Some("multipart/form-data; boundary=x"), b"--x\r\n", Multipart, None),
            (Some("multipart/form-data"), b"--x\r\n", Text, Some("utf-8")),
            (Some("image/svg+xml"), b"<svg/>", Xml, Some("utf-8")),
            (Some("image/png"), b"not a picture", Text, Some("utf-8")),
            (None, b"\x89PNG\r\n\x1a\n....", Image, None),
            (None, b"<?xml version='1.0'?>", Xml, Some("utf-8")),
            (Some("text/plain; charset=ISO-8859-1"), b"caf\xe9", Text, Some("iso-8859-1")),
            (None, b"caf\xe9", Binary, None),
            (None, b"\xff\xfeh\0i\0", Text, Some("utf-16le")),
            (None, b"a\0b", Binary, None),
            (Some("application/json"), b"", Empty, None),
        ] {
            let found = sniff(content_type, body);
            assert_eq!((found.kind, found.charset.as_deref()), (kind, charset), "{content_type:?} {body:?}");
        }
        let long = format!("[{}]", "\"abcdefgh\",".repeat(2000));
        assert_eq!(sniff(None, long.as_bytes()).kind, Json);
    }

    #[test]
    fn parameters_are_read_through_quotes() {
        let claim = ContentType::parse("multipart/mixed; boundary=\"a;b\\\"c\" ; Charset=x");
        assert_eq!((claim.parameter("boundary"), claim.parameter("charset")), (Some("a;b\"c"), Some("x")));
    }
}
