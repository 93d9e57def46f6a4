//! From a description and values to the one request that is sent.
//!
//! Bodies hold what the description's list allows and nothing else: MindBridge takes a member that
//! it does not know as an invalid request, and echoing what was read would send read-only fields.

use crate::base;
use crate::call::DryRun;
use crate::description::{Description, Operation, Part};
use crate::path;
use crate::prepare::Values;
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
    /// The header and prefix of the credential.
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
    pub(crate) auth_header: String,
    pub(crate) auth_prefix: String,
}

impl Request {
    /// Builds the request of `operation`, whose description is `shape`.
    ///
    /// `page` are the pager's parameters, `fresh` what a merged update fills its gaps from, `key`
    /// the idempotency key.
    pub(crate) fn build(
        description: &Description,
        frame: &Frame,
        operation: ProviderOperation,
        values: &Values,
        page: &[(String, String)],
        fresh: Option<&Value>,
        key: Option<&str>,
    ) -> Result<Self, Failure> {
        let shape = description.operation(operation);
        let (Some(method), Some(template)) = (&shape.method, &shape.path) else {
            return Err(Failure::internal(format!("{} has no call for this", description.name())));
        };
        let method = Method::from_bytes(method.get_ref().as_bytes())
            .map_err(|_| Failure::internal("the description's method can't be sent"))?;
        let id = values.get("id").and_then(Value::as_str);
        let filled = base::fill(template.get_ref(), |name| match name {
            "id" => id,
            name => frame.vars.get(name).map(String::as_str),
        })
        .map_err(|(name, problem)| Failure::invalid(format!("{name} {problem}. Nothing was sent.")))?;
        let mut address = format!("{}{filled}", frame.base);
        let query = query(shape, values, page);
        if !query.is_empty() {
            address.push('?');
            address.push_str(&query);
        }
        let url = Url::parse(&address).map_err(|error| {
            Failure::invalid(format!("{address} is not an address: {error}. Nothing was sent."))
        })?;
        let body = shape.body.as_ref().and_then(|parts| body(parts, values, fresh));
        let mut headers = vec![("Accept".to_owned(), "application/json".to_owned())];
        headers
            .extend(description.headers.iter().map(|(name, value)| (name.clone(), value.get_ref().clone())));
        if body.is_some() {
            headers.push(("Content-Type".to_owned(), "application/json".to_owned()));
        }
        let mut keyed = false;
        if let (Some(header), Some(key)) = (&shape.idempotency_header, key) {
            headers.push((header.get_ref().clone(), key.to_owned()));
            keyed = true;
        }
        headers.push(("User-Agent".to_owned(), concat!("Waybill/", env!("CARGO_PKG_VERSION")).to_owned()));
        Ok(Self {
            operation,
            method,
            url,
            headers,
            body,
            auth_header: frame.auth_header.clone(),
            auth_prefix: frame.auth_prefix.clone(),
            keyed,
            marked: shape.merge && description.endpoint.revision.is_some(),
        })
    }

    /// The request as it would go out, the credential covered.
    pub(crate) fn dry_run(self) -> DryRun {
        let mut headers = vec![(self.auth_header, format!("{}{PLACEHOLDER}", self.auth_prefix))];
        headers.extend(self.headers);
        DryRun { method: self.method.to_string(), url: self.url.into(), headers, body: self.body }
    }

    /// True for a call that changes nothing at the provider.
    pub(crate) fn reads(&self) -> bool {
        matches!(self.operation, ProviderOperation::List | ProviderOperation::Get | ProviderOperation::Log)
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

fn query(shape: &Operation, values: &Values, page: &[(String, String)]) -> String {
    let fixed = shape.query.iter().filter_map(|part| {
        let text = match value_of(part, values)? {
            Value::String(text) => text,
            other => other.to_string(),
        };
        Some((part.to.get_ref().clone(), text))
    });
    let pairs: Vec<String> = fixed
        .chain(page.iter().cloned())
        .map(|(name, value)| format!("{}={}", base::encode(&name), base::encode(&value)))
        .collect();
    pairs.join("&")
}

/// The body's bytes, or none: a list of parts of which none has a value is an empty body, an empty
/// list of parts is the empty object.
fn body(parts: &[Part], values: &Values, fresh: Option<&Value>) -> Option<String> {
    let mut members = Map::new();
    for part in parts {
        if let Some(value) = value_of(part, values) {
            path::put(&mut members, part.to.get_ref(), value);
        }
    }
    if let Some(fresh) = fresh {
        members = merged(parts, members, fresh);
    }
    (!members.is_empty() || parts.is_empty()).then(|| Value::Object(members).to_string())
}

/// The change over what stands at the provider, in the order of the description.
fn merged(parts: &[Part], changed: Map<String, Value>, fresh: &Value) -> Map<String, Value> {
    let changed = Value::Object(changed);
    let mut members = Map::new();
    for part in parts {
        let to = part.to.get_ref();
        if let Some(value) = path::at(&changed, to).or_else(|| path::at(fresh, to)) {
            path::put(&mut members, to, value.clone());
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
