//! The event stream into the page.
//!
//! Events are taken together for 33 ms and thinned before they go out: what is stale is said once, a status and
//! a replay's progress only as they are now. The first after a quiet time goes at once. What a page could not be
//! told because it fell behind is said too: `missed` makes it read anew. Streams end when the page is loaded
//! again, so that a page that went leaves nothing behind.

use crate::host::Host;
use std::{
    collections::BTreeSet,
    sync::{Mutex, PoisonError},
    time::Duration,
};
use tauri::{State, ipc::Channel};
use tokio::{
    sync::broadcast::{Receiver, error::RecvError, error::TryRecvError},
    task::AbortHandle,
};
use waybill_engine::Event;
use waybill_model::Failure;

const PAUSE: Duration = Duration::from_millis(33);
/// Taken together; more waits for the next time.
const MOST: usize = 500;

/// The streams of the page that is loaded now.
#[derive(Default)]
pub(crate) struct Streams(Mutex<Vec<AbortHandle>>);

impl Streams {
    fn add(&self, stream: AbortHandle) {
        let mut streams = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        streams.retain(|stream| !stream.is_finished());
        streams.push(stream);
    }

    /// Ends all of them: their page is gone.
    pub(crate) fn end(&self) {
        for stream in self.0.lock().unwrap_or_else(PoisonError::into_inner).drain(..) {
            stream.abort();
        }
    }
}

/// Sends the engine's events into `channel` from now on. When this has answered, no later event is missed.
#[tauri::command(async)]
pub(crate) async fn subscribe(
    host: State<'_, Host>,
    streams: State<'_, Streams>,
    channel: Channel<Event>,
) -> Result<(), Failure> {
    let events = host.engine().await?.events();
    let send = move |events: Vec<Event>, lost: bool| {
        let mut thinned = thin(events, lost).into_iter();
        thinned.all(|event| channel.send(event).is_ok())
    };
    streams.add(tokio::spawn(pump(events, PAUSE, send)).abort_handle());
    Ok(())
}

/// Takes events until their source ends or `send` says that nobody listens. `send` gets them in order, and
/// whether some were lost before the last of them.
async fn pump<E: Clone>(
    mut events: Receiver<E>,
    pause: Duration,
    mut send: impl FnMut(Vec<E>, bool) -> bool,
) {
    loop {
        let (mut taken, mut lost) = (Vec::new(), false);
        match events.recv().await {
            Ok(event) => taken.push(event),
            Err(RecvError::Lagged(_)) => lost = true,
            Err(RecvError::Closed) => return,
        }
        while taken.len() < MOST {
            match events.try_recv() {
                Ok(event) => taken.push(event),
                Err(TryRecvError::Lagged(_)) => lost = true,
                Err(TryRecvError::Empty | TryRecvError::Closed) => break,
            }
        }
        if !send(taken, lost) {
            return;
        }
        tokio::time::sleep(pause).await;
    }
}

/// What the page needs to be told of these: arrivals in order, of a job and of the status the newest, and last
/// once everything that is stale.
fn thin(events: Vec<Event>, lost: bool) -> Vec<Event> {
    let mut thinned = Vec::new();
    let mut jobs: Vec<Box<waybill_model::ReplayJob>> = Vec::new();
    let (mut status, mut stale, mut missed) = (None, BTreeSet::new(), lost);
    for event in events {
        match event {
            Event::Arrived { .. } => thinned.push(event),
            Event::Changed { tags } => stale.extend(tags),
            Event::Replay { job } => {
                jobs.retain(|other| other.id != job.id);
                jobs.push(job);
            }
            Event::Status { status: newest } => status = Some(newest),
            Event::Missed => missed = true,
        }
    }
    thinned.extend(jobs.into_iter().map(|job| Event::Replay { job }));
    thinned.extend(status.map(|status| Event::Status { status }));
    if missed {
        thinned.push(Event::Missed);
    } else if !stale.is_empty() {
        thinned.push(Event::Changed { tags: stale.into_iter().collect() });
    }
    thinned
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::{
        ops::Range,
        sync::{Arc, Mutex},
    };
    use tokio::sync::broadcast;
    use waybill_engine::api::Tag;

    async fn check(sent: Range<u32>, room: usize, expected: &[(Range<u32>, bool)]) {
        let (source, events) = broadcast::channel(room);
        for number in sent {
            source.send(number).unwrap();
        }
        drop(source);
        let got = Arc::new(Mutex::new(Vec::new()));
        let out = Arc::clone(&got);
        pump(events, Duration::from_millis(1), move |events, lost| {
            out.lock().unwrap().push((events, lost));
            true
        })
        .await;
        let expected: Vec<(Vec<u32>, bool)> =
            expected.iter().map(|(range, lost)| (range.clone().collect(), *lost)).collect();
        assert_eq!(*got.lock().unwrap(), expected);
    }

    #[tokio::test]
    async fn what_waits_goes_together_and_a_loss_is_said() {
        check(0..0, 8, &[]).await;
        check(0..1, 8, &[(0..1, false)]).await;
        check(0..5, 8, &[(0..5, false)]).await;
        check(0..20, 8, &[(12..20, true)]).await;
        check(0..1200, 2048, &[(0..500, false), (500..1000, false), (1000..1200, false)]).await;
    }

    #[tokio::test]
    async fn nobody_listening_ends_it() {
        let (source, events) = broadcast::channel(8);
        source.send(1).unwrap();
        // The source still lives: only the refusal can end the pump.
        tokio::time::timeout(Duration::from_secs(20), pump(events, PAUSE, |_, _| false)).await.unwrap();
        drop(source);
    }

    #[tokio::test]
    async fn a_page_that_went_leaves_no_stream() {
        let streams = Streams::default();
        let forever = || tokio::spawn(std::future::pending::<()>());
        let (first, second, later) = (forever(), forever(), forever());
        streams.add(first.abort_handle());
        streams.add(second.abort_handle());
        streams.end();
        streams.add(later.abort_handle());
        assert!(first.await.unwrap_err().is_cancelled());
        assert!(second.await.unwrap_err().is_cancelled());
        assert!(!later.is_finished());
        later.abort();
    }

    #[test]
    fn what_is_stale_is_said_once() {
        #[track_caller]
        fn check(events: &[Event], lost: bool, expected: &[Event]) {
            assert_eq!(thin(events.to_vec(), lost), expected);
        }
        let changed = |tags: &[Tag]| Event::Changed { tags: tags.to_vec() };
        let arrived = |count| Event::Arrived { results: Vec::new(), rows: Vec::new(), count };
        check(&[], false, &[]);
        check(&[], true, &[Event::Missed]);
        check(
            &[changed(&[Tag::Inboxes]), arrived(1), changed(&[Tag::Deliveries, Tag::Inboxes]), arrived(2)],
            false,
            &[arrived(1), arrived(2), changed(&[Tag::Deliveries, Tag::Inboxes])],
        );
        check(&[changed(&[Tag::Inboxes]), Event::Missed, arrived(1)], false, &[arrived(1), Event::Missed]);
        check(&[changed(&[Tag::Inboxes])], true, &[Event::Missed]);
    }
}
