//! What verification says of a delivery.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// The outcome of verification in one word.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// A signature matched a known secret and every rule of the scheme held.
    Valid,
    /// A signature is there and is not right, or a rule of the scheme was broken.
    Invalid,
    /// The scheme wants a signature and there is none.
    Unsigned,
    /// Nothing was checked: no scheme, no secret, or the scheme can't be judged here.
    Unchecked,
}

macro_rules! reasons {
    ($($(#[$doc:meta])* $variant:ident = $text:literal => $verdict:ident,)*) => {
        /// Why a verdict is what it is: the reason codes of the command line contract.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, TS)]
        #[serde(rename_all = "snake_case")]
        pub enum Reason { $($(#[$doc])* $variant,)* }

        impl Reason {
            /// Every reason, in the order in which a check can first report it.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)*];

            /// The code as it stands in JSON.
            #[must_use]
            pub const fn code(self) -> &'static str {
                match self { $(Self::$variant => $text,)* }
            }

            /// The verdict this reason leads to.
            #[must_use]
            pub const fn verdict(self) -> Verdict {
                match self { $(Self::$variant => Verdict::$verdict,)* }
            }
        }

        impl std::str::FromStr for Reason {
            type Err = ();
            fn from_str(text: &str) -> Result<Self, ()> {
                match text { $($text => Ok(Self::$variant),)* _ => Err(()) }
            }
        }
    };
}

reasons! {
    /// The signature matches.
    Ok = "ok" => Valid,
    /// The header (or field) that holds the signature is absent or empty.
    MissingSignature = "missing_signature" => Unsigned,
    /// A header the scheme needs besides the signature is absent.
    MissingHeader = "missing_header" => Invalid,
    /// The timestamp is absent.
    MissingTimestamp = "missing_timestamp" => Invalid,
    /// The signature header can't be split as the scheme says.
    MalformedSignatureHeader = "malformed_signature_header" => Invalid,
    /// The header holds signatures, but none of a version or key that the scheme accepts.
    NoAcceptableSignature = "no_acceptable_signature" => Invalid,
    /// A version header or field holds a value this scheme does not know.
    UnsupportedVersion = "unsupported_version" => Invalid,
    /// The signature does not begin with the scheme's prefix.
    WrongPrefix = "wrong_prefix" => Invalid,
    /// The signature is not text of the scheme's encoding.
    BadSignatureEncoding = "bad_signature_encoding" => Invalid,
    /// The signature header came more than once and the scheme forbids it.
    DuplicateHeader = "duplicate_header" => Invalid,
    /// No candidate matched under any secret.
    SignatureMismatch = "signature_mismatch" => Invalid,
    /// The timestamp is not of the scheme's form.
    TimestampMalformed = "timestamp_malformed" => Invalid,
    /// The signature matches, but the timestamp is older than the tolerance.
    TimestampTooOld = "timestamp_too_old" => Invalid,
    /// The signature matches, but the timestamp lies further ahead than the tolerance.
    TimestampTooNew = "timestamp_too_new" => Invalid,
    /// A digest of the body given elsewhere in the request does not match the body.
    BodyDigestMismatch = "body_digest_mismatch" => Invalid,
    /// A claim of a signed token does not match the request.
    ClaimMismatch = "claim_mismatch" => Invalid,
    /// The token names an algorithm the scheme does not allow.
    AlgNotAllowed = "alg_not_allowed" => Invalid,
    /// The request names a key that is not known here.
    UnknownKeyId = "unknown_key_id" => Invalid,
    /// The request points at a certificate on a host that the scheme does not trust.
    UntrustedCertUrl = "untrusted_cert_url" => Invalid,
    /// The request names another URL than the one configured.
    UrlMismatch = "url_mismatch" => Invalid,
    /// The secret or key can't be read as the scheme says, or is empty.
    BadKey = "bad_key" => Unchecked,
    /// The key is published where only the network knows it; nothing is fetched, and none was given.
    KeyNeeded = "key_needed" => Unchecked,
    /// The scheme needs a secret and none is known.
    NoSecret = "no_secret" => Unchecked,
    /// The check failed under a description that is itself not confirmed by the provider's documents.
    SchemeUnconfirmed = "scheme_unconfirmed" => Unchecked,
    /// The body was cut at the cap, so nothing can be said of its signature.
    BodyTooLarge = "body_too_large" => Unchecked,
    /// It is a handshake, which its sender does not sign.
    Handshake = "handshake" => Unchecked,
}

impl Verdict {
    /// The word as it stands in JSON.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Valid => "valid",
            Self::Invalid => "invalid",
            Self::Unsigned => "unsigned",
            Self::Unchecked => "unchecked",
        }
    }
}

impl std::str::FromStr for Verdict {
    type Err = ();
    fn from_str(text: &str) -> Result<Self, ()> {
        match text {
            "valid" => Ok(Self::Valid),
            "invalid" => Ok(Self::Invalid),
            "unsigned" => Ok(Self::Unsigned),
            "unchecked" => Ok(Self::Unchecked),
            _ => Err(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_what_serde_writes() {
        for reason in Reason::ALL {
            assert_eq!(serde_json::to_value(reason).unwrap(), reason.code());
            assert_eq!(reason.code().parse(), Ok(*reason));
        }
        for verdict in [Verdict::Valid, Verdict::Invalid, Verdict::Unsigned, Verdict::Unchecked] {
            assert_eq!(serde_json::to_value(verdict).unwrap(), verdict.code());
            assert_eq!(verdict.code().parse(), Ok(verdict));
        }
    }
}
