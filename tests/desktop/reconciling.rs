//! What the provider says it sent beside what came, in the real window: an endpoint is made at Mynd, three deliveries
//! are lost on the way, Reconcile names them. Mynd's documented API can neither give them nor send them again, and
//! the window says so; at Mnemom, which can, they are brought in.

use crate::{
    driver::{Session, free_port},
    journey::{connect, create_endpoint, listen_on, read_custody, send_the_sample, settle},
    person::DELIVERIES,
    stage::Stage,
};
use serde_json::json;
use waybill_testkit::{Emission, Simulator, SimulatorKind, SimulatorOptions};

const ENDPOINTS: &str = "Endpoints, those with problems first";
const VALID: &str = "Signature valid";

#[test]
fn what_was_lost_on_the_way_is_named_and_brought_in() {
    let Some(stage) = Stage::set() else { return };
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let _inside = runtime.enter();
    let simulator = |kind, seed| {
        let options =
            SimulatorOptions { seed: Some(seed), clock_factor: 60.0, ..SimulatorOptions::default() };
        runtime.block_on(Simulator::start(kind, options)).unwrap()
    };
    let mynd = simulator(SimulatorKind::Mynd, 21);
    let mnemom = simulator(SimulatorKind::Mnemom, 22);
    let port = free_port();
    let window = Session::start(&stage, &stage.folder("data"), &[]);
    listen_on(&window, port);
    send_the_sample(&window);
    connect(&window, &mynd);
    create_endpoint(&window, port);
    read_custody(&window, &mynd.handle.endpoints()[0].credential);

    lose_three(&runtime, &mynd, "run.failed");
    window.command("Deliveries");
    window.sees(DELIVERIES, 2, &[VALID, "run.failed", "mynd-here"]);
    look(&window, "mynd-here");
    window.shows("3 missing");
    window.shows("These can't be brought in from here.");
    window.pictures("reconcile-no-way");

    let add = json!({
        "name": "org-7f21", "provider": "mnemom", "base_url": mnemom.base_url, "vars": mnemom.vars,
        "token": mnemom.token,
    });
    window.rpc("connections.add", add);
    let create = json!({
        "connection": "org-7f21", "url": format!("http://127.0.0.1:{port}/in/alerts"), "inbox": "alerts",
        "events": ["integrity.violation"],
    });
    window.rpc("endpoints.create", create);
    lose_three(&runtime, &mnemom, "integrity.violation");
    look(&window, "/in/alerts");
    window.shows("3 missing");
    window.pictures("reconcile-missing");
    window.press("Bring in 3…");
    window.dialog("Bring in 3 missing deliveries?");
    window.pictures("ask-bring-in");
    window.press("Have 3 sent again");
    window.no_dialog();
    window.shows("0 missing");
    window.pictures("reconcile-brought-in");
    window.command("Deliveries");
    window.sees(DELIVERIES, 5, &[VALID, "integrity.violation", "alerts"]);
    window.quit();
}

/// Two deliveries arrive, three are lost on the way.
fn lose_three(runtime: &tokio::runtime::Runtime, provider: &Simulator, event: &str) {
    provider.handle.emit(&Emission::of(event).times(2));
    settle(runtime, provider);
    provider.handle.drop_next(3);
    provider.handle.emit(&Emission::of(event).times(3));
    settle(runtime, provider);
}

/// Opens the endpoint's log.
fn look(window: &Session, endpoint: &str) {
    window.command("Endpoints");
    window.press_row(ENDPOINTS, &[endpoint]);
    window.keys(&["2"]);
    window.on_tab("Reconcile");
}
