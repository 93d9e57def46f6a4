//! What keeps the window harmless, in configuration and in source.

use crate::tree::{files_of, json, metadata, none_of, text};
use serde_json::json;

#[test]
fn the_content_security_policy_is_strict() {
    let security = &json("tauri.conf.json")["app"]["security"];
    assert_eq!(
        security["csp"],
        json!({
            "default-src": "'none'",
            "script-src": "'self'",
            "style-src": "'self'",
            "font-src": "'self'",
            "img-src": "'self'",
            "connect-src": "ipc: http://ipc.localhost",
            "frame-src": "'none'",
            "object-src": "'none'",
            "base-uri": "'none'",
            "form-action": "'none'",
        })
    );
    assert_eq!(security["freezePrototype"], true);
    assert_eq!(security["dangerousDisableAssetCspModification"], json!(null));
    assert_eq!(security["assetProtocol"]["enable"], false);
    assert_eq!(security["capabilities"], json!(["window"]));
    assert_eq!(json("tauri.conf.json")["app"]["withGlobalTauri"], false);
}

#[test]
fn one_capability_opens_the_shells_own_commands_and_nothing_else() {
    let capabilities: Vec<&str> =
        files_of(&["src-tauri/capabilities/"], &["json", "toml", "json5"]).collect();
    assert_eq!(capabilities, ["src-tauri/capabilities/window.json"]);
    let capability = json(capabilities[0]);
    assert_eq!(capability["permissions"], json!(["ask-the-engine"]));
    assert_eq!(capability["windows"], json!(["main"]));
    assert_eq!(capability["remote"], json!(null));

    let permissions: toml::Table = text("src-tauri/permissions/host.toml").parse().unwrap();
    let mut allowed: Vec<&str> = permissions["permission"][0]["commands"]["allow"]
        .as_array()
        .unwrap()
        .iter()
        .filter_map(toml::Value::as_str)
        .collect();
    allowed.sort_unstable();
    let handlers = text("src-tauri/src/lib.rs");
    let list =
        handlers.split_once("generate_handler![").and_then(|(_, rest)| rest.split_once(']')).unwrap().0;
    let mut registered: Vec<&str> = list
        .split(',')
        .map(str::trim)
        .filter(|path| !path.is_empty())
        .map(|path| path.rsplit("::").next().unwrap())
        .collect();
    registered.sort_unstable();
    assert_eq!(allowed, registered, "src-tauri/permissions/host.toml names what lib.rs registers");
}

#[test]
fn every_command_is_asynchronous() {
    let mut findings = Vec::new();
    let mut commands = 0;
    for file in files_of(&["src-tauri/src/"], &["rs"]) {
        let source = text(file);
        for (place, _) in source.match_indices("#[tauri::command") {
            commands += 1;
            let rest = &source[place..];
            let function = rest.split_once("fn ").map_or("", |(before, _)| before);
            if !function.contains("async ") {
                findings.push(format!("{file}:{}", source[..place].lines().count()));
            }
        }
    }
    assert!(commands >= 3, "commands were found");
    none_of(&findings, "a command that is not async runs on the window's own thread and freezes it");
}

#[test]
fn only_the_platform_folder_knows_tauri() {
    let mut findings = Vec::new();
    for file in files_of(&["ui/src/"], &["ts", "tsx"]).filter(|file| !file.starts_with("ui/src/platform/")) {
        for (number, line) in text(file).lines().enumerate() {
            if line.contains("@tauri-apps") || line.contains("__TAURI") {
                findings.push(format!("{file}:{}", number + 1));
            }
        }
    }
    none_of(&findings, "ui/src/platform is the only door to the host");
}

#[test]
fn the_page_makes_no_html_of_text() {
    let ways = [
        ["dangerously", "SetInnerHTML"],
        [".inner", "HTML"],
        [".outer", "HTML"],
        ["insertAdjacent", "HTML"],
        ["document", ".write("],
        ["<if", "rame"],
    ]
    .map(|halves| halves.concat());
    let mut findings = Vec::new();
    for file in files_of(&["ui/src/"], &["ts", "tsx"]).filter(|file| !file.contains(".test.")) {
        for (number, line) in text(file).lines().enumerate() {
            if let Some(way) = ways.iter().find(|way| line.contains(way.as_str())) {
                findings.push(format!("{file}:{}: {way}", number + 1));
            }
        }
    }
    none_of(&findings, "payloads are text nodes and canvas");
}

#[test]
fn one_version_everywhere() {
    let top: toml::Table = text("Cargo.toml").parse().unwrap();
    let version = top["workspace"]["package"]["version"].as_str().unwrap();
    assert_eq!(json("tauri.conf.json")["version"], version);
    assert_eq!(json("ui/package.json")["version"], version);

    let minor = |version: &str| version.split('.').take(2).collect::<Vec<_>>().join(".");
    let tauri =
        metadata()["packages"].as_array().unwrap().iter().find(|package| package["name"] == "tauri").unwrap();
    let api = json("ui/package-lock.json")["packages"]["node_modules/@tauri-apps/api"]["version"].clone();
    assert_eq!(
        minor(tauri["version"].as_str().unwrap()),
        minor(api.as_str().unwrap()),
        "the crate `tauri` and the package `@tauri-apps/api` go together"
    );
}
