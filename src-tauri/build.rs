//! Compiles the Tauri context: configuration, permissions, and the built window in `ui/dist`.
//!
//! The folders of this package stand under `src-tauri/` while its manifest stands at the top, so the
//! capability and permission patterns are given. When the window was not built yet, a page that says so
//! takes its place, so that every cargo command works on a fresh clone; `cargo xtask` always builds it first.

use std::{fs, io, path::Path};

const NOT_BUILT: &str = "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\"><title>Waybill</title>\
<p>The window was not built. Start Waybill with <code>cargo xtask run</code>.</p></html>\n";

fn main() {
    println!("cargo:rerun-if-changed=src-tauri/capabilities");
    println!("cargo:rerun-if-changed=src-tauri/permissions");
    println!("cargo:rerun-if-changed=src-tauri/icons");
    println!("cargo:rerun-if-changed=ui/dist");
    if let Err(error) = stand_in(Path::new("ui/dist/index.html")) {
        panic!("ui/dist can't be written: {error}");
    }
    let manifest = tauri_build::AppManifest::new().permissions_path_pattern("./src-tauri/permissions/*.toml");
    let attributes = tauri_build::Attributes::new()
        .capabilities_path_pattern("./src-tauri/capabilities/**/*")
        .app_manifest(manifest);
    if let Err(error) = tauri_build::try_build(attributes) {
        panic!("the Tauri context can't be built: {error:#}");
    }
}

fn stand_in(page: &Path) -> io::Result<()> {
    if page.exists() {
        return Ok(());
    }
    if let Some(folder) = page.parent() {
        fs::create_dir_all(folder)?;
    }
    fs::write(page, NOT_BUILT)
}
