//! What a sender may put into a delivery, seen in the real window: text, whatever it looks like. And a flood of it.

use crate::{
    driver::Session,
    person::{DELIVERIES, keys},
    sender::Sender,
    stage::Stage,
    world::World,
};
use serde_json::json;
use std::{
    io::{self, Write as _},
    thread,
};

const SCRIPT: &str = "<script>window.canary=1</script>";
const IMAGE: &str = "<img src=x onerror=window.canary=1>";

/// Content type, body, and what must stand on the page as it was sent.
const BODIES: &[(&str, &str, &str)] = &[
    (
        "application/json",
        r#"{"type":"a.b","<img src=x onerror=window.canary=1>":"<script>window.canary=1</script>"}"#,
        SCRIPT,
    ),
    ("application/json", r#"{"type":"<script>window.canary=1</script>"}"#, SCRIPT),
    ("text/html", "<!doctype html><body onload=window.canary=1><script>window.canary=1</script>", SCRIPT),
    (
        "image/svg+xml",
        r#"<svg xmlns="http://www.w3.org/2000/svg" onload="window.canary=1"><script>window.canary=1</script></svg>"#,
        "",
    ),
    ("text/plain", "<iframe srcdoc='<script>parent.canary=1</script>'></iframe>", "<iframe srcdoc="),
    (
        "application/x-www-form-urlencoded",
        "%3Cscript%3Ewindow.canary%3D1%3C%2Fscript%3E=1&b=javascript:canary=1",
        SCRIPT,
    ),
    (
        "multipart/form-data; boundary=x",
        "--x\r\nContent-Disposition: form-data; name=\"a\"; filename=\"<img src=x onerror=window.canary=1>\"\r\n\
         Content-Type: text/html\r\n\r\n<script>window.canary=1</script>\r\n--x--\r\n",
        SCRIPT,
    ),
    // Bidirectional and other controls: `user<RLO>nimda`, NUL, BEL, escape sequences, an invisible word joiner.
    (
        "application/json",
        "{\"type\":\"user\u{202e}nimda\",\"v\":\"a\\u0000\\u001b[31m\u{2066}b\u{2060}\"}",
        "userU+202Enimda",
    ),
    (
        "text/plain",
        "a line of text and then \u{1b}[31mred\u{202e}desrever\u{2069}<script>window.canary=1</script>",
        "a line of text and then U+001B[31mredU+202EdesreverU+2069<script>window.canary=1</script>",
    ),
];

#[test]
fn what_a_sender_writes_is_text_and_nothing_else() {
    let Some(stage) = Stage::set() else { return };
    let world = World::fresh(&stage);
    let window = &world.window;
    window.rpc("settings.update", json!({ "welcomed": true }));
    window.rpc("inboxes.create", json!({ "name": "web", "scheme": "stripe", "secrets": ["not-its-secret"] }));
    let elements = "return document.querySelectorAll('img,iframe,object,embed,frame,base,[onerror],[onload],\
         [href^=\"javascript:\"],script:not([src])').length";
    let usual = window.script(elements);
    let mut sender = Sender::to(&world.capture);
    for (number, (kind, body, seen)) in BODIES.iter().enumerate() {
        let headers = [
            ("Content-Type", *kind),
            ("X-Event", SCRIPT),
            ("Stripe-Signature", IMAGE),
            (IMAGE_HEADER, IMAGE),
        ];
        sender.post(&format!("/in/web?n={number}&q={SCRIPT_QUERY}"), &headers, body.as_bytes());
        // Reading one holds the list where it is.
        if number > 0 {
            window.press("1 new");
        }
        window.sees(DELIVERIES, number + 1, &["web"]);
        window.press_row(DELIVERIES, &["web"]);
        window.keys(&["1"]);
        window.on_tab("Payload");
        window.shows(&format!("n={number}&q="));
        if !seen.is_empty() {
            window.shows(seen);
        }
        for (key, tab, words) in
            [("2", "Headers", IMAGE), ("3", "Signature", ""), ("4", "Replays", ""), ("5", "Raw", "")]
        {
            window.keys(&[key]);
            window.on_tab(tab);
            window.shows(words);
        }
        untouched(window, elements, &usual);
    }

    // What a target answers is shown as text, too; so is a query, a note and a search of the palette.
    world.target.otherwise(waybill_testkit::Answer::Reply {
        status: 200,
        headers: vec![
            ("Content-Type".to_owned(), "text/html".to_owned()),
            ("X-Image".to_owned(), IMAGE.to_owned()),
        ],
        body: SCRIPT.as_bytes().to_vec(),
        delay: std::time::Duration::ZERO,
    });
    window.press("Replay to…");
    window.dialog("Replay this delivery");
    window.write("Send to", &world.target.url("/hook"));
    window.press("As it came");
    window.press("Send");
    window.no_dialog();
    window.keys(&["4"]);
    window.press("200");
    window.shows(&format!("X-Image: {IMAGE}").to_lowercase());
    window.shows(SCRIPT);
    window.press("More");
    window.press("Add a note");
    window.write("Note", &format!("{SCRIPT}{IMAGE}"));
    window.press("Keep the note");
    window.shows(&format!("{SCRIPT}{IMAGE}"));
    window.write("Filter deliveries", IMAGE);
    window.keys(&[keys::ENTER]);
    window.palette(SCRIPT);
    window.shows(&format!("Search deliveries for “{SCRIPT}”"));
    window.keys(&[keys::ESCAPE]);
    window.no_dialog();
    untouched(window, elements, &usual);
    world.window.quit();
}

const IMAGE_HEADER: &str = "X-Image";
const SCRIPT_QUERY: &str = "%3Cscript%3Ewindow.canary=1%3C/script%3E";

/// Nothing of it became an element, nothing of it ran, and nothing reorders what stands around it.
fn untouched(window: &Session, elements: &str, usual: &serde_json::Value) {
    let unseen = ['\u{202e}', '\u{2066}', '\u{2069}', '\u{7}', '\u{1b}'];
    let page = window.page_text();
    assert!(!page.contains(unseen), "a character stands on the page as it was sent: {page:?}");
    assert_eq!(window.script("return window.canary === undefined && !document.title.includes('<')"), true);
    assert_eq!(&window.script(elements), usual, "something that was sent became an element");
}

const FLOOD: usize = 2000;
const SENDERS: usize = 4;

#[test]
fn two_thousand_at_once_are_seen_and_the_keys_answer() {
    let Some(stage) = Stage::set() else { return };
    let world = World::fresh(&stage);
    let window = &world.window;
    window.rpc("settings.update", json!({ "welcomed": true }));
    window.rpc("inboxes.create", json!({ "name": "web" }));
    let mut sender = Sender::to(&world.capture);
    for number in 0..20 {
        sender.post("/in/web", &[], format!(r#"{{"type":"before.{number}"}}"#).as_bytes());
    }
    window.sees(DELIVERIES, 1, &["before.19"]);
    window.press_row(DELIVERIES, &["before.9"]);
    window.script(PROBE);

    let floods: Vec<_> = (0..SENDERS)
        .map(|_| {
            let capture = world.capture.clone();
            thread::spawn(move || {
                let mut sender = Sender::to(&capture);
                let body = format!(r#"{{"type":"flood","pad":"{}"}}"#, "x".repeat(1000));
                (0..FLOOD / SENDERS).all(|_| sender.post("/in/web", &[], body.as_bytes()) == 200)
            })
        })
        .collect();
    while floods.iter().any(|flood| !flood.is_finished()) {
        window.keys(&["j"]);
        window.keys(&["k"]);
    }
    assert!(floods.into_iter().all(|flood| flood.join().unwrap()), "every one is answered 200");

    // The list stood still under the keys; the pill says how many came, and leads to the newest.
    window.press("2,000 new");
    window.sees(DELIVERIES, 0, &["before."]);
    window.shows("2,020 deliveries");
    sender.post("/in/web", &[], br#"{"type":"after"}"#);
    window.sees(DELIVERIES, 1, &["after"]);
    report(window);
    world.window.quit();
}

/// Takes the time from each key press until another row is the active one on the screen.
const PROBE: &str = r#"
window.taken = [];
let pressed = null;
document.addEventListener('keydown', () => { pressed = performance.now(); }, true);
new MutationObserver((changes) => {
  if (pressed === null || !changes.some((change) => change.target.dataset.active === 'true')) return;
  const start = pressed;
  pressed = null;
  requestAnimationFrame(() => setTimeout(() => window.taken.push(performance.now() - start)));
}).observe(document.querySelector('[role=grid]'), { subtree: true, attributes: true, attributeFilter: ['data-active'] });
"#;

/// Said past the test's own capture of what it prints: a figure, not a finding.
fn report(window: &Session) {
    let taken = window.script("return window.taken.sort((a, b) => a - b)");
    let taken: Vec<f64> = taken.as_array().unwrap().iter().filter_map(serde_json::Value::as_f64).collect();
    assert!(!taken.is_empty(), "the keys moved the selection");
    let of = |part: f64| taken[((taken.len() - 1) as f64 * part) as usize];
    let _ = writeln!(
        io::stderr(),
        "key press to a drawn selection while {FLOOD} arrive: p50 {:.0} ms, p99 {:.0} ms, most {:.0} ms of {}",
        of(0.5),
        of(0.99),
        of(1.0),
        taken.len()
    );
}
