//! A request of the right shape for every scheme, with a key of its own, signed and checked in one place.

use crate::support::{Headers, THEN, headers, scheme, verified};
use std::collections::BTreeMap;
use std::sync::{LazyLock, Mutex};
use waybill_model::{Entropy, Timestamp};
use waybill_signature::{CannotSign, Request, Scheme, TestKey, Verification, sign, test_key};

/// A request that owns its bytes.
#[derive(Clone)]
pub(crate) struct Sample {
    pub(crate) url: String,
    pub(crate) headers: Headers,
    pub(crate) body: Vec<u8>,
    pub(crate) config: BTreeMap<String, String>,
}

/// Draws the same bytes in every run.
#[derive(Debug)]
struct Drawn(Mutex<u64>);

impl Entropy for Drawn {
    fn fill(&self, bytes: &mut [u8]) {
        let mut state = self.0.lock().unwrap();
        for byte in bytes {
            // SplitMix64: every step gives a well mixed word.
            *state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
            let mut word = *state;
            word = (word ^ (word >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
            word = (word ^ (word >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
            *byte = (word ^ (word >> 31)).to_le_bytes()[0];
        }
    }
}

/// Two keys for every scheme: finding one of RSA takes a moment, so each is drawn once.
static KEYS: LazyLock<Mutex<BTreeMap<String, [TestKey; 2]>>> = LazyLock::new(Mutex::default);

/// A key of `scheme` and another one.
pub(crate) fn keys(scheme: &Scheme) -> [TestKey; 2] {
    let mut known = KEYS.lock().unwrap();
    let fresh = || {
        let seed = scheme.id().bytes().fold(7, |sum: u64, byte| sum.wrapping_mul(31) + u64::from(byte));
        let drawn = Drawn(Mutex::new(seed));
        [test_key(scheme, &drawn).unwrap(), test_key(scheme, &drawn).unwrap()]
    };
    known.entry(scheme.id().to_owned()).or_insert_with(fresh).clone()
}

/// The one scheme whose credential stands in the address, which signing can't write.
pub(crate) const IN_ADDRESS: &str = "query-token";

/// Headers that some schemes sign or demand and that nobody can make up for them.
const GIVEN: &[(&str, &str)] = &[
    ("X-GCS-KeyId", "key-1"),
    ("X-Pusher-Key", "app-1"),
    ("X-Plivo-Signature-V2-Nonce", "nonce-1"),
    ("X-Lark-Request-Nonce", "nonce-1"),
    ("paypal-transmission-time", "2026-06-11T08:32:07Z"),
];

/// An unsigned request for the scheme called `id`, with `filler` in its body: as it is where any body
/// will do, else as hex in a body of the scheme's shape.
pub(crate) fn unsigned(id: &str, filler: &[u8]) -> Sample {
    let text: String = filler.iter().map(|byte| format!("{byte:02x}")).collect();
    let mut url = "https://example.com/in/x?b=2&a=1%20x".to_owned();
    let body = match id {
        "adyen-item" => format!(
            r#"{{"notificationItems":[{{"NotificationRequestItem":{{"pspReference":"{text}","amount":{{"value":1130,"currency":"EUR"}},"eventCode":"AUTHORISATION","success":"true","additionalData":{{"hmacSignature":""}}}}}}]}}"#
        ),
        "aws-sns" => format!(
            r#"{{"Type":"Notification","MessageId":"m","TopicArn":"arn","Message":"{text}","Timestamp":"2026-06-11T08:32:07Z","SignatureVersion":"2","Signature":"","SigningCertURL":"https://sns.us-east-1.amazonaws.com/c.pem"}}"#
        ),
        "braintree" => format!("bt_signature=old%7C00&bt_payload={text}"),
        "dropbox-sign" => {
            format!(r#"{{"event":{{"event_time":"1348177752","event_type":"t{text}","event_hash":"00"}}}}"#)
        }
        "linear" => format!(r#"{{"webhookTimestamp": 1, "pad":"{text}"}}"#),
        "mailgun" => format!(r#"{{"signature":{{"timestamp":"1","token":"{text}","signature":"00"}}}}"#),
        "pusher" => format!(r#"{{"time_ms":1,"pad":"{text}"}}"#),
        "twilio-form" => format!("MessageSid=SM1&Body={text}&From=%2B1"),
        _ => String::new(),
    };
    let body = if body.is_empty() { filler.to_vec() } else { body.into_bytes() };
    if id == "twilio-json" {
        use sha2::Digest as _;
        url = format!("{url}&bodySHA256={}", hex::encode(sha2::Sha256::digest(&body)));
    }
    let config = [("public_key", "pk1"), ("webhook_id", "WH-1")];
    let config = config.map(|(key, value)| (key.to_owned(), value.to_owned())).into();
    Sample { url, headers: headers(GIVEN), body, config }
}

impl Sample {
    /// Hands the borrowed request to `use_it`.
    pub(crate) fn with<T>(&self, use_it: impl FnOnce(&Request<'_>) -> T) -> T {
        let headers: Vec<(&[u8], &[u8])> = self.headers.iter().map(|(n, v)| (&n[..], &v[..])).collect();
        use_it(&Request {
            method: b"POST",
            url: self.url.as_bytes(),
            headers: &headers,
            body: &self.body,
            truncated: false,
        })
    }

    /// The same request signed at `THEN`.
    pub(crate) fn signed(&self, scheme: &Scheme, key: &TestKey, id: &str) -> Result<Self, CannotSign> {
        let now = Timestamp::from_unix(THEN);
        self.with(|request| {
            let signed = sign(scheme, request, key.private.as_bytes(), &self.config, now, Some(id))?;
            let headers = signed.apply(request.headers);
            let body = signed.body.unwrap_or_else(|| self.body.clone());
            Ok(Self { headers, body, url: self.url.clone(), config: self.config.clone() })
        })
    }

    /// Signed, or with its credential in the address where that is its place.
    pub(crate) fn genuine(&self, scheme: &Scheme, key: &TestKey, id: &str) -> Self {
        if scheme.id() == IN_ADDRESS {
            return Self { url: format!("{}&token={}", self.url, key.private.as_str()), ..self.clone() };
        }
        self.signed(scheme, key, id).unwrap_or_else(|cause| panic!("{}: {cause}", scheme.id()))
    }

    pub(crate) fn verify(&self, scheme: &Scheme, secrets: &[&[u8]]) -> Verification {
        let now = Timestamp::from_unix(THEN);
        self.with(|request| verified(scheme, request, secrets, &self.config, now))
    }

    /// The index of the header whose value is a signature, where there is one.
    pub(crate) fn signature_header(&self, scheme: &Scheme) -> Option<usize> {
        let name = scheme.info().header;
        self.headers.iter().position(|(known, _)| known.eq_ignore_ascii_case(name.as_bytes()))
    }
}

#[test]
fn a_test_key_says_nothing_of_itself() {
    let [key, other] = keys(scheme("wise"));
    assert_eq!(format!("{key:?}"), "TestKey");
    assert_ne!(*key.private, *other.private);
}
