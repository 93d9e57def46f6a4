//! Result sets: the compact list of ids behind a list view, grown as deliveries arrive.

use crate::api::{ResultDelta, ResultSet};
use crate::engine::{Engine, lock};
use std::collections::HashMap;
use std::sync::{Arc, Mutex};
use waybill_model::{DeliveryId, Failure, Result};
use waybill_query::Query;
use waybill_store::QueryRef;

/// Sets that are kept open at once; the one that was used longest ago is closed for a new one.
const MOST_OPEN: usize = 16;

#[derive(Default)]
pub(crate) struct Results {
    open: Mutex<Open>,
}

#[derive(Default)]
struct Open {
    next: u32,
    uses: u64,
    sets: HashMap<u32, Entry>,
}

struct Entry {
    query: Query,
    /// Oldest first, so that arrivals are appended.
    ids: Arc<Vec<DeliveryId>>,
    used: u64,
}

impl Results {
    pub(crate) fn insert(&self, query: Query, ids: Vec<DeliveryId>) -> ResultSet {
        let mut open = lock(&self.open);
        if open.sets.len() >= MOST_OPEN
            && let Some(oldest) = open.sets.iter().min_by_key(|(_, entry)| entry.used).map(|(id, _)| *id)
        {
            open.sets.remove(&oldest);
        }
        open.next += 1;
        open.uses += 1;
        let id = open.next;
        let used = open.uses;
        let set = ResultSet { id, query: query.to_string(), total: ids.len() as u64 };
        open.sets.insert(id, Entry { query, ids: Arc::new(ids), used });
        set
    }

    pub(crate) fn close(&self, id: u32) {
        lock(&self.open).sets.remove(&id);
    }

    /// The ids of a set, oldest first.
    pub(crate) fn ids(&self, id: u32) -> Result<Arc<Vec<DeliveryId>>> {
        let mut open = lock(&self.open);
        open.uses += 1;
        let uses = open.uses;
        match open.sets.get_mut(&id) {
            Some(entry) => {
                entry.used = uses;
                Ok(entry.ids.clone())
            }
            None => Err(Failure::not_found("result set", id).hint("Query again.")),
        }
    }

    fn queries(&self) -> Vec<(u32, Query, Option<DeliveryId>)> {
        lock(&self.open)
            .sets
            .iter()
            .map(|(id, entry)| (*id, entry.query.clone(), entry.ids.last().copied()))
            .collect()
    }

    fn append(&self, id: u32, fresh: &[DeliveryId]) -> Option<ResultDelta> {
        let mut open = lock(&self.open);
        let entry = open.sets.get_mut(&id)?;
        let newest = entry.ids.last().copied();
        let fresh: Vec<DeliveryId> =
            fresh.iter().copied().filter(|id| newest.is_none_or(|newest| *id > newest)).collect();
        if fresh.is_empty() {
            return None;
        }
        let added = fresh.len() as u64;
        Arc::make_mut(&mut entry.ids).extend(fresh);
        Some(ResultDelta { id, total: entry.ids.len() as u64, added })
    }

    /// Takes deleted deliveries out of every set.
    pub(crate) fn remove(&self, gone: &[DeliveryId]) {
        for entry in lock(&self.open).sets.values_mut() {
            Arc::make_mut(&mut entry.ids).retain(|id| !gone.contains(id));
        }
    }
}

/// Grows every open set by what was committed after `seen`.
pub(crate) async fn grow(engine: &Engine, seen: Option<DeliveryId>) -> Result<Vec<ResultDelta>> {
    let mut grown = Vec::new();
    for (id, query, newest) in engine.0.results.queries() {
        // Deliveries before `seen` were judged already; a set may be newer than that, or empty.
        let after = newest.max(seen);
        let wanted = QueryRef { query, after, before: None, limit: None, newest_first: false, cancel: None };
        let fresh = engine.0.store.ids(wanted).await?;
        grown.extend(engine.0.results.append(id, &fresh));
    }
    Ok(grown)
}
