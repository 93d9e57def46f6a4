//! The rewritings, row by row: what came, what was signed, and the name of the cause.

use super::{Original, change, rewritings};

/// The name of the first rewriting that gives `signed`.
fn cause(received: &[u8], signed: &[u8]) -> Option<&'static str> {
    let original = Original::new(received);
    let mut all = rewritings(&original).into_iter();
    all.find(|one| one.apply(&original).is_some_and(|body| body == signed)).map(|one| one.code(&original))
}

#[test]
fn every_rewriting_is_found_by_its_name() {
    let rows: &[(&str, &str, &str)] = &[
        ("a", "a\n", "body_trailing_newline"),
        ("a\r\n", "a", "body_trailing_newline"),
        ("a\n\n", "a", "body_trailing_newline"),
        (" a ", "a", "body_whitespace_trimmed"),
        ("a  ", "a", "body_whitespace_trimmed"),
        ("a\nb\n", "a\r\nb\r\n", "body_line_endings"),
        ("a\r\nb", "a\nb", "body_line_endings"),
        ("a\rb", "a\nb", "body_line_endings"),
        ("\u{feff}a", "a", "body_bom"),
        ("a", "", "body_missing"),
        ("a", "[object Object]", "body_missing"),
        (r#"{"a":"é"}"#, r#"{"a":"\u00e9"}"#, "unicode_escaped"),
        (r#"{"a":"\u00e9"}"#, r#"{"a":"é"}"#, "unicode_escaped"),
        (r#"{"a":"\u00e9 \ud83d\ude00"}"#, r#"{"a":"\u00E9 \uD83D\uDE00"}"#, "unicode_escaped"),
        (r#"{"a":"x & y"}"#, r#"{"a":"x \u0026 y"}"#, "unicode_escaped"),
        (r#"{"a":"x/y"}"#, r#"{"a":"x\/y"}"#, "slash_escaped"),
        (r#"{"a":"x\/y\\/"}"#, r#"{"a":"x/y\\/"}"#, "slash_escaped"),
        (r#"{"a":1,"b":[1,2]}"#, r#"{"a": 1, "b": [1, 2]}"#, "body_reserialised_json"),
        ("{\"a\": 1}", "{\"a\":1}", "body_reserialised_json"),
        ("{\"a\":1,\"b\":[]}", "{\n  \"a\": 1,\n  \"b\": []\n}", "body_reserialised_json"),
        ("{\"a\":1}", "{\n    \"a\": 1\n}\n", "body_reserialised_json"),
        (
            "{\"a\":{\"b\":[1,2]},\"c\":{}}",
            "{\n  \"a\" : {\n    \"b\" : [ 1, 2 ]\n  },\n  \"c\" : { }\n}",
            "body_reserialised_json",
        ),
        (r#"{"b":1,"a":{"d":1,"c":2}}"#, r#"{"a":{"c":2,"d":1},"b":1}"#, "body_reserialised_json"),
        (r#"{"a":1.50}"#, r#"{"a":1.5}"#, "body_reserialised_json"),
        (r#"{"a":1.0,"b":2.5}"#, r#"{"a":1,"b":2.5}"#, "body_reserialised_json"),
        (r#"{"a":3}"#, r#"{"a":3.0}"#, "body_reserialised_json"),
        (r#"{"a":1,"b":7.5}"#, r#"{"a":1,"b":7.50}"#, "body_reserialised_json"),
        (r#"{"a":1e3}"#, r#"{"a":1000}"#, "body_reserialised_json"),
        (r#"{"a":12345678901234567890}"#, r#"{"a":12345678901234567000}"#, "body_reserialised_json"),
        (r#"{"a":1,"b":true}"#, r#"{"a":1,"b": true}"#, "body_reserialised_json"),
        (r#"{"a":1}"#, r#""{\"a\":1}""#, "body_reserialised_json"),
        ("a=x+y&b=%2F", "a=x%20y&b=%2F", "form_reencoded"),
        ("a=x%2fy", "a=x%2Fy", "form_reencoded"),
        ("b=1&a=2", "a=2&b=1", "form_reencoded"),
        ("a=~*", "a=%7E*", "form_reencoded"),
        ("payload=%7B%7D", "{}", "body_missing"),
        ("payload=%5B1%5D", "[1]", "form_reencoded"),
        ("Ã©", "é", "charset"),
        ("é", "?", "charset"),
        ("€", "???", "charset"),
        ("é", "\u{fffd}\u{fffd}", "charset"),
    ];
    for (received, signed, expected) in rows {
        assert_eq!(cause(received.as_bytes(), signed.as_bytes()), Some(*expected), "{received} {signed}");
    }
    assert_eq!(cause(b"\xe9", "é".as_bytes()), Some("charset"));
    assert_eq!(cause("é".as_bytes(), b"\xff\xfe\xe9\0"), None);
    assert_eq!(cause("é".as_bytes(), b"\xe9\0"), Some("charset"));
}

#[test]
fn what_a_handler_saw_is_named() {
    let rows = [
        ("{\"a\":1}", "", "body_missing"),
        ("{\"a\":1}", "{}", "body_missing"),
        ("{\"a\":1}", "{ \"a\":1 }", "body_reserialised_json"),
        ("a=1&b=2", "b=2&a=1", "form_reencoded"),
        ("a=1&b=2", "a=1", "body_tampered"),
        ("{\"a\":1}", "{\"a\":2}", "body_tampered"),
        ("a\n", "a", "body_trailing_newline"),
    ];
    for (received, seen, expected) in rows {
        assert_eq!(change(received.as_bytes(), seen.as_bytes()), expected, "{received} {seen}");
    }
}

#[test]
fn no_rewriting_stumbles() {
    for body in [
        "",
        "{",
        "[",
        "\"",
        "\"\\",
        "{\"a\":}",
        "[1,]",
        "-",
        "[-]",
        "\u{feff}",
        "=",
        "%",
        "&=&",
        "{\"\\ud800\":1}",
    ] {
        let original = Original::new(body.as_bytes());
        for one in rewritings(&original) {
            let _ = (one.apply(&original), one.code(&original), one.title());
        }
    }
    let deep = "[".repeat(100_000);
    assert!(!Original::new(deep.as_bytes()).is_json());
    let large = format!("[\"{}\"]", "x".repeat(2 << 20));
    assert!(rewritings(&Original::new(large.as_bytes())).len() < 20);
}
