//! From an answer's bytes to the common form.
//!
//! What an endpoint can't be without (id, address) must be there and of its type, or the answer is
//! unreadable; everything else may be absent. Members nobody knows are kept in `raw` and are never
//! an error. Secrets are taken out of the value before anything else looks at it.

mod endpoint;
mod log;
mod page;
mod request;
mod secret;

pub(crate) use endpoint::{endpoint, public_key};
pub(crate) use log::{Outcome, log_entry, outcome};
pub(crate) use page::Pages;
pub(crate) use request::{choice, logged_request};
pub(crate) use secret::{strip, take};

use crate::answer::RawAnswer;
use crate::description::TimeUnit;
use crate::path;
use secrecy::ExposeSecret;
use serde_json::Value;
use waybill_model::Timestamp;

/// What is wrong with an answer, as the end of "… answered 200, but".
pub(crate) type Read<T> = Result<T, String>;

/// The answer as JSON.
pub(crate) fn json(answer: &RawAnswer) -> Read<Value> {
    let bytes = answer.body.expose_secret();
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    if bytes.iter().all(u8::is_ascii_whitespace) {
        return Err("its answer is empty".to_owned());
    }
    serde_json::from_slice(bytes).map_err(|error| {
        let kind = answer.header("content-type").unwrap_or("no content type");
        let first = bytes.iter().find(|byte| !byte.is_ascii_whitespace());
        if first == Some(&b'<') || kind.starts_with("text/html") {
            return "its answer is a web page, not JSON".to_owned();
        }
        match error.classify() {
            serde_json::error::Category::Eof => "its answer ends in the middle of the JSON".to_owned(),
            _ => format!("its answer is not JSON (line {}, column {})", error.line(), error.column()),
        }
    })
}

/// Text that must be there; a number's digits are taken as text, since ids are opaque.
fn needed(value: &Value, at: &str) -> Read<String> {
    match path::at(value, at) {
        Some(Value::String(text)) if !text.is_empty() => Ok(text.clone()),
        Some(Value::Number(number)) => Ok(number.to_string()),
        Some(other) => Err(format!("`{at}` is {} where text is expected", path::kind(other))),
        None => Err(format!("`{at}` is missing in its answer")),
    }
}

/// Text that may be absent or null.
fn text(value: &Value, at: Option<&String>) -> Read<Option<String>> {
    let Some(at) = at else { return Ok(None) };
    match path::at(value, at) {
        None | Some(Value::Null) => Ok(None),
        Some(Value::String(text)) => Ok(Some(text.clone())),
        Some(Value::Number(number)) => Ok(Some(number.to_string())),
        Some(other) => Err(format!("`{at}` is {} where text is expected", path::kind(other))),
    }
}

/// An instant that may be absent or null: text as it is, the rest as RFC 3339.
fn instant(value: &Value, at: Option<&String>, unit: TimeUnit) -> Read<Option<String>> {
    let Some(text) = text(value, at)? else { return Ok(None) };
    Ok(Some(match unit {
        TimeUnit::Text => text,
        TimeUnit::Unix => text.parse().map_or(text, second),
        TimeUnit::HttpDate => httpdate::parse_http_date(&text)
            .ok()
            .and_then(|instant| instant.duration_since(std::time::UNIX_EPOCH).ok())
            .and_then(|since| i64::try_from(since.as_secs()).ok())
            .map_or(text, second),
    }))
}

/// A whole second as RFC 3339, without the fraction that a timestamp is written with.
fn second(seconds: i64) -> String {
    Timestamp::from_unix(seconds).to_string().replace(".000000000Z", "Z")
}

/// A number that may be absent or null.
fn number(value: &Value, at: Option<&String>) -> Read<Option<f64>> {
    let Some(at) = at else { return Ok(None) };
    match path::at(value, at) {
        None | Some(Value::Null) => Ok(None),
        Some(Value::Number(number)) => Ok(number.as_f64()),
        Some(other) => Err(format!("`{at}` is {} where a number is expected", path::kind(other))),
    }
}

/// A count that may be absent or null.
fn count(value: &Value, at: Option<&String>) -> Read<Option<u64>> {
    let Some(at) = at else { return Ok(None) };
    match path::at(value, at) {
        None | Some(Value::Null) => Ok(None),
        Some(Value::Number(number)) if number.is_u64() => Ok(number.as_u64()),
        Some(other) => Err(format!("`{at}` is {} where a count is expected", path::kind(other))),
    }
}

/// An HTTP status that may be absent, null or 0 (no answer). As text it may also be words: no status.
fn status(value: &Value, at: Option<&String>) -> Read<Option<u16>> {
    if let Some(Value::String(text)) = at.and_then(|at| path::at(value, at)) {
        return Ok(text.trim().parse().ok().filter(|status| *status != 0));
    }
    Ok(count(value, at)?.and_then(|number| u16::try_from(number).ok()).filter(|status| *status != 0))
}
