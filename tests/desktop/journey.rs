//! The whole way by keyboard and mouse, in the real window with the real keyring: a first start, an endpoint at a
//! provider, its signed deliveries arriving verified, a replay to a target that checks the signature by itself, a
//! restart, and where the secret is. The provider is a simulator; nothing else is put in place of anything.

use crate::{
    driver::{Session, free_port},
    person::{DELIVERIES, keys},
    secrets,
    stage::Stage,
};
use std::time::Duration;
use waybill_testkit::{Answer, Emission, Form, Simulator, SimulatorKind, SimulatorOptions, Target};

const SOON: Duration = Duration::from_secs(20);
const VALID: &str = "Signature valid";

#[test]
fn from_the_first_start_to_the_next() {
    let Some(stage) = Stage::set() else { return };
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let _inside = runtime.enter();
    let options = SimulatorOptions { seed: Some(11), clock_factor: 600.0, ..SimulatorOptions::default() };
    let provider = runtime.block_on(Simulator::start(SimulatorKind::Mynd, options)).unwrap();
    let target = runtime.block_on(Target::start()).unwrap();
    target.otherwise(Answer::Reply {
        status: 202,
        headers: vec![("Content-Type".to_owned(), "text/plain".to_owned())],
        body: b"taken over, thank you".to_vec(),
        delay: Duration::ZERO,
    });
    let data = stage.folder("data");
    let port = free_port();

    let window = Session::start(&stage, &data, &[]);
    listen_on(&window, port);
    send_the_sample(&window);
    connect(&window, &provider);
    create_endpoint(&window, port);

    // The provider has it as it was asked for, and the panel says where the secret is.
    let registered = provider.handle.endpoints();
    assert_eq!(registered.len(), 1);
    assert_eq!(registered[0].url, format!("http://127.0.0.1:{port}/in/mynd-here"));
    assert_eq!(registered[0].events, ["run.completed", "run.failed"]);
    let secret = registered[0].credential.clone();
    read_custody(&window, &secret);

    // What the provider sends arrives while the list is looked at, verified.
    window.command("Deliveries");
    window.sees(DELIVERIES, 1, &[VALID]);
    provider.handle.emit(&Emission::of("run.completed").times(2));
    provider.handle.emit(&Emission::of("run.failed"));
    settle(&runtime, &provider);
    window.sees(DELIVERIES, 2, &[VALID, "run.completed", "mynd-here", "200"]);
    window.sees(DELIVERIES, 1, &[VALID, "run.failed", "mynd-here", "200"]);

    // One of them is replayed, signed again: the target finds the signature good with code of its own.
    replay(&window, &target.url("/hook"));
    let received = runtime.block_on(target.wait_for(1, SOON)).unwrap();
    received[0].check(Form::Mynd, &secret).unwrap();
    let seen = |window: &Session| {
        window.keys(&["4"]);
        window.on_tab("Replays");
        window.shows("1 attempt, newest first");
        window.shows(&target.url("/hook"));
        window.shows("replayed, signed again");
        window.press("202");
        window.shows("taken over, thank you");
    };
    seen(&window);
    window.quit();

    // After a restart all of it is there: the list, the attempt, the replay, the endpoint, the inbox.
    let window = Session::start(&stage, &data, &[]);
    window.shows(&format!("127.0.0.1:{port}"));
    window.sees(DELIVERIES, 3, &[VALID, "mynd-here"]);
    window.sees(DELIVERIES, 4, &[VALID]);
    window.press_row(DELIVERIES, &["run.failed"]);
    seen(&window);
    window.command("Replays");
    window.sees("Replays, newest first", 1, &[&target.url("/hook"), "1 of 1"]);
    window.command("Endpoints");
    window.sees("Endpoints, those with problems first", 1, &["Enabled", "/in/mynd-here", "mynd-here"]);
    window.command("Inboxes");
    window.press_row("Inboxes", &["mynd-here"]);
    window.shows("Secrets, the current one first");
    window.shows("Current");
    // And it goes on: the next delivery is verified with the secret from the keyring.
    window.command("Deliveries");
    provider.handle.emit(&Emission::of("run.failed"));
    settle(&runtime, &provider);
    window.sees(DELIVERIES, 2, &[VALID, "run.failed", "mynd-here", "200"]);

    // The secret is in the keyring, asked by another process, and nowhere in the data folder.
    let held = secrets::in_keyring(&stage);
    assert!(held.contains(&secret), "the keyring holds {} secrets of Waybill, not this one", held.len());
    assert!(held.contains(&provider.token), "the provider's token is kept there too");
    window.quit();
    secrets::is_nowhere_in(&data, &secret);
    secrets::is_nowhere_in(&data, &provider.token);
}

pub(crate) fn settle(runtime: &tokio::runtime::Runtime, provider: &Simulator) {
    let all = async { tokio::time::timeout(SOON, provider.handle.settled()).await };
    runtime.block_on(all).expect("everything is sent");
}

/// A port of its own keeps tests beside each other apart. It listens on the usual one already, unless one of them
/// was earlier.
pub(crate) fn listen_on(window: &Session, port: u16) {
    window.shows("Waybill is ");
    window.keys(&[keys::CONTROL, ","]);
    window.write("Port", &port.to_string());
    window.keys(&[keys::ENTER]);
    window.shows("✓ Saved");
    window.press_either(&["Listen anew", "Listen"]);
    window.shows(&format!("Listening on 127.0.0.1:{port}"));
}

pub(crate) fn send_the_sample(window: &Session) {
    window.command("Deliveries");
    window.shows("Waybill is listening");
    window.press("Send a signed sample");
    window.sees(DELIVERIES, 1, &[VALID]);
    window.shows("It arrived: signature valid");
    window.press("Done, show the deliveries");
    window.shows_no("It arrived: signature valid");
}

pub(crate) fn connect(window: &Session, provider: &Simulator) {
    window.press("Connect a provider");
    window.press("Add a connection");
    window.write("Search", "mynd");
    window.keys(&[keys::ENTER]);
    window.dialog("Connect Mynd");
    window.press("Another address");
    window.write("Base address", &provider.base_url);
    window.write("API key", &provider.token);
    window.write("Name of the connection", "try");
    window.press("Connect and test");
    window.dialog("Connected to Mynd");
    window.shows("It works.");
    window.press("Open its endpoints");
    window.no_dialog();
    window.shows("Endpoints of try");
}

pub(crate) fn create_endpoint(window: &Session, port: u16) {
    window.keys(&["n"]);
    window.dialog("New endpoint");
    window.write("Inbox", "mynd-here");
    window.write("Address", &format!("http://127.0.0.1:{port}/in/mynd-here"));
    window.press("Only these");
    window.press("run.completed");
    window.press("run.failed");
    window.shows("2 chosen");
    window.press("Create endpoint");
    window.dialog("In your keychain");
}

/// What the panel says, and that it can show the secret once.
pub(crate) fn read_custody(window: &Session, secret: &str) {
    window.shows("deliveries to the inbox mynd-here");
    assert!(!window.page_text().contains(secret), "nothing shows it unasked");
    window.press("Show once");
    window.shows(secret);
    window.press("Hide");
    window.shows_no(secret);
    window.press("Done");
    window.no_dialog();
    window.sees("Endpoints, those with problems first", 1, &["Enabled", "/in/mynd-here"]);
}

fn replay(window: &Session, target: &str) {
    window.press_row(DELIVERIES, &["run.failed"]);
    window.keys(&["r"]);
    window.dialog("Replay this delivery");
    window.write("Send to", target);
    window.press("Sign again with the time of sending");
    window.shows("is on this machine.");
    window.press("Send");
    window.no_dialog();
    window.shows("Answered 202");
}
