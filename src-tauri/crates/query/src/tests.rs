//! The query language: what becomes of texts, where faults lie, what is proposed.

use crate::{Param, Query, TextSearch, complete};
use proptest::prelude::*;
use waybill_model::Timestamp;

/// 2026-11-21T12:00:00Z, a Saturday.
const NOW: Timestamp = Timestamp(1_795_262_400_000_000_000);

struct Scan;
impl TextSearch for Scan {
    fn text(&mut self, needle: &str, params: &mut Vec<Param>) -> String {
        params.push(Param::Text(needle.to_owned()));
        "scan(?)".to_owned()
    }
}

fn sql(text: &str) -> (String, Vec<Param>) {
    let condition =
        Query::parse(text, NOW).unwrap_or_else(|fault| panic!("{text}: {fault:?}")).to_sql(&mut Scan);
    (condition.sql, condition.params)
}

#[test]
fn queries_become_conditions() {
    let text = |s: &str| Param::Text(s.to_owned());
    let int = Param::Integer;
    let rows: &[(&str, &str, Vec<Param>)] = &[
        ("", "1", vec![]),
        ("boom", "scan(?)", vec![text("boom")]),
        ("\"two words\" x", "(scan(?) AND scan(?))", vec![text("two words"), text("x")]),
        ("inbox:mynd-prod", "(d.inbox = ?)", vec![text("mynd-prod")]),
        ("type:run.*", "(d.event_type GLOB ?)", vec![text("run.*")]),
        ("type:a[?*", "(d.event_type GLOB ?)", vec![text("a[[][?]*")]),
        ("signature:invalid", "(d.verdict = ?)", vec![text("invalid")]),
        ("verdict:valid,unsigned", "(d.verdict = ? OR d.verdict = ?)", vec![text("valid"), text("unsigned")]),
        ("status:>=500", "((d.status >= ?))", vec![int(500)]),
        ("status:2xx", "((d.status >= ? AND d.status <= ?))", vec![int(200), int(299)]),
        ("status:404", "((d.status >= ? AND d.status <= ?))", vec![int(404), int(404)]),
        ("size:>10kb", "((d.body_size >= ?))", vec![int(10_001)]),
        ("duration:<1.5s", "((d.duration_us <= ?))", vec![int(1_499_999)]),
        ("since:2h", "d.received_at >= ?", vec![int(NOW.0 - 7_200_000_000_000)]),
        ("until:fri", "d.received_at < ?", vec![int(1_795_132_800_000_000_000)]),
        ("since:2026-11-21", "d.received_at >= ?", vec![int(1_795_219_200_000_000_000)]),
        ("since:2026-11-21T01:00:00+01:00", "d.received_at >= ?", vec![int(1_795_219_200_000_000_000)]),
        ("-starred:yes", "(NOT coalesce(d.starred > 0, 0))", vec![]),
        ("is:starred", "d.starred > 0", vec![]),
        ("IS:Handshake", "(d.handshake IS NOT NULL) > 0", vec![]),
        ("handshake:no", "(d.handshake IS NOT NULL) = 0", vec![]),
        ("a or b c", "(scan(?) OR (scan(?) AND scan(?)))", vec![text("a"), text("b"), text("c")]),
        ("(a or b) c", "((scan(?) OR scan(?)) AND scan(?))", vec![text("a"), text("b"), text("c")]),
        ("method:post", "(d.method = ?)", vec![text("POST")]),
        ("https://x.example/y", "scan(?)", vec![text("https://x.example/y")]),
        (
            "header.User-Agent:Curl",
            "instr(lower(wb_header((SELECT head FROM contents WHERE delivery_id = d.id), ?)), ?) > 0",
            vec![text("User-Agent"), text("curl")],
        ),
        (
            "body.items[0].amount:>=100",
            "CAST(wb_body((SELECT body FROM contents WHERE delivery_id = d.id), ?) AS REAL) >= ?",
            vec![text("items[0].amount"), Param::Real(100.0)],
        ),
        (
            "body.id:=\"a b\"",
            "wb_body((SELECT body FROM contents WHERE delivery_id = d.id), ?) = ?",
            vec![text("id"), text("a b")],
        ),
        (
            "body.id:*",
            "wb_body((SELECT body FROM contents WHERE delivery_id = d.id), ?) IS NOT NULL",
            vec![text("id")],
        ),
    ];
    for (given, expected, params) in rows {
        assert_eq!(sql(given), ((*expected).to_owned(), params.clone()), "{given}");
    }
}

#[test]
fn a_wrong_query_says_where() {
    for (given, start, end, word) in [
        ("inbx:a", 0, 4, "inbx"),
        ("a (b", 2, 3, "not closed"),
        ("a ) b", 2, 3, "no opening"),
        ("a or", 2, 4, "after"),
        ("or a", 0, 2, "missing"),
        ("\"abc", 0, 4, "no end"),
        ("status:abc", 7, 10, "abc"),
        ("verdict:good", 8, 12, "good"),
        ("since:nevermore", 6, 15, "nevermore"),
        ("inbox:", 0, 6, "no value"),
        ("é status:x", 9, 10, "x"),
        ("\"\"", 0, 2, "empty"),
        ("tag:x", 0, 3, "tags"),
    ] {
        let fault = Query::parse(given, NOW).unwrap_err();
        assert_eq!((fault.start, fault.end), (start, end), "{given}: {fault:?}");
        assert!(fault.message.contains(word), "{given}: {fault:?}");
    }
    assert_eq!(
        Query::parse("inbx:a", NOW).unwrap_err().suggestion.unwrap(),
        "Did you mean inbox: ? To search for this text, put it in quotation marks."
    );
}

#[test]
fn completion_proposes_fields_and_their_values() {
    let labels = |text: &str| {
        let found = complete(text, text.chars().count());
        (
            found.start,
            found.items.into_iter().map(|item| item.insert).collect::<Vec<_>>(),
            found.values_of.map(|v| v.field),
        )
    };
    assert_eq!(labels("a ver"), (2, vec!["verdict:".to_owned()], None));
    assert_eq!(labels("-verdict:in"), (9, vec!["invalid".to_owned()], None));
    assert_eq!(labels("verdict:valid,uns"), (14, vec!["unsigned".to_owned()], None));
    assert_eq!(labels("(inbox:my"), (7, vec![], Some("inbox")));
    assert!(labels("").1.len() > 15);
}

proptest! {
    #[test]
    fn no_text_panics(text in "\\PC{0,60}") {
        let _ = Query::parse(&text, NOW);
        let _ = complete(&text, text.chars().count() / 2);
    }

    #[test]
    fn printed_queries_read_back(text in r#"[-]?(a|"b c"|\(|\)|or|inbox:x,y|type:"a,b"|body\.a:="x y"|status:2xx|since:2h| ){1,12}"#) {
        if let Ok(query) = Query::parse(&text, NOW) {
            let printed = query.to_string();
            let again = Query::parse(&printed, NOW).unwrap_or_else(|fault| panic!("{text} -> {printed}: {fault:?}"));
            prop_assert_eq!(again, query, "{} -> {}", text, printed);
        }
    }
}
