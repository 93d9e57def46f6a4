//! A search for the cause of a failure: the question with everything it is made of, run on a thread that may
//! be blocked, and its findings in the words of the wire.

use super::candidates::{Candidates, Known};
use super::change::Change;
use super::report::Subject;
use super::show::visible_line;
use crate::api::*;
use crate::vaulting::secret_bytes;
use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::{Duration, Instant};
use waybill_model::{Failure, Result, Timestamp};
use waybill_signature::{Action, Candidate, Catalogue, Cause, Progress, Question, Report};

/// How long a search may take while somebody waits for the answer it belongs to.
pub(super) const AT_ONCE: Duration = Duration::from_millis(250);

/// Of that, how long the vault may take.
pub(super) const VAULT_AT_ONCE: Duration = Duration::from_millis(150);

/// How many steps are made even when the time is over before the first; each takes a millisecond or two.
const ALWAYS: u32 = 8;

/// How often a search in the background tells where it stands.
const TOLD_EVERY: Duration = Duration::from_millis(200);

/// Everything a search is made of.
pub(super) struct Asked {
    pub(super) catalogue: Arc<Catalogue>,
    pub(super) scheme: String,
    pub(super) subject: Subject,
    pub(super) candidates: Candidates,
    pub(super) config: BTreeMap<String, String>,
    pub(super) now: Timestamp,
    pub(super) handler_body: Option<Vec<u8>>,
}

/// What a search has found.
#[derive(Clone, Debug)]
pub(super) struct Found {
    pub(super) search: Search,
    pub(super) diagnosis: Vec<Diagnosis>,
}

impl Asked {
    /// Searches for at most `budget`, away from the threads that answer others.
    pub(super) async fn search_for(self, budget: Duration) -> Result<Found> {
        // The time counts from when a thread is free: with many at once every search has its share.
        tokio::task::spawn_blocking(move || self.search(Instant::now() + budget, &|| false, &mut |_| {}))
            .await
            .map_err(|error| Failure::internal(format!("The cause could not be searched for: {error}.")))
    }

    /// Searches until the end, `until` or until `cancelled`, and tells what it has found in between. Blocks.
    pub(super) fn search(
        &self,
        until: Instant,
        cancelled: &dyn Fn() -> bool,
        tell: &mut dyn FnMut(Found),
    ) -> Found {
        let begun = Instant::now();
        let Some(scheme) = self.catalogue.get(&self.scheme) else {
            return self.found(&Report::default(), Progress::default(), SearchState::Complete, begun);
        };
        let headers = self.subject.borrowed();
        let request = self.subject.request(&headers);
        let candidates: Vec<Candidate<'_>> = self.candidates.known.iter().map(as_candidate).collect();
        let question = Question {
            scheme,
            request: &request,
            candidates: &candidates,
            config: &self.config,
            now: self.now,
            handler_body: self.handler_body.as_deref(),
        };
        let mut search = waybill_signature::Search::new(&self.catalogue, question);
        let mut steps = 0;
        loop {
            let pause = Instant::now() + TOLD_EVERY;
            let progress = search.run(&mut || {
                let now = Instant::now();
                steps += 1;
                // On a machine that is held up the likeliest causes are tried all the same.
                (now < until && now < pause || steps <= ALWAYS) && !cancelled()
            });
            let state = if progress.complete {
                SearchState::Complete
            } else if cancelled() {
                SearchState::Cancelled
            } else if Instant::now() >= until {
                SearchState::More
            } else {
                tell(self.found(&search.report(), progress, SearchState::Running, begun));
                continue;
            };
            return self.found(&search.report(), progress, state, begun);
        }
    }

    fn found(&self, report: &Report, progress: Progress, state: SearchState, begun: Instant) -> Found {
        let diagnosis: Vec<Diagnosis> = report.causes.iter().map(|cause| self.cause(cause)).collect();
        // Secrets that were not read in time are something that is left to try.
        let proved = diagnosis.iter().any(|cause| cause.confidence == Confidence::Certain);
        let state = match state {
            SearchState::Complete if self.candidates.cut && !proved => SearchState::More,
            other => other,
        };
        let search = Search {
            state,
            tried: progress.tried,
            total: progress.total.max(progress.tried),
            tried_list: report
                .tried
                .iter()
                .map(|one| Tried { what: one.what.clone(), count: one.count })
                .collect(),
            not_tried: self.candidates.not_tried.clone(),
            elapsed_ms: u64::try_from(begun.elapsed().as_millis()).unwrap_or(u64::MAX),
        };
        Found { search, diagnosis }
    }

    fn cause(&self, cause: &Cause) -> Diagnosis {
        Diagnosis {
            code: cause.code.to_owned(),
            confidence: match cause.confidence {
                waybill_signature::Confidence::Certain => Confidence::Certain,
                waybill_signature::Confidence::Likely => Confidence::Likely,
                waybill_signature::Confidence::Possible => Confidence::Possible,
            },
            explanation: cause.explanation.clone(),
            mend: cause.mend.clone(),
            action: cause.action.as_ref().and_then(|action| self.action(action)),
            evidence: cause.evidence.as_ref().map(evidence),
        }
    }

    /// The mend as the wire has it. `None` when it can't be carried out here: a secret that would be no text.
    fn action(&self, action: &Action) -> Option<MendAction> {
        Some(match action {
            Action::UseCandidate { index } => {
                let known = self.candidates.known.get(*index)?;
                MendAction::UseSecret {
                    secret_id: known.id.clone(),
                    name: known.name.clone(),
                    label: format!("Use \"{}\" for this inbox and check again", known.name),
                }
            }
            Action::RestateSecret { index, change } => {
                let known = self.candidates.known.get(*index)?;
                let change = Change::from(*change);
                let text = std::str::from_utf8(secret_bytes(&known.value)).ok()?;
                change.apply(text)?;
                MendAction::RestateSecret {
                    secret_id: known.id.clone(),
                    name: known.name.clone(),
                    change: change.word()?,
                    label: change.label(),
                }
            }
            Action::UseScheme { id } => MendAction::UseScheme {
                scheme: id.clone(),
                label: format!("Use the scheme {id} and check again"),
            },
            Action::SetConfig { key, value } => MendAction::SetConfig {
                key: key.clone(),
                value: value.clone(),
                label: format!("Set {key} and check again"),
            },
            Action::AddSecret => MendAction::AddSecret { label: "Enter the secret".to_owned() },
            Action::SignAgain => MendAction::SignAgain { label: "Replay it signed again".to_owned() },
        })
    }
}

fn as_candidate(known: &Known) -> Candidate<'_> {
    Candidate {
        name: &known.name,
        bytes: secret_bytes(&known.value),
        of_inbox: known.of_inbox,
        role: known.role,
    }
}

fn evidence(evidence: &waybill_signature::Evidence) -> Evidence {
    Evidence {
        what: evidence.what.clone(),
        received_size: evidence.received_size,
        signed_size: evidence.signed_size,
        differences: evidence
            .differences
            .iter()
            .map(|one| ByteDifference {
                offset: one.offset,
                received: visible_line(&one.received),
                signed: visible_line(&one.signed),
            })
            .collect(),
        computed: evidence.computed.clone(),
        received_signature: evidence.received_signature.clone(),
    }
}
