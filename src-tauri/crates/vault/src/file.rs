//! Secrets in one file, encrypted under a passphrase.
//!
//! The file is in the age format (<https://c2sp.org/age>) with one scrypt recipient, so that
//! `age --decrypt` opens it without us. Inside is JSON: `{"version":1,"secrets":{"<id>":"<base64>"}}`.
//!
//! Each write replaces the whole file: written beside it, synced, renamed, the folder synced, under an
//! exclusive lock on a file of its own, so that two processes lose nothing of each other's. A file
//! that can't be opened or understood is never written over.

use crate::{VaultError, place::Place};
use age::scrypt::{Identity, Recipient};
use age::{DecryptError, Decryptor, Encryptor};
use base64::{Engine, engine::general_purpose::STANDARD};
use secrecy::{ExposeSecret, SecretSlice, SecretString};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::fs::{self, File, OpenOptions};
use std::io::{self, ErrorKind, Read, Write};
use std::path::{Path, PathBuf};
use zeroize::Zeroizing;

/// The most work a file may ask for: 4 GiB of memory.
const MAX_WORK_FACTOR: u8 = 22;

type Secrets = BTreeMap<String, SecretSlice<u8>>;

/// What stands in the file.
#[derive(Serialize, Deserialize)]
struct Document<'a> {
    version: u32,
    #[serde(borrow)]
    secrets: BTreeMap<&'a str, &'a str>,
}

/// The file and its passphrase, with what it held when it was last opened.
pub(crate) struct EncryptedFile {
    path: PathBuf,
    passphrase: SecretString,
    work_factor: u8,
    /// Opening costs a third of a second by design, so the contents are kept as long as the file's
    /// bytes are the same; no bytes, no file.
    opened: Option<(Option<Vec<u8>>, Secrets)>,
}

impl EncryptedFile {
    pub(crate) fn new(path: PathBuf, passphrase: SecretString, work_factor: u8) -> Self {
        Self { path, passphrase, work_factor: work_factor.clamp(1, MAX_WORK_FACTOR), opened: None }
    }

    /// What the file holds now; nothing when there is no file.
    fn read(&mut self) -> Result<&mut Secrets, VaultError> {
        if self.passphrase.expose_secret().is_empty() {
            return Err(VaultError::Passphrase {
                detail: format!("No passphrase was given for the encrypted file {}.", self.path.display()),
            });
        }
        let bytes = match fs::read(&self.path) {
            Ok(bytes) => Some(bytes),
            Err(error) if error.kind() == ErrorKind::NotFound => None,
            Err(error) => return Err(self.io("read", &error)),
        };
        let known = self.opened.take().filter(|(seen, _)| *seen == bytes);
        let (bytes, secrets) = match (known, bytes) {
            (Some(known), _) => known,
            (None, None) => (None, Secrets::new()),
            (None, Some(bytes)) => {
                let secrets = self.decrypt(&bytes)?;
                (Some(bytes), secrets)
            }
        };
        Ok(&mut self.opened.insert((bytes, secrets)).1)
    }

    fn decrypt(&self, bytes: &[u8]) -> Result<Secrets, VaultError> {
        let mut identity = Identity::new(self.passphrase.clone());
        identity.set_max_work_factor(MAX_WORK_FACTOR);
        let mut plain = Zeroizing::new(Vec::with_capacity(bytes.len()));
        Decryptor::new_buffered(bytes)
            .and_then(|sealed| sealed.decrypt(std::iter::once(&identity as &dyn age::Identity)))
            .and_then(|mut opened| Ok(opened.read_to_end(&mut plain)?))
            .map_err(|error| match error {
                DecryptError::DecryptionFailed | DecryptError::KeyDecryptionFailed => {
                    VaultError::Passphrase {
                        detail: format!(
                            "The passphrase does not open the encrypted file {}.",
                            self.path.display()
                        ),
                    }
                }
                DecryptError::NoMatchingKeys => self.damaged("it is not encrypted under a passphrase"),
                DecryptError::ExcessiveWork { required, .. } => self.damaged(&format!(
                    "it asks for a work factor of {required}, more than {MAX_WORK_FACTOR}"
                )),
                other => self.damaged(&other.to_string()),
            })?;
        self.understand(&plain)
    }

    fn understand(&self, plain: &[u8]) -> Result<Secrets, VaultError> {
        // serde's own message could quote the contents.
        let document: Document<'_> = serde_json::from_slice(plain)
            .map_err(|_| self.damaged("its contents are not a list of secrets"))?;
        if document.version != 1 {
            return Err(self.damaged(&format!("it is of version {}; this program knows 1", document.version)));
        }
        document
            .secrets
            .into_iter()
            .map(|(id, text)| match STANDARD.decode(text) {
                Ok(value) => Ok((id.to_owned(), SecretSlice::from(value))),
                Err(_) => Err(self.damaged("a value in it is not base64")),
            })
            .collect()
    }

    /// Changes the contents under the lock; true from `change` means there is something to write.
    fn change(&mut self, change: impl FnOnce(&mut Secrets) -> bool) -> Result<bool, VaultError> {
        let lock = self.lock()?;
        let secrets = self.read()?;
        let mut changed = secrets.clone();
        if !change(&mut changed) {
            return Ok(false);
        }
        let sealed = self.encrypt(&changed)?;
        replace(&self.path, &sealed).map_err(|error| self.io("write", &error))?;
        self.opened = Some((Some(sealed), changed));
        drop(lock);
        Ok(true)
    }

    fn encrypt(&self, secrets: &Secrets) -> Result<Vec<u8>, VaultError> {
        let texts: Vec<(&str, Zeroizing<String>)> = secrets
            .iter()
            .map(|(id, value)| (id.as_str(), Zeroizing::new(STANDARD.encode(value.expose_secret()))))
            .collect();
        // Large enough from the start: a vector that grows leaves copies behind.
        let length: usize = texts.iter().map(|(id, text)| 6 * id.len() + text.len() + 8).sum();
        let mut plain = Zeroizing::new(Vec::with_capacity(length + 64));
        let document =
            Document { version: 1, secrets: texts.iter().map(|(id, text)| (*id, text.as_str())).collect() };
        serde_json::to_writer(&mut *plain, &document).map_err(VaultError::failed)?;

        let mut recipient = Recipient::new(self.passphrase.clone());
        recipient.set_work_factor(self.work_factor);
        let mut sealed = Vec::with_capacity(plain.len() + 512);
        Encryptor::with_recipients(std::iter::once(&recipient as &dyn age::Recipient))
            .map_err(VaultError::failed)?
            .wrap_output(&mut sealed)
            .and_then(|mut output| {
                output.write_all(&plain)?;
                output.finish()
            })
            .map_err(VaultError::failed)?;
        Ok(sealed)
    }

    /// The lock is a file of its own because the vault's file is replaced at each write. It ends with
    /// the returned handle, or with the process.
    fn lock(&self) -> Result<File, VaultError> {
        if let Some(folder) = self.path.parent()
            && !folder.as_os_str().is_empty()
        {
            make_private_folder(folder).map_err(|error| self.io("make the folder of", &error))?;
        }
        let file = private()
            .truncate(false)
            .open(with_suffix(&self.path, ".lock"))
            .map_err(|e| self.io("lock", &e))?;
        file.lock().map_err(|error| self.io("lock", &error))?;
        Ok(file)
    }

    fn io(&self, doing: &str, error: &io::Error) -> VaultError {
        VaultError::failed(format_args!(
            "could not {doing} the encrypted file {}: {error}",
            self.path.display()
        ))
    }

    fn damaged(&self, detail: &str) -> VaultError {
        VaultError::Damaged { path: self.path.clone(), detail: detail.to_owned() }
    }
}

impl Place for EncryptedFile {
    fn get(&mut self, id: &str) -> Result<Option<SecretSlice<u8>>, VaultError> {
        Ok(self.read()?.get(id).cloned())
    }

    fn set(&mut self, id: &str, value: &SecretSlice<u8>) -> Result<(), VaultError> {
        self.change(|secrets| {
            secrets.insert(id.to_owned(), value.clone());
            true
        })?;
        Ok(())
    }

    fn remove(&mut self, id: &str) -> Result<bool, VaultError> {
        self.change(|secrets| secrets.remove(id).is_some())
    }

    fn abandon(&mut self) {
        self.opened = None;
    }
}

/// Puts `bytes` in the place of `path` so that after a power cut there is either the old file or the
/// new one. Only under the lock: the name of the file beside it is fixed.
fn replace(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let beside = with_suffix(path, ".new");
    match fs::remove_file(&beside) {
        Err(error) if error.kind() != ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    let written = private().create_new(true).open(&beside).and_then(|mut file| {
        file.write_all(bytes)?;
        file.sync_all()
    });
    if let Err(error) = written.and_then(|()| fs::rename(&beside, path)) {
        let _ = fs::remove_file(&beside);
        return Err(error);
    }
    sync_folder(path)
}

fn with_suffix(path: &Path, suffix: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(suffix);
    PathBuf::from(name)
}

fn private() -> OpenOptions {
    let mut options = OpenOptions::new();
    options.read(true).write(true).create(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options
}

fn make_private_folder(folder: &Path) -> io::Result<()> {
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(folder)
}

#[cfg(unix)]
fn sync_folder(path: &Path) -> io::Result<()> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    File::open(folder)?.sync_all()
}

#[cfg(not(unix))]
fn sync_folder(_: &Path) -> io::Result<()> {
    // Windows has no handle of a folder to sync; its rename is journalled.
    Ok(())
}
