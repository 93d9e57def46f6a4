//! Stripe: webhook endpoints as they are shown, and the parameters of create and update.
//!
//! Sources as in `stripe.rs`. `api_version` and `connect` can be given on creation only, `disabled` on
//! update only. An empty value takes away a key of the metadata.

use super::form::{self, Field};
use super::stripe::invalid;
use super::world::Endpoint;
use super::{Shared, SimulatorKind, address};
use crate::catalogue;
use axum::response::Response;
use serde_json::{Map, Value, json as value};

pub(super) fn shown(endpoint: &Endpoint) -> Value {
    value!({
        "id": endpoint.id,
        "object": "webhook_endpoint",
        "api_version": endpoint.more.get("api_version"),
        "application": null,
        "created": endpoint.created_at.unix(),
        "description": endpoint.label,
        "enabled_events": endpoint.events,
        "livemode": false,
        "metadata": endpoint.more.get("metadata").cloned().unwrap_or_else(|| value!({})),
        "status": if endpoint.active { "enabled" } else { "disabled" },
        "url": endpoint.url,
    })
}

/// The refusal of the first parameter that is not known, unless the options say to ignore such.
pub(super) fn unknown(shared: &Shared, fields: &[Field], known: &[&str]) -> Option<Box<Response>> {
    let strange = |field: &&Field| shared.options.strict && !known.contains(&field.name.as_str());
    let name = &fields.iter().find(strange)?.name;
    Some(invalid("parameter_unknown", name, &format!("Received unknown parameter: {name}")))
}

/// The parameters of a create or update call, judged.
pub(super) struct Wanted {
    url: Option<String>,
    events: Option<Vec<String>>,
    label: Option<String>,
    disabled: Option<bool>,
    version: Option<String>,
    metadata: Vec<(String, String)>,
    without_metadata: bool,
}

impl Wanted {
    pub(super) fn url(&self) -> &str {
        self.url.as_deref().unwrap_or_default()
    }

    pub(super) fn apply(self, endpoint: &mut Endpoint) {
        if let Some(url) = self.url {
            endpoint.url = url;
        }
        if let Some(events) = self.events {
            endpoint.events = events;
        }
        if let Some(label) = self.label {
            endpoint.label = (!label.is_empty()).then_some(label);
        }
        if let Some(disabled) = self.disabled {
            endpoint.active = !disabled;
        }
        if let Some(version) = self.version {
            endpoint.more.insert("api_version".to_owned(), value!(version));
        }
        let kept = endpoint.more.entry("metadata").or_insert_with(|| Value::Object(Map::new()));
        if let Some(kept) = kept.as_object_mut() {
            if self.without_metadata {
                kept.clear();
            }
            for (name, text) in self.metadata {
                if text.is_empty() {
                    kept.remove(&name);
                } else {
                    kept.insert(name, value!(text));
                }
            }
        }
    }
}

fn flag(fields: &[Field], name: &str) -> Result<Option<bool>, Box<Response>> {
    match form::one(fields, name) {
        None => Ok(None),
        Some("true") => Ok(Some(true)),
        Some("false") => Ok(Some(false)),
        Some(other) => Err(invalid("", name, &format!("Invalid boolean: {other}"))),
    }
}

pub(super) fn read(shared: &Shared, fields: &[Field], new: bool) -> Result<Wanted, Box<Response>> {
    let mut known = vec!["url", "enabled_events", "description", "metadata"];
    known.extend(if new { &["api_version", "connect"][..] } else { &["disabled"] });
    if let Some(refused) = unknown(shared, fields, &known) {
        return Err(refused);
    }
    let required =
        |name: &str| invalid("parameter_missing", name, &format!("Missing required param: {name}."));
    let url = form::one(fields, "url").map(str::to_owned);
    match &url {
        None if new => return Err(required("url")),
        None => {}
        Some(url) => {
            let local = shared.options.allow_http_targets;
            if let Err(fault) = address::judge(SimulatorKind::Stripe, url, local) {
                let message = match fault {
                    address::Fault::HostRefused => {
                        "Invalid URL: URL must be publicly accessible. Consider using a tool to tunnel \
                         requests to your local environment."
                    }
                    _ => "Not a valid URL",
                };
                return Err(invalid("url_invalid", "url", message));
            }
        }
    }
    let events = form::list(fields, "enabled_events");
    if form::one(fields, "enabled_events").is_some_and(|text| !text.is_empty()) {
        return Err(invalid("", "enabled_events", "Invalid array"));
    }
    match &events {
        None if new => return Err(required("enabled_events")),
        Some(words) if words.is_empty() => return Err(required("enabled_events")),
        _ => {}
    }
    for (at, word) in events.iter().flatten().enumerate() {
        if word != "*" && !catalogue::STRIPE.contains(&word.as_str()) {
            let param = format!("enabled_events[{at}]");
            let message = format!("Invalid {param}: must be one of *, {}", catalogue::STRIPE.join(", "));
            return Err(invalid("", &param, &message));
        }
    }
    flag(fields, "connect")?;
    let pairs = fields.iter().filter(|field| field.name == "metadata");
    let pairs = pairs.filter_map(|field| Some((field.inner.clone()?, field.value.clone())));
    Ok(Wanted {
        url,
        events,
        label: form::one(fields, "description").map(str::to_owned),
        disabled: flag(fields, "disabled")?,
        version: form::one(fields, "api_version").map(str::to_owned),
        metadata: pairs.collect(),
        without_metadata: form::one(fields, "metadata") == Some(""),
    })
}
