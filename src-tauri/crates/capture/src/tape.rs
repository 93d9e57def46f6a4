//! What has passed on one connection: the heads, in order, as they came.
//!
//! The tape sees every byte that is read, before hyper does, and follows along: head, body, head.
//! The service takes a head off it for each request hyper hands over, and compares the two. When the
//! tape can't tell where a body ends it takes down no further head, and whatever hyper takes for the
//! next request is refused.

use crate::chunks::Chunks;
use crate::head::{BodyLength, Head};
use crate::limits::HEAD_CAP;
use bytes::{Bytes, BytesMut};
use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Instant;
use waybill_model::Clock;

#[derive(Debug)]
enum At {
    /// Between requests, where empty lines are passed over (RFC 9112, section 2.2).
    Gap,
    Head,
    Body(u64),
    Chunked(Chunks),
    Lost,
}

/// The record of one connection.
#[derive(Debug)]
pub(crate) struct Tape {
    clock: Arc<dyn Clock>,
    at: At,
    /// The head that is being read.
    head: BytesMut,
    /// How much of it has been searched for its end.
    searched: usize,
    /// Heads that are complete and that nobody has taken yet.
    heads: VecDeque<Head>,
}

impl Tape {
    pub(crate) fn new(clock: Arc<dyn Clock>) -> Self {
        Self { clock, at: At::Gap, head: BytesMut::new(), searched: 0, heads: VecDeque::new() }
    }

    /// Takes down what was read.
    pub(crate) fn read(&mut self, mut bytes: &[u8]) {
        while !bytes.is_empty() {
            let passed = match &mut self.at {
                At::Gap => {
                    let empty = bytes.iter().take_while(|byte| matches!(byte, b'\r' | b'\n')).count();
                    if empty < bytes.len() {
                        self.at = At::Head;
                        self.head.reserve(1_024);
                        self.searched = 0;
                    }
                    empty
                }
                At::Head => self.read_head(bytes),
                At::Body(left) => {
                    let here = usize::try_from(*left).unwrap_or(usize::MAX).min(bytes.len());
                    *left -= here as u64;
                    if *left == 0 {
                        self.at = At::Gap;
                    }
                    here
                }
                At::Chunked(chunks) => {
                    let here = chunks.pass(bytes);
                    match chunks {
                        Chunks::End => self.at = At::Gap,
                        Chunks::Lost => self.at = At::Lost,
                        _ => {}
                    }
                    here
                }
                At::Lost => bytes.len(),
            };
            bytes = &bytes[passed..];
        }
    }

    fn read_head(&mut self, bytes: &[u8]) -> usize {
        let before = self.head.len();
        // hyper gives up at the cap too; a head a little longer than it is never searched again.
        if before > HEAD_CAP {
            self.at = At::Lost;
            return 0;
        }
        self.head.extend_from_slice(bytes);
        let Some(end) = self.end_of_head() else { return bytes.len() };
        let behind = self.head.len() - end;
        self.head.truncate(end);
        let head = Head::take_apart(self.head.split().freeze(), self.clock.now(), Instant::now());
        self.at = match head.body {
            BodyLength::Exactly(0) => At::Gap,
            BodyLength::Exactly(length) => At::Body(length),
            BodyLength::Chunked => At::Chunked(Chunks::Start),
            BodyLength::Doubtful => At::Lost,
        };
        self.heads.push_back(head);
        bytes.len() - behind
    }

    /// Behind the first empty line; line ends are CR LF or LF alone, as hyper takes them.
    fn end_of_head(&mut self) -> Option<usize> {
        let bytes = &self.head[..];
        let mut from = self.searched;
        while let Some(found) = bytes[from..].iter().position(|&byte| byte == b'\n') {
            let line_end = from + found;
            match bytes.get(line_end + 1..) {
                Some([b'\n', ..]) => return Some(line_end + 2),
                Some([b'\r', b'\n', ..]) => return Some(line_end + 3),
                Some([] | [b'\r']) | None => {
                    // The line behind is not here yet: look at this end again.
                    self.searched = line_end;
                    return None;
                }
                Some(_) => from = line_end + 1,
            }
        }
        self.searched = bytes.len();
        None
    }

    /// The head of the request that comes next.
    pub(crate) fn take_head(&mut self) -> Option<Head> {
        self.heads.pop_front()
    }

    /// What came of a request that nobody was handed: a whole head, or the beginning of one.
    pub(crate) fn unclaimed(&mut self) -> Option<Head> {
        if let Some(mut head) = self.heads.pop_front() {
            head.raw.truncate(HEAD_CAP);
            return Some(head);
        }
        if self.head.is_empty() {
            return None;
        }
        let mut raw: Bytes = self.head.split().freeze();
        raw.truncate(HEAD_CAP);
        Some(Head::take_apart(raw, self.clock.now(), Instant::now()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use waybill_model::SystemClock;

    fn heads(tape: &mut Tape) -> Vec<String> {
        std::iter::from_fn(|| tape.take_head())
            .map(|head| String::from_utf8_lossy(&head.raw).into_owned())
            .collect()
    }

    #[test]
    fn heads_are_told_from_bodies_in_pieces_of_any_size() {
        let requests = [
            ("POST /a HTTP/1.1\r\nHost: h\r\nContent-Length: 22\r\n\r\n", "GET /no HTTP/1.1\r\n\r\nxx"),
            ("GET /b HTTP/1.1\nhost:h\n\n", "\r\n\r\n"),
            (
                "PUT /c HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n",
                "4\r\nGET \r\n4;x\r\n\r\n\r\n\r\n0\r\nT: 1\r\n\r\n",
            ),
            ("POST /d HTTP/1.1\r\ncontent-length: 0\r\n\r\n", ""),
            ("GET /e HTTP/1.1\r\n\r\n", "\n"),
            ("POST /f HTTP/1.1\r\nContent-Length: 4\r\n\r\n", "\r\n\r\n"),
            ("GET /g HTTP/1.1\r\nA: b\r\n\r\n", ""),
        ];
        let all: String = requests.iter().flat_map(|(head, body)| [*head, *body]).collect();
        let expected: Vec<&str> = requests.iter().map(|(head, _)| *head).collect();
        for size in 1..=all.len() {
            let mut tape = Tape::new(Arc::new(SystemClock));
            for piece in all.as_bytes().chunks(size) {
                tape.read(piece);
            }
            assert_eq!(heads(&mut tape), expected, "in pieces of {size}");
            assert!(tape.unclaimed().is_none());
        }
    }

    #[test]
    fn in_doubt_nothing_further_is_taken_for_a_head() {
        for start in [
            "POST / HTTP/1.1\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n",
            "POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
            "POST / HTTP/1.1\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab",
        ] {
            let mut tape = Tape::new(Arc::new(SystemClock));
            tape.read(start.as_bytes());
            tape.read(b"GET /smuggled HTTP/1.1\r\n\r\n");
            assert!(matches!(tape.at, At::Lost), "{start:?}");
            assert_eq!(heads(&mut tape).len(), 1, "{start:?}");
        }
    }

    #[test]
    fn the_beginning_of_a_head_can_be_shown_and_is_bounded() {
        let mut tape = Tape::new(Arc::new(SystemClock));
        tape.read(b"\r\nGET /half HTTP/1.1\r\nHost");
        let half = tape.unclaimed().unwrap();
        assert_eq!(&half.raw[..], b"GET /half HTTP/1.1\r\nHost");
        assert_eq!((half.method.as_str(), half.target.as_str()), ("GET", "/half"));

        let mut tape = Tape::new(Arc::new(SystemClock));
        for _ in 0..1_000 {
            tape.read(&[b'x'; 1_000]);
        }
        assert_eq!(tape.unclaimed().unwrap().raw.len(), HEAD_CAP);
    }
}
