//! The product without a reader: the engine as the window runs it, while nobody looks at the list.
//!
//! `waybill listen` writes each delivery out besides, which is measured apart.

use anyhow::{Context as _, Result};
use secrecy::SecretString;
use std::io::{Read as _, Write as _};
use std::path::Path;
use std::sync::Arc;
use waybill_engine::{Engine, EngineOptions};
use waybill_model::VaultKind;

/// Captures into the data folder until standard input ends.
pub(crate) fn run(folder: &Path) -> Result<()> {
    // As in the window and the command line.
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    let mut options = EngineOptions::new(folder.to_owned(), "waybill-bench");
    options.vault = Some(VaultKind::File);
    options.passphrase = Some(Arc::new(|| Some(SecretString::from(crate::servers::PASSPHRASE))));
    runtime.block_on(async {
        let engine = Engine::start(options).await?;
        let status = engine.call("capture.start", serde_json::json!({ "port": 0 })).await?;
        let address = status["listening"].as_str().context("it does not listen")?;
        println!("{}", serde_json::json!({ "listening": address }));
        std::io::stdout().flush()?;
        let _ = tokio::task::spawn_blocking(|| std::io::stdin().read_to_end(&mut Vec::new())).await;
        engine.stop().await;
        anyhow::Ok(())
    })
}
