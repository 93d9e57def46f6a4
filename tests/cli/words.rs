//! What a person reads: lines that line up, counts that are said in words, and nothing that is not true.

use crate::process::{Data, post};

/// The columns of a table: where each begins under its head.
fn aligned(table: &str) {
    let mut lines = table.lines();
    let head = lines.next().unwrap();
    let starts: Vec<usize> = head
        .char_indices()
        .filter(|(at, c)| *c != ' ' && (*at == 0 || head[..*at].ends_with("  ")))
        .map(|(at, _)| at)
        .collect();
    for line in lines.filter(|line| !line.starts_with("More:")) {
        let cells: Vec<char> = line.chars().collect();
        for start in starts.iter().filter(|start| **start > 0 && **start < cells.len()) {
            assert_eq!(cells[start - 1], ' ', "{table}");
        }
    }
}

#[test]
fn help_has_words_for_every_option_and_common_ones_apart() {
    let data = Data::new();
    for command in [
        &["listen"][..],
        &["inbox", "add"],
        &["deliveries", "export"],
        &["verify"],
        &["sign"],
        &["send"],
        &["replay"],
        &["connection", "add"],
        &["endpoint", "create"],
        &["endpoint", "update"],
        &["endpoint", "rotate"],
        &["endpoint", "log"],
        &["secret", "set"],
    ] {
        let help = data.run(&[command, &["--help"]].concat()).ended(0).out;
        let (own, common) = help.split_once("Options of every command:").unwrap_or_else(|| panic!("{help}"));
        for option in ["--data-dir", "--json", "--quiet", "--vault"] {
            assert!(common.contains(option) && !own.contains(option), "{command:?}: {help}");
        }
        for line in help.lines().filter(|line| line.trim_start().starts_with('-')) {
            let words = line.trim().split("  ").filter(|part| !part.is_empty()).count();
            assert!(words > 1, "{command:?} has no words for {line:?}: {help}");
        }
    }
}

#[test]
fn an_absent_word_is_answered_with_help_whatever_the_environment_says() {
    let data = Data::new();
    for command in [&[][..], &["inbox"], &["endpoint"]] {
        let said = data.run(command).ended(2);
        assert!(said.err.contains("Commands:"), "{command:?}: {said:?}");
    }
    for (command, either) in [
        (&["send", "--to", "http://localhost:1/"][..], "<--inbox <NAME>|--scheme <ID>>"),
        (&["verify", "--scheme", "mynd"], "<--request <FILE>|--delivery <ID>>"),
    ] {
        let said = data.run(command).ended(2);
        assert!(said.err.contains(either), "{command:?}: {said:?}");
    }
}

#[test]
fn errors_say_what_was_not_done_and_say_it_once() {
    let data = Data::new();
    let rows: &[(&[&str], i32, &[&str], &[&str])] = &[
        (&["inbox", "add", "A b"], 2, &["can't be a name", "Nothing was done"], &["does not fit"]),
        (
            &["deliveries", "list", "--query", "size:1 inbx:a"],
            2,
            &["size:1 inbx:a", "\n  "],
            &["stays in force"],
        ),
        (&["deliveries", "list", "--query", "-inbx:a"], 2, &["^"], &["unexpected argument"]),
        (&["deliveries", "list", "--query", "("], 2, &["(\n  "], &["stays in force"]),
        (&["deliveries", "delete", "seven"], 3, &["There is no delivery seven"], &["does not fit"]),
        (&["replay", "1", "--to", "http://localhost:1/", "--rate", "-1"], 2, &["rate"], &["unexpected"]),
        (&["inbox", "edit", "gone"], 2, &["Nothing was named", "as it was"], &[]),
        (
            &["connection", "add", "mnemom", "--name", "c", "--token-env", "SECRET"],
            2,
            &["org_id: is needed"],
            &["\n  org_id:"],
        ),
    ];
    for (args, status, there, absent) in rows {
        let said = data.run(args).ended(*status);
        for words in *there {
            assert!(said.err.contains(words), "{args:?} says no {words:?}: {said:?}");
        }
        for words in *absent {
            assert!(!said.err.contains(words), "{args:?} says {words:?}: {said:?}");
        }
    }
}

#[test]
fn what_is_shown_lines_up_and_leaves_out_what_is_not_known() {
    let data = Data::new();
    let add = ["inbox", "add", "mynd-prod", "--scheme", "mynd", "--status", "202", "--body", "taken"];
    let inbox = data.run(&add).ended(0).out;
    assert!(inbox.contains("\n  answer      202\n") && inbox.contains("\n  body        taken\n"), "{inbox}");
    assert!(inbox.contains("until there is one"), "{inbox}");
    let mut listening = data.listen(&[]);
    post(&listening.address, "/in/mynd-prod", &[], b"{\n\t\"type\": \"run.failed\"\n}");
    let first = listening.next();
    post(&listening.address, "/in/nobody", &[], b"\x1b[2J\x07");
    let second = listening.next();
    let list = data.run(&["deliveries", "list"]).ended(0).out;
    aligned(&list);
    assert!(list.starts_with("ID  RECEIVED (UTC)"), "{list}");
    aligned(&data.run(&["inbox", "list"]).ended(0).out);
    let shown = data.run(&["deliveries", "show", first["id"].as_str().unwrap()]).ended(0).out;
    assert!(shown.contains("\n\t\"type\": \"run.failed\"\n"), "{shown}");
    assert!(!shown.contains("\n  secret ") && shown.contains("answered  202 in "), "{shown}");
    let hostile = data.run(&["deliveries", "show", second["id"].as_str().unwrap()]).ended(0).out;
    assert!(!hostile.contains('\x1b') && !hostile.contains('\x07'), "{hostile:?}");
    let deleted = data.run(&["deliveries", "delete", "1", "99"]).ended(0);
    assert!(
        deleted.out.starts_with("1 delivery deleted.") && deleted.err.contains("1 was not there"),
        "{deleted:?}"
    );
}

#[test]
fn a_plan_says_how_many_and_a_missing_one_stops_it() {
    let data = Data::new();
    let listening = data.listen(&[]);
    post(&listening.address, "/in/nobody", &[], b"{}");
    let plan = data.run(&["replay", "1", "--to", "http://localhost:1/", "--dry-run"]).ended(0).out;
    assert!(plan.starts_with("1 delivery, 2 B to localhost"), "{plan}");
    let said = data.run(&["replay", "1", "99", "--to", "http://localhost:1/"]).ended(3);
    assert!(said.err.contains("There is no delivery 99. Nothing was sent."), "{said:?}");
    let said = data.run(&["replay", "1", "--to", "http://127.0.0.1:1/", "--resign"]).ended(1);
    assert!(said.err.contains("left out") && said.out.contains("1 skipped"), "{said:?}");
    let said = data.run(&["replay", "1", "--to", "http://127.0.0.1:1/"]).ended(1);
    assert!(said.out.contains("#1 try 1: not sent to http://127.0.0.1:1/"), "{said:?}");
    assert!(said.out.contains("0 of 1 succeeded, 1 failed"), "{said:?}");
}

#[test]
fn no_command_but_those_that_touch_secrets_wants_the_passphrase() {
    let data = Data::new();
    data.run(&["inbox", "add", "m", "--scheme", "mynd", "--secret-env", "SECRET"]).ended(0);
    let none = [("WAYBILL_VAULT_PASSPHRASE", "")];
    for args in [
        &["deliveries", "list"][..],
        &["inbox", "list"],
        &["scheme", "show", "mynd"],
        &["secret", "list"],
        &["replay", "list"],
        &["connection", "list"],
    ] {
        data.run_with(args, b"", &none).ended(0);
    }
    let doctor = data.run_with(&["doctor"], b"", &none).ended(1);
    assert!(doctor.out.contains("problem") && doctor.out.contains("secrets"), "{doctor:?}");
}

#[cfg(unix)]
#[test]
fn a_listener_says_that_it_can_not_check() {
    let data = Data::new();
    data.run(&["inbox", "add", "m", "--scheme", "mynd", "--secret-env", "SECRET"]).ended(0);
    let mut listening = data.listen_with(&[], &[("WAYBILL_VAULT_PASSPHRASE", "wrong")]);
    let signature = [("Mynd-Signature".to_owned(), "t=1,v1=00".to_owned())];
    for _ in 0..2 {
        assert_eq!(post(&listening.address, "/in/m", &signature, b"{}"), 200);
        assert_eq!(listening.next()["reason"], "no_secret");
    }
    let (_, err) = listening.interrupted();
    assert_eq!(err.matches("kept unchecked").count(), 1, "{err}");
}

#[test]
fn the_doctor_is_seen_when_nothing_starts() {
    let data = Data::new();
    let file = data.0.path().join("file");
    std::fs::write(&file, "x").unwrap();
    let folder = file.to_str().unwrap();
    let said = data.run(&["doctor", "--json", "--data-dir", folder]).ended(1).json();
    assert_eq!(said[0]["state"], "problem", "{said}");
    assert!(said[0]["detail"].as_str().unwrap().contains(folder), "{said}");
    let said = data.run(&["inbox", "list", "--data-dir", folder]).ended(2);
    assert!(said.err.contains(folder), "{said:?}");
}

#[test]
fn every_connection_that_can_not_be_read_is_named() {
    let data = Data::new();
    for name in ["one", "two"] {
        let add = [
            "connection",
            "add",
            "mynd",
            "--name",
            name,
            "--base-url",
            "http://127.0.0.1:1",
            "--token-env",
            "SECRET",
        ];
        data.run(&add).ended(0);
    }
    let said = data.run(&["endpoint", "list"]).ended(6);
    assert!(said.out.is_empty() && said.err.contains("one: ") && said.err.contains("two: "), "{said:?}");
    let said = data.run(&["endpoint", "list", "--json"]).ended(6);
    assert_eq!((said.json().as_array().unwrap().len(), said.code().as_str()), (0, "network_unreachable"));
    let error: serde_json::Value =
        serde_json::from_str(&said.err).unwrap_or_else(|why| panic!("{why}: {said:?}"));
    assert_eq!(error["error"]["details"]["problems"].as_array().unwrap().len(), 2, "{error}");
}
