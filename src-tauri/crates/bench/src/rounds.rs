//! The rounds: floor, then for each number of connections the bare server and the product in turn.

use crate::deliveries;
use crate::figures::Spread;
use crate::floor::{self, Sync};
use crate::load::{self, Run, Time};
use crate::servers::{INBOX, Programs, Server, Shape};
use anyhow::{Context as _, Result, bail};
use std::path::{Path, PathBuf};
use std::time::Duration;

const WARM: Duration = Duration::from_millis(300);
const FLOOR: Duration = Duration::from_secs(1);

/// What is to be measured.
#[derive(Clone, Debug)]
pub(crate) struct Options {
    pub(crate) rounds: usize,
    pub(crate) measured: Duration,
    pub(crate) connections: Vec<usize>,
    /// Whether a missed goal is a failure.
    pub(crate) gate: bool,
}

impl Default for Options {
    fn default() -> Self {
        Self { rounds: 5, measured: Duration::from_secs(2), connections: vec![1, 16, 64], gate: false }
    }
}

/// One load on one server.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Sample {
    pub(crate) per_second: f64,
    pub(crate) p50_ms: f64,
    pub(crate) p99_ms: f64,
    pub(crate) processor_us: Option<f64>,
    pub(crate) peak_mib: Option<f64>,
}

/// The servers under the same load, one after the other.
#[derive(Clone, Debug)]
pub(crate) struct Turn {
    pub(crate) connections: usize,
    pub(crate) bare: Sample,
    pub(crate) product: Sample,
    pub(crate) books: Books,
    /// The same with `waybill listen --json`, in the round's last turn.
    pub(crate) listen: Option<(Sample, Books)>,
}

/// What the product has acknowledged, and what was found after it was killed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Books {
    pub(crate) acknowledged: u64,
    pub(crate) refused: u64,
    pub(crate) broken: u64,
    pub(crate) stored: u64,
    /// Stored, but their signature did not hold.
    pub(crate) unverified: u64,
}

impl Books {
    /// What is wrong, if anything is.
    pub(crate) fn loss(&self) -> Option<String> {
        let Self { acknowledged, refused, broken, stored, unverified } = *self;
        if broken > 0 {
            Some(format!("{broken} connections were broken off by the product"))
        } else if refused > 0 {
            Some(format!("the product refused {refused} of {} deliveries", refused + acknowledged))
        } else if stored != acknowledged {
            Some(format!("{acknowledged} deliveries were acknowledged and {stored} were found"))
        } else if unverified > 0 {
            Some(format!("{unverified} of {stored} deliveries were not verified, though all were signed"))
        } else {
            None
        }
    }
}

/// One round.
#[derive(Clone, Debug)]
pub(crate) struct Round {
    /// Transactions of one row that SQLite alone commits a second.
    pub(crate) raw_commits: f64,
    pub(crate) raw_commit_p99_ms: f64,
    pub(crate) turns: Vec<Turn>,
}

/// Everything that was measured.
#[derive(Clone, Debug)]
pub(crate) struct Measured {
    pub(crate) rounds: Vec<Round>,
    pub(crate) sync: Sync,
    pub(crate) options: Options,
    /// Load averages before and after.
    pub(crate) load: (Option<f64>, Option<f64>),
    pub(crate) processors: usize,
    /// Where the figures go.
    pub(crate) folder: PathBuf,
}

impl Measured {
    /// A figure of each round's turn with so many connections.
    pub(crate) fn over(&self, connections: usize, figure: impl Fn(&Round, &Turn) -> f64) -> Option<Spread> {
        Spread::of(self.rounds.iter().flat_map(|round| {
            let turns = round.turns.iter().filter(|turn| turn.connections == connections);
            turns.map(|turn| figure(round, turn)).collect::<Vec<_>>()
        }))
    }

    /// Whether the bare server's speed differed too much from round to round to judge the product's.
    pub(crate) fn is_noisy(&self, connections: usize) -> bool {
        self.over(connections, |_, turn| turn.bare.per_second).is_some_and(|spread| spread.is_noisy())
    }

    /// What was lost or not verified.
    pub(crate) fn losses(&self) -> impl Iterator<Item = String> {
        self.rounds.iter().enumerate().flat_map(|(number, round)| {
            round.turns.iter().flat_map(move |turn| {
                let listen = turn.listen.as_ref().map(|(_, books)| books);
                [Some(&turn.books), listen].into_iter().flatten().filter_map(move |books| {
                    let loss = books.loss()?;
                    Some(format!("round {}, {} connections: {loss}", number + 1, turn.connections))
                })
            })
        })
    }
}

/// Measures.
///
/// # Errors
/// A program is missing, a server does not answer, or the disk is full.
pub(crate) fn run(options: &Options) -> Result<Measured> {
    let programs = Programs::find()?;
    // Beside the build and not among temporary files: those are in memory on many machines, and a sync
    // there costs nothing.
    let folder = programs.target().join("bench");
    std::fs::create_dir_all(&folder)?;
    let scratch = tempfile::tempdir_in(&folder)?;
    let (load, processors) = floor::machine();
    let sync = floor::sync(scratch.path(), FLOOR)?;
    let requests = deliveries::requests(&format!("/in/{INBOX}"), "127.0.0.1");
    let mut rounds = Vec::with_capacity(options.rounds);
    for number in 1..=options.rounds {
        eprintln!("round {number} of {}", options.rounds);
        let raw = fresh(scratch.path(), |folder| programs.raw_commits(folder, FLOOR))?;
        let field = |name: &str| raw[name].as_f64().with_context(|| format!("raw_commit told no {name}"));
        let mut round = Round {
            raw_commits: field("commits_per_second")?,
            raw_commit_p99_ms: field("p99_ms")?,
            turns: Vec::with_capacity(options.connections.len()),
        };
        let bench = Bench { programs: &programs, scratch: scratch.path(), requests: &requests };
        let last = options.connections.last();
        for connections in &options.connections {
            let time = Time { warm: WARM, measured: options.measured };
            round.turns.push(bench.turn(*connections, time, Some(connections) == last)?);
        }
        rounds.push(round);
    }
    let load = (load, floor::machine().0);
    Ok(Measured { rounds, sync, options: options.clone(), load, processors, folder })
}

/// What each turn needs.
struct Bench<'a> {
    programs: &'a Programs,
    scratch: &'a Path,
    requests: &'a [Vec<u8>],
}

impl Bench<'_> {
    fn turn(&self, connections: usize, time: Time, listen: bool) -> Result<Turn> {
        // Only one of them runs at a time: the product goes on indexing after a load.
        let bare = {
            let server = self.programs.bare()?;
            let run = self.loaded(&server, connections, time)?;
            let sample = sample(&server, &run);
            server.kill()?;
            sample
        };
        let (product, books) = self.product(Shape::Engine, connections, time)?;
        let listen = if listen { Some(self.product(Shape::Listen, connections, time)?) } else { None };
        Ok(Turn { connections, bare, product, books, listen })
    }

    fn product(&self, shape: Shape, connections: usize, time: Time) -> Result<(Sample, Books)> {
        fresh(self.scratch, |folder| {
            let server = self.programs.product(folder, shape)?;
            let run = self.loaded(&server, connections, time)?;
            let sample = sample(&server, &run);
            server.kill()?;
            Ok((sample, books(self.programs, folder, &run)?))
        })
    }

    fn loaded(&self, server: &Server, connections: usize, time: Time) -> Result<Run> {
        load::run(server.address, self.requests, connections, time, Some(server.processor()))
    }
}

fn sample(server: &Server, run: &Run) -> Sample {
    Sample {
        per_second: run.per_second(),
        p50_ms: run.latency(0.5),
        p99_ms: run.latency(0.99),
        processor_us: run.processor_us(),
        peak_mib: server.peak_mib(),
    }
}

/// Opens the folder of a product that was killed and counts.
fn books(programs: &Programs, folder: &Path, run: &Run) -> Result<Books> {
    let inbox = programs.ask(folder, &["inbox", "show", INBOX])?;
    let count = |name: &str| inbox[name].as_u64().with_context(|| format!("the inbox tells no {name}"));
    let stored = count("deliveries")?;
    // Ids are given one by one from an empty folder on, so that the newest counts the rows by another way.
    let newest = programs.ask(folder, &["deliveries", "list", "--limit", "1"])?;
    let first = &newest[0];
    let id: u64 = first["id"].as_str().context("the newest delivery has no id")?.parse()?;
    if id != stored {
        bail!("the inbox counts {stored} deliveries, and the newest has the number {id}");
    }
    let verified = first["verdict"].as_str() == Some("valid");
    Ok(Books {
        acknowledged: run.accepted,
        refused: run.refused,
        broken: run.broken,
        stored,
        unverified: count("failed")?.max(u64::from(!verified)),
    })
}

/// Runs `work` in a folder of its own, which is deleted after it.
fn fresh<T>(scratch: &Path, work: impl FnOnce(&Path) -> Result<T>) -> Result<T> {
    let folder = tempfile::tempdir_in(scratch)?;
    let result = work(folder.path())?;
    folder.close()?;
    Ok(result)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn books_that_do_not_balance_are_told() {
        let good = Books { acknowledged: 10, stored: 10, ..Books::default() };
        let check = |books: Books, expected: Option<&str>| {
            assert_eq!(books.loss().as_deref(), expected, "{books:?}");
        };
        check(good, None);
        check(Books { stored: 9, ..good }, Some("10 deliveries were acknowledged and 9 were found"));
        check(Books { stored: 11, ..good }, Some("10 deliveries were acknowledged and 11 were found"));
        check(Books { refused: 2, ..good }, Some("the product refused 2 of 12 deliveries"));
        check(Books { broken: 1, ..good }, Some("1 connections were broken off by the product"));
        check(
            Books { unverified: 3, ..good },
            Some("3 of 10 deliveries were not verified, though all were signed"),
        );
    }
}
