//! What a replay would do, before it does it.
//!
//! Deliveries are added one by one, so that a plan over a million takes the memory of their event ids.

use crate::target::Target;
use serde::Serialize;
use std::collections::{BTreeMap, HashSet};
use ts_rs::TS;
use waybill_model::{ReplayMode, ReplayOptions, TargetClass, Timestamp};

/// What the plan needs to know of a delivery.
#[derive(Clone, Debug, Default)]
pub struct PlanItem {
    /// When it was received.
    pub received_at: Option<Timestamp>,
    /// The provider's id of the event.
    pub event_id: Option<String>,
    /// Bytes of its body.
    pub body_size: u64,
    /// The status it was answered with.
    pub status: u16,
    /// The event says that it is no test (`livemode`).
    pub live: bool,
    /// Oldest age in seconds that its scheme accepts, when it signs a timestamp.
    pub tolerance_s: Option<u64>,
    /// Why it can't be sent at all.
    pub unsendable: Option<String>,
    /// Why it can't be signed again.
    pub unsignable: Option<String>,
}

/// Deliveries that share a reason.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, TS)]
pub struct Counted {
    /// The reason, as a sentence.
    pub why: String,
    /// How many.
    #[ts(type = "number")]
    pub count: u64,
}

/// What asks for a yes before a replay starts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum Concern {
    /// The target is on a public network.
    PublicTarget,
    /// Some events are no tests.
    LiveEvents,
    /// Some were accepted when they first came.
    AlreadyAccepted,
    /// Some events would be sent more than once.
    Duplicates,
    /// Their timestamps are older than receivers accept.
    StaleTimestamps,
}

/// What a replay would do.
#[derive(Clone, Debug, PartialEq, Serialize, TS)]
pub struct ReplayPlan {
    /// Where to.
    pub target: String,
    /// Where that lies.
    pub class: TargetClass,
    /// Deliveries selected.
    #[ts(type = "number")]
    pub count: u64,
    /// Of them, those that would be sent.
    #[ts(type = "number")]
    pub sendable: u64,
    /// Bytes of the bodies that would be sent.
    #[ts(type = "number")]
    pub bytes: u64,
    /// The oldest and the newest.
    pub oldest: Option<Timestamp>,
    /// See `oldest`.
    pub newest: Option<Timestamp>,
    /// Deliveries beyond the first of their event.
    #[ts(type = "number")]
    pub duplicates: u64,
    /// Deliveries that were answered 2xx when they first came.
    #[ts(type = "number")]
    pub accepted: u64,
    /// Deliveries whose event is no test.
    #[ts(type = "number")]
    pub live: u64,
    /// Sent verbatim, deliveries whose timestamp is older than their scheme accepts.
    #[ts(type = "number")]
    pub stale: u64,
    /// Deliveries that are left out, by reason.
    pub left_out: Vec<Counted>,
    /// Seconds it takes at least, from the rate.
    pub at_least_s: Option<f64>,
    /// What asks for a yes; empty: it can start at once.
    pub concerns: Vec<Concern>,
}

/// Adds up a plan.
#[derive(Debug)]
pub struct Planner {
    now: Timestamp,
    mode: ReplayMode,
    rate: Option<f64>,
    plan: ReplayPlan,
    events: HashSet<String>,
    left_out: BTreeMap<String, u64>,
}

impl Planner {
    /// An empty plan for `target` at the time `now`.
    #[must_use]
    pub fn new(target: &Target, options: &ReplayOptions, now: Timestamp) -> Self {
        let plan = ReplayPlan {
            target: target.url.to_string(),
            class: target.class,
            count: 0,
            sendable: 0,
            bytes: 0,
            oldest: None,
            newest: None,
            duplicates: 0,
            accepted: 0,
            live: 0,
            stale: 0,
            left_out: Vec::new(),
            at_least_s: None,
            concerns: Vec::new(),
        };
        Self {
            now,
            mode: options.mode,
            rate: options.rate,
            plan,
            events: HashSet::new(),
            left_out: BTreeMap::new(),
        }
    }

    /// Adds a delivery.
    pub fn add(&mut self, item: PlanItem) {
        let plan = &mut self.plan;
        plan.count += 1;
        let unsignable = item.unsignable.filter(|_| self.mode == ReplayMode::Resign);
        if let Some(why) = item.unsendable.or(unsignable) {
            *self.left_out.entry(why).or_default() += 1;
            return;
        }
        plan.sendable += 1;
        plan.bytes += item.body_size;
        if let Some(at) = item.received_at {
            plan.oldest = Some(plan.oldest.map_or(at, |o| o.min(at)));
            plan.newest = Some(plan.newest.map_or(at, |n| n.max(at)));
            let age = self.now.unix().saturating_sub(at.unix());
            let old = item.tolerance_s.is_some_and(|limit| age > i64::try_from(limit).unwrap_or(i64::MAX));
            plan.stale += u64::from(old && self.mode == ReplayMode::Verbatim);
        }
        if let Some(event) = item.event_id {
            plan.duplicates += u64::from(!self.events.insert(event));
        }
        plan.accepted += u64::from((200..300).contains(&item.status));
        plan.live += u64::from(item.live);
    }

    /// The plan.
    #[must_use]
    pub fn finish(self) -> ReplayPlan {
        let mut plan = self.plan;
        plan.left_out = self.left_out.into_iter().map(|(why, count)| Counted { why, count }).collect();
        plan.at_least_s =
            self.rate.filter(|r| *r > 0.0).map(|rate| plan.sendable.saturating_sub(1) as f64 / rate);
        let concerns = [
            (plan.class == TargetClass::Public, Concern::PublicTarget),
            (plan.live > 0, Concern::LiveEvents),
            // What this machine's own handler accepted may be sent to it again: that is what one debugs with.
            (plan.accepted > 0 && plan.class != TargetClass::Loopback, Concern::AlreadyAccepted),
            (plan.duplicates > 0, Concern::Duplicates),
            (plan.stale > 0, Concern::StaleTimestamps),
        ];
        plan.concerns =
            concerns.into_iter().filter(|(there, _)| *there).map(|(_, concern)| concern).collect();
        plan
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn plan(target: &str, mode: ReplayMode, items: &[PlanItem]) -> ReplayPlan {
        let options = ReplayOptions { mode, rate: Some(2.0), ..ReplayOptions::default() };
        let mut planner =
            Planner::new(&Target::parse(target).unwrap(), &options, Timestamp::from_unix(10_000));
        items.iter().for_each(|item| planner.add(item.clone()));
        planner.finish()
    }

    #[test]
    fn a_plan_says_what_would_happen() {
        let item = |at, event: &str, status| PlanItem {
            received_at: Some(Timestamp::from_unix(at)),
            event_id: Some(event.to_owned()),
            body_size: 10,
            status,
            tolerance_s: Some(300),
            ..PlanItem::default()
        };
        let cut = PlanItem { unsendable: Some("Its bytes are cut.".to_owned()), ..item(1, "x", 413) };
        let foreign = PlanItem {
            unsignable: Some("Only the provider can sign it.".to_owned()),
            live: true,
            ..item(9_900, "c", 500)
        };
        let items = [item(9_000, "a", 500), item(9_690, "a", 200), cut.clone(), cut, foreign];
        let local = plan("http://localhost:3000", ReplayMode::Verbatim, &items);
        assert_eq!(
            (local.count, local.sendable, local.bytes, local.duplicates, local.stale),
            (5, 3, 30, 1, 2)
        );
        assert_eq!(
            (local.oldest, local.newest),
            (Some(Timestamp::from_unix(9_000)), Some(Timestamp::from_unix(9_900)))
        );
        assert_eq!(local.left_out, [Counted { why: "Its bytes are cut.".to_owned(), count: 2 }]);
        assert_eq!(local.concerns, [Concern::LiveEvents, Concern::Duplicates, Concern::StaleTimestamps]);
        assert_eq!(local.at_least_s, Some(1.0));
        let public = plan("https://example.com", ReplayMode::Resign, &items);
        assert_eq!((public.sendable, public.stale, public.left_out.len()), (2, 0, 2));
        assert_eq!(public.concerns, [Concern::PublicTarget, Concern::AlreadyAccepted, Concern::Duplicates]);
        assert!(plan("http://localhost", ReplayMode::Resign, &[item(9_990, "a", 200)]).concerns.is_empty());
    }
}
