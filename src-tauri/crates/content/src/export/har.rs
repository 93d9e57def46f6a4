//! HAR 1.2 (the W3C web performance group's draft), entry by entry, so that an export of any length streams.

use super::Exchange;
use crate::redact::{Secrets, header_value};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

/// The beginning of a HAR file; entries follow, separated by commas.
#[must_use]
pub fn har_open(version: &str) -> String {
    let creator = json!({ "name": "Waybill", "version": version });
    format!("{{\"log\":{{\"version\":\"1.2\",\"creator\":{creator},\"pages\":[],\"entries\":[")
}

/// The end of a HAR file.
#[must_use]
pub const fn har_close() -> &'static str {
    "]}}\n"
}

/// One delivery as an entry. A body that is no UTF-8 is base64 under `_encoding`, because the format has
/// no field for it in requests; the answer's body is not kept, so it is absent.
#[must_use]
pub fn har_entry(exchange: &Exchange<'_>, secrets: Secrets) -> String {
    let delivery = exchange.delivery;
    let pairs = exchange.headers();
    let headers: Vec<Value> =
        pairs.iter().map(|(n, v)| json!({ "name": n, "value": header_value(n, v, secrets) })).collect();
    let host = exchange.header("host").unwrap_or_else(|| "127.0.0.1".to_owned());
    let query = crate::redact::query(&delivery.query, secrets);
    let (fields, _) = crate::form_fields(query.as_bytes());
    let query_string: Vec<Value> =
        fields.iter().map(|f| json!({ "name": f.name, "value": f.value })).collect();
    let milliseconds = delivery.duration_us as f64 / 1000.0;
    let mut request = json!({
        "method": delivery.method,
        "url": format!("http://{host}{}", exchange.target(secrets)),
        "httpVersion": "HTTP/1.1",
        "cookies": [],
        "headers": headers,
        "queryString": query_string,
        "headersSize": if exchange.head.is_empty() { -1 } else { i64::try_from(exchange.head.len()).unwrap_or(-1) },
        "bodySize": exchange.body.len(),
    });
    if !exchange.body.is_empty() {
        let mime = exchange.header("content-type").unwrap_or_default();
        request["postData"] = match std::str::from_utf8(exchange.body) {
            Ok(text) => json!({ "mimeType": mime, "params": [], "text": text }),
            Err(_) => {
                json!({ "mimeType": mime, "params": [], "text": STANDARD.encode(exchange.body), "_encoding": "base64" })
            }
        };
    }
    json!({
        "startedDateTime": delivery.received_at,
        "time": milliseconds,
        "request": request,
        "response": {
            "status": delivery.status,
            "statusText": "",
            "httpVersion": "HTTP/1.1",
            "cookies": [],
            "headers": [],
            "content": { "size": 0, "mimeType": "x-unknown" },
            "redirectURL": "",
            "headersSize": -1,
            "bodySize": -1,
        },
        "cache": {},
        "timings": { "send": 0, "wait": milliseconds, "receive": 0 },
        "_waybill": { "id": delivery.id, "inbox": delivery.inbox, "verdict": delivery.verdict, "reason": delivery.reason },
    })
    .to_string()
}
