//! The processes that the libraries run in: one question a line, one answer a line, in order.

use serde_json::Value;
use std::ffi::OsStr;
use std::io::{BufRead as _, BufReader, Write as _};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};

/// A library under one scheme.
#[derive(Clone, Debug)]
pub(crate) struct Library {
    pub(crate) name: String,
    pub(crate) scheme: String,
    pub(crate) version: String,
    /// Its own code makes signatures; else the script beside it does, for it to accept.
    pub(crate) signs_itself: bool,
}

/// What a process says to a question.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Answer {
    Headers(Vec<(String, String)>),
    Valid(bool),
    Error(String),
}

/// A running process.
pub(crate) struct Door {
    pub(crate) language: &'static str,
    pub(crate) libraries: Vec<Library>,
    /// What is not installed, and why.
    pub(crate) absent: Vec<String>,
    process: Child,
    lines: std::io::Lines<BufReader<std::process::ChildStdout>>,
}

/// The top of the project, and this folder.
fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../..")
}

impl Door {
    /// The npm libraries.
    pub(crate) fn node() -> Result<Self, String> {
        Self::open("npm", OsStr::new("node"), "libraries.mjs")
    }

    /// The PyPI libraries, in the environment that the set-up made.
    pub(crate) fn python() -> Result<Self, String> {
        let venv = root().join("target/agreement/venv");
        let python = venv.join(if cfg!(windows) { "Scripts/python.exe" } else { "bin/python" });
        if !python.exists() {
            return Err("PyPI: not set up (`cargo xtask test libraries`)".to_owned());
        }
        Self::open("PyPI", python.as_os_str(), "libraries.py")
    }

    fn open(language: &'static str, program: &OsStr, script: &str) -> Result<Self, String> {
        let folder = root().join("tests/agreement");
        let mut process = Command::new(program)
            .arg(folder.join(script))
            .current_dir(&folder)
            .env("PYTHONDONTWRITEBYTECODE", "1")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .map_err(|error| format!("{language}: {} can't be started: {error}", program.display()))?;
        let mut lines = BufReader::new(process.stdout.take().unwrap()).lines();
        let hello = lines.next().and_then(Result::ok).unwrap_or_default();
        let hello: Value = serde_json::from_str(&hello)
            .map_err(|error| format!("{language}: {script} does not start: {error}"))?;
        let (mut libraries, mut absent) = (Vec::new(), Vec::new());
        for one in hello["libraries"].as_array().unwrap() {
            let text = |key: &str| one[key].as_str().unwrap_or_default().to_owned();
            if one["absent"].is_null() {
                let (name, scheme, version) = (text("library"), text("scheme"), text("version"));
                libraries.push(Library { name, scheme, version, signs_itself: one["signs"] == "own" });
            } else {
                absent.push(format!("{language}: {}: {}", text("library"), text("absent")));
            }
        }
        Ok(Self { language, libraries, absent, process, lines })
    }

    /// Puts all questions and closes the door.
    pub(crate) fn ask(mut self, questions: &[Value]) -> Vec<Answer> {
        let text: String = questions.iter().map(|question| format!("{question}\n")).collect();
        let mut input = self.process.stdin.take().unwrap();
        // Answers are read while questions are written: either pipe holds only so much.
        let writer = std::thread::spawn(move || input.write_all(text.as_bytes()));
        let answers = self.lines.by_ref().map(|line| answer(&line.unwrap())).collect();
        writer.join().unwrap().unwrap();
        self.process.wait().unwrap();
        answers
    }
}

impl Drop for Door {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// A second process of a language that has answered already.
pub(crate) fn again(language: &str) -> Door {
    let door = if language == "npm" { Door::node() } else { Door::python() };
    door.unwrap_or_else(|why| panic!("{why}"))
}

fn answer(line: &str) -> Answer {
    let value: Value = serde_json::from_str(line).unwrap_or_else(|error| panic!("{error}: {line}"));
    if let Some(valid) = value["valid"].as_bool() {
        return Answer::Valid(valid);
    }
    match value["headers"].as_object() {
        Some(headers) => Answer::Headers(
            headers.iter().map(|(name, value)| (name.clone(), value.as_str().unwrap().to_owned())).collect(),
        ),
        None => Answer::Error(value["error"].as_str().unwrap_or(line).to_owned()),
    }
}
