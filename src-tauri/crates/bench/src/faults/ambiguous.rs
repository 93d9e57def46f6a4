//! Creates whose answer is lost after the provider has carried them out, and a person who tries again.

use crate::oracle;
use crate::scene::{CONNECTION, PROVIDERS, Scene, call};
use anyhow::{Context as _, Result, bail};
use serde_json::json;
use std::time::{Duration, Instant};
use waybill_testkit::Fault;

/// What came of the rounds.
#[derive(Debug, Default)]
pub(crate) struct Lost {
    rounds: usize,
    /// The secret came back by itself.
    recovered: usize,
    /// The endpoint was found and named, its secret can be made anew.
    named: usize,
    wrong: Vec<String>,
    took: Duration,
}

impl Lost {
    pub(crate) fn sound(&self) -> bool {
        self.wrong.is_empty()
    }

    pub(crate) fn table(&self) -> String {
        let mut text = format!(
            "{} ambiguous creates in {:.0} s: {} recovered, {} named with a way to a secret; duplicate endpoints and other faults: {}",
            self.rounds,
            self.took.as_secs_f64(),
            self.recovered,
            self.named,
            self.wrong.len()
        );
        for line in self.wrong.iter().take(20) {
            text += &format!("\n  {line}");
        }
        text
    }
}

/// Loses the answers of `rounds` creates.
pub(crate) async fn run(rounds: usize) -> Result<Lost> {
    let started = Instant::now();
    let mut lost = Lost { rounds, ..Lost::default() };
    let faults = [Fault::ResetAfterCommit, Fault::CutBody, Fault::EmptyBody];
    for (which, (kind, event, _)) in PROVIDERS.iter().enumerate() {
        let scene = Scene::set(*kind, event).await?;
        let engine = scene.engine(false).await?;
        for round in (which..rounds).step_by(PROVIDERS.len()) {
            let fault = faults.get(round / PROVIDERS.len() % faults.len()).cloned().unwrap_or(Fault::CutBody);
            let about = format!("round {round}, {}, {fault:?}", kind.id());
            one(&scene, &engine, fault, round, &mut lost, &about).await.with_context(|| about.clone())?;
        }
        engine.stop().await;
    }
    lost.took = started.elapsed();
    Ok(lost)
}

async fn one(
    scene: &Scene,
    engine: &waybill_engine::Engine,
    fault: Fault,
    round: usize,
    lost: &mut Lost,
    about: &str,
) -> Result<()> {
    let url = format!("https://hooks.example.com/lost/{round}");
    let handle = &scene.simulator.handle;
    scene.spoil(fault, false);
    match engine.call("endpoints.create", scene.create(&url)).await {
        Ok(_) => bail!("a create without an answer succeeded"),
        Err(failure) if matches!(failure.code.code(), "outcome_unknown" | "provider_answer_unreadable") => {}
        Err(failure) => bail!("{}: {}", failure.code, failure.message),
    }
    handle.clear_faults();
    // Whoever is told "it may have happened" tries again.
    let again = engine.call("endpoints.create", scene.create(&url)).await;
    match again.map_err(|failure| failure.code.code()) {
        Err("already_exists" | "busy") => {}
        Err(code) => lost.wrong.push(format!("{about}: trying again ended with {code}")),
        Ok(_) => lost.wrong.push(format!("{about}: trying again made another")),
    }
    oracle::repair(engine).await?;
    let made: Vec<_> = handle.endpoints().into_iter().filter(|one| one.url == url).collect();
    match made.as_slice() {
        [one] => {
            let held = oracle::secret_here(engine, &one.id).await?;
            let case =
                oracle::cases(engine).await?.into_iter().find(|case| case["endpoint"] == one.id.as_str());
            if held.as_deref() == Some(one.credential.as_str()) {
                lost.recovered += 1;
            } else if case.is_some() {
                lost.named += 1;
            } else {
                lost.wrong.push(format!("{about}: the secret is lost silently"));
            }
        }
        several => lost.wrong.push(format!("{about}: {} endpoints at the address", several.len())),
    }
    for one in made {
        call(engine, "endpoints.delete", json!({ "connection": CONNECTION, "id": one.id })).await?;
    }
    let open = oracle::cases(engine).await?;
    if !open.is_empty() {
        lost.wrong.push(format!("{about}: cases stay open: {open:?}"));
    }
    Ok(())
}
