//! A Waybill with something in it: three accounts, inboxes of several schemes, deliveries of every verdict.
//!
//! It is filled through the window's own host; what is done by hand is told in `journey.rs`.

use crate::{
    driver::{Session, free_port},
    sender::Sender,
    stage::Stage,
};
use serde_json::{Value, json};
use std::time::Duration;
use tokio::runtime::Runtime;
use waybill_model::{Clock as _, SystemClock};
use waybill_testkit::{
    Answer, Emission, Form, SigningMaterial, Simulator, SimulatorKind, SimulatorOptions, Target, sign,
};

pub(crate) const SHOP: &str = "shop-test";
pub(crate) const SHOP_SECRET: &str = "whsec_shop_0123456789abcdef";
const SOON: Duration = Duration::from_secs(20);

/// The window and what stands around it.
pub(crate) struct World {
    pub(crate) window: Session,
    /// Where the capture server listens, `http://…`.
    pub(crate) capture: String,
    pub(crate) mynd: Simulator,
    pub(crate) mnemom: Simulator,
    mindbridge: Simulator,
    /// A receiver of replays, which answers 200.
    pub(crate) target: Target,
    pub(crate) runtime: Runtime,
}

impl World {
    /// A first start, listening on a port of its own, with nothing in it.
    pub(crate) fn fresh(stage: &Stage) -> Self {
        let runtime = Runtime::new().unwrap();
        let inside = runtime.enter();
        let simulator = |kind, seed| {
            let options =
                SimulatorOptions { seed: Some(seed), clock_factor: 60.0, ..SimulatorOptions::default() };
            runtime.block_on(Simulator::start(kind, options)).unwrap()
        };
        let mynd = simulator(SimulatorKind::Mynd, 5);
        let mnemom = simulator(SimulatorKind::Mnemom, 6);
        let mindbridge = simulator(SimulatorKind::MindBridge, 7);
        let target = runtime.block_on(Target::start()).unwrap();
        drop(inside);
        let window = Session::start(stage, &stage.folder("data"), &[]);
        window.rpc("settings.update", json!({ "port": free_port() }));
        let status = window.rpc("capture.start", json!({}));
        let capture =
            status["listening"].as_str().unwrap_or_else(|| panic!("it listens: {status}")).to_owned();
        Self { window, capture, mynd, mnemom, mindbridge, target, runtime }
    }

    /// The same with everything in it.
    pub(crate) fn filled(stage: &Stage) -> Self {
        let world = Self::fresh(stage);
        world.window.rpc("settings.update", json!({ "welcomed": true }));
        world.connect();
        world.send();
        world
    }

    fn connect(&self) {
        for (name, provider, simulator) in [
            ("acme", "mynd", &self.mynd),
            ("org-7f21", "mnemom", &self.mnemom),
            ("acme-eu", "mindbridge", &self.mindbridge),
        ] {
            let request = json!({
                "name": name, "provider": provider, "base_url": simulator.base_url, "vars": simulator.vars,
                "token": simulator.token,
            });
            self.window.rpc("connections.add", request);
        }
        let fields = |description: &str| json!({ "description": description });
        self.endpoint("acme", "mynd-prod", &["run.completed", "run.failed"], fields("prod event consumer"));
        self.endpoint(
            "org-7f21",
            "mnemom-alerts",
            &["integrity.violation", "agent.paused"],
            fields("alerts"),
        );
        let mut named = json!(self.mindbridge.fields);
        named["name"] = json!("Ledger analysis");
        self.endpoint("acme-eu", "mindbridge", &[], named);
        let elsewhere = json!({
            "connection": "org-7f21", "url": "https://ledger.example.com/hooks/mnemom", "all_events": true,
            "fields": fields("ledger"),
        });
        let off = self.window.rpc("endpoints.create", elsewhere)["endpoint"]["id"].clone();
        self.window
            .rpc("endpoints.set_active", json!({ "connection": "org-7f21", "id": off, "active": false }));
        self.inbox(json!({ "name": SHOP, "scheme": "stripe", "secrets": [SHOP_SECRET] }));
        self.inbox(json!({ "name": "sandbox" }));
        let answer = json!({ "status": 502, "headers": [], "body": "", "delay_ms": 0 });
        self.inbox(json!({ "name": "ledger", "answer": answer }));
    }

    fn endpoint(&self, connection: &str, inbox: &str, events: &[&str], fields: Value) {
        let request = json!({
            "connection": connection, "url": format!("{}/in/{inbox}", self.capture), "inbox": inbox,
            "events": events, "all_events": events.is_empty(), "fields": fields,
        });
        self.window.rpc("endpoints.create", request);
    }

    fn inbox(&self, request: Value) {
        self.window.rpc("inboxes.create", request);
    }

    /// Forty deliveries: valid ones of three schemes, refused, altered, unsigned, unchecked, answered with an error.
    fn send(&self) {
        let _inside = self.runtime.enter();
        self.mynd.handle.emit(&Emission::of("run.completed").times(9));
        self.mindbridge.handle.emit(&Emission::default().times(5));
        self.settle();
        let mut sender = Sender::to(&self.capture);
        let json = ("Content-Type", "application/json");
        for number in 0..6 {
            let body =
                format!(r#"{{"id":"evt_1PqV{number:04}","type":"charge.succeeded","livemode":false}}"#);
            shop(&mut sender, &body, &body);
        }
        let body = r#"{"id":"evt_1PqV9999","type":"charge.refunded"}"#;
        shop(&mut sender, body, &body.replace(',', ", "));
        for _ in 0..2 {
            sender.post("/in/sandbox", &[json], br#"{"type":"member.added","member":{"id":4,"name":"Ada"}}"#);
            sender.post("/in/ledger?dry=1", &[json], br#"{"type":"invoice.paid","amount":1200}"#);
        }
        sender.post("/in/mynd-prod", &[json], br#"{"type":"run.failed","data":{"run_id":"run_1"}}"#);
        sender.post(
            "/in/sandbox",
            &[("Content-Type", "application/x-www-form-urlencoded")],
            b"a=1&b=two+words&c=%C3%BC",
        );
        sender.post("/nowhere", &[json], b"{}");
        self.mnemom.handle.emit(&Emission::of("integrity.violation").times(7));
        self.mynd.handle.emit(&Emission::of("run.failed").times(4));
        self.settle();
        let altered = r#"{"type":"run.failed","id":"evt_9f31c0","data":{"run_id":"run_77","tries":3}}"#;
        let secret = SigningMaterial::Shared("whsec_another_secret".to_owned());
        for (name, value) in
            sign::sign(Form::Mynd, &secret, "evt_9f31c0", SystemClock.now(), altered.as_bytes())
        {
            sender.post("/in/mynd-prod", &[json, (name, &value)], altered.as_bytes());
        }
    }

    /// Waits until the providers have sent what they had to.
    pub(crate) fn settle(&self) {
        for provider in [&self.mynd, &self.mnemom, &self.mindbridge] {
            let all = async { tokio::time::timeout(SOON, provider.handle.settled()).await };
            self.runtime.block_on(all).expect("everything is sent");
        }
    }

    /// Lets the receiver of replays answer so, so many times, and 200 after that.
    pub(crate) fn answer(&self, times: usize, status: u16, after: Duration) {
        self.target.script(std::iter::repeat_n(Answer::after(after, status), times));
    }
}

/// Sends a body to the shop's inbox under the signature of another, or the same.
pub(crate) fn shop(sender: &mut Sender, signed: &str, sent: &str) {
    let secret = SigningMaterial::Shared(SHOP_SECRET.to_owned());
    let signature = sign::sign(Form::Stripe, &secret, "", SystemClock.now(), signed.as_bytes());
    let (name, value) = &signature[0];
    sender.post(
        &format!("/in/{SHOP}"),
        &[("Content-Type", "application/json"), (name, value)],
        sent.as_bytes(),
    );
}
