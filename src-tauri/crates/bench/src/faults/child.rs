//! One call in a process of its own, which ends abruptly where it is told to.

use crate::scene::options;
use anyhow::{Context as _, Result, anyhow};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::io::Read as _;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;
use waybill_engine::{CustodyStep, Engine};

/// What a child is to do.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Order {
    /// The data folder.
    pub(crate) folder: PathBuf,
    /// The command.
    pub(crate) command: String,
    /// Its request.
    pub(crate) request: Value,
    /// At which step to end, as a place in [`CustodyStep::ALL`]; absent: only when killed from outside.
    pub(crate) step: Option<usize>,
    /// How long after that step, in microseconds.
    pub(crate) after_us: u64,
}

/// Reads the order and carries it out.
pub(crate) fn run() -> Result<()> {
    let mut text = String::new();
    std::io::stdin().read_to_string(&mut text)?;
    let order: Order = serde_json::from_str(&text).context("the order can't be read")?;
    let mut options = options(&order.folder);
    if let Some(wanted) = order.step.and_then(|at| CustodyStep::ALL.get(at).copied()) {
        let after = Duration::from_micros(order.after_us);
        options.custody_step = Some(Arc::new(move |step| {
            if step != wanted {
                return;
            }
            if after.is_zero() {
                std::process::abort();
            }
            std::thread::spawn(move || {
                std::thread::sleep(after);
                std::process::abort();
            });
        }));
    }
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build()?;
    runtime.block_on(async {
        let engine = Engine::start(options)
            .await
            .map_err(|failure| anyhow!("the engine does not start: {failure}"))?;
        let answered = engine.call(&order.command, order.request).await;
        engine.stop().await;
        answered.map(|_| ()).map_err(|failure| anyhow!("{}: {}", failure.code, failure.message))
    })
}
