//! How fast: the rate, and the waits between tries. Time is passed in, so that a test can hold it.

use crate::target::Boxed;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

/// A clock that never goes backwards, and sleeping by it.
pub trait Timer: std::fmt::Debug + Send + Sync + 'static {
    /// Time since some fixed instant.
    fn now(&self) -> Duration;

    /// Returns when `duration` has gone by.
    fn sleep(&self, duration: Duration) -> Boxed<'static, ()>;
}

/// The runtime's own timer.
#[derive(Clone, Copy, Debug)]
pub struct TokioTimer(tokio::time::Instant);

impl Default for TokioTimer {
    fn default() -> Self {
        Self(tokio::time::Instant::now())
    }
}

impl Timer for TokioTimer {
    fn now(&self) -> Duration {
        self.0.elapsed()
    }

    fn sleep(&self, duration: Duration) -> Boxed<'static, ()> {
        Box::pin(tokio::time::sleep(duration))
    }
}

/// Hands out instants that lie at least a fixed time apart. Unused time is not saved up: after a pause
/// there is no burst.
#[derive(Debug)]
pub(crate) struct Rate {
    gap: Duration,
    next: Mutex<Duration>,
}

impl Rate {
    /// At most `per_second` a second; absent: no limit.
    pub(crate) fn new(per_second: Option<f64>) -> Self {
        let gap = per_second.map_or(Duration::ZERO, |rate| Duration::from_secs_f64(1.0 / rate));
        Self { gap, next: Mutex::new(Duration::ZERO) }
    }

    /// How long to wait from `now`; the instant is taken.
    pub(crate) fn take(&self, now: Duration) -> Duration {
        let mut next = self.next.lock().unwrap_or_else(PoisonError::into_inner);
        let at = now.max(*next);
        *next = at + self.gap;
        at - now
    }
}

/// The wait before try number `next` (2 for the second): 1 s, 2 s, 4 s … at most 30 s.
pub(crate) fn backoff(next: u32) -> Duration {
    Duration::from_secs(1u64.checked_shl(next.saturating_sub(2)).unwrap_or(u64::MAX).min(30))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_double_up_to_thirty_seconds() {
        let waits: Vec<_> = (2..=22).map(|next| backoff(next).as_secs()).collect();
        assert_eq!(waits[..7], [1, 2, 4, 8, 16, 30, 30]);
        assert!(waits[7..].iter().all(|&w| w == 30));
        assert_eq!(backoff(u32::MAX).as_secs(), 30);
    }

    #[test]
    fn instants_lie_apart_and_are_not_saved_up() {
        let rate = Rate::new(Some(10.0));
        let second = Duration::from_secs(1);
        let taken: Vec<_> = (0..4).map(|_| rate.take(second).as_millis()).collect();
        assert_eq!(taken, [0, 100, 200, 300]);
        assert_eq!(rate.take(second * 60).as_millis(), 0);
        assert_eq!(rate.take(second * 60).as_millis(), 100);
        assert_eq!(Rate::new(None).take(second), Duration::ZERO);
    }
}
