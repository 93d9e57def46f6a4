//! `waybill`: everything the window does, in the same words, on the command line.
//!
//! Results go to standard output, messages to standard error. With `--json` a result is one JSON
//! document (or one a line where a command streams) and an error is one JSON document on standard
//! error. The exit status tells the kind of outcome; see `Outcome`.

mod args;
mod catalogue;
mod custody;
mod deliveries;
mod diagnosis;
mod endpoints;
mod inboxes;
mod input;
mod listen;
mod output;
mod passphrase;
mod reconcile;
mod replays;
mod schemes;
mod secrets;
mod signals;
mod streams;
mod tools;

use args::{Cli, Command, VaultArg};
use clap::Parser;
use output::{Out, Outcome};
use std::path::PathBuf;
use std::process::ExitCode;
use waybill_engine::{Engine, EngineOptions};
use waybill_model::{ErrorCode, Failure, VaultKind};

fn main() -> ExitCode {
    keep_files_private();
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) => return misused(&error),
    };
    let out = Out::new(cli.json, cli.quiet);
    let runtime = match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => {
            return out.failure(&Failure::internal(format!("The runtime could not start: {error}.")));
        }
    };
    let outcome = runtime.block_on(Box::pin(run(cli, &out)));
    let code = match (outcome, out.unwritten()) {
        (Err(failure), _) | (Ok(_), Some(failure)) => out.failure(&failure),
        (Ok(Outcome::Done), None) => ExitCode::SUCCESS,
        (Ok(Outcome::No), None) => ExitCode::from(1),
        (Ok(Outcome::Refused(status)), None) => ExitCode::from(status),
    };
    runtime.shutdown_timeout(std::time::Duration::from_secs(2));
    code
}

/// What is written here, exports too, holds other people's data: nobody else reads it.
fn keep_files_private() {
    #[cfg(unix)]
    rustix::process::umask(rustix::fs::Mode::RWXG | rustix::fs::Mode::RWXO);
}

/// Wrong usage: help and version go where they were asked for, an error has the form of all errors.
fn misused(error: &clap::Error) -> ExitCode {
    let status = u8::try_from(error.exit_code()).unwrap_or(2);
    if status != 0 && std::env::args_os().any(|argument| argument == "--json") {
        let words = error.render().to_string();
        let (first, rest) = words.split_once("\n\n").unwrap_or((&words, ""));
        let first = first.trim_start_matches("error: ").split_whitespace().collect::<Vec<_>>().join(" ");
        let failure = Failure::invalid(format!("{first}; nothing was done."));
        let usage = rest.split_whitespace().collect::<Vec<_>>().join(" ");
        let failure = if usage.is_empty() { failure } else { failure.hint(usage) };
        return Out::new(true, false).failure(&failure);
    }
    let _ = error.print();
    ExitCode::from(status)
}

/// An environment variable that says something.
fn variable(name: &str) -> Option<std::ffi::OsString> {
    std::env::var_os(name).filter(|value| !value.is_empty())
}

/// The vault that was asked for: by option, else by the environment; none: the setting holds.
fn vault(asked: Option<VaultArg>) -> Result<Option<VaultKind>, Failure> {
    let asked = match (asked, variable("WAYBILL_VAULT")) {
        (None, Some(text)) => {
            let text = text.to_string_lossy();
            Some(<VaultArg as clap::ValueEnum>::from_str(&text, false).map_err(|_| {
                Failure::invalid(format!("WAYBILL_VAULT names no vault: {text}. Nothing was opened."))
                    .hint("It is keychain, file or memory.")
            })?)
        }
        (asked, _) => asked,
    };
    Ok(asked.map(|kind| match kind {
        VaultArg::Keychain => VaultKind::Keychain,
        VaultArg::File => VaultKind::File,
        VaultArg::Memory => VaultKind::Memory,
    }))
}

async fn run(cli: Cli, out: &Out) -> Result<Outcome, Failure> {
    let folder = cli.data_dir.or_else(|| variable("WAYBILL_DATA_DIR").map(PathBuf::from));
    let mut options = EngineOptions::new(waybill_engine::data_dir(folder.as_deref())?, "waybill");
    options.log_level = match cli.verbose {
        0 => None,
        1 => Some("info".to_owned()),
        _ => Some("debug".to_owned()),
    };
    options.log_to_stderr = cli.verbose > 0;
    options.vault = vault(cli.vault)?;
    // Tests open the encrypted file at every command. A build for use knows no way to weaken it.
    #[cfg(debug_assertions)]
    if let Some(factor) =
        variable("WAYBILL_TEST_WORK_FACTOR").and_then(|text| text.to_str().and_then(|text| text.parse().ok()))
    {
        options.work_factor = factor;
    }
    if matches!(options.vault, Some(VaultKind::Memory)) {
        out.message("The vault is this process's memory: secrets are forgotten when it ends.");
    }
    let folder = options.data_dir.clone();
    let (wanted, file) = (passphrase::wanted(&cli.command), folder.join("vault.age"));
    options.passphrase = Some(std::sync::Arc::new(move || passphrase::passphrase(wanted, &file)));
    let engine = match Engine::start(options).await {
        Ok(engine) => engine,
        Err(mut failure) => {
            if failure.code == ErrorCode::DataFolder && !failure.message.contains(&*folder.to_string_lossy())
            {
                failure.message.push_str(&format!(" It is {}.", folder.display()));
            }
            // What keeps everything from starting is what the doctor is asked about.
            return if matches!(cli.command, Command::Doctor) {
                Ok(tools::cannot_start(&failure, out))
            } else {
                Err(failure)
            };
        }
    };
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
        Command::Scheme(command) => schemes::run(command, engine, out).await,
        Command::Connection(command) => endpoints::connections(command, engine, out).await,
        Command::Endpoint(command) => endpoints::run(command, engine, out).await,
        Command::Reconcile(args) => reconcile::run(args, engine, out).await,
        Command::Secret(command) => secrets::run(command, engine, out).await,
        Command::Doctor => tools::doctor(engine, out).await,
    }
}
