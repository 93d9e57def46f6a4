//! What is known of a secret outside the vault. The value itself is never part of these shapes.

use crate::{Name, SecretId, Timestamp};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// What a credential is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum SecretKind {
    /// Signs deliveries; known to both sides.
    SharedSecret,
    /// Verifies deliveries; not confidential, kept beside the others so that all keys are in one place.
    PublicKey,
    /// Authorises our calls to a provider.
    Token,
}

/// Whether a provider still signs with it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum SecretState {
    /// In use.
    Current,
    /// Rotated away; the provider may still accept or use it.
    Previous,
    /// Dead at the provider, kept to verify older captures.
    Retired,
}

/// One secret, without its value.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct SecretMeta {
    /// Where it lies in the vault.
    pub id: SecretId,
    /// What people call it, unique.
    pub name: String,
    /// What it is for.
    pub kind: SecretKind,
    /// Whether it is still in use.
    pub state: SecretState,
    /// The connection it belongs to, if one.
    pub connection: Option<Name>,
    /// The endpoint it belongs to, by the provider's id.
    pub endpoint: Option<String>,
    /// When it was put into the vault.
    pub created_at: Timestamp,
    /// Until when a previous secret is accepted, where the provider says so.
    pub accepted_until: Option<Timestamp>,
    /// The inboxes that verify with it.
    pub used_by: Vec<Name>,
}

/// Where secrets live.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum VaultKind {
    /// The operating system's keychain.
    Keychain,
    /// A file encrypted under a passphrase.
    File,
    /// This process's memory: forgotten at exit.
    Memory,
}

/// Whether the vault can be used now.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case", tag = "state")]
pub enum VaultState {
    /// It answered a write, a read and a delete.
    Working,
    /// It is locked; unlocking it is up to the user.
    Locked {
        /// The service's own words.
        detail: String,
    },
    /// There is no such service here.
    Missing {
        /// The service's own words.
        detail: String,
    },
    /// It did not answer within the deadline.
    Hanging {
        /// How long was waited, in milliseconds.
        #[ts(type = "number")]
        waited_ms: u64,
    },
    /// It failed in another way.
    Failed {
        /// The service's own words.
        detail: String,
    },
}
