//! Replays: a plan, one that runs, one that is halted, what came of it.

use super::shoot;
use crate::{
    person::{DELIVERIES, keys},
    stage::Stage,
    world::World,
};
use std::time::Duration;

const SLOWLY: Duration = Duration::from_millis(150);

#[test]
fn replays() {
    let Some(stage) = Stage::set() else { return };
    let world = World::filled(&stage);
    let window = &world.window;
    window.command("Replays");
    shoot(window, "replays-empty", "No replay yet");
    window.press("New replay");
    shoot(window, "replay-plan-empty", "No plan yet");
    window.write("Deliveries", "inbox:mynd-prod verdict:valid");
    window.write("Send to", "https://198.51.100.7/hooks/mynd");
    window.shows("The first request, as it would be sent");
    shoot(window, "replay-plan-public", "Think first.");
    window.press("Send 13 deliveries");
    shoot(window, "replay-ask", "There is something to think about first");
    window.press("Cancel");
    window.no_dialog();

    // To a receiver that refuses every other one and takes its time.
    for status in [500, 500, 200, 200, 422, 200] {
        world.answer(2, status, SLOWLY);
    }
    window.write("Send to", &world.target.url("/hooks"));
    window.write("At once", "1");
    window.write("Try again, times", "0");
    window.write("At most per second", "1");
    window.shows(&format!("13 deliveries to {}", world.target.url("").trim_start_matches("http://")));
    shoot(window, "replay-plan", "13 deliveries to");
    window.press("Send 13 deliveries");
    window.shows("Pause");
    window.shows("500");
    shoot(window, "replay-running", "Pause");
    window.press("Pause");
    shoot(window, "replay-paused", "Resume");
    window.press("Cancel");
    window.dialog("Cancel this replay?");
    shoot(window, "ask-cancel-replay", "will not be sent");
    window.keys(&[keys::ESCAPE]);
    window.no_dialog();
    window.press("Resume");
    window.shows("13 of 13");
    shoot(window, "replay-result", "answered 2xx");
    window.press("Failed");
    shoot(window, "replay-failed", "500");
    window.press_row("Failed attempts", &["500"]);
    shoot(window, "replay-attempt", "What was answered");
    window.keys(&[keys::ESCAPE]);
    window.no_dialog();
    window.command("Replays");
    window.sees("Replays, newest first", 1, &[&world.target.url("/hooks")]);
    shoot(window, "replays", "1 replay");

    window.command("Deliveries");
    window.press_row(DELIVERIES, &["Signature valid", "run.failed"]);
    window.keys(&["4"]);
    window.on_tab("Replays");
    shoot(window, "delivery-replayed", "1 attempt, newest first");
    world.window.quit();
}
