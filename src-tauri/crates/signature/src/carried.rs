//! The signatures that a request carries: where they stand, and their bytes.

use crate::describe::{Repeated, Source};
use crate::encoding::Decoded;
use crate::reader::Reader;
use crate::scheme::SignatureRule;
use smallvec::SmallVec;
use std::borrow::Cow;
use waybill_model::{Reason, header_text};

/// Received signatures that are kept for showing, and characters of each.
const SHOWN: (usize, usize) = (16, 1024);

/// Every value that holds signatures; an empty one counts as absent.
pub(crate) fn signature_values<'v>(
    rule: &SignatureRule,
    reader: &'v Reader<'_>,
) -> Result<SmallVec<[Cow<'v, [u8]>; 2]>, Reason> {
    let mut values: SmallVec<[Cow<'v, [u8]>; 2]> = SmallVec::new();
    match &rule.from {
        // Other names are spellings of the first: the first that is there holds the signature.
        Source::Header(names) => {
            for name in names {
                values.extend(reader.request.header_values(name).map(Cow::Borrowed));
                if !values.is_empty() {
                    break;
                }
            }
        }
        other => values.extend(reader.read(other, &[]).filter(|value| !value.is_empty())),
    }
    match rule.repeated {
        Repeated::Any => {}
        Repeated::First => values.truncate(1),
        Repeated::Reject if values.len() > 1 => return Err(Reason::DuplicateHeader),
        Repeated::Reject => {}
    }
    for name in &rule.also {
        values.extend(reader.request.header_values(name).map(Cow::Borrowed));
    }
    if let Some(prefix) = &rule.numbered {
        let first = rule.from.header_names();
        let further = reader
            .request
            .numbered(prefix)
            .filter(|(name, _)| !first.iter().any(|known| known.as_bytes().eq_ignore_ascii_case(name)));
        values.extend(further.map(|(_, value)| Cow::Borrowed(value)));
    }
    if values.is_empty() { Err(Reason::MissingSignature) } else { Ok(values) }
}

/// The candidates' bytes under every encoding that fits.
pub(crate) fn decoded(rule: &SignatureRule, candidates: &[&[u8]]) -> Result<SmallVec<[Decoded; 2]>, Reason> {
    let mut signatures = SmallVec::new();
    for text in candidates {
        for encoding in &rule.encodings {
            signatures.extend(encoding.decode_in_place(text, rule.unpadded));
        }
    }
    if signatures.is_empty() { Err(Reason::BadSignatureEncoding) } else { Ok(signatures) }
}

/// The first candidates as they are shown.
pub(crate) fn shown(candidates: &[&[u8]]) -> Vec<String> {
    let (count, length) = SHOWN;
    let short = |text: &[u8]| match header_text(text) {
        whole if whole.len() <= length => whole,
        long => long.chars().take(length).collect(),
    };
    candidates.iter().take(count).map(|text| short(text)).collect()
}
