//! Checks a JSON web signature in its compact form (RFC 7515 section 7.1) and the claims in it.
//!
//! The token's algorithm is held against the scheme's list before any key is looked at, and each key
//! serves only algorithms of its own kind: a public key is never a shared secret. Claims are looked at
//! after the signature, and time last.

use crate::algorithm::{Family, same};
use crate::describe::{Binding, TokenAlgorithm, TokenRule};
use crate::encoding::Encoding;
use crate::key::{Key, NamedKey};
use crate::message::{Material, PartKind, slices};
use crate::reader::Reader;
use crate::time::Instant;
use crate::verification::{Part, PartContent, Verification};
use crate::verify::Check;
use serde::Deserialize;
use serde_json::{Map, Value};
use waybill_model::Reason;

/// Tokens of one request that are looked at.
const MAX_TOKENS: usize = 8;

/// Keys that are tried for one token.
const MAX_KEYS: usize = 64;

/// What a token says of itself.
#[derive(Deserialize)]
struct Header {
    alg: String,
    kid: Option<String>,
    /// Extensions that must be understood; none is known here.
    crit: Option<Value>,
}

/// A token taken apart.
struct Token<'t> {
    /// What is signed: header and claims as they are written.
    signed: &'t [u8],
    payload: &'t [u8],
    signature: &'t [u8],
    header: Header,
}

/// Takes `text` apart; what is no token at all has no header.
fn take_apart(text: &[u8]) -> Result<Token<'_>, Reason> {
    let fault = Reason::MalformedSignatureHeader;
    let mut dots = text.iter().enumerate().filter(|(_, byte)| **byte == b'.').map(|(at, _)| at);
    let (Some(first), Some(second), None) = (dots.next(), dots.next(), dots.next()) else {
        return Err(fault);
    };
    let part = |range: std::ops::Range<usize>| text.get(range).unwrap_or_default();
    let header = decode(part(0..first)).ok_or(fault)?;
    let header: Header = serde_json::from_slice(&header).map_err(|_| fault)?;
    Ok(Token {
        signed: part(0..second),
        payload: part(first + 1..second),
        signature: part(second + 1..text.len()),
        header,
    })
}

/// Base64url without padding: RFC 7515 section 2 allows no other.
fn decode(text: &[u8]) -> Option<Vec<u8>> {
    if text.contains(&b'=') { None } else { Encoding::Base64url.decode(text, true) }
}

/// Whether `text` is a token of an algorithm that `rule` takes.
pub(crate) fn is_one(text: &[u8], rule: &TokenRule) -> bool {
    take_apart(text).is_ok_and(|token| algorithm(&token, rule).is_some())
}

fn algorithm(token: &Token<'_>, rule: &TokenRule) -> Option<TokenAlgorithm> {
    rule.algorithms.iter().copied().find(|one| one.name() == token.header.alg)
}

/// Whether any of `tokens` is genuine and belongs to the request; the first one's fault when none is.
pub(crate) fn check(
    check: &Check<'_, '_>,
    rule: &TokenRule,
    tokens: &[&[u8]],
    found: &mut Verification,
) -> Result<(), Reason> {
    found.max_age_s = rule.max_age;
    let mut fault = Reason::MissingSignature;
    for (index, text) in tokens.iter().take(MAX_TOKENS).enumerate() {
        match check_one(check, rule, text, found) {
            Ok(()) => return Ok(()),
            Err(reason) if index == 0 => fault = reason,
            Err(_) => {}
        }
    }
    Err(fault)
}

fn check_one(
    check: &Check<'_, '_>,
    rule: &TokenRule,
    text: &[u8],
    found: &mut Verification,
) -> Result<(), Reason> {
    let token = take_apart(text)?;
    if check.shows {
        found.signed_content = vec![Part {
            kind: PartKind::Field,
            label: "token".to_owned(),
            content: PartContent::Bytes(token.signed.to_vec()),
        }];
    }
    let algorithm = algorithm(&token, rule).ok_or(Reason::AlgNotAllowed)?;
    if token.header.crit.is_some() {
        return Err(Reason::MalformedSignatureHeader);
    }
    let claims: Option<Map<String, Value>> =
        decode(token.payload).and_then(|payload| serde_json::from_slice(&payload).ok());
    let issued = claims.as_ref().and_then(|claims| claims.get("iat").or_else(|| claims.get("nbf")));
    if let Some(instant) = issued.and_then(instant) {
        found.timestamp = Some(instant.unix());
        found.age_s = Some(instant.age_s(check.now));
    }

    let keys = check.keys(Family::Jws)?;
    check.whole_body()?;
    let keys = chosen(&keys, &token.header, algorithm)?;
    let signature = decode(token.signature).ok_or(Reason::BadSignatureEncoding)?;
    found.secret = None;
    let matched = matching(&keys, algorithm, &token, &signature, check.shows.then_some(&mut *found));
    found.secret = Some(matched.ok_or(Reason::SignatureMismatch)?);

    let claims = claims.ok_or(Reason::MalformedSignatureHeader)?;
    for (name, expected) in &rule.claims {
        let fits = |value: &Value| value.as_str() == Some(expected);
        let listed = |value: &Value| value.as_array().is_some_and(|list| list.iter().any(fits));
        if !claims.get(name).is_some_and(|value| fits(value) || listed(value)) {
            return Err(Reason::ClaimMismatch);
        }
    }
    if rule.required.iter().any(|name| claims.get(name).is_none_or(Value::is_null)) {
        return Err(Reason::ClaimMismatch);
    }
    for binding in &rule.bind {
        bound(binding, &claims, check.reader)?;
    }
    in_time(check, rule, &claims)
}

/// The keys that the token may be signed with.
fn chosen<'k>(
    keys: &'k [(usize, NamedKey)],
    header: &Header,
    algorithm: TokenAlgorithm,
) -> Result<Vec<&'k (usize, NamedKey)>, Reason> {
    let by_id = |named: &NamedKey| match (&named.id, &header.kid) {
        (Some(id), Some(wanted)) => id == wanted,
        _ => true,
    };
    let fits = |named: &NamedKey| named.algorithm.as_ref().is_none_or(|name| name == algorithm.name());
    let known: Vec<_> = keys.iter().filter(|(_, named)| by_id(named)).take(MAX_KEYS).collect();
    if known.is_empty() {
        return Err(Reason::UnknownKeyId);
    }
    Ok(known.into_iter().filter(|(_, named)| fits(named)).collect())
}

fn matching(
    keys: &[&(usize, NamedKey)],
    algorithm: TokenAlgorithm,
    token: &Token<'_>,
    signature: &[u8],
    mut found: Option<&mut Verification>,
) -> Option<usize> {
    let first_secret = keys.first().map(|(secret, _)| *secret);
    let mut matched = None;
    for (secret, named) in keys {
        let fits = match (algorithm.family(), &named.key) {
            (Family::Mac(hash), Key::Bytes(bytes)) => {
                let computed = hash.mac(bytes, &[token.signed]).unwrap_or_default();
                if let (Some(found), true) = (&mut found, Some(*secret) == first_secret) {
                    let text = Encoding::Base64url.encode(&computed).unwrap_or_default();
                    found.computed.push(format!("{}.{text}", String::from_utf8_lossy(token.signed)));
                }
                !computed.is_empty() && same(signature, &computed)
            }
            (family, key) => key.verifies(family, &[token.signed], signature),
        };
        if fits {
            matched = matched.or(Some(*secret));
        }
    }
    matched
}

/// The digest that a binding asks for, written as it asks; `None` where there is nothing to take it of.
pub(crate) fn binding_text(binding: &Binding, reader: &Reader<'_>) -> Result<Option<String>, Reason> {
    let material = Material { reader, fields: &[], timestamp: None };
    let pieces = material.pieces(&binding.of.0)?;
    let content = slices(&pieces, &[]);
    if binding.absent_when_empty && content.iter().all(|part| part.is_empty()) {
        return Ok(None);
    }
    Ok(binding.encoding.encode(&binding.hash.digest(&content)))
}

fn bound(binding: &Binding, claims: &Map<String, Value>, reader: &Reader<'_>) -> Result<(), Reason> {
    let expected = binding_text(binding, reader)?;
    let given = claims.get(&binding.claim).filter(|value| !value.is_null());
    let bytes = |text: &str| binding.encoding.decode(text.as_bytes(), true);
    let fits = match (&expected, given) {
        (None, None) => true,
        (Some(expected), Some(Value::String(given))) => match (bytes(expected), bytes(given)) {
            (Some(expected), Some(given)) => same(&expected, &given),
            _ => false,
        },
        _ => false,
    };
    if fits { Ok(()) } else { Err(binding.reason) }
}

/// A `NumericDate` (RFC 7519 section 2): seconds, a fraction allowed.
fn instant(value: &Value) -> Option<Instant> {
    let seconds = value.as_i64().or_else(|| {
        let seconds = value.as_f64().filter(|seconds| seconds.abs() < 1e15)?;
        // Within the bound every whole number is exact.
        #[allow(clippy::cast_possible_truncation, reason = "the bound is far below the type's")]
        let whole = seconds.floor() as i64;
        Some(whole)
    })?;
    Some(Instant::from_unix(seconds))
}

fn in_time(check: &Check<'_, '_>, rule: &TokenRule, claims: &Map<String, Value>) -> Result<(), Reason> {
    let read = |name: &str| match claims.get(name) {
        None | Some(Value::Null) => Ok(None),
        Some(value) => instant(value).map(Some).ok_or(Reason::TimestampMalformed),
    };
    let leeway = Some(rule.leeway);
    if let Some(max_age) = rule.max_age {
        let issued = read("iat")?.ok_or(Reason::MissingTimestamp)?;
        issued.judge(check.now, Some(max_age.saturating_add(rule.leeway)), None)?;
    }
    // A token ends at the instant `exp` names, not after it (RFC 7519 section 4.1.4).
    if let Some(end) = read("exp")? {
        let last = Instant::from_unix(end.unix().saturating_sub(1));
        last.judge(check.now, leeway, None)?;
    }
    if let Some(begin) = read("nbf")? {
        begin.judge(check.now, None, leeway)?;
    }
    Ok(())
}
