//! `text/event-stream`, read piece by piece (WHATWG HTML, section "Server-sent events"): fields of a
//! frame, comments, ids that stay until another comes, and bounds on all of it.

/// The longest line and the longest data of one frame, in bytes.
const LONGEST: usize = 8 * 1024 * 1024;

/// One frame that came whole.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Frame {
    /// Its name; without one it is `message`.
    pub(crate) event: String,
    pub(crate) data: String,
    /// The id it brought itself.
    pub(crate) id: Option<String>,
}

/// What a stream has brought so far.
#[derive(Debug, Default)]
pub(crate) struct Frames {
    line: Vec<u8>,
    /// A line ended in CR: an LF that follows belongs to it.
    after_cr: bool,
    begun: bool,
    event: String,
    data: String,
    has_data: bool,
    id: Option<String>,
    /// The wait before a new connection that the stream asked for, in milliseconds.
    pub(crate) retry_ms: Option<u64>,
}

impl Frames {
    /// Takes in a piece and gives the frames that became whole.
    ///
    /// # Errors
    /// In words, for a line or a frame beyond the bounds.
    pub(crate) fn take(&mut self, piece: &[u8]) -> Result<Vec<Frame>, String> {
        let mut whole = Vec::new();
        for &byte in piece {
            let after_cr = std::mem::take(&mut self.after_cr);
            match byte {
                b'\n' if after_cr => {}
                b'\n' | b'\r' => {
                    self.after_cr = byte == b'\r';
                    let line = std::mem::take(&mut self.line);
                    whole.extend(self.line(&line));
                }
                byte if self.line.len() < LONGEST => self.line.push(byte),
                _ => return Err("a line of its stream is longer than Waybill reads".to_owned()),
            }
            if self.data.len() > LONGEST {
                return Err("an event of its stream is longer than Waybill reads".to_owned());
            }
        }
        Ok(whole)
    }

    fn line(&mut self, line: &[u8]) -> Option<Frame> {
        let line = if self.begun { line } else { line.strip_prefix(b"\xef\xbb\xbf").unwrap_or(line) };
        self.begun = true;
        if line.is_empty() {
            let event = std::mem::take(&mut self.event);
            let data = std::mem::take(&mut self.data);
            let id = self.id.take();
            let event = if event.is_empty() { "message".to_owned() } else { event };
            return std::mem::take(&mut self.has_data).then_some(Frame { event, data, id });
        }
        let text = String::from_utf8_lossy(line);
        let (name, value) = text.split_once(':').unwrap_or((&text, ""));
        let value = value.strip_prefix(' ').unwrap_or(value);
        match name {
            "event" => value.clone_into(&mut self.event),
            "data" => {
                if self.has_data {
                    self.data.push('\n');
                }
                self.has_data = true;
                self.data.push_str(value);
            }
            "id" if !value.contains('\0') => self.id = Some(value.to_owned()),
            "retry" => self.retry_ms = value.parse().ok().or(self.retry_ms),
            // A comment has no name; other fields are not for us.
            _ => {}
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn frame(event: &str, data: &str, id: Option<&str>) -> Frame {
        Frame { event: event.to_owned(), data: data.to_owned(), id: id.map(str::to_owned) }
    }

    #[test]
    fn frames_are_the_same_however_the_bytes_come() {
        let rows: [(&[u8], Vec<Frame>); 8] = [
            (b"event: ready\ndata: {}\n\n", vec![frame("ready", "{}", None)]),
            (b":keepalive\n\n", vec![]),
            (b"event: x\n\n", vec![]),
            (b"data\n\n", vec![frame("message", "", None)]),
            (b"id: 7\r\nevent:e\r\ndata:a\r\ndata: b\r\n\r\n", vec![frame("e", "a\nb", Some("7"))]),
            (
                b"\xef\xbb\xbfdata: a\rdata: b\r\rdata: c\n\n",
                vec![frame("message", "a\nb", None), frame("message", "c", None)],
            ),
            (b"id: bad\0id\ndata: x\n\n", vec![frame("message", "x", None)]),
            (b"data: cut", vec![]),
        ];
        for (bytes, expected) in rows {
            let mut whole = Frames::default();
            assert_eq!(whole.take(bytes).unwrap(), expected, "{}", String::from_utf8_lossy(bytes));
            let mut pieces = Frames::default();
            let found: Vec<Frame> = bytes.chunks(1).flat_map(|piece| pieces.take(piece).unwrap()).collect();
            assert_eq!(found, expected, "byte by byte: {}", String::from_utf8_lossy(bytes));
        }
    }

    #[test]
    fn waits_are_taken_and_bounds_are_kept() {
        let mut frames = Frames::default();
        frames.take(b"retry: 1500\nretry: soon\n").unwrap();
        assert_eq!(frames.retry_ms, Some(1500));
        assert!(Frames::default().take(&vec![b'x'; LONGEST + 1]).is_err());
        let mut many = Frames::default();
        let line = [b"data: ".as_slice(), &vec![b'x'; LONGEST / 2], b"\n"].concat();
        assert!(many.take(&line).is_ok() && many.take(&line).is_err());
    }
}
