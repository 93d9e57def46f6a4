//! A query as an SQL condition over `deliveries d`. What a user typed goes in as parameters only.

use crate::Node;
use crate::field::{Comparison, Field, Term, Test};

/// A value bound to a `?`.
#[derive(Clone, Debug, PartialEq)]
pub enum Param {
    /// Text.
    Text(String),
    /// A whole number.
    Integer(i64),
    /// A number.
    Real(f64),
    /// Bytes.
    Blob(Vec<u8>),
}

/// An SQL condition and the values of its `?`, in order.
#[derive(Clone, Debug, PartialEq)]
pub struct Condition {
    /// The condition; `1` when everything matches.
    pub sql: String,
    /// The values.
    pub params: Vec<Param>,
}

/// How free text is searched: the store's business.
pub trait TextSearch {
    /// A condition that holds when `needle` occurs in the body, the headers or the path, whatever its
    /// ASCII case. Values for its `?` are pushed onto `params`.
    fn text(&mut self, needle: &str, params: &mut Vec<Param>) -> String;
}

const HEAD: &str = "(SELECT head FROM contents WHERE delivery_id = d.id)";
const BODY: &str = "(SELECT body FROM contents WHERE delivery_id = d.id)";

pub(crate) fn condition(root: Option<&Node>, text: &mut dyn TextSearch) -> Condition {
    let mut params = Vec::new();
    let sql = root.map_or_else(|| "1".to_owned(), |root| write(root, text, &mut params));
    Condition { sql, params }
}

fn write(node: &Node, text: &mut dyn TextSearch, params: &mut Vec<Param>) -> String {
    let mut list = |parts: &[Node], between: &str, params: &mut Vec<Param>| {
        let parts: Vec<String> = parts.iter().map(|part| write(part, text, params)).collect();
        format!("({})", parts.join(between))
    };
    match node {
        Node::All(parts) => list(parts, " AND ", params),
        Node::Any(parts) => list(parts, " OR ", params),
        // A value that is absent matches nothing, so that its negation matches.
        Node::Not(inner) => format!("(NOT coalesce({}, 0))", write(inner, text, params)),
        Node::Text { needle, .. } => text.text(needle, params),
        Node::Field(term) => write_term(term, params),
    }
}

fn write_term(term: &Term, params: &mut Vec<Param>) -> String {
    let column = match &term.field {
        Field::Inbox => "d.inbox",
        Field::Type => "d.event_type",
        Field::Verdict => "d.verdict",
        Field::Reason => "d.reason",
        Field::Status => "d.status",
        Field::Method => "d.method",
        Field::Path => "d.path",
        Field::Event => "d.event_id",
        Field::Delivery => "d.delivery_id",
        Field::Id => "d.id",
        Field::Size => "d.body_size",
        Field::Duration => "d.duration_us",
        Field::Since | Field::Until => "d.received_at",
        Field::Origin => "d.origin",
        Field::Starred => "d.starred",
        Field::Replayed => "d.attempts",
        // Read by `term` as the flag it names.
        Field::Handshake | Field::Is => "(d.handshake IS NOT NULL)",
        Field::Scheme => "d.scheme",
        Field::Note => "d.note",
        Field::Header(name) => {
            params.push(Param::Text(name.clone()));
            return derived(&format!("wb_header({HEAD}, ?)"), &term.test, true, params);
        }
        Field::Body(path) => {
            params.push(Param::Text(path.clone()));
            return derived(&format!("wb_body({BODY}, ?)"), &term.test, false, params);
        }
    };
    match &term.test {
        Test::Patterns(patterns) => {
            let any: Vec<String> =
                patterns.iter().map(|pattern| matches_pattern(column, pattern, params)).collect();
            format!("({})", any.join(" OR "))
        }
        Test::Ranges(ranges) => {
            let any: Vec<String> = ranges.iter().map(|range| in_range(column, *range, params)).collect();
            format!("({})", any.join(" OR "))
        }
        Test::At(instant) => {
            params.push(Param::Integer(instant.0));
            let sign = if term.field == Field::Since { ">=" } else { "<" };
            format!("{column} {sign} ?")
        }
        Test::Flag(wanted) => format!("{column} {} 0", if *wanted { ">" } else { "=" }),
        Test::Present | Test::Compare(..) => derived(column, &term.test, false, params),
    }
}

fn in_range(column: &str, (low, high): (Option<i64>, Option<i64>), params: &mut Vec<Param>) -> String {
    let mut parts = Vec::new();
    for (bound, sign) in [(low, ">="), (high, "<=")] {
        if let Some(bound) = bound {
            params.push(Param::Integer(bound));
            parts.push(format!("{column} {sign} ?"));
        }
    }
    format!("({})", parts.join(" AND "))
}

/// Equality, or a pattern when `*` stands in it.
fn matches_pattern(column: &str, pattern: &str, params: &mut Vec<Param>) -> String {
    if pattern.contains('*') {
        params.push(Param::Text(glob(pattern)));
        format!("{column} GLOB ?")
    } else {
        params.push(Param::Text(pattern.to_owned()));
        format!("{column} = ?")
    }
}

/// GLOB knows `?` and `[` too; here they are themselves.
fn glob(pattern: &str) -> String {
    pattern
        .chars()
        .map(|c| match c {
            '?' => "[?]".to_owned(),
            '[' => "[[]".to_owned(),
            c => c.to_string(),
        })
        .collect()
}

/// A value that a function of the store finds: compared as numbers when both are, else as text.
fn derived(expression: &str, test: &Test, contains: bool, params: &mut Vec<Param>) -> String {
    match test {
        Test::Present => format!("{expression} IS NOT NULL"),
        Test::Patterns(patterns) => {
            let pattern = patterns.first().map_or("", String::as_str);
            if pattern.contains('*') || !contains {
                matches_pattern(expression, pattern, params)
            } else {
                params.push(Param::Text(pattern.to_ascii_lowercase()));
                format!("instr(lower({expression}), ?) > 0")
            }
        }
        Test::Compare(comparison, value) => {
            let sign = match comparison {
                Comparison::Equal => "=",
                Comparison::NotEqual => "<>",
                Comparison::Less => "<",
                Comparison::LessOrEqual => "<=",
                Comparison::Greater => ">",
                Comparison::GreaterOrEqual => ">=",
            };
            match value.parse::<f64>() {
                Ok(number) if number.is_finite() => {
                    params.push(Param::Real(number));
                    format!("CAST({expression} AS REAL) {sign} ?")
                }
                _ => {
                    params.push(Param::Text(value.clone()));
                    format!("{expression} {sign} ?")
                }
            }
        }
        Test::Ranges(_) | Test::At(_) | Test::Flag(_) => "0".to_owned(),
    }
}
