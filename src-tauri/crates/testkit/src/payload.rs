//! Bodies that look like those of the providers: their envelopes, with invented data in them.
//!
//! Promise: an envelope has the documented fields in the documented places; where a provider's page
//! gives none (MindBridge, most of Mynd) it has the assumed ones. The data inside is filler of a
//! chosen size. Left out: the providers' real data models.

use crate::catalogue::gitlab_word;
use crate::clock::SeededEntropy;
use crate::sign::Form;
use serde_json::{Map, Value, json};
use waybill_model::Timestamp;

/// What the filler is drawn from: plain words, some beyond ASCII, so that nothing may count characters as bytes.
const WORDS: &[&str] = &[
    "account",
    "threshold",
    "ledger",
    "review",
    "policy",
    "agent",
    "drift",
    "quarterly",
    "batch",
    "vérifié",
    "queue",
    "handler",
    "Zürich",
    "approval",
    "retry",
    "checksum",
    "invoice",
    "señal",
    "window",
    "report",
    "東京",
    "payload",
    "session",
    "upstream",
    "metric",
];

/// A thing that happened, before it has been put in the envelope of any endpoint.
#[derive(Clone, Debug)]
pub(crate) struct Event {
    pub(crate) id: String,
    pub(crate) event_type: String,
    pub(crate) created_at: Timestamp,
    pub(crate) data: Value,
}

/// The account that an event happened in.
#[derive(Clone, Debug)]
pub(crate) struct Account {
    pub(crate) id: String,
    pub(crate) slug: String,
    pub(crate) name: String,
}

/// RFC 3339 with milliseconds, as the providers write it.
pub(crate) fn time_text(at: Timestamp) -> String {
    let text = at.to_string();
    format!("{}Z", text.get(..23).unwrap_or(&text))
}

/// RFC 3339 with whole seconds, as GitHub and GitLab write it.
pub(crate) fn second_text(at: Timestamp) -> String {
    let text = at.to_string();
    format!("{}Z", text.get(..19).unwrap_or(&text))
}

/// The body of a delivery of `event` under the envelope that goes with `form`.
pub(crate) fn envelope(form: Form, event: &Event, account: &Account) -> Vec<u8> {
    let at = time_text(event.created_at);
    let (id, kind, data) = (&event.id, &event.event_type, &event.data);
    let value = match form {
        Form::Mnemom => {
            json!({"id": id, "type": kind, "created_at": at, "account_id": account.id, "data": data})
        }
        Form::MnemomAip => json!({"event": kind, "timestamp": at, "checkpoint": data}),
        Form::MnemomAap => json!({
            "event": kind, "all_events": ["trace.created", kind], "timestamp": at, "trace": data,
            "escalation": null, "policy": null,
        }),
        Form::MnemomCard => json!({"type": "card_changed", "delivered_at": at, "data": data}),
        Form::Timbrix => json!({
            "event": kind,
            "organization": {"id": account.id, "slug": account.slug, "name": account.name},
            "data": data,
            "timestamp": at,
        }),
        Form::MindBridge => json!({"type": kind, "timestamp": at, "data": data}),
        Form::Mynd => json!({"id": id, "object": "event", "type": kind, "created_at": at, "data": data}),
        Form::Stripe => json!({
            "id": id, "object": "event", "api_version": "2026-03-25", "created": event.created_at.unix(),
            "type": kind, "livemode": false, "pending_webhooks": 1, "data": {"object": data},
        }),
        Form::GitHub => json!({
            "ref": "refs/heads/main", "action": kind, "repository": {"full_name": "acme/ledger", "private": true},
            "sender": {"login": "octo", "type": "User"}, "payload": data,
        }),
        Form::GitLab | Form::GitLabSigned => json!({
            "object_kind": gitlab_word(kind).1, "event_name": gitlab_word(kind).1, "created_at": at,
            "user": {"id": 1, "username": "root"},
            "project": {"id": 7, "name": account.name, "path_with_namespace": "acme/ledger"},
            "object_attributes": data,
        }),
        Form::Svix => json!({"type": kind, "timestamp": at, "data": data}),
    };
    value.to_string().into_bytes()
}

/// Invented data for an event of this type, about `size` bytes long as JSON.
pub(crate) fn data(event_type: &str, size: usize, draw: &SeededEntropy) -> Value {
    let family = event_type.split(['.', '_']).next().unwrap_or("item").to_ascii_lowercase();
    let failed = event_type.to_ascii_lowercase().contains("fail");
    let mut fields = Map::new();
    fields.insert("id".to_owned(), json!(format!("{family}_{}", draw.hex(8))));
    fields.insert("status".to_owned(), json!(if failed { "failed" } else { "completed" }));
    fields.insert("amount".to_owned(), json!(draw.below(9_000_000)));
    // Written as a decimal with a trailing zero, which a reader must not tidy away.
    fields.insert("score".to_owned(), json!(format!("0.{:02}0", draw.below(100))));
    fields.insert(
        "actor".to_owned(),
        json!({"id": draw.uuid(), "name": draw.pick(&["Ana", "José", "李雷", "Maud"])}),
    );
    fields.insert(
        "metadata".to_owned(),
        json!({"trace": draw.hex(32), "attempt": draw.below(4), "note": null}),
    );
    let mut items = Vec::new();
    let mut used = Value::Object(fields.clone()).to_string().len() + 12;
    while used < size {
        let text: Vec<&str> = (0..6).map(|_| draw.pick(WORDS)).collect();
        let item = json!({"line": items.len() + 1, "ref": draw.hex(10), "text": text.join(" "), "ok": draw.below(5) > 0});
        used += item.to_string().len() + 1;
        items.push(item);
    }
    fields.insert("items".to_owned(), Value::Array(items));
    Value::Object(fields)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn data_is_about_as_long_as_asked_and_repeats_with_its_seed() {
        for size in [400, 1_500, 20_000] {
            let draw = || data("run.failed", size, &SeededEntropy::new(4)).to_string();
            let length = draw().len();
            assert!((size - 20..size + 300).contains(&length), "{size}: {length}");
            assert_eq!(draw(), draw());
        }
    }

    #[test]
    fn times_are_written_to_the_millisecond() {
        assert_eq!(time_text(Timestamp(1_767_225_600_123_456_789)), "2026-01-01T00:00:00.123Z");
    }
}
