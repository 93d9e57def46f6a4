//! Files stay short enough to be read at once, and say at their head what they are for.

use crate::tree::{files_of, none_of, text};

const MOST_LINES: usize = 500;
/// A file over the limit says so, with its reason, in one of its first lines.
const REASON: &str = "Longer than 500 lines because ";

#[test]
fn no_file_is_too_long_without_a_reason() {
    let mut findings = Vec::new();
    let code = ["rs", "ts", "tsx", "css", "js", "mjs", "sh", "sql"];
    for file in files_of(&["src-tauri/", "ui/", "tests/", "fuzz/"], &code)
        .filter(|file| !file.contains("/generated/"))
    {
        let source = text(file);
        let lines = source.lines().count();
        if lines > MOST_LINES && !source.lines().take(30).any(|line| line.contains(REASON)) {
            findings.push(format!("{file}: {lines}"));
        }
    }
    none_of(
        &findings,
        "over 500 lines: split it, or say in its head why it is \"Longer than 500 lines because …\"",
    );
}

#[test]
fn every_rust_file_says_what_it_is_for() {
    let findings: Vec<String> = files_of(&["src-tauri/", "tests/", "fuzz/"], &["rs"])
        .filter(|file| !text(file).lines().next().is_some_and(|line| line.starts_with("//!")))
        .map(str::to_owned)
        .collect();
    none_of(&findings, "the first line is to be a //! that says what the file is for");
}

#[test]
fn nothing_is_left_undone_in_passing() {
    // Put together here, so that this file does not find itself.
    let marks = [["TO", "DO"], ["FIX", "ME"], ["XX", "X:"], ["debug", "ger;"], ["console", ".log("]]
        .map(|halves| halves.concat());
    let mut findings = Vec::new();
    for file in files_of(&["src-tauri/", "ui/src/", "tests/"], &["rs", "ts", "tsx"]) {
        for (number, line) in text(file).lines().enumerate() {
            if let Some(mark) = marks.iter().find(|mark| line.contains(mark.as_str())) {
                findings.push(format!("{file}:{}: {mark}", number + 1));
            }
        }
    }
    none_of(&findings, "do it, or write down elsewhere what is left");
}
