//! A recorded delivery as an outgoing request: which headers travel, which are written anew.
//!
//! The body is never touched. Headers that belong to one connection (RFC 9110 section 7.6.1) are the
//! client's to write; a hop counter is added so that two Waybills (or one) can't send in circles; headers
//! that carry somebody's session leave this machine only when that is wanted. The client writes header
//! names in lower case and the repeats of a name next to each other: HTTP gives neither a meaning.

use crate::target::Target;
use bytes::Bytes;
use reqwest::header::{HeaderMap, HeaderName, HeaderValue};
use std::fmt;
use waybill_model::{DeliveryId, HeaderPair, TargetClass, header_text};

/// Counts how often a request has been sent on by a Waybill.
pub const HOP_HEADER: &str = "waybill-hop";

/// A delivery that has been sent on this often is not sent again.
pub const MAX_HOPS: u32 = 3;

/// A header as bytes.
pub type RawHeader = (Vec<u8>, Vec<u8>);

/// A delivery as it was recorded: what replaying needs of it.
#[derive(Clone)]
pub struct Recorded {
    /// Which.
    pub id: DeliveryId,
    /// The provider's word for what happened.
    pub event_type: Option<String>,
    /// The status it was answered with when it first came.
    pub first_status: u16,
    /// The request method.
    pub method: String,
    /// The query as sent, without the question mark.
    pub query: String,
    /// Every header in order.
    pub headers: Vec<RawHeader>,
    /// The body as it came.
    pub body: Bytes,
    /// Why it can't be sent again: its bytes are cut, or it was refused before it could be understood.
    pub unsendable: Option<String>,
}

impl fmt::Debug for Recorded {
    /// Only what may stand in a log: headers and bodies hold other people's data.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Recorded")
            .field("id", &self.id)
            .field("bytes", &self.body.len())
            .finish_non_exhaustive()
    }
}

/// Whether headers that carry a session (`Authorization`, `Cookie`) go to targets beyond this machine.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Sessions {
    /// They stay here.
    #[default]
    Kept,
    /// They are sent: the user has said so for this target.
    Sent,
}

/// A request that is ready to be sent.
#[derive(Clone)]
pub struct Prepared {
    pub(crate) method: reqwest::Method,
    pub(crate) url: url::Url,
    pub(crate) class: TargetClass,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
    /// The headers as text, in order.
    pub shown: Vec<HeaderPair>,
    /// Names of recorded headers that were left out although they belong to the message.
    pub left_out: Vec<String>,
}

/// Makes a request of `recorded`, with `headers` and `body` in place of the recorded ones, for `target`.
/// The target's path is used and the delivery's query is kept, after the target's own.
///
/// # Errors
/// Why it can't be sent, as a sentence: it was cut or refused when it came, its method is none, or it has
/// gone round too often.
pub fn prepare(
    recorded: &Recorded,
    headers: &[RawHeader],
    body: Bytes,
    target: &Target,
    sessions: Sessions,
) -> Result<Prepared, String> {
    if let Some(why) = &recorded.unsendable {
        return Err(why.clone());
    }
    let method = reqwest::Method::from_bytes(recorded.method.as_bytes())
        .map_err(|_| format!("{:?} is no request method.", recorded.method))?;
    if method == reqwest::Method::CONNECT {
        return Err("A CONNECT request asks for a tunnel; it is not sent again.".to_owned());
    }
    let hops = hops(headers);
    if hops >= MAX_HOPS {
        return Err(format!(
            "It has been sent on {hops} times already: two targets seem to send to each other."
        ));
    }
    let mut url = target.url.clone();
    if !recorded.query.is_empty() {
        let query = match url.query() {
            Some(own) if !own.is_empty() => format!("{own}&{}", recorded.query),
            _ => recorded.query.clone(),
        };
        url.set_query(Some(&query));
    }
    let mut map = HeaderMap::with_capacity(headers.len() + 1);
    let (mut shown, mut left_out) = (Vec::new(), Vec::new());
    let named = connection_names(headers);
    for (name, value) in headers {
        let lower = header_text(name).to_ascii_lowercase();
        if OF_ONE_CONNECTION.contains(&lower.as_str()) || named.contains(&lower) || lower == HOP_HEADER {
            continue;
        }
        let stays = target.class != TargetClass::Loopback
            && sessions == Sessions::Kept
            && SESSION.contains(&lower.as_str());
        match (HeaderName::from_bytes(name), HeaderValue::from_bytes(value)) {
            (Ok(key), Ok(content)) if !stays => {
                map.append(key, content);
                shown.push((header_text(name), header_text(value)));
            }
            _ => left_out.push(header_text(name)),
        }
    }
    map.insert(HOP_HEADER, HeaderValue::from(hops + 1));
    shown.push((HOP_HEADER.to_owned(), (hops + 1).to_string()));
    Ok(Prepared { method, url, class: target.class, headers: map, body, shown, left_out })
}

/// Headers that mean one connection, not the message; the client writes its own.
const OF_ONE_CONNECTION: &[&str] = &[
    "host",
    "connection",
    "content-length",
    "transfer-encoding",
    "keep-alive",
    "proxy-connection",
    "te",
    "trailer",
    "upgrade",
    "expect",
    "http2-settings",
];

/// Headers that carry somebody's session.
const SESSION: &[&str] = &["authorization", "cookie", "cookie2", "proxy-authorization"];

/// Headers that a `Connection` header names as its own. Names that carry the message are not believed.
fn connection_names(headers: &[RawHeader]) -> Vec<String> {
    headers
        .iter()
        .filter(|(name, _)| name.eq_ignore_ascii_case(b"connection"))
        .flat_map(|(_, value)| {
            header_text(value)
                .to_ascii_lowercase()
                .split(',')
                .map(|n| n.trim().to_owned())
                .collect::<Vec<_>>()
        })
        .filter(|name| name.starts_with("x-") || name.starts_with("proxy-"))
        .collect()
}

fn hops(headers: &[RawHeader]) -> u32 {
    let counts = headers.iter().filter(|(name, _)| name.eq_ignore_ascii_case(HOP_HEADER.as_bytes()));
    // An unreadable count is taken as too many: it can only come from somebody who plays with it.
    counts.map(|(_, value)| header_text(value).trim().parse().unwrap_or(MAX_HOPS)).max().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn recorded(headers: &[(&str, &str)]) -> Recorded {
        Recorded {
            id: DeliveryId(1),
            event_type: None,
            first_status: 200,
            method: "POST".to_owned(),
            query: "a=1".to_owned(),
            headers: headers.iter().map(|(n, v)| (n.as_bytes().to_vec(), v.as_bytes().to_vec())).collect(),
            body: Bytes::from_static(b"{}"),
            unsendable: None,
        }
    }

    fn check(
        target: &str,
        sessions: Sessions,
        headers: &[(&str, &str)],
        expected: &[(&str, &str)],
        left: &[&str],
    ) {
        let recorded = recorded(headers);
        let target = Target::parse(target).unwrap();
        let ready = prepare(&recorded, &recorded.headers, recorded.body.clone(), &target, sessions).unwrap();
        let shown: Vec<_> = ready.shown.iter().map(|(n, v)| (n.as_str(), v.as_str())).collect();
        assert_eq!(
            (shown.as_slice(), ready.left_out),
            (expected, left.iter().map(|&l| l.to_owned()).collect())
        );
    }

    #[test]
    fn what_belongs_to_the_message_travels() {
        let session = [("Authorization", "Bearer x"), ("COOKIE", "a=b"), ("X-Id", "1"), ("X-Id", "2")];
        let all = [
            ("Authorization", "Bearer x"),
            ("COOKIE", "a=b"),
            ("X-Id", "1"),
            ("X-Id", "2"),
            (HOP_HEADER, "1"),
        ];
        let bare = [("X-Id", "1"), ("X-Id", "2"), (HOP_HEADER, "1")];
        check("http://localhost", Sessions::Kept, &session, &all, &[]);
        check("http://10.0.0.1", Sessions::Kept, &session, &bare, &["Authorization", "COOKIE"]);
        check("https://example.com", Sessions::Kept, &session, &bare, &["Authorization", "COOKIE"]);
        check("https://example.com", Sessions::Sent, &session, &all, &[]);
        check(
            "http://localhost",
            Sessions::Kept,
            &[
                ("Host", "a"),
                ("Content-Length", "9"),
                ("Transfer-Encoding", "chunked"),
                ("Connection", "close, X-Only, Content-Type"),
                ("X-Only", "here"),
                ("Content-Type", "application/json"),
                ("bad name", "v"),
                ("X-Bad", "a\u{1}b"),
                ("Waybill-Hop", "2"),
            ],
            &[("Content-Type", "application/json"), (HOP_HEADER, "3")],
            &["bad name", "X-Bad"],
        );
    }

    #[test]
    fn the_query_is_kept_and_circles_end() {
        for (target, url) in [
            ("http://localhost/x", "http://localhost/x?a=1"),
            ("http://localhost/x?k=v", "http://localhost/x?k=v&a=1"),
            ("http://localhost", "http://localhost/?a=1"),
        ] {
            let recorded = recorded(&[]);
            let ready =
                prepare(&recorded, &[], Bytes::new(), &Target::parse(target).unwrap(), Sessions::Kept)
                    .unwrap();
            assert_eq!(ready.url.as_str(), url);
        }
        let target = Target::parse("http://localhost").unwrap();
        for (hop, fits) in
            [("0", true), ("2", true), ("3", false), ("99", false), ("-1", false), ("x", false)]
        {
            let recorded = recorded(&[(HOP_HEADER, hop)]);
            assert_eq!(
                prepare(&recorded, &recorded.headers, Bytes::new(), &target, Sessions::Kept).is_ok(),
                fits,
                "{hop}"
            );
        }
        for (method, fits) in
            [("POST", true), ("PURGE", true), ("", false), ("A B", false), ("CONNECT", false)]
        {
            let recorded = Recorded { method: method.to_owned(), ..recorded(&[]) };
            assert_eq!(
                prepare(&recorded, &[], Bytes::new(), &target, Sessions::Kept).is_ok(),
                fits,
                "{method}"
            );
        }
    }
}
