//! The engine as the shell holds it: starting, running, or failed with words.
//!
//! The window opens while the engine still starts, so that neither waits for the other; whoever asks before it
//! runs, waits. An engine that could not start answers everything with why, and the page shows that.

use crate::folder::DataFolder;
use crate::stub::{Engine, EngineOptions};
use tauri::{AppHandle, Manager as _};
use tokio::sync::watch;
use waybill_model::Failure;

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

/// Starts the engine on the folder of this application, in the background.
pub(crate) fn start(app: &AppHandle) {
    let app = app.clone();
    tauri::async_runtime::spawn(async move {
        let options =
            EngineOptions { data_dir: app.state::<DataFolder>().path().to_owned(), ..Default::default() };
        let started = guarded(Engine::start(options)).await;
        if let Err(failure) = &started {
            tracing::error!(code = %failure.code, message = failure.message, "the engine did not start");
        }
        app.state::<Host>().started.send_replace(Some(started));
    });
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
