//! The event stream into the page.
//!
//! Events go out in batches, at most one batch every 33 ms and 500 events in each: the first of a quiet time
//! goes at once, a flood is thinned to what a page can draw. What the page can't keep up with is dropped and
//! said: `resync` tells it to ask anew. A page has one stream; a new subscription ends the one before, so that
//! a reloaded page leaves nothing behind.

use crate::host::Host;
use crate::stub::Event;
use serde::Serialize;
use std::{sync::Mutex, time::Duration};
use tauri::{State, ipc::Channel};
use tokio::{
    sync::broadcast::{Receiver, error::RecvError, error::TryRecvError},
    task::AbortHandle,
};
use waybill_model::Failure;

const PAUSE: Duration = Duration::from_millis(33);
const MOST: usize = 500;

/// What goes to the page in one message.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct Batch<E> {
    /// In the order they happened.
    events: Vec<E>,
    /// Some were lost before these: what is shown must be asked anew.
    resync: bool,
}

/// The stream that runs now.
#[derive(Default)]
pub(crate) struct Stream(Mutex<Option<AbortHandle>>);

impl Stream {
    fn replace(&self, next: AbortHandle) {
        let mut current = self.0.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        if let Some(before) = current.replace(next) {
            before.abort();
        }
    }
}

/// Sends the engine's events into `channel` from now on. When this has answered, no later event is missed.
#[tauri::command(async)]
pub(crate) async fn subscribe(
    host: State<'_, Host>,
    stream: State<'_, Stream>,
    channel: Channel<Batch<Event>>,
) -> Result<(), Failure> {
    let events = host.engine().await?.events();
    let running = tokio::spawn(pump(events, PAUSE, move |batch| channel.send(batch).is_ok()));
    stream.replace(running.abort_handle());
    Ok(())
}

/// Takes events until their source ends or `send` says that nobody listens.
async fn pump<E: Clone>(mut events: Receiver<E>, pause: Duration, mut send: impl FnMut(Batch<E>) -> bool) {
    loop {
        let mut batch = Batch { events: Vec::new(), resync: false };
        match events.recv().await {
            Ok(event) => batch.events.push(event),
            Err(RecvError::Lagged(_)) => batch.resync = true,
            Err(RecvError::Closed) => return,
        }
        while batch.events.len() < MOST {
            match events.try_recv() {
                Ok(event) => batch.events.push(event),
                Err(TryRecvError::Lagged(_)) => batch.resync = true,
                Err(TryRecvError::Empty | TryRecvError::Closed) => break,
            }
        }
        if !send(batch) {
            return;
        }
        tokio::time::sleep(pause).await;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::{Arc, Mutex};
    use tokio::sync::broadcast;

    async fn check(sent: std::ops::Range<u32>, room: usize, expected: Vec<Batch<u32>>) {
        let (source, events) = broadcast::channel(room);
        for number in sent {
            source.send(number).unwrap();
        }
        drop(source);
        let got = Arc::new(Mutex::new(Vec::new()));
        let out = Arc::clone(&got);
        pump(events, Duration::from_millis(1), move |batch| {
            out.lock().unwrap().push(batch);
            true
        })
        .await;
        assert_eq!(*got.lock().unwrap(), expected);
    }

    #[tokio::test]
    async fn what_waits_goes_together_and_a_loss_is_said() {
        let batch = |events: std::ops::Range<u32>, resync| Batch { events: events.collect(), resync };
        check(0..0, 8, vec![]).await;
        check(0..1, 8, vec![batch(0..1, false)]).await;
        check(0..5, 8, vec![batch(0..5, false)]).await;
        check(0..20, 8, vec![batch(12..20, true)]).await;
        check(0..1200, 2048, vec![batch(0..500, false), batch(500..1000, false), batch(1000..1200, false)])
            .await;
    }

    #[tokio::test]
    async fn nobody_listening_ends_it() {
        let (source, events) = broadcast::channel(8);
        source.send(1).unwrap();
        // The source still lives: only the refusal can end the pump.
        tokio::time::timeout(Duration::from_secs(20), pump(events, PAUSE, |_| false)).await.unwrap();
        drop(source);
    }

    #[tokio::test]
    async fn a_second_stream_ends_the_first() {
        let stream = Stream::default();
        let forever = || tokio::spawn(std::future::pending::<()>());
        let (first, second) = (forever(), forever());
        stream.replace(first.abort_handle());
        stream.replace(second.abort_handle());
        assert!(first.await.unwrap_err().is_cancelled());
        assert!(!second.is_finished());
        second.abort();
    }
}
