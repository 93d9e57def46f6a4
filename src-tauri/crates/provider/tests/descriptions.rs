//! The description language: the shipped files say what the providers document, and a faulty file
//! is told by line and column.
#![allow(clippy::unwrap_used, clippy::print_stdout, reason = "a test stops at the first surprise")]
#![allow(missing_docs)]

use waybill_model::{AllEvents, CredentialKind, FieldKind, ProviderOperation, Support};
use waybill_provider::{Catalogue, Description};

const SHIPPED: [(&str, &str); 4] = [
    ("mnemom", include_str!("../../../catalogue/providers/mnemom.toml")),
    ("timbrix", include_str!("../../../catalogue/providers/timbrix.toml")),
    ("mindbridge", include_str!("../../../catalogue/providers/mindbridge.toml")),
    ("mynd", include_str!("../../../catalogue/providers/mynd.toml")),
];

#[test]
fn every_shipped_file_is_in_the_catalogue() {
    let catalogue = Catalogue::shipped();
    assert_eq!(catalogue.faults(), &[]);
    let ids: Vec<String> = catalogue.list().into_iter().map(|info| info.id).collect();
    for (id, _) in SHIPPED {
        assert!(ids.iter().any(|known| known == id), "{id} in {ids:?}");
    }
    for description in catalogue.iter() {
        let info = description.info();
        assert!(!info.title.is_empty() && !info.introduction.is_empty() && !info.scheme.is_empty());
        assert!(!info.bases.is_empty() && !info.auth.is_empty() && !info.url_rules.is_empty());
        assert_eq!(info.operations.len(), 17);
        for operation in &info.operations {
            if operation.support != Support::Supported {
                assert!(!operation.note.is_empty(), "{} says nothing about {operation:?}", info.id);
            }
        }
    }
    assert!(catalogue.get("nope").unwrap_err().hint.unwrap().contains("mynd"));
}

#[test]
fn operations_are_there_as_far_as_they_are_documented() {
    use Support::{Emulated as E, Supported as S, Unconfirmed as U, Unsupported as N};
    // list, get, create, update, set_active, delete, rotate, test, log, redeliver
    for (provider, expected) in [
        ("mnemom", [S, S, S, S, S, S, S, S, S, S]),
        ("timbrix", [S, E, S, S, S, S, N, N, S, N]),
        ("mindbridge", [S, S, S, S, S, S, N, N, U, N]),
        ("mynd", [U, U, S, N, N, S, N, N, S, N]),
    ] {
        let description = Catalogue::shipped().get(provider).unwrap();
        let found: Vec<Support> =
            description.info().operations.iter().take(10).map(|operation| operation.support).collect();
        assert_eq!(found, expected, "{provider}");
        assert_eq!(description.support(ProviderOperation::List), expected[0]);
    }
}

#[test]
fn forms_have_what_each_provider_asks_for() {
    let catalogue = Catalogue::shipped();
    let info = |id: &str| catalogue.get(id).unwrap().info();
    let names = |id: &str| -> Vec<String> { info(id).events.into_iter().map(|event| event.name).collect() };

    let timbrix = info("timbrix");
    assert_eq!(timbrix.title, "Timbrix (Mintlify sandbox API)");
    assert_eq!(catalogue.get("timbrix").unwrap().name(), "Timbrix");
    let bases: Vec<&str> = timbrix.bases.iter().map(|base| base.url.as_str()).collect();
    assert_eq!(
        bases,
        ["https://api.timbrix.mx/api", "https://sandbox.mintlify.com", "http://localhost:3001/api"]
    );
    assert_eq!(names("timbrix").len(), 12);
    assert_eq!((timbrix.fields.len(), timbrix.variables[0].name.as_str()), (0, "organizationId"));

    let mindbridge = info("mindbridge");
    let fields: Vec<(&str, bool)> =
        mindbridge.fields.iter().map(|field| (field.name.as_str(), field.required)).collect();
    assert_eq!(fields, [("name", true), ("technicalContactId", true), ("status", true)]);
    assert_eq!(
        mindbridge.fields[2].kind,
        FieldKind::Choice { options: vec!["ACTIVE".into(), "INACTIVE".into()] }
    );
    assert_eq!(mindbridge.fields[2].default.as_deref(), Some("ACTIVE"));
    assert_eq!(catalogue.get("mindbridge").unwrap().credential_kind(), CredentialKind::PublicKey);
    assert_eq!(names("mindbridge").len(), 21 + 3);

    assert_eq!(info("mynd").all_events, AllEvents::Wildcard { word: "*".to_owned() });
    assert_eq!(names("mynd").len(), 8);
    assert_eq!(catalogue.get("mynd").unwrap().rotation_overlap_s(), Some(86_400));

    assert_eq!(info("mnemom").all_events, AllEvents::Explicit);
    assert!(info("mnemom").events_note.contains("disagree"));
    assert_eq!(catalogue.get("mnemom").unwrap().rotation_overlap_s(), Some(0));
    // What the create page lists is all there.
    for event in [
        "integrity.violation",
        "integrity.checkpoint",
        "drift.detected",
        "drift.resolved",
        "conscience.escalation",
        "quota.warning",
        "quota.exceeded",
        "subscription.status_changed",
    ] {
        assert!(names("mnemom").iter().any(|name| name == event), "{event}");
    }
}

/// A shipped file with one place changed: the fault must be told there. `at` is a text of the
/// changed file at which the fault begins.
fn check(id: &str, find: &str, replace: &str, at: &str, word: &str) {
    let (_, text) = SHIPPED.iter().find(|(known, _)| *known == id).unwrap();
    assert!(text.contains(find), "{find:?} is not in {id}");
    let changed = text.replacen(find, replace, 1);
    let fault = match Description::parse(&changed, &format!("/some/where/{id}.toml")) {
        Ok(_) => panic!("{replace:?} was taken"),
        Err(fault) => fault,
    };
    let offset = changed.find(at).unwrap_or_else(|| panic!("{at:?} is not in the changed file"));
    let before = &changed[..offset];
    let line = before.matches('\n').count() + 1;
    let column = before.rsplit('\n').next().unwrap().chars().count() + 1;
    assert_eq!((fault.line, fault.column), (line, column), "{fault}, expected {line}:{column}");
    assert!(fault.message.contains(word), "{fault}, expected {word:?}");
    assert!(fault.file.ends_with(".toml"));
}

#[test]
fn faults_are_told_by_line_and_column() {
    // Grammar and types.
    check("mynd", "title = \"Mynd\"", "title = \"Mynd", "\nintroduction", "");
    check("mynd", "title = \"Mynd\"", "title = 7", "7\nintroduction", "expected a string");
    check("mynd", "scheme = \"mynd\"", "sceme = \"mynd\"", "sceme", "unknown field `sceme`");
    check(
        "mynd",
        "scheme = \"mynd\"",
        "scheme = \"mynd\"\nscheme = \"x\"",
        "scheme = \"x\"",
        "duplicate key",
    );
    check("mynd", "https_only = true", "http_only = true", "http_only", "unknown field `http_only`");
    check(
        "mynd",
        "{ to = \"url\", from = \"url\" }",
        "{ to = \"url\", form = \"url\" }",
        "form = \"url\"",
        "unknown field `form`",
    );
    check("mynd", "kind = \"shared_secret\"", "kind = \"secret\"", "\"secret\"\nat", "unknown variant");
    check("mynd", "support = \"unsupported\"", "support = \"no\"", "\"no\"", "unknown variant `no`");
    check(
        "mynd",
        "hints = { \"x-mynd-reset\" = \"instant\" }",
        "hints = { \"x-mynd-reset\" = \"day\" }",
        "\"day\"",
        "unknown variant",
    );
    check(
        "mynd",
        "[operations.rotate]\nsupport",
        "[operations.rotated]\nsupport",
        "rotated",
        "unknown field `rotated`",
    );
    // Names that must agree or exist.
    check("mynd", "id = \"mynd\"", "id = \"mind\"", "\"mind\"", "must describe the provider");
    check("mynd", "id = \"mynd\"", "id = \"My nd\"", "\"My nd\"", "made of a-z");
    check(
        "mnemom",
        "path = \"/orgs/{org_id}/webhooks\"",
        "path = \"/orgs/{org}/webhooks\"",
        "\"/orgs/{org}/",
        "{org} is not among",
    );
    check(
        "mindbridge",
        "https://{tenant}.",
        "https://{tenent}.",
        "\"https://{tenent}",
        "{tenent} is not among",
    );
    check("mindbridge", "name = \"tenant\"", "name = \"id\"", "\"id\"", "stands for the endpoint");
    check(
        "mindbridge",
        "from = \"fields.technicalContactId\"",
        "from = \"fields.contact\"",
        "\"fields.contact\"",
        "fields.NAME",
    );
    check("mindbridge", "from = \"label\"", "from = \"fields.name\"", "\"fields.name\"", "there is no value");
    check("mindbridge", "from = \"label\"", "from = \"lable\"", "\"lable\"", "there is no value");
    check(
        "mindbridge",
        "{ to = \"name\", from = \"label\" }",
        "{ to = \"name\" }",
        "\"name\" },\n",
        "either `from` or `value`",
    );
    check(
        "mindbridge",
        "name = \"technicalContactId\"",
        "name = \"name\"",
        "\"name\"\nlabel = \"Technical",
        "twice",
    );
    check(
        "mindbridge",
        "default = \"ACTIVE\"",
        "default = \"active\"",
        "\"active\"",
        "not among the options",
    );
    check("timbrix", "\"member.removed\"", "\"member.added\"", "\"member.added\", \"member.role", "twice");
    check("timbrix", "id = \"api-key\"", "id = \"bearer\"", "\"bearer\"\nlabel = \"API key\"", "twice");
    check("mynd", "word = \"*\"\n", "", "\"wildcard\"", "`word` belongs");
    // Safety.
    check("timbrix", "https://sandbox", "http://sandbox", "\"http://sandbox", "in the clear");
    check(
        "mynd",
        "url = \"https://api.myndlabs.ai\"",
        "url = \"api.myndlabs.ai\"",
        "\"api.myndlabs.ai\"",
        "not an address",
    );
    check(
        "mynd",
        "header = \"Authorization\"",
        "header = \"Author ization\"",
        "\"Author ization\"",
        "name of a header",
    );
    // Operations.
    check("timbrix", "via = \"list\"", "via = \"rotate\"", "\"rotate\"", "no call of its own");
    check("timbrix", "via = \"list\"", "via = \"delete\"", "\"delete\"", "only `get`");
    check("timbrix", "method = \"DELETE\"", "method = \"REMOVE\"", "\"REMOVE\"", "one of GET");
    check("timbrix", "success = [204]", "success = [200, 302]", "302]", "2xx");
    check(
        "mynd",
        "path = \"/v1/webhooks/{id}/deliveries\"",
        "path = \"/v1/webhooks/{id}?x=1\"",
        "\"/v1/webhooks/{id}?x",
        "use `query`",
    );
    check("mynd", "path = \"/v1/webhooks/{id}/deliveries\"", "path = \"v1\"", "\"v1\"", "begins with '/'");
    check(
        "mynd",
        "idempotency_header = \"Idempotency-Key\"",
        "idempotency_header = \"\"",
        "\"\"\n\n[operations.update]",
        "name of a header",
    );
}

#[test]
fn faults_of_a_whole_table_are_told_where_it_begins() {
    let (_, text) = SHIPPED[3];
    let line = |fault: &waybill_provider::Fault, text: &str| {
        text.lines().nth(fault.line - 1).unwrap_or("").to_owned()
    };
    for (find, replace, table, word) in [
        ("source = \"assumed\"\n", "", "[operations.get]", "say in `source`"),
        (
            "[operations.rotate]\nsupport = \"unsupported\"",
            "[operations.rotate]\nsupport = \"unsupported\"\npath = \"/x\"",
            "[operations.rotate]",
            "can't have a call",
        ),
        ("method = \"DELETE\"\n", "", "[operations.delete]", "needs `method` and `path`"),
        (
            "list = { items = \"data\", pager = { kind = \"cursor\", parameter = \"cursor\", next = \"next_cursor\", more = \"has_more\" } }\n\n[operations.get]",
            "list = { pager = { kind = \"page\" } }\n[operations.get]",
            "[operations.list]",
            "this pager needs",
        ),
        (
            "success = [200]\nlist = { items = \"data\"",
            "success = [200]\n#",
            "[operations.list]",
            "answers a list",
        ),
    ] {
        assert!(text.contains(find), "{find}");
        let changed = text.replacen(find, replace, 1);
        let fault = Description::parse(&changed, "mynd.toml").unwrap_err();
        assert!(fault.message.contains(word), "{fault}");
        assert!(line(&fault, &changed).contains(table), "{fault}: {}", line(&fault, &changed));
    }
    // A missing table is told of the file as a whole.
    let fault = Description::parse("id = \"x\"\n", "x.toml").unwrap_err();
    assert!(fault.message.contains("missing field"), "{fault}");
    let fault = Description::parse("", "x.toml").unwrap_err();
    assert_eq!((fault.line, fault.column), (1, 1));
}

#[test]
fn the_users_own_files_join_the_shipped_ones() {
    let folder = tempfile::tempdir().unwrap();
    let (_, mynd) = SHIPPED[3];
    let own = mynd.replacen("id = \"mynd\"", "id = \"own\"", 1);
    let other = mynd.replacen("title = \"Mynd\"", "title = \"Mine\"", 1);
    std::fs::write(folder.path().join("own.toml"), own).unwrap();
    std::fs::write(folder.path().join("mynd.toml"), other).unwrap();
    std::fs::write(folder.path().join("bad.toml"), "x = ").unwrap();
    std::fs::write(folder.path().join("bytes.toml"), b"a = 1\nb\xff").unwrap();
    std::fs::write(folder.path().join("notes.txt"), "not looked at").unwrap();
    let catalogue = Catalogue::with_user_files(folder.path());
    assert_eq!(catalogue.list().len(), Catalogue::shipped().list().len() + 1);
    assert_eq!(catalogue.get("mynd").unwrap().title(), "Mine");
    let faults: Vec<(usize, usize)> =
        catalogue.faults().iter().map(|fault| (fault.line, fault.column)).collect();
    assert_eq!(faults.len(), 2);
    assert_eq!(faults[1], (2, 2));
    let failure: waybill_model::Failure = catalogue.faults()[0].clone().into();
    assert_eq!(failure.code, waybill_model::ErrorCode::InvalidDescription);
    assert_eq!(failure.details.unwrap()["line"], 1);
    assert_eq!(
        Catalogue::with_user_files(&folder.path().join("nowhere")).list().len(),
        Catalogue::shipped().list().len()
    );
    assert!(Catalogue::check_file(&folder.path().join("nowhere.toml")).is_err());
}
