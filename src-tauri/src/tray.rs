//! The tray icon, where the desktop has a place for one.
//!
//! Its menu shows the window, says whether Waybill listens, and quits. It is never the only way to anything: a
//! desktop without a tray loses nothing but the icon, and then closing the window quits, whatever was chosen.

use crate::{lifecycle, window};
use serde_json::Value;
use std::time::Duration;
use tauri::{
    AppHandle, Manager as _,
    menu::{Menu, MenuItem, PredefinedMenuItem},
    tray::{MouseButton, MouseButtonState, TrayIcon, TrayIconBuilder, TrayIconEvent},
};
use tokio::sync::broadcast::{Receiver, error::RecvError};
use waybill_engine::{Engine, Event, api::Tag};

/// Between two looks at the status.
const CALM: Duration = Duration::from_secs(1);
const SHOW: &str = "show";
const STATE: &str = "state";
const QUIT: &str = "quit";

/// The icon and the line of its menu that changes.
struct Tray {
    icon: TrayIcon,
    state: MenuItem<tauri::Wry>,
}

/// Makes the icon if that is possible here.
pub(crate) fn build(app: &AppHandle) {
    match without_panic(|| make(app)) {
        Some(Ok(tray)) => {
            app.manage(tray);
        }
        Some(Err(error)) => tracing::info!(%error, "no tray icon"),
        None => tracing::info!("no tray icon: the desktop's library for it is not installed"),
    }
}

/// Keeps the menu's line about listening true for as long as the engine runs.
pub(crate) fn follow(app: &AppHandle, engine: &Engine) {
    if app.try_state::<Tray>().is_none() {
        return;
    }
    let (app, engine) = (app.clone(), engine.clone());
    tauri::async_runtime::spawn(async move {
        let mut events = engine.events();
        let mut shown = String::new();
        loop {
            if let Ok(status) = engine.call("status.get", Value::Null).await {
                let words = words(&status);
                if words != shown {
                    say(&app, &words);
                    shown = words;
                }
            }
            // Counts change with every delivery, the line does not: what is newest after a pause is enough.
            tokio::time::sleep(CALM).await;
            if wait_for_change(&mut events).await.is_none() {
                return;
            }
        }
    });
}

/// Waits for an event that may change the line; none when the engine is gone.
async fn wait_for_change(events: &mut Receiver<Event>) -> Option<()> {
    loop {
        match events.recv().await {
            Ok(Event::Status { .. } | Event::Missed) | Err(RecvError::Lagged(_)) => return Some(()),
            Ok(Event::Changed { tags }) if tags.contains(&Tag::Status) => return Some(()),
            Ok(_) => {}
            Err(RecvError::Closed) => return None,
        }
    }
}

fn words(status: &Value) -> String {
    match status["listening"].as_str() {
        Some(address) => format!("Listening on {}", address.trim_start_matches("http://")),
        None => "Not listening".to_owned(),
    }
}

fn say(app: &AppHandle, words: &str) {
    if let Some(tray) = app.try_state::<Tray>() {
        let _ = tray.state.set_text(words);
        let _ = tray.icon.set_tooltip(Some(format!("Waybill: {words}")));
    }
}

/// Whether a window that was closed can be brought back from the tray: there is an icon, and somebody draws it.
pub(crate) async fn is_shown(app: &AppHandle) -> bool {
    app.try_state::<Tray>().is_some() && desktop_has_tray().await
}

fn make(app: &AppHandle) -> tauri::Result<Tray> {
    let state = MenuItem::with_id(app, STATE, "Starting", false, None::<&str>)?;
    let menu = Menu::with_items(
        app,
        &[
            &MenuItem::with_id(app, SHOW, "Show Waybill", true, None::<&str>)?,
            &state,
            &PredefinedMenuItem::separator(app)?,
            &MenuItem::with_id(app, QUIT, "Quit Waybill", true, None::<&str>)?,
        ],
    )?;
    let mut builder = TrayIconBuilder::with_id("waybill")
        .menu(&menu)
        .tooltip("Waybill")
        .show_menu_on_left_click(false)
        .on_menu_event(|app, event| match event.id().as_ref() {
            SHOW => window::show(app),
            QUIT => lifecycle::quit(app),
            _ => {}
        })
        .on_tray_icon_event(|tray, event| {
            let released = matches!(
                event,
                TrayIconEvent::Click { button: MouseButton::Left, button_state: MouseButtonState::Up, .. }
            );
            if released {
                window::show(tray.app_handle());
            }
        });
    if let Some(icon) = app.default_window_icon() {
        builder = builder.icon(icon.clone());
    }
    Ok(Tray { icon: builder.build(app)?, state })
}

/// The icon's library on Linux is looked for at run time, and its absence is told by a panic.
fn without_panic<T>(work: impl FnOnce() -> T) -> Option<T> {
    let loud = std::panic::take_hook();
    std::panic::set_hook(Box::new(|_| {}));
    let result = std::panic::catch_unwind(std::panic::AssertUnwindSafe(work)).ok();
    std::panic::set_hook(loud);
    result
}

/// On Linux an icon is drawn only where a tray host runs, which says so on the session bus.
#[cfg(target_os = "linux")]
async fn desktop_has_tray() -> bool {
    let asked = async {
        let bus = zbus::Connection::session().await?;
        let names = zbus::fdo::DBusProxy::new(&bus).await?;
        let watcher = zbus::names::BusName::try_from("org.kde.StatusNotifierWatcher")?;
        names.name_has_owner(watcher).await.map_err(zbus::Error::from)
    };
    matches!(tokio::time::timeout(std::time::Duration::from_secs(1), asked).await, Ok(Ok(true)))
}

#[cfg(not(target_os = "linux"))]
#[allow(clippy::unused_async)]
async fn desktop_has_tray() -> bool {
    true
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn the_line_says_where() {
        assert_eq!(words(&json!({ "listening": "http://127.0.0.1:4400" })), "Listening on 127.0.0.1:4400");
        assert_eq!(words(&json!({ "listening": null })), "Not listening");
    }

    #[test]
    fn a_missing_library_is_no_end() {
        assert_eq!(without_panic(|| 1), Some(1));
        assert_eq!(without_panic(|| -> u8 { panic!("no library") }), None);
    }
}
