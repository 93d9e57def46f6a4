//! What the request, the secrets and the reason of the failed check show without any match.

use super::conclude::cause;
use super::headers::near;
use super::keys::is_own;
use super::plan::Plan;
use super::question::Question;
use super::report::{Action, Cause, Confidence};
use super::search::Search;
use super::template::{configured, hash_of, headers_read};
use super::timestamps::other_unit;
use super::variation::config_code;
use crate::key::KeyEncoding;
use waybill_model::Reason;

/// The name of the handshake that the request is, when it is one.
pub(super) fn handshake(question: &Question<'_>) -> Option<String> {
    let Question { scheme, request, config, now, .. } = *question;
    let of = |scheme| crate::handshake::handshake(scheme, request, &[], config, now);
    of(Some(scheme)).or_else(|| of(None)).map(|found| found.name)
}

/// What the reason of the check says, in order.
pub(super) fn of_reason(search: &Search<'_>, plan: &Plan<'_>, confidence: Confidence) -> Vec<Cause> {
    let question = &search.question;
    let scheme = question.scheme;
    let one = |code, detail: &str| vec![cause(code, confidence, detail)];
    match plan.first.strict_reason {
        Reason::MissingSignature => {
            let name = scheme.signature_headers().into_iter().next();
            let name = name.unwrap_or_else(|| scheme.signature.from.title());
            one("wrong_header", &absent(question, &name))
        }
        Reason::MissingHeader | Reason::MissingTimestamp => {
            let gone =
                |names: &&Vec<String>| names.iter().all(|name| question.request.header(name).is_none());
            let read = headers_read(scheme);
            let name = read.iter().find(gone).and_then(|names| names.first().cloned());
            let name = name.or_else(|| scheme.timestamp.as_ref().map(|rule| rule.from.title()));
            one("wrong_header", &name.map(|name| absent(question, &name)).unwrap_or_default())
        }
        Reason::DuplicateHeader => one("duplicate_header", ""),
        Reason::WrongPrefix | Reason::NoAcceptableSignature | Reason::MalformedSignatureHeader => {
            one("wrong_prefix", "the header is not written as the scheme says")
        }
        Reason::BadSignatureEncoding => one("signature_encoding_hex_vs_base64", ""),
        Reason::TimestampMalformed => {
            let unit = plan.reading.timestamp.as_ref().is_some_and(|text| other_unit(question, text));
            one(if unit { "timestamp_unit" } else { "timestamp_reformatted" }, "")
        }
        Reason::BadKey => bad_key(question),
        Reason::NoSecret => {
            let mut one = cause("no_secret", Confidence::Certain, "");
            one.action = Some(Action::AddSecret);
            vec![one]
        }
        Reason::AlgNotAllowed => one("alg_not_allowed", ""),
        Reason::UnknownKeyId => one("unknown_key_id", ""),
        Reason::UntrustedCertUrl => one("untrusted_cert_url", ""),
        Reason::UrlMismatch => one("url_mismatch", ""),
        Reason::UnsupportedVersion => one("unsupported_version", ""),
        Reason::BodyDigestMismatch | Reason::ClaimMismatch => {
            vec![cause("body_tampered", Confidence::Likely, "a signed digest is not that of the body")]
        }
        _ => Vec::new(),
    }
}

fn absent(question: &Question<'_>, name: &str) -> String {
    let near = near(name, question.scheme, question.request);
    match near.first() {
        Some(other) => format!("{name} is not there; {other} is"),
        None => format!("{name} is not there"),
    }
}

fn bad_key(question: &Question<'_>) -> Vec<Cause> {
    let mut own = question.candidates.iter().filter(|one| is_own(one)).map(|one| one.bytes.trim_ascii());
    let Some(text) = own.find(|text| !text.is_empty()) else { return Vec::new() };
    let reads = |encoding| question.scheme.readings.iter().any(|one| one.encoding == encoding);
    let code = if reads(KeyEncoding::Hex) { "secret_not_hex" } else { "secret_encoding" };
    let detail = match code {
        "secret_not_hex" if text.len() % 2 == 1 => "it has an odd number of digits",
        "secret_not_hex" => "it has characters that are no hex digits",
        _ => "it can't be read as the scheme says",
    };
    vec![cause(code, Confidence::Certain, detail)]
}

/// Text that stands for a secret that was never set.
const UNSET: [&[u8]; 6] = [b"", b"undefined", b"null", b"none", b"\"\"", b"''"];

/// What the request and the secrets show, whatever the reason was.
pub(super) fn of_request(search: &Search<'_>, plan: &Plan<'_>) -> Vec<Cause> {
    let question = &search.question;
    let request = question.request;
    let mut causes = Vec::new();
    let mut own = question.candidates.iter().filter(|one| is_own(one)).peekable();
    let any = own.peek().is_some();
    if any && own.all(|one| UNSET.contains(&one.bytes.trim_ascii().to_ascii_lowercase().as_slice())) {
        let mut one = cause("empty_secret", Confidence::Certain, "");
        one.action = Some(Action::AddSecret);
        causes.push(one);
    }
    if let Some(name) = handshake(question) {
        causes.push(cause("handshake", Confidence::Likely, &name));
    }
    let covers_body = question.scheme.covers().body;
    let typed = request.header("content-type").is_some();
    let sized = request.header("content-length").is_some_and(|length| length != b"0");
    if request.body.is_empty() && covers_body && (typed || sized) {
        causes.push(cause("body_missing", Confidence::Likely, "it came empty"));
    }
    if ["[object Object]", "undefined"].iter().any(|text| request.body == text.as_bytes()) {
        causes.push(cause("body_missing", Confidence::Likely, "a program wrote an object as text"));
    }
    let encoded =
        request.header("content-encoding").is_some_and(|value| !value.eq_ignore_ascii_case(b"identity"));
    let compressed = matches!(request.body, [0x1f, 0x8b, ..] | [0x78, ..] | [0x28, 0xb5, ..]);
    let text = std::str::from_utf8(request.body).is_ok();
    if covers_body && encoded && !compressed && text {
        causes.push(cause(
            "content_encoding",
            Confidence::Likely,
            "its header says compressed, and it is not",
        ));
    }
    if covers_body && (lost_characters(request.body) || !text && !compressed) {
        causes.push(cause("charset", Confidence::Likely, "characters were lost"));
    }
    causes.extend(api_key(question));
    causes.extend(configured_wrong(question));
    causes.extend(other_length(question, plan));
    causes
}

/// How API keys of well-known senders begin; few senders sign webhooks with them.
const API_KEYS: [&[u8]; 12] = [
    b"sk_live_",
    b"sk_test_",
    b"rk_live_",
    b"rk_test_",
    b"pk_live_",
    b"pk_test_",
    b"xoxb-",
    b"xoxp-",
    b"ghp_",
    b"shpat_",
    b"SG.",
    b"glpat-",
];

/// A secret that is something else by its form.
fn api_key(question: &Question<'_>) -> Option<Cause> {
    let own = question.candidates.iter().filter(|one| is_own(one));
    let found =
        own.map(|one| one.bytes.trim_ascii()).any(|text| API_KEYS.iter().any(|key| text.starts_with(key)));
    found.then(|| {
        let detail = "what is stored looks like an API key, and most senders sign with another secret";
        let mut one = cause("wrong_secret", Confidence::Likely, detail);
        one.action = Some(Action::AddSecret);
        one
    })
}

/// Question marks or replacement characters where letters were.
fn lost_characters(body: &[u8]) -> bool {
    let replaced = body.windows(3).any(|window| window == "\u{fffd}".as_bytes());
    replaced || body.windows(2).any(|window| window == b"??")
}

/// Where the key is the sender's own and public, it is the configured value that people mix up.
fn configured_wrong(question: &Question<'_>) -> Option<Cause> {
    let key = configured(question.scheme).into_iter().next()?;
    let public = question.scheme.algorithm.family().has_key_pair();
    let confidence = if public { Confidence::Likely } else { Confidence::Possible };
    Some(cause(config_code(&key), confidence, &key))
}

/// A signature of a length that the scheme's hash does not have.
fn other_length(question: &Question<'_>, plan: &Plan<'_>) -> Option<Cause> {
    let hash = hash_of(question.scheme.algorithm.family())?;
    let strict = || plan.received.iter().filter(|one| one.faults.is_empty());
    let wrong = strict().next().is_some() && strict().all(|one| one.bytes.len() != hash.length());
    let detail = || format!("the signature is not as long as {} makes it", hash.word());
    wrong.then(|| cause("wrong_hash_algorithm", Confidence::Likely, &detail()))
}
