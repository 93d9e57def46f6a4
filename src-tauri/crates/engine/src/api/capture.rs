//! The capture server's state, settings, and what works here.

use serde::{Deserialize, Serialize};
use ts_rs::TS;
use waybill_model::{Failure, Theme, VaultKind, VaultState};

/// Starts the capture server, or moves it.
#[derive(Clone, Debug, Default, Serialize, Deserialize, TS)]
#[serde(default)]
pub struct CaptureStart {
    /// The address to bind to; absent: the setting.
    pub bind: Option<String>,
    /// The port; 0 picks one; absent: the setting.
    pub port: Option<u16>,
}

/// Counts over the whole store.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct Totals {
    /// Deliveries.
    #[ts(type = "number")]
    pub deliveries: u64,
    /// Of them, those whose verdict is `invalid` or `unsigned`.
    #[ts(type = "number")]
    pub failed: u64,
    /// Answered 400 or above.
    #[ts(type = "number")]
    pub errors: u64,
    /// Starred.
    #[ts(type = "number")]
    pub starred: u64,
    /// Bytes of heads and bodies.
    #[ts(type = "number")]
    pub bytes: u64,
}

/// The vault in use.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct VaultStatus {
    /// Which.
    pub kind: VaultKind,
    /// Whether it can be used; absent until it was first asked.
    pub state: Option<VaultState>,
}

/// What the frame of the window shows.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
pub struct Status {
    /// The capture server's address, `http://127.0.0.1:4400`; absent: not listening.
    pub listening: Option<String>,
    /// Why it is not.
    pub listen_failure: Option<Failure>,
    /// Counts.
    pub totals: Totals,
    /// Deliveries in the last minute.
    #[ts(type = "number")]
    pub last_minute: u64,
    /// The vault.
    pub vault: VaultStatus,
    /// Where the data lies.
    pub data_dir: String,
    /// This Waybill.
    pub version: String,
    /// What was found and mended at start (a damaged database set aside …).
    pub notice: Option<String>,
}

/// Changes settings; what is absent stays.
#[derive(Clone, Debug, Default, Serialize, Deserialize, TS)]
#[serde(default)]
#[ts(optional_fields)]
pub struct SettingsPatch {
    /// See `Settings`.
    pub theme: Option<Theme>,
    /// See `Settings`. Takes effect when the capture server is started again.
    pub bind: Option<String>,
    /// See `Settings`. Takes effect when the capture server is started again.
    pub port: Option<u16>,
    /// See `Settings`. Takes effect when the capture server is started again.
    #[ts(type = "number")]
    pub body_cap: Option<u64>,
    /// See `Settings`. Takes effect at the next start.
    pub vault: Option<VaultKind>,
    /// See `Settings`; an empty text removes it.
    pub public_url: Option<String>,
    /// See `Settings`.
    pub last_target: Option<String>,
    /// See `Settings`.
    pub close_to_tray: Option<bool>,
    /// See `Settings`.
    pub welcomed: Option<bool>,
}

/// One thing that works here or does not.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct DoctorLine {
    /// What was looked at.
    pub name: String,
    /// `ok`, `warning` or `problem`.
    pub state: String,
    /// What was found.
    pub detail: String,
    /// What mends it; empty when nothing is to be mended.
    pub mend: String,
}
