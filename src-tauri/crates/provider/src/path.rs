//! Dotted paths into JSON: `error.message` is the member `message` of the member `error`.
//!
//! An empty path is the value itself. A part made of digits also takes an element of an array. There
//! are no escapes: no provider known has a member name with a dot in it.

use serde_json::{Map, Value};

/// What stands at `path`, if anything does.
pub(crate) fn at<'v>(value: &'v Value, path: &str) -> Option<&'v Value> {
    if path.is_empty() {
        return Some(value);
    }
    path.split('.').try_fold(value, |value, part| match value {
        Value::Object(members) => members.get(part),
        Value::Array(items) => items.get(part.parse::<usize>().ok()?),
        _ => None,
    })
}

/// Puts `new` at `path` unless something stands there already; objects on the way are made.
pub(crate) fn put(members: &mut Map<String, Value>, path: &str, new: Value) {
    match path.split_once('.') {
        None => {
            members.entry(path).or_insert(new);
        }
        Some((first, rest)) => {
            let inner = members.entry(first).or_insert_with(|| Value::Object(Map::new()));
            if let Value::Object(inner) = inner {
                put(inner, rest, new);
            }
        }
    }
}

/// What kind of value it is, for people.
pub(crate) fn kind(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "true or false",
        Value::Number(_) => "a number",
        Value::String(_) => "text",
        Value::Array(_) => "a list",
        Value::Object(_) => "an object",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn paths_reach_members_and_elements() {
        let value = json!({"a": {"b": [1, {"c": "x"}]}, "n": null});
        for (path, expected) in [
            ("", Some(value.clone())),
            ("a.b.0", Some(json!(1))),
            ("a.b.1.c", Some(json!("x"))),
            ("n", Some(Value::Null)),
            ("n.x", None),
            ("a.b.7", None),
            ("z", None),
        ] {
            assert_eq!(at(&value, path), expected.as_ref(), "{path}");
        }
    }

    #[test]
    fn the_first_value_put_stays() {
        let mut members = Map::new();
        put(&mut members, "config.url", json!("u"));
        put(&mut members, "active", json!(true));
        put(&mut members, "config.url", json!("later"));
        put(&mut members, "config.kind", json!("json"));
        assert_eq!(
            Value::Object(members).to_string(),
            r#"{"config":{"url":"u","kind":"json"},"active":true}"#
        );
    }
}
