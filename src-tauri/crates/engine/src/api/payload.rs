//! A body as the window shows it. The stored bytes stay as they are; everything here is derived.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// What a body holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum PayloadKind {
    /// No bytes.
    Empty,
    /// JSON, whole or broken.
    Json,
    /// `application/x-www-form-urlencoded`.
    Form,
    /// `multipart/*`.
    Multipart,
    /// XML or HTML, as text.
    Xml,
    /// Text.
    Text,
    /// An image; shown as bytes.
    Image,
    /// Anything else.
    Binary,
}

/// What a node of a JSON tree is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum JsonNodeKind {
    /// `{…}`
    Object,
    /// `[…]`
    Array,
    /// Text.
    String,
    /// A number, in the sender's digits.
    Number,
    /// `true` or `false`.
    Boolean,
    /// `null`
    Null,
}

/// A node of a JSON tree, in document order.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct JsonNode {
    /// 0 for the root.
    pub depth: u32,
    /// Its key or its index.
    pub key: String,
    /// What it is.
    pub kind: JsonNodeKind,
    /// A scalar as it stands in the document (strings with their quotes); empty for the others.
    pub text: String,
    /// Children of an object or array.
    #[ts(type = "number")]
    pub children: u64,
    /// As the query language writes it after `body.`: `data.items[0].id`.
    pub path: String,
    /// True when the same key stands twice in its object.
    pub duplicate: bool,
}

/// Where a JSON document breaks.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct JsonProblem {
    /// From 1.
    #[ts(type = "number")]
    pub line: u64,
    /// From 1, in characters.
    #[ts(type = "number")]
    pub column: u64,
    /// What is wrong there.
    pub message: String,
}

/// A part of a multipart body.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct MultipartPart {
    /// The form field.
    pub name: String,
    /// The file's name, when it is a file.
    pub filename: Option<String>,
    /// Its declared type.
    pub content_type: String,
    /// Its bytes stand in the body from here …
    #[ts(type = "number")]
    pub from: u64,
    /// … to here.
    #[ts(type = "number")]
    pub to: u64,
    /// Its text, when it is short text.
    pub text: Option<String>,
}

/// A body as the window shows it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct PayloadView {
    /// What it holds.
    pub kind: PayloadKind,
    /// As declared; empty when nothing was.
    pub content_type: String,
    /// The charset the text was read in.
    pub charset: String,
    /// Stored bytes.
    #[ts(type = "number")]
    pub size: u64,
    /// The content coding that was undone for this view; the stored bytes keep it.
    pub decoded: Option<String>,
    /// Bytes after that.
    #[ts(type = "number")]
    pub decoded_size: u64,
    /// The text, JSON indented anew; at most 2 MiB.
    pub text: Option<String>,
    /// The text as it stands in the body, when `text` was indented anew.
    pub original: Option<String>,
    /// True when `text` is only the first part.
    pub text_cut: bool,
    /// The tree of a JSON body; at most 50,000 nodes.
    pub nodes: Vec<JsonNode>,
    /// True when the tree is only the first part.
    pub nodes_cut: bool,
    /// The pairs of a form.
    pub pairs: Vec<(String, String)>,
    /// The parts of a multipart body.
    pub parts: Vec<MultipartPart>,
    /// Where the JSON breaks.
    pub problem: Option<JsonProblem>,
    /// What to say about this view: cut, decoded, not decoded and why.
    pub notes: Vec<String>,
}
