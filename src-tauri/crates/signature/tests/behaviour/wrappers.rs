//! Signatures in wrappers that are not what they should be: one row a case, its verdict and its reason.
//!
//! Each row changes one thing in a request that verifies. What is signed anew here is computed by this file and
//! not by the crate. Forms that `hostile.rs` has tables for are not repeated.

mod plain;
mod stamped;
mod tokens;

use crate::support::{Post, THEN, reason, scheme};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit as _, Mac as _};
use std::collections::BTreeMap;
use waybill_model::{Timestamp, Verdict};
use waybill_signature::{Prepared, Verification, check, sign};

/// What is changed, in words; the change; the reason it must lead to.
pub(crate) type Row = (&'static str, fn(&mut Sent), &'static str);

/// What one scheme is tried with.
pub(crate) struct Table {
    pub(crate) scheme: &'static str,
    /// The header that holds the signature.
    pub(crate) header: &'static str,
    pub(crate) rows: &'static [Row],
}

pub(crate) const TEXT: &str = "hook-secret";
/// `TEXT` in base64, as Standard Webhooks wants it.
pub(crate) const WHSEC: &str = "whsec_aG9vay1zZWNyZXQ=";
/// The first key pair of RFC 8032 section 7.1.
const SEED: &str = "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60";
const PUBLIC: &str = "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a";

/// Signing and verifying secret of a scheme.
fn keys(scheme: &str) -> (String, String) {
    let base64 = |hex: &str| STANDARD.encode(hex::decode(hex).unwrap());
    match scheme {
        "standard-webhooks-v1" | "svix-v1" => (WHSEC.to_owned(), WHSEC.to_owned()),
        "discord" => (SEED.to_owned(), PUBLIC.to_owned()),
        "standard-webhooks-v1a" => (base64(SEED), format!("whpk_{}", base64(PUBLIC))),
        _ => (TEXT.to_owned(), TEXT.to_owned()),
    }
}

/// A signed request, and what it is checked with.
pub(crate) struct Sent {
    header: &'static str,
    pub(crate) post: Post,
    pub(crate) secrets: Vec<Vec<u8>>,
}

impl Sent {
    fn new(table: &Table) -> Self {
        let body = br#"{"id":"evt_1","type":"demo.created"}"#;
        let mut sent = Self {
            header: table.header,
            // Worldline demands it, the others pass it over.
            post: Post::new(&[("X-GCS-KeyId", "key-1")], body),
            secrets: Vec::new(),
        };
        let (private, public) = keys(table.scheme);
        sent.secrets = vec![public.into_bytes()];
        sent.sign(table.scheme, &private);
        sent
    }

    fn sign(&mut self, id: &str, secret: &str) {
        let (now, none) = (Timestamp::from_unix(THEN), BTreeMap::new());
        let signed = self
            .post
            .with(|request| sign(scheme(id), request, secret.as_bytes(), &none, now, Some("msg_1")))
            .unwrap();
        self.post.headers.extend(signed.apply(&[]));
    }

    /// The signature header's value.
    pub(crate) fn value(&self) -> String {
        self.of(self.header)
    }

    pub(crate) fn of(&self, name: &str) -> String {
        let found = self.post.headers.iter().find(|(key, _)| key.eq_ignore_ascii_case(name.as_bytes()));
        String::from_utf8(found.unwrap().1.clone()).unwrap()
    }

    /// Puts values in the signature header's place, one header each.
    pub(crate) fn all(&mut self, values: &[impl AsRef<[u8]>]) {
        self.take(self.header);
        for value in values {
            self.post.headers.push((self.header.as_bytes().to_vec(), value.as_ref().to_vec()));
        }
    }

    /// Puts one value in the signature header's place.
    pub(crate) fn set(&mut self, value: impl AsRef<[u8]>) {
        self.all(&[value]);
    }

    /// Changes the signature header's value.
    pub(crate) fn edit(&mut self, change: impl Fn(&str) -> String) {
        let changed = change(&self.value());
        self.set(changed);
    }

    /// Puts another header in place.
    pub(crate) fn put(&mut self, name: &str, value: impl AsRef<[u8]>) {
        self.take(name);
        self.post.headers.push((name.as_bytes().to_vec(), value.as_ref().to_vec()));
    }

    pub(crate) fn take(&mut self, name: &str) {
        self.post.headers.retain(|(key, _)| !key.eq_ignore_ascii_case(name.as_bytes()));
    }

    pub(crate) fn rename(&mut self, from: &str, to: &str) {
        let value = self.of(from);
        self.take(from);
        self.put(to, value);
    }

    pub(crate) fn secret(&mut self, secret: impl AsRef<[u8]>) {
        self.secrets = vec![secret.as_ref().to_vec()];
    }

    /// The verdict without what is shown; and the same with the secrets read before.
    fn short(&self, id: &str) -> [Verification; 2] {
        let secrets: Vec<&[u8]> = self.secrets.iter().map(Vec::as_slice).collect();
        let (now, none) = (Timestamp::from_unix(THEN), BTreeMap::new());
        let prepared = Prepared::new(scheme(id), &secrets, &none);
        self.post
            .with(|request| [check(scheme(id), request, &secrets, &none, now), prepared.check(request, now)])
    }

    /// HMAC-SHA256 under `TEXT` of `before` and the body.
    pub(crate) fn mac(&self, before: &str) -> Vec<u8> {
        let mut mac = Hmac::<sha2::Sha256>::new_from_slice(TEXT.as_bytes()).unwrap();
        mac.update(before.as_bytes());
        mac.update(&self.post.body);
        mac.finalize().into_bytes().to_vec()
    }
}

/// The letters of a text in either case in turn.
pub(crate) fn mixed(text: &str) -> String {
    let swap = |(at, c): (usize, char)| if at % 2 == 0 { c.to_ascii_uppercase() } else { c };
    text.chars().enumerate().map(swap).collect()
}

#[test]
fn every_wrapper_is_judged_as_its_row_says() {
    let tables: Vec<&Table> =
        [stamped::TABLES, plain::TABLES, tokens::TABLES].into_iter().flatten().collect();
    let (mut rows, mut refused, mut wrong) = (0, 0, Vec::new());
    for table in &tables {
        for (what, change, expected) in table.rows {
            let mut sent = Sent::new(table);
            let judge = |sent: &Sent| {
                let secrets: Vec<&[u8]> = sent.secrets.iter().map(Vec::as_slice).collect();
                sent.post.verify(scheme(table.scheme), &secrets, THEN)
            };
            assert_eq!(reason(&judge(&sent)), "ok", "{}: the unchanged request", table.scheme);
            change(&mut sent);
            let found = judge(&sent);
            // The short verdicts are the same in all but what is shown.
            let [short, prepared] = sent.short(table.scheme);
            assert_eq!(prepared, short, "{}, {what}", table.scheme);
            let same = Verification {
                signed_content: Vec::new(),
                received: Vec::new(),
                computed: Vec::new(),
                ..found.clone()
            };
            assert_eq!(short, same, "{}, {what}", table.scheme);
            rows += 1;
            refused += usize::from(*expected != "ok");
            if reason(&found) != *expected || (found.verdict == Verdict::Valid) != (*expected == "ok") {
                wrong.push(format!("{}, {what}: {} and not {expected}", table.scheme, reason(&found)));
            }
        }
    }
    assert!(wrong.is_empty(), "{} of {rows}:\n{}", wrong.len(), wrong.join("\n"));
    assert!(refused >= 60, "only {refused} rows are negative");
    println!("wrappers: {rows} cases over {} schemes, {refused} of them to be refused", tables.len());
}
