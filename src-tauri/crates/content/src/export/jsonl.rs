//! A delivery as one line of JSON: the delivery as `deliveries show` writes it, its body as text where that
//! loses nothing, else as base64.

use super::Exchange;
use crate::head::Head;
use crate::redact::{Secrets, header_value, query};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

/// The delivery as one line, without the line break. With credentials included a head that its fields
/// can't say exactly (odd spacing, bytes that are no UTF-8) stands beside them as `head_base64`.
#[must_use]
pub fn jsonl(exchange: &Exchange<'_>, secrets: Secrets) -> String {
    let mut line = serde_json::to_value(exchange.delivery).unwrap_or(Value::Null);
    let headers = exchange.headers();
    let shown: Vec<(&str, String)> =
        headers.iter().map(|(n, v)| (n.as_str(), header_value(n, v, secrets).into_owned())).collect();
    line["headers"] = json!(shown);
    line["query"] = json!(query(&exchange.delivery.query, secrets));
    line["body"] = body_value(exchange.body);
    if secrets == Secrets::Included
        && !exchange.head.is_empty()
        && rebuilt(exchange, &headers) != exchange.head
    {
        line["head_base64"] = json!(STANDARD.encode(exchange.head));
    }
    line.to_string()
}

/// `{"text"}` when the bytes are UTF-8, else `{"base64"}`.
pub(crate) fn body_value(body: &[u8]) -> Value {
    match std::str::from_utf8(body) {
        Ok(text) => json!({ "text": text }),
        Err(_) => json!({ "base64": STANDARD.encode(body) }),
    }
}

/// The head that an import would make of the line's fields.
fn rebuilt(exchange: &Exchange<'_>, headers: &[(String, String)]) -> Vec<u8> {
    Head {
        method: exchange.delivery.method.clone().into_bytes(),
        target: exchange.target(Secrets::Included).into_bytes(),
        version: b"HTTP/1.1".to_vec(),
        headers: headers.iter().map(|(n, v)| (n.clone().into_bytes(), v.clone().into_bytes())).collect(),
    }
    .to_bytes()
}
