//! Runs a replay: every delivery of a job that was never sent, to one target.
//!
//! Holds to its options (rate, how many at once, tries, when to give up). Pausing and cancelling let what
//! is in flight finish. When the record can't be written nothing more is sent. If the process dies, the
//! record tells what was sent, what was not, and what nobody knows; running the job again sends only what
//! was never tried. Deliveries that wait for their next try hold no place among those in flight.

use crate::attempt::{Errand, Made, Tools};
use crate::control::{JobControl, Wish, ending, running};
use crate::ledger::PendingItem;
use crate::outgoing::Sessions;
use crate::pace::{Rate, Timer, backoff};
use crate::progress::Meter;
use crate::target::Target;
use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use tokio::sync::{Notify, Semaphore, watch};
use tokio::task::JoinSet;
use waybill_model::{
    AttemptKind, AttemptOutcome, DeliveryId, Failure, JobCounts, JobId, JobState, ReplayOptions, Result,
};

/// A job that is to be run, or run on.
#[derive(Clone, Debug)]
pub struct Job {
    /// Which.
    pub id: JobId,
    /// Where to, located.
    pub target: Target,
    /// How.
    pub options: ReplayOptions,
    /// How far it has come before.
    pub counts: JobCounts,
    /// Whether session headers leave this machine.
    pub sessions: Sessions,
}

/// How a run ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct JobEnd {
    /// `completed`, `cancelled` or `interrupted`.
    pub state: JobState,
    /// How far the job is.
    pub counts: JobCounts,
    /// Why it stopped by itself before its end.
    pub because: Option<String>,
}

/// Deliveries read from the record at once.
const PAGE: usize = 256;

/// Deliveries that may wait for their next try besides those in flight.
const WAITING: usize = 512;

struct Run {
    job: JobId,
    errand: Errand,
    options: ReplayOptions,
    tools: Tools,
    timer: Arc<dyn Timer>,
    places: Semaphore,
    rate: Rate,
    meter: Mutex<Meter>,
    wish: watch::Sender<Wish>,
    /// Wakes the conductor: a place became free for another delivery, or there is something to report.
    news: Notify,
}

/// How a delivery ended in this run.
enum Ended {
    Succeeded,
    Failed,
    Skipped,
    /// The job ended before it was tried.
    Untouched,
    /// The record could not be written or read.
    Broken(Failure),
}

/// Runs `job` until it is done, cancelled or interrupted. Dropping the future is as a crash: attempts in
/// flight stay `unknown`.
pub async fn run(job: Job, tools: Tools, timer: Arc<dyn Timer>, control: &JobControl) -> JobEnd {
    let Job { id, target, options, counts, sessions } = job;
    let errand = Errand { job: Some(id), kind: AttemptKind::Replay, target, mode: options.mode, sessions };
    let started = timer.now();
    let run = Arc::new(Run {
        job: id,
        errand,
        places: Semaphore::new(usize::try_from(options.concurrency.max(1)).unwrap_or(1)),
        rate: Rate::new(options.rate.filter(|r| *r > 0.0)),
        options,
        tools,
        timer,
        meter: Mutex::new(Meter::new(counts, started)),
        wish: watch::Sender::new(Wish::Run),
        news: Notify::new(),
    });
    run.conduct(control).await
}

impl Run {
    async fn conduct(self: Arc<Self>, control: &JobControl) -> JobEnd {
        let mut wishes = control.0.subscribe();
        let mut tasks: JoinSet<Ended> = JoinSet::new();
        let mut queue: VecDeque<PendingItem> = VecDeque::new();
        let (mut after, mut drained) = (None, false);
        let mut because: Option<String> = None;
        let mut failed_here = 0u32;
        let mut state = JobState::Running;
        // A wish that came before the start counts too.
        wishes.mark_changed();
        if let Err(failure) = self.set_state(JobState::Running, None).await {
            because = Some(failure.message);
            self.wish.send_replace(Wish::Interrupt);
        }
        loop {
            let wish = *self.wish.borrow();
            while wish == Wish::Run && tasks.len() < self.room() {
                if queue.is_empty() && !drained {
                    match self.tools.ledger.pending(self.job, after, PAGE).await {
                        Ok(page) => {
                            drained = page.is_empty();
                            after = page.last().map(|item| item.position).or(after);
                            queue.extend(page);
                        }
                        Err(failure) => {
                            because.get_or_insert(failure.message);
                            self.wish.send_replace(Wish::Interrupt);
                            break;
                        }
                    }
                }
                let Some(item) = queue.pop_front() else { break };
                tasks.spawn(Arc::clone(&self).deliver(item.delivery));
            }
            let ending = matches!(*self.wish.borrow(), Wish::Cancel | Wish::Interrupt);
            if tasks.is_empty() && (ending || (drained && queue.is_empty())) {
                break;
            }
            let due = self.meter().due_in(self.timer.now());
            tokio::select! {
                // Wishes first: with a quick target there is always an end to be counted.
                biased;
                Ok(()) = wishes.changed() => {
                    let wished = *wishes.borrow_and_update();
                    // The run's own end (a broken record, too many failures) is not undone from outside.
                    if !matches!(*self.wish.borrow(), Wish::Cancel | Wish::Interrupt) {
                        let before = self.wish.send_replace(wished);
                        let now = if wished == Wish::Pause { JobState::Paused } else { JobState::Running };
                        if before != wished && matches!(wished, Wish::Run | Wish::Pause) {
                            state = now;
                            self.meter().touch();
                            if let Err(failure) = self.set_state(now, None).await {
                                tracing::warn!(job = %self.job, code = %failure.code, "a job's state was not recorded");
                            }
                        }
                    }
                }
                Some(ended) = tasks.join_next(), if !tasks.is_empty() => {
                    let ended = ended.unwrap_or_else(|fault| Ended::Broken(Failure::internal(format!("A replay task failed ({fault})."))));
                    if let Some(why) = self.account(ended, &mut failed_here) {
                        because.get_or_insert(why);
                        self.wish.send_replace(Wish::Interrupt);
                    }
                }
                () = self.news.notified() => {}
                () = self.timer.sleep(due.unwrap_or_default()), if due.is_some() => {}
            }
            if self.meter().due_in(self.timer.now()).is_some_and(|wait| wait.is_zero()) {
                self.report(state, None);
            }
        }
        let state = match *self.wish.borrow() {
            Wish::Cancel => JobState::Cancelled,
            Wish::Interrupt => JobState::Interrupted,
            Wish::Run | Wish::Pause => JobState::Completed,
        };
        if let Err(failure) = self.set_state(state, because.clone()).await {
            because.get_or_insert(failure.message);
        }
        let counts = self.meter().counts;
        self.report(state, because.clone());
        JobEnd { state, counts, because }
    }

    /// Deliveries that may be under way at once, waiting ones included.
    fn room(&self) -> usize {
        let places = usize::try_from(self.options.concurrency).unwrap_or(1);
        let waiting = usize::try_from(self.meter().retrying).unwrap_or(WAITING).min(WAITING);
        places + waiting
    }

    fn meter(&self) -> MutexGuard<'_, Meter> {
        self.meter.lock().unwrap_or_else(PoisonError::into_inner)
    }

    async fn set_state(&self, state: JobState, because: Option<String>) -> Result<()> {
        self.tools.ledger.set_state(self.job, state, self.tools.clock.now(), because).await
    }

    fn report(&self, state: JobState, because: Option<String>) {
        let report = self.meter().report(self.job, state, self.timer.now(), because);
        self.tools.observer.progress(&report);
    }

    /// Counts an end; answers why the job must stop, if it must.
    fn account(&self, ended: Ended, failed_here: &mut u32) -> Option<String> {
        let now = self.timer.now();
        let mut meter = self.meter();
        match ended {
            Ended::Succeeded => meter.counts.succeeded += 1,
            Ended::Skipped => meter.counts.skipped += 1,
            Ended::Failed => {
                meter.counts.failed += 1;
                *failed_here += 1;
            }
            Ended::Untouched => return None,
            Ended::Broken(failure) => {
                meter.touch();
                return Some(format!("The record could not be kept: {}", failure.message));
            }
        }
        meter.ended(now);
        let limit = self.options.stop_after_failures?;
        (*failed_here >= limit)
            .then(|| format!("{failed_here} deliveries failed; it was to stop after {limit}."))
    }

    /// Takes one delivery to its end.
    async fn deliver(self: Arc<Self>, delivery: DeliveryId) -> Ended {
        let mut wish = self.wish.subscribe();
        let mut number = 1;
        loop {
            let tried = tokio::select! {
                biased;
                () = ending(&mut wish) => None,
                place = self.places.acquire() => place.ok(),
            };
            // A place was got; the rate and a pause are waited for with it in hand, so that order is kept.
            let go = tried.is_some() && self.may_go(&mut wish).await;
            if !go {
                return if number == 1 { Ended::Untouched } else { Ended::Failed };
            }
            let ended = self.try_once(delivery, number).await;
            drop(tried);
            if let Some(ended) = ended {
                return ended;
            }
            number += 1;
            self.retrying(1);
            let waited = tokio::select! {
                biased;
                () = ending(&mut wish) => false,
                () = self.timer.sleep(backoff(number)) => true,
            };
            self.retrying(-1);
            if !waited {
                return Ended::Failed;
            }
        }
    }

    fn retrying(&self, change: i64) {
        let mut meter = self.meter();
        meter.retrying = meter.retrying.saturating_add_signed(change);
        meter.touch();
        self.news.notify_one();
    }

    /// Waits for the rate and for a pause to end; false when the job ends.
    async fn may_go(&self, wish: &mut watch::Receiver<Wish>) -> bool {
        if !running(wish).await {
            return false;
        }
        let wait = self.rate.take(self.timer.now());
        if !wait.is_zero() {
            tokio::select! {
                biased;
                () = ending(wish) => return false,
                () = self.timer.sleep(wait) => {}
            }
        }
        running(wish).await
    }

    /// One try; `None` when there is to be another.
    async fn try_once(&self, delivery: DeliveryId, number: u32) -> Option<Ended> {
        let recorded = match self.tools.ledger.load(delivery).await {
            Ok(Some(recorded)) => recorded,
            Ok(None) => {
                return Some(self.skip(delivery, number, "It was deleted meanwhile.".to_owned()).await);
            }
            Err(failure) => return Some(Ended::Broken(failure)),
        };
        match self.tools.attempt(&self.errand, &recorded, number).await {
            Err(failure) => Some(Ended::Broken(failure)),
            Ok(Made::Unsendable(why)) => Some(self.skip(delivery, number, why).await),
            Ok(Made::Attempt { attempt, refused }) => {
                let mut meter = self.meter();
                meter.counts.sent += u64::from(number == 1);
                match attempt.duration_us {
                    Some(duration) if attempt.status.is_some() => meter.answered(duration),
                    _ => meter.touch(),
                }
                match attempt.outcome {
                    AttemptOutcome::Succeeded => Some(Ended::Succeeded),
                    _ if refused || number > self.options.retries => Some(Ended::Failed),
                    _ => None,
                }
            }
        }
    }

    async fn skip(&self, delivery: DeliveryId, number: u32, why: String) -> Ended {
        // After a first try it is no longer left out: it was sent, and failed.
        if number > 1 {
            return Ended::Failed;
        }
        match self.tools.ledger.skip(self.job, delivery, why).await {
            Ok(()) => Ended::Skipped,
            Err(failure) => Ended::Broken(failure),
        }
    }
}
