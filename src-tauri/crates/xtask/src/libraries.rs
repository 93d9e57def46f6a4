//! The official webhook libraries that `tests/agreement` asks: npm packages beside it, PyPI packages in an
//! environment of their own under `target`. Installed once for each state of their lock files.

use crate::{
    command::{Run, find, root},
    stamp::{Stamp, fingerprint},
};
use anyhow::{Result, bail};
use std::path::PathBuf;

const FOLDER: &str = "tests/agreement";

/// Makes sure of the libraries. Without `CI` a failure is told and no more: the test that wants them says what it
/// skips, and everything else goes on.
///
/// # Errors
/// With `CI` set: Node or Python is absent, or a package can't be installed.
pub(crate) fn packages() -> Result<()> {
    for (what, install) in [("npm", npm as fn() -> Result<()>), ("PyPI", pypi)] {
        match install() {
            Err(error) if std::env::var_os("CI").is_none() => {
                println!("{error:#}");
                println!("the libraries from {what} are not set up: their part of the test will be skipped");
            }
            result => result?,
        }
    }
    Ok(())
}

fn npm() -> Result<()> {
    let folder = root().join(FOLDER);
    let now = fingerprint(&[&folder.join("package.json"), &folder.join("package-lock.json")], &[]);
    let stamp = Stamp::of("agreement-npm");
    // npm writes this file last.
    if stamp.holds(now) && folder.join("node_modules/.package-lock.json").exists() {
        return Ok(());
    }
    println!("── npm packages of {FOLDER}");
    Run::new(if cfg!(windows) { "npm.cmd" } else { "npm" })
        .folder(FOLDER)
        .args(&["ci", "--ignore-scripts", "--no-audit", "--no-fund"])
        .run()?;
    stamp.set(now)
}

fn pypi() -> Result<()> {
    let list = root().join(FOLDER).join("requirements.txt");
    let venv = root().join("target/agreement/venv");
    let program = python(&venv);
    let now = fingerprint(&[&list], &[]);
    let stamp = Stamp::of("agreement-pypi");
    if stamp.holds(now) && program.exists() {
        return Ok(());
    }
    println!("── PyPI packages of {FOLDER}");
    let Some(system) = ["python3", "python"].into_iter().find_map(find) else {
        bail!("Python 3.9 or newer is needed and was not found");
    };
    // Anew each time: what another list has left behind would be there as well.
    Run::new(system).args(&["-m", "venv", "--clear"]).args(&[&venv]).run()?;
    Run::new(program)
        .args(&[
            "-m",
            "pip",
            "install",
            "--quiet",
            "--disable-pip-version-check",
            "--no-deps",
            "--requirement",
        ])
        .args(&[&list])
        .run()?;
    stamp.set(now)
}

fn python(venv: &std::path::Path) -> PathBuf {
    venv.join(if cfg!(windows) { "Scripts/python.exe" } else { "bin/python" })
}
