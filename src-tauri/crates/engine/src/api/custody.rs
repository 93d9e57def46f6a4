//! Calls that make one-time secrets and have no known end.

use serde::{Deserialize, Serialize};
use ts_rs::TS;
use waybill_model::{Name, SecretMeta, Timestamp};

/// What is known of such a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum CustodyState {
    /// It is under way, or its answer lies sealed here.
    UnderWay,
    /// No answer came, and nobody has looked yet.
    Unanswered,
    /// The provider does not list what it would have made.
    NotListed,
    /// The provider has no list.
    NoList,
    /// Its endpoint is there, without a secret here; rotating brings one.
    FoundRotate,
    /// Its endpoint is there, without a secret here; only making it again brings one.
    FoundMakeAgain,
    /// More than one endpoint may be its.
    Several,
    /// A rotation: whether the secret here still holds is not known.
    RotationUnknown,
}

/// A call that makes a one-time secret and has no known end.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct CustodyCase {
    /// Which.
    pub id: String,
    /// Through which connection.
    pub connection: Name,
    /// `create` or `rotate`.
    pub operation: String,
    /// The address of the endpoint to be made.
    pub url: Option<String>,
    /// The endpoint, where it is known.
    pub endpoint: Option<String>,
    /// What is known.
    pub state: CustodyState,
    /// The same in words.
    pub message: String,
    /// What to do.
    pub mend: String,
    /// When it was begun.
    pub created_at: Timestamp,
}

/// Names a case.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
pub struct CustodyRef {
    /// Which.
    pub id: String,
}

/// What came of a repair.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct CustodyRepaired {
    /// The secret that is in the vault now.
    pub secret: Option<SecretMeta>,
    /// The case as it stands, when it is still open.
    pub case: Option<CustodyCase>,
}
