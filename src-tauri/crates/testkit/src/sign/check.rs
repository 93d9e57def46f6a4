//! Checking what [`sign`](super::sign) and the providers make: one word for a refusal, no diagnosis.

use super::{Form, PublicKeyForm, hmac_sha256, standard_bytes, standard_names};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use ed25519_dalek::{Signature, Verifier as _, VerifyingKey};
use waybill_model::Timestamp;

/// How far a signed time may lie from now, in seconds, wherever a provider names a tolerance.
pub const TOLERANCE_S: i64 = 300;

/// Why a signature was not accepted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// A header that the form needs is absent.
    #[error("the header {0} is missing")]
    Missing(&'static str),
    /// The signature header can't be read.
    #[error("the signature header can't be read")]
    Malformed,
    /// The signed time lies further than [`TOLERANCE_S`] from now.
    #[error("the signed time is too far from now")]
    Stale,
    /// The signature is not that of this body under this key.
    #[error("the signature does not match")]
    Mismatch,
    /// The receiver's key can't be read.
    #[error("the key can't be read")]
    BadKey,
}

/// Checks a request's signature at `now`. `credential` is the secret's text or the public key.
///
/// # Errors
/// The first thing that keeps the signature from being accepted.
pub fn check(
    form: Form,
    credential: &str,
    headers: &[(String, Vec<u8>)],
    body: &[u8],
    now: Timestamp,
) -> Result<(), Refusal> {
    let find = |name: &'static str| -> Result<&str, Refusal> {
        let (_, value) =
            headers.iter().find(|(have, _)| have.eq_ignore_ascii_case(name)).ok_or(Refusal::Missing(name))?;
        std::str::from_utf8(value).map_err(|_| Refusal::Malformed)
    };
    let value = find(form.header())?;
    let key = credential.as_bytes();
    let matches = |given: &str, parts: &[&[u8]]| given == hex::encode(hmac_sha256(key, parts));
    let fresh = |t: &str| match t.parse::<i64>() {
        Ok(t) if now.unix().abs_diff(t) <= TOLERANCE_S.unsigned_abs() => Ok(()),
        Ok(_) => Err(Refusal::Stale),
        Err(_) => Err(Refusal::Malformed),
    };
    let (time, good) = match form {
        Form::Mnemom => {
            let t = find("X-Webhook-Timestamp")?;
            let given = value.strip_prefix("v1=").ok_or(Refusal::Malformed)?;
            (Some(t), matches(given, &[t.as_bytes(), b".", body]))
        }
        Form::MnemomAip | Form::MnemomAap | Form::GitHub => {
            (None, matches(value.strip_prefix("sha256=").ok_or(Refusal::Malformed)?, &[body]))
        }
        Form::Timbrix => (None, matches(value, &[body])),
        Form::GitLab => (None, value == credential),
        Form::GitLabSigned | Form::Svix => {
            let (id_name, time_name) = standard_names(form);
            let (id, t) = (find(id_name)?, find(time_name)?);
            let key = standard_bytes(credential).ok_or(Refusal::BadKey)?;
            let sum = hmac_sha256(&key, &[id.as_bytes(), b".", t.as_bytes(), b".", body]);
            let expected = format!("v1,{}", BASE64.encode(sum));
            (Some(t), value.split(' ').any(|given| given == expected))
        }
        Form::MnemomCard | Form::Mynd | Form::Stripe => {
            let fields: Vec<_> = value.split(',').filter_map(|field| field.split_once('=')).collect();
            let t = fields.iter().find(|(name, _)| *name == "t").ok_or(Refusal::Malformed)?.1;
            let mut given = fields.iter().filter(|(name, _)| *name == "v1");
            (Some(t), given.any(|(_, given)| matches(given, &[t.as_bytes(), b".", body])))
        }
        Form::MindBridge => {
            let (id, t) = (find("webhook-id")?, find("webhook-timestamp")?);
            let key = PublicKeyForm::read(credential).ok_or(Refusal::BadKey)?;
            let key = VerifyingKey::from_bytes(&key).map_err(|_| Refusal::BadKey)?;
            let signed = [id.as_bytes(), b".", t.as_bytes(), b".", body].concat();
            let good = value.split(' ').filter_map(|part| part.strip_prefix("v1a,")).any(|part| {
                let bytes = BASE64.decode(part).unwrap_or_default();
                Signature::from_slice(&bytes).is_ok_and(|signature| key.verify(&signed, &signature).is_ok())
            });
            (Some(t), good)
        }
    };
    if !good {
        return Err(Refusal::Mismatch);
    }
    time.map_or(Ok(()), fresh)
}
