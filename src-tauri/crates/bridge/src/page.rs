//! The built window: its files, and its page for every address the window's router knows.

use crate::Bridge;
use axum::{
    extract::State,
    http::{HeaderName, StatusCode, Uri, header},
    response::{IntoResponse, Response},
};
use std::path::{Component, Path, PathBuf};

/// That of `tauri.conf.json`; a browser reaches the host by its own origin in place of the IPC's.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; font-src 'self'; img-src 'self'; \
connect-src 'self'; frame-src 'none'; object-src 'none'; base-uri 'none'; form-action 'none'";

pub(crate) async fn serve(State(bridge): State<Bridge>, uri: Uri) -> Response {
    let Some(file) = file_of(uri.path()) else { return StatusCode::NOT_FOUND.into_response() };
    let is_view = file.extension().is_none();
    let file = if is_view { PathBuf::from("index.html") } else { file };
    match tokio::fs::read(bridge.ui.join(&file)).await {
        Ok(bytes) => ([(header::CONTENT_TYPE, kind_of(&file))], security(), bytes).into_response(),
        Err(_) if is_view => {
            (StatusCode::NOT_FOUND, "The window was not built: npm run build:bridge").into_response()
        }
        Err(_) => StatusCode::NOT_FOUND.into_response(),
    }
}

fn security() -> [(HeaderName, &'static str); 3] {
    [
        (header::CONTENT_SECURITY_POLICY, POLICY),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::CACHE_CONTROL, "no-store"),
    ]
}

/// The file that a path names, below the folder; none for a path that leads out of it.
fn file_of(path: &str) -> Option<PathBuf> {
    let relative = Path::new(path.trim_start_matches('/'));
    let below = relative.components().all(|component| matches!(component, Component::Normal(_)));
    // The window's own files have plain names: nothing needs decoding.
    (below && !path.contains(['%', '\\'])).then(|| relative.to_path_buf())
}

fn kind_of(file: &Path) -> &'static str {
    match file.extension().and_then(|ending| ending.to_str()) {
        Some("html") => "text/html; charset=utf-8",
        Some("js" | "mjs") => "text/javascript; charset=utf-8",
        Some("css") => "text/css; charset=utf-8",
        Some("json" | "map") => "application/json",
        Some("svg") => "image/svg+xml",
        Some("png") => "image/png",
        Some("ico") => "image/x-icon",
        Some("woff2") => "font/woff2",
        Some("woff") => "font/woff",
        Some("wasm") => "application/wasm",
        _ => "application/octet-stream",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_path_leads_out() {
        #[track_caller]
        fn check(path: &str, expected: Option<&str>) {
            assert_eq!(file_of(path), expected.map(PathBuf::from), "{path}");
        }
        check("/", Some(""));
        check("/endpoints", Some("endpoints"));
        check("/assets/index-1.js", Some("assets/index-1.js"));
        check("/../Cargo.toml", None);
        check("/assets/../../Cargo.toml", None);
        check("/%2e%2e/Cargo.toml", None);
        check("/a\\..\\b", None);
        check("//etc/passwd", Some("etc/passwd"));
    }
}
