//! A desktop of one test's own: an X server with a window manager, a session bus, an unlocked real keyring, and
//! a home that is thrown away.
//!
//! Nothing of the machine's own session is touched or seen: every program started on the stage gets its
//! environment, and ends with the stage. Tests run beside each other, each on its own.

use std::{
    fs,
    io::{BufRead as _, BufReader, Write as _},
    os::unix::fs::PermissionsExt as _,
    path::{Path, PathBuf},
    process::{Child, Command, Output, Stdio},
};
use tempfile::TempDir;

const PROGRAMS: [&str; 6] =
    ["Xvfb", "openbox", "dbus-daemon", "gnome-keyring-daemon", "secret-tool", "WebKitWebDriver"];
const SCREEN: &str = "1280x800x24";

/// A program that ends when this goes.
pub(crate) struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// The desktop of one test. Fields end in the order they stand in.
pub(crate) struct Stage {
    _window_manager: Running,
    _screen: Running,
    _bus: Running,
    display: String,
    bus_address: String,
    home: TempDir,
}

impl Stage {
    /// A fresh desktop; `None`, said aloud, where programs for it are missing and this is not a CI run.
    pub(crate) fn set() -> Option<Self> {
        let missing: Vec<&str> = PROGRAMS.into_iter().filter(|program| !is_installed(program)).collect();
        if !missing.is_empty() {
            assert!(std::env::var_os("CI").is_none(), "not installed: {}", missing.join(", "));
            println!(
                "the real window: {} not installed: skipped 1 (`cargo xtask setup` installs them)",
                missing.join(", ")
            );
            return None;
        }
        let home = tempfile::Builder::new().prefix("waybill-stage-").tempdir().expect("a home");
        let runtime = home.path().join("runtime");
        fs::create_dir(&runtime).expect("a runtime folder");
        fs::set_permissions(&runtime, fs::Permissions::from_mode(0o700)).expect("its mode");

        let (screen, number) = first_line(
            Command::new("Xvfb")
                .args(["-displayfd", "1", "-screen", "0", SCREEN, "-nolisten", "tcp", "-noreset"])
                .stderr(Stdio::null()),
        );
        let (bus, bus_address) = first_line(
            environment(
                Command::new("dbus-daemon").args(["--session", "--nofork", "--print-address=1"]),
                home.path(),
            )
            .stderr(Stdio::null()),
        );
        let display = format!(":{number}");
        let window_manager = Running(
            environment(&mut Command::new("openbox"), home.path())
                .env("DISPLAY", &display)
                .env("DBUS_SESSION_BUS_ADDRESS", &bus_address)
                .stdout(Stdio::null())
                .stderr(Stdio::null())
                .spawn()
                .expect("openbox starts"),
        );
        let stage =
            Self { _window_manager: window_manager, _screen: screen, _bus: bus, display, bus_address, home };
        stage.unlock_keyring();
        Some(stage)
    }

    /// The home folder of whatever runs here.
    pub(crate) fn home(&self) -> &Path {
        self.home.path()
    }

    /// A folder of this test alone, which does not exist yet.
    pub(crate) fn folder(&self, name: &str) -> PathBuf {
        self.home.path().join(name)
    }

    /// A program on this stage, not yet started.
    pub(crate) fn command(&self, program: impl AsRef<std::ffi::OsStr>) -> Command {
        let mut command = Command::new(program);
        environment(&mut command, self.home.path())
            .env("DISPLAY", &self.display)
            .env("DBUS_SESSION_BUS_ADDRESS", &self.bus_address)
            .env("WEBKIT_DISABLE_DMABUF_RENDERER", "1")
            .env("GDK_BACKEND", "x11");
        command
    }

    /// Starts a program that ends with what comes back.
    pub(crate) fn run_with(
        &self,
        program: &str,
        arguments: &[&str],
        environment: &[(&str, &str)],
    ) -> Running {
        let mut command = self.command(program);
        command.args(arguments).envs(environment.iter().copied()).stdin(Stdio::null());
        Running(command.spawn().unwrap_or_else(|error| panic!("{program} does not start: {error}")))
    }

    /// Runs a program to its end, with `input` on its standard input.
    pub(crate) fn output(&self, program: &str, arguments: &[&str], input: &str) -> Output {
        let mut command = self.command(program);
        command.args(arguments).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().unwrap_or_else(|error| panic!("{program} does not start: {error}"));
        child.stdin.take().expect("its input").write_all(input.as_bytes()).expect("its input is written");
        child.wait_with_output().expect("it ends")
    }

    /// The daemon goes on by itself and ends with the bus. It says nothing of a wrong password, so a secret goes
    /// in and comes out before any test relies on it.
    fn unlock_keyring(&self) {
        let started = self.output("gnome-keyring-daemon", &["--unlock", "--components=secrets"], "stage");
        assert!(started.status.success(), "the keyring does not start: {started:?}");
        let stored = self.output("secret-tool", &["store", "--label=stage", "stage", "probe"], "works");
        assert!(stored.status.success(), "the keyring takes no secret: {stored:?}");
        let found = self.output("secret-tool", &["lookup", "stage", "probe"], "");
        assert_eq!(String::from_utf8_lossy(&found.stdout).trim(), "works");
    }
}

/// Whether a program is on the search path.
pub(crate) fn is_installed(program: &str) -> bool {
    std::env::var_os("PATH")
        .is_some_and(|path| std::env::split_paths(&path).any(|folder| folder.join(program).is_file()))
}

/// Nothing of the caller's session but where programs are found.
fn environment<'a>(command: &'a mut Command, home: &Path) -> &'a mut Command {
    command
        .env_clear()
        .env("PATH", std::env::var_os("PATH").unwrap_or_default())
        .env("HOME", home)
        .env("XDG_RUNTIME_DIR", home.join("runtime"))
        .env("USER", "ada")
        .env("LANG", "C.UTF-8")
        .env("NO_AT_BRIDGE", "1")
}

/// Starts a program that says one line when it is ready.
fn first_line(command: &mut Command) -> (Running, String) {
    let mut child = command.stdin(Stdio::null()).stdout(Stdio::piped()).spawn().expect("it starts");
    let mut line = String::new();
    let said = BufReader::new(child.stdout.take().expect("its output")).read_line(&mut line);
    let running = Running(child);
    assert!(said.is_ok() && !line.trim().is_empty(), "{command:?} did not start");
    (running, line.trim().to_owned())
}
