//! How the application ends: in order, once, and in bounded time.
//!
//! Closing the window quits, unless the user chose to go on in the tray and there is a tray. Quitting takes the
//! window away at once, lets the engine stop (answers under way go out, jobs are kept, the store is flushed)
//! and only then ends the process. An engine that does not stop in time is left to the next start's repair:
//! what was acknowledged is on the disk already.

use crate::{host::Host, tray, window};
use std::{
    sync::atomic::{AtomicBool, Ordering},
    time::Duration,
};
use tauri::{AppHandle, Manager as _, RunEvent, WindowEvent};

/// Longer than the engine's own limit for answers under way.
const STOP_WITHIN: Duration = Duration::from_secs(12);

static QUITTING: AtomicBool = AtomicBool::new(false);
static STOPPED: AtomicBool = AtomicBool::new(false);

/// What the event loop does with what happens to it.
pub(crate) fn on_event(app: &AppHandle, event: RunEvent) {
    match event {
        RunEvent::WindowEvent { label, event: WindowEvent::CloseRequested { api, .. }, .. }
            if label == window::MAIN =>
        {
            api.prevent_close();
            closed(app);
        }
        RunEvent::ExitRequested { api, .. } if !STOPPED.load(Ordering::Acquire) => {
            api.prevent_exit();
            quit(app);
        }
        #[cfg(target_os = "macos")]
        RunEvent::Reopen { .. } => window::show(app),
        _ => {}
    }
}

/// Ends the application in order. A second call changes nothing.
pub(crate) fn quit(app: &AppHandle) {
    if QUITTING.swap(true, Ordering::AcqRel) {
        return;
    }
    window::remember(app);
    window::hide(app);
    let app = app.clone();
    tauri::async_runtime::spawn(async move {
        if let Some(engine) = app.state::<Host>().running()
            && tokio::time::timeout(STOP_WITHIN, engine.stop()).await.is_err()
        {
            tracing::error!("the engine did not stop in time");
        }
        STOPPED.store(true, Ordering::Release);
        app.exit(0);
    });
}

/// Quits in order when the system or a terminal asks for it.
pub(crate) fn quit_on_signals(app: &AppHandle) {
    let app = app.clone();
    tauri::async_runtime::spawn(async move {
        asked_to_end().await;
        quit(&app);
    });
}

fn closed(app: &AppHandle) {
    window::remember(app);
    let app = app.clone();
    tauri::async_runtime::spawn(async move {
        if stays_in_tray(&app).await {
            window::hide(&app);
        } else {
            quit(&app);
        }
    });
}

async fn stays_in_tray(app: &AppHandle) -> bool {
    let Some(engine) = app.state::<Host>().running() else { return false };
    let settings = engine.call("settings.get", serde_json::Value::Null);
    let chosen = match tokio::time::timeout(Duration::from_secs(1), settings).await {
        Ok(Ok(settings)) => settings["close_to_tray"] == true,
        Ok(Err(_)) | Err(_) => false,
    };
    chosen && tray::is_shown(app).await
}

#[cfg(unix)]
async fn asked_to_end() {
    use tokio::signal::unix::{SignalKind, signal};
    let (Ok(mut terminate), Ok(mut interrupt)) =
        (signal(SignalKind::terminate()), signal(SignalKind::interrupt()))
    else {
        return std::future::pending().await;
    };
    tokio::select! {
        _ = terminate.recv() => {}
        _ = interrupt.recv() => {}
    }
}

#[cfg(not(unix))]
async fn asked_to_end() {
    if tokio::signal::ctrl_c().await.is_err() {
        std::future::pending::<()>().await;
    }
}
