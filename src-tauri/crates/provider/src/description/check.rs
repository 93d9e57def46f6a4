//! The rules of a description file that its grammar can't express: names that must exist, addresses
//! that must be safe, operations that must be whole. Stops at the first fault.

use super::Description;
use super::calls::{ListShape, Operation, PagerKind, Part};
use super::shape::AllKind;
use crate::base;
use reqwest::header::{HeaderName, HeaderValue};
use std::collections::BTreeSet;
use std::ops::Range;
use toml::Spanned;
use waybill_model::{ProviderOperation, Support};

type Checked = Result<(), (Option<Range<usize>>, String)>;

const METHODS: [&str; 5] = ["GET", "POST", "PUT", "PATCH", "DELETE"];

/// The values that a part may take, besides `fields.NAME`.
pub(super) const VALUES: [&str; 9] =
    ["url", "events", "label", "active", "revision", "event", "state", "limit", "id"];

fn fault<T>(place: &Spanned<T>, message: impl Into<String>) -> Checked {
    Err((Some(place.span()), message.into()))
}

pub(super) fn check(description: &Description, file: &str) -> Checked {
    identity(description, file)?;
    addresses(description)?;
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

fn known_variable(description: &Description, place: &Spanned<String>, name: &str) -> Checked {
    if description.variables.iter().any(|variable| variable.name.get_ref() == name) {
        return Ok(());
    }
    fault(place, format!("{{{name}}} is not among the [[variables]]"))
}

fn header(place: &Spanned<String>) -> Checked {
    match HeaderName::from_bytes(place.get_ref().as_bytes()) {
        Ok(_) => Ok(()),
        Err(_) => fault(place, "this can't be the name of a header"),
    }
}

fn credentials(description: &Description) -> Checked {
    let mut ids = BTreeSet::new();
    for auth in &description.auth {
        header(&auth.header)?;
        if !ids.insert(auth.id.get_ref()) {
            return fault(&auth.id, format!("the form {} is there twice", auth.id.get_ref()));
        }
    }
    if ids.is_empty() {
        return Err((None, "a provider needs at least one form in [[auth]]".to_owned()));
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
    }
    Ok(())
}

fn events(description: &Description) -> Checked {
    let events = &description.events;
    if (*events.all.get_ref() == AllKind::Wildcard) != events.word.is_some() {
        return fault(&events.all, "`word` belongs to `all = \"wildcard\"`, and only to it");
    }
    let mut seen = BTreeSet::new();
    for event in events.groups.iter().flat_map(|group| &group.types) {
        if !seen.insert(event.get_ref()) {
            return fault(event, format!("the event type {} is there twice", event.get_ref()));
        }
    }
    Ok(())
}

fn check_operation(
    description: &Description,
    operation: ProviderOperation,
    shape: &Spanned<Operation>,
) -> Checked {
    let whole = shape.get_ref();
    if whole.support == Support::Unsupported {
        return match (&whole.via, &whole.method, &whole.path) {
            (None, None, None) => Ok(()),
            _ => fault(shape, "an unsupported operation can't have a call"),
        };
    }
    if whole.source.is_empty() {
        return fault(shape, "say in `source` where this call is documented, or that it is assumed");
    }
    if let Some(via) = &whole.via {
        let target = description.operation(*via.get_ref());
        if target.via.is_some() || target.support == Support::Unsupported {
            return fault(via, "this operation has no call of its own");
        }
        return match (operation, via.get_ref()) {
            (ProviderOperation::Get, ProviderOperation::List)
            | (ProviderOperation::SetActive, ProviderOperation::Update) => Ok(()),
            _ => fault(via, "only `get` can be done by `list`, and `set_active` by `update`"),
        };
    }
    let (Some(method), Some(path)) = (&whole.method, &whole.path) else {
        return fault(shape, "an operation needs `method` and `path`, or `via`");
    };
    if !METHODS.contains(&method.get_ref().as_str()) {
        return fault(method, format!("the method is one of {}", METHODS.join(", ")));
    }
    if !path.get_ref().starts_with('/') || path.get_ref().contains(['?', '#']) {
        return fault(path, "a path begins with '/' and has neither '?' nor '#'; use `query`");
    }
    for name in base::placeholders(path.get_ref()) {
        if name != "id" {
            known_variable(description, path, name)?;
        }
    }
    if let Some(header_name) = &whole.idempotency_header {
        header(header_name)?;
    }
    for status in &whole.success {
        if !(200..300).contains(status.get_ref()) {
            return fault(status, "only 2xx statuses are success");
        }
    }
    for part in whole.query.iter().chain(whole.body.iter().flatten()) {
        check_part(description, part)?;
    }
    if whole.merge && (operation != ProviderOperation::Update || whole.body.is_none()) {
        return fault(shape, "`merge` belongs to an update with a body");
    }
    let listed = matches!(operation, ProviderOperation::List | ProviderOperation::Log);
    match (&whole.list, listed) {
        (None, true) => fault(shape, "this operation answers a list: say in `list` where it stands"),
        (Some(_), false) => fault(shape, "this operation answers no list"),
        (Some(list), true) if !whole_pager(list) => fault(
            shape,
            "this pager needs `parameter`, and for pages and offsets `size` and `size_parameter`",
        ),
        _ => Ok(()),
    }
}

fn whole_pager(list: &ListShape) -> bool {
    let pager = &list.pager;
    let sized = pager.size.is_some_and(|size| size > 0) && pager.size_parameter.is_some();
    match pager.kind {
        PagerKind::None => true,
        PagerKind::Offset | PagerKind::Page => pager.parameter.is_some() && sized,
        PagerKind::Cursor => pager.parameter.is_some() && pager.next.is_some(),
    }
}

fn check_part(description: &Description, part: &Part) -> Checked {
    let from = match (&part.from, &part.value) {
        (Some(from), None) => from,
        (None, Some(_)) => return Ok(()),
        _ => return fault(&part.to, "give either `from` or `value`"),
    };
    let name = from.get_ref().as_str();
    let known = match name.strip_prefix("fields.") {
        Some(field) => {
            description.fields.iter().any(|known| known.name.get_ref() == field && known.is.is_none())
        }
        None => VALUES.contains(&name),
    };
    if known {
        return Ok(());
    }
    fault(
        from,
        format!(
            "there is no value {name:?}: it is one of {}, or fields.NAME of a field of the form",
            VALUES.join(", ")
        ),
    )
}
