//! What was done already, so that it is not done again.
//!
//! A stamp is a small file in `target/xtask` that holds the fingerprint of everything a step was made from, and
//! of what it made. It is written after the step has succeeded. Fingerprints are only ever compared on the
//! machine and with the toolchain that made them; a changed one costs a step, never a wrong result.

use crate::command::root;
use anyhow::{Context as _, Result};
use std::{
    fs,
    hash::{DefaultHasher, Hash as _, Hasher as _},
    path::{Path, PathBuf},
};

/// Remembers one step.
pub(crate) struct Stamp {
    file: PathBuf,
}

impl Stamp {
    /// The stamp of the step `name`.
    pub(crate) fn of(name: &str) -> Self {
        Self { file: root().join("target/xtask").join(name) }
    }

    /// Whether the step was done from and to exactly this.
    pub(crate) fn holds(&self, fingerprint: u64) -> bool {
        fs::read_to_string(&self.file).is_ok_and(|text| text == format!("{fingerprint:016x}"))
    }

    /// Keeps that the step is done.
    ///
    /// # Errors
    /// The file can't be written.
    pub(crate) fn set(&self, fingerprint: u64) -> Result<()> {
        if let Some(folder) = self.file.parent() {
            fs::create_dir_all(folder).with_context(|| format!("{} can't be made", folder.display()))?;
        }
        fs::write(&self.file, format!("{fingerprint:016x}"))
            .with_context(|| format!("{} can't be written", self.file.display()))
    }
}

/// The fingerprint of files and folders: names and contents. A name that is not there counts as absent; what is
/// called as one of `without` is passed over, at any depth, and so is what begins with a dot.
pub(crate) fn fingerprint(paths: &[&Path], without: &[&str]) -> u64 {
    let mut hasher = DefaultHasher::new();
    for path in paths {
        add(&mut hasher, path, without);
    }
    hasher.finish()
}

fn add(hasher: &mut DefaultHasher, path: &Path, without: &[&str]) {
    path.hash(hasher);
    if path.is_dir() {
        let mut names: Vec<_> =
            fs::read_dir(path).into_iter().flatten().flatten().map(|entry| entry.file_name()).collect();
        names.sort();
        for name in names {
            let text = name.to_string_lossy();
            if !text.starts_with('.') && !without.contains(&text.as_ref()) {
                add(hasher, &path.join(&name), without);
            }
        }
    } else {
        fs::read(path).ok().hash(hasher);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_counts_changes_it_and_nothing_else_does() {
        let folder = std::env::temp_dir().join(format!("waybill-stamp-{}", std::process::id()));
        fs::create_dir_all(folder.join("src/deep")).unwrap();
        fs::create_dir_all(folder.join("dist")).unwrap();
        fs::write(folder.join("src/deep/a.ts"), "a").unwrap();
        let now = || fingerprint(&[&folder], &["dist"]);

        let first = now();
        assert_eq!(now(), first, "nothing changed");
        fs::write(folder.join("dist/out.js"), "made").unwrap();
        fs::write(folder.join(".cache"), "made").unwrap();
        assert_eq!(now(), first, "what is passed over");
        fs::write(folder.join("src/deep/a.ts"), "b").unwrap();
        let second = now();
        assert_ne!(second, first, "a content");
        fs::rename(folder.join("src/deep/a.ts"), folder.join("src/deep/b.ts")).unwrap();
        let third = now();
        assert_ne!(third, second, "a name");
        fs::remove_file(folder.join("src/deep/b.ts")).unwrap();
        assert_ne!(now(), third, "an absence");
        fs::remove_dir_all(&folder).unwrap();
    }
}
