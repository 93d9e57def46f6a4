//! Why a signature fails and the user's own schemes, on the command line.

use crate::process::{Data, post};
use serde_json::Value;

const REQUEST: &str = "POST /hook HTTP/1.1\r\nHost: test\r\nContent-Length: 2\r\n\r\n{}";

fn signed(data: &Data, scheme: &str) -> Vec<u8> {
    let sign = ["sign", "--request", "-", "--scheme", scheme, "--secret-env", "SECRET"];
    data.run_with(&sign, REQUEST.as_bytes(), &[]).ended(0).out.into_bytes()
}

#[test]
fn verify_names_the_cause_and_says_what_was_tried() {
    let data = Data::new();
    let request = signed(&data, "github-sha256");
    let bare = ["verify", "--request", "-", "--scheme", "github-sha256", "--secret-env", "PADDED"];
    let verify = [&bare[..], &["--diagnose-seconds", "30"]].concat();
    let padded = [("PADDED", "whsec_current\n")];
    let said = data.run_with(&verify, &request, &padded).ended(1);
    assert!(said.out.contains("1. secret_whitespace (certain)"), "{said:?}");
    assert!(said.out.contains("tried in") && !said.out.contains("whsec_current"), "{said:?}");
    let json = data.run_with(&[&verify[..], &["--json"]].concat(), &request, &padded).ended(1).json();
    for field in ["code", "confidence", "explanation", "mend"] {
        assert!(json["diagnosis"][0][field].is_string(), "{json}");
    }
    assert_eq!(json["diagnosis"][0]["action"]["change"], "trim", "{json}");
    let without = data.run_with(&[&bare[..], &["--json", "--no-diagnosis"]].concat(), &request, &padded);
    assert_eq!(
        (&without.ended(1).json()["diagnosis"], json["reason"].as_str()),
        (&Value::Array(vec![]), Some("signature_mismatch"))
    );
    for wrong in ["0", "-1", "61", "nan"] {
        let said = data.run_with(&[&bare[..], &["--diagnose-seconds", wrong]].concat(), &request, &padded);
        said.ended(2);
    }
}

#[test]
fn a_delivery_that_failed_is_shown_with_its_cause() {
    let data = Data::new();
    let add = ["inbox", "add", "m", "--scheme", "github-sha256", "--secret-env", "OTHER"];
    data.run(&add).ended(0);
    let request = String::from_utf8(signed(&data, "github-sha256")).unwrap();
    let signature = request.lines().find_map(|line| line.strip_prefix("X-Hub-Signature-256: ")).unwrap();
    data.run_with(&["secret", "set", "right", "--secret-env", "SECRET"], b"", &[]).ended(0);
    let mut listening = data.listen(&[]);
    post(&listening.address, "/in/m", &[("X-Hub-Signature-256".to_owned(), signature.to_owned())], b"{}");
    let id = listening.next()["id"].as_str().unwrap().to_owned();
    // What is searched in a quarter of a second may be too little where much else is going on.
    let complete = |_: &u32| {
        let json = data.run(&["deliveries", "show", &id, "--json"]).ended(0).json();
        json["signature"]["search"]["state"] == "complete"
    };
    assert!((0..20).any(|number| complete(&number)));
    let shown = data.run(&["deliveries", "show", &id]).ended(0).out;
    assert!(shown.contains("(certain)") && shown.contains("\"right\""), "{shown}");
    let json = data.run(&["deliveries", "show", &id, "--json"]).ended(0).json();
    assert_eq!(json["signature"]["diagnosis"][0]["action"]["kind"], "use_secret", "{json}");
}

#[test]
fn a_scheme_of_your_own_is_added_used_detected_and_removed() {
    let data = Data::new();
    let file = data.0.path().join("my-scheme.toml");
    let text = "title = \"My scheme\"\nalgorithm = \"hmac-sha256\"\nmessage = \"{body}\"\n[key]\nencoding = \"text\"\n[signature]\nfrom = { header = \"X-My-Signature\" }\nencoding = \"hex\"\n";
    std::fs::write(&file, text).unwrap();
    let file = file.to_str().unwrap();
    data.run(&["scheme", "check", file]).ended(0);
    data.run(&["scheme", "add", file]).ended(0);
    assert_eq!(data.run(&["scheme", "add", file, "--json"]).ended(2).code(), "already_exists");
    data.run(&["scheme", "add", file, "--replace"]).ended(0);
    let list = data.run(&["scheme", "list"]).ended(0).out;
    assert!(list.contains("My scheme (your own)") && !list.contains("Mynd (your own)"), "{list}");
    let request = signed(&data, "my-scheme");
    let verify = ["verify", "--request", "-", "--scheme", "my-scheme", "--secret-env", "SECRET"];
    data.run_with(&verify, &request, &[]).ended(0);
    let detected = data.run_with(&["scheme", "detect", "--request", "-", "--json"], &request, &[]).ended(0);
    let proposals = detected.json();
    assert!(proposals.as_array().unwrap().iter().any(|one| one["scheme"] == "my-scheme"), "{proposals}");
    data.run_with(&["scheme", "detect", "--request", "-"], REQUEST.as_bytes(), &[]).ended(1);
    data.run(&["scheme", "remove", "my-scheme"]).ended(0);
    assert_eq!(data.run(&["scheme", "remove", "my-scheme", "--json"]).ended(3).code(), "unknown_scheme");
    assert_eq!(data.run(&["scheme", "remove", "mynd", "--json"]).ended(2).code(), "invalid_input");
    std::fs::write(file, "title = \"x\"\nalgorithm = 7\n").unwrap();
    let said = data.run(&["scheme", "add", file]).ended(2);
    assert!(said.err.contains(":2:"), "{said:?}");
}

#[test]
fn a_test_key_signs_here_and_its_public_part_verifies() {
    let data = Data::new();
    let made = data.run(&["scheme", "test-key", "discord", "--json"]).ended(0).json();
    let (id, public) = (made["secret"]["id"].as_str().unwrap(), made["public_key"].as_str().unwrap());
    let sign = ["sign", "--request", "-", "--scheme", "discord", "--secret-id", id];
    let request = data.run_with(&sign, REQUEST.as_bytes(), &[]).ended(0).out;
    let verify =
        ["verify", "--request", "-", "--scheme", "discord", "--secret-env", "PUBLIC", "--no-diagnosis"];
    data.run_with(&verify, request.as_bytes(), &[("PUBLIC", public)]).ended(0);
    let other = data.run(&["scheme", "test-key", "discord", "--json"]).ended(0).json();
    let other = [("PUBLIC", other["public_key"].as_str().unwrap())];
    data.run_with(&verify, request.as_bytes(), &other).ended(1);
    // A secret that both sides share is not shown.
    let shared = data.run(&["scheme", "test-key", "mynd", "--name", "mine", "--json"]).ended(0).json();
    assert_eq!((&shared["public_key"], &shared["secret"]["name"]), (&Value::Null, &Value::from("mine")));
    let id = shared["secret"]["id"].as_str().unwrap();
    let value = data.run(&["secret", "show", id, "--reveal"]).ended(0).out;
    assert!(!shared.to_string().contains(value.trim()) && value.len() > 20, "{shared}");
    assert_eq!(data.run(&["scheme", "test-key", "nonesuch", "--json"]).ended(3).code(), "unknown_scheme");
}
