//! What a search works out once, and its one act: the signature of a changed request under one key,
//! compared with the signatures that came.

use super::body::Original;
use super::keys::{TrialKey, foreign_public, is_own, keys};
use super::question::Question;
use super::received::{self, Received};
use super::search::{fits, is_match};
use super::template::{self, Reading, hash_of};
use super::variation::{Kind, Realised, Variation, hashes, variations};
use crate::algorithm::{Family, Hash};
use crate::catalogue::Catalogue;
use crate::detect::detect;
use crate::mac_state::MacState;
use crate::request::Request;
use crate::scheme::Scheme;
use crate::verification::Verification;
use crate::verify::verify;
use std::collections::BTreeMap;
use std::hash::{DefaultHasher, Hash as _, Hasher as _};

/// What is worked out once, when the search begins.
pub(super) struct Plan<'a> {
    pub(super) first: Verification,
    pub(super) reading: Reading,
    pub(super) received: Vec<Received>,
    pub(super) keys: Vec<TrialKey>,
    /// For each candidate, whether it is a public key of somebody's.
    pub(super) public: Vec<bool>,
    pub(super) variations: Vec<Variation>,
    pub(super) original: Original<'a>,
    hashes: Vec<Hash>,
    states: BTreeMap<(usize, usize), MacState>,
    /// Other schemes that the request may be signed under, the likeliest first.
    pub(super) schemes: Vec<&'a Scheme>,
}

/// A key that matched, what was overlooked in the signature, and the hash when it is not the scheme's.
type Hit = (usize, Vec<&'static str>, Option<Hash>);

impl<'a> Plan<'a> {
    pub(super) fn new(catalogue: &'a Catalogue, question: &Question<'a>) -> Self {
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
        let public = foreign_public(question.candidates);
        Self {
            hashes: hashes(hash_of(scheme.algorithm.family()), &received),
            first,
            reading,
            received,
            keys: keys(scheme, question.candidates, &public),
            public,
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

    pub(super) fn compare_plain(
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
    pub(super) fn compare_varied(
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
    pub(super) fn fits_with(
        &self,
        question: &Question<'_>,
        variation: &Variation,
        secrets: &[&[u8]],
    ) -> bool {
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
