//! The user's own schemes: kept, tried before they are kept, made from a form; and what a request looks like.

use super::{Confidence, Fault, SecretText, SignatureReport};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use ts_rs::TS;
use waybill_model::{DeliveryId, Name, SecretMeta};

/// Keeps a scheme of the user's.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
pub struct SchemeSave {
    /// Its id, which becomes the file's name.
    pub id: String,
    /// The file's text.
    pub text: String,
    /// True to take the place of a scheme of that id, our own included.
    #[serde(default)]
    pub replace: bool,
}

/// A file of the user's that can't be used.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct UnusableScheme {
    /// The file's name.
    pub file: String,
    /// What is wrong with it.
    pub fault: Fault,
}

/// The user's own schemes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct OwnSchemes {
    /// The folder they lie in.
    pub folder: String,
    /// Their ids.
    pub schemes: Vec<String>,
    /// Files that can't be used.
    pub unusable: Vec<UnusableScheme>,
}

/// Tries a scheme that is not kept yet.
#[derive(Debug, Deserialize, TS)]
pub struct SchemePreviewRequest {
    /// The file's text.
    pub text: String,
    /// Against a stored delivery; or
    #[serde(default)]
    pub delivery: Option<DeliveryId>,
    /// against a raw HTTP/1.1 request in Base64.
    #[serde(default)]
    pub request_base64: Option<String>,
    /// With the secrets and the configuration of this inbox; absent: of the delivery's.
    #[serde(default)]
    pub inbox: Option<Name>,
    /// With this secret instead.
    #[serde(default)]
    pub secret: Option<SecretText>,
    /// What the scheme needs besides; what is given here goes before the inbox's.
    #[serde(default)]
    #[ts(optional, as = "Option<BTreeMap<String, String>>")]
    pub config: BTreeMap<String, String>,
}

/// What trying a scheme showed.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
pub struct SchemePreview {
    /// What is wrong with the text; none: it was tried.
    pub faults: Vec<Fault>,
    /// What the check says; absent: the text has a fault, or nothing was named to try it against.
    pub report: Option<SignatureReport>,
}

/// A scheme as a form has it. What is absent or empty is left out of the file.
#[derive(Clone, Debug, Default, Serialize, Deserialize, TS)]
#[serde(default)]
#[ts(optional_fields)]
pub struct SchemeForm {
    /// Its name for people.
    #[ts(optional = false)]
    pub title: String,
    /// `hmac-sha256`, `ed25519`, `token` …
    #[ts(optional = false)]
    pub algorithm: String,
    /// The header that holds the signature.
    #[ts(optional = false)]
    pub signature_header: String,
    /// `plain`, `pairs` (`t=…,v1=…`) or `tokens` (`v1,… v1,…`); absent: plain.
    pub format: Option<String>,
    /// What stands before the signature: `sha256=`.
    pub prefix: Option<String>,
    /// What stands between the pairs or tokens.
    pub separator: Option<String>,
    /// What stands between the name and the value of a pair; absent: `=`.
    pub assign: Option<String>,
    /// What stands between the version and the signature of a token.
    pub version_separator: Option<String>,
    /// The names of the pairs, or the versions, that hold a signature: `v1`.
    pub accept: Option<Vec<String>>,
    /// How the signature is written: `hex`, `base64`, `base64url`, `text`; absent: hex.
    pub encoding: Option<String>,
    /// How the secret is read: `text`, `hex`, `base64`, `base64url`, `pem`; absent: text.
    pub key_encoding: Option<String>,
    /// What is cut off the secret before it is read: `whsec_`.
    pub key_prefix: Option<String>,
    /// The signed text, part by part: `{timestamp}`, `{header:NAME}`, `{body}` … or literal text (`{{` is a brace).
    #[ts(optional = false)]
    pub message_parts: Vec<String>,
    /// The header that holds the timestamp; or
    pub timestamp_header: Option<String>,
    /// the name of the pair that does.
    pub timestamp_field: Option<String>,
    /// `seconds`, `milliseconds`, `rfc3339` …; absent: seconds.
    pub timestamp_unit: Option<String>,
    /// The oldest timestamp that is taken, in seconds.
    #[ts(type = "number")]
    pub max_age: Option<u64>,
    /// How far ahead a timestamp may lie, in seconds.
    #[ts(type = "number")]
    pub max_future: Option<u64>,
    /// Where the event type stands: `header:NAME`, `json:/POINTER`, `form:NAME` or `query:NAME`.
    pub event_type: Option<String>,
    /// Where the event's id stands.
    pub event_id: Option<String>,
    /// Where the delivery's id stands.
    pub delivery_id: Option<String>,
    /// The header that gets a fresh id when something is signed.
    pub id_header: Option<String>,
    /// A remark.
    pub note: Option<String>,
}

/// The text of a scheme file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct SchemeText {
    /// TOML.
    pub text: String,
    /// What is wrong with it, where the form can't be a scheme yet.
    pub faults: Vec<Fault>,
}

/// Asks what a request looks like.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
pub struct DetectRequest {
    /// A stored delivery; or
    #[serde(default)]
    pub delivery: Option<DeliveryId>,
    /// a raw HTTP/1.1 request in Base64.
    #[serde(default)]
    pub request_base64: Option<String>,
}

/// A scheme that a request may be signed under. Nothing was verified.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct SchemeProposal {
    /// Its id.
    pub scheme: String,
    /// Its name for people.
    pub title: String,
    /// What speaks for it, in one sentence.
    pub reason: String,
    /// How sure it is.
    pub confidence: Confidence,
}

/// Makes a key pair to sign and verify with here.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
pub struct TestKeyRequest {
    /// The scheme it is for.
    pub scheme: String,
    /// What the private part is called in the vault; absent: after the scheme.
    #[serde(default)]
    #[ts(optional)]
    pub name: Option<String>,
}

/// A key to sign and verify with here.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct TestKey {
    /// The private part, or the shared secret, in the vault.
    pub secret: SecretMeta,
    /// The public part, to be given to whoever verifies; absent: the scheme has none.
    pub public_key: Option<String>,
}
