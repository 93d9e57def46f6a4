//! What differs between the providers before anything has happened: names, addresses, credentials,
//! rules of delivery.

use super::world::Access;
use crate::catalogue;
use crate::clock::SeededEntropy;
use crate::payload::Account;
use crate::sign::{Form, SigningMaterial};
use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;
use std::time::Duration;

/// A provider that can be simulated.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum SimulatorKind {
    /// Mnemom.
    Mnemom,
    /// Timbrix (the API shown at Mintlify's sandbox address).
    Timbrix,
    /// MindBridge.
    MindBridge,
    /// Mynd.
    Mynd,
}

/// A word that names no simulated provider.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("there is no simulator for {0:?}: choose mnemom, timbrix, mindbridge or mynd")]
pub struct UnknownKind(String);

impl FromStr for SimulatorKind {
    type Err = UnknownKind;
    fn from_str(text: &str) -> Result<Self, UnknownKind> {
        Self::ALL.into_iter().find(|kind| kind.id() == text).ok_or_else(|| UnknownKind(text.to_owned()))
    }
}

impl fmt::Display for SimulatorKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.id())
    }
}

/// How a provider treats a receiver that does not answer well.
pub(crate) struct Manners {
    /// The waits before the second, third … attempt.
    pub(crate) waits: &'static [u64],
    /// How long a receiver may take.
    pub(crate) deadline: Duration,
    /// Failed attempts in a row after which the endpoint is switched off.
    pub(crate) switch_off_after: Option<u64>,
}

impl SimulatorKind {
    /// Every kind.
    pub const ALL: [Self; 4] = [Self::Mnemom, Self::Timbrix, Self::MindBridge, Self::Mynd];

    /// Its id in Waybill's catalogue.
    #[must_use]
    pub const fn id(self) -> &'static str {
        match self {
            Self::Mnemom => "mnemom",
            Self::Timbrix => "timbrix",
            Self::MindBridge => "mindbridge",
            Self::Mynd => "mynd",
        }
    }

    /// The form its deliveries are signed in.
    #[must_use]
    pub const fn form(self) -> Form {
        match self {
            Self::Mnemom => Form::Mnemom,
            Self::Timbrix => Form::Timbrix,
            Self::MindBridge => Form::MindBridge,
            Self::Mynd => Form::Mynd,
        }
    }

    /// The event types it knows.
    #[must_use]
    pub const fn events(self) -> &'static [&'static str] {
        match self {
            Self::Mnemom => catalogue::MNEMOM,
            Self::Timbrix => catalogue::TIMBRIX,
            Self::MindBridge => catalogue::MINDBRIDGE,
            Self::Mynd => catalogue::MYND,
        }
    }

    /// The path of its base address.
    pub(crate) const fn prefix(self) -> &'static str {
        match self {
            Self::Mnemom => "/v1",
            Self::Timbrix | Self::MindBridge => "/api",
            Self::Mynd => "",
        }
    }

    /// Every provider's answer must be a 2xx.
    pub(crate) const fn manners(self) -> Manners {
        let deadline = Duration::from_secs(10);
        match self {
            // The contract page's six attempts; its 30 s deadline gives way to the guide's 10 s.
            Self::Mnemom => {
                Manners { waits: &[10, 30, 120, 600, 3_600], deadline, switch_off_after: Some(100) }
            }
            // "Retried up to 3 times (1s, 5s, 30s)": four attempts. Its example of an exhausted
            // delivery shows three; the three waits decide.
            Self::Timbrix => Manners { waits: &[1, 5, 30], deadline, switch_off_after: None },
            // No schedule is documented; its states show that there are retries and an end of them.
            Self::MindBridge => Manners { waits: &[60, 300, 1_800], deadline, switch_off_after: None },
            // "With backoff for 24 hours"; the steps are not documented: doubling from one minute,
            // the last of which ends within the day. The pause after 8 failures comes first.
            Self::Mynd => Manners {
                waits: &[60, 120, 240, 480, 960, 1_920, 3_840, 7_680, 15_360, 30_720],
                deadline,
                switch_off_after: Some(8),
            },
        }
    }

    pub(crate) fn account(self, draw: &SeededEntropy) -> Account {
        let id = match self {
            Self::Mnemom => format!("ba-{}", draw.hex(8)),
            _ => draw.uuid(),
        };
        Account { id, slug: "acme".to_owned(), name: "Acme".to_owned() }
    }

    /// The provider's variables. Mnemom's organisation id is derived from the account's.
    pub(crate) fn variables(self, account: &Account) -> BTreeMap<String, String> {
        let (name, value) = match self {
            Self::Mnemom => ("org_id", org_of(account)),
            Self::Timbrix => ("organizationId", account.id.clone()),
            Self::MindBridge => ("tenant", account.slug.clone()),
            Self::Mynd => return BTreeMap::new(),
        };
        BTreeMap::from([(name.to_owned(), value)])
    }

    /// Credentials in the forms the provider hands out.
    pub(crate) fn access(self, draw: &SeededEntropy, token: Option<String>) -> Access {
        let bearer = token.unwrap_or_else(|| self.new_bearer(draw));
        let (api_key, restricted) = match self {
            Self::Mnemom => (Some(format!("mnm_{}", draw.hex(40))), format!("mnm_{}", draw.hex(40))),
            Self::Timbrix => (Some(format!("sk_{}", draw.hex(40))), jwt(draw)),
            Self::MindBridge => (None, draw.hex(48)),
            Self::Mynd => (None, format!("sk_ci_{}", draw.hex(32))),
        };
        Access { bearer, api_key, restricted }
    }

    pub(crate) fn new_bearer(self, draw: &SeededEntropy) -> String {
        match self {
            Self::Mnemom | Self::Timbrix => jwt(draw),
            Self::MindBridge => draw.hex(48),
            Self::Mynd => format!("sk_test_{}", draw.hex(32)),
        }
    }

    pub(crate) fn new_endpoint_id(self, draw: &SeededEntropy) -> String {
        match self {
            Self::Mnemom => format!("whe-{}", draw.hex(8)),
            Self::Timbrix => draw.uuid(),
            Self::MindBridge => draw.hex(24),
            Self::Mynd => format!("wh_{}", draw.hex(8)),
        }
    }

    pub(crate) fn new_event_id(self, draw: &SeededEntropy) -> String {
        match self {
            Self::Mnemom => format!("evt-{}", draw.hex(12)),
            Self::Timbrix | Self::MindBridge => draw.uuid(),
            Self::Mynd => format!("evt_{}", draw.hex(12)),
        }
    }

    pub(crate) fn new_delivery_id(self, draw: &SeededEntropy) -> String {
        match self {
            Self::Mnemom => format!("whd-{}", draw.hex(12)),
            Self::Timbrix => draw.uuid(),
            Self::MindBridge => draw.hex(24),
            Self::Mynd => format!("del_{}", draw.hex(8)),
        }
    }

    pub(crate) fn new_key(self, draw: &SeededEntropy) -> SigningMaterial {
        match self {
            // 32 bytes as hex, never decoded: the text is the key.
            Self::Mnemom => SigningMaterial::Shared(draw.hex(64)),
            Self::Timbrix | Self::Mynd => SigningMaterial::Shared(format!("whsec_{}", draw.hex(48))),
            Self::MindBridge => SigningMaterial::pair(draw.key()),
        }
    }
}

/// The organisation that belongs to a Mnemom billing account.
pub(crate) fn org_of(account: &Account) -> String {
    format!("org-{}", account.id.trim_start_matches("ba-"))
}

/// Text in the three-part form of a JSON Web Token; nobody signed it.
fn jwt(draw: &SeededEntropy) -> String {
    format!("eyJhbGciOiJIUzI1NiJ9.{}.{}", draw.hex(64), draw.hex(43))
}
