//! A process that is killed while it writes: whatever it acknowledged is there, whole.
//!
//! The test starts itself as another process, which writes as fast as it can and prints each id once it is
//! acknowledged; that process is killed, and the folder opened here.
#![allow(clippy::unwrap_used, clippy::print_stdout, reason = "a test stops at the first surprise")]

mod support;

use std::io::{BufRead, BufReader, Write};
use std::process::{Command, Stdio};
use support::{append, delivery, open};
use waybill_model::DeliveryId;

/// Set for the process that is started: the folder it writes to.
const CHILD: &str = "WAYBILL_STORE_TEST_FOLDER";

/// How often a process is killed.
const ROUNDS: usize = 50;

fn child() -> Option<String> {
    std::env::var(CHILD).ok()
}

/// This test alone, as another process.
fn start(test: &str, dir: &std::path::Path) -> std::process::Child {
    Command::new(std::env::current_exe().unwrap())
        .args(["--exact", test, "--nocapture", "--test-threads", "1"])
        .env(CHILD, dir)
        .stdout(Stdio::piped())
        .spawn()
        .unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn everything_acknowledged_survives_a_kill() {
    if let Some(dir) = child() {
        return write_for_ever(&dir).await;
    }
    for round in 0..ROUNDS {
        let dir = tempfile::tempdir().unwrap();
        let mut child = start("everything_acknowledged_survives_a_kill", dir.path());
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let mut acknowledged = Vec::new();
        // Killed at another place each time: soon after the start, or after some thousands.
        let enough = match round {
            0 => 9000,
            1 => 3000,
            _ => 1 + round * 53 % 400,
        };
        for line in lines.by_ref() {
            if let Some(pair) = line.unwrap().strip_prefix("ack ") {
                acknowledged.push(pair.to_owned());
            }
            if acknowledged.len() == enough {
                child.kill().unwrap();
                break;
            }
        }
        // What was printed before the end counts too; a last line may be cut.
        let mut rest: Vec<String> = lines.map_while(Result::ok).collect();
        rest.pop();
        acknowledged.extend(rest.iter().filter_map(|line| line.strip_prefix("ack ")).map(str::to_owned));
        child.wait().unwrap();
        assert!(acknowledged.len() >= enough);

        let begun = std::time::Instant::now();
        let store = open(dir.path());
        assert!(begun.elapsed().as_secs() < 10);
        for pair in &acknowledged {
            let (id, number) = pair.split_once(' ').unwrap();
            let number: i64 = number.parse().unwrap();
            let id = DeliveryId(id.parse().unwrap());
            let row = store.delivery(id).await.unwrap().unwrap_or_else(|| panic!("{id} is lost"));
            assert_eq!(row.event_id, Some(format!("evt_{number}")));
            let expected = delivery(number);
            assert_eq!(store.body(id, 0, u64::MAX).await.unwrap().unwrap(), expected.body);
            assert_eq!(store.head(id).await.unwrap().unwrap(), expected.head);
        }
        let kept = store.totals().await.unwrap().deliveries;
        assert!(kept >= acknowledged.len() as u64);
        append(&store, delivery(1)).await;
        store.close().await;
        check_whole(dir.path(), kept + 1);
    }
}

fn check_whole(dir: &std::path::Path, deliveries: u64) {
    let connection = rusqlite::Connection::open(dir.join("waybill.db")).unwrap();
    let verdict: String = connection.query_row("PRAGMA integrity_check", [], |row| row.get(0)).unwrap();
    assert_eq!(verdict, "ok");
    assert!(!connection.prepare("PRAGMA foreign_key_check").unwrap().exists([]).unwrap());
    for table in ["deliveries", "contents"] {
        let sql = format!("SELECT count(*) FROM {table}");
        let rows: i64 = connection.query_row(&sql, [], |row| row.get(0)).unwrap();
        assert_eq!(rows.unsigned_abs(), deliveries, "{table}: the counters are those of the rows");
    }
}

async fn write_for_ever(dir: &str) {
    let store = open(std::path::Path::new(dir));
    let mut tasks = Vec::new();
    for writer in 0..16i64 {
        let store = store.clone();
        tasks.push(tokio::spawn(async move {
            for number in 0.. {
                let number = number * 16 + writer;
                let id = append(&store, delivery(number)).await;
                let mut out = std::io::stdout().lock();
                // Whoever reads this may have killed us and gone.
                if writeln!(out, "ack {id} {number}").and_then(|()| out.flush()).is_err() {
                    return;
                }
            }
        }));
    }
    for task in tasks {
        task.await.unwrap();
    }
}

#[tokio::test]
async fn claims_and_jobs_end_with_their_process() {
    if let Some(dir) = child() {
        let store = open(std::path::Path::new(&dir));
        let _claim = store.claim_port("127.0.0.1:4400".parse().unwrap()).unwrap();
        let id = append(&store, delivery(1)).await;
        store
            .create_job(waybill_store::NewJob {
                title: String::new(),
                options: waybill_model::ReplayOptions::default(),
                created_at: waybill_model::Timestamp(0),
                deliveries: vec![id],
            })
            .await
            .unwrap();
        println!("ready");
        std::future::pending::<()>().await;
    }
    let dir = tempfile::tempdir().unwrap();
    let mut child = start("claims_and_jobs_end_with_their_process", dir.path());
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    // The test runner has words of its own on the same line.
    assert!(lines.any(|line| line.unwrap().ends_with("ready")));
    let store = open(dir.path());
    let port = "127.0.0.1:4400".parse().unwrap();
    assert_eq!(store.claim_port(port).unwrap_err().pid, child.id());
    assert_eq!(store.jobs().await.unwrap()[0].state, waybill_model::JobState::Running);
    store.close().await;
    child.kill().unwrap();
    child.wait().unwrap();
    let store = open(dir.path());
    store.claim_port(port).unwrap();
    assert_eq!(store.jobs().await.unwrap()[0].state, waybill_model::JobState::Interrupted);
}
