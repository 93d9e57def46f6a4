//! A JSON document as a flat list of nodes, in document order, for a window that shows a part of it.
//!
//! Bounded: at most so many nodes, so deep and so much text as [`TreeLimits`] says; the rest is counted and
//! named in `note`, never silently absent. Scalars keep their source text. A name that repeats within its
//! object is flagged.

use super::escape::unescape;
use super::token::{JsonFault, Token, TokenKind, Tokens};
use serde::Serialize;
use std::collections::HashSet;
use ts_rs::TS;

/// What a node is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum NodeKind {
    /// `{…}`
    Object,
    /// `[…]`
    Array,
    /// A string.
    String,
    /// A number.
    Number,
    /// `true` or `false`.
    Bool,
    /// `null`
    Null,
}

/// One value of the document.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, TS)]
pub struct Node {
    /// Containers around it.
    pub depth: u32,
    /// Its name, escapes resolved; absent in an array and at the top.
    pub key: Option<String>,
    /// Its place in an array, from 0.
    pub index: Option<u32>,
    /// True when its object has had this name before.
    pub duplicate: bool,
    /// What it is.
    pub kind: NodeKind,
    /// A scalar's source text (a string without its quotes, escapes as written), cut at the limit; empty for a container.
    pub text: String,
    /// A string's text with escapes resolved, when that differs from `text`.
    pub value: Option<String>,
    /// True when `text` was cut.
    pub cut: bool,
    /// Values directly inside.
    pub children: u32,
    /// RFC 6901 pointer: `/data/items/0`.
    pub pointer: String,
    /// The same as the query language says it: `data.items[0]`.
    pub path: String,
    /// Offset of its first byte.
    #[ts(type = "number")]
    pub from: u64,
    /// Offset after its last byte; up to the fault when the document breaks inside.
    #[ts(type = "number")]
    pub to: u64,
}

/// The document as nodes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, TS)]
pub struct Tree {
    /// The first nodes in document order.
    pub nodes: Vec<Node>,
    /// Values in the document, up to the fault.
    #[ts(type = "number")]
    pub total: u64,
    /// Where the document stops being JSON.
    pub fault: Option<JsonFault>,
    /// What is not listed, and why; absent when everything is.
    pub note: Option<String>,
}

/// How much of a document is listed.
#[derive(Clone, Copy, Debug)]
pub struct TreeLimits {
    /// Most nodes.
    pub nodes: usize,
    /// Deepest level; the top is 0.
    pub depth: usize,
    /// Most bytes of one scalar's text.
    pub scalar: usize,
    /// Most bytes of all texts and paths together.
    pub text: usize,
}

impl Default for TreeLimits {
    fn default() -> Self {
        Self { nodes: 20_000, depth: 256, scalar: 16 << 10, text: 8 << 20 }
    }
}

/// An open container that is listed.
struct Frame {
    node: usize,
    object: bool,
    /// Lengths of the two paths up to this container.
    paths: (usize, usize),
    seen: HashSet<String>,
}

/// `bytes` as nodes within `limits`.
#[must_use]
pub fn tree(bytes: &[u8], limits: TreeLimits) -> Tree {
    let mut tokens = Tokens::new(bytes);
    let mut build = Build {
        bytes,
        limits,
        nodes: Vec::new(),
        open: Vec::new(),
        key: None,
        text: 0,
        full: false,
        pointer: String::new(),
        path: String::new(),
    };
    let mut fault = None;
    let (mut total, mut hidden) = (0u64, 0usize);
    for next in tokens.by_ref() {
        let token = match next {
            Ok(token) => token,
            Err(error) => {
                fault = Some(error);
                break;
            }
        };
        match token.kind {
            TokenKind::Comma | TokenKind::Colon => {}
            TokenKind::Key => {
                if hidden == 0 {
                    build.key = Some(token);
                }
            }
            TokenKind::ObjectClose | TokenKind::ArrayClose if hidden > 0 => hidden -= 1,
            TokenKind::ObjectClose | TokenKind::ArrayClose => build.close(token.to),
            kind => {
                total += 1;
                let opens = matches!(kind, TokenKind::ObjectOpen | TokenKind::ArrayOpen);
                if hidden > 0 || !build.add(token) {
                    hidden += usize::from(opens);
                }
            }
        }
    }
    let end = fault.as_ref().map_or(bytes.len(), |f| usize::try_from(f.offset).unwrap_or(bytes.len()));
    while !build.open.is_empty() {
        build.close(end);
    }
    let left = total - build.nodes.len() as u64;
    let note = (left > 0).then(|| {
        let why = if build.full { "the tree would be too large" } else { "they are nested too deep" };
        format!(
            "{left} of {total} values are not listed because {why}; the pretty and raw views hold them all."
        )
    });
    Tree { nodes: build.nodes, total, fault, note }
}

struct Build<'a> {
    bytes: &'a [u8],
    limits: TreeLimits,
    nodes: Vec<Node>,
    open: Vec<Frame>,
    key: Option<Token>,
    text: usize,
    /// Set once a node did not fit: from then on only counting goes on, so that no gap is hidden.
    full: bool,
    pointer: String,
    path: String,
}

impl Build<'_> {
    /// Lists a value; false when it did not fit. Its container counts it either way.
    fn add(&mut self, token: Token) -> bool {
        let index = match self.open.last() {
            Some(frame) => {
                let children = &mut self.nodes[frame.node].children;
                *children = children.saturating_add(1);
                (!frame.object).then_some(*children - 1)
            }
            None => None,
        };
        let key_token = self.key.take();
        if self.open.len() > self.limits.depth {
            return false;
        }
        if self.full || self.nodes.len() >= self.limits.nodes {
            self.full = true;
            return false;
        }
        let key = key_token.map(|t| unescape(&self.bytes[t.from..t.to]));
        let paths = (self.pointer.len(), self.path.len());
        step(&mut self.pointer, &mut self.path, key.as_deref(), index);
        let raw = &self.bytes[token.from..token.to];
        let cost = self.pointer.len() + self.path.len() + raw.len().min(self.limits.scalar);
        if self.text + cost > self.limits.text {
            self.full = true;
            self.back_to(paths);
            return false;
        }
        self.text += cost;
        let duplicate = match (&key, self.open.last_mut()) {
            (Some(key), Some(frame)) => !frame.seen.insert(key.clone()),
            _ => false,
        };
        let (text, value, cut) = scalar(token.kind, raw, self.limits.scalar);
        let kind = node_kind(token.kind);
        let depth = u32::try_from(self.open.len()).unwrap_or(u32::MAX);
        self.nodes.push(Node {
            depth,
            key,
            index,
            duplicate,
            kind,
            text,
            value,
            cut,
            children: 0,
            pointer: self.pointer.clone(),
            path: self.path.clone(),
            from: token.from as u64,
            to: token.to as u64,
        });
        if matches!(kind, NodeKind::Object | NodeKind::Array) {
            let node = self.nodes.len() - 1;
            self.open.push(Frame { node, object: kind == NodeKind::Object, paths, seen: HashSet::new() });
        } else {
            self.back_to(paths);
        }
        true
    }

    fn close(&mut self, to: usize) {
        if let Some(frame) = self.open.pop() {
            self.nodes[frame.node].to = to as u64;
            self.back_to(frame.paths);
        }
    }

    fn back_to(&mut self, (pointer, path): (usize, usize)) {
        self.pointer.truncate(pointer);
        self.path.truncate(path);
    }
}

const fn node_kind(kind: TokenKind) -> NodeKind {
    match kind {
        TokenKind::ObjectOpen => NodeKind::Object,
        TokenKind::ArrayOpen => NodeKind::Array,
        TokenKind::Number => NodeKind::Number,
        TokenKind::Bool => NodeKind::Bool,
        TokenKind::Null => NodeKind::Null,
        _ => NodeKind::String,
    }
}

/// Source text, resolved text where it differs, and whether the text was cut.
fn scalar(kind: TokenKind, raw: &[u8], limit: usize) -> (String, Option<String>, bool) {
    match kind {
        TokenKind::ObjectOpen | TokenKind::ArrayOpen => (String::new(), None, false),
        TokenKind::String => {
            let inner = &raw[1..raw.len() - 1];
            let (shown, cut) = head_of(inner, limit);
            let value = shown.contains(&b'\\').then(|| unescape(shown));
            (String::from_utf8_lossy(shown).into_owned(), value, cut)
        }
        _ => {
            let (shown, cut) = head_of(raw, limit);
            (String::from_utf8_lossy(shown).into_owned(), None, cut)
        }
    }
}

/// The first `limit` bytes, not ending inside a character or an escape.
fn head_of(bytes: &[u8], limit: usize) -> (&[u8], bool) {
    if bytes.len() <= limit {
        return (bytes, false);
    }
    let mut end = limit;
    while end > 0 && bytes[end] & 0xc0 == 0x80 {
        end -= 1;
    }
    // The longest escape is six bytes: cut before a backslash that begins one which does not end in time.
    if let Some(back) = bytes[..end].iter().rev().take(6).position(|&b| b == b'\\') {
        let slashes = bytes[..end - back].iter().rev().take_while(|&&b| b == b'\\').count();
        if slashes % 2 == 1 {
            end -= back + 1;
        }
    }
    (&bytes[..end], true)
}

/// Adds one step to both paths.
fn step(pointer: &mut String, path: &mut String, key: Option<&str>, index: Option<u32>) {
    use std::fmt::Write;
    if let Some(index) = index {
        // Writing to a String can't fail.
        let _ = write!(pointer, "/{index}");
        let _ = write!(path, "[{index}]");
    } else if let Some(key) = key {
        pointer.push('/');
        pointer.push_str(&key.replace('~', "~0").replace('/', "~1"));
        super::path::write_key(path, key);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nodes_say_what_where_and_how_often() {
        let source = br#"{"id":"evt_1","data":{"a/b":[1.10,{"x y":null}]},"id":"\u00e9\n"}"#;
        let tree = tree(source, TreeLimits::default());
        let rows: Vec<_> = tree
            .nodes
            .iter()
            .map(|n| {
                (
                    n.depth,
                    n.kind,
                    n.text.as_str(),
                    n.pointer.as_str(),
                    n.path.as_str(),
                    n.children,
                    n.duplicate,
                )
            })
            .collect();
        use NodeKind::{Array, Null, Number, Object, String};
        assert_eq!(
            rows,
            [
                (0, Object, "", "", "", 3, false),
                (1, String, "evt_1", "/id", "id", 0, false),
                (1, Object, "", "/data", "data", 1, false),
                (2, Array, "", "/data/a~1b", "data[\"a/b\"]", 2, false),
                (3, Number, "1.10", "/data/a~1b/0", "data[\"a/b\"][0]", 0, false),
                (3, Object, "", "/data/a~1b/1", "data[\"a/b\"][1]", 1, false),
                (4, Null, "null", "/data/a~1b/1/x y", "data[\"a/b\"][1][\"x y\"]", 0, false),
                (1, String, "\\u00e9\\n", "/id", "id", 0, true),
            ]
        );
        assert_eq!(tree.nodes[7].value.as_deref(), Some("é\n"));
        assert_eq!(tree.nodes[2].from..tree.nodes[2].to, 21..48);
        assert_eq!((tree.total, tree.note, tree.fault), (8, None, None));
    }

    #[test]
    fn what_is_left_out_is_counted_and_said() {
        let limits = TreeLimits { nodes: 3, ..TreeLimits::default() };
        let cut = tree(b"[1,2,[3,4],5]", limits);
        assert_eq!((cut.nodes.len(), cut.total, cut.nodes[0].children), (3, 7, 4));
        assert!(cut.note.unwrap().starts_with("4 of 7"));
        let deep = tree(&[vec![b'['; 500_000], vec![b']'; 500_000]].concat(), TreeLimits::default());
        assert_eq!((deep.nodes.len(), deep.total), (257, 500_000));
        assert!(deep.note.unwrap().contains("too deep"));
        let key = "k".repeat(100_000);
        let wide = format!("{{\"{key}\":{{\"{key}\":[{}0]}}}}", "0,".repeat(10_000));
        let wide = tree(wide.as_bytes(), TreeLimits::default());
        assert!(wide.nodes.iter().map(|n| n.path.len() + n.pointer.len()).sum::<usize>() < 9 << 20);
        assert!(wide.note.is_some());
    }

    #[test]
    fn a_broken_document_shows_what_came_before() {
        let broken = tree(br#"{"a":[1,2,"#, TreeLimits::default());
        assert_eq!(broken.nodes.len(), 4);
        assert_eq!(broken.nodes[1].to, 10);
        assert_eq!(broken.fault.unwrap().offset, 10);
    }

    #[test]
    fn long_strings_are_cut_between_escapes_and_characters() {
        for (inner, limit, shown) in [
            ("aaaa", 3, "aaa"),
            ("aaéb", 3, "aa"),
            (r"aa\n\nb", 3, "aa"),
            (r"a\u00e9b", 5, "a"),
            (r"\\\\b", 3, r"\\"),
            ("abc", 3, "abc"),
        ] {
            let limits = TreeLimits { scalar: limit, ..TreeLimits::default() };
            let tree = tree(format!("\"{inner}\"").as_bytes(), limits);
            assert_eq!(tree.nodes[0].text, shown, "{inner}");
        }
    }
}
