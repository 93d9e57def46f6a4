//! The smallest window, 900 × 600: the sidebar is folded away and a detail is a page of its own.

use super::shoot;
use crate::{driver::Session, person::DELIVERIES, stage::Stage, world::World};
use serde_json::json;
use std::fs;

#[test]
fn the_smallest_window() {
    let Some(stage) = Stage::set() else { return };
    let world = World::filled(&stage);
    let data = stage.folder("data");
    world.window.quit();
    // Where the window stood is read at the next start.
    let place = json!({ "x": 20.0, "y": 30.0, "width": 900.0, "height": 600.0, "maximized": false });
    fs::write(data.join("window.json"), place.to_string()).unwrap();
    let window = Session::start(&stage, &data, &[]);
    let inner = window.script("return [innerWidth, innerHeight]");
    assert_eq!(inner, json!([900, 600]));

    window.sees(DELIVERIES, 2, &["502"]);
    shoot(&window, "narrow-deliveries", "Live");
    window.press("Sidebar");
    shoot(&window, "narrow-sidebar", "Signature failed");
    window.press("Signature failed");
    window.press_row(DELIVERIES, &["Signature invalid", "run.failed"]);
    window.shows("← Deliveries");
    window.keys(&["3"]);
    shoot(&window, "narrow-signature", "and here is why");
    window.press("← Deliveries");
    for (view, name) in [("Endpoints", "endpoints"), ("Inboxes", "inboxes"), ("Settings", "settings")] {
        window.command(view);
        shoot(&window, &format!("narrow-{name}"), view);
    }
    window.command("Endpoints");
    window.press_row("Endpoints, those with problems first", &["mnemom-alerts"]);
    shoot(&window, "narrow-endpoint", "alerts");
    window.command("New replay");
    window.write("Send to", "http://localhost:3000/hooks");
    shoot(&window, "narrow-replay", "The first request, as it would be sent");
    window.command("New endpoint");
    window.dialog("New endpoint");
    shoot(&window, "narrow-endpoint-new", "Create endpoint");
    // No view is wider than the window.
    assert_eq!(window.script("return document.documentElement.scrollWidth <= innerWidth"), true);
    window.quit();
}
