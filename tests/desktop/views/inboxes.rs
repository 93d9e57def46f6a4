//! Inboxes and settings.

use super::shoot;
use crate::{person::keys, stage::Stage, world::World};
use serde_json::json;

#[test]
fn inboxes_and_settings() {
    let Some(stage) = Stage::set() else { return };
    let world = World::filled(&stage);
    let window = &world.window;
    window.command("Inboxes");
    window.sees("Inboxes", 1, &["shop-test"]);
    shoot(window, "inboxes", "mnemom-alerts");
    window.press_row("Inboxes", &["mynd-prod"]);
    shoot(window, "inbox", "Secrets, the current one first");
    window.write("Status", "410");
    window.write("Wait before, in ms", "12000");
    shoot(window, "inbox-dangerous", "Not saved yet.");
    window.press("Save");
    window.dialog("Answer like this?");
    shoot(window, "ask-answer", "Save anyway");
    window.press("Cancel");
    window.no_dialog();
    window.press("Undo changes");
    window.press("Add a secret…");
    window.dialog("Add a signing secret to mynd-prod");
    shoot(window, "inbox-secret", "Store it");
    window.press("Cancel");
    window.no_dialog();
    window.press("Remove…");
    window.dialog("Remove mynd-prod?");
    shoot(window, "ask-remove-inbox", "Remove inbox");
    window.press("Cancel");
    window.no_dialog();
    window.press_row("Inboxes", &["unsorted"]);
    shoot(window, "inbox-unsorted", "answered 404");
    window.command("New inbox");
    window.dialog("New inbox");
    window.write("Name", "Stripe test");
    window.press("Make inbox");
    shoot(window, "inbox-new", "Small letters");
    window.keys(&[keys::ESCAPE]);
    window.no_dialog();

    window.command("Settings");
    shoot(window, "settings", "Public address");
    window.write("Port", "80000");
    window.keys(&[keys::ENTER]);
    window.press("Data");
    shoot(window, "settings-data", "Everything that is kept lies in one folder");
    window.press("What works here");
    shoot(window, "settings-doctor", "What works here");
    window.press("Capture");
    shoot(window, "settings-refused", "A port from 0 to 65535.");
    window.write("Search the settings", "vault");
    shoot(window, "settings-found", "keychain");
    // Another address than the one the endpoints have is a finding.
    window.rpc("settings.update", json!({ "public_url": "https://blue-heron.example.com" }));
    window.command("Endpoints");
    shoot(window, "endpoints-moved", "The public address changed.");
    window.press("Review and update");
    shoot(window, "ask-move", "blue-heron.example.com");
    window.keys(&[keys::ESCAPE]);
    window.no_dialog();
    world.window.quit();
}
