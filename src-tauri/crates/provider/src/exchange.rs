//! One request and its answer on the wire: bounded in time and size, no redirect followed, the
//! token on this request only.

use crate::answer::{End, RawAnswer};
use crate::options::HttpOptions;
use crate::request::Request;
use reqwest::header::{HeaderMap, HeaderName, HeaderValue};
use reqwest::redirect::Policy;
use secrecy::zeroize::Zeroize;
use secrecy::{ExposeSecret, SecretSlice, SecretString};
use std::error::Error;
use tokio::time::{Instant, timeout_at};
use waybill_model::Failure;

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
    let response = open(client, request, token, options, deadline).await?;
    Ok(read(response, options, deadline).await)
}

/// Sends the request and gives the answer once its head is there.
pub(crate) async fn open(
    client: &reqwest::Client,
    request: &Request,
    token: &SecretString,
    options: &HttpOptions,
    deadline: Instant,
) -> Result<reqwest::Response, Lost> {
    let headers = headers(request, token).map_err(Lost::NotSent)?;
    let mut builder = client.request(request.method.clone(), request.url.clone()).headers(headers);
    if let Some(body) = &request.body {
        builder = builder.body(body.clone());
    }
    match timeout_at(deadline, builder.send()).await {
        Err(_) => Err(Lost::NoAnswer(no_time(options))),
        Ok(Err(error)) if error.is_connect() || error.is_builder() => Err(Lost::NotSent(cause(error))),
        Ok(Err(error)) => Err(Lost::NoAnswer(cause(error))),
        Ok(Ok(response)) => Ok(response),
    }
}

/// Reads the answer to its end, its cap or the deadline.
pub(crate) async fn read(
    mut response: reqwest::Response,
    options: &HttpOptions,
    deadline: Instant,
) -> RawAnswer {
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
    RawAnswer { status, headers, body: SecretSlice::from(body), end, beside: None }
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
    if request.auth_header.is_empty() {
        return Ok(headers);
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
pub(crate) fn cause(error: reqwest::Error) -> String {
    let timed_out = error.is_timeout();
    let error = error.without_url();
    let mut inner: &dyn Error = &error;
    while let Some(source) = inner.source() {
        inner = source;
    }
    let text = inner.to_string();
    if timed_out { format!("no connection in time ({text})") } else { text }
}
