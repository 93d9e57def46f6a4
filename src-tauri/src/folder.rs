//! The data folder, and that only its owner reads it.
//!
//! `WAYBILL_DATA_DIR` names it; else it is `waybill` in the platform's folder for application data. The
//! engine makes the folder and holds its lock; here it is only found.

use std::{
    ffi::OsString,
    path::{Path, PathBuf},
};

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
/// The platform names no folder for application data, as words for the user.
pub(crate) fn resolve() -> Result<DataFolder, String> {
    from(std::env::var_os(VARIABLE), dirs::data_local_dir())
}

fn from(chosen: Option<OsString>, usual: Option<PathBuf>) -> Result<DataFolder, String> {
    if let Some(path) = chosen.filter(|path| !path.is_empty()) {
        let path =
            std::path::absolute(&path).map_err(|error| format!("{VARIABLE} can't be used: {error}."))?;
        return Ok(DataFolder { path, chosen: true });
    }
    match usual {
        Some(folder) => Ok(DataFolder { path: folder.join("waybill"), chosen: false }),
        None => Err(format!("This system names no folder for data. Set {VARIABLE} to a folder.")),
    }
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
        let usual = Some(PathBuf::from("/home/a/.local/share"));
        let folder = from(None, usual.clone()).unwrap();
        assert_eq!(folder.path(), Path::new("/home/a/.local/share/waybill"));
        assert_eq!(folder.bus_name(), None);

        let folder = from(Some("/tmp/w".into()), usual.clone()).unwrap();
        assert_eq!(folder.path(), Path::new("/tmp/w"));
        assert!(folder.bus_name().is_some());

        assert_eq!(from(Some("".into()), usual).unwrap().path(), Path::new("/home/a/.local/share/waybill"));
        assert!(from(None, None).unwrap_err().contains(VARIABLE));
    }

    #[test]
    fn two_folders_do_not_meet() {
        let name = |path: &str| from(Some(path.into()), None).unwrap().bus_name();
        assert_eq!(name("/tmp/a"), name("/tmp/a"));
        assert_ne!(name("/tmp/a"), name("/tmp/b"));
    }
}
