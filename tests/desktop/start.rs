//! `cargo xtask bench start`: how long from the start of the process to a window that can be used, and how much memory
//! all its processes hold then. On a desktop of its own, so that the figures of two runs compare.
//!
//! The window can be used from its first contentful paint on: its page is empty until one script, which has asked the
//! engine by then, puts everything there at once, what answers keys and clicks included.
#![cfg(target_os = "linux")]
#![allow(missing_docs, clippy::print_stdout)]
// The tests use more of these two.
#![allow(dead_code)]

mod driver;
mod stage;

use driver::{Session, application};
use serde_json::{Value, json};
use stage::Stage;
use std::{fs, path::Path, time::Duration};

const ROUNDS: usize = 9;
const CALM: Duration = Duration::from_secs(3);

pub(crate) fn binary() -> &'static Path {
    Path::new(env!("CARGO_BIN_EXE_waybill-desktop"))
}

fn main() {
    let Some(stage) = Stage::set() else { return };
    let data = stage.folder("data");
    // The first start makes the database and fills the caches; it is told apart.
    let first = round(&stage, &data);
    let mut rounds: Vec<Round> = (0..ROUNDS).map(|_| round(&stage, &data)).collect();
    rounds.sort_by(|a, b| a.shown_ms.total_cmp(&b.shown_ms));
    let middle = &rounds[ROUNDS / 2];
    let report = json!({
        "rounds": ROUNDS,
        "first_start_ms": first.shown_ms.round(),
        "interactive_ms": { "min": rounds[0].shown_ms.round(), "p50": middle.shown_ms.round(), "max": rounds[ROUNDS - 1].shown_ms.round() },
        "resident_mib": told(middle.resident_mib),
        "proportional_mib": told(middle.proportional_mib),
        "build": if cfg!(debug_assertions) { "debug" } else { "release" },
    });
    println!("{report:#}");
}

/// Memory of the application's own process, and of it with all it has started.
type Memory = (f64, f64);

fn told((own, all): Memory) -> Value {
    json!({ "application": own.round(), "all": all.round() })
}

struct Round {
    shown_ms: f64,
    /// What is shared counts whole in each process.
    resident_mib: Memory,
    /// What is shared counts in parts.
    proportional_mib: Memory,
}

fn round(stage: &Stage, data: &Path) -> Round {
    let session = Session::start(stage, data, &[]);
    let painted = session.wait("the first paint", || {
        let body = "const entry = performance.getEntriesByName('first-contentful-paint')[0];\
             return entry ? performance.timeOrigin + entry.startTime : null;";
        session.script(body).as_f64()
    });
    let process = application(data).expect("the application runs");
    let shown_ms = painted - started_ms(process);
    std::thread::sleep(CALM);
    let family = family(process);
    let memory = |kind: &str| (mib(process, kind), family.iter().map(|one| mib(*one, kind)).sum());
    let (resident_mib, proportional_mib) = (memory("Rss:"), memory("Pss:"));
    session.quit();
    Round { shown_ms, resident_mib, proportional_mib }
}

/// When a process was started, in milliseconds of the epoch, to 10 ms.
fn started_ms(process: u32) -> f64 {
    let stat = fs::read_to_string(format!("/proc/{process}/stat")).expect("its state");
    let after_name = stat.rsplit_once(')').expect("its name").1;
    let ticks: f64 =
        after_name.split_whitespace().nth(19).and_then(|ticks| ticks.parse().ok()).expect("its start");
    let kernel = fs::read_to_string("/proc/stat").expect("the kernel's state");
    let boot = kernel.lines().find_map(|line| line.strip_prefix("btime ")).expect("the boot time");
    let uptime = fs::read_to_string("/proc/uptime").expect("the uptime");
    let up: f64 = uptime.split_whitespace().next().and_then(|up| up.parse().ok()).expect("the uptime");
    let now =
        std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).expect("a clock").as_secs_f64();
    // The boot time is told in whole seconds only; the uptime is finer and is used while they agree.
    let boot_exact = now - up;
    let boot = boot
        .trim()
        .parse::<f64>()
        .map_or(boot_exact, |told| if (told - boot_exact).abs() < 2.0 { boot_exact } else { told });
    (boot + ticks / 100.0) * 1000.0
}

/// A process and everything it has started.
fn family(process: u32) -> Vec<u32> {
    let mut all = vec![process];
    let mut next = 0;
    while let Some(one) = all.get(next).copied() {
        for thread in fs::read_dir(format!("/proc/{one}/task")).into_iter().flatten().flatten() {
            let children = fs::read_to_string(thread.path().join("children")).unwrap_or_default();
            all.extend(children.split_whitespace().filter_map(|child| child.parse::<u32>().ok()));
        }
        next += 1;
    }
    all
}

/// Memory of one process, by its line in the kernel's sum.
fn mib(process: u32, kind: &str) -> f64 {
    let rollup = fs::read_to_string(format!("/proc/{process}/smaps_rollup")).unwrap_or_default();
    let kib = rollup
        .lines()
        .find_map(|line| line.strip_prefix(kind)?.trim().strip_suffix(" kB")?.trim().parse::<f64>().ok());
    kib.unwrap_or(0.0) / 1024.0
}
