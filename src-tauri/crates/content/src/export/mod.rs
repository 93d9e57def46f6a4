//! Deliveries as text and files for other programs: cURL, raw HTTP, JSONL, HAR 1.2.
//!
//! Credentials are left out unless they are asked for ([`crate::Secrets`]). What can't be carried
//! faithfully (a header that can't stand on a command line) is named, not silently dropped.

mod curl;
mod har;
mod jsonl;
mod raw;

pub use curl::{CurlCommand, curl};
pub use har::{har_close, har_entry, har_open};
pub use jsonl::jsonl;
pub use raw::raw;

use crate::head::Head;
use waybill_model::{Delivery, HeaderPair};

/// A delivery with its bytes.
#[derive(Clone, Copy, Debug)]
pub struct Exchange<'a> {
    /// What is known of it.
    pub delivery: &'a Delivery,
    /// The head as it came; empty when only the headers are known.
    pub head: &'a [u8],
    /// The body as it came.
    pub body: &'a [u8],
}

impl Exchange<'_> {
    /// The headers in order.
    pub(crate) fn headers(&self) -> Vec<HeaderPair> {
        if self.head.is_empty() { self.delivery.headers.clone() } else { Head::parse(self.head).pairs() }
    }

    /// The first value under `name`.
    pub(crate) fn header(&self, name: &str) -> Option<String> {
        self.headers().into_iter().find(|(n, _)| n.eq_ignore_ascii_case(name)).map(|(_, v)| v)
    }

    /// Path and query as exported.
    pub(crate) fn target(&self, secrets: crate::Secrets) -> String {
        let path = if self.delivery.path.is_empty() { "/" } else { &self.delivery.path };
        let query = crate::redact::query(&self.delivery.query, secrets);
        if query.is_empty() { path.to_owned() } else { format!("{path}?{query}") }
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use waybill_model::{DeliveryId, Origin, Reason, Timestamp, Verdict};

    /// A delivery as the store would answer it.
    pub(crate) fn delivery(headers: &[(&str, &str)], body: &[u8]) -> Delivery {
        Delivery {
            id: DeliveryId(7),
            inbox: "mynd".parse().unwrap(),
            received_at: Timestamp(1_781_166_727_418_000_001),
            method: "POST".to_owned(),
            path: "/in/mynd".to_owned(),
            query: "a=1&token=hush".to_owned(),
            headers: headers.iter().map(|&(n, v)| (n.to_owned(), v.to_owned())).collect(),
            body_size: body.len() as u64,
            body_sha256: String::new(),
            verdict: Verdict::Valid,
            reason: Reason::Ok,
            scheme: None,
            secret: None,
            event_type: None,
            event_id: None,
            delivery_id: None,
            status: 200,
            duration_us: 1800,
            origin: Origin::Captured,
            peer: None,
            starred: false,
            note: String::new(),
            truncated: false,
            refused: None,
            handshake: None,
            attempts: 0,
        }
    }
}
