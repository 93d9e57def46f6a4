//! A body made ready for showing: its encoding undone, its kind told.

use crate::decode::{DecodeStop, decode};
use crate::kind::{Payload, sniff};
use serde::Serialize;
use std::borrow::Cow;
use ts_rs::TS;

/// What was undone to show a body.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, TS)]
pub struct EncodingNote {
    /// The `Content-Encoding` as sent.
    pub encoding: String,
    /// Bytes as stored.
    #[ts(type = "number")]
    pub stored: u64,
    /// Bytes that came out.
    #[ts(type = "number")]
    pub decoded: u64,
    /// Why that is not all of it; absent when it is.
    pub stop: Option<DecodeStop>,
}

/// A body ready for showing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Opened<'a> {
    /// The bytes to show: the stored ones, or what came out of their encoding.
    pub bytes: Cow<'a, [u8]>,
    /// What they are.
    pub payload: Payload,
    /// What was undone; absent when the stored bytes are shown.
    pub encoding: Option<EncodingNote>,
}

/// Opens `body`, sent under those headers. Where nothing comes out of the encoding, the stored bytes are
/// shown and the note says why: a wrong `Content-Encoding` hides nothing.
#[must_use]
pub fn open<'a>(content_type: Option<&str>, content_encoding: Option<&str>, body: &'a [u8]) -> Opened<'a> {
    let decoded = content_encoding.and_then(|encoding| Some((encoding, decode(encoding, body)?)));
    let (bytes, encoding) = match decoded.filter(|_| !body.is_empty()) {
        None => (Cow::Borrowed(body), None),
        Some((encoding, decoded)) => {
            let note = EncodingNote {
                encoding: encoding.trim().to_owned(),
                stored: body.len() as u64,
                decoded: decoded.bytes.len() as u64,
                stop: decoded.stop,
            };
            let nothing = decoded.bytes.is_empty() && note.stop.is_some();
            (if nothing { Cow::Borrowed(body) } else { Cow::Owned(decoded.bytes) }, Some(note))
        }
    };
    let payload = sniff(content_type, &bytes);
    Opened { bytes, payload, encoding }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::PayloadKind;
    use std::io::Write;

    #[test]
    fn encodings_are_undone_or_named() {
        let mut packer = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        packer.write_all(b"{\"a\":1}").unwrap();
        let packed = packer.finish().unwrap();
        for (encoding, body, shown, kind, noted) in [
            (Some("gzip"), packed.as_slice(), &b"{\"a\":1}"[..], PayloadKind::Json, Some(None)),
            (None, b"{}", b"{}", PayloadKind::Json, None),
            (Some("identity"), b"{}", b"{}", PayloadKind::Json, None),
            (Some("gzip"), b"", b"", PayloadKind::Empty, None),
            (Some("snappy"), b"{}", b"{}", PayloadKind::Json, Some(Some(DecodeStop::Unsupported))),
        ] {
            let opened = open(Some("application/json"), encoding, body);
            assert_eq!((&*opened.bytes, opened.payload.kind), (shown, kind), "{encoding:?}");
            assert_eq!(opened.encoding.map(|n| n.stop), noted, "{encoding:?}");
        }
        let wrong = open(None, Some("gzip"), b"plain text");
        assert_eq!((&*wrong.bytes, wrong.payload.kind), (&b"plain text"[..], PayloadKind::Text));
        assert!(matches!(wrong.encoding.unwrap().stop, Some(DecodeStop::Broken { .. })));
    }
}
