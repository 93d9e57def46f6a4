//! Every document of JSONTestSuite, every naughty string and random bytes through everything here.

use crate::json::{Path, TokenKind, Tokens, TreeLimits, find, pretty, tree};
use crate::{decode, decode_text, form_fields, hex_lines, import, marks, parts, sniff};
use proptest::prelude::*;

/// Token texts, in order.
fn token_texts(bytes: &[u8]) -> Vec<(TokenKind, &[u8])> {
    Tokens::new(bytes).filter_map(Result::ok).map(|t| (t.kind, &bytes[t.from..t.to])).collect()
}

fn without_blanks(bytes: &[u8]) -> Vec<u8> {
    bytes.iter().copied().filter(|b| !b" \t\r\n".contains(b)).collect()
}

/// What must hold for any bytes at all.
fn hold_for_any(bytes: &[u8]) {
    let shown = pretty(bytes);
    assert_eq!(without_blanks(&shown.bytes), without_blanks(bytes));
    assert_eq!(token_texts(&shown.bytes), token_texts(bytes));
    let nodes = tree(bytes, TreeLimits::default());
    assert_eq!(nodes.fault, shown.fault);
    for node in nodes.nodes.iter().take(200) {
        let range = usize::try_from(node.from).unwrap()..usize::try_from(node.to).unwrap();
        if nodes.fault.is_none()
            && !nodes.nodes.iter().any(|n| n.duplicate)
            && !node.path.contains('\u{fffd}')
        {
            let path: Path = node.path.parse().unwrap();
            assert_eq!(find(bytes, &path).map(|f| f.raw), Some(&bytes[range]), "{}", node.path);
        }
    }
    let _ = (sniff(None, bytes), sniff(Some("application/json"), bytes), form_fields(bytes));
    let _ = (parts("multipart/form-data; boundary=a", bytes), hex_lines(bytes, 0));
    let _ = marks(&decode_text(bytes, None).text);
    let _ = import(bytes);
    for encoding in ["gzip", "deflate", "br", "zstd"] {
        let _ = decode(encoding, bytes);
    }
}

#[test]
fn json_test_suite() {
    let Some(folder) = crate::corpora::folder("json-test-suite") else {
        println!("corpora/json-test-suite not present: skipped 340");
        return;
    };
    let mut counts = std::collections::BTreeMap::new();
    for part in ["test_parsing", "test_transform"] {
        for file in std::fs::read_dir(folder.join(part)).unwrap() {
            let path = file.unwrap().path();
            let name = path.file_name().unwrap().to_string_lossy().into_owned();
            let bytes = std::fs::read(&path).unwrap();
            hold_for_any(&bytes);
            let fault = Tokens::new(&bytes).find_map(Result::err);
            match &name[..2] {
                "y_" => assert_eq!(fault, None, "{name}"),
                "n_" => {
                    let fault = fault.unwrap_or_else(|| panic!("{name} was accepted"));
                    assert!(
                        fault.line >= 1 && fault.column >= 1 && fault.offset <= bytes.len() as u64,
                        "{name}"
                    );
                    assert!(!fault.message.is_empty());
                }
                _ => {}
            }
            *counts.entry(format!("{part}/{}", &name[..2])).or_insert(0) += 1;
        }
    }
    println!("json-test-suite: {counts:?}");
    assert_eq!(counts["test_parsing/y_"], 95);
    assert_eq!(counts["test_parsing/n_"], 188);
}

#[test]
fn naughty_strings_in_every_place() {
    for text in crate::corpora::naughty_strings() {
        hold_for_any(&text);
        let string = serde_json::to_string(&String::from_utf8_lossy(&text)).unwrap();
        hold_for_any(format!("{{{string}:[{string}]}}").as_bytes());
    }
}

#[test]
fn documents_of_one_repeated_byte_are_quick_and_bounded() {
    for (unit, times) in
        [("[", 1_000_000), ("{\"a\":", 200_000), ("\"", 1_000_001), ("1,", 500_000), ("\\", 1_000_000)]
    {
        let body = unit.repeat(times);
        let nodes = tree(body.as_bytes(), TreeLimits::default());
        assert!(nodes.nodes.len() <= TreeLimits::default().nodes);
        assert!(pretty(body.as_bytes()).bytes.len() <= body.len() + (1 << 20));
    }
}

fn json_text() -> impl Strategy<Value = String> {
    let leaf = prop_oneof![
        Just("null".to_owned()),
        Just("1.10".to_owned()),
        Just("-0e400".to_owned()),
        Just("123456789012345678901234".to_owned()),
        any::<String>().prop_map(|s| serde_json::to_string(&s).unwrap()),
        Just("\"\\ud800\"".to_owned()),
    ];
    leaf.prop_recursive(6, 64, 6, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..6).prop_map(|v| format!("[ {} ]", v.join(",\n"))),
            prop::collection::vec(("[a-z .\\[\\]/~\"\\\\]{0,6}", inner), 0..6).prop_map(|v| {
                let members: Vec<_> =
                    v.iter().map(|(k, t)| format!("{} :{t}", serde_json::to_string(k).unwrap())).collect();
                format!("{{{}}}", members.join(", "))
            }),
        ]
    })
}

proptest! {
    #[test]
    fn any_bytes(bytes in prop::collection::vec(any::<u8>(), 0..400)) {
        hold_for_any(&bytes);
    }

    #[test]
    fn any_json_and_its_beginnings(text in json_text(), cut in any::<prop::sample::Index>()) {
        prop_assert!(Tokens::new(text.as_bytes()).all(|t| t.is_ok()), "{}", text);
        hold_for_any(text.as_bytes());
        hold_for_any(&text.as_bytes()[..cut.index(text.len() + 1).min(text.len())]);
    }

    #[test]
    fn json_like_noise(text in "[\\[\\]{}:,\"\\\\a1 \n-]{0,60}") {
        hold_for_any(text.as_bytes());
    }
}
