//! The rules of a description file for its operations: that each is whole, names what exists, and asks
//! for nothing that is not there. Stops at the first fault.

use super::Description;
use super::access::{Auth, SignIn};
use super::calls::{ChoiceCall, ListShape, Operation, PagerKind, Part};
use super::check::{Checked, fault, header, known_variable};
use crate::base;
use toml::Spanned;
use waybill_model::{ProviderOperation, Support};

const METHODS: [&str; 5] = ["GET", "POST", "PUT", "PATCH", "DELETE"];

/// The values that a part may take, besides `fields.NAME`.
const VALUES: [&str; 16] = [
    "url",
    "events",
    "event_flags",
    "label",
    "active",
    "revision",
    "event",
    "event_id",
    "endpoints",
    "state",
    "limit",
    "id",
    "endpoint",
    "since",
    "until",
    "secret",
];

/// What may stand in a path besides variables.
const IN_PATH: [&str; 5] = ["scope", "id", "endpoint", "event", "event_id"];

pub(super) fn check_operation(
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
    check_call(description, method, path)?;
    if base::placeholders(path.get_ref()).contains(&"event") && whole.event.is_none() {
        return fault(path, "{event} stands in the path: say in `event` which it is where none is chosen");
    }
    for step in &whole.more {
        if operation != ProviderOperation::Update {
            return fault(&step.path, "only an update can have further calls");
        }
        check_call(description, &step.method, &step.path)?;
        step.body.iter().try_for_each(|part| check_part(description, part, &VALUES))?;
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
        check_part(description, part, &VALUES)?;
    }
    let merges = matches!(operation, ProviderOperation::Update | ProviderOperation::Rotate);
    if whole.merge && (!merges || whole.body.is_none()) {
        return fault(shape, "`merge` belongs to an update or a rotation with a body");
    }
    if whole.key_required && whole.idempotency_header.is_none() {
        return fault(shape, "`key_required` needs the `idempotency_header` that carries the key");
    }
    if (operation == ProviderOperation::Listen) != whole.stream.is_some() {
        return fault(shape, "`stream` belongs to `listen`, and only to it");
    }
    if (operation == ProviderOperation::EventTypes) != whole.choice.is_some() {
        return fault(shape, "`choice` belongs to `event_types`, and only to it");
    }
    let listed =
        matches!(operation, ProviderOperation::List | ProviderOperation::Log | ProviderOperation::EventTypes);
    match (&whole.list, listed) {
        (None, true) => fault(shape, "this operation answers a list: say in `list` where it stands"),
        (Some(_), false) => fault(shape, "this operation answers no list"),
        (Some(list), true) if !whole_pager(list) => fault(
            shape,
            "this pager needs `parameter`; pages and offsets `size` and `size_parameter`; a cursor either `next` or `next_item`",
        ),
        _ => Ok(()),
    }
}

fn whole_pager(list: &ListShape) -> bool {
    let pager = &list.pager;
    let sized = pager.size.is_some_and(|size| size > 0) && pager.size_parameter.is_some();
    match pager.kind {
        PagerKind::None | PagerKind::Link => true,
        PagerKind::Offset | PagerKind::Page => pager.parameter.is_some() && sized,
        PagerKind::Cursor => pager.parameter.is_some() && pager.next.is_some() != pager.next_item.is_some(),
    }
}

fn check_call(description: &Description, method: &Spanned<String>, path: &Spanned<String>) -> Checked {
    if !METHODS.contains(&method.get_ref().as_str()) {
        return fault(method, format!("the method is one of {}", METHODS.join(", ")));
    }
    let text = path.get_ref();
    if !(text.starts_with('/') || text.starts_with("{scope}/")) || text.contains(['?', '#']) {
        return fault(path, "a path begins with '/' and has neither '?' nor '#'; use `query`");
    }
    for name in base::placeholders(path.get_ref()) {
        if name == "scope" && description.scopes.is_empty() {
            return fault(path, "{scope} needs [[scopes]]");
        }
        if !IN_PATH.contains(&name) {
            known_variable(description, path, name)?;
        }
    }
    Ok(())
}

pub(super) fn check_sign_in(description: &Description, auth: &Auth, sign_in: &Spanned<SignIn>) -> Checked {
    let shape = sign_in.get_ref();
    if auth.header.is_none() {
        return fault(sign_in, "the token that signing in gives needs a `header`");
    }
    if shape.token.is_empty() || shape.lifetime_s == 0 {
        return fault(sign_in, "say where the `token` stands and for how long it is good");
    }
    check_call(description, &Spanned::new(sign_in.span(), shape.method.clone()), &shape.path)?;
    shape.body.iter().try_for_each(|part| check_part(description, part, &["user", "password"]))
}

pub(super) fn check_choices(description: &Description, choices: &Spanned<ChoiceCall>) -> Checked {
    let shape = choices.get_ref();
    if !whole_pager(&shape.list) {
        return fault(choices, "this pager is not whole");
    }
    check_call(description, &shape.method, &shape.path)
}

fn check_part(description: &Description, part: &Part, values: &[&str]) -> Checked {
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
        None => values.contains(&name),
    };
    if known {
        return Ok(());
    }
    fault(
        from,
        format!(
            "there is no value {name:?}: it is one of {}, or fields.NAME of a field of the form",
            values.join(", ")
        ),
    )
}
