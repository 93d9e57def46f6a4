//! The data folder: which files it holds, and that nobody else on the machine can read them.
//!
//! Files are created with their mode, not given it later; what was found wider is narrowed. On systems
//! without Unix modes the folder lies in the user's profile, whose rights are inherited.

use std::fs::{self, File, OpenOptions};
use std::io;
use std::path::{Path, PathBuf};

/// The paths of a data folder.
#[derive(Clone, Debug)]
pub(crate) struct Folder {
    root: PathBuf,
}

impl Folder {
    /// Creates what is missing of the folder and closes it to others.
    pub(crate) fn prepare(root: &Path) -> io::Result<Self> {
        let folder = Self { root: root.to_owned() };
        create_private_dir(root)?;
        create_private_dir(&folder.locks())?;
        folder.narrow()?;
        Ok(folder)
    }

    /// The database.
    pub(crate) fn database(&self) -> PathBuf {
        self.root.join("waybill.db")
    }

    /// The search index; may be deleted at any time.
    pub(crate) fn search(&self) -> PathBuf {
        self.root.join("search.db")
    }

    /// Present when SQLite reported damage while running: the next start checks everything.
    pub(crate) fn suspicion(&self) -> PathBuf {
        self.root.join("waybill.db.suspect")
    }

    /// Where locks lie.
    pub(crate) fn locks(&self) -> PathBuf {
        self.root.join("locks")
    }

    /// Whether the disk has no room left, found by using some: SQLite can't always tell this from other trouble.
    pub(crate) fn is_full(&self) -> bool {
        use std::io::Write;
        let path = self.locks().join("probe");
        let written = open_private(&path).and_then(|mut file| file.write_all(&[0x55; 128 * 1024]));
        let _ = fs::remove_file(&path);
        written.is_err_and(|error| {
            matches!(error.kind(), io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded)
        })
    }

    /// Takes rights of others from every file of ours that has them.
    pub(crate) fn narrow(&self) -> io::Result<()> {
        for (place, all) in [(self.locks(), true), (self.root.clone(), false)] {
            for entry in fs::read_dir(place)? {
                let entry = entry?;
                let name = entry.file_name();
                let name = name.to_string_lossy();
                let ours = all || name.starts_with("waybill.db") || name.starts_with("search.db");
                if !ours || !entry.file_type()?.is_file() {
                    continue;
                }
                match make_private(&entry.path()) {
                    // SQLite removes its -wal and -shm when the last connection closes.
                    Err(error) if error.kind() == io::ErrorKind::NotFound => {}
                    other => other?,
                }
            }
        }
        Ok(())
    }
}

/// `path` with `suffix` after its whole name: `waybill.db` and `-wal` give `waybill.db-wal`.
pub(crate) fn with_suffix(path: &Path, suffix: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(suffix);
    PathBuf::from(name)
}

/// Opens a file for reading and writing that only we can read, creating it when it is missing.
pub(crate) fn open_private(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.read(true).write(true).create(true).truncate(false);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}

#[cfg(unix)]
fn create_private_dir(path: &Path) -> io::Result<()> {
    use std::os::unix::fs::{DirBuilderExt, PermissionsExt};
    fs::DirBuilder::new().recursive(true).mode(0o700).create(path)?;
    if fs::metadata(path)?.permissions().mode() & 0o777 != 0o700 {
        fs::set_permissions(path, fs::Permissions::from_mode(0o700))?;
    }
    Ok(())
}

#[cfg(not(unix))]
fn create_private_dir(path: &Path) -> io::Result<()> {
    fs::create_dir_all(path)
}

#[cfg(unix)]
fn make_private(path: &Path) -> io::Result<()> {
    use std::os::unix::fs::PermissionsExt;
    let mode = fs::metadata(path)?.permissions().mode() & 0o777;
    if mode & 0o077 != 0 {
        fs::set_permissions(path, fs::Permissions::from_mode(mode & 0o700))?;
    }
    Ok(())
}

#[cfg(not(unix))]
fn make_private(_path: &Path) -> io::Result<()> {
    Ok(())
}
