//! Broken off calls as a person sees them: what is known, and what can be done.

use super::reconcile::close_free;
use super::repair::{Repaired, repair};
use super::{FINDING, UNANSWERED};
use crate::api::*;
use crate::engine::Engine;
use waybill_model::{ErrorCode, Failure, Result};
use waybill_store::Intent;

/// The case as it stands.
fn case(intent: Intent) -> CustodyCase {
    let asked = &intent.request;
    let found = &asked[FINDING];
    let text = |value: &serde_json::Value| value.as_str().map(str::to_owned);
    let endpoint = text(&found["endpoint"]).or_else(|| text(&asked["id"]));
    let named = endpoint.clone().unwrap_or_default();
    let others: Vec<&str> =
        found["others"].as_array().into_iter().flatten().filter_map(serde_json::Value::as_str).collect();
    let state = match found["state"].as_str() {
        Some("rotation_unknown") => CustodyState::RotationUnknown,
        Some("no_list") => CustodyState::NoList,
        Some("not_listed") => CustodyState::NotListed,
        Some("found_rotate") => CustodyState::FoundRotate,
        Some("found_make_again") => CustodyState::FoundMakeAgain,
        Some("several") => CustodyState::Several,
        _ if asked[UNANSWERED] == true => CustodyState::Unanswered,
        _ => CustodyState::UnderWay,
    };
    let (message, mend) = match state {
        CustodyState::UnderWay => (
            format!("A {} is under way, or was broken off with its answer sealed.", intent.verb),
            "Repair goes on with it.".to_owned(),
        ),
        CustodyState::Unanswered => (
            format!("A {} was sent, and its end is not known.", intent.verb),
            "Repair looks at the provider what became of it.".to_owned(),
        ),
        CustodyState::RotationUnknown => (
            format!(
                "A rotation of {named} was sent, and no answer came: the secret here may be dead at the provider."
            ),
            "Rotate it again.".to_owned(),
        ),
        CustodyState::NoList => (
            "A create was sent, its end is not known, and the provider has no list to look it up in."
                .to_owned(),
            "Look at the provider's own pages, then dismiss this.".to_owned(),
        ),
        CustodyState::NotListed => (
            "A create was sent, and the provider does not list its endpoint yet.".to_owned(),
            "Read the endpoints again in two minutes; what is not listed by then did not happen.".to_owned(),
        ),
        CustodyState::FoundRotate => (
            format!("The create did happen: it made {named}. Its secret was in the answer that was lost."),
            "Rotate its secret: nobody uses it yet.".to_owned(),
        ),
        CustodyState::FoundMakeAgain => (
            format!("The create did happen: it made {named}. Its secret was in the answer that was lost."),
            "Delete it and make it again: this provider has no rotation.".to_owned(),
        ),
        CustodyState::Several => (
            format!("The create may have made one of {}.", others.join(", ")),
            "See at the provider which one is yours, rotate its secret, and dismiss this.".to_owned(),
        ),
    };
    CustodyCase {
        id: intent.id,
        connection: intent.connection,
        operation: intent.verb,
        url: text(&asked["new"]["url"]),
        endpoint,
        state,
        message,
        mend,
        created_at: intent.created_at,
    }
}

pub(crate) async fn list(engine: &Engine, _: Nothing) -> Result<Vec<CustodyCase>> {
    Ok(engine.0.store.open_intents().await?.into_iter().map(case).collect())
}

async fn find(engine: &Engine, id: &str) -> Result<Option<Intent>> {
    Ok(engine.0.store.open_intents().await?.into_iter().find(|intent| intent.id == id))
}

pub(crate) async fn repair_one(engine: &Engine, request: CustodyRef) -> Result<CustodyRepaired> {
    let intent = find(engine, &request.id).await?.ok_or_else(|| Failure::not_found("case", &request.id))?;
    let secret = match repair(engine, intent).await? {
        Repaired::Ended(secret) => secret,
        Repaired::Open | Repaired::Busy => None,
    };
    Ok(CustodyRepaired { secret, case: find(engine, &request.id).await?.map(case) })
}

pub(crate) async fn dismiss(engine: &Engine, request: CustodyRef) -> Result<Nothing> {
    let intent = find(engine, &request.id).await?.ok_or_else(|| Failure::not_found("case", &request.id))?;
    // The repair of the start may be at it: that one comes to an end soon.
    for _ in 0..40 {
        if close_free(engine, intent.clone()).await {
            return Ok(Nothing {});
        }
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
    Err(Failure::new(ErrorCode::Busy, "The call is still under way; nothing was dismissed.")
        .hint("Wait for its end."))
}
