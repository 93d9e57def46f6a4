//! Faults of the newer keys of a description, each told by line and column; and that what a
//! description names outside itself is there.
#![allow(clippy::unwrap_used, clippy::print_stdout, reason = "a test stops at the first surprise")]
#![allow(missing_docs)]

use std::path::Path;
use waybill_model::Support;
use waybill_provider::{Catalogue, Description};

const NINTH: &str = include_str!("data/ninth.toml");
const GITLAB: &str = include_str!("../../../catalogue/providers/gitlab.toml");
const GITHUB: &str = include_str!("../../../catalogue/providers/github.toml");
const MNEMOM: &str = include_str!("../../../catalogue/providers/mnemom.toml");

/// A file with one place changed: the fault must begin at `at`.
fn check(text: &str, find: &str, replace: &str, at: &str, word: &str) {
    assert!(text.contains(find), "{find:?} is not there");
    let changed = text.replacen(find, replace, 1);
    let fault = match Description::parse(&changed, "x") {
        Ok(_) => panic!("{replace:?} was taken"),
        Err(fault) => fault,
    };
    let offset = changed.find(at).unwrap_or_else(|| panic!("{at:?} is not in the changed file"));
    let before = &changed[..offset];
    let place = (before.matches('\n').count() + 1, before.rsplit('\n').next().unwrap().chars().count() + 1);
    assert_eq!((fault.line, fault.column), place, "{fault}");
    assert!(fault.message.contains(word), "{fault}, expected {word:?}");
}

#[test]
fn faults_of_the_newer_keys_are_told_where_they_are() {
    let n = NINTH;
    // Kinds of accounts.
    check(n, "id = \"user\"\nlabel", "id = \"team\"\nlabel", "\"team\"\nlabel = \"a user\"", "twice");
    check(n, "path = \"/users/{user}\"", "path = \"/users/{who}\"", "\"/users/{who}", "{who} is not among");
    check(n, "path = \"/users/{user}\"", "path = \"/users/\"", "\"/users/\"", "a {variable} of its own");
    check(n, "scopes = [\"team\"]", "scopes = [\"tea\"]", "\"tea\"]", "no scope \"tea\"");
    check(
        MNEMOM,
        "path = \"/orgs/{org_id}/webhooks\"",
        "path = \"{scope}/x\"",
        "\"{scope}/x\"",
        "needs [[scopes]]",
    );
    // Credentials.
    check(n, "kind = \"basic\"", "kind = \"digest\"", "\"digest\"", "unknown variant");
    check(n, "kind = \"basic\"", "kind = \"basic\"\nheader = \"X-A\"", "\"X-A\"", "leave this out");
    check(n, "header = \"X-Session\"", "prefix = \"x\"", "\"session\"\nlabel", "say in `header`");
    check(n, "from = \"user\" }", "from = \"url\" }", "\"url\" }", "one of user, password");
    check(
        n,
        "method = \"POST\"\npath = \"/sessions\"",
        "method = \"POST\"\npath = \"sessions\"",
        "\"sessions\"",
        "begins with '/'",
    );
    check(n, "lifetime_s = 60", "lifetime_s = 0", "[auth.sign_in]", "for how long");
    check(GITHUB, "bytes = 32", "bytes = 3", "3, encoding", "16 to 64");
    check(GITHUB, "encoding = \"hex\"", "encoding = \"rot13\"", "\"rot13\"", "unknown variant");
    // Event types.
    check(n, "all = \"empty\"", "all = \"none\"", "\"none\"\nempty", "unknown variant");
    check(GITLAB, "all = \"explicit\"", "all = \"empty\"", "\"empty\"", "`explicit`");
    check(GITLAB, "flags = \"_events\"", "flags = \"\"", "\"\"\nempty", "how the names");
    // Operations.
    check(n, "event = \"a.made\"\nsuccess", "success", "\"{scope}/hooks/{id}/try", "say in `event`");
    check(n, "{endpoint}/sent", "{hook}/sent", "\"{scope}/hooks/{hook}", "{hook} is not among");
    check(n, "from = \"since\"", "from = \"until_when\"", "\"until_when\"", "there is no value");
    check(
        GITHUB,
        "[[operations.update.more]]\nmethod = \"PATCH\"",
        "[[operations.update.more]]\nmethod = \"LINK\"",
        "\"LINK\"",
        "one of GET",
    );
    check(
        GITHUB,
        "{ to = \"insecure_ssl\", from = \"fields.insecure_ssl\" }",
        "{ to = \"x\", from = \"fields.x\" }",
        "\"fields.x\"",
        "fields.NAME",
    );
    check(MNEMOM, "stream = {", "outcome = {", "close = ", "unknown field `close`");
    check(MNEMOM, "key_required = true", "key_required = 1", "1\noutcome", "expected a boolean");
    check(
        n,
        "next = \"page.next\"",
        "more = \"page.more\"",
        "[operations.list]",
        "either `next` or `next_item`",
    );
    check(n, "kind = \"link\"", "kind = \"links\"", "\"links\"", "unknown variant");
    check(
        n,
        "choice = { value = \"id\"",
        "choice = { name = \"id\"",
        "name = \"id\", label",
        "unknown field `name`",
    );
    // Paces.
    check(n, "calls = 50", "calls = 0", "0\nper_s", "at least one call");
    check(n, "at_once = 2", "at_once = 0", "0\nhints", "one call at a time");
    check(n, "= \"unix\" }", "= \"years\" }", "\"years\"", "unknown variant");
}

#[test]
fn what_belongs_elsewhere_is_told_where_its_table_begins() {
    let check = |text: &str, find: &str, replace: &str, table: &str, word: &str| {
        let changed = text.replacen(find, replace, 1);
        assert_ne!(changed, text, "{find}");
        let fault = Description::parse(&changed, "x").unwrap_err();
        let line = changed.lines().nth(fault.line - 1).unwrap();
        assert!(fault.message.contains(word) && line.contains(table), "{fault}: {line}");
    };
    let stream = "stream = { event = \"e\", silent_s = 5 }\n\n[operations.get]";
    check(NINTH, "\n[operations.get]", stream, "[operations.list]", "`stream` belongs to `listen`");
    check(
        NINTH,
        "idempotency_header = \"X-Once\"\n\n[operations.update]",
        "key_required = true\n\n[operations.update]",
        "[operations.create]",
        "`key_required` needs",
    );
    check(NINTH, "success = [202]", "merge = true", "[operations.test]", "`merge` belongs");
}

#[test]
fn what_a_description_names_is_there() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../catalogue");
    for description in Catalogue::shipped().iter() {
        let info = description.info();
        let scheme = folder.join("schemes").join(format!("{}.toml", info.scheme));
        assert!(scheme.is_file(), "{}: no scheme {}", info.id, info.scheme);
        let examples = folder.join("examples").join(format!("{}.json", info.scheme));
        assert!(examples.is_file(), "{}: no examples {}", info.id, info.scheme);
        assert!(!info.sources.is_empty());
        for operation in &info.operations {
            let named = info.sources.iter().any(|source| {
                let word = serde_json::to_value(operation.operation).unwrap();
                source.starts_with(&format!("{}: ", word.as_str().unwrap()))
            });
            assert!(
                named || operation.support == Support::Unsupported,
                "{} does not say where {:?} is documented",
                info.id,
                operation.operation
            );
        }
    }
}
