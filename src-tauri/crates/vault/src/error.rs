//! What can go wrong with a vault, each with its words and its mend. Never holds a value.

use std::path::PathBuf;
use std::time::Duration;
use waybill_model::{ErrorCode, Failure, VaultState};

/// Why the vault did not do what was asked. Nothing was written unless the variant says otherwise.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum VaultError {
    /// The keychain is there and wants to be unlocked; `detail` is its own wording.
    #[error("The keychain is locked ({detail}).")]
    Locked {
        /// The keychain's own words.
        detail: String,
    },
    /// No keychain service can be reached, or it has no keyring to put anything into.
    #[error("There is no keychain to be reached here ({detail}).")]
    Missing {
        /// The system's own words.
        detail: String,
    },
    /// A call has not come back. The one that hangs may still take effect; those behind it were not begun.
    #[error("The vault has not answered for {:.1} s.", waited.as_secs_f64())]
    Hanging {
        /// How long the call at the head has been running.
        waited: Duration,
    },
    /// The encrypted file can't be opened with this passphrase, or there is none.
    #[error("{detail}")]
    Passphrase {
        /// What is wrong with it.
        detail: String,
    },
    /// The encrypted file is not what this program writes, or is damaged. It was left as it is.
    #[error("The encrypted file {} can't be read ({detail}). It was left as it is.", path.display())]
    Damaged {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        detail: String,
    },
    /// The value does not fit an item of this keychain.
    #[error("A secret of {length} bytes does not fit this keychain, which takes {limit} bytes an item.")]
    TooLong {
        /// The value's length in bytes.
        length: usize,
        /// The most an item can hold, in bytes.
        limit: usize,
    },
    /// Another value lies under this id already; it was left as it is.
    #[error("The vault holds another value under {id} already; nothing was written.")]
    Occupied {
        /// The id.
        id: String,
    },
    /// Anything else, in the system's own words.
    #[error("The vault refused: {detail}.")]
    Failed {
        /// The system's own words.
        detail: String,
    },
}

impl VaultError {
    pub(crate) fn failed(detail: impl std::fmt::Display) -> Self {
        Self::Failed { detail: detail.to_string() }
    }

    /// The code a program acts on.
    #[must_use]
    pub const fn code(&self) -> ErrorCode {
        match self {
            Self::Locked { .. } => ErrorCode::VaultLocked,
            Self::Missing { .. } => ErrorCode::VaultMissing,
            Self::Hanging { .. } => ErrorCode::VaultHanging,
            Self::Passphrase { .. } => ErrorCode::VaultPassphrase,
            Self::Occupied { .. } => ErrorCode::AlreadyExists,
            Self::Damaged { .. } | Self::TooLong { .. } | Self::Failed { .. } => ErrorCode::VaultFailed,
        }
    }

    /// What a person can do about it.
    #[must_use]
    pub fn mend(&self) -> String {
        let text = match self {
            Self::Locked { .. } => {
                "Unlock the login keyring (it is unlocked when you log in with your password), then try again."
            }
            Self::Missing { .. } if cfg!(all(unix, not(target_os = "macos"))) => {
                "Start a Secret Service such as gnome-keyring or KWallet inside your desktop session, \
                 or choose the encrypted file with --vault file."
            }
            Self::Missing { .. } => {
                "Log in to a session that has a keychain, or choose the encrypted file with --vault file."
            }
            Self::Hanging { .. } => {
                "Look for a window that asks for the keyring's password and answer it; if there is none, \
                 restart the keychain service, then try again."
            }
            Self::Passphrase { .. } => {
                "Give the passphrase the file was made with, in WAYBILL_VAULT_PASSPHRASE or at the prompt."
            }
            Self::Damaged { path, .. } => {
                return format!(
                    "Put back a copy of {} from a backup, or move it away to begin with an empty vault \
                     (the secrets in it are then lost here).",
                    path.display()
                );
            }
            Self::TooLong { .. } => "Choose the encrypted file with --vault file: it has no such limit.",
            Self::Occupied { .. } => "Store the new value under a new id.",
            Self::Failed { .. } => "Try again; if it stays so, choose the encrypted file with --vault file.",
        };
        text.to_owned()
    }

    /// The same as the state a person is shown.
    #[must_use]
    pub fn state(&self) -> VaultState {
        let detail = self.to_string();
        match self {
            Self::Locked { detail } => VaultState::Locked { detail: detail.clone() },
            Self::Missing { detail } => VaultState::Missing { detail: detail.clone() },
            Self::Hanging { waited } => {
                VaultState::Hanging { waited_ms: u64::try_from(waited.as_millis()).unwrap_or(u64::MAX) }
            }
            // The file is there and needs its passphrase: locked, as far as a person is concerned.
            Self::Passphrase { .. } => VaultState::Locked { detail },
            Self::Failed { detail } => VaultState::Failed { detail: detail.clone() },
            Self::Damaged { .. } | Self::TooLong { .. } | Self::Occupied { .. } => {
                VaultState::Failed { detail }
            }
        }
    }
}

impl From<VaultError> for Failure {
    fn from(error: VaultError) -> Self {
        Self::new(error.code(), error.to_string()).hint(error.mend())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_error_has_a_code_words_and_a_mend() {
        let detail = || "because".to_owned();
        let rows = [
            (VaultError::Locked { detail: detail() }, "vault_locked", "Unlock the login keyring"),
            (VaultError::Missing { detail: detail() }, "vault_missing", "--vault file"),
            (
                VaultError::Hanging { waited: Duration::from_millis(5_040) },
                "vault_hanging",
                "window that asks",
            ),
            (VaultError::Passphrase { detail: detail() }, "vault_passphrase", "WAYBILL_VAULT_PASSPHRASE"),
            (
                VaultError::Damaged { path: "/d/vault.age".into(), detail: detail() },
                "vault_failed",
                "/d/vault.age",
            ),
            (VaultError::TooLong { length: 3_000, limit: 2_560 }, "vault_failed", "--vault file"),
            (VaultError::Occupied { id: "s-1".into() }, "already_exists", "new id"),
            (VaultError::Failed { detail: detail() }, "vault_failed", "Try again"),
        ];
        for (error, code, mend) in rows {
            let failure = Failure::from(error.clone());
            assert_eq!(failure.code.code(), code);
            assert!(!failure.message.is_empty());
            let hint = failure.hint.unwrap();
            assert!(hint.contains(mend), "{error:?}: {hint}");
        }
    }
}
