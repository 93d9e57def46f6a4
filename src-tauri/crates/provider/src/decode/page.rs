//! Lists that come in pages: which parameters ask for a page, and whether another follows.
//!
//! A list that goes round in circles is told as a fault of the answer: a cursor that came before, or
//! a page that is the one before it once more.

use super::Read;
use crate::description::{ListShape, Pager, PagerKind};
use crate::path;
use serde_json::Value;
use std::collections::BTreeSet;
use url::Url;

/// The longest cursor that is believed, in bytes.
const LONGEST_CURSOR: usize = 4096;

/// A list that is being read.
#[derive(Debug)]
pub(crate) struct Pages<'d> {
    shape: &'d ListShape,
    /// Items so far.
    passed: u64,
    page: u64,
    cursor: Option<String>,
    /// The parameters that the `Link` header's `next` has.
    link: Vec<(String, String)>,
    /// Every cursor that was followed.
    seen: BTreeSet<String>,
    /// The page before this one.
    before: Vec<Value>,
    /// Items a page, where the caller wants fewer than the description's size.
    size: Option<u32>,
}

/// What a page held.
#[derive(Debug)]
pub(crate) struct Step {
    pub(crate) items: Vec<Value>,
    pub(crate) more: bool,
}

impl<'d> Pages<'d> {
    /// A list from its beginning. `limit` is how many items are wanted at most.
    pub(crate) fn new(shape: &'d ListShape, limit: Option<usize>) -> Self {
        let limit = limit.map(|limit| u32::try_from(limit.max(1)).unwrap_or(u32::MAX));
        let size = shape.pager.size.map(|size| limit.map_or(size, |limit| size.min(limit)));
        Self {
            shape,
            passed: 0,
            page: shape.pager.first,
            cursor: None,
            link: Vec::new(),
            seen: BTreeSet::new(),
            before: Vec::new(),
            size,
        }
    }

    /// The parameters of the next page.
    pub(crate) fn parameters(&self) -> Vec<(String, String)> {
        let Pager { kind, parameter, size_parameter, .. } = &self.shape.pager;
        if !self.link.is_empty() {
            return self.link.clone();
        }
        let place = match kind {
            PagerKind::None | PagerKind::Link => None,
            PagerKind::Offset => Some(self.passed.to_string()),
            PagerKind::Page => Some(self.page.to_string()),
            PagerKind::Cursor => self.cursor.clone(),
        };
        let place = parameter.clone().zip(place);
        let size = size_parameter.clone().zip(self.size.map(|size| size.to_string()));
        match kind {
            // In the order in which the providers' pages write them.
            PagerKind::Page => place.into_iter().chain(size).collect(),
            _ => size.into_iter().chain(place).collect(),
        }
    }

    /// Takes in the answer to that page; `link` is its `Link` header.
    pub(crate) fn step(&mut self, mut answer: Value, link: Option<&str>) -> Read<Step> {
        let told = self.told(&answer);
        let next = self.shape.pager.next.as_ref().and_then(|at| word(path::at(&answer, at)?));
        let at = &self.shape.items;
        let items = if at.is_empty() {
            Some(&mut answer)
        } else {
            answer.pointer_mut(&format!("/{}", at.replace('.', "/")))
        };
        let items = match items.map(Value::take) {
            Some(Value::Array(items)) => items,
            Some(other) if at.is_empty() => {
                return Err(format!("its answer is {} where a list is expected", path::kind(&other)));
            }
            Some(other) => return Err(format!("`{at}` is {} where a list is expected", path::kind(&other))),
            None => return Err(format!("`{at}` is missing in its answer")),
        };
        self.passed += items.len() as u64;
        self.page += 1;
        let full = self.size.is_none_or(|size| items.len() >= size as usize);
        let more = match self.shape.pager.kind {
            PagerKind::None => false,
            PagerKind::Offset | PagerKind::Page => !items.is_empty() && told.unwrap_or(full),
            PagerKind::Cursor => {
                let from_item = self.shape.pager.next_item.as_ref();
                let next = next.or_else(|| word(path::at(items.last()?, from_item?)?));
                // Without a word of its own that there is more, an empty page is the last one.
                let more = told.unwrap_or(!items.is_empty() && from_item.is_none_or(|_| full));
                more && self.follow(next)?
            }
            PagerKind::Link => self.follow_link(link)?,
        };
        if more && !items.is_empty() && items == self.before {
            return Err("its list goes round in a circle: one page is the one before it once more".to_owned());
        }
        self.before.clone_from(&items);
        Ok(Step { items, more })
    }

    /// What the answer itself says of a next page.
    fn told(&self, answer: &Value) -> Option<bool> {
        let Pager { more, last, .. } = &self.shape.pager;
        let truth = |at: &Option<String>| path::at(answer, at.as_ref()?)?.as_bool();
        truth(more).or_else(|| truth(last).map(|last| !last))
    }

    /// Notes the next cursor; false: there is none.
    fn follow(&mut self, next: Option<String>) -> Read<bool> {
        let Some(next) = next else { return Ok(false) };
        if next.len() > LONGEST_CURSOR {
            return Err(format!("its cursor is longer than {LONGEST_CURSOR} characters"));
        }
        if !self.seen.insert(next.clone()) {
            return Err("its list goes round in a circle: a cursor came that had come before".to_owned());
        }
        self.cursor = Some(next);
        Ok(true)
    }

    /// Notes the parameters of the header's `next`. Where it points to is never called: only what it
    /// asks for is asked of the address that the description has.
    fn follow_link(&mut self, header: Option<&str>) -> Read<bool> {
        let Some(target) = header.and_then(next_link) else { return Ok(false) };
        if !self.follow(Some(target.to_owned()))? {
            return Ok(false);
        }
        let base = Url::parse("https://localhost/").ok();
        let url = Url::options().base_url(base.as_ref()).parse(target);
        let url = url.map_err(|_| "the address of the next page in its header `Link` is none".to_owned())?;
        self.link = url.query_pairs().into_owned().collect();
        if self.link.is_empty() {
            return Err("the next page in its header `Link` is named without any parameter".to_owned());
        }
        Ok(true)
    }
}

/// A cursor as text; an empty one is none.
fn word(value: &Value) -> Option<String> {
    match value {
        Value::String(text) if !text.is_empty() => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    }
}

/// The target of `rel="next"` in a `Link` header (RFC 8288).
fn next_link(header: &str) -> Option<&str> {
    let mut rest = header;
    while let Some((_, after)) = rest.split_once('<') {
        let (target, after) = after.split_once('>')?;
        let parameters = after.split_once('<').map_or(after, |(parameters, _)| parameters);
        let is_next = parameters.split([';', ',']).any(|parameter| {
            let (name, value) = parameter.split_once('=').unwrap_or((parameter, ""));
            let value = value.trim().trim_matches('"');
            name.trim().eq_ignore_ascii_case("rel")
                && value.split_ascii_whitespace().any(|relation| relation.eq_ignore_ascii_case("next"))
        });
        if is_next {
            return Some(target);
        }
        rest = after;
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_next_page_is_found_in_the_header() {
        for (header, expected) in [
            (
                "<https://a/b?page=2>; rel=\"next\", <https://a/b?page=9>; rel=\"last\"",
                Some("https://a/b?page=2"),
            ),
            ("<https://a/b?page=1>; rel=\"prev\", </b?page=3>;rel=next", Some("/b?page=3")),
            ("<x?a,b;c=1>; title=\"y\"; rel=\"last next\"", Some("x?a,b;c=1")),
            ("<https://a/b>; rel=\"last\"", None),
            ("<https://a/b", None),
            ("rel=\"next\"", None),
            ("", None),
        ] {
            assert_eq!(next_link(header), expected, "{header}");
        }
    }
}
