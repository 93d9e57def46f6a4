//! A request as the log holds it, and the items of lists of choices.

use super::{Read, needed, text};
use crate::call::{ChoiceItem, LoggedRequest};
use crate::description::{ChoiceMap, KeptBody, LogMap};
use crate::path;
use serde_json::Value;

/// The request in a log entry; absent: this entry does not hold it.
pub(crate) fn logged_request(map: &LogMap, raw: &Value) -> Option<LoggedRequest> {
    let kept = path::at(raw, map.request_body.as_ref()?).filter(|body| !body.is_null())?;
    let (body, exact) = match (map.request_body_form, kept) {
        (KeptBody::Text, Value::String(text)) => (text.clone().into_bytes(), true),
        (KeptBody::Text, _) => return None,
        (KeptBody::Json, kept) => (kept.to_string().into_bytes(), false),
    };
    let headers = map.request_headers.as_ref().and_then(|at| path::at(raw, at));
    let headers = headers.and_then(Value::as_object).into_iter().flatten();
    let headers = headers.flat_map(|(name, value)| match value {
        Value::Array(values) => {
            values.iter().filter_map(Value::as_str).map(|value| (name.clone(), value.to_owned())).collect()
        }
        Value::String(value) => vec![(name.clone(), value.clone())],
        Value::Null => Vec::new(),
        other => vec![(name.clone(), other.to_string())],
    });
    let url = map.request_url.as_ref().and_then(|at| path::at(raw, at)?.as_str());
    Some(LoggedRequest { url: url.map(str::to_owned), headers: headers.collect(), body, exact })
}

/// One item of a list of choices.
pub(crate) fn choice(map: &ChoiceMap, raw: &Value) -> Read<ChoiceItem> {
    Ok(ChoiceItem {
        value: needed(raw, &map.value)?,
        label: text(raw, map.label.as_ref())?.filter(|label| !label.is_empty()),
        group: text(raw, map.group.as_ref())?.filter(|group| !group.is_empty()),
    })
}
