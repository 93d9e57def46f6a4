//! No secret outside the vault: planted secrets are looked for in everything the engine writes or says.

use crate::canary::found;
use crate::stage::{Stage, post, send};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};
use std::path::Path;
use waybill_testkit::{Emission, Fault, PlannedFault, Simulator, SimulatorKind, SimulatorOptions};

fn files(folder: &Path, found: &mut Vec<std::path::PathBuf>) {
    for entry in std::fs::read_dir(folder).unwrap().flatten() {
        if entry.path().is_dir() { files(&entry.path(), found) } else { found.push(entry.path()) }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn planted_secrets_are_nowhere_but_in_the_vault() {
    let stage = Stage::new().await;
    let address = stage.listen().await;
    let planted = ["whsec_canary-0123456789", "sk_test_canary-token-42", "plain canary secret 77"];
    stage.call("inboxes.create", json!({ "name": "m", "scheme": "mynd", "secrets": [planted[0]] })).await;
    let add =
        json!({ "name": "c", "provider": "mynd", "token": planted[1], "base_url": "http://127.0.0.1:9" });
    stage.call("connections.add", add).await;
    stage
        .call("secrets.set", json!({ "name": "by hand", "kind": "shared_secret", "value": planted[2] }))
        .await;
    send(&address, &post("/in/m", &[], b"{}")).await;
    let mut said = Vec::new();
    for (command, payload) in [
        ("inboxes.list", json!({})),
        ("secrets.list", json!({})),
        ("connections.list", json!({})),
        ("connections.test", json!({ "name": "c" })),
        ("deliveries.list", json!({})),
        ("deliveries.export", json!({ "format": "har", "with_secrets": true })),
        ("settings.get", json!({})),
        ("status.get", json!({})),
        ("doctor", json!({})),
    ] {
        said.push(match stage.engine.call(command, payload).await {
            Ok(answer) => answer.to_string(),
            Err(failure) => format!("{failure:?}"),
        });
    }
    let create =
        json!({ "connection": "c", "url": "https://x.example/y", "events": ["run.failed"], "dry_run": true });
    said.push(stage.call("endpoints.create", create).await.to_string());
    said.push(format!("{:?}", stage.engine));
    let folder = stage.folder.path().to_path_buf();
    stage.engine.stop().await;
    let mut paths = Vec::new();
    files(&folder, &mut paths);
    assert!(paths.len() >= 3, "{paths:?}");
    for secret in planted {
        for text in &said {
            assert_eq!(found(text.as_bytes(), secret), None, "{secret} was said: {text}");
        }
        for path in &paths {
            let bytes = std::fs::read(path).unwrap();
            assert_eq!(found(&bytes, secret), None, "{secret} stands in {}", path.display());
        }
    }
    #[cfg(unix)]
    for path in &paths {
        use std::os::unix::fs::PermissionsExt;
        let mode = std::fs::metadata(path).unwrap().permissions().mode();
        assert_eq!(mode & 0o077, 0, "{} can be read by others ({mode:o})", path.display());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_secret_in_the_wrong_place_is_not_quoted() {
    let stage = Stage::new().await;
    let (text, number) = ("canary-0123456789", 9_081_726_354_u64);
    let rows = [
        ("inboxes.create", json!({ "name": "m", "scheme": "mynd", "secrets": text })),
        ("inboxes.create", json!({ "name": "m", "scheme": "mynd", "secrets": [number] })),
        ("inboxes.create", json!({ "name": "m", "scheme": "mynd", "secrets": [{ "value": text }] })),
        ("inboxes.add_secret", json!({ "name": "m", "secret": [text] })),
        ("connections.add", json!({ "name": "c", "provider": "mynd", "token": number })),
        ("secrets.set", json!({ "name": "s", "kind": "token", "value": { "text": text } })),
        ("tools.send", json!({ "to": "http://localhost:1", "scheme": "mynd", "secret": number })),
        ("tools.sign", json!({ "request_base64": "", "scheme": "mynd", "secret": number })),
        ("tools.verify", json!({ "request_base64": "", "scheme": "mynd", "secrets": text })),
        ("secrets.set", json!(text)),
    ];
    for (command, request) in rows {
        let failure = stage.fails(command, request).await;
        assert_eq!(failure.code.code(), "invalid_input", "{command}: {failure:?}");
        let said = format!("{failure:?}");
        assert!(!said.contains(text) && !said.contains(&number.to_string()), "{command}: {said}");
    }
}

/// What was said at one provider, by every command there is for it.
struct Heard {
    stage: Stage,
    said: Vec<String>,
    secrets: Vec<String>,
}

impl Heard {
    /// Calls and keeps what was answered, a failure too.
    async fn call(&mut self, command: &str, payload: Value) -> Value {
        match self.stage.engine.call(command, payload).await {
            Ok(answer) => {
                self.said.push(format!("{command}: {answer}"));
                answer
            }
            Err(failure) => {
                self.said.push(format!("{command}: {failure:?} {failure}"));
                self.said.push(serde_json::to_string(&failure).unwrap());
                Value::Null
            }
        }
    }

    /// The secrets that the provider holds at this moment.
    fn harvest(&mut self, simulator: &Simulator) {
        if simulator.kind != SimulatorKind::MindBridge {
            self.secrets.extend(simulator.handle.endpoints().into_iter().map(|one| one.credential));
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn no_secret_of_a_provider_leaves_the_vault() {
    for kind in SimulatorKind::ALL {
        provider(kind).await;
    }
}

async fn provider(kind: SimulatorKind) {
    let token = format!("cnry+/{}=%token&\"42", kind.id());
    let options =
        SimulatorOptions { clock_factor: 600.0, token: Some(token.clone()), ..SimulatorOptions::default() };
    let simulator = Simulator::start(kind, options).await.unwrap();
    let stage = Stage::with(tempfile::TempDir::new().unwrap(), |options| {
        options.log_level = Some("debug".to_owned());
    })
    .await;
    let address = stage.listen().await;
    let mut heard = Heard { stage, said: Vec::new(), secrets: vec![token.clone()] };
    let add = json!({
        "name": "c", "provider": kind.id(), "base_url": simulator.base_url, "vars": simulator.vars, "token": token,
    });
    assert!(!heard.call("connections.add", add).await.is_null(), "{:?}", heard.said);
    let at = |id: &Value| json!({ "connection": "c", "id": id });
    let event = kind.events()[0];
    let mut create = json!({
        "connection": "c", "url": format!("{address}/in/box"), "events": [event], "inbox": "box",
        "fields": simulator.fields,
    });
    if kind == SimulatorKind::MindBridge {
        create["label"] = json!("Ledger");
        create["fields"]["status"] = json!("ACTIVE");
    }
    let mut dry = create.clone();
    dry["dry_run"] = json!(true);
    heard.call("endpoints.create", dry).await;
    let made = heard.call("endpoints.create", create.clone()).await;
    let id = made["endpoint"]["id"].clone();
    assert!(id.is_string(), "{} {:?}", kind.id(), heard.said);
    heard.harvest(&simulator);
    // GitLab's token stands as it is in each delivery, which is kept as it came.
    if kind != SimulatorKind::GitLab {
        simulator.handle.emit(&Emission::of(event).times(2));
        simulator.handle.settled().await;
        simulator.handle.drop_next(2);
        simulator.handle.emit(&Emission::of(event).times(2));
        simulator.handle.settled().await;
    }
    let found = heard.call("endpoints.reconcile", json!({ "connection": "c" })).await;
    let entries: Vec<&Value> =
        found[0]["entries"].as_array().into_iter().flatten().map(|one| &one["entry"]["id"]).collect();
    let bring = json!({ "connection": "c", "endpoint": id, "entries": entries });
    heard.call("endpoints.bring_in", bring).await;
    simulator.handle.settled().await;
    for (command, payload) in [
        ("endpoints.get", at(&id)),
        ("endpoints.log", at(&id)),
        ("endpoints.update", json!({ "connection": "c", "id": id, "url": format!("{address}/in/box/v2") })),
        ("endpoints.set_active", json!({ "connection": "c", "id": id, "active": false })),
        ("endpoints.set_active", json!({ "connection": "c", "id": id, "active": true })),
        ("endpoints.rotate", json!({ "connection": "c", "id": id, "dry_run": true })),
        ("endpoints.rotate", at(&id)),
    ] {
        heard.call(command, payload).await;
    }
    heard.harvest(&simulator);
    if kind != SimulatorKind::GitLab {
        heard.call("endpoints.test", at(&id)).await;
        simulator.handle.settled().await;
    }
    echoes(&mut heard, &simulator, &token, &id, &create).await;
    heard.call("endpoints.delete", at(&id)).await;
    everything_else(&mut heard).await;
    let name = kind.id();
    scan(heard, name).await;
    simulator.stop().await;
}

/// The provider says the credential back, in every place where it can say something.
async fn echoes(heard: &mut Heard, simulator: &Simulator, token: &str, id: &Value, create: &Value) {
    let quoted = serde_json::to_string(token).unwrap();
    let shapes = [
        format!(
            "{{\"error\":{{\"code\":{quoted},\"message\":{quoted},\"type\":{quoted},\"details\":{{\"url\":[{quoted}]}}}}}}"
        ),
        format!(
            "{{\"message\":{quoted},\"errors\":[{{\"field\":\"url\",\"message\":{quoted},\"code\":{quoted}}}]}}"
        ),
        format!(
            "{{\"error\":{quoted},\"detail\":[{{\"loc\":[\"url\"],\"msg\":{quoted}}}],\"code\":{quoted}}}"
        ),
        format!("<html><title>{token}</title>{token}</html>"),
        quoted.clone(),
    ];
    for status in [200, 401, 422] {
        for body in &shapes {
            let headers = vec![
                ("X-Request-Id".to_owned(), token.to_owned()),
                ("Request-Id".to_owned(), token.to_owned()),
            ];
            let fault = Fault::Answer { status, headers, body: body.clone() };
            simulator.handle.clear_faults();
            simulator.handle.fault(PlannedFault::from(fault).times(1_000));
            heard.call("endpoints.read", json!({ "connection": "c" })).await;
            heard.call("endpoints.log", json!({ "connection": "c", "id": id })).await;
            heard
                .call(
                    "endpoints.update",
                    json!({ "connection": "c", "id": id, "url": "https://x.example/y" }),
                )
                .await;
            heard.call("connections.test", json!({ "name": "c" })).await;
            heard.call("endpoints.test", json!({ "connection": "c", "id": id })).await;
            heard.call("endpoints.create", create.clone()).await;
            heard.call("endpoints.rotate", json!({ "connection": "c", "id": id })).await;
        }
    }
    simulator.handle.clear_faults();
}

/// What else there is to ask that may hold something.
async fn everything_else(heard: &mut Heard) {
    let pasted = ["whsec_cnry-pasted+/01", "cnry pasted \"secret\" 02", "cnry-wrong-secret-03"];
    heard.secrets.extend(pasted.map(str::to_owned));
    heard.call("inboxes.create", json!({ "name": "own", "scheme": "mynd", "secrets": [pasted[0]] })).await;
    heard.call("inboxes.add_secret", json!({ "name": "own", "secret": pasted[1] })).await;
    heard.call("secrets.set", json!({ "name": "hand", "kind": "shared_secret", "value": pasted[2] })).await;
    let address = heard.stage.call("status.get", json!({})).await["listening"].as_str().unwrap().to_owned();
    send(&address, &post("/in/own", &[("Mynd-Signature", "t=1,v1=00")], b"{}")).await;
    let arrived = heard.stage.wait_for("inbox:own", 1).await;
    let id = arrived[0]["id"].clone();
    let raw = STANDARD.encode(post("/in/own", &[("Mynd-Signature", "t=1,v1=00")], b"{}"));
    for secret in pasted {
        for scheme in ["mynd", "stripe", "github-sha256", "gitlab-token", "mindbridge", "svix-v1", "no-such"]
        {
            let verify =
                json!({ "request_base64": raw, "scheme": scheme, "secrets": [secret], "diagnose_ms": 50 });
            heard.call("tools.verify", verify).await;
            let verify = json!({ "delivery": id, "scheme": scheme, "secrets": [secret], "diagnose_ms": 50 });
            heard.call("tools.verify", verify).await;
        }
        let preview = json!({ "text": "id = \"x\"", "delivery": id, "secret": secret });
        heard.call("schemes.preview", preview).await;
        let text = std::fs::read_to_string(
            Path::new(env!("CARGO_MANIFEST_DIR")).join("../../catalogue/schemes/mynd.toml"),
        );
        let preview = json!({ "text": text.unwrap(), "delivery": id, "secret": secret });
        heard.call("schemes.preview", preview).await;
        let wrong = json!({ "to": "http://127.0.0.1:9/", "scheme": "mynd", "secret": secret });
        heard.call("tools.send", wrong).await;
        heard
            .call("tools.sign", json!({ "request_base64": raw, "scheme": "no-such", "secret": secret }))
            .await;
        heard.call("diagnosis.mend", json!({ "id": id, "action": { "kind": "use_secret", "secret_id": null, "name": "x", "label": "" } })).await;
    }
    for format in ["har", "jsonl", "raw", "curl"] {
        for with_secrets in [false, true] {
            heard.call("deliveries.export", json!({ "format": format, "with_secrets": with_secrets })).await;
        }
    }
    heard.call("diagnosis.start", json!({ "id": id })).await;
    heard.call("deliveries.signature", json!({ "id": id })).await;
    heard.call("deliveries.payload", json!({ "id": id })).await;
    heard.call("connections.remove", json!({ "name": "gone" })).await;
    for command in [
        "endpoints.list",
        "endpoints.history",
        "custody.list",
        "connections.list",
        "secrets.list",
        "inboxes.list",
        "deliveries.list",
        "replays.list",
        "settings.get",
        "status.get",
        "doctor",
        "vault.check",
    ] {
        heard.call(command, json!({})).await;
    }
    let said = format!("{:?}", heard.stage.engine);
    heard.said.push(said);
}

async fn scan(heard: Heard, name: &str) {
    let folder = heard.stage.folder.path().to_path_buf();
    heard.stage.engine.stop().await;
    let mut paths = Vec::new();
    files(&folder, &mut paths);
    paths.retain(|path| path.file_name().is_none_or(|file| file != "vault.age"));
    assert!(heard.secrets.len() >= 4 && heard.said.len() > 100, "{name}");
    for secret in &heard.secrets {
        for text in &heard.said {
            let hit = found(text.as_bytes(), secret);
            assert_eq!(
                hit,
                None,
                "{name}: {secret} was said: {}",
                text.chars().take(3_000).collect::<String>()
            );
        }
        for path in &paths {
            let hit = found(&std::fs::read(path).unwrap(), secret);
            assert_eq!(hit, None, "{name}: {secret} stands in {}", path.display());
        }
    }
}
