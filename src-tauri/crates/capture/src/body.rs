//! Reading a body within its bounds of size, memory and time.

use crate::budget::{Budget, Share};
use crate::limits::Limits;
use crate::receiver::Incomplete;
use bytes::{Bytes, BytesMut};
use http_body_util::BodyExt;
use hyper::body::{Body, Incoming};
use std::error::Error;
use std::io;
use std::time::Instant;

/// What came of a body.
pub(crate) struct Collected {
    pub(crate) bytes: Bytes,
    pub(crate) end: BodyEnd,
    /// To be held as long as the bytes are.
    pub(crate) share: Share,
}

/// How the reading ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum BodyEnd {
    /// At the body's end.
    Whole,
    /// At the cap; the bytes are its beginning.
    TooLarge,
    /// Before the end; the bytes are what came.
    Incomplete(Incomplete),
    /// No memory was left; nothing is kept.
    NoMemory,
}

/// Bytes as they come in: one piece stays as it is, more are joined.
#[derive(Default)]
struct Joined {
    only: Bytes,
    many: BytesMut,
}

impl Joined {
    fn len(&self) -> usize {
        self.only.len() + self.many.len()
    }

    fn push(&mut self, piece: Bytes, expected: u64) {
        if self.len() == 0 {
            self.only = piece;
            return;
        }
        if self.many.is_empty() {
            // As much as was announced, but a sender that only announces gets no memory for it.
            let ahead = usize::try_from(expected).unwrap_or(usize::MAX).min(64 * 1024);
            self.many.reserve((self.only.len() + piece.len()).max(ahead));
            self.many.extend_from_slice(&std::mem::take(&mut self.only));
        }
        self.many.extend_from_slice(&piece);
    }

    fn finish(self) -> Bytes {
        if self.many.is_empty() { self.only } else { self.many.freeze() }
    }
}

/// Reads `incoming` to its end or to the first bound. `started` is when its head was read.
pub(crate) async fn collect(
    mut incoming: Incoming,
    limits: &Limits,
    budget: &Budget,
    started: Instant,
) -> Collected {
    let mut share = budget.share();
    let mut joined = Joined::default();
    let expected = incoming.size_hint().lower();
    let last = started + limits.body_total;
    let end = loop {
        if incoming.is_end_stream() {
            break BodyEnd::Whole;
        }
        let until = last.min(Instant::now() + limits.body_idle);
        let frame = match tokio::time::timeout_at(until.into(), incoming.frame()).await {
            Err(_) => break BodyEnd::Incomplete(Incomplete::TooSlow),
            Ok(None) => break BodyEnd::Whole,
            Ok(Some(Err(error))) => break BodyEnd::Incomplete(why(&error)),
            Ok(Some(Ok(frame))) => frame,
        };
        // Trailers are not kept.
        let Ok(mut piece) = frame.into_data() else { continue };
        let room = limits.body_cap - joined.len() as u64;
        let too_large = piece.len() as u64 > room;
        if too_large {
            piece.truncate(usize::try_from(room).unwrap_or(usize::MAX));
        }
        if !share.grow(piece.len()) {
            return Collected { bytes: Bytes::new(), end: BodyEnd::NoMemory, share: budget.share() };
        }
        joined.push(piece, expected.min(limits.body_cap));
        if too_large {
            break BodyEnd::TooLarge;
        }
        // The total holds for a sender that never pauses, too.
        if Instant::now() >= last && !incoming.is_end_stream() {
            break BodyEnd::Incomplete(Incomplete::TooSlow);
        }
    };
    Collected { bytes: joined.finish(), end, share }
}

/// hyper tells a broken chunk and a broken connection apart only by the error underneath.
fn why(error: &hyper::Error) -> Incomplete {
    let mut cause: Option<&(dyn Error + 'static)> = error.source();
    while let Some(inner) = cause {
        if let Some(io) = inner.downcast_ref::<io::Error>() {
            return match io.kind() {
                io::ErrorKind::InvalidInput | io::ErrorKind::InvalidData => Incomplete::Framing,
                _ => Incomplete::SenderLeft,
            };
        }
        cause = inner.source();
    }
    Incomplete::SenderLeft
}
