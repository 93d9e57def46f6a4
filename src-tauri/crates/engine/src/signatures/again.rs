//! Checking deliveries again, as if they came now to the inbox as it is now.

use super::{as_request, borrowed};
use crate::api::*;
use crate::deliveries;
use crate::engine::Engine;
use crate::judge;
use waybill_model::{ErrorCode, Failure, Origin, Reason, Result};

pub(crate) async fn check_again(engine: &Engine, request: CheckAgain) -> Result<Checked> {
    let ids = deliveries::matching(engine, &request.query).await?;
    let mut found = Checked { checked: 0, valid: 0, changed: 0 };
    let mut batch = Vec::new();
    let mut unread: Option<(u64, String)> = None;
    for id in ids {
        let whole = match deliveries::whole(engine, id).await {
            Ok(whole) => whole,
            // Deleted meanwhile.
            Err(failure) if failure.code == ErrorCode::NotFound => continue,
            Err(failure) => return Err(failure),
        };
        // Nothing that a live stream tells is signed.
        if whole.delivery.origin == Origin::Streamed {
            continue;
        }
        let ready = engine.ready_inbox(&whole.delivery.inbox).await?;
        let judged = {
            let headers = whole.headers();
            let borrowed = borrowed(&headers);
            let target = whole.target();
            let given = as_request(&whole, &borrowed, target.as_bytes());
            judge::judge(&engine.schemes(), ready.as_deref(), &given, whole.delivery.received_at)
        };
        // With a secret out of reach only a match says something; what was known before stays.
        let problem = ready.as_ref().and_then(|ready| ready.vault_problem.as_ref());
        if let Some(problem) = problem.filter(|_| judged.reason != Reason::Ok) {
            unread.get_or_insert_with(|| (0, problem.clone())).0 += 1;
            continue;
        }
        found.checked += 1;
        found.valid += u64::from(judged.reason == Reason::Ok);
        if judged.reason != whole.delivery.reason
            || judged.secret != whole.delivery.secret
            || judged.scheme != whole.delivery.scheme
        {
            found.changed += u64::from(judged.reason.verdict() != whole.delivery.verdict);
            batch.push((id, judged.reason.verdict(), judged.reason, judged.scheme, judged.secret));
        }
        if batch.len() >= 500 {
            engine.0.store.set_verdicts(std::mem::take(&mut batch)).await?;
        }
    }
    if !batch.is_empty() {
        engine.0.store.set_verdicts(batch).await?;
    }
    match unread {
        Some((count, problem)) => Err(Failure::new(
            ErrorCode::VaultFailed,
            format!("{count} deliveries keep the verdict they had, because a secret of their inbox can't be read: {problem}"),
        )
        .hint("Unlock or mend the vault, then check again.")),
        None => Ok(found),
    }
}
