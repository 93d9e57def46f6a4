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

    /// Judges the credential: the bearer one, or the key in `key_header`.
    pub(crate) fn denied(&self, shared: &Shared, key_header: Option<&str>) -> Option<Denied> {
        let bearer = self.header("authorization").and_then(|value| value.strip_prefix("Bearer "));
        let key = key_header.and_then(|name| self.header(name));
        let world = shared.world();
        let access = &world.access;
        let known = |given: &str| given == access.bearer || access.api_key.as_deref() == Some(given);
        match key.or(bearer) {
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
