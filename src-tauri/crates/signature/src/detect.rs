//! Proposes the schemes that a request may be signed under, from its form alone.
//!
//! The name of a header does not tell the scheme: a scheme is proposed only when everything it demands
//! is there and the signature has its form and length. Nothing is verified here.

use crate::algorithm::Family;
use crate::carried::{decoded, signature_values};
use crate::catalogue::Catalogue;
use crate::describe::Component;
use crate::reader::Reader;
use crate::request::Request;
use crate::require::requirements;
use crate::scheme::Scheme;
use crate::time;
use crate::token;
use std::collections::BTreeMap;

/// A scheme that a request may be signed under.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Proposal {
    /// The scheme's id.
    pub scheme: String,
    /// How much speaks for it; only the order among proposals means something.
    pub score: i64,
}

/// The schemes that fit `request`, the likeliest first.
#[must_use]
pub fn detect(catalogue: &Catalogue, request: &Request<'_>) -> Vec<Proposal> {
    let fits = |scheme: &Scheme| {
        score(scheme, request).map(|score| Proposal { scheme: scheme.id().to_owned(), score })
    };
    let mut proposals: Vec<Proposal> = catalogue.schemes().filter_map(fits).collect();
    proposals.sort_by(|a, b| b.score.cmp(&a.score).then_with(|| a.scheme.cmp(&b.scheme)));
    proposals
}

/// How much speaks for `scheme`; `None` when something speaks against it.
fn score(scheme: &Scheme, request: &Request<'_>) -> Option<i64> {
    let config = BTreeMap::new();
    let reader = Reader::new(*request, &config, &scheme.pointers);
    let rule = &scheme.signature;
    requirements(scheme, &reader).ok()?;
    let values = signature_values(rule, &reader).ok()?;
    let split = rule.format.split(values.iter().map(AsRef::as_ref), &config).ok()?;
    let signatures = decoded(rule, &split.candidates).ok()?;
    if let Some(rule) = &scheme.token {
        split.candidates.iter().find(|token| token::is_one(token, rule))?;
    }
    let length = scheme.algorithm.signature_length();
    if !signatures.iter().any(|bytes| length.is_none_or(|length| bytes.len() == length)) {
        return None;
    }
    let mut score = if scheme.algorithm.family() == Family::Token { 20 } else { 100 };
    if let Some(rule) = &scheme.timestamp {
        time::read(&rule.units, reader.read(&rule.from, &split.fields)?.as_ref())?;
        score += 20;
    }
    for component in scheme.messages.first().into_iter().flatten() {
        if let Component::Header(names) = component {
            reader.header(names)?;
            score += 20;
        }
    }
    score += 10 * i64::try_from(scheme.requirements.len()).unwrap_or_default();
    let marks = &scheme.detect;
    let seen = marks.headers.iter().filter(|name| request.has_header(&name.0)).count();
    score += 30 * i64::try_from(seen).unwrap_or_default();
    if let (Some(mark), Some(agent)) = (&marks.user_agent, request.header("user-agent")) {
        let agent = String::from_utf8_lossy(agent).to_ascii_lowercase();
        score += if agent.contains(&mark.to_ascii_lowercase()) { 50 } else { 0 };
    }
    if scheme.unconfirmed {
        score -= 50;
    }
    Some(score + i64::from(marks.priority))
}
