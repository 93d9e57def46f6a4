//! Secrets in answers: taken out where the description says they are, and taken away wherever else
//! one may stand.

use crate::path;
use secrecy::SecretString;
use serde_json::Value;

/// Parts of names under which a secret may stand that a description does not know of.
const TELLING: [&str; 6] = ["secret", "password", "privatekey", "signingkey", "apikey", "accesstoken"];

/// Beginnings of values that are secrets under whatever name.
const PREFIXES: [&str; 4] = ["whsec_", "whsk_", "sk_live_", "sk_test_"];

/// The text at `at`, if there is one.
pub(crate) fn take(value: &Value, at: &str) -> Option<SecretString> {
    path::at(value, at)?.as_str().filter(|text| !text.is_empty()).map(SecretString::from)
}

/// Removes every member that is named in `fields` or that looks like a secret, at any depth.
pub(crate) fn strip(value: &mut Value, fields: &[String]) {
    match value {
        Value::Object(members) => {
            members.retain(|name, value| !(fields.contains(name) || looks_secret(name, value)));
            members.values_mut().for_each(|value| strip(value, fields));
        }
        Value::Array(items) => {
            items.retain(|item| !has_secret_prefix(item));
            items.iter_mut().for_each(|item| strip(item, fields));
        }
        _ => {}
    }
}

/// Only text can be a secret: `has_secret: true` and `secret_rotated_at: null` stay.
fn looks_secret(name: &str, value: &Value) -> bool {
    let Value::String(text) = value else { return false };
    let plain: String = name.chars().filter(char::is_ascii_alphanumeric).collect::<String>().to_lowercase();
    let dated = plain.ends_with("at") || plain.ends_with("id") || plain.ends_with("timestamp");
    (!dated && !text.is_empty() && TELLING.iter().any(|part| plain.contains(part)))
        || has_secret_prefix(value)
}

fn has_secret_prefix(value: &Value) -> bool {
    value.as_str().is_some_and(|text| PREFIXES.iter().any(|prefix| text.starts_with(prefix)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use secrecy::ExposeSecret;
    use serde_json::json;

    #[test]
    fn nothing_that_may_be_a_secret_stays() {
        let fields = ["code".to_owned()];
        let check = |mut value: Value, expected: Value| {
            strip(&mut value, &fields);
            assert_eq!(value, expected);
        };
        check(json!({"a": 1, "code": "x"}), json!({"a": 1}));
        check(json!({"code": {"deep": 1}}), json!({}));
        check(json!({"in": [{"signingSecret": "x", "id": "1"}]}), json!({"in": [{"id": "1"}]}));
        check(json!({"signing_secret": "x", "SECRET": "y", "api-key": "z"}), json!({}));
        check(json!({"note": "whsec_abc", "list": ["whsec_abc", "b"]}), json!({"list": ["b"]}));
        let kept = json!({"has_secret": true, "secret_rotated_at": "2026", "secret_id": "s1", "publicKey": "k",
            "url": "https://x/whsec_a", "events": ["secret.rotated"], "secret": null});
        check(kept.clone(), kept);
    }

    #[test]
    fn a_secret_is_text_or_nothing() {
        let answer = json!({"secret": "hush", "empty": "", "no": null, "n": 1});
        assert_eq!(take(&answer, "secret").unwrap().expose_secret(), "hush");
        for nothing in ["empty", "no", "n", "missing", "secret.x"] {
            assert!(take(&answer, nothing).is_none(), "{nothing}");
        }
    }
}
