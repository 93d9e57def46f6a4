//! Why a request can't be signed, and what to do then.

use waybill_model::{ErrorCode, Failure};

/// Why a request can't be signed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CannotSign {
    /// The scheme verifies with a public key, and what was given is no private key.
    #[error("signing under {scheme} needs a private key of its kind (PKCS#8 as PEM or base64)")]
    NoPrivateKey {
        /// The scheme's id.
        scheme: String,
    },
    /// The secret can't be read as the scheme says, or is empty.
    #[error("the secret can't be read as {scheme} says, or is empty")]
    BadKey {
        /// The scheme's id.
        scheme: String,
    },
    /// A header that is signed is neither in the request nor given.
    #[error("the request has no {name}, which {scheme} signs")]
    MissingHeader {
        /// The scheme's id.
        scheme: String,
        /// The header.
        name: String,
    },
    /// Something else that is signed is not there.
    #[error("{what}, which {scheme} signs, is not there")]
    Missing {
        /// The scheme's id.
        scheme: String,
        /// What is missing, as the scheme calls it.
        what: String,
    },
    /// The scheme puts signature or timestamp where they can't be written.
    #[error("{scheme} puts its signature or time into {place}, which can't be written here")]
    Place {
        /// The scheme's id.
        scheme: String,
        /// Where that is.
        place: String,
    },
    /// A value can't stand in a header.
    #[error("the value for {name} can't stand in a header")]
    BadValue {
        /// The header.
        name: String,
    },
}

impl From<CannotSign> for Failure {
    fn from(cause: CannotSign) -> Self {
        let hint = match &cause {
            CannotSign::NoPrivateKey { .. } => {
                "Send it as recorded, or give a development key pair's private half."
            }
            CannotSign::BadKey { .. } => "Check that the secret belongs to this scheme.",
            CannotSign::MissingHeader { .. } => "Give the id, or put the header into the request.",
            CannotSign::Missing { .. } => "Give what is missing, or choose another scheme.",
            CannotSign::Place { .. } => "Send it as recorded.",
            CannotSign::BadValue { .. } => "Use visible ASCII characters.",
        };
        Self::new(ErrorCode::CannotSign, format!("Not signed: {cause}.")).hint(hint)
    }
}
