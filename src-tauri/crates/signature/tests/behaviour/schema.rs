//! The JSON Schema for editors and the reader of scheme files know the same words.

use serde_json::Value;
use std::collections::BTreeSet;
use waybill_signature::Scheme;

/// The words that the reader names when it meets `text`, which has an unknown one.
fn expected_by_reader(text: &str) -> BTreeSet<String> {
    let message = Scheme::parse(text, "x.toml").unwrap_err().message;
    let (_, list) = message.split_once("expected ").unwrap_or_else(|| panic!("{message}"));
    list.split('`').skip(1).step_by(2).map(str::to_owned).collect()
}

fn words(schema: &Value, definition: &str) -> BTreeSet<String> {
    let table = if definition.is_empty() { schema } else { &schema["$defs"][definition] };
    let words: Vec<String> = match table["properties"].as_object() {
        Some(properties) => properties.keys().cloned().collect(),
        None => {
            table["enum"].as_array().unwrap().iter().map(|word| word.as_str().unwrap().to_owned()).collect()
        }
    };
    words.into_iter().collect()
}

#[test]
fn schema_and_reader_know_the_same_words() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../catalogue/schemes/scheme.schema.json");
    let schema: Value = serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
    const HEAD: &str = "title = 'x'\nalgorithm = 'hmac-sha256'\n";
    let rows = [
        ("", "zzz = 1"),
        ("key", "[key]\nzzz = 1"),
        ("reading", "[key]\nencoding = 'hex'\nalternatives = [{ zzz = 1 }]"),
        ("signature", "[signature]\nzzz = 1"),
        ("timestamp", "[timestamp]\nzzz = 1"),
        ("require", "[[require]]\nzzz = 1"),
        ("body_digest", "[[body_digest]]\nzzz = 1"),
        ("identity", "[identity]\nzzz = 1"),
        ("detect", "[detect]\nzzz = 1"),
        ("emit", "[emit]\nzzz = 1"),
        ("algorithm", "algorithm = 'zzz'"),
        ("algorithm_by", "[algorithm_by]\nzzz = 1"),
        ("jws", "[jws]\nzzz = 1"),
        ("token_algorithm", "[jws]\nalgorithms = ['zzz']"),
        ("bind", "[[jws.bind]]\nzzz = 1"),
        ("place", "[signature]\nfrom = { zzz = 1 }"),
        ("handshake", "[[handshake]]\nzzz = 1"),
        ("condition", "[[handshake]]\nwhen = [{ zzz = 1 }]"),
        ("token", "[[handshake]]\ntoken = { zzz = 1 }"),
        ("answer", "[[handshake]]\nanswer = { zzz = 1 }"),
        ("answer_part", "[[handshake]]\nanswer = { body = [{ zzz = 1 }] }"),
        ("selector", "[identity]\nevent_type = { zzz = 1 }"),
        ("component", "message = [{ zzz = 1 }]"),
        ("hash", "[key]\nencoding = 'hex'\nderive = 'zzz'"),
        ("encoding", "[signature]\nencoding = 'zzz'"),
        ("unit", "[timestamp]\nunit = 'zzz'"),
    ];
    for (definition, text) in rows {
        let head = if definition == "algorithm" { "" } else { HEAD };
        assert_eq!(words(&schema, definition), expected_by_reader(&format!("{head}{text}")), "{definition}");
    }
    let formats = &schema["$defs"]["signature"]["properties"]["format"]["enum"];
    let formats: BTreeSet<String> = serde_json::from_value(formats.clone()).unwrap();
    assert_eq!(formats, expected_by_reader(&format!("{HEAD}[signature]\nformat = 'zzz'")));
    // Every table of the schema was compared.
    let tables =
        schema["$defs"].as_object().unwrap().iter().filter(|(_, table)| table["properties"].is_object());
    assert_eq!(tables.count(), 20);
}
