//! What is measured: requests that verify, and the least work that could tell so.

use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::Sha256;
use std::collections::BTreeMap;
use std::hint::black_box;
use std::time::{Duration, Instant};
use waybill_model::{Reason, Timestamp};
use waybill_signature::{Catalogue, Prepared, Request, Scheme, Verification, check, sign, verify};

/// The instant of every measurement.
pub(crate) const NOW: Timestamp = Timestamp(1_781_166_727_000_000_000);
/// The key's bytes, and the secret that stands for them in each scheme.
const KEY: &[u8] = b"0123456789abcdefghijklmn";
const WHSEC: &str = "whsec_MDEyMzQ1Njc4OWFiY2RlZmdoaWprbG1u";

/// A JSON body of about `length` bytes, shaped like a provider's event.
pub(crate) fn body(length: usize) -> Vec<u8> {
    let mut body = br#"{"id":"evt_1","type":"invoice.paid","data":{"lines":["#.to_vec();
    for line in 0.. {
        let text = format!(
            r#"{{"id":"il_{line:06}","amount":{},"currency":"eur","name":"Zo\u00eb \u2013 {line}"}},"#,
            line * 17 % 9973
        );
        if body.len() + text.len() + 12 > length {
            break;
        }
        body.extend_from_slice(text.as_bytes());
    }
    body.pop();
    body.extend_from_slice(b"]}}");
    body.resize(length.max(body.len()), b'\n');
    body
}

/// A signed request.
pub(crate) struct Case<'c> {
    pub(crate) scheme: &'c Scheme,
    pub(crate) headers: Vec<(Vec<u8>, Vec<u8>)>,
    pub(crate) body: Vec<u8>,
    pub(crate) secret: &'static [u8],
    config: BTreeMap<String, String>,
    prepared: Prepared,
}

impl<'c> Case<'c> {
    /// A request of `length` bytes that verifies under the scheme `id`.
    pub(crate) fn new(catalogue: &'c Catalogue, id: &str, length: usize) -> Self {
        let scheme = catalogue.get(id).unwrap();
        let secret = if id == "stripe" { KEY } else { WHSEC.as_bytes() };
        let config = BTreeMap::new();
        let prepared = Prepared::new(scheme, &[secret], &config);
        let mut case = Self { scheme, headers: usual(), body: body(length), secret, config, prepared };
        let signed = case.with(|r| sign(scheme, r, secret, &BTreeMap::new(), NOW, Some("msg_1"))).unwrap();
        case.headers = case.with(|request| signed.apply(request.headers));
        case.with(|request| {
            for found in [case.prepared(request), case.check(request), case.verify(request)] {
                assert_eq!((found.reason, found.secret), (Reason::Ok, Some(0)));
            }
        });
        case
    }

    /// Hands the request to `use_it`.
    pub(crate) fn with<T>(&self, use_it: impl FnOnce(&Request<'_>) -> T) -> T {
        let headers: Vec<(&[u8], &[u8])> = self.headers.iter().map(|(n, v)| (&n[..], &v[..])).collect();
        let (method, url) = (&b"POST"[..], &b"https://hooks.example/in/x"[..]);
        use_it(&Request { method, url, headers: &headers, body: &self.body, truncated: false })
    }

    /// What capture does with every delivery: the inbox's secrets were read when the first one came.
    pub(crate) fn prepared(&self, request: &Request<'_>) -> Verification {
        black_box(&self.prepared).check(black_box(request), NOW)
    }

    /// The same where nothing was read before.
    pub(crate) fn check(&self, request: &Request<'_>) -> Verification {
        check(self.scheme, black_box(request), &[self.secret], &self.config, NOW)
    }

    /// The same with all that is shown of it.
    pub(crate) fn verify(&self, request: &Request<'_>) -> Verification {
        verify(self.scheme, black_box(request), &[self.secret], &self.config, NOW)
    }

    /// The bytes before the body, as the sender of either scheme signs them.
    pub(crate) fn before_body(&self) -> &'static [u8] {
        if self.secret == KEY { b"1781166727." } else { b"msg_1.1781166727." }
    }

    /// The same bytes through the same library, and nothing else.
    pub(crate) fn bare(&self) -> [u8; 32] {
        let mut mac = Hmac::<Sha256>::new_from_slice(black_box(KEY)).unwrap();
        mac.update(black_box(self.before_body()));
        mac.update(black_box(&self.body));
        mac.finalize().into_bytes().into()
    }
}

/// Headers that come with every request and that verification has to look past.
fn usual() -> Vec<(Vec<u8>, Vec<u8>)> {
    [
        ("Host", "hooks.example"),
        ("User-Agent", "Sender/1.0 (+https://sender.example/docs)"),
        ("Accept", "*/*"),
        ("Accept-Encoding", "gzip, deflate"),
        ("Content-Type", "application/json; charset=utf-8"),
        ("Content-Length", "1536"),
        ("Cache-Control", "no-cache"),
        ("X-Forwarded-For", "203.0.113.7"),
        ("X-Forwarded-Proto", "https"),
    ]
    .map(|(name, value)| (name.as_bytes().to_vec(), value.as_bytes().to_vec()))
    .to_vec()
}

/// How long `times` runs of `work` take.
pub(crate) fn timed<T>(times: u32, mut work: impl FnMut() -> T) -> Duration {
    let start = Instant::now();
    for _ in 0..times {
        black_box(work());
    }
    start.elapsed()
}
