//! Column values as the domain's words and back.
//!
//! A code that this version does not know can only come from a changed file; it reads as damage of that
//! row, not as a panic.

use crate::fault::Outcome;
use rusqlite::types::Type;
use rusqlite::{Error, Result, Row};
use serde::Serialize;
use serde::de::DeserializeOwned;
use std::str::FromStr;
use waybill_model::{Failure, Timestamp};

fn unreadable(at: usize) -> Error {
    Error::FromSqlConversionFailure(at, Type::Text, "a value this version does not know".into())
}

/// Text that parses.
pub(crate) fn word<T: FromStr>(row: &Row<'_>, at: usize) -> Result<T> {
    row.get_ref(at)?.as_str().ok().and_then(|text| text.parse().ok()).ok_or_else(|| unreadable(at))
}

/// Text that parses, or NULL.
pub(crate) fn word_or_null<T: FromStr>(row: &Row<'_>, at: usize) -> Result<Option<T>> {
    match row.get::<_, Option<String>>(at)? {
        None => Ok(None),
        Some(text) => text.parse().map(Some).map_err(|_| unreadable(at)),
    }
}

/// A code as serde spells it.
pub(crate) fn code<T: DeserializeOwned>(row: &Row<'_>, at: usize) -> Result<T> {
    let text: String = row.get(at)?;
    serde_json::from_value(text.into()).map_err(|_| unreadable(at))
}

/// The code of a value, as serde spells it.
pub(crate) fn code_of<T: Serialize>(value: &T) -> Outcome<String> {
    match serde_json::to_value(value) {
        Ok(serde_json::Value::String(text)) => Ok(text),
        _ => Err(Failure::internal("A value has no code.").into()),
    }
}

/// JSON in a column.
pub(crate) fn json<T: DeserializeOwned>(row: &Row<'_>, at: usize) -> Result<T> {
    serde_json::from_str(row.get_ref(at)?.as_str()?).map_err(|_| unreadable(at))
}

/// JSON in a column, or NULL.
pub(crate) fn json_or_null<T: DeserializeOwned>(row: &Row<'_>, at: usize) -> Result<Option<T>> {
    let text: Option<String> = row.get(at)?;
    text.map(|text| serde_json::from_str(&text).map_err(|_| unreadable(at))).transpose()
}

/// A value as JSON.
pub(crate) fn to_json<T: Serialize>(value: &T) -> Outcome<String> {
    serde_json::to_string(value)
        .map_err(|error| Failure::internal(format!("A value can't be written as JSON: {error}.")).into())
}

/// A count; never negative in a file of ours.
pub(crate) fn count(row: &Row<'_>, at: usize) -> Result<u64> {
    Ok(u64::try_from(row.get::<_, i64>(at)?).unwrap_or(0))
}

/// An instant.
pub(crate) fn instant(row: &Row<'_>, at: usize) -> Result<Timestamp> {
    Ok(Timestamp(row.get(at)?))
}

/// An instant, or NULL.
pub(crate) fn instant_or_null(row: &Row<'_>, at: usize) -> Result<Option<Timestamp>> {
    Ok(row.get::<_, Option<i64>>(at)?.map(Timestamp))
}

/// A count as a column takes it.
pub(crate) fn stored(count: u64) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}
