//! `[jws]`: what a signed token must hold besides its signature (RFC 7515 and 7519).

use super::component::Message;
use super::file::body_digest_mismatch;
use crate::algorithm::{Family, Hash, Padding, PointForm};
use crate::encoding::Encoding;
use serde::Deserialize;
use std::collections::BTreeMap;
use waybill_model::Reason;

/// An algorithm that a token can name (RFC 7518 section 3.1, RFC 8037 section 3.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
pub(crate) enum TokenAlgorithm {
    #[serde(rename = "HS256")]
    Hs256,
    #[serde(rename = "HS384")]
    Hs384,
    #[serde(rename = "HS512")]
    Hs512,
    #[serde(rename = "RS256")]
    Rs256,
    #[serde(rename = "PS256")]
    Ps256,
    #[serde(rename = "ES256")]
    Es256,
    #[serde(rename = "EdDSA")]
    EdDsa,
}

impl TokenAlgorithm {
    /// Its name in a token.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Hs256 => "HS256",
            Self::Hs384 => "HS384",
            Self::Hs512 => "HS512",
            Self::Rs256 => "RS256",
            Self::Ps256 => "PS256",
            Self::Es256 => "ES256",
            Self::EdDsa => "EdDSA",
        }
    }

    /// What it is computed with.
    pub(crate) const fn family(self) -> Family {
        match self {
            Self::Hs256 => Family::Mac(Hash::Sha256),
            Self::Hs384 => Family::Mac(Hash::Sha384),
            Self::Hs512 => Family::Mac(Hash::Sha512),
            Self::Rs256 => Family::Rsa(Hash::Sha256, Padding::Pkcs1v15),
            Self::Ps256 => Family::Rsa(Hash::Sha256, Padding::Pss),
            Self::Es256 => Family::P256(PointForm::Raw),
            Self::EdDsa => Family::Ed25519,
        }
    }
}

/// What a token must hold.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct TokenRule {
    /// The algorithms that count; a token with another is refused before any key is looked at.
    pub(crate) algorithms: Vec<TokenAlgorithm>,
    /// Claims with a fixed text.
    #[serde(default)]
    pub(crate) claims: BTreeMap<String, String>,
    /// Claims that must be there.
    #[serde(default)]
    pub(crate) required: Vec<String>,
    /// Claims that hold a digest of something of the request.
    #[serde(default)]
    pub(crate) bind: Vec<Binding>,
    /// Seconds that the clocks may differ by, for `exp` and `nbf`.
    #[serde(default)]
    pub(crate) leeway: u64,
    /// Seconds that may have passed since `iat`; absent: `iat` is not looked at.
    pub(crate) max_age: Option<u64>,
    /// For signing: seconds from `nbf` to `exp`; absent: neither is written.
    pub(crate) lifetime: Option<u64>,
    /// For signing: the claim that takes the event's new id.
    pub(crate) id: Option<String>,
}

impl TokenRule {
    /// Whether shared secrets count as well as key pairs.
    pub(crate) fn takes_both_kinds(&self) -> bool {
        let shared = |one: &TokenAlgorithm| matches!(one.family(), Family::Mac(_));
        self.algorithms.iter().any(shared) && !self.algorithms.iter().all(shared)
    }
}

/// A claim that is the digest of something of the request.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Binding {
    pub(crate) claim: String,
    pub(crate) hash: Hash,
    pub(crate) encoding: Encoding,
    /// Of what.
    pub(crate) of: Message,
    /// The claim is absent when there is nothing to take a digest of.
    #[serde(default)]
    pub(crate) absent_when_empty: bool,
    /// What is reported when they differ.
    #[serde(default = "body_digest_mismatch")]
    pub(crate) reason: Reason,
}
