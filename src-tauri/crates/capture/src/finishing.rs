//! Work that is finished even when nobody waits for its end any more.

use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};
use tokio_util::task::TaskTracker;

/// A future that, dropped halfway, goes on as a task of its own. As long as it is awaited it costs no
/// task.
pub(crate) struct Finishing<T: Send + 'static> {
    work: Option<Pin<Box<dyn Future<Output = T> + Send>>>,
    tasks: TaskTracker,
}

impl<T: Send + 'static> Finishing<T> {
    pub(crate) fn new(tasks: TaskTracker, work: impl Future<Output = T> + Send + 'static) -> Self {
        Self { work: Some(Box::pin(work)), tasks }
    }
}

impl<T: Send + 'static> Future for Finishing<T> {
    type Output = T;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<T> {
        let Some(work) = &mut self.work else {
            // Polled after its end, which no `await` does.
            return Poll::Pending;
        };
        let result = work.as_mut().poll(cx);
        if result.is_ready() {
            self.work = None;
        }
        result
    }
}

impl<T: Send + 'static> Drop for Finishing<T> {
    fn drop(&mut self) {
        // A panic in the work ends it; polling it again would only panic again.
        if std::thread::panicking() {
            return;
        }
        if let (Some(work), Ok(runtime)) = (self.work.take(), tokio::runtime::Handle::try_current()) {
            self.tasks.spawn_on(
                async move {
                    work.await;
                },
                &runtime,
            );
        }
    }
}
