//! Lists that come in pages: which parameters ask for a page, and whether another follows.

use super::Read;
use crate::description::{ListShape, Pager, PagerKind};
use crate::path;
use serde_json::Value;

/// A list that is being read.
#[derive(Debug)]
pub(crate) struct Pages<'d> {
    shape: &'d ListShape,
    /// Items so far.
    passed: u64,
    page: u64,
    cursor: Option<String>,
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
        Self { shape, passed: 0, page: shape.pager.first, cursor: None, size }
    }

    /// The parameters of the next page.
    pub(crate) fn parameters(&self) -> Vec<(String, String)> {
        let Pager { kind, parameter, size_parameter, .. } = &self.shape.pager;
        let place = match kind {
            PagerKind::None => None,
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

    /// Takes in the answer to that page.
    pub(crate) fn step(&mut self, mut answer: Value) -> Read<Step> {
        let more = self.more(&answer);
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
        let more = !items.is_empty() && more.unwrap_or(full);
        let more = match self.shape.pager.kind {
            PagerKind::None => false,
            PagerKind::Cursor => more && self.cursor.is_some(),
            PagerKind::Offset | PagerKind::Page => more,
        };
        Ok(Step { items, more })
    }

    /// What the answer itself says of a next page. Also notes the next cursor.
    fn more(&mut self, answer: &Value) -> Option<bool> {
        let Pager { kind, next, more, last, .. } = &self.shape.pager;
        let truth = |at: &Option<String>| path::at(answer, at.as_ref()?)?.as_bool();
        let more = truth(more);
        if *kind == PagerKind::Cursor {
            let word = next.as_ref().and_then(|at| path::at(answer, at)?.as_str());
            let word = word.filter(|word| !word.is_empty()).map(str::to_owned);
            // A cursor that does not move would go round for ever.
            let moved = word.is_some() && word != self.cursor;
            self.cursor = if moved { word } else { None };
            return Some(moved && more != Some(false));
        }
        more.or_else(|| truth(last).map(|last| !last))
    }
}
