//! Verification explained, checking again, and the tools that verify and sign what is given.

use crate::api::*;
use crate::deliveries::{self, Whole};
use crate::engine::Engine;
use crate::judge;
use crate::vaulting::secret_bytes;
use base64::Engine as _;
use secrecy::SecretString;
use std::collections::BTreeMap;
use waybill_content::RawRequest;
use waybill_model::{ErrorCode, Failure, InboxSecret, Reason, Result, SecretState, Timestamp};
use waybill_signature::{
    Part, PartContent, PartKind, Request, Scheme, Verification, detect, verify as check,
};

/// Longest text of one part that is handed over.
const PART_TEXT: usize = 4 * 1024;

/// Headers as the signature crate takes them.
pub(crate) type Headers = Vec<(Vec<u8>, Vec<u8>)>;

pub(crate) fn borrowed(headers: &Headers) -> Vec<(&[u8], &[u8])> {
    headers.iter().map(|(name, value)| (name.as_slice(), value.as_slice())).collect()
}

pub(crate) async fn report(engine: &Engine, request: DeliveryRef) -> Result<SignatureReport> {
    let whole = deliveries::whole(engine, request.id).await?;
    let ready = engine.ready_inbox(&whole.delivery.inbox).await?;
    let headers = whole.headers();
    let borrowed = borrowed(&headers);
    let target = whole.target();
    let given = as_request(&whole, &borrowed, target.as_bytes());
    let looks_like = detect(&engine.0.schemes, &given).into_iter().next().map(|proposal| proposal.scheme);
    let stored = (whole.delivery.verdict, whole.delivery.reason);
    let wanted =
        ready.as_ref().and_then(|ready| ready.inbox.scheme.clone()).or_else(|| whole.delivery.scheme.clone());
    let Some(scheme) = wanted.as_deref().and_then(|id| engine.0.schemes.get(id)) else {
        return Ok(SignatureReport {
            scheme: None,
            verdict: Reason::NoSecret.verdict(),
            reason: Reason::NoSecret,
            stored: (stored.1 != Reason::NoSecret).then_some(stored),
            secret: None,
            secret_id: None,
            signed: Vec::new(),
            signed_size: 0,
            timestamp: None,
            age_s: None,
            tolerance_s: None,
            received: Vec::new(),
            computed: Vec::new(),
            diagnosis: Vec::new(),
            search: None,
            looks_like,
            vault_problem: None,
        });
    };
    let empty = BTreeMap::new();
    let config = ready.as_ref().map_or(&empty, |ready| &ready.inbox.config);
    let named: &[(String, SecretString)] = ready.as_ref().map_or(&[], |ready| &ready.secrets);
    let secrets: Vec<&[u8]> = named.iter().map(|(_, value)| secret_bytes(value)).collect();
    let found = check(scheme, &given, &secrets, config, whole.delivery.received_at);
    let name = named.get(found.secret.unwrap_or(0)).map(|(name, _)| name.clone());
    let secret_id = ready.as_ref().and_then(|ready| id_of(&ready.inbox.secrets, name.as_deref()));
    Ok(SignatureReport {
        scheme: Some(scheme.info()),
        verdict: found.verdict,
        reason: found.reason,
        stored: (stored.1 != found.reason).then_some(stored),
        secret: name,
        secret_id,
        signed_size: found.signed_content.iter().map(size).sum(),
        signed: found.signed_content.iter().map(|part| shown(part, &whole.body)).collect(),
        timestamp: found.timestamp,
        age_s: found.age_s,
        tolerance_s: found.max_age_s,
        diagnosis: explain(&found, scheme, looks_like.as_deref()),
        search: None,
        looks_like: looks_like.filter(|other| other != scheme.id()),
        vault_problem: ready.as_ref().and_then(|ready| ready.vault_problem.clone()),
        received: found.received,
        computed: found.computed,
    })
}

fn id_of(secrets: &[InboxSecret], name: Option<&str>) -> Option<waybill_model::SecretId> {
    secrets.iter().find(|secret| Some(secret.name.as_str()) == name).map(|secret| secret.id.clone())
}

fn as_request<'a>(whole: &'a Whole, headers: &'a [(&'a [u8], &'a [u8])], target: &'a [u8]) -> Request<'a> {
    Request {
        method: whole.delivery.method.as_bytes(),
        url: target,
        headers,
        body: &whole.body,
        truncated: whole.delivery.truncated,
    }
}

fn size(part: &Part) -> u64 {
    match &part.content {
        PartContent::Bytes(bytes) => bytes.len() as u64,
        PartContent::Body(range) => range.len() as u64,
        PartContent::Hidden => 0,
    }
}

fn shown(part: &Part, body: &[u8]) -> SignedPart {
    let kind = match part.kind {
        PartKind::Literal => "text",
        PartKind::Timestamp => "timestamp",
        PartKind::Header => "header",
        PartKind::Field => "field",
        PartKind::Body => "body",
        PartKind::BodyValue => "body_value",
        PartKind::Method => "method",
        PartKind::Url => "url",
        PartKind::Config => "config",
        PartKind::Secret => "secret",
        PartKind::Derived => "derived",
    };
    let bytes: &[u8] = match &part.content {
        PartContent::Bytes(bytes) => bytes,
        PartContent::Body(range) => body.get(range.clone()).unwrap_or_default(),
        PartContent::Hidden => b"(the secret)",
    };
    SignedPart {
        kind: kind.to_owned(),
        text: visible(&bytes[..bytes.len().min(PART_TEXT)]),
        size: size(part),
    }
}

/// Bytes as text in which every byte can be told: what is no text or no visible character is `\xNN`.
fn visible(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len());
    for chunk in bytes.utf8_chunks() {
        for c in chunk.valid().chars() {
            if c.is_control() && !matches!(c, '\n' | '\t') {
                text.push_str(&format!("\\x{:02x}", u32::from(c)));
            } else {
                text.push(c);
            }
        }
        for byte in chunk.invalid() {
            text.push_str(&format!("\\x{byte:02x}"));
        }
    }
    text
}

/// What can be said of a failure without trying other secrets or rewritten bodies.
fn explain(found: &Verification, scheme: &Scheme, looks_like: Option<&str>) -> Vec<Diagnosis> {
    let cause = |code: &str, confidence: &str, explanation: String, mend: &str| Diagnosis {
        code: code.to_owned(),
        confidence: if confidence == "certain" { Confidence::Certain } else { Confidence::Possible },
        explanation,
        mend: mend.to_owned(),
        action: None,
        evidence: None,
    };
    let mut causes = Vec::new();
    if let (false, Some(other)) = (matches!(found.reason, Reason::Ok), looks_like)
        && other != scheme.id()
    {
        causes.push(cause(
            "wrong_scheme",
            "possible",
            format!("The headers look like those of the scheme {other}, not {}.", scheme.id()),
            "Choose that scheme for the inbox and check again.",
        ));
    }
    let age = found.age_s.map(i64::unsigned_abs).unwrap_or_default();
    match found.reason {
        Reason::TimestampTooOld => causes.insert(0, cause(
            "timestamp_expired",
            "certain",
            format!("The signature is right, but it was made {age} s before the delivery was received; {} s are accepted.", found.max_age_s.unwrap_or_default()),
            "A replay of an old delivery has to be signed again. A fresh delivery that is late means that a clock is wrong.",
        )),
        Reason::TimestampTooNew => causes.insert(0, cause(
            "clock_skew",
            "certain",
            format!("The signature is right, but its timestamp lies {age} s ahead of the time of receipt."),
            "Set the clock of this machine, or of the sender.",
        )),
        Reason::SignatureMismatch | Reason::SchemeUnconfirmed => causes.push(cause(
            "wrong_secret",
            "possible",
            "No secret of this inbox makes the signature that came: the secret or the body is another than the sender's.".to_owned(),
            "Compare the secret with the provider's, or enter it again.",
        )),
        Reason::NoSecret => causes.push(cause(
            "missing_secret",
            "certain",
            "No secret of this inbox could be used, so nothing was compared.".to_owned(),
            "Enter the provider's signing secret for the inbox and check again.",
        )),
        _ => {}
    }
    causes
}

pub(crate) async fn check_again(engine: &Engine, request: CheckAgain) -> Result<Checked> {
    let ids = deliveries::matching(engine, &request.query).await?;
    let mut found = Checked { checked: 0, valid: 0, changed: 0 };
    let mut batch = Vec::new();
    let mut unread: Option<(u64, String)> = None;
    for id in ids {
        let whole = match deliveries::whole(engine, id).await {
            Ok(whole) => whole,
            // Deleted meanwhile.
            Err(failure) if failure.code == ErrorCode::NotFound => continue,
            Err(failure) => return Err(failure),
        };
        let ready = engine.ready_inbox(&whole.delivery.inbox).await?;
        let judged = {
            let headers = whole.headers();
            let borrowed = borrowed(&headers);
            let target = whole.target();
            let given = as_request(&whole, &borrowed, target.as_bytes());
            judge::judge(&engine.0.schemes, ready.as_deref(), &given, whole.delivery.received_at)
        };
        // With a secret out of reach only a match says something; what was known before stays.
        let problem = ready.as_ref().and_then(|ready| ready.vault_problem.as_ref());
        if let Some(problem) = problem.filter(|_| judged.reason != Reason::Ok) {
            unread.get_or_insert_with(|| (0, problem.clone())).0 += 1;
            continue;
        }
        found.checked += 1;
        found.valid += u64::from(judged.reason == Reason::Ok);
        if judged.reason != whole.delivery.reason
            || judged.secret != whole.delivery.secret
            || judged.scheme != whole.delivery.scheme
        {
            found.changed += u64::from(judged.reason.verdict() != whole.delivery.verdict);
            batch.push((id, judged.reason.verdict(), judged.reason, judged.scheme, judged.secret));
        }
        if batch.len() >= 500 {
            engine.0.store.set_verdicts(std::mem::take(&mut batch)).await?;
        }
    }
    if !batch.is_empty() {
        engine.0.store.set_verdicts(batch).await?;
    }
    match unread {
        Some((count, problem)) => Err(Failure::new(
            ErrorCode::VaultFailed,
            format!("{count} deliveries keep the verdict they had, because a secret of their inbox can't be read: {problem}"),
        )
        .hint("Unlock or mend the vault, then check again.")),
        None => Ok(found),
    }
}

fn decoded(base64_text: &str) -> Result<Vec<u8>> {
    base64::engine::general_purpose::STANDARD
        .decode(base64_text)
        .map_err(|_| Failure::invalid("The request is not Base64; nothing was done."))
}

pub(crate) async fn verify(engine: &Engine, request: VerifyRequest) -> Result<VerifyReport> {
    let scheme = engine.0.schemes.require(&request.scheme)?;
    let stored = match request.delivery {
        Some(id) => Some(deliveries::whole(engine, id).await?),
        None => None,
    };
    let parsed = match (&request.request_base64, &stored) {
        (Some(text), _) => Some(RawRequest::parse(&decoded(text)?)?),
        (None, Some(_)) => None,
        (None, None) => {
            return Err(Failure::invalid("No request and no delivery was named; nothing was verified."));
        }
    };
    let (method, target, headers, body, truncated, received) = match (&parsed, &stored) {
        (Some(raw), _) => (
            raw.head.method_text(),
            String::from_utf8_lossy(&raw.head.target).into_owned(),
            raw.head.headers.clone(),
            bytes::Bytes::from(raw.body.clone()),
            false,
            None,
        ),
        (None, Some(whole)) => (
            whole.delivery.method.clone(),
            whole.target(),
            whole.headers(),
            whole.body.clone(),
            whole.delivery.truncated,
            Some(whole.delivery.received_at),
        ),
        (None, None) => return Err(Failure::internal("Neither a request nor a delivery is there.")),
    };
    let mut named: Vec<(String, SecretString)> = request
        .secrets
        .iter()
        .enumerate()
        .map(|(index, secret)| (format!("#{}", index + 1), secret.0.clone()))
        .collect();
    let mut config = request.config;
    if let Some(whole) = &stored
        && let Some(ready) = engine.ready_inbox(&whole.delivery.inbox).await?
    {
        if named.is_empty() {
            if let (true, Some(problem)) = (ready.secrets.is_empty(), &ready.vault_problem) {
                return Err(Failure::new(
                    ErrorCode::VaultFailed,
                    format!(
                        "No secret of the inbox {} can be read, so nothing was verified. {problem}",
                        ready.inbox.name
                    ),
                )
                .hint("Unlock or mend the vault, or give the secret with --secret-env."));
            }
            named.clone_from(&ready.secrets);
        }
        for (key, value) in &ready.inbox.config {
            config.entry(key.clone()).or_insert_with(|| value.clone());
        }
    }
    let secrets: Vec<&[u8]> = named.iter().map(|(_, value)| secret_bytes(value)).collect();
    let borrowed = borrowed(&headers);
    let url = request.url.unwrap_or(target);
    let given = Request {
        method: method.as_bytes(),
        url: url.as_bytes(),
        headers: &borrowed,
        body: &body,
        truncated,
    };
    let now = request.now.map(Timestamp::from_unix).or(received).unwrap_or_else(|| engine.now());
    let found = check(scheme, &given, &secrets, &config, now);
    let looks_like = detect(&engine.0.schemes, &given).into_iter().next().map(|proposal| proposal.scheme);
    let mut diagnosis = explain(&found, scheme, looks_like.as_deref());
    if let Some(note) =
        parsed.as_ref().and_then(RawRequest::length_note).filter(|_| found.reason != Reason::Ok)
    {
        diagnosis.insert(
            0,
            Diagnosis {
                code: "body_trailing_newline".to_owned(),
                confidence: Confidence::Likely,
                explanation: note,
                mend: "Save the file without the line break that an editor adds at its end.".to_owned(),
                action: None,
                evidence: None,
            },
        );
    }
    Ok(VerifyReport {
        verdict: found.verdict,
        reason: found.reason,
        scheme: scheme.id().to_owned(),
        secret: found.secret.and_then(|index| named.get(index)).map(|(name, _)| name.clone()),
        signed_text_preview: found.signed_text_preview(&body, 200),
        timestamp: found.timestamp,
        age_s: found.age_s,
        diagnosis,
        search: None,
    })
}

#[allow(clippy::unused_async, reason = "every handler of the table has the same form")]
pub(crate) async fn sign(engine: &Engine, request: SignRequest) -> Result<Signed> {
    let scheme = engine.0.schemes.require(&request.scheme)?;
    let mut raw = RawRequest::parse(&decoded(&request.request_base64)?)?;
    let target = String::from_utf8_lossy(&raw.head.target).into_owned();
    let url = request.url.unwrap_or(target);
    let now = request.now.map_or_else(|| engine.now(), Timestamp::from_unix);
    let (headers, body) = signed_headers(
        engine,
        scheme,
        (&raw.head.method_text(), &url),
        &raw.head.headers,
        &raw.body,
        (request.secret.as_ref().map(SecretText::expose).unwrap_or_default().as_bytes(), &request.config),
        now,
        request.id.as_deref(),
    )?;
    raw.head.headers = headers;
    if body.len() != raw.body.len() {
        // A scheme that signs inside the body may make it longer; the head must not lie about that.
        for (name, value) in &mut raw.head.headers {
            if name.eq_ignore_ascii_case(b"content-length") {
                *value = body.len().to_string().into_bytes();
            }
        }
    }
    let mut whole = raw.head.to_bytes();
    whole.extend_from_slice(&body);
    Ok(Signed { request_base64: base64::engine::general_purpose::STANDARD.encode(whole) })
}

/// The headers and body of a request, signed as of `now`. A scheme whose id stands in a header gets a
/// fresh one when the request has none.
#[allow(clippy::too_many_arguments, reason = "each is a part of what is signed")]
pub(crate) fn signed_headers(
    engine: &Engine,
    scheme: &Scheme,
    (method, url): (&str, &str),
    headers: &Headers,
    body: &[u8],
    (secret, config): (&[u8], &BTreeMap<String, String>),
    now: Timestamp,
    id: Option<&str>,
) -> Result<(Headers, Vec<u8>)> {
    let borrowed = borrowed(headers);
    let given = Request {
        method: method.as_bytes(),
        url: url.as_bytes(),
        headers: &borrowed,
        body,
        truncated: false,
    };
    let attempt = |id: Option<&str>| engine.0.schemes.sign(scheme, &given, secret, config, now, id);
    let signed = match attempt(id) {
        Ok(signed) => signed,
        // The usual reason without an id is that the scheme wants one.
        Err(cause) if id.is_none() => {
            let fresh = format!("msg_{}", engine.fresh_uuid().replace('-', ""));
            attempt(Some(&fresh)).map_err(|_| Failure::from(cause))?
        }
        Err(cause) => return Err(cause.into()),
    };
    let headers = signed.apply(&borrowed);
    Ok((headers, signed.body.clone().unwrap_or_else(|| body.to_vec())))
}

/// The secret that signs for an inbox: its first current one.
pub(crate) fn current(secrets: &[InboxSecret]) -> Option<&InboxSecret> {
    secrets.iter().find(|secret| secret.state == SecretState::Current)
}

fn later<T>() -> Result<T> {
    Err(Failure::new(ErrorCode::Unsupported, "This is not there yet; nothing was done."))
}

pub(crate) async fn start_search(_: &Engine, _: DeliveryRef) -> Result<DiagnosisProgress> {
    later()
}

pub(crate) async fn search_progress(_: &Engine, _: DeliveryRef) -> Result<DiagnosisProgress> {
    later()
}

pub(crate) async fn cancel_search(_: &Engine, _: DeliveryRef) -> Result<DiagnosisProgress> {
    later()
}

pub(crate) async fn mend(_: &Engine, _: Mend) -> Result<Mended> {
    later()
}

#[cfg(test)]
mod tests {
    use super::visible;

    #[test]
    fn every_byte_of_signed_text_can_be_told() {
        for (bytes, text) in [
            (&b"plain\n"[..], "plain\n"),
            (b"a\r\nb", "a\\x0d\nb"),
            (&[0xff, b'a', 0x00], "\\xffa\\x00"),
            ("grün".as_bytes(), "grün"),
        ] {
            assert_eq!(visible(bytes), text);
        }
    }
}
