//! Tries out the custody of one-time secrets: processes that end abruptly at every step of it, and answers that
//! are lost. After each, a fresh engine repairs what it finds, and everything is compared with the provider.
//!
//! What it promises: real processes, real files, a real HTTP provider on this machine; every round is judged by
//! the provider's own state, never by what the engine believes; no process but its own children is ended.
//! What it leaves out: the operating system's keychain (the encrypted file stands in: it outlives its process and
//! needs no service), power cuts, Windows.
//!
//! Started by `cargo xtask faults custody`.
// A program that prints is what this is.
#![allow(clippy::print_stdout, clippy::print_stderr)]

mod ambiguous;
mod child;
mod kills;
mod oracle;
mod scene;

use anyhow::{Context as _, Result, bail};
use std::process::ExitCode;

const HELP: &str = "\
waybill-faults custody [--kills 1000] [--ambiguous 500]
    Ends that many processes at the steps of custody, and loses that many answers to a create. Exit 1 when a secret
    was lost silently, an endpoint was made twice, or a secret lay on disk in the clear.
waybill-faults child
    One call in a process of its own, told on standard input; for the rounds above.";

fn main() -> ExitCode {
    match dispatch() {
        Ok(code) => code,
        Err(error) => {
            eprintln!("faults: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn dispatch() -> Result<ExitCode> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match words.split_first() {
        Some((&"child", [])) => child::run().map(|()| ExitCode::SUCCESS),
        Some((&"custody", rest)) => custody(rest),
        _ => {
            println!("{HELP}");
            Ok(ExitCode::SUCCESS)
        }
    }
}

fn custody(words: &[&str]) -> Result<ExitCode> {
    let (mut kill_rounds, mut ambiguous_rounds) = (1_000, 500);
    for pair in words.chunks(2) {
        let [word, value] = pair else { bail!("`{}` wants a number\n\n{HELP}", pair.join(" ")) };
        let number: usize = value.parse::<usize>().with_context(|| (*word).to_owned())?.min(100_000);
        match *word {
            "--kills" => kill_rounds = number,
            "--ambiguous" => ambiguous_rounds = number,
            other => bail!("`{other}` is unknown\n\n{HELP}"),
        }
    }
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build()?;
    let killed = runtime.block_on(kills::run(kill_rounds))?;
    println!("{}", killed.table());
    let lost = runtime.block_on(ambiguous::run(ambiguous_rounds))?;
    println!("{}", lost.table());
    Ok(if killed.sound() && lost.sound() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}
