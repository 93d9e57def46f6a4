//! Svix: headers of the user's own that go with every delivery to an endpoint.

use super::Shared;
use super::call::{Call, empty, json, texts};
use super::svix::{Answer, invalid, object, with_endpoint};
use serde_json::{Value, json as value};

pub(super) fn show(shared: &Shared, id: &str) -> Answer {
    with_endpoint(shared, id, |endpoint| {
        let headers = endpoint.more.get("headers").cloned().unwrap_or_else(|| value!({}));
        Ok(json(200, &value!({"headers": headers, "sensitive": []})))
    })
}

/// PUT replaces the headers, PATCH changes some of them; null takes one away.
pub(super) fn set(shared: &Shared, call: &Call, id: &str) -> Answer {
    let object = object(call)?;
    let patch = call.method == "PATCH";
    let known: &[&str] = if patch { &["headers", "deleteHeaders"] } else { &["headers"] };
    if let Some(name) = call.unknown(shared, &object, known) {
        return Err(invalid(&["body", name], "unknown field", "value_error"));
    }
    let Some(given) = object.get("headers").and_then(Value::as_object) else {
        return Err(invalid(&["body", "headers"], "field required", "value_error.missing"));
    };
    let dropped = object.get("deleteHeaders").and_then(texts).unwrap_or_default();
    with_endpoint(shared, id, |endpoint| {
        let kept = endpoint.more.entry("headers").or_insert_with(|| value!({}));
        if let Some(kept) = kept.as_object_mut() {
            if !patch {
                kept.clear();
            }
            kept.extend(given.clone());
            kept.retain(|name, text| !text.is_null() && !dropped.contains(name));
        }
        Ok(empty(204))
    })
}
