//! The queue before the writer: captures and other writes in the order they came.
//!
//! Captures are bounded by count and by bytes; a capture that does not fit is refused at once, so that
//! its sender hears it and memory stays bounded. Bytes count until they are on disk.

use crate::append::NewDelivery;
use crate::store::Change;
use rusqlite::Connection;
use std::collections::VecDeque;
use std::future::Future;
use std::pin::Pin;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll};
use std::time::{Duration, Instant};
use tokio::sync::oneshot;
use waybill_model::{DeliveryId, ErrorCode, Failure, Result};

/// The largest capture that is taken at all; SQLite itself ends near a thousand million bytes.
const LARGEST: usize = 768 * 1024 * 1024;

/// A batch of so many captures is a crowd: more are on their way.
const CROWD: usize = 8;
/// How long after a crowd the queue counts as pressed though it is empty for a moment.
const CALM: Duration = Duration::from_millis(20);

/// What a task has done, to be told once the transaction it was part of has ended.
pub(crate) struct Done {
    /// Why it failed, if it did: what it did in the transaction is taken back then.
    pub(crate) failed: Option<Failure>,
    /// Told whether the transaction was committed.
    pub(crate) tell: Box<dyn FnOnce(Result<()>) + Send>,
}

/// A write other than a capture.
pub(crate) struct Task {
    /// What it changes, for those who watch.
    pub(crate) changes: &'static [Change],
    /// The writes themselves; or, when they can't be made, why not, to be told.
    pub(crate) run: Box<dyn FnOnce(Result<&Connection>) -> Done + Send>,
}

/// One thing to write.
pub(crate) enum Work {
    Append(Box<NewDelivery>, oneshot::Sender<Result<DeliveryId>>),
    Task(Task),
}

impl Work {
    fn bytes(&self) -> usize {
        match self {
            Self::Append(delivery, _) => delivery.weight(),
            Self::Task(_) => 0,
        }
    }
}

/// A capture on its way to disk. Ready once it is committed, or known not to be.
///
/// Dropping it does not take the capture back.
#[derive(Debug)]
pub struct Pending(oneshot::Receiver<Result<DeliveryId>>);

impl Future for Pending {
    type Output = Result<DeliveryId>;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        Pin::new(&mut self.0).poll(context).map(|answer| answer.unwrap_or_else(|_| Err(closed())))
    }
}

/// What the writer got from the queue.
pub(crate) enum Taken {
    /// Work, and the bytes to give back once it is done.
    Batch(Vec<Work>, usize),
    /// Nothing came in time.
    Idle,
    /// Nothing will come any more.
    Closed,
}

#[derive(Default)]
struct State {
    work: VecDeque<Work>,
    rows: usize,
    tasks: usize,
    bytes: usize,
    waiting: bool,
    closed: bool,
    /// When a crowd was written last.
    crowded: Option<Instant>,
}

/// See the module.
pub(crate) struct WriteQueue {
    state: Mutex<State>,
    ready: Condvar,
    most_rows: usize,
    most_bytes: usize,
}

impl WriteQueue {
    pub(crate) fn new(most_rows: usize, most_bytes: usize) -> Self {
        Self { state: Mutex::default(), ready: Condvar::new(), most_rows, most_bytes }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        // No code that can panic runs under this lock.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Queues a capture, or refuses it.
    pub(crate) fn append(&self, delivery: NewDelivery) -> Result<Pending> {
        let weight = delivery.weight();
        if weight > LARGEST {
            return Err(Failure::invalid(
                "The delivery is larger than the store can keep; it was not stored.",
            ));
        }
        let (tell, told) = oneshot::channel();
        let mut state = self.lock();
        if state.closed {
            return Err(closed());
        }
        // One delivery always fits an empty queue, however large it is.
        let full = state.rows >= self.most_rows || (state.rows > 0 && state.bytes + weight > self.most_bytes);
        if full {
            return Err(busy());
        }
        state.rows += 1;
        state.bytes += weight;
        state.work.push_back(Work::Append(Box::new(delivery), tell));
        self.wake(state);
        Ok(Pending(told))
    }

    /// Queues another write. These have a bound of their own, so that captures can't crowd them out.
    pub(crate) fn push(&self, task: Task) -> Result<()> {
        let mut state = self.lock();
        if state.closed {
            return Err(closed());
        }
        if state.tasks >= self.most_rows {
            return Err(busy());
        }
        state.tasks += 1;
        state.work.push_back(Work::Task(task));
        self.wake(state);
        Ok(())
    }

    fn wake(&self, mut state: MutexGuard<'_, State>) {
        let waiting = std::mem::take(&mut state.waiting);
        drop(state);
        if waiting {
            self.ready.notify_one();
        }
    }

    /// Takes up to `most` things in order, waiting up to `patience` for the first.
    pub(crate) fn take(&self, most: usize, patience: Duration) -> Taken {
        let mut state = self.lock();
        if state.work.is_empty() && !state.closed {
            state.waiting = true;
            (state, _) = self.ready.wait_timeout(state, patience).unwrap_or_else(PoisonError::into_inner);
            state.waiting = false;
        }
        if state.work.is_empty() {
            return if state.closed { Taken::Closed } else { Taken::Idle };
        }
        let count = state.work.len().min(most);
        let batch: Vec<Work> = state.work.drain(..count).collect();
        let bytes = batch.iter().map(Work::bytes).sum();
        Taken::Batch(batch, bytes)
    }

    /// Gives back the room of a batch that is done.
    pub(crate) fn release(&self, rows: usize, tasks: usize, bytes: usize) {
        let mut state = self.lock();
        if rows >= CROWD {
            state.crowded = Some(Instant::now());
        }
        state.rows = state.rows.saturating_sub(rows);
        state.tasks = state.tasks.saturating_sub(tasks);
        state.bytes = state.bytes.saturating_sub(bytes);
    }

    /// True when something waits to be written or is being written, or will be in a moment.
    pub(crate) fn is_pressed(&self) -> bool {
        let state = self.lock();
        state.rows > 0 || state.tasks > 0 || state.crowded.is_some_and(|then| then.elapsed() < CALM)
    }

    /// Takes nothing more; what is queued will still be written.
    pub(crate) fn close(&self) {
        self.lock().closed = true;
        self.ready.notify_all();
    }

    pub(crate) fn is_closed(&self) -> bool {
        self.lock().closed
    }
}

fn busy() -> Failure {
    Failure::new(ErrorCode::Busy, "The store can't take more at the moment; this was not stored.")
        .hint("Try again in a second.")
}

/// The answer when the store has been closed.
pub(crate) fn closed() -> Failure {
    Failure::new(ErrorCode::Cancelled, "The store was closed before this was done.")
}
