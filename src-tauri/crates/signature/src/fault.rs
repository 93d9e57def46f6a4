//! What is wrong with a scheme file, and where.

use serde_json::json;
use std::fmt;
use std::ops::Range;
use waybill_model::{ErrorCode, Failure};

/// A fault in a scheme file. Lines and columns count from 1, columns in characters.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SchemeFault {
    /// The file's name as it was given.
    pub file: String,
    /// The line of the first wrong character.
    pub line: usize,
    /// Its column.
    pub column: usize,
    /// What is wrong, in one sentence.
    pub message: String,
}

impl SchemeFault {
    /// A fault at the bytes `span` of `text`; without a span it stands at the beginning.
    pub(crate) fn at(file: &str, text: &str, span: Option<Range<usize>>, message: impl Into<String>) -> Self {
        let start = span.map_or(0, |span| span.start).min(text.len());
        let before = text.get(..start).unwrap_or_default();
        let line = before.matches('\n').count() + 1;
        let column = before.rsplit('\n').next().unwrap_or_default().chars().count() + 1;
        Self { file: file.to_owned(), line, column, message: message.into() }
    }
}

impl fmt::Display for SchemeFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}:{}: {}", self.file, self.line, self.column, self.message)
    }
}

impl std::error::Error for SchemeFault {}

impl From<SchemeFault> for Failure {
    fn from(fault: SchemeFault) -> Self {
        Self::new(ErrorCode::InvalidDescription, format!("The scheme file can't be used: {fault}"))
            .hint("Mend the file at that place and read it again.")
            .details(json!({ "file": fault.file, "line": fault.line, "column": fault.column }))
    }
}
