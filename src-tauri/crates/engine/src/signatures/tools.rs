//! The tools that verify and sign what is given.

use super::candidates::Candidates;
use super::report::Subject;
use super::search::{AT_ONCE, Asked, VAULT_AT_ONCE};
use super::{Headers, borrowed};
use crate::api::*;
use crate::deliveries;
use crate::engine::Engine;
use crate::vaulting::secret_bytes;
use base64::Engine as _;
use secrecy::SecretString;
use std::collections::BTreeMap;
use std::time::{Duration, Instant};
use waybill_content::RawRequest;
use waybill_model::{ErrorCode, Failure, Reason, Result, SecretId, Timestamp};
use waybill_signature::{Request, Scheme, verify as check};

/// The longest search that may be asked for, in milliseconds.
const LONGEST_SEARCH: u64 = 60_000;

fn decoded(base64_text: &str) -> Result<Vec<u8>> {
    base64::engine::general_purpose::STANDARD
        .decode(base64_text)
        .map_err(|_| Failure::invalid("The request is not Base64; nothing was done."))
}

/// The raw request that was given.
pub(crate) fn given(request_base64: &str) -> Result<RawRequest> {
    RawRequest::parse(&decoded(request_base64)?)
}

pub(crate) async fn verify(engine: &Engine, request: VerifyRequest) -> Result<VerifyReport> {
    let schemes = engine.schemes();
    let scheme = schemes.require(&request.scheme)?;
    if request.diagnose_ms.is_some_and(|wanted| wanted > LONGEST_SEARCH) {
        return Err(Failure::invalid("A search takes at most 60 seconds; nothing was verified."));
    }
    let budget = request.diagnose_ms.map_or(AT_ONCE, Duration::from_millis);
    let handler_body = request.handler_body_base64.as_deref().map(decoded).transpose()?;
    let stored = match request.delivery {
        Some(id) => Some(deliveries::whole(engine, id).await?),
        None => None,
    };
    let (mut subject, note) = match (&request.request_base64, &stored) {
        (Some(text), _) => {
            let raw = given(text)?;
            let note = raw.length_note();
            (Subject::from(raw), note)
        }
        (None, Some(whole)) => (Subject::from(whole), None),
        (None, None) => {
            return Err(Failure::invalid("No request and no delivery was named; nothing was verified."));
        }
    };
    if let Some(url) = request.url {
        subject.target = url;
    }
    let mut named: Vec<(String, SecretString)> = request
        .secrets
        .iter()
        .enumerate()
        .map(|(index, secret)| (format!("#{}", index + 1), secret.0.clone()))
        .collect();
    let mut candidates = Candidates::given(&named);
    let mut config = request.config;
    let ready = match &stored {
        Some(whole) => engine.ready_inbox(&whole.delivery.inbox).await?,
        None => None,
    };
    if let Some(ready) = &ready {
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
            candidates = Candidates::of_inbox(ready);
        }
        for (key, value) in &ready.inbox.config {
            config.entry(key.clone()).or_insert_with(|| value.clone());
        }
    }
    let received = stored.as_ref().filter(|_| request.request_base64.is_none());
    let now = request
        .now
        .map(Timestamp::from_unix)
        .or(received.map(|whole| whole.delivery.received_at))
        .unwrap_or_else(|| engine.now());
    let found = {
        let headers = subject.borrowed();
        let secrets: Vec<&[u8]> = named.iter().map(|(_, value)| secret_bytes(value)).collect();
        check(scheme, &subject.request(&headers), &secrets, &config, now)
    };
    let mut report = VerifyReport {
        verdict: found.verdict,
        reason: found.reason,
        scheme: scheme.id().to_owned(),
        secret: found.secret.and_then(|index| named.get(index)).map(|(name, _)| name.clone()),
        signed_text_preview: found.signed_text_preview(&subject.body, 200),
        timestamp: found.timestamp,
        age_s: found.age_s,
        diagnosis: Vec::new(),
        search: None,
    };
    if found.reason == Reason::Ok || budget.is_zero() {
        return Ok(report);
    }
    let begun = Instant::now();
    // Those of the inbox count among the others when secrets were given by hand.
    let own = ready.as_deref().filter(|_| request.secrets.is_empty());
    candidates.add_others(engine, own, (begun + vault_share(budget)).into()).await?;
    let scheme = scheme.id().to_owned();
    let asked = Asked { catalogue: schemes.clone(), scheme, subject, candidates, config, now, handler_body };
    let found = asked.search_for(budget.saturating_sub(begun.elapsed())).await?;
    report.diagnosis = found.diagnosis;
    report.search = Some(found.search);
    if let Some(note) = note
        && !report.diagnosis.iter().any(|cause| cause.code == "body_trailing_newline")
    {
        let proved = report.diagnosis.iter().filter(|cause| cause.confidence == Confidence::Certain).count();
        report.diagnosis.insert(proved, longer_than_told(note));
    }
    Ok(report)
}

/// The part of a search's time that the vault may take.
fn vault_share(budget: Duration) -> Duration {
    if budget <= AT_ONCE { budget.min(VAULT_AT_ONCE) } else { budget / 2 }
}

fn longer_than_told(note: String) -> Diagnosis {
    Diagnosis {
        code: "body_trailing_newline".to_owned(),
        confidence: Confidence::Likely,
        explanation: note,
        mend: "Save the file without the line break that an editor adds at its end.".to_owned(),
        action: None,
        evidence: None,
    }
}

pub(crate) async fn sign(engine: &Engine, request: SignRequest) -> Result<Signed> {
    let schemes = engine.schemes();
    let scheme = schemes.require(&request.scheme)?;
    let mut raw = RawRequest::parse(&decoded(&request.request_base64)?)?;
    let target = String::from_utf8_lossy(&raw.head.target).into_owned();
    let url = request.url.unwrap_or(target);
    let now = request.now.map_or_else(|| engine.now(), Timestamp::from_unix);
    let secret = signing_secret(engine, request.secret, request.secret_id.as_ref()).await?;
    let (headers, body) = signed_headers(
        engine,
        scheme,
        (&raw.head.method_text(), &url),
        &raw.head.headers,
        &raw.body,
        (secret_bytes(&secret), &request.config),
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

/// What to sign with: the text that was given, or what lies in the vault under that id.
async fn signing_secret(
    engine: &Engine,
    text: Option<SecretText>,
    id: Option<&SecretId>,
) -> Result<SecretString> {
    match (text, id) {
        (Some(secret), None) => Ok(secret.0),
        (None, Some(id)) if engine.0.store.secret(id.clone()).await?.is_some() => {
            engine.secret_required(id, "this secret").await
        }
        (None, Some(id)) => Err(Failure::not_found("secret", id)),
        (None, None) => Err(Failure::invalid("No secret was given; nothing was signed.")),
        (Some(_), Some(_)) => Err(Failure::invalid(
            "One secret signs: give its text or its place in the vault, not both. Nothing was signed.",
        )),
    }
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
    let attempt = |id: Option<&str>| engine.schemes().sign(scheme, &given, secret, config, now, id);
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
