//! A provider, an address, a credential.

use crate::{Name, SecretId, Timestamp};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use ts_rs::TS;

/// Access to one account at one provider.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct Connection {
    /// Its name here.
    pub name: Name,
    /// The provider's id in the catalogue.
    pub provider: String,
    /// Stands for the whole base address, its path included; absent: the provider's own.
    pub base_url: Option<String>,
    /// Values of the provider's variables (organisation, tenant …).
    pub vars: BTreeMap<String, String>,
    /// Which of the provider's forms the credential is sent in.
    pub auth: String,
    /// Where the credential lies in the vault.
    pub token: SecretId,
    /// When it was made.
    pub created_at: Timestamp,
    /// When its endpoints were last read.
    pub read_at: Option<Timestamp>,
    /// Endpoints it had then.
    #[ts(type = "number")]
    pub endpoints: u32,
    /// Why the last call failed, if it did.
    pub last_error: Option<String>,
}
