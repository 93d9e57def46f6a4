//! What a provider's description says, in the form that the window builds its forms from.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// An operation of endpoint management.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum ProviderOperation {
    /// All endpoints.
    List,
    /// One endpoint.
    Get,
    /// Make one.
    Create,
    /// Change one.
    Update,
    /// Switch one on or off.
    SetActive,
    /// Remove one.
    Delete,
    /// Make a new secret.
    Rotate,
    /// Ask the provider to send a test event.
    Test,
    /// Read the delivery log.
    Log,
    /// Ask the provider to send a delivery again.
    Redeliver,
    /// Read the signing secret.
    Secret,
    /// Read one entry of the delivery log with its request.
    Entry,
    /// Ask the provider to send an event again, to some endpoints.
    ReplayEvent,
    /// Ask the provider to send again everything that failed since an instant.
    Recover,
    /// Hear events as they happen.
    Listen,
    /// Read how all endpoints fare.
    Health,
    /// Read the event types that there are.
    EventTypes,
}

impl ProviderOperation {
    /// Every operation, in the order in which they are shown.
    pub const ALL: [Self; 17] = [
        Self::List,
        Self::Get,
        Self::Create,
        Self::Update,
        Self::SetActive,
        Self::Delete,
        Self::Rotate,
        Self::Test,
        Self::Log,
        Self::Redeliver,
        Self::Secret,
        Self::Entry,
        Self::ReplayEvent,
        Self::Recover,
        Self::Listen,
        Self::Health,
        Self::EventTypes,
    ];

    /// True for an operation that changes nothing at the provider.
    #[must_use]
    pub const fn reads(self) -> bool {
        matches!(
            self,
            Self::List
                | Self::Get
                | Self::Log
                | Self::Secret
                | Self::Entry
                | Self::Listen
                | Self::Health
                | Self::EventTypes
        )
    }
}

/// How far an operation is there.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum Support {
    /// The provider documents it.
    Supported,
    /// Made from other documented calls (filter a list, delete and create).
    Emulated,
    /// Not documented; a guess that is off until it is switched on.
    Unconfirmed,
    /// The provider has nothing of the kind.
    Unsupported,
}

/// One operation of a provider.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct OperationInfo {
    /// Which.
    pub operation: ProviderOperation,
    /// How far it is there.
    pub support: Support,
    /// What to know about it: what it replaces, where to do it instead.
    pub note: String,
}

/// A base address the user can choose.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct BaseAddress {
    /// For people.
    pub label: String,
    /// The address, with `{variables}`.
    pub url: String,
}

/// A value of the address that each account has of its own.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct VariableInfo {
    /// As it stands in the address.
    pub name: String,
    /// For people.
    pub label: String,
    /// An example or where to find it.
    pub hint: String,
    /// The kind of account it belongs to, where there are several: only the variables of one kind are
    /// given. Absent: always needed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub scope: Option<String>,
}

/// A way to send the credential.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct AuthForm {
    /// As a connection names it.
    pub id: String,
    /// For people.
    pub label: String,
    /// Where to get one, how long it lasts.
    pub hint: String,
}

/// How a field of the endpoint form is filled in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case", tag = "kind")]
pub enum FieldKind {
    /// A line of text.
    Text,
    /// One of these.
    Choice {
        /// The values, in the provider's words.
        options: Vec<String>,
    },
}

/// A field of the endpoint form beyond address and event types.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct FieldInfo {
    /// As `--field NAME=…` takes it.
    pub name: String,
    /// For people.
    pub label: String,
    /// What it is for.
    pub hint: String,
    /// True when the provider refuses without it.
    pub required: bool,
    /// True when it can be changed later.
    pub editable: bool,
    /// How it is filled in.
    #[serde(flatten)]
    pub kind: FieldKind,
    /// What stands in it at first.
    pub default: Option<String>,
}

/// An event type of the provider's catalogue; the set is open.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct EventTypeInfo {
    /// The provider's word.
    pub name: String,
    /// The family it is grouped under.
    pub group: String,
}

/// How "every event type" is said to this provider.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case", tag = "kind")]
pub enum AllEvents {
    /// By naming each.
    Explicit,
    /// By this word.
    Wildcard {
        /// The word.
        word: String,
    },
    /// By an empty list.
    Empty,
}

/// A provider as the window and the command line show it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct ProviderInfo {
    /// The file's name in the catalogue.
    pub id: String,
    /// For people.
    pub title: String,
    /// Where it is introduced: what this API is.
    pub introduction: String,
    /// Base addresses on offer, the first preselected.
    pub bases: Vec<BaseAddress>,
    /// Values the address needs.
    pub variables: Vec<VariableInfo>,
    /// Ways to send the credential, the first preselected.
    pub auth: Vec<AuthForm>,
    /// Further fields of the endpoint form.
    pub fields: Vec<FieldInfo>,
    /// Known event types.
    pub events: Vec<EventTypeInfo>,
    /// How every event type is said.
    pub all_events: AllEvents,
    /// What to know about event types, where the provider's pages disagree.
    pub events_note: String,
    /// The scheme its deliveries are signed under.
    pub scheme: String,
    /// Every operation.
    pub operations: Vec<OperationInfo>,
    /// What the provider demands of an address, for people.
    pub url_rules: Vec<String>,
    /// Retries, deadlines, switching off after failures: for people.
    pub delivery_notes: Vec<String>,
    /// Where the facts come from.
    pub sources: Vec<String>,
}

/// A scheme as the window and the command line show it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct SchemeInfo {
    /// The file's name in the catalogue.
    pub id: String,
    /// For people.
    pub title: String,
    /// The algorithm in words: `HMAC-SHA256, hex`.
    pub algorithm: String,
    /// The signed text as a template: `{timestamp}.{body}`.
    pub signed_content: String,
    /// The header that carries the signature.
    pub header: String,
    /// Oldest accepted age in seconds; absent: no limit.
    #[ts(type = "number | null")]
    pub tolerance_s: Option<u64>,
    /// True when this side can sign with what it verifies with.
    pub can_sign: bool,
    /// True when the provider's documents don't confirm it.
    pub unconfirmed: bool,
    /// Configuration it needs besides the secret.
    pub config: Vec<String>,
    /// The handshakes it knows, by the sender's word: `url_verification`.
    pub handshakes: Vec<String>,
    /// What to know about it.
    pub note: String,
    /// Where the facts come from.
    pub sources: Vec<String>,
}
