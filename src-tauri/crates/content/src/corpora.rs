//! Finds the shared test data of other projects; without it a test says so and passes.

use base64::Engine;
use std::path::PathBuf;

/// The folder `name` among the corpora, if it is there.
pub(crate) fn folder(name: &str) -> Option<PathBuf> {
    let shared = std::env::var_os("WAYBILL_SHARED")
        .map_or_else(|| PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../../../shared"), PathBuf::from);
    let folder = shared.join("corpora").join(name);
    folder.is_dir().then_some(folder)
}

/// Strings that break software; empty when the corpus is absent.
pub(crate) fn naughty_strings() -> Vec<Vec<u8>> {
    let Some(folder) = folder("naughty-strings") else {
        println!("corpora/naughty-strings not present: skipped 515");
        return Vec::new();
    };
    let text = std::fs::read_to_string(folder.join("blns.base64.json")).unwrap();
    let strings: Vec<String> = serde_json::from_str(&text).unwrap();
    strings.iter().map(|s| base64::engine::general_purpose::STANDARD.decode(s).unwrap()).collect()
}
