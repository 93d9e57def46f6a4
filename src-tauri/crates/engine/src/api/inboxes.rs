//! Inboxes and secrets.

use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Deserializer, Serialize, de};
use std::collections::BTreeMap;
use ts_rs::TS;
use waybill_model::{AnswerRule, Name, SecretId, SecretKind};

/// A secret on its way in. It can be read from JSON and never be written to it.
#[derive(Debug, Clone, TS)]
#[ts(type = "string")]
pub struct SecretText(pub SecretString);

impl<'de> Deserialize<'de> for SecretText {
    /// What is no text is refused without being quoted, as serde's own words would: it may be a secret all
    /// the same.
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        match serde_json::Value::deserialize(deserializer)? {
            serde_json::Value::String(text) => Ok(Self(SecretString::from(text))),
            _ => Err(de::Error::custom("a secret is given as text")),
        }
    }
}

/// Several secrets; what is no list of texts is refused without being quoted.
pub(crate) fn secret_texts<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<SecretText>, D::Error> {
    match serde_json::Value::deserialize(deserializer)? {
        serde_json::Value::Array(values) => {
            values.into_iter().map(|value| serde_json::from_value(value).map_err(de::Error::custom)).collect()
        }
        _ => Err(de::Error::custom("secrets are given as a list of texts")),
    }
}

impl From<String> for SecretText {
    fn from(text: String) -> Self {
        Self(SecretString::from(text))
    }
}

impl SecretText {
    /// The secret itself, for the vault and for signing.
    #[must_use]
    pub fn expose(&self) -> &str {
        self.0.expose_secret()
    }
}

/// Names an inbox, a connection, or whatever the command is about.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
pub struct Named {
    /// Its name.
    pub name: Name,
}

/// Makes an inbox.
#[derive(Debug, Deserialize, TS)]
pub struct InboxCreate {
    /// Its name and the last part of its path.
    pub name: Name,
    /// The scheme; absent: the endpoint's, else none.
    #[serde(default)]
    pub scheme: Option<String>,
    /// Secrets to verify with, put into the vault.
    #[serde(default, deserialize_with = "secret_texts")]
    pub secrets: Vec<SecretText>,
    /// What the scheme needs besides.
    #[serde(default)]
    pub config: BTreeMap<String, String>,
    /// What is answered; absent: 200 with an empty body.
    #[serde(default)]
    pub answer: Option<AnswerRule>,
    /// Whether handshakes of the scheme are answered as their sender wants; absent: yes.
    #[serde(default)]
    #[ts(optional)]
    pub answer_handshakes: Option<bool>,
    /// Where each delivery is sent on to.
    #[serde(default)]
    pub forward_to: Vec<String>,
    /// With `endpoint`: scheme and secret are that endpoint's, and secrets that are given become the endpoint's.
    #[serde(default)]
    pub connection: Option<Name>,
    /// The endpoint, by the provider's id.
    #[serde(default)]
    pub endpoint: Option<String>,
}

/// Changes an inbox; what is absent stays.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
pub struct InboxUpdate {
    /// Which.
    pub name: Name,
    /// An empty text removes the scheme.
    #[serde(default)]
    #[ts(optional)]
    pub scheme: Option<String>,
    /// Replaces the whole configuration.
    #[serde(default)]
    #[ts(optional)]
    pub config: Option<BTreeMap<String, String>>,
    /// Replaces the answer.
    #[serde(default)]
    #[ts(optional)]
    pub answer: Option<AnswerRule>,
    /// Whether handshakes are answered.
    #[serde(default)]
    #[ts(optional)]
    pub answer_handshakes: Option<bool>,
    /// Replaces the forward targets.
    #[serde(default)]
    #[ts(optional)]
    pub forward_to: Option<Vec<String>>,
}

/// Adds a secret to an inbox. The ones before become `previous` and are still tried. At the inbox of an endpoint it
/// becomes the endpoint's current one, and those before are retired as after a rotation.
#[derive(Debug, Deserialize, TS)]
pub struct InboxAddSecret {
    /// Which inbox.
    pub name: Name,
    /// The secret.
    pub secret: SecretText,
}

/// Takes a secret from an inbox. A secret that nothing else uses leaves the vault too.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
pub struct InboxRemoveSecret {
    /// Which inbox.
    pub name: Name,
    /// Which secret.
    pub secret: SecretId,
}

/// Puts a secret into the vault by hand.
#[derive(Debug, Deserialize, TS)]
pub struct SecretSet {
    /// What people call it, unique.
    pub name: String,
    /// What it is for.
    pub kind: SecretKind,
    /// The secret.
    pub value: SecretText,
}

/// Names a secret.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
pub struct SecretRef {
    /// Which.
    pub id: SecretId,
}

/// A secret that the user asked to see. The only answer of the whole table that holds one.
#[derive(Clone, Serialize, Deserialize, TS)]
pub struct Revealed {
    /// The secret.
    pub value: String,
}

impl std::fmt::Debug for Revealed {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Revealed(…)")
    }
}
