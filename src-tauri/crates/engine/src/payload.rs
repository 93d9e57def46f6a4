//! A body as the window shows it: decoded for the eye within limits, the stored bytes untouched.

use crate::api::{JsonNode, JsonNodeKind, JsonProblem, MultipartPart, PayloadKind, PayloadView};
use std::borrow::Cow;
use waybill_content::json::{NodeKind, TreeLimits, pretty, tree};
use waybill_content::{DecodeStop, EncodingNote, Head, decode_text, form_fields, open, parts};

/// Most bytes of text that are handed over; the rest is read through the Raw view.
const TEXT: usize = 2 * 1024 * 1024;

/// Most nodes of a tree.
const NODES: usize = 50_000;

/// The view of `body` as `head` describes it.
pub(crate) fn view(head: &Head, body: &[u8]) -> PayloadView {
    let content_type = head.header_text("content-type").unwrap_or_default();
    let encoding = head.header_text("content-encoding");
    let claim = Some(content_type.as_str()).filter(|claim| !claim.is_empty());
    let opened = open(claim, encoding.as_deref(), body);
    let bytes: &[u8] = &opened.bytes;
    let mut view = PayloadView {
        kind: kind(opened.payload.kind),
        charset: opened.payload.charset.clone().unwrap_or_else(|| "utf-8".to_owned()),
        size: body.len() as u64,
        decoded: match (&opened.bytes, &opened.encoding) {
            (Cow::Owned(_), Some(note)) => Some(note.encoding.clone()),
            _ => None,
        },
        decoded_size: bytes.len() as u64,
        text: None,
        original: None,
        text_cut: false,
        nodes: Vec::new(),
        nodes_cut: false,
        pairs: Vec::new(),
        parts: Vec::new(),
        problem: None,
        notes: opened.encoding.as_ref().and_then(note).into_iter().collect(),
        content_type,
    };
    match view.kind {
        PayloadKind::Json => json(&mut view, bytes),
        PayloadKind::Form => {
            let (fields, total) = form_fields(bytes);
            if total > fields.len() {
                view.notes.push(format!("Only the first {} of {total} fields are shown.", fields.len()));
            }
            view.pairs = fields.into_iter().map(|field| (field.name, field.value)).collect();
            text(&mut view, bytes);
        }
        PayloadKind::Multipart => {
            let found = parts(&view.content_type, bytes);
            view.notes.extend(found.note);
            view.parts = found.parts.into_iter().map(|part| multipart(part, bytes)).collect();
        }
        PayloadKind::Text | PayloadKind::Xml => text(&mut view, bytes),
        PayloadKind::Image | PayloadKind::Binary | PayloadKind::Empty => {}
    }
    view
}

/// Why what is shown is not all of it.
fn note(note: &EncodingNote) -> Option<String> {
    Some(match note.stop.as_ref()? {
        DecodeStop::TooLarge => "Only the first 16 MiB are shown decoded.".to_owned(),
        DecodeStop::Bomb => "Decoding was stopped: the body grows as a decompression bomb does.".to_owned(),
        DecodeStop::Broken { detail } => {
            format!("The body is not what its content encoding says: {detail}.")
        }
        DecodeStop::Unsupported => format!(
            "The content encoding {:?} is not undone; the bytes are shown as they came.",
            note.encoding
        ),
    })
}

const fn kind(kind: waybill_content::PayloadKind) -> PayloadKind {
    match kind {
        waybill_content::PayloadKind::Json => PayloadKind::Json,
        waybill_content::PayloadKind::Form => PayloadKind::Form,
        waybill_content::PayloadKind::Multipart => PayloadKind::Multipart,
        waybill_content::PayloadKind::Text => PayloadKind::Text,
        waybill_content::PayloadKind::Xml => PayloadKind::Xml,
        waybill_content::PayloadKind::Image => PayloadKind::Image,
        waybill_content::PayloadKind::Binary => PayloadKind::Binary,
        waybill_content::PayloadKind::Empty => PayloadKind::Empty,
    }
}

/// The beginning of `bytes` as text; a character cut in half at the limit is left out.
fn shown(bytes: &[u8], charset: &str) -> (String, bool) {
    let cut = bytes.len() > TEXT;
    let mut decoded = decode_text(&bytes[..bytes.len().min(TEXT)], Some(charset)).text;
    if cut {
        decoded.truncate(decoded.trim_end_matches('\u{fffd}').len());
    }
    (decoded, cut)
}

fn text(view: &mut PayloadView, bytes: &[u8]) {
    let (text, cut) = shown(bytes, &view.charset);
    view.text = Some(text);
    view.text_cut = cut;
    if cut {
        view.notes.push("Only the first 2 MiB are shown; the Raw tab has every byte.".to_owned());
    }
}

fn json(view: &mut PayloadView, bytes: &[u8]) {
    let indented = pretty(bytes);
    let (pretty_text, cut) = shown(&indented.bytes, &view.charset);
    let (original, original_cut) = shown(bytes, &view.charset);
    view.text_cut = cut;
    view.text = Some(pretty_text);
    if !original_cut && original.as_bytes() != indented.bytes {
        view.original = Some(original);
    }
    let found = tree(bytes, TreeLimits { nodes: NODES, ..TreeLimits::default() });
    view.nodes_cut = found.note.is_some();
    view.notes.extend(found.note);
    view.problem = found.fault.or(indented.fault).map(|fault| JsonProblem {
        line: fault.line,
        column: fault.column,
        message: fault.message,
    });
    view.nodes = found.nodes.into_iter().map(node).collect();
    if cut {
        view.notes.push("Only the first 2 MiB are shown; the Raw tab has every byte.".to_owned());
    }
}

fn node(node: waybill_content::json::Node) -> JsonNode {
    let kind = match node.kind {
        NodeKind::Object => JsonNodeKind::Object,
        NodeKind::Array => JsonNodeKind::Array,
        NodeKind::String => JsonNodeKind::String,
        NodeKind::Number => JsonNodeKind::Number,
        NodeKind::Bool => JsonNodeKind::Boolean,
        NodeKind::Null => JsonNodeKind::Null,
    };
    let text = match kind {
        JsonNodeKind::String => format!("\"{}{}\"", node.text, if node.cut { "…" } else { "" }),
        _ => node.text,
    };
    JsonNode {
        depth: node.depth,
        key: node.key.unwrap_or_else(|| node.index.map_or_else(String::new, |index| index.to_string())),
        kind,
        text,
        children: u64::from(node.children),
        path: node.path,
        duplicate: node.duplicate,
    }
}

fn multipart(part: waybill_content::Part, bytes: &[u8]) -> MultipartPart {
    let from = usize::try_from(part.from).unwrap_or(usize::MAX).min(bytes.len());
    let to = usize::try_from(part.to).unwrap_or(usize::MAX).clamp(from, bytes.len());
    let content = &bytes[from..to];
    let text =
        (content.len() <= 64 * 1024).then(|| std::str::from_utf8(content).ok()).flatten().map(str::to_owned);
    MultipartPart {
        name: part.name.unwrap_or_default(),
        filename: part.filename,
        content_type: part.content_type.unwrap_or_default(),
        from: part.from,
        to: part.to,
        text,
    }
}
