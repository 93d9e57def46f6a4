//! Deliveries whose body was rewritten after it was signed, in every way and under several schemes.

use super::case::Case;
use flate2::Compression;
use flate2::write::GzEncoder;
use serde_json::Value;
use std::io::Write as _;

/// Schemes that sign the body with one and with several parts, with every hash and encoding.
const SCHEMES: &[&str] = &[
    "github-sha256",
    "shopify",
    "stripe",
    "slack",
    "standard-webhooks-v1",
    "paystack",
    "vercel",
    "hubspot-v2",
    "zendesk",
    "cloudinary-sha1",
];

const DOCUMENTS: &[&str] = &[
    r#"{"id":"evt_1","type":"order.created","data":{"number":17,"items":[{"sku":"a-1","count":2},{"sku":"b-2","count":1}],"note":null}}"#,
    r#"{"zeta":true,"alpha":{"name":"Zoë ✓ 日本","link":"https://example.com/a/b?x=1&y=2","amount":12.5},"list":[1,2,3],"empty":{}}"#,
    r#"[{"email":"a@example.com","event":"dropped","at":1700000000},{"email":"ü@example.com","event":"open","at":1700000001}]"#,
];

/// JSON as Python writes it.
fn python(value: &Value, ascii: bool) -> String {
    let text = |text: &str| {
        let plain = serde_json::to_string(text).unwrap();
        if ascii { escaped(&plain) } else { plain }
    };
    match value {
        Value::Object(members) => {
            let parts: Vec<String> = members
                .iter()
                .map(|(key, value)| format!("{}: {}", text(key), python(value, ascii)))
                .collect();
            format!("{{{}}}", parts.join(", "))
        }
        Value::Array(items) => {
            let parts: Vec<String> = items.iter().map(|item| python(item, ascii)).collect();
            format!("[{}]", parts.join(", "))
        }
        Value::String(string) => text(string),
        other => other.to_string(),
    }
}

fn escaped(text: &str) -> String {
    let each = |c: char| {
        if c.is_ascii() {
            return c.to_string();
        }
        c.encode_utf16(&mut [0; 2]).iter().map(|unit| format!("\\u{unit:04x}")).collect()
    };
    text.chars().map(each).collect()
}

fn sorted(value: &Value) -> Value {
    match value {
        Value::Object(members) => {
            let mut pairs: Vec<(String, Value)> =
                members.iter().map(|(key, value)| (key.clone(), sorted(value))).collect();
            pairs.sort_by(|a, b| a.0.cmp(&b.0));
            pairs.into_iter().collect()
        }
        Value::Array(items) => items.iter().map(sorted).collect(),
        other => other.clone(),
    }
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut writer = GzEncoder::new(Vec::new(), Compression::default());
    writer.write_all(bytes).unwrap();
    writer.finish().unwrap()
}

/// What was signed, what arrived, and the cause; for one document.
fn rewritten(compact: &str) -> Vec<(&'static str, &'static str, Vec<u8>, Vec<u8>)> {
    let value: Value = serde_json::from_str(compact).unwrap();
    let pretty = serde_json::to_string_pretty(&value).unwrap();
    let mut rows: Vec<(&'static str, &'static str, String, String)> = vec![
        ("body_reserialised_json", "python made compact", python(&value, true), compact.to_owned()),
        ("body_reserialised_json", "python raw made compact", python(&value, false), compact.to_owned()),
        ("body_reserialised_json", "indented made compact", pretty.clone(), compact.to_owned()),
        ("body_reserialised_json", "compact made indented", compact.to_owned(), pretty.clone()),
        ("body_reserialised_json", "compact made python", compact.to_owned(), python(&value, true)),
        ("body_reserialised_json", "four blanks", pretty.replace("  ", "    "), compact.to_owned()),
        ("body_trailing_newline", "lost", format!("{compact}\n"), compact.to_owned()),
        ("body_trailing_newline", "added", compact.to_owned(), format!("{compact}\n")),
        ("body_trailing_newline", "CR LF lost", format!("{compact}\r\n"), compact.to_owned()),
        ("body_trailing_newline", "CR LF added", pretty.clone(), format!("{pretty}\r\n")),
        ("body_whitespace_trimmed", "blank lost", format!("{compact} "), compact.to_owned()),
        ("body_whitespace_trimmed", "blanks added", compact.to_owned(), format!("  {compact}\n ")),
        ("body_line_endings", "made CR LF", pretty.clone(), pretty.replace('\n', "\r\n")),
        ("body_line_endings", "made LF", pretty.replace('\n', "\r\n"), pretty.clone()),
        ("body_bom", "added", compact.to_owned(), format!("\u{feff}{compact}")),
        ("body_bom", "lost", format!("\u{feff}{compact}"), compact.to_owned()),
        ("body_missing", "lost", compact.to_owned(), String::new()),
        ("body_missing", "signed empty", String::new(), compact.to_owned()),
        ("body_missing", "signed {}", "{}".to_owned(), compact.to_owned()),
        ("body_missing", "an object as text", "[object Object]".to_owned(), compact.to_owned()),
    ];
    let order = serde_json::to_string(&sorted(&value)).unwrap();
    if order != compact {
        rows.push(("body_reserialised_json", "keys were sorted", order, compact.to_owned()));
    }
    if !compact.is_ascii() {
        let latin: String = compact.bytes().map(char::from).collect();
        rows.push(("unicode_escaped", "unescaped", escaped(compact), compact.to_owned()));
        rows.push(("unicode_escaped", "escaped", compact.to_owned(), escaped(compact)));
        rows.push(("charset", "read as Latin-1", compact.to_owned(), latin));
        let asked: String = compact.chars().map(|c| if c.is_ascii() { c } else { '?' }).collect();
        rows.push(("charset", "signed as ASCII", asked, compact.to_owned()));
        let lost: String = compact.chars().map(|c| if c.is_ascii() { c } else { '\u{fffd}' }).collect();
        rows.push(("charset", "lost", compact.to_owned(), lost));
    }
    if compact.contains('/') {
        rows.push(("slash_escaped", "unescaped", compact.replace('/', "\\/"), compact.to_owned()));
        rows.push(("slash_escaped", "escaped", compact.to_owned(), compact.replace('/', "\\/")));
        rows.push((
            "unicode_escaped",
            "as Go writes it",
            compact.replace('&', "\\u0026"),
            compact.to_owned(),
        ));
    }
    if compact.contains("12.5") {
        rows.push((
            "body_reserialised_json",
            "a last zero lost",
            compact.replace("12.5", "12.50"),
            compact.to_owned(),
        ));
        rows.push((
            "body_reserialised_json",
            "a whole fraction",
            compact.replace("[1,", "[1.0,"),
            compact.to_owned(),
        ));
        rows.push((
            "body_reserialised_json",
            "numbers lengthened",
            compact.to_owned(),
            compact.replace("12.5", "12.500"),
        ));
    }
    rows.into_iter().map(|(cause, what, signed, came)| (cause, what, signed.into(), came.into())).collect()
}

/// Forms as they were signed and as they arrived.
const FORMS: &[(&str, &str, &str)] = &[
    ("blanks", "text=hello%20world&user=U1", "text=hello+world&user=U1"),
    ("plus", "text=hello+world&user=U1", "text=hello%20world&user=U1"),
    ("hex", "url=https%3A%2F%2Fh%2Fp&user=U1", "url=https%3a%2f%2fh%2fp&user=U1"),
    ("readable", "url=https%3A%2F%2Fh%2Fp&user=U1", "url=https://h/p&user=U1"),
    ("order", "a=1&b=2&c=3", "c=3&a=1&b=2"),
    ("marks", "a=%7Ex%2A&b=2", "a=~x*&b=2"),
];

pub(crate) fn cases() -> Vec<Case> {
    let mut cases = Vec::new();
    for (index, id) in SCHEMES.iter().enumerate() {
        let document = DOCUMENTS[index % DOCUMENTS.len()];
        for (cause, what, signed, came) in rewritten(document) {
            cases.push(Case::sent(id, &signed).arriving(&came).cause(cause, what));
        }
    }
    // The second document has everything that can be escaped.
    for (cause, what, signed, came) in rewritten(DOCUMENTS[1]) {
        for id in ["twitch-eventsub", "lemon-squeezy", "feishu", "trello"] {
            cases.push(Case::sent(id, &signed).arriving(&came).cause(cause, what));
        }
    }
    for id in ["slack", "github-sha256", "zoom"] {
        for (what, signed, came) in FORMS {
            cases.push(Case::sent(id, signed).arriving(came).cause("form_reencoded", what));
        }
    }
    for id in SCHEMES.iter().take(4) {
        let body = DOCUMENTS[0].repeat(3);
        let came = Case::sent(id, &body).arriving(gzip(body.as_bytes()));
        cases.push(
            came.with_header("Content-Encoding", &["gzip"])
                .cause("content_encoding", "compressed on the way"),
        );
        let came = Case::sent(id, gzip(body.as_bytes())).arriving(&body);
        cases.push(
            came.with_header("Content-Encoding", &["gzip"])
                .cause("content_encoding", "decompressed on the way"),
        );
        let mut half = Case::sent(id, &body).arriving(&body[..100]).cause("body_truncated", "cut at the cap");
        half.truncated = true;
        cases.push(half);
        // Nothing in a changed body tells it from a wrong secret.
        let came = Case::sent(id, DOCUMENTS[0]).arriving(DOCUMENTS[0].replace("17", "18"));
        cases.push(came.cause("body_tampered", "a number changed").also(&["wrong_secret"]));
        // What the handler saw is known: the received body is right, the handler's is not.
        for (seen, cause) in [("", "body_missing"), ("{ \"id\": 1 }", "body_tampered")] {
            let mut case = Case::sent(id, DOCUMENTS[0]).cause(cause, "in the handler");
            case.handler_body = Some(seen.into());
            cases.push(case);
        }
        let value: Value = serde_json::from_str(DOCUMENTS[0]).unwrap();
        let mut case = Case::sent(id, DOCUMENTS[0]).cause("body_reserialised_json", "in the handler");
        case.handler_body = Some(python(&value, true).into_bytes());
        cases.push(case);
    }
    cases
}
