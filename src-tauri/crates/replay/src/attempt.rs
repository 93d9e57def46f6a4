//! One attempt from record to record, shared by replays and forwards.

use crate::ledger::{FinishedAttempt, Ledger, NewAttempt, Observer, Resigner};
use crate::outgoing::{Prepared, Recorded, Sessions, prepare};
use crate::sender::Sender;
use crate::target::Target;
use std::sync::Arc;
use waybill_model::{
    Attempt, AttemptId, AttemptKind, AttemptOutcome, Clock, Failure, JobId, ReplayMode, Result, Timestamp,
};

/// The parts that sending needs.
#[derive(Clone)]
pub struct Tools {
    /// Sends.
    pub sender: Arc<Sender>,
    /// Records.
    pub ledger: Arc<dyn Ledger>,
    /// Signs again; needed for [`ReplayMode::Resign`] only.
    pub resigner: Option<Arc<dyn Resigner>>,
    /// Hears of it.
    pub observer: Arc<dyn Observer>,
    /// The time of sending.
    pub clock: Arc<dyn Clock>,
}

/// What is sent where, and why.
#[derive(Clone, Debug)]
pub(crate) struct Errand {
    pub(crate) job: Option<JobId>,
    pub(crate) kind: AttemptKind,
    pub(crate) target: Target,
    pub(crate) mode: ReplayMode,
    pub(crate) sessions: Sessions,
}

/// How an attempt went.
pub(crate) enum Made {
    /// It was made.
    Attempt {
        attempt: Box<Attempt>,
        /// The address must not be called: trying again can't help.
        refused: bool,
    },
    /// It can't be made; why.
    Unsendable(String),
}

impl Tools {
    /// Makes attempt `number` of `recorded`: prepares, records, sends, records.
    pub(crate) async fn attempt(&self, errand: &Errand, recorded: &Recorded, number: u32) -> Result<Made> {
        let at = self.clock.now();
        let prepared = match self.prepared(errand, recorded, at).await {
            Ok(prepared) => prepared,
            Err(why) => return Ok(Made::Unsendable(why)),
        };
        let new = NewAttempt {
            job: errand.job,
            delivery: recorded.id,
            kind: errand.kind,
            number,
            target: errand.target.url.to_string(),
            mode: errand.mode,
            started_at: at,
            request_headers: prepared.shown.clone(),
        };
        let id = self.ledger.begin(new.clone()).await?;
        let sent = self.sender.send(prepared).await;
        let refused = sent.refused;
        let end = FinishedAttempt::from(sent);
        let attempt = whole(id, new, &end, recorded);
        self.ledger.finish(id, end).await?;
        self.observer.attempt(&attempt);
        Ok(Made::Attempt { attempt: Box::new(attempt), refused })
    }

    async fn prepared(
        &self,
        errand: &Errand,
        recorded: &Recorded,
        at: Timestamp,
    ) -> std::result::Result<Prepared, String> {
        if let Some(why) = &recorded.unsendable {
            return Err(why.clone());
        }
        match (errand.mode, &self.resigner) {
            (ReplayMode::Verbatim, _) => {
                prepare(recorded, &recorded.headers, recorded.body.clone(), &errand.target, errand.sessions)
            }
            (ReplayMode::Resign, Some(resigner)) => {
                let fresh = resigner.resign(recorded, errand.target.url.as_str(), at).await?;
                prepare(recorded, &fresh.headers, fresh.body, &errand.target, errand.sessions)
            }
            (ReplayMode::Resign, None) => Err("There is nothing to sign it with.".to_owned()),
        }
    }
}

fn whole(id: AttemptId, new: NewAttempt, end: &FinishedAttempt, recorded: &Recorded) -> Attempt {
    Attempt {
        id,
        job: new.job,
        delivery: new.delivery,
        event_type: recorded.event_type.clone(),
        kind: new.kind,
        number: new.number,
        target: new.target,
        mode: new.mode,
        started_at: new.started_at,
        duration_us: Some(end.duration_us),
        outcome: end.outcome,
        status: end.status,
        error: end.error.clone(),
        request_headers: new.request_headers,
        response_headers: end.response_headers.clone(),
        response_size: end.response_body.len() as u64,
        response_truncated: end.response_truncated,
        first_status: recorded.first_status,
    }
}

/// Sends one delivery on to one target, as it arrived. The attempt is recorded like any other.
///
/// # Errors
/// `target_refused` when the target must not be called or the delivery has gone round already; the store's
/// failure when the attempt could not be recorded, in which case nothing was sent.
pub async fn forward(
    tools: &Tools,
    recorded: &Recorded,
    target: &Target,
    sessions: Sessions,
) -> Result<Attempt> {
    let errand = Errand {
        job: None,
        kind: AttemptKind::Forward,
        target: target.clone(),
        mode: ReplayMode::Verbatim,
        sessions,
    };
    one(tools, &errand, recorded).await
}

/// Sends one delivery again without a job: the repeat key.
///
/// # Errors
/// As [`forward`]; `cannot_sign` when it can't be signed again.
pub async fn replay_one(
    tools: &Tools,
    recorded: &Recorded,
    target: &Target,
    mode: ReplayMode,
    sessions: Sessions,
) -> Result<Attempt> {
    let errand = Errand { job: None, kind: AttemptKind::Replay, target: target.clone(), mode, sessions };
    one(tools, &errand, recorded).await
}

async fn one(tools: &Tools, errand: &Errand, recorded: &Recorded) -> Result<Attempt> {
    use waybill_model::ErrorCode::{CannotSign, InvalidInput, TargetRefused};
    match tools.attempt(errand, recorded, 1).await? {
        Made::Attempt { attempt, refused: true } if attempt.outcome == AttemptOutcome::NotSent => {
            let why = attempt.error.unwrap_or_default();
            Err(Failure::new(
                TargetRefused,
                format!("{} is not called: {why}. Nothing was sent.", errand.target.host()),
            ))
        }
        Made::Attempt { attempt, .. } => Ok(*attempt),
        Made::Unsendable(why) => {
            let code = if errand.mode == ReplayMode::Resign { CannotSign } else { InvalidInput };
            Err(Failure::new(code, format!("Delivery {} was not sent. {why}", recorded.id)))
        }
    }
}
