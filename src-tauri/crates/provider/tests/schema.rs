//! The JSON Schema beside the descriptions names the keys that the parser knows, no more and no
//! fewer, table by table: the parser is asked with a key that nobody has.
#![allow(clippy::unwrap_used, clippy::print_stdout, reason = "a test stops at the first surprise")]
#![allow(missing_docs)]

use serde_json::Value;
use std::collections::BTreeSet;
use waybill_provider::Description;

const SCHEMA: &str = include_str!("../../../catalogue/providers/provider.schema.json");
const MINDBRIDGE: &str = include_str!("../../../catalogue/providers/mindbridge.toml");
const MNEMOM: &str = include_str!("../../../catalogue/providers/mnemom.toml");
const TIMBRIX: &str = include_str!("../../../catalogue/providers/timbrix.toml");
const GITHUB: &str = include_str!("../../../catalogue/providers/github.toml");
const SVIX: &str = include_str!("../../../catalogue/providers/svix.toml");

/// The keys the parser expected in the table where the strange key stands.
fn known(text: &str) -> BTreeSet<String> {
    let fault = Description::parse(text, "x").unwrap_err();
    let (_, expected) = fault.message.split_once("expected ").unwrap_or_else(|| panic!("{fault}"));
    assert!(fault.message.contains("unknown field `zzz`"), "{fault}");
    expected.split('`').skip(1).step_by(2).map(str::to_owned).collect()
}

#[test]
fn schema_and_parser_know_the_same_keys() {
    let schema: Value = serde_json::from_str(SCHEMA).unwrap();
    let check = |table: &str, text: &str, find: &str, replace: &str| {
        assert!(text.contains(find), "{find}");
        let found = known(&text.replacen(find, replace, 1));
        let at = if table.is_empty() { &schema } else { &schema["$defs"][table] };
        let properties = at["properties"].as_object().unwrap();
        let told: BTreeSet<String> = properties.keys().cloned().collect();
        assert_eq!(told, found, "table {table:?}");
        assert_eq!(at["additionalProperties"], false, "table {table:?}");
    };
    let (a, b) = (MINDBRIDGE, MNEMOM);
    check("", a, "title =", "zzz = 1\ntitle =");
    check("base", a, "[[bases]]", "[[bases]]\nzzz = 1");
    check("variable", a, "[[variables]]", "[[variables]]\nzzz = 1");
    check("auth", a, "[[auth]]", "[[auth]]\nzzz = 1");
    check("field", a, "[[fields]]", "[[fields]]\nzzz = 1");
    check("events", a, "[events]", "[events]\nzzz = 1");
    check("group", a, "[[events.groups]]", "[[events.groups]]\nzzz = 1");
    check("url_rules", a, "[url_rules]", "[url_rules]\nzzz = 1");
    check("endpoint", a, "[endpoint]", "[endpoint]\nzzz = 1");
    check("credential", a, "[credential]", "[credential]\nzzz = 1");
    check(
        "operations",
        a,
        "[operations.list]",
        "[operations.zzz]\nsupport = \"unsupported\"\n[operations.list]",
    );
    check("operation", a, "[operations.list]", "[operations.list]\nzzz = 1");
    check("part", a, "{ to = \"name\",", "{ zzz = 1, to = \"name\",");
    check("list", a, "list = {", "list = { zzz = 1,");
    check("pager", a, "pager = {", "pager = { zzz = 1,");
    check("outcome", b, "outcome = {", "outcome = { zzz = 1,");
    check("log", a, "[log]", "[log]\nzzz = 1");
    check("state", a, "{ at = \"status\", is", "{ zzz = 1, at = \"status\", is");
    check("errors", a, "[errors]", "[errors]\nzzz = 1");
    check("rate_limit", a, "[rate_limit]", "[rate_limit]\nzzz = 1");
    check("scope", GITHUB, "[[scopes]]", "[[scopes]]\nzzz = 1");
    check("make", GITHUB, "make = {", "make = { zzz = 1,");
    check("step", GITHUB, "[[operations.update.more]]", "[[operations.update.more]]\nzzz = 1");
    check("sign_in", TIMBRIX, "[auth.sign_in]", "[auth.sign_in]\nzzz = 1");
    check("choices", a, "[fields.choices]", "[fields.choices]\nzzz = 1");
    check("choice", SVIX, "choice = {", "choice = { zzz = 1,");
    check("stream", b, "stream = {", "stream = { zzz = 1,");
    assert_eq!(schema["$defs"].as_object().unwrap().len(), 26, "a new table needs a line above");
}
