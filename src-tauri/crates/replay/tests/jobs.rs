//! Whole jobs: rate, tries, pausing, cancelling, crashing.
#![allow(clippy::unwrap_used, clippy::print_stdout, reason = "a test stops at the first surprise")]

mod support;

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;
use support::{Heard, HeldTimer, Memory, Reply, Server, Stamp, recorded, status, tools};
use waybill_model::AttemptOutcome::{Failed, NotSent, Succeeded, Unknown};
use waybill_model::{JobCounts, JobId, JobState, ReplayMode, ReplayOptions};
use waybill_replay::{
    Job, JobControl, JobEnd, Recorded, Sessions, Target, Timer, TokioTimer, check_options, run,
};

const LONG: Duration = Duration::from_secs(20);

fn job(target: Target, total: u64, options: ReplayOptions) -> Job {
    let counts = JobCounts { total, ..JobCounts::default() };
    Job { id: JobId(1), target, options, counts, sessions: Sessions::Kept }
}

fn quick(concurrency: u32) -> ReplayOptions {
    ReplayOptions { concurrency, ..ReplayOptions::default() }
}

fn counts(end: &JobEnd) -> (u64, u64, u64, u64) {
    (end.counts.sent, end.counts.succeeded, end.counts.failed, end.counts.skipped)
}

fn bodies(server: &Server) -> BTreeMap<String, usize> {
    let mut found = BTreeMap::new();
    for request in server.requests() {
        *found.entry(String::from_utf8(request.body).unwrap()).or_default() += 1;
    }
    found
}

/// Waits for something that is about to happen; the test's own time limit is the runner's.
async fn until(mut there: impl FnMut() -> bool) {
    while !there() {
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
}

#[tokio::test]
async fn every_delivery_is_sent_once_in_order() {
    let server = Server::start(|n, _| status(if n % 5 == 4 { 500 } else { 200 })).await;
    let (memory, heard) = (Memory::with(50), Arc::new(Heard::default()));
    let end = run(
        job(server.target(), 50, quick(1)),
        tools(&memory, &heard, LONG),
        Arc::new(HeldTimer::default()),
        &JobControl::default(),
    )
    .await;
    assert_eq!((end.state, counts(&end), end.because), (JobState::Completed, (50, 40, 10, 0), None));
    let order: Vec<_> =
        server.requests().iter().map(|r| String::from_utf8_lossy(&r.body).into_owned()).collect();
    assert_eq!(order, (1..=50).map(|n| n.to_string()).collect::<Vec<_>>());
    assert_eq!(heard.attempts.lock().unwrap().len(), 50);
    assert_eq!(memory.outcomes(5), [Failed]);
    let progress = heard.progress.lock().unwrap();
    let last = progress.last().unwrap();
    assert_eq!((last.state, last.counts), (JobState::Completed, end.counts));
    assert!(last.median_us.is_some());
    assert_eq!(
        memory.states.lock().unwrap().as_slice(),
        [(JobState::Running, None), (JobState::Completed, None)]
    );
}

#[tokio::test]
async fn no_more_than_so_many_at_once() {
    let server = Server::start(|_, _| Reply::Late(200, Duration::from_millis(20))).await;
    let (memory, heard) = (Memory::with(40), Arc::new(Heard::default()));
    let started = std::time::Instant::now();
    let end = run(
        job(server.target(), 40, quick(4)),
        tools(&memory, &heard, LONG),
        Arc::new(TokioTimer::default()),
        &JobControl::default(),
    )
    .await;
    assert_eq!(counts(&end), (40, 40, 0, 0));
    assert_eq!(server.most_open.load(Ordering::SeqCst), 4);
    let reports = heard.progress.lock().unwrap().len() as u128;
    assert!(reports <= started.elapsed().as_millis() / 100 + 2, "at most ten reports a second");
}

#[tokio::test]
async fn the_rate_holds() {
    let server = Server::start(|_, _| status(200)).await;
    let (memory, heard, timer) =
        (Memory::with(21), Arc::new(Heard::default()), Arc::new(HeldTimer::default()));
    let options = ReplayOptions { rate: Some(50.0), ..quick(8) };
    run(
        job(server.target(), 21, options.clone()),
        tools(&memory, &heard, LONG),
        Arc::clone(&timer) as Arc<dyn Timer>,
        &JobControl::default(),
    )
    .await;
    assert!(timer.now() >= Duration::from_millis(400), "{:?}", timer.now());
    // And by the real clock: the last of 6 at 20 a second can't leave before 250 ms.
    let memory = Memory::with(6);
    let started = std::time::Instant::now();
    let options = ReplayOptions { rate: Some(20.0), ..options };
    run(
        job(server.target(), 6, options),
        tools(&memory, &heard, LONG),
        Arc::new(TokioTimer::default()),
        &JobControl::default(),
    )
    .await;
    assert!(started.elapsed() >= Duration::from_millis(250));
    assert_eq!(server.count(), 27);
}

#[tokio::test]
async fn failures_are_tried_again_with_growing_waits() {
    let server = Server::start(|n, _| match n {
        0 => status(503),
        1 => Reply::Reset,
        2 => status(429),
        _ => status(200),
    })
    .await;
    let (memory, heard, timer) =
        (Memory::with(1), Arc::new(Heard::default()), Arc::new(HeldTimer::default()));
    let options = ReplayOptions { retries: 5, ..quick(2) };
    let end = run(
        job(server.target(), 1, options),
        tools(&memory, &heard, LONG),
        Arc::clone(&timer) as Arc<dyn Timer>,
        &JobControl::default(),
    )
    .await;
    assert_eq!(counts(&end), (1, 1, 0, 0));
    assert_eq!(memory.outcomes(1).len(), 4);
    let numbers: Vec<_> = memory.attempts.lock().unwrap().iter().map(|(new, _)| new.number).collect();
    assert_eq!(numbers, [1, 2, 3, 4]);
    let waits: Vec<_> =
        timer.slept.lock().unwrap().iter().map(Duration::as_secs).filter(|&s| s > 0).collect();
    assert_eq!(waits, [1, 2, 4]);

    let free = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let memory = Memory::with(1);
    let options = ReplayOptions { retries: 2, ..quick(2) };
    let target = Target::parse(&format!("http://{free}/")).unwrap();
    let end = run(
        job(target, 1, options),
        tools(&memory, &heard, LONG),
        Arc::new(HeldTimer::default()),
        &JobControl::default(),
    )
    .await;
    assert_eq!((counts(&end).2, memory.outcomes(1)), (1, vec![NotSent; 3]));
}

#[tokio::test]
async fn one_that_waits_for_its_next_try_holds_nobody_up() {
    // The first delivery always fails and waits; with one place the others must pass it.
    let server = Server::start(|_, r| status(if r.body == b"1" { 500 } else { 200 })).await;
    let (memory, heard) = (Memory::with(10), Arc::new(Heard::default()));
    let control = JobControl::default();
    let options = ReplayOptions { retries: 20, ..quick(1) };
    let running = tokio::spawn({
        let (tools, control, target) = (tools(&memory, &heard, LONG), control.clone(), server.target());
        async move { run(job(target, 10, options), tools, Arc::new(TokioTimer::default()), &control).await }
    });
    until(|| (2..=10).all(|id| memory.outcomes(id) == [Succeeded])).await;
    control.cancel();
    let end = running.await.unwrap();
    assert_eq!((end.state, counts(&end)), (JobState::Cancelled, (10, 9, 1, 0)));
}

#[tokio::test]
async fn what_cannot_be_sent_is_left_out() {
    let server = Server::start(|_, _| status(200)).await;
    let (memory, heard) = (Memory::with(6), Arc::new(Heard::default()));
    memory.deliveries.lock().unwrap().remove(&1);
    memory
        .deliveries
        .lock()
        .unwrap()
        .insert(3, Recorded { unsendable: Some("Its bytes are cut.".to_owned()), ..recorded(3) });
    let mut tools = tools(&memory, &heard, LONG);
    tools.resigner = Some(Arc::new(Stamp { odd_only: true }));
    let options = ReplayOptions { mode: ReplayMode::Resign, ..quick(2) };
    let end =
        run(job(server.target(), 6, options), tools, Arc::new(HeldTimer::default()), &JobControl::default())
            .await;
    assert_eq!((end.state, counts(&end)), (JobState::Completed, (1, 1, 0, 5)));
    let skipped = memory.skipped.lock().unwrap();
    assert_eq!(skipped[&1], "It was deleted meanwhile.");
    assert_eq!(skipped[&2], "Only the provider can sign it.");
    assert_eq!(skipped[&3], "Its bytes are cut.");
    assert_eq!(server.requests()[0].all("x-signature"), [format!("5|{}|true", server.url("/hooks"))]);
}

#[tokio::test]
async fn a_job_stops_after_so_many_failures() {
    let server = Server::start(|_, _| status(500)).await;
    let (memory, heard) = (Memory::with(100), Arc::new(Heard::default()));
    let options = ReplayOptions { stop_after_failures: Some(3), ..quick(2) };
    let end = run(
        job(server.target(), 100, options),
        tools(&memory, &heard, LONG),
        Arc::new(HeldTimer::default()),
        &JobControl::default(),
    )
    .await;
    assert_eq!(end.state, JobState::Interrupted);
    assert!(end.because.unwrap().contains("3 deliveries failed"));
    assert!((3..=5).contains(&server.count()), "{}", server.count());
}

#[tokio::test]
async fn a_record_that_cannot_be_written_stops_everything() {
    let server = Server::start(|_, _| status(200)).await;
    let (memory, heard) = (Memory::with(20), Arc::new(Heard::default()));
    *memory.full_after.lock().unwrap() = Some(5);
    let end = run(
        job(server.target(), 20, quick(3)),
        tools(&memory, &heard, LONG),
        Arc::new(HeldTimer::default()),
        &JobControl::default(),
    )
    .await;
    assert_eq!((end.state, server.count()), (JobState::Interrupted, 5));
    assert!(end.because.unwrap().contains("disk is full"));
}

#[tokio::test]
async fn pausing_holds_and_cancelling_lets_finish() {
    let server = Server::start(|_, _| Reply::Late(200, Duration::from_millis(5))).await;
    let (memory, heard) = (Memory::with(400), Arc::new(Heard::default()));
    let control = JobControl::default();
    let running = tokio::spawn({
        let (tools, control, target) = (tools(&memory, &heard, LONG), control.clone(), server.target());
        async move { run(job(target, 400, quick(4)), tools, Arc::new(TokioTimer::default()), &control).await }
    });
    until(|| server.count() >= 20).await;
    control.pause();
    until(|| {
        let held = memory.states.lock().unwrap().last().unwrap().0 == JobState::Paused;
        held && memory.attempts.lock().unwrap().iter().all(|(_, end)| end.is_some())
    })
    .await;
    let held = server.count();
    tokio::time::sleep(Duration::from_millis(50)).await;
    assert_eq!(server.count(), held);
    control.resume();
    until(|| server.count() >= held + 20).await;
    control.cancel();
    control.resume();
    let end = running.await.unwrap();
    assert_eq!(end.state, JobState::Cancelled);
    let sent = server.count();
    assert!(sent < 400);
    assert_eq!(counts(&end), (sent as u64, sent as u64, 0, 0));
    assert!(
        memory.tried().into_iter().all(|id| memory.outcomes(id) == [Succeeded]),
        "what was in flight has finished"
    );
    let states: Vec<_> = memory.states.lock().unwrap().iter().map(|(s, _)| *s).collect();
    assert_eq!(states, [JobState::Running, JobState::Paused, JobState::Running, JobState::Cancelled]);
}

#[tokio::test]
async fn killed_at_any_instant_nothing_is_sent_twice() {
    const TOTAL: i64 = 120;
    const PLACES: u32 = 6;
    for round in 0..20u64 {
        let server = Server::start(|_, _| Reply::Late(200, Duration::from_millis(1))).await;
        let (memory, heard) = (Memory::with(TOTAL), Arc::new(Heard::default()));
        // The process dies: its runtime goes, with everything in flight.
        let stop_at = usize::try_from(round * 5 + 1).unwrap();
        let first = tokio::spawn({
            let (tools, target) = (tools(&memory, &heard, LONG), server.target());
            async move {
                run(
                    job(target, TOTAL as u64, quick(PLACES)),
                    tools,
                    Arc::new(TokioTimer::default()),
                    &JobControl::default(),
                )
                .await
            }
        });
        until(|| server.count() >= stop_at || first.is_finished()).await;
        first.abort();
        let _ = first.await;
        until(|| server.open.load(Ordering::SeqCst) == 0).await;
        let unknown: Vec<i64> =
            memory.tried().into_iter().filter(|id| memory.outcomes(*id) == [Unknown]).collect();
        assert!(unknown.len() <= PLACES as usize, "{unknown:?}");
        let end = run(
            job(server.target(), TOTAL as u64, quick(PLACES)),
            tools(&memory, &heard, LONG),
            Arc::new(TokioTimer::default()),
            &JobControl::default(),
        )
        .await;
        assert_eq!(end.state, JobState::Completed);
        assert!(bodies(&server).values().all(|&times| times == 1), "round {round}: {:?}", bodies(&server));
        for id in 1..=TOTAL {
            let expected = if unknown.contains(&id) { Unknown } else { Succeeded };
            assert_eq!(memory.outcomes(id), [expected], "round {round}, delivery {id}");
            // Nothing counts as sent that the target has not seen.
            assert!(expected == Unknown || bodies(&server).contains_key(&id.to_string()));
        }
    }
}

#[test]
fn options_out_of_range_are_named() {
    let good = ReplayOptions { rate: Some(0.5), ..ReplayOptions::default() };
    assert!(check_options(&good).is_ok());
    for (options, field) in [
        (ReplayOptions { concurrency: 0, ..good.clone() }, "concurrency"),
        (ReplayOptions { concurrency: 257, ..good.clone() }, "concurrency"),
        (ReplayOptions { retries: 21, ..good.clone() }, "retries"),
        (ReplayOptions { timeout_ms: 0, ..good.clone() }, "timeout_ms"),
        (ReplayOptions { rate: Some(f64::NAN), ..good.clone() }, "rate"),
        (ReplayOptions { rate: Some(0.0), ..good.clone() }, "rate"),
        (ReplayOptions { stop_after_failures: Some(0), ..good }, "stop_after_failures"),
    ] {
        assert_eq!(check_options(&options).unwrap_err().fields[0].field, field);
    }
}
