//! What a check found, for the store, the window and the command line.

use crate::message::PartKind;
use std::ops::Range;
use waybill_model::{Reason, Verdict};

/// The outcome of a check. Holds no secret; `computed` is a signature that the secret would make, so it
/// is for showing to the secret's owner and not for logs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verification {
    /// The outcome in one word.
    pub verdict: Verdict,
    /// Why.
    pub reason: Reason,
    /// What `reason` would be if the scheme were confirmed by its provider; the same as `reason` for
    /// every confirmed scheme. Somebody who has seen the scheme verify can hold to this one.
    pub strict_reason: Reason,
    /// Which of the given secrets matched.
    pub secret: Option<usize>,
    /// When the sender says it sent this, in Unix seconds.
    pub timestamp: Option<i64>,
    /// Seconds from then until the time of the check; negative when it lies ahead.
    pub age_s: Option<i64>,
    /// The oldest age the scheme takes, in seconds; absent: no limit, or no timestamp.
    pub max_age_s: Option<u64>,
    /// How far ahead a timestamp may lie, in seconds; absent: no limit, or no timestamp.
    pub max_future_s: Option<u64>,
    /// What was signed, part by part; empty when it could not be put together.
    pub signed_content: Vec<Part>,
    /// The signatures that were received, as written; empty for tokens, which are secrets themselves.
    pub received: Vec<String>,
    /// The signatures that the first readable secret makes, one for each form of the message, written
    /// as the scheme writes them; empty where only a public key is known, and for tokens.
    pub computed: Vec<String>,
}

/// One part of the signed content.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Part {
    /// What it is.
    pub kind: PartKind,
    /// What the scheme calls it: `timestamp`, `header:webhook-id`; empty for literal text.
    pub label: String,
    /// Its bytes.
    pub content: PartContent,
}

/// Where the bytes of a part are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PartContent {
    /// Here.
    Bytes(Vec<u8>),
    /// This range of the request's body.
    Body(Range<usize>),
    /// Nowhere: it is the secret.
    Hidden,
}

impl Verification {
    /// The beginning of the signed content as text, at most `max` bytes of it and three dots when there
    /// is more. `body` is the body of the request that was checked. The secret shows as `{secret}`.
    #[must_use]
    pub fn signed_text_preview(&self, body: &[u8], max: usize) -> String {
        let mut bytes = Vec::new();
        let mut more = false;
        for part in &self.signed_content {
            let content: &[u8] = match &part.content {
                PartContent::Bytes(bytes) => bytes,
                PartContent::Body(range) => body.get(range.clone()).unwrap_or_default(),
                PartContent::Hidden => b"{secret}",
            };
            let room = max.saturating_sub(bytes.len());
            more |= content.len() > room;
            bytes.extend_from_slice(content.get(..room).unwrap_or(content));
        }
        let mut text = String::from_utf8_lossy(&bytes).into_owned();
        if more {
            // A character cut in half at the end is no fault of the sender's.
            text.truncate(text.trim_end_matches('\u{fffd}').len());
            text.push('…');
        }
        text
    }
}
