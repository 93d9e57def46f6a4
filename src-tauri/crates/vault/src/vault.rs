//! The vault as everyone else sees it.

use crate::VaultError;
use crate::file::EncryptedFile;
use crate::keychain::Keychain;
use crate::memory::Memory;
use crate::place::Place;
use crate::thread::VaultThread;
use secrecy::{ExposeSecret, SecretSlice, SecretString};
use std::fmt;
use std::hash::{BuildHasher, RandomState};
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;
use waybill_model::{SecretId, VaultKind, VaultState};

/// How long one call may take before the vault counts as hanging.
pub const DEFAULT_DEADLINE: Duration = Duration::from_secs(5);

/// The same for the encrypted file, whose calls are slow by design and may wait for another process
/// that is writing.
pub const DEFAULT_FILE_DEADLINE: Duration = Duration::from_secs(30);

/// The scrypt work factor of a new encrypted file, as a power of two: 128 MiB and about a third of a
/// second. (OWASP's password storage sheet asks for 2^17 with r = 8, p = 1.)
pub const DEFAULT_WORK_FACTOR: u8 = 17;

/// Where secrets are to live. Chosen by the user, never changed by this crate.
#[derive(Clone)]
pub enum VaultChoice {
    /// The operating system's keychain: Secret Service, Keychain or Credential Manager.
    Keychain {
        /// Tells our items from others'; the item's user is the secret's id.
        service: String,
    },
    /// A file encrypted under a passphrase (age format, readable with `age --decrypt`).
    File {
        /// The file; made at the first write, with a lock file beside it.
        path: PathBuf,
        /// Its passphrase. An empty one is refused.
        passphrase: SecretString,
        /// The work factor of what is written, 1 to 22; [`DEFAULT_WORK_FACTOR`] but in tests.
        work_factor: u8,
    },
    /// This process's memory.
    Memory,
}

impl fmt::Debug for VaultChoice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Keychain { service } => f.debug_struct("Keychain").field("service", service).finish(),
            Self::File { path, .. } => f.debug_struct("File").field("path", path).finish_non_exhaustive(),
            Self::Memory => f.write_str("Memory"),
        }
    }
}

/// An open vault. Clones share one thread, which ends with the last of them.
#[derive(Clone)]
pub struct Vault {
    thread: Arc<VaultThread>,
    kind: VaultKind,
}

impl fmt::Debug for Vault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Vault").field("kind", &self.kind).finish_non_exhaustive()
    }
}

impl Vault {
    /// Opens the vault of that choice with the usual deadline. Nothing is read, written or asked for
    /// yet: whether it can be used is what [`Vault::state`] tells.
    #[must_use]
    pub fn open(choice: VaultChoice) -> Self {
        let deadline = match choice {
            VaultChoice::File { .. } => DEFAULT_FILE_DEADLINE,
            VaultChoice::Keychain { .. } | VaultChoice::Memory => DEFAULT_DEADLINE,
        };
        Self::open_with(choice, deadline)
    }

    /// The same with another deadline for each call.
    #[must_use]
    pub fn open_with(choice: VaultChoice, deadline: Duration) -> Self {
        let (kind, thread) = match choice {
            VaultChoice::Keychain { service } => {
                (VaultKind::Keychain, VaultThread::start(deadline, move || Keychain::new(service)))
            }
            VaultChoice::File { path, passphrase, work_factor } => (
                VaultKind::File,
                VaultThread::start(deadline, move || EncryptedFile::new(path, passphrase, work_factor)),
            ),
            VaultChoice::Memory => (VaultKind::Memory, VaultThread::start(deadline, Memory::default)),
        };
        Self { thread: Arc::new(thread), kind }
    }

    /// Which kind of place this is.
    #[must_use]
    pub const fn kind(&self) -> VaultKind {
        self.kind
    }

    /// Stores `value` under `id` and reads it back. Storing the same value again is no error; an id
    /// that holds another value is refused with [`VaultError::Occupied`].
    ///
    /// # Errors
    /// Any [`VaultError`]. After `Hanging` the value may or may not be there.
    pub async fn put(&self, id: &SecretId, value: SecretSlice<u8>) -> Result<(), VaultError> {
        let id = id.0.clone();
        self.thread.call(move |place| put(place, &id, &value)).await
    }

    /// The same for text, stored as its UTF-8 bytes.
    ///
    /// # Errors
    /// As [`Vault::put`].
    pub async fn put_text(&self, id: &SecretId, value: &SecretString) -> Result<(), VaultError> {
        self.put(id, SecretSlice::from(value.expose_secret().as_bytes().to_vec())).await
    }

    /// The value under `id`, byte for byte; none when there is no such item.
    ///
    /// # Errors
    /// Any [`VaultError`].
    pub async fn get(&self, id: &SecretId) -> Result<Option<SecretSlice<u8>>, VaultError> {
        let id = id.0.clone();
        self.thread.call(move |place| place.get(&id)).await
    }

    /// The same for text.
    ///
    /// # Errors
    /// Any [`VaultError`]; `Failed` when the value is not UTF-8.
    pub async fn get_text(&self, id: &SecretId) -> Result<Option<SecretString>, VaultError> {
        let Some(bytes) = self.get(id).await? else { return Ok(None) };
        match std::str::from_utf8(bytes.expose_secret()) {
            Ok(text) => Ok(Some(SecretString::from(text))),
            Err(_) => Err(VaultError::failed(format_args!("the value under {id} is not text"))),
        }
    }

    /// Takes the item under `id` away; true when there was one.
    ///
    /// # Errors
    /// Any [`VaultError`].
    pub async fn remove(&self, id: &SecretId) -> Result<bool, VaultError> {
        let id = id.0.clone();
        self.thread.call(move |place| place.remove(&id)).await
    }

    /// Whether the vault can be used now: a canary is written, read back and taken away.
    pub async fn state(&self) -> VaultState {
        match self.preflight(0).await {
            Ok(()) => VaultState::Working,
            Err(error) => error.state(),
        }
    }

    /// Proves that a secret of `expected_len` bytes could be stored now, with a canary of that length.
    /// To be called before a provider is asked for a secret that it shows only once.
    ///
    /// # Errors
    /// Any [`VaultError`]; then nothing that yields a secret should be begun.
    pub async fn preflight(&self, expected_len: usize) -> Result<(), VaultError> {
        self.thread.call(move |place| try_out(place, expected_len)).await
    }
}

fn fits(place: &dyn Place, length: usize) -> Result<(), VaultError> {
    match place.limit() {
        Some(limit) if length > limit => Err(VaultError::TooLong { length, limit }),
        _ => Ok(()),
    }
}

fn same(place: &mut dyn Place, id: &str, value: &SecretSlice<u8>) -> Result<Option<bool>, VaultError> {
    Ok(place.get(id)?.map(|there| there.expose_secret() == value.expose_secret()))
}

fn put(place: &mut dyn Place, id: &str, value: &SecretSlice<u8>) -> Result<(), VaultError> {
    fits(place, value.expose_secret().len())?;
    match same(place, id, value)? {
        Some(true) => return Ok(()),
        Some(false) => return Err(VaultError::Occupied { id: id.to_owned() }),
        None => place.set(id, value)?,
    }
    match same(place, id, value)? {
        Some(true) => Ok(()),
        _ => Err(VaultError::failed("what was written could not be read back")),
    }
}

/// Writes, reads back and deletes a canary. Its name and its bytes differ from try to try and from
/// process to process, so that neither a neighbour's nor an old one can pass for it.
fn try_out(place: &mut dyn Place, length: usize) -> Result<(), VaultError> {
    static TRIES: AtomicU64 = AtomicU64::new(0);
    fits(place, length)?;
    let number = TRIES.fetch_add(1, Ordering::Relaxed);
    let id = format!("canary-{}-{number}", std::process::id());
    let seed = RandomState::new();
    let bytes: Vec<u8> = (0..length.max(32)).map(|at| seed.hash_one((number, at)).to_le_bytes()[0]).collect();
    let canary = SecretSlice::from(bytes);
    place.set(&id, &canary)?;
    let read_back = same(place, &id, &canary);
    // Taken away whatever the read said, and after the write no error is passed over.
    let removed = place.remove(&id);
    match (read_back?, removed?) {
        (Some(true), true) => Ok(()),
        _ => Err(VaultError::failed("a test value was not there when it was read back")),
    }
}
