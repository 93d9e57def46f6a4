//! Ids, keys and credentials in the forms in which each provider hands them out.

use super::kind::SimulatorKind;
use super::world::Access;
use crate::clock::SeededEntropy;
use crate::payload::Account;
use crate::sign::SigningMaterial;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use std::collections::BTreeMap;

impl SimulatorKind {
    pub(crate) fn account(self, draw: &SeededEntropy) -> Account {
        let id = match self {
            Self::Mnemom => format!("ba-{}", draw.hex(8)),
            Self::Svix => format!("app_{}", draw.hex(27)),
            Self::GitHub | Self::GitLab => number(draw, 1_000_000),
            _ => draw.uuid(),
        };
        Account { id, slug: "acme".to_owned(), name: "Acme".to_owned() }
    }

    /// The provider's variables. Mnemom's organisation id is derived from the account's.
    pub(crate) fn variables(self, account: &Account) -> BTreeMap<String, String> {
        let pairs: Vec<(&str, String)> = match self {
            Self::Mnemom => vec![("org_id", org_of(account))],
            Self::Timbrix => vec![("organizationId", account.id.clone())],
            Self::MindBridge => vec![("tenant", account.slug.clone())],
            Self::GitHub => {
                vec![
                    ("owner", account.slug.clone()),
                    ("repo", REPO.to_owned()),
                    ("org", account.slug.clone()),
                ]
            }
            Self::GitLab => vec![("project", account.id.clone()), ("group", GROUP.to_owned())],
            Self::Svix => vec![("app_id", account.id.clone())],
            Self::Mynd | Self::Stripe => Vec::new(),
        };
        pairs.into_iter().map(|(name, value)| (name.to_owned(), value)).collect()
    }

    /// Credentials in the forms the provider hands out.
    pub(crate) fn access(self, draw: &SeededEntropy, token: Option<String>) -> Access {
        let bearer = token.unwrap_or_else(|| self.new_bearer(draw));
        let (api_key, restricted) = match self {
            Self::Mnemom => (Some(format!("mnm_{}", draw.hex(40))), format!("mnm_{}", draw.hex(40))),
            Self::Timbrix => (Some(format!("sk_{}", draw.hex(40))), jwt(draw)),
            Self::MindBridge => (None, draw.hex(48)),
            Self::Mynd => (None, format!("sk_ci_{}", draw.hex(32))),
            Self::Stripe => (None, format!("rk_test_{}", draw.hex(24))),
            Self::GitHub | Self::GitLab | Self::Svix => (None, self.new_bearer(draw)),
        };
        Access { bearer, api_key, restricted }
    }

    pub(crate) fn new_bearer(self, draw: &SeededEntropy) -> String {
        match self {
            Self::Mnemom | Self::Timbrix => jwt(draw),
            Self::MindBridge => draw.hex(48),
            Self::Mynd => format!("sk_test_{}", draw.hex(32)),
            Self::GitHub => format!("github_pat_{}", draw.hex(59)),
            Self::GitLab => format!("glpat-{}", draw.hex(20)),
            Self::Stripe => format!("sk_test_{}", draw.hex(24)),
            Self::Svix => format!("testsk_{}.us", draw.hex(32)),
        }
    }

    pub(crate) fn new_endpoint_id(self, draw: &SeededEntropy) -> String {
        match self {
            Self::Mnemom => format!("whe-{}", draw.hex(8)),
            Self::Timbrix => draw.uuid(),
            Self::MindBridge => draw.hex(24),
            Self::Mynd => format!("wh_{}", draw.hex(8)),
            Self::GitHub | Self::GitLab => number(draw, 100_000_000),
            Self::Stripe => format!("we_1{}", draw.hex(23)),
            Self::Svix => format!("ep_{}", draw.hex(27)),
        }
    }

    pub(crate) fn new_event_id(self, draw: &SeededEntropy) -> String {
        match self {
            Self::Mnemom => format!("evt-{}", draw.hex(12)),
            Self::Timbrix | Self::MindBridge | Self::GitHub | Self::GitLab => draw.uuid(),
            Self::Mynd => format!("evt_{}", draw.hex(12)),
            Self::Stripe => format!("evt_1{}", draw.hex(23)),
            Self::Svix => format!("msg_{}", draw.hex(27)),
        }
    }

    pub(crate) fn new_delivery_id(self, draw: &SeededEntropy) -> String {
        match self {
            Self::Mnemom => format!("whd-{}", draw.hex(12)),
            Self::Timbrix => draw.uuid(),
            Self::MindBridge => draw.hex(24),
            Self::Mynd => format!("del_{}", draw.hex(8)),
            Self::GitHub | Self::GitLab => number(draw, 10_000_000_000),
            // Stripe gives none away; this one is the simulator's own.
            Self::Stripe => format!("attempt_{}", draw.hex(16)),
            Self::Svix => new_try_id(draw),
        }
    }

    pub(crate) fn new_key(self, draw: &SeededEntropy) -> SigningMaterial {
        match self {
            // 32 bytes as hex, never decoded: the text is the key.
            Self::Mnemom => SigningMaterial::Shared(draw.hex(64)),
            Self::Timbrix | Self::Mynd => SigningMaterial::Shared(format!("whsec_{}", draw.hex(48))),
            Self::Stripe => SigningMaterial::Shared(format!("whsec_{}", draw.hex(32))),
            Self::MindBridge => SigningMaterial::pair(draw.key()),
            Self::Svix => SigningMaterial::Shared(format!("whsec_{}", BASE64.encode(&draw.key()[..24]))),
            // The caller's own, or none.
            Self::GitHub | Self::GitLab => SigningMaterial::Shared(String::new()),
        }
    }
}

/// GitHub: the one repository there is.
pub(crate) const REPO: &str = "ledger";
/// GitLab: the one group there is.
pub(crate) const GROUP: &str = "99";

/// A number with as many digits as `floor`, far enough apart never to meet.
fn number(draw: &SeededEntropy, floor: u64) -> String {
    (floor + draw.below(floor.saturating_mul(9).max(4_000_000_000_000))).to_string()
}

/// The id of one attempt at Svix.
pub(crate) fn new_try_id(draw: &SeededEntropy) -> String {
    format!("atmpt_{}", draw.hex(27))
}

/// The organisation that belongs to a Mnemom billing account.
pub(crate) fn org_of(account: &Account) -> String {
    format!("org-{}", account.id.trim_start_matches("ba-"))
}

/// Text in the three-part form of a JSON Web Token; nobody signed it.
fn jwt(draw: &SeededEntropy) -> String {
    format!("eyJhbGciOiJIUzI1NiJ9.{}.{}", draw.hex(64), draw.hex(43))
}
