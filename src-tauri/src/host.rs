//! The engine as the shell holds it: starting, running, or failed with words.
//!
//! The window opens while the engine still starts, so that neither waits for the other; whoever asks before it
//! runs, waits. An engine that could not start answers everything with why, and the page shows that.

use crate::{folder::DataFolder, tray};
use secrecy::SecretString;
use std::{ffi::OsString, sync::Arc};
use tauri::{AppHandle, Manager as _};
use tokio::sync::watch;
use waybill_engine::{Engine, EngineOptions};
use waybill_model::{Failure, VaultKind};

type Started = Result<Engine, Failure>;

/// The engine, once it is there.
pub(crate) struct Host {
    started: watch::Sender<Option<Started>>,
}

impl Host {
    pub(crate) fn new() -> Self {
        Self { started: watch::Sender::new(None) }
    }

    /// The running engine; waits until its start has come to an end.
    ///
    /// # Errors
    /// Why it could not start.
    pub(crate) async fn engine(&self) -> Started {
        let mut started = self.started.subscribe();
        match started.wait_for(Option::is_some).await.map(|value| value.clone()) {
            Ok(Some(result)) => result,
            Ok(None) | Err(_) => Err(Failure::internal("Waybill is stopping.")),
        }
    }

    /// The engine if it runs now.
    pub(crate) fn running(&self) -> Option<Engine> {
        self.started.borrow().as_ref().and_then(|result| result.as_ref().ok()).cloned()
    }
}

/// Starts the engine on the folder of this application and lets it listen, in the background.
pub(crate) fn start(app: &AppHandle) {
    let app = app.clone();
    tauri::async_runtime::spawn(async move {
        let started = match options(&app) {
            Ok(options) => guarded(async { open(options).await }).await,
            Err(failure) => Err(failure),
        };
        match &started {
            Ok(engine) => tray::follow(&app, engine),
            Err(failure) => tracing::error!(code = %failure.code, "the engine did not start: {failure}"),
        }
        app.state::<Host>().started.send_replace(Some(started));
    });
}

fn options(app: &AppHandle) -> Result<EngineOptions, Failure> {
    let mut options = EngineOptions::new(app.state::<DataFolder>().path().to_owned(), "window");
    options.vault = vault(std::env::var_os("WAYBILL_VAULT"))?;
    options.passphrase =
        Some(Arc::new(|| std::env::var("WAYBILL_VAULT_PASSPHRASE").ok().map(SecretString::from)));
    Ok(options)
}

/// The vault that the environment names; none: the setting holds.
fn vault(named: Option<OsString>) -> Result<Option<VaultKind>, Failure> {
    let Some(named) = named.filter(|name| !name.is_empty()) else { return Ok(None) };
    let text = named.to_string_lossy();
    serde_json::from_value(text.as_ref().into()).map(Some).map_err(|_| {
        Failure::invalid(format!("WAYBILL_VAULT names no vault: {text}. Nothing was opened."))
            .hint("It is keychain, file or memory.")
    })
}

/// A port that is taken stops nothing: the window says so and what is stored can be read.
async fn open(options: EngineOptions) -> Started {
    let engine = Engine::start(options).await?;
    if let Err(failure) = engine.call("capture.start", serde_json::json!({})).await {
        tracing::warn!(code = %failure.code, "not listening: {failure}");
    }
    Ok(engine)
}

/// Runs one piece of the engine's work so that a fault in it ends that work alone: a panic becomes an
/// `internal` failure, the window stays.
pub(crate) async fn guarded<T: Send + 'static>(
    work: impl Future<Output = Result<T, Failure>> + Send + 'static,
) -> Result<T, Failure> {
    match tokio::spawn(work).await {
        Ok(result) => result,
        Err(error) if error.is_cancelled() => {
            Err(Failure::internal("Waybill is stopping; this was not done."))
        }
        Err(_) => Err(Failure::internal("A fault in Waybill ended this action; it may be half done.")
            .hint("Look at the newest lines of the log, in the data folder.")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use waybill_model::ErrorCode;

    #[test]
    fn the_environment_names_the_vault() {
        #[track_caller]
        fn check(named: &str, expected: Option<Option<VaultKind>>) {
            assert_eq!(vault(Some(named.into())).ok(), expected, "{named}");
        }
        check("keychain", Some(Some(VaultKind::Keychain)));
        check("file", Some(Some(VaultKind::File)));
        check("memory", Some(Some(VaultKind::Memory)));
        check("", Some(None));
        check("plain", None);
        assert_eq!(vault(None).ok(), Some(None));
    }

    #[tokio::test]
    async fn a_panic_ends_one_action_alone() {
        let failed = guarded::<()>(async { panic!("a fault") }).await.unwrap_err();
        assert_eq!(failed.code, ErrorCode::Internal);
        assert!(!failed.message.contains("a fault"), "the words of a fault are for the log");
        assert_eq!(guarded(async { Ok(7) }).await.unwrap(), 7);
        let own = guarded::<()>(async { Err(Failure::invalid("no")) }).await.unwrap_err();
        assert_eq!(own.code, ErrorCode::InvalidInput);
    }
}
