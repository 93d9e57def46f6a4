//! The user's own schemes: kept, tried before they are kept, removed; and what a request looks like.

mod compose;
mod live;
mod try_out;

pub(crate) use live::Schemes;
pub(crate) use try_out::{detect, preview, test_key};

use crate::api::*;
use crate::catalogue;
use crate::engine::Engine;
use std::io::Write as _;
use std::path::Path;
use std::sync::Arc;
use waybill_model::{ErrorCode, Failure, Result};
use waybill_signature::{Catalogue, Scheme};

/// The longest file that is kept, in bytes. Ours have one or two thousand.
const LONGEST: usize = 64 * 1024;

impl Engine {
    /// The schemes as they stand now.
    pub(crate) fn schemes(&self) -> Arc<Catalogue> {
        self.0.schemes.now()
    }

    /// Reads the user's own schemes anew when their files have changed.
    pub(crate) async fn notice_schemes(&self) {
        let engine = self.clone();
        let changed = tokio::task::spawn_blocking(move || engine.0.schemes.notice()).await;
        if matches!(changed, Ok(true)) {
            self.push(Event::Changed { tags: vec![Tag::Schemes] });
        }
    }
}

pub(crate) async fn own(engine: &Engine, _: Nothing) -> Result<OwnSchemes> {
    engine.notice_schemes().await;
    Ok(engine.0.schemes.own())
}

pub(crate) async fn reload(engine: &Engine, _: Nothing) -> Result<OwnSchemes> {
    blocking(engine, |engine| {
        engine.0.schemes.reload();
        Ok(engine.0.schemes.own())
    })
    .await
}

#[allow(clippy::unused_async, reason = "every handler of the table has the same form")]
pub(crate) async fn compose(_: &Engine, request: SchemeForm) -> Result<SchemeText> {
    compose::compose(&request)
}

pub(crate) async fn save(engine: &Engine, request: SchemeSave) -> Result<SchemeFile> {
    let SchemeSave { id, text, replace } = request;
    if text.len() > LONGEST {
        return Err(Failure::invalid("A scheme file has at most 64 KiB; nothing was stored."));
    }
    let name = file_name(&id)?;
    Scheme::parse(&text, &name)?;
    let _alone = engine.0.changing.lock().await;
    engine.notice_schemes().await;
    if !replace && (engine.schemes().get(&id).is_some() || engine.0.schemes.folder().join(&name).exists()) {
        return Err(Failure::new(
            ErrorCode::AlreadyExists,
            format!("There is a scheme {id} already; nothing was stored."),
        )
        .hint("Choose another id, or say that it is to be replaced."));
    }
    let partial = format!(".{name}.{}", engine.fresh_uuid());
    blocking(engine, move |engine| {
        write_whole(engine.0.schemes.folder(), &partial, &name, text.as_bytes()).map_err(|error| {
            let code = match error.kind() {
                std::io::ErrorKind::StorageFull => ErrorCode::DiskFull,
                _ => ErrorCode::DataFolder,
            };
            let place = engine.0.schemes.folder().join(&name);
            Failure::new(
                code,
                format!("{} could not be written: {error}. Nothing was stored.", place.display()),
            )
        })?;
        engine.0.schemes.reload();
        Ok(())
    })
    .await?;
    catalogue::scheme(engine, CatalogueRef { id }).await
}

pub(crate) async fn remove(engine: &Engine, request: CatalogueRef) -> Result<Nothing> {
    let name = file_name(&request.id)?;
    let _alone = engine.0.changing.lock().await;
    engine.notice_schemes().await;
    let place = engine.0.schemes.folder().join(name);
    if !place.exists() {
        engine.schemes().require(&request.id)?;
        return Err(Failure::invalid(format!(
            "The scheme {} comes with Waybill; only your own can be removed.",
            request.id
        )));
    }
    let users: Vec<String> = engine
        .0
        .store
        .inboxes()
        .await?
        .into_iter()
        .filter(|inbox| inbox.scheme.as_deref() == Some(request.id.as_str()))
        .map(|inbox| inbox.name.to_string())
        .collect();
    if !users.is_empty() {
        return Err(Failure::new(
            ErrorCode::InUse,
            format!("The scheme {} is in use by inbox {}; it was not removed.", request.id, users.join(", ")),
        )
        .hint("Give the inbox another scheme first."));
    }
    blocking(engine, move |engine| {
        std::fs::remove_file(&place).map_err(|error| {
            Failure::new(ErrorCode::DataFolder, format!("{} could not be removed: {error}.", place.display()))
        })?;
        engine.0.schemes.reload();
        Ok(Nothing {})
    })
    .await
}

/// The name of the file of that scheme; an id can't lead out of the folder.
fn file_name(id: &str) -> Result<String> {
    let good = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
    if (1..=64).contains(&id.len()) && id.chars().all(good) && !id.starts_with('-') {
        Ok(format!("{id}.toml"))
    } else {
        Err(Failure::invalid(format!("{id:?} can't be the id of a scheme; nothing was done."))
            .hint("Use 1 to 64 of a-z, 0-9 and '-'; it begins with a letter or a digit."))
    }
}

async fn blocking<T: Send + 'static>(
    engine: &Engine,
    work: impl FnOnce(&Engine) -> Result<T> + Send + 'static,
) -> Result<T> {
    let engine = engine.clone();
    tokio::task::spawn_blocking(move || work(&engine))
        .await
        .map_err(|error| Failure::internal(format!("The folder of schemes could not be used: {error}.")))?
}

/// Writes a file that only this user reads; it stands under its name when it is whole, and not before.
fn write_whole(folder: &Path, partial: &str, name: &str, bytes: &[u8]) -> std::io::Result<()> {
    let mut builder = std::fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(folder)?;
    let partial = folder.join(partial);
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let written = options
        .open(&partial)
        .and_then(|mut file| file.write_all(bytes).and_then(|()| file.sync_all()))
        .and_then(|()| std::fs::rename(&partial, folder.join(name)));
    if written.is_err() {
        let _ = std::fs::remove_file(&partial);
    }
    written
}
