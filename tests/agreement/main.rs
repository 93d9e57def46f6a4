//! Waybill and the official webhook libraries agree, both ways: what they sign Waybill verifies, what Waybill signs
//! they verify, and neither takes it when one character of the body has changed.
//!
//! The libraries come from npm and PyPI (`cargo xtask test libraries` installs them) and run in two processes, one
//! for each language, which are asked by lines of JSON. Without them the test says so and passes, unless `CI` is set.
#![allow(clippy::unwrap_used, clippy::print_stdout, reason = "a test stops at the first surprise")]

mod door;
mod payloads;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use door::{Answer, Door, Library};
use payloads::Payload;
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};
use std::time::{SystemTime, UNIX_EPOCH};
use waybill_model::{Reason, Timestamp};
use waybill_signature::{Catalogue, Request, Scheme, sign, verify};

/// The first key pair of RFC 8032 section 7.1.
const SEED: &str = "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60";
const PUBLIC: &str = "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a";

/// Signing and verifying secret.
fn secrets(scheme: &str) -> (&'static str, &'static str) {
    match scheme {
        "discord" => (SEED, PUBLIC),
        "standard-webhooks-v1" | "svix-v1" => {
            ("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")
        }
        // Its library encodes letters beyond ASCII twice.
        "plivo-v2" => ("an auth token", "an auth token"),
        _ => ("a secret of 33 characters, with é", "a secret of 33 characters, with é"),
    }
}

/// One payload under one scheme.
struct Trial<'t> {
    library: &'t Library,
    scheme: &'t Scheme,
    payload: &'t Payload,
    url: String,
    now: i64,
    config: BTreeMap<String, String>,
}

type Headers = Vec<(String, String)>;

impl<'t> Trial<'t> {
    fn new(library: &'t Library, scheme: &'t Scheme, payload: &'t Payload, now: i64) -> Self {
        let url = payload.url(scheme.id());
        // The address as it was registered is a setting of some schemes.
        let config = BTreeMap::from([("url".to_owned(), url.clone())]);
        // Paddle's library takes five seconds of age, which a busy machine needs for less than this, and has no
        // limit ahead.
        let now = if scheme.id() == "paddle" { now + 120 } else { now };
        Self { library, scheme, payload, url, now, config }
    }

    fn request<T>(&self, headers: &Headers, body: &[u8], use_it: impl FnOnce(&Request<'_>) -> T) -> T {
        let headers: Vec<(&[u8], &[u8])> =
            headers.iter().map(|(name, value)| (name.as_bytes(), value.as_bytes())).collect();
        use_it(&Request {
            method: b"POST",
            url: self.url.as_bytes(),
            headers: &headers,
            body,
            truncated: false,
        })
    }

    /// As Waybill signs it.
    fn signed(&self) -> Headers {
        let now = Timestamp::from_unix(self.now);
        // A nonce is chosen by the sender; Waybill signs the one that is there.
        let before = vec![("X-Plivo-Signature-V2-Nonce".to_owned(), self.payload.nonce())];
        let secret = secrets(self.scheme.id()).0.as_bytes();
        let signed = self
            .request(&before, &self.payload.body, |request| {
                sign(self.scheme, request, secret, &self.config, now, Some("msg_2b"))
            })
            .unwrap_or_else(|error| panic!("{}, {}: {error}", self.scheme.id(), self.payload.name));
        let mut headers: Headers = before;
        headers.extend(signed.set);
        headers
    }

    /// Waybill's verdict.
    fn judged(&self, headers: &Headers, body: &[u8]) -> Reason {
        let secret = secrets(self.scheme.id()).1.as_bytes();
        let now = Timestamp::from_unix(self.now);
        self.request(headers, body, |request| verify(self.scheme, request, &[secret], &self.config, now))
            .reason
    }

    fn question(&self, direction: &str, headers: &Headers, body: &[u8]) -> Value {
        let (secret, public) = secrets(self.scheme.id());
        let headers: BTreeMap<String, &str> =
            headers.iter().map(|(name, value)| (name.to_ascii_lowercase(), value.as_str())).collect();
        json!({
            "library": self.library.name, "scheme": self.scheme.id(), "direction": direction,
            "secret": secret, "public": public, "body_base64": STANDARD.encode(body),
            "headers": headers, "now": self.now, "url": self.url, "id": "msg_2b", "nonce": self.payload.nonce(),
        })
    }

    fn told(&self, what: &str) -> String {
        format!(
            "{} {}, {}, {}: {what}",
            self.library.name,
            self.library.version,
            self.scheme.id(),
            self.payload.name
        )
    }
}

/// What was counted.
#[derive(Default)]
struct Tally {
    libraries: BTreeSet<String>,
    both_own: BTreeSet<String>,
    signatures: usize,
    refused: usize,
    findings: Vec<String>,
}

#[test]
fn official_libraries_and_waybill_agree_both_ways() {
    let catalogue = Catalogue::embedded();
    let now = i64::try_from(SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs()).unwrap();
    let (mut tally, mut absent) = (Tally::default(), Vec::new());
    for door in [Door::node(), Door::python()] {
        match door {
            Ok(door) => {
                absent.extend(door.absent.iter().cloned());
                both_ways(&catalogue, door, now, &mut tally);
            }
            Err(why) => absent.push(why),
        }
    }
    for one in &absent {
        println!("agreement: {one}: skipped");
    }
    assert!(tally.findings.is_empty(), "{}\n{}", tally.findings.len(), tally.findings.join("\n"));
    if std::env::var_os("CI").is_some() {
        assert!(absent.is_empty(), "with CI set every library has to be there: `cargo xtask test libraries`");
        assert!(
            tally.both_own.len() >= 10,
            "only {} libraries sign and verify by themselves",
            tally.both_own.len()
        );
    }
    let Tally { libraries, both_own, signatures, refused, .. } = tally;
    println!(
        "agreement: {} libraries ({} of them sign by code of their own), {signatures} signatures both ways, \
         {refused} changed bodies refused, {} skipped",
        libraries.len(),
        both_own.len(),
        absent.len()
    );
}

/// Puts all questions to one process and holds its answers against Waybill's.
fn both_ways(catalogue: &Catalogue, door: Door, now: i64, tally: &mut Tally) {
    let libraries = door.libraries.clone();
    let language = door.language;
    let payloads = payloads::all();
    let mut trials = Vec::new();
    for library in &libraries {
        let Some(scheme) = catalogue.get(&library.scheme) else {
            tally.findings.push(format!("there is no scheme {}", library.scheme));
            continue;
        };
        let fitting = payloads.iter().filter(|payload| payload.fits(scheme.id()));
        let of_library: Vec<_> = fitting.map(|payload| Trial::new(library, scheme, payload, now)).collect();
        assert!(of_library.len() >= 20, "{}: {} payloads", library.name, of_library.len());
        trials.extend(of_library);
    }
    // The library signs; it verifies what Waybill signed; it refuses that for another body.
    let mut questions = Vec::new();
    for trial in &trials {
        let signed = trial.signed();
        questions.push(trial.question("sign", &Headers::new(), &trial.payload.body));
        questions.push(trial.question("verify", &signed, &trial.payload.body));
        questions.push(trial.question("verify", &signed, &trial.payload.changed()));
    }
    let answers = door.ask(&questions);
    assert_eq!(answers.len(), questions.len(), "{language} answered {} times", answers.len());
    let mut accepted_theirs = Vec::new();
    for (trial, answers) in trials.iter().zip(answers.chunks_exact(3)) {
        match &answers[0] {
            Answer::Headers(headers) => {
                let reason = trial.judged(headers, &trial.payload.body);
                if reason != Reason::Ok {
                    tally.findings.push(trial.told(&format!("Waybill says {} of theirs", reason.code())));
                }
                if trial.scheme.id() != "plivo-v2"
                    && trial.judged(headers, &trial.payload.changed()) == Reason::Ok
                {
                    tally.findings.push(trial.told("Waybill takes theirs for a changed body"));
                }
                accepted_theirs.push((trial, headers));
                tally.signatures += 1;
            }
            other => tally.findings.push(trial.told(&format!("asked to sign: {other:?}"))),
        }
        match &answers[1] {
            Answer::Valid(true) => tally.signatures += 1,
            other => tally.findings.push(trial.told(&format!("of Waybill's signature: {other:?}"))),
        }
        match &answers[2] {
            Answer::Valid(false) => tally.refused += 1,
            // Plivo signs the address and not the body.
            Answer::Valid(true) if trial.scheme.id() == "plivo-v2" => {}
            other => tally.findings.push(trial.told(&format!("of a changed body: {other:?}"))),
        }
        tally.libraries.insert(format!("{language} {}", trial.library.name));
        if trial.library.signs_itself {
            tally.both_own.insert(format!("{language} {}", trial.library.name));
        }
    }
    // A signature that was computed beside a library counts for it only when the library takes it.
    let door = door::again(language);
    let beside: Vec<_> = accepted_theirs.iter().filter(|(trial, _)| !trial.library.signs_itself).collect();
    let questions: Vec<Value> = beside
        .iter()
        .map(|(trial, headers)| trial.question("verify", headers, &trial.payload.body))
        .collect();
    for ((trial, _), answer) in beside.iter().zip(door.ask(&questions)) {
        if answer != Answer::Valid(true) {
            tally.findings.push(trial.told(&format!("of what was signed beside it: {answer:?}")));
        }
    }
}
