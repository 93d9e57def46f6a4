//! What every place for secrets can do. Called on the vault's own thread only.

use crate::VaultError;
use secrecy::SecretSlice;

/// A place that keeps values under ids.
pub(crate) trait Place {
    /// The value under `id`, if there is one.
    fn get(&mut self, id: &str) -> Result<Option<SecretSlice<u8>>, VaultError>;

    /// Puts `value` under `id`; another value that lies there is replaced.
    fn set(&mut self, id: &str, value: &SecretSlice<u8>) -> Result<(), VaultError>;

    /// Takes away what lies under `id`; true when there was something.
    fn remove(&mut self, id: &str) -> Result<bool, VaultError>;

    /// The most bytes one value can have, where there is a limit.
    fn limit(&self) -> Option<usize> {
        None
    }

    /// Called after a call has panicked: whatever was held open is not to be trusted.
    fn abandon(&mut self) {}
}
