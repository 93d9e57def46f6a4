//! Secrets in this process's memory: forgotten at exit.

use crate::{VaultError, place::Place};
use secrecy::SecretSlice;
use std::collections::HashMap;

/// A map that wipes its values when it goes.
#[derive(Default)]
pub(crate) struct Memory(HashMap<String, SecretSlice<u8>>);

impl Place for Memory {
    fn get(&mut self, id: &str) -> Result<Option<SecretSlice<u8>>, VaultError> {
        Ok(self.0.get(id).cloned())
    }

    fn set(&mut self, id: &str, value: &SecretSlice<u8>) -> Result<(), VaultError> {
        self.0.insert(id.to_owned(), value.clone());
        Ok(())
    }

    fn remove(&mut self, id: &str) -> Result<bool, VaultError> {
        Ok(self.0.remove(id).is_some())
    }
}
