//! Time that stands still and randomness that repeats.
//!
//! Promise: the same seed and the same order of calls give the same bytes on every machine. Left
//! out: unpredictability. Nothing drawn here may guard anything real.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};
use std::time::Duration;
use waybill_model::{Clock, Entropy, Timestamp};

/// A clock that moves only when it is told to. Clones share the same hand.
#[derive(Clone, Debug)]
pub struct HeldClock(Arc<AtomicI64>);

impl HeldClock {
    /// A clock that shows `at`.
    #[must_use]
    pub fn new(at: Timestamp) -> Self {
        Self(Arc::new(AtomicI64::new(at.0)))
    }

    /// Shows `at` from now on; backwards is allowed, as it is for the machine's clock.
    pub fn set(&self, at: Timestamp) {
        self.0.store(at.0, Ordering::SeqCst);
    }

    /// Moves forward by `by`; saturates at the end of the range.
    pub fn advance(&self, by: Duration) {
        let nanos = i64::try_from(by.as_nanos()).unwrap_or(i64::MAX);
        let moved = |at: i64| Some(at.saturating_add(nanos));
        // The closure never refuses, so neither does this.
        let _ = self.0.fetch_update(Ordering::SeqCst, Ordering::SeqCst, moved);
    }
}

impl Clock for HeldClock {
    fn now(&self) -> Timestamp {
        Timestamp(self.0.load(Ordering::SeqCst))
    }
}

/// Repeatable bytes: a mix of the seed and a counter. Clones share the counter, so no two calls
/// get the same bytes.
#[derive(Clone, Debug)]
pub struct SeededEntropy {
    seed: u64,
    drawn: Arc<AtomicU64>,
}

impl SeededEntropy {
    /// The sequence that belongs to `seed`.
    #[must_use]
    pub fn new(seed: u64) -> Self {
        Self { seed, drawn: Arc::new(AtomicU64::new(0)) }
    }

    /// SplitMix64 (Steele, Lea, Flood 2014): every number of the counter gives another result.
    fn word(&self) -> u64 {
        let count = self.drawn.fetch_add(1, Ordering::Relaxed);
        mix(mix(self.seed).wrapping_add(count.wrapping_add(1).wrapping_mul(0x9e37_79b9_7f4a_7c15)))
    }

    fn block(&self) -> [u8; 32] {
        let mut block = [0; 32];
        for chunk in block.chunks_exact_mut(8) {
            chunk.copy_from_slice(&self.word().to_le_bytes());
        }
        block
    }

    /// 32 bytes: enough for a key.
    pub(crate) fn key(&self) -> [u8; 32] {
        self.block()
    }

    /// Lower-case hex of `length` digits, 64 at most.
    pub(crate) fn hex(&self, length: usize) -> String {
        let mut text = hex::encode(self.block());
        text.truncate(length);
        text
    }

    /// A number below `end`; 0 when `end` is 0.
    pub(crate) fn below(&self, end: u64) -> u64 {
        // The bias of the remainder is below 2^-32 for the small ranges that are asked for here.
        self.word().checked_rem(end).unwrap_or(0)
    }

    /// One of `choices`; empty text when there is none.
    pub(crate) fn pick<'a>(&self, choices: &[&'a str]) -> &'a str {
        let at = usize::try_from(self.below(choices.len() as u64)).unwrap_or(0);
        choices.get(at).copied().unwrap_or("")
    }

    /// A version 4 UUID in the usual writing.
    pub(crate) fn uuid(&self) -> String {
        let b = self.block();
        let hex = hex::encode(&b[..16]);
        let variant = ["8", "9", "a", "b"][usize::from(b[16] & 3)];
        format!("{}-{}-4{}-{variant}{}-{}", &hex[..8], &hex[8..12], &hex[13..16], &hex[17..20], &hex[20..32])
    }
}

const fn mix(mut z: u64) -> u64 {
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

impl Entropy for SeededEntropy {
    fn fill(&self, bytes: &mut [u8]) {
        for chunk in bytes.chunks_mut(32) {
            let block = self.block();
            chunk.copy_from_slice(&block[..chunk.len()]);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_clock_moves_only_when_told() {
        let clock = HeldClock::new(Timestamp::from_unix(100));
        let other = clock.clone();
        clock.advance(Duration::from_millis(1500));
        assert_eq!(other.now(), Timestamp(101_500_000_000));
        clock.set(Timestamp::from_unix(5));
        assert_eq!(other.now().unix(), 5);
    }

    #[test]
    fn the_same_seed_repeats_and_another_does_not() {
        let draw = |seed| {
            let entropy = SeededEntropy::new(seed);
            let mut bytes = [0_u8; 70];
            entropy.fill(&mut bytes);
            (bytes, entropy.uuid(), entropy.hex(8))
        };
        assert_eq!(draw(1), draw(1));
        assert_ne!(draw(1), draw(2));
        let (bytes, uuid, hex) = draw(3);
        assert_ne!(bytes[..32], bytes[32..64]);
        assert_eq!((uuid.len(), uuid.as_bytes()[14], hex.len()), (36, b'4', 8));
    }
}
