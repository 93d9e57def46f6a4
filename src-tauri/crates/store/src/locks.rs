//! Locks between processes: files under `locks/`, held by the operating system's own file locks, so that
//! they end with the process however it ends.
//!
//! - `folder.lock`: shared by everybody who has the folder open, exclusive while the schema changes or a
//!   damaged file is moved.
//! - `port-<address>-<port>.lock`: who listens there; beside it, in `.json`, who that is (a locked file can't
//!   be read on every system).
//! - `run-<id>.lock`: one a process, so that others can tell its unfinished jobs from those of the dead.
//! - `index.lock`: who fills the search index.

use crate::fault::{Fault, Outcome};
use crate::folder::{Folder, open_private};
use serde::{Deserialize, Serialize};
use std::fs::{self, File, TryLockError};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};
use waybill_model::{ErrorCode, Failure, Timestamp};

/// Runs registered by this process.
static REGISTERED: AtomicU64 = AtomicU64::new(0);

/// How long to wait for another process that is changing the folder.
const PATIENCE: Duration = Duration::from_secs(30);

/// A lock that is held; ends with the value or the process.
#[derive(Debug)]
pub(crate) struct Held {
    _file: File,
}

/// Takes `path` exclusively, or tells that somebody has it.
pub(crate) fn try_exclusive(path: &Path) -> Outcome<Option<Held>> {
    let file = open_private(path)?;
    match file.try_lock() {
        Ok(()) => Ok(Some(Held { _file: file })),
        Err(TryLockError::WouldBlock) => Ok(None),
        Err(TryLockError::Error(error)) => Err(error.into()),
    }
}

/// The folder's lock, as it could be got.
#[derive(Debug)]
pub(crate) enum FolderLock {
    /// Nobody else has the folder open.
    Alone(File),
    /// Others have.
    Shared(File),
}

impl FolderLock {
    /// Exclusive when nobody has the folder open, else shared; waits while somebody changes it.
    pub(crate) fn take(folder: &Folder) -> Outcome<Self> {
        let file = open_private(&folder.locks().join("folder.lock"))?;
        let begun = Instant::now();
        loop {
            match file.try_lock() {
                Ok(()) => return Ok(Self::Alone(file)),
                Err(TryLockError::WouldBlock) => {}
                Err(TryLockError::Error(error)) => return Err(error.into()),
            }
            match file.try_lock_shared() {
                Ok(()) => return Ok(Self::Shared(file)),
                Err(TryLockError::WouldBlock) => {}
                Err(TryLockError::Error(error)) => return Err(error.into()),
            }
            if begun.elapsed() > PATIENCE {
                return Err(Fault::from(
                    Failure::new(
                        ErrorCode::Busy,
                        "Another Waybill is changing this data folder; it was not opened here.",
                    )
                    .hint("Wait until it is done, then start again."),
                ));
            }
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    /// Lets others in; the folder stays marked as open here.
    pub(crate) fn share(self) -> Outcome<Held> {
        match self {
            Self::Shared(file) => Ok(Held { _file: file }),
            Self::Alone(file) => {
                // Not every system turns one kind into the other in one step.
                file.unlock()?;
                file.lock_shared()?;
                Ok(Held { _file: file })
            }
        }
    }
}

/// A port that this process listens on; dropping it gives the port up.
#[derive(Debug)]
pub struct PortClaim {
    holder: Option<PathBuf>,
    _lock: Option<Held>,
}

impl PortClaim {
    /// A claim that could not be written down, so that nobody else can see it.
    pub(crate) fn unrecorded() -> Self {
        Self { holder: None, _lock: None }
    }
}

impl Drop for PortClaim {
    fn drop(&mut self) {
        // Before the lock goes, so that nobody reads our name for the next holder's.
        if let Some(holder) = &self.holder {
            let _ = fs::remove_file(holder);
        }
    }
}

/// Who listens on a port.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PortHeld {
    /// Its process id; 0 when it has not said so.
    pub pid: u32,
    /// What it calls itself; empty when it has not said so.
    pub program: String,
    /// Since when it has the port.
    pub since: Timestamp,
}

/// Claims `address` for this process among all that share the folder.
pub(crate) fn claim_port(
    folder: &Folder,
    address: SocketAddr,
    program: &str,
    now: Timestamp,
) -> Outcome<Result<PortClaim, PortHeld>> {
    let place = address.ip().to_string().replace([':', '%'], "_");
    let stem = format!("port-{place}-{}", address.port());
    let holder = folder.locks().join(format!("{stem}.json"));
    let Some(lock) = try_exclusive(&folder.locks().join(format!("{stem}.lock")))? else {
        let told = fs::read(&holder).ok().and_then(|bytes| serde_json::from_slice(&bytes).ok());
        return Ok(Err(told.unwrap_or(PortHeld { pid: 0, program: String::new(), since: now })));
    };
    let me = PortHeld { pid: std::process::id(), program: program.to_owned(), since: now };
    let json = serde_json::to_vec(&me).map_err(|error| Failure::internal(error.to_string()))?;
    let draft = folder.locks().join(format!("{stem}.json.{}", me.pid));
    {
        use std::io::Write;
        let mut file = open_private(&draft)?;
        file.set_len(0)?;
        file.write_all(&json)?;
    }
    fs::rename(&draft, &holder)?;
    Ok(Ok(PortClaim { holder: Some(holder), _lock: Some(lock) }))
}

/// This process among those that share the folder.
#[derive(Debug)]
pub(crate) struct Run {
    /// Unique in the folder.
    pub(crate) id: String,
    path: PathBuf,
    _lock: Held,
}

impl Drop for Run {
    fn drop(&mut self) {
        let _ = fs::remove_file(&self.path);
    }
}

impl Run {
    /// Registers this process.
    pub(crate) fn register(folder: &Folder, now: Timestamp) -> Outcome<Self> {
        let _gate = gate(folder)?;
        loop {
            // Never the same twice in one process, whatever the clock says.
            let number = REGISTERED.fetch_add(1, Ordering::Relaxed);
            let id = format!("{}-{}-{number}", now.0, std::process::id());
            let path = run_path(folder, &id);
            if !path.exists()
                && let Some(lock) = try_exclusive(&path)?
            {
                return Ok(Self { id, path, _lock: lock });
            }
        }
    }
}

/// Whether the process that registered as `id` is gone. Tidies what it left.
pub(crate) fn is_dead(folder: &Folder, id: &str) -> Outcome<bool> {
    let _gate = gate(folder)?;
    let path = run_path(folder, id);
    if !path.exists() {
        return Ok(true);
    }
    if try_exclusive(&path)?.is_none() {
        return Ok(false);
    }
    let _ = fs::remove_file(&path);
    Ok(true)
}

/// Forgets the lock files of processes that are gone.
pub(crate) fn tidy_runs(folder: &Folder) -> Outcome<()> {
    for entry in fs::read_dir(folder.locks())? {
        let name = entry?.file_name();
        let name = name.to_string_lossy();
        if let Some(id) = name.strip_prefix("run-").and_then(|rest| rest.strip_suffix(".lock")) {
            is_dead(folder, id)?;
        }
    }
    Ok(())
}

fn run_path(folder: &Folder, id: &str) -> PathBuf {
    folder.locks().join(format!("run-{id}.lock"))
}

/// Held for moments, so that a run's file is never seen between being made and being locked.
fn gate(folder: &Folder) -> Outcome<Held> {
    let file = open_private(&folder.locks().join("runs.lock"))?;
    file.lock()?;
    Ok(Held { _file: file })
}
