//! No secret outside the vault: planted secrets are looked for in everything the engine writes or says.

use crate::stage::{Stage, post, send};
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use serde_json::json;
use std::path::Path;

fn spellings(secret: &str) -> Vec<Vec<u8>> {
    let bytes = secret.as_bytes();
    let hex: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
    let wide: Vec<u8> = secret.encode_utf16().flat_map(u16::to_le_bytes).collect();
    let base64 = STANDARD.encode(bytes);
    vec![
        bytes.to_vec(),
        hex.to_uppercase().into_bytes(),
        hex.into_bytes(),
        base64.trim_end_matches('=').as_bytes().to_vec(),
        URL_SAFE_NO_PAD.encode(bytes).into_bytes(),
        wide,
    ]
}

fn contains(haystack: &[u8], needle: &[u8]) -> bool {
    haystack.windows(needle.len()).any(|window| window == needle)
}

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
        for spelling in spellings(secret) {
            for text in &said {
                assert!(!contains(text.as_bytes(), &spelling), "{secret} was said: {text}");
            }
            for path in &paths {
                assert!(
                    !contains(&std::fs::read(path).unwrap(), &spelling),
                    "{secret} stands in {}",
                    path.display()
                );
            }
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
