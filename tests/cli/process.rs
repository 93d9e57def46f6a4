//! Runs `waybill` in a data folder of its own.

use serde_json::Value;
use std::ffi::OsStr;
use std::io::{BufRead, BufReader, Write};
use std::process::{Child, ChildStdout, Command, Stdio};
use tempfile::TempDir;

pub(crate) struct Data(pub(crate) TempDir);

/// What a command said and how it ended.
#[derive(Debug)]
pub(crate) struct Said {
    pub(crate) status: i32,
    pub(crate) out: String,
    pub(crate) err: String,
}

impl Said {
    /// Standard output as one JSON document.
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.out).unwrap_or_else(|error| panic!("{error}: {self:?}"))
    }

    /// Standard output as one JSON document a line.
    pub(crate) fn lines(&self) -> Vec<Value> {
        self.out
            .lines()
            .map(|line| serde_json::from_str(line).unwrap_or_else(|error| panic!("{error}: {line}")))
            .collect()
    }

    /// The code of the error on standard error.
    pub(crate) fn code(&self) -> String {
        let last = self.err.lines().last().unwrap_or_default();
        let error: Value = serde_json::from_str(last).unwrap_or_else(|error| panic!("{error}: {self:?}"));
        assert!(error["error"]["message"].as_str().is_some_and(|message| !message.is_empty()), "{self:?}");
        error["error"]["code"].as_str().unwrap_or_default().to_owned()
    }

    /// The same, when it ended as it should.
    pub(crate) fn ended(self, status: i32) -> Self {
        assert_eq!(self.status, status, "{self:?}");
        self
    }
}

impl Data {
    pub(crate) fn new() -> Self {
        Self(TempDir::new().unwrap())
    }

    pub(crate) fn command<S: AsRef<OsStr>>(&self, args: impl IntoIterator<Item = S>) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_waybill"));
        command
            .args(args)
            .env("WAYBILL_DATA_DIR", self.0.path())
            .env("WAYBILL_VAULT", "file")
            .env("WAYBILL_VAULT_PASSPHRASE", "correct horse")
            .env("WAYBILL_TEST_WORK_FACTOR", "1")
            .env("SECRET", "whsec_current")
            .env("OTHER", "whsec_other")
            .env("EMPTY", "")
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        command
    }

    pub(crate) fn run(&self, args: &[&str]) -> Said {
        self.run_with(args, b"", &[])
    }

    pub(crate) fn run_with(&self, args: &[&str], input: &[u8], variables: &[(&str, &str)]) -> Said {
        let mut command = self.command(args);
        command.stdin(Stdio::piped()).envs(variables.iter().copied());
        let mut child = command.spawn().unwrap();
        // A command that does not read may be gone already.
        let _ = child.stdin.take().unwrap().write_all(input);
        let output = child.wait_with_output().unwrap();
        Said {
            status: output.status.code().unwrap_or(-1),
            out: String::from_utf8_lossy(&output.stdout).into_owned(),
            err: String::from_utf8_lossy(&output.stderr).into_owned(),
        }
    }

    /// Starts `waybill listen --port 0 --json` and waits until it listens.
    pub(crate) fn listen(&self, more: &[&str]) -> Listening {
        self.listen_with(more, &[])
    }

    /// The same, with these variables.
    pub(crate) fn listen_with(&self, more: &[&str], variables: &[(&str, &str)]) -> Listening {
        let args: Vec<&str> = ["listen", "--port", "0", "--json"].iter().chain(more).copied().collect();
        let (mut listening, first) = self.follow(&args, variables);
        first["listening"].as_str().unwrap_or_else(|| panic!("{first}")).clone_into(&mut listening.address);
        listening
    }

    /// Starts a command that tells of deliveries, and waits for its first line.
    pub(crate) fn follow(&self, args: &[&str], variables: &[(&str, &str)]) -> (Listening, Value) {
        let mut child = self.command(args).envs(variables.iter().copied()).spawn().unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap());
        let first = read_line(&mut lines);
        (Listening { child, lines, address: String::new() }, first)
    }
}

fn read_line(lines: &mut BufReader<ChildStdout>) -> Value {
    let mut line = String::new();
    lines.read_line(&mut line).unwrap();
    serde_json::from_str(&line).unwrap_or_else(|error| panic!("{error}: {line:?}"))
}

/// A running capture server, or another command that tells of deliveries; ended when dropped.
pub(crate) struct Listening {
    child: Child,
    lines: BufReader<ChildStdout>,
    /// Where a capture server listens.
    pub(crate) address: String,
}

impl Listening {
    /// The next delivery it tells of.
    pub(crate) fn next(&mut self) -> Value {
        read_line(&mut self.lines)
    }

    /// Asks it to end as Ctrl-C does, and tells its exit status.
    #[cfg(unix)]
    pub(crate) fn interrupt(self) -> i32 {
        self.interrupted().0
    }

    /// The same, with what it said besides.
    #[cfg(unix)]
    pub(crate) fn interrupted(mut self) -> (i32, String) {
        use std::io::Read;
        let pid = self.child.id().to_string();
        assert!(Command::new("kill").args(["-INT", &pid]).status().unwrap().success());
        let mut said = String::new();
        self.child.stderr.take().unwrap().read_to_string(&mut said).unwrap();
        (self.child.wait().unwrap().code().unwrap_or(-1), said)
    }
}

impl Drop for Listening {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Sends a POST and tells the answered status.
pub(crate) fn post(address: &str, path: &str, headers: &[(String, String)], body: &[u8]) -> u16 {
    use std::io::Read;
    let mut stream = std::net::TcpStream::connect(address.trim_start_matches("http://")).unwrap();
    let mut head =
        format!("POST {path} HTTP/1.1\r\nHost: t\r\nConnection: close\r\nContent-Length: {}\r\n", body.len());
    for (name, value) in headers {
        head.push_str(&format!("{name}: {value}\r\n"));
    }
    head.push_str("\r\n");
    stream.write_all(&[head.as_bytes(), body].concat()).unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    answer.split(' ').nth(1).unwrap().parse().unwrap()
}
