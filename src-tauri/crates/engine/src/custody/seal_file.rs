//! The file of one call: locked as long as its process is at it, filled with the sealed answer when that comes,
//! gone when the secret is kept. Modes 0700 and 0600; what is written is synced, and so is the folder.

use crate::engine::Engine;
use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use waybill_model::{ErrorCode, Failure, Result};

/// Inside the data folder.
const FOLDER: &str = "sealed";

/// No answer that is taken is larger; what is larger is not one of ours.
const LONGEST: u64 = 64 * 1024 * 1024;

/// An open seal file, locked.
pub(super) struct SealFile {
    path: PathBuf,
    file: File,
}

/// What taking an intent's file up again found.
pub(super) enum Taken {
    /// Nobody else is at it; the bytes that are in it.
    Free(SealFile, Vec<u8>),
    /// Its process is still at it.
    Busy,
}

impl SealFile {
    /// A new empty file for the call `id`.
    pub(super) async fn create(engine: &Engine, id: &str) -> Result<Self> {
        let folder = folder(engine);
        let path = folder.join(id);
        blocking(move || {
            make(&folder)?;
            let file = open(&path, true)?;
            file.try_lock().map_err(io::Error::from)?;
            file.sync_all()?;
            sync_folder(&folder)?;
            Ok(Self { path, file })
        })
        .await
    }

    /// Takes up the file of a call that was begun before, or makes it anew when it is lost.
    pub(super) async fn take(engine: &Engine, id: &str) -> Result<Taken> {
        let folder = folder(engine);
        let path = folder.join(id);
        blocking(move || {
            make(&folder)?;
            let mut file = open(&path, false)?;
            match file.try_lock() {
                Ok(()) => {}
                Err(TryLockError::WouldBlock) => return Ok(Taken::Busy),
                Err(TryLockError::Error(error)) => return Err(error),
            }
            let mut bytes = Vec::new();
            (&mut file).take(LONGEST).read_to_end(&mut bytes)?;
            Ok(Taken::Free(Self { path, file }, bytes))
        })
        .await
    }

    /// Puts `sealed` into the file; on disk when this returns.
    pub(super) async fn write(&self, sealed: Vec<u8>) -> Result<()> {
        let mut file = self.file.try_clone().map_err(|error| failed(&error))?;
        blocking(move || {
            file.seek(SeekFrom::Start(0))?;
            file.set_len(0)?;
            file.write_all(&sealed)?;
            file.sync_all()
        })
        .await
    }

    /// Takes the file away.
    pub(super) async fn wipe(self) {
        let Self { path, file } = self;
        let removed = blocking(move || {
            // What was sealed is worthless without its key; it is cut all the same before its name goes.
            file.set_len(0)?;
            fs::remove_file(&path)?;
            path.parent().map_or(Ok(()), sync_folder)
        })
        .await;
        if let Err(failure) = removed {
            tracing::warn!("a seal file could not be removed: {failure}");
        }
    }
}

/// The calls whose files are there.
pub(super) async fn all(engine: &Engine) -> Vec<String> {
    let folder = folder(engine);
    let names = blocking(move || {
        let entries = match fs::read_dir(&folder) {
            Ok(entries) => entries,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
            Err(error) => return Err(error),
        };
        Ok(entries.flatten().filter_map(|entry| entry.file_name().into_string().ok()).collect())
    });
    names.await.unwrap_or_default()
}

fn folder(engine: &Engine) -> PathBuf {
    engine.0.options.data_dir.join(FOLDER)
}

fn make(folder: &Path) -> io::Result<()> {
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(folder)
}

fn open(path: &Path, new: bool) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.read(true).write(true);
    if new {
        options.create_new(true);
    } else {
        options.create(true).truncate(false);
    }
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}

/// A new name is on disk only when its folder is.
fn sync_folder(folder: &Path) -> io::Result<()> {
    if cfg!(unix) { File::open(folder)?.sync_all() } else { Ok(()) }
}

async fn blocking<T: Send + 'static>(work: impl FnOnce() -> io::Result<T> + Send + 'static) -> Result<T> {
    tokio::task::spawn_blocking(work)
        .await
        .map_err(|error| Failure::internal(format!("The work on a seal file was broken off: {error}.")))?
        .map_err(|error| failed(&error))
}

fn failed(error: &io::Error) -> Failure {
    let code =
        if error.kind() == io::ErrorKind::StorageFull { ErrorCode::DiskFull } else { ErrorCode::DataFolder };
    Failure::new(code, format!("The place for a sealed answer can't be written: {error}. Nothing was sent."))
        .hint("Make room in the data folder, or see to its permissions.")
}
