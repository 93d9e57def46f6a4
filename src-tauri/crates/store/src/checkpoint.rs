//! The thread that tends the database: it moves what the log holds into it, so that commits need not, and
//! removes the bytes of what was deleted long enough ago.

use crate::connect;
use crate::fault::Fault;
use crate::marks;
use crate::writer::Shared;
use std::sync::atomic::Ordering;
use std::sync::{Condvar, Mutex, PoisonError};
use std::time::Duration;

const PERIOD: Duration = Duration::from_millis(250);

/// A flag that a thread can wait for.
#[derive(Debug, Default)]
pub(crate) struct Stop {
    stopped: Mutex<bool>,
    bell: Condvar,
}

impl Stop {
    /// Waits; true once it is time to stop.
    pub(crate) fn wait(&self, patience: Duration) -> bool {
        let stopped = self.stopped.lock().unwrap_or_else(PoisonError::into_inner);
        let (stopped, _) = self
            .bell
            .wait_timeout_while(stopped, patience, |stopped| !*stopped)
            .unwrap_or_else(PoisonError::into_inner);
        *stopped
    }

    pub(crate) fn now(&self) {
        *self.stopped.lock().unwrap_or_else(PoisonError::into_inner) = true;
        self.bell.notify_all();
    }
}

/// Runs until it is told to stop.
pub(crate) fn run(shared: &Shared, stop: &Stop) {
    let mut connection = None;
    let mut seen = 0;
    while !stop.wait(PERIOD) {
        if shared.deleted.load(Ordering::Relaxed) {
            marks::purge_later(shared);
        }
        let frames = shared.frames.load(Ordering::Relaxed);
        if frames == seen {
            continue;
        }
        if connection.is_none() {
            connection = connect::checkpointer(&shared.folder.database()).ok();
        }
        let Some(open) = &connection else { continue };
        match open.query_row("PRAGMA wal_checkpoint(PASSIVE)", [], |row| row.get::<_, i64>(1)) {
            // Only when nothing came meanwhile is there nothing left to move.
            Ok(_) => seen = frames,
            Err(error) => {
                let fault = Fault::from(error);
                shared.suspect(&fault);
                tracing::warn!("the log could not be moved into the database: {fault:?}");
                connection = None;
            }
        }
    }
    if let Some(connection) = connection {
        let _ = connection.close();
    }
}
