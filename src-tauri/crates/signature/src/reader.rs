//! Reads named values out of a request: headers, fields of the signature header, JSON, forms, the
//! query. Bodies are read at most once, and only when something asks.

use crate::describe::{Selector, Source};
use crate::json::{self, Pointer, READ_LIMIT};
use crate::request::{Request, form_pairs};
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
        }
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

/// Characters of a selected value that are kept: more is no name of an event.
const MAX_SELECTED: usize = 256;

/// The first field of that name.
pub(crate) fn field<'f>(fields: &[(&'f [u8], &'f [u8])], name: &str) -> Option<&'f [u8]> {
    fields.iter().find(|(key, _)| *key == name.as_bytes()).map(|(_, value)| *value)
}

fn value_of<'p>(pairs: &'p Pairs, name: &str) -> Option<&'p [u8]> {
    pairs.iter().find(|(key, _)| key == name.as_bytes()).map(|(_, value)| value.as_slice())
}
