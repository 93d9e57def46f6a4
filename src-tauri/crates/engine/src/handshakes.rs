//! A delivery that is a handshake gets the answer its sender wants, in place of the inbox's own.
//!
//! What is answered is known before the delivery is kept, so that the row says it; it is sent after, like every
//! answer. Where deliveries are sent on to a target, that one is asked first: whoever answers in time, however it
//! is, answers; the row says who. A secret that arrives goes into the vault first: when it can't be kept, the sender is told to come
//! again, and nothing says that it went well.
//!
//! The request itself is kept byte for byte like every other, and with it whatever the sender put into it.

use crate::api::{InboxRemoveSecret, SecretText};
use crate::engine::Engine;
use crate::inboxes;
use crate::replays;
use bytes::Bytes;
use secrecy::SecretString;
use std::time::Duration;
use waybill_capture::Answer;
use waybill_model::{DeliveryId, ErrorCode, Failure, InboxSecret, Name, Result};
use waybill_signature::{Handshake, LearnedSecret};
use waybill_store::NewDelivery;

/// How long the vault may take: senders give up on a handshake after three seconds.
const VAULT_PATIENCE: Duration = Duration::from_secs(2);

/// How long the first target may take before Waybill answers in its place.
const TARGET_PATIENCE: Duration = Duration::from_millis(1500);

/// Bytes of a target's answer that are passed on; no handshake wants more.
const LONGEST_ANSWER: u64 = 64 * 1024;

/// Headers that are between two neighbours, or that the capture server writes itself.
const NOT_PASSED_ON: &[&str] = &[
    "connection",
    "content-length",
    "date",
    "keep-alive",
    "proxy-authenticate",
    "proxy-authorization",
    "te",
    "trailer",
    "transfer-encoding",
    "upgrade",
];

/// What is sent, and what must be undone when the delivery can't be kept.
pub(crate) struct Ready {
    name: String,
    answer: Answer,
    learned: Option<(Name, InboxSecret)>,
}

/// Makes the answer to `handshake` ready, keeps the secret that it brings, and writes into `new` what it is.
pub(crate) async fn ready(engine: &Engine, handshake: Handshake, new: &mut NewDelivery) -> Ready {
    let Handshake { name, accepted, status, headers, body, learned, explanation, .. } = handshake;
    let mut answer = Answer { status, headers, body: Bytes::from(body), delay: Duration::ZERO };
    let mut kept = None;
    let said = match learned {
        None if !accepted => format!("{name}, refused by Waybill with {status}. {explanation}"),
        None => sentence(format!("{name}, answered by Waybill."), &explanation),
        Some(secret) => match learn(engine, new.inbox.clone(), secret).await {
            Ok(secret) => {
                kept = Some((new.inbox.clone(), secret));
                let said = format!("{name}, answered by Waybill. The secret that came is the inbox's now.");
                sentence(said, &explanation)
            }
            Err(failure) => {
                tracing::warn!(code = %failure.code, inbox = %new.inbox, "the secret of a handshake was not kept: {failure}");
                // There is one already: coming again would not help.
                let taken = failure.code == ErrorCode::AlreadyExists;
                answer = Answer::status(if taken { 403 } else { 503 });
                if !taken {
                    answer.headers.push(("Retry-After".to_owned(), "5".to_owned()));
                }
                format!("{name}, refused by Waybill with {}. {}", answer.status, failure.message)
            }
        },
    };
    new.status = answer.status;
    new.handshake = Some(said);
    Ready { name, answer, learned: kept }
}

/// What is written of a handshake in an inbox that answers none.
pub(crate) fn left_alone(handshake: &Handshake) -> String {
    format!("{}, answered like any delivery: this inbox does not answer handshakes.", handshake.name)
}

fn sentence(said: String, more: &str) -> String {
    if more.is_empty() { said } else { format!("{said} {more}") }
}

impl Ready {
    /// What is sent: the answer of `target` when it gives one in time, else this. The delivery is kept by now.
    pub(crate) async fn answered(self, engine: &Engine, id: DeliveryId, target: Option<&String>) -> Answer {
        let Some(target) = target else { return self.answer };
        let Some(theirs) = of_target(engine, id, target).await else { return self.answer };
        let said = format!("{}, answered by {target}, where it was sent on to.", self.name);
        if let Err(failure) = engine.0.store.set_answered(id, theirs.status, said).await {
            // The row says that it was us, so it is.
            tracing::warn!(code = %failure.code, delivery = %id, "a target's answer was not passed on: {failure}");
            return self.answer;
        }
        // What the target did not agree to is not agreed.
        if !(200..=299).contains(&theirs.status) {
            self.undo(engine).await;
        }
        theirs
    }

    /// Undoes what was done for an answer that is not sent.
    pub(crate) async fn undo(self, engine: &Engine) {
        if let Some((inbox, secret)) = self.learned {
            unlearn(engine, inbox, secret).await;
        }
    }
}

/// Keeps a secret as the inbox's, or gives up in time; what is kept after that is taken back.
async fn learn(engine: &Engine, inbox: Name, secret: LearnedSecret) -> Result<InboxSecret> {
    let (tell, told) = tokio::sync::oneshot::channel();
    let keeping = engine.clone();
    engine.0.tasks.spawn(async move {
        let value = SecretText(SecretString::from(secret.expose().to_owned()));
        let kept = inboxes::learn_secret(&keeping, inbox.clone(), &value).await;
        if let Err(Ok(late)) = tell.send(kept) {
            unlearn(&keeping, inbox, late).await;
        }
    });
    match tokio::time::timeout(VAULT_PATIENCE, told).await {
        Ok(Ok(kept)) => kept,
        _ => Err(Failure::new(
            ErrorCode::VaultFailed,
            "The vault did not take the secret in time; the handshake was not answered.",
        )
        .hint("See that the vault can be used, then set the webhook up again.")),
    }
}

async fn unlearn(engine: &Engine, inbox: Name, secret: InboxSecret) {
    let request = InboxRemoveSecret { name: inbox, secret: secret.id };
    if let Err(failure) = inboxes::remove_secret(engine, request).await {
        tracing::warn!(code = %failure.code, "a secret whose handshake was not answered stays with its inbox: {failure}");
    }
}

/// What `target` answers to the delivery, when it does so in time. The attempt is recorded either way.
async fn of_target(engine: &Engine, id: DeliveryId, target: &str) -> Option<Answer> {
    let (tell, told) = tokio::sync::oneshot::channel();
    let (sending, to) = (engine.clone(), target.to_owned());
    engine.0.tasks.spawn(async move {
        match replays::forward(&sending, id, &to).await {
            Ok(attempt) => drop(tell.send(attempt)),
            Err(failure) => {
                tracing::warn!(code = %failure.code, delivery = %id, "a delivery was not forwarded: {failure}");
            }
        }
    });
    let attempt = tokio::time::timeout(TARGET_PATIENCE, told).await.ok()?.ok()?;
    let status = attempt.status.filter(|status| *status >= 200)?;
    if attempt.response_truncated || attempt.response_size > LONGEST_ANSWER {
        return None;
    }
    let body = match attempt.response_size {
        0 => Bytes::new(),
        _ => engine.0.store.attempt_body(attempt.id).await.ok()??,
    };
    let passed = |name: &str| !NOT_PASSED_ON.contains(&name.to_ascii_lowercase().as_str());
    let headers = attempt.response_headers.into_iter().filter(|(name, _)| passed(name)).collect();
    Some(Answer { status, headers, body, delay: Duration::ZERO })
}
