//! What could stand at the cursor.

use crate::field::{FIELDS, VERDICTS};
use waybill_model::Reason;

/// Proposals for one place of a query.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Completions {
    /// Replace from this character …
    pub start: usize,
    /// … up to this one.
    pub end: usize,
    /// The proposals, best first.
    pub items: Vec<Item>,
    /// Values that only the store knows are wanted too.
    pub values_of: Option<ValuesOf>,
}

/// One proposal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Item {
    /// What to put in.
    pub insert: String,
    /// What to show.
    pub label: String,
    /// One line of explanation.
    pub detail: String,
}

/// Values that occur in the store.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ValuesOf {
    /// `inbox`, `type`, `method` or `scheme`.
    pub field: &'static str,
    /// What they begin with.
    pub prefix: String,
}

/// Proposals for the place `cursor` (in characters) of `text`.
#[must_use]
pub fn complete(text: &str, cursor: usize) -> Completions {
    let chars: Vec<char> = text.chars().collect();
    let end = cursor.min(chars.len());
    let mut start = end;
    while start > 0 && !chars[start - 1].is_whitespace() && !matches!(chars[start - 1], '(' | ')') {
        start -= 1;
    }
    while start < end && chars[start] == '-' {
        start += 1;
    }
    let word: String = chars[start..end].iter().collect();
    let Some((name, value)) = word.split_once(':') else {
        let lower = word.to_ascii_lowercase();
        let items = FIELDS
            .iter()
            .filter(|(field, _)| field.starts_with(&lower))
            .map(|(field, detail)| {
                let insert = if field.ends_with('.') { (*field).to_owned() } else { format!("{field}:") };
                Item { label: insert.clone(), insert, detail: (*detail).to_owned() }
            })
            .collect();
        return Completions { start, end, items, values_of: None };
    };
    // After a comma the next value of a list begins.
    let typed = value.rsplit(',').next().unwrap_or_default();
    let start = end - typed.chars().count();
    let field = name.to_ascii_lowercase();
    let fixed: Vec<(String, &str)> = match field.as_str() {
        "verdict" | "signature" => VERDICTS.iter().map(|verdict| (verdict.code().to_owned(), "")).collect(),
        "reason" => {
            Reason::ALL.iter().map(|reason| (reason.code().to_owned(), reason.verdict().code())).collect()
        }
        "origin" => words(&[
            ("captured", "it reached the capture server"),
            ("imported", "from a file"),
            ("recovered", "from a provider's log"),
            ("streamed", "from a provider's live stream"),
        ]),
        "is" => words(&[("handshake", ""), ("replayed", ""), ("starred", "")]),
        "starred" | "replayed" | "handshake" => words(&[("yes", ""), ("no", "")]),
        "status" => words(&[
            ("2xx", "answered well"),
            ("4xx", "refused"),
            (">=500", "failed"),
            ("0", "the sender had left"),
        ]),
        "since" | "until" => words(&[
            ("15m", "ago"),
            ("1h", "ago"),
            ("today", "since midnight UTC"),
            ("yesterday", ""),
            ("7d", "ago"),
            ("mon", "the last Monday"),
        ]),
        "size" => words(&[(">10kb", ""), (">1mb", "")]),
        "duration" => words(&[(">100ms", ""), (">1s", "")]),
        _ => Vec::new(),
    };
    let items = fixed
        .into_iter()
        .filter(|(word, _)| word.starts_with(&typed.to_ascii_lowercase()))
        .map(|(word, detail)| Item { insert: word.clone(), label: word, detail: detail.to_owned() })
        .collect();
    let values_of = ["inbox", "type", "method", "scheme"]
        .into_iter()
        .find(|known| *known == field)
        .map(|field| ValuesOf { field, prefix: typed.to_owned() });
    Completions { start, end, items, values_of }
}

fn words(given: &[(&str, &'static str)]) -> Vec<(String, &'static str)> {
    given.iter().map(|(word, detail)| ((*word).to_owned(), *detail)).collect()
}
