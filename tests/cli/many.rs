//! Many deliveries: every line of a replay once, lists of any length, comparison.

use crate::process::{Data, post};
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::time::Duration;
use waybill_testkit::{Answer, Target};

/// A folder with `count` imported deliveries.
fn folder_with(count: usize) -> Data {
    let data = Data::new();
    let mut lines = String::new();
    for number in 0..count {
        let _ = writeln!(
            lines,
            r#"{{"method":"POST","path":"/in/m","headers":[],"body":{{"text":"{number}"}}}}"#
        );
    }
    let file = data.0.path().join("many.jsonl");
    std::fs::write(&file, lines).unwrap();
    let imported = data.run(&["deliveries", "import", file.to_str().unwrap(), "--json"]).ended(0).json();
    assert_eq!(imported["ids"].as_array().unwrap().len(), count);
    data
}

#[tokio::test(flavor = "multi_thread")]
async fn every_attempt_is_told_once_however_long_one_takes() {
    const COUNT: usize = 1_300;
    let data = tokio::task::block_in_place(|| folder_with(COUNT));
    let target = Target::start().await.unwrap();
    // One is answered when more than a page of others has been told.
    target.script([Answer::after(Duration::from_secs(3), 200)]);
    let url = target.url("/");
    let replayed = tokio::task::block_in_place(|| {
        data.run(&["replay", "--query", "", "--to", &url, "--concurrency", "16", "--json", "--yes"])
    });
    let lines = replayed.ended(0).lines();
    let (last, attempts) = lines.split_last().unwrap();
    assert_eq!(last["summary"]["succeeded"], COUNT, "{last}");
    let ids: BTreeSet<&str> = attempts.iter().filter_map(|attempt| attempt["id"].as_str()).collect();
    assert_eq!((attempts.len(), ids.len()), (COUNT, COUNT));
    assert!(attempts.iter().all(|attempt| attempt["outcome"] == "succeeded"));
    let shown =
        data.run(&["replay", "show", last["summary"]["job"].as_str().unwrap(), "--json"]).ended(0).json();
    assert_eq!(shown["attempts"].as_array().unwrap().len(), COUNT);
}

#[test]
fn a_list_is_as_long_as_was_asked() {
    let data = folder_with(2_300);
    for (limit, expected) in [("1", 1), ("1000", 1_000), ("1001", 1_001), ("5000", 2_300)] {
        let listed = data.run(&["deliveries", "list", "--limit", limit, "--json"]).ended(0).json();
        let ids: Vec<i64> = listed
            .as_array()
            .unwrap()
            .iter()
            .map(|one| one["id"].as_str().unwrap().parse().unwrap())
            .collect();
        assert_eq!(ids.len(), expected, "--limit {limit}");
        assert!(ids.windows(2).all(|pair| pair[0] > pair[1]), "--limit {limit}: not newest first, or twice");
    }
}

#[test]
fn two_deliveries_are_compared() {
    let data = Data::new();
    let listening = data.listen(&[]);
    let header = |value: &str| vec![("X-Id".to_owned(), value.to_owned())];
    let json_type = ("Content-Type".to_owned(), "application/json".to_owned());
    for (id, body) in [("1", r#"{"a":1,"b":2}"#), ("2", r#"{"a":1,"b":3}"#), ("1", r#"{"a":1,"b":2}"#)] {
        let headers = [header(id), vec![json_type.clone()]].concat();
        assert_eq!(post(&listening.address, "/in/none", &headers, body.as_bytes()), 404);
    }
    let same = data.run(&["deliveries", "diff", "1", "3", "--json"]).ended(0).json();
    assert_eq!(same["equal"], true);
    let other = data.run(&["deliveries", "diff", "1", "2"]).ended(1).out;
    for line in ["- X-Id: 1", "+ X-Id: 2", "-   \"b\": 2", "+   \"b\": 3", "    \"a\": 1,"] {
        assert!(other.lines().any(|told| told == line), "{line:?} is not in\n{other}");
    }
    let told = data.run(&["deliveries", "diff", "1", "2", "--json"]).ended(1).json();
    assert_eq!((&told["body"]["kind"], &told["body"]["lines"]["added"]), (&json!("json"), &json!(1)));
    assert_eq!(data.run(&["deliveries", "diff", "1", "9", "--json"]).ended(3).code(), "not_found");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_stays_on_this_machine_needs_no_yes() {
    let data = tokio::task::block_in_place(|| {
        let data = Data::new();
        let file = data.0.path().join("two.jsonl");
        // The same event twice, long ago: a public target would have to be confirmed.
        let line = r#"{"method":"POST","path":"/in/m","headers":[],"received_at":"2020-01-01T00:00:00Z","body":{"text":"{\"id\":\"evt_1\",\"type\":\"a.b\"}"}}"#;
        std::fs::write(&file, format!("{line}\n{line}\n")).unwrap();
        data.run(&["deliveries", "import", file.to_str().unwrap()]).ended(0);
        data
    });
    let target = Target::start().await.unwrap();
    let url = target.url("/");
    let replay = |to: &str, more: &[&str]| {
        let args: Vec<&str> =
            ["replay", "1", "2", "--to", to, "--json"].iter().chain(more).copied().collect();
        tokio::task::block_in_place(|| data.run(&args))
    };
    assert_eq!(replay(&url, &[]).ended(0).lines().last().unwrap()["summary"]["succeeded"], 2);
    assert_eq!(replay("https://192.0.2.1/", &[]).ended(2).code(), "confirmation_required");
    let plan: Value = replay("https://192.0.2.1/", &["--dry-run"]).ended(0).json();
    assert_eq!((&plan["count"], &plan["class"]), (&json!(2), &json!("public")), "{plan}");
}
