//! The life of an endpoint in the real window, at each of the eight providers: made by the form, its secret in the
//! keyring before anyone sees it, its deliveries verified, switched off and on, its secret rotated, deleted, as far as
//! each provider has these.

use crate::{
    driver::{Session, free_port},
    journey::{listen_on, settle},
    person::DELIVERIES,
    secrets,
    stage::Stage,
};
use serde_json::json;
use std::collections::BTreeMap;
use waybill_testkit::{Emission, Simulator, SimulatorKind, SimulatorOptions};

const ENDPOINTS: &str = "Endpoints, those with problems first";
const VALID: &str = "Signature valid";

struct Life {
    kind: SimulatorKind,
    event: &'static str,
    /// What a delivery of that event says it is.
    says: &'static str,
    /// The variables of one kind of account, where there are several; none: all.
    vars: &'static [&'static str],
    /// Fields of the form beyond the common ones, by their labels; an empty value is taken from the simulator.
    fields: &'static [(&'static str, &'static str)],
    switches: bool,
    rotates: bool,
    /// It is made for every event type.
    all: bool,
}

const LIVES: [Life; 8] = [
    life(SimulatorKind::Mnemom, "integrity.violation", true, true),
    life(SimulatorKind::Timbrix, "member.added", true, false),
    Life {
        fields: &[("Name", "Ledger"), ("Technical contact", "")],
        ..life(SimulatorKind::MindBridge, "ANALYSIS_COMPLETE", true, false)
    },
    life(SimulatorKind::Mynd, "run.failed", false, false),
    Life { vars: &["owner", "repo"], ..life(SimulatorKind::GitHub, "push", true, true) },
    Life { vars: &["project"], says: "Push Hook", ..life(SimulatorKind::GitLab, "push_events", false, true) },
    life(SimulatorKind::Stripe, "charge.failed", true, false),
    // Svix's event types are the environment's own: none is known here.
    Life { all: true, ..life(SimulatorKind::Svix, "invoice.paid", true, true) },
];

const fn life(kind: SimulatorKind, event: &'static str, switches: bool, rotates: bool) -> Life {
    Life { kind, event, says: event, vars: &[], fields: &[], switches, rotates, all: false }
}

#[test]
fn an_endpoint_lives_at_each_of_the_eight() {
    let Some(stage) = Stage::set() else { return };
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let _inside = runtime.enter();
    let window = Session::start(&stage, &stage.folder("data"), &[]);
    let port = free_port();
    listen_on(&window, port);
    window.rpc("settings.update", json!({ "welcomed": true }));
    let mut seen = Vec::new();
    for life in &LIVES {
        let simulator = runtime.block_on(Simulator::start(life.kind, SimulatorOptions::default())).unwrap();
        println!("{}", life.kind.id());
        let secrets = live(&window, &runtime, &simulator, life, port);
        seen.extend(secrets.into_iter().map(|secret| (life.kind, secret)));
        runtime.block_on(simulator.stop());
    }
    let held = secrets::in_keyring(&stage);
    window.quit();
    assert_eq!(seen.len(), 11, "seven have a secret, and four of them rotate it");
    for (kind, secret) in seen {
        assert!(held.contains(&secret), "{}: the keyring lacks a secret", kind.id());
        // GitLab's token stands as it is in each delivery, which is kept as it came.
        if kind != SimulatorKind::GitLab {
            secrets::is_nowhere_in(&stage.folder("data"), &secret);
        }
    }
}

/// One life; the secrets that came of it.
fn live(
    window: &Session,
    runtime: &tokio::runtime::Runtime,
    simulator: &Simulator,
    life: &Life,
    port: u16,
) -> Vec<String> {
    let name = life.kind.id();
    let vars: BTreeMap<_, _> = simulator
        .vars
        .iter()
        .filter(|(name, _)| life.vars.is_empty() || life.vars.contains(&name.as_str()))
        .collect();
    let add = json!({
        "name": name, "provider": name, "base_url": simulator.base_url, "vars": vars, "token": simulator.token,
    });
    window.rpc("connections.add", add);
    window.command("Endpoints");
    window.shows("No endpoint yet");
    make(window, simulator, life, port);
    let registered = || simulator.handle.endpoints().into_iter().next().expect("the provider has it");
    let mut secrets = vec![registered().credential];
    let row = format!("/in/{name}");
    window.sees(ENDPOINTS, 1, &["Enabled", &row]);

    simulator.handle.emit(&Emission::of(life.event).times(2));
    settle(runtime, simulator);
    window.command("Deliveries");
    window.sees(DELIVERIES, 2, &[VALID, life.says, name]);

    window.command("Endpoints");
    window.press_row(ENDPOINTS, &[&row]);
    if life.switches {
        window.press("Disable");
        window.dialog("Disable this endpoint?");
        window.press("Disable");
        window.no_dialog();
        assert!(!registered().active, "{name}: it is still on");
        window.press("Enable");
        window.dialog("Enable this endpoint?");
        window.press("Enable");
        window.no_dialog();
        window.sees(ENDPOINTS, 1, &["Enabled", &row]);
        assert!(registered().active, "{name}: it is still off");
    }
    if life.rotates {
        window.press("Rotate secret…");
        window.dialog("Rotate the secret?");
        window.press("Rotate secret");
        window.dialog("In your keychain");
        window.press("Done");
        window.no_dialog();
        let fresh = registered().credential;
        assert_ne!(secrets[0], fresh, "{name}: it was not rotated");
        secrets.push(fresh);
        simulator.handle.emit(&Emission::of(life.event));
        settle(runtime, simulator);
        window.command("Deliveries");
        window.sees(DELIVERIES, 3, &[VALID, life.says, name]);
        window.command("Endpoints");
        window.press_row(ENDPOINTS, &[&row]);
    }
    window.press("Delete…");
    window.dialog("Delete ");
    window.pictures(&format!("life-{name}"));
    window.press_either(&[&format!("Delete at {}", title(life.kind))]);
    window.no_dialog();
    window.shows("No endpoint yet");
    assert!(simulator.handle.endpoints().is_empty(), "{name}: it is still there");
    window.rpc("connections.remove", json!({ "name": name }));
    window.shows("No connection yet");
    // A public key is no secret.
    if life.kind == SimulatorKind::MindBridge { Vec::new() } else { secrets }
}

fn make(window: &Session, simulator: &Simulator, life: &Life, port: u16) {
    let name = life.kind.id();
    window.press_either(&["New endpoint", "Make the first one"]);
    window.dialog("New endpoint");
    window.write("Inbox", name);
    window.write("Address", &format!("http://127.0.0.1:{port}/in/{name}"));
    for (label, value) in life.fields {
        let own = simulator.fields.get("technicalContactId").map(String::as_str).unwrap_or_default();
        window.write(label, if value.is_empty() { own } else { value });
    }
    if !life.all {
        window.press("Only these");
        window.press(life.event);
        window.shows("1 chosen");
    }
    window.press("Create endpoint");
    let public = life.kind == SimulatorKind::MindBridge;
    window.dialog(if public { "The public key is kept" } else { "In your keychain" });
    window.press("Done");
    window.no_dialog();
}

const fn title(kind: SimulatorKind) -> &'static str {
    match kind {
        SimulatorKind::Mnemom => "Mnemom",
        SimulatorKind::Timbrix => "Timbrix",
        SimulatorKind::MindBridge => "MindBridge",
        SimulatorKind::Mynd => "Mynd",
        SimulatorKind::GitHub => "GitHub",
        SimulatorKind::GitLab => "GitLab",
        SimulatorKind::Stripe => "Stripe",
        SimulatorKind::Svix => "Svix",
    }
}
