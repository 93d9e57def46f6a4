//! `waybill`: everything the window does, in the same words, on the command line.
//!
//! Results go to standard output, messages to standard error. With `--json` a result is one JSON
//! document (or one a line where a command streams) and an error is one JSON document on standard
//! error. The exit status tells the kind of outcome; see `Outcome`.

mod args;
mod catalogue;
mod deliveries;
mod endpoints;
mod inboxes;
mod input;
mod listen;
mod output;
mod replays;
mod secrets;
mod tools;

use args::{Cli, Command, VaultArg};
use clap::Parser;
use output::{Out, Outcome};
use secrecy::SecretString;
use std::process::ExitCode;
use waybill_engine::{Engine, EngineOptions};
use waybill_model::{Failure, VaultKind};

fn main() -> ExitCode {
    let cli = Cli::parse();
    let out = Out::new(cli.json, cli.quiet);
    let runtime = match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => {
            return out.failure(&Failure::internal(format!("The runtime could not start: {error}.")));
        }
    };
    let outcome = runtime.block_on(Box::pin(run(cli, &out)));
    let code = match outcome {
        Ok(Outcome::Done) => ExitCode::SUCCESS,
        Ok(Outcome::No) => ExitCode::from(1),
        Ok(Outcome::Refused(status)) => ExitCode::from(status),
        Err(failure) => out.failure(&failure),
    };
    runtime.shutdown_timeout(std::time::Duration::from_secs(2));
    code
}

async fn run(cli: Cli, out: &Out) -> Result<Outcome, Failure> {
    let mut options = EngineOptions::new(waybill_engine::data_dir(cli.data_dir.as_deref())?, "waybill");
    options.log_level = match cli.verbose {
        0 => None,
        1 => Some("info".to_owned()),
        _ => Some("debug".to_owned()),
    };
    options.vault = cli.vault.map(|kind| match kind {
        VaultArg::Keychain => VaultKind::Keychain,
        VaultArg::File => VaultKind::File,
        VaultArg::Memory => VaultKind::Memory,
    });
    if matches!(options.vault, Some(VaultKind::Memory)) {
        out.message("The vault is this process's memory: secrets are forgotten when it ends.");
    }
    options.passphrase = Some(std::sync::Arc::new(|| passphrase().map(SecretString::from)));
    let engine = Engine::start(options).await?;
    if let Some(notice) = engine.notice() {
        out.message(&notice);
    }
    let result = Box::pin(dispatch(cli.command, &engine, out)).await;
    engine.stop().await;
    result
}

async fn dispatch(command: Command, engine: &Engine, out: &Out) -> Result<Outcome, Failure> {
    match command {
        Command::Listen(args) => listen::run(args, engine, out).await,
        Command::Inbox(command) => inboxes::run(command, engine, out).await,
        Command::Deliveries(command) => deliveries::run(command, engine, out).await,
        Command::Verify(args) => tools::verify(args, engine, out).await,
        Command::Sign(args) => tools::sign(args, engine, out).await,
        Command::Send(args) => tools::send(args, engine, out).await,
        Command::Replay(args) => replays::run(args, engine, out).await,
        Command::Provider(command) => catalogue::providers(command, engine, out).await,
        Command::Scheme(command) => catalogue::schemes(command, engine, out).await,
        Command::Connection(command) => endpoints::connections(command, engine, out).await,
        Command::Endpoint(command) => endpoints::run(command, engine, out).await,
        Command::Secret(command) => secrets::run(command, engine, out).await,
        Command::Doctor => tools::doctor(engine, out).await,
    }
}

/// The passphrase of the encrypted file: from the environment, else asked for on a terminal.
fn passphrase() -> Option<String> {
    if let Ok(text) = std::env::var("WAYBILL_VAULT_PASSPHRASE") {
        return Some(text);
    }
    if !std::io::IsTerminal::is_terminal(&std::io::stdin()) {
        return None;
    }
    rpassword::prompt_password("Passphrase of the encrypted secrets file: ").ok()
}
