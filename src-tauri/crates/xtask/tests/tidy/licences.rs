//! Everything that is linked or used to build is under a licence that deny.toml allows, and comes from one place.

use crate::locks::npm_locks;
use crate::tree::{json, metadata, none_of, text};
use serde_json::Value;
use spdx::{Expression, ParseMode};

/// Licences of npm packages beyond the list: of fonts, of data, of tools that are not shipped.
const NPM_BESIDES: &[&str] =
    &["OFL-1.1", "BSD-2-Clause", "0BSD", "BlueOak-1.0.0", "CC-BY-4.0", "CC0-1.0", "Python-2.0", "Unlicense"];

/// npm packages whose manifest names its licence in the way of old, which the lock file leaves out. Both are MIT.
const NAME_NONE: &[&str] = &["base-64", "uri-parser"];

fn deny() -> toml::Table {
    text("deny.toml").parse().unwrap()
}

fn strings<'a>(table: &'a toml::Table, keys: [&str; 2]) -> Vec<&'a str> {
    table[keys[0]][keys[1]].as_array().unwrap().iter().filter_map(toml::Value::as_str).collect()
}

fn outside() -> impl Iterator<Item = &'static Value> {
    metadata()["packages"].as_array().unwrap().iter().filter(|package| !package["source"].is_null())
}

/// Whether a licence expression can be met with these licences.
fn is_met(expression: &str, allowed: &[&str]) -> Result<bool, String> {
    let parsed = Expression::parse_mode(expression, ParseMode::LAX).map_err(|error| error.to_string())?;
    Ok(parsed.evaluate(|requirement| allowed.iter().any(|allowed| *allowed == requirement.to_string())))
}

#[test]
fn crates_are_under_allowed_licences() {
    let deny = deny();
    let allowed = strings(&deny, ["licenses", "allow"]);
    let mut findings = Vec::new();
    for package in outside() {
        let name = format!("{} {}", package["name"].as_str().unwrap(), package["version"].as_str().unwrap());
        match package["license"].as_str() {
            None => findings.push(format!("{name} names no licence")),
            Some(licence) => match is_met(licence, &allowed) {
                Ok(true) => {}
                Ok(false) => findings.push(format!("{name}: {licence}")),
                Err(error) => findings.push(format!("{name}: {error}")),
            },
        }
    }
    none_of(&findings, "not allowed by [licenses] in deny.toml");
}

#[test]
fn npm_packages_are_under_allowed_licences() {
    let deny = deny();
    let mut allowed = strings(&deny, ["licenses", "allow"]);
    allowed.extend(NPM_BESIDES);
    let mut findings = Vec::new();
    for file in npm_locks() {
        let lock = json(file);
        let packages = lock["packages"].as_object().unwrap();
        assert!(packages.len() > 20, "{file} lists its packages");
        for (path, package) in packages.iter().filter(|(path, _)| path.contains("node_modules/")) {
            match package["license"].as_str() {
                None if NAME_NONE.iter().any(|name| path.ends_with(&format!("node_modules/{name}"))) => {}
                None => findings.push(format!("{file}: {path} names no licence")),
                Some(licence) if is_met(licence, &allowed) != Ok(true) => {
                    findings.push(format!("{file}: {path}: {licence}"))
                }
                Some(_) => {}
            }
        }
    }
    none_of(&findings, "not allowed");
}

#[test]
fn crates_come_from_one_place_and_banned_ones_are_absent() {
    let deny = deny();
    let places = strings(&deny, ["sources", "allow-registry"]);
    let banned: Vec<&str> =
        deny["bans"]["deny"].as_array().unwrap().iter().filter_map(|one| one["crate"].as_str()).collect();
    assert!(!banned.is_empty());
    let mut findings = Vec::new();
    for package in outside() {
        let (name, source) = (package["name"].as_str().unwrap(), package["source"].as_str().unwrap());
        if !places.iter().any(|place| source == format!("registry+{place}")) {
            findings.push(format!("{name} comes from {source}"));
        }
        if banned.contains(&name) {
            findings.push(format!("{name} is banned"));
        }
    }
    none_of(&findings, "against [sources] or [bans] in deny.toml");
}

#[test]
fn licence_expressions_are_understood() {
    #[track_caller]
    fn check(expression: &str, expected: bool) {
        assert_eq!(
            is_met(expression, &["MIT", "Apache-2.0", "Apache-2.0 WITH LLVM-exception"]),
            Ok(expected),
            "{expression}"
        );
    }
    check("MIT", true);
    check("MIT OR GPL-3.0-only", true);
    check("MIT AND GPL-3.0-only", false);
    check("MIT/Apache-2.0", true);
    check("(GPL-3.0-only OR MIT) AND Apache-2.0", true);
    check("Apache-2.0 WITH LLVM-exception", true);
    check("GPL-2.0-only WITH Classpath-exception-2.0", false);
    assert!(is_met("no licence at all", &["MIT"]).is_err());
}
