//! The operating system's keychain, through keyring-core and the one store that fits this system.
//!
//! The connection is made at the first call and kept. A keychain service that was restarted in
//! between fails the first call on the old connection; that call is made once more on a new one
//! (every call here can be repeated without harm).

use crate::{VaultError, place::Place};
use keyring_core::{CredentialStore, Entry, Error};
use secrecy::{ExposeSecret, SecretSlice};
use std::collections::HashMap;
use std::sync::Arc;

/// Items of one service in the keychain.
pub(crate) struct Keychain {
    service: String,
    store: Option<Arc<CredentialStore>>,
}

impl Keychain {
    pub(crate) const fn new(service: String) -> Self {
        Self { service, store: None }
    }

    fn entry(&mut self, id: &str) -> Result<Entry, VaultError> {
        let store = match &self.store {
            Some(store) => store,
            None => self.store.insert(connect().map_err(|error| unreachable_service(&error))?),
        };
        // Only the Secret Service lets an item carry a title; seahorse and KWallet show it.
        let label = format!("Waybill secret {id}");
        let mut modifiers = HashMap::new();
        if cfg!(all(unix, not(target_os = "macos"))) {
            modifiers.insert("label", label.as_str());
        }
        store.build(&self.service, id, Some(&modifiers)).map_err(|error| translate(&error))
    }

    /// Runs one call; `NoEntry` is an answer, not an error.
    fn call<T>(
        &mut self,
        id: &str,
        call: impl Fn(&Entry) -> Result<T, Error>,
    ) -> Result<Option<T>, VaultError> {
        let kept_connection = self.store.is_some();
        match call(&self.entry(id)?) {
            Ok(value) => Ok(Some(value)),
            Err(Error::NoEntry) => Ok(None),
            Err(Error::PlatformFailure(_)) if kept_connection => {
                self.store = None;
                match call(&self.entry(id)?) {
                    Ok(value) => Ok(Some(value)),
                    Err(Error::NoEntry) => Ok(None),
                    Err(error) => Err(translate(&error)),
                }
            }
            Err(error) => {
                if matches!(error, Error::PlatformFailure(_)) {
                    self.store = None;
                }
                Err(translate(&error))
            }
        }
    }
}

impl Place for Keychain {
    fn get(&mut self, id: &str) -> Result<Option<SecretSlice<u8>>, VaultError> {
        self.call(id, |entry| entry.get_secret().map(SecretSlice::from))
    }

    fn set(&mut self, id: &str, value: &SecretSlice<u8>) -> Result<(), VaultError> {
        match self.call(id, |entry| entry.set_secret(value.expose_secret()))? {
            Some(()) => Ok(()),
            None => Err(VaultError::failed("the keychain would not make the item")),
        }
    }

    fn remove(&mut self, id: &str) -> Result<bool, VaultError> {
        Ok(self.call(id, Entry::delete_credential)?.is_some())
    }

    fn limit(&self) -> Option<usize> {
        // CRED_MAX_CREDENTIAL_BLOB_SIZE of wincred.h.
        cfg!(windows).then_some(2_560)
    }

    fn abandon(&mut self) {
        self.store = None;
    }
}

#[cfg(all(unix, not(target_os = "macos")))]
fn connect() -> Result<Arc<CredentialStore>, Error> {
    Ok(zbus_secret_service_keyring_store::Store::new()?)
}

#[cfg(target_os = "macos")]
fn connect() -> Result<Arc<CredentialStore>, Error> {
    Ok(apple_native_keyring_store::keychain::Store::new()?)
}

#[cfg(windows)]
fn connect() -> Result<Arc<CredentialStore>, Error> {
    Ok(windows_native_keyring_store::Store::new()?)
}

/// A service that can't be connected to is missing, whatever the reason: no session bus, no such
/// service on it, or one that does not know the protocol.
fn unreachable_service(error: &Error) -> VaultError {
    VaultError::Missing { detail: words(error) }
}

fn translate(error: &Error) -> VaultError {
    let detail = words(error);
    match error {
        // "No result" is what a service without any keyring answers when no window can ask for a new
        // one; on Windows it is a process without a logon session.
        Error::NoStorageAccess(_) if cfg!(windows) || detail.contains("result not returned") => {
            VaultError::Missing { detail }
        }
        Error::NoStorageAccess(_) => VaultError::Locked { detail },
        Error::PlatformFailure(_) if says(&detail, LOCKED_WORDS) => VaultError::Locked { detail },
        Error::PlatformFailure(_) if says(&detail, MISSING_WORDS) => VaultError::Missing { detail },
        _ => VaultError::Failed { detail },
    }
}

/// `org.freedesktop.Secret.Error.IsLocked`, and macOS's errSecInteractionNotAllowed, errSecAuthFailed
/// and userCanceledErr.
const LOCKED_WORDS: &[&str] = &["IsLocked", "-25308", "-25293", "-128"];

/// What D-Bus says when the service or the bus has gone.
const MISSING_WORDS: &[&str] = &[
    "ServiceUnknown",
    "NameHasNoOwner",
    "no secret service provider",
    "Spawn.",
    "Disconnected",
    "Broken pipe",
    "Connection reset",
];

fn says(detail: &str, any: &[&str]) -> bool {
    any.iter().any(|word| detail.contains(word))
}

/// The store's words without the library's own frame, and with the system's code where the words
/// leave it out. The variants that carry bytes of a value are never printed.
fn words(error: &Error) -> String {
    match error {
        Error::PlatformFailure(inner) | Error::NoStorageAccess(inner) => {
            if cfg!(target_os = "macos") {
                format!("{inner:?}")
            } else {
                inner.to_string()
            }
        }
        Error::BadEncoding(_) | Error::BadDataFormat(..) => "the item's data is malformed".to_owned(),
        Error::Ambiguous(_) => "several items carry this id".to_owned(),
        other => other.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, thiserror::Error)]
    #[error("{0}")]
    struct Words(&'static str);

    fn boxed(words: &'static str) -> Box<dyn std::error::Error + Send + Sync> {
        Box::new(Words(words))
    }

    #[test]
    fn the_stores_words_become_states() {
        let access = |words| Error::NoStorageAccess(boxed(words));
        let platform = |words| Error::PlatformFailure(boxed(words));
        let rows = [
            (access("SS error: prompt dismissed"), "vault_locked"),
            (access("SS Error: object locked"), "vault_locked"),
            (access("SS error: result not returned from SS API"), "vault_missing"),
            (platform("zbus error: org.freedesktop.Secret.Error.IsLocked: no"), "vault_locked"),
            (platform("zbus error: org.freedesktop.DBus.Error.ServiceUnknown: none"), "vault_missing"),
            (platform("no secret service provider or dbus session found"), "vault_missing"),
            (platform("Crypto error: bad key"), "vault_failed"),
            (Error::Ambiguous(Vec::new()), "vault_failed"),
            (Error::TooLong("secret".into(), 2_560), "vault_failed"),
        ];
        if cfg!(windows) {
            return;
        }
        for (error, code) in rows {
            assert_eq!(translate(&error).code().code(), code, "{error}");
        }
    }

    #[test]
    fn bytes_of_a_value_are_never_in_the_words() {
        for error in [
            Error::BadEncoding(b"hunter2".to_vec()),
            Error::BadDataFormat(b"hunter2".to_vec(), boxed("hunter2")),
        ] {
            let told = translate(&error);
            assert!(!format!("{told:?}{told}").contains("hunter2"));
        }
    }
}
