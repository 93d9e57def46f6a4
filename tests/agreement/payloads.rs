//! What is signed: bodies that serialisers, terminals and form encoders like to change.

use sha2::{Digest as _, Sha256};
use std::fmt::Write as _;

/// One body.
pub(crate) struct Payload {
    pub(crate) name: &'static str,
    pub(crate) body: Vec<u8>,
    is_form: bool,
    number: usize,
}

impl Payload {
    /// Whether a sender under this scheme would send it.
    pub(crate) fn fits(&self, scheme: &str) -> bool {
        self.is_form || scheme != "twilio-form"
    }

    /// Where it is sent: an address of its own, since some schemes sign that.
    pub(crate) fn url(&self, scheme: &str) -> String {
        let path = format!("https://hooks.example/in/{}", self.number);
        match scheme {
            "twilio-json" => {
                let digest = hex::encode(Sha256::digest(&self.body));
                format!("{path}?from=a&bodySHA256={digest}")
            }
            "plivo-v2" => path,
            _ => format!("{path}?tenant=7&mode=live"),
        }
    }

    /// What its sender uses once.
    pub(crate) fn nonce(&self) -> String {
        format!("{:020}", 12_345_678_901_u64 * (self.number as u64 + 1))
    }

    /// The same with one character changed, so that the form of the whole stays.
    pub(crate) fn changed(&self) -> Vec<u8> {
        let mut body = self.body.clone();
        match body.iter_mut().rev().find(|byte| byte.is_ascii_alphanumeric()) {
            Some(byte) => *byte = if *byte == b'7' { b'8' } else { b'7' },
            None => body.push(b' '),
        }
        body
    }
}

const TEXTS: &[(&str, &str)] = &[
    ("empty object", "{}"),
    ("empty list", "[]"),
    (
        "an event",
        r#"{"id":"evt_1","object":"event","type":"invoice.paid","data":{"object":{"amount":1900}}}"#,
    ),
    ("spaces", r#"{ "id" : "evt_1" , "list" : [ 1 , 2 ] }"#),
    ("indented", "{\n  \"id\": \"evt_1\",\n  \"type\": \"a.b\"\n}\n"),
    ("carriage returns", "{\r\n\t\"id\": \"evt_1\"\r\n}\r\n"),
    ("a line feed at the end", "{\"id\":\"evt_1\"}\n"),
    ("letters of many scripts", r#"{"name":"Zoë Ångström, 東京, Ελλάδα, עברית"}"#),
    ("beyond the first plane", r#"{"emoji":"👩‍👩‍👧 𝔘𝔫𝔦"}"#),
    ("escaped letters", r#"{"name":"Zo\u00eb \ud83d\ude00"}"#),
    ("combining marks", "{\"name\":\"Zoe\u{308} A\u{30a}\"}"),
    ("escaped slashes", r#"{"url":"https:\/\/a.example\/b","same":"https://a.example/b"}"#),
    ("letters of markup", r#"{"html":"<a href='x'>&amp;\"</a>"}"#),
    ("line separators", "{\"text\":\"a\u{2028}b\u{2029}c\"}"),
    ("numbers", r#"{"a":1.0,"b":1e3,"c":-0,"d":12345678901234567890,"e":0.1000}"#),
    ("repeated names", r#"{"a":1,"a":2,"b":{"a":3}}"#),
    ("names out of order", r#"{"z":1,"y":2,"10":3,"9":4}"#),
    ("text, not JSON", "no JSON at all: 100 % of it, a=b&c"),
    ("XML", "<?xml version=\"1.0\"?>\n<event id=\"1\"><type>a</type></event>"),
    ("one letter", "x"),
    ("blanks", "   "),
    ("a NUL", "{\"a\":\"x\0y\"}"),
    ("a string alone", "\"text\""),
    ("base64 with its signs", "ab+/cd==.v1,v1a t=1,v1=00"),
];

const FORMS: &[(&str, &str)] = &[
    ("form", "From=a&To=b&Body=hello"),
    ("form: one field", "a=1"),
    ("form: no value", "a=&b=2&c="),
    ("form: plus for a blank", "Body=hello+there+you"),
    ("form: percent for a blank", "Body=hello%20there%20you"),
    ("form: a plus", "From=%2B15017122661&To=%2B15558675310"),
    ("form: letters of many scripts", "Body=Zo%C3%AB+%E6%9D%B1%E4%BA%AC"),
    ("form: beyond the first plane", "Body=%F0%9F%98%80+ok"),
    ("form: letters not escaped", "Body=Zoë"),
    ("form: out of order", "z=1&b=2&a=3&M=4"),
    ("form: capitals first", "b=1&B=2&a=3&A=4"),
    ("form: digits in names", "m10=a&m9=b&m1=c"),
    ("form: an ampersand and an equals sign", "q=a%26b%3Dc&r=1"),
    ("form: equals signs within", "q=a=b=c&r=1"),
    ("form: carriage returns", "Body=a%0D%0Ab"),
    ("form: JSON within", "payload=%7B%22a%22%3A1%7D&token=x"),
    ("form: a percent sign", "q=100%25&r=1"),
    ("form: brackets", "user%5Bname%5D=a&user%5Bid%5D=7"),
    ("form: a star, a dash, a tilde", "q=*-._~&r=!%27()"),
    ("form: a name twice", "MediaUrl=b&MediaUrl=a&x=1"),
    ("form: a name twice with one value", "MediaUrl=a&MediaUrl=a&x=1"),
    ("form: an empty name's neighbour", "aa=1&a=2&ab=3"),
];

/// All of them.
pub(crate) fn all() -> Vec<Payload> {
    let mut long = "{\"lines\":[".to_owned();
    while long.len() < 100 * 1024 {
        let _ = write!(long, "{{\"id\":\"il_{}\",\"name\":\"Zoë – ✓\"}},", long.len());
    }
    long.push_str("{}]}");
    let long_form = format!("Body={}&Sid=SM1", "lorem+ipsum+".repeat(8_500));
    let named = |rows: &'static [(&str, &str)], is_form| {
        rows.iter().map(move |(name, text)| (*name, text.as_bytes().to_vec(), is_form))
    };
    named(TEXTS, false)
        .chain(named(FORMS, true))
        .chain([("100 KiB", long.into_bytes(), false), ("form: 100 KiB", long_form.into_bytes(), true)])
        .enumerate()
        .map(|(number, (name, body, is_form))| Payload { name, body, is_form, number })
        .collect()
}
