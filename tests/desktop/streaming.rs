//! Deliveries without a public address, in the real window: a provider's live stream is listened to, what happens
//! there stands in an inbox though no endpoint is registered, and after "Stop listening" nothing comes any more.

use crate::{
    driver::{Session, free_port},
    journey::listen_on,
    person::DELIVERIES,
    stage::Stage,
};
use serde_json::json;
use waybill_testkit::{Emission, Simulator, SimulatorKind, SimulatorOptions};

const EVENT: &str = "integrity.violation";

#[test]
fn what_a_provider_streams_is_kept_without_any_endpoint() {
    let Some(stage) = Stage::set() else { return };
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let _inside = runtime.enter();
    let options = SimulatorOptions { seed: Some(23), ..SimulatorOptions::default() };
    let mnemom = runtime.block_on(Simulator::start(SimulatorKind::Mnemom, options)).unwrap();
    let window = Session::start(&stage, &stage.folder("data"), &[]);
    listen_on(&window, free_port());
    let add = json!({
        "name": "org-7f21", "provider": "mnemom", "base_url": mnemom.base_url, "vars": mnemom.vars,
        "token": mnemom.token,
    });
    window.rpc("connections.add", add);

    window.command("Connections");
    window.press_row("Connections", &["org-7f21"]);
    window.press("Listen to live stream…");
    window.dialog("Listen to Mnemom's live stream");
    window.pictures("ask-stream");
    window.press("Listen");
    window.no_dialog();
    window.shows("No event yet");
    window.sees("Connections", 1, &["org-7f21", "Listening"]);

    // Nobody is registered there: what comes, comes through the stream.
    assert_eq!(mnemom.handle.endpoints().len(), 0);
    mnemom.handle.emit(&Emission::of(EVENT).times(2));
    window.shows("2 events heard");
    window.pictures("stream-listening");

    window.command("Deliveries");
    window.sees(DELIVERIES, 2, &["Not checked", EVENT, "org-7f21", "heard"]);
    window.press_row(DELIVERIES, &[EVENT]);
    window.keys(&["3"]);
    window.on_tab("Signature");
    window.shows("From the live stream");
    window.shows("There is no signature to check, and nothing is wrong");
    window.pictures("stream-delivery");

    window.command("Connections");
    window.press_row("Connections", &["org-7f21"]);
    window.press("Stop listening");
    window.shows("No public address is needed.");
    mnemom.handle.emit(&Emission::of(EVENT));
    window.command("Deliveries");
    // What comes the usual way stands there first, and nothing was heard before it.
    window.rpc("tools.sample", json!({}));
    window.sees(DELIVERIES, 1, &["Signature valid"]);
    window.sees(DELIVERIES, 2, &[EVENT]);
    window.quit();
}
