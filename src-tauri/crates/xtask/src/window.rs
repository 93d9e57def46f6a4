//! The window's own building: npm packages and the two builds, each only when something it is made of changed.

use crate::{
    command::{Run, npm, root},
    stamp::{Stamp, fingerprint},
};
use anyhow::{Context as _, Result, bail};
use std::path::Path;

/// What Vite asks for.
const NODE: (u32, u32) = (20, 19);
/// Folders of `ui/` that no build is made from.
const NOT_SOURCES: &[&str] =
    &["node_modules", "dist", "dist-bridge", "e2e", "test-results", "playwright-report"];

/// One of the builds.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Build {
    script: &'static str,
    folder: &'static str,
}

/// The window as it is shipped.
pub(crate) const SHIPPED: Build = Build { script: "build", folder: "dist" };
/// The same over the bridge, for a real browser.
pub(crate) const BRIDGE: Build = Build { script: "build:bridge", folder: "dist-bridge" };

/// Makes sure of Node and of the packages in the lock file.
///
/// # Errors
/// Node is absent or too old, or the packages can't be installed.
pub(crate) fn packages() -> Result<()> {
    let node = Run::new("node").args(&["--version"]).output();
    let Some(version) = node.as_deref().and_then(version) else {
        bail!("Node {}.{} or newer is needed and was not found; see https://nodejs.org", NODE.0, NODE.1);
    };
    if version < NODE {
        bail!("Node {}.{} or newer is needed; this is {}.{}", NODE.0, NODE.1, version.0, version.1);
    }
    let ui = root().join("ui");
    let now = fingerprint(&[&ui.join("package.json"), &ui.join("package-lock.json")], &[]);
    let stamp = Stamp::of("npm");
    // npm writes this file last.
    if stamp.holds(now) && ui.join("node_modules/.package-lock.json").exists() {
        return Ok(());
    }
    println!("── npm packages");
    npm().args(&["ci", "--ignore-scripts", "--no-audit", "--no-fund"]).run()?;
    stamp.set(now)
}

/// Makes sure that a build is there and new.
///
/// # Errors
/// It can't be built.
pub(crate) fn build(build: Build) -> Result<()> {
    let ui = root().join("ui");
    let page = ui.join(build.folder).join("index.html");
    let sources = fingerprint(&[&ui], NOT_SOURCES);
    let now = || both(sources, &page);
    let stamp = Stamp::of(build.folder);
    if page.exists() && stamp.holds(now()) {
        return Ok(());
    }
    println!("── npm run {}", build.script);
    npm().args(&["run", "--silent", build.script]).run()?;
    if !page.exists() {
        bail!("`npm run {}` made no {}", build.script, page.display());
    }
    stamp.set(now()).context("the window is built, but that was not remembered")
}

/// A page that was put there by something else since is not the one that was built.
fn both(sources: u64, page: &Path) -> u64 {
    sources ^ fingerprint(&[page], &[]).rotate_left(1)
}

fn version(text: &str) -> Option<(u32, u32)> {
    let mut numbers = text.trim().trim_start_matches('v').split('.');
    Some((numbers.next()?.parse().ok()?, numbers.next()?.parse().ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_compared_as_numbers() {
        for (text, expected) in
            [("v20.20.2", Some((20, 20))), ("v9.0.0", Some((9, 0))), ("24.1.0\n", Some((24, 1)))]
        {
            assert_eq!(version(text), expected);
        }
        for text in ["", "v20", "x.y"] {
            assert_eq!(version(text), None);
        }
        assert!(version("v9.99.0") < Some(NODE));
        assert!(version("v20.9.0") < Some(NODE));
        assert!(version("v22.0.0") > Some(NODE));
    }
}
