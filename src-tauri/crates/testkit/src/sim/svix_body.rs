//! Svix: endpoints as they are shown, and what create, PUT and PATCH carry.
//!
//! Sources as in `svix.rs`: the schemas `EndpointIn`, `EndpointUpdate`, `EndpointPatch`, `EndpointOut`.

use super::call::{Call, texts};
use super::svix::{Answer, invalid, page, refuse};
use super::world::Endpoint;
use super::{Shared, SimulatorKind, address};
use crate::catalogue;
use crate::payload::time_text;
use crate::sign::{SigningMaterial, standard_bytes};
use axum::response::Response;
use serde_json::{Map, Value, json as value};

/// Fields whose values are kept as they came.
const KEPT: [&str; 6] = ["channels", "metadata", "rateLimit", "throttleRate", "uid", "version"];

pub(super) fn shown(endpoint: &Endpoint) -> Value {
    let mut shown = value!({
        "id": endpoint.id,
        "url": endpoint.url,
        "version": endpoint.more.get("version").cloned().unwrap_or_else(|| value!(1)),
        "description": endpoint.label.as_deref().unwrap_or(""),
        "filterTypes": if endpoint.events.is_empty() { Value::Null } else { value!(endpoint.events) },
        "disabled": !endpoint.active,
        "createdAt": time_text(endpoint.created_at),
        "updatedAt": time_text(endpoint.updated_at),
    });
    for name in KEPT.iter().filter(|name| **name != "version") {
        let empty = if *name == "metadata" { value!({}) } else { Value::Null };
        shown[*name] = endpoint.more.get(*name).cloned().unwrap_or(empty);
    }
    shown
}

/// Which of the three bodies it is.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// POST.
    New,
    /// PUT.
    Whole,
    /// PATCH.
    Part,
}

/// Puts the settings back to those of a new endpoint; its id and key stay.
pub(super) fn clear(endpoint: &mut Endpoint) {
    endpoint.label = None;
    endpoint.events.clear();
    endpoint.active = true;
    for name in KEPT {
        endpoint.more.remove(name);
    }
}

/// What a body asks for, judged.
#[derive(Default)]
pub(super) struct Wanted {
    url: Option<String>,
    label: Option<String>,
    events: Option<Vec<String>>,
    disabled: Option<bool>,
    secret: Option<String>,
    more: Map<String, Value>,
}

impl Wanted {
    pub(super) fn url(&self) -> &str {
        self.url.as_deref().unwrap_or_default()
    }

    pub(super) fn apply(self, endpoint: &mut Endpoint) {
        if let Some(url) = self.url {
            endpoint.url = url;
        }
        if let Some(label) = self.label {
            endpoint.label = Some(label);
        }
        if let Some(events) = self.events {
            endpoint.events = events;
        }
        if let Some(disabled) = self.disabled {
            endpoint.active = !disabled;
        }
        if let Some(secret) = self.secret {
            endpoint.key = SigningMaterial::Shared(secret);
        }
        endpoint.more.extend(self.more);
    }
}

type Read<T> = Result<T, Box<Response>>;

fn wrong(field: &str, message: &str) -> Box<Response> {
    invalid(&["body", field], message, "value_error")
}

fn mistyped(field: &str, wanted: &str) -> Box<Response> {
    invalid(&["body", field], &format!("value is not a valid {wanted}"), &format!("type_error.{wanted}"))
}

fn text(object: &Map<String, Value>, name: &str) -> Read<Option<String>> {
    match object.get(name) {
        None | Some(Value::Null) => Ok(None),
        Some(Value::String(text)) => Ok(Some(text.clone())),
        Some(_) => Err(mistyped(name, "string")),
    }
}

pub(super) fn read(shared: &Shared, call: &Call, object: &Map<String, Value>, kind: Kind) -> Read<Wanted> {
    let mut known = vec!["url", "description", "disabled", "filterTypes"];
    known.extend(KEPT);
    // PUT has neither; PATCH takes a secret still, as an older way of rotating.
    known.extend(match kind {
        Kind::New => &["secret", "headers"][..],
        Kind::Whole => &[],
        Kind::Part => &["secret"],
    });
    if let Some(name) = call.unknown(shared, object, &known) {
        return Err(wrong(name, "unknown field"));
    }
    let url = text(object, "url")?;
    match &url {
        None if kind != Kind::Part => {
            return Err(invalid(&["body", "url"], "field required", "value_error.missing"));
        }
        None => {}
        Some(url) => {
            let local = shared.options.allow_http_targets;
            if let Err(fault) = address::judge(SimulatorKind::Svix, url, local) {
                let message = match fault {
                    address::Fault::NotHttps => {
                        "endpoint_https_only is set in organization settings: endpoint URL schemes must be https"
                    }
                    _ => "Invalid url",
                };
                return Err(wrong("url", message));
            }
        }
    }
    let secret = text(object, "secret")?;
    let sound = |secret: &String| standard_bytes(secret).is_some_and(|key| (24..=75).contains(&key.len()));
    if secret.as_ref().is_some_and(|secret| !sound(secret)) {
        return Err(wrong("secret", "the secret must be base64 of 24 to 75 bytes, whsec_ before it"));
    }
    let disabled = match object.get("disabled") {
        None => None,
        Some(Value::Bool(flag)) => Some(*flag),
        Some(_) => return Err(mistyped("disabled", "boolean")),
    };
    let mut more = Map::new();
    for name in KEPT {
        if let Some(given) = object.get(name) {
            judge(name, given)?;
            more.insert(name.to_owned(), given.clone());
        }
    }
    if let Some(headers) = object.get("headers").filter(|headers| !headers.is_null()) {
        more.insert("headers".to_owned(), headers.clone());
    }
    let events = filter_types(object)?;
    Ok(Wanted { url, label: text(object, "description")?, events, disabled, secret, more })
}

fn judge(name: &str, given: &Value) -> Read<()> {
    let fits = given.is_null()
        || match name {
            "channels" => texts(given).is_some_and(|list| (1..=10).contains(&list.len())),
            "metadata" => given.as_object().is_some_and(|map| map.values().all(Value::is_string)),
            "uid" => given.as_str().is_some_and(|uid| (1..=256).contains(&uid.len())),
            _ => given.as_u64().is_some_and(|number| number <= u64::from(u16::MAX)),
        };
    if fits { Ok(()) } else { Err(wrong(name, "the value is not valid")) }
}

/// Null or left out means every type; an empty list is refused.
fn filter_types(object: &Map<String, Value>) -> Read<Option<Vec<String>>> {
    let given = match object.get("filterTypes") {
        None => return Ok(None),
        Some(Value::Null) => return Ok(Some(Vec::new())),
        Some(given) => texts(given).ok_or_else(|| mistyped("filterTypes", "list"))?,
    };
    if given.is_empty() {
        return Err(wrong("filterTypes", "filterTypes can't be empty, it must have at least one item."));
    }
    let strange: Vec<_> = given.iter().filter(|word| !catalogue::SVIX.contains(&word.as_str())).collect();
    if strange.is_empty() {
        return Ok(Some(given));
    }
    Err(wrong("filterTypes", &format!("The following type(s) don't exist {strange:?}")))
}

/// A uid is one endpoint's alone.
pub(super) fn uid_is_free(shared: &Shared, object: &Map<String, Value>, but: &str) -> Read<()> {
    let Some(uid) = object.get("uid").and_then(Value::as_str) else { return Ok(()) };
    let world = shared.world();
    let taken = world.endpoints.iter().any(|endpoint| endpoint.text("uid") == uid && endpoint.id != but);
    if taken {
        Err(Box::new(refuse(409, "conflict", "An endpoint with this uid exists already")))
    } else {
        Ok(())
    }
}

/// The types that endpoints can ask for.
pub(super) fn event_types(shared: &Shared, call: &Call) -> Answer {
    let at = time_text(shared.now());
    let shown = |word: &&str| {
        value!({"name": word, "description": format!("{word} happened"), "archived": false, "schemas": null,
            "createdAt": at, "updatedAt": at})
    };
    page(call, catalogue::SVIX, |word| (*word).to_owned(), shown)
}
