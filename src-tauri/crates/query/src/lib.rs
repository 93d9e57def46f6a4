//! The query language of the window, the command line and saved views.
//!
//! Words match anywhere in body, headers or path; `"a phrase"`; `field:value`; `-x` negates; `or`;
//! parentheses; standing side by side means "and". A wrong query says where it is wrong.
//!
//! This crate parses ([`Query::parse`]), prints back (`Display`, with `parse(print(q)) == q`),
//! proposes completions ([`complete`]) and turns a query into an SQL condition ([`Query::to_sql`]).
//! It does no I/O; nothing a user typed ever stands in the SQL text itself.

mod complete;
mod field;
mod lex;
mod parse;
mod print;
mod sql;
mod time;

pub use complete::{Completions, Item, ValuesOf, complete};
pub use sql::{Condition, Param, TextSearch};
pub use time::instant;

use waybill_model::{ErrorCode, Failure, Timestamp};

/// A parsed query. Relative times are resolved against the instant given to [`Query::parse`].
#[derive(Clone, Debug, PartialEq)]
pub struct Query {
    root: Option<Node>,
}

/// A part of a query.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Node {
    All(Vec<Node>),
    Any(Vec<Node>),
    Not(Box<Node>),
    Text { needle: String, quoted: bool },
    Field(field::Term),
}

/// What is wrong with a query, and where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct QueryFault {
    /// The first wrong character, counted from 0.
    pub start: usize,
    /// The character after the last wrong one.
    pub end: usize,
    /// One sentence.
    pub message: String,
    /// What was probably meant.
    pub suggestion: Option<String>,
}

impl QueryFault {
    pub(crate) fn new(range: (usize, usize), message: impl Into<String>) -> Self {
        Self { start: range.0, end: range.1, message: message.into(), suggestion: None }
    }
}

impl From<QueryFault> for Failure {
    fn from(fault: QueryFault) -> Self {
        let failure = Self::new(ErrorCode::InvalidQuery, fault.message)
            .details(serde_json::json!({ "start": fault.start, "end": fault.end }));
        match fault.suggestion {
            Some(suggestion) => failure.hint(suggestion),
            None => failure.hint("The last valid query stays in force."),
        }
    }
}

impl Query {
    /// Reads a query.
    ///
    /// # Errors
    /// A fault with the place of the first thing that can't be understood.
    pub fn parse(text: &str, now: Timestamp) -> Result<Self, QueryFault> {
        parse::parse(text, now).map(|root| Self { root })
    }

    /// The query that matches every delivery.
    #[must_use]
    pub fn everything() -> Self {
        Self { root: None }
    }

    /// True when it matches every delivery.
    #[must_use]
    pub fn is_everything(&self) -> bool {
        self.root.is_none()
    }

    /// The query as a condition over the table `deliveries d`.
    pub fn to_sql(&self, text: &mut dyn TextSearch) -> Condition {
        sql::condition(self.root.as_ref(), text)
    }
}

#[cfg(test)]
mod tests;
