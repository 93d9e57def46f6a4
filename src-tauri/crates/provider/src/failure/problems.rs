//! What a refusal's body says: words, a code, and which fields are wrong, under the form's names.

use super::Teller;
use crate::description::Part;
use crate::path;
use serde_json::Value;
use waybill_model::{FieldProblem, ProviderOperation};

/// Under which names the lists of problems known so far name the field, and the problem.
const FIELD_NAMES: [&str; 9] =
    ["field", "property", "propertyName", "param", "parameter", "name", "path", "pointer", "loc"];
const PROBLEM_NAMES: [&str; 9] =
    ["message", "problem", "reason", "detail", "description", "error", "msg", "title", "code"];

impl Teller<'_> {
    pub(super) fn message(&self, body: &Value) -> Option<String> {
        self.description.errors.message.iter().find_map(|path| {
            let texts = texts(path::at(body, path)?);
            (!texts.is_empty()).then(|| texts.join("; "))
        })
    }

    pub(super) fn code(&self, body: &Value) -> Option<String> {
        let mut found = self.description.errors.code.iter().filter_map(|path| path::at(body, path));
        found.find_map(|value| value.as_str().map(str::to_owned))
    }

    /// The problems that name a field, under the form's names.
    pub(super) fn fields(&self, body: &Value, code: Option<&str>) -> Vec<FieldProblem> {
        let errors = &self.description.errors;
        let mut problems: Vec<FieldProblem> = Vec::new();
        let mut add = |field: &str, problem: &str| {
            let problem = FieldProblem { field: self.form_name(field), problem: self.covered(problem) };
            if !problems.contains(&problem) {
                problems.push(problem);
            }
        };
        for found in errors.fields.iter().filter_map(|path| path::at(body, path)) {
            match found {
                Value::Array(items) => items.iter().for_each(|item| {
                    if let Some((field, problem)) = named(item) {
                        add(&field, &problem);
                    }
                }),
                Value::Object(members) => members.iter().for_each(|(field, value)| {
                    texts(value).iter().for_each(|problem| add(field, problem));
                }),
                _ => {}
            }
        }
        if let Some(field) = errors.field.iter().find_map(|path| path::at(body, path)?.as_str()) {
            let said = self.message(body).unwrap_or_else(|| "was refused".to_owned());
            add(field, &said);
        }
        // Validators of the Nest kind write "url must be a valid URL" or "each value in events must …".
        let listed: Vec<String> = problems.iter().map(|problem| problem.field.clone()).collect();
        for list in errors.message.iter().filter_map(|path| path::at(body, path)) {
            for text in texts(list) {
                let words = text.strip_prefix("each value in ").unwrap_or(&text);
                let field = words.split([' ', ':']).next().filter(|word| self.sends(word));
                if let Some(field) = field.filter(|field| !listed.contains(&self.form_name(field))) {
                    problems
                        .push(FieldProblem { field: self.form_name(field), problem: self.covered(&text) });
                }
            }
        }
        if let Some(field) = code.and_then(|code| errors.code_fields.get(code)) {
            let said = self.message(body).unwrap_or_else(|| "was refused".to_owned());
            let field = self.form_name(field);
            if !problems.iter().any(|problem| problem.field == field) {
                problems.push(FieldProblem { field, problem: self.covered(&said) });
            }
        }
        problems
    }

    /// True when a call to this provider has a member of that name.
    fn sends(&self, member: &str) -> bool {
        self.parts().any(|part| part.to.get_ref() == member)
    }

    fn parts(&self) -> impl Iterator<Item = &Part> {
        let operations = [self.operation, ProviderOperation::Create, ProviderOperation::Update];
        operations
            .into_iter()
            .flat_map(|operation| self.description.operation(operation).body.iter().flatten())
    }

    fn form_name(&self, member: &str) -> String {
        let member = member.trim_start_matches(['/', '#', '.']).trim_start_matches("body.");
        let member = member.trim_start_matches("data/attributes/");
        let first = member.split(['[', '.', '/']).next().unwrap_or(member);
        let part = self
            .parts()
            .find(|part| part.to.get_ref() == member)
            .or_else(|| self.parts().find(|part| part.to.get_ref() == first));
        let Some(from) = part.and_then(|part| part.from.as_ref()) else { return self.covered(member) };
        match from.get_ref().strip_prefix("fields.") {
            Some(field) => field.to_owned(),
            None if from.get_ref() == "label" => self
                .description
                .fields
                .iter()
                .find(|field| field.is.is_some())
                .map_or_else(|| "label".to_owned(), |field| field.name.get_ref().clone()),
            None => from.get_ref().clone(),
        }
    }
}

/// Text, or the texts of a list.
fn texts(value: &Value) -> Vec<String> {
    match value {
        Value::String(text) if !text.trim().is_empty() => vec![text.trim().to_owned()],
        Value::Array(items) => items.iter().filter(|item| item.is_string()).flat_map(texts).collect(),
        _ => Vec::new(),
    }
}

/// A problem of a list: an object that names a field and says something of it.
fn named(item: &Value) -> Option<(String, String)> {
    let field = FIELD_NAMES.iter().find_map(|name| match item.get(name)? {
        Value::String(text) => Some(text.clone()),
        Value::Array(parts) => parts.iter().rev().find_map(Value::as_str).map(str::to_owned),
        _ => None,
    });
    // JSON:API names it in `source`.
    let pointer = || item.get("source")?.get("pointer")?.as_str().map(str::to_owned);
    let field = field.or_else(pointer)?;
    let problem = PROBLEM_NAMES.iter().find_map(|name| texts(item.get(name)?).into_iter().next());
    Some((field, problem.unwrap_or_else(|| "was refused".to_owned())))
}
