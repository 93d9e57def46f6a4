//! Deliveries that fail because of headers, addresses, timestamps, or the scheme itself.

use super::case::{Case, SECRET, URL, secret_of};
use crate::support::THEN;
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, STANDARD_NO_PAD, URL_SAFE_NO_PAD};
use std::collections::BTreeMap;
use waybill_model::{Timestamp, Verdict};
use waybill_signature::{Scheme, verify};

const BODY: &str = r#"{"id":"evt_1","type":"order.created","n":1}"#;

fn signature_header(id: &str) -> &'static str {
    match id {
        "github-sha256" => "X-Hub-Signature-256",
        "shopify" => "X-Shopify-Hmac-SHA256",
        "slack" => "X-Slack-Signature",
        "stripe" => "Stripe-Signature",
        "standard-webhooks-v1" => "webhook-signature",
        "lemon-squeezy" => "X-Signature",
        "typeform" => "Typeform-Signature",
        "zoom" => "x-zm-signature",
        "line" => "x-line-signature",
        "dropbox" => "X-Dropbox-Signature",
        "orb" => "X-Orb-Signature",
        "paddle" => "Paddle-Signature",
        other => panic!("{other}"),
    }
}

/// A scheme as another reads it: the catalogue's file with some text replaced, under a header name that
/// no other scheme has.
fn signed_otherwise(id: &str, change: &[(&str, &str)], body: &str) -> Case {
    let mut text = crate::support::CATALOGUE.text(id).unwrap().to_owned();
    for (old, new) in change {
        assert!(text.contains(old), "{id}: {old}");
        text = text.replace(old, new);
    }
    let other = Scheme::parse(&text, "other.toml").unwrap();
    let right = Case::sent(id, body);
    let list: Vec<(&[u8], &[u8])> = right.headers.iter().map(|(n, v)| (&n[..], &v[..])).collect();
    let request = waybill_signature::Request {
        method: b"POST",
        url: URL.as_bytes(),
        headers: &list,
        body: body.as_bytes(),
        truncated: false,
    };
    let now = Timestamp::from_unix(THEN);
    let signed =
        waybill_signature::sign(&other, &request, secret_of(id).as_bytes(), &BTreeMap::new(), now, None)
            .unwrap();
    let headers = signed.apply(&list);
    Case { headers, ..right }
}

fn signatures(cases: &mut Vec<Case>) {
    for (id, prefix) in [
        ("github-sha256", "sha256="),
        ("slack", "v0="),
        ("lemon-squeezy", ""),
        ("zoom", "v0="),
        ("dropbox", ""),
    ] {
        let name = signature_header(id);
        let sent = || Case::sent(id, BODY);
        let digits = sent().header(name)[prefix.len()..].to_owned();
        let bytes = hex::decode(&digits).unwrap();
        let base64 = format!("{prefix}{}", STANDARD.encode(&bytes));
        let twice = format!("{prefix}{}", STANDARD.encode(&digits));
        let encoding = "signature_encoding_hex_vs_base64";
        cases.push(sent().with_header(name, &[&base64]).cause(encoding, "base64 instead of hex"));
        cases.push(sent().with_header(name, &[&twice]).cause(encoding, "base64 of hex"));
        cases.push(sent().with_header(name, &[&format!("sig={digits}")]).cause("wrong_prefix", "sig="));
        let doubled = format!("{prefix}{digits}, {prefix}{}", "0".repeat(digits.len()));
        cases.push(sent().with_header(name, &[&doubled]).cause("duplicate_header", "joined"));
        if !prefix.is_empty() {
            cases.push(sent().with_header(name, &[&digits]).cause("wrong_prefix", "none"));
        }
    }
    for id in ["shopify", "typeform", "line"] {
        let name = signature_header(id);
        let sent = || Case::sent(id, BODY);
        let value = sent().header(name);
        let prefix = if id == "typeform" { "sha256=" } else { "" };
        let bytes = STANDARD.decode(&value[prefix.len()..]).unwrap();
        let hex = format!("{prefix}{}", hex::encode(&bytes));
        let twice = format!("{prefix}{}", STANDARD.encode(hex::encode(&bytes)));
        let bare = format!("{prefix}{}", STANDARD_NO_PAD.encode(&bytes));
        let safe = format!("{prefix}{}", URL_SAFE_NO_PAD.encode(&bytes));
        cases.push(
            sent()
                .with_header(name, &[&hex])
                .cause("signature_encoding_hex_vs_base64", "hex instead of base64"),
        );
        cases.push(
            sent().with_header(name, &[&twice]).cause("signature_encoding_hex_vs_base64", "base64 of hex"),
        );
        cases.push(sent().with_header(name, &[&bare]).cause("signature_base64_unpadded", "padding lost"));
        // Without a letter that differs, the two alphabets are one.
        let either = &["signature_base64_unpadded"];
        cases.push(
            sent()
                .with_header(name, &[&safe])
                .cause("signature_base64_urlsafe", "for addresses")
                .also(either),
        );
    }
    for (id, hash) in [
        ("github-sha256", "sha1"),
        ("lemon-squeezy", "sha512"),
        ("shopify", "sha1"),
        ("slack", "sha1"),
        ("stripe", "sha512"),
        ("dropbox", "sha384"),
        ("zoom", "sha512"),
    ] {
        let change = [("hmac-sha256", format!("hmac-{hash}"))];
        let change: Vec<(&str, &str)> = change.iter().map(|(old, new)| (*old, new.as_str())).collect();
        let case = signed_otherwise(id, &change, BODY);
        cases.push(case.cause("wrong_hash_algorithm", hash));
    }
}

fn messages(cases: &mut Vec<Case>) {
    for (id, old, new, cause) in [
        ("stripe", "{timestamp}.{body}", "{timestamp}:{body}", "separator"),
        ("stripe", "{timestamp}.{body}", "{timestamp}{body}", "separator"),
        ("stripe", "{timestamp}.{body}", "{body}.{timestamp}", "separator"),
        ("stripe", "{timestamp}.{body}", "{body}", "timestamp_missing_from_message"),
        ("slack", "v0:{timestamp}:{body}", "{timestamp}.{body}", "separator"),
        ("slack", "v0:{timestamp}:{body}", "v0.{timestamp}.{body}", "separator"),
        ("slack", "v0:{timestamp}:{body}", "{body}", "timestamp_missing_from_message"),
        ("zoom", "v0:{timestamp}:{body}", "{body}", "timestamp_missing_from_message"),
        ("zoom", "v0:{timestamp}:{body}", "{timestamp}:{body}", "separator"),
        ("orb", "v1:{timestamp}:{body}", "{timestamp}.{body}", "separator"),
        ("orb", "v1:{timestamp}:{body}", "{body}", "timestamp_missing_from_message"),
        ("paddle", "{timestamp}:{body}", "{timestamp}.{body}", "separator"),
        ("paddle", "{timestamp}:{body}", "{body}", "timestamp_missing_from_message"),
        ("standard-webhooks-v1", "{timestamp}.{body}", "{timestamp}{body}", "separator"),
        ("standard-webhooks-v1", ".{timestamp}.{body}", ".{body}", "timestamp_missing_from_message"),
        ("twitch-eventsub", "}{timestamp}{body}", "}.{timestamp}.{body}", "separator"),
        ("twitch-eventsub", "}{timestamp}{body}", "}{body}", "timestamp_missing_from_message"),
        ("zendesk", "{timestamp}{body}", "{timestamp}.{body}", "separator"),
        ("zendesk", "{timestamp}{body}", "{body}", "timestamp_missing_from_message"),
    ] {
        cases.push(signed_otherwise(id, &[(old, new)], BODY).cause(cause, new));
    }
}

fn times(cases: &mut Vec<Case>) {
    for (id, limit) in [
        ("stripe", 300),
        ("slack", 300),
        ("standard-webhooks-v1", 300),
        ("twitch-eventsub", 600),
        ("workos", 180),
        ("orb", 300),
        ("calendly", 180),
    ] {
        for late in [60, 3_600, 864_000] {
            let mut case = Case::sent(id, BODY).cause("timestamp_expired", "late");
            case.now += limit + late;
            cases.push(case);
        }
        let mut case = Case::sent(id, BODY).cause("clock_skew", "a second over");
        case.now += limit + 1;
        cases.push(case);
        let mut case = Case::sent(id, BODY).with_header("Date", &["Thu, 11 Jun 2026 08:32:07 GMT"]);
        case.now += limit + 1_000;
        cases.push(case.cause("clock_skew", "sent at that very time"));
    }
    for id in ["slack", "standard-webhooks-v1", "calendly", "workos", "orb"] {
        let mut case = Case::sent(id, BODY).cause("clock_skew", "ahead");
        case.now -= 2_000;
        cases.push(case);
    }
    for (id, name) in [
        ("slack", "X-Slack-Request-Timestamp"),
        ("zoom", "x-zm-request-timestamp"),
        ("standard-webhooks-v1", "webhook-timestamp"),
    ] {
        let (seconds, thousand) = (THEN.to_string(), (THEN * 1000).to_string());
        let unit = |text: &str| Case::sent(id, BODY).with_header(name, &[text]);
        cases.push(unit(&thousand).cause("timestamp_unit", "made milliseconds"));
        for text in [
            format!("{seconds}.0"),
            format!("\"{seconds}\""),
            "2026-06-11T08:32:07Z".to_owned(),
            "1.781166727e9".to_owned(),
        ] {
            cases.push(unit(&text).cause("timestamp_reformatted", &text));
        }
        let change = [("unit = \"seconds\"", "unit = \"milliseconds\"")];
        cases.push(signed_otherwise(id, &change, BODY).cause("timestamp_unit", "signed in milliseconds"));
    }
    for (id, name) in [("hubspot-v3", "X-HubSpot-Request-Timestamp"), ("webflow", "x-webflow-timestamp")] {
        let unit = |text: String| Case::sent(id, BODY).with_header(name, &[&text]);
        cases.push(unit(THEN.to_string()).cause("timestamp_unit", "made seconds"));
        cases.push(unit(format!("{}.0", THEN * 1000)).cause("timestamp_reformatted", "made a fraction"));
    }
    for (id, name) in [("twitch-eventsub", "Twitch-Eventsub-Message-Timestamp"), ("orb", "X-Orb-Timestamp")] {
        for text in ["2026-06-11T08:32:07+00:00", "2026-06-11T08:32:07.000Z", "1781166727"] {
            cases.push(Case::sent(id, BODY).with_header(name, &[text]).cause("timestamp_reformatted", text));
        }
    }
}

fn addresses(cases: &mut Vec<Case>) {
    let registered = "https://hooks.example.com/in/x";
    for id in ["square", "trello", "square-legacy"] {
        for (cause, signed) in [
            ("url_scheme", "http://hooks.example.com/in/x"),
            ("url_host", "https://example.com/in/x"),
            ("url_port", "https://hooks.example.com:443/in/x"),
            ("url_trailing_slash", "https://hooks.example.com/in/x/"),
            ("url_query", "https://hooks.example.com/in/x?a=1"),
        ] {
            let config = BTreeMap::from([("url".to_owned(), signed.to_owned())]);
            let secret = SECRET;
            let mut case = Case::signed(id, BODY, secret, "https://example.com/in/x?a=1", &config);
            case.config = BTreeMap::from([("url".to_owned(), registered.to_owned())]);
            cases.push(case.with_header("Host", &["example.com"]).cause(cause, signed));
        }
    }
    for id in ["hubspot-v2", "hubspot-v3", "plivo-v2"] {
        let sent = |url: &str| Case::signed(id, BODY, SECRET, url, &BTreeMap::new());
        let arriving = |mut case: Case, url: &str| {
            url.clone_into(&mut case.url);
            case
        };
        let here = "http://127.0.0.1:4000/in/x?a=1";
        let case = arriving(sent("https://example.com/in/x?a=1"), "http://example.com/in/x?a=1");
        cases.push(case.cause("url_scheme", "TLS ended at the proxy"));
        let case = arriving(sent("https://hooks.example.com/in/x?a=1"), here)
            .with_header("X-Forwarded-Host", &["hooks.example.com"]);
        cases.push(case.cause("url_host", "behind a proxy"));
        let case = arriving(sent("https://example.com:8443/in/x?a=1"), URL)
            .with_header("X-Forwarded-Port", &["8443"]);
        cases.push(case.cause("url_port", "port lost"));
        let case = arriving(sent("https://example.com/in/x/?a=1"), URL);
        cases.push(case.cause("url_trailing_slash", "slash lost"));
        if id != "plivo-v2" {
            let case = arriving(sent("https://example.com/in/x"), URL);
            cases.push(case.cause("url_query", "query added"));
        }
    }
}

fn headers(cases: &mut Vec<Case>) {
    for id in ["github-sha256", "shopify", "slack", "stripe", "standard-webhooks-v1", "dropbox", "orb"] {
        let name = signature_header(id);
        let sent = || Case::sent(id, BODY);
        cases.push(sent().with_header(name, &[]).cause("wrong_header", "signature dropped"));
        cases.push(
            sent().renamed(name, &format!("X-Original-{name}")).cause("wrong_header", "signature renamed"),
        );
        cases.push(
            sent().renamed(name, "X-Proxy-Signature").cause("wrong_header", "signature renamed altogether"),
        );
    }
    for (id, name) in [
        ("slack", "X-Slack-Request-Timestamp"),
        ("standard-webhooks-v1", "webhook-timestamp"),
        ("standard-webhooks-v1", "webhook-id"),
        ("twitch-eventsub", "Twitch-Eventsub-Message-Id"),
        ("orb", "X-Orb-Timestamp"),
    ] {
        let sent = || Case::sent(id, BODY);
        cases.push(
            sent().renamed(name, &format!("X-{name}-Kept")).cause("wrong_header", "signed header renamed"),
        );
        cases.push(sent().with_header(name, &[]).cause("wrong_header", "signed header dropped"));
        let value = sent().header(name);
        cases.push(sent().with_header(name, &["0", &value]).cause("duplicate_header", "signed header twice"));
    }
    let value = Case::sent("worldline-gcs", BODY).header("X-GCS-Signature");
    let twice = Case::sent("worldline-gcs", BODY).with_header("X-GCS-Signature", &[&value, &value]);
    cases.push(twice.cause("duplicate_header", "signature twice"));
}

/// Configured and true scheme: the signature is under the second, the inbox says the first.
const MIXED_UP: &[(&str, &str)] = &[
    ("github-sha1", "bitbucket"),
    ("standard-webhooks-v1", "iron"),
    ("iron", "standard-webhooks-v1"),
    ("gocardless", "standard-webhooks-v1"),
    ("hubspot-v1", "hubspot-v2"),
    ("hubspot-v2", "hubspot-v1"),
    ("cloudinary-sha1", "cloudinary-sha256"),
    ("convoy-simple-hex", "convoy-advanced"),
    ("convoy-advanced", "convoy-simple-base64"),
    ("stripe", "slack"),
    ("slack", "stripe"),
    ("github-sha256", "shopify"),
    ("shopify", "github-sha256"),
    ("cursor", "mnemom"),
    ("cashfree", "cursor"),
    ("lemon-squeezy", "paystack"),
    ("zoom", "slack"),
    ("line", "woocommerce"),
    ("telegram", "gitlab-token"),
    ("gitlab-token", "github-sha256"),
];

fn schemes(cases: &mut Vec<Case>) {
    for (configured, signed) in MIXED_UP {
        let mut case = Case::sent(signed, BODY);
        (*configured).clone_into(&mut case.scheme);
        case.name = format!("{configured} for {signed}");
        cases.push(case.cause("wrong_scheme", ""));
    }
    for (id, body, headers) in [
        ("slack", r#"{"type":"url_verification","challenge":"c","token":"t"}"#, &[][..]),
        ("asana", "", &[("X-Hook-Secret", "s")][..]),
        ("notion", r#"{"verification_token":"secret_1"}"#, &[][..]),
    ] {
        let mut case = Case::sent(id, body).cause("handshake", "first request");
        case.headers = crate::support::headers(headers);
        cases.push(case);
    }
}

pub(crate) fn cases() -> Vec<Case> {
    let mut cases = Vec::new();
    for part in [signatures, messages, times, addresses, headers, schemes] {
        part(&mut cases);
    }
    cases
}

/// A case that verifies as it stands would prove nothing of the search.
#[test]
fn every_case_fails_before_it_is_diagnosed() {
    let all = [super::bodies::cases(), super::secrets::cases(), cases()].concat();
    for case in all.iter().filter(|case| case.handler_body.is_none()) {
        let verdict = case.ask(|question| {
            let own: Vec<&[u8]> = question
                .candidates
                .iter()
                .filter(|one| one.of_inbox && one.role != waybill_signature::Role::Retired)
                .map(|one| one.bytes)
                .collect();
            verify(question.scheme, question.request, &own, question.config, question.now).verdict
        });
        assert_ne!(verdict, Verdict::Valid, "{}", case.name);
    }
}
