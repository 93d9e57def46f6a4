//! Reads named values out of a request: headers, fields of the signature header, JSON, forms, the
//! query. Bodies are read at most once, and only when something asks.

use crate::describe::{Selector, Source};
use crate::json::{self, Pointer, READ_LIMIT};
use crate::request::{Request, cut, form_pairs, trim_blanks};
use std::borrow::Cow;
use std::cell::OnceCell;
use std::collections::BTreeMap;

/// Decoded pairs of a form or a query.
type Pairs = Vec<(Vec<u8>, Vec<u8>)>;

/// A request, opened for reading.
pub(crate) struct Reader<'a> {
    /// The request itself.
    pub(crate) request: Request<'a>,
    /// What the scheme's user configured besides the secret.
    pub(crate) config: &'a BTreeMap<String, String>,
    pointers: &'a [Pointer],
    json: OnceCell<Vec<Option<Cow<'a, str>>>>,
    form: OnceCell<Pairs>,
    query: OnceCell<Pairs>,
    address: OnceCell<Vec<u8>>,
}

impl<'a> Reader<'a> {
    /// Opens `request`; `pointers` are all that will be asked of its JSON.
    pub(crate) fn new(
        request: Request<'a>,
        config: &'a BTreeMap<String, String>,
        pointers: &'a [Pointer],
    ) -> Self {
        Self {
            request,
            config,
            pointers,
            json: OnceCell::new(),
            form: OnceCell::new(),
            query: OnceCell::new(),
            address: OnceCell::new(),
        }
    }

    /// The address as the sender saw it. Where the request says only its target, the configured `url` tells
    /// the rest, and nothing else counts; without one the headers tell it, a proxy's before the request's own.
    pub(crate) fn address(&self) -> &[u8] {
        let url = self.request.url;
        if !url.starts_with(b"/") {
            return url;
        }
        self.address.get_or_init(|| match self.config.get("url") {
            Some(configured) => with_target(configured.as_bytes(), self.request),
            None => from_headers(self.request).unwrap_or_else(|| url.to_vec()),
        })
    }

    /// The first of these headers that is there and not empty.
    pub(crate) fn header(&self, names: &[String]) -> Option<&'a [u8]> {
        names.iter().find_map(|name| self.request.header(name))
    }

    /// The scalar at `pointer`.
    pub(crate) fn json(&self, pointer: &Pointer) -> Option<Cow<'_, [u8]>> {
        let found = self.json.get_or_init(|| json::read(self.request.body, self.pointers));
        let index = self.pointers.iter().position(|known| known == pointer)?;
        found.get(index)?.as_deref().map(|text| Cow::Borrowed(text.as_bytes()))
    }

    /// The first form field of that name.
    pub(crate) fn form(&self, name: &str) -> Option<&[u8]> {
        value_of(self.form_pairs(), name)
    }

    /// Every pair of the form in the body.
    pub(crate) fn form_pairs(&self) -> &Pairs {
        self.form.get_or_init(|| {
            let body = self.request.body;
            form_pairs(body.get(..READ_LIMIT).unwrap_or(body))
        })
    }

    /// Every pair of the query.
    pub(crate) fn query_pairs(&self) -> &Pairs {
        self.query.get_or_init(|| form_pairs(self.request.query()))
    }

    /// The first query parameter of that name.
    pub(crate) fn query(&self, name: &str) -> Option<&[u8]> {
        value_of(self.query_pairs(), name)
    }

    /// The value at `source`; `fields` are those of the signature header.
    pub(crate) fn read<'s>(
        &'s self,
        source: &Source,
        fields: &[(&'s [u8], &'s [u8])],
    ) -> Option<Cow<'s, [u8]>> {
        match source {
            Source::Header(names) => self.header(names).map(Cow::Borrowed),
            Source::Field(name) => field(fields, name).map(Cow::Borrowed),
            Source::Json(pointer) => self.json(pointer),
            Source::Form(name) => self.form(name).map(Cow::Borrowed),
            Source::Query(name) => self.query(name).map(Cow::Borrowed),
        }
    }

    /// The text that the first matching selector gives; never empty.
    pub(crate) fn select(&self, selectors: &[Selector]) -> Option<String> {
        selectors.iter().find_map(|selector| self.selected(selector)).filter(|text| !text.is_empty())
    }

    fn selected(&self, selector: &Selector) -> Option<String> {
        let one = |source: &Source| {
            let value = self.read(source, &[])?;
            let text = waybill_model::header_text(&value);
            let end = text.char_indices().nth(MAX_SELECTED).map_or(text.len(), |(at, _)| at);
            text.get(..end).filter(|text| !text.is_empty()).map(str::to_owned)
        };
        match selector {
            Selector::One(source) => one(source),
            Selector::Joined { of, with } => {
                let parts: Option<Vec<String>> = of.iter().map(one).collect();
                parts.map(|parts| parts.join(with))
            }
        }
    }
}

/// The configured address with the query that came; with the path that came, when it names none.
fn with_target(configured: &[u8], request: Request<'_>) -> Vec<u8> {
    let base = cut(cut(configured, b'#').0, b'?').0;
    let host = base.windows(3).position(|window| window == b"://").map_or(0, |at| at + 3);
    let path = base.get(host..).and_then(|rest| rest.iter().position(|byte| *byte == b'/'));
    match path {
        Some(_) if request.query().is_empty() => base.to_vec(),
        Some(_) => [base, b"?", request.query()].concat(),
        None => [base, request.url].concat(),
    }
}

/// The address that the request's headers name; a sender from outside has used https unless they say so.
fn from_headers(request: Request<'_>) -> Option<Vec<u8>> {
    let first = |name: &str| request.header(name).map(|value| trim_blanks(cut(value, b',').0));
    let host = first("x-forwarded-host").or_else(|| request.header("host"))?;
    let scheme: &[u8] = match first("x-forwarded-proto") {
        Some(proto) if proto.eq_ignore_ascii_case(b"http") => b"http://",
        _ => b"https://",
    };
    Some([scheme, host, request.url].concat())
}

/// Characters of a selected value that are kept: more is no name of an event.
const MAX_SELECTED: usize = 256;

/// The first field of that name.
pub(crate) fn field<'f>(fields: &[(&'f [u8], &'f [u8])], name: &str) -> Option<&'f [u8]> {
    fields.iter().find(|(key, _)| *key == name.as_bytes()).map(|(_, value)| *value)
}

fn value_of<'p>(pairs: &'p Pairs, name: &str) -> Option<&'p [u8]> {
    pairs.iter().find(|(key, _)| key == name.as_bytes()).map(|(_, value)| value.as_slice())
}
