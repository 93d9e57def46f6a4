//! Every view of the real window, with something in it, as pictures in both themes: `target/screens`.

use crate::{
    driver::{Session, free_port, poll},
    stage::Stage,
};
use serde_json::json;
use waybill_testkit::{Emission, Simulator, SimulatorKind, SimulatorOptions};

/// The name of the picture, the address in the window's router, and what the view shows once it is there.
const VIEWS: &[(&str, &str, &str)] = &[
    ("deliveries", "/", "mynd"),
    ("endpoints", "/endpoints", "try"),
    ("inboxes", "/inboxes", "mynd"),
    ("connections", "/connections", "try"),
    ("replays", "/replays", ""),
    ("settings", "/settings", ""),
];

#[test]
fn every_view_is_drawn_in_both_themes() {
    let Some(stage) = Stage::set() else { return };
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let _inside = runtime.enter();
    let options = SimulatorOptions { seed: Some(5), ..SimulatorOptions::default() };
    let provider = runtime.block_on(Simulator::start(SimulatorKind::Mynd, options)).unwrap();
    let window = Session::start(&stage, &stage.folder("data"), &[]);
    window.rpc("settings.update", json!({ "port": free_port() }));
    let status = window.rpc("capture.start", json!({}));
    let capture = status["listening"].as_str().unwrap().to_owned();
    window.pictures("first-run");

    window.rpc("settings.update", json!({ "welcomed": true }));
    window.rpc(
        "connections.add",
        json!({
            "name": "try", "provider": "mynd", "base_url": provider.base_url, "vars": provider.vars,
            "token": provider.token,
        }),
    );
    window.rpc(
        "endpoints.create",
        json!({ "connection": "try", "url": format!("{capture}/in/mynd"), "all_events": true, "inbox": "mynd" }),
    );
    provider.handle.emit(&Emission::default().times(40));
    runtime.block_on(provider.handle.settled());
    let newest = poll("the deliveries are there", || {
        let list = window.rpc("deliveries.list", json!({ "query": "", "limit": 50, "after": null }));
        let all = list["deliveries"].as_array()?;
        (all.len() == 40).then(|| all[0]["id"].clone())
    });

    for (name, address, shown) in VIEWS {
        window.go(address);
        window.shows(shown);
        window.pictures(name);
        window.shows_no("Something went wrong");
    }
    let id = newest.as_str().map_or_else(|| newest.to_string(), str::to_owned);
    for tab in ["payload", "headers", "signature", "replays", "raw"] {
        window.go(&format!("/?id={id}&tab={tab}"));
        window.pictures(&format!("delivery-{tab}"));
    }
    window.quit();
}
