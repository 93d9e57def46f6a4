//! Endpoints and connections: lists, details, forms, and what is asked before something is written.

use super::shoot;
use crate::{driver::Session, person::keys, stage::Stage, world::World};
use serde_json::json;

const ENDPOINTS: &str = "Endpoints, those with problems first";

#[test]
fn endpoints() {
    let Some(stage) = Stage::set() else { return };
    let world = World::filled(&stage);
    let window = &world.window;
    window.command("Endpoints");
    window.sees(ENDPOINTS, 3, &["Enabled"]);
    shoot(window, "endpoints", "in 3 connections");
    detail(window);
    questions(window);
    form(window);
    world.window.quit();
}

fn detail(window: &Session) {
    window.press_row(ENDPOINTS, &["mnemom-alerts"]);
    for (key, name, words) in [
        ("1", "overview", "alerts"),
        ("2", "log", "not in the log"),
        ("3", "secret", "Used by"),
        ("4", "raw", "without secrets"),
    ] {
        window.keys(&[key]);
        shoot(window, &format!("endpoint-{name}"), words);
    }
    window.keys(&["1"]);
    window.press_row(ENDPOINTS, &["Inactive"]);
    shoot(window, "endpoint-inactive", "ledger.example.com");
    window.press_row(ENDPOINTS, &["mynd-prod"]);
    shoot(window, "endpoint-unsupported", "in/mynd-prod");
}

fn questions(window: &Session) {
    window.press_row(ENDPOINTS, &["mnemom-alerts"]);
    for (name, press, title) in [
        ("ask-test", "Send test", "Send a test event?"),
        ("ask-disable", "Disable", "Disable this endpoint?"),
        ("ask-delete", "Delete…", "Delete "),
        ("ask-rotate", "Rotate secret…", "Rotate the secret?"),
    ] {
        window.press(press);
        window.dialog(title);
        shoot(window, name, "Cancel");
        if name != "ask-rotate" {
            window.press("Cancel");
            window.no_dialog();
        }
    }
    window.press("Show the call");
    shoot(window, "ask-rotate-call", "POST");
    window.press("Rotate secret");
    window.dialog("In your keychain");
    shoot(window, "custody-rotated", "The one before");
    window.press("Done");
    window.no_dialog();
    window.keys(&["3"]);
    shoot(window, "endpoint-secret-rotated", "Used by");
    window.keys(&["1"]);
}

fn form(window: &Session) {
    window.keys(&["n"]);
    window.dialog("New endpoint");
    shoot(window, "endpoint-new", "Create endpoint");
    window.press("Only these");
    window.write("Address", "");
    window.press("Create endpoint");
    shoot(window, "endpoint-new-gaps", "0 chosen");
    window.press("run.completed");
    window.press("Use the address of the inbox");
    window.press("Show the call");
    shoot(window, "endpoint-new-call", "/v1/webhooks");
    window.press("Create endpoint");
    window.dialog("In your keychain");
    shoot(window, "custody", "It was stored before anyone saw it.");
    window.press("Done");
    window.no_dialog();
    window.press_row(ENDPOINTS, &["mnemom-alerts"]);
    window.keys(&["e"]);
    window.dialog("Edit alerts");
    shoot(window, "endpoint-edit", "Save at the provider");
    window.keys(&[keys::ESCAPE]);
    window.no_dialog();
}

#[test]
fn connections() {
    let Some(stage) = Stage::set() else { return };
    let world = World::fresh(&stage);
    let window = &world.window;
    window.rpc("settings.update", json!({ "welcomed": true }));
    window.go("/");
    shoot(window, "deliveries-empty", "Nothing has arrived yet");
    window.command("Endpoints");
    shoot(window, "endpoints-empty", "No connection yet");
    window.command("Connections");
    shoot(window, "connections-empty", "Add a connection");
    window.press("Add a connection");
    shoot(window, "connections-grid", "Mnemom");
    window.write("Search", "mne");
    shoot(window, "connections-grid-found", "Mnemom");
    window.keys(&[keys::ENTER]);
    window.dialog("Connect Mnemom");
    shoot(window, "connection-new", "What will be read");
    window.press("Connect and test");
    shoot(window, "connection-new-gaps", "The token is needed.");
    window.press("Another address");
    window.write("Base address", &world.mnemom.base_url);
    for (name, value) in &world.mnemom.vars {
        assert_eq!(name, "org_id");
        window.write("Organisation id", value);
    }
    window.write("User token", "mistyped");
    window.press("Connect and test");
    window.dialog("Mnemom could not be read");
    shoot(window, "connection-refused", "Correct it");
    window.press("Correct it");
    window.dialog("Connect Mnemom");
    window.write("User token", &world.mnemom.token);
    window.press("Connect and test");
    window.dialog("Connected to Mnemom");
    shoot(window, "connection-made", "It works.");
    window.press("Done");
    window.no_dialog();
    shoot(window, "connections", "What Mnemom can do");
    window.press("Remove…");
    window.dialog("Remove mnemom?");
    shoot(window, "ask-remove-connection", "Remove connection");
    window.press("Cancel");
    window.no_dialog();
    window.command("Endpoints");
    shoot(window, "endpoints-none", "No endpoint yet");
    world.window.quit();
}
