//! Jobs and attempts: in order, counted, and told apart after a restart.
#![allow(clippy::unwrap_used, clippy::print_stdout, reason = "a test stops at the first surprise")]

mod support;

use bytes::Bytes;
use support::{NOW, append, delivery, open};
use waybill_model::{
    AttemptId, AttemptKind, AttemptOutcome, DeliveryId, ErrorCode, JobCounts, JobId, JobState, ReplayMode,
    ReplayOptions, Timestamp,
};
use waybill_store::{AttemptFilter, EndedAttempt, NewAttempt, NewJob, Store};

async fn seeded(store: &Store, deliveries: i64) -> Vec<DeliveryId> {
    let mut ids = Vec::new();
    for number in 0..deliveries {
        ids.push(append(store, delivery(number)).await);
    }
    ids
}

/// What is pending behind a place, without the places.
async fn pending(store: &Store, job: JobId, after: Option<i64>, limit: usize) -> Vec<DeliveryId> {
    let items = store.pending_items(job, after, limit).await.unwrap();
    assert!(items.is_sorted());
    items.into_iter().map(|(_, delivery)| delivery).collect()
}

async fn job(store: &Store, deliveries: Vec<DeliveryId>) -> JobId {
    let options = ReplayOptions { target: "http://127.0.0.1:1/".to_owned(), ..ReplayOptions::default() };
    let new = NewJob { title: "all".to_owned(), options, created_at: Timestamp::from_unix(NOW), deliveries };
    store.create_job(new).await.unwrap()
}

async fn begin(store: &Store, job: Option<JobId>, delivery: DeliveryId, number: u32) -> AttemptId {
    let new = NewAttempt {
        job,
        delivery,
        kind: if job.is_some() { AttemptKind::Replay } else { AttemptKind::Forward },
        number,
        target: "http://127.0.0.1:1/".to_owned(),
        mode: ReplayMode::Resign,
        started_at: Timestamp::from_unix(NOW + 1),
        request_headers: vec![("A".to_owned(), "1".to_owned())],
    };
    store.begin_attempt(new).await.unwrap()
}

fn ended(outcome: AttemptOutcome, status: Option<u16>, duration_us: u64) -> EndedAttempt {
    EndedAttempt {
        duration_us,
        outcome,
        status,
        error: status.is_none().then(|| "refused".to_owned()),
        response_headers: vec![("B".to_owned(), "2".to_owned())],
        response_body: Bytes::from_static(b"\xffbody"),
        response_truncated: true,
    }
}

#[tokio::test]
async fn a_job_runs_to_its_end() {
    let dir = tempfile::tempdir().unwrap();
    let store = open(dir.path());
    let ids = seeded(&store, 5).await;
    let mut order: Vec<DeliveryId> = ids.iter().rev().copied().collect();
    order.push(ids[4]);
    let job = job(&store, order).await;
    assert_eq!(pending(&store, job, None, 3).await, [ids[4], ids[3], ids[2]]);
    let page = store.pending_items(job, None, 2).await.unwrap();
    assert_eq!(pending(&store, job, Some(page[1].0), 2).await, [ids[2], ids[1]], "the page behind that one");
    let one = store.job(job).await.unwrap().unwrap();
    assert_eq!((one.state, one.counts.total, one.title.as_str()), (JobState::Running, 5, "all"));
    assert_eq!(one.options.target, "http://127.0.0.1:1/");

    let first = begin(&store, Some(job), ids[4], 1).await;
    assert_eq!(pending(&store, job, None, 9).await, [ids[3], ids[2], ids[1], ids[0]]);
    let unknown = store.attempt(first).await.unwrap().unwrap();
    assert_eq!((unknown.outcome, unknown.duration_us, unknown.status), (AttemptOutcome::Unknown, None, None));
    assert_eq!((unknown.event_type.as_deref(), unknown.first_status), (Some("invoice.paid"), 200));
    store.end_attempt(first, ended(AttemptOutcome::Failed, Some(500), 10), false).await.unwrap();
    let again = begin(&store, Some(job), ids[4], 2).await;
    store.end_attempt(again, ended(AttemptOutcome::Succeeded, Some(200), 30), true).await.unwrap();
    let second = begin(&store, Some(job), ids[3], 1).await;
    store.end_attempt(second, ended(AttemptOutcome::NotSent, None, 99), true).await.unwrap();
    store.skip_items(job, vec![(ids[2], "cut".to_owned()), (ids[4], "late".to_owned())]).await.unwrap();
    let third = begin(&store, Some(job), ids[1], 1).await;
    store.end_attempt(third, ended(AttemptOutcome::Failed, Some(404), 20), true).await.unwrap();

    let counts = JobCounts { total: 5, sent: 3, succeeded: 1, failed: 2, skipped: 1, unknown: 0 };
    let one = store.job(job).await.unwrap().unwrap();
    assert_eq!((one.counts, one.median_us, one.p99_us), (counts, Some(20), Some(30)));
    assert_eq!(store.skipped_items(job, 10).await.unwrap(), [(ids[2], "cut".to_owned())]);
    let done = Some(Timestamp::from_unix(NOW + 9));
    store.set_job_state(job, JobState::Cancelled, done, Some("enough".to_owned())).await.unwrap();
    let rest = store.job(job).await.unwrap().unwrap();
    assert_eq!(
        (rest.state, rest.finished_at, rest.stopped_because.as_deref()),
        (JobState::Cancelled, done, Some("enough"))
    );
    assert_eq!((rest.counts, rest.median_us), (counts, Some(20)), "kept with the job at rest");
    // What still comes in after that counts.
    store.skip_items(job, vec![(ids[0], "cancelled".to_owned())]).await.unwrap();
    assert_eq!(store.jobs().await.unwrap()[0].counts.skipped, 2);
    assert_eq!(pending(&store, job, None, 9).await, []);
    assert_eq!(
        store.set_job_state(JobId(99), JobState::Paused, None, None).await.unwrap_err().code,
        ErrorCode::NotFound
    );

    let whole = store.attempt(again).await.unwrap().unwrap();
    assert_eq!((whole.number, whole.kind, whole.mode), (2, AttemptKind::Replay, ReplayMode::Resign));
    assert_eq!((whole.status, whole.duration_us, whole.error), (Some(200), Some(30), None));
    assert_eq!(whole.request_headers, [("A".to_owned(), "1".to_owned())]);
    assert_eq!(whole.response_headers, [("B".to_owned(), "2".to_owned())]);
    assert_eq!((whole.response_size, whole.response_truncated), (5, true));
    assert_eq!(store.attempt_body(again).await.unwrap().unwrap(), &b"\xffbody"[..]);
    assert_eq!(store.rows(vec![ids[4]]).await.unwrap()[0].attempts, 2);
    filters(&store, job, &ids, [first, again, second, third]).await;
}

async fn filters(store: &Store, job: JobId, ids: &[DeliveryId], attempts: [AttemptId; 4]) {
    let forward = begin(store, None, ids[0], 1).await;
    let [first, again, second, third] = attempts;
    let all = AttemptFilter { limit: 100, ..AttemptFilter::default() };
    let rows = [
        (all.clone(), 5, vec![forward, third, second, again, first]),
        (AttemptFilter { job: Some(job), ..all.clone() }, 4, vec![third, second, again, first]),
        (AttemptFilter { delivery: Some(ids[4]), ..all.clone() }, 2, vec![again, first]),
        (AttemptFilter { outcome: Some(AttemptOutcome::Failed), ..all.clone() }, 2, vec![third, first]),
        (AttemptFilter { changed: true, ..all.clone() }, 2, vec![third, first]),
        (AttemptFilter { job: Some(job), limit: 2, offset: 1, ..all.clone() }, 4, vec![second, again]),
        (AttemptFilter { job: Some(JobId(77)), ..all }, 0, vec![]),
    ];
    for (filter, total, expected) in rows {
        let (found, rows) = store.attempts(filter.clone()).await.unwrap();
        assert_eq!(
            (found, rows.iter().map(|row| row.id).collect::<Vec<_>>()),
            (total, expected),
            "{filter:?}"
        );
    }
    let gone = NewAttempt {
        job: None,
        delivery: DeliveryId(999),
        kind: AttemptKind::Forward,
        number: 1,
        target: String::new(),
        mode: ReplayMode::Verbatim,
        started_at: Timestamp(0),
        request_headers: vec![],
    };
    assert_eq!(store.begin_attempt(gone).await.unwrap_err().code, ErrorCode::NotFound);
    let nothing = ended(AttemptOutcome::Failed, None, 0);
    assert_eq!(store.end_attempt(AttemptId(999), nothing, true).await.unwrap_err().code, ErrorCode::NotFound);
}

#[tokio::test]
async fn a_job_whose_process_is_gone_is_interrupted_and_only_such_a_job() {
    let dir = tempfile::tempdir().unwrap();
    let store = open(dir.path());
    let ids = seeded(&store, 4).await;
    let running = job(&store, ids.clone()).await;
    let hanging = begin(&store, Some(running), ids[0], 1).await;
    let waiting = begin(&store, Some(running), ids[1], 1).await;
    store.end_attempt(waiting, ended(AttemptOutcome::Failed, Some(503), 5), false).await.unwrap();
    let paused = job(&store, ids.clone()).await;
    store.set_job_state(paused, JobState::Paused, None, None).await.unwrap();
    let finished = job(&store, vec![ids[0]]).await;
    store.set_job_state(finished, JobState::Completed, None, None).await.unwrap();

    // Another process joins: these jobs are not its own, and alive.
    let other = open(dir.path());
    let states = async |store: &Store| {
        let jobs = store.jobs().await.unwrap();
        jobs.iter().map(|job| (job.id, job.state)).collect::<Vec<_>>()
    };
    let alive = [(finished, JobState::Completed), (paused, JobState::Paused), (running, JobState::Running)];
    assert_eq!(states(&other).await, alive);
    other.close().await;

    store.close().await;
    drop(store);
    let again = open(dir.path());
    let dead =
        [(finished, JobState::Completed), (paused, JobState::Interrupted), (running, JobState::Interrupted)];
    assert_eq!(states(&again).await, dead);
    let counts = again.job(running).await.unwrap().unwrap().counts;
    assert_eq!(counts, JobCounts { total: 4, sent: 2, succeeded: 0, failed: 1, skipped: 0, unknown: 1 });
    assert_eq!(again.attempt(hanging).await.unwrap().unwrap().outcome, AttemptOutcome::Unknown);
    assert_eq!(pending(&again, running, None, 9).await, [ids[2], ids[3]], "never sent twice by itself");
    again.set_job_state(running, JobState::Running, None, None).await.unwrap();
    let third = open(dir.path());
    assert_eq!(states(&third).await[2], (running, JobState::Running), "it has a living owner again");
}
