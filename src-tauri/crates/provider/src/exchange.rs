//! One request and its answer on the wire: bounded in time and size, no redirect followed, the
//! token on this request only.
//!
//! The answer is kept as raw bytes in memory that is wiped, because the answer to `create` and
//! `rotate` holds a secret and is sealed by the custody protocol before anything parses it.

use crate::options::HttpOptions;
use crate::request::Request;
use reqwest::header::{HeaderMap, HeaderName, HeaderValue};
use reqwest::redirect::Policy;
use secrecy::zeroize::Zeroize;
use secrecy::{ExposeSecret, SecretSlice, SecretString};
use serde::{Deserialize, Serialize};
use std::error::Error;
use tokio::time::{Instant, timeout_at};
use waybill_model::Failure;

/// How an answer ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum End {
    /// All of it is there.
    Whole,
    /// The connection broke, or time ran out, before its end.
    Cut,
    /// It is longer than the cap; the rest was not read.
    TooLong,
    /// Its bytes don't agree with the encoding it names.
    Garbled,
}

/// An answer as it came: it may hold a secret, so its body is shown nowhere and wiped when dropped.
#[derive(Debug)]
pub struct RawAnswer {
    /// The status.
    pub status: u16,
    /// The headers in order, names in lower case.
    pub headers: Vec<(String, String)>,
    /// The body, decompressed; of an answer that broke off: what had come.
    pub body: SecretSlice<u8>,
    pub(crate) end: End,
}

/// The head of a sealed answer: one line of JSON before the body.
#[derive(Serialize, Deserialize)]
struct Head {
    status: u16,
    headers: Vec<(String, String)>,
    end: End,
}

impl RawAnswer {
    /// True when the whole answer came.
    #[must_use]
    pub fn is_whole(&self) -> bool {
        self.end == End::Whole
    }

    /// A header's first value; `name` in lower case.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers
            .iter()
            .find(|(known, _)| known.eq_ignore_ascii_case(name))
            .map(|(_, value)| value.as_str())
    }

    /// The answer as bytes to be sealed. They hold the secret in the clear.
    #[must_use]
    pub fn to_bytes(&self) -> SecretSlice<u8> {
        let head = Head { status: self.status, headers: self.headers.clone(), end: self.end };
        let head = serde_json::to_vec(&head).unwrap_or_default();
        let body = self.body.expose_secret();
        let mut bytes = Vec::with_capacity(head.len() + 1 + body.len());
        bytes.extend_from_slice(&head);
        bytes.push(b'\n');
        bytes.extend_from_slice(body);
        SecretSlice::from(bytes)
    }

    /// The answer from bytes that [`RawAnswer::to_bytes`] made.
    ///
    /// # Errors
    /// `internal` when they are not of that form.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, Failure> {
        let broken = || Failure::internal("A sealed answer can't be read back.");
        let at = bytes.iter().position(|byte| *byte == b'\n').ok_or_else(broken)?;
        let (head, body) = bytes.split_at(at);
        let head: Head = serde_json::from_slice(head).map_err(|_| broken())?;
        Ok(Self {
            status: head.status,
            headers: head.headers,
            body: SecretSlice::from(body.get(1..).unwrap_or_default().to_vec()),
            end: head.end,
        })
    }

    pub(crate) fn is_success(&self) -> bool {
        (200..300).contains(&self.status)
    }
}

/// Why there is no answer. The text is the cause, without address or credential.
#[derive(Debug)]
pub(crate) enum Lost {
    /// Nothing of the request left this machine.
    NotSent(String),
    /// It was sent, or may have been.
    NoAnswer(String),
}

/// Makes the HTTP client of one connection.
///
/// `plain` is for an http address on this machine: no proxy, and no root certificates are loaded.
/// `fresh` gives every call a connection of its own, so that a write is never put on one that the
/// other side is just closing.
pub(crate) fn http_client(
    options: &HttpOptions,
    plain: bool,
    fresh: bool,
) -> Result<reqwest::Client, Failure> {
    crate::install_tls();
    let mut builder = reqwest::Client::builder()
        .redirect(Policy::none())
        .referer(false)
        .connect_timeout(options.connect_timeout)
        .retry(reqwest::retry::never());
    if plain {
        builder = builder.no_proxy().tls_certs_only(std::iter::empty());
    }
    if fresh {
        builder = builder.pool_max_idle_per_host(0);
    }
    builder
        .build()
        .map_err(|error| Failure::internal(format!("The HTTP client can't be set up: {}.", cause(error))))
}

/// Sends the request once.
pub(crate) async fn exchange(
    client: &reqwest::Client,
    request: &Request,
    token: &SecretString,
    options: &HttpOptions,
) -> Result<RawAnswer, Lost> {
    let deadline = Instant::now() + options.deadline;
    let headers = headers(request, token).map_err(Lost::NotSent)?;
    let mut builder = client.request(request.method.clone(), request.url.clone()).headers(headers);
    if let Some(body) = &request.body {
        builder = builder.body(body.clone());
    }
    let mut response = match timeout_at(deadline, builder.send()).await {
        Err(_) => return Err(Lost::NoAnswer(no_time(options))),
        Ok(Err(error)) if error.is_connect() || error.is_builder() => {
            return Err(Lost::NotSent(cause(error)));
        }
        Ok(Err(error)) => return Err(Lost::NoAnswer(cause(error))),
        Ok(Ok(response)) => response,
    };
    let status = response.status().as_u16();
    let headers = kept(response.headers());
    let expected = response.content_length().and_then(|length| usize::try_from(length).ok()).unwrap_or(4096);
    let mut body: Vec<u8> = Vec::with_capacity(expected.min(options.answer_cap).min(64 * 1024));
    let end = loop {
        match timeout_at(deadline, response.chunk()).await {
            Err(_) => break End::Cut,
            Ok(Err(error)) => break if is_garbled(&error) { End::Garbled } else { End::Cut },
            Ok(Ok(None)) => break End::Whole,
            Ok(Ok(Some(chunk))) => {
                let room = options.answer_cap.saturating_sub(body.len());
                append(&mut body, chunk.get(..room.min(chunk.len())).unwrap_or_default());
                if chunk.len() > room {
                    break End::TooLong;
                }
            }
        }
    };
    Ok(RawAnswer { status, headers, body: SecretSlice::from(body), end })
}

/// Grows by hand, so that the smaller copies of what may be a secret are wiped.
fn append(body: &mut Vec<u8>, chunk: &[u8]) {
    if body.capacity() - body.len() < chunk.len() {
        let mut larger = Vec::with_capacity((body.len() + chunk.len()) * 2);
        larger.extend_from_slice(body);
        body.zeroize();
        *body = larger;
    }
    body.extend_from_slice(chunk);
}

fn no_time(options: &HttpOptions) -> String {
    format!("no answer within {} s", options.deadline.as_secs_f64())
}

fn headers(request: &Request, token: &SecretString) -> Result<HeaderMap, String> {
    let mut headers = HeaderMap::new();
    for (name, value) in &request.headers {
        let name =
            HeaderName::from_bytes(name.as_bytes()).map_err(|_| format!("{name} is no header name"))?;
        let value =
            HeaderValue::from_str(value).map_err(|_| format!("{name} has a value that can't be sent"))?;
        headers.insert(name, value);
    }
    let name = HeaderName::from_bytes(request.auth_header.as_bytes())
        .map_err(|_| "the credential's header can't be sent".to_owned())?;
    let mut text = format!("{}{}", request.auth_prefix, token.expose_secret().trim());
    let value = HeaderValue::from_str(&text);
    text.zeroize();
    let mut value =
        value.map_err(|_| "the credential holds characters that no header can carry".to_owned())?;
    value.set_sensitive(true);
    headers.insert(name, value);
    Ok(headers)
}

/// Cookies are a credential of the answer and of no use here.
fn kept(headers: &HeaderMap) -> Vec<(String, String)> {
    headers
        .iter()
        .filter(|(name, _)| *name != reqwest::header::SET_COOKIE)
        .map(|(name, value)| {
            (name.as_str().to_owned(), String::from_utf8_lossy(value.as_bytes()).into_owned())
        })
        .collect()
}

fn is_garbled(error: &reqwest::Error) -> bool {
    let mut source: Option<&(dyn Error + 'static)> = error.source();
    while let Some(error) = source {
        if let Some(io) = error.downcast_ref::<std::io::Error>()
            && matches!(io.kind(), std::io::ErrorKind::InvalidData | std::io::ErrorKind::InvalidInput)
        {
            return true;
        }
        source = error.source();
    }
    false
}

/// The innermost cause in words; the address is taken out, as it may hold an organisation.
fn cause(error: reqwest::Error) -> String {
    let timed_out = error.is_timeout();
    let error = error.without_url();
    let mut inner: &dyn Error = &error;
    while let Some(source) = inner.source() {
        inner = source;
    }
    let text = inner.to_string();
    if timed_out { format!("no connection in time ({text})") } else { text }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sealed_answer_comes_back_and_tells_nothing() {
        let answer = RawAnswer {
            status: 201,
            headers: vec![("x-a".to_owned(), "b\u{fffd}".to_owned())],
            body: SecretSlice::from(b"{\"secret\":\"whsec_hush\"}\n\xff".to_vec()),
            end: End::Cut,
        };
        assert!(!format!("{answer:?}").contains("hush"));
        let back = RawAnswer::from_bytes(answer.to_bytes().expose_secret()).unwrap();
        assert_eq!((back.status, &back.headers, back.end), (201, &answer.headers, End::Cut));
        assert_eq!(back.body.expose_secret(), answer.body.expose_secret());
        for broken in [&b""[..], b"{}", b"{}\n", b"\xff\n"] {
            assert!(RawAnswer::from_bytes(broken).is_err());
        }
    }
}
