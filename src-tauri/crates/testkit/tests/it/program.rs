//! `waybill-simulate` as a process.

use serde_json::Value;
use std::io::{BufRead as _, BufReader, Read as _};
use std::process::{Command, Stdio};

fn first_line(arguments: &[&str], then: impl FnOnce(&str)) {
    let mut child = Command::new(env!("CARGO_BIN_EXE_waybill-simulate"))
        .args(arguments)
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap());
    let mut line = String::new();
    lines.read_line(&mut line).unwrap();
    then(&line);
    child.kill().unwrap();
    child.wait().unwrap();
    lines.read_to_string(&mut line).unwrap();
}

#[test]
fn it_says_where_it_listens_and_what_it_accepts() {
    for kind in ["mnemom", "timbrix", "mindbridge", "mynd", "github", "gitlab", "stripe", "svix"] {
        first_line(&[kind, "--json", "--seed", "1"], |line| {
            let shown: Value = serde_json::from_str(line).unwrap();
            assert_eq!(shown["provider"], kind);
            let address =
                shown["control"].as_str().unwrap().trim_start_matches("http://").trim_end_matches("/_sim/");
            std::net::TcpStream::connect(address).unwrap();
            assert!(!shown["token"].as_str().unwrap().is_empty());
        });
    }
    let arguments = ["svix", "--json", "--endpoints", "2", "--deliveries", "3", "--lenient"];
    first_line(&arguments, |line| assert!(line.contains(r#""provider":"svix""#), "{line}"));
    first_line(&["mynd"], |line| {
        assert!(line.starts_with("mynd is simulated at http://127.0.0.1:"), "{line}")
    });
    let wrong = Command::new(env!("CARGO_BIN_EXE_waybill-simulate")).arg("other").output().unwrap();
    assert_eq!(wrong.status.code(), Some(2));
    assert!(
        String::from_utf8_lossy(&wrong.stderr)
            .contains("choose mnemom, timbrix, mindbridge, mynd, github, gitlab")
    );
}

#[tokio::test]
async fn the_target_program_judges_what_it_gets() {
    let mut child = Command::new(env!("CARGO_BIN_EXE_waybill-target"))
        .args(["--scheme", "github"])
        .env("WEBHOOK_SECRET", "s3cret")
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let mut next = || serde_json::from_str::<Value>(&lines.next().unwrap().unwrap()).unwrap();
    let url = format!("{}/hook", next()["listening"].as_str().unwrap());
    let key = waybill_testkit::SigningMaterial::Shared("s3cret".to_owned());
    let at = waybill_model::Timestamp::from_unix(0);
    let signed = waybill_testkit::sign::sign(waybill_testkit::Form::GitHub, &key, "1", at, b"{}");
    let headers: Vec<_> = signed.iter().map(|(name, value)| (*name, value.as_str())).collect();
    for (body, expected) in [("{}", "ok"), ("[]", "the signature does not match")] {
        super::client::call("POST", &url, &headers, body).await.unwrap();
        let line = next();
        assert_eq!((line["signature"].as_str(), line["body"].as_str()), (Some(expected), Some(body)));
    }
    child.kill().unwrap();
    child.wait().unwrap();
}
