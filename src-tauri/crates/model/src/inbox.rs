//! A named path on the capture server.

use crate::{HeaderPair, Name, SecretId, SecretState, Timestamp};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use ts_rs::TS;

/// What the capture server answers for an inbox.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct AnswerRule {
    /// 200 to 599.
    pub status: u16,
    /// Headers to send besides the length.
    pub headers: Vec<HeaderPair>,
    /// The body as text.
    pub body: String,
    /// How long to wait before answering, in milliseconds, at most 120,000. The delivery is on disk before the wait.
    pub delay_ms: u32,
}

impl Default for AnswerRule {
    fn default() -> Self {
        Self { status: 200, headers: Vec::new(), body: String::new(), delay_ms: 0 }
    }
}

/// A secret that an inbox verifies with.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct InboxSecret {
    /// Where it lies in the vault.
    pub id: SecretId,
    /// What people call it.
    pub name: String,
    /// Whether it is still in use.
    pub state: SecretState,
}

/// A named path, `/in/<name>`, with everything captured there.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct Inbox {
    /// Its name and the last part of its path.
    pub name: Name,
    /// The scheme deliveries are checked under; absent: nothing is checked.
    pub scheme: Option<String>,
    /// What the scheme needs besides a secret (`url` as registered, `webhook_id` …).
    pub config: BTreeMap<String, String>,
    /// The secrets that are tried, current first.
    pub secrets: Vec<InboxSecret>,
    /// What is answered.
    pub answer: AnswerRule,
    /// Whether handshakes of the scheme are answered as their sender wants, in place of `answer`.
    pub answer_handshakes: bool,
    /// Where each new delivery is sent on to.
    pub forward_to: Vec<String>,
    /// The connection whose endpoint delivers here.
    pub connection: Option<Name>,
    /// That endpoint, by the provider's id.
    pub endpoint: Option<String>,
    /// When it was made.
    pub created_at: Timestamp,
    /// Deliveries kept.
    #[ts(type = "number")]
    pub deliveries: u64,
    /// Of them, those whose verdict is `invalid` or `unsigned`.
    #[ts(type = "number")]
    pub failed: u64,
    /// When the last one came.
    pub last_received_at: Option<Timestamp>,
}

impl Inbox {
    /// A fresh inbox that checks nothing and answers 200.
    #[must_use]
    pub fn new(name: Name, created_at: Timestamp) -> Self {
        Self {
            name,
            scheme: None,
            config: BTreeMap::new(),
            secrets: Vec::new(),
            answer: AnswerRule::default(),
            answer_handshakes: true,
            forward_to: Vec::new(),
            connection: None,
            endpoint: None,
            created_at,
            deliveries: 0,
            failed: 0,
            last_received_at: None,
        }
    }
}
