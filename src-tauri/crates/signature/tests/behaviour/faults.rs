//! What is wrong with a scheme file is told with its place.

use proptest::prelude::*;
use waybill_model::{ErrorCode, Failure};
use waybill_signature::{Scheme, SchemeFault};

/// A sound file; rows change one line of it.
const SOUND: &str = r#"title = "Own"
algorithm = "hmac-sha256"
message = "{timestamp}.{body}"
[key]
encoding = "text"
[signature]
from = { header = "X-Sig" }
format = "pairs"
accept = ["v1"]
encoding = "hex"
[timestamp]
from = { field = "t" }
unit = "seconds"
[identity]
event_type = { json = "/type" }
"#;

#[test]
fn faults_have_line_column_and_words() {
    assert!(Scheme::parse(SOUND, "own.toml").is_ok());
    // A line, what stands there instead, the line and column of the fault, and a word of its message.
    let rows: &[(usize, &str, (usize, usize), &str)] = &[
        (1, "titel = 'x'", (1, 1), "titel"),
        (1, "", (1, 1), "title"),
        (2, "algorithm = 'md5'", (2, 13), "md5"),
        (2, "algorithm = 'token'", (3, 11), "token"),
        (2, "algorithm = 'sha256'", (3, 11), "{secret}"),
        (2, "algorithm = ", (2, 13), ""),
        (3, "message = '{timestamp}.{bodi}'", (3, 11), "bodi"),
        (3, "message = '{timestamp'", (3, 11), "brace"),
        (3, "message = 3", (3, 11), "template"),
        (3, "message = ''", (3, 11), "empty"),
        (3, "message = []", (3, 11), "empty"),
        (3, "message = '{secret}{body}'", (3, 11), "{secret}"),
        (3, "message = ['a', { header = 'x y' }]", (3, 28), "x y"),
        (3, "message = ['a', { json = 'x' }]", (3, 26), "JSON pointer"),
        (3, "message = ['a', { digest = 'sha256' }]", (3, 17), "digest"),
        (3, "message = [{ digest = 'sha9', output = 'raw', of = '{body}' }]", (3, 23), "sha9"),
        (3, "", (2, 13), "message"),
        (5, "encoding = 'rot13'", (5, 12), "rot13"),
        (5, "encoding = 'text'\nextra = 1", (6, 1), "extra"),
        (7, "from = { header = 'a', json = '/b' }", (7, 8), "exactly one"),
        (7, "from = { header = '' }", (7, 19), "header"),
        (7, "from = { headre = 'a' }", (7, 10), "headre"),
        (7, "from = { field = 'a' }", (6, 1), "field"),
        (8, "format = 'plain'", (6, 1), "plain"),
        (8, "format = 'tokens'", (11, 1), "fields"),
        (9, "", (6, 1), "accept"),
        (10, "encoding = ['hex', 'base63']", (10, 20), "base63"),
        (10, "encoding = []", (10, 12), "empty"),
        (12, "from = { json = 'x' }", (12, 17), "pointer"),
        (13, "unit = 'hours'", (13, 8), "hours"),
        (13, "unit = 'seconds'\nmax_age = -1", (14, 11), ""),
        (15, "event_type = [{ json = '/a' }, { what = 'x' }]", (15, 34), "what"),
        (15, "event_type = { join = [], with = '.' }", (15, 14), "exactly one"),
        (15, "event_typ = { json = '/a' }", (15, 1), "event_typ"),
        (15, "event_type = { json = '/a' }\n[emit]\nset = { 'a b' = 'x' }", (1, 1), "a b"),
        (
            15,
            "event_type = { json = '/a' }\n[[require]]\nfrom = { header = 'x' }\nreason = 'no_such'",
            (18, 10),
            "no_such",
        ),
    ];
    for (line, instead, place, word) in rows {
        let text: Vec<&str> =
            SOUND.lines().enumerate().map(|(at, old)| if at + 1 == *line { instead } else { old }).collect();
        let fault: SchemeFault = match Scheme::parse(&text.join("\n"), "own.toml") {
            Err(fault) => fault,
            Ok(_) => panic!("{instead:?} was taken"),
        };
        assert!(fault.message.contains(word), "{instead:?}: {fault}");
        assert_eq!((fault.line, fault.column), *place, "{instead:?}: {fault}");
        assert_eq!(fault.file, "own.toml");
    }
    // Without a time, a message can't hold one.
    let timeless: Vec<&str> =
        SOUND.lines().filter(|line| !line.contains("field =") && !line.contains("unit")).collect();
    let fault = Scheme::parse(&timeless.join("\n").replace("[timestamp]\n", ""), "own.toml").unwrap_err();
    assert_eq!((fault.line, fault.column), (3, 11), "{fault}");
}

#[test]
fn a_file_is_called_by_its_id() {
    for name in [
        "own",
        "Own.toml",
        ".toml",
        "a b.toml",
        "-a.toml",
        "a/b.toml",
        "ä.toml",
        &format!("{}.toml", "a".repeat(65)),
    ] {
        let fault = Scheme::parse(SOUND, name).unwrap_err();
        assert_eq!((fault.line, fault.column, fault.file.as_str()), (1, 1, name));
    }
    assert_eq!(Scheme::parse(SOUND, "own-2.toml").unwrap().id(), "own-2");
}

#[test]
fn a_fault_becomes_a_failure_that_names_the_place() {
    let fault = Scheme::parse("title = 1", "own.toml").unwrap_err();
    let failure = Failure::from(fault);
    assert_eq!(failure.code, ErrorCode::InvalidDescription);
    let details = failure.details.unwrap();
    assert_eq!(
        (&details["file"], &details["line"], &details["column"]),
        (&"own.toml".into(), &1.into(), &9.into())
    );
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, failure_persistence: None, ..ProptestConfig::default() })]

    /// A damaged file is a fault or another file, never a panic, and a fault lies inside the file.
    #[test]
    fn damaged_files_break_nothing(at in any::<prop::sample::Index>(), with in "[\\PC\n]{0,3}", cut in any::<bool>()) {
        let at = at.index(SOUND.len());
        let end = if cut { SOUND.len() } else { at + 1 };
        let text = format!("{}{with}{}", &SOUND[..at], &SOUND[end..]);
        if let Err(fault) = Scheme::parse(&text, "own.toml") {
            prop_assert!(fault.line >= 1 && fault.line <= text.matches('\n').count() + 1, "{}", fault);
            prop_assert!(fault.column >= 1 && !fault.message.is_empty(), "{}", fault);
        }
    }
}
