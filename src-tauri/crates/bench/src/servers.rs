//! The two servers, as child processes that end with their owner.

use anyhow::{Context as _, Result, bail};
use serde_json::Value;
use std::io::{BufRead as _, BufReader, Read};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc;
use std::time::Duration;

/// How long a server may take until it listens, and a command until it has ended.
const PATIENCE: Duration = Duration::from_secs(60);

/// Guards nothing: the folder it is for is deleted at once.
pub(crate) const PASSPHRASE: &str = "a passphrase that only this measurement uses";

/// The inbox that deliveries are sent to.
pub(crate) const INBOX: &str = "bench";

/// A server that runs. Dropped, it is killed.
#[derive(Debug)]
pub(crate) struct Server {
    child: Child,
    pub(crate) address: SocketAddr,
}

impl Server {
    pub(crate) fn processor(&self) -> Processor {
        Processor(self.child.id())
    }

    /// The most memory it has held, in MiB, where the system says.
    pub(crate) fn peak_mib(&self) -> Option<f64> {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.child.id())).ok()?;
        let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
        line.trim().strip_suffix(" kB")?.trim().parse::<f64>().ok().map(|kib| kib / 1024.0)
    }

    /// Ends it without a word of warning, as a crash would.
    pub(crate) fn kill(mut self) -> Result<()> {
        self.child.kill()?;
        self.child.wait()?;
        Ok(())
    }

    fn start(mut command: Command) -> Result<Self> {
        let mut child = command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .with_context(|| format!("{} can't be started", command.get_program().to_string_lossy()))?;
        let output = child.stdout.take();
        // From here on it is ended when something goes wrong.
        let mut server = Self { child, address: ([0, 0, 0, 0], 0).into() };
        let (tell, told) = mpsc::channel();
        std::thread::spawn(move || {
            let Some(output) = output else { return };
            let mut output = BufReader::with_capacity(256 * 1024, output);
            let mut line = String::new();
            let _ = output.read_line(&mut line);
            let _ = tell.send(line);
            discard(output);
        });
        let line = told.recv_timeout(PATIENCE).context("the server did not say where it listens")?;
        server.address = listening(&line)?;
        Ok(server)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Reads what a server writes, as whoever watches it would, and lets it go.
fn discard(mut output: impl Read) {
    let mut buffer = vec![0; 256 * 1024];
    while output.read(&mut buffer).is_ok_and(|read| read > 0) {}
}

fn listening(line: &str) -> Result<SocketAddr> {
    let value: Value = serde_json::from_str(line).with_context(|| format!("not understood: {line:?}"))?;
    let url = value["listening"].as_str().with_context(|| format!("no address in {line:?}"))?;
    Ok(url.trim_start_matches("http://").parse()?)
}

/// Processor time of a process.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Processor(u32);

impl Processor {
    /// Seconds used so far, its own and the system's for it, where the system says (Linux, to 10 ms).
    pub(crate) fn used(self) -> Option<f64> {
        let stat = std::fs::read_to_string(format!("/proc/{}/stat", self.0)).ok()?;
        used(&stat)
    }
}

/// proc_pid_stat(5): fields 14 and 15, in hundredths of a second. The second field may hold anything.
fn used(stat: &str) -> Option<f64> {
    let mut fields = stat.rsplit_once(')')?.1.split_whitespace().skip(11);
    let user: f64 = fields.next()?.parse().ok()?;
    let system: f64 = fields.next()?.parse().ok()?;
    Some((user + system) / 100.0)
}

/// How the product runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Shape {
    /// Its engine alone, as in the window.
    Engine,
    /// `waybill listen --json`, which writes each delivery out.
    Listen,
}

/// The programs that are measured.
#[derive(Clone, Debug)]
pub(crate) struct Programs {
    own: PathBuf,
    waybill: PathBuf,
    raw_commit: PathBuf,
}

impl Programs {
    /// Finds them beside this one, where one build has put them all.
    pub(crate) fn find() -> Result<Self> {
        let own = std::env::current_exe()?;
        let folder = own.parent().context("this program has no folder")?;
        let program = |name: &str| {
            let path = folder.join(format!("{name}{}", std::env::consts::EXE_SUFFIX));
            if !path.is_file() {
                bail!("{} is missing: `cargo xtask bench capture` builds it", path.display());
            }
            Ok(path)
        };
        Ok(Self { waybill: program("waybill")?, raw_commit: program("examples/raw_commit")?, own })
    }

    /// The folder of the build that this program is part of.
    pub(crate) fn target(&self) -> PathBuf {
        self.own.ancestors().nth(2).map_or_else(|| PathBuf::from("target"), Path::to_path_buf)
    }

    /// Starts the bare server.
    pub(crate) fn bare(&self) -> Result<Server> {
        let mut command = Command::new(&self.own);
        command.arg("bare");
        Server::start(command)
    }

    /// Makes the inbox in an empty data folder and starts the product on it.
    pub(crate) fn product(&self, folder: &Path, shape: Shape) -> Result<Server> {
        self.ask(
            folder,
            &["inbox", "add", INBOX, "--scheme", "github-sha256", "--secret-env", "BENCH_SECRET"],
        )?;
        let command = match shape {
            Shape::Engine => {
                let mut command = Command::new(&self.own);
                command.arg("host").arg(folder);
                command
            }
            Shape::Listen => {
                let mut command = self.waybill(folder);
                command.args(["listen", "--port", "0"]);
                command
            }
        };
        Server::start(command)
    }

    /// Runs a command of the product to its end.
    pub(crate) fn ask(&self, folder: &Path, words: &[&str]) -> Result<Value> {
        let output =
            self.waybill(folder).args(words).env("BENCH_SECRET", crate::deliveries::SECRET).output()?;
        if !output.status.success() {
            bail!("`waybill {}` failed: {}", words.join(" "), String::from_utf8_lossy(&output.stderr).trim());
        }
        Ok(serde_json::from_slice(&output.stdout)?)
    }

    /// One line of JSON from the program that only commits rows.
    pub(crate) fn raw_commits(&self, folder: &Path, time: Duration) -> Result<Value> {
        let seconds = time.as_secs_f64().to_string();
        let output = Command::new(&self.raw_commit).arg(folder).arg(seconds).output()?;
        if !output.status.success() {
            bail!("raw_commit failed: {}", String::from_utf8_lossy(&output.stderr).trim());
        }
        Ok(serde_json::from_slice(&output.stdout)?)
    }

    fn waybill(&self, folder: &Path) -> Command {
        let mut command = Command::new(&self.waybill);
        for (name, _) in std::env::vars_os() {
            if name.to_string_lossy().starts_with("WAYBILL_") {
                command.env_remove(name);
            }
        }
        command
            .arg("--data-dir")
            .arg(folder)
            .args(["--vault", "file", "--json"])
            .env("WAYBILL_VAULT_PASSPHRASE", PASSPHRASE)
            .stdin(Stdio::null());
        command
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn processor_time_is_read_past_any_name() {
        let check = |stat: &str, expected: Option<f64>| assert_eq!(used(stat), expected, "{stat:?}");
        check("1 (a) S 1 1 1 0 -1 0 10 11 12 13 150 50 7 7 20 0 1 0 5", Some(2.0));
        check("1 (a) b) c) S 1 1 1 0 -1 0 10 11 12 13 0 1 7 7 20 0 1 0 5", Some(0.01));
        check("1 (a) S 1", None);
        check("", None);
    }

    #[test]
    fn addresses_are_read() {
        let check = |line: &str, expected: Option<&str>| {
            assert_eq!(
                listening(line).ok().map(|address| address.to_string()).as_deref(),
                expected,
                "{line}"
            );
        };
        check("{\"listening\":\"http://127.0.0.1:4400\"}\n", Some("127.0.0.1:4400"));
        check("{\"listening\":\"\"}", None);
        check("Listening", None);
    }
}
