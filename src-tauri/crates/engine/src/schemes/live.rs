//! The schemes as they stand now: ours, and the user's own, which come and go while the engine runs.
//!
//! Whoever works with a scheme takes the catalogue once and keeps it to the end of that piece of work; a change
//! makes a new catalogue and never touches the one in use.

use crate::api::{Fault, OwnSchemes, UnusableScheme};
use crate::catalogue::user_files;
use std::collections::BTreeSet;
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::sync::{Arc, PoisonError, RwLock};
use std::time::SystemTime;
use waybill_signature::Catalogue;

/// The files of the folder as far as can be told without reading them.
type Stamps = Vec<(OsString, u64, Option<SystemTime>)>;

pub(crate) struct Schemes {
    folder: PathBuf,
    state: RwLock<State>,
}

struct State {
    catalogue: Arc<Catalogue>,
    own: BTreeSet<String>,
    stamps: Stamps,
}

impl Schemes {
    /// Reads the folder of the user's own schemes; it need not be there.
    pub(crate) fn open(folder: PathBuf) -> Self {
        let state = RwLock::new(State::read(&folder));
        Self { folder, state }
    }

    /// The catalogue as it stands now.
    pub(crate) fn now(&self) -> Arc<Catalogue> {
        self.state.read().unwrap_or_else(PoisonError::into_inner).catalogue.clone()
    }

    /// Where the user's own schemes lie.
    pub(crate) fn folder(&self) -> &Path {
        &self.folder
    }

    /// True when the scheme of that id comes from the user's folder.
    pub(crate) fn is_own(&self, id: &str) -> bool {
        self.state.read().unwrap_or_else(PoisonError::into_inner).own.contains(id)
    }

    /// Reads the folder anew. Blocks for as long as that takes.
    pub(crate) fn reload(&self) {
        let fresh = State::read(&self.folder);
        *self.state.write().unwrap_or_else(PoisonError::into_inner) = fresh;
    }

    /// Reads the folder anew when its files are not those that were read; true when they were not.
    pub(crate) fn notice(&self) -> bool {
        let now = stamps(&self.folder);
        if self.state.read().unwrap_or_else(PoisonError::into_inner).stamps == now {
            return false;
        }
        self.reload();
        true
    }

    /// The user's own, and the files of the folder that can't be used.
    pub(crate) fn own(&self) -> OwnSchemes {
        let state = self.state.read().unwrap_or_else(PoisonError::into_inner);
        let unusable = state.catalogue.faults().iter().map(|fault| UnusableScheme {
            file: fault.file.clone(),
            fault: Fault {
                line: fault.line as u64,
                column: fault.column as u64,
                message: fault.message.clone(),
            },
        });
        OwnSchemes {
            folder: self.folder.display().to_string(),
            schemes: state.own.iter().cloned().collect(),
            unusable: unusable.collect(),
        }
    }
}

impl State {
    fn read(folder: &Path) -> Self {
        // Before the files, so that one that changes meanwhile is noticed the next time.
        let stamps = stamps(folder);
        let files = user_files(folder);
        let catalogue = Catalogue::embedded().with_user_files(files.iter().map(|(name, text)| (name, text)));
        let own = files
            .iter()
            .filter_map(|(name, text)| {
                let id = name.strip_suffix(".toml")?;
                (catalogue.text(id) == Some(text)).then(|| id.to_owned())
            })
            .collect();
        Self { catalogue: Arc::new(catalogue), own, stamps }
    }
}

fn stamps(folder: &Path) -> Stamps {
    let mut found: Stamps = std::fs::read_dir(folder)
        .into_iter()
        .flatten()
        .flatten()
        .filter_map(|entry| {
            let known = entry.metadata().ok()?;
            Some((entry.file_name(), known.len(), known.modified().ok()))
        })
        .collect();
    found.sort();
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    const OWN: &str =
        "title = 'Mine'\nalgorithm = 'token'\n[signature]\nfrom = { header = 'X-Mine' }\nencoding = 'text'\n";

    #[test]
    fn files_that_come_and_go_are_noticed() {
        let folder = tempfile::TempDir::new().unwrap();
        let schemes = Schemes::open(folder.path().join("schemes"));
        let before = schemes.now();
        assert!(!schemes.notice() && before.get("mine").is_none());
        std::fs::create_dir(schemes.folder()).unwrap();
        std::fs::write(schemes.folder().join("mine.toml"), OWN).unwrap();
        std::fs::write(schemes.folder().join("bad.toml"), "title = 3").unwrap();
        assert!(schemes.notice() && !schemes.notice());
        assert!(schemes.now().get("mine").is_some() && before.get("mine").is_none());
        assert!(schemes.is_own("mine") && !schemes.is_own("mynd") && !schemes.is_own("bad"));
        let own = schemes.own();
        assert_eq!((own.schemes, own.unusable.len()), (vec!["mine".to_owned()], 1));
        std::fs::remove_file(schemes.folder().join("mine.toml")).unwrap();
        assert!(schemes.notice() && schemes.now().get("mine").is_none());
    }
}
