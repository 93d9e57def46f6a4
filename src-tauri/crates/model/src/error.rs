//! Errors as codes. A code exists only where somebody acts on it: an exit status, words and an action
//! in the window, a test. The words for the person stand beside the code: what happened, what was
//! not done, and what to do next.

use serde::{Deserialize, Serialize};
use std::fmt;
use ts_rs::TS;

/// The result of every use case.
pub type Result<T, E = Failure> = std::result::Result<T, E>;

macro_rules! codes {
    ($($(#[$doc:meta])* $variant:ident = $text:literal, exit $exit:literal;)*) => {
        /// What went wrong, as something a program can act on.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, TS)]
        #[serde(rename_all = "snake_case")]
        pub enum ErrorCode { $($(#[$doc])* $variant,)* }

        impl ErrorCode {
            /// Every code.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)*];

            /// The code as it stands in JSON.
            #[must_use]
            pub const fn code(self) -> &'static str {
                match self { $(Self::$variant => $text,)* }
            }

            /// The exit status of the command line for it.
            #[must_use]
            pub const fn exit_status(self) -> u8 {
                match self { $(Self::$variant => $exit,)* }
            }
        }
    };
}

codes! {
    /// The request is not well formed: a missing or impossible value.
    InvalidInput = "invalid_input", exit 2;
    /// A query of the query language has a fault; `details` holds `{start, end}` in characters.
    InvalidQuery = "invalid_query", exit 2;
    /// A scheme or provider file has a fault; `details` holds `{file, line, column}`.
    InvalidDescription = "invalid_description", exit 2;
    /// No scheme of that id.
    UnknownScheme = "unknown_scheme", exit 3;
    /// No provider of that id.
    UnknownProvider = "unknown_provider", exit 3;
    /// No such delivery, inbox, connection, endpoint, secret or job.
    NotFound = "not_found", exit 3;
    /// A thing of that name exists already.
    AlreadyExists = "already_exists", exit 2;
    /// The thing is in use by something else, which is named.
    InUse = "in_use", exit 2;
    /// The action wants an explicit yes, which was not given; `details` holds what would happen.
    ConfirmationRequired = "confirmation_required", exit 2;
    /// The address to listen on is taken; `details` holds the holder where it is known.
    PortInUse = "port_in_use", exit 2;
    /// The address can't be listened on for another reason.
    ListenFailed = "listen_failed", exit 2;
    /// What the action was meant for has changed meanwhile; nothing was done.
    Conflict = "conflict", exit 1;
    /// The scheme can't sign with what is known here (a public key only).
    CannotSign = "cannot_sign", exit 2;
    /// The provider has no such call.
    Unsupported = "unsupported", exit 2;

    /// The keychain is locked.
    VaultLocked = "vault_locked", exit 5;
    /// There is no keychain service here.
    VaultMissing = "vault_missing", exit 5;
    /// The keychain did not answer within the deadline.
    VaultHanging = "vault_hanging", exit 5;
    /// The passphrase of the encrypted file is wrong or absent.
    VaultPassphrase = "vault_passphrase", exit 5;
    /// The vault refused for another reason.
    VaultFailed = "vault_failed", exit 5;
    /// The secret was made at the provider but could not be put into the vault.
    SecretAtRisk = "secret_at_risk", exit 5;

    /// The provider refused the credential (401).
    ProviderUnauthorized = "provider_unauthorized", exit 4;
    /// The credential lacks a right (403).
    ProviderForbidden = "provider_forbidden", exit 4;
    /// The provider has no such thing (404).
    ProviderNotFound = "provider_not_found", exit 4;
    /// The provider's copy has changed meanwhile; `details` holds `{current}`.
    ProviderConflict = "provider_conflict", exit 4;
    /// The provider refused the values; `fields` says which.
    ProviderRejected = "provider_rejected", exit 4;
    /// Too many calls; `details` holds `{retry_after_s}`.
    ProviderRateLimited = "provider_rate_limited", exit 4;
    /// The provider failed (5xx).
    ProviderFailed = "provider_failed", exit 4;
    /// The provider's answer is not what its documents say: HTML, cut, too large, no JSON.
    ProviderAnswerUnreadable = "provider_answer_unreadable", exit 4;
    /// Nothing was sent: no connection, no name, no TLS.
    NetworkUnreachable = "network_unreachable", exit 6;
    /// Sent, but no whole answer came: it may have happened.
    OutcomeUnknown = "outcome_unknown", exit 7;

    /// The target is one that must never be called (our own port, link-local, metadata).
    TargetRefused = "target_refused", exit 2;

    /// The disk is full; nothing was acknowledged that is not stored.
    DiskFull = "disk_full", exit 1;
    /// The data folder can't be read or written.
    DataFolder = "data_folder", exit 2;
    /// The database was written by a newer Waybill.
    DatabaseNewer = "database_newer", exit 2;
    /// The database is damaged; `details` holds where it was set aside.
    DatabaseDamaged = "database_damaged", exit 1;
    /// The store can't take more now; try again.
    Busy = "busy", exit 1;
    /// The work was cancelled.
    Cancelled = "cancelled", exit 1;
    /// A fault in Waybill itself.
    Internal = "internal", exit 1;
}

impl fmt::Display for ErrorCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

/// A problem with one named field of a form or a request.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct FieldProblem {
    /// The field as the form names it.
    pub field: String,
    /// What is wrong with it, in the provider's words where it was the provider who said so.
    pub problem: String,
}

/// What a use case answers when it could not do its work. Never holds a secret.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS, thiserror::Error)]
#[error("{message}")]
pub struct Failure {
    /// What a program acts on.
    pub code: ErrorCode,
    /// What happened, and what was not done because of it.
    pub message: String,
    /// What to do next.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub hint: Option<String>,
    /// Facts for the code at hand; its shape is told at the code.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional, type = "Record<string, unknown>")]
    pub details: Option<Box<serde_json::Value>>,
    /// Which fields are wrong.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[ts(optional, as = "Option<Vec<FieldProblem>>")]
    pub fields: Vec<FieldProblem>,
}

impl Failure {
    /// A failure with its words.
    pub fn new(code: ErrorCode, message: impl Into<String>) -> Self {
        Self { code, message: message.into(), hint: None, details: None, fields: Vec::new() }
    }

    /// The same, with what to do next.
    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }

    /// The same, with facts for its code.
    #[must_use]
    pub fn details(mut self, details: serde_json::Value) -> Self {
        self.details = Some(Box::new(details));
        self
    }

    /// The same, with the fields that are wrong.
    #[must_use]
    pub fn fields(mut self, fields: Vec<FieldProblem>) -> Self {
        self.fields = fields;
        self
    }

    /// `what` of that id does not exist.
    pub fn not_found(what: &str, id: impl fmt::Display) -> Self {
        Self::new(ErrorCode::NotFound, format!("There is no {what} {id}."))
    }

    /// A value that can't be used.
    pub fn invalid(message: impl Into<String>) -> Self {
        Self::new(ErrorCode::InvalidInput, message)
    }

    /// A fault of our own.
    pub fn internal(message: impl Into<String>) -> Self {
        Self::new(ErrorCode::Internal, message)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_what_serde_writes() {
        for code in ErrorCode::ALL {
            assert_eq!(serde_json::to_value(code).unwrap(), code.code());
            assert!((1..=7).contains(&code.exit_status()), "{code}");
        }
    }
}
