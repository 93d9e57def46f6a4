//! The search itself: what is tried, in which order, and how it stops and goes on.
//!
//! Every stage is a walk over one or two lists, and where it stands is two numbers: so a search can
//! stop after any step and go on later without having lost or repeated a trial.

use super::body::Original;
use super::conclude;
use super::keys::{TrialKey, is_own, keys};
use super::macs::MacState;
use super::question::Question;
use super::received::{self, Received};
use super::report::{Cause, Progress, Report, Tried};
use super::template::{self, Reading, computable, hash_of};
use super::variation::{Kind, Realised, Variation, hashes, variations};
use crate::algorithm::{Family, Hash};
use crate::catalogue::Catalogue;
use crate::detect::detect;
use crate::request::Request;
use crate::scheme::Scheme;
use crate::verification::Verification;
use crate::verify::verify;
use std::collections::{BTreeMap, HashSet};
use std::fmt;
use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use waybill_model::Reason;

/// Comparisons, or bytes hashed and written, after which it is asked whether to go on.
const COMPARISONS: u64 = 64;
const BYTES: u64 = 1 << 20;
/// Public-key trials with changed bodies: each costs as much as a hundred hashes.
const PUBLIC_KEYS: usize = 4;

/// Where the search is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Stage {
    Facts,
    Keys,
    Schemes,
    Variations,
    SchemesOfOthers,
    Pairs,
    SchemesAndBodies,
    Done,
}

/// A signature that was found again.
#[derive(Clone)]
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
    outer: usize,
    inner: usize,
    progress: Progress,
    tried: Vec<Tried>,
    best: Option<Match>,
    causes: Vec<Cause>,
    /// Bodies and messages that were tried, by hash, and the variations that repeat one of them.
    seen: HashSet<u64>,
    repeats: HashSet<usize>,
    spent: (u64, u64),
}

/// What is worked out once, when the search begins.
pub(super) struct Plan<'a> {
    pub(super) first: Verification,
    pub(super) reading: Reading,
    pub(super) received: Vec<Received>,
    pub(super) keys: Vec<TrialKey>,
    pub(super) variations: Vec<Variation>,
    pub(super) original: Original<'a>,
    hashes: Vec<Hash>,
    states: BTreeMap<(usize, usize), MacState>,
    /// Other schemes that the request may be signed under, the likeliest first.
    schemes: Vec<&'a Scheme>,
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

    fn step(&mut self) {
        let before = (self.stage, self.outer, self.inner);
        match self.stage {
            Stage::Facts => self.begin(),
            Stage::Keys => self.key(),
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

    fn next(&mut self, stage: Stage) {
        (self.stage, self.outer, self.inner) = (stage, 0, 0);
    }

    fn finish(&mut self, causes: Vec<Cause>) {
        self.causes = causes;
        self.progress.complete = true;
        self.progress.total = self.progress.tried;
        self.stage = Stage::Done;
    }

    fn count(&mut self, what: &str, comparisons: usize, bytes: usize) {
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
    fn found(&mut self, found: Match, enough: usize) {
        if self.best.as_ref().is_none_or(|best| found.faults < best.faults) {
            self.best = Some(found);
        }
        if self.best.as_ref().is_some_and(|best| best.faults <= enough) {
            self.prove();
        }
    }

    fn prove(&mut self) {
        if let Some(best) = self.best.take() {
            let causes = conclude::proved(self, &best);
            self.finish(causes);
        }
    }

    /// One key against the request as it came.
    fn key(&mut self) {
        let Some(plan) = &mut self.plan else { return };
        let place = self.outer;
        let Some(key) = plan.keys.get(place) else { return self.next(Stage::Schemes) };
        let (own, faults) = (key.own, key.faults());
        let question = self.question;
        let bytes = question.request.body.len();
        let found = if computable(question.scheme.algorithm.family()) {
            plan.compare_plain(&question, place)
        } else {
            let secrets = [key.bytes.as_slice()];
            let fits = fits(question.scheme, question.request, &secrets, &question);
            fits.then(|| (Vec::new(), None))
        };
        let what =
            if own { "secrets of this inbox and their readings" } else { "other secrets and their readings" };
        self.count(what, 1, bytes);
        self.outer += 1;
        if let Some((form, hash)) = found {
            let faults = faults + form.len() + usize::from(hash.is_some());
            let key = Some(place);
            self.found(Match { key, variation: None, form, hash, scheme: None, faults }, 1);
        }
    }

    /// One other scheme with the inbox's own secrets, or with all others.
    fn scheme(&mut self, own: bool) {
        let Some(plan) = &self.plan else { return };
        let after = if own { Stage::Variations } else { Stage::Pairs };
        let Some(scheme) = plan.schemes.get(self.outer).copied() else {
            if !own && self.best.is_some() {
                return self.prove();
            }
            return self.next(after);
        };
        let question = self.question;
        let chosen: Vec<(usize, &[u8])> = question
            .candidates
            .iter()
            .enumerate()
            .filter(|(_, one)| is_own(one) == own)
            .map(|(index, one)| (index, one.bytes))
            .collect();
        let secrets: Vec<&[u8]> = chosen.iter().map(|(_, bytes)| *bytes).collect();
        let found = verify(scheme, question.request, &secrets, question.config, question.now);
        self.count(
            "other schemes of the catalogue",
            secrets.len().max(1),
            secrets.len() * question.request.body.len(),
        );
        self.outer += 1;
        let matched = found.secret.filter(|_| is_match(found.strict_reason));
        if let Some((index, _)) = matched.and_then(|secret| chosen.get(secret)) {
            let scheme = Some((scheme.id().to_owned(), *index));
            let faults = if own { 1 } else { 2 };
            // What fits at once is the better answer than what fits with two faults.
            self.found(
                Match { key: None, variation: None, form: Vec::new(), hash: None, scheme, faults },
                faults,
            );
        }
    }

    /// One variation under every key that the check had.
    fn variation(&mut self) {
        let Some(plan) = &mut self.plan else { return };
        let place = self.outer;
        let Some(variation) = plan.variations.get(place) else {
            if self.best.is_some() {
                return self.prove();
            }
            return self.next(Stage::SchemesOfOthers);
        };
        self.outer += 1;
        let what = variation.kind.title();
        let question = self.question;
        if !computable(question.scheme.algorithm.family()) {
            let secrets: Vec<&[u8]> = question
                .candidates
                .iter()
                .filter(|one| is_own(one))
                .map(|one| one.bytes)
                .take(PUBLIC_KEYS)
                .collect();
            let fits = plan.fits_with(&question, variation, &secrets);
            self.count(what, secrets.len().max(1), question.request.body.len());
            if fits {
                let key = self.plan.as_ref().and_then(|plan| plan.own().first().copied());
                self.found(
                    Match {
                        key,
                        variation: Some(place),
                        form: Vec::new(),
                        hash: None,
                        scheme: None,
                        faults: 1,
                    },
                    1,
                );
            }
            return;
        }
        let own = plan.own();
        let Some((found, bytes, mark)) = plan.compare_varied(&question, place, &own) else {
            self.repeats.insert(place);
            return self.count(what, 0, question.request.body.len());
        };
        if !self.seen.insert(mark) {
            self.repeats.insert(place);
        }
        self.count(what, own.len(), bytes);
        if let Some((key, form, hash)) = found {
            let faults = 1 + form.len() + usize::from(hash.is_some());
            self.found(Match { key: Some(key), variation: Some(place), form, hash, scheme: None, faults }, 1);
        }
    }

    /// One variation under some keys that have a fault of their own.
    fn pair(&mut self) {
        const KEYS: usize = 32;
        let Some(plan) = &mut self.plan else { return };
        let place = self.outer;
        let Some(variation) = plan.variations.get(place) else { return self.next(Stage::SchemesAndBodies) };
        let faulty: Vec<usize> =
            plan.keys.iter().enumerate().filter(|(_, key)| key.faults() == 1).map(|(at, _)| at).collect();
        let chosen: Vec<usize> = faulty.iter().copied().skip(self.inner).take(KEYS).collect();
        let last = self.inner + KEYS >= faulty.len();
        (self.outer, self.inner) = if last { (place + 1, 0) } else { (place, self.inner + KEYS) };
        if chosen.is_empty() || self.repeats.contains(&place) {
            (self.outer, self.inner) = (place + 1, 0);
            return self.count(PAIRS, 0, 64);
        }
        let question = self.question;
        if !computable(question.scheme.algorithm.family()) {
            let body = matches!(variation.kind, Kind::Body(_));
            let mut fitting = None;
            for at in chosen.iter().take(if body { PUBLIC_KEYS } else { 1 }) {
                let Some(key) = plan.keys.get(*at) else { continue };
                if plan.fits_with(&question, variation, &[key.bytes.as_slice()]) {
                    fitting = Some(*at);
                }
            }
            self.count(PAIRS, PUBLIC_KEYS, question.request.body.len());
            if fitting.is_some() {
                self.found(
                    Match {
                        key: fitting,
                        variation: Some(place),
                        form: Vec::new(),
                        hash: None,
                        scheme: None,
                        faults: 2,
                    },
                    2,
                );
            }
            return;
        }
        let found = plan.compare_varied(&question, place, &chosen);
        let bytes = found.as_ref().map_or(0, |(_, bytes, _)| *bytes);
        self.count(PAIRS, chosen.len(), bytes.max(question.request.body.len()));
        if let Some((Some((key, form, hash)), ..)) = found {
            let faults = 2 + form.len() + usize::from(hash.is_some());
            self.found(Match { key: Some(key), variation: Some(place), form, hash, scheme: None, faults }, 3);
        }
    }

    /// One other scheme with one rewriting of the body, under the inbox's own secrets.
    fn scheme_and_body(&mut self) {
        const REWRITINGS: usize = 120;
        let Some(plan) = &self.plan else { return };
        let Some(scheme) = plan.schemes.get(self.outer).copied() else {
            if self.best.is_some() {
                return self.prove();
            }
            let causes = conclude::nothing_fits(self);
            return self.finish(causes);
        };
        let question = self.question;
        let place = self.inner;
        self.inner += 1;
        let Some(variation) = plan.variations.get(place).filter(|_| place < REWRITINGS) else {
            (self.outer, self.inner) = (self.outer + 1, 0);
            return;
        };
        let Kind::Body(rewriting) = &variation.kind else { return self.count(PAIRS, 0, 64) };
        let secrets: Vec<&[u8]> = question
            .candidates
            .iter()
            .filter(|one| is_own(one))
            .map(|one| one.bytes)
            .take(PUBLIC_KEYS)
            .collect();
        let Some(body) = rewriting.apply(&plan.original).filter(|body| body != question.request.body) else {
            return self.count(PAIRS, 0, question.request.body.len());
        };
        let request = Request { body: &body, ..*question.request };
        let fits = fits(scheme, &request, &secrets, &question);
        self.count(PAIRS, secrets.len().max(1), body.len() * (1 + secrets.len()));
        let own = question.candidates.iter().position(is_own);
        if let (true, Some(own)) = (fits, own) {
            let scheme = Some((scheme.id().to_owned(), own));
            self.found(
                Match { key: None, variation: Some(place), form: Vec::new(), hash: None, scheme, faults: 2 },
                2,
            );
        }
    }
}

const PAIRS: &str = "two faults at once";

fn widen(count: usize) -> u64 {
    u64::try_from(count).unwrap_or(u64::MAX)
}

/// Whether a check got as far as a matching signature, the time being another matter.
pub(super) const fn is_match(reason: Reason) -> bool {
    matches!(reason, Reason::Ok | Reason::TimestampTooOld | Reason::TimestampTooNew)
}

fn fits(scheme: &Scheme, request: &Request<'_>, secrets: &[&[u8]], question: &Question<'_>) -> bool {
    is_match(verify(scheme, request, secrets, question.config, question.now).strict_reason)
}

/// A key that matched, what was overlooked in the signature, and the hash when it is not the scheme's.
type Hit = (usize, Vec<&'static str>, Option<Hash>);

impl<'a> Plan<'a> {
    fn new(catalogue: &'a Catalogue, question: &Question<'a>) -> Self {
        let Question { scheme, request, config, .. } = *question;
        let own: Vec<&[u8]> =
            question.candidates.iter().filter(|one| is_own(one)).map(|one| one.bytes).collect();
        let first = verify(scheme, request, &own, config, question.now);
        let reading = template::read(scheme, request, config, None);
        let received = received::read(scheme, request, config);
        let original = Original::new(request.body);
        let variations = if is_match(first.strict_reason) {
            Vec::new()
        } else {
            variations(question, &original, &reading)
        };
        // Those that the request's form speaks for come first; the others may still verify.
        let mut schemes: Vec<&Scheme> =
            detect(catalogue, request).iter().filter_map(|one| catalogue.get(&one.scheme)).collect();
        let others = catalogue.schemes().filter(|one| !schemes.iter().any(|known| known.id() == one.id()));
        let others: Vec<&Scheme> = others.collect();
        schemes.extend(others);
        schemes.retain(|one| one.id() != scheme.id());
        Self {
            hashes: hashes(hash_of(scheme.algorithm.family()), &received),
            first,
            reading,
            received,
            keys: keys(scheme, question.candidates),
            variations,
            original,
            states: BTreeMap::new(),
            schemes,
        }
    }

    /// The keys that the check had.
    pub(super) fn own(&self) -> Vec<usize> {
        let own = self.keys.iter().enumerate().filter(|(_, key)| key.faults() == 0);
        own.map(|(place, _)| place).collect()
    }

    fn compare_plain(
        &mut self,
        question: &Question<'_>,
        key: usize,
    ) -> Option<(Vec<&'static str>, Option<Hash>)> {
        let (templates, received) = (self.reading.templates.clone(), std::mem::take(&mut self.received));
        let realised = Realised {
            templates: templates.into(),
            received: (&received).into(),
            body: question.request.body.into(),
            unkeyed: false,
        };
        let found = self.compare(question, key, &realised, &self.hashes.clone());
        self.received = received;
        found
    }

    /// One variation under some keys: the first that matches, the bytes hashed, and a mark by which the
    /// same message is known again. `None` when the variation changes nothing.
    fn compare_varied(
        &mut self,
        question: &Question<'_>,
        place: usize,
        keys: &[usize],
    ) -> Option<(Option<Hit>, usize, u64)> {
        let variations = std::mem::take(&mut self.variations);
        let received = std::mem::take(&mut self.received);
        let reading = std::mem::take(&mut self.reading);
        let realised =
            variations.get(place).and_then(|one| one.realise(question, &self.original, &reading, &received));
        let outcome = realised.map(|realised| {
            let mut mark = DefaultHasher::new();
            (&*realised.templates, &*realised.body, realised.unkeyed).hash(&mut mark);
            realised.received.iter().for_each(|one| one.bytes.hash(&mut mark));
            let own = hash_of(question.scheme.algorithm.family());
            let hashes = hashes(own, &realised.received);
            let hit = keys.iter().find_map(|key| {
                let (form, hash) = self.compare(question, *key, &realised, &hashes)?;
                Some((*key, form, hash))
            });
            (
                hit,
                realised.body.len() * (1 + keys.len() * realised.templates.len() * hashes.len()),
                mark.finish(),
            )
        });
        (self.variations, self.received, self.reading) = (variations, received, reading);
        outcome
    }

    fn compare(
        &mut self,
        question: &Question<'_>,
        place: usize,
        realised: &Realised<'_>,
        hashes: &[Hash],
    ) -> Option<(Vec<&'static str>, Option<Hash>)> {
        let family = question.scheme.algorithm.family();
        let key = self.keys.get(place)?;
        if family == Family::Token {
            let found = received::find(&realised.received, &key.bytes)?;
            return Some((found.faults.clone(), None));
        }
        let keyed = matches!(family, Family::Mac(_)) && !realised.unkeyed;
        for (index, hash) in hashes.iter().enumerate() {
            if keyed && !self.states.contains_key(&(place, hash.length())) {
                let state = MacState::new(*hash, &key.bytes)?;
                self.states.insert((place, hash.length()), state);
            }
            for template in realised.templates.iter() {
                let slices = template.slices(&realised.body, &key.bytes);
                let computed = if keyed {
                    self.states.get(&(place, hash.length()))?.mac(&slices)
                } else {
                    hash.digest(&slices)
                };
                if let Some(found) = received::find(&realised.received, &computed) {
                    let other = index > 0 || Some(*hash) != hash_of(family);
                    return Some((found.faults.clone(), other.then_some(*hash)));
                }
            }
        }
        None
    }

    /// Whether a scheme that the search can't compute itself verifies with the variation.
    fn fits_with(&self, question: &Question<'_>, variation: &Variation, secrets: &[&[u8]]) -> bool {
        let Question { scheme, request, .. } = *question;
        match &variation.kind {
            Kind::Body(rewriting) => {
                let body = rewriting.apply(&self.original).filter(|body| body != request.body);
                body.is_some_and(|body| fits(scheme, &Request { body: &body, ..*request }, secrets, question))
            }
            Kind::Scheme(changed) => fits(changed, request, secrets, question),
            Kind::Address(_) | Kind::Headers(_) | Kind::Config(_) => {
                let Some((changed, config)) = variation.request(question) else { return false };
                let list = changed.list();
                let mut request = changed.borrowed(question);
                if changed.headers.is_some() {
                    request.headers = &list;
                }
                is_match(verify(scheme, &request, secrets, &config, question.now).strict_reason)
            }
            Kind::Timestamp(_) | Kind::Message(_) | Kind::Unkeyed(_) => false,
        }
    }
}
