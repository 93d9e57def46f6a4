//! Bodies and secrets as text: forms and base64.

use crate::base;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::Value;

/// Bytes as padded base64 (RFC 4648 section 4).
pub(crate) fn base64(bytes: &[u8]) -> String {
    STANDARD.encode(bytes)
}

/// Bytes as lower hex.
pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// An object as `application/x-www-form-urlencoded`: the items of a list under `name[]`, the members
/// of a member under `name[member]`, null as an empty value.
pub(crate) fn form(members: &Value) -> String {
    let mut pairs = Vec::new();
    if let Value::Object(members) = members {
        for (name, value) in members {
            flat(&base::encode(name), value, &mut pairs);
        }
    }
    pairs.join("&")
}

fn flat(name: &str, value: &Value, pairs: &mut Vec<String>) {
    match value {
        Value::Object(members) => {
            for (member, value) in members {
                flat(&format!("{name}[{}]", base::encode(member)), value, pairs);
            }
        }
        Value::Array(items) => items.iter().for_each(|item| flat(&format!("{name}[]"), item, pairs)),
        Value::Null => pairs.push(format!("{name}=")),
        Value::String(text) => pairs.push(format!("{name}={}", base::encode(text))),
        other => pairs.push(format!("{name}={other}")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn forms_are_written_as_their_readers_expect() {
        let check = |value: Value, expected: &str| assert_eq!(form(&value), expected);
        check(json!({}), "");
        check(json!({"url": "https://a.b/?x=1&y= é"}), "url=https%3A%2F%2Fa.b%2F%3Fx%3D1%26y%3D%20%C3%A9");
        check(json!({"e": ["*", "a.b"], "d": true, "n": 7}), "e[]=%2A&e[]=a.b&d=true&n=7");
        check(json!({"m": {"k": "v", "l": ["x"]}, "z": null}), "m[k]=v&m[l][]=x&z=");
    }

    #[test]
    fn bytes_as_text() {
        assert_eq!(base64(b"sk_x:"), "c2tfeDo=");
        assert_eq!(hex(&[0, 255, 16]), "00ff10");
    }
}
