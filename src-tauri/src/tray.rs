//! The tray icon, where the desktop has a place for one.
//!
//! Its menu shows the window, says whether Waybill listens, and quits. It is never the only way to anything: a
//! desktop without a tray loses nothing but the icon, and then closing the window quits, whatever was chosen.

use crate::{lifecycle, window};
use tauri::{
    AppHandle, Manager as _,
    menu::{Menu, MenuItem, PredefinedMenuItem},
    tray::{MouseButton, MouseButtonState, TrayIcon, TrayIconBuilder, TrayIconEvent},
};

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

/// Says in the tray's menu whether Waybill listens, and where.
pub(crate) fn say(app: &AppHandle, words: &str) {
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
