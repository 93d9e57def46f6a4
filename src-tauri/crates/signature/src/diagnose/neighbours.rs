//! Messages that are put together almost as the scheme says: another separator, another order, a part
//! left out or put in.

use super::template::{Chunk, Reading, Template};
use crate::message::PartKind;
use crate::request::Request;

/// Separators that senders use.
const SEPARATORS: [&str; 11] = ["", ".", ":", ",", "|", "\n", " ", "-", "&", ";", "_"];
/// Words that stand before a message.
const VERSIONS: [&str; 5] = ["v0", "v1", "v2", "1", "v1a"];

/// A message that is built otherwise.
pub(super) struct Neighbour {
    pub(super) template: Template,
    pub(super) code: &'static str,
}

/// Every neighbour of the first form of the message, the nearest first.
pub(super) fn neighbours(reading: &Reading, request: &Request<'_>) -> Vec<Neighbour> {
    let literal = |chunk: &&Chunk| !matches!(chunk, Chunk::Bytes(PartKind::Literal, _));
    let base = reading.templates.first().cloned().unwrap_or_default();
    let own: Vec<Chunk> = base.0.iter().filter(literal).cloned().collect();
    let mut list = List { known: reading.templates.clone(), all: Vec::new() };
    let is_time =
        |chunk: &Chunk| matches!(chunk, Chunk::Bytes(PartKind::Timestamp, _)) || same_time(chunk, reading);
    let code = |parts: &[Chunk]| {
        let had = own.iter().any(is_time);
        if had && !parts.iter().any(is_time) { "timestamp_missing_from_message" } else { "separator" }
    };
    if own.len() > 1 {
        for separator in SEPARATORS {
            list.add(&own, separator, code(&own));
        }
        // With one part left out, then the body alone, then in other orders.
        for left_out in 0..own.len().min(8) {
            let rest: Vec<Chunk> = own
                .iter()
                .enumerate()
                .filter(|(place, _)| *place != left_out)
                .map(|(_, one)| one.clone())
                .collect();
            for separator in SEPARATORS {
                list.add(&rest, separator, code(&rest));
            }
        }
        for part in &own {
            list.add(std::slice::from_ref(part), "", code(std::slice::from_ref(part)));
        }
        for order in orders(&own) {
            for separator in SEPARATORS {
                list.add(&order, separator, code(&order));
            }
        }
    }
    // One literal of the message written otherwise or left out.
    for (place, chunk) in base.0.iter().enumerate() {
        if matches!(chunk, Chunk::Bytes(PartKind::Literal, _)) {
            for separator in SEPARATORS {
                let mut chunks = base.0.clone();
                if let Some(literal) = chunks.get_mut(place) {
                    *literal = literal_chunk(separator);
                }
                list.add(&chunks, "", "separator");
            }
        }
    }
    let versioned: Vec<Vec<Chunk>> = VERSIONS
        .iter()
        .map(|version| std::iter::once(literal_chunk(version)).chain(own.iter().cloned()).collect())
        .collect();
    for parts in &versioned {
        for separator in [":", ".", ","] {
            list.add(parts, separator, "separator");
        }
    }
    // Parts that the scheme does not sign but the request has.
    for extra in extras(reading, request) {
        for separator in SEPARATORS.iter().take(6) {
            let before: Vec<Chunk> = std::iter::once(extra.clone()).chain(own.iter().cloned()).collect();
            let after: Vec<Chunk> = own.iter().cloned().chain([extra.clone()]).collect();
            list.add(&before, separator, "separator");
            list.add(&after, separator, "separator");
        }
    }
    list.all
}

fn literal_chunk(text: &str) -> Chunk {
    Chunk::Bytes(PartKind::Literal, text.as_bytes().to_vec())
}

fn same_time(chunk: &Chunk, reading: &Reading) -> bool {
    matches!(chunk, Chunk::Bytes(_, bytes) if Some(bytes) == reading.timestamp.as_ref())
}

/// Timestamps, ids, method and address that are there but not signed.
fn extras(reading: &Reading, request: &Request<'_>) -> Vec<Chunk> {
    let mut list = Vec::new();
    if let Some(timestamp) = &reading.timestamp {
        list.push(Chunk::Bytes(PartKind::Timestamp, timestamp.clone()));
    }
    for (name, value) in request.headers {
        let name = String::from_utf8_lossy(name).to_ascii_lowercase();
        let useful = name.ends_with("timestamp")
            || name.ends_with("-time")
            || name.ends_with("-id")
            || name.ends_with("nonce");
        if useful && list.len() < 8 {
            list.push(Chunk::Bytes(PartKind::Header, crate::request::trim_blanks(value).to_vec()));
        }
    }
    list.push(Chunk::Bytes(PartKind::Url, request.url.to_vec()));
    list.push(Chunk::Bytes(PartKind::Url, request.path_and_query().to_vec()));
    list.push(Chunk::Bytes(PartKind::Method, request.method.to_vec()));
    let known = |chunk: &Chunk| reading.templates.iter().any(|template| template.0.contains(chunk));
    list.retain(|chunk| !known(chunk));
    list
}

/// Other orders of at most four parts.
fn orders(parts: &[Chunk]) -> Vec<Vec<Chunk>> {
    let mut all = vec![Vec::new()];
    if parts.len() > 4 {
        return vec![parts.iter().rev().cloned().collect()];
    }
    for part in parts {
        let mut longer = Vec::new();
        for order in &all {
            for place in 0..=order.len() {
                let mut order: Vec<Chunk> = order.clone();
                order.insert(place, part.clone());
                longer.push(order);
            }
        }
        all = longer;
    }
    all
}

struct List {
    known: Vec<Template>,
    all: Vec<Neighbour>,
}

impl List {
    fn add(&mut self, parts: &[Chunk], separator: &str, code: &'static str) {
        let mut chunks = Vec::with_capacity(2 * parts.len());
        for part in parts {
            if !chunks.is_empty() && !separator.is_empty() {
                chunks.push(literal_chunk(separator));
            }
            chunks.push(part.clone());
        }
        let template = Template(chunks);
        if !template.0.is_empty() && !self.known.contains(&template) {
            self.known.push(template.clone());
            self.all.push(Neighbour { template, code });
        }
    }
}
