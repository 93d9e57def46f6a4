//! `waybill reconcile` and `waybill endpoint repair`: what a person reads, what a script reads, how they end.

use crate::process::{Data, Listening, Said};
use serde_json::{Value, json};
use waybill_testkit::{Emission, Fault, PlannedFault, Seeding, Simulator, SimulatorKind, SimulatorOptions};

struct Person {
    data: Data,
    simulator: Simulator,
    listening: Listening,
}

impl Person {
    /// Connected and listening, with one endpoint; its id.
    async fn at(kind: SimulatorKind, vars: &[&str], event: &str) -> (Self, String) {
        let simulator = Simulator::start(kind, SimulatorOptions::default()).await.unwrap();
        let data = Data::new();
        let listening = tokio::task::block_in_place(|| data.listen(&[]));
        let person = Self { data, simulator, listening };
        let vars: Vec<String> =
            vars.iter().map(|var| format!(" --var {var}={}", person.simulator.vars[*var])).collect();
        person
            .says(&format!(
                "connection add {} --name c --token-env TOKEN --base-url {}{}",
                kind.id(),
                person.simulator.base_url,
                vars.concat()
            ))
            .ended(0);
        let create = format!(
            "endpoint create --connection c --url {}/in/box --event {event} --inbox box --json",
            person.listening.address
        );
        let id = person.says(&create).ended(0).json()["id"].as_str().unwrap().to_owned();
        person.simulator.handle.settled().await;
        (person, id)
    }

    fn says(&self, words: &str) -> Said {
        let words: Vec<&str> = words.split(' ').collect();
        let token = [("TOKEN", self.simulator.token.as_str())];
        tokio::task::block_in_place(|| self.data.run_with(&words, b"", &token))
    }

    /// `came` events arrive, `lost` are dropped on their way.
    async fn events(&mut self, event: &str, came: u32, lost: u32) {
        self.simulator.handle.emit(&Emission::of(event).times(came));
        self.simulator.handle.settled().await;
        let mut told = 0;
        while told < came {
            let delivery = tokio::task::block_in_place(|| self.listening.next());
            told += u32::from(delivery["inbox"] == "box");
        }
        self.simulator.handle.drop_next(u64::from(lost));
        self.simulator.handle.emit(&Emission::of(event).times(lost));
        self.simulator.handle.settled().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_missing_is_told_and_fetched() {
    let (mut person, id) = Person::at(SimulatorKind::GitHub, &["owner", "repo"], "push").await;
    person.events("push", 2, 3).await;

    let said = person.says("reconcile --connection c").ended(1);
    let mut lines = said.out.lines();
    let head = "ENDPOINT       INBOX  SENT  ARRIVED  ACCEPTED  MISSING  PENDING  ADDRESS";
    let words = |line: &str| line.split_whitespace().map(str::to_owned).collect::<Vec<_>>();
    assert_eq!(words(lines.next().unwrap()), words(head), "{}", said.out);
    let counts = words(lines.next().unwrap());
    // Two pushes and the ping arrived.
    assert_eq!(counts[..4], [id.as_str(), "box", "6", "3"], "{}", said.out);
    assert_eq!(counts[5..7], ["3", "0"], "{}", said.out);
    assert_eq!(said.out.lines().filter(|line| line.contains("timed out")).count(), 3, "{}", said.out);
    assert!(said.err.contains("waybill reconcile --connection c --bring-in"), "{said:?}");

    let found = person.says(&format!("reconcile --connection c --endpoint {id} --since 2h --json")).ended(1);
    let found = found.json();
    assert_eq!((&found["sent"], &found["missing"]), (&json!(6), &json!(3)), "{found:#}");
    let missing: Vec<&Value> = found["endpoints"][0]["entries"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|one| one["state"] == "missing")
        .collect();
    assert_eq!(missing.len(), 3, "{found:#}");

    let refused = person.says("reconcile --connection c --since 2h --json --by recover").ended(2);
    assert_eq!(refused.code(), "invalid_input");
    let brought = person.says("reconcile --connection c --bring-in").ended(0);
    assert!(brought.out.contains("3 fetched from the provider's log."), "{}", brought.out);
    assert_eq!(brought.out.lines().filter(|line| line.contains("valid")).count(), 3, "{}", brought.out);
    let after = person.says("reconcile --connection c --json --bring-in").ended(0).json();
    assert_eq!((&after["missing"], &after["brought_in"]), (&json!(0), &json!([])), "{after:#}");
    let kept = person.says("deliveries list --query origin:recovered --json").ended(0).json();
    assert_eq!(
        kept.as_array().map_or_else(|| kept["deliveries"].as_array().map(Vec::len), |all| Some(all.len())),
        Some(3),
        "{kept}"
    );

    let rows = [
        ("reconcile --connection gone --json", 3, "not_found"),
        ("reconcile --connection c --endpoint gone --json", 4, "provider_not_found"),
        ("reconcile --connection c --since whenever --json", 2, "invalid_input"),
        ("reconcile --connection c --limit 0 --json", 2, "invalid_input"),
    ];
    for (words, status, code) in rows {
        assert_eq!(person.says(words).ended(status).code(), code, "{words}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn many_are_sent_again_in_chunks_and_what_can_not_be_done_is_told() {
    let (person, id) = Person::at(SimulatorKind::Mnemom, &["org_id"], "integrity.violation").await;
    let seeding = Seeding { deliveries: 250, ..Seeding::default() };
    person.simulator.handle.seed(&seeding);
    let recover = person.says("reconcile --connection c --bring-in --by recover --json").ended(1).json();
    let failed = recover["brought_in"][0]["failed"].as_array().unwrap();
    assert_eq!(failed.len(), 250, "{}", failed[0]);
    assert_eq!(failed[0]["failure"]["code"], "unsupported", "{}", failed[0]);
    let again = person.says(&format!("reconcile --connection c --endpoint {id} --bring-in --json")).ended(0);
    let again = again.json();
    assert_eq!(again["brought_in"][0]["redelivered"].as_array().map(Vec::len), Some(250), "{again:#}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_create_without_an_answer_is_listed_repaired_and_dismissed() {
    let (person, _) = Person::at(SimulatorKind::Mnemom, &["org_id"], "integrity.violation").await;
    assert_eq!(person.says("endpoint repair").ended(0).out, "Nothing to repair.\n");
    let lost = |path: &str| {
        person.simulator.handle.fault(PlannedFault::from(Fault::CutBody).method("POST"));
        let words = format!(
            "endpoint create --connection c --url https://hooks.example.com/{path} --event integrity.violation --json"
        );
        assert_eq!(person.says(&words).ended(7).code(), "outcome_unknown");
        let cases = person.says("endpoint repair --json").ended(1).json();
        let url = format!("https://hooks.example.com/{path}");
        let case = cases.as_array().unwrap().iter().find(|case| case["url"] == url.as_str()).unwrap();
        case["id"].as_str().unwrap().to_owned()
    };

    let case = lost("a");
    let told = person.says(&format!("endpoint repair {case}")).ended(1).out;
    assert!(told.starts_with(&case) && told.contains("Rotate its secret"), "{told}");
    let found = person.says(&format!("endpoint repair {case} --json")).ended(1).json();
    let endpoint = found["case"]["endpoint"].as_str().unwrap();
    person.says(&format!("endpoint rotate {endpoint} --connection c --yes")).ended(0);
    assert_eq!(person.says("endpoint repair --json").ended(0).json(), json!([]));
    assert_eq!(person.says(&format!("endpoint repair {case} --json")).ended(3).code(), "not_found");

    let case = lost("b");
    let asked = person.says(&format!("endpoint repair {case} --dismiss --json")).ended(2);
    assert_eq!(asked.code(), "confirmation_required");
    person.says(&format!("endpoint repair {case} --dismiss --yes")).ended(0);
    assert_eq!(person.says("endpoint repair --json").ended(0).json(), json!([]));
    person.says("endpoint repair --dismiss").ended(2);
}
