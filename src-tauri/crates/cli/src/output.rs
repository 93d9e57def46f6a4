//! What is written where: results to standard output, messages and errors to standard error.
#![allow(clippy::print_stdout, clippy::print_stderr)]

use serde_json::{Value, json};
use std::io::{ErrorKind, IsTerminal, Write};
use std::process::ExitCode;
use std::sync::{Mutex, PoisonError};
use waybill_model::{ErrorCode, Failure};

/// The widest column but the last, in characters.
const WIDEST: usize = 60;

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
    /// Why nothing more is written to standard output, if nothing more is.
    lost: Mutex<Option<Lost>>,
}

enum Lost {
    /// The reader has gone away: it has had enough.
    Gone,
    /// It could not be written.
    Failed(Failure),
}

impl Out {
    pub(crate) fn new(json: bool, quiet: bool) -> Self {
        Self { json, quiet, lost: Mutex::new(None) }
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

    /// One JSON document (or line), or text.
    pub(crate) fn result(&self, value: &Value, text: impl FnOnce() -> String) {
        let line = if self.json { value.to_string() } else { text() };
        self.raw(format!("{}\n", line.trim_end_matches('\n')).as_bytes());
    }

    /// Bytes as they are. Once nobody reads them or they can't be written, nothing more is tried: what the
    /// command does is not ended by that.
    pub(crate) fn raw(&self, bytes: &[u8]) {
        let mut lost = self.lost.lock().unwrap_or_else(PoisonError::into_inner);
        if lost.is_some() {
            return;
        }
        let mut stdout = std::io::stdout().lock();
        if let Err(error) = stdout.write_all(bytes).and_then(|()| stdout.flush()) {
            let code = match error.kind() {
                ErrorKind::BrokenPipe => {
                    *lost = Some(Lost::Gone);
                    return;
                }
                ErrorKind::StorageFull => ErrorCode::DiskFull,
                _ => ErrorCode::Internal,
            };
            let message = format!("The result could not be written: {error}. What was done is done.");
            *lost = Some(Lost::Failed(Failure::new(code, message)));
        }
    }

    /// Bytes that others have sent. A terminal is not given what would steer it.
    ///
    /// # Errors
    /// `invalid_input` when standard output is a terminal and they would.
    pub(crate) fn payload(&self, bytes: &[u8]) -> Result<(), Failure> {
        if std::io::stdout().is_terminal() && steers(bytes) {
            return Err(Failure::invalid(
                "These bytes would steer the terminal or are no text; they were not written.",
            )
            .hint("Write them to a file: add > FILE."));
        }
        self.raw(bytes);
        Ok(())
    }

    /// True once there is no use in writing results.
    pub(crate) fn is_lost(&self) -> bool {
        self.lost.lock().unwrap_or_else(PoisonError::into_inner).is_some()
    }

    /// Why a result could not be written.
    pub(crate) fn unwritten(&self) -> Option<Failure> {
        match &*self.lost.lock().unwrap_or_else(PoisonError::into_inner) {
            Some(Lost::Failed(failure)) => Some(failure.clone()),
            Some(Lost::Gone) | None => None,
        }
    }

    /// Shows a secret that would be lost otherwise: on a terminal, and nowhere else. True when it was shown.
    pub(crate) fn last_sight(&self, secret: &str) -> bool {
        let shown = std::io::stderr().is_terminal();
        if shown {
            eprintln!("{secret}");
        }
        shown
    }

    /// A fault in a query, with the place where it is: in text drawn under the query, in JSON as `details` has it.
    pub(crate) fn pointed(&self, mut failure: Failure, query: &str) -> Failure {
        if failure.code != ErrorCode::InvalidQuery {
            return failure;
        }
        // Words for somebody who types into the window, where a wrong query leaves the one before.
        failure.hint = failure.hint.filter(|hint| !hint.contains("stays in force"));
        let place = |field: &str| {
            let details = failure.details.as_ref()?;
            usize::try_from(details[field].as_u64()?).ok()
        };
        if let (false, Some(start), Some(end)) = (self.json, place("start"), place("end")) {
            let marks = "^".repeat(end.saturating_sub(start).max(1));
            let drawn = format!("{}\n{:start$}{marks}", plain(query), "");
            failure.hint = Some(match failure.hint {
                Some(hint) => format!("{drawn}\n{hint}"),
                None => drawn,
            });
        }
        failure
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
            // A provider's own words may be among them.
            eprintln!("error: {} [{}]", plain(&failure.message), failure.code);
            for field in &failure.fields {
                // Most messages say already what is wrong with which field.
                if !failure.message.contains(&field.problem) {
                    eprintln!("  {}: {}", plain(&field.field), plain(&field.problem));
                }
            }
            for line in failure.hint.iter().flat_map(|hint| hint.lines()) {
                eprintln!("  {}", plain(line));
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
            *width = (*width).max(cell.chars().count()).min(WIDEST);
        }
    }
    let line = |cells: Vec<&str>| {
        let mut text = String::new();
        for (index, cell) in cells.iter().enumerate() {
            let last = index + 1 == cells.len();
            let shown = if last { (*cell).to_owned() } else { shortened(cell) };
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

fn shortened(cell: &str) -> String {
    if cell.chars().count() <= WIDEST {
        return cell.to_owned();
    }
    cell.chars().take(WIDEST - 1).chain(['…']).collect()
}

/// True for bytes that are no text, or that hold control characters beyond tabs and line ends.
fn steers(bytes: &[u8]) -> bool {
    std::str::from_utf8(bytes)
        .map_or(true, |text| text.chars().any(|c| c.is_control() && !matches!(c, '\t' | '\n' | '\r')))
}

/// Text that is safe on a terminal: control and direction-changing characters become `\u{…}`.
pub(crate) fn plain(text: &str) -> String {
    text.chars()
        .map(|c| match c {
            '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}' => {
                c.escape_unicode().to_string()
            }
            c if c.is_control() => c.escape_default().to_string(),
            c => c.to_string(),
        })
        .collect()
}

/// A title, and what is known under it, a line each; what is empty is left out.
pub(crate) fn record(title: &str, rows: &[(&str, String)]) -> String {
    let told: Vec<&(&str, String)> = rows.iter().filter(|(_, value)| !value.trim().is_empty()).collect();
    let width = told.iter().map(|(name, _)| name.chars().count()).max().unwrap_or_default();
    let mut shown = title.to_owned();
    for (name, value) in told {
        shown.push_str(&format!("\n  {name:width$}  {}", value.trim_end()));
    }
    shown
}

/// An RFC 3339 time in UTC as a table shows it: to the millisecond, under a head that says UTC.
pub(crate) fn when(time: &str) -> String {
    time.trim_end_matches('Z').chars().take(23).collect::<String>().replace('T', " ")
}

/// A number and the word for what is counted.
pub(crate) fn counted(count: u64, one: &str, many: &str) -> String {
    format!("{count} {}", if count == 1 { one } else { many })
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
    fn bytes_that_steer_a_terminal_are_told() {
        for (bytes, expected) in [
            (&b"plain\r\n\ttext"[..], false),
            ("grün".as_bytes(), false),
            (b"a\x1b[2J", true),
            (b"a\x07", true),
            ("a\u{9b}2J".as_bytes(), true),
            (&[0xff, 0xfe], true),
        ] {
            assert_eq!(steers(bytes), expected, "{bytes:?}");
        }
    }

    #[test]
    fn a_long_cell_is_seen_to_be_cut() {
        let long = "x".repeat(WIDEST + 1);
        let text = table(&["A", "B"], &[vec![long, "b".into()]]);
        let line = text.lines().nth(1).unwrap();
        assert_eq!(line, format!("{}…  b", "x".repeat(WIDEST - 1)));
    }

    #[test]
    fn a_wrong_query_is_shown_where_it_is_wrong() {
        let fault = || {
            Failure::new(ErrorCode::InvalidQuery, "There is no field.")
                .details(json!({ "start": 5, "end": 7 }))
                .hint("The last valid query stays in force.")
        };
        let hint = |json: bool| Out::new(json, false).pointed(fault(), "size:1 ab:c").hint;
        assert_eq!(hint(false).as_deref(), Some("size:1 ab:c\n     ^^"));
        assert_eq!(hint(true), None);
        let other = Failure::invalid("no").hint("stays");
        assert_eq!(Out::new(false, false).pointed(other, "q").hint.as_deref(), Some("stays"));
    }

    #[test]
    fn a_record_lines_up_and_leaves_out_what_is_empty() {
        let rows = [("id", "7".to_owned()), ("label", " ".to_owned()), ("address", "http://x".to_owned())];
        assert_eq!(record("a", &rows), "a\n  id       7\n  address  http://x");
    }

    #[test]
    fn times_and_counts_are_words() {
        assert_eq!(when("2026-11-21T08:38:27.017120690Z"), "2026-11-21 08:38:27.017");
        assert_eq!(when("2026-11-21T08:38:27Z"), "2026-11-21 08:38:27");
        for (count, words) in [(0, "0 deliveries"), (1, "1 delivery"), (2, "2 deliveries")] {
            assert_eq!(counted(count, "delivery", "deliveries"), words);
        }
    }

    #[test]
    fn columns_line_up() {
        let text = table(&["ID", "NAME"], &[vec!["1".into(), "a".into()], vec!["1000".into(), "b".into()]]);
        assert_eq!(text, "ID    NAME\n1     a\n1000  b");
    }
}
