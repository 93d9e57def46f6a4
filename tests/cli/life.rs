//! The whole life of an endpoint by command line, at each of the eight providers.

use crate::process::{Data, Listening, Said};
use serde_json::{Value, json};
use waybill_testkit::{Emission, Simulator, SimulatorKind, SimulatorOptions};

struct Life {
    kind: SimulatorKind,
    /// The variables of one kind of account.
    vars: &'static [&'static str],
    event: &'static str,
    /// What `endpoint create` wants besides.
    besides: &'static [&'static str],
    updates: bool,
    switches: bool,
    rotates: bool,
    redelivers: bool,
    /// The exit status of `endpoint test`.
    tests: i32,
}

const fn life(kind: SimulatorKind, vars: &'static [&'static str], event: &'static str) -> Life {
    Life {
        kind,
        vars,
        event,
        besides: &[],
        updates: true,
        switches: true,
        rotates: true,
        redelivers: true,
        tests: 0,
    }
}

fn lives() -> [Life; 8] {
    use SimulatorKind::{GitHub, GitLab, MindBridge, Mnemom, Mynd, Stripe, Svix, Timbrix};
    [
        life(Mnemom, &["org_id"], "integrity.violation"),
        Life { rotates: false, redelivers: false, ..life(Timbrix, &["organizationId"], "member.added") },
        // It shows a public key: there is nothing here to sign a test event with.
        Life {
            besides: &["--name", "Ledger", "--field", "status=ACTIVE"],
            rotates: false,
            redelivers: false,
            tests: 2,
            ..life(MindBridge, &["tenant"], "ANALYSIS_COMPLETE")
        },
        Life {
            updates: false,
            switches: false,
            rotates: false,
            redelivers: false,
            ..life(Mynd, &[], "run.failed")
        },
        life(GitHub, &["owner", "repo"], "push"),
        Life { switches: false, ..life(GitLab, &["project"], "push_events") },
        Life { rotates: false, redelivers: false, ..life(Stripe, &[], "charge.failed") },
        life(Svix, &["app_id"], "invoice.paid"),
    ]
}

/// `waybill` at one provider. What it says never holds the credential or the endpoint's secret.
struct Person {
    name: &'static str,
    data: Data,
    simulator: Simulator,
}

impl Person {
    /// Runs the words, split at blanks, with `more` behind them.
    fn says(&self, words: &str, more: &[&str]) -> Said {
        let words: Vec<&str> = words.split(' ').chain(more.iter().copied()).collect();
        let token = [("TOKEN", self.simulator.token.as_str())];
        let said = tokio::task::block_in_place(|| self.data.run_with(&words, b"", &token));
        let mut secrets = vec![self.simulator.token.clone()];
        // A public key may be shown.
        if self.simulator.kind != SimulatorKind::MindBridge {
            secrets.extend(self.simulator.handle.endpoints().into_iter().map(|one| one.credential));
        }
        for secret in secrets {
            assert!(!format!("{said:?}").contains(&secret), "{} {words:?} tells a secret", self.name);
        }
        said
    }

    /// The same, which must end so; what is not possible says why, with its code.
    fn does(&self, words: &str, possible: bool) -> Said {
        if possible {
            return self.says(words, &[]).ended(0);
        }
        let said = self.says(words, &["--json"]).ended(2);
        assert_eq!(said.code(), "unsupported", "{} {words}", self.name);
        said
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_endpoint_lives_at_all_eight_by_command_line() {
    for life in lives() {
        live(life).await;
    }
}

async fn live(life: Life) {
    let options = SimulatorOptions { clock_factor: 600.0, ..SimulatorOptions::default() };
    let simulator = Simulator::start(life.kind, options).await.unwrap();
    let name = life.kind.id();
    let person = Person { name, data: Data::new(), simulator };
    let simulator = &person.simulator;

    let vars = life.vars.iter().map(|var| format!("{var}={}", simulator.vars[*var]));
    let vars: Vec<String> = vars.flat_map(|pair| ["--var".to_owned(), pair]).collect();
    let vars: Vec<&str> = vars.iter().map(String::as_str).collect();
    let add = format!("connection add {name} --name c --token-env TOKEN --base-url {}", simulator.base_url);
    person.says(&add, &vars).ended(0);
    person.does("connection test c", true);

    let mut listening = tokio::task::block_in_place(|| person.data.listen(&[]));
    let fields: Vec<String> = simulator
        .fields
        .iter()
        .flat_map(|(key, value)| ["--field".into(), format!("{key}={value}")])
        .collect();
    let besides: Vec<&str> = life.besides.iter().copied().chain(fields.iter().map(String::as_str)).collect();
    let create = format!(
        "endpoint create --connection c --url {}/in/box --event {} --inbox box",
        listening.address, life.event
    );
    person.says(&format!("{create} --dry-run"), &besides).ended(0);
    assert!(simulator.handle.endpoints().is_empty(), "{name}: a dry run made an endpoint");
    let made = person.says(&format!("{create} --json"), &besides).ended(0).json();
    assert_eq!(made["credential"]["in_vault"], true, "{name}: {made}");
    let id = made["id"].as_str().unwrap().to_owned();

    arrive(&life, simulator, &id, &mut listening, 2).await;
    let listed = person.does("endpoint list --connection c --json", true).json();
    assert_eq!((&listed[0]["id"], &listed[0]["inbox"]), (&json!(id), &json!("box")), "{name}: {listed}");
    person.does(&format!("endpoint get {id} --connection c"), true);
    let log = person.does(&format!("endpoint log {id} --connection c --json"), true).json();
    let entry = log[0]["id"].as_str().unwrap_or_else(|| panic!("{name}: {log}")).to_owned();

    let moved = format!("endpoint update {id} --connection c --url {}/in/box/v2", listening.address);
    person.does(&moved, life.updates);
    person.does(&format!("endpoint disable {id} --connection c"), life.switches);
    person.does(&format!("endpoint enable {id} --connection c"), life.switches);
    person.does(&format!("endpoint rotate {id} --connection c --yes"), life.rotates);
    if life.updates || life.rotates {
        arrive(&life, simulator, &id, &mut listening, 1).await;
    }
    let tested = person.says(&format!("endpoint test {id} --connection c --json"), &[]).ended(life.tests);
    assert_eq!(tested.out.is_empty(), life.tests != 0, "{name}: {tested:?}");
    person.does(&format!("endpoint redeliver {id} {entry} --connection c"), life.redelivers);
    simulator.handle.settled().await;

    let reconciled = person.does(&format!("reconcile --connection c --endpoint {id} --json"), true).json();
    assert_eq!(reconciled["missing"], 0, "{name}: {reconciled:#}");
    assert_eq!(reconciled["arrived"], reconciled["sent"], "{name}: {reconciled:#}");
    person.does(&format!("endpoint delete {id} --connection c --yes"), true);
    assert!(simulator.handle.endpoints().is_empty(), "{name}");
    assert_eq!(person.does("endpoint list --connection c --json", true).json(), json!([]), "{name}");
    let history = person.does("endpoint history --connection c --json", true).json();
    assert_eq!(history[0]["operation"], "delete", "{name}: {history}");
    assert!(history.as_array().unwrap().iter().all(|one| one["outcome"] == "done"), "{name}: {history}");
    person.does("endpoint repair", true);
    person.does("connection remove c", true);
}

/// So many events happen, and as many deliveries are verified here.
async fn arrive(life: &Life, simulator: &Simulator, id: &str, listening: &mut Listening, count: u32) {
    let emission = Emission { endpoint: Some(id.to_owned()), ..Emission::of(life.event) };
    simulator.handle.emit(&emission.times(count));
    simulator.handle.settled().await;
    let mut came = 0;
    while came < count {
        let told: Value = tokio::task::block_in_place(|| listening.next());
        // A provider may send something of its own as well, such as a ping before the inbox is there.
        if told["inbox"] == "box" {
            assert_eq!(told["verdict"], "valid", "{}: {told}", life.kind.id());
            came += 1;
        }
    }
}
