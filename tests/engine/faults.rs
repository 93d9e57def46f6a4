//! Providers that misbehave, as a host of the engine meets it: the code of each fault, and nothing lost by it.

use crate::stage::Stage;
use serde_json::{Value, json};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;
use tempfile::TempDir;
use waybill_testkit::{Emission, Fault, PlannedFault, Simulator, SimulatorKind, SimulatorOptions};

/// Long enough for a busy machine, short enough to be waited for.
const DEADLINE: Duration = Duration::from_secs(4);

async fn stage() -> Stage {
    Stage::with(TempDir::new().unwrap(), |options| options.call_deadline = Some(DEADLINE)).await
}

async fn connected(stage: &Stage, kind: SimulatorKind) -> Simulator {
    let simulator = Simulator::start(kind, SimulatorOptions::default()).await.unwrap();
    let add = json!({
        "name": "c", "provider": kind.id(), "base_url": simulator.base_url, "vars": simulator.vars,
        "token": simulator.token,
    });
    stage.call("connections.add", add).await;
    simulator
}

fn create(simulator: &Simulator, url: &str) -> Value {
    let event = simulator.kind.events()[0];
    let mut create = json!({ "connection": "c", "url": url, "events": [event], "fields": simulator.fields });
    if simulator.kind == SimulatorKind::MindBridge {
        create["label"] = json!("Ledger");
        create["fields"]["status"] = json!("ACTIVE");
    }
    create
}

/// Runs all cases at once, most of which wait, and tells of each that failed.
async fn side_by_side(cases: impl Iterator<Item = impl Future<Output = ()> + Send + 'static>) {
    let mut running: tokio::task::JoinSet<()> = cases.fold(tokio::task::JoinSet::new(), |mut all, case| {
        all.spawn(case);
        all
    });
    let mut failed = 0;
    while let Some(case) = running.join_next().await {
        failed += usize::from(case.is_err());
    }
    assert_eq!(failed, 0, "cases that failed; each has said why");
}

fn status(status: u16) -> Fault {
    Fault::Status { status, retry_after: None }
}

fn answer(status: u16, headers: &[(&str, &str)], body: &str) -> Fault {
    let headers = headers.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
    Fault::Answer { status, headers, body: body.to_owned() }
}

fn rewritten(find: &str, replace: &str) -> Fault {
    Fault::Rewritten { find: find.to_owned(), replace: replace.to_owned() }
}

/// A fault of reading the endpoints: for how many calls, and the code it ends in; none: it is got over.
async fn reading(what: &'static str, fault: Fault, times: u32, code: Option<&'static str>) {
    let stage = stage().await;
    let simulator = connected(&stage, SimulatorKind::Mnemom).await;
    stage.call("endpoints.create", create(&simulator, "https://hooks.example.com/a")).await;
    simulator.handle.fault(PlannedFault::from(fault).method("GET").times(times));
    let read = stage.call("endpoints.read", json!({ "connection": "c" })).await;
    let found = read["problems"][0]["failure"]["code"].as_str();
    assert_eq!(found, code, "{what}: {read:#}");
    assert!(!read.to_string().contains(&simulator.token), "{what}: the credential is told");
    assert_eq!(
        read["endpoints"].as_array().map(Vec::len),
        Some(1),
        "{what}: what was known is lost: {read:#}"
    );
    let last = stage.call("connections.list", json!({})).await[0]["last_error"].clone();
    assert_eq!(last.is_null(), code.is_none(), "{what}: {last}");
    // As soon as the provider is well again, so is Waybill.
    simulator.handle.clear_faults();
    let read = stage.call("endpoints.read", json!({ "connection": "c" })).await;
    assert_eq!(read["problems"], json!([]), "{what}");
    assert_eq!(read["endpoints"].as_array().map(Vec::len), Some(1), "{what}");
    assert_eq!(read["endpoints"][0]["credential"]["in_vault"], true, "{what}");
    stage.engine.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_list_that_goes_wrong_ends_in_its_code_and_forgets_nothing() {
    let retry = |value: &str| answer(429, &[("Retry-After", value)], "{}");
    let often = 1_000;
    let rows: Vec<(&'static str, Fault, u32, Option<&'static str>)> = vec![
        ("401", status(401), often, Some("provider_unauthorized")),
        ("403", status(403), often, Some("provider_forbidden")),
        ("404", status(404), often, Some("provider_not_found")),
        ("409", status(409), often, Some("provider_rejected")),
        ("412", status(412), often, Some("provider_rejected")),
        ("422", status(422), often, Some("provider_rejected")),
        ("429 with seconds, once", Fault::Status { status: 429, retry_after: Some(1) }, 1, None),
        ("429 without a hint, once", answer(429, &[], "{}"), 1, None),
        ("429 until a date of the past, once", retry("Fri, 20 Nov 2026 10:00:00 GMT"), 1, None),
        (
            "429 until a far date",
            retry("Fri, 20 Nov 2099 10:00:00 GMT"),
            often,
            Some("provider_rate_limited"),
        ),
        ("429 with absurd seconds", retry("99999999999999999999"), often, Some("provider_rate_limited")),
        ("429 with a word, once", retry("soon"), 1, None),
        ("500, once", status(500), 1, None),
        ("503, once", status(503), 1, None),
        ("a page with 200", Fault::Html { status: 200 }, often, Some("provider_answer_unreadable")),
        ("a page with 502", Fault::Html { status: 502 }, 1, None),
        ("an empty answer", Fault::EmptyBody, often, Some("provider_answer_unreadable")),
        ("a cut answer", Fault::CutBody, often, Some("network_unreachable")),
        (
            "an oversized answer",
            Fault::Oversized { bytes: 9_000_000 },
            often,
            Some("provider_answer_unreadable"),
        ),
        ("a byte a second", Fault::Trickle { ms: 1_000 }, often, Some("network_unreachable")),
        ("a reset", Fault::Reset, often, Some("network_unreachable")),
        ("no answer", Fault::HangAfterCommit, often, Some("network_unreachable")),
        (
            "null where a text was",
            rewritten("\"https://hooks.example.com/a\"", "null"),
            1,
            Some("provider_answer_unreadable"),
        ),
        (
            "an id that is none",
            rewritten("\"endpoint_id\":\"", "\"endpoint_id\":null,\"x\":\""),
            1,
            Some("provider_answer_unreadable"),
        ),
        (
            "a list that is none",
            answer(200, &[], "{\"message\":\"hello\"}"),
            often,
            Some("provider_answer_unreadable"),
        ),
        (
            "a redirect",
            Fault::Redirect { status: 307, location: "http://127.0.0.1:9/".into() },
            often,
            Some("provider_answer_unreadable"),
        ),
    ];
    side_by_side(rows.into_iter().map(|(what, fault, times, code)| reading(what, fault, times, code))).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_odd_and_harmless_is_taken() {
    let stage = stage().await;
    let simulator = connected(&stage, SimulatorKind::Mynd).await;
    let one = |id: &str, status: &str| {
        json!({ "id": id, "url": "https://a.example/", "events": ["run.failed", "run.exploded"],
            "status": status, "livemode": true })
    };
    let page = json!({ "object": "list", "has_more": false, "next_cursor": null,
        "data": [one("wh_1", "hibernating"), one("wh_1", "hibernating"), one("wh_2", "enabled")] });
    simulator.handle.fault(PlannedFault::from(answer(200, &[], &page.to_string())).method("GET"));
    let read = stage.call("endpoints.read", json!({ "connection": "c" })).await;
    assert_eq!(read["problems"], json!([]), "{read:#}");
    let found: Vec<&Value> = read["endpoints"].as_array().unwrap().iter().map(|one| &one["id"]).collect();
    assert_eq!(found.len(), 2, "an id that comes twice is one endpoint: {found:?}");
    let first = read["endpoints"].as_array().unwrap().iter().find(|one| one["id"] == "wh_1").unwrap();
    assert_eq!((&first["status"], &first["events"][1]), (&json!("hibernating"), &json!("run.exploded")));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_cursor_that_loops_is_given_up() {
    let stage = stage().await;
    let simulator = connected(&stage, SimulatorKind::Svix).await;
    stage.call("endpoints.create", create(&simulator, "https://hooks.example.com/a")).await;
    let page = json!({ "data": [], "iterator": "again", "prevIterator": null, "done": false });
    simulator.handle.clear_calls();
    simulator.handle.fault(PlannedFault::from(answer(200, &[], &page.to_string())).method("GET").times(50));
    let read = stage.call("endpoints.read", json!({ "connection": "c" })).await;
    assert_eq!(read["problems"][0]["failure"]["code"], "provider_answer_unreadable", "{read:#}");
    assert!(simulator.handle.calls().len() <= 3, "{:?}", simulator.handle.calls());
    assert_eq!(read["endpoints"].as_array().map(Vec::len), Some(1), "what was known is lost: {read:#}");
}

#[tokio::test(flavor = "multi_thread")]
async fn no_redirect_is_followed_and_the_credential_stays_home() {
    let elsewhere = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = elsewhere.local_addr().unwrap().port();
    let visits = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&visits);
    tokio::spawn(async move {
        while elsewhere.accept().await.is_ok() {
            counted.fetch_add(1, Ordering::SeqCst);
        }
    });
    let stage = stage().await;
    let simulator = connected(&stage, SimulatorKind::Mynd).await;
    for (index, status) in [301, 302, 303, 307, 308].into_iter().enumerate() {
        for location in [format!("http://127.0.0.1:{port}/x"), format!("//127.0.0.1:{port}/x")] {
            simulator.handle.clear_faults();
            simulator.handle.fault(PlannedFault::from(Fault::Redirect { status, location }).times(1_000));
            let read = stage.call("endpoints.read", json!({ "connection": "c" })).await;
            assert_eq!(
                read["problems"][0]["failure"]["code"], "provider_answer_unreadable",
                "{status}: {read:#}"
            );
            let create = create(&simulator, &format!("https://hooks.example.com/{index}"));
            let failure = stage.fails("endpoints.create", create).await;
            assert_eq!(failure.code.code(), "provider_answer_unreadable", "{status}: {failure:?}");
        }
    }
    assert_eq!(visits.load(Ordering::SeqCst), 0, "a redirect was followed");
    // The listener does count.
    tokio::net::TcpStream::connect(("127.0.0.1", port)).await.unwrap();
    for _ in 0..200 {
        if visits.load(Ordering::SeqCst) > 0 {
            break;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    assert_eq!(visits.load(Ordering::SeqCst), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn plain_http_beyond_this_machine_is_refused_before_anything_is_kept_or_sent() {
    let stage = stage().await;
    for base in [
        "http://example.com",
        "http://192.0.2.1:80/v1",
        "http://localhost.example.com",
        "http://127.0.0.1.example.com",
        "http://[2001:db8::1]/",
        "http://127.0.0.1@example.com/",
        "ftp://127.0.0.1/",
        "file:///etc/passwd",
        "no address",
    ] {
        let add = json!({ "name": "c", "provider": "mynd", "base_url": base, "token": "sk_test_x" });
        let failure = stage.fails("connections.add", add).await;
        assert_eq!(failure.code.code(), "invalid_input", "{base}: {failure:?}");
        assert_eq!(stage.call("secrets.list", json!({})).await, json!([]), "{base}: the credential was kept");
        assert_eq!(stage.call("connections.list", json!({})).await, json!([]), "{base}");
    }
}

/// An address that the provider would refuse is refused here, and no call is made.
#[tokio::test(flavor = "multi_thread")]
async fn an_address_that_the_provider_would_refuse_is_told_before_sending() {
    for kind in SimulatorKind::ALL {
        let stage = stage().await;
        let simulator = connected(&stage, kind).await;
        for url in
            ["", "no address", "ftp://hooks.example.com/a", "file:///etc/passwd", "javascript:alert(1)"]
        {
            let failure = stage.fails("endpoints.create", create(&simulator, url)).await;
            assert_eq!(failure.code.code(), "invalid_input", "{} {url}: {failure:?}", kind.id());
            assert!(
                failure.fields.iter().any(|field| field.field == "url"),
                "{} {url}: {failure:?}",
                kind.id()
            );
        }
        // MindBridge lists by POST.
        let calls = simulator.handle.calls();
        let writes: Vec<_> =
            calls.iter().filter(|call| call.method != "GET" && !call.path.ends_with("/query")).collect();
        assert!(writes.is_empty(), "{}: {writes:?}", kind.id());
        assert_eq!(stage.call("custody.list", json!({})).await, json!([]), "{}", kind.id());
    }
}

/// A create whose answer never comes makes one endpoint, however often it is asked for.
#[tokio::test(flavor = "multi_thread")]
async fn a_create_that_timed_out_after_it_happened_is_one_endpoint() {
    let faults = [Fault::HangAfterCommit, Fault::ResetAfterCommit, Fault::CutBody];
    let rows = SimulatorKind::ALL.into_iter().flat_map(|kind| faults.clone().map(|fault| (kind, fault)));
    side_by_side(rows.map(|(kind, fault)| timed_out(kind, fault))).await;
}

async fn timed_out(kind: SimulatorKind, fault: Fault) {
    let name = format!("{} {fault:?}", kind.id());
    let stage = stage().await;
    let simulator = connected(&stage, kind).await;
    let create = create(&simulator, "https://hooks.example.com/a");
    if kind == SimulatorKind::MindBridge {
        // Its list is a POST too, and comes first.
        simulator.handle.fault(PlannedFault::from(Fault::Slow { ms: 1 }).path("/query"));
    }
    simulator.handle.fault(PlannedFault::from(fault).method("POST"));
    let failure = stage.fails("endpoints.create", create.clone()).await;
    assert_eq!(failure.code.code(), "outcome_unknown", "{name}: {failure:?}");
    let again = stage.engine.call("endpoints.create", create.clone()).await;
    let made = simulator.handle.endpoints();
    assert_eq!(made.len(), 1, "{name}: {again:?}");
    let read = stage.call("endpoints.read", json!({ "connection": "c" })).await;
    let here: Vec<&Value> = read["endpoints"].as_array().unwrap().iter().collect();
    let cases = stage.call("custody.list", json!({})).await;
    match here.as_slice() {
        [one] => {
            assert_eq!(one["id"].as_str(), Some(made[0].id.as_str()), "{name}");
            // Its secret is here, or a case tells the way to it.
            let kept = one["credential"]["in_vault"] == true;
            let told = cases.as_array().unwrap().iter().any(|case| case["endpoint"] == one["id"]);
            assert!(kept || told, "{name}: {cases:#} {one:#}");
        }
        // Mynd has no list: what it has is not known, and that is told.
        [] => {
            assert_eq!(kind, SimulatorKind::Mynd, "{name}: {read:#}");
            assert_eq!(cases[0]["state"], "no_list", "{name}: {cases:#}");
        }
        several => panic!("{name}: {several:?}"),
    }
    stage.engine.stop().await;
}

/// A credential that ends in the middle: what was done stands and is told, the rest is not tried.
#[tokio::test(flavor = "multi_thread")]
async fn a_401_in_the_middle_ends_the_rest() {
    let stage = stage().await;
    let address = stage.listen().await;
    let simulator = connected(&stage, SimulatorKind::Mnemom).await;
    let mut create = create(&simulator, &format!("{address}/in/box"));
    create["inbox"] = json!("box");
    let made = stage.call("endpoints.create", create).await;
    let id = made["endpoint"]["id"].clone();
    simulator.handle.drop_next(4);
    simulator.handle.emit(&Emission::of(simulator.kind.events()[0]).times(4));
    simulator.handle.settled().await;
    let found = stage.call("endpoints.reconcile", json!({ "connection": "c", "endpoint": id })).await;
    let entries: Vec<&Value> =
        found[0]["entries"].as_array().unwrap().iter().map(|one| &one["entry"]["id"]).collect();
    let missing = found[0]["missing"].as_u64().unwrap();
    assert!(missing >= 2, "{found:#}");
    simulator.handle.fault(PlannedFault::from(Fault::Slow { ms: 1 }).method("POST"));
    simulator.handle.fault(PlannedFault::from(status(401)).method("POST").times(50));
    let bring = json!({ "connection": "c", "endpoint": id, "entries": entries, "by": "redeliver" });
    let came = stage.call("endpoints.bring_in", bring).await;
    assert_eq!(came["redelivered"], json!([entries[0]]), "{came:#}");
    assert_eq!(came["failed"].as_array().map(Vec::len), Some(1), "{came:#}");
    assert_eq!(came["failed"][0]["failure"]["code"], "provider_unauthorized", "{came:#}");
}
