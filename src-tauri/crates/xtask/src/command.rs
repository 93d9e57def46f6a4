//! Starting other programs, and finding this project.

use anyhow::{Context as _, Result, bail};
use std::{
    ffi::{OsStr, OsString},
    path::{Path, PathBuf},
    process::{Command, ExitCode, Stdio},
};

/// The top of the project.
pub(crate) fn root() -> PathBuf {
    // This package stands three folders below the top, wherever the whole project was moved to since.
    let own = std::env::var_os("CARGO_MANIFEST_DIR").unwrap_or_else(|| env!("CARGO_MANIFEST_DIR").into());
    Path::new(&own).ancestors().nth(3).map_or_else(|| PathBuf::from("."), Path::to_path_buf)
}

/// A cargo command, with the cargo that started this.
pub(crate) fn cargo(word: &str) -> Run {
    Run::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into())).args(&[word])
}

/// An npm script or command of the window.
pub(crate) fn npm() -> Run {
    Run::new(if cfg!(windows) { "npm.cmd" } else { "npm" }).folder("ui")
}

/// A program to be started at the top of the project.
pub(crate) struct Run {
    command: Command,
}

impl Run {
    /// The program, with nothing given to it yet.
    pub(crate) fn new(program: impl AsRef<OsStr>) -> Self {
        let mut command = Command::new(program);
        command.current_dir(root());
        Self { command }
    }

    /// Gives it more arguments.
    pub(crate) fn args<T: AsRef<OsStr>>(mut self, arguments: &[T]) -> Self {
        self.command.args(arguments);
        self
    }

    /// Starts it in a folder of the project.
    pub(crate) fn folder(mut self, below_root: &str) -> Self {
        self.command.current_dir(root().join(below_root));
        self
    }

    /// Sets a variable of its environment.
    pub(crate) fn env(mut self, name: &str, value: impl AsRef<OsStr>) -> Self {
        self.command.env(name, value);
        self
    }

    /// As a person would type it.
    pub(crate) fn words(&self) -> String {
        let program = Path::new(self.command.get_program());
        let mut words =
            vec![program.file_stem().unwrap_or(program.as_os_str()).to_string_lossy().into_owned()];
        words.extend(self.command.get_args().map(|argument| argument.to_string_lossy().into_owned()));
        words.join(" ")
    }

    /// Runs it to its end; what it prints is seen.
    ///
    /// # Errors
    /// It could not be started, or ended with another status than 0.
    pub(crate) fn run(mut self) -> Result<()> {
        let words = self.words();
        let status = self.command.status().with_context(|| format!("`{words}` can't be started"))?;
        if !status.success() {
            bail!("`{words}` failed ({status})");
        }
        Ok(())
    }

    /// Runs it to its end, and ends with its status.
    pub(crate) fn replace(mut self) -> Result<ExitCode> {
        let words = self.words();
        let status = self.command.status().with_context(|| format!("`{words}` can't be started"))?;
        let code = status.code().and_then(|code| u8::try_from(code).ok());
        Ok(code.map_or(ExitCode::FAILURE, ExitCode::from))
    }

    /// What it prints, when it ends well; nothing is seen.
    pub(crate) fn output(mut self) -> Option<String> {
        let output = self.command.stdin(Stdio::null()).stderr(Stdio::null()).output().ok()?;
        output.status.success().then(|| String::from_utf8_lossy(&output.stdout).trim().to_owned())
    }
}

/// Where a program is on the search path.
pub(crate) fn find(program: &str) -> Option<PathBuf> {
    let path: OsString = std::env::var_os("PATH")?;
    std::env::split_paths(&path).map(|folder| folder.join(program)).find(|file| file.is_file())
}
