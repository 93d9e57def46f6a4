//! Handshakes over real HTTP: the sender gets the answer it wants, the delivery says so, and a secret that
//! arrives is kept where secrets are.

use crate::stage::{Stage, post, send, status};
use serde_json::{Value, json};
use std::time::{Duration, Instant};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

const DISCORD_KEY: &str = "03a107bff3ce10be1d70dd18e74bc09967e4d6309ba50d5f1ddc8664125531b8";
const DISCORD_SIGNATURE: &str = "c1098e97d711377f30225d53d94b89d43537f92e5b3afaddc590781b1f9f9d4b2eeab335d370be3b9a090bc61a85b86448bc140dcd195f1569c2bff181257607";
const SLACK: &[u8] = br#"{"token":"t","challenge":"c-1","type":"url_verification"}"#;

fn get(method: &str, path: &str, headers: &[(&str, &str)]) -> Vec<u8> {
    let mut head = format!("{method} {path} HTTP/1.1\r\nHost: test\r\nConnection: close\r\n");
    for (name, value) in headers {
        head.push_str(&format!("{name}: {value}\r\n"));
    }
    format!("{head}\r\n").into_bytes()
}

/// The body of an answer, and its headers in small letters.
fn parts(answer: &[u8]) -> (String, String) {
    let text = String::from_utf8_lossy(answer).into_owned();
    let (head, body) = text.split_once("\r\n\r\n").unwrap();
    (head.to_ascii_lowercase(), body.to_owned())
}

async fn newest(stage: &Stage, inbox: &str) -> Value {
    stage.deliveries(&format!("inbox:{inbox}")).await.remove(0)
}

struct Row<'a> {
    inbox: &'a str,
    /// Besides the name.
    create: Value,
    request: Vec<u8>,
    status: u16,
    body: &'a str,
    /// In the answer's head.
    header: &'a str,
    /// The verdict, the reason, and what the delivery says of the handshake.
    says: (&'a str, &'a str, &'a str),
}

#[tokio::test(flavor = "multi_thread")]
async fn handshakes_get_the_answer_that_their_sender_wants() {
    let stage = Stage::new().await;
    let address = stage.listen().await;
    let discord = [("X-Signature-Timestamp", "1700000000"), ("X-Signature-Ed25519", DISCORD_SIGNATURE)];
    let meta = "/in/meta?hub.mode=subscribe&hub.challenge=1158201444&hub.verify_token=meaty";
    let rows = [
        Row {
            inbox: "zoom",
            create: json!({ "scheme": "zoom", "secrets": ["zoom-secret-token"] }),
            request: post(
                "/in/zoom",
                &[],
                br#"{"payload":{"plainToken":"qgg8vlvZRS6UYooatFL8Aw"},"event":"endpoint.url_validation"}"#,
            ),
            status: 200,
            body: r#"{"plainToken":"qgg8vlvZRS6UYooatFL8Aw","encryptedToken":"d9e0d764a78494688ba3f2d5c0ed4ca311394b4834d959759213424d2df961e3"}"#,
            header: "content-type: application/json",
            says: ("unsigned", "missing_signature", "endpoint.url_validation, answered by Waybill."),
        },
        Row {
            inbox: "slack",
            create: json!({ "scheme": "slack" }),
            request: post("/in/slack/deeper", &[], SLACK),
            status: 200,
            body: "c-1",
            header: "content-type: text/plain",
            says: ("unsigned", "missing_signature", "url_verification, answered by Waybill."),
        },
        Row {
            inbox: "meta",
            create: json!({ "scheme": "meta-sha256", "config": { "verify_token": "meaty" } }),
            request: get("GET", meta, &[]),
            status: 200,
            body: "1158201444",
            header: "content-type: text/plain",
            says: ("unchecked", "handshake", "hub.challenge, answered by Waybill."),
        },
        Row {
            inbox: "meta2",
            create: json!({ "scheme": "meta-sha256", "config": { "verify_token": "other" } }),
            request: get("GET", &meta.replace("/in/meta", "/in/meta2"), &[]),
            status: 403,
            body: "",
            header: "",
            says: ("unchecked", "handshake", "hub.challenge, refused by Waybill with 403. The token"),
        },
        Row {
            inbox: "discord",
            create: json!({ "scheme": "discord", "secrets": [DISCORD_KEY] }),
            request: post("/in/discord", &discord, br#"{"type":1}"#),
            status: 200,
            body: r#"{"type":1}"#,
            header: "content-type: application/json",
            says: ("valid", "ok", "PING, answered by Waybill."),
        },
        Row {
            inbox: "discord2",
            create: json!({ "scheme": "discord", "secrets": [DISCORD_KEY] }),
            request: post("/in/discord2", &discord, br#"{"type": 1}"#),
            status: 401,
            body: "",
            header: "",
            says: ("invalid", "signature_mismatch", "PING, refused by Waybill with 401."),
        },
        Row {
            inbox: "grid",
            create: json!({}),
            request: post(
                "/in/grid",
                &[("aeg-event-type", "SubscriptionValidation")],
                br#"[{"id":"1","data":{"validationCode":"512d38b6"},"eventType":"x"}]"#,
            ),
            status: 200,
            body: r#"{"validationResponse":"512d38b6"}"#,
            header: "content-type: application/json",
            says: ("unchecked", "handshake", "Event Grid SubscriptionValidation, answered by Waybill."),
        },
        Row {
            inbox: "graph",
            create: json!({}),
            request: post("/in/graph?validationToken=Validation%3A%20Testing", &[], b""),
            status: 200,
            body: "Validation: Testing",
            header: "content-type: text/plain",
            says: ("unchecked", "handshake", "Microsoft Graph validationToken, answered by Waybill."),
        },
        Row {
            inbox: "events",
            create: json!({}),
            request: get("OPTIONS", "/in/events", &[("WebHook-Request-Origin", "e.example")]),
            status: 200,
            body: "",
            header: "webhook-allowed-origin: e.example",
            says: ("unchecked", "handshake", "CloudEvents validation, answered by Waybill."),
        },
        Row {
            inbox: "twitch",
            create: json!({ "scheme": "twitch-eventsub", "secrets": ["s3cre77890ab"] }),
            request: post(
                "/in/twitch",
                &[("Twitch-Eventsub-Message-Type", "webhook_callback_verification")],
                br#"{"challenge":"pogchamp","subscription":{}}"#,
            ),
            status: 200,
            body: "pogchamp",
            header: "content-type: text/plain",
            says: ("unsigned", "missing_signature", "webhook_callback_verification, answered by Waybill."),
        },
        Row {
            inbox: "trello",
            create: json!({ "scheme": "trello", "answer": { "status": 500, "headers": [], "body": "no", "delay_ms": 60_000 } }),
            request: get("HEAD", "/in/trello", &[]),
            status: 200,
            body: "",
            header: "",
            says: ("unchecked", "handshake", "HEAD, answered by Waybill."),
        },
    ];
    for Row { inbox, mut create, request, status: expected, body, header, says } in rows {
        create["name"] = json!(inbox);
        stage.call("inboxes.create", create).await;
        let before = Instant::now();
        let answer = send(&address, &request).await;
        assert!(before.elapsed() < Duration::from_secs(3), "{inbox}: senders wait three seconds");
        assert_eq!(status(&answer), expected, "{inbox}: {}", String::from_utf8_lossy(&answer));
        let (head, got) = parts(&answer);
        assert_eq!(got, body, "{inbox}");
        assert!(head.contains(header), "{inbox}: {head}");
        let kept = newest(&stage, inbox).await;
        assert_eq!(
            (kept["verdict"].as_str().unwrap(), kept["reason"].as_str().unwrap()),
            (says.0, says.1),
            "{inbox}"
        );
        assert!(kept["handshake"].as_str().unwrap().starts_with(says.2), "{inbox}: {}", kept["handshake"]);
        assert_eq!(kept["status"], expected, "{inbox}");
    }
    assert_eq!(stage.deliveries("is:handshake").await.len(), 11);
    assert_eq!(stage.deliveries("handshake:no").await.len(), 0);
    // What is no handshake gets the inbox's own answer, and is marked as nothing.
    let ordinary = send(&address, &post("/in/slack", &[], br#"{"type":"event_callback"}"#)).await;
    assert_eq!((status(&ordinary), parts(&ordinary).1.as_str()), (200, ""));
    assert_eq!(newest(&stage, "slack").await["handshake"], Value::Null);
    assert_eq!(stage.deliveries("handshake:no").await.len(), 1);
    // Nor is anything in the inbox of what no other takes.
    assert_eq!(status(&send(&address, &post("/in/none?validationToken=x", &[], b"")).await), 404);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_inbox_may_leave_handshakes_alone() {
    let stage = Stage::new().await;
    let address = stage.listen().await;
    let made = stage.call("inboxes.create", json!({ "name": "s", "scheme": "slack", "answer": { "status": 202, "headers": [], "body": "mine", "delay_ms": 0 } })).await;
    assert_eq!(made["answer_handshakes"], true);
    let answers = |answer: &[u8]| (status(answer), parts(answer).1);
    assert_eq!(answers(&send(&address, &post("/in/s", &[], SLACK)).await), (200, "c-1".to_owned()));
    stage.call("inboxes.update", json!({ "name": "s", "answer_handshakes": false })).await;
    assert_eq!(answers(&send(&address, &post("/in/s", &[], SLACK)).await), (202, "mine".to_owned()));
    let kept = newest(&stage, "s").await;
    assert!(kept["handshake"].as_str().unwrap().contains("does not answer handshakes"), "{kept}");
    let stage = stage.restart().await;
    assert_eq!(stage.call("inboxes.get", json!({ "name": "s" })).await["answer_handshakes"], false);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_secret_that_arrives_is_the_inboxs_before_the_answer() {
    const SECRET: &str = "b537207f20cbfa02357cf448134da559e8bd39d61597dcd5631b8012eae53e81";
    let stage = Stage::new().await;
    let address = stage.listen().await;
    stage.call("inboxes.create", json!({ "name": "asana", "scheme": "asana" })).await;
    let first = send(&address, &post("/in/asana", &[("X-Hook-Secret", SECRET)], b"")).await;
    assert_eq!(status(&first), 200);
    assert!(parts(&first).0.contains(&format!("x-hook-secret: {SECRET}")));
    let inbox = stage.call("inboxes.get", json!({ "name": "asana" })).await;
    let secrets = inbox["secrets"].as_array().unwrap();
    assert_eq!(secrets.len(), 1);
    let shown = stage.call("secrets.reveal", json!({ "id": secrets[0]["id"] })).await;
    assert_eq!(shown["value"], SECRET);
    let kept = newest(&stage, "asana").await;
    assert!(kept["handshake"].as_str().unwrap().contains("inbox's now"), "{kept}");
    assert!(!kept["handshake"].as_str().unwrap().contains(SECRET));

    // It verifies from now on; HMAC-SHA256 of the body, computed apart from this code.
    let body = br#"{"events":[]}"#;
    let signature = "10468027b67df18c739cc4794c6fc2d2806dcaaf2259fc3e1ed9d26433659853";
    assert_eq!(
        status(&send(&address, &post("/in/asana", &[("X-Hook-Signature", signature)], body)).await),
        200
    );
    assert_eq!(newest(&stage, "asana").await["reason"], "ok");

    // The same is answered again; another is a stranger's, and changes nothing.
    assert_eq!(status(&send(&address, &post("/in/asana", &[("X-Hook-Secret", SECRET)], b"")).await), 200);
    assert_eq!(status(&send(&address, &post("/in/asana", &[("X-Hook-Secret", "stranger")], b"")).await), 403);
    let after = stage.call("inboxes.get", json!({ "name": "asana" })).await;
    assert_eq!(after["secrets"], inbox["secrets"]);
    let log = std::fs::read_dir(stage.folder.path().join("logs")).into_iter().flatten().flatten();
    for file in log {
        assert!(!std::fs::read_to_string(file.path()).unwrap_or_default().contains(SECRET));
    }

    // Many at once: one secret.
    stage.call("inboxes.create", json!({ "name": "race", "scheme": "asana" })).await;
    let one = |number: usize| {
        let (address, value) = (address.clone(), format!("secret-{number}"));
        async move { status(&send(&address, &post("/in/race", &[("X-Hook-Secret", &value)], b"")).await) }
    };
    let mut tasks = tokio::task::JoinSet::new();
    for number in 0..6 {
        tasks.spawn(one(number));
    }
    let mut statuses = tasks.join_all().await;
    statuses.sort_unstable();
    assert_eq!(statuses, [200, 403, 403, 403, 403, 403]);
    assert_eq!(
        stage.call("inboxes.get", json!({ "name": "race" })).await["secrets"].as_array().unwrap().len(),
        1
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_vault_refuses_is_not_agreed_to() {
    let stage = Stage::without_passphrase().await;
    let address = stage.listen().await;
    stage.call("inboxes.create", json!({ "name": "asana", "scheme": "asana" })).await;
    let answer = send(&address, &post("/in/asana", &[("X-Hook-Secret", "b537")], b"")).await;
    assert_eq!(status(&answer), 503);
    assert!(!parts(&answer).0.contains("b537") && parts(&answer).0.contains("retry-after"));
    let kept = newest(&stage, "asana").await;
    assert_eq!(kept["status"], 503);
    assert!(
        kept["handshake"].as_str().unwrap().starts_with("X-Hook-Secret, refused by Waybill with 503."),
        "{kept}"
    );
    assert_eq!(stage.call("inboxes.get", json!({ "name": "asana" })).await["secrets"], json!([]));
}

/// Answers every request like this, after a while.
async fn target(answer: &'static str, after: Duration) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = format!("http://{}/", listener.local_addr().unwrap());
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            tokio::spawn(async move {
                let mut buffer = vec![0; 4096];
                let _ = stream.read(&mut buffer).await;
                tokio::time::sleep(after).await;
                let _ = stream.write_all(answer.as_bytes()).await;
            });
        }
    });
    address
}

#[tokio::test(flavor = "multi_thread")]
async fn a_target_that_is_there_answers_first() {
    let stage = Stage::new().await;
    let address = stage.listen().await;
    let good = "HTTP/1.1 201 Created\r\nContent-Type: text/theirs\r\nContent-Length: 6\r\nConnection: close\r\n\r\ntheirs";
    let bad = "HTTP/1.1 500 No\r\nContent-Length: 0\r\nConnection: close\r\n\r\n";
    let there = target(good, Duration::ZERO).await;
    let failing = target(bad, Duration::ZERO).await;
    let slow = target(good, Duration::from_secs(20)).await;
    let gone = {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        format!("http://{}/", listener.local_addr().unwrap())
    };
    for (inbox, to, expected, body, side) in [
        ("there", &there, 201, "theirs", format!("url_verification, answered by {there}")),
        ("failing", &failing, 500, "", format!("url_verification, answered by {failing}")),
        ("slow", &slow, 200, "c-1", "url_verification, answered by Waybill.".to_owned()),
        ("gone", &gone, 200, "c-1", "url_verification, answered by Waybill.".to_owned()),
    ] {
        stage.call("inboxes.create", json!({ "name": inbox, "scheme": "slack", "forward_to": [to] })).await;
        let before = Instant::now();
        let answer = send(&address, &post(&format!("/in/{inbox}"), &[], SLACK)).await;
        assert!(before.elapsed() < Duration::from_secs(3), "{inbox}");
        assert_eq!((status(&answer), parts(&answer).1.as_str()), (expected, body), "{inbox}");
        if expected == 201 {
            assert!(parts(&answer).0.contains("content-type: text/theirs"));
        }
        let kept = newest(&stage, inbox).await;
        assert!(kept["handshake"].as_str().unwrap().starts_with(&side), "{inbox}: {kept}");
        assert_eq!(kept["status"], expected, "{inbox}");
    }
    assert_eq!(stage.deliveries("status:500").await.len(), 1);
    // A secret that the target does not agree to is not kept.
    stage
        .call("inboxes.create", json!({ "name": "asana", "scheme": "asana", "forward_to": [failing] }))
        .await;
    let answer = send(&address, &post("/in/asana", &[("X-Hook-Secret", "b537")], b"")).await;
    assert_eq!(status(&answer), 500);
    assert_eq!(stage.call("inboxes.get", json!({ "name": "asana" })).await["secrets"], json!([]));
}
