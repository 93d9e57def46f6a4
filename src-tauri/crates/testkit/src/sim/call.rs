//! A call to a provider, and answers to it.

use super::Shared;
use axum::body::Body;
use axum::response::Response;
use bytes::Bytes;
use http::{HeaderMap, HeaderValue, StatusCode, header};
use serde_json::{Map, Value};

/// A call as the provider sees it.
pub(crate) struct Call {
    pub(crate) method: String,
    /// Below the base address's own path.
    pub(crate) path: String,
    pub(crate) query: String,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
}

/// Why a call is not let in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Denied {
    /// There is no credential.
    Missing,
    /// There is one that nobody was given.
    Wrong,
    /// There is a genuine one that lacks the right.
    Restricted,
}

impl Call {
    pub(crate) fn segments(&self) -> Vec<&str> {
        self.path.split('/').filter(|part| !part.is_empty()).collect()
    }

    pub(crate) fn parameter(&self, name: &str) -> Option<String> {
        url::form_urlencoded::parse(self.query.as_bytes())
            .find(|(have, _)| have == name)
            .map(|(_, value)| value.into_owned())
    }

    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }

    /// The body as a JSON object; an empty body counts as an empty object.
    pub(crate) fn object(&self) -> Option<Map<String, Value>> {
        if self.body.is_empty() {
            return Some(Map::new());
        }
        serde_json::from_slice(&self.body).ok()
    }

    /// The body as a JSON object; nothing of a body that is not JSON by its content type.
    pub(crate) fn json_object(&self) -> Option<Map<String, Value>> {
        if self.is_json() { self.object() } else { Some(Map::new()) }
    }

    /// The content type without its parameters, in lower case.
    pub(crate) fn content_type(&self) -> String {
        let given = self.header("content-type").unwrap_or_default();
        given.split(';').next().unwrap_or_default().trim().to_ascii_lowercase()
    }

    /// True when there is no body or it calls itself JSON.
    pub(crate) fn is_json(&self) -> bool {
        let kind = self.content_type();
        self.body.is_empty() || kind == "application/json" || kind.ends_with("+json")
    }

    /// The first field that the provider does not know, unless the options say to ignore such.
    pub(crate) fn unknown<'a>(
        &self,
        shared: &Shared,
        object: &'a Map<String, Value>,
        known: &[&str],
    ) -> Option<&'a str> {
        let mut names = object.keys().map(String::as_str);
        names.find(|name| shared.options.strict && !known.contains(name))
    }

    /// A number in the query, kept between 1 and `max`, as most providers do.
    pub(crate) fn number(&self, name: &str, otherwise: usize, max: usize) -> usize {
        self.parameter(name).and_then(|text| text.parse().ok()).unwrap_or(otherwise).clamp(1, max)
    }

    /// The address of this call as its sender wrote it, without the query.
    pub(crate) fn address(&self, shared: &Shared) -> String {
        format!("{}{}", shared.base(), self.path)
    }

    /// Judges the credential: the bearer one, or the key in `key_header`.
    pub(crate) fn denied(&self, shared: &Shared, key_header: Option<&str>) -> Option<Denied> {
        let bearer = self.header("authorization").and_then(|value| value.strip_prefix("Bearer "));
        let key = key_header.and_then(|name| self.header(name));
        Self::denied_as(shared, key.or(bearer))
    }

    /// Judges this credential.
    pub(crate) fn denied_as(shared: &Shared, given: Option<&str>) -> Option<Denied> {
        let world = shared.world();
        let access = &world.access;
        let known = |given: &str| given == access.bearer || access.api_key.as_deref() == Some(given);
        match given {
            None => Some(Denied::Missing),
            Some(given) if known(given) => None,
            Some(given) if given == access.restricted => Some(Denied::Restricted),
            Some(_) => Some(Denied::Wrong),
        }
    }
}

/// An answer in JSON.
pub(crate) fn json(status: u16, value: &Value) -> Response {
    respond(status, "application/json", value.to_string())
}

/// An answer without a body.
pub(crate) fn empty(status: u16) -> Response {
    let mut response = Response::new(Body::empty());
    *response.status_mut() = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    response
}

/// An answer with a body.
pub(crate) fn respond(status: u16, content_type: &'static str, body: impl Into<Body>) -> Response {
    let mut response = empty(status);
    *response.body_mut() = body.into();
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static(content_type));
    response
}

/// Adds a header whose value is known to be printable.
pub(crate) fn with_header(mut response: Response, name: &'static str, value: &str) -> Response {
    if let Ok(value) = HeaderValue::from_str(value) {
        response.headers_mut().insert(name, value);
    }
    response
}

/// The items of a list of texts, or nothing when it is anything else.
pub(crate) fn texts(value: &Value) -> Option<Vec<String>> {
    value.as_array()?.iter().map(|item| item.as_str().map(str::to_owned)).collect()
}
