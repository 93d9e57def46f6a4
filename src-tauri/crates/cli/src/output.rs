//! What is written where: results to standard output, messages and errors to standard error.
#![allow(clippy::print_stdout, clippy::print_stderr)]

use serde_json::{Value, json};
use std::io::{IsTerminal, Write};
use std::process::ExitCode;
use waybill_model::Failure;

/// How a command ended when it did not fail.
pub(crate) enum Outcome {
    /// Exit 0.
    Done,
    /// Exit 1: done, and the answer is no.
    No,
    /// Another status, already explained.
    Refused(u8),
}

/// Where output goes.
pub(crate) struct Out {
    json: bool,
    quiet: bool,
}

impl Out {
    pub(crate) fn new(json: bool, quiet: bool) -> Self {
        Self { json, quiet }
    }

    /// True with `--json`.
    pub(crate) fn is_json(&self) -> bool {
        self.json
    }

    /// A message for people.
    pub(crate) fn message(&self, text: &str) {
        if !self.quiet {
            eprintln!("{text}");
        }
    }

    /// A counter that stays on one line of a terminal; nothing elsewhere.
    pub(crate) fn progress(&self, text: &str) {
        if !self.quiet && std::io::stderr().is_terminal() {
            eprint!("\r\x1b[2K{text}");
            let _ = std::io::stderr().flush();
        }
    }

    /// Ends the line of `progress`.
    pub(crate) fn progress_end(&self) {
        if !self.quiet && std::io::stderr().is_terminal() {
            eprintln!();
        }
    }

    /// One JSON document (or line), or text. A reader that has gone away ends the program quietly.
    pub(crate) fn result(&self, value: &Value, text: impl FnOnce() -> String) {
        let line = if self.json { value.to_string() } else { text() };
        self.raw(format!("{}\n", line.trim_end_matches('\n')).as_bytes());
    }

    /// Bytes as they are.
    pub(crate) fn raw(&self, bytes: &[u8]) {
        let mut stdout = std::io::stdout().lock();
        if stdout.write_all(bytes).and_then(|()| stdout.flush()).is_err() {
            std::process::exit(0);
        }
    }

    /// An error, and the exit status it leads to.
    pub(crate) fn failure(&self, failure: &Failure) -> ExitCode {
        if self.json {
            let mut error = json!({ "code": failure.code, "message": failure.message });
            if let Some(hint) = &failure.hint {
                error["hint"] = json!(hint);
            }
            if let Some(details) = &failure.details {
                error["details"] = (**details).clone();
            }
            if !failure.fields.is_empty() {
                error["fields"] = json!(failure.fields);
            }
            eprintln!("{}", json!({ "error": error }));
        } else {
            eprintln!("error: {} [{}]", failure.message, failure.code);
            for field in &failure.fields {
                eprintln!("  {}: {}", field.field, field.problem);
            }
            if let Some(hint) = &failure.hint {
                eprintln!("  {hint}");
            }
        }
        ExitCode::from(failure.code.exit_status())
    }
}

/// A table with aligned columns; the last one is not padded. Control characters are shown, not sent to the terminal.
pub(crate) fn table(head: &[&str], rows: &[Vec<String>]) -> String {
    let rows: Vec<Vec<String>> =
        rows.iter().map(|row| row.iter().map(|cell| plain(cell)).collect()).collect();
    let mut widths: Vec<usize> = head.iter().map(|cell| cell.chars().count()).collect();
    for row in &rows {
        for (width, cell) in widths.iter_mut().zip(row) {
            *width = (*width).max(cell.chars().count()).min(60);
        }
    }
    let line = |cells: Vec<&str>| {
        let mut text = String::new();
        for (index, cell) in cells.iter().enumerate() {
            let last = index + 1 == cells.len();
            let shown: String = if last { (*cell).to_owned() } else { cell.chars().take(60).collect() };
            let pad = if last { 0 } else { widths[index].saturating_sub(shown.chars().count()) + 2 };
            text.push_str(&shown);
            text.extend(std::iter::repeat_n(' ', pad));
        }
        text.trim_end().to_owned()
    };
    let mut lines = vec![line(head.to_vec())];
    lines.extend(rows.iter().map(|row| line(row.iter().map(String::as_str).collect())));
    lines.join("\n")
}

/// Text that is safe on a terminal: control and direction-changing characters become `\u{…}`.
pub(crate) fn plain(text: &str) -> String {
    text.chars()
        .map(|c| match c {
            '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{200e}' | '\u{200f}' => {
                c.escape_unicode().to_string()
            }
            c if c.is_control() => c.escape_default().to_string(),
            c => c.to_string(),
        })
        .collect()
}

/// Reads a field of a JSON object as text; numbers and booleans as they are written.
pub(crate) fn text(value: &Value, field: &str) -> String {
    match &value[field] {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

/// Bytes as people write them.
pub(crate) fn bytes(count: u64) -> String {
    match count {
        0..1_000 => format!("{count} B"),
        1_000..1_000_000 => format!("{:.1} kB", count as f64 / 1e3),
        1_000_000..1_000_000_000 => format!("{:.1} MB", count as f64 / 1e6),
        _ => format!("{:.1} GB", count as f64 / 1e9),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_that_moves_the_cursor_reaches_a_terminal() {
        for (given, shown) in [
            ("a\u{1b}[31mb", "a\\u{1b}[31mb"),
            ("x\ny", "x\\ny"),
            ("a\u{202e}b", "a\\u{202e}b"),
            ("grün", "grün"),
        ] {
            assert_eq!(plain(given), shown);
        }
    }

    #[test]
    fn columns_line_up() {
        let text = table(&["ID", "NAME"], &[vec!["1".into(), "a".into()], vec!["1000".into(), "b".into()]]);
        assert_eq!(text, "ID    NAME\n1     a\n1000  b");
    }
}
