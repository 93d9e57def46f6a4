//! Reading from providers: eight connections side by side beside the slowest of them alone, and long lists while the
//! engine answers others.
//!
//! What it promises: each round reads every connection alone and then all at once, at simulators that answer after as
//! long as a network takes; what is told of the long lists includes the longest wait of a caller who asks for something
//! else meanwhile. What it leaves out: the window, and TLS.

use crate::figures::{Spread, at};
use anyhow::{Context as _, Result, anyhow, bail, ensure};
use serde_json::{Map, Value, json};
use std::process::ExitCode;
use std::sync::Arc;
use std::time::{Duration, Instant};
use tempfile::TempDir;
use waybill_engine::{Engine, EngineOptions};
use waybill_model::VaultKind;
use waybill_testkit::{Fault, PlannedFault, Seeding, Simulator, SimulatorKind, SimulatorOptions};

/// The providers; how long each takes to answer, in milliseconds; and how many endpoints it has. MindBridge makes a key
/// pair for each, which takes its simulator a while.
const SIDE_BY_SIDE: [(SimulatorKind, u64, u32); 8] = [
    (SimulatorKind::Mnemom, 180, 50),
    (SimulatorKind::Timbrix, 120, 50),
    (SimulatorKind::MindBridge, 150, 20),
    (SimulatorKind::Mynd, 90, 50),
    (SimulatorKind::GitHub, 140, 50),
    (SimulatorKind::GitLab, 160, 50),
    (SimulatorKind::Stripe, 110, 50),
    (SimulatorKind::Svix, 130, 50),
];

/// All at once ÷ the slowest alone.
const MOST: f64 = 1.10;

const ENDPOINTS: u32 = 1_000;
const ENTRIES: u32 = 10_000;

pub(crate) fn run(words: &[&str]) -> Result<ExitCode> {
    let (mut rounds, mut gate) = (5, false);
    let mut words = words.iter();
    while let Some(word) = words.next() {
        match *word {
            "--gate" => gate = true,
            "--rounds" => {
                let value = words.next().context("--rounds wants a number")?;
                rounds = value.parse::<usize>().context("--rounds")?.clamp(1, 50);
            }
            other => bail!("`{other}` is unknown"),
        }
    }
    let runtime = tokio::runtime::Runtime::new()?;
    let met = runtime.block_on(side_by_side(rounds))?;
    runtime.block_on(long_lists())?;
    Ok(if gate && !met { ExitCode::FAILURE } else { ExitCode::SUCCESS })
}

async fn engine(folder: &TempDir) -> Result<Engine> {
    let mut options = EngineOptions::new(folder.path().to_path_buf(), "bench");
    options.vault = Some(VaultKind::File);
    options.work_factor = 1;
    options.passphrase = Some(Arc::new(|| Some("correct horse".to_owned().into())));
    Engine::start(options).await.map_err(|failure| anyhow!("the engine does not start: {failure}"))
}

async fn call(engine: &Engine, name: &str, request: Value) -> Result<Value> {
    engine
        .call(name, request)
        .await
        .map_err(|failure| anyhow!("{name}: {}: {}", failure.code, failure.message))
}

/// A provider with a connection of its own name to it.
async fn connected(engine: &Engine, kind: SimulatorKind) -> Result<Simulator> {
    let options = SimulatorOptions { undocumented_reads: true, ..SimulatorOptions::default() };
    let simulator = Simulator::start(kind, options).await?;
    // Those that have two kinds of accounts get one of them.
    let left_out = ["org", "group"];
    let several = simulator.vars.len() > 1;
    let vars: Map<String, Value> = simulator
        .vars
        .iter()
        .filter(|(name, _)| !(several && left_out.contains(&name.as_str())))
        .map(|(name, value)| (name.clone(), json!(value)))
        .collect();
    let add = json!({
        "name": kind.id(), "provider": kind.id(), "base_url": simulator.base_url, "vars": vars,
        "token": simulator.token,
    });
    call(engine, "connections.add", add).await?;
    Ok(simulator)
}

fn ms(since: Instant) -> f64 {
    since.elapsed().as_secs_f64() * 1_000.0
}

async fn read(engine: &Engine, request: Value, expected: u32) -> Result<f64> {
    let begun = Instant::now();
    let answer = call(engine, "endpoints.read", request).await?;
    let took = ms(begun);
    let count = answer["endpoints"].as_array().map_or(0, Vec::len);
    ensure!(answer["problems"] == json!([]), "a provider could not be read: {}", answer["problems"]);
    ensure!(count == expected as usize, "{count} endpoints were read, {expected} are there");
    Ok(took)
}

async fn side_by_side(rounds: usize) -> Result<bool> {
    let folder = TempDir::new()?;
    let engine = engine(&folder).await?;
    let mut simulators = Vec::new();
    let mut all = 0;
    for (kind, wait, endpoints) in SIDE_BY_SIDE {
        let simulator = connected(&engine, kind).await?;
        simulator.handle.seed(&Seeding { endpoints, ..Seeding::default() });
        let slow = PlannedFault::from(Fault::Slow { ms: wait });
        simulator.handle.fault(PlannedFault { times: u32::MAX, ..slow });
        simulators.push(simulator);
        all += endpoints;
    }
    // Connections are opened once.
    read(&engine, json!({}), all).await?;
    let (mut alone, mut together, mut ratios) =
        (vec![Vec::new(); SIDE_BY_SIDE.len()], Vec::new(), Vec::new());
    for _ in 0..rounds {
        let mut slowest = 0_f64;
        for (index, (kind, _, endpoints)) in SIDE_BY_SIDE.iter().enumerate() {
            let took = read(&engine, json!({ "connection": kind.id() }), *endpoints).await?;
            alone[index].push(took);
            slowest = slowest.max(took);
        }
        let took = read(&engine, json!({}), all).await?;
        together.push(took);
        ratios.push(took / slowest);
    }
    println!("All endpoints of eight connections, {rounds} rounds\n");
    println!("| | answers after ms | endpoints | read in ms |\n|---|---|---|---|");
    for ((kind, wait, endpoints), took) in SIDE_BY_SIDE.iter().zip(&alone) {
        println!("| {} | {wait} | {endpoints} | {} |", kind.id(), spread(took));
    }
    println!("| all at once | | {all} | {} |", spread(&together));
    let ratio = Spread::of(ratios).context("no round")?;
    let met = ratio.median <= MOST;
    println!(
        "\nall at once ÷ the slowest alone: {:.2} ({:.2}..{:.2}), must be ≤ {MOST:.2}: {}\n",
        ratio.median,
        ratio.min,
        ratio.max,
        if met { "met" } else { "missed" }
    );
    engine.stop().await;
    for simulator in simulators {
        simulator.stop().await;
    }
    Ok(met)
}

fn spread(values: &[f64]) -> String {
    Spread::of(values.iter().copied())
        .map_or_else(String::new, |s| format!("{:.0} ({:.0}..{:.0})", s.median, s.min, s.max))
}

/// A long list of endpoints and a long log, and what another caller waits meanwhile.
async fn long_lists() -> Result<()> {
    let folder = TempDir::new()?;
    let engine = engine(&folder).await?;
    let kind = SimulatorKind::Mnemom;
    let simulator = connected(&engine, kind).await?;
    let ids = simulator.handle.seed(&Seeding { endpoints: ENDPOINTS, ..Seeding::default() });
    let endpoint = ids.first().context("no endpoint was made")?.clone();
    let seeding = Seeding { deliveries: ENTRIES, endpoint: Some(endpoint.clone()), ..Seeding::default() };
    simulator.handle.seed(&seeding);
    println!("Long lists, at {}\n", kind.id());
    println!("| | rows | ms | others wait p50 ms | p99 | at most |\n|---|---|---|---|---|---|");
    let asked: [(&str, &str, Value, u32); 3] = [
        ("endpoints read", "endpoints.read", json!({}), ENDPOINTS),
        (
            "log read",
            "endpoints.log",
            json!({ "connection": kind.id(), "id": endpoint, "limit": ENTRIES }),
            ENTRIES,
        ),
        (
            "log beside what came",
            "endpoints.reconcile",
            json!({ "connection": kind.id(), "endpoint": endpoint, "limit": ENTRIES }),
            ENTRIES,
        ),
    ];
    for (what, name, request, rows) in asked {
        let worker = engine.clone();
        let begun = Instant::now();
        let task =
            tokio::spawn(async move { call(&worker, name, request).await.map(|answer| (answer, ms(begun))) });
        let mut waits = Vec::new();
        while !task.is_finished() {
            let asked = Instant::now();
            call(&engine, "status.get", json!({})).await?;
            waits.push(ms(asked));
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
        let (answer, took) = task.await??;
        let found = match name {
            "endpoints.read" => answer["endpoints"].as_array().map_or(0, Vec::len),
            "endpoints.log" => answer.as_array().map_or(0, Vec::len),
            _ => answer[0]["entries"].as_array().map_or(0, Vec::len),
        };
        ensure!(found == rows as usize, "{what}: {found} rows came, {rows} are there");
        waits.sort_by(f64::total_cmp);
        println!(
            "| {what} | {rows} | {took:.0} | {:.1} | {:.1} | {:.1} |",
            at(&waits, 0.5),
            at(&waits, 0.99),
            at(&waits, 1.0)
        );
    }
    engine.stop().await;
    simulator.stop().await;
    Ok(())
}
