//! Undoes a `Content-Encoding` for display. What is stored and replayed is never touched.
//!
//! One codec layer, bounded against bombs: at most [`OUTPUT_LIMIT`] bytes come out, and after the first
//! mebibyte at most a hundred times what went in. What came out before a limit or a fault is kept.

use serde::Serialize;
use std::io::Read;
use ts_rs::TS;

/// Most bytes that come out.
pub const OUTPUT_LIMIT: usize = 16 << 20;

/// Output that is free of the ratio rule.
const RATIO_FREE: usize = 1 << 20;

/// Most output bytes for each input byte beyond that.
const RATIO: usize = 100;

/// Largest zstd window, as a power of two: 8 MiB, what RFC 9659 allows a sender.
const ZSTD_WINDOW_LOG: u32 = 23;

/// Why the decoded bytes are not all of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "snake_case", tag = "why")]
pub enum DecodeStop {
    /// More than the limit would come out.
    TooLarge,
    /// It grows far beyond its size, as a bomb does.
    Bomb,
    /// The bytes are not what the encoding says, or end early.
    Broken {
        /// The codec's own words.
        detail: String,
    },
    /// The encoding is not known here, or there is more than one.
    Unsupported,
}

/// A body with its encoding undone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Decoded {
    /// What came out.
    pub bytes: Vec<u8>,
    /// Why that is not all; absent when it is.
    pub stop: Option<DecodeStop>,
}

/// Undoes `encoding`, a `Content-Encoding` value. `None` when there is nothing to undo.
#[must_use]
pub fn decode(encoding: &str, bytes: &[u8]) -> Option<Decoded> {
    let encoding = encoding.trim().to_ascii_lowercase();
    Some(match encoding.as_str() {
        "" | "identity" => return None,
        "gzip" | "x-gzip" => drain(flate2::read::MultiGzDecoder::new(bytes), bytes.len()),
        // RFC 9110 section 8.4.1.2 means zlib; some senders mean bare deflate.
        "deflate" if is_zlib(bytes) => drain(flate2::read::ZlibDecoder::new(bytes), bytes.len()),
        "deflate" => drain(flate2::read::DeflateDecoder::new(bytes), bytes.len()),
        "br" => drain(brotli::Decompressor::new(bytes, 16 << 10), bytes.len()),
        "zstd" => match zstd::stream::read::Decoder::with_buffer(bytes) {
            Ok(mut decoder) => match decoder.window_log_max(ZSTD_WINDOW_LOG) {
                Ok(()) => drain(decoder, bytes.len()),
                Err(error) => broken(&error),
            },
            Err(error) => broken(&error),
        },
        _ => Decoded { bytes: Vec::new(), stop: Some(DecodeStop::Unsupported) },
    })
}

fn is_zlib(bytes: &[u8]) -> bool {
    matches!(bytes, [cmf, flg, ..] if cmf & 0x0f == 8 && (u16::from(*cmf) * 256 + u16::from(*flg)) % 31 == 0)
}

fn broken(error: &std::io::Error) -> Decoded {
    Decoded { bytes: Vec::new(), stop: Some(DecodeStop::Broken { detail: error.to_string() }) }
}

fn drain(mut reader: impl Read, input: usize) -> Decoded {
    let allowed = OUTPUT_LIMIT.min(RATIO_FREE.max(input.saturating_mul(RATIO)));
    let mut bytes = Vec::new();
    let mut chunk = vec![0; 64 << 10];
    loop {
        let stop = match reader.read(&mut chunk) {
            Ok(0) => return Decoded { bytes, stop: None },
            Ok(n) if bytes.len() + n <= allowed => {
                bytes.extend_from_slice(&chunk[..n]);
                continue;
            }
            Ok(_) if allowed == OUTPUT_LIMIT => DecodeStop::TooLarge,
            Ok(_) => DecodeStop::Bomb,
            Err(error) if error.kind() == std::io::ErrorKind::Interrupted => continue,
            Err(error) => DecodeStop::Broken { detail: error.to_string() },
        };
        return Decoded { bytes, stop: Some(stop) };
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Write;

    fn pack(encoding: &str, bytes: &[u8]) -> Vec<u8> {
        let level = flate2::Compression::best();
        match encoding {
            "gzip" => {
                let mut w = flate2::write::GzEncoder::new(Vec::new(), level);
                w.write_all(bytes).unwrap();
                w.finish().unwrap()
            }
            "deflate" => {
                let mut w = flate2::write::ZlibEncoder::new(Vec::new(), level);
                w.write_all(bytes).unwrap();
                w.finish().unwrap()
            }
            "raw" => {
                let mut w = flate2::write::DeflateEncoder::new(Vec::new(), level);
                w.write_all(bytes).unwrap();
                w.finish().unwrap()
            }
            "br" => {
                let mut out = Vec::new();
                let mut w = brotli::CompressorWriter::new(&mut out, 4096, 5, 22);
                w.write_all(bytes).unwrap();
                drop(w);
                out
            }
            _ => zstd::encode_all(bytes, 3).unwrap(),
        }
    }

    #[test]
    fn every_codec_comes_back_as_it_went_in() {
        let body = br#"{"type":"run.failed","n":1.10}"#;
        for encoding in ["gzip", "deflate", "br", "zstd"] {
            let decoded = decode(encoding, &pack(encoding, body)).unwrap();
            assert_eq!((decoded.bytes.as_slice(), decoded.stop), (&body[..], None), "{encoding}");
        }
        assert_eq!(decode("deflate", &pack("raw", body)).unwrap().bytes, body);
        assert_eq!(
            decode("GZIP ", &[pack("gzip", body), pack("gzip", body)].concat()).unwrap().bytes.len(),
            2 * body.len()
        );
        assert_eq!(decode("identity", body), None);
        assert_eq!(decode("gzip, br", body).unwrap().stop, Some(DecodeStop::Unsupported));
    }

    #[test]
    fn bombs_end_at_their_limit_and_what_came_out_is_kept() {
        let zeros = vec![0u8; 64 << 20];
        for encoding in ["gzip", "deflate", "br", "zstd"] {
            let bomb = pack(encoding, &zeros);
            let decoded = decode(encoding, &bomb).unwrap();
            assert!(
                decoded.stop == Some(DecodeStop::Bomb) || decoded.stop == Some(DecodeStop::TooLarge),
                "{encoding}"
            );
            assert!(
                decoded.bytes.len() <= OUTPUT_LIMIT.min(RATIO_FREE.max(bomb.len() * RATIO)),
                "{encoding}"
            );
            assert!(decoded.bytes.len() >= RATIO_FREE - (64 << 10), "{encoding}");
        }
    }

    #[test]
    fn broken_bodies_keep_their_beginning() {
        let body: Vec<u8> =
            (0..200_000u32).flat_map(|n| n.wrapping_mul(2_654_435_761).to_le_bytes()).collect();
        for encoding in ["gzip", "deflate", "br", "zstd"] {
            let whole = pack(encoding, &body);
            let decoded = decode(encoding, &whole[..whole.len() / 2]).unwrap();
            assert!(matches!(decoded.stop, Some(DecodeStop::Broken { .. })), "{encoding} {:?}", decoded.stop);
            assert!(body.starts_with(&decoded.bytes) && !decoded.bytes.is_empty(), "{encoding}");
            assert!(decode(encoding, b"plainly not packed").unwrap().stop.is_some(), "{encoding}");
        }
    }
}
