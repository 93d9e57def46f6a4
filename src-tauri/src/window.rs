//! The one window: how it opens, what it refuses, and where it stood.
//!
//! It stays hidden until its page has loaded and takes the page's ground colour meanwhile, so nothing flashes.
//! Its place is kept in `window.json` of the data folder; a place that no screen shows any more is not used.

use crate::{events::Streams, folder::DataFolder};
use serde::{Deserialize, Serialize};
use std::{fs, io, path::Path};
use tauri::{
    AppHandle, LogicalPosition, LogicalSize, Manager as _, Theme, Url, WebviewUrl, WebviewWindow,
    WebviewWindowBuilder,
    webview::{Color, NewWindowResponse, PageLoadEvent},
};

/// The label of the window, which the capability names too.
pub(crate) const MAIN: &str = "main";

const PLACE: &str = "window.json";
/// What the page itself keeps (form drafts, column widths); it holds no payload and no secret.
const PAGE_STORE: &str = "webview";
const SIZE: (f64, f64) = (1280.0, 800.0);
const SMALLEST: (f64, f64) = (900.0, 600.0);
/// `--bg` of the light and of the dark theme.
const GROUND_LIGHT: Color = Color(0xf7, 0xf7, 0xf5, 0xff);
const GROUND_DARK: Color = Color(0x14, 0x15, 0x18, 0xff);

/// Where the window stood, in logical pixels.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
struct Place {
    x: f64,
    y: f64,
    width: f64,
    height: f64,
    maximized: bool,
}

impl Place {
    /// At least the smallest size, and nothing that is no number.
    fn sound(self) -> Option<Self> {
        let numbers = [self.x, self.y, self.width, self.height];
        numbers.iter().all(|number| number.is_finite() && number.abs() < 100_000.0).then(|| Self {
            width: self.width.max(SMALLEST.0),
            height: self.height.max(SMALLEST.1),
            ..self
        })
    }

    /// Whether the title bar can be grasped on that screen.
    fn graspable(&self, position: LogicalPosition<f64>, size: LogicalSize<f64>) -> bool {
        let (left, right) = (self.x.max(position.x), (self.x + self.width).min(position.x + size.width));
        right - left >= 100.0 && self.y >= position.y - 1.0 && self.y <= position.y + size.height - 40.0
    }
}

/// Opens the window; it shows itself when its page is there.
pub(crate) fn open(app: &AppHandle, folder: &DataFolder) -> tauri::Result<()> {
    let place = read(&folder.path().join(PLACE));
    let (width, height) = place.map_or(SIZE, |place| (place.width, place.height));
    let window = WebviewWindowBuilder::new(app, MAIN, WebviewUrl::App("index.html".into()))
        .title("Waybill")
        .inner_size(width, height)
        .min_inner_size(SMALLEST.0, SMALLEST.1)
        .prevent_overflow()
        .maximized(place.is_some_and(|place| place.maximized))
        .visible(false)
        .data_directory(folder.path().join(PAGE_STORE))
        .disable_drag_drop_handler()
        .on_navigation(is_own_page)
        .on_new_window(|_, _| NewWindowResponse::Deny)
        .on_download(|_, _| false)
        .on_page_load(|window, load| match load.event() {
            PageLoadEvent::Started => window.state::<Streams>().end(),
            PageLoadEvent::Finished => reveal(&window),
        })
        .build()?;
    let ground = if matches!(window.theme(), Ok(Theme::Dark)) { GROUND_DARK } else { GROUND_LIGHT };
    // Not every platform can colour it; then it opens in the platform's own colour.
    let _ = window.set_background_color(Some(ground));
    if let Some(place) = place.filter(|place| on_a_screen(&window, place)) {
        window.set_position(LogicalPosition::new(place.x, place.y))?;
    }
    Ok(())
}

/// Brings the window to the front, wherever it was.
pub(crate) fn show(app: &AppHandle) {
    if let Some(window) = app.get_webview_window(MAIN) {
        let _ = window.unminimize();
        reveal(&window);
    }
}

/// Takes the window away; the application goes on.
pub(crate) fn hide(app: &AppHandle) {
    if let Some(window) = app.get_webview_window(MAIN) {
        let _ = window.hide();
    }
}

/// Keeps where the window stands, for the next start.
pub(crate) fn remember(app: &AppHandle) {
    let Some(window) = app.get_webview_window(MAIN) else { return };
    let file = app.state::<DataFolder>().path().join(PLACE);
    if let Ok(now) = place_of(&window, read(&file))
        && let Err(error) = write(&file, &now)
    {
        tracing::warn!(%error, "the window's place was not kept");
    }
}

fn reveal(window: &WebviewWindow) {
    // Each of these fails only where the platform has no such thing.
    let _ = window.show();
    let _ = window.set_focus();
}

/// The built page and nothing else: no other site, no file, no data address.
fn is_own_page(url: &Url) -> bool {
    let host = url.host_str();
    match url.scheme() {
        "tauri" => host == Some("localhost"),
        // Windows serves the built page under this name; no resolver is asked.
        "http" | "https" => cfg!(windows) && host == Some("tauri.localhost"),
        _ => false,
    }
}

fn on_a_screen(window: &WebviewWindow, place: &Place) -> bool {
    window.available_monitors().is_ok_and(|monitors| {
        monitors.iter().any(|monitor| {
            let scale = monitor.scale_factor();
            place.graspable(monitor.position().to_logical(scale), monitor.size().to_logical(scale))
        })
    })
}

/// While maximized the size before that is kept, so that un-maximizing goes back to it.
fn place_of(window: &WebviewWindow, before: Option<Place>) -> tauri::Result<Place> {
    let scale = window.scale_factor()?;
    let position = window.outer_position()?.to_logical::<f64>(scale);
    let size = window.inner_size()?.to_logical::<f64>(scale);
    let maximized = window.is_maximized()?;
    Ok(match before {
        Some(before) if maximized => Place { maximized, ..before },
        _ if maximized => Place { x: position.x, y: position.y, width: SIZE.0, height: SIZE.1, maximized },
        _ => Place { x: position.x, y: position.y, width: size.width, height: size.height, maximized },
    })
}

fn read(file: &Path) -> Option<Place> {
    serde_json::from_slice::<Place>(&fs::read(file).ok()?).ok()?.sound()
}

fn write(file: &Path, place: &Place) -> io::Result<()> {
    if let Some(folder) = file.parent() {
        fs::create_dir_all(folder)?;
    }
    let unfinished = file.with_extension("json.new");
    fs::write(&unfinished, serde_json::to_vec(place)?)?;
    fs::rename(unfinished, file)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_built_page_is_shown() {
        #[track_caller]
        fn check(url: &str, expected: bool) {
            assert_eq!(is_own_page(&Url::parse(url).unwrap()), expected, "{url}");
        }
        check("tauri://localhost", true);
        check("tauri://localhost/endpoints?x=1#y", true);
        check("tauri://localhost.example/", false);
        check("tauri://example/", false);
        check("https://localhost/", false);
        check("https://tauri.localhost/", cfg!(windows));
        check("http://tauri.localhost.example/", false);
        check("http://127.0.0.1:4400/", false);
        check("file:///etc/passwd", false);
        check("data:text/html,x", false);
        check("about:blank", false);
        check("blob:tauri://localhost/1", false);
        check("javascript:alert(1)", false);
    }

    #[test]
    fn a_place_is_kept_and_a_damaged_one_is_not_used() {
        let folder = std::env::temp_dir().join(format!("waybill-place-{}", std::process::id()));
        let file = folder.join("deeper").join(PLACE);
        let place = Place { x: 10.0, y: -4.5, width: 1000.0, height: 700.0, maximized: true };
        assert_eq!(read(&file), None);
        write(&file, &place).unwrap();
        assert_eq!(read(&file), Some(place));
        for damaged in
            ["", "{", "[]", r#"{"x":1}"#, r#"{"x":1e300,"y":0,"width":1,"height":1,"maximized":false}"#]
        {
            fs::write(&file, damaged).unwrap();
            assert_eq!(read(&file), None, "{damaged}");
        }
        fs::remove_dir_all(&folder).unwrap();
    }

    #[test]
    fn a_place_off_every_screen_is_not_used() {
        #[track_caller]
        fn check(x: f64, y: f64, expected: bool) {
            let place = Place { x, y, width: 1280.0, height: 800.0, maximized: false };
            let shown = place.graspable(LogicalPosition::new(0.0, 0.0), LogicalSize::new(1920.0, 1080.0));
            assert_eq!(shown, expected, "{x}, {y}");
        }
        check(0.0, 0.0, true);
        check(-1100.0, 10.0, true);
        check(-1200.0, 10.0, false);
        check(1820.0, 10.0, true);
        check(1850.0, 10.0, false);
        check(100.0, 1050.0, false);
        check(100.0, -200.0, false);
    }

    #[test]
    fn a_small_place_grows_to_the_smallest() {
        let place = Place { x: 0.0, y: 0.0, width: 10.0, height: 10.0, maximized: false };
        assert_eq!(place.sound().map(|place| (place.width, place.height)), Some(SMALLEST));
        assert_eq!(Place { x: f64::NAN, ..place }.sound(), None);
    }
}
