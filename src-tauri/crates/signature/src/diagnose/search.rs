//! The search itself: what is tried, in which order, and how it stops and goes on.
//!
//! Every stage is a walk over one or two lists, and where it stands is two numbers: so a search can
//! stop after any step and go on later without having lost or repeated a trial.

use super::conclude;
use super::plan::Plan;
use super::question::Question;
use super::report::{Cause, Progress, Report, Tried};
use crate::algorithm::Hash;
use crate::catalogue::Catalogue;
use crate::request::Request;
use crate::scheme::Scheme;
use crate::verify::verify;
use std::collections::HashSet;
use std::fmt;
use waybill_model::Reason;

/// Comparisons, or bytes hashed and written, after which it is asked whether to go on.
const COMPARISONS: u64 = 64;
const BYTES: u64 = 1 << 20;
/// Where the search is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Stage {
    Facts,
    Keys,
    Near,
    Schemes,
    Variations,
    SchemesOfOthers,
    Pairs,
    SchemesAndBodies,
    Done,
}

/// A signature that was found again.
#[derive(Clone, Default)]
pub(super) struct Match {
    /// The key, in the plan's list.
    pub(super) key: Option<usize>,
    /// The variation, in the plan's list.
    pub(super) variation: Option<usize>,
    /// What was overlooked in the way the signature is written.
    pub(super) form: Vec<&'static str>,
    /// The hash, when it is not the scheme's.
    pub(super) hash: Option<Hash>,
    /// The scheme, when it is another, and the candidate that fits.
    pub(super) scheme: Option<(String, usize)>,
    /// How many things are wrong at once.
    pub(super) faults: usize,
}

/// A search for the cause of one failure. Stops when it is told to and goes on where it stopped.
pub struct Search<'a> {
    pub(super) catalogue: &'a Catalogue,
    pub(super) question: Question<'a>,
    pub(super) plan: Option<Plan<'a>>,
    stage: Stage,
    pub(super) outer: usize,
    pub(super) inner: usize,
    progress: Progress,
    tried: Vec<Tried>,
    pub(super) best: Option<Match>,
    causes: Vec<Cause>,
    /// Bodies and messages that were tried, by hash, and the variations that repeat one of them.
    pub(super) seen: HashSet<u64>,
    pub(super) repeats: HashSet<usize>,
    spent: (u64, u64),
}

impl fmt::Debug for Search<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Search")
            .field("stage", &self.stage)
            .field("progress", &self.progress)
            .finish_non_exhaustive()
    }
}

impl<'a> Search<'a> {
    /// A search that has not begun.
    #[must_use]
    pub fn new(catalogue: &'a Catalogue, question: Question<'a>) -> Self {
        Self {
            catalogue,
            question,
            plan: None,
            stage: Stage::Facts,
            outer: 0,
            inner: 0,
            progress: Progress::default(),
            tried: Vec::new(),
            best: None,
            causes: Vec::new(),
            seen: HashSet::new(),
            repeats: HashSet::new(),
            spent: (0, 0),
        }
    }

    /// Goes on until the cause is proved, nothing is left, or `keep_going` says no. It is asked first of
    /// all, and then after every 64 comparisons or mebibyte of bytes hashed.
    pub fn run(&mut self, keep_going: &mut dyn FnMut() -> bool) -> Progress {
        let mut asked = false;
        while self.stage != Stage::Done {
            if !asked || self.spent.0 >= COMPARISONS || self.spent.1 >= BYTES {
                if !keep_going() {
                    break;
                }
                asked = true;
                self.spent = (0, 0);
            }
            self.step();
        }
        self.progress
    }

    /// What is known so far.
    #[must_use]
    pub fn report(&self) -> Report {
        Report { causes: self.causes.clone(), tried: self.tried.clone(), complete: self.progress.complete }
    }

    /// Whether every single fault has been tried: what follows are pairs, which take longer.
    #[must_use]
    pub fn past_single_faults(&self) -> bool {
        self.stage > Stage::Variations
    }

    fn step(&mut self) {
        let before = (self.stage, self.outer, self.inner);
        match self.stage {
            Stage::Facts => self.begin(),
            Stage::Keys => self.key(),
            Stage::Near => self.near(),
            Stage::Schemes => self.scheme(true),
            Stage::Variations => self.variation(),
            Stage::SchemesOfOthers => self.scheme(false),
            Stage::Pairs => self.pair(),
            Stage::SchemesAndBodies => self.scheme_and_body(),
            Stage::Done => {}
        }
        debug_assert!(self.stage == Stage::Done || before != (self.stage, self.outer, self.inner));
        self.progress.total = self.progress.total.max(self.progress.tried);
    }

    fn begin(&mut self) {
        let plan = Plan::new(self.catalogue, &self.question);
        let (keys, own) = (plan.keys.len(), plan.own().len());
        let (variations, schemes) = (plan.variations.len(), plan.schemes.len());
        self.progress.total = widen(keys + schemes * 2 + variations * (own + keys));
        self.plan = Some(plan);
        if let Some(causes) = conclude::at_once(self) {
            self.finish(causes);
        } else {
            self.next(Stage::Keys);
        }
    }

    pub(super) fn next(&mut self, stage: Stage) {
        (self.stage, self.outer, self.inner) = (stage, 0, 0);
    }

    pub(super) fn finish(&mut self, causes: Vec<Cause>) {
        self.causes = causes;
        self.progress.complete = true;
        self.progress.total = self.progress.tried;
        self.stage = Stage::Done;
    }

    pub(super) fn count(&mut self, what: &str, comparisons: usize, bytes: usize) {
        let comparisons = widen(comparisons);
        self.progress.tried += comparisons;
        self.spent.0 += comparisons.max(1);
        self.spent.1 += widen(bytes);
        match self.tried.iter_mut().find(|known| known.what == what) {
            Some(known) => known.count += comparisons,
            None => self.tried.push(Tried { what: what.to_owned(), count: comparisons }),
        }
    }

    /// Takes a match: proof enough when it needs no more faults than `enough`.
    pub(super) fn found(&mut self, found: Match, enough: usize) {
        if self.best.as_ref().is_none_or(|best| found.faults < best.faults) {
            self.best = Some(found);
        }
        if self.best.as_ref().is_some_and(|best| best.faults <= enough) {
            self.prove();
        }
    }

    pub(super) fn prove(&mut self) {
        if let Some(best) = self.best.take() {
            let causes = conclude::proved(self, &best);
            self.finish(causes);
        }
    }
}

fn widen(count: usize) -> u64 {
    u64::try_from(count).unwrap_or(u64::MAX)
}

/// Whether a check got as far as a matching signature, the time being another matter.
pub(super) const fn is_match(reason: Reason) -> bool {
    matches!(reason, Reason::Ok | Reason::TimestampTooOld | Reason::TimestampTooNew)
}

pub(super) fn fits(
    scheme: &Scheme,
    request: &Request<'_>,
    secrets: &[&[u8]],
    question: &Question<'_>,
) -> bool {
    is_match(verify(scheme, request, secrets, question.config, question.now).strict_reason)
}
