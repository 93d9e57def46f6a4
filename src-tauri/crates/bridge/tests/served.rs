//! The bridge as a browser meets it: over a socket, with the real engine.
#![allow(clippy::unwrap_used, clippy::print_stdout, reason = "a test stops at the first surprise")]

use serde_json::{Value, json};
use std::{
    io::{BufRead as _, BufReader, Read as _, Write as _},
    net::TcpStream,
    process::{Child, Command, Stdio},
    time::Duration,
};

struct Bridge {
    process: Child,
    address: String,
    _folder: tempfile::TempDir,
}

impl Drop for Bridge {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

impl Bridge {
    fn start(arguments: &[&str]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let ui = folder.path().join("ui");
        std::fs::create_dir_all(ui.join("assets")).unwrap();
        std::fs::write(ui.join("index.html"), "<!doctype html>the window").unwrap();
        std::fs::write(ui.join("assets/a.js"), "1").unwrap();
        let mut process = Command::new(env!("CARGO_BIN_EXE_waybill-bridge"))
            .args(["--vault", "memory", "--data-dir"])
            .arg(folder.path().join("data"))
            .arg("--ui")
            .arg(&ui)
            .args(arguments)
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut line = String::new();
        BufReader::new(process.stdout.take().unwrap()).read_line(&mut line).unwrap();
        let address = line.trim().strip_prefix("http://").unwrap_or_else(|| panic!("{line:?}")).to_owned();
        Self { process, address, _folder: folder }
    }

    fn connect(&self, head: &str, body: &str) -> TcpStream {
        let mut stream = TcpStream::connect(&self.address).unwrap();
        stream.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
        let host = if head.contains("Host:") { String::new() } else { format!("Host: {}\r\n", self.address) };
        write!(stream, "{head}\r\n{host}Content-Length: {}\r\nConnection: close\r\n\r\n{body}", body.len())
            .unwrap();
        stream
    }

    /// Status, head and body of one exchange.
    fn ask(&self, head: &str, body: &str) -> (u16, String, String) {
        let mut answer = String::new();
        self.connect(head, body).read_to_string(&mut answer).unwrap();
        let (head, body) = answer.split_once("\r\n\r\n").unwrap();
        (head.split(' ').nth(1).unwrap().parse().unwrap(), head.to_lowercase(), body.to_owned())
    }

    fn rpc(&self, name: &str, request: &Value) -> (u16, Value) {
        let (status, _, body) = self.ask(&format!("POST /rpc/{name} HTTP/1.1"), &request.to_string());
        (status, serde_json::from_str(&body).unwrap())
    }
}

#[test]
fn commands_are_answered_and_refusals_are_failures() {
    let bridge = Bridge::start(&[]);
    let (status, answer) = bridge.rpc("status.get", &json!({}));
    assert_eq!(status, 200);
    assert!(answer["listening"].is_string(), "{answer}");
    let (status, failure) = bridge.rpc("inboxes.get", &json!({ "name": "nothing-here" }));
    assert_eq!((status, failure["code"].as_str()), (422, Some("not_found")));
    let (status, failure) = bridge.rpc("no.such.command", &json!({}));
    assert_eq!((status, failure["code"].as_str()), (422, Some("invalid_input")));
    let (status, _, body) = bridge.ask("POST /rpc/status.get HTTP/1.1", "{");
    assert_eq!(status, 422, "{body}");
    let (status, _, body) = bridge.ask("POST /bytes HTTP/1.1", r#"{"of":"delivery"}"#);
    assert_eq!(status, 422, "{body}");
}

#[test]
fn the_window_is_served_under_its_policy() {
    let bridge = Bridge::start(&[]);
    for (path, status, kind) in [
        ("/", 200, "text/html"),
        ("/endpoints", 200, "text/html"),
        ("/assets/a.js", 200, "text/javascript"),
        ("/assets/missing.js", 404, ""),
        ("/../data/waybill.db", 404, ""),
    ] {
        let (got, head, _) = bridge.ask(&format!("GET {path} HTTP/1.1"), "");
        assert_eq!(got, status, "{path}");
        assert!(head.contains(kind), "{path}: {head}");
        assert!(
            status != 200 || head.contains("content-security-policy: default-src 'none'"),
            "{path}: {head}"
        );
    }
    let policy = include_str!("../../../../tauri.conf.json");
    let policy: Value = serde_json::from_str(policy).unwrap();
    let (_, head, _) = bridge.ask("GET / HTTP/1.1", "");
    for (name, value) in policy["app"]["security"]["csp"].as_object().unwrap() {
        let value = if name == "connect-src" { "'self'" } else { value.as_str().unwrap() };
        assert!(head.contains(&format!("{name} {value}")), "{name} is as in the shell: {head}");
    }
}

#[test]
fn a_foreign_page_reaches_nothing() {
    let bridge = Bridge::start(&[]);
    for foreign in ["Host: rebound.example", "Host: 127.0.0.1\r\nOrigin: https://evil.example"] {
        let (status, _, body) = bridge.ask(&format!("POST /rpc/status.get HTTP/1.1\r\n{foreign}"), "{}");
        assert_eq!(status, 403, "{foreign}: {body}");
        assert!(!body.contains("listening"));
    }
}

#[test]
fn samples_arrive_and_are_told() {
    let bridge = Bridge::start(&["--seed", "40"]);
    let (_, list) =
        bridge.rpc("deliveries.list", &json!({ "query": "verdict:valid", "limit": 50, "after": null }));
    let valid = list["deliveries"].as_array().unwrap();
    assert!(valid.len() >= 25, "{} of 40 samples are valid", valid.len());

    // What changes is told to whoever listens.
    let mut events = BufReader::new(bridge.connect("GET /events HTTP/1.1", ""));
    let mut line = String::new();
    while events.read_line(&mut line).unwrap() > 0 && !line.ends_with("\r\n\r\n") && line != "\r\n" {
        line.clear();
    }
    let (status, _) = bridge.rpc("tools.sample", &json!({}));
    assert_eq!(status, 200);
    loop {
        let mut line = String::new();
        assert!(events.read_line(&mut line).unwrap() > 0, "the stream goes on");
        if let Some(json) = line.strip_prefix("data: ") {
            let event: Value = serde_json::from_str(json.trim()).unwrap();
            if event["event"] == "arrived" {
                break;
            }
        }
    }
}
