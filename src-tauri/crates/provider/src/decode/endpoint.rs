//! An endpoint as the provider answers it, in the common form.

use super::{Read, count, instant, needed, strip, text};
use crate::description::{AllKind, Description, EmptyList};
use crate::path;
use serde_json::Value;
use waybill_model::{AllEvents, Credential, CredentialKind, Endpoint, Name};

/// Reads one endpoint.
pub(crate) fn endpoint(
    description: &Description,
    scope: &str,
    connection: &Name,
    mut raw: Value,
) -> Read<Endpoint> {
    if !raw.is_object() {
        return Err(format!("its answer is {} where an endpoint is expected", path::kind(&raw)));
    }
    strip(&mut raw, &description.credential.secret_fields);
    let map = &description.endpoint;
    let events = match &description.events.flags {
        Some(flags) => flagged(&raw, &map.events, flags.get_ref()),
        None => events(&raw, &map.events)?,
    };
    let all_events = all_events(description, scope, &events, path::at(&raw, &map.events));
    let active = active(description, &raw)?;
    let status = text(&raw, map.status.as_ref())?;
    Ok(Endpoint {
        id: needed(&raw, &map.id)?,
        connection: connection.clone(),
        provider: description.id().to_owned(),
        url: needed(&raw, &map.url)?,
        label: text(&raw, map.label.as_ref())?.unwrap_or_default(),
        events,
        all_events,
        active,
        status: status.unwrap_or_else(|| if active { "active" } else { "inactive" }.to_owned()),
        failures: count(&raw, map.failures.as_ref())?,
        disabled_reason: text(&raw, map.disabled_reason.as_ref())?.filter(|reason| !reason.is_empty()),
        created_at: instant(&raw, map.created_at.as_ref(), map.time_unit)?,
        updated_at: instant(&raw, map.updated_at.as_ref(), map.time_unit)?,
        revision: text(&raw, map.revision.as_ref())?,
        credential: Credential { kind: description.credential.kind, in_vault: false },
        inbox: None,
        raw,
    })
}

/// The public key, for a provider that signs with a private one.
pub(crate) fn public_key(description: &Description, raw: &Value) -> Option<String> {
    let key = path::at(raw, &description.credential.at)?.as_str()?;
    (description.credential.kind == CredentialKind::PublicKey && !key.is_empty()).then(|| key.to_owned())
}

fn events(raw: &Value, at: &str) -> Read<Vec<String>> {
    let items = match path::at(raw, at) {
        None | Some(Value::Null) => return Ok(Vec::new()),
        Some(Value::Array(items)) => items,
        Some(other) => return Err(format!("`{at}` is {} where a list is expected", path::kind(other))),
    };
    let word = |item: &Value| match item {
        Value::String(word) => Ok(word.clone()),
        other => Err(format!("`{at}` holds {} where event types are expected", path::kind(other))),
    };
    items.iter().map(word).collect()
}

/// The members that are true and end as event types do.
fn flagged(raw: &Value, at: &str, ending: &str) -> Vec<String> {
    let members = path::at(raw, at).and_then(Value::as_object);
    let chosen = |(name, value): (&String, &Value)| {
        (name.ends_with(ending) && value.as_bool() == Some(true)).then(|| name.clone())
    };
    members.into_iter().flatten().filter_map(chosen).collect()
}

/// Whether the provider sends every type: by a word that says so, by an empty list where that says
/// so, or because every known type is named.
fn all_events(description: &Description, scope: &str, events: &[String], answered: Option<&Value>) -> bool {
    let rules = &description.events;
    if events.is_empty() {
        // Where null is the word for all, a list that is left out says the same.
        return match answered {
            None | Some(Value::Null) if *rules.all.get_ref() == AllKind::Null => true,
            answered => answered.is_some() && rules.empty_means == EmptyList::All,
        };
    }
    if events.iter().any(|event| rules.read_as_all.contains(event)) {
        return true;
    }
    match description.all_events() {
        AllEvents::Wildcard { word } => events.contains(&word),
        AllEvents::Explicit => {
            let every = description.every_type(scope);
            !every.is_empty() && every.iter().all(|event| events.contains(event))
        }
        AllEvents::Empty => false,
    }
}

/// An answer that does not speak of the state is of an endpoint that sends: every provider known
/// makes them so.
fn active(description: &Description, raw: &Value) -> Read<bool> {
    let map = &description.endpoint;
    match (path::at(raw, &map.active), &map.active_words) {
        (None | Some(Value::Null), _) => Ok(true),
        (Some(Value::Bool(active)), None) => Ok(*active == map.active_is),
        (Some(Value::String(word)), Some(words)) => {
            Ok(words.iter().any(|known| known.eq_ignore_ascii_case(word)))
        }
        (Some(other), words) => {
            let expected = if words.is_some() { "text" } else { "true or false" };
            Err(format!("`{}` is {} where {expected} is expected", map.active, path::kind(other)))
        }
    }
}
