//! Judges a data folder by the provider's own state.

use crate::scene::{CONNECTION, Scene, call};
use anyhow::{Result, bail};
use base64::Engine as _;
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use waybill_engine::Engine;

/// The endpoint's current secret as it lies in the vault here.
pub(crate) async fn secret_here(engine: &Engine, endpoint: &str) -> Result<Option<String>> {
    let secrets = call(engine, "secrets.list", json!({})).await?;
    let current =
        secrets.as_array().into_iter().flatten().find(|meta| {
            meta["endpoint"] == endpoint && meta["state"] == "current" && meta["kind"] != "token"
        });
    let Some(meta) = current else { return Ok(None) };
    let revealed = call(engine, "secrets.reveal", json!({ "id": meta["id"] })).await?;
    Ok(revealed["value"].as_str().map(str::to_owned))
}

/// The open cases.
pub(crate) async fn cases(engine: &Engine) -> Result<Vec<Value>> {
    Ok(call(engine, "custody.list", json!({})).await?.as_array().cloned().unwrap_or_default())
}

/// Brings every open case as far as it goes by itself.
pub(crate) async fn repair(engine: &Engine) -> Result<()> {
    for case in cases(engine).await? {
        // One that the start of the engine has ended meanwhile is not there any more.
        match engine.call("custody.repair", json!({ "id": case["id"] })).await {
            Ok(_) => {}
            Err(failure) if failure.code.code() == "not_found" => {}
            Err(failure) => bail!("repair: {}: {}", failure.code, failure.message),
        }
    }
    // One that was busy with the repair at start ends by itself.
    for _ in 0..200 {
        let busy = cases(engine).await?.iter().any(|case| case["state"] == "under_way");
        if !busy {
            return Ok(());
        }
        tokio::time::sleep(std::time::Duration::from_millis(5)).await;
    }
    bail!("a case stays under way though its process has ended")
}

/// What is wrong with the folder now, after the repair; empty: nothing.
pub(crate) async fn wrong(scene: &Scene, engine: &Engine) -> Result<Vec<String>> {
    let mut wrong = Vec::new();
    let at_provider = scene.simulator.handle.endpoints();
    let read = call(engine, "endpoints.read", json!({ "connection": CONNECTION })).await?;
    let here: BTreeSet<&str> =
        read["endpoints"].as_array().into_iter().flatten().filter_map(|one| one["id"].as_str()).collect();
    let there: BTreeSet<&str> = at_provider.iter().map(|one| one.id.as_str()).collect();
    if here != there {
        wrong.push(format!("endpoints differ: here {here:?}, at the provider {there:?}"));
    }
    let open = cases(engine).await?;
    for endpoint in &at_provider {
        let flagged = open.iter().any(|case| case["endpoint"] == endpoint.id.as_str());
        let held = secret_here(engine, &endpoint.id).await?;
        if held.as_deref() != Some(endpoint.credential.as_str()) && !flagged {
            wrong.push(format!("the secret of {} is lost silently", endpoint.id));
        }
    }
    wrong.extend(in_the_clear(scene)?);
    Ok(wrong)
}

/// Every file of the folder that holds one of the provider's secrets in a usual spelling.
pub(crate) fn in_the_clear(scene: &Scene) -> Result<Vec<String>> {
    if !scene.has_secrets() {
        return Ok(Vec::new());
    }
    let mut needles = Vec::new();
    for endpoint in scene.simulator.handle.endpoints() {
        let bytes = endpoint.credential.as_bytes();
        needles.push(bytes.to_vec());
        needles.push(hex::encode(bytes).into_bytes());
        needles.push(base64::engine::general_purpose::STANDARD_NO_PAD.encode(bytes).into_bytes());
        needles.push(bytes.iter().rev().copied().collect());
    }
    let mut found = Vec::new();
    for file in files(scene.folder.path())? {
        let bytes = std::fs::read(&file).unwrap_or_default();
        if needles.iter().any(|needle| bytes.windows(needle.len()).any(|part| part == needle)) {
            found.push(format!("a secret lies in the clear in {}", file.display()));
        }
    }
    Ok(found)
}

/// How many seal files there are.
pub(crate) fn seal_files(folder: &Path) -> usize {
    std::fs::read_dir(folder.join("sealed")).map_or(0, |entries| entries.flatten().count())
}

fn files(folder: &Path) -> Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    let mut folders = vec![folder.to_path_buf()];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder)? {
            let path = entry?.path();
            if path.is_dir() {
                folders.push(path);
            } else {
                found.push(path);
            }
        }
    }
    Ok(found)
}
