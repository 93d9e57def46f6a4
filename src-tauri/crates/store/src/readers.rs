//! The threads that read. Each has a connection that can't write; work comes from async code and its answer
//! goes back there, so that no thread of the runtime ever waits for the disk.
//!
//! One thread takes only light work (a row, a page), so that a scan of everything never keeps a list waiting.

use crate::connect;
use crate::fault::{Fault, Outcome};
use crate::functions;
use crate::queue::closed;
use crate::writer::Shared;
use rusqlite::Connection;
use std::collections::VecDeque;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use tokio::sync::oneshot;
use waybill_model::{Failure, Result};

type Errand = Box<dyn FnOnce(&mut Reader) + Send>;

/// How much work a read is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Load {
    /// A few rows by key.
    Light,
    /// Possibly every row.
    Heavy,
}

/// A connection and what it has attached.
pub(crate) struct Reader {
    pub(crate) connection: Connection,
    /// Which search file is attached, by its generation; absent: none.
    pub(crate) attached: Option<u64>,
}

#[derive(Default)]
struct State {
    light: VecDeque<Errand>,
    heavy: VecDeque<Errand>,
    closed: bool,
}

/// The work that waits for a reader.
#[derive(Default)]
pub(crate) struct ReadQueue {
    state: Mutex<State>,
    ready: Condvar,
}

impl ReadQueue {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Runs `work` on a reader.
    pub(crate) async fn read<T: Send + 'static>(
        &self,
        load: Load,
        work: impl FnOnce(&mut Reader) -> Outcome<T> + Send + 'static,
    ) -> Result<T> {
        let (tell, told) = oneshot::channel();
        let errand: Errand = Box::new(move |reader| {
            // Whoever asked may have gone; then the answer is of no use.
            if !tell.is_closed() {
                let _ = tell.send(work(reader));
            }
        });
        {
            let mut state = self.lock();
            if state.closed {
                return Err(closed());
            }
            match load {
                Load::Light => state.light.push_back(errand),
                Load::Heavy => state.heavy.push_back(errand),
            }
        }
        // Not every thread takes heavy work, so all are asked.
        self.ready.notify_all();
        match told.await {
            Ok(answer) => answer.map_err(Failure::from),
            Err(_) => Err(closed()),
        }
    }

    fn take(&self, heavy_too: bool) -> Option<Errand> {
        let mut state = self.lock();
        loop {
            if let Some(errand) = state.light.pop_front() {
                return Some(errand);
            }
            if heavy_too && let Some(errand) = state.heavy.pop_front() {
                return Some(errand);
            }
            if state.closed {
                return None;
            }
            state = self.ready.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
    }

    /// Takes nothing more; what waits is dropped, and those who asked are told.
    pub(crate) fn close(&self) {
        let mut state = self.lock();
        state.closed = true;
        state.light.clear();
        state.heavy.clear();
        drop(state);
        self.ready.notify_all();
    }
}

/// Opens a reader and makes it known to those who may have to end what it does.
pub(crate) fn open(shared: &Shared) -> Outcome<Reader> {
    let connection = connect::reader(&shared.folder.database())?;
    functions::register(&connection)?;
    let handle = connection.get_interrupt_handle();
    shared.readers.lock().unwrap_or_else(PoisonError::into_inner).push(handle);
    Ok(Reader { connection, attached: None })
}

/// Runs until the queue is closed.
pub(crate) fn run(queue: &ReadQueue, shared: &Arc<Shared>, mut reader: Reader, heavy_too: bool) {
    while let Some(errand) = queue.take(heavy_too) {
        if catch_unwind(AssertUnwindSafe(|| errand(&mut reader))).is_err() {
            tracing::error!("a read panicked");
        }
        // A panic or a cut can leave a transaction open, which would hold the log.
        if !reader.connection.is_autocommit() {
            let _ = reader.connection.execute_batch("ROLLBACK");
        }
    }
    // The handle must not outlive its connection's use.
    let Reader { connection, .. } = reader;
    if let Err((_, error)) = connection.close() {
        shared.suspect(&Fault::from(error));
    }
}
