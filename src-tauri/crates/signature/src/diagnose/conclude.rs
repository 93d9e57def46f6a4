//! From what matched, or from the fact that nothing did, to causes with sentences and mends.

use super::body::change;
use super::difference::differences;
use super::facts;
use super::keys::is_own;
use super::plan::Plan;
use super::question::Role;
use super::report::{Action, Cause, Confidence, Evidence};
use super::search::{Match, Search, is_match};
use super::secret_change::SecretChange;
use super::timestamps::window;
use super::variation::{Kind, Variation, used_address};
use super::words::words;
use waybill_model::Reason;

/// A cause in the words of its code.
pub(super) fn cause(code: &'static str, confidence: Confidence, detail: &str) -> Cause {
    // A secret of this user's own that fits is told apart from one that nobody has.
    let (sentence, mend) = words(code);
    let explanation =
        if detail.is_empty() { format!("{sentence}.") } else { format!("{sentence}: {detail}.") };
    let code = if code == "other_secret" { "wrong_secret" } else { code };
    Cause { code, confidence, explanation, mend: mend.to_owned(), action: None, evidence: None }
}

/// What needs no search: a right signature, a stale one, half a body, a handshake.
pub(super) fn at_once(search: &Search<'_>) -> Option<Vec<Cause>> {
    let plan = search.plan.as_ref()?;
    let question = &search.question;
    let handler = handler(search, is_match(plan.first.strict_reason));
    match plan.first.strict_reason {
        Reason::Ok => Some(handler.into_iter().collect()),
        Reason::TimestampTooOld | Reason::TimestampTooNew => {
            let code = window(question, &plan.first, plan.reading.timestamp.as_deref());
            let mut causes: Vec<Cause> = handler.into_iter().collect();
            let mut first = cause(code, Confidence::Certain, &age(plan));
            first.action = (code != "timestamp_unit").then_some(Action::SignAgain);
            first.evidence = Some(signatures(plan));
            causes.push(first);
            let other = if code == "clock_skew" { "timestamp_expired" } else { "clock_skew" };
            if code != "timestamp_unit" && plan.first.age_s.is_some_and(|age| age >= 0) {
                causes.push(cause(other, Confidence::Possible, ""));
            }
            Some(causes)
        }
        Reason::BodyTooLarge => Some(vec![cause("body_truncated", Confidence::Certain, "")]),
        Reason::MissingSignature => {
            facts::handshake(question).map(|name| vec![cause("handshake", Confidence::Certain, &name)])
        }
        _ => None,
    }
}

fn age(plan: &Plan<'_>) -> String {
    let Some(age) = plan.first.age_s else { return String::new() };
    let limit = if age < 0 { plan.first.max_future_s } else { plan.first.max_age_s };
    let side = if age < 0 { "ahead" } else { "old" };
    let limit = limit.map(|limit| format!(", and {limit} s are taken")).unwrap_or_default();
    format!("it is {} s {side}{limit}", age.unsigned_abs())
}

/// What the user's own handler did to the body.
fn handler(search: &Search<'_>, verified: bool) -> Option<Cause> {
    let received = search.question.request.body;
    let seen = search.question.handler_body.filter(|seen| *seen != received)?;
    let confidence = if verified { Confidence::Certain } else { Confidence::Likely };
    let mut cause = cause(change(received, seen), confidence, "the handler saw other bytes than arrived");
    cause.evidence = Some(compared("body", seen, received));
    Some(cause)
}

/// Two texts beside each other.
pub(super) fn compared(what: &str, received: &[u8], signed: &[u8]) -> Evidence {
    let size = |bytes: &[u8]| u64::try_from(bytes.len()).unwrap_or(u64::MAX);
    Evidence {
        what: what.to_owned(),
        received_size: size(received),
        signed_size: size(signed),
        differences: differences(received, signed),
        computed: None,
        received_signature: None,
    }
}

fn signatures(plan: &Plan<'_>) -> Evidence {
    Evidence {
        what: "signature".to_owned(),
        computed: plan.first.computed.first().cloned(),
        received_signature: plan.first.received.first().cloned(),
        ..Evidence::default()
    }
}

fn with_signatures(mut evidence: Evidence, plan: &Plan<'_>) -> Evidence {
    evidence.computed = plan.first.computed.first().cloned();
    evidence.received_signature = plan.first.received.first().cloned();
    evidence
}

/// What stands around a stored secret, without saying any of it.
fn surplus(change: Option<SecretChange>, stored: &[u8]) -> &'static str {
    let tail = stored.get(stored.trim_ascii_end().len()..).unwrap_or_default();
    let head = stored.len() > stored.trim_ascii_start().len();
    match change {
        Some(SecretChange::Trim) if tail.contains(&b'\n') && !head => "a line end at its end",
        Some(SecretChange::Trim) if !tail.is_empty() && !head => "blanks at its end",
        Some(SecretChange::Trim) if head && tail.is_empty() => "blanks at its beginning",
        Some(SecretChange::Trim) => "blanks on both sides",
        Some(SecretChange::Unquote) => "quotes around it",
        Some(SecretChange::UnescapeLineEnds) => "line ends written as \\n",
        _ => "",
    }
}

/// The causes that a match proves, all of which have to be mended.
pub(super) fn proved(search: &Search<'_>, found: &Match) -> Vec<Cause> {
    let Some(plan) = &search.plan else { return Vec::new() };
    let question = &search.question;
    let mut causes = Vec::new();
    if let Some((id, candidate)) = &found.scheme {
        let title = search.catalogue.get(id).map_or_else(|| id.clone(), |scheme| scheme.title.clone());
        let mut one = cause("wrong_scheme", Confidence::Certain, &format!("{title} ({id})"));
        one.action = Some(Action::UseScheme { id: id.clone() });
        one.evidence = Some(signatures(plan));
        causes.push(one);
        if question.candidates.get(*candidate).is_some_and(|one| !is_own(one)) {
            causes.push(of_candidate(search, *candidate));
        }
    }
    if let Some(key) = found.key.and_then(|key| plan.keys.get(key)) {
        if !key.own {
            causes.push(of_candidate(search, key.candidate));
        }
        if let Some(fault) = key.fault {
            let index = key.candidate;
            let stored = question.candidates.get(index).map_or(&[][..], |one| one.bytes);
            let mut one = cause(fault.code, Confidence::Certain, surplus(fault.change, stored));
            one.action = match fault.change {
                Some(change) => Some(Action::RestateSecret { index, change }),
                None if fault.code == "empty_secret" => Some(Action::AddSecret),
                None => None,
            };
            one.evidence = Some(signatures(plan));
            causes.push(one);
        }
    }
    let variation = found.variation.and_then(|place| plan.variations.get(place));
    causes.extend(variation.map(|variation| of_variation(search, plan, variation)));
    if let Some(hash) = found.hash.filter(|_| !causes.iter().any(|one| one.code == "wrong_hash_algorithm")) {
        let mut one = cause("wrong_hash_algorithm", Confidence::Certain, &format!("it is {}", hash.word()));
        one.evidence = Some(signatures(plan));
        causes.push(one);
    }
    for code in &found.form {
        // Whoever doubles a header breaks its form too.
        if !causes.iter().any(|known| known.code == *code || known.code == "wrong_header") {
            let mut one = cause(code, Confidence::Certain, "");
            one.evidence = Some(signatures(plan));
            causes.push(one);
        }
    }
    if causes.is_empty() {
        // Secret, message and signature are right: something else stopped the check.
        causes.extend(facts::of_reason(search, plan, Confidence::Certain));
    }
    if causes.len() > 1 {
        for one in &mut causes {
            one.explanation.push_str(" This is one of several things that are wrong at once.");
        }
    }
    causes.extend(handler(search, false));
    causes
}

/// The cause that another candidate than the inbox's fits.
fn of_candidate(search: &Search<'_>, index: usize) -> Cause {
    let Some(candidate) = search.question.candidates.get(index) else {
        return cause("wrong_secret", Confidence::Certain, "");
    };
    let (code, what) = match candidate.role {
        Role::Previous => ("secret_rotated", "the previous one of"),
        Role::Retired => ("secret_rotated", "a retired one of"),
        Role::Token => ("other_secret", "an API token,"),
        Role::Current | Role::PublicKey => ("other_secret", "it is"),
    };
    let mut one = cause(code, Confidence::Certain, &format!("{what} {:?}", candidate.name));
    one.action = Some(Action::UseCandidate { index });
    one.evidence = search.plan.as_ref().map(signatures);
    one
}

fn of_variation(search: &Search<'_>, plan: &Plan<'_>, variation: &Variation) -> Cause {
    let question = &search.question;
    let detail = match &variation.kind {
        Kind::Body(rewriting) => {
            let title = rewriting.title();
            if title.is_empty() { title } else { format!("signed was the body {title}") }
        }
        Kind::Address(url) => format!("signed was {url}"),
        Kind::Timestamp(text) => format!("signed was {text}"),
        Kind::Unkeyed(_) => "a plain hash without HMAC".to_owned(),
        _ => variation.detail.clone(),
    };
    let mut one = cause(variation.code, Confidence::Certain, &detail);
    one.action.clone_from(&variation.action);
    let body = question.request.body;
    let evidence = match &variation.kind {
        Kind::Body(rewriting) => {
            rewriting.apply(&plan.original).map(|signed| compared("body", body, &signed))
        }
        Kind::Address(url) => Some(compared("url", used_address(question).as_bytes(), url.as_bytes())),
        Kind::Timestamp(text) => {
            plan.reading.timestamp.as_ref().map(|old| compared("timestamp", old, text.as_bytes()))
        }
        Kind::Message(template) | Kind::Unkeyed(template) => {
            let old = plan.reading.templates.first();
            old.map(|old| compared("signed content", &old.text(body), &template.text(body)))
        }
        Kind::Headers(_) | Kind::Scheme(_) | Kind::Config(_) => None,
    };
    one.evidence = Some(with_signatures(evidence.unwrap_or_else(|| signatures(plan)), plan));
    one
}

/// What can be said when no trial matched: what the request itself shows first, then what can't be ruled
/// out.
pub(super) fn nothing_fits(search: &Search<'_>) -> Vec<Cause> {
    let Some(plan) = &search.plan else { return Vec::new() };
    let mut causes: Vec<Cause> = handler(search, false).into_iter().collect();
    causes.extend(facts::of_request(search, plan));
    causes.extend(facts::of_reason(search, plan, Confidence::Likely));
    let mut last = cause("wrong_secret", Confidence::Possible, "nothing that was tried fits");
    last.evidence = Some(signatures(plan));
    last.action = Some(Action::AddSecret);
    causes.push(last);
    causes.push(cause("body_tampered", Confidence::Possible, ""));
    causes.sort_by_key(|one| one.confidence);
    let mut known: Vec<&'static str> = Vec::new();
    causes.retain(|one| {
        let new = !known.contains(&one.code);
        known.push(one.code);
        new
    });
    causes
}
