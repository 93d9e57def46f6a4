//! Why a signature fails: what was tried, what was found, and the mend as an action.

use serde::{Deserialize, Serialize};
use ts_rs::TS;
use waybill_model::{DeliveryId, Name, SecretId};

/// How sure a cause is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum Confidence {
    /// It was tried, and the signature matches.
    Certain,
    /// Much speaks for it.
    Likely,
    /// It may be.
    Possible,
}

/// Why a signature fails, and what mends it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct Diagnosis {
    /// The cause.
    pub code: String,
    /// How sure it is.
    pub confidence: Confidence,
    /// One sentence.
    pub explanation: String,
    /// What to do.
    pub mend: String,
    /// The same as something that can be done here; absent: it has to be done elsewhere.
    pub action: Option<MendAction>,
    /// What shows it.
    pub evidence: Option<Evidence>,
}

/// A mend that can be carried out here. It names things and never holds a secret.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case", tag = "kind")]
pub enum MendAction {
    /// Gives the inbox a secret that the vault holds already.
    UseSecret {
        /// Which; absent: it was given by hand and the vault doesn't hold it.
        secret_id: Option<SecretId>,
        /// What people call it.
        name: String,
        /// For the button.
        #[serde(default)]
        label: String,
    },
    /// Writes a stored secret again in the reading that matches.
    RestateSecret {
        /// Which; absent: it was given by hand and the vault doesn't hold it.
        secret_id: Option<SecretId>,
        /// What people call it.
        name: String,
        /// What is done with its text: `trim`, `unquote`, `strip_prefix:whsec_` …
        change: String,
        /// For the button.
        #[serde(default)]
        label: String,
    },
    /// Checks the inbox under another scheme.
    UseScheme {
        /// Its id.
        scheme: String,
        /// For the button.
        #[serde(default)]
        label: String,
    },
    /// Sets what the scheme needs besides its secret.
    SetConfig {
        /// What is set.
        key: String,
        /// To what.
        value: String,
        /// For the button.
        #[serde(default)]
        label: String,
    },
    /// Opens the place where a secret is entered.
    AddSecret {
        /// For the button.
        #[serde(default)]
        label: String,
    },
    /// Replays the delivery with a fresh signature.
    SignAgain {
        /// For the button.
        #[serde(default)]
        label: String,
    },
}

/// One place where two texts differ. Bytes that are no visible character are shown as `\xNN`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct ByteDifference {
    /// Where, in bytes of what was received.
    #[ts(type = "number")]
    pub offset: u64,
    /// What came, with a little around it.
    pub received: String,
    /// What was signed in its place.
    pub signed: String,
}

/// What shows a cause.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct Evidence {
    /// What is compared, in one sentence.
    pub what: String,
    /// Bytes of what came.
    #[ts(type = "number")]
    pub received_size: u64,
    /// Bytes of what was signed.
    #[ts(type = "number")]
    pub signed_size: u64,
    /// Where they differ; the first few places.
    pub differences: Vec<ByteDifference>,
    /// The signature that is made of what was signed.
    pub computed: Option<String>,
    /// The signature that came.
    pub received_signature: Option<String>,
}

/// Where a search stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum SearchState {
    /// Everything was tried.
    Complete,
    /// Its time ran out; there is more to try.
    More,
    /// It is going on in the background.
    Running,
    /// It was stopped before its end.
    Cancelled,
}

/// How often something was tried.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct Tried {
    /// What.
    pub what: String,
    /// How often.
    #[ts(type = "number")]
    pub count: u64,
}

/// What a search for the cause has tried.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct Search {
    /// Where it stands.
    pub state: SearchState,
    /// How many trials were made.
    #[ts(type = "number")]
    pub tried: u64,
    /// How many there are.
    #[ts(type = "number")]
    pub total: u64,
    /// What was tried.
    pub tried_list: Vec<Tried>,
    /// What could not be tried, and why: a sentence each.
    pub not_tried: Vec<String>,
    /// How long it took.
    #[ts(type = "number")]
    pub elapsed_ms: u64,
}

/// What a search in the background has found so far.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct DiagnosisProgress {
    /// Where it stands; absent: none was started for this delivery.
    pub search: Option<Search>,
    /// The causes found so far, the likeliest first.
    pub diagnosis: Vec<Diagnosis>,
}

/// Carries a mend out.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
pub struct Mend {
    /// The delivery whose diagnosis proposed it.
    pub id: DeliveryId,
    /// What is done.
    pub action: MendAction,
}

/// What a mend did.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct Mended {
    /// What was changed, in one sentence.
    pub what: String,
    /// The inbox.
    pub inbox: Name,
    /// Its failed deliveries that were checked again.
    #[ts(type = "number")]
    pub checked: u64,
    /// Of them, those that are valid now.
    #[ts(type = "number")]
    pub valid: u64,
    /// Of them, those whose verdict changed.
    #[ts(type = "number")]
    pub changed: u64,
}
