//! Which delivery here an entry of a provider's log became.

use super::sent_at;
use crate::api::MatchedBy;
use crate::engine::Engine;
use sha2::{Digest, Sha256};
use std::collections::{HashMap, HashSet};
use waybill_model::{Delivery, DeliveryId, LogEntry, LogState, Name, Origin, Result};
use waybill_provider::Client;
use waybill_signature::{Request, generic_identity, identity};

/// How far apart, in nanoseconds, the provider's time of sending and ours of receipt may lie: clocks differ, and a
/// slow answer may be logged at its end.
const APART_NS: (i64, i64) = (30_000_000_000, 120_000_000_000);

/// A match.
#[derive(Clone, Copy, Debug)]
pub(super) struct Match {
    pub(super) delivery: DeliveryId,
    pub(super) by: MatchedBy,
    /// The delivery is not this entry's own, but a later one of the same event.
    pub(super) later: bool,
}

/// For each entry its delivery. One delivery may answer several entries of one event, where the provider logs each
/// attempt and only one of them arrived; by body or time a delivery is used once.
pub(super) async fn matches(
    engine: &Engine,
    client: &Client,
    log: &[LogEntry],
    inbox: Option<&Name>,
    here: &[Delivery],
) -> Result<Vec<Option<Match>>> {
    let mut found: Vec<Option<Match>> = vec![None; log.len()];
    by_ids(engine, client, log, inbox, &mut found).await?;
    let mut free: Vec<&Delivery> = {
        let used: HashSet<DeliveryId> = found.iter().flatten().map(|one| one.delivery).collect();
        // What a live stream told was not delivered.
        here.iter()
            .filter(|delivery| !used.contains(&delivery.id) && delivery.origin != Origin::Streamed)
            .collect()
    };
    for by in [MatchedBy::HashAndTime, MatchedBy::Time] {
        // The nearest pairs first, over the whole log: what one entry takes can't be another's.
        let mut pairs: Vec<(bool, u64, usize, DeliveryId)> = Vec::new();
        for (place, entry) in log.iter().enumerate().filter(|(place, _)| found[*place].is_none()) {
            let hash = match by {
                MatchedBy::HashAndTime => match client.request_within(entry) {
                    Some(request) => Some(hex(&Sha256::digest(&request.body))),
                    None => continue,
                },
                _ => None,
            };
            let doubtful = entry.state != LogState::Succeeded;
            pairs.extend(near(entry, hash.as_deref(), &free).map(|(apart, id)| (doubtful, apart, place, id)));
        }
        pairs.sort_unstable();
        for (_, _, place, delivery) in pairs {
            if found[place].is_none() && free.iter().any(|one| one.id == delivery) {
                found[place] = Some(Match { delivery, by, later: false });
                free.retain(|one| one.id != delivery);
            }
        }
    }
    in_order(log, &mut found, free);
    Ok(found)
}

/// A log that tells neither names nor times still tells its order: its newest answered entry of a type is the newest
/// delivery of that type that was answered so.
fn in_order(log: &[LogEntry], found: &mut [Option<Match>], mut free: Vec<&Delivery>) {
    free.sort_unstable_by_key(|delivery| std::cmp::Reverse(delivery.id));
    for (entry, found) in log.iter().zip(found) {
        let silent = entry.event_id.is_none() && sent_at(entry).is_none();
        let (None, true, Some(answered)) = (&found, silent, entry.response_status) else { continue };
        let same =
            |delivery: &&Delivery| delivery.event_type == entry.event_type && delivery.status == answered;
        if let Some(place) = free.iter().position(same) {
            let delivery = free.remove(place).id;
            *found = Some(Match { delivery, by: MatchedBy::Order, later: false });
        }
    }
}

/// What an entry is known by: its own id and that of its event, and those that stand in the request it holds.
pub(super) fn names(engine: &Engine, client: &Client, entry: &LogEntry) -> (Vec<String>, Vec<String>) {
    let mut own = vec![entry.id.clone()];
    let mut event: Vec<String> = entry.event_id.iter().cloned().collect();
    if let Some(request) = client.request_within(entry) {
        let headers: Vec<(&[u8], &[u8])> =
            request.headers.iter().map(|(name, value)| (name.as_bytes(), value.as_bytes())).collect();
        let given = Request {
            method: b"POST",
            url: request.url.as_deref().unwrap_or("/").as_bytes(),
            headers: &headers,
            body: &request.body,
            truncated: false,
        };
        let schemes = engine.schemes();
        let within = match schemes.get(&client.description().info().scheme) {
            Some(scheme) => identity(scheme, &given),
            None => generic_identity(&given),
        };
        own.extend(within.delivery_id);
        event.extend(within.event_id);
    }
    (own, event)
}

/// By the provider's names. An event goes to every endpoint that wants it: by its id only the endpoint's own `inbox`
/// tells, where it has one.
async fn by_ids(
    engine: &Engine,
    client: &Client,
    log: &[LogEntry],
    inbox: Option<&Name>,
    found: &mut [Option<Match>],
) -> Result<()> {
    let named: Vec<_> = log.iter().map(|entry| names(engine, client, entry)).collect();
    let ids: Vec<String> = named.iter().flat_map(|(own, _)| own).cloned().collect();
    let deliveries: HashMap<_, _> = engine.0.store.known_ids(ids, None).await?.into_iter().collect();
    let mut ids: Vec<String> = named.iter().flat_map(|(_, event)| event).cloned().collect();
    ids.sort_unstable();
    ids.dedup();
    let events: HashMap<_, _> = engine.0.store.known_ids(ids, inbox.cloned()).await?.into_iter().collect();
    let mut taken: HashSet<DeliveryId> = HashSet::new();
    for ((own, event), found) in named.iter().zip(found) {
        let first = |known: &HashMap<String, DeliveryId>, names: &[String]| {
            names.iter().find_map(|name| known.get(name)).copied()
        };
        let own = first(&deliveries, own).map(|id| (id, MatchedBy::DeliveryId));
        if let Some((delivery, by)) = own.or_else(|| first(&events, event).map(|id| (id, MatchedBy::EventId)))
        {
            let again = !taken.insert(delivery);
            *found = Some(Match { delivery, by, later: again && by == MatchedBy::EventId });
        }
    }
    Ok(())
}

/// The free deliveries that the entry may be, with how far apart in time they are.
fn near<'f>(
    entry: &'f LogEntry,
    hash: Option<&'f str>,
    free: &'f [&Delivery],
) -> impl Iterator<Item = (u64, DeliveryId)> + 'f {
    let sent = sent_at(entry);
    free.iter().filter_map(move |delivery| {
        let fits = match hash {
            Some(hash) => delivery.body_sha256 == hash,
            // An entry that names its event would have been matched by that name.
            None => {
                entry.event_id.is_none()
                    && entry.event_type.is_some()
                    && delivery.event_type == entry.event_type
            }
        };
        let after = delivery.received_at.0.saturating_sub(sent?.0);
        let close = (-APART_NS.0..=APART_NS.1).contains(&after);
        (fits && close).then_some((after.unsigned_abs(), delivery.id))
    })
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
