//! Intents: what is about to be asked of a provider stands on disk before it is asked, and stays there until
//! its end is known. One that stays open tells that nobody knows whether the provider carried it out.

use crate::engine::Engine;
use serde_json::{Value, json};
use waybill_model::{ErrorCode, Failure, Name, Result};
use waybill_store::Intent;

/// Nothing that was asked so long ago can still be answered.
const LONG_AGO_NS: i64 = 120_000_000_000;

/// Marks, in what was asked, that the answer was waited for in vain.
const UNANSWERED: &str = "unanswered";

/// Opens an intent. On disk when this returns.
pub(crate) async fn open(engine: &Engine, connection: &Name, verb: &str, request: Value) -> Result<Intent> {
    let intent = Intent {
        id: engine.fresh_uuid(),
        connection: connection.clone(),
        verb: verb.to_owned(),
        request,
        sealed: None,
        created_at: engine.now(),
    };
    engine.0.store.open_intent(intent.clone()).await?;
    Ok(intent)
}

/// Its end is known, and what came of it is kept.
pub(crate) async fn close(engine: &Engine, intent: Intent) {
    if let Err(failure) = engine.0.store.close_intent(intent.id).await {
        tracing::warn!(code = %failure.code, "an intent could not be closed: {failure}");
    }
}

/// True when a write that failed so may have been carried out all the same: no whole answer came, the provider
/// failed in the middle of it, or it answered well and nobody can read what.
pub(crate) const fn may_have_happened(code: ErrorCode) -> bool {
    matches!(
        code,
        ErrorCode::OutcomeUnknown | ErrorCode::ProviderFailed | ErrorCode::ProviderAnswerUnreadable
    )
}

/// It failed: its end is known, unless it may have happened all the same.
pub(crate) async fn failed(engine: &Engine, mut intent: Intent, failure: &Failure) {
    if !may_have_happened(failure.code) {
        return close(engine, intent).await;
    }
    intent.request[UNANSWERED] = json!(true);
    if let Err(failure) = engine.0.store.open_intent(intent).await {
        tracing::warn!(code = %failure.code, "an intent could not be marked as unanswered: {failure}");
    }
}

/// Closes what has been found out about by now, of what was asked at `connection`: unanswered creates once the
/// provider has listed its endpoints, unanswered rotations once there was another. `meant` looks at what was
/// asked. Another's call that is still under way stays.
pub(crate) async fn found_out(
    engine: &Engine,
    connection: &Name,
    verb: &str,
    meant: impl Fn(&Value) -> bool + Send,
) {
    let open = match engine.0.store.open_intents().await {
        Ok(open) => open,
        Err(failure) => return tracing::warn!(code = %failure.code, "intents could not be read: {failure}"),
    };
    let long_ago = engine.now().plus_nanos(-LONG_AGO_NS);
    for intent in open {
        let ended = intent.request[UNANSWERED] == true || intent.created_at < long_ago;
        if ended && intent.connection == *connection && intent.verb == verb && meant(&intent.request) {
            close(engine, intent).await;
        }
    }
}
