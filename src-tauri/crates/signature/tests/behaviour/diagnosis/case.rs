//! A delivery that fails, with everything that a diagnosis is told of it.

use crate::support::{CATALOGUE, Headers, THEN, headers, scheme};
use std::collections::BTreeMap;
use waybill_model::Timestamp;
use waybill_signature::{Candidate, Question, Report, Request, Role, Search, sign};

/// A secret that can be read as text, hex and base64.
pub(crate) const SECRET: &str = "00112233445566778899aabbccddeeff";
pub(crate) const URL: &str = "https://example.com/in/x?a=1";

#[derive(Clone)]
pub(crate) struct Kept {
    pub(crate) bytes: Vec<u8>,
    pub(crate) of_inbox: bool,
    pub(crate) role: Role,
}

#[derive(Clone)]
pub(crate) struct Case {
    pub(crate) name: String,
    /// What must be named first.
    pub(crate) cause: &'static str,
    /// What may be named instead, because nothing in the delivery tells the two apart.
    pub(crate) also: &'static [&'static str],
    pub(crate) scheme: String,
    pub(crate) method: &'static str,
    pub(crate) url: String,
    pub(crate) headers: Headers,
    pub(crate) body: Vec<u8>,
    pub(crate) config: BTreeMap<String, String>,
    pub(crate) kept: Vec<Kept>,
    pub(crate) now: i64,
    pub(crate) truncated: bool,
    pub(crate) handler_body: Option<Vec<u8>>,
}

/// The secret that `scheme` reads.
pub(crate) fn secret_of(id: &str) -> String {
    match id {
        "standard-webhooks-v1" | "svix-v1" | "finch" => "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw".to_owned(),
        "stripe" => "whsec_used-as-text-0123456789".to_owned(),
        _ => SECRET.to_owned(),
    }
}

impl Case {
    /// A delivery that is right in every way: nothing has happened to it yet.
    pub(crate) fn sent(id: &str, body: impl AsRef<[u8]>) -> Self {
        Self::signed(id, body, &secret_of(id), URL, &BTreeMap::new())
    }

    pub(crate) fn signed(
        id: &str,
        body: impl AsRef<[u8]>,
        secret: &str,
        url: &str,
        config: &BTreeMap<String, String>,
    ) -> Self {
        let body = body.as_ref();
        let kind = match body.first() {
            Some(b'{' | b'[' | b'"') | None => "application/json",
            _ if body.contains(&b'=') => "application/x-www-form-urlencoded",
            _ => "text/plain",
        };
        let mut given = headers(&[("Content-Type", kind), ("User-Agent", "Sender/1")]);
        for (name, value) in [
            ("X-GCS-KeyId", "key-1"),
            ("X-Pusher-Key", "app-1"),
            ("X-Lark-Request-Nonce", "n-1"),
            ("X-Plivo-Signature-V2-Nonce", "n-1"),
        ] {
            if ["worldline-gcs", "pusher", "feishu", "plivo-v2"].contains(&id) {
                given.extend(headers(&[(name, value)]));
            }
        }
        let list: Vec<(&[u8], &[u8])> = given.iter().map(|(n, v)| (&n[..], &v[..])).collect();
        let request =
            Request { method: b"POST", url: url.as_bytes(), headers: &list, body, truncated: false };
        let now = Timestamp::from_unix(THEN);
        let signed = sign(scheme(id), &request, secret.as_bytes(), config, now, Some("msg_1"))
            .unwrap_or_else(|cause| panic!("{id}: {cause}"));
        Self {
            name: id.to_owned(),
            cause: "",
            also: &[],
            scheme: id.to_owned(),
            method: "POST",
            url: url.to_owned(),
            headers: signed.apply(&list),
            body: signed.body.clone().unwrap_or_else(|| body.to_vec()),
            config: config.clone(),
            kept: vec![Kept { bytes: secret.as_bytes().to_vec(), of_inbox: true, role: Role::Current }],
            now: THEN,
            truncated: false,
            handler_body: None,
        }
    }

    /// What must be found, and a word for the row.
    pub(crate) fn cause(mut self, cause: &'static str, what: &str) -> Self {
        self.name = format!("{} {what}", self.name);
        self.cause = cause;
        self
    }

    pub(crate) fn also(mut self, also: &'static [&'static str]) -> Self {
        self.also = also;
        self
    }

    pub(crate) fn arriving(mut self, body: impl AsRef<[u8]>) -> Self {
        self.body = body.as_ref().to_vec();
        self
    }

    pub(crate) fn keeping(mut self, secret: impl AsRef<[u8]>) -> Self {
        self.kept = vec![Kept { bytes: secret.as_ref().to_vec(), of_inbox: true, role: Role::Current }];
        self
    }

    pub(crate) fn also_keeping(mut self, secret: impl AsRef<[u8]>, of_inbox: bool, role: Role) -> Self {
        self.kept.push(Kept { bytes: secret.as_ref().to_vec(), of_inbox, role });
        self
    }

    pub(crate) fn header(&self, name: &str) -> String {
        let found = self.headers.iter().find(|(known, _)| known.eq_ignore_ascii_case(name.as_bytes()));
        String::from_utf8(found.unwrap_or_else(|| panic!("no {name}")).1.clone()).unwrap()
    }

    /// Every header of that name gone, and these in its place.
    pub(crate) fn with_header(mut self, name: &str, values: &[&str]) -> Self {
        self.headers.retain(|(known, _)| !known.eq_ignore_ascii_case(name.as_bytes()));
        self.headers.extend(values.iter().map(|value| (name.as_bytes().to_vec(), value.as_bytes().to_vec())));
        self
    }

    pub(crate) fn renamed(mut self, name: &str, other: &str) -> Self {
        let value = self.header(name);
        self = self.with_header(name, &[]);
        self.with_header(other, &[&value])
    }

    /// Hands the question over.
    pub(crate) fn ask<T>(&self, use_it: impl FnOnce(Question<'_>) -> T) -> T {
        let list: Vec<(&[u8], &[u8])> = self.headers.iter().map(|(n, v)| (&n[..], &v[..])).collect();
        let request = Request {
            method: self.method.as_bytes(),
            url: self.url.as_bytes(),
            headers: &list,
            body: &self.body,
            truncated: self.truncated,
        };
        let names: Vec<String> = (0..self.kept.len()).map(|index| format!("secret number {index}")).collect();
        let candidates: Vec<Candidate<'_>> = self
            .kept
            .iter()
            .zip(&names)
            .map(|(kept, name)| Candidate {
                name,
                bytes: &kept.bytes,
                of_inbox: kept.of_inbox,
                role: kept.role,
            })
            .collect();
        use_it(Question {
            scheme: scheme(&self.scheme),
            request: &request,
            candidates: &candidates,
            config: &self.config,
            now: Timestamp::from_unix(self.now),
            handler_body: self.handler_body.as_deref(),
        })
    }

    /// The whole search.
    pub(crate) fn diagnose(&self) -> Report {
        self.ask(|question| {
            let mut search = Search::new(&CATALOGUE, question);
            search.run(&mut || true);
            search.report()
        })
    }
}
