//! Headers that were renamed, doubled, joined or rewritten on the way.

use super::template::headers_read;
use crate::request::{Request, trim_blanks};
use crate::scheme::Scheme;

/// Header lists that are tried.
const MAX: usize = 96;
/// Candidates for one absent header.
const NEAR: usize = 6;

/// Owned headers.
pub(super) type Headers = Vec<(Vec<u8>, Vec<u8>)>;

/// Headers as they may have been, and what happened to them.
pub(super) struct Variant {
    pub(super) headers: Headers,
    pub(super) code: &'static str,
    /// The names in play, for people.
    pub(super) detail: String,
}

/// Headers that say nothing of webhooks.
const COMMON: &[&str] = &[
    "accept",
    "accept-encoding",
    "accept-language",
    "cache-control",
    "connection",
    "content-encoding",
    "content-length",
    "content-type",
    "cookie",
    "forwarded",
    "host",
    "pragma",
    "te",
    "traceparent",
    "tracestate",
    "transfer-encoding",
    "user-agent",
    "via",
    "x-forwarded-for",
    "x-forwarded-host",
    "x-forwarded-port",
    "x-forwarded-proto",
    "x-real-ip",
];

/// Every list of headers that may have been sent.
pub(super) fn variants(scheme: &Scheme, request: &Request<'_>) -> Vec<Variant> {
    let mut list = renamed(scheme, request);
    list.extend(repeated(scheme, request));
    list.extend(rewritten(request));
    list.truncate(MAX);
    list
}

/// The groups of names that the scheme reads, the signature's first.
fn groups(scheme: &Scheme) -> Vec<Vec<String>> {
    let signature = scheme.signature_headers();
    let mut groups = if signature.is_empty() { Vec::new() } else { vec![signature] };
    groups.extend(headers_read(scheme));
    groups
}

/// Absent headers that stand under another name.
fn renamed(scheme: &Scheme, request: &Request<'_>) -> Vec<Variant> {
    let absent: Vec<Vec<String>> = groups(scheme)
        .into_iter()
        .filter(|names| names.iter().all(|name| request.header(name).is_none()))
        .collect();
    let mut lists = vec![(own(request), Vec::new())];
    for (index, names) in absent.iter().enumerate() {
        let Some(name) = names.first() else { continue };
        let near = near(name, scheme, request);
        let mut next = Vec::new();
        for (headers, used) in &lists {
            for other in &near {
                let mut headers: Headers = headers.clone();
                let Some(value) = request.header(other) else { continue };
                headers.push((name.as_bytes().to_vec(), value.to_vec()));
                let mut used: Vec<String> = used.clone();
                used.push(format!("{other} instead of {name}"));
                next.push((headers, used));
            }
        }
        if next.is_empty() && index == 0 {
            return Vec::new();
        }
        if !next.is_empty() {
            next.truncate(MAX);
            lists = next;
        }
    }
    let named = lists.into_iter().filter(|(_, used)| !used.is_empty());
    named.map(|(headers, used)| Variant { headers, code: "wrong_header", detail: used.join(", ") }).collect()
}

/// The headers of `request` whose names are like `name`, the likest first.
pub(super) fn near(name: &str, scheme: &Scheme, request: &Request<'_>) -> Vec<String> {
    let taken: Vec<String> = groups(scheme).concat();
    let words = |name: &str| -> Vec<String> {
        name.to_ascii_lowercase().split(['-', '_']).filter(|word| *word != "x").map(str::to_owned).collect()
    };
    let wanted = words(name);
    let mut found: Vec<(usize, String)> = Vec::new();
    for (other, value) in request.headers {
        let Ok(other) = std::str::from_utf8(other) else { continue };
        let known = |list: &[String]| list.iter().any(|known| known.eq_ignore_ascii_case(other));
        if COMMON.contains(&other.to_ascii_lowercase().as_str())
            || known(&taken)
            || trim_blanks(value).is_empty()
        {
            continue;
        }
        let theirs = words(other);
        let common = wanted.iter().filter(|word| theirs.contains(word)).count();
        let last = usize::from(wanted.last() == theirs.last());
        let alike = 2 * common + 3 * last;
        if !found.iter().any(|(_, known)| known.eq_ignore_ascii_case(other)) {
            found.push((alike, other.to_owned()));
        }
    }
    found.sort_by_key(|one| std::cmp::Reverse(one.0));
    found.truncate(NEAR);
    found.into_iter().map(|(_, name)| name).collect()
}

/// Headers that came twice, or whose values were joined by a proxy.
fn repeated(scheme: &Scheme, request: &Request<'_>) -> Vec<Variant> {
    let mut list = Vec::new();
    for name in groups(scheme).concat() {
        let values: Vec<&[u8]> = request.header_values(&name).collect();
        let mut parts: Vec<&[u8]> = if values.len() > 1 { values.clone() } else { Vec::new() };
        for value in &values {
            if value.contains(&b',') {
                parts.extend(
                    value.split(|byte| *byte == b',').map(trim_blanks).filter(|part| !part.is_empty()),
                );
            }
        }
        parts.truncate(8);
        for part in parts {
            let mut headers = own(request);
            headers.retain(|(known, _)| !known.eq_ignore_ascii_case(name.as_bytes()));
            headers.push((name.as_bytes().to_vec(), part.to_vec()));
            list.push(Variant { headers, code: "duplicate_header", detail: name.clone() });
        }
    }
    list
}

/// Headers that proxies and frameworks are known to rewrite.
fn rewritten(request: &Request<'_>) -> Vec<Variant> {
    let mut list = Vec::new();
    let values = |value: &str| -> Vec<String> {
        let kind = value.split(';').next().unwrap_or_default().trim();
        let mut all = vec![kind.to_owned()];
        for charset in ["; charset=utf-8", ";charset=utf-8", "; charset=UTF-8", ";charset=UTF-8"] {
            all.push(format!("{kind}{charset}"));
        }
        all.push(value.to_ascii_lowercase());
        all.push(value.replace("; ", ";"));
        all
    };
    let Some(value) = request.header("content-type").and_then(|value| std::str::from_utf8(value).ok()) else {
        return list;
    };
    for other in values(value) {
        if other == value || other.is_empty() {
            continue;
        }
        let mut headers = own(request);
        for (name, kept) in &mut headers {
            if name.eq_ignore_ascii_case(b"content-type") {
                *kept = other.clone().into_bytes();
            }
        }
        list.push(Variant {
            headers,
            code: "signed_header_rewritten",
            detail: format!("content-type: {other}"),
        });
    }
    list
}

fn own(request: &Request<'_>) -> Headers {
    request.headers.iter().map(|(name, value)| (name.to_vec(), value.to_vec())).collect()
}
