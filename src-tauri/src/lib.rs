//! The desktop shell: a window, a tray icon, one command into the engine, bytes, and the event stream.
//!
//! The shell decides nothing about webhooks. It starts the engine, lets the page ask it, and ends both in
//! order. What it promises: the page shows only what was built into the binary; it can't navigate away, open
//! windows or download; a page that was reloaded keeps one event stream; quitting stops the engine before the
//! process ends. What it leaves out: every use case (`waybill-engine`), and everything that is shown (`ui/`).

mod bytes;
mod events;
mod files;
mod folder;
mod host;
mod lifecycle;
mod links;
mod renderer;
mod rpc;
mod tray;
mod window;

use std::process::ExitCode;
use tauri::Manager as _;

/// Runs the application until it quits; what comes back is the status of the process.
#[must_use]
pub fn run() -> ExitCode {
    renderer::choose();
    folder::keep_files_private();
    let folder = match folder::resolve() {
        Ok(folder) => folder,
        Err(failure) => return refuse(&failure.message),
    };

    let one_per_folder =
        tauri_plugin_single_instance::Builder::new().callback(|app, _arguments, _folder| window::show(app));
    let one_per_folder = match folder.bus_name() {
        Some(name) => one_per_folder.dbus_id(name),
        None => one_per_folder,
    };

    let built = tauri::Builder::default()
        .plugin(one_per_folder.build())
        .manage(host::Host::new())
        .manage(events::Streams::default())
        .manage(folder)
        .invoke_handler(tauri::generate_handler![
            rpc::rpc,
            bytes::bytes,
            events::subscribe,
            links::open_link,
            files::save_file
        ])
        .setup(|app| {
            let handle = app.handle();
            host::start(handle);
            tray::build(handle);
            lifecycle::quit_on_signals(handle);
            window::open(handle, &app.state::<folder::DataFolder>())?;
            Ok(())
        })
        .build(tauri::generate_context!());

    match built {
        Ok(app) => ExitCode::from(u8::try_from(app.run_return(lifecycle::on_event)).unwrap_or(1)),
        Err(error) => refuse(&format!("The window can't be opened: {error}.")),
    }
}

/// Says why the application does not start. There is no window and perhaps no log yet: the words go to the
/// place a person who started it from a terminal looks at.
#[allow(clippy::print_stderr)]
fn refuse(words: &str) -> ExitCode {
    tracing::error!(words, "not started");
    eprintln!("waybill: {words}");
    ExitCode::FAILURE
}
