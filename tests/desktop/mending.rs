//! The secret of an inbox was stored with the line end that a file or `echo` put behind it. The window names that as
//! the cause, one click mends it, and every delivery of the inbox that had failed is checked again.

use crate::{
    person::DELIVERIES,
    secrets,
    sender::Sender,
    stage::Stage,
    world::{SHOP, SHOP_SECRET, World, shop},
};
use serde_json::json;

const FAILED: &str = "Signature invalid";
const VALID: &str = "Signature valid";

#[test]
fn a_line_end_in_the_secret_is_named_and_one_click_mends_it() {
    let Some(stage) = Stage::set() else { return };
    let world = World::fresh(&stage);
    let window = &world.window;
    window.rpc("settings.update", json!({ "welcomed": true }));
    let stored = format!("{SHOP_SECRET}\n");
    window.rpc("inboxes.create", json!({ "name": SHOP, "scheme": "stripe", "secrets": [stored] }));
    let mut sender = Sender::to(&world.capture);
    for number in 0..5 {
        let body = format!(r#"{{"id":"evt_{number}","type":"charge.succeeded"}}"#);
        shop(&mut sender, &body, &body);
    }

    window.command("Deliveries");
    window.sees(DELIVERIES, 5, &[FAILED, "charge.succeeded", SHOP]);
    window.press_row(DELIVERIES, &["charge.succeeded"]);
    window.keys(&["3"]);
    window.on_tab("Signature");
    window.shows("line end");
    window.shows("Certain");
    window.pictures("signature-line-end");
    window.press("Trim the secret and check again");
    window.sees(DELIVERIES, 5, &[VALID, "charge.succeeded", SHOP]);
    window.sees(DELIVERIES, 0, &[FAILED]);
    window.pictures("signature-mended");

    // What comes from now on is verified with the mended secret, which is in the keyring and nowhere else.
    let body = r#"{"id":"evt_9","type":"charge.refunded"}"#;
    shop(&mut sender, body, body);
    let list = json!({ "query": "type:charge.refunded", "limit": 1 });
    window.wait("the next delivery, verified", || {
        (window.rpc("deliveries.list", list.clone())["deliveries"][0]["verdict"] == "valid").then_some(())
    });
    world.window.quit();
    let held = secrets::in_keyring(&stage);
    assert!(held.iter().any(|secret| secret == SHOP_SECRET), "the keyring does not hold the mended secret");
    secrets::is_nowhere_in(&stage.folder("data"), SHOP_SECRET);
}
