//! The steps of a search. Each one is small: a few comparisons, or one where a body is large.

use super::conclude;
use super::keys::{is_own, may_sign};
use super::search::{Match, Search, Stage, fits, is_match};
use super::template::computable;
use super::variation::Kind;
use crate::request::Request;
use crate::verify::verify;

/// Public keys that are tried with each changed request: one costs as much as a hundred hashes.
const PUBLIC_KEYS: usize = 4;
/// Keys in one step, and bytes that they may hash.
const KEYS: usize = 32;
const BYTES: usize = 1 << 20;
/// Rewritings of the body that are tried under other schemes too: the likeliest.
const REWRITINGS: usize = 120;

const PAIRS: &str = "two faults at once";

impl Search<'_> {
    /// How many keys fit into one step.
    fn keys_at_once(&self) -> usize {
        (BYTES / self.question.request.body.len().max(1)).clamp(1, KEYS)
    }

    /// One key against the request as it came.
    pub(super) fn key(&mut self) {
        let Some(plan) = &mut self.plan else { return };
        let place = self.outer;
        let Some(key) = plan.keys.get(place) else { return self.next(Stage::Near) };
        let (own, mut faults) = (key.own, key.faults());
        let question = self.question;
        let found = if computable(question.scheme.algorithm.family()) {
            plan.compare_plain(&question, place)
        } else {
            let secrets = [key.bytes.as_slice()];
            fits(question.scheme, question.request, &secrets, &question).then(|| (Vec::new(), None))
        };
        let what =
            if own { "secrets of this inbox and their readings" } else { "other secrets and their readings" };
        self.count(what, 1, question.request.body.len());
        self.outer += 1;
        if let Some((form, hash)) = found {
            // Another way of writing may be another scheme's own: that is looked at first.
            let enough = usize::from(form.is_empty() && hash.is_none());
            faults += form.len() + usize::from(hash.is_some());
            self.found(Match { key: Some(place), form, hash, faults, ..Match::default() }, enough);
        }
    }

    /// One part of the scheme read otherwise: nearer than any other scheme.
    pub(super) fn near(&mut self) {
        let near = |plan: &super::plan::Plan<'_>| {
            plan.variations.get(self.outer).is_some_and(|one| matches!(one.kind, Kind::Scheme(_)))
        };
        if self.plan.as_ref().is_some_and(near) { self.vary() } else { self.next(Stage::Schemes) }
    }

    /// One other scheme with some of the inbox's own secrets, or of all others.
    pub(super) fn scheme(&mut self, own: bool) {
        let Some(plan) = &self.plan else { return };
        let Some(scheme) = plan.schemes.get(self.outer).copied() else {
            // What fits under this scheme with one fault has waited for a scheme that fits with none.
            let waiting = self.best.as_ref().is_some_and(|best| !own || best.faults <= 1);
            let near = plan.variations.iter().take_while(|one| matches!(one.kind, Kind::Scheme(_))).count();
            if waiting {
                return self.prove();
            }
            self.next(if own { Stage::Variations } else { Stage::Pairs });
            self.outer = if own { near } else { 0 };
            return;
        };
        let question = self.question;
        let size = self.keys_at_once();
        let family = scheme.algorithm.family();
        let public = |index: usize| plan.public.get(index).is_some_and(|public| *public);
        let all = question.candidates.iter().enumerate();
        let all = all.filter(|(index, one)| is_own(one) == own && may_sign(family, public(*index)));
        let chosen: Vec<(usize, &[u8])> =
            all.skip(self.inner).take(size).map(|(index, one)| (index, one.bytes)).collect();
        (self.outer, self.inner) =
            if chosen.len() < size { (self.outer + 1, 0) } else { (self.outer, self.inner + size) };
        let secrets: Vec<&[u8]> = chosen.iter().map(|(_, bytes)| *bytes).collect();
        if secrets.is_empty() {
            return self.count("other schemes of the catalogue", 0, 64);
        }
        let found = verify(scheme, question.request, &secrets, question.config, question.now);
        let bytes = secrets.len() * question.request.body.len();
        self.count("other schemes of the catalogue", secrets.len(), bytes);
        let matched = found.secret.filter(|_| is_match(found.strict_reason));
        if let Some((index, _)) = matched.and_then(|secret| chosen.get(secret)) {
            let faults = if own { 1 } else { 2 };
            self.best = None;
            let scheme = Some((scheme.id().to_owned(), *index));
            self.found(Match { scheme, faults, ..Match::default() }, faults);
        }
    }

    /// One variation under the keys that the check had.
    pub(super) fn variation(&mut self) {
        let beyond = self.plan.as_ref().is_none_or(|plan| self.outer >= plan.variations.len());
        if !beyond {
            return self.vary();
        }
        if self.best.is_some() { self.prove() } else { self.next(Stage::SchemesOfOthers) }
    }

    fn vary(&mut self) {
        let size = self.keys_at_once();
        let Some(plan) = &mut self.plan else { return };
        let (place, first) = (self.outer, self.inner == 0);
        let Some(variation) = plan.variations.get(place) else { return };
        let (what, question) = (variation.kind.title(), self.question);
        let body = question.request.body.len();
        if !computable(question.scheme.algorithm.family()) {
            self.outer += 1;
            let own = question.candidates.iter().filter(|one| is_own(one));
            let secrets: Vec<&[u8]> = own.map(|one| one.bytes).take(PUBLIC_KEYS).collect();
            let fits = plan.fits_with(&question, variation, &secrets);
            let key = plan.own().first().copied();
            self.count(what, secrets.len().max(1), body);
            if fits {
                self.found(Match { key, variation: Some(place), faults: 1, ..Match::default() }, 1);
            }
            return;
        }
        let own = plan.own();
        let chosen: Vec<usize> = own.iter().copied().skip(self.inner).take(size).collect();
        let done = self.inner + chosen.len() >= own.len();
        (self.outer, self.inner) = if done { (place + 1, 0) } else { (place, self.inner + chosen.len()) };
        let Some((found, bytes, mark)) = plan.compare_varied(&question, place, &chosen) else {
            // It changes nothing that is signed.
            self.repeats.insert(place);
            (self.outer, self.inner) = (place + 1, 0);
            return self.count(what, 0, body);
        };
        if first && !self.seen.insert(mark) {
            self.repeats.insert(place);
        }
        self.count(what, chosen.len(), bytes);
        if let Some((key, form, hash)) = found {
            let faults = 1 + form.len() + usize::from(hash.is_some());
            self.found(Match { key: Some(key), variation: Some(place), form, hash, faults, scheme: None }, 1);
        }
    }

    /// One variation under some keys that have a fault of their own.
    pub(super) fn pair(&mut self) {
        let size = self.keys_at_once();
        let Some(plan) = &mut self.plan else { return };
        let place = self.outer;
        let Some(variation) = plan.variations.get(place) else { return self.next(Stage::SchemesAndBodies) };
        let faulty = plan.keys.iter().enumerate().filter(|(_, key)| key.faults() == 1).map(|(at, _)| at);
        let chosen: Vec<usize> = faulty.skip(self.inner).take(size).collect();
        if chosen.is_empty() || self.repeats.contains(&place) {
            (self.outer, self.inner) = (place + 1, 0);
            return self.count(PAIRS, 0, 64);
        }
        self.inner += chosen.len();
        let question = self.question;
        let body = question.request.body.len();
        if !computable(question.scheme.algorithm.family()) {
            (self.outer, self.inner) = (place + 1, 0);
            let fitting = chosen.iter().copied().take(PUBLIC_KEYS).find(|at| {
                let key = plan.keys.get(*at);
                key.is_some_and(|key| plan.fits_with(&question, variation, &[key.bytes.as_slice()]))
            });
            self.count(PAIRS, chosen.len().min(PUBLIC_KEYS), body);
            if fitting.is_some() {
                self.found(Match { key: fitting, variation: Some(place), faults: 2, ..Match::default() }, 2);
            }
            return;
        }
        let found = plan.compare_varied(&question, place, &chosen);
        let bytes = found.as_ref().map_or(0, |(_, bytes, _)| *bytes);
        self.count(PAIRS, chosen.len(), bytes.max(body));
        if let Some((Some((key, form, hash)), ..)) = found {
            let faults = 2 + form.len() + usize::from(hash.is_some());
            self.found(Match { key: Some(key), variation: Some(place), form, hash, faults, scheme: None }, 3);
        }
    }

    /// One other scheme with one rewriting of the body, under the inbox's own secrets.
    pub(super) fn scheme_and_body(&mut self) {
        let Some(plan) = &self.plan else { return };
        let Some(scheme) = plan.schemes.get(self.outer).copied() else {
            let causes = conclude::nothing_fits(self);
            return self.finish(causes);
        };
        let question = self.question;
        let place = self.inner;
        self.inner += 1;
        let Some(variation) = plan.variations.get(place).filter(|_| place < REWRITINGS) else {
            (self.outer, self.inner) = (self.outer + 1, 0);
            return self.count(PAIRS, 0, 64);
        };
        let Kind::Body(rewriting) = &variation.kind else { return self.count(PAIRS, 0, 64) };
        let own = question.candidates.iter().enumerate().filter(|(_, one)| is_own(one));
        let own: Vec<(usize, &[u8])> = own.map(|(index, one)| (index, one.bytes)).take(PUBLIC_KEYS).collect();
        let new = rewriting.apply(&plan.original).filter(|body| body != question.request.body);
        let Some(body) = new.filter(|_| !own.is_empty()) else {
            return self.count(PAIRS, 0, question.request.body.len());
        };
        let secrets: Vec<&[u8]> = own.iter().map(|(_, bytes)| *bytes).collect();
        let request = Request { body: &body, ..*question.request };
        let fits = fits(scheme, &request, &secrets, &question);
        self.count(PAIRS, secrets.len(), body.len() * (1 + secrets.len()));
        if let (true, Some((index, _))) = (fits, own.first()) {
            let scheme = Some((scheme.id().to_owned(), *index));
            self.found(Match { variation: Some(place), scheme, faults: 2, ..Match::default() }, 2);
        }
    }
}
