//! A query back to text, such that reading it gives the same query.

use crate::field::{Field, Term, Test};
use crate::{Node, Query};
use std::fmt::{self, Display, Formatter, Write};

impl Display for Query {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        self.root.as_ref().map_or(Ok(()), |root| print(root, f, Place::Top))
    }
}

#[derive(Clone, Copy, PartialEq)]
enum Place {
    Top,
    InAny,
    InAll,
    InNot,
}

fn print(node: &Node, f: &mut Formatter<'_>, place: Place) -> fmt::Result {
    match node {
        Node::Any(parts) => joined(parts, " or ", f, place != Place::Top, Place::InAny),
        Node::All(parts) => joined(parts, " ", f, matches!(place, Place::InNot | Place::InAll), Place::InAll),
        Node::Not(inner) => {
            f.write_char('-')?;
            print(inner, f, Place::InNot)
        }
        Node::Text { needle, quoted } => {
            if *quoted {
                quote(needle, f)
            } else {
                f.write_str(needle)
            }
        }
        Node::Field(term) => print_term(term, f),
    }
}

fn joined(parts: &[Node], between: &str, f: &mut Formatter<'_>, braced: bool, place: Place) -> fmt::Result {
    if braced {
        f.write_char('(')?;
    }
    for (index, part) in parts.iter().enumerate() {
        if index > 0 {
            f.write_str(between)?;
        }
        print(part, f, place)?;
    }
    if braced {
        f.write_char(')')?;
    }
    Ok(())
}

fn print_term(term: &Term, f: &mut Formatter<'_>) -> fmt::Result {
    write!(f, "{}:", term.field.name())?;
    let plain = !term.value.is_empty()
        && !term.value.chars().any(|c| c.is_whitespace() || matches!(c, '(' | ')' | '"'));
    // A quoted comma is part of the value; a bare one separates two.
    let comma_matters = matches!(
        (&term.field, &term.test),
        (
            Field::Inbox | Field::Type | Field::Path | Field::Event | Field::Delivery | Field::Scheme,
            Test::Patterns(patterns)
        ) if patterns.len() == 1 && term.value.contains(',')
    );
    if plain && !comma_matters {
        return f.write_str(&term.value);
    }
    if let Test::Compare(_, rest) = &term.test {
        f.write_str(&term.value[..term.value.len() - rest.len()])?;
        return quote(rest, f);
    }
    quote(&term.value, f)
}

fn quote(text: &str, f: &mut Formatter<'_>) -> fmt::Result {
    f.write_char('"')?;
    for c in text.chars() {
        if matches!(c, '"' | '\\') {
            f.write_char('\\')?;
        }
        f.write_char(c)?;
    }
    f.write_char('"')
}
