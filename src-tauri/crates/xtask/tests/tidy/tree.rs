//! The tree under test: its files, as version control lists them, and what cargo knows of its packages.

use serde_json::Value;
use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
    sync::LazyLock,
};

/// The top of the project.
pub(crate) fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).ancestors().nth(3).unwrap()
}

/// The text of a file of the project.
pub(crate) fn text(path: &str) -> String {
    fs::read_to_string(root().join(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

/// A JSON file of the project.
pub(crate) fn json(path: &str) -> Value {
    serde_json::from_str(&text(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

/// Every source file: tracked, or new and not ignored; paths from the top, with `/`.
pub(crate) fn files() -> &'static [String] {
    static FILES: LazyLock<Vec<String>> = LazyLock::new(|| {
        let output = Command::new("git")
            .args(["ls-files", "-z", "--cached", "--others", "--exclude-standard"])
            .current_dir(root())
            .output()
            .expect("git lists the files");
        let listed = String::from_utf8(output.stdout).unwrap();
        let all: Vec<String> = if output.status.success() {
            listed.split('\0').filter(|name| !name.is_empty()).map(str::to_owned).collect()
        } else {
            // An unpacked archive has no version control.
            let mut found = Vec::new();
            walk(root(), &mut found);
            found
        };
        let all: Vec<String> = all.into_iter().filter(|name| root().join(name).is_file()).collect();
        assert!(all.len() > 50, "only {} files were found", all.len());
        all
    });
    &FILES
}

/// Source files with one of these endings under one of these folders.
pub(crate) fn files_of<'a>(
    folders: &'a [&str],
    endings: &'a [&str],
) -> impl Iterator<Item = &'static str> + 'a {
    files().iter().map(String::as_str).filter(move |name| {
        folders.iter().any(|folder| name.starts_with(folder))
            && endings.iter().any(|ending| Path::new(name).extension().is_some_and(|own| own == *ending))
    })
}

/// Whether a Rust file is compiled for tests only: its module stands after `#[cfg(test)]` where it is declared.
pub(crate) fn is_for_tests_only(file: &str) -> bool {
    static MODULES: LazyLock<Vec<String>> = LazyLock::new(|| {
        let mut found = Vec::new();
        for file in files_of(&["src-tauri/"], &["rs"]) {
            let source = text(file);
            let mut lines = source.lines().map(str::trim);
            while lines.by_ref().any(|line| line == "#[cfg(test)]") {
                let declared = lines.next().and_then(|line| line.rsplit_once("mod ")?.1.strip_suffix(';'));
                let folder = file.strip_suffix(".rs").unwrap_or(file);
                let folder = ["/lib", "/main", "/mod"]
                    .iter()
                    .find_map(|end| folder.strip_suffix(end))
                    .unwrap_or(folder);
                found.extend(declared.map(|name| format!("{folder}/{name}")));
            }
        }
        found
    });
    MODULES.iter().any(|module| {
        file.strip_prefix(module.as_str()).is_some_and(|rest| rest == ".rs" || rest.starts_with('/'))
    })
}

/// What cargo knows of every package, of all platforms, from the lock file.
pub(crate) fn metadata() -> &'static Value {
    static METADATA: LazyLock<Value> = LazyLock::new(|| {
        let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
        let output = Command::new(cargo)
            .args(["metadata", "--format-version=1", "--locked"])
            .current_dir(root())
            .output()
            .expect("cargo tells of its packages");
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        serde_json::from_slice(&output.stdout).unwrap()
    });
    &METADATA
}

/// Fails with every finding at once.
#[track_caller]
pub(crate) fn none_of(findings: &[String], rule: &str) {
    assert!(findings.is_empty(), "{rule}\n  {}", findings.join("\n  "));
}

fn walk(folder: &Path, found: &mut Vec<String>) {
    const NOT_SOURCES: [&str; 6] = [".git", "target", "node_modules", "dist", "dist-bridge", "gen"];
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        let path: PathBuf = entry.path();
        if NOT_SOURCES.iter().any(|name| entry.file_name() == *name) {
            continue;
        }
        if path.is_dir() {
            walk(&path, found);
        } else if let Ok(name) = path.strip_prefix(root()) {
            found.push(name.to_string_lossy().replace('\\', "/"));
        }
    }
}
