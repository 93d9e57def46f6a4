//! Makes a JSON web signature for a request: the inverse of what `token` checks.
//!
//! The claims of a token that is already there stay, but for those that the scheme itself writes: what is
//! fixed, what is bound to the request, and the times.

use crate::algorithm::Family;
use crate::cannot_sign::CannotSign;
use crate::carried::signature_values;
use crate::describe::{TokenAlgorithm, TokenRule};
use crate::encoding::Encoding;
use crate::key::Key;
use crate::private::{PrivateKey, private_key};
use crate::reader::Reader;
use crate::scheme::Scheme;
use crate::token::binding_text;
use serde_json::{Map, Value, json};
use waybill_model::Timestamp;

/// Seconds that a token lasts which names its end, when neither scheme nor old token says how long.
const LIFETIME_S: i64 = 60;

/// What signs.
enum Signer {
    Shared(Key),
    Private(PrivateKey),
}

impl Signer {
    fn serves(&self, algorithm: TokenAlgorithm) -> bool {
        match self {
            Self::Shared(_) => matches!(algorithm.family(), Family::Mac(_)),
            Self::Private(key) => key.serves(algorithm.family()),
        }
    }

    fn signs(&self, algorithm: TokenAlgorithm, text: &[u8]) -> Option<Vec<u8>> {
        match (self, algorithm.family()) {
            (Self::Shared(Key::Bytes(bytes)), Family::Mac(hash)) => hash.mac(bytes, &[text]),
            (Self::Private(key), family) => key.signs(family, &[text]),
            _ => None,
        }
    }
}

/// The token for the request that `reader` holds, as of `now`.
pub(crate) fn token(
    scheme: &Scheme,
    rule: &TokenRule,
    reader: &Reader<'_>,
    secret: &[u8],
    now: Timestamp,
    new_id: Option<&str>,
) -> Result<String, CannotSign> {
    let (old_header, old_claims) = old(scheme, reader);
    let signer = signer(scheme, rule, secret)?;
    let named = old_header.get("alg").and_then(Value::as_str);
    let mut fitting = rule.algorithms.iter().copied().filter(|one| signer.serves(*one));
    let kept = fitting.clone().find(|one| Some(one.name()) == named);
    let no_key = || CannotSign::NoPrivateKey { scheme: scheme.id.clone() };
    let algorithm = kept.or_else(|| fitting.next()).ok_or_else(no_key)?;

    let mut header = json!({ "alg": algorithm.name(), "typ": "JWT" });
    if let Some(kid) = old_header.get("kid").filter(|kid| kid.is_string()) {
        header["kid"] = kid.clone();
    }
    let claims = claims(scheme, rule, reader, old_claims, now, new_id)?;
    let part = |value: &Value| Encoding::Base64url.encode(value.to_string().as_bytes()).unwrap_or_default();
    let signed = format!("{}.{}", part(&header), part(&Value::Object(claims)));
    let signature = signer.signs(algorithm, signed.as_bytes()).ok_or_else(no_key)?;
    Ok(format!("{signed}.{}", Encoding::Base64url.encode(&signature).unwrap_or_default()))
}

fn signer(scheme: &Scheme, rule: &TokenRule, secret: &[u8]) -> Result<Signer, CannotSign> {
    if let Some(key) = private_key(secret, Family::Jws) {
        return Ok(Signer::Private(key));
    }
    let shared = rule.algorithms.iter().any(|one| matches!(one.family(), Family::Mac(_)));
    if !shared {
        return Err(CannotSign::NoPrivateKey { scheme: scheme.id.clone() });
    }
    let mut keys = scheme.readings.iter().flat_map(|reading| reading.keys(secret, Family::Jws));
    let key = keys.find(|named| matches!(named.key, Key::Bytes(_)));
    key.map(|named| Signer::Shared(named.key)).ok_or_else(|| CannotSign::BadKey { scheme: scheme.id.clone() })
}

/// Header and claims of the token that the request carries; empty where it carries none.
fn old(scheme: &Scheme, reader: &Reader<'_>) -> (Map<String, Value>, Map<String, Value>) {
    let values = signature_values(&scheme.signature, reader).unwrap_or_default();
    let split = scheme.signature.format.split(values.iter().map(AsRef::as_ref), reader.config);
    let text = split.ok().and_then(|split| split.candidates.first().map(|text| text.to_vec()));
    let text = text.unwrap_or_default();
    let mut parts = text.split(|&byte| byte == b'.').map(|part| {
        let bytes = Encoding::Base64url.decode(part, true)?;
        serde_json::from_slice(&bytes).ok()
    });
    let mut next = || parts.next().flatten().unwrap_or_default();
    (next(), next())
}

fn claims(
    scheme: &Scheme,
    rule: &TokenRule,
    reader: &Reader<'_>,
    mut claims: Map<String, Value>,
    now: Timestamp,
    new_id: Option<&str>,
) -> Result<Map<String, Value>, CannotSign> {
    for (name, text) in &rule.claims {
        claims.insert(name.clone(), json!(text));
    }
    for binding in &rule.bind {
        let missing = |_| CannotSign::Missing {
            scheme: scheme.id.clone(),
            what: format!("the claim {}", binding.claim),
        };
        match binding_text(binding, reader).map_err(missing)? {
            Some(text) => drop(claims.insert(binding.claim.clone(), json!(text))),
            None => drop(claims.remove(&binding.claim)),
        }
    }
    let number = |claims: &Map<String, Value>, name: &str| claims.get(name).and_then(Value::as_i64);
    let begun = number(&claims, "nbf").or_else(|| number(&claims, "iat"));
    let lasted = number(&claims, "exp").zip(begun).map(|(end, begin)| end.saturating_sub(begin));
    let lifetime = rule.lifetime.and_then(|seconds| i64::try_from(seconds).ok());
    let lasts = lifetime.or(lasted.filter(|seconds| *seconds > 0)).unwrap_or(LIFETIME_S);
    let (at, end) = (now.unix(), now.unix().saturating_add(lasts));
    let written = |claims: &Map<String, Value>, name: &str| {
        claims.contains_key(name) || rule.required.iter().any(|required| required == name)
    };
    for (name, always, value) in [
        ("iat", rule.max_age.is_some(), at),
        ("nbf", rule.lifetime.is_some(), at),
        ("exp", rule.lifetime.is_some(), end),
    ] {
        if always || written(&claims, name) {
            claims.insert(name.to_owned(), json!(value));
        }
    }
    if let (Some(claim), Some(id)) = (&rule.id, new_id) {
        claims.insert(claim.clone(), json!(id));
    }
    Ok(claims)
}
