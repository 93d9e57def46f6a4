//! Two deliveries side by side: heads line by line, bodies by what they are.
//!
//! JSON is compared as it is shown, indented anew, so that two documents that differ in layout alone have no
//! differing line (and are said to differ in layout). Text is compared as it is; what is neither is only told
//! apart by its bytes. Bounded: in time by the caller's deadline (after it the comparison is coarser, never
//! wrong), in size (more than 8 MiB are compared as bytes), in what is told (5,000 lines of 4,096 characters).

use crate::head::Head;
use crate::json::pretty;
use crate::kind::PayloadKind;
use crate::text::decode_text;
use crate::view::open;
use serde::{Deserialize, Serialize};
use similar::{Algorithm, DiffOp, capture_diff_slices_deadline, group_diff_ops};
use std::time::Instant;
use ts_rs::TS;
use waybill_model::header_text;

/// Larger texts are only told apart by their bytes.
const COMPARED: usize = 8 << 20;
/// Most lines that are told.
const LINES_TOLD: usize = 5_000;
/// Longest line that is told whole, in characters.
const LINE_LENGTH: usize = 4_096;

/// Equal lines that are told around a difference.
const AROUND: usize = 3;

/// What became of a line from the left to the right side.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum LineChange {
    /// It stands on both.
    Same,
    /// It stands on the left only.
    Removed,
    /// It stands on the right only.
    Added,
}

/// Lines that stand together: differing ones, and some equal ones around them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct Hunk {
    /// The number of the first line on the left, from 1.
    #[ts(type = "number")]
    pub left: usize,
    /// The same on the right.
    #[ts(type = "number")]
    pub right: usize,
    /// The lines, without their ends.
    pub lines: Vec<(LineChange, String)>,
}

/// How two texts differ, line by line.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct LineDiff {
    /// Where they do; empty: they don't.
    pub hunks: Vec<Hunk>,
    /// Lines on the left only.
    #[ts(type = "number")]
    pub removed: usize,
    /// Lines on the right only.
    #[ts(type = "number")]
    pub added: usize,
    /// True when there is more than is told: further hunks, or the rest of a long line.
    pub cut: bool,
}

/// As what two bodies were compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum BodyDiffKind {
    /// They are the same bytes.
    Same,
    /// As JSON, both indented anew: without a differing line they differ in layout alone.
    Json,
    /// As text.
    Text,
    /// As bytes: no text, or too much of it.
    Bytes,
}

/// How two bodies differ.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct BodyDiff {
    /// As what they were compared.
    pub kind: BodyDiffKind,
    /// Their lines, where they were compared as lines.
    pub lines: LineDiff,
    /// The first of the stored bytes, from 0, that is another on the other side; absent when all are the same.
    #[ts(type = "number | null")]
    pub first_difference: Option<usize>,
}

/// One side of a comparison.
#[derive(Clone, Copy, Debug)]
pub struct Side<'a> {
    /// The head as it came.
    pub head: &'a [u8],
    /// The body as it came.
    pub body: &'a [u8],
}

/// How two heads differ. Line ends are not compared.
#[must_use]
pub fn diff_heads(left: Side<'_>, right: Side<'_>, deadline: Option<Instant>) -> LineDiff {
    let lines = |head: &[u8]| header_text(head.trim_ascii_end()).replace("\r\n", "\n");
    diff_lines(&lines(left.head), &lines(right.head), deadline)
}

/// How two bodies differ, each read as its head says.
#[must_use]
pub fn diff_bodies(left: Side<'_>, right: Side<'_>, deadline: Option<Instant>) -> BodyDiff {
    if left.body == right.body {
        return BodyDiff { kind: BodyDiffKind::Same, lines: LineDiff::default(), first_difference: None };
    }
    let common = left.body.iter().zip(right.body).take_while(|(left, right)| left == right).count();
    let (kind, lines) = match (readable(left), readable(right)) {
        (Some((BodyDiffKind::Json, left)), Some((BodyDiffKind::Json, right))) => {
            (BodyDiffKind::Json, diff_lines(&left, &right, deadline))
        }
        (Some((_, left)), Some((_, right))) => (BodyDiffKind::Text, diff_lines(&left, &right, deadline)),
        _ => (BodyDiffKind::Bytes, LineDiff::default()),
    };
    BodyDiff { kind, lines, first_difference: Some(common) }
}

/// The body as text to be compared; none for what is no text, or too much of it.
fn readable(side: Side<'_>) -> Option<(BodyDiffKind, String)> {
    let head = Head::parse(side.head);
    let (content_type, encoding) = (head.header_text("content-type"), head.header_text("content-encoding"));
    let opened = open(content_type.as_deref(), encoding.as_deref(), side.body);
    if opened.bytes.len() > COMPARED {
        return None;
    }
    let charset = opened.payload.charset.as_deref();
    match opened.payload.kind {
        PayloadKind::Json => {
            Some((BodyDiffKind::Json, decode_text(&pretty(&opened.bytes).bytes, charset).text))
        }
        PayloadKind::Empty | PayloadKind::Form | PayloadKind::Text | PayloadKind::Xml => {
            Some((BodyDiffKind::Text, decode_text(&opened.bytes, charset).text))
        }
        PayloadKind::Multipart | PayloadKind::Image | PayloadKind::Binary => None,
    }
}

/// How two texts differ, line by line.
#[must_use]
pub fn diff_lines(left: &str, right: &str, deadline: Option<Instant>) -> LineDiff {
    let (left, right) = (lines(left), lines(right));
    let operations = capture_diff_slices_deadline(Algorithm::Myers, &left, &right, deadline);
    let mut found = LineDiff::default();
    for operation in &operations {
        if !matches!(operation, DiffOp::Equal { .. }) {
            found.removed += operation.old_range().len();
            found.added += operation.new_range().len();
        }
    }
    let mut told = 0;
    for group in group_diff_ops(operations, AROUND) {
        let (Some(first), true) = (group.first(), told < LINES_TOLD) else {
            found.cut |= told >= LINES_TOLD;
            break;
        };
        let mut hunk =
            Hunk { left: first.old_range().start + 1, right: first.new_range().start + 1, lines: Vec::new() };
        for operation in &group {
            let (old, new) = (&left[operation.old_range()], &right[operation.new_range()]);
            let changes = match operation {
                DiffOp::Equal { .. } => vec![(LineChange::Same, old)],
                _ => vec![(LineChange::Removed, old), (LineChange::Added, new)],
            };
            for (change, lines) in changes {
                for line in lines {
                    if told == LINES_TOLD {
                        found.cut = true;
                        break;
                    }
                    told += 1;
                    hunk.lines.push((change, shortened(line, &mut found.cut)));
                }
            }
        }
        found.hunks.push(hunk);
    }
    found
}

/// The lines of a text; an empty text has none.
fn lines(text: &str) -> Vec<&str> {
    if text.is_empty() { Vec::new() } else { text.split('\n').collect() }
}

fn shortened(line: &str, cut: &mut bool) -> String {
    match line.char_indices().nth(LINE_LENGTH) {
        Some((at, _)) => {
            *cut = true;
            format!("{}…", &line[..at])
        }
        None => line.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    fn shown(diff: &LineDiff) -> String {
        let mut text = String::new();
        for hunk in &diff.hunks {
            text.push_str(&format!("@{},{}\n", hunk.left, hunk.right));
            for (change, line) in &hunk.lines {
                let mark = match change {
                    LineChange::Same => ' ',
                    LineChange::Removed => '-',
                    LineChange::Added => '+',
                };
                text.push_str(&format!("{mark}{line}\n"));
            }
        }
        text
    }

    const JSON: &[u8] = b"POST / HTTP/1.1\r\nContent-Type: application/json\r\n\r\n";
    const PLAIN: &[u8] = b"POST / HTTP/1.1\r\nContent-Type: text/plain\r\n\r\n";
    const BINARY: &[u8] = b"POST / HTTP/1.1\r\nContent-Type: application/octet-stream\r\n\r\n";

    fn check(
        left: (&[u8], &[u8]),
        right: (&[u8], &[u8]),
        kind: BodyDiffKind,
        first: Option<usize>,
        lines: &str,
    ) {
        let side = |(head, body)| Side { head, body };
        let found = diff_bodies(side(left), side(right), None);
        assert_eq!((found.kind, found.first_difference), (kind, first), "{left:?} {right:?}");
        assert_eq!(shown(&found.lines), lines, "{left:?} {right:?}");
    }

    #[test]
    fn bodies_are_compared_as_what_they_are() {
        check((JSON, b"{}"), (PLAIN, b"{}"), BodyDiffKind::Same, None, "");
        check(
            (JSON, br#"{"a":1,"b":[1,2]}"#),
            (JSON, br#"{"a":1.0,"b":[1,2]}"#),
            BodyDiffKind::Json,
            Some(6),
            "@1,1\n {\n-  \"a\": 1,\n+  \"a\": 1.0,\n   \"b\": [\n     1,\n     2\n",
        );
        // Another layout, and nothing else.
        check((JSON, b"{\"a\":1}"), (JSON, b"{ \"a\": 1 }"), BodyDiffKind::Json, Some(1), "");
        check((PLAIN, b"a\nb"), (PLAIN, b"a\nb\n"), BodyDiffKind::Text, Some(3), "@1,1\n a\n b\n+\n");
        check((PLAIN, b"a\r\n"), (PLAIN, b"a\n"), BodyDiffKind::Text, Some(1), "@1,1\n-a\r\n+a\n \n");
        check((PLAIN, b""), (PLAIN, b"a"), BodyDiffKind::Text, Some(0), "@1,1\n+a\n");
        check((BINARY, &[0, 1, 2]), (BINARY, &[0, 1, 3, 4]), BodyDiffKind::Bytes, Some(2), "");
        check((BINARY, &[0, 1]), (BINARY, &[0, 1, 2]), BodyDiffKind::Bytes, Some(2), "");
        check((JSON, b"{\"a\":1}"), (BINARY, &[0xff, 0x00]), BodyDiffKind::Bytes, Some(0), "");
    }

    #[test]
    fn heads_are_compared_line_by_line() {
        let side = |head| Side { head, body: b"" };
        let left = b"POST /a HTTP/1.1\r\nHost: x\r\nX-Id: 1\r\n\r\n";
        let right = b"POST /a HTTP/1.1\nHost: x\nX-Id: 2\n\n";
        let found = diff_heads(side(left), side(right), None);
        assert_eq!(shown(&found), "@1,1\n POST /a HTTP/1.1\n Host: x\n-X-Id: 1\n+X-Id: 2\n");
        assert_eq!((found.removed, found.added, found.cut), (1, 1, false));
        assert_eq!(diff_heads(side(left), side(left), None), LineDiff::default());
    }

    #[test]
    fn large_differences_are_bounded() {
        let numbered = |step: usize| -> String { (0..200_000).map(|n| format!("{}\n", n * step)).collect() };
        let found = diff_lines(&numbered(1), &numbered(3), Some(Instant::now() + Duration::from_millis(50)));
        assert!(found.cut);
        assert_eq!(found.hunks.iter().map(|hunk| hunk.lines.len()).sum::<usize>(), LINES_TOLD);
        let long = "x".repeat(LINE_LENGTH + 1);
        let found = diff_lines(&long, "y", None);
        assert!(found.cut);
        assert_eq!(found.hunks[0].lines[0].1.chars().count(), LINE_LENGTH + 1);
    }
}
