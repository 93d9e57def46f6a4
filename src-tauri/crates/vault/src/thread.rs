//! One thread for one vault, and callers that stop waiting when it hangs.
//!
//! Keychain calls block, for as long as a password window stays open, and the Linux store may not be
//! called on a thread of an async runtime at all. So each vault has a plain thread that works off one
//! call after the other. A call that runs longer than the deadline is reported as hanging to everyone
//! who waits; what stands behind it is dropped unbegun, and new calls are refused at once until it
//! comes back. No second thread is ever started.

use crate::{VaultError, place::Place};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};
use tokio::sync::oneshot;

type Call = Box<dyn FnOnce(&mut dyn Place) + Send>;

/// When the call that is running now was begun; none while the thread is idle.
#[derive(Default)]
struct Running(Mutex<Option<Instant>>);

impl Running {
    fn set(&self, since: Option<Instant>) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = since;
    }

    fn for_how_long(&self) -> Option<Duration> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).map(|since| since.elapsed())
    }
}

/// The callers' end of a vault's thread.
pub(crate) struct VaultThread {
    calls: Sender<Call>,
    running: Arc<Running>,
    deadline: Duration,
}

impl VaultThread {
    /// Starts the thread. `make` runs on it, before the first call.
    pub(crate) fn start<P: Place>(deadline: Duration, make: impl FnOnce() -> P + Send + 'static) -> Self {
        let (calls, queue) = channel();
        let running = Arc::new(Running::default());
        let seen = Arc::clone(&running);
        let started = std::thread::Builder::new()
            .name("waybill-vault".to_owned())
            .spawn(move || work_off(&queue, &seen, &mut make()));
        if let Err(error) = started {
            // Every call will find the queue closed and say so.
            tracing::error!(%error, "the vault's thread could not be started");
        }
        Self { calls, running, deadline }
    }

    /// Runs `call` on the thread and waits for it, at most until the thread has been at one call for
    /// the deadline. A caller that goes away before its turn takes its call with it.
    pub(crate) async fn call<T: Send + 'static>(
        &self,
        call: impl FnOnce(&mut dyn Place) -> Result<T, VaultError> + Send + 'static,
    ) -> Result<T, VaultError> {
        self.not_hanging()?;
        let (answer, mut answered) = oneshot::channel();
        let work: Call = Box::new(move |place| {
            if !answer.is_closed() {
                // The receiver may have gone meanwhile; then nobody wants the answer.
                let _ = answer.send(call(place));
            }
        });
        self.calls.send(work).map_err(|_| VaultError::failed("the vault's thread is not running"))?;
        loop {
            let left = self.deadline.saturating_sub(self.running.for_how_long().unwrap_or_default());
            match tokio::time::timeout(left.max(Duration::from_millis(1)), &mut answered).await {
                Ok(Ok(result)) => return result,
                Ok(Err(_)) => return Err(VaultError::failed("a call to the keychain broke off")),
                Err(_) => self.not_hanging()?,
            }
        }
    }

    fn not_hanging(&self) -> Result<(), VaultError> {
        match self.running.for_how_long() {
            Some(waited) if waited >= self.deadline => Err(VaultError::Hanging { waited }),
            _ => Ok(()),
        }
    }
}

fn work_off(queue: &Receiver<Call>, running: &Running, place: &mut dyn Place) {
    for call in queue {
        running.set(Some(Instant::now()));
        // A store crate that panics must not take the vault with it; the caller sees its answer's
        // sender dropped.
        if catch_unwind(AssertUnwindSafe(|| call(place))).is_err() {
            tracing::error!("a call to the vault panicked");
            place.abandon();
        }
        running.set(None);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::memory::Memory;
    use std::sync::atomic::{AtomicU32, Ordering};

    #[tokio::test]
    async fn a_hanging_call_is_reported_in_time_and_nothing_behind_it_begins() {
        let vault = Arc::new(VaultThread::start(Duration::from_millis(100), Memory::default));
        let (let_go, held) = channel::<()>();
        let begun = Arc::new(AtomicU32::new(0));
        let started = Instant::now();
        let hanging = {
            let vault = Arc::clone(&vault);
            tokio::spawn(async move {
                vault
                    .call(move |_| {
                        let _ = held.recv();
                        Ok(())
                    })
                    .await
            })
        };
        while vault.running.for_how_long().is_none() {
            tokio::task::yield_now().await;
        }
        let count = Arc::clone(&begun);
        let behind = vault.call(move |_| Ok(count.fetch_add(1, Ordering::SeqCst))).await;
        assert!(matches!(behind, Err(VaultError::Hanging { .. })), "{behind:?}");
        assert!(matches!(hanging.await.unwrap(), Err(VaultError::Hanging { .. })));
        assert!(started.elapsed() >= Duration::from_millis(100));

        let asked = Instant::now();
        for _ in 0..100 {
            assert!(matches!(vault.call(|_| Ok(())).await, Err(VaultError::Hanging { .. })));
        }
        assert!(asked.elapsed() < Duration::from_secs(2), "refused at once: {:?}", asked.elapsed());

        let_go.send(()).unwrap();
        while vault.running.for_how_long().is_some() {
            tokio::task::yield_now().await;
        }
        assert_eq!(vault.call(|_| Ok(7)).await, Ok(7), "usable again once it came back");
        assert_eq!(begun.load(Ordering::SeqCst), 0, "what was given up is never begun");
    }

    #[tokio::test]
    async fn slow_calls_in_a_row_are_not_a_hang() {
        let vault = Arc::new(VaultThread::start(Duration::from_millis(400), Memory::default));
        let all: Vec<_> = (0..8)
            .map(|n| {
                let vault = Arc::clone(&vault);
                tokio::spawn(async move {
                    vault
                        .call(move |_| {
                            std::thread::sleep(Duration::from_millis(100));
                            Ok(n)
                        })
                        .await
                })
            })
            .collect();
        for (n, call) in all.into_iter().enumerate() {
            assert_eq!(call.await.unwrap(), Ok(n));
        }
    }

    #[tokio::test]
    async fn a_panic_in_a_store_ends_one_call_only() {
        let vault = VaultThread::start(Duration::from_secs(5), Memory::default);
        let broken = vault.call::<()>(|_| panic!("in the store")).await;
        assert!(matches!(broken, Err(VaultError::Failed { .. })), "{broken:?}");
        assert_eq!(vault.call(|_| Ok(1)).await, Ok(1));
    }
}
