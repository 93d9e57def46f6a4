//! What a request tells of itself: what happened, which event, which delivery.

use crate::describe::{IdentityFile, Source};
use crate::json::Pointer;
use crate::reader::Reader;
use crate::request::Request;
use crate::scheme::Scheme;
use std::collections::BTreeMap;
use std::sync::LazyLock;

/// What a request tells of itself; at most 256 characters each, never empty.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Identity {
    /// The provider's word for what happened.
    pub event_type: Option<String>,
    /// The provider's id of the event: the same over its retries.
    pub event_id: Option<String>,
    /// The provider's id of this delivery or attempt.
    pub delivery_id: Option<String>,
}

impl Identity {
    /// Each value of this identity, or the other's where this one has none.
    #[must_use]
    pub fn or(self, other: Self) -> Self {
        Self {
            event_type: self.event_type.or(other.event_type),
            event_id: self.event_id.or(other.event_id),
            delivery_id: self.delivery_id.or(other.delivery_id),
        }
    }
}

/// What `request` tells of itself in the places that `scheme` names. Says nothing of whether it is true.
#[must_use]
pub fn identity(scheme: &Scheme, request: &Request<'_>) -> Identity {
    read(&scheme.identity, &scheme.pointers, request)
}

/// The same without a scheme: the places where senders usually put these things.
#[must_use]
pub fn generic_identity(request: &Request<'_>) -> Identity {
    let (selectors, pointers) = &*GENERIC;
    read(selectors, pointers, request)
}

/// The usual places, in the language of scheme files.
static GENERIC: LazyLock<(IdentityFile, Vec<Pointer>)> = LazyLock::new(|| {
    let selectors: IdentityFile = toml::from_str(include_str!("generic_identity.toml")).unwrap_or_default();
    let lists = [&selectors.event_type, &selectors.event_id, &selectors.delivery_id];
    let all = lists.into_iter().flat_map(|list| &list.0).flat_map(|selector| selector.sources());
    let pointers = all.filter_map(Source::pointer).cloned().collect();
    (selectors, pointers)
});

fn read(selectors: &IdentityFile, pointers: &[Pointer], request: &Request<'_>) -> Identity {
    let config = BTreeMap::new();
    let reader = Reader::new(*request, &config, pointers);
    Identity {
        event_type: reader.select(&selectors.event_type.0),
        event_id: reader.select(&selectors.event_id.0),
        delivery_id: reader.select(&selectors.delivery_id.0),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn usual_places_are_known() {
        let rows: &[(&[(&str, &str)], &str, [Option<&str>; 3])] = &[
            (&[], r#"{"type":"a.b","id":"e1"}"#, [Some("a.b"), Some("e1"), None]),
            (&[], r#"{"event":"x","eventId":7}"#, [Some("x"), Some("7"), None]),
            (&[], r#"{"event":{"type":"deep","id":"d"}}"#, [Some("deep"), Some("d"), None]),
            (&[], r#"{"eventType":"DATA_ADDED"}"#, [Some("DATA_ADDED"), None, None]),
            (
                &[("x-github-event", "push"), ("X-GitHub-Delivery", "g-1")],
                r#"{"id":1}"#,
                [Some("push"), Some("g-1"), Some("g-1")],
            ),
            (&[("Webhook-Id", "msg_1")], r#"{"type":"t","id":"other"}"#, [Some("t"), Some("msg_1"), None]),
            (&[], "not json", [None, None, None]),
            (&[], r#"{"type":"","event":"e"}"#, [Some("e"), None, None]),
            (&[], r#"{"type":{"no":"text"}}"#, [None, None, None]),
        ];
        for (headers, body, expected) in rows {
            let headers: Vec<_> = headers.iter().map(|(n, v)| (n.as_bytes(), v.as_bytes())).collect();
            let request = Request { headers: &headers, body: body.as_bytes(), ..Request::default() };
            let found = generic_identity(&request);
            let found = [&found.event_type, &found.event_id, &found.delivery_id].map(Option::as_deref);
            assert_eq!(found, *expected, "{body}");
        }
    }

    #[test]
    fn long_values_are_cut_at_a_character() {
        let body = format!("{{\"type\":\"{}\"}}", "é".repeat(1000));
        let request = Request { body: body.as_bytes(), ..Request::default() };
        assert_eq!(generic_identity(&request).event_type, Some("é".repeat(256)));
    }
}
