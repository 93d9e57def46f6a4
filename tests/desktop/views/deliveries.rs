//! The first run, the list and its states, a delivery with its tabs, and what lies over every view.

use super::shoot;
use crate::{
    driver::{Session, free_port},
    person::{DELIVERIES, keys},
    stage::Stage,
    world::World,
};
use serde_json::json;
use std::net::{Ipv4Addr, TcpListener};

#[test]
fn the_first_run() {
    let Some(stage) = Stage::set() else { return };
    let world = World::fresh(&stage);
    let window = &world.window;
    shoot(window, "first-run", "Waybill is listening");
    window.press("Send a signed sample");
    window.shows("It arrived: signature valid");
    shoot(window, "first-run-arrived", "Send another");

    // The port is taken by another program: the window says so and what to do.
    let held = TcpListener::bind((Ipv4Addr::LOCALHOST, free_port())).unwrap();
    let port = held.local_addr().unwrap().port();
    window.rpc("capture.stop", json!({}));
    shoot(window, "not-listening-stopped", "Stopped listening");
    window.rpc("settings.update", json!({ "port": port, "welcomed": false }));
    let refused = window.invoke("rpc", &json!({ "cmd": "capture.start", "payload": {} }));
    assert_eq!(refused["err"]["code"], "port_in_use", "{refused}");
    shoot(window, "first-run-port-in-use", "is in use");
    window.press(&format!("Port {port} is in use"));
    shoot(window, "not-listening", "Listen on a free port");
    window.press("Listen on a free port");
    window.shows("Listening on");
    world.window.quit();
}

#[test]
fn deliveries() {
    let Some(stage) = Stage::set() else { return };
    let world = World::filled(&stage);
    let window = &world.window;
    window.wait("forty deliveries", || {
        (window.rpc("status.get", json!({}))["totals"]["deliveries"] == 40).then_some(())
    });
    window.shows("evt_9f31c0");
    shoot(window, "deliveries", "Signature invalid");
    tabs(window);
    list(window);
    query(window);
    over(window);
    world.window.quit();
}

fn tabs(window: &Session) {
    window.press_row(DELIVERIES, &["Signature valid", "run.failed"]);
    for (key, tab) in [("1", "Payload"), ("2", "Headers"), ("3", "Signature"), ("4", "Replays"), ("5", "Raw")]
    {
        window.keys(&[key]);
        window.on_tab(tab);
        shoot(window, &format!("delivery-{}", tab.to_lowercase()), "run.failed");
    }
    window.keys(&["3"]);
    for (name, row, words) in [
        ("signature-failed", &["Signature invalid", "run.failed"][..], "and here is why"),
        ("signature-altered", &["Signature invalid", "shop-test"], "and here is why"),
        ("signature-missing", &["Not signed"], "The delivery is not signed"),
        ("signature-unchecked", &["Not checked", "sandbox"], "The signature was not checked"),
    ] {
        window.press_row(DELIVERIES, row);
        shoot(window, name, words);
    }
    window.press("mindbridge");
    window.sees(DELIVERIES, 5, &["Signature valid", "mindbridge"]);
    window.press_row(DELIVERIES, &["Signature valid"]);
    window.keys(&["3"]);
    shoot(window, "signature-public-key", "The signature is valid");
    window.press("All");
    window.keys(&["1"]);
    window.press_row(DELIVERIES, &["sandbox", "24 B"]);
    shoot(window, "delivery-form", "3 fields");
}

fn list(window: &Session) {
    // From the second to the fifth by the mouse, one more with Ctrl, then all.
    window.press("All");
    window.press_row(DELIVERIES, &["Signature invalid", "run.failed"]);
    window.press_row_with(DELIVERIES, &["integrity.violation"], Some(keys::SHIFT));
    window.press_row_with(DELIVERIES, &["unsorted"], Some(keys::CONTROL));
    shoot(window, "deliveries-selected", "selected");
    window.press("Select all");
    shoot(window, "deliveries-all-selected", "40 selected");
    window.press("Clear");
    window.press("Answered with an error");
    window.sees(DELIVERIES, 2, &["502", "ledger"]);
    shoot(window, "deliveries-errors", "404");
}

fn query(window: &Session) {
    window.press("All");
    window.keys(&["/"]);
    window.type_text("verdict:");
    window.shows("unsigned");
    shoot(window, "query-proposals", "unchecked");
    window.type_text("maybe");
    window.keys(&[keys::ENTER]);
    shoot(window, "query-error", "is no value of verdict");
    window.write("Filter deliveries", "zebra");
    window.keys(&[keys::ENTER]);
    shoot(window, "query-nothing", "Nothing matches");
    window.press("Clear the filter");
    window.keys(&[keys::ESCAPE]);
    window.shows_no("Nothing matches");
}

fn over(window: &Session) {
    window.palette("");
    shoot(window, "palette", "New endpoint");
    window.type_text("fail");
    shoot(window, "palette-found", "Search deliveries for “fail”");
    window.keys(&[keys::ESCAPE]);
    window.no_dialog();
    window.press_row(DELIVERIES, &["Signature valid", "run.failed"]);
    window.keys(&["?"]);
    window.dialog("All keys");
    shoot(window, "help", "Next delivery");
    window.keys(&[keys::ESCAPE]);
    window.no_dialog();
    window.press("Send test event");
    window.dialog("Send test event");
    shoot(window, "send-test", "Event type");
    window.keys(&[keys::ESCAPE]);
    window.no_dialog();
    window.press("Replay to…");
    window.dialog("Replay this delivery");
    window.write("Send to", "http://198.51.100.7/hooks");
    shoot(window, "replay-one", "the public internet");
    window.press("Cancel");
    window.no_dialog();
    window.press("More");
    window.shows("Copy the id");
    shoot(window, "delivery-more", "Only this inbox");
    window.press("Add a note");
    window.write("Note", "Asked about on Friday");
    window.press("Keep the note");
    window.keys(&["s"]);
    window.shows("Starred");
    shoot(window, "delivery-noted", "Asked about on Friday");
    window.press("Delete");
    window.shows("1 delivery deleted");
    shoot(window, "delivery-deleted", "Undo");
    window.press("Undo");
    window.shows_no("1 delivery deleted");
    window.keys(&[" "]);
}
