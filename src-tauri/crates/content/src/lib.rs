//! What bytes hold: heads, content kinds, JSON as it was written, forms, parts, hex, charsets, encodings,
//! and the ways in and out (cURL, raw HTTP, JSONL, HAR).
//!
//! Everything is a pure function of bytes, bounded in time and memory by its input and by named limits,
//! and never panics on any of them. Nothing is rendered, run or fetched, and stored bytes are never
//! changed: what is made here is for showing and for files.

#[cfg(test)]
mod corpora;
#[cfg(test)]
mod corpus_tests;
mod decode;
mod diff;
mod export;
mod form;
mod head;
mod hex;
mod import;
pub mod json;
mod kind;
mod multipart;
mod redact;
mod text;
mod view;

pub use decode::{DecodeStop, Decoded, OUTPUT_LIMIT, decode};
pub use diff::{
    BodyDiff, BodyDiffKind, Hunk, LineChange, LineDiff, Side, diff_bodies, diff_heads, diff_lines,
};
pub use export::{CurlCommand, Exchange, curl, har_close, har_entry, har_open, jsonl, raw};
pub use form::{FIELD_LIMIT, FormField, form_fields};
pub use head::{Head, RawRequest};
pub use hex::{HEX_WIDTH, HexLine, hex_lines};
pub use import::{IMPORT_BODY_LIMIT, IMPORT_ENTRY_LIMIT, IMPORT_FILE_LIMIT, Imported, import};
pub use kind::{ContentType, Payload, PayloadKind, sniff};
pub use multipart::{PART_LIMIT, Part, Parts, parts};
pub use redact::{REDACTED, Secrets, is_sensitive_header, redactions};
pub use text::{MARK_LIMIT, Mark, MarkKind, TextView, decode_text, mark_kind, marks};
pub use view::{EncodingNote, Opened, open};
use waybill_model::Failure;
