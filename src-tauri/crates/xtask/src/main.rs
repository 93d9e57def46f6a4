//! `cargo xtask`: everything a person or a machine does with this project, one word each.
//!
//! Promise: `run` and `test` need nothing but Rust and Node; they find out what else is missing, install it with
//! the system's own package manager, build the window and go on. What was done once and has not changed is not
//! done again. Left out: what is built and tested itself, which is the other crates' and `ui/`'s matter.
#![allow(clippy::print_stdout, clippy::print_stderr)]

mod bench;
mod checks;
mod command;
mod libraries;
mod packages;
mod setup;
mod stamp;
mod system;

mod window;

use anyhow::{Result, bail};
use std::process::ExitCode;

const HELP: &str = "\
cargo xtask WORD [ARGUMENTS]

  run [--release]   set up what is missing, build, and start Waybill
  test              set up what is missing, then every check and every test, with a summary
  setup [run|test]  only the set-up: system packages, npm packages, the built window
  simulate KIND …   a provider to try with, on this machine: mnemom, timbrix, mindbridge, mynd,
                    github, gitlab, stripe or svix
                    (`--port 4501`; `--help` tells the rest)
  bench WORD …      measure: capture, providers, signature, start
  faults custody …  end processes and lose answers at every step of a secret's custody, and judge what is left
                    (`--kills 1000 --ambiguous 500`)
  bindings          write the TypeScript types of the command table anew
  docs              write docs/providers.md anew from the descriptions
  lock              write ui/package-lock.json anew after a change of ui/package.json
  tidy              the checks over the whole tree: dependency rule, licences, file sizes
  screens           the real-window test alone; its pictures go to target/screens

`CI=true`, or being root, answers every question of `setup` with yes.";

fn main() -> ExitCode {
    match dispatch() {
        Ok(code) => code,
        Err(error) => {
            eprintln!("xtask: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn dispatch() -> Result<ExitCode> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let (word, rest) = match arguments.split_first() {
        Some((word, rest)) => (word.as_str(), rest),
        None => ("help", &[][..]),
    };
    match word {
        "run" => run(rest),
        "test" => checks::run(rest),
        "setup" => {
            let goal = match rest {
                [] => setup::Goal::Test,
                [one] if one == "test" => setup::Goal::Test,
                [one] if one == "run" => setup::Goal::Run,
                _ => bail!("`setup` takes `run` or `test`"),
            };
            setup::prepare(goal)?;
            Ok(ExitCode::SUCCESS)
        }
        "simulate" => command::cargo("run")
            .args(&["--quiet", "--package", "waybill-testkit", "--bin", "waybill-simulate", "--"])
            .args(rest)
            .replace(),
        "bench" => bench::run(rest),
        "faults" => bench::faults(rest),
        "bindings" => {
            command::cargo("run")
                .args(&[
                    "--quiet",
                    "--package",
                    "waybill-bridge",
                    "--bin",
                    "waybill-bindings",
                    "--",
                    "ui/src/generated/api.ts",
                ])
                .run()?;
            Ok(ExitCode::SUCCESS)
        }
        "docs" => {
            command::cargo("run")
                .args(&[
                    "--quiet",
                    "--package",
                    "waybill-provider",
                    "--example",
                    "providers_page",
                    "--",
                    "docs/providers.md",
                ])
                .run()?;
            Ok(ExitCode::SUCCESS)
        }
        "lock" => {
            command::npm().args(&["install", "--package-lock-only", "--ignore-scripts"]).run()?;
            let script = "src-tauri/crates/xtask/complete-lock.mjs";
            command::Run::new("node").args(&[script, "ui/package-lock.json"]).run()?;
            Ok(ExitCode::SUCCESS)
        }
        "tidy" => {
            command::cargo("test").args(&["--package", "waybill-xtask", "--test", "tidy"]).run()?;
            Ok(ExitCode::SUCCESS)
        }
        "screens" => {
            setup::prepare(setup::Goal::Test)?;
            command::cargo("test").args(&["--workspace", "--test", "desktop"]).run()?;
            println!("pictures: {}", command::root().join("target/screens").display());
            Ok(ExitCode::SUCCESS)
        }
        "help" | "--help" | "-h" => {
            println!("{HELP}");
            Ok(ExitCode::SUCCESS)
        }
        other => bail!("there is no `{other}`\n\n{HELP}"),
    }
}

fn run(rest: &[String]) -> Result<ExitCode> {
    setup::prepare(setup::Goal::Run)?;
    let release = rest.iter().any(|argument| argument == "--release");
    let (profile, folder): (&[&str], _) = if release { (&["--release"], "release") } else { (&[], "debug") };
    println!("── build");
    // The features of the whole workspace, so that what the tests have compiled serves here too.
    command::cargo("build").args(&["--workspace", "--bin", "waybill-desktop"]).args(profile).run()?;
    println!("── Waybill");
    let name = format!("waybill-desktop{}", std::env::consts::EXE_SUFFIX);
    command::Run::new(command::root().join("target").join(folder).join(name)).replace()
}
