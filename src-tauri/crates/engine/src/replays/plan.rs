//! What a replay would do, in words and numbers.

use super::record::{recorded, unsendable};
use super::signer;
use crate::api::{ReplayPlan, TargetCount};
use crate::deliveries;
use crate::engine::Engine;
use std::collections::{BTreeMap, HashMap};
use waybill_model::{DeliveryId, ErrorCode, Failure, Name, ReplayOptions, Result, TargetClass};
use waybill_replay::{Concern, PlanItem, Planner, Sessions, Target};

/// Whether and how deliveries of an inbox can be signed again.
#[derive(Clone, Default)]
struct Signing {
    tolerance_s: Option<u64>,
    why_not: Option<String>,
}

async fn signing(engine: &Engine, inbox: &Name) -> Result<Signing> {
    let ready = engine.ready_inbox(inbox).await?;
    let schemes = engine.schemes();
    let scheme = ready.as_ref().and_then(|ready| schemes.get(ready.inbox.scheme.as_deref()?));
    let why_not = match signer(ready.as_deref()) {
        Err(why) => Some(why),
        Ok(_) if scheme.is_some_and(waybill_signature::Scheme::can_sign) => None,
        Ok(_) => Some("Its scheme verifies with a public key; only the provider can sign.".to_owned()),
    };
    Ok(Signing { tolerance_s: scheme.and_then(|scheme| scheme.info().tolerance_s), why_not })
}

/// The plan of sending `ids` to `target`, and those of them that are there.
pub(super) async fn planned(
    engine: &Engine,
    options: &ReplayOptions,
    target: &Target,
    ids: &[DeliveryId],
) -> Result<(ReplayPlan, Vec<DeliveryId>)> {
    let mut planner = Planner::new(target, options, engine.now());
    let mut inboxes: BTreeMap<String, u64> = BTreeMap::new();
    let mut signings: HashMap<Name, Signing> = HashMap::new();
    let mut there = Vec::with_capacity(ids.len());
    let (mut unsignable, mut cut) = (0, 0);
    for chunk in ids.chunks(500) {
        for delivery in engine.0.store.deliveries(chunk.to_vec()).await? {
            there.push(delivery.id);
            *inboxes.entry(delivery.inbox.to_string()).or_default() += 1;
            if !signings.contains_key(&delivery.inbox) {
                signings.insert(delivery.inbox.clone(), signing(engine, &delivery.inbox).await?);
            }
            let Signing { tolerance_s, why_not } = signings.get(&delivery.inbox).cloned().unwrap_or_default();
            unsignable += u64::from(why_not.is_some());
            cut += u64::from(delivery.truncated);
            planner.add(PlanItem {
                received_at: Some(delivery.received_at),
                body_size: delivery.body_size,
                status: delivery.status,
                live: false,
                tolerance_s,
                unsendable: unsendable(&delivery),
                unsignable: why_not,
                event_id: delivery.event_id,
            });
        }
    }
    let Some(first) = there.first() else {
        let what = match ids {
            [] => "No delivery is selected; nothing was sent.".to_owned(),
            [one] => format!("There is no delivery {one}; nothing was sent."),
            _ => "None of these deliveries is there; nothing was sent.".to_owned(),
        };
        return Err(Failure::new(ErrorCode::NotFound, what));
    };
    let first = recorded(deliveries::whole(engine, *first).await?);
    let plan = planner.finish();
    let mut warnings: Vec<String> =
        plan.concerns.iter().map(|concern| words(*concern, &plan, target)).collect();
    warnings.extend(plan.left_out.iter().map(|left| format!("{} are left out: {}", left.count, left.why)));
    if there.len() < ids.len() {
        warnings.push(format!("{} are left out: there are no such deliveries.", ids.len() - there.len()));
    }
    let first_headers =
        waybill_replay::prepare(&first, &first.headers, first.body.clone(), target, Sessions::Kept)
            .map(|prepared| prepared.shown)
            .unwrap_or_default();
    let plan = ReplayPlan {
        count: plan.count,
        bytes: plan.bytes,
        oldest: plan.oldest,
        newest: plan.newest,
        duplicates: plan.duplicates,
        unsignable,
        cut,
        inboxes: inboxes.into_iter().map(|(name, count)| TargetCount { name, count }).collect(),
        class: plan.class,
        host: target.host(),
        warnings,
        first_method: first.method,
        first_headers,
    };
    Ok((plan, there))
}

/// A number of deliveries in words.
pub(super) fn counted(count: impl Into<u64>) -> String {
    match count.into() {
        1 => "1 delivery".to_owned(),
        many => format!("{many} deliveries"),
    }
}

fn words(concern: Concern, plan: &waybill_replay::ReplayPlan, target: &Target) -> String {
    match concern {
        Concern::PublicTarget => format!(
            "{} is on a public network: {} would leave this machine.",
            target.host(),
            counted(plan.sendable)
        ),
        Concern::LiveEvents => format!("{} events are no tests.", plan.live),
        Concern::AlreadyAccepted => format!("{} were answered 2xx when they first came.", plan.accepted),
        Concern::Duplicates => {
            format!("{} are further deliveries of an event that is sent already.", plan.duplicates)
        }
        Concern::StaleTimestamps => {
            format!(
                "{} carry a timestamp that is older than receivers accept. Signing again renews it.",
                plan.stale
            )
        }
    }
}

/// A warning that must be answered with a yes. What stays on this machine needs none.
pub(super) fn must_confirm(plan: &ReplayPlan) -> bool {
    plan.class != TargetClass::Loopback && !plan.warnings.is_empty()
}
