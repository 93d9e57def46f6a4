//! What the provider says it sent, beside what arrived and what was answered. Entries and deliveries are matched by
//! the provider's delivery id, then its event id, then by body and time, and last by type and time alone, the
//! nearest first. What is missing can be brought in: see [`bring_in`].

mod bring_in;
mod matching;

pub(crate) use bring_in::bring_in;

use crate::api::*;
use crate::connections::{client, find};
use crate::endpoints::{completed, fresh};
use crate::engine::Engine;
use crate::{capturing, deliveries};
use matching::{Match, matches};
use std::collections::HashSet;
use waybill_model::{
    Connection, Delivery, DeliveryId, Endpoint, ErrorCode, Failure, LogEntry, LogState, Origin,
    ProviderOperation, Result, Support, Timestamp,
};
use waybill_provider::{Client, LogQuery};
use waybill_query::Query;
use waybill_store::QueryRef;

/// Entries of one log that are read when nothing else is asked for, and at most.
const ENTRIES: (u32, u32) = (1_000, 10_000);

/// Deliveries of the inbox that are looked at for one endpoint.
const LOOKED_AT: usize = 50_000;

pub(crate) async fn reconcile(engine: &Engine, request: ReconcileRequest) -> Result<Vec<Reconciliation>> {
    let connection = find(engine, &request.connection).await?;
    let since = request.since.as_deref().map(|text| since(engine, text)).transpose()?;
    let limit = request.limit.unwrap_or(ENTRIES.0).clamp(1, ENTRIES.1) as usize;
    let (client, _) = client(engine, &connection).await?;
    let endpoints = match &request.endpoint {
        Some(id) => vec![fresh(engine, &connection, id).await?],
        None => {
            crate::endpoints::read_one(engine, &connection).await?;
            let mut all = Vec::new();
            for (endpoint, _) in engine.0.store.endpoints(Some(connection.name.clone())).await? {
                all.push(completed(engine, endpoint).await?);
            }
            all
        }
    };
    let mut found = Vec::with_capacity(endpoints.len());
    for endpoint in endpoints {
        let asked = one(engine, &connection, &client, &endpoint, since, limit).await;
        match asked {
            Ok(reconciled) => found.push(reconciled),
            // Of several endpoints one that can't be read is told of beside the others.
            Err(failure) if request.endpoint.is_none() => {
                found.push(Reconciliation { failure: Some(failure), ..empty(&client, &endpoint) });
            }
            Err(failure) => return Err(failure),
        }
    }
    Ok(found)
}

/// The instant that `2h`, `3d` or a date means, in the words of the query language.
fn since(engine: &Engine, text: &str) -> Result<Timestamp> {
    waybill_query::instant(text, engine.now()).or_else(|| Timestamp::in_any_form(text)).ok_or_else(|| {
        Failure::invalid(format!("{text:?} is no time; nothing was read."))
            .hint("Write 2h, 3d, 2026-11-21 or 2026-11-21T10:00:00Z.")
    })
}

fn empty(client: &Client, endpoint: &Endpoint) -> Reconciliation {
    let supported = |operation| matches!(client.support(operation), Support::Supported | Support::Emulated);
    Reconciliation {
        endpoint: endpoint.id.clone(),
        url: endpoint.url.clone(),
        inbox: endpoint.inbox.clone(),
        sent: 0,
        arrived: 0,
        accepted: 0,
        missing: 0,
        pending: 0,
        not_in_log: Vec::new(),
        entries: Vec::new(),
        more: false,
        can_recover: false,
        can_redeliver: supported(ProviderOperation::Redeliver),
        failure: None,
    }
}

async fn one(
    engine: &Engine,
    connection: &Connection,
    client: &Client,
    endpoint: &Endpoint,
    since: Option<Timestamp>,
    limit: usize,
) -> Result<Reconciliation> {
    let mut log = client.log(&endpoint.id, LogQuery { limit: limit + 1, ..LogQuery::default() }).await?;
    let more = log.len() > limit;
    log.truncate(limit);
    log.retain(|entry| match (since, sent_at(entry)) {
        (Some(since), Some(at)) => at >= since,
        _ => true,
    });
    tracing::debug!(connection = %connection.name, entries = log.len(), "a delivery log was read");
    let here = nearby(engine, endpoint, &log, since).await?;
    let mut found = empty(client, endpoint);
    found.more = more;
    found.can_recover = client.support(ProviderOperation::Entry) == Support::Supported
        || log.iter().any(|entry| entry.has_request);
    let matched = matches(engine, client, &log, endpoint.inbox.as_ref(), &here).await?;
    let known: HashSet<DeliveryId> = matched.iter().flatten().map(|one| one.delivery).collect();
    let mut here = here;
    // By its own id a delivery is found in another inbox too, or long after.
    let held: HashSet<DeliveryId> = here.iter().map(|delivery| delivery.id).collect();
    here.extend(engine.0.store.deliveries(known.difference(&held).copied().collect()).await?);
    let span = log.iter().filter_map(sent_at).min();
    found.not_in_log = here
        .iter()
        .filter(|delivery| held.contains(&delivery.id) && delivery.origin == Origin::Captured)
        .filter(|delivery| !known.contains(&delivery.id))
        .filter(|delivery| span.is_some_and(|from| delivery.received_at >= from))
        .map(|delivery| delivery.id)
        .collect();
    for (entry, matched) in log.into_iter().zip(matched) {
        let entry = told(entry, matched, &here);
        found.sent += 1;
        match entry.state {
            ReconcileState::Accepted => {
                found.arrived += 1;
                found.accepted += 1;
            }
            ReconcileState::Refused | ReconcileState::Recovered => found.arrived += 1,
            ReconcileState::Missing => found.missing += 1,
            ReconcileState::Pending => found.pending += 1,
        }
        found.entries.push(entry);
    }
    Ok(found)
}

fn told(mut entry: LogEntry, matched: Option<Match>, here: &[Delivery]) -> ReconciledEntry {
    let Some(matched) = matched else {
        let waits = entry.state == LogState::Pending;
        let state = if waits { ReconcileState::Pending } else { ReconcileState::Missing };
        return ReconciledEntry { entry, state, matched_by: None, verdict: None, status: None, later: false };
    };
    entry.delivery = Some(matched.delivery);
    let delivery = here.iter().find(|delivery| delivery.id == matched.delivery);
    let state = match delivery {
        Some(delivery) if delivery.origin == Origin::Recovered => ReconcileState::Recovered,
        Some(delivery) if (200..300).contains(&delivery.status) => ReconcileState::Accepted,
        _ => ReconcileState::Refused,
    };
    ReconciledEntry {
        entry,
        state,
        matched_by: Some(matched.by),
        verdict: delivery.map(|delivery| delivery.verdict),
        status: delivery.map(|delivery| delivery.status),
        later: matched.later,
    }
}

/// When the provider sent an entry, as far as its text can be read.
pub(super) fn sent_at(entry: &LogEntry) -> Option<Timestamp> {
    Timestamp::in_any_form(entry.sent_at.as_deref()?)
}

/// The deliveries that the log may speak of: those of the endpoint's inbox (where it has none, of all of them) since
/// the oldest entry, less a margin for clocks that differ.
async fn nearby(
    engine: &Engine,
    endpoint: &Endpoint,
    log: &[LogEntry],
    since: Option<Timestamp>,
) -> Result<Vec<Delivery>> {
    const MARGIN_NS: i64 = 600_000_000_000;
    let oldest = log.iter().filter_map(sent_at).min().or(since);
    let mut text = match &endpoint.inbox {
        Some(inbox) => format!("inbox:{inbox}"),
        None => String::new(),
    };
    if let Some(oldest) = oldest {
        text = format!("{text} since:{}", oldest.plus_nanos(-MARGIN_NS));
    }
    let query: Query = deliveries::parse(engine, text.trim())?;
    let wanted = QueryRef {
        query,
        after: None,
        before: None,
        limit: Some(LOOKED_AT),
        newest_first: true,
        cancel: None,
    };
    let ids = engine.0.store.ids(wanted).await?;
    engine.0.store.deliveries(ids).await
}

/// The inbox that a recovered delivery belongs to.
async fn inbox_of(
    engine: &Engine,
    connection: &Connection,
    id: &str,
) -> Result<(Endpoint, waybill_model::Name)> {
    let cached = engine.0.store.endpoint(connection.name.clone(), id.to_owned()).await?;
    let endpoint = match cached {
        Some((endpoint, _)) => completed(engine, endpoint).await?,
        None => fresh(engine, connection, id).await?,
    };
    let inbox = endpoint.inbox.clone().unwrap_or_else(capturing::unsorted);
    Ok((endpoint, inbox))
}

/// Too many at once would leave nobody a chance to stop.
fn bounded(entries: &[String]) -> Result<()> {
    if entries.is_empty() || entries.len() > 100 {
        return Err(Failure::new(
            ErrorCode::InvalidInput,
            format!("{} entries were named; nothing was brought in.", entries.len()),
        )
        .hint("Name 1 to 100 of them in one call."));
    }
    Ok(())
}
