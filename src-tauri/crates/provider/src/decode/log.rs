//! An entry of the provider's delivery log, and the answers to "test" and "send again".

use super::{Read, count, instant, needed, number, status, strip, text};
use crate::description::{Description, Interval, LogMap, OutcomeMap, StateRule};
use crate::{path, request};
use serde_json::Value;
use waybill_model::{LogEntry, LogState, ProviderOperation, Support};

/// Reads one entry. `endpoint` is the endpoint whose log was asked for.
pub(crate) fn log_entry(
    description: &Description,
    map: &LogMap,
    endpoint: &str,
    mut raw: Value,
) -> Read<LogEntry> {
    if !raw.is_object() {
        return Err(format!("its answer holds {} where a log entry is expected", path::kind(&raw)));
    }
    // By name only: a log entry is the user's own traffic, and what looks like a secret in it is not ours.
    drop_named(&mut raw, &description.credential.secret_fields);
    let state = state(&map.states, &raw);
    let latency = number(&raw, map.latency.as_ref())?;
    Ok(LogEntry {
        id: needed(&raw, &map.id)?,
        endpoint: Some(text(&raw, map.endpoint.as_ref())?.unwrap_or_else(|| endpoint.to_owned())),
        event_type: text(&raw, map.event_type.as_ref())?,
        event_id: text(&raw, map.event_id.as_ref())?,
        state,
        status: text(&raw, map.status.as_ref())?.unwrap_or_else(|| word(state).to_owned()),
        attempts: count(&raw, map.attempts.as_ref())?,
        response_status: status(&raw, map.response_status.as_ref())?,
        latency_ms: latency.map(|latency| match map.latency_unit {
            Interval::Milliseconds => latency,
            Interval::Seconds => latency * 1000.0,
        }),
        error: text(&raw, map.error.as_ref())?.filter(|error| !error.is_empty()),
        sent_at: instant(&raw, map.sent_at.as_ref(), map.time_unit)?,
        next_retry_at: instant(&raw, map.next_retry_at.as_ref(), map.time_unit)?,
        has_request: description.support(ProviderOperation::Entry) == Support::Supported
            || map
                .request_body
                .as_ref()
                .is_some_and(|at| path::at(&raw, at).is_some_and(|body| !body.is_null())),
        delivery: None,
        raw,
    })
}

/// The parts of an answer to "test" or "send again" that the description knows.
pub(crate) struct Outcome {
    pub(crate) id: Option<String>,
    pub(crate) succeeded: Option<bool>,
    pub(crate) status: Option<String>,
    pub(crate) response_status: Option<u16>,
    pub(crate) latency_ms: Option<f64>,
    pub(crate) error: Option<String>,
    pub(crate) raw: Value,
}

/// Reads such an answer.
pub(crate) fn outcome(description: &Description, map: &OutcomeMap, mut raw: Value) -> Read<Outcome> {
    strip(&mut raw, &description.credential.secret_fields);
    let succeeded = match map.succeeded.as_ref().and_then(|at| path::at(&raw, at)) {
        None | Some(Value::Null) => None,
        Some(Value::Bool(succeeded)) => Some(*succeeded),
        Some(other) => return Err(format!("its answer tells success as {}", path::kind(other))),
    };
    Ok(Outcome {
        id: text(&raw, map.id.as_ref())?,
        succeeded,
        status: text(&raw, map.status.as_ref())?,
        response_status: status(&raw, map.response_status.as_ref())?,
        latency_ms: number(&raw, map.latency_ms.as_ref())?,
        error: text(&raw, map.error.as_ref())?.filter(|error| !error.is_empty()),
        raw,
    })
}

fn drop_named(value: &mut Value, fields: &[String]) {
    if let Value::Object(members) = value {
        members.retain(|name, _| !fields.contains(name));
    }
}

fn state(rules: &[StateRule], raw: &Value) -> LogState {
    let rule = rules.iter().find(|rule| match path::at(raw, &rule.at) {
        None | Some(Value::Null) => false,
        Some(value) => holds(rule, value),
    });
    rule.map_or(LogState::Unknown, |rule| rule.state)
}

fn holds(rule: &StateRule, value: &Value) -> bool {
    match (&rule.is, &rule.between) {
        (Some(words), _) => words.iter().any(|word| request::json(word) == *value),
        (None, Some([low, high])) => digits(value).is_some_and(|number| (*low..=*high).contains(&number)),
        (None, None) => true,
    }
}

/// A number, also one that is written as text.
fn digits(value: &Value) -> Option<i64> {
    value.as_i64().or_else(|| value.as_str()?.trim().parse().ok())
}

const fn word(state: LogState) -> &'static str {
    match state {
        LogState::Succeeded => "succeeded",
        LogState::Failed => "failed",
        LogState::Pending => "pending",
        LogState::Unknown => "unknown",
    }
}
