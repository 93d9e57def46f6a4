//! How commands end: wrong usage in JSON too, results that can't be written, interrupts, an absent passphrase.

use crate::process::Data;
use serde_json::Value;
use std::io::{BufRead, BufReader};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};
use waybill_testkit::{Answer, Target};

#[test]
fn wrong_usage_is_told_in_json_too() {
    let data = Data::new();
    let rows: &[(&[&str], i32, &str)] = &[
        (&["no-such-command", "--json"], 2, "invalid_input"),
        (&["--json", "inbox", "add"], 2, "invalid_input"),
        (&["deliveries", "list", "--limit", "0", "--json"], 2, "invalid_input"),
        (&["deliveries", "list", "--after", "seven", "--json"], 3, "not_found"),
        (&["deliveries", "delete", "seven", "--json"], 3, "not_found"),
        (&["deliveries", "diff", "1", "2", "--json"], 3, "not_found"),
        (&["deliveries", "import", "/no/such/file", "--inbox", "x", "--json"], 3, "not_found"),
        (&["verify", "--delivery", "seven", "--scheme", "mynd", "--json"], 3, "not_found"),
        (&["replay", "show", "seven", "--json"], 3, "not_found"),
        (&["replay", "resume", "7", "--json"], 3, "not_found"),
        (&["replay", "7", "--to", "http://localhost:1/", "--json"], 3, "not_found"),
        (
            &["replay", "--query", "", "--to", "http://localhost:1/", "--timeout", "601", "--json"],
            2,
            "invalid_input",
        ),
        (
            &["replay", "--query", "", "--to", "http://localhost:1/", "--timeout", "nan", "--json"],
            2,
            "invalid_input",
        ),
        (&["verify", "--request", "-", "--scheme", "mynd", "--secret-stdin", "--json"], 2, "invalid_input"),
        (
            &["send", "--to", "http://localhost:1/", "--inbox", "x", "--secret-env", "SECRET", "--json"],
            2,
            "invalid_input",
        ),
        (
            &["connection", "add", "mynd", "--name", "c", "--token-env", "SECRET", "--token-stdin", "--json"],
            2,
            "invalid_input",
        ),
    ];
    for (args, status, code) in rows {
        let said = data.run(args);
        assert_eq!((said.status, said.out.as_str()), (*status, ""), "{args:?}: {said:?}");
        assert_eq!(said.err.lines().count(), 1, "{args:?}: {said:?}");
        assert_eq!(said.code(), *code, "{args:?}");
    }
}

#[test]
fn an_absent_passphrase_stands_in_the_way_of_secrets_only() {
    let data = Data::new();
    let run = |args: &[&str]| data.run_with(args, b"", &[("WAYBILL_VAULT_PASSPHRASE", "")]);
    run(&["scheme", "list"]).ended(0);
    run(&["inbox", "add", "plain", "--json"]).ended(0);
    let add = ["inbox", "add", "m", "--scheme", "mynd", "--secret-env", "SECRET", "--json"];
    assert_eq!(run(&add).ended(5).code(), "vault_passphrase");
    let strange = data.run_with(&["inbox", "list", "--json"], b"", &[("WAYBILL_VAULT", "drawer")]);
    assert_eq!(strange.ended(2).code(), "invalid_input");
}

#[test]
fn an_empty_variable_is_as_none() {
    let data = Data::new();
    let home = data.0.path().to_str().unwrap().to_owned();
    let variables = [
        ("WAYBILL_DATA_DIR", ""),
        ("WAYBILL_VAULT", ""),
        ("XDG_DATA_HOME", home.as_str()),
        ("HOME", home.as_str()),
        ("APPDATA", home.as_str()),
    ];
    data.run_with(&["inbox", "list"], b"", &variables).ended(0);
    assert!(!std::path::Path::new("waybill.db").exists());
    assert_eq!(std::fs::read_dir(&home).unwrap().count(), 1, "the platform's folder was not used");
}

#[test]
fn the_log_is_shown_when_it_is_asked_for() {
    let data = Data::new();
    assert_eq!(data.run(&["inbox", "list"]).ended(0).err, "");
    let said = data.run(&["-v", "inbox", "list", "--json"]).ended(0);
    assert!(said.err.contains("started"), "{said:?}");
    said.json();
}

#[cfg(target_os = "linux")]
#[test]
fn a_result_that_cannot_be_written_is_no_success() {
    let data = Data::new();
    let full = std::fs::OpenOptions::new().write(true).open("/dev/full").unwrap();
    let ended = data.command(["inbox", "list", "--json"]).stdout(full).output().unwrap();
    assert_eq!(ended.status.code(), Some(1), "{ended:?}");
    let told: Value = serde_json::from_slice(&ended.stderr).unwrap();
    assert_eq!(told["error"]["code"], "disk_full");
}

#[cfg(unix)]
#[test]
fn an_export_is_its_owners_alone_and_replaces_nothing_by_half() {
    use std::os::unix::fs::PermissionsExt;
    let data = Data::new();
    let file = data.0.path().join("out.har");
    let export = ["deliveries", "export", "--format", "har", "--output", file.to_str().unwrap()];
    data.run(&export).ended(0);
    assert_eq!(std::fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o600);
    let nowhere = data.0.path().join("no/such/folder/out.har");
    let export = ["deliveries", "export", "--format", "har", "--output", nowhere.to_str().unwrap(), "--json"];
    assert_eq!(data.run(&export).ended(2).code(), "invalid_input");
    let names: Vec<_> =
        std::fs::read_dir(data.0.path()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert!(names.iter().all(|name| !name.to_string_lossy().contains("partial")), "{names:?}");
}

#[cfg(unix)]
fn signal(child: &std::process::Child, name: &str) {
    assert!(Command::new("kill").args([name, &child.id().to_string()]).status().unwrap().success());
}

/// Starts a replay of 40 deliveries to a target that takes its time; returns once the first was answered.
#[cfg(unix)]
fn slow_replay(data: &Data, url: &str) -> (std::process::Child, BufReader<std::process::ChildStdout>) {
    let file = data.0.path().join("forty.jsonl");
    let line = r#"{"method":"POST","path":"/in/m","headers":[],"body":{"text":"x"}}"#;
    std::fs::write(&file, [line; 40].join("\n")).unwrap();
    data.run(&["deliveries", "import", file.to_str().unwrap()]).ended(0);
    let args = ["replay", "--query", "", "--to", url, "--concurrency", "1", "--json"];
    let mut child = data.command(args).spawn().unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap());
    let mut first = String::new();
    lines.read_line(&mut first).unwrap();
    assert!(first.contains("\"succeeded\""), "{first}");
    (child, lines)
}

#[cfg(unix)]
#[tokio::test(flavor = "multi_thread")]
async fn an_interrupt_cancels_a_replay_and_a_request_to_terminate_leaves_it_to_be_resumed() {
    for (name, state) in [("-INT", "cancelled"), ("-TERM", "interrupted")] {
        let data = Data::new();
        let target = Target::start().await.unwrap();
        target.otherwise(Answer::after(Duration::from_millis(150), 200));
        let url = target.url("/");
        tokio::task::block_in_place(|| {
            let (mut child, lines) = slow_replay(&data, &url);
            signal(&child, name);
            let begun = Instant::now();
            let last = lines.lines().map(Result::unwrap).last();
            assert_eq!(child.wait().unwrap().code(), Some(1), "{name}");
            assert!(begun.elapsed() < Duration::from_secs(8), "{name} took {:?}", begun.elapsed());
            let job = data.run(&["replay", "list", "--json"]).ended(0).json()[0].clone();
            assert_eq!(job["state"], state, "{name}: {job}");
            if state == "cancelled" {
                let summary: Value = serde_json::from_str(&last.unwrap()).unwrap();
                assert_eq!(summary["summary"]["state"], "cancelled", "{summary}");
                return;
            }
            target.otherwise(Answer::status(200));
            let resumed =
                data.run(&["replay", "resume", job["id"].as_str().unwrap(), "--json"]).ended(0).lines();
            assert_eq!(resumed.last().unwrap()["summary"]["succeeded"], 40, "{resumed:?}");
            assert_eq!(target.requests().len(), 40, "something was sent twice");
            // What was told before is not told again.
            assert!(resumed.len() < 41, "{}", resumed.len());
        });
    }
}

#[cfg(unix)]
#[tokio::test(flavor = "multi_thread")]
async fn a_reader_that_goes_away_does_not_end_a_replay() {
    let data = Data::new();
    let target = Target::start().await.unwrap();
    let url = target.url("/");
    tokio::task::block_in_place(|| {
        let (mut child, lines) = slow_replay(&data, &url);
        drop(lines);
        assert_eq!(child.wait().unwrap().code(), Some(0));
        let job = data.run(&["replay", "list", "--json"]).ended(0).json()[0].clone();
        assert_eq!(
            (job["state"].as_str(), job["counts"]["succeeded"].as_u64()),
            (Some("completed"), Some(40))
        );
    });
}

#[test]
fn a_listener_ends_with_its_reader() {
    let data = Data::new();
    let mut child = data.command(["listen", "--port", "0", "--json"]).stdout(Stdio::piped()).spawn().unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap());
    let mut first = String::new();
    lines.read_line(&mut first).unwrap();
    let address: Value = serde_json::from_str(&first).unwrap();
    drop(lines);
    let address = address["listening"].as_str().unwrap();
    assert_eq!(crate::process::post(address, "/in/none", &[], b"x"), 404);
    let begun = Instant::now();
    while child.try_wait().unwrap().is_none() {
        assert!(begun.elapsed() < Duration::from_secs(15), "it goes on for nobody");
        std::thread::sleep(Duration::from_millis(50));
    }
    assert_eq!(child.wait().unwrap().code(), Some(0));
    let listed = data.run(&["deliveries", "list", "--json"]).ended(0).json();
    assert_eq!(listed.as_array().unwrap().len(), 1);
}
