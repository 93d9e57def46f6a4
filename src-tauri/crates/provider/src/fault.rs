//! What is wrong with a description file, and where.

use std::ops::Range;
use waybill_model::{ErrorCode, Failure};

/// The first fault of a description file. Lines and columns count from 1, columns in characters.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// The file, as it was named by whoever read it.
    pub file: String,
    /// The line the fault begins on.
    pub line: usize,
    /// The column it begins at.
    pub column: usize,
    /// What is wrong, for people.
    pub message: String,
}

impl std::fmt::Display for Fault {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}:{}:{}: {}", self.file, self.line, self.column, self.message)
    }
}

impl std::error::Error for Fault {}

impl Fault {
    pub(crate) fn at(file: &str, text: &str, span: Option<Range<usize>>, message: impl Into<String>) -> Self {
        let offset = span.map_or(0, |span| span.start).min(text.len());
        let before = text.get(..offset).unwrap_or("");
        let line = before.matches('\n').count() + 1;
        let column = before.rsplit('\n').next().unwrap_or("").chars().count() + 1;
        Self { file: file.to_owned(), line, column, message: message.into() }
    }

    /// A fault of the file as a whole: it can't be read at all.
    pub(crate) fn whole(file: &str, message: impl Into<String>) -> Self {
        Self { file: file.to_owned(), line: 1, column: 1, message: message.into() }
    }
}

impl From<Fault> for Failure {
    fn from(fault: Fault) -> Self {
        Self::new(ErrorCode::InvalidDescription, format!("{fault}. The file was not taken in."))
            .hint("Mend the named line; `waybill provider check FILE` tells whether it is right then.")
            .details(serde_json::json!({
                "file": fault.file, "line": fault.line, "column": fault.column, "message": fault.message,
            }))
    }
}
