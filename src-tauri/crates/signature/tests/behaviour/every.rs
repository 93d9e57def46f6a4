//! Every scheme of the catalogue: a genuine request passes, and what is not genuine does not.

use crate::samples::{keys, unsigned};
use crate::support::{CATALOGUE, reason, shared};
use serde_json::Value;
use std::collections::BTreeMap;
use waybill_model::Verdict;

/// Positive and negative cases of a scheme.
#[derive(Default)]
struct Count {
    made: [usize; 2],
    published: [usize; 2],
}

/// Schemes of the first catalogue and our own three.
const AT_LEAST: usize = 110;

#[test]
fn every_scheme_has_cases_of_both_kinds() {
    let mut counts: BTreeMap<&str, Count> = BTreeMap::new();
    for scheme in CATALOGUE.schemes() {
        let id = scheme.id();
        let count = counts.entry(id).or_default();
        let [key, other] = keys(scheme);
        let plain = unsigned(id, b"{\"id\":\"evt_1\",\"type\":\"demo.created\"}");
        let sent = plain.genuine(scheme, &key, "id-1");
        let (right, wrong) = (key.public.as_bytes(), other.public.as_bytes());

        let found = sent.verify(scheme, &[right]);
        // What is not confirmed by its sender is told as well when it matches.
        assert_eq!(reason(&found), "ok", "{id}");
        assert_eq!(sent.verify(scheme, &[wrong, right]).secret, Some(1), "{id}");
        count.made[0] += 2;

        let mut refuse = |what: &str, found: waybill_signature::Verification, expected: &[&str]| {
            assert!(expected.contains(&reason(&found)), "{id}, {what}: {}", reason(&found));
            assert_ne!(found.verdict, Verdict::Valid, "{id}, {what}");
            count.made[1] += 1;
        };
        let mismatch = ["signature_mismatch", "scheme_unconfirmed"];
        refuse("another key", sent.verify(scheme, &[wrong]), &mismatch);
        refuse("no key", sent.verify(scheme, &[]), &["no_secret", "key_needed"]);
        refuse("an empty key", sent.verify(scheme, &[b""]), &["bad_key"]);
        if let Some(at) = sent.signature_header(scheme) {
            let mut without = sent.clone();
            without.headers.remove(at);
            refuse("no signature", without.verify(scheme, &[right]), &["missing_signature"]);
            let mut empty = sent.clone();
            empty.headers[at].1.clear();
            refuse("an empty signature", empty.verify(scheme, &[right]), &["missing_signature"]);
        }
    }
    if let Some(file) = shared("vectors/vectors.json") {
        let vectors: Vec<Value> = serde_json::from_str(&file).unwrap();
        for vector in vectors.iter().filter(|vector| vector["kind"] == "delivery") {
            let id = vector["scheme"].as_str().unwrap();
            let (known, _) = CATALOGUE.get(id).map(|scheme| (scheme.id(), ())).unwrap();
            let kind = usize::from(vector["expect"] != "valid");
            counts.entry(known).or_default().published[kind] += 1;
        }
    } else {
        println!("vectors not present: skipped their count");
    }
    println!("scheme                          made +/-   vectors +/-");
    for (id, count) in &counts {
        let Count { made: [yes, no], published: [also_yes, also_no] } = count;
        println!("{id:<31} {yes:>4}/{no:<4} {also_yes:>6}/{also_no}");
        assert!(*yes > 0 && *no > 2, "{id} has no case of a kind");
    }
    println!("schemes: {}", counts.len());
    assert!(counts.len() >= AT_LEAST, "only {}", counts.len());
}

/// The form says nothing of it until a public key is configured.
const NEEDS_CONFIG: &[&str] = &["braintree"];

#[test]
fn a_genuine_request_is_proposed_its_own_scheme() {
    for scheme in CATALOGUE.schemes().filter(|scheme| !NEEDS_CONFIG.contains(&scheme.id())) {
        let [key, _] = keys(scheme);
        let sent = unsigned(scheme.id(), br#"{"id":"evt_1"}"#).genuine(scheme, &key, "id-1");
        let proposals = sent.with(|request| waybill_signature::detect(&CATALOGUE, request));
        assert!(proposals.iter().any(|one| one.scheme == scheme.id()), "{}: {proposals:?}", scheme.id());
        // A token that names its algorithm and its digest is no plain signature of the same header.
        if ["netlify", "bridge-xyz"].contains(&scheme.id()) {
            assert_eq!(proposals.len(), 1, "{proposals:?}");
        }
    }
}

#[test]
fn a_key_that_is_published_elsewhere_is_asked_for() {
    for scheme in CATALOGUE.schemes() {
        let [key, _] = keys(scheme);
        let sent = unsigned(scheme.id(), b"{}").genuine(scheme, &key, "id-1");
        let expected = if scheme.published_key().is_some() { "key_needed" } else { "no_secret" };
        assert_eq!(reason(&sent.verify(scheme, &[])), expected, "{}", scheme.id());
    }
    let published = CATALOGUE.schemes().filter(|scheme| scheme.published_key().is_some());
    assert_eq!(
        published.map(waybill_signature::Scheme::id).collect::<Vec<_>>(),
        ["aws-sns", "paypal", "plaid"]
    );
}

#[test]
fn every_fact_has_its_source() {
    for scheme in CATALOGUE.schemes() {
        let info = scheme.info();
        assert!(!info.sources.is_empty(), "{}", info.id);
        for source in &info.sources {
            assert!(source.starts_with("https://") && !source.contains(' '), "{}: {source}", info.id);
        }
    }
}
