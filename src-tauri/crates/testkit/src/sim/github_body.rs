//! GitHub: hooks as they are shown, and the bodies of create and update, read and judged.
//!
//! Sources as in `github.rs`. A property that the schema does not have is refused as "not a permitted
//! key", a key of `config` that it does not have as "Invalid config attribute".

use super::Shared;
use super::call::{Call, texts};
use super::github::refuse;
use super::github_config::{Config, config, read_config};
use super::ids::REPO;
use super::world::Endpoint;
use crate::catalogue;
use crate::payload::second_text;
use axum::response::Response;
use serde_json::{Map, Value, json as value};

/// What a hook belongs to.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Place {
    Repository,
    Organization,
}

impl Place {
    pub(super) const fn scope(self) -> &'static str {
        match self {
            Self::Repository => "repo",
            Self::Organization => "org",
        }
    }

    pub(super) const fn noun(self) -> &'static str {
        match self {
            Self::Repository => "repository",
            Self::Organization => "organization",
        }
    }

    pub(super) fn address(self, shared: &Shared, hook: &str) -> String {
        let slug = &shared.account.slug;
        match self {
            Self::Repository => format!("{}/repos/{slug}/{REPO}/hooks/{hook}", shared.base()),
            Self::Organization => format!("{}/orgs/{slug}/hooks/{hook}", shared.base()),
        }
    }
}

/// Gives a new hook the settings that every hook has.
pub(super) fn furnish(hook: &mut Endpoint, scope: &'static str) {
    hook.scope = scope;
    hook.more.insert("content_type".to_owned(), value!("form"));
    hook.more.insert("insecure_ssl".to_owned(), value!("0"));
}

pub(super) fn id_number(id: &str) -> Value {
    id.parse::<u64>().map_or_else(|_| value!(id), |number| value!(number))
}

pub(super) fn shown(shared: &Shared, place: Place, hook: &Endpoint) -> Value {
    let url = place.address(shared, &hook.id);
    let mut shown = value!({
        "type": if place == Place::Repository { "Repository" } else { "Organization" },
        "id": id_number(&hook.id),
        "name": "web",
        "active": hook.active,
        "events": hook.events,
        "config": config(hook),
        "updated_at": second_text(hook.updated_at),
        "created_at": second_text(hook.created_at),
        "url": url,
        "ping_url": format!("{url}/pings"),
        "deliveries_url": format!("{url}/deliveries"),
    });
    if place == Place::Repository {
        shown["test_url"] = value!(format!("{url}/tests"));
        shown["last_response"] = last_response(hook);
    }
    shown
}

fn last_response(hook: &Endpoint) -> Value {
    match hook.last_status {
        None => value!({"code": null, "status": "unused", "message": null}),
        Some(Some(code @ 200..300)) => value!({"code": code, "status": "active", "message": "OK"}),
        Some(Some(code)) => {
            let message = format!("Invalid HTTP Response: {code}");
            value!({"code": code, "status": "invalid_http_response", "message": message})
        }
        Some(None) => {
            value!({"code": 0, "status": "connection_error", "message": "failed to connect to host"})
        }
    }
}

/// The body of a ping.
pub(super) fn ping(shared: &Shared, place: Place, hook: &Endpoint) -> Value {
    let mut about = value!({
        "zen": "Design for failure.",
        "hook_id": id_number(&hook.id),
        "hook": shown(shared, place, hook),
        "sender": {"login": "octo", "type": "User"},
    });
    let slug = &shared.account.slug;
    if place == Place::Repository {
        about["repository"] = value!({"full_name": format!("{slug}/{REPO}"), "private": true});
    } else {
        about["organization"] = value!({"login": slug});
    }
    about
}

/// 422 with what is wrong, in the shape hooks are refused in.
pub(super) fn invalid(messages: &[String]) -> Response {
    let errors: Vec<_> = messages
        .iter()
        .map(|message| value!({"resource": "Hook", "code": "custom", "message": message}))
        .collect();
    refuse(422, "Validation Failed", &errors)
}

pub(super) type Read<T> = Result<T, Box<Response>>;

pub(super) fn malformed(what: &str) -> Box<Response> {
    Box::new(refuse(422, &format!("Invalid request.\n\n{what}"), &[]))
}

fn read_events(object: &Map<String, Value>, name: &str) -> Read<Option<Vec<String>>> {
    let Some(given) = object.get(name) else { return Ok(None) };
    let words = texts(given)
        .ok_or_else(|| malformed(&format!("For 'properties/{name}', {given} is not an array.")))?;
    let strange = words.iter().find(|word| *word != "*" && !catalogue::GITHUB.contains(&word.as_str()));
    match strange {
        Some(word) => Err(Box::new(invalid(&[format!("The \"{word}\" event cannot be subscribed to")]))),
        None => Ok(Some(words)),
    }
}

fn read_flag(object: &Map<String, Value>, name: &str) -> Read<Option<bool>> {
    match object.get(name) {
        None => Ok(None),
        Some(Value::Bool(flag)) => Ok(Some(*flag)),
        Some(other) => Err(malformed(&format!("For 'properties/{name}', {other} is not a boolean."))),
    }
}

/// What a create call asks for.
pub(super) struct NewHook {
    pub(super) url: String,
    pub(super) config: Config,
    pub(super) events: Vec<String>,
    pub(super) active: bool,
}

fn permitted(shared: &Shared, call: &Call, object: &Map<String, Value>, known: &[&str]) -> Read<()> {
    match call.unknown(shared, object, known) {
        Some(name) => Err(malformed(&format!("\"{name}\" is not a permitted key."))),
        None => Ok(()),
    }
}

pub(super) fn read_new(
    shared: &Shared,
    call: &Call,
    place: Place,
    object: &Map<String, Value>,
) -> Read<NewHook> {
    permitted(shared, call, object, &["name", "config", "events", "active"])?;
    match object.get("name").and_then(Value::as_str) {
        Some("web") => {}
        None if place == Place::Repository && !object.contains_key("name") => {}
        None => return Err(malformed("\"name\" wasn't supplied.")),
        Some(_) => return Err(Box::new(invalid(&["The service name must be \"web\"".to_owned()]))),
    }
    let config = match object.get("config") {
        Some(Value::Object(config)) => read_config(shared, call, config, true)?,
        None if place == Place::Organization => return Err(malformed("\"config\" wasn't supplied.")),
        None => read_config(shared, call, &Map::new(), true)?,
        Some(other) => return Err(malformed(&format!("For 'properties/config', {other} is not an object."))),
    };
    let events = read_events(object, "events")?.filter(|events| !events.is_empty());
    Ok(NewHook {
        url: config.url.clone().unwrap_or_default(),
        config,
        events: events.unwrap_or_else(|| vec!["push".to_owned()]),
        active: read_flag(object, "active")?.unwrap_or(true),
    })
}

/// What an update call asks for.
pub(super) struct Change {
    pub(super) config: Option<Config>,
    events: Option<Vec<String>>,
    added: Vec<String>,
    removed: Vec<String>,
    active: Option<bool>,
}

impl Change {
    /// All but the `config`.
    pub(super) fn apply(&self, hook: &mut Endpoint) {
        if let Some(events) = &self.events {
            hook.events.clone_from(events);
        }
        for word in &self.added {
            if !hook.events.contains(word) {
                hook.events.push(word.clone());
            }
        }
        hook.events.retain(|word| !self.removed.contains(word));
        hook.active = self.active.unwrap_or(hook.active);
    }
}

pub(super) fn read_change(
    shared: &Shared,
    call: &Call,
    place: Place,
    object: &Map<String, Value>,
) -> Read<Change> {
    let known: &[&str] = match place {
        Place::Repository => &["config", "events", "add_events", "remove_events", "active"],
        Place::Organization => &["config", "events", "active", "name"],
    };
    permitted(shared, call, object, known)?;
    let config = match object.get("config") {
        None => None,
        Some(Value::Object(config)) => Some(read_config(shared, call, config, place == Place::Organization)?),
        Some(other) => return Err(malformed(&format!("For 'properties/config', {other} is not an object."))),
    };
    Ok(Change {
        config,
        events: read_events(object, "events")?,
        added: read_events(object, "add_events")?.unwrap_or_default(),
        removed: read_events(object, "remove_events")?.unwrap_or_default(),
        active: read_flag(object, "active")?,
    })
}
