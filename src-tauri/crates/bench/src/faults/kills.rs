//! Processes that end at every step of custody.

use crate::child::Order;
use crate::oracle;
use crate::scene::{CONNECTION, PROVIDERS, Scene, call};
use anyhow::{Context as _, Result, bail};
use serde_json::json;
use std::collections::BTreeMap;
use std::io::Write as _;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};
use waybill_engine::CustodyStep;
use waybill_testkit::Fault;

/// Where a process is ended: after a step, or from outside while it waits for the answer.
#[derive(Clone, Copy, Debug)]
struct Point {
    name: &'static str,
    /// A place in [`CustodyStep::ALL`]; none: from outside.
    step: Option<usize>,
    /// A spread in microseconds over which the rounds vary.
    spread_us: u64,
    /// From here on the answer is sealed: its secret must come back by itself.
    sealed: bool,
}

const fn at(step: CustodyStep) -> Option<usize> {
    Some(step as usize)
}

/// The kill points of the protocol, K0 to K8.
const POINTS: &[Point] = &[
    Point { name: "K0 before the intent", step: at(CustodyStep::Proved), spread_us: 0, sealed: false },
    Point { name: "K1 intent, not sent", step: at(CustodyStep::Intended), spread_us: 0, sealed: false },
    Point { name: "K2 sent, no answer", step: None, spread_us: 0, sealed: false },
    Point { name: "K3 answer in memory", step: at(CustodyStep::Answered), spread_us: 0, sealed: false },
    Point { name: "K4 sealed", step: at(CustodyStep::Sealed), spread_us: 0, sealed: true },
    Point {
        name: "K5 vault write under way",
        step: at(CustodyStep::Storing),
        spread_us: 4_000,
        sealed: true,
    },
    Point { name: "K6-7 in the vault", step: at(CustodyStep::Stored), spread_us: 400, sealed: true },
    Point { name: "K8 closed, file there", step: at(CustodyStep::Closed), spread_us: 0, sealed: true },
];

/// What came of the rounds at one point.
#[derive(Debug, Default)]
struct Tally {
    rounds: usize,
    /// The secret was there after the repair alone.
    recovered: usize,
    /// The case named the way, and it led to the secret.
    mended: usize,
    /// Nothing had been made.
    nothing: usize,
}

/// What came of all.
#[derive(Debug, Default)]
pub(crate) struct Killed {
    tallies: BTreeMap<usize, Tally>,
    wrong: Vec<String>,
    took: Duration,
}

impl Killed {
    pub(crate) fn sound(&self) -> bool {
        self.wrong.is_empty()
    }

    pub(crate) fn table(&self) -> String {
        let mut text = format!(
            "{:<26} {:>6} {:>10} {:>7} {:>13}\n",
            "killed at", "rounds", "recovered", "mended", "nothing made"
        );
        for (at, tally) in &self.tallies {
            let name = POINTS.get(*at).map_or("", |point| point.name);
            text += &format!(
                "{name:<26} {:>6} {:>10} {:>7} {:>13}\n",
                tally.rounds, tally.recovered, tally.mended, tally.nothing
            );
        }
        let rounds: usize = self.tallies.values().map(|tally| tally.rounds).sum();
        text += &format!(
            "{rounds} kills in {:.0} s: secrets lost silently, endpoints made twice, secrets in the clear, seal files left: {}",
            self.took.as_secs_f64(),
            self.wrong.len()
        );
        for line in self.wrong.iter().take(20) {
            text += &format!("\n  {line}");
        }
        text
    }
}

/// Ends `rounds` processes, spread evenly over providers, calls and points.
pub(crate) async fn run(rounds: usize) -> Result<Killed> {
    let started = Instant::now();
    let mut killed = Killed::default();
    let mut scenes: Vec<Scene> = Vec::new();
    for (kind, event, _) in PROVIDERS {
        scenes.push(Scene::set(*kind, event).await?);
    }
    for round in 0..rounds {
        let which = round % PROVIDERS.len();
        let point_at = (round / PROVIDERS.len()) % POINTS.len();
        let rotates = PROVIDERS.get(which).is_some_and(|(_, _, rotates)| *rotates);
        let rotate = rotates && (round / (PROVIDERS.len() * POINTS.len())) % 2 == 1;
        // A folder grows with every secret it has seen; a fresh one now and then keeps the rounds alike.
        if round / PROVIDERS.len() % 50 == 49
            && let (Some(scene), Some((kind, event, _))) = (scenes.get_mut(which), PROVIDERS.get(which))
        {
            *scene = Scene::set(*kind, event).await?;
        }
        let (Some(scene), Some(point)) = (scenes.get(which), POINTS.get(point_at)) else { continue };
        let about = format!("round {round}, {} {}, {}", scene.kind.id(), verb(rotate), point.name);
        let tally = killed.tallies.entry(point_at).or_default();
        tally.rounds += 1;
        match one(scene, *point, rotate, round).await.with_context(|| about.clone())? {
            Outcome::Recovered => tally.recovered += 1,
            Outcome::Mended if point.sealed => {
                killed.wrong.push(format!("{about}: sealed, and not recovered"))
            }
            Outcome::Mended => tally.mended += 1,
            Outcome::Nothing => tally.nothing += 1,
            Outcome::Wrong(faults) => {
                killed.wrong.extend(faults.into_iter().map(|fault| format!("{about}: {fault}")));
            }
        }
        if round % 100 == 99 {
            eprintln!("{} kills", round + 1);
        }
    }
    killed.took = started.elapsed();
    Ok(killed)
}

const fn verb(rotate: bool) -> &'static str {
    if rotate { "rotate" } else { "create" }
}

enum Outcome {
    Recovered,
    Mended,
    Nothing,
    Wrong(Vec<String>),
}

async fn one(scene: &Scene, point: Point, rotate: bool, round: usize) -> Result<Outcome> {
    let url = format!("https://hooks.example.com/{round}");
    let endpoint = if rotate { Some(make(scene, &url).await?) } else { None };
    let before = scene.simulator.handle.endpoints();
    let (command, request) = match &endpoint {
        Some(id) => ("endpoints.rotate", json!({ "connection": CONNECTION, "id": id })),
        None => ("endpoints.create", scene.create(&url)),
    };
    // A number that differs from round to round, without a generator: the multiplier is Knuth's.
    let spread = (round as u64).wrapping_mul(2_654_435_761) % point.spread_us.max(1);
    let order = Order {
        folder: scene.folder.path().to_path_buf(),
        command: command.to_owned(),
        request,
        step: point.step,
        after_us: spread,
    };
    end(scene, &order)?;

    let at_provider = scene.simulator.handle.endpoints();
    let mut wrong = oracle::in_the_clear(scene)?;
    let added = at_provider.len() - before.len();
    if added > 1 {
        wrong.push(format!("{added} endpoints were made"));
    }
    let engine = scene.engine(true).await?;
    oracle::repair(&engine).await?;
    wrong.extend(oracle::wrong(scene, &engine).await?);
    let made = at_provider.iter().find(|one| one.url == url);
    let changed = made.is_some_and(|one| before.iter().all(|known| known.credential != one.credential));
    let outcome = match made {
        Some(made) if changed => {
            let held = oracle::secret_here(&engine, &made.id).await?;
            if held.as_deref() == Some(made.credential.as_str()) {
                Outcome::Recovered
            } else {
                mend(scene, &engine, &made.id, &mut wrong).await?;
                Outcome::Mended
            }
        }
        _ => {
            // A rotation that was not sent leaves its doubt until there was another.
            if let (Some(id), false) = (&endpoint, oracle::cases(&engine).await?.is_empty()) {
                mend(scene, &engine, id, &mut wrong).await?;
            }
            Outcome::Nothing
        }
    };
    let open = oracle::cases(&engine).await?;
    if !open.is_empty() {
        wrong.push(format!("cases stay open: {open:?}"));
    }
    let files = oracle::seal_files(scene.folder.path());
    if files > 0 {
        wrong.push(format!("{files} seal files are left"));
    }
    for left in scene.simulator.handle.endpoints() {
        call(&engine, "endpoints.delete", json!({ "connection": CONNECTION, "id": left.id })).await?;
    }
    engine.stop().await;
    Ok(if wrong.is_empty() { outcome } else { Outcome::Wrong(wrong) })
}

/// Goes the way that the open case names, and looks whether it leads to the secret.
async fn mend(
    scene: &Scene,
    engine: &waybill_engine::Engine,
    endpoint: &str,
    wrong: &mut Vec<String>,
) -> Result<()> {
    let cases = oracle::cases(engine).await?;
    let Some(case) = cases.iter().find(|case| case["endpoint"] == endpoint) else {
        wrong.push(format!("nothing says how to get at the secret of {endpoint}: {cases:?}"));
        return Ok(());
    };
    let named = json!({ "connection": CONNECTION, "id": endpoint });
    let endpoint = match case["state"].as_str() {
        Some("found_rotate" | "rotation_unknown") => {
            call(engine, "endpoints.rotate", named).await?;
            endpoint.to_owned()
        }
        Some("found_make_again") => {
            let url = case["url"].as_str().unwrap_or_default().to_owned();
            call(engine, "endpoints.delete", named).await?;
            let made = call(engine, "endpoints.create", scene.create(&url)).await?;
            made["endpoint"]["id"].as_str().unwrap_or_default().to_owned()
        }
        other => bail!("the case says {other:?}"),
    };
    let held = oracle::secret_here(engine, &endpoint).await?;
    let there = scene.simulator.handle.endpoints();
    let right =
        there.iter().any(|one| one.id == endpoint && Some(one.credential.as_str()) == held.as_deref());
    if !right {
        wrong.push(format!("the way that the case names does not lead to the secret of {endpoint}"));
    }
    Ok(())
}

async fn make(scene: &Scene, url: &str) -> Result<String> {
    let engine = scene.engine(false).await?;
    let made = call(&engine, "endpoints.create", scene.create(url)).await?;
    engine.stop().await;
    Ok(made["endpoint"]["id"].as_str().unwrap_or_default().to_owned())
}

/// Starts a child and sees it end: by itself, or, where the provider never answers, by a kill.
fn end(scene: &Scene, order: &Order) -> Result<()> {
    let from_outside = order.step.is_none();
    let rotate = order.command == "endpoints.rotate";
    if from_outside {
        scene.simulator.handle.clear_calls();
        scene.spoil(Fault::HangAfterCommit, rotate);
    }
    let mut child = Command::new(std::env::current_exe()?)
        .arg("child")
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()?;
    if let Some(mut input) = child.stdin.take() {
        input.write_all(&serde_json::to_vec(order)?)?;
    }
    let deadline = Instant::now() + Duration::from_secs(60);
    loop {
        if from_outside && scene.wrote(rotate) {
            // The provider has committed before it records the call; the child waits for an answer that never comes.
            std::thread::sleep(Duration::from_millis(20));
            child.kill()?;
            child.wait()?;
            scene.simulator.handle.clear_faults();
            return Ok(());
        }
        if let Some(status) = child.try_wait()? {
            if status.success() {
                // Its end came too late for this step's spread: a round without a kill, judged like the others.
                return Ok(());
            }
            let mut told = String::new();
            if let Some(mut errors) = child.stderr.take() {
                std::io::Read::read_to_string(&mut errors, &mut told)?;
            }
            if status.code().is_some() {
                bail!("the child failed before it was ended: {told}");
            }
            return Ok(());
        }
        if Instant::now() > deadline {
            child.kill()?;
            child.wait()?;
            bail!("the child did not end within a minute");
        }
        std::thread::sleep(Duration::from_millis(2));
    }
}
