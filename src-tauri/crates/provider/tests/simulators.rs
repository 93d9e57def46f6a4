//! The whole life of an endpoint at every simulated provider, by the description alone: the client
//! and the simulators were written apart from each other, from the providers' own pages.
#![allow(clippy::unwrap_used, clippy::print_stdout, reason = "a test stops at the first surprise")]
#![allow(missing_docs)]

use secrecy::{ExposeSecret, SecretString};
use std::collections::BTreeMap;
use std::sync::Arc;
use waybill_model::{CredentialKind, ProviderOperation as Op, Support, SystemClock};
use waybill_provider::{
    Catalogue, Client, ClientConnection, EndpointPatch, HttpOptions, LogQuery, NewEndpoint, RawAnswer,
};
use waybill_testkit::{Emission, Simulator, SimulatorKind, SimulatorOptions, Target};

/// One kind of account at one provider.
struct Life {
    kind: SimulatorKind,
    /// The simulator's variables that this kind of account has.
    vars: &'static [&'static str],
    events: [&'static str; 2],
    label: &'static str,
    updates: bool,
    switches: bool,
    rotates: bool,
}

const fn life(kind: SimulatorKind, vars: &'static [&'static str], events: [&'static str; 2]) -> Life {
    Life { kind, vars, events, label: "first", updates: true, switches: true, rotates: true }
}

fn lives() -> Vec<Life> {
    use SimulatorKind::{GitHub, GitLab, MindBridge, Mnemom, Mynd, Stripe, Svix, Timbrix};
    vec![
        life(Mnemom, &["org_id"], ["integrity.violation", "agent.killed"]),
        Life {
            label: "",
            rotates: false,
            ..life(Timbrix, &["organizationId"], ["member.added", "member.removed"])
        },
        Life { rotates: false, ..life(MindBridge, &["tenant"], ["USER_LOGIN", "EXPORT_READY"]) },
        // It does not say the description again.
        Life {
            label: "",
            updates: false,
            switches: false,
            rotates: false,
            ..life(Mynd, &[], ["run.failed", "run.completed"])
        },
        Life { label: "", ..life(GitHub, &["owner", "repo"], ["push", "issues"]) },
        Life { label: "", ..life(GitHub, &["org"], ["push", "organization"]) },
        Life { switches: false, ..life(GitLab, &["project"], ["push_events", "issues_events"]) },
        Life { switches: false, ..life(GitLab, &["group"], ["push_events", "subgroup_events"]) },
        Life { rotates: false, ..life(Stripe, &[], ["charge.failed", "charge.succeeded"]) },
        life(Svix, &["app_id"], ["invoice.paid", "user.signup"]),
    ]
}

async fn simulator(kind: SimulatorKind) -> Simulator {
    let options = SimulatorOptions {
        clock_factor: 600.0,
        seed: Some(7),
        undocumented_reads: true,
        ..SimulatorOptions::default()
    };
    Simulator::start(kind, options).await.unwrap()
}

fn client(simulator: &Simulator, life: &Life) -> Client {
    let vars: BTreeMap<String, String> = simulator
        .vars
        .iter()
        .filter(|(name, _)| life.vars.contains(&name.as_str()))
        .map(|(name, value)| (name.clone(), value.clone()))
        .collect();
    let connection = ClientConnection {
        name: "c".parse().unwrap(),
        base_url: Some(simulator.base_url.clone()),
        vars,
        auth: String::new(),
        token: SecretString::from(simulator.token.clone()),
    };
    let description = Catalogue::shipped().get(life.kind.id()).unwrap();
    let entropy = Arc::new(Draws::default());
    Client::new(description, connection, HttpOptions::default(), Arc::new(SystemClock), entropy).unwrap()
}

/// Other bytes at each draw, the same at each run.
#[derive(Debug, Default)]
struct Draws(std::sync::atomic::AtomicU8);

impl waybill_model::Entropy for Draws {
    fn fill(&self, bytes: &mut [u8]) {
        for byte in bytes {
            *byte = self.0.fetch_add(37, std::sync::atomic::Ordering::Relaxed);
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_endpoint_lives_at_every_provider() {
    for life in lives() {
        println!("{} {:?}", life.kind, life.vars);
        live(&life).await;
    }
}

async fn live(life: &Life) {
    let simulator = simulator(life.kind).await;
    let target = Target::start().await.unwrap();
    let client = client(&simulator, life);
    let before = client.list().await.unwrap().len();

    // Create, as custody does it: the answer is sealed in between.
    let url = target.url("/in/box");
    let mut fields = simulator.fields.clone();
    if life.kind == SimulatorKind::MindBridge {
        fields.insert("status".to_owned(), "ACTIVE".to_owned());
    }
    let new = NewEndpoint {
        url: url.clone(),
        events: vec![life.events[0].to_owned()],
        label: life.label.to_owned(),
        fields,
        ..NewEndpoint::default()
    };
    let key = client.idempotency_key(Op::Create);
    let answer = client.send_create(&new, key.as_deref()).await.unwrap();
    let answer = RawAnswer::from_bytes(answer.to_bytes().expose_secret()).unwrap();
    let created = client.decode_create(&answer).unwrap();
    let id = created.endpoint.id.clone();
    assert_eq!((created.endpoint.url.as_str(), &created.endpoint.events), (url.as_str(), &new.events));
    assert!(created.endpoint.active && !created.endpoint.all_events);
    assert_eq!(created.endpoint.label, life.label);
    let credential = |simulator: &Simulator| {
        let found = simulator.handle.endpoints().into_iter().find(|endpoint| endpoint.id == id);
        found.map(|endpoint| endpoint.credential)
    };
    match client.description().credential_kind() {
        CredentialKind::SharedSecret => {
            let secret = created.secret.as_ref().unwrap().expose_secret();
            assert_eq!(Some(secret.to_owned()), credential(&simulator), "{}", life.kind);
            assert!(!created.endpoint.raw.to_string().contains(secret));
        }
        CredentialKind::PublicKey => assert!(created.public_key.is_some()),
    }

    // It is there.
    assert_eq!(client.list().await.unwrap().len(), before + 1);
    assert_eq!(client.get(&id).await.unwrap().url, url);

    if life.updates {
        update(life, &client, &id, &url, created.secret.as_ref()).await;
        if let Some(known) = &created.secret {
            assert_eq!(credential(&simulator).as_deref(), Some(known.expose_secret()), "the secret stays");
        }
    }
    if life.switches {
        assert!(!client.set_active(&id, false).await.unwrap().active);
        assert!(client.set_active(&id, true).await.unwrap().active);
    }
    if life.rotates {
        let key = client.idempotency_key(Op::Rotate);
        let answer = client.send_rotate(&id, key.as_deref()).await.unwrap();
        let answer = RawAnswer::from_bytes(answer.to_bytes().expose_secret()).unwrap();
        let rotated = client.decode_rotate(&answer).unwrap();
        assert_eq!(credential(&simulator).as_deref(), Some(rotated.secret.expose_secret()));
        assert_ne!(
            created.secret.as_ref().map(ExposeSecret::expose_secret),
            Some(rotated.secret.expose_secret())
        );
    }
    if client.reads_secret() {
        let secret = client.read_secret(&id).await.unwrap();
        assert_eq!(credential(&simulator).as_deref(), Some(secret.expose_secret()));
    }

    deliveries(life, &simulator, &client, &id).await;

    client.delete(&id).await.unwrap();
    assert_eq!(client.list().await.unwrap().len(), before);
}

async fn update(life: &Life, client: &Client, id: &str, url: &str, secret: Option<&SecretString>) {
    let revision = client.get(id).await.unwrap().revision;
    let moved = format!("{url}/moved");
    let patch = EndpointPatch {
        url: Some(moved.clone()),
        events: Some(life.events.map(str::to_owned).to_vec()),
        label: (!life.label.is_empty()).then(|| "second".to_owned()),
        ..EndpointPatch::default()
    };
    if client.needs_secret(&patch) {
        assert!(client.update(id, &patch, None).await.is_err(), "without the secret it is not sent");
    }
    let changed = client.update_with(id, &patch, revision.as_deref(), secret).await.unwrap();
    let mut found = changed.events.clone();
    let mut wanted = life.events.map(str::to_owned).to_vec();
    found.sort();
    wanted.sort();
    assert_eq!((changed.url.as_str(), found), (moved.as_str(), wanted), "{}", life.kind);
    let only = EndpointPatch { events: Some(vec![life.events[0].to_owned()]), ..EndpointPatch::default() };
    let changed = client.update(id, &only, changed.revision.as_deref()).await.unwrap();
    assert_eq!((changed.url.as_str(), changed.events.len()), (moved.as_str(), 1));
}

/// The log, the request in it, and what can be sent again.
async fn deliveries(life: &Life, simulator: &Simulator, client: &Client, id: &str) {
    let emission = Emission { endpoint: Some(id.to_owned()), ..Emission::of(life.events[0]) };
    simulator.handle.emit(&emission.times(3));
    simulator.handle.settled().await;
    if client.support(Op::Test) == Support::Supported {
        client.test(id, Some(life.events[0]).filter(|_| takes_event(life))).await.unwrap();
        simulator.handle.settled().await;
    }
    if client.support(Op::Log) == Support::Unsupported {
        return;
    }
    let log = client.log(id, LogQuery::default()).await.unwrap();
    assert!(log.len() >= 3, "{}: {log:?}", life.kind);
    let entry = &log[log.len() - 1];
    if entry.has_request {
        let request = client.logged_request(entry).await.unwrap().unwrap();
        assert!(!request.body.is_empty() && request.url.is_some(), "{}: {request:?}", life.kind);
    }
    if client.support(Op::Redeliver) == Support::Supported {
        let sent = simulator.handle.deliveries().len();
        client.redeliver_at(id, &entry.id).await.unwrap();
        simulator.handle.settled().await;
        assert!(simulator.handle.deliveries().len() >= sent);
    }
    if client.support(Op::Recover) == Support::Supported {
        let recovered = client.recover(id, "2026-01-01T00:00:00Z", None).await.unwrap();
        assert!(recovered.job.is_some());
    }
    if client.support(Op::EventTypes) == Support::Supported {
        assert!(!client.event_types().await.unwrap().is_empty());
    }
    if client.support(Op::ReplayEvent) == Support::Supported {
        let event = entry.event_id.clone().unwrap();
        let key = client.idempotency_key(Op::ReplayEvent);
        assert!(client.replay_event(&event, &[id.to_owned()], None).await.is_err());
        client.replay_event(&event, &[id.to_owned()], key.as_deref()).await.unwrap();
    }
}

/// Where the test call wants or can take an event type of the endpoint's own.
const fn takes_event(life: &Life) -> bool {
    matches!(life.kind, SimulatorKind::GitLab | SimulatorKind::Svix)
}
