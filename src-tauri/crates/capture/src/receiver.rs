//! What the capture server hands on, and what it wants to know in return.

use bytes::Bytes;
use std::future::Future;
use std::net::SocketAddr;
use std::time::{Duration, Instant};
use waybill_model::{HeaderPair, Timestamp};

/// Takes what reached the capture server. Called from many tasks at once.
pub trait Receiver: Send + Sync + 'static {
    /// Keeps a request and says what to answer. The answer leaves after this has returned; the call
    /// runs to its end even when the sender has left.
    fn receive(&self, arrived: Arrived) -> impl Future<Output = Answer> + Send;

    /// Keeps a request that was refused before it could be understood. Its answer has been chosen.
    fn refused(&self, refused: Refused) -> impl Future<Output = ()> + Send;
}

/// A request whose head was understood.
#[derive(Clone, Debug)]
pub struct Arrived {
    /// When its head had been read.
    pub received_at: Timestamp,
    /// The same moment on the clock that only runs forward, for measuring.
    pub started: Instant,
    /// Where it came from.
    pub peer: SocketAddr,
    /// The head as it came, from the method to the blank line and with it.
    pub raw_head: Bytes,
    /// The method as it came.
    pub method: String,
    /// The request target as it came.
    pub target: String,
    /// Names and values in the order and case they came in; values without the white space around them.
    pub headers: Vec<(Bytes, Bytes)>,
    /// The body without its chunk framing; only its beginning when `truncated` or `incomplete`.
    pub body: Bytes,
    /// The body was longer than the cap; this is its beginning. The sender is answered 413, whatever
    /// the receiver says.
    pub truncated: bool,
    /// The body never came to its end; this is what came. Never answered with the receiver's answer.
    pub incomplete: Option<Incomplete>,
}

impl Arrived {
    /// The path of the target as sent, without the query.
    #[must_use]
    pub fn path(&self) -> &str {
        crate::head::path_and_query(&self.target).0
    }

    /// The query as sent, without the question mark; empty when there is none.
    #[must_use]
    pub fn query(&self) -> &str {
        crate::head::path_and_query(&self.target).1
    }

    /// The status that is answered instead of the receiver's, and 0 when nothing is answered because
    /// the sender has left; none when the receiver's answer counts.
    #[must_use]
    pub const fn forced_status(&self) -> Option<u16> {
        match (self.incomplete, self.truncated) {
            (Some(incomplete), _) => Some(incomplete.status()),
            (None, true) => Some(413),
            (None, false) => None,
        }
    }
}

/// Why a body did not come to its end.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Incomplete {
    /// The connection ended in the middle of it.
    SenderLeft,
    /// The sender fell silent in it, or took longer than is waited.
    TooSlow,
    /// Its chunk framing is broken.
    Framing,
}

impl Incomplete {
    /// What happened, in words for a person.
    #[must_use]
    pub const fn reason(self) -> &'static str {
        match self {
            Self::SenderLeft => "The sender left in the middle of the body.",
            Self::TooSlow => "The sender fell silent in the middle of the body.",
            Self::Framing => "The framing of the chunked body is broken.",
        }
    }

    const fn status(self) -> u16 {
        match self {
            Self::SenderLeft => 0,
            Self::TooSlow => 408,
            Self::Framing => 400,
        }
    }
}

/// A request that could not be taken in.
#[derive(Clone, Debug)]
pub struct Refused {
    /// When it was refused.
    pub received_at: Timestamp,
    /// Where it came from.
    pub peer: SocketAddr,
    /// The bytes that came, from the first of its head, at most 64 KiB.
    pub raw: Bytes,
    /// The method as it came; empty when none could be read.
    pub method: String,
    /// The request target as it came; empty when none could be read.
    pub target: String,
    /// The headers that could be read, as in [`Arrived`].
    pub headers: Vec<(Bytes, Bytes)>,
    /// Why, in words for a person.
    pub reason: String,
    /// The status that was answered; 0 when nothing could be.
    pub status: u16,
}

/// What to answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer {
    /// 200 to 599 (HTTP has no final answer below); anything else is answered as 500.
    pub status: u16,
    /// Headers to send. What HTTP does not allow is left out, and so is what frames the body
    /// (`content-length`, `transfer-encoding`).
    pub headers: Vec<HeaderPair>,
    /// The body; not sent where HTTP allows none (HEAD, 204, 304).
    pub body: Bytes,
    /// How long to wait before answering.
    pub delay: Duration,
}

impl Answer {
    /// An answer of that status with nothing else.
    #[must_use]
    pub const fn status(status: u16) -> Self {
        Self { status, headers: Vec::new(), body: Bytes::new(), delay: Duration::ZERO }
    }
}
