//! The lock files say what, not from where: a mirror's address in one would break every other machine.

use crate::tree::{files, json, none_of, text};
use serde_json::Value;

#[test]
fn lock_files_hold_no_download_addresses() {
    let mut findings = Vec::new();
    for file in files().iter().filter(|file| file.ends_with("Cargo.lock")) {
        for (number, line) in text(file).lines().enumerate() {
            if line.starts_with("source = ")
                && line != r#"source = "registry+https://github.com/rust-lang/crates.io-index""#
            {
                findings.push(format!("{file}:{}: {line}", number + 1));
            }
        }
    }
    for file in files().iter().filter(|file| file.ends_with("package-lock.json")) {
        for (number, line) in text(file).lines().enumerate().filter(|(_, line)| line.contains("\"resolved\""))
        {
            findings.push(format!("{file}:{}: {}", number + 1, line.trim()));
        }
    }
    none_of(&findings, "remove the address: `cargo xtask lock` writes none");
}

/// A package of another platform was perhaps never seen here; it is passed over or fetched by its version.
fn is_of_some_platform(package: &Value) -> bool {
    package["optional"] == true && package["os"].is_array()
}

/// Every npm lock file.
pub(crate) fn npm_locks() -> impl Iterator<Item = &'static str> {
    files().iter().map(String::as_str).filter(|file| file.ends_with("package-lock.json"))
}

#[test]
fn npm_packages_are_checked_against_their_sums() {
    for file in npm_locks() {
        let lock = json(file);
        let packages =
            lock["packages"].as_object().unwrap().iter().filter(|(path, _)| path.contains("node_modules/"));
        let findings: Vec<String> = packages
            .filter(|(_, package)| package["link"] != true && package["inBundle"] != true)
            .filter(|(_, package)| !is_of_some_platform(package))
            .filter(|(_, package)| {
                !package["integrity"].as_str().is_some_and(|sum| sum.starts_with("sha512-"))
            })
            .map(|(path, _)| path.clone())
            .collect();
        none_of(&findings, &format!("no sha512 sum in {file} for"));
    }
}

#[test]
fn npm_lock_files_are_whole() {
    for file in npm_locks() {
        is_whole(file);
    }
}

fn is_whole(file: &str) {
    let lock = json(file);
    let packages = lock["packages"].as_object().unwrap();
    let mut findings = Vec::new();
    for holder in packages.values() {
        for (name, version) in holder["optionalDependencies"].as_object().into_iter().flatten() {
            let exact = version
                .as_str()
                .is_some_and(|version| version.starts_with(|first: char| first.is_ascii_digit()));
            if exact && !packages.contains_key(&format!("node_modules/{name}")) {
                findings.push(name.clone());
            }
        }
    }
    none_of(&findings, &format!("`npm ci` will refuse {file} without these: run `cargo xtask lock`"));
}

#[test]
fn python_packages_are_named_with_their_version() {
    let file = "tests/agreement/requirements.txt";
    let findings: Vec<String> = text(file)
        .lines()
        .filter(|line| !line.is_empty() && !line.starts_with('#'))
        .filter(|line| {
            let (name, version) = line.split_once("==").unwrap_or((line, ""));
            let good = |text: &str| {
                !text.is_empty() && text.chars().all(|c| c.is_ascii_alphanumeric() || "._-".contains(c))
            };
            !good(name) || !good(version)
        })
        .map(str::to_owned)
        .collect();
    none_of(&findings, "every line is to be NAME==VERSION and nothing besides");
}
