//! Schemes that sign the address, where a request tells only the end of it.

use crate::support::{CATALOGUE, Headers, THEN, headers, reason, scheme};
use std::collections::BTreeMap;
use waybill_model::Timestamp;
use waybill_signature::{Action, Candidate, Question, Request, Role, Search, sign, verify};

const NOW: Timestamp = Timestamp(THEN * 1_000_000_000);
const SECRET: &[u8] = b"hook-secret";
const BODY: &[u8] = b"MessageSid=SM1&Body=hi";

/// The schemes that sign the address as the sender saw it.
const SIGNS_ADDRESS: &[&str] = &["twilio-form", "hubspot-v2", "hubspot-v3", "messagebird-jwt", "plivo-v2"];

fn config(url: &str) -> BTreeMap<String, String> {
    if url.is_empty() { BTreeMap::new() } else { BTreeMap::from([("url".to_owned(), url.to_owned())]) }
}

fn with<T>(url: &str, list: &Headers, use_it: impl FnOnce(&Request<'_>) -> T) -> T {
    let headers: Vec<(&[u8], &[u8])> = list.iter().map(|(n, v)| (&n[..], &v[..])).collect();
    let url = url.as_bytes();
    use_it(&Request { method: b"POST", url, headers: &headers, body: BODY, truncated: false })
}

/// The headers of a request that was sent to `url`.
fn sent(id: &str, url: &str, given: &[(&str, &str)]) -> Headers {
    let mut list = headers(given);
    list.extend(headers(&[("X-Plivo-Signature-V2-Nonce", "n-1")]));
    with(url, &list, |request| {
        sign(scheme(id), request, SECRET, &BTreeMap::new(), NOW, None).unwrap().apply(request.headers)
    })
}

#[test]
fn the_address_is_put_together_from_what_is_known() {
    let rows: &[(&str, &str, &str, &[(&str, &str)], bool)] = &[
        // sent to, target that came, configured, headers, right
        ("https://a.example/in/x", "/in/x", "https://a.example/in/x", &[("Host", "127.0.0.1:4000")], true),
        ("https://a.example/p/x?a=1", "/in/x?a=1", "https://a.example/p/x", &[], true),
        ("https://a.example/p/x?a=1", "/in/x?a=1", "https://a.example/p/x?b=2#f", &[], true),
        ("https://a.example/in/x?a=1", "/in/x?a=1", "https://a.example", &[], true),
        ("https://a.example:8443/in/x", "/in/x", "https://a.example:8443", &[], true),
        ("https://a.example/in/x", "/in/x", "", &[("Host", "a.example")], true),
        ("http://a.example/in/x", "/in/x", "", &[("Host", "a.example"), ("X-Forwarded-Proto", "http")], true),
        (
            "https://a.example/in/x?u=http://b/",
            "/in/x?u=http://b/",
            "",
            &[
                ("Host", "127.0.0.1:4000"),
                ("X-Forwarded-Host", "a.example, proxy"),
                ("X-Forwarded-Proto", "https"),
            ],
            true,
        ),
        // What is configured is not outvoted by what a request says of itself.
        ("https://b.example/in/x", "/in/x", "https://a.example/in/x", &[("Host", "b.example")], false),
        ("https://b.example/in/x", "/in/x", "https://a.example", &[("X-Forwarded-Host", "b.example")], false),
        ("https://a.example/in/x", "/in/x", "", &[], false),
        // A whole address stands.
        ("https://a.example/in/x", "https://a.example/in/x", "https://b.example/in/x", &[], true),
    ];
    for id in SIGNS_ADDRESS {
        for (to, target, configured, given, right) in rows {
            let list = sent(id, to, given);
            let found = with(target, &list, |request| {
                reason(&verify(scheme(id), request, &[SECRET], &config(configured), NOW))
            });
            assert_eq!(found == "ok", *right, "{id}: {to} came as {target} with {configured:?}: {found}");
        }
        assert!(scheme(id).info().config.contains(&"url".to_owned()), "{id}");
    }
}

#[test]
fn the_address_to_configure_is_named() {
    for id in SIGNS_ADDRESS.iter().filter(|id| **id != "messagebird-jwt") {
        let list = sent(id, "https://a.example/in/x?a=1", &[("Host", "a.example")]);
        let stale = config("https://old.example/in/x");
        let candidates = [Candidate { name: "ours", bytes: SECRET, of_inbox: true, role: Role::Current }];
        let mended = with("/in/x?a=1", &list, |request| {
            let scheme = scheme(id);
            let question = Question {
                scheme,
                request,
                candidates: &candidates,
                config: &stale,
                now: NOW,
                handler_body: None,
            };
            let mut search = Search::new(&CATALOGUE, question);
            search.run(&mut || true);
            let report = search.report();
            let cause = &report.causes[0];
            assert_eq!(cause.code, "url_host", "{id}");
            let Some(Action::SetConfig { value, .. }) = &cause.action else {
                panic!("{id}: {:?}", cause.action)
            };
            reason(&verify(scheme, request, &[SECRET], &config(value), NOW))
        });
        assert_eq!(mended, "ok", "{id}");
    }
}
