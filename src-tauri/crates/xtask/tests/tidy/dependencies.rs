//! Data flows one way: capture, signature, store, engine, host, window; replay and provider stand beside capture.

use crate::tree::{files_of, is_for_tests_only, metadata, none_of, text};
use serde_json::Value;

/// Crates of the workspace from the ground up: each may use those of lower rank only.
const RANKS: &[(&str, u8)] = &[
    ("waybill-model", 0),
    ("waybill-signature", 1),
    ("waybill-query", 1),
    ("waybill-content", 1),
    ("waybill-vault", 1),
    ("waybill-store", 2),
    ("waybill-capture", 3),
    ("waybill-provider", 3),
    ("waybill-replay", 3),
    ("waybill-engine", 4),
    ("waybill-cli", 5),
    ("waybill-bridge", 5),
    ("waybill-desktop", 5),
    // Makes and checks signatures by itself, so that an agreement with what it tests means something.
    ("waybill-testkit", 1),
    // Hosts the engine as the window does, and measures it.
    ("waybill-bench", 5),
    ("waybill-xtask", 0),
];

/// Libraries that belong to some crates alone, by the beginning of their names.
const OWNED: &[(&str, &[&str])] = &[
    ("tauri", &["waybill-desktop"]),
    ("rusqlite", &["waybill-store"]),
    ("libsqlite3", &["waybill-store"]),
    ("reqwest", &["waybill-provider", "waybill-replay"]),
    // The yardstick of `waybill-bench` is a bare axum server; that program never ships.
    ("axum", &["waybill-capture", "waybill-bridge", "waybill-testkit", "waybill-bench"]),
    ("hyper", &["waybill-capture", "waybill-bridge", "waybill-testkit"]),
    ("keyring", &["waybill-vault"]),
    ("zbus-secret", &["waybill-vault"]),
    ("apple-native-keyring", &["waybill-vault"]),
    ("windows-native-keyring", &["waybill-vault"]),
];

/// Crates that compute and do nothing else.
const PURE: &[&str] = &["signature", "query", "content"];
const IMPURE_LIBRARIES: &[&str] =
    &["tokio", "mio", "reqwest", "hyper", "rusqlite", "tempfile", "walkdir", "rand"];
const IMPURE_WORDS: &[&str] = &[
    "std::fs",
    "std::net",
    "std::process",
    "std::env",
    "std::thread",
    "SystemTime::now",
    "Instant::now",
    "File::open",
    "TcpStream",
];

fn members() -> Vec<&'static Value> {
    let packages = metadata()["packages"].as_array().unwrap();
    packages.iter().filter(|package| package["source"].is_null()).collect()
}

/// What a package is linked with: not what its tests use.
fn linked(package: &Value) -> impl Iterator<Item = &str> {
    let all = package["dependencies"].as_array().unwrap().iter();
    all.filter(|dependency| dependency["kind"] != "dev")
        .map(|dependency| dependency["name"].as_str().unwrap())
}

fn rank(name: &str) -> Option<u8> {
    RANKS.iter().find(|(own, _)| *own == name).map(|(_, rank)| *rank)
}

#[test]
fn every_crate_uses_lower_ones_only() {
    let mut findings = Vec::new();
    for package in members() {
        let name = package["name"].as_str().unwrap();
        let Some(own) = rank(name) else {
            findings.push(format!("{name} has no rank: give it one"));
            continue;
        };
        for used in linked(package).filter(|used| used.starts_with("waybill-")) {
            let allowed = rank(used).is_some_and(|used| used < own);
            if !allowed {
                findings.push(format!("{name} uses {used}"));
            }
        }
    }
    none_of(&findings, "a crate may use those below it only (see ARCHITECTURE.md)");
}

#[test]
fn libraries_stay_with_their_owners() {
    let mut findings = Vec::new();
    for package in members() {
        let name = package["name"].as_str().unwrap();
        for used in linked(package) {
            let owners =
                OWNED.iter().find(|(library, _)| used.starts_with(library)).map(|(_, owners)| *owners);
            if owners.is_some_and(|owners| !owners.contains(&name)) {
                findings.push(format!(
                    "{name} uses {used}, which belongs to {}",
                    owners.unwrap_or_default().join(", ")
                ));
            }
        }
    }
    none_of(&findings, "a library is used by its owners only: ask them for what you need of it");
}

#[test]
fn the_pure_crates_do_no_io() {
    let mut findings = Vec::new();
    for package in members() {
        let name = package["name"].as_str().unwrap();
        if PURE.iter().any(|pure| name == format!("waybill-{pure}")) {
            let impure = linked(package).filter(|used| IMPURE_LIBRARIES.contains(used));
            findings.extend(impure.map(|used| format!("{name} uses {used}")));
        }
    }
    for pure in PURE {
        let folder = format!("src-tauri/crates/{pure}/src/");
        for file in files_of(&[&folder], &["rs"]).filter(|file| !is_for_tests_only(file)) {
            let source = text(file);
            let code = source.split("#[cfg(test)]").next().unwrap_or_default();
            let lines = code.lines().enumerate().filter(|(_, line)| !line.trim_start().starts_with("//"));
            for (number, line) in lines {
                for word in IMPURE_WORDS.iter().filter(|word| line.contains(**word)) {
                    findings.push(format!("{file}:{}: {word}", number + 1));
                }
            }
        }
    }
    none_of(&findings, "these crates compute and do nothing else: pass in what they need");
}

#[test]
fn the_engine_names_no_sql() {
    const SQL: &[&str] = &["SELECT ", "INSERT INTO", "DELETE FROM", "CREATE TABLE", "PRAGMA "];
    let mut findings = Vec::new();
    for file in files_of(&["src-tauri/crates/engine/src/"], &["rs"]) {
        for (number, line) in text(file).lines().enumerate() {
            if SQL.iter().any(|word| line.contains(word)) {
                findings.push(format!("{file}:{}: {}", number + 1, line.trim()));
            }
        }
    }
    none_of(&findings, "SQL belongs to waybill-store");
}

#[test]
fn every_crate_takes_the_workspace_lints() {
    let mut findings = Vec::new();
    for package in members() {
        let manifest = std::fs::read_to_string(package["manifest_path"].as_str().unwrap()).unwrap();
        let table: toml::Table = manifest.parse().unwrap();
        let lints =
            table.get("lints").and_then(|lints| lints.get("workspace")).and_then(toml::Value::as_bool);
        if lints != Some(true) {
            findings.push(package["name"].to_string());
        }
    }
    none_of(&findings, "`[lints] workspace = true` is missing in");
    let top: toml::Table = text("Cargo.toml").parse().unwrap();
    assert_eq!(top["workspace"]["lints"]["rust"]["unsafe_code"].as_str(), Some("forbid"));
}
