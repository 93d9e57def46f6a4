//! Everything the Signature tab shows of one delivery: what a check says now, what was signed, and why it fails.

use super::candidates::Candidates;
use super::search::{AT_ONCE, Asked, Found, VAULT_AT_ONCE};
use super::show::{shown, size};
use super::{Headers, background, borrowed};
use crate::api::*;
use crate::deliveries::{self, Whole};
use crate::engine::Engine;
use crate::ready::ReadyInbox;
use crate::vaulting::secret_bytes;
use bytes::Bytes;
use secrecy::SecretString;
use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Instant;
use waybill_content::RawRequest;
use waybill_model::{InboxSecret, Reason, Result, SecretId, Timestamp};
use waybill_signature::{Catalogue, Request, Scheme, detect, verify as check};

/// A request that a signature is checked of.
#[derive(Clone)]
pub(crate) struct Subject {
    pub(crate) method: Vec<u8>,
    /// The request target, or the address as the sender saw it.
    pub(crate) target: String,
    pub(crate) headers: Headers,
    pub(crate) body: Bytes,
    pub(crate) truncated: bool,
}

impl From<&Whole> for Subject {
    fn from(whole: &Whole) -> Self {
        Self {
            method: whole.delivery.method.as_bytes().to_vec(),
            target: whole.target(),
            headers: whole.headers(),
            body: whole.body.clone(),
            truncated: whole.delivery.truncated,
        }
    }
}

impl From<RawRequest> for Subject {
    fn from(raw: RawRequest) -> Self {
        Self {
            target: String::from_utf8_lossy(&raw.head.target).into_owned(),
            method: raw.head.method,
            headers: raw.head.headers,
            body: Bytes::from(raw.body),
            truncated: false,
        }
    }
}

impl Subject {
    /// Its headers as a request takes them.
    pub(crate) fn borrowed(&self) -> Vec<(&[u8], &[u8])> {
        borrowed(&self.headers)
    }

    /// The request with these headers.
    pub(crate) fn request<'a>(&'a self, headers: &'a [(&'a [u8], &'a [u8])]) -> Request<'a> {
        Request {
            method: &self.method,
            url: self.target.as_bytes(),
            headers,
            body: &self.body,
            truncated: self.truncated,
        }
    }

    /// The scheme it looks like most.
    pub(crate) fn looks_like(&self, schemes: &Catalogue) -> Option<String> {
        let headers = self.borrowed();
        detect(schemes, &self.request(&headers)).into_iter().next().map(|proposal| proposal.scheme)
    }
}

pub(crate) async fn report(engine: &Engine, request: DeliveryRef) -> Result<SignatureReport> {
    let whole = deliveries::whole(engine, request.id).await?;
    let ready = engine.ready_inbox(&whole.delivery.inbox).await?;
    let subject = Subject::from(&whole);
    let schemes = engine.schemes();
    let mut report = now(&schemes, &subject, &whole, ready.as_deref());
    let stored = (whole.delivery.verdict, whole.delivery.reason);
    report.stored = (stored.1 != report.reason).then_some(stored);
    let Some(scheme) = report.scheme.as_ref().filter(|_| report.reason != Reason::Ok) else {
        return Ok(report);
    };
    let found = match background::known(engine, request.id) {
        Some(found) => found,
        None => {
            let asked = asked(schemes, scheme.id.clone(), subject, &whole, ready.as_deref());
            at_once(engine, asked, ready.as_deref()).await?
        }
    };
    report.diagnosis = found.diagnosis;
    report.search = Some(found.search);
    Ok(report)
}

/// The question for a stored delivery, with the secrets of its inbox and no others yet.
pub(super) fn asked(
    catalogue: Arc<Catalogue>,
    scheme: String,
    subject: Subject,
    whole: &Whole,
    ready: Option<&ReadyInbox>,
) -> Asked {
    Asked {
        catalogue,
        scheme,
        subject,
        candidates: ready.map(Candidates::of_inbox).unwrap_or_default(),
        config: ready.map(|ready| ready.inbox.config.clone()).unwrap_or_default(),
        now: whole.delivery.received_at,
        handler_body: None,
    }
}

/// Searches while somebody waits: the vault is asked for a part of the time, the rest goes to trying.
async fn at_once(engine: &Engine, mut asked: Asked, ready: Option<&ReadyInbox>) -> Result<Found> {
    let begun = Instant::now();
    asked.candidates.add_others(engine, ready, (begun + VAULT_AT_ONCE).into()).await?;
    asked.search_for(AT_ONCE.saturating_sub(begun.elapsed())).await
}

/// What a check says now, without the search.
fn now(schemes: &Catalogue, subject: &Subject, whole: &Whole, ready: Option<&ReadyInbox>) -> SignatureReport {
    let looks_like = subject.looks_like(schemes);
    let wanted = ready.and_then(|ready| ready.inbox.scheme.clone()).or_else(|| whole.delivery.scheme.clone());
    let mut report = match wanted.as_deref().map(|id| (id, schemes.get(id))) {
        Some((_, Some(scheme))) => {
            let empty = BTreeMap::new();
            let config = ready.map_or(&empty, |ready| &ready.inbox.config);
            let named: &[(String, SecretString)] = ready.map_or(&[], |ready| &ready.secrets);
            let ids: &[InboxSecret] = ready.map_or(&[], |ready| &ready.inbox.secrets);
            checked(subject, scheme, named, ids, config, whole.delivery.received_at)
        }
        Some((id, None)) => unchecked(Some(unknown(id))),
        None => unchecked(looks_like.as_deref().map(unchosen)),
    };
    let known = report.scheme.as_ref().map(|scheme| scheme.id.clone());
    report.looks_like = looks_like.filter(|other| Some(other) != known.as_ref());
    report.vault_problem = ready.and_then(|ready| ready.vault_problem.clone());
    report
}

/// A check of `subject` under `scheme`, as it is shown.
pub(crate) fn checked(
    subject: &Subject,
    scheme: &Scheme,
    named: &[(String, SecretString)],
    ids: &[InboxSecret],
    config: &BTreeMap<String, String>,
    at: Timestamp,
) -> SignatureReport {
    let headers = subject.borrowed();
    let secrets: Vec<&[u8]> = named.iter().map(|(_, value)| secret_bytes(value)).collect();
    let found = check(scheme, &subject.request(&headers), &secrets, config, at);
    let name = named.get(found.secret.unwrap_or(0)).map(|(name, _)| name.clone());
    SignatureReport {
        scheme: Some(scheme.info()),
        verdict: found.verdict,
        reason: found.reason,
        stored: None,
        secret_id: name.as_deref().and_then(|name| id_of(ids, name)),
        secret: name,
        signed_size: found.signed_content.iter().map(size).sum(),
        signed: found.signed_content.iter().map(|part| shown(part, &subject.body)).collect(),
        timestamp: found.timestamp,
        age_s: found.age_s,
        tolerance_s: found.max_age_s,
        diagnosis: Vec::new(),
        search: None,
        looks_like: None,
        vault_problem: None,
        received: found.received,
        computed: found.computed,
    }
}

fn id_of(secrets: &[InboxSecret], name: &str) -> Option<SecretId> {
    secrets.iter().find(|secret| secret.name == name).map(|secret| secret.id.clone())
}

/// The report of a delivery that no scheme can be checked of.
fn unchecked(cause: Option<Diagnosis>) -> SignatureReport {
    SignatureReport {
        scheme: None,
        verdict: Reason::NoSecret.verdict(),
        reason: Reason::NoSecret,
        stored: None,
        secret: None,
        secret_id: None,
        signed: Vec::new(),
        signed_size: 0,
        timestamp: None,
        age_s: None,
        tolerance_s: None,
        received: Vec::new(),
        computed: Vec::new(),
        diagnosis: cause.into_iter().collect(),
        search: None,
        looks_like: None,
        vault_problem: None,
    }
}

fn unknown(scheme: &str) -> Diagnosis {
    Diagnosis {
        code: "unknown_scheme".to_owned(),
        confidence: Confidence::Certain,
        explanation: format!("The inbox is checked under the scheme {scheme}, and there is no such scheme."),
        mend: "Put its file back into the folder of your own schemes, or choose another scheme.".to_owned(),
        action: None,
        evidence: None,
    }
}

fn unchosen(looks_like: &str) -> Diagnosis {
    Diagnosis {
        code: "no_scheme".to_owned(),
        confidence: Confidence::Possible,
        explanation: format!(
            "The inbox has no scheme, so nothing is checked; this request looks like the scheme {looks_like}."
        ),
        mend: "Choose that scheme for the inbox and enter the provider's signing secret.".to_owned(),
        action: Some(MendAction::UseScheme {
            scheme: looks_like.to_owned(),
            label: format!("Use the scheme {looks_like} and check again"),
        }),
        evidence: None,
    }
}
