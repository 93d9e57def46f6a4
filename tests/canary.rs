//! Looks for planted secrets in what a program wrote, in the eight ways in which a secret may be written.

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE};

/// The way in which `secret` stands in `bytes`; none when it does not.
pub(crate) fn found(bytes: &[u8], secret: &str) -> Option<&'static str> {
    assert!(secret.is_ascii() && secret.len() >= 8, "no canary");
    // Every spelling is ASCII, so it is found as text whatever stands around it.
    let text = String::from_utf8_lossy(bytes);
    spellings(secret)
        .into_iter()
        .find(|(_, needle)| text.contains(std::str::from_utf8(needle).unwrap()))
        .map(|(name, _)| name)
}

/// Every way to write a secret.
fn spellings(secret: &str) -> Vec<(&'static str, Vec<u8>)> {
    let bytes = secret.as_bytes();
    let hex: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
    let mut all = vec![
        ("raw", bytes.to_vec()),
        ("raw, in JSON", json_text(secret).into_bytes()),
        ("reversed", secret.chars().rev().collect::<String>().into_bytes()),
        ("hex, upper case", hex.to_uppercase().into_bytes()),
        ("hex", hex.into_bytes()),
        ("UTF-16", secret.encode_utf16().flat_map(u16::to_le_bytes).collect()),
        (
            "JSON escapes",
            secret.encode_utf16().map(|unit| format!("\\u{unit:04x}")).collect::<String>().into(),
        ),
        (
            "JSON escapes, upper case",
            secret.encode_utf16().map(|unit| format!("\\u{unit:04X}")).collect::<String>().into(),
        ),
        ("URL-encoded", url_encoded(bytes, |byte| byte.is_ascii_alphanumeric() || b"-_.~".contains(&byte))),
        ("URL-encoded, all of it", url_encoded(bytes, |_| false)),
        (
            "URL-encoded, lower case",
            url_encoded(bytes, |byte| byte.is_ascii_alphanumeric() || b"-_.~".contains(&byte))
                .to_ascii_lowercase(),
        ),
    ];
    // Base64 of a longer text holds the secret in one of three ways, by where it begins.
    for shift in 0..3 {
        all.push(("Base64", core(&STANDARD, shift, bytes)));
        all.push(("Base64url", core(&URL_SAFE, shift, bytes)));
    }
    all
}

/// The characters that don't depend on what stands around the secret.
fn core(engine: &impl base64::Engine, shift: usize, secret: &[u8]) -> Vec<u8> {
    let mut text = vec![0; shift];
    text.extend_from_slice(secret);
    let (from, to) = ((8 * shift).div_ceil(6), 8 * text.len() / 6);
    engine.encode(text).as_bytes()[from..to].to_vec()
}

fn json_text(secret: &str) -> String {
    let quoted = serde_json::to_string(secret).unwrap();
    quoted.trim_start_matches('"').strip_suffix('"').unwrap().to_owned()
}

fn url_encoded(bytes: &[u8], kept: impl Fn(u8) -> bool) -> Vec<u8> {
    let one = |byte: &u8| if kept(*byte) { (*byte as char).to_string() } else { format!("%{byte:02X}") };
    bytes.iter().map(one).collect::<String>().into_bytes()
}

#[test]
fn a_secret_is_found_in_every_spelling_and_nowhere_else() {
    let secret = "cnry+/a=\"b&c %d";
    let planted = spellings(secret);
    for (name, needle) in &planted {
        let mut text = b"some text before ".to_vec();
        text.extend_from_slice(needle);
        text.extend_from_slice(b" and after");
        assert!(found(&text, secret).is_some(), "{name}");
    }
    let whole = |shift: usize| format!("{}{secret}{}", "x".repeat(shift), "tail");
    for shift in 0..5 {
        for encoded in [STANDARD.encode(whole(shift)), URL_SAFE.encode(whole(shift))] {
            assert!(found(encoded.as_bytes(), secret).is_some(), "{shift}: {encoded}");
        }
    }
    for clean in ["", "cnry+/a=\"b&c %", "a longer text that holds nothing of it", "Y25yeSsvYT0"] {
        assert_eq!(found(clean.as_bytes(), secret), None, "{clean}");
    }
}
