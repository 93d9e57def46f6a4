//! Where a chunked body ends, told from the bytes that pass by (RFC 9112, section 7.1).
//!
//! hyper decodes the body; this only follows along to know where the next head begins. It is as
//! strict as hyper, and says so when it has lost the thread.

/// How far a chunked body has passed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Chunks {
    /// In front of the first digit of a size.
    Start,
    /// In the digits of a size.
    Size(u64),
    /// In white space behind a size.
    Blank(u64),
    /// In an extension.
    Extension(u64),
    /// In front of the line feed that ends a size line.
    SizeLf(u64),
    /// So many bytes of data are left.
    Data(u64),
    /// In front of the carriage return behind the data.
    DataCr,
    /// In front of the line feed behind the data.
    DataLf,
    /// At the beginning of a trailer line or of the blank line that ends it all.
    LineStart,
    /// In a trailer line.
    Trailer,
    /// In front of the line feed of a trailer line.
    TrailerLf,
    /// In front of the very last line feed.
    EndLf,
    /// Behind the body.
    End,
    /// This is not a chunked body.
    Lost,
}

impl Chunks {
    /// Goes on over `bytes` and returns how many of them belong to the body; fewer than all only at
    /// its end or when the thread is lost.
    pub(crate) fn pass(&mut self, bytes: &[u8]) -> usize {
        let mut at = 0;
        while at < bytes.len() && !matches!(self, Self::End | Self::Lost) {
            if let Self::Data(left) = *self {
                let here = usize::try_from(left).unwrap_or(usize::MAX).min(bytes.len() - at);
                at += here;
                let left = left - here as u64;
                *self = if left == 0 { Self::DataCr } else { Self::Data(left) };
            } else {
                *self = self.step(bytes[at]);
                at += 1;
            }
        }
        at
    }

    const fn step(self, byte: u8) -> Self {
        match (self, byte) {
            (Self::Start, _) => Self::digit(0, byte),
            (Self::Size(size) | Self::Blank(size), b' ' | b'\t') => Self::Blank(size),
            (Self::Size(size) | Self::Blank(size), b';') => Self::Extension(size),
            (Self::Size(size) | Self::Blank(size) | Self::Extension(size), b'\r') => Self::SizeLf(size),
            (Self::Size(size), _) => Self::digit(size, byte),
            (Self::Extension(_), b'\n') => Self::Lost,
            (Self::Extension(size), _) => Self::Extension(size),
            (Self::SizeLf(0), b'\n') => Self::LineStart,
            (Self::SizeLf(size), b'\n') => Self::Data(size),
            (Self::DataCr, b'\r') => Self::DataLf,
            (Self::DataLf, b'\n') => Self::Start,
            (Self::LineStart, b'\r') => Self::EndLf,
            (Self::Trailer, b'\r') => Self::TrailerLf,
            (Self::LineStart | Self::Trailer, _) => Self::Trailer,
            (Self::TrailerLf, b'\n') => Self::LineStart,
            (Self::EndLf, b'\n') => Self::End,
            _ => Self::Lost,
        }
    }

    const fn digit(size: u64, byte: u8) -> Self {
        let value = match byte {
            b'0'..=b'9' => byte - b'0',
            b'a'..=b'f' => byte - b'a' + 10,
            b'A'..=b'F' => byte - b'A' + 10,
            _ => return Self::Lost,
        };
        match size.checked_mul(16) {
            Some(size) => Self::Size(size + value as u64),
            None => Self::Lost,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_end_is_found_in_pieces_of_any_size() {
        for (body, rest) in [
            ("0\r\n\r\n", "GET"),
            ("5\r\nhello\r\n0\r\n\r\n", ""),
            ("5\r\nhello\r\n0\r\n\r\n", "POST / HTTP/1.1\r\n"),
            ("A;x=\"y\"\r\n0\r\n\r\n56789\r\n000\r\n\r\n", "0\r\n"),
            ("1 \t;e\r\nz\r\n0 \r\nTrailer: 1\r\nOther: 2\r\n\r\n", "x"),
            ("00000000000000001\r\nz\r\n0\r\n\r\n", "x"),
        ] {
            let all = [body, rest].concat();
            for size in 1..=all.len() {
                let mut chunks = Chunks::Start;
                let mut passed = 0;
                for piece in all.as_bytes().chunks(size) {
                    passed += chunks.pass(piece);
                }
                assert_eq!((chunks, passed), (Chunks::End, body.len()), "{all:?} in {size}");
            }
        }
    }

    #[test]
    fn what_is_no_chunked_body_is_lost() {
        for body in [
            "\r\n",
            "x\r\n",
            "5hello",
            "5\nhello",
            "-1\r\n",
            "5 5\r\n",
            "1\r\nab",
            "1\r\na\n",
            "0\r\n\rx",
            "1;a\nb",
            "0\r\nA: b\rc",
            "10000000000000000\r\n",
            "fffffffffffffffff\r\n",
        ] {
            let mut chunks = Chunks::Start;
            chunks.pass(body.as_bytes());
            assert_eq!(chunks, Chunks::Lost, "{body:?}");
        }
    }
}
