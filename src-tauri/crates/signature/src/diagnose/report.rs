//! What a diagnosis found, for the window and the command line. Holds no secret.

use super::secret_change::SecretChange;

/// How far a search has come.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Progress {
    /// Comparisons made.
    pub tried: u64,
    /// Comparisons in all, as far as can be told now; never less than `tried`.
    pub total: u64,
    /// Nothing is left to try, or the cause is proved.
    pub complete: bool,
}

/// The outcome of a search, at any moment of it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Report {
    /// What went wrong, the likeliest first; never empty once the search is complete, but for a request
    /// whose signature is right.
    pub causes: Vec<Cause>,
    /// What was tried, in the order it was.
    pub tried: Vec<Tried>,
    /// Nothing is left to try, or the cause is proved.
    pub complete: bool,
}

/// One kind of trial and how many of it were made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tried {
    /// What was tried, for people.
    pub what: String,
    /// Comparisons.
    pub count: u64,
}

/// How sure a cause is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Confidence {
    /// The signature matches once this is mended, or the request itself shows it.
    Certain,
    /// It fits what was seen, and little else does.
    Likely,
    /// It can't be ruled out.
    Possible,
}

impl Confidence {
    /// The word as it stands in JSON.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Certain => "certain",
            Self::Likely => "likely",
            Self::Possible => "possible",
        }
    }
}

/// Something that went wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cause {
    /// The cause in one word, such as `secret_whitespace`.
    pub code: &'static str,
    /// How sure it is.
    pub confidence: Confidence,
    /// What happened, in one sentence.
    pub explanation: String,
    /// What to do about it.
    pub mend: String,
    /// What the application can do about it by itself.
    pub action: Option<Action>,
    /// What shows it.
    pub evidence: Option<Evidence>,
}

/// A mend that the application can make.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Action {
    /// Use another of the candidates for this inbox.
    UseCandidate {
        /// Its place in the question's list.
        index: usize,
    },
    /// Keep the secret in another form, and use it for this inbox.
    RestateSecret {
        /// Its place in the question's list.
        index: usize,
        /// What has to be done to it.
        change: SecretChange,
    },
    /// Check under another scheme.
    UseScheme {
        /// The scheme's id.
        id: String,
    },
    /// Configure a value of the scheme.
    SetConfig {
        /// Its key.
        key: String,
        /// The value that the sender signed.
        value: String,
    },
    /// Give the inbox a secret.
    AddSecret,
    /// Sign the request again with a fresh timestamp.
    SignAgain,
}

/// What was signed beside what came. Holds no secret and no computed key.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Evidence {
    /// What is compared: `body`, `url`, `timestamp`, `header`, `signed content`.
    pub what: String,
    /// Bytes of what came.
    pub received_size: u64,
    /// Bytes of what was signed.
    pub signed_size: u64,
    /// Where the two differ, the first places only.
    pub differences: Vec<Difference>,
    /// The signature that the stored secret makes of what came, as the scheme writes it.
    pub computed: Option<String>,
    /// The signature that came.
    pub received_signature: Option<String>,
}

/// One stretch in which two texts differ.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Difference {
    /// Where the stretch begins in what came.
    pub offset: u64,
    /// What came there, cut at 64 bytes.
    pub received: Vec<u8>,
    /// What was signed there, cut at 64 bytes.
    pub signed: Vec<u8>,
}
