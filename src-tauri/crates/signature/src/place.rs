//! Writes one value into a body and leaves every other byte where it was.

use crate::json::{self, Pointer};
use crate::request::{cut, form_encoded, form_pairs};

/// `body` with the scalar at `pointer` replaced by `text`, in quotes where the old one was.
pub(crate) fn body_with_scalar(body: &[u8], pointer: &Pointer, text: &str) -> Option<Vec<u8>> {
    let place = json::place(body, pointer)?;
    let (before, after) = (body.get(..place.start)?, body.get(place.end..)?);
    if body.get(place.start) != Some(&b'"') {
        return Some([before, text.as_bytes(), after].concat());
    }
    let text = serde_json::Value::from(text).to_string();
    Some([before, text.as_bytes(), after].concat())
}

/// `body`, a form, with the first field called `name` set to `text`; one that is not there comes last.
/// `None` when `body` is no form.
pub(crate) fn body_with_field(body: &[u8], name: &str, text: &str) -> Option<Vec<u8>> {
    let plain = |byte: &u8| byte.is_ascii_graphic() && !b"{}\"<>".contains(byte);
    if !body.iter().all(plain) {
        return None;
    }
    let field = [form_encoded(name.as_bytes()).as_slice(), b"=", &form_encoded(text.as_bytes())].concat();
    let mut done = false;
    let mut pairs: Vec<&[u8]> = Vec::new();
    for pair in body.split(|&byte| byte == b'&') {
        let named = || form_pairs(cut(pair, b'=').0).first().is_some_and(|(key, _)| key == name.as_bytes());
        if !done && named() {
            done = true;
            pairs.push(&field);
        } else {
            pairs.push(pair);
        }
    }
    if !done {
        pairs.retain(|pair| !pair.is_empty());
        pairs.push(&field);
    }
    Some(pairs.join(&b'&'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_value_is_written() {
        let pointer = Pointer::parse("/t").unwrap();
        let rows = [
            (r#"{"t": 1.50 ,"a":"é"}"#, "2", Some(r#"{"t": 2 ,"a":"é"}"#)),
            (r#"{"t":"1"}"#, "a\"b", Some(r#"{"t":"a\"b"}"#)),
            ("{}", "2", None),
            ("", "2", None),
        ];
        for (body, text, expected) in rows {
            let written = body_with_scalar(body.as_bytes(), &pointer, text);
            assert_eq!(written.as_deref(), expected.map(str::as_bytes), "{body}");
        }
        let rows = [
            ("a=1&t=2&b=%C3%BC", "k|é", Some("a=1&t=k%7C%C3%A9&b=%C3%BC")),
            ("t=1&t=2", "3", Some("t=3&t=2")),
            ("%74=1", "3", Some("t=3")),
            ("a=1", "3", Some("a=1&t=3")),
            ("", "3", Some("t=3")),
            ("{\"a\":1}", "3", None),
            ("a b", "3", None),
        ];
        for (body, text, expected) in rows {
            let written = body_with_field(body.as_bytes(), "t", text);
            assert_eq!(written.as_deref(), expected.map(str::as_bytes), "{body}");
        }
    }
}
