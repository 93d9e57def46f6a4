//! The descriptions that are there: those that ship with Waybill, and the user's own.
//!
//! A file of the user's replaces the shipped one of the same id. A faulty file is left out and told
//! of; it never keeps the others from being used.

use crate::{Description, Fault};
use include_dir::{Dir, include_dir};
use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;
use waybill_model::{ErrorCode, Failure, ProviderInfo};

static SHIPPED: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/../../catalogue/providers");

/// A description is a page or two; a file beyond this is something else.
const LARGEST_FILE: u64 = 1024 * 1024;

/// Every description that can be used.
#[derive(Clone, Debug, Default)]
pub struct Catalogue {
    descriptions: BTreeMap<String, Arc<Description>>,
    faults: Vec<Fault>,
}

impl Catalogue {
    /// The descriptions that ship with Waybill.
    #[must_use]
    pub fn shipped() -> Self {
        let mut catalogue = Self::default();
        for file in SHIPPED.files() {
            let name = file.path().to_string_lossy().into_owned();
            if name.ends_with(".toml") {
                catalogue.take(&name, file.contents_utf8().unwrap_or_default());
            }
        }
        catalogue
    }

    /// The shipped descriptions and every `*.toml` of `folder`, which need not exist.
    #[must_use]
    pub fn with_user_files(folder: &Path) -> Self {
        let mut catalogue = Self::shipped();
        let Ok(entries) = std::fs::read_dir(folder) else { return catalogue };
        let mut files: Vec<_> = entries.filter_map(|entry| Some(entry.ok()?.path())).collect();
        files.sort();
        for file in files {
            if file.extension().is_some_and(|extension| extension == "toml") && file.is_file() {
                match Self::check_file(&file) {
                    Ok(description) => catalogue.put(description),
                    Err(fault) => catalogue.faults.push(fault),
                }
            }
        }
        catalogue
    }

    /// Reads one file of the user's.
    ///
    /// # Errors
    /// Its first fault.
    pub fn check_file(file: &Path) -> Result<Description, Fault> {
        let name = file.to_string_lossy();
        let size = std::fs::metadata(file).map_err(|error| Fault::whole(&name, error.to_string()))?.len();
        if size > LARGEST_FILE {
            return Err(Fault::whole(&name, "this is longer than any description (1 MiB)"));
        }
        let bytes = std::fs::read(file).map_err(|error| Fault::whole(&name, error.to_string()))?;
        match std::str::from_utf8(&bytes) {
            Ok(text) => Description::parse(text, &name),
            Err(error) => {
                let good = std::str::from_utf8(bytes.get(..error.valid_up_to()).unwrap_or_default());
                let good = good.unwrap_or_default();
                Err(Fault::at(
                    &name,
                    good,
                    Some(good.len()..good.len()),
                    "from here on this is not UTF-8 text",
                ))
            }
        }
    }

    /// The description of a provider.
    ///
    /// # Errors
    /// `unknown_provider`, naming those there are.
    pub fn get(&self, id: &str) -> Result<Arc<Description>, Failure> {
        self.descriptions.get(id).cloned().ok_or_else(|| {
            let known: Vec<&str> = self.descriptions.keys().map(String::as_str).collect();
            Failure::new(ErrorCode::UnknownProvider, format!("There is no provider {id:?} in the catalogue."))
                .hint(format!("Known are {}.", known.join(", ")))
        })
    }

    /// Every description by id.
    pub fn iter(&self) -> impl Iterator<Item = &Arc<Description>> {
        self.descriptions.values()
    }

    /// Every provider as the window and the command line show it, by id.
    #[must_use]
    pub fn list(&self) -> Vec<ProviderInfo> {
        self.iter().map(|description| description.info()).collect()
    }

    /// The files that could not be taken in.
    #[must_use]
    pub fn faults(&self) -> &[Fault] {
        &self.faults
    }

    fn take(&mut self, name: &str, text: &str) {
        match Description::parse(text, name) {
            Ok(description) => self.put(description),
            Err(fault) => self.faults.push(fault),
        }
    }

    fn put(&mut self, description: Description) {
        self.descriptions.insert(description.id().to_owned(), Arc::new(description));
    }
}
