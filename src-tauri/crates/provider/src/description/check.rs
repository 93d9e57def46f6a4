//! The rules of a description file that its grammar can't express: names that must exist, addresses
//! that must be safe. `check_calls` looks at the operations. Stops at the first fault.

use super::Description;
use super::access::AuthKind;
use super::check_calls::{check_choices, check_operation, check_sign_in};
use super::rules::AllKind;
use crate::base;
use reqwest::header::{HeaderName, HeaderValue};
use std::collections::BTreeSet;
use std::ops::Range;
use toml::Spanned;
use waybill_model::{CredentialKind, Support};

pub(super) type Checked = Result<(), (Option<Range<usize>>, String)>;

pub(super) fn fault<T>(place: &Spanned<T>, message: impl Into<String>) -> Checked {
    Err((Some(place.span()), message.into()))
}

pub(super) fn check(description: &Description, file: &str) -> Checked {
    identity(description, file)?;
    addresses(description)?;
    scopes(description)?;
    credentials(description)?;
    fields(description)?;
    events(description)?;
    for (operation, shape) in description.operations() {
        check_operation(description, operation, shape)?;
    }
    let log = &description.operations.log;
    if log.get_ref().support != Support::Unsupported && description.log.is_none() {
        return fault(log, "there is a log operation, so a table [log] must say how an entry is read");
    }
    Ok(())
}

fn identity(description: &Description, file: &str) -> Checked {
    let id = description.id();
    let good = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
    if id.is_empty() || !id.chars().all(good) {
        return fault(&description.id, "an id is made of a-z, 0-9 and '-'");
    }
    let name = file.rsplit(['/', '\\']).next().unwrap_or(file);
    match name.strip_suffix(".toml") {
        Some(stem) if stem != id => {
            fault(&description.id, format!("the file {name} must describe the provider {stem:?}, not {id:?}"))
        }
        _ => Ok(()),
    }
}

fn addresses(description: &Description) -> Checked {
    let mut names = BTreeSet::new();
    for variable in &description.variables {
        let name = variable.name.get_ref();
        if name.is_empty() || !name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_') {
            return fault(&variable.name, "a variable's name is made of letters, digits and '_'");
        }
        if name == "id" {
            return fault(&variable.name, "`id` stands for the endpoint in paths and can't be a variable");
        }
        if !names.insert(name.as_str()) {
            return fault(&variable.name, format!("the variable {name} is there twice"));
        }
    }
    if description.bases.is_empty() {
        return Err((None, "a provider needs at least one address in [[bases]]".to_owned()));
    }
    for address in &description.bases {
        let text = address.url.get_ref();
        for name in base::placeholders(text) {
            known_variable(description, &address.url, name)?;
        }
        let filled = base::placeholders(text)
            .into_iter()
            .fold(text.clone(), |text, name| text.replace(&format!("{{{name}}}"), "x"));
        if let Err(problem) = base::parse(&filled) {
            return fault(&address.url, problem);
        }
    }
    Ok(())
}

fn scopes(description: &Description) -> Checked {
    let mut ids = BTreeSet::new();
    for scope in &description.scopes {
        if !ids.insert(scope.id.get_ref()) {
            return fault(&scope.id, format!("the scope {} is there twice", scope.id.get_ref()));
        }
        let path = scope.path.get_ref();
        let names = base::placeholders(path);
        if !path.starts_with('/') || path.ends_with('/') || path.contains(['?', '#']) || names.is_empty() {
            return fault(
                &scope.path,
                "a scope's path begins with '/', does not end with one, and has a {variable} of its own",
            );
        }
        for name in names {
            known_variable(description, &scope.path, name)?;
        }
    }
    for named in description.events.groups.iter().flat_map(|group| &group.scopes) {
        if !ids.contains(named.get_ref()) {
            return fault(named, format!("there is no scope {:?} among the [[scopes]]", named.get_ref()));
        }
    }
    Ok(())
}

pub(super) fn known_variable(description: &Description, place: &Spanned<String>, name: &str) -> Checked {
    if description.variables.iter().any(|variable| variable.name.get_ref() == name) {
        return Ok(());
    }
    fault(place, format!("{{{name}}} is not among the [[variables]]"))
}

pub(super) fn header(place: &Spanned<String>) -> Checked {
    match HeaderName::from_bytes(place.get_ref().as_bytes()) {
        Ok(_) => Ok(()),
        Err(_) => fault(place, "this can't be the name of a header"),
    }
}

fn credentials(description: &Description) -> Checked {
    let mut ids = BTreeSet::new();
    for auth in &description.auth {
        match (&auth.header, auth.kind) {
            (Some(name), AuthKind::Header) => header(name)?,
            (None, AuthKind::Header) => return fault(&auth.id, "say in `header` where the token stands"),
            (Some(name), AuthKind::Basic) => {
                return fault(name, "`kind = \"basic\"` has a header of its own: leave this out");
            }
            (None, AuthKind::Basic) => {}
        }
        if let Some(sign_in) = &auth.sign_in {
            check_sign_in(description, auth, sign_in)?;
        }
        if !ids.insert(auth.id.get_ref()) {
            return fault(&auth.id, format!("the form {} is there twice", auth.id.get_ref()));
        }
    }
    if ids.is_empty() {
        return Err((None, "a provider needs at least one form in [[auth]]".to_owned()));
    }
    let credential = &description.credential;
    if let Some(make) = &credential.make {
        if !(16..=64).contains(make.bytes.get_ref()) {
            return fault(&make.bytes, "a secret is made of 16 to 64 random bytes");
        }
        if credential.kind != CredentialKind::SharedSecret {
            return fault(&make.bytes, "only a shared secret can be made here");
        }
    }
    let limit = &description.rate_limit;
    match (&limit.calls, limit.per_s, &limit.at_once) {
        (Some(calls), _, _) if *calls.get_ref() == 0 => return fault(calls, "at least one call"),
        (Some(calls), Some(0), _) => return fault(calls, "`per_s` is at least 1"),
        (_, _, Some(at_once)) if *at_once.get_ref() == 0 => {
            return fault(at_once, "at least one call at a time");
        }
        _ => {}
    }
    for (name, value) in &description.headers {
        if HeaderName::from_bytes(name.as_bytes()).is_err() || HeaderValue::from_str(value.get_ref()).is_err()
        {
            return fault(value, format!("{name} can't be sent as a header with this value"));
        }
    }
    Ok(())
}

fn fields(description: &Description) -> Checked {
    let mut names = BTreeSet::new();
    for field in &description.fields {
        if !names.insert(field.name.get_ref()) {
            return fault(&field.name, format!("the field {} is there twice", field.name.get_ref()));
        }
        if let (Some(default), Some(options)) = (&field.default, &field.options)
            && !options.contains(default.get_ref())
        {
            return fault(default, "the default is not among the options");
        }
        if let Some(choices) = &field.choices {
            check_choices(description, choices)?;
        }
    }
    Ok(())
}

fn events(description: &Description) -> Checked {
    let events = &description.events;
    if (*events.all.get_ref() == AllKind::Wildcard) != events.word.is_some() {
        return fault(&events.all, "`word` belongs to `all = \"wildcard\"`, and only to it");
    }
    if let Some(flags) = &events.flags {
        if flags.get_ref().is_empty() {
            return fault(flags, "say how the names of the members end");
        }
        if *events.all.get_ref() != AllKind::Explicit {
            return fault(&events.all, "where event types are members, \"all\" is `explicit`");
        }
    }
    let mut seen = BTreeSet::new();
    for event in events.groups.iter().flat_map(|group| &group.types) {
        if !seen.insert(event.get_ref()) {
            return fault(event, format!("the event type {} is there twice", event.get_ref()));
        }
    }
    Ok(())
}
