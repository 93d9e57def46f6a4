//! The catalogue: providers and schemes, ours and the user's.

use crate::api::*;
use crate::engine::Engine;
use std::path::Path;
use waybill_model::{ErrorCode, Failure, ProviderInfo, Result, SchemeInfo};

/// The user's own files of a folder: name and text. What can't be read is left out; a missing folder is empty.
pub(crate) fn user_files(folder: &Path) -> Vec<(String, String)> {
    let mut files: Vec<(String, String)> = std::fs::read_dir(folder)
        .into_iter()
        .flatten()
        .flatten()
        .filter_map(|entry| {
            let name = entry.file_name().into_string().ok()?;
            let text =
                name.ends_with(".toml").then(|| std::fs::read_to_string(entry.path()).ok()).flatten()?;
            Some((name, text))
        })
        .collect();
    files.sort();
    files
}

#[allow(clippy::unused_async, reason = "every handler of the table has the same form")]
pub(crate) async fn providers(engine: &Engine, _: Nothing) -> Result<Vec<ProviderInfo>> {
    Ok(engine.0.providers.list())
}

#[allow(clippy::unused_async, reason = "every handler of the table has the same form")]
pub(crate) async fn provider(engine: &Engine, request: CatalogueRef) -> Result<ProviderInfo> {
    Ok(engine.0.providers.get(&request.id)?.info())
}

#[allow(clippy::unused_async, reason = "every handler of the table has the same form")]
pub(crate) async fn check_provider(_: &Engine, request: DescriptionText) -> Result<Checks> {
    let faults = match waybill_provider::Description::parse(&request.text, &request.file) {
        Ok(_) => Vec::new(),
        Err(fault) => {
            vec![Fault { line: fault.line as u64, column: fault.column as u64, message: fault.message }]
        }
    };
    Ok(Checks { file: request.file, faults })
}

pub(crate) async fn schemes(engine: &Engine, _: Nothing) -> Result<Vec<SchemeInfo>> {
    engine.notice_schemes().await;
    Ok(engine.schemes().infos())
}

#[allow(clippy::unused_async, reason = "every handler of the table has the same form")]
pub(crate) async fn scheme(engine: &Engine, request: CatalogueRef) -> Result<SchemeFile> {
    let schemes = engine.schemes();
    let info = schemes.require(&request.id)?.info();
    let text = schemes.text(&request.id).map(str::to_owned).ok_or_else(|| {
        Failure::new(ErrorCode::UnknownScheme, format!("The file of scheme {} is not there.", request.id))
    })?;
    Ok(SchemeFile { info, text, own: engine.0.schemes.is_own(&request.id) })
}

#[allow(clippy::unused_async, reason = "every handler of the table has the same form")]
pub(crate) async fn check_scheme(_: &Engine, request: DescriptionText) -> Result<Checks> {
    // The id is the file's name, wherever the file lies.
    let name = Path::new(&request.file).file_name().and_then(|name| name.to_str()).unwrap_or(&request.file);
    let faults = match waybill_signature::Scheme::parse(&request.text, name) {
        Ok(_) => Vec::new(),
        Err(fault) => {
            vec![Fault { line: fault.line as u64, column: fault.column as u64, message: fault.message }]
        }
    };
    Ok(Checks { file: request.file, faults })
}
