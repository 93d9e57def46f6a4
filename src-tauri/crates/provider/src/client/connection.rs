//! What a client needs to know of a connection, and whether it can be used.

use crate::base;
use crate::description::{Auth, AuthKind, Description, Scope};
use secrecy::{ExposeSecret, SecretString};
use std::collections::{BTreeMap, BTreeSet};
use url::Url;
use waybill_model::{Failure, FieldProblem, Name};

/// A connection with its credential.
#[derive(Clone, Debug)]
pub struct ClientConnection {
    /// Its name, which stands in every endpoint that is read through it.
    pub name: Name,
    /// Stands for the whole base address, its path included; absent: the provider's first.
    pub base_url: Option<String>,
    /// The provider's variables.
    pub vars: BTreeMap<String, String>,
    /// The form the credential is sent in; empty: the provider's first.
    pub auth: String,
    /// The credential.
    pub token: SecretString,
}

impl Description {
    /// Whether a connection of these values can be used, so that a form can tell before a
    /// credential is stored. Gives the base address that would be called.
    ///
    /// # Errors
    /// `invalid_input`, naming each wrong field: `base_url`, `auth` or a variable.
    pub fn check_connection(
        &self,
        base_url: Option<&str>,
        vars: &BTreeMap<String, String>,
        auth: &str,
    ) -> Result<Url, Failure> {
        let mut problems = Vec::new();
        let base = check_address(self, base_url, vars, &mut problems);
        if !auth.is_empty() && !self.auth.iter().any(|form| form.id.get_ref() == auth) {
            let known: Vec<&str> = self.auth.iter().map(|form| form.id.get_ref().as_str()).collect();
            problems.push(problem("auth", format!("must be one of {}", known.join(", "))));
        }
        match (base, problems.is_empty()) {
            (Some(base), true) => Ok(base),
            _ => Err(refuse(problems)),
        }
    }
}

/// The base address and the form of the credential.
pub(super) fn resolve<'d>(
    description: &'d Description,
    connection: &ClientConnection,
) -> Result<(Url, &'d Auth), Failure> {
    let base =
        description.check_connection(connection.base_url.as_deref(), &connection.vars, &connection.auth)?;
    let named = description.auth.iter().find(|form| *form.id.get_ref() == connection.auth);
    let Some(auth) = named.or_else(|| description.auth.first()) else {
        return Err(Failure::internal("The description has no form for the credential."));
    };
    let token = connection.token.expose_secret().trim();
    if token.is_empty() {
        return Err(refuse(vec![problem("token", "is empty")]));
    }
    let in_header = auth.kind == AuthKind::Header && auth.sign_in.is_none();
    if token.chars().any(|c| c.is_control() || (in_header && !c.is_ascii())) {
        return Err(refuse(vec![problem("token", "holds characters that no header can carry")]));
    }
    if auth.sign_in.is_some() && token.split_once(':').is_none_or(|(user, _)| user.is_empty()) {
        return Err(refuse(vec![problem("token", "must be USER:PASSWORD, to sign in with")]));
    }
    Ok((base, auth))
}

/// The kind of account that these variables name: the first of which all are given. One of which only
/// some are given is a slip that could widen what is managed, and is refused.
///
/// # Errors
/// In words, with the variable that they are about.
pub(super) fn scope<'d>(
    description: &'d Description,
    vars: &BTreeMap<String, String>,
) -> Result<Option<&'d Scope>, FieldProblem> {
    let given = |name: &&str| vars.get(*name).is_some_and(|value| !value.trim().is_empty());
    let mut whole = Vec::new();
    let mut begun = Vec::new();
    for scope in &description.scopes {
        let names = base::placeholders(scope.path.get_ref());
        if names.iter().all(&given) {
            whole.push(scope);
        } else if let Some(name) = names.into_iter().find(|name| given(name)) {
            begun.push(name);
        }
    }
    let needs = || {
        let named = |scope: &Scope| {
            format!("{} ({})", base::placeholders(scope.path.get_ref()).join(" and "), scope.label)
        };
        description.scopes.iter().map(named).collect::<Vec<_>>().join(", or ")
    };
    match (whole.as_slice(), begun.first()) {
        ([], None) if description.scopes.is_empty() => Ok(None),
        // Of several whole ones the first, which is the narrowest.
        ([first, ..], None) => Ok(Some(first)),
        (_, Some(name)) => Err(problem(name, format!("can't stand like this: give {}", needs()))),
        ([], None) => {
            let first = description.scopes.first().map(|scope| base::placeholders(scope.path.get_ref()));
            let first = first.and_then(|names| names.first().copied()).unwrap_or_default();
            Err(problem(first, format!("is needed: give {}", needs())))
        }
    }
}

fn check_address(
    description: &Description,
    base_url: Option<&str>,
    vars: &BTreeMap<String, String>,
    problems: &mut Vec<FieldProblem>,
) -> Option<Url> {
    let template = description.bases.first().map(|base| base.url.get_ref().as_str()).unwrap_or_default();
    let mut needed: BTreeSet<&str> = BTreeSet::new();
    if base_url.is_none() {
        needed.extend(base::placeholders(template));
    }
    let own = |name: &&str| description.variables.iter().any(|variable| variable.name.get_ref() == name);
    for (_, shape) in description.operations() {
        let path = shape.get_ref().path.as_ref().map(|path| path.get_ref().as_str()).unwrap_or_default();
        needed.extend(base::placeholders(path).into_iter().filter(own));
    }
    if let Err(found) = scope(description, vars) {
        problems.push(found);
    }
    for name in needed {
        match vars.get(name).map(|value| value.trim()) {
            None | Some("") => problems.push(problem(name, "is needed")),
            Some("." | "..") => problems.push(problem(name, "can't be '.' or '..'")),
            Some(_) => {}
        }
    }
    for name in vars.keys() {
        if !description.variables.iter().any(|variable| variable.name.get_ref() == name) {
            let known: Vec<&str> =
                description.variables.iter().map(|variable| variable.name.get_ref().as_str()).collect();
            let known = if known.is_empty() { "none".to_owned() } else { known.join(", ") };
            problems
                .push(problem(name, format!("is no variable of {} (it has {known})", description.name())));
        }
    }
    let filled = match base_url {
        Some(text) => base::parse(text).map_err(|words| problem("base_url", words)),
        None => base::fill(template, |name| vars.get(name).map(String::as_str))
            .map_err(|(name, words)| problem(&name, words))
            .and_then(|text| base::parse(&text).map_err(|words| problem("base_url", words))),
    };
    match filled {
        Ok(url) => Some(url),
        Err(found) => {
            if !problems.iter().any(|known| known.field == found.field) {
                problems.push(found);
            }
            None
        }
    }
}

fn problem(field: &str, words: impl Into<String>) -> FieldProblem {
    FieldProblem { field: field.to_owned(), problem: words.into() }
}

fn refuse(problems: Vec<FieldProblem>) -> Failure {
    let list: Vec<String> =
        problems.iter().map(|problem| format!("{}: {}", problem.field, problem.problem)).collect();
    Failure::invalid(format!("The connection can't be used ({}). Nothing was sent.", list.join("; ")))
        .hint("Correct the named fields.")
        .fields(problems)
}
