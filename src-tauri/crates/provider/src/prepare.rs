//! From what a person asks to the values a call is made of.
//!
//! Everything the description knows is checked here, before anything is sent: required fields,
//! choices, addresses, an empty list of event types.

use crate::call::{EndpointPatch, NewEndpoint};
use crate::description::{AllKind, Description, StandsFor};
use crate::url_rules;
use serde_json::Value;
use std::collections::BTreeMap;
use waybill_model::{AllEvents, Failure, FieldProblem};

/// The values that parts of a description name in `from`.
pub(crate) type Values = BTreeMap<String, Value>;

/// Gathers every problem, so that a form can show all at once.
struct Form<'d> {
    description: &'d Description,
    scope: &'d str,
    provider_is_local: bool,
    values: Values,
    problems: Vec<FieldProblem>,
}

/// The values of a new endpoint.
///
/// # Errors
/// `invalid_input` with every field that is wrong; nothing was sent.
pub(crate) fn create(
    description: &Description,
    scope: &str,
    new: &NewEndpoint,
    provider_is_local: bool,
) -> Result<Values, Failure> {
    let mut form = Form::new(description, scope, provider_is_local);
    form.url(&new.url);
    form.events(&new.events, new.all_events);
    let mut fields = new.fields.clone();
    if !new.label.is_empty() {
        form.label(&new.label);
    }
    for field in &description.fields {
        let name = field.name.get_ref();
        let default = || field.default.as_ref().map(|default| default.get_ref().clone());
        let given = fields.remove(name).filter(|value| !value.trim().is_empty()).or_else(default);
        match given {
            Some(value) => form.field(name, &value),
            None if field.required && !form.values.contains_key(&value_name(description, name)) => {
                form.problem(name, "is needed");
            }
            None => {}
        }
    }
    form.unknown(fields.keys());
    form.done("No endpoint was made.")
}

/// The values of a change.
///
/// # Errors
/// `invalid_input` with every field that is wrong, or when nothing would change; nothing was sent.
pub(crate) fn update(
    description: &Description,
    scope: &str,
    patch: &EndpointPatch,
    provider_is_local: bool,
) -> Result<Values, Failure> {
    let mut form = Form::new(description, scope, provider_is_local);
    if let Some(url) = &patch.url {
        form.url(url);
    }
    match (&patch.events, patch.all_events) {
        (_, Some(true)) => form.events(&[], true),
        (Some(events), _) => form.events(events, false),
        (None, Some(false)) => form.problem("events", "say which ones, if not all"),
        (None, None) => {}
    }
    if let Some(label) = &patch.label {
        form.label(label);
    }
    if let Some(active) = patch.active {
        form.values.insert("active".to_owned(), Value::Bool(active));
    }
    for (name, value) in &patch.fields {
        let known = description.fields.iter().find(|field| field.name.get_ref() == name);
        match known {
            Some(field) if !field.editable => form.problem(name, "can't be changed later"),
            Some(field) if field.required && value.trim().is_empty() => form.problem(name, "is needed"),
            Some(_) => form.field(name, value),
            None => form.unknown([name].into_iter()),
        }
    }
    if form.values.is_empty() && form.problems.is_empty() {
        return Err(Failure::invalid("Nothing was named that shall change, so nothing was sent."));
    }
    form.done("The endpoint is as it was.")
}

/// Under which name a field's value goes.
fn value_name(description: &Description, name: &str) -> String {
    let field = description.fields.iter().find(|field| field.name.get_ref() == name);
    match field.and_then(|field| field.is) {
        Some(StandsFor::Label) => "label".to_owned(),
        None => format!("fields.{name}"),
    }
}

impl<'d> Form<'d> {
    fn new(description: &'d Description, scope: &'d str, provider_is_local: bool) -> Self {
        Self { description, scope, provider_is_local, values: Values::new(), problems: Vec::new() }
    }

    fn problem(&mut self, field: &str, problem: impl Into<String>) {
        let problem = FieldProblem { field: field.to_owned(), problem: problem.into() };
        if !self.problems.contains(&problem) {
            self.problems.push(problem);
        }
    }

    fn url(&mut self, url: &str) {
        match url_rules::check(&self.description.url_rules, url, self.provider_is_local) {
            Ok(()) => {
                self.values.insert("url".to_owned(), Value::String(url.to_owned()));
            }
            Err(problem) => self.problem("url", problem),
        }
    }

    fn events(&mut self, events: &[String], all: bool) {
        if all && *self.description.events.all.get_ref() == AllKind::Null {
            self.values.insert("events".to_owned(), Value::Null);
            return;
        }
        let list = match (all, self.description.all_events()) {
            (true, AllEvents::Wildcard { word }) => vec![word],
            (true, AllEvents::Empty) => Vec::new(),
            (true, AllEvents::Explicit) => self.description.every_type(self.scope),
            (false, _) => {
                let mut list: Vec<String> = Vec::with_capacity(events.len());
                for event in events {
                    if event.trim().is_empty() {
                        return self.problem("events", "holds an empty word");
                    }
                    if !list.contains(event) {
                        list.push(event.clone());
                    }
                }
                if list.is_empty() && !self.description.events.empty_may_be_sent {
                    return self.problem("events", "choose at least one event type");
                }
                list
            }
        };
        if self.description.events.flags.is_some() {
            self.values.insert("event_flags".to_owned(), self.flags(&list));
        }
        self.values.insert("events".to_owned(), list.into());
    }

    /// Every known event type as a member that is true or false, and those besides that are chosen.
    fn flags(&self, chosen: &[String]) -> Value {
        let known = self.description.known_types(self.scope);
        let mut flags: serde_json::Map<String, Value> = known
            .map(|name| (name.to_owned(), Value::Bool(chosen.iter().any(|event| event == name))))
            .collect();
        for event in chosen {
            flags.entry(event.clone()).or_insert(Value::Bool(true));
        }
        Value::Object(flags)
    }

    fn label(&mut self, label: &str) {
        let field = self.description.fields.iter().find(|field| field.is == Some(StandsFor::Label));
        match field {
            Some(field) if field.required && label.trim().is_empty() => {
                self.problem(field.name.get_ref(), "is needed");
            }
            Some(field) => self.field(field.name.get_ref(), label),
            None if label.is_empty() => {}
            None => {
                let problem =
                    format!("{} keeps no name for an endpoint; leave it empty", self.description.name());
                self.problem("label", problem);
            }
        }
    }

    fn field(&mut self, name: &str, value: &str) {
        let Some(field) = self.description.fields.iter().find(|field| field.name.get_ref() == name) else {
            return;
        };
        if let Some(options) = &field.options
            && !options.iter().any(|option| option == value)
        {
            return self.problem(name, format!("must be one of {}", options.join(", ")));
        }
        if let Some(limit) = field.max_length
            && value.chars().count() > limit
        {
            return self.problem(name, format!("is longer than {limit} characters"));
        }
        let key = value_name(self.description, name);
        self.values.entry(key).or_insert_with(|| Value::String(value.to_owned()));
    }

    fn unknown<'n>(&mut self, names: impl Iterator<Item = &'n String>) {
        for name in names {
            let known: Vec<&str> =
                self.description.fields.iter().map(|field| field.name.get_ref().as_str()).collect();
            let words = if known.is_empty() {
                format!("is unknown: {} has no further fields", self.description.name())
            } else {
                format!("is unknown: {} has {}", self.description.name(), known.join(", "))
            };
            self.problem(name, words);
        }
    }

    fn done(self, undone: &str) -> Result<Values, Failure> {
        if self.problems.is_empty() {
            return Ok(self.values);
        }
        let list: Vec<String> =
            self.problems.iter().map(|problem| format!("{} {}", problem.field, problem.problem)).collect();
        Err(Failure::invalid(format!("{}. {undone} Nothing was sent.", list.join("; ")))
            .hint("Correct the named fields and try again.")
            .fields(self.problems))
    }
}
