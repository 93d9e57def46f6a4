//! Whole conversations made up at random: many requests on one connection, framed every way, cut into
//! pieces anywhere. Each must arrive as it was meant, with its own head.
#![allow(clippy::unwrap_used, clippy::print_stdout, reason = "a test stops at the first surprise")]

mod common;

use common::{patient, start};

/// A small generator (xorshift), so that a failing conversation can be held again by its number.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 >> 33).unwrap() % sides
    }

    fn one_of<'a>(&mut self, of: &[&'a str]) -> &'a str {
        of[self.roll(of.len())]
    }

    /// Bytes that look like framing as often as they can.
    fn body(&mut self) -> Vec<u8> {
        let mut body = Vec::new();
        for _ in 0..self.roll(12) {
            let piece = self.one_of(&[
                "\r\n",
                "\n",
                "\r",
                "\r\n\r\n",
                "0\r\n\r\n",
                "5\r\n",
                "GET / HTTP/1.1\r\nHost: h\r\n\r\n",
                "Content-Length: 3\r\n",
                "x",
                "\0",
                "}",
                "Transfer-Encoding: chunked\r\n\r\n",
            ]);
            body.extend_from_slice(piece.as_bytes());
        }
        body
    }
}

struct Meant {
    head: Vec<u8>,
    body: Vec<u8>,
}

fn request(dice: &mut Dice, wire: &mut Vec<u8>) -> Meant {
    let end = dice.one_of(&["\r\n", "\r\n", "\n"]);
    let mut head =
        format!("{} /{} HTTP/1.1{end}", dice.one_of(&["GET", "POST", "PUT", "M-X"]), dice.roll(1_000));
    for _ in 0..dice.roll(5) {
        head += &format!(
            "{}:{}{}{end}",
            dice.one_of(&["X-a", "x-A", "Y"]),
            dice.one_of(&["", " ", "\t "]),
            dice.roll(99)
        );
    }
    head += &format!("{}: h{end}", dice.one_of(&["Host", "host", "HOST"]));
    let mut body = dice.body();
    let mut sent = Vec::new();
    match dice.roll(3) {
        0 => body.clear(),
        1 => {
            head += &format!("{}: {}{end}", dice.one_of(&["Content-Length", "content-length"]), body.len());
            sent.extend_from_slice(&body);
        }
        _ => {
            head += &format!("{}: chunked{end}", dice.one_of(&["Transfer-Encoding", "transfer-encoding"]));
            let mut left = &body[..];
            while !left.is_empty() {
                let (chunk, rest) = left.split_at(1 + dice.roll(left.len()));
                let extension = dice.one_of(&["", "", ";a", ";b=\"\u{fc}\"", " "]);
                sent.extend_from_slice(format!("{:X}{extension}\r\n", chunk.len()).as_bytes());
                sent.extend_from_slice(chunk);
                sent.extend_from_slice(b"\r\n");
                left = rest;
            }
            sent.extend_from_slice(
                dice.one_of(&["0\r\n\r\n", "000;x\r\n\r\n", "0\r\nX-T: 1\r\nY: 2\r\n\r\n"]).as_bytes(),
            );
        }
    }
    head += end;
    // Empty lines between requests are passed over; a lone one in front of nothing is no request.
    wire.extend_from_slice(dice.one_of(&["", "", "\r\n", "\n"]).as_bytes());
    wire.extend_from_slice(head.as_bytes());
    wire.extend_from_slice(&sent);
    Meant { head: head.into_bytes(), body }
}

#[tokio::test]
async fn whatever_is_said_is_understood_as_it_was_meant() {
    let server = start(patient());
    for number in 1..=150_u64 {
        let mut dice = Dice(number.wrapping_mul(0x9e37_79b9_7f4a_7c15));
        let mut wire = Vec::new();
        let meant: Vec<Meant> = (0..=dice.roll(8)).map(|_| request(&mut dice, &mut wire)).collect();
        let mut sender = server.connect().await;
        let mut left = &wire[..];
        while !left.is_empty() {
            let (piece, rest) = left.split_at(1 + dice.roll(left.len().min(200)));
            sender.send(piece).await;
            tokio::task::yield_now().await;
            left = rest;
        }
        for _ in &meant {
            assert_eq!(sender.status().await, 200, "conversation {number}");
        }
        let arrived = std::mem::take(&mut *server.record.arrived.lock().unwrap());
        assert_eq!(arrived.len(), meant.len(), "conversation {number}");
        for (arrived, meant) in arrived.iter().zip(&meant) {
            assert_eq!(arrived.raw_head, meant.head, "conversation {number}");
            assert_eq!(arrived.body, meant.body, "conversation {number}");
        }
    }
    assert!(server.record.refused.lock().unwrap().is_empty());
}
