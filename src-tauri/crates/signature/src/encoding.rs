//! Bytes as text: the encodings that signatures and keys are written in.
//!
//! Decoding is whole or not at all: one foreign character, a missing pad or leftover bits refuse the
//! text. A permissive decoder would turn a wrong secret into a short one.

use base64::Engine as _;
use base64::alphabet;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use serde::Deserialize;
use smallvec::SmallVec;

const STRICT: GeneralPurposeConfig = GeneralPurposeConfig::new();
const LENIENT: GeneralPurposeConfig =
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent);
const UNPADDED: GeneralPurposeConfig = LENIENT.with_encode_padding(false);

/// For keys only: leftover bits at the end are dropped, as the senders' own decoders do.
const LOOSE: GeneralPurposeConfig = LENIENT.with_decode_allow_trailing_bits(true);

const BASE64: GeneralPurpose = GeneralPurpose::new(&alphabet::STANDARD, STRICT);
const BASE64_LENIENT: GeneralPurpose = GeneralPurpose::new(&alphabet::STANDARD, LENIENT);
const BASE64URL: GeneralPurpose = GeneralPurpose::new(&alphabet::URL_SAFE, UNPADDED);

const BASE64_LOOSE: GeneralPurpose = GeneralPurpose::new(&alphabet::STANDARD, LOOSE);

/// Decoded bytes, held where they are while they are as few as those of most signatures.
pub(crate) type Decoded = SmallVec<[u8; 64]>;

/// How bytes are written as text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Encoding {
    /// Two hex digits a byte, either case.
    Hex,
    /// RFC 4648 section 4, padded.
    Base64,
    /// RFC 4648 section 5, with or without padding; written without.
    Base64url,
    /// The bytes are the text.
    Text,
}

impl Encoding {
    /// The bytes that `text` stands for; `unpadded` lets base64 come without its padding.
    pub(crate) fn decode(self, text: &[u8], unpadded: bool) -> Option<Vec<u8>> {
        match self {
            Self::Hex => {
                let mut bytes = vec![0; text.len() / 2];
                hex::decode_to_slice(text, &mut bytes).ok().map(|()| bytes)
            }
            Self::Base64 if unpadded => BASE64_LENIENT.decode(text).ok(),
            Self::Base64 => BASE64.decode(text).ok(),
            Self::Base64url => BASE64URL.decode(text).ok(),
            Self::Text => Some(text.to_vec()),
        }
    }

    /// The same without asking for memory where they are few.
    pub(crate) fn decode_in_place(self, text: &[u8], unpadded: bool) -> Option<Decoded> {
        let engine = match self {
            Self::Text => return Some(Decoded::from_slice(text)),
            Self::Hex => None,
            Self::Base64 if unpadded => Some(&BASE64_LENIENT),
            Self::Base64 => Some(&BASE64),
            Self::Base64url => Some(&BASE64URL),
        };
        let room = engine.map_or(text.len() / 2, |_| base64::decoded_len_estimate(text.len()));
        let mut bytes = Decoded::from_elem(0, room);
        let length = match engine {
            Some(engine) => engine.decode_slice(text, &mut bytes).ok()?,
            None => hex::decode_to_slice(text, &mut bytes).ok().map(|()| room)?,
        };
        bytes.truncate(length);
        Some(bytes)
    }

    /// The bytes of a base64 secret that was cut from a longer text: without padding, and with bits that
    /// belong to no byte.
    pub(crate) fn decode_cut_base64(text: &[u8]) -> Option<Vec<u8>> {
        BASE64_LOOSE.decode(text).ok()
    }

    /// `bytes` as text; bytes that are no UTF-8 have no plain text form.
    pub(crate) fn encode(self, bytes: &[u8]) -> Option<String> {
        Some(match self {
            Self::Hex => hex::encode(bytes),
            Self::Base64 => BASE64.encode(bytes),
            Self::Base64url => BASE64URL.encode(bytes),
            Self::Text => return std::str::from_utf8(bytes).ok().map(str::to_owned),
        })
    }

    /// The encoding's name for people.
    pub(crate) const fn title(self) -> &'static str {
        match self {
            Self::Hex => "hex",
            Self::Base64 => "base64",
            Self::Base64url => "base64url",
            Self::Text => "text",
        }
    }
}

/// The DER inside a PEM block whose label is `label`; `None` for anything else.
pub(crate) fn pem_body(text: &[u8], label: &str) -> Option<Vec<u8>> {
    let text = std::str::from_utf8(text).ok()?.trim();
    let inner = text.strip_prefix(&format!("-----BEGIN {label}-----"))?;
    let inner = inner.strip_suffix(&format!("-----END {label}-----"))?;
    let packed: Vec<u8> = inner.bytes().filter(|byte| !byte.is_ascii_whitespace()).collect();
    BASE64.decode(packed).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn decoding_is_whole_or_not_at_all() {
        use Encoding::{Base64, Base64url, Hex, Text};
        let rows: &[(Encoding, &str, bool, Option<&[u8]>)] = &[
            (Hex, "00ff", false, Some(&[0, 255])),
            (Hex, "00fF", false, Some(&[0, 255])),
            (Hex, "", false, Some(&[])),
            (Hex, "0", false, None),
            (Hex, "0g", false, None),
            (Hex, " 00", false, None),
            (Base64, "AP8=", false, Some(&[0, 255])),
            (Base64, "AP8", false, None),
            (Base64, "AP8", true, Some(&[0, 255])),
            (Base64, "AP9=", false, None),
            (Base64, "AP8==", false, None),
            (Base64, "AP_=", false, None),
            (Base64, "AP8=\n", false, None),
            (Base64url, "-_8", false, Some(&[251, 255])),
            (Base64url, "-_8=", false, Some(&[251, 255])),
            (Base64url, "+/8", false, None),
            (Text, "a\0b", false, Some(b"a\0b")),
        ];
        for (encoding, text, unpadded, expected) in rows {
            assert_eq!(
                encoding.decode(text.as_bytes(), *unpadded).as_deref(),
                *expected,
                "{encoding:?} {text:?}"
            );
            assert_eq!(
                encoding.decode_in_place(text.as_bytes(), *unpadded).as_deref(),
                *expected,
                "{encoding:?} {text:?}"
            );
        }
        for length in [46, 47, 48, 49, 63, 64, 65, 300] {
            let long = vec![7; length];
            for encoding in [Hex, Base64, Base64url, Text] {
                let text = encoding.encode(&long).unwrap();
                let in_place = encoding.decode_in_place(text.as_bytes(), false);
                assert_eq!(in_place.as_deref(), Some(&long[..]), "{encoding:?} {length}");
            }
        }
        assert_eq!(Base64url.encode(&[251, 255]).as_deref(), Some("-_8"));
    }

    #[test]
    fn pem_needs_its_label_and_whole_block() {
        let block = "-----BEGIN PUBLIC KEY-----\nAP8=\r\n-----END PUBLIC KEY-----\n";
        assert_eq!(pem_body(block.as_bytes(), "PUBLIC KEY"), Some(vec![0, 255]));
        for wrong in ["", "AP8=", "-----BEGIN PUBLIC KEY-----", "-----BEGIN PUBLIC KEY-----AP8"] {
            assert_eq!(pem_body(wrong.as_bytes(), "PUBLIC KEY"), None, "{wrong:?}");
        }
        assert_eq!(pem_body(block.as_bytes(), "PRIVATE KEY"), None);
    }
}
