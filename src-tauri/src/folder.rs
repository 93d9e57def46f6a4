//! The data folder, and that only its owner reads it.
//!
//! `WAYBILL_DATA_DIR` names it; else it is the one that the engine knows for this platform, as for the command
//! line. The engine makes the folder and holds its lock; here it is only found.

use std::{
    ffi::OsString,
    path::{Path, PathBuf},
};
use waybill_model::{ErrorCode, Failure};

/// The environment variable that names the data folder.
pub(crate) const VARIABLE: &str = "WAYBILL_DATA_DIR";

/// Where everything of one installation lives.
#[derive(Clone, Debug)]
pub(crate) struct DataFolder {
    path: PathBuf,
    chosen: bool,
}

impl DataFolder {
    /// The folder itself.
    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// The name two processes of this folder meet under, when it is not the usual folder: an installed
    /// Waybill and one on a folder of its own run side by side.
    pub(crate) fn bus_name(&self) -> Option<String> {
        self.chosen.then(|| format!("dev.waybill.desktop.f{:016x}", fingerprint(&self.path)))
    }
}

/// Lets nobody but the user read the files that this process will create.
pub(crate) fn keep_files_private() {
    #[cfg(unix)]
    rustix::process::umask(rustix::fs::Mode::RWXG | rustix::fs::Mode::RWXO);
}

/// Finds the data folder.
///
/// # Errors
/// The platform names no folder for application data.
pub(crate) fn resolve() -> Result<DataFolder, Failure> {
    from(std::env::var_os(VARIABLE))
}

fn from(chosen: Option<OsString>) -> Result<DataFolder, Failure> {
    let Some(path) = chosen.filter(|path| !path.is_empty()) else {
        return Ok(DataFolder { path: waybill_engine::data_dir(None)?, chosen: false });
    };
    let path = std::path::absolute(&path).map_err(|error| {
        Failure::new(ErrorCode::DataFolder, format!("{VARIABLE} can't be used: {error}. Nothing was opened."))
    })?;
    Ok(DataFolder { path, chosen: true })
}

/// FNV-1a, 64 bit: the same in every build, which the standard library's hashers do not promise.
fn fingerprint(path: &Path) -> u64 {
    path.as_os_str().as_encoded_bytes().iter().fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
        (hash ^ u64::from(*byte)).wrapping_mul(0x0000_0100_0000_01b3)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_variable_goes_before_the_platform() {
        let folder = from(Some("/tmp/w".into())).unwrap();
        assert_eq!(folder.path(), Path::new("/tmp/w"));
        assert!(folder.bus_name().is_some());
        assert!(from(Some("w".into())).unwrap().path().is_absolute());
        if let Ok(usual) = from(Some("".into())) {
            assert_eq!(usual.bus_name(), None);
        }
    }

    #[test]
    fn two_folders_do_not_meet() {
        let name = |path: &str| from(Some(path.into())).unwrap().bus_name();
        assert_eq!(name("/tmp/a"), name("/tmp/a"));
        assert_ne!(name("/tmp/a"), name("/tmp/b"));
    }
}
