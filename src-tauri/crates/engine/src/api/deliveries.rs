//! Deliveries: result sets and their windows, one delivery, marks, export.

use serde::{Deserialize, Serialize};
use ts_rs::TS;
use waybill_content::{BodyDiff, LineDiff};
use waybill_model::{Delivery, DeliveryId, DeliveryRow, Reason, Timestamp, Verdict};

/// Opens a result set.
#[derive(Clone, Debug, Default, Serialize, Deserialize, TS)]
pub struct QueryDeliveries {
    /// In the query language; empty: everything.
    #[serde(default)]
    pub query: String,
}

/// An open result set. It grows as deliveries arrive; events tell by how much.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct ResultSet {
    /// Names it in later calls; valid until it is closed, falls out of the 16 used last, or the process ends.
    pub id: u32,
    /// The query in its normal form.
    pub query: String,
    /// How many deliveries are in it.
    #[ts(type = "number")]
    pub total: u64,
}

/// Names a result set.
#[derive(Clone, Copy, Debug, Serialize, Deserialize, TS)]
pub struct ResultRef {
    /// Which result set.
    pub result: u32,
}

/// Asks for rows of a result set.
#[derive(Clone, Copy, Debug, Serialize, Deserialize, TS)]
pub struct WindowRequest {
    /// Which result set.
    pub result: u32,
    /// Rows to pass over, counted from the newest.
    #[ts(type = "number")]
    pub offset: u64,
    /// At most 500.
    pub limit: u32,
}

/// Rows of a result set, newest first.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
pub struct Window {
    /// How many the whole set holds now.
    #[ts(type = "number")]
    pub total: u64,
    /// Where the first row stands, counted from the newest.
    #[ts(type = "number")]
    pub offset: u64,
    /// The rows. A deleted delivery leaves no row.
    pub rows: Vec<DeliveryRow>,
}

/// Asks where a delivery stands in a result set.
#[derive(Clone, Copy, Debug, Serialize, Deserialize, TS)]
pub struct Locate {
    /// Which result set.
    pub result: u32,
    /// Which delivery.
    pub id: DeliveryId,
}

/// Where a delivery stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct Located {
    /// Counted from the newest; absent when it is not in the set.
    #[ts(type = "number | null")]
    pub index: Option<u64>,
}

/// Asks for full deliveries, for the command line.
#[derive(Clone, Debug, Default, Serialize, Deserialize, TS)]
#[serde(default)]
pub struct ListDeliveries {
    /// In the query language; empty: everything.
    pub query: String,
    /// At most so many; absent: 50.
    #[ts(type = "number | null")]
    pub limit: Option<u32>,
    /// Only those older than this one.
    pub after: Option<DeliveryId>,
}

/// Deliveries, newest first.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
pub struct DeliveryList {
    /// The deliveries.
    pub deliveries: Vec<Delivery>,
    /// Give this as `after` for the next page; absent at the end.
    pub next: Option<DeliveryId>,
}

/// Asks for counts over time.
#[derive(Clone, Copy, Debug, Serialize, Deserialize, TS)]
pub struct HistogramRequest {
    /// Which result set.
    pub result: u32,
    /// 1 to 500 bars.
    pub buckets: u32,
}

/// One bar.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct Bucket {
    /// Deliveries in it.
    #[ts(type = "number")]
    pub total: u64,
    /// Of them, those whose verdict is `invalid` or `unsigned`, or that were answered 400 or above.
    #[ts(type = "number")]
    pub failed: u64,
}

/// Counts over the time a result set spans.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct Histogram {
    /// Start of the first bar; absent when the set is empty.
    pub from: Option<Timestamp>,
    /// End of the last bar.
    pub to: Option<Timestamp>,
    /// The bars, oldest first, all of the same width.
    pub buckets: Vec<Bucket>,
}

/// What part of a delivery's bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum PartOf {
    /// Request line and headers, as they came.
    Head,
    /// The body, as it came.
    Body,
}

/// Asks for a page of the hex view.
#[derive(Clone, Copy, Debug, Serialize, Deserialize, TS)]
pub struct HexRequest {
    /// Which delivery.
    pub id: DeliveryId,
    /// Which bytes.
    pub part: PartOf,
    /// First row, of 16 bytes each.
    #[ts(type = "number")]
    pub row: u64,
    /// At most 1,000 rows.
    pub rows: u32,
}

/// 16 bytes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct HexRow {
    /// Of its first byte.
    #[ts(type = "number")]
    pub offset: u64,
    /// Two digits a byte, a space between.
    pub hex: String,
    /// Printable ASCII, a dot for the rest.
    pub text: String,
}

/// A page of the hex view.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct HexPage {
    /// Bytes in all.
    #[ts(type = "number")]
    pub size: u64,
    /// The rows.
    pub rows: Vec<HexRow>,
}

/// Asks how two deliveries differ.
#[derive(Clone, Copy, Debug, Serialize, Deserialize, TS)]
pub struct DiffRequest {
    /// The one that is compared …
    pub left: DeliveryId,
    /// … with this one.
    pub right: DeliveryId,
}

/// How two deliveries differ.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct DeliveryDiff {
    /// The left one.
    pub left: DeliveryId,
    /// The right one.
    pub right: DeliveryId,
    /// True when heads and bodies are the same, line ends of the heads aside.
    pub equal: bool,
    /// Request lines and headers.
    pub head: LineDiff,
    /// The bodies.
    pub body: BodyDiff,
    /// Bytes of the left body.
    #[ts(type = "number")]
    pub left_size: u64,
    /// Bytes of the right body.
    #[ts(type = "number")]
    pub right_size: u64,
}

/// Marks a delivery.
#[derive(Clone, Copy, Debug, Serialize, Deserialize, TS)]
pub struct StarDelivery {
    /// Which delivery.
    pub id: DeliveryId,
    /// On or off.
    pub starred: bool,
}

/// Writes the note of a delivery.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
pub struct NoteDelivery {
    /// Which delivery.
    pub id: DeliveryId,
    /// At most 10,000 characters; empty removes it.
    pub note: String,
}

/// Names some deliveries.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
pub struct AskIds {
    /// Which deliveries.
    pub ids: Vec<DeliveryId>,
}

/// What a deletion did.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct Deleted {
    /// How many.
    #[ts(type = "number")]
    pub deleted: u64,
    /// They come back with this within ten seconds.
    pub undo: String,
}

/// Takes a deletion back.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
pub struct Undelete {
    /// From the deletion.
    pub undo: String,
}

/// Verifies stored deliveries once more with what is known now.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
pub struct CheckAgain {
    /// In the query language.
    pub query: String,
}

/// What checking again found.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct Checked {
    /// Deliveries checked.
    #[ts(type = "number")]
    pub checked: u64,
    /// Of them, valid now.
    #[ts(type = "number")]
    pub valid: u64,
    /// Of them, those whose verdict is another than before.
    #[ts(type = "number")]
    pub changed: u64,
}

/// Asks what could stand at the cursor of the query bar.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
pub struct CompletionRequest {
    /// What stands there.
    pub text: String,
    /// In characters.
    pub cursor: u32,
}

/// One proposal for the query bar.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct Completion {
    /// What to put in.
    pub insert: String,
    /// What to show.
    pub label: String,
    /// A count or an explanation.
    pub detail: String,
    /// Replace from this character …
    pub start: u32,
    /// … up to this one.
    pub end: u32,
}

/// An export format.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum ExportFormat {
    /// HTTP Archive 1.2.
    Har,
    /// One JSON document a line, with the body.
    Jsonl,
    /// The bytes as they came: head and body.
    Raw,
    /// A shell command.
    Curl,
}

/// Writes deliveries out.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
pub struct Export {
    /// In the query language; used when `ids` is empty.
    #[serde(default)]
    pub query: String,
    /// Which deliveries.
    #[serde(default)]
    pub ids: Vec<DeliveryId>,
    /// How.
    pub format: ExportFormat,
    /// Keep credentials and signatures that stood in headers; else their values are replaced.
    #[serde(default)]
    pub with_secrets: bool,
    /// For `curl`: the address to send to; absent: the capture server's.
    #[serde(default)]
    pub to: Option<String>,
}

/// What was written out.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
pub struct Exported {
    /// The text; Base64 when it is no UTF-8, as `raw` may be.
    pub text: String,
    /// True when `text` is Base64.
    pub base64: bool,
    /// Deliveries in it.
    #[ts(type = "number")]
    pub deliveries: u64,
    /// Values of headers and queries that were replaced.
    #[ts(type = "number")]
    pub redacted: u64,
}

/// Reads deliveries in: JSON lines as they were exported, a HAR document, or one raw HTTP request. Which of
/// them it is, the file's beginning tells.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
pub struct Import {
    /// The file's bytes in Base64.
    pub base64: String,
    /// The inbox to keep them under, which must be there; absent: where each says, else `unsorted`.
    #[serde(default)]
    pub inbox: Option<waybill_model::Name>,
}

/// What was read in.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
pub struct Imported {
    /// Deliveries kept.
    pub ids: Vec<DeliveryId>,
    /// Their verdicts, in the same order.
    pub verdicts: Vec<(Verdict, Reason)>,
}
