//! What must be so for a request to be a handshake.

use super::file::{Chars, ConditionFile};
use crate::describe::Source;
use crate::reader::Reader;

/// Something about a value of the request.
#[derive(Clone, Debug)]
pub(crate) struct Condition {
    pub(crate) from: Source,
    test: Test,
}

#[derive(Clone, Debug)]
enum Test {
    Absent,
    Equals(String),
    Looks { chars: Option<Chars>, length: Option<[usize; 2]> },
}

impl Condition {
    /// Whether it holds what stands at `from` to a few characters of a known kind.
    pub(crate) fn bounds(&self, from: &Source) -> bool {
        self.from == *from && matches!(self.test, Test::Looks { chars: Some(_), length: Some(_) })
    }

    /// Whether the request is as it says; an empty value counts as absent.
    pub(crate) fn holds(&self, reader: &Reader<'_>) -> bool {
        let value = reader.read(&self.from, &[]).filter(|value| !value.is_empty());
        match (&self.test, value) {
            (Test::Absent, value) => value.is_none(),
            (Test::Equals(wanted), Some(value)) => *value == *wanted.as_bytes(),
            (Test::Looks { chars, length }, Some(value)) => {
                chars.is_none_or(|chars| chars.all(&value))
                    && length.is_none_or(|[least, most]| (least..=most).contains(&value.len()))
            }
            (_, None) => false,
        }
    }
}

/// The condition that is written so.
pub(crate) fn condition(file: ConditionFile) -> Result<Condition, String> {
    let ConditionFile { from, equals, absent, chars, length } = file;
    let test = match (equals, absent, chars.is_some() || length.is_some()) {
        (Some(value), false, false) => Test::Equals(value),
        (None, true, false) => Test::Absent,
        (None, false, _) => Test::Looks { chars, length },
        _ => return Err("a condition says `equals`, or `absent`, or `chars` and `length`".to_owned()),
    };
    Ok(Condition { from, test })
}
