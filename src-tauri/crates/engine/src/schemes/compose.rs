//! The text of a scheme file, made from a form: the same form gives the same text.

use crate::api::{Fault, SchemeForm, SchemeText};
use std::fmt::Write as _;
use waybill_model::{Failure, FieldProblem, Result};
use waybill_signature::Scheme;

/// Writes the file. What the form leaves open is left out; what is then missing is told as a fault.
pub(crate) fn compose(form: &SchemeForm) -> Result<SchemeText> {
    let text = written(form)?;
    let faults = match Scheme::parse(&text, "scheme.toml") {
        Ok(_) => Vec::new(),
        Err(fault) => {
            vec![Fault { line: fault.line as u64, column: fault.column as u64, message: fault.message }]
        }
    };
    Ok(SchemeText { text, faults })
}

/// A field that says something.
fn said(field: Option<&String>) -> Option<&str> {
    field.map(|text| text.trim()).filter(|text| !text.is_empty())
}

/// A field whose blanks mean something, such as what stands between two values.
fn exact(field: Option<&String>) -> Option<&str> {
    field.map(String::as_str).filter(|text| !text.is_empty())
}

fn quoted(text: &str) -> String {
    toml::Value::String(text.to_owned()).to_string()
}

fn list(texts: &[String]) -> String {
    let all: Vec<String> = texts.iter().map(|text| quoted(text)).collect();
    format!("[{}]", all.join(", "))
}

/// Lines of a table, its head only when there are any.
fn table(text: &mut String, name: &str, lines: &[(&str, Option<String>)]) {
    if lines.iter().all(|(_, value)| value.is_none()) {
        return;
    }
    let _ = write!(text, "\n[{name}]\n");
    for (key, value) in lines {
        if let Some(value) = value {
            let _ = writeln!(text, "{key} = {value}");
        }
    }
}

fn written(form: &SchemeForm) -> Result<String> {
    let mut text = String::new();
    let mut line = |key: &str, value: &str| {
        let _ = writeln!(text, "{key} = {}", quoted(value));
    };
    line("title", form.title.trim());
    line("algorithm", form.algorithm.trim());
    let message = form.message_parts.concat();
    if !message.is_empty() {
        line("message", &message);
    }
    if let Some(note) = said(form.note.as_ref()) {
        line("note", note);
    }
    let token = form.algorithm.trim() == "token";
    let key = said(form.key_encoding.as_ref()).or((!token).then_some("text"));
    let key_prefix = said(form.key_prefix.as_ref());
    if key.is_some() || key_prefix.is_some() {
        table(
            &mut text,
            "key",
            &[
                ("encoding", Some(quoted(key.unwrap_or("text")))),
                ("strip_prefix", key_prefix.map(|prefix| list(&[prefix.to_owned()]))),
            ],
        );
    }
    table(
        &mut text,
        "signature",
        &[
            ("from", Some(header(form.signature_header.trim()))),
            ("format", Some(quoted(said(form.format.as_ref()).unwrap_or("plain")))),
            ("prefix", exact(form.prefix.as_ref()).map(quoted)),
            ("separator", exact(form.separator.as_ref()).map(quoted)),
            ("assign", exact(form.assign.as_ref()).map(quoted)),
            ("version_separator", exact(form.version_separator.as_ref()).map(quoted)),
            ("accept", form.accept.as_deref().filter(|names| !names.is_empty()).map(list)),
            (
                "encoding",
                Some(quoted(said(form.encoding.as_ref()).unwrap_or(if token { "text" } else { "hex" }))),
            ),
        ],
    );
    let stamp = match (said(form.timestamp_header.as_ref()), said(form.timestamp_field.as_ref())) {
        (Some(name), None) => Some(header(name)),
        (None, Some(name)) => Some(format!("{{ field = {} }}", quoted(name))),
        (None, None) => None,
        (Some(_), Some(_)) => {
            return Err(wrong(
                "timestamp_field",
                "The timestamp stands in a header or in a pair of the signature, not in both.",
            ));
        }
    };
    if let Some(from) = stamp {
        table(
            &mut text,
            "timestamp",
            &[
                ("from", Some(from)),
                ("unit", Some(quoted(said(form.timestamp_unit.as_ref()).unwrap_or("seconds")))),
                ("max_age", form.max_age.map(|seconds| seconds.to_string())),
                ("max_future", form.max_future.map(|seconds| seconds.to_string())),
            ],
        );
    }
    table(
        &mut text,
        "identity",
        &[
            ("event_type", place("event_type", form.event_type.as_ref())?),
            ("event_id", place("event_id", form.event_id.as_ref())?),
            ("delivery_id", place("delivery_id", form.delivery_id.as_ref())?),
        ],
    );
    table(&mut text, "emit", &[("id", said(form.id_header.as_ref()).map(quoted))]);
    Ok(text)
}

fn header(name: &str) -> String {
    format!("{{ header = {} }}", quoted(name))
}

/// `header:NAME`, `json:/POINTER`, `form:NAME`, `query:NAME` as the file has it.
fn place(field: &str, given: Option<&String>) -> Result<Option<String>> {
    let Some(given) = said(given) else { return Ok(None) };
    match given.split_once(':') {
        Some((kind @ ("header" | "json" | "form" | "query"), name)) if !name.trim().is_empty() => {
            Ok(Some(format!("{{ {kind} = {} }}", quoted(name.trim()))))
        }
        _ => Err(wrong(field, "Say where it stands: header:NAME, json:/POINTER, form:NAME or query:NAME.")),
    }
}

fn wrong(field: &str, problem: &str) -> Failure {
    Failure::invalid(format!("No scheme can be made of this form: {problem}"))
        .fields(vec![FieldProblem { field: field.to_owned(), problem: problem.to_owned() }])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn form(more: serde_json::Value) -> SchemeForm {
        let mut form = serde_json::json!({
            "title": "Mine", "algorithm": "hmac-sha256", "signature_header": "X-Mine",
            "message_parts": ["{timestamp}", ".", "{body}"], "timestamp_header": "X-Time",
        });
        for (key, value) in more.as_object().unwrap() {
            form[key] = value.clone();
        }
        serde_json::from_value(form).unwrap()
    }

    #[test]
    fn a_form_becomes_a_file_that_is_sound() {
        for more in [
            serde_json::json!({}),
            serde_json::json!({ "prefix": "v0=", "max_age": 300, "max_future": 300, "note": "a \"b\"\n\\c" }),
            serde_json::json!({ "format": "pairs", "separator": ",", "accept": ["v1"], "timestamp_header": "",
                "timestamp_field": "t", "event_type": "json:/type", "event_id": "header:X-Id" }),
            serde_json::json!({ "format": "tokens", "separator": " ", "version_separator": ",", "accept": ["v1"],
                "encoding": "base64", "key_encoding": "base64", "key_prefix": "whsec_", "id_header": "X-Id",
                "message_parts": ["{header:X-Id}", ".", "{timestamp}", ".", "{body}"] }),
            serde_json::json!({ "algorithm": "token", "message_parts": [], "timestamp_header": null }),
        ] {
            let composed = compose(&form(more.clone())).unwrap();
            assert_eq!(composed.faults, [], "{more}\n{}", composed.text);
            assert_eq!(compose(&form(more)).unwrap(), composed);
        }
    }

    #[test]
    fn what_is_missing_is_a_fault_with_its_place_and_what_is_wrong_names_its_field() {
        let composed = compose(&form(serde_json::json!({ "message_parts": ["{bdy}"] }))).unwrap();
        assert_eq!(composed.faults.first().map(|fault| fault.line), Some(3), "{composed:?}");
        for (field, value) in [
            ("event_type", "type"),
            ("event_id", "cookie:x"),
            ("delivery_id", "json:"),
            ("timestamp_field", "t"),
        ] {
            let failure = compose(&form(serde_json::json!({ field: value }))).unwrap_err();
            assert_eq!(failure.fields.first().map(|one| one.field.as_str()), Some(field), "{failure:?}");
        }
    }
}
