//! Verification explained, and the tools around it.

use super::{Diagnosis, Search, SecretText};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use ts_rs::TS;
use waybill_model::{DeliveryId, Reason, SchemeInfo, SecretId, Verdict};

/// A piece of the signed text.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct SignedPart {
    /// What it is: `timestamp`, `id`, `body`, `text`, `header`, `method`, `url` …
    pub kind: String,
    /// Its text, shortened when long; bytes that are no text are shown as `\xNN`.
    pub text: String,
    /// Its bytes in all.
    #[ts(type = "number")]
    pub size: u64,
}

/// Everything the Signature tab shows.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
pub struct SignatureReport {
    /// The scheme; absent: none is set for the inbox.
    pub scheme: Option<SchemeInfo>,
    /// What a check says now.
    pub verdict: Verdict,
    /// Why.
    pub reason: Reason,
    /// What the stored verdict says, when it differs.
    pub stored: Option<(Verdict, Reason)>,
    /// The secret that matched, or the one `computed` was made with.
    pub secret: Option<String>,
    /// Where it lies in the vault.
    pub secret_id: Option<SecretId>,
    /// The signed text in parts.
    pub signed: Vec<SignedPart>,
    /// Bytes of the signed text.
    #[ts(type = "number")]
    pub signed_size: u64,
    /// The timestamp of the request, Unix seconds.
    #[ts(type = "number | null")]
    pub timestamp: Option<i64>,
    /// Its age when the delivery was received, in seconds; negative: from the future.
    #[ts(type = "number | null")]
    pub age_s: Option<i64>,
    /// The accepted age in seconds.
    #[ts(type = "number | null")]
    pub tolerance_s: Option<u64>,
    /// The signatures that came, as they stood in the header.
    pub received: Vec<String>,
    /// What the secret named above makes of the signed text, in the header's form.
    pub computed: Vec<String>,
    /// What went wrong, the likeliest first.
    pub diagnosis: Vec<Diagnosis>,
    /// What the search for it has tried; absent: there was nothing to search for.
    pub search: Option<Search>,
    /// A scheme that the headers look like, when none is set or the check failed.
    pub looks_like: Option<String>,
    /// Why the vault could not be asked, when it could not.
    pub vault_problem: Option<String>,
}

/// Verifies a request that is given or stored.
#[derive(Debug, Deserialize, TS)]
pub struct VerifyRequest {
    /// A raw HTTP/1.1 request in Base64; or
    #[serde(default)]
    pub request_base64: Option<String>,
    /// a stored delivery.
    #[serde(default)]
    pub delivery: Option<DeliveryId>,
    /// Under which scheme.
    pub scheme: String,
    /// The secrets to try; empty with `delivery`: those of its inbox.
    #[serde(default, deserialize_with = "super::inboxes::secret_texts")]
    pub secrets: Vec<SecretText>,
    /// What the scheme needs besides; with `delivery` what its inbox is set to stands where nothing is given.
    #[serde(default)]
    pub config: BTreeMap<String, String>,
    /// The time of the check in Unix seconds; absent: of receipt, or now.
    #[serde(default)]
    #[ts(type = "number | null")]
    pub now: Option<i64>,
    /// The address as the sender saw it.
    #[serde(default)]
    pub url: Option<String>,
    /// How long the cause of a failure may be searched for, in milliseconds, at most 60,000; 0: not at all;
    /// absent: 250.
    #[serde(default)]
    #[ts(optional, type = "number")]
    pub diagnose_ms: Option<u64>,
    /// The body as the handler saw it, in Base64, when it is at hand: where it was rewritten can then be told.
    #[serde(default)]
    #[ts(optional)]
    pub handler_body_base64: Option<String>,
}

/// The answer of the command line contract.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct VerifyReport {
    /// What the check says.
    pub verdict: Verdict,
    /// Why.
    pub reason: Reason,
    /// Under which scheme.
    pub scheme: String,
    /// The secret that matched: its name, or `#1` for the first one given.
    pub secret: Option<String>,
    /// The beginning of the signed text.
    pub signed_text_preview: String,
    /// The timestamp of the request, Unix seconds.
    #[ts(type = "number | null")]
    pub timestamp: Option<i64>,
    /// Its age in seconds.
    #[ts(type = "number | null")]
    pub age_s: Option<i64>,
    /// What went wrong, the likeliest first.
    pub diagnosis: Vec<Diagnosis>,
    /// What the search for it has tried; absent: there was nothing to search for, or no search was wanted.
    pub search: Option<Search>,
}

/// Signs a request.
#[derive(Debug, Deserialize, TS)]
pub struct SignRequest {
    /// A raw HTTP/1.1 request in Base64.
    pub request_base64: String,
    /// Under which scheme.
    pub scheme: String,
    /// With what; or
    #[serde(default)]
    pub secret: Option<SecretText>,
    /// with which secret of the vault.
    #[serde(default)]
    #[ts(optional)]
    pub secret_id: Option<SecretId>,
    /// What the scheme needs besides.
    #[serde(default)]
    pub config: BTreeMap<String, String>,
    /// The time to sign with in Unix seconds; absent: now.
    #[serde(default)]
    #[ts(type = "number | null")]
    pub now: Option<i64>,
    /// The id to sign with; absent: the request's own, else a fresh one.
    #[serde(default)]
    pub id: Option<String>,
    /// The address as the receiver will see it.
    #[serde(default)]
    pub url: Option<String>,
}

/// A signed request.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
pub struct Signed {
    /// The whole request in Base64, its signature headers replaced.
    pub request_base64: String,
}

/// A scheme or provider file to be checked.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
pub struct DescriptionText {
    /// How to name it in messages.
    pub file: String,
    /// Its text.
    pub text: String,
}

/// A fault in such a file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct Fault {
    /// From 1.
    #[ts(type = "number")]
    pub line: u64,
    /// From 1.
    #[ts(type = "number")]
    pub column: u64,
    /// What is wrong there.
    pub message: String,
}

/// What checking such a file found.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct Checks {
    /// The file's name.
    pub file: String,
    /// Its faults; none: it can be used.
    pub faults: Vec<Fault>,
}

/// A file of the catalogue.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
pub struct SchemeFile {
    /// What it says.
    pub info: SchemeInfo,
    /// Its text.
    pub text: String,
    /// True when it is the user's own.
    pub own: bool,
}
