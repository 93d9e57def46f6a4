//! What the calls of a process share: HTTP connections, and for each connection of the user's the
//! pace at which it may be called and the token that signing in gave.
//!
//! Nothing of it is ever written anywhere. Whoever makes clients again and again for one connection
//! hands the same [`Transport`] to each, so that connections are used again and limits are kept.

use crate::description::RateLimit;
use crate::exchange;
use crate::options::HttpOptions;
use secrecy::SecretString;
use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::Instant;
use waybill_model::{Failure, Timestamp};

/// Calls of one connection at one time, where its description does not say.
const AT_ONCE: usize = 4;

/// HTTP connections and paces, shared by every client that is given the same one.
#[derive(Clone, Debug, Default)]
pub struct Transport(Arc<Mutex<Shared>>);

#[derive(Debug, Default)]
struct Shared {
    /// By: plain http, a connection of its own for each call, seconds until one must stand.
    clients: HashMap<(bool, bool, Duration), reqwest::Client>,
    gates: HashMap<String, Arc<Gate>>,
}

impl Transport {
    /// The HTTP client for these options; see `exchange::http_client`.
    pub(crate) fn http(
        &self,
        options: &HttpOptions,
        plain: bool,
        fresh: bool,
    ) -> Result<reqwest::Client, Failure> {
        let mut shared = lock(&self.0);
        let key = (plain, fresh, options.connect_timeout);
        if let Some(client) = shared.clients.get(&key) {
            return Ok(client.clone());
        }
        let client = exchange::http_client(options, plain, fresh)?;
        shared.clients.insert(key, client.clone());
        Ok(client)
    }

    /// The gate of a connection; `key` tells it from all others.
    pub(crate) fn gate(&self, key: &str, limit: &RateLimit) -> Arc<Gate> {
        let mut shared = lock(&self.0);
        Arc::clone(shared.gates.entry(key.to_owned()).or_insert_with(|| Arc::new(Gate::new(limit))))
    }
}

/// A token that signing in gave.
#[derive(Clone, Debug)]
pub(crate) struct Session {
    /// What was signed in with.
    pub(crate) credential: SecretString,
    pub(crate) token: SecretString,
    pub(crate) until: Timestamp,
}

/// What all calls of one connection pass through.
#[derive(Debug)]
pub(crate) struct Gate {
    slots: Arc<Semaphore>,
    pace: Mutex<Pace>,
    /// Held while signing in, so that it is done once.
    pub(crate) session: tokio::sync::Mutex<Option<Session>>,
}

#[derive(Debug)]
struct Pace {
    /// Between two calls, once those at the beginning are spent.
    interval: Duration,
    /// Calls that may be made at once at the beginning.
    burst: u32,
    /// When the next call would be due at the even pace.
    due: Instant,
    /// The provider asked to be left alone until then.
    hold: Option<Instant>,
    /// Refusals of the credential so far.
    refusals: u64,
}

/// Why a call does not pass.
#[derive(Debug)]
pub(crate) enum Stopped {
    /// The credential was refused while this call waited for its turn.
    Refused,
    /// The provider asked for a longer wait than is borne.
    Held(Duration),
}

impl Gate {
    fn new(limit: &RateLimit) -> Self {
        let calls = limit.calls.as_ref().map(|calls| (*calls.get_ref()).max(1));
        let window = Duration::from_secs(u64::from(limit.per_s.unwrap_or(1)));
        let pace = Pace {
            interval: calls.map_or(Duration::ZERO, |calls| window / calls),
            burst: calls.unwrap_or(1),
            due: Instant::now(),
            hold: None,
            refusals: 0,
        };
        let at_once = limit.at_once.as_ref().map_or(AT_ONCE, |at_once| *at_once.get_ref());
        Self {
            slots: Arc::new(Semaphore::new(at_once)),
            pace: Mutex::new(pace),
            session: tokio::sync::Mutex::new(None),
        }
    }

    /// Waits for a turn. The call is under way for as long as the permit is kept.
    pub(crate) async fn enter(&self, options: &HttpOptions) -> Result<Option<OwnedSemaphorePermit>, Stopped> {
        let refusals = lock(&self.pace).refusals;
        // The semaphore is never closed, so an error can't come; without a permit the call is still right.
        let permit = Arc::clone(&self.slots).acquire_owned().await.ok();
        let wait = {
            let mut pace = lock(&self.pace);
            if pace.refusals != refusals {
                return Err(Stopped::Refused);
            }
            let now = Instant::now();
            let held = pace.hold.map_or(Duration::ZERO, |hold| hold.saturating_duration_since(now));
            if held > options.longest_wait {
                return Err(Stopped::Held(held));
            }
            held.max(pace.reserve(now))
        };
        if !wait.is_zero() {
            options.pause.pause(wait).await;
        }
        Ok(permit)
    }

    /// The provider asks to be left alone for so long.
    pub(crate) fn hold(&self, wait: Duration) {
        let until = Instant::now().checked_add(wait);
        let mut pace = lock(&self.pace);
        pace.hold = pace.hold.max(until);
    }

    /// An answer came that is no refusal.
    pub(crate) fn release(&self) {
        lock(&self.pace).hold = None;
    }

    /// The credential was refused: whoever waits for a turn need not try.
    pub(crate) fn refused(&self) {
        lock(&self.pace).refusals += 1;
    }
}

impl Pace {
    /// How long to wait for the next call, which is counted.
    fn reserve(&mut self, now: Instant) -> Duration {
        if self.interval.is_zero() {
            return Duration::ZERO;
        }
        let due = self.due.max(now);
        self.due = due + self.interval;
        let slack = self.interval * (self.burst - 1);
        (due - now).saturating_sub(slack)
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn calls_keep_the_pace_after_those_at_the_beginning() {
        let start = Instant::now();
        let ms = Duration::from_millis;
        let mut pace = Pace { interval: ms(100), burst: 3, due: start, hold: None, refusals: 0 };
        let waits: Vec<Duration> = (0..6).map(|_| pace.reserve(start)).collect();
        assert_eq!(waits, [ms(0), ms(0), ms(0), ms(100), ms(200), ms(300)]);
        assert_eq!(pace.reserve(start + ms(5_000)), ms(0));
        let mut free = Pace { interval: ms(0), burst: 1, due: start, hold: None, refusals: 0 };
        assert!((0..1000).all(|_| free.reserve(start).is_zero()));
    }
}
