//! Things that go wrong on order.

use serde::{Deserialize, Serialize};
use std::time::Duration;

/// How a call goes wrong.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "fault", rename_all = "snake_case")]
pub enum Fault {
    /// Answered with this status and the provider's error body; nothing is done.
    Status {
        /// The status.
        status: u16,
        /// Whole seconds for `Retry-After`.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        retry_after: Option<u64>,
    },
    /// Answered with a page of HTML, as a proxy would; nothing is done.
    Html {
        /// The status.
        status: u16,
    },
    /// Done, and the answer breaks off in the middle of its body.
    CutBody,
    /// Done, and the answer's body is empty.
    EmptyBody,
    /// Done, and never answered.
    HangAfterCommit,
    /// The connection is reset; nothing is done.
    Reset,
    /// Done, and the connection is reset in place of an answer.
    ResetAfterCommit,
    /// Answered with exactly this; nothing is done. For a `Retry-After` that is a date or absurd, an error
    /// body of another shape, a list that is none.
    Answer {
        /// The status.
        status: u16,
        /// Names and values; `Content-Type` is JSON unless it is among them.
        #[serde(default)]
        headers: Vec<(String, String)>,
        /// The body.
        #[serde(default)]
        body: String,
    },
    /// Sent elsewhere; nothing is done.
    Redirect {
        /// 301, 302, 303, 307 or 308.
        status: u16,
        /// Where to.
        location: String,
    },
    /// Done, and answered a byte at a time.
    Trickle {
        /// Milliseconds before each byte: 1,000 is a byte a second.
        ms: u64,
    },
    /// Done, and answered with about so many blanks before the true body.
    Oversized {
        /// How many.
        bytes: u64,
    },
    /// Done, and every `find` in the body and in the `Link` header is written as `replace`: an unknown
    /// word, null in place of text, an id that comes twice, a cursor that loops.
    Rewritten {
        /// What is looked for.
        find: String,
        /// What it becomes.
        replace: String,
    },
    /// Done and answered, after a while.
    Slow {
        /// Milliseconds before the call is looked at.
        ms: u64,
    },
}

impl Fault {
    pub(crate) const fn delay(&self) -> Duration {
        match self {
            Self::Slow { ms } => Duration::from_millis(*ms),
            _ => Duration::ZERO,
        }
    }
}

/// A fault and the calls it is meant for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PlannedFault {
    /// What goes wrong.
    #[serde(flatten)]
    pub fault: Fault,
    /// Only calls with this method.
    #[serde(default)]
    pub method: Option<String>,
    /// Only calls whose path contains this.
    #[serde(default)]
    pub path: Option<String>,
    /// How many calls; 1 when left out.
    #[serde(default = "one")]
    pub times: u32,
}

const fn one() -> u32 {
    1
}

impl From<Fault> for PlannedFault {
    /// For the next call, whichever it is.
    fn from(fault: Fault) -> Self {
        Self { fault, method: None, path: None, times: 1 }
    }
}

impl PlannedFault {
    /// The same fault for this many calls.
    #[must_use]
    pub const fn times(mut self, times: u32) -> Self {
        self.times = times;
        self
    }

    /// Only for calls with this method.
    #[must_use]
    pub fn method(mut self, method: &str) -> Self {
        self.method = Some(method.to_owned());
        self
    }

    /// Only for calls whose path contains this.
    #[must_use]
    pub fn path(mut self, part: &str) -> Self {
        self.path = Some(part.to_owned());
        self
    }

    pub(crate) fn meant_for(&self, method: &str, path: &str) -> bool {
        self.method.as_deref().is_none_or(|want| want.eq_ignore_ascii_case(method))
            && self.path.as_deref().is_none_or(|want| path.contains(want))
    }
}
