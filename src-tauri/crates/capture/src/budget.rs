//! The memory that bodies may take at once, counted.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

/// What is left for bodies, shared by every connection.
#[derive(Clone, Debug)]
pub(crate) struct Budget(Arc<AtomicUsize>);

/// A part of the budget; goes back when it is dropped.
#[derive(Debug)]
pub(crate) struct Share {
    left: Arc<AtomicUsize>,
    taken: usize,
}

impl Budget {
    pub(crate) fn new(bytes: usize) -> Self {
        Self(Arc::new(AtomicUsize::new(bytes)))
    }

    /// A share of nothing yet.
    pub(crate) fn share(&self) -> Share {
        Share { left: Arc::clone(&self.0), taken: 0 }
    }
}

impl Share {
    /// Takes `bytes` more; false when so much is not left, and then nothing was taken.
    pub(crate) fn grow(&mut self, bytes: usize) -> bool {
        let took = self
            .left
            .fetch_update(Ordering::Relaxed, Ordering::Relaxed, |left| left.checked_sub(bytes))
            .is_ok();
        if took {
            self.taken += bytes;
        }
        took
    }
}

impl Drop for Share {
    fn drop(&mut self) {
        if self.taken > 0 {
            self.left.fetch_add(self.taken, Ordering::Relaxed);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_dropped_can_be_taken_again() {
        let budget = Budget::new(10);
        let mut first = budget.share();
        let mut second = budget.share();
        assert!(first.grow(6) && first.grow(1));
        assert!(!second.grow(4));
        assert!(second.grow(3));
        drop(first);
        assert!(second.grow(7));
        assert!(!second.grow(1));
    }
}
