//! Schemes tried out: one that is not kept yet against a request, the schemes a request looks like, and keys
//! to sign and verify with here.

use crate::api::*;
use crate::deliveries;
use crate::engine::Engine;
use crate::signatures::{Subject, checked, given};
use crate::vaulting::NewSecret;
use secrecy::SecretString;
use std::collections::BTreeMap;
use waybill_model::{Failure, Result, SecretKind, Timestamp};
use waybill_signature::{Catalogue, Scheme};

/// Most proposals that are handed over.
const PROPOSALS: usize = 8;

/// A request that was named in either way, with when it came if it did.
async fn subject(
    engine: &Engine,
    delivery: Option<waybill_model::DeliveryId>,
    request_base64: Option<&str>,
) -> Result<Option<(Subject, Option<(waybill_model::Name, Timestamp)>)>> {
    Ok(match (delivery, request_base64) {
        (_, Some(text)) => Some((Subject::from(given(text)?), None)),
        (Some(id), None) => {
            let whole = deliveries::whole(engine, id).await?;
            let came = (whole.delivery.inbox.clone(), whole.delivery.received_at);
            Some((Subject::from(&whole), Some(came)))
        }
        (None, None) => None,
    })
}

pub(crate) async fn preview(engine: &Engine, request: SchemePreviewRequest) -> Result<SchemePreview> {
    let scheme = match Scheme::parse(&request.text, "scheme.toml") {
        Ok(scheme) => scheme,
        Err(fault) => {
            let fault =
                Fault { line: fault.line as u64, column: fault.column as u64, message: fault.message };
            return Ok(SchemePreview { faults: vec![fault], report: None });
        }
    };
    let found = subject(engine, request.delivery, request.request_base64.as_deref()).await?;
    let Some((subject, came)) = found else {
        return Ok(SchemePreview { faults: Vec::new(), report: None });
    };
    let inbox = request.inbox.clone().or_else(|| came.as_ref().map(|(inbox, _)| inbox.clone()));
    let ready = match &inbox {
        Some(name) => engine.ready_inbox(name).await?,
        None => None,
    };
    if let (None, Some(name)) = (&ready, &request.inbox) {
        return Err(Failure::not_found("inbox", name));
    }
    let named: Vec<(String, SecretString)> = match (&request.secret, &ready) {
        (Some(secret), _) => vec![("#1".to_owned(), secret.0.clone())],
        (None, Some(ready)) => ready.secrets.clone(),
        (None, None) => Vec::new(),
    };
    let mut config: BTreeMap<String, String> = request.config;
    for (key, value) in ready.iter().flat_map(|ready| &ready.inbox.config) {
        config.entry(key.clone()).or_insert_with(|| value.clone());
    }
    let ids = match (&request.secret, &ready) {
        (None, Some(ready)) => ready.inbox.secrets.as_slice(),
        _ => &[],
    };
    let at = came.map_or_else(|| engine.now(), |(_, at)| at);
    let mut report = checked(&subject, &scheme, &named, ids, &config, at);
    report.vault_problem =
        ready.filter(|_| request.secret.is_none()).and_then(|ready| ready.vault_problem.clone());
    Ok(SchemePreview { faults: Vec::new(), report: Some(report) })
}

pub(crate) async fn detect(engine: &Engine, request: DetectRequest) -> Result<Vec<SchemeProposal>> {
    let found = subject(engine, request.delivery, request.request_base64.as_deref()).await?;
    let Some((subject, _)) = found else {
        return Err(Failure::invalid("No request and no delivery was named; nothing was looked at."));
    };
    Ok(proposals(&engine.schemes(), &subject))
}

/// The schemes that a request looks like, the likeliest first, each with what speaks for it.
fn proposals(schemes: &Catalogue, subject: &Subject) -> Vec<SchemeProposal> {
    let headers = subject.borrowed();
    let found = waybill_signature::detect(schemes, &subject.request(&headers));
    let second = found.get(1).map_or(i64::MIN, |proposal| proposal.score);
    found
        .iter()
        .take(PROPOSALS)
        .enumerate()
        .filter_map(|(place, proposal)| {
            let info = schemes.get(&proposal.scheme)?.info();
            // Only one that stands out is more than a possibility.
            let stands_out = place == 0 && proposal.score.saturating_sub(second) >= 20;
            Some(SchemeProposal {
                scheme: proposal.scheme.clone(),
                reason: format!(
                    "{} is there and has the form and the length of {}.",
                    info.header, info.algorithm
                ),
                title: info.title,
                confidence: if stands_out { Confidence::Likely } else { Confidence::Possible },
            })
        })
        .collect()
}

/// Makes a key to sign with here. What signs goes into the vault; only a part that is public is handed over.
pub(crate) async fn test_key(engine: &Engine, request: TestKeyRequest) -> Result<TestKey> {
    let schemes = engine.schemes();
    let scheme = schemes.require(&request.scheme)?.clone();
    let name = match request.name.as_deref().map(str::trim) {
        None => format!("{} test key", scheme.id()),
        Some(name) if (1..=200).contains(&name.chars().count()) => name.to_owned(),
        Some(_) => {
            return Err(Failure::invalid("A secret's name has 1 to 200 characters; nothing was made."));
        }
    };
    let entropy = engine.0.options.entropy.clone();
    // An RSA pair takes a moment to find.
    let made = tokio::task::spawn_blocking(move || waybill_signature::test_key(&scheme, &*entropy))
        .await
        .map_err(|error| Failure::internal(format!("No key could be made: {error}.")))?
        .ok_or_else(|| Failure::internal("No key could be made from this machine's random numbers."))?;
    let public_key = (made.public != made.private).then(|| made.public.to_string());
    let new = NewSecret { name, kind: SecretKind::SharedSecret, connection: None, endpoint: None };
    let secret = engine.keep_secret(new, &SecretString::from(made.private.as_str())).await?;
    Ok(TestKey { secret, public_key })
}
