//! From a description and values to the one request that is sent.
//!
//! Bodies hold what the description's list allows and nothing else: MindBridge takes a member that
//! it does not know as an invalid request, and echoing what was read would send read-only fields.

use crate::base;
use crate::call::DryRun;
use crate::description::{BodyForm, Description, Operation, Part};
use crate::prepare::Values;
use crate::{encode, path};
use reqwest::Method;
use serde_json::{Map, Value};
use url::Url;
use waybill_model::{Failure, ProviderOperation};

/// How a token is shown where it must not be.
const PLACEHOLDER: &str = "<token>";

/// A request without its credential.
#[derive(Clone, Debug)]
pub(crate) struct Request {
    pub(crate) operation: ProviderOperation,
    pub(crate) method: Method,
    pub(crate) url: Url,
    /// In order, without the credential.
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: Option<String>,
    /// The header and prefix of the credential; empty: none is sent.
    pub(crate) auth_header: String,
    pub(crate) auth_prefix: String,
    /// True when the call carries a key that makes it safe to repeat.
    pub(crate) keyed: bool,
    /// True when the call carries the mark it was made from, so that its repetition would meet its
    /// own effect as a conflict.
    pub(crate) marked: bool,
}

/// What a request is made in: the parts that stay the same over a client's life.
#[derive(Clone, Debug)]
pub(crate) struct Frame {
    /// Without a slash at its end.
    pub(crate) base: String,
    /// The variables by name.
    pub(crate) vars: std::collections::BTreeMap<String, String>,
    /// The kind of account: its id and the path that `{scope}` stands for.
    pub(crate) scope: String,
    pub(crate) scope_path: String,
    pub(crate) auth_header: String,
    pub(crate) auth_prefix: String,
}

/// One call of a description.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Shape<'d> {
    pub(crate) operation: ProviderOperation,
    pub(crate) method: &'d str,
    pub(crate) path: &'d str,
    pub(crate) query: &'d [Part],
    pub(crate) body: Option<&'d [Part]>,
}

/// What a call is made with, besides its values.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct With<'a> {
    /// The pager's parameters.
    pub(crate) page: &'a [(String, String)],
    /// What a merged update fills its gaps from.
    pub(crate) fresh: Option<&'a Value>,
    /// The idempotency key.
    pub(crate) key: Option<&'a str>,
}

impl<'d> Shape<'d> {
    /// The call of an operation.
    ///
    /// # Errors
    /// `internal` when the description has none, which its check would have told.
    pub(crate) fn of(description: &'d Description, operation: ProviderOperation) -> Result<Self, Failure> {
        let shape = description.operation(operation);
        match (&shape.method, &shape.path) {
            (Some(method), Some(path)) => Ok(Self {
                operation,
                method: method.get_ref(),
                path: path.get_ref(),
                query: &shape.query,
                body: shape.body.as_deref(),
            }),
            _ => Err(Failure::internal(format!("{} has no call for this", description.name()))),
        }
    }
}

impl Request {
    /// Builds the request of a call.
    pub(crate) fn build(
        description: &Description,
        frame: &Frame,
        shape: Shape<'_>,
        values: &Values,
        with: With<'_>,
    ) -> Result<Self, Failure> {
        let whole = description.operation(shape.operation);
        let method = Method::from_bytes(shape.method.as_bytes())
            .map_err(|_| Failure::internal("the description's method can't be sent"))?;
        let url = address(frame, shape, whole, values, with.page)?;
        let body = shape.body.and_then(|parts| members(parts, values, with.fresh));
        let body = body.map(|members| match description.bodies {
            BodyForm::Json => members.to_string(),
            BodyForm::Form => encode::form(&members),
        });
        let accepts = if whole.stream.is_some() { "text/event-stream" } else { "application/json" };
        let mut headers = vec![("Accept".to_owned(), accepts.to_owned())];
        for (name, value) in &description.headers {
            if name.eq_ignore_ascii_case("accept") {
                headers.retain(|(known, _)| known != "Accept");
            }
            headers.push((name.clone(), value.get_ref().clone()));
        }
        if body.is_some() {
            let kind = match description.bodies {
                BodyForm::Json => "application/json",
                BodyForm::Form => "application/x-www-form-urlencoded",
            };
            headers.push(("Content-Type".to_owned(), kind.to_owned()));
        }
        let mut keyed = false;
        if let (Some(header), Some(key)) = (&whole.idempotency_header, with.key) {
            headers.push((header.get_ref().clone(), key.to_owned()));
            keyed = true;
        }
        headers.push(("User-Agent".to_owned(), concat!("Waybill/", env!("CARGO_PKG_VERSION")).to_owned()));
        Ok(Self {
            operation: shape.operation,
            method,
            url,
            headers,
            body,
            auth_header: frame.auth_header.clone(),
            auth_prefix: frame.auth_prefix.clone(),
            keyed,
            marked: with.fresh.is_some() && description.endpoint.revision.is_some(),
        })
    }

    /// The request as it would go out, the credential covered.
    pub(crate) fn dry_run(self) -> DryRun {
        let mut headers = vec![(self.auth_header, format!("{}{PLACEHOLDER}", self.auth_prefix))];
        headers.extend(self.headers);
        let (method, url) = (self.method.to_string(), self.url.into());
        DryRun { method, url, headers, body: self.body, then: Vec::new() }
    }

    /// True for a call that changes nothing at the provider.
    pub(crate) fn reads(&self) -> bool {
        self.operation.reads()
    }

    /// True for a call that may be sent again: a read, a write that leads to the same state however
    /// often it is done, or one that carries a key.
    pub(crate) fn repeatable(&self) -> bool {
        let settles = matches!(
            self.operation,
            ProviderOperation::Update | ProviderOperation::SetActive | ProviderOperation::Delete
        );
        self.reads() || self.keyed || settles
    }
}

fn address(
    frame: &Frame,
    shape: Shape<'_>,
    whole: &Operation,
    values: &Values,
    page: &[(String, String)],
) -> Result<Url, Failure> {
    let template = shape.path.replace("{scope}", &frame.scope_path);
    let filled = base::fill(&template, |name| match name {
        "id" | "endpoint" | "event_id" => values.get(name).and_then(Value::as_str),
        "event" => values.get(name).and_then(Value::as_str).or(whole.event.as_deref()),
        name => frame.vars.get(name).map(String::as_str),
    })
    .map_err(|(name, problem)| Failure::invalid(format!("{name} {problem}. Nothing was sent.")))?;
    let mut address = format!("{}{filled}", frame.base);
    let query = query(shape.query, values, page);
    if !query.is_empty() {
        address.push('?');
        address.push_str(&query);
    }
    Url::parse(&address)
        .map_err(|error| Failure::invalid(format!("{address} is not an address: {error}. Nothing was sent.")))
}

fn query(parts: &[Part], values: &Values, page: &[(String, String)]) -> String {
    let fixed = parts.iter().filter_map(|part| {
        let text = match value_of(part, values)? {
            Value::String(text) => text,
            other => other.to_string(),
        };
        Some((part.to.get_ref().clone(), text))
    });
    // The pager's word on a parameter stands over a fixed one: a `Link` repeats them all.
    let fixed = fixed.filter(|(name, _)| !page.iter().any(|(known, _)| known == name));
    let pairs: Vec<String> = fixed
        .chain(page.iter().cloned())
        .map(|(name, value)| format!("{}={}", base::encode(&name), base::encode(&value)))
        .collect();
    pairs.join("&")
}

/// The body's members, or none: a list of parts of which none has a value is an empty body, an empty
/// list of parts is the empty object.
pub(crate) fn members(parts: &[Part], values: &Values, fresh: Option<&Value>) -> Option<Value> {
    let mut members = Map::new();
    for part in parts {
        if let Some(value) = value_of(part, values) {
            put(&mut members, part, value);
        }
    }
    if let Some(fresh) = fresh {
        members = merged(parts, members, fresh);
    }
    (!members.is_empty() || parts.is_empty()).then_some(Value::Object(members))
}

/// Event types that are members of their own stand beside the others, not under a name.
fn put(members: &mut Map<String, Value>, part: &Part, value: Value) {
    let spread = part.from.as_ref().is_some_and(|from| from.get_ref() == "event_flags");
    match (spread, value) {
        (true, Value::Object(flags)) => {
            for (flag, value) in flags {
                members.entry(flag).or_insert(value);
            }
        }
        (_, value) => path::put(members, part.to.get_ref(), value),
    }
}

/// The change over what stands at the provider, in the order of the description.
fn merged(parts: &[Part], changed: Map<String, Value>, fresh: &Value) -> Map<String, Value> {
    let changed = Value::Object(changed);
    let mut members = Map::new();
    for part in parts {
        let to = part.to.get_ref();
        // What is null at the provider is left out: to send it would say more than is known.
        let kept = || path::at(fresh, to).filter(|value| !value.is_null());
        if let Some(value) = path::at(&changed, to).or_else(kept) {
            path::put(&mut members, to, value.clone());
        }
    }
    // Members that are named by no part: event types that are members of their own.
    if let Value::Object(changed) = changed {
        for (name, value) in changed {
            members.entry(name).or_insert(value);
        }
    }
    members
}

fn value_of(part: &Part, values: &Values) -> Option<Value> {
    let value = match (&part.from, &part.value) {
        (Some(from), _) => values.get(from.get_ref())?.clone(),
        (None, Some(constant)) => json(constant),
        (None, None) => return None,
    };
    let Some(words) = &part.words else { return Some(value) };
    let text = match &value {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    };
    // A value without a word of its own can't be said to this provider, so it is left out.
    words.get(&text).map(json)
}

/// A constant of a description as JSON; dates become their text.
pub(crate) fn json(constant: &toml::Value) -> Value {
    match constant {
        toml::Value::String(text) => Value::String(text.clone()),
        toml::Value::Integer(number) => Value::from(*number),
        toml::Value::Float(number) => Value::from(*number),
        toml::Value::Boolean(truth) => Value::Bool(*truth),
        toml::Value::Datetime(instant) => Value::String(instant.to_string()),
        toml::Value::Array(items) => items.iter().map(json).collect(),
        toml::Value::Table(members) => {
            Value::Object(members.iter().map(|(name, value)| (name.clone(), json(value))).collect())
        }
    }
}
