//! The signature that came, read in every way in which it may have been written.
//!
//! `verify` reads strictly; here a value is taken apart leniently, and what had to be overlooked for it
//! is kept as the fault that a match would prove.

use super::template::loose_values;
use crate::algorithm::{Family, Hash, same};
use crate::encoding::Encoding;
use crate::reader::Reader;
use crate::request::{Request, cut, trim_blanks};
use crate::scheme::Scheme;
use crate::split::Format;
use std::collections::BTreeMap;

/// Readings that are kept.
const MAX: usize = 96;

/// One reading of a received signature.
#[derive(Clone)]
pub(super) struct Received {
    pub(super) bytes: Vec<u8>,
    /// What is wrong with the way it is written.
    pub(super) faults: Vec<&'static str>,
}

/// Every reading of the signatures in `request`, the strict ones first.
pub(super) fn read(
    scheme: &Scheme,
    request: &Request<'_>,
    config: &BTreeMap<String, String>,
) -> Vec<Received> {
    let reader = Reader::new(*request, config, &scheme.pointers);
    let Ok(values) = loose_values(scheme, &reader) else { return Vec::new() };
    let token = scheme.algorithm.family() == Family::Token;
    let mut found = Found { scheme, token, list: Vec::new() };
    if let Ok(split) = scheme.signature.format.split(values.iter().map(AsRef::as_ref), config) {
        split.candidates.iter().for_each(|text| found.text(text, &[]));
    }
    let mut pieces: Vec<(&[u8], &'static str)> = Vec::new();
    let listed = matches!(&scheme.signature.format, Format::Plain { separator: None, .. });
    for value in values.iter().take(8) {
        let value = unquoted(value);
        pieces.push((value, prefix_fault(token)));
        let joined = listed && value.contains(&b',');
        for item in value.split(|byte| b",; \t\n|".contains(byte)).take(32) {
            let fault = if joined && !token { "duplicate_header" } else { prefix_fault(token) };
            pieces.push((unquoted(item), fault));
        }
    }
    for (piece, fault) in pieces {
        let mut rest = Some(piece);
        for mark in [b'=', b':', b',', b'|'] {
            if let (_, Some(after)) = cut(piece, mark)
                && !after.is_empty()
                && !after.iter().all(|byte| *byte == b'=')
            {
                found.text(unquoted(after), &[fault]);
            }
        }
        if token && let (_, after @ Some(_)) = cut(piece, b' ') {
            rest = after.map(trim_blanks);
        }
        found.text(piece, &[fault]);
        rest.into_iter().for_each(|text| found.text(text, &[fault]));
    }
    found.list.truncate(MAX);
    found.list
}

const fn prefix_fault(token: bool) -> &'static str {
    if token { "token_prefix" } else { "wrong_prefix" }
}

fn unquoted(text: &[u8]) -> &[u8] {
    match trim_blanks(text) {
        [b'"', inner @ .., b'"'] | [b'\'', inner @ .., b'\''] => inner,
        other => other,
    }
}

struct Found<'s> {
    scheme: &'s Scheme,
    token: bool,
    list: Vec<Received>,
}

impl Found<'_> {
    /// Adds what `text` can stand for.
    fn text(&mut self, text: &[u8], faults: &[&'static str]) {
        let rule = &self.scheme.signature;
        for encoding in &rule.encodings {
            if let Some(bytes) = encoding.decode(text, rule.unpadded) {
                self.add(bytes, faults, None);
            }
        }
        if self.token {
            self.add(text.to_vec(), faults, Some("token_prefix"));
            return;
        }
        let is_hex =
            text.len() >= 40 && text.len().is_multiple_of(2) && text.iter().all(u8::is_ascii_hexdigit);
        if is_hex {
            let bytes = hex::decode(text).unwrap_or_default();
            self.add(bytes, faults, Some("signature_encoding_hex_vs_base64"));
            return;
        }
        let wants_base64 = rule.encodings.contains(&Encoding::Base64);
        let other = |kind: &'static str| if wants_base64 { kind } else { "signature_encoding_hex_vs_base64" };
        let readings = [
            (Encoding::Base64.decode(text, false), "signature_encoding_hex_vs_base64"),
            (Encoding::Base64.decode(text, true), other("signature_base64_unpadded")),
            (Encoding::Base64url.decode(text, true), other("signature_base64_urlsafe")),
            (escaped_base64(text), other("signature_url_encoded")),
        ];
        for (bytes, fault) in readings {
            let Some(bytes) = bytes else { continue };
            if bytes.len() >= 40
                && bytes.iter().all(u8::is_ascii_hexdigit)
                && let Ok(inner) = hex::decode(&bytes)
            {
                self.add(inner, faults, Some("signature_encoding_hex_vs_base64"));
            }
            self.add(bytes, faults, Some(fault));
        }
    }

    fn add(&mut self, bytes: Vec<u8>, faults: &[&'static str], more: Option<&'static str>) {
        let useful = if self.token { !bytes.is_empty() } else { hash_of_length(bytes.len()).is_some() };
        if !useful || self.list.len() >= MAX || self.list.iter().any(|known| known.bytes == bytes) {
            return;
        }
        let faults = faults.iter().copied().chain(more).collect::<std::collections::BTreeSet<_>>();
        self.list.push(Received { bytes, faults: faults.into_iter().collect() });
    }
}

/// Base64 whose plus signs became blanks, or that is percent-encoded.
fn escaped_base64(text: &[u8]) -> Option<Vec<u8>> {
    if !text.contains(&b'%') && !text.contains(&b' ') {
        return None;
    }
    let plain: Vec<u8> = text.iter().map(|byte| if *byte == b' ' { b'+' } else { *byte }).collect();
    let kept: Vec<u8> =
        plain.iter().flat_map(|byte| if *byte == b'+' { b"%2B".to_vec() } else { vec![*byte] }).collect();
    Encoding::Base64.decode(&crate::request::form_decoded(&kept), true)
}

/// The hash whose digests have that length.
pub(super) fn hash_of_length(length: usize) -> Option<Hash> {
    [Hash::Sha1, Hash::Sha256, Hash::Sha384, Hash::Sha512].into_iter().find(|hash| hash.length() == length)
}

/// The first reading that is `computed`.
pub(super) fn find<'r>(received: &'r [Received], computed: &[u8]) -> Option<&'r Received> {
    received.iter().find(|one| same(&one.bytes, computed))
}
