//! Files as requests: JSONL (as exported here), HAR 1.2, one raw HTTP request.
//!
//! A file holds data and nothing else: importing never sends, replays or switches on anything, and no path
//! is taken from a file. Bounded by [`IMPORT_FILE_LIMIT`], [`IMPORT_ENTRY_LIMIT`] and [`IMPORT_BODY_LIMIT`]. All or nothing: the
//! first entry that can't be read is named and nothing is imported.

use crate::head::{Head, RawRequest};
use crate::json::BOM;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde::Deserialize;
use waybill_model::{Failure, HeaderPair, Name, Timestamp};

/// Largest file.
pub const IMPORT_FILE_LIMIT: usize = 256 << 20;
/// Most requests in one file.
pub const IMPORT_ENTRY_LIMIT: usize = 100_000;
/// Largest body.
pub const IMPORT_BODY_LIMIT: usize = 32 << 20;

/// One request read from a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Imported {
    /// Its head with CRLF line ends and its blank line.
    pub head: Vec<u8>,
    /// Its body.
    pub body: Vec<u8>,
    /// The inbox it was kept under, if the file says.
    pub inbox: Option<Name>,
    /// When it was received, if the file says.
    pub received_at: Option<Timestamp>,
    /// The user's note, if the file holds one.
    pub note: String,
    /// Whether the user had marked it.
    pub starred: bool,
}

/// The requests in a file, whose kind is told by its beginning.
///
/// # Errors
/// `invalid_input`, naming the line or entry that can't be read; nothing of the file is imported then.
pub fn import(bytes: &[u8]) -> Result<Vec<Imported>, Failure> {
    if bytes.len() > IMPORT_FILE_LIMIT {
        return Err(Failure::invalid(format!(
            "The file is larger than {} MiB; nothing was imported.",
            IMPORT_FILE_LIMIT >> 20
        ))
        .hint("Split it and import the pieces."));
    }
    let text = bytes.strip_prefix(BOM).unwrap_or(bytes);
    if !text.trim_ascii_start().starts_with(b"{") {
        let request = RawRequest::parse(bytes)?;
        check_body(request.body.len(), "The request")?;
        return Ok(vec![Imported {
            head: request.head.to_bytes(),
            body: request.body,
            inbox: None,
            received_at: None,
            note: String::new(),
            starred: false,
        }]);
    }
    // A HAR file is one document whose first name is `log`.
    let is_har = crate::json::Tokens::new(text)
        .filter_map(Result::ok)
        .nth(1)
        .is_some_and(|token| &text[token.from..token.to] == b"\"log\"");
    if is_har { from_har(text) } else { from_jsonl(text) }
}

fn check_body(length: usize, what: &str) -> Result<(), Failure> {
    if length <= IMPORT_BODY_LIMIT {
        return Ok(());
    }
    Err(Failure::invalid(format!(
        "{what} has a body over {} MiB; nothing was imported.",
        IMPORT_BODY_LIMIT >> 20
    )))
}

#[derive(Deserialize)]
struct Line {
    method: String,
    path: String,
    #[serde(default)]
    query: String,
    headers: Vec<HeaderPair>,
    body: Option<Body>,
    head_base64: Option<String>,
    inbox: Option<Name>,
    received_at: Option<Timestamp>,
    #[serde(default)]
    note: String,
    #[serde(default)]
    starred: bool,
}

#[derive(Deserialize)]
struct Body {
    text: Option<String>,
    base64: Option<String>,
}

fn from_jsonl(text: &[u8]) -> Result<Vec<Imported>, Failure> {
    let mut found = Vec::new();
    for (number, line) in text.split(|&b| b == b'\n').enumerate().filter(|(_, l)| !l.trim_ascii().is_empty())
    {
        let what = format!("Line {}", number + 1);
        let fail =
            |why: String| Failure::invalid(format!("{what} is no delivery ({why}); nothing was imported."));
        let line: Line = serde_json::from_slice(line).map_err(|e| fail(e.to_string()))?;
        let body = match line.body {
            Some(Body { text: Some(text), .. }) => text.into_bytes(),
            Some(Body { base64: Some(text), .. }) => {
                STANDARD.decode(text).map_err(|e| fail(e.to_string()))?
            }
            _ => Vec::new(),
        };
        check_body(body.len(), &what)?;
        let target = if line.query.is_empty() { line.path } else { format!("{}?{}", line.path, line.query) };
        let head = match line.head_base64 {
            Some(text) => STANDARD.decode(text).map_err(|e| fail(e.to_string()))?,
            None => head_bytes(line.method, target, line.headers).map_err(fail)?,
        };
        let (inbox, received_at, note, starred) = (line.inbox, line.received_at, line.note, line.starred);
        found.push(Imported { head, body, inbox, received_at, note, starred });
        check_count(found.len())?;
    }
    Ok(found)
}

fn check_count(count: usize) -> Result<(), Failure> {
    if count <= IMPORT_ENTRY_LIMIT {
        return Ok(());
    }
    Err(Failure::invalid(format!(
        "The file holds more than {IMPORT_ENTRY_LIMIT} requests; nothing was imported."
    ))
    .hint("Split it and import the pieces."))
}

/// A head of those fields; refuses what would change its framing.
fn head_bytes(method: String, target: String, headers: Vec<HeaderPair>) -> Result<Vec<u8>, String> {
    let breaks = |text: &str| text.contains(['\r', '\n', '\0']);
    if breaks(&method) || breaks(&target) || method.contains(' ') {
        return Err("a line break in the method or path".to_owned());
    }
    if let Some((name, _)) = headers.iter().find(|(n, v)| breaks(n) || breaks(v)) {
        return Err(format!("a line break in the header {name:?}"));
    }
    let headers = headers.into_iter().map(|(n, v)| (n.into_bytes(), v.into_bytes())).collect();
    Ok(Head {
        method: method.into_bytes(),
        target: target.into_bytes(),
        version: b"HTTP/1.1".to_vec(),
        headers,
    }
    .to_bytes())
}

#[derive(Deserialize)]
struct Har {
    log: HarLog,
}

#[derive(Deserialize)]
struct HarLog {
    entries: Vec<HarEntry>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct HarEntry {
    started_date_time: Option<String>,
    request: HarRequest,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct HarRequest {
    method: String,
    url: String,
    #[serde(default)]
    headers: Vec<HarPair>,
    post_data: Option<HarBody>,
}

#[derive(Deserialize)]
struct HarPair {
    name: String,
    #[serde(default)]
    value: String,
}

#[derive(Deserialize)]
struct HarBody {
    #[serde(default)]
    text: String,
    #[serde(alias = "_encoding")]
    encoding: Option<String>,
}

fn from_har(text: &[u8]) -> Result<Vec<Imported>, Failure> {
    let har: Har = serde_json::from_slice(text).map_err(|e| {
        Failure::invalid(format!("The file is no HAR 1.2 document ({e}); nothing was imported."))
    })?;
    check_count(har.log.entries.len())?;
    let mut found = Vec::with_capacity(har.log.entries.len());
    for (number, entry) in har.log.entries.into_iter().enumerate() {
        let what = format!("Entry {}", number + 1);
        let fail =
            |why: String| Failure::invalid(format!("{what} can't be read ({why}); nothing was imported."));
        let body = match entry.request.post_data {
            Some(HarBody { text, encoding: Some(e) }) if e == "base64" => {
                STANDARD.decode(text).map_err(|e| fail(e.to_string()))?
            }
            Some(body) => body.text.into_bytes(),
            None => Vec::new(),
        };
        check_body(body.len(), &what)?;
        // Names with a colon in front (`:authority`) are HTTP/2's own and no headers.
        let headers =
            entry.request.headers.into_iter().filter(|h| !h.name.starts_with(':')).map(|h| (h.name, h.value));
        let target = target_of(&entry.request.url);
        let head = head_bytes(entry.request.method, target, headers.collect()).map_err(fail)?;
        let received_at = entry.started_date_time.and_then(|t| t.parse().ok());
        found.push(Imported { head, body, inbox: None, received_at, note: String::new(), starred: false });
    }
    Ok(found)
}

/// Path and query of an absolute address, as written.
fn target_of(url: &str) -> String {
    let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
    let rest = rest.split('#').next().unwrap_or_default();
    match rest.find(['/', '?']) {
        Some(at) if rest[at..].starts_with('/') => rest[at..].to_owned(),
        Some(at) => format!("/{}", &rest[at..]),
        None => "/".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::export::tests::delivery;
    use crate::{Exchange, Secrets, har_close, har_entry, har_open, jsonl, raw};

    const HEAD: &[u8] = b"POST /in/mynd?a=1&token=hush HTTP/1.1\r\nhost:  x\r\nX-A: \xff\r\nX-Id: 7\r\n\r\n";

    #[test]
    fn exports_come_back() {
        for body in [&b"{\"n\":1.10}"[..], b"\0\xff", b"", "\u{feff}line\r\n".as_bytes()] {
            let mut delivery = delivery(&[], body);
            delivery.note = "look".to_owned();
            let exchange = Exchange { delivery: &delivery, head: HEAD, body };
            let lines =
                [jsonl(&exchange, Secrets::Included), String::new(), jsonl(&exchange, Secrets::Redacted)]
                    .join("\n");
            let back = import(lines.as_bytes()).unwrap();
            assert_eq!((back.len(), back[0].head.as_slice(), back[0].body.as_slice()), (2, HEAD, body));
            assert_eq!(back[0].received_at, Some(delivery.received_at));
            assert_eq!((back[0].note.as_str(), back[0].inbox.as_ref().unwrap().as_str()), ("look", "mynd"));
            assert!(!lines.lines().last().unwrap().contains("hush"));
            let har = format!(
                "{}{},{}{}",
                har_open("1"),
                har_entry(&exchange, Secrets::Included),
                har_entry(&exchange, Secrets::Redacted),
                har_close()
            );
            let back = import(har.as_bytes()).unwrap();
            assert_eq!((back.len(), back[0].body.as_slice()), (2, body));
            assert!(Head::parse(&back[0].head).target == b"/in/mynd?a=1&token=hush");
            assert!(!Head::parse(&back[1].head).query().contains("hush"));
            let back = import(&raw(&exchange, Secrets::Included)).unwrap();
            assert_eq!((back[0].body.as_slice(), Head::parse(&back[0].head)), (body, Head::parse(HEAD)));
        }
    }

    #[test]
    fn what_is_wrong_is_named() {
        for (file, part) in [
            (&b"{\"method\":\"POST\"}"[..], "Line 1"),
            (b"{\"method\":\"POST\",\"path\":\"/\",\"headers\":[]}\n\n{oops", "Line 3"),
            (b"{\"method\":\"POST\",\"path\":\"/\",\"headers\":[[\"a\",\"b\\r\\nc: d\"]]}", "line break"),
            (b"{\"log\":{}}", "HAR"),
            (b"{\"log\":{\"entries\":[{\"request\":{\"method\":\"P\",\"url\":\"x\",\"postData\":{\"text\":\"*\",\"encoding\":\"base64\"}}}]}}", "Entry 1"),
            (b"hello", "request line"),
        ] {
            let failure = import(file).unwrap_err();
            assert!(failure.message.contains(part), "{}", failure.message);
        }
    }
}
