//! What differs between the providers before anything has happened: names, addresses, rules of
//! delivery. Ids and credentials are in `ids.rs`.

use crate::catalogue;
use crate::sign::Form;
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
    /// GitHub: hooks of a repository and of an organisation.
    GitHub,
    /// GitLab: hooks of a project and of a group.
    GitLab,
    /// Stripe.
    Stripe,
    /// Svix.
    Svix,
}

/// A word that names no simulated provider.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "there is no simulator for {0:?}: choose mnemom, timbrix, mindbridge, mynd, github, gitlab, stripe or svix"
)]
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
    pub const ALL: [Self; 8] = [
        Self::Mnemom,
        Self::Timbrix,
        Self::MindBridge,
        Self::Mynd,
        Self::GitHub,
        Self::GitLab,
        Self::Stripe,
        Self::Svix,
    ];

    /// The four that Waybill was first made for.
    pub const SEEDS: [Self; 4] = [Self::Mnemom, Self::Timbrix, Self::MindBridge, Self::Mynd];

    /// Its id in Waybill's catalogue.
    #[must_use]
    pub const fn id(self) -> &'static str {
        match self {
            Self::Mnemom => "mnemom",
            Self::Timbrix => "timbrix",
            Self::MindBridge => "mindbridge",
            Self::Mynd => "mynd",
            Self::GitHub => "github",
            Self::GitLab => "gitlab",
            Self::Stripe => "stripe",
            Self::Svix => "svix",
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
            Self::GitHub => Form::GitHub,
            Self::GitLab => Form::GitLab,
            Self::Stripe => Form::Stripe,
            Self::Svix => Form::Svix,
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
            Self::GitHub => catalogue::GITHUB,
            Self::GitLab => catalogue::GITLAB,
            Self::Stripe => catalogue::STRIPE,
            Self::Svix => catalogue::SVIX,
        }
    }

    /// The path of its base address.
    pub(crate) const fn prefix(self) -> &'static str {
        match self {
            Self::Mnemom => "/v1",
            Self::Timbrix | Self::MindBridge => "/api",
            Self::GitLab => "/api/v4",
            Self::Mynd | Self::GitHub | Self::Stripe | Self::Svix => "",
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
            // "GitHub doesn't automatically redeliver failed deliveries"; ten seconds to answer.
            Self::GitHub => Manners { waits: &[], deadline, switch_off_after: None },
            // No retries either; after failures the hook rests (`dispatch.rs`) and at the fortieth it is
            // switched off.
            Self::GitLab => Manners { waits: &[], deadline, switch_off_after: Some(40) },
            // A sandbox: "three times over the course of a few hours"; the steps are not documented.
            Self::Stripe => Manners { waits: &[600, 3_600, 7_200], deadline, switch_off_after: None },
            // The retry schedule of docs.svix.com/retries, which also gives 15 seconds. An endpoint
            // that fails for five days is switched off there; that is left out.
            Self::Svix => Manners {
                waits: &[5, 300, 1_800, 7_200, 18_000, 36_000, 36_000],
                deadline: Duration::from_secs(15),
                switch_off_after: None,
            },
        }
    }
}
