//! Writes the TypeScript types of the command table: what `cargo xtask bindings` runs. Its argument is the file.

use anyhow::Context as _;
use std::path::PathBuf;

fn main() -> anyhow::Result<()> {
    let file: PathBuf = std::env::args_os().nth(1).context("which file?")?.into();
    std::fs::write(&file, waybill_engine::typescript())
        .with_context(|| format!("{} can't be written", file.display()))
}
