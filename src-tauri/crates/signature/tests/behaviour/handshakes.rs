//! Handshakes: every published one is answered as its sender wants it, and nothing else is.

use crate::support::{CATALOGUE, shared};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use waybill_model::Timestamp;
use waybill_signature::{Handshake, Request, Scheme, handshake, handshake_names};

const NOW: i64 = 1_700_000_000;

/// A request, and what the inbox knows.
#[derive(Clone, Copy, Default)]
struct Asked<'a> {
    /// Empty: the inbox has none.
    scheme: &'a str,
    method: &'a str,
    query: &'a str,
    headers: &'a [(&'a str, &'a str)],
    body: &'a str,
    secrets: &'a [&'a str],
    config: &'a [(&'a str, &'a str)],
}

impl Asked<'_> {
    fn answered(&self) -> Option<Handshake> {
        let url = format!("https://example.com/in/x{}", self.query);
        let headers: Vec<_> = self.headers.iter().map(|(n, v)| (n.as_bytes(), v.as_bytes())).collect();
        let request = Request {
            method: self.method.as_bytes(),
            url: url.as_bytes(),
            headers: &headers,
            body: self.body.as_bytes(),
            truncated: false,
        };
        let config = self.config.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())).collect();
        let secrets: Vec<&[u8]> = self.secrets.iter().map(|secret| secret.as_bytes()).collect();
        let scheme = (!self.scheme.is_empty()).then(|| CATALOGUE.get(self.scheme).unwrap());
        handshake(scheme, &request, &secrets, &config, Timestamp::from_unix(NOW))
    }

    /// Status, body and learned secret; `None` for an ordinary delivery.
    fn told(&self) -> Option<(u16, String, Option<String>)> {
        self.answered().map(|one| {
            assert_eq!(one.accepted, one.status < 300, "{one:?}");
            assert!(one.accepted || (one.body.is_empty() && one.headers.is_empty() && one.learned.is_none()));
            assert!(one.accepted || !one.explanation.is_empty(), "{one:?}");
            let learned = one.learned.as_ref().map(|secret| secret.expose().to_owned());
            (one.status, String::from_utf8(one.body).unwrap(), learned)
        })
    }
}

fn ask<'a>(scheme: &'a str, method: &'a str) -> Asked<'a> {
    Asked { scheme, method, ..Asked::default() }
}

const SLACK: &str = r#"{"token":"t","challenge":"c-1","type":"url_verification"}"#;
const SLACK_SIGNED: [(&str, &str); 2] = [
    ("X-Slack-Request-Timestamp", "1700000000"),
    ("X-Slack-Signature", "v0=82e1009aa3f2a18dcdd15c0d3f28de06987f35f4d56588d362404ed76b152a58"),
];
const ZOOM: &str =
    r#"{"payload":{"plainToken":"qgg8vlvZRS6UYooatFL8Aw"},"event_ts":1,"event":"endpoint.url_validation"}"#;
const DISCORD_KEY: &str = "03a107bff3ce10be1d70dd18e74bc09967e4d6309ba50d5f1ddc8664125531b8";
const DISCORD_SIGNED: [(&str, &str); 2] = [
    ("X-Signature-Timestamp", "1700000000"),
    (
        "X-Signature-Ed25519",
        "c1098e97d711377f30225d53d94b89d43537f92e5b3afaddc590781b1f9f9d4b2eeab335d370be3b9a090bc61a85b86448bc140dcd195f1569c2bff181257607",
    ),
];
const XERO: &str = r#"{"events":[],"firstEventSequence":0,"lastEventSequence":0,"entropy":"S0m3r4Nd0mt3xt"}"#;
const GRID: &str = r#"[{"id":"1","data":{"validationCode":"512d38b6"},"eventType":"x"}]"#;
const META: &str = "?hub.mode=subscribe&hub.challenge=1158201444&hub.verify_token=meatyhamhock";

#[test]
fn handshakes_are_answered_and_only_they() {
    let said = |status, body: &str| Some((status, body.to_owned(), None));
    let learns = |secret: &str| Some((200, String::new(), Some(secret.to_owned())));
    let no = said(403, "");
    let rows: Vec<(Asked<'_>, Option<(u16, String, Option<String>)>)> = vec![
        // Slack: signed or not yet checked, but never wrongly signed.
        (Asked { body: SLACK, ..ask("slack", "POST") }, said(200, "c-1")),
        (Asked { body: SLACK, secrets: &["slack-secret"], ..ask("slack", "POST") }, said(200, "c-1")),
        (
            Asked { body: SLACK, secrets: &["slack-secret"], headers: &SLACK_SIGNED, ..ask("slack", "POST") },
            said(200, "c-1"),
        ),
        (
            Asked { body: SLACK, secrets: &["another"], headers: &SLACK_SIGNED, ..ask("slack", "POST") },
            said(401, ""),
        ),
        (Asked { body: SLACK, ..ask("slack", "PUT") }, None),
        (Asked { body: r#"{"type":"url_verification"}"#, ..ask("slack", "POST") }, None),
        (Asked { body: r#"{"type":"event_callback","challenge":"c"}"#, ..ask("slack", "POST") }, None),
        (Asked { body: SLACK, ..ask("stripe", "POST") }, None),
        (Asked { body: SLACK, ..ask("", "POST") }, None),
        (
            Asked { body: r#"{"type":"url_verification","challenge":"a\"b"}"#, ..ask("feishu", "POST") },
            said(200, r#"{"challenge":"a\"b"}"#),
        ),
        // Zoom: needs the secret, and signs no text that could be a request's.
        (
            Asked { body: ZOOM, secrets: &["zoom-secret-token", "older"], ..ask("zoom", "POST") },
            said(
                200,
                r#"{"plainToken":"qgg8vlvZRS6UYooatFL8Aw","encryptedToken":"d9e0d764a78494688ba3f2d5c0ed4ca311394b4834d959759213424d2df961e3"}"#,
            ),
        ),
        (Asked { body: ZOOM, ..ask("zoom", "POST") }, no.clone()),
        (
            Asked {
                body: r#"{"payload":{"plainToken":"v0:1700000000:{}"},"event":"endpoint.url_validation"}"#,
                secrets: &["zoom-secret-token"],
                ..ask("zoom", "POST")
            },
            None,
        ),
        // Meta: the token agreed on, in the configuration or among the secrets.
        (
            Asked { query: META, config: &[("verify_token", "meatyhamhock")], ..ask("meta-sha256", "GET") },
            said(200, "1158201444"),
        ),
        (
            Asked { query: META, secrets: &["app", "meatyhamhock"], ..ask("meta-sha1", "GET") },
            said(200, "1158201444"),
        ),
        (
            Asked { query: META, config: &[("verify_token", "other")], ..ask("meta-sha256", "GET") },
            no.clone(),
        ),
        (Asked { query: META, config: &[("verify_token", "")], ..ask("meta-sha256", "GET") }, no.clone()),
        (Asked { query: META, ..ask("meta-sha256", "GET") }, no.clone()),
        (
            Asked {
                query: "?hub.mode=subscribe&hub.challenge=1",
                secrets: &[""],
                ..ask("meta-sha256", "GET")
            },
            no.clone(),
        ),
        (
            Asked { query: META, config: &[("verify_token", "meatyhamhock")], ..ask("meta-sha256", "POST") },
            None,
        ),
        (Asked { query: "?hub.mode=unsubscribe&hub.challenge=1", ..ask("meta-sha256", "GET") }, None),
        // Values of the address are decoded.
        (Asked { query: "?challenge=a%20b%2Bc%3Cd", ..ask("dropbox", "GET") }, said(200, "a b+c<d")),
        (Asked { query: "?challenge=", ..ask("dropbox", "GET") }, None),
        (Asked { query: "?challenge=x", ..ask("dropbox", "POST") }, None),
        (
            Asked { query: "?validationToken=Validation%3A%20Testing%20client", ..ask("", "POST") },
            said(200, "Validation: Testing client"),
        ),
        (Asked { query: "?validationToken=x", ..ask("bearer", "POST") }, said(200, "x")),
        (Asked { query: "?validationToken=x", ..ask("stripe", "POST") }, None),
        // Discord: nothing but a signature that matches.
        (
            Asked {
                body: r#"{"type":1}"#,
                secrets: &[DISCORD_KEY],
                headers: &DISCORD_SIGNED,
                ..ask("discord", "POST")
            },
            said(200, r#"{"type":1}"#),
        ),
        (Asked { body: r#"{"type":1}"#, secrets: &[DISCORD_KEY], ..ask("discord", "POST") }, said(401, "")),
        (Asked { body: r#"{"type":1}"#, headers: &DISCORD_SIGNED, ..ask("discord", "POST") }, said(401, "")),
        (
            Asked {
                body: r#"{"type": 1}"#,
                secrets: &[DISCORD_KEY],
                headers: &DISCORD_SIGNED,
                ..ask("discord", "POST")
            },
            said(401, ""),
        ),
        (
            Asked {
                body: r#"{"type":2}"#,
                secrets: &[DISCORD_KEY],
                headers: &DISCORD_SIGNED,
                ..ask("discord", "POST")
            },
            None,
        ),
        (
            Asked {
                body: XERO,
                secrets: &["xero-key"],
                headers: &[("x-xero-signature", "tLm9ka/XQyvHySA0OzOTW5+CZY1uJm058kZFXiiMUag=")],
                ..ask("xero", "POST")
            },
            said(200, ""),
        ),
        (
            Asked {
                body: XERO,
                secrets: &["xero-key"],
                headers: &[("x-xero-signature", "AAAA")],
                ..ask("xero", "POST")
            },
            said(401, ""),
        ),
        (Asked { body: r#"{"events":[{"eventType":"UPDATE"}],"entropy":"e"}"#, ..ask("xero", "POST") }, None),
        // Secrets that arrive: taken by an empty inbox only.
        (Asked { headers: &[("X-Hook-Secret", "b537")], ..ask("asana", "POST") }, learns("b537")),
        (
            Asked { headers: &[("X-Hook-Secret", "b537")], secrets: &["b537"], ..ask("asana", "POST") },
            said(200, ""),
        ),
        (
            Asked { headers: &[("X-Hook-Secret", "b537")], secrets: &["held"], ..ask("asana", "POST") },
            no.clone(),
        ),
        (Asked { headers: &[("X-Hook-Secret", "")], ..ask("asana", "POST") }, None),
        (Asked { headers: &[("X-Hook-Signature", "00")], ..ask("asana", "POST") }, None),
        (
            Asked { body: r#"{"verification_token":"secret_demo"}"#, ..ask("notion", "POST") },
            learns("secret_demo"),
        ),
        (
            Asked { body: r#"{"verification_token":"new"}"#, secrets: &["held"], ..ask("notion", "POST") },
            no.clone(),
        ),
        (
            Asked {
                body: r#"{"verification_token":"secret_demo"}"#,
                headers: &[("X-Notion-Signature", "sha256=00")],
                ..ask("notion", "POST")
            },
            None,
        ),
        // The rest.
        (
            Asked {
                query: "?crc_token=crc-token-1",
                secrets: &["consumer-secret"],
                ..ask("x-twitter", "GET")
            },
            said(200, r#"{"response_token":"sha256=aJ/TfRGygcFc7Yofl6IC07Ywjqb8THuaNEI/WohhbMw="}"#),
        ),
        (Asked { query: "?crc_token=x", ..ask("x-twitter", "GET") }, no.clone()),
        (
            Asked { query: "?crc_token=%7B%7D", secrets: &["consumer-secret"], ..ask("x-twitter", "GET") },
            None,
        ),
        (
            Asked {
                query: "?bt_challenge=20f9f8ed05f77439fe955c977e4c8a53",
                secrets: &["integration_private_key"],
                config: &[("public_key", "integration_public_key")],
                ..ask("braintree", "GET")
            },
            said(200, "integration_public_key|d9b899556c966b3f06945ec21311865d35df3ce4"),
        ),
        (
            Asked {
                query: "?bt_challenge=20f9f8ed05f77439fe955c977e4c8a53",
                secrets: &["integration_private_key"],
                ..ask("braintree", "GET")
            },
            no,
        ),
        (
            Asked { query: "?bt_challenge=20f9f8ed05f77439fe9", secrets: &["k"], ..ask("braintree", "GET") },
            None,
        ),
        (
            Asked {
                query: "?bt_challenge=zzf9f8ed05f77439fe955c97",
                secrets: &["k"],
                ..ask("braintree", "GET")
            },
            None,
        ),
        (
            Asked {
                headers: &[("Twitch-Eventsub-Message-Type", "webhook_callback_verification")],
                body: r#"{"challenge":"pogchamp"}"#,
                secrets: &["s"],
                ..ask("twitch-eventsub", "POST")
            },
            said(200, "pogchamp"),
        ),
        (
            Asked {
                headers: &[("Twitch-Eventsub-Message-Type", "notification")],
                body: r#"{"challenge":"pogchamp"}"#,
                ..ask("twitch-eventsub", "POST")
            },
            None,
        ),
        (
            Asked { headers: &[("x-okta-verification-challenge", "a\"bc")], ..ask("okta-event-hook", "GET") },
            said(200, r#"{"verification":"a\"bc"}"#),
        ),
        (
            Asked { headers: &[("x-okta-verification-challenge", "abc")], ..ask("okta-event-hook", "POST") },
            None,
        ),
        (ask("trello", "HEAD"), said(200, "")),
        (ask("trello", "GET"), None),
        (ask("", "HEAD"), None),
        (Asked { headers: &[("WebHook-Request-Origin", "e.example")], ..ask("", "OPTIONS") }, said(200, "")),
        (Asked { headers: &[("WebHook-Request-Origin", "e.example")], ..ask("", "GET") }, None),
        (ask("", "OPTIONS"), None),
        (
            Asked {
                headers: &[("aeg-event-type", "SubscriptionValidation")],
                body: GRID,
                ..ask("query-token", "POST")
            },
            said(200, r#"{"validationResponse":"512d38b6"}"#),
        ),
        (Asked { headers: &[("aeg-event-type", "Notification")], body: GRID, ..ask("", "POST") }, None),
        (
            Asked { headers: &[("aeg-event-type", "SubscriptionValidation")], body: "{}", ..ask("", "POST") },
            None,
        ),
        // Told of, and left to people; not when the certificate would be a stranger's.
        (
            Asked {
                headers: &[("x-amz-sns-message-type", "SubscriptionConfirmation")],
                body: r#"{"SubscribeURL":"https://sns.example/","SigningCertURL":"https://evil.example/a.pem"}"#,
                ..ask("aws-sns", "POST")
            },
            said(401, ""),
        ),
        (
            Asked {
                headers: &[("x-amz-sns-message-type", "SubscriptionConfirmation")],
                body: r#"{"SubscribeURL":"https://sns.example/","SigningCertURL":"https://sns.eu-west-1.amazonaws.com/a.pem","SignatureVersion":"1","Signature":"AAAA"}"#,
                ..ask("aws-sns", "POST")
            },
            said(200, ""),
        ),
        (
            Asked {
                headers: &[("x-amz-sns-message-type", "Notification")],
                body: r#"{"SubscribeURL":"https://sns.example/"}"#,
                ..ask("aws-sns", "POST")
            },
            None,
        ),
    ];
    for (asked, expected) in rows {
        let Asked { scheme, method, query, body, headers, .. } = asked;
        assert_eq!(asked.told(), expected, "{scheme} {method} {query} {headers:?} {body}");
    }
}

#[test]
fn what_goes_into_a_header_is_a_header() {
    let own = "title = 'x'\nalgorithm = 'hmac-sha256'\nmessage = '{body}'\n[key]\nencoding = 'text'\n[signature]\n\
               from = { header = 'S' }\nencoding = 'hex'\n[[handshake]]\nname = 'h'\nmethod = 'GET'\n\
               answer = { headers = [['X-Echo', '{query:e}']] }\n";
    let scheme = Scheme::parse(own, "x.toml").unwrap();
    for (query, fine) in
        [("?e=a%20b", true), ("?e=a%0D%0AX-More:%20b", false), ("?e=%00", false), ("?e=%FF", false)]
    {
        let url = format!("/in/x{query}");
        let request = Request { method: b"GET", url: url.as_bytes(), ..Request::default() };
        let found =
            handshake(Some(&scheme), &request, &[], &BTreeMap::new(), Timestamp::from_unix(NOW)).unwrap();
        assert_eq!((found.accepted, found.headers.len()), (fine, usize::from(fine)), "{query}");
    }
    // A mirror is no handshake.
    let url = format!("/in/x?e={}", "a".repeat(100));
    let long = vec![b'x'; 70_000];
    let request = Request { method: b"GET", url: url.as_bytes(), body: &long, ..Request::default() };
    assert!(handshake(Some(&scheme), &request, &[], &BTreeMap::new(), Timestamp::from_unix(NOW)).is_none());
    let cut = Request { method: b"GET", url: b"/?e=a", truncated: true, ..Request::default() };
    assert!(handshake(Some(&scheme), &cut, &[], &BTreeMap::new(), Timestamp::from_unix(NOW)).is_none());
}

#[test]
fn faulty_handshakes_are_named() {
    let head = "title = 'x'\nalgorithm = 'ed25519'\nmessage = '{body}'\n[key]\nencoding = 'hex'\n[signature]\n\
                from = { header = 'S' }\nencoding = 'hex'\n[[handshake]]\nname = 'h'\n";
    let rows = [
        ("method = 'get'\nanswer = {}", "method"),
        ("method = 'GET'\nanswer = { status = 404 }", "status"),
        ("method = 'GET'\nanswer = { headers = [['a b', 'x']] }", "header"),
        ("method = 'GET'\nanswer = { body = '{secret}' }", "no place"),
        (
            "method = 'GET'\nanswer = { body = [{ hmac = 'sha1', output = 'hex', of = '{query:a}' }] }",
            "public key",
        ),
        ("method = 'GET'\nanswer = { body = [{ hmac = 'sha1' }] }", "hmac, output, of"),
        ("method = 'GET'\nwhen = [{ from = { query = 'a' }, equals = 'x', absent = true }]", "condition"),
        ("method = 'GET'\nlearn = { field = 'a' }", "fields"),
        ("method = 'GET'\ntoken = { from = { query = 'a' }, is = 'anything' }", "config:KEY"),
        ("answer = {}", "method"),
    ];
    for (text, word) in rows {
        let fault = Scheme::parse(&format!("{head}{text}"), "x.toml").unwrap_err();
        assert!(fault.message.contains(word) && fault.line >= 9, "{text}: {fault}");
    }
}

/// The scheme whose handshake a vector is; the file names the sender only.
fn scheme_of(id: &str) -> Option<&'static str> {
    Some(match id.strip_prefix("challenge-").unwrap_or(id) {
        "meta" => "meta-sha256",
        "twitch" => "twitch-eventsub",
        "okta" => "okta-event-hook",
        "x-crc" => "x-twitter",
        "cloudevents" | "event-grid" | "ms-graph" => return None,
        same => CATALOGUE.get(same).unwrap_or_else(|| panic!("no scheme for {id}")).id(),
    })
}

#[test]
fn published_handshakes_are_answered() {
    let Some(file) = shared("vectors/vectors.json") else {
        println!("vectors not present: skipped all");
        return;
    };
    let vectors: Vec<Value> = serde_json::from_str(&file).unwrap();
    let text = |vector: &Value, key: &str| vector[key].as_str().unwrap_or_default().to_owned();
    let mut ran = BTreeSet::new();
    for vector in vectors.iter().filter(|vector| vector["kind"] == "challenge") {
        let id = text(vector, "id");
        let of = |list: &Value| -> Vec<(String, String)> {
            let item = |pair: &Value, at: usize| pair[at].as_str().unwrap_or_default().to_owned();
            list.as_array().into_iter().flatten().map(|pair| (item(pair, 0), item(pair, 1))).collect()
        };
        let headers = of(&vector["headers"]);
        let headers: Vec<(&[u8], &[u8])> =
            headers.iter().map(|(n, v)| (n.as_bytes(), v.as_bytes())).collect();
        let (method, url, body) = (text(vector, "method"), text(vector, "url"), text(vector, "body_utf8"));
        let request = Request {
            method: method.as_bytes(),
            url: url.as_bytes(),
            headers: &headers,
            body: body.as_bytes(),
            truncated: false,
        };
        let secret =
            [text(vector, "secret"), text(vector, "public_key")].into_iter().find(|one| !one.is_empty());
        let secrets: Vec<&[u8]> = secret.iter().map(|secret| secret.as_bytes()).collect();
        let config: BTreeMap<String, String> =
            vector.get("config").map(|one| serde_json::from_value(one.clone()).unwrap()).unwrap_or_default();
        let scheme = scheme_of(&id).map(|scheme| CATALOGUE.get(scheme).unwrap());
        let now = Timestamp::from_unix(vector["now_unix"].as_i64().unwrap());
        let found = handshake(scheme, &request, &secrets, &config, now).unwrap_or_else(|| panic!("{id}"));
        let expected = &vector["expected_response"];
        assert_eq!(
            u64::from(found.status),
            expected["status"].as_u64().unwrap(),
            "{id}: {}",
            found.explanation
        );
        match expected.get("body_json") {
            Some(json) => assert_eq!(serde_json::from_slice::<Value>(&found.body).unwrap(), *json, "{id}"),
            None => assert_eq!(String::from_utf8(found.body).unwrap(), text(expected, "body_utf8"), "{id}"),
        }
        for header in of(&expected["headers"]) {
            assert!(found.headers.contains(&header), "{id}: {header:?} is not in {:?}", found.headers);
        }
        ran.insert(id);
    }
    println!("handshakes: {} of the vectors answered: {ran:?}", ran.len());
    assert!(ran.len() >= 9, "{ran:?}");
}

#[test]
fn schemes_name_their_handshakes() {
    let all: Vec<&Scheme> = CATALOGUE.schemes().collect();
    let named = all.iter().filter(|scheme| !scheme.info().handshakes.is_empty());
    println!("handshakes are known to {} schemes", named.count());
    for (scheme, names) in [
        ("slack", &["url_verification"][..]),
        ("stripe", &[]),
        (
            "bearer",
            &[
                "CloudEvents validation",
                "Event Grid SubscriptionValidation",
                "Microsoft Graph validationToken",
            ],
        ),
    ] {
        assert_eq!(CATALOGUE.get(scheme).unwrap().info().handshakes, names, "{scheme}");
    }
    assert_eq!(handshake_names(None).len(), 3);
    assert!(CATALOGUE.get("meta-sha256").unwrap().info().config.contains(&"verify_token".to_owned()));
}
