//! What the user has chosen.

use crate::VaultKind;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// How the window looks.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum Theme {
    /// As the operating system says.
    #[default]
    System,
    /// Light.
    Light,
    /// Dark.
    Dark,
}

/// Every setting, with its default.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(default)]
pub struct Settings {
    /// How the window looks.
    pub theme: Theme,
    /// The address the capture server binds to.
    pub bind: String,
    /// Its port.
    pub port: u16,
    /// The largest body that is kept whole, in bytes; above it the answer is 413.
    #[ts(type = "number")]
    pub body_cap: u64,
    /// Where secrets live.
    pub vault: VaultKind,
    /// The address others reach the capture server under (a tunnel), when there is one.
    pub public_url: Option<String>,
    /// The target that `R` sends to.
    pub last_target: Option<String>,
    /// Closing the window keeps capturing in the tray.
    pub close_to_tray: bool,
    /// False until the first run was left.
    pub welcomed: bool,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            theme: Theme::System,
            bind: "127.0.0.1".to_owned(),
            port: 4400,
            body_cap: 32 * 1024 * 1024,
            vault: VaultKind::Keychain,
            public_url: None,
            last_target: None,
            close_to_tray: false,
            welcomed: false,
        }
    }
}
