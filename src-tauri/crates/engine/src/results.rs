//! Result sets: the compact list of ids behind a list view, grown as deliveries arrive.

//!
//! Each set knows up to which delivery the store was asked for it, so that none is passed over between the
//! query that made it, the arrivals that grow it, and commits in between.

use crate::api::{ResultDelta, ResultSet};
use crate::engine::{Engine, lock};
use std::collections::{HashMap, HashSet};
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
    /// The store has been asked for everything up to this delivery, at least.
    asked: Option<DeliveryId>,
    used: u64,
}

impl Results {
    /// Opens a set of what was found when the store held `asked` as its newest delivery, or later ones.
    fn insert(&self, query: Query, ids: Vec<DeliveryId>, asked: Option<DeliveryId>) -> ResultSet {
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
        let asked = asked.max(ids.last().copied());
        open.sets.insert(id, Entry { query, ids: Arc::new(ids), asked, used });
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
        lock(&self.open).sets.iter().map(|(id, entry)| (*id, entry.query.clone(), entry.asked)).collect()
    }

    /// Adds what was found up to `asked`, the newest delivery of the store before it was searched. Nothing is added
    /// twice, whoever asked at the same time, and what came later is left to the next time: what is told of a set
    /// and the rows that are told with it then end with the same delivery.
    fn append(&self, id: u32, fresh: &[DeliveryId], asked: Option<DeliveryId>) -> Option<ResultDelta> {
        let mut open = lock(&self.open);
        let entry = open.sets.get_mut(&id)?;
        let before = entry.asked;
        let fresh: Vec<DeliveryId> = fresh
            .iter()
            .copied()
            .filter(|id| before.is_none_or(|before| *id > before) && Some(*id) <= asked)
            .collect();
        entry.asked = before.max(asked);
        if fresh.is_empty() {
            return None;
        }
        let added = fresh.len() as u64;
        Arc::make_mut(&mut entry.ids).extend(fresh);
        Some(ResultDelta { id, total: entry.ids.len() as u64, added })
    }

    /// Takes deleted deliveries out of every set.
    pub(crate) fn remove(&self, gone: &[DeliveryId]) {
        let gone: HashSet<DeliveryId> = gone.iter().copied().collect();
        for entry in lock(&self.open).sets.values_mut() {
            if entry.ids.iter().any(|id| gone.contains(id)) {
                Arc::make_mut(&mut entry.ids).retain(|id| !gone.contains(id));
            }
        }
    }
}

/// Opens a set of what matches `query` now.
pub(crate) async fn open(engine: &Engine, query: Query) -> Result<ResultSet> {
    let asked = engine.0.store.newest().await?;
    let ids = engine.0.store.ids(after(query.clone(), None)).await?;
    let mut set = engine.0.results.insert(query, ids, asked);
    // What was committed while the store answered has been told to the sets that were open then.
    grow(engine, engine.0.store.newest().await?, Some(set.id)).await?;
    set.total = engine.0.results.ids(set.id)?.len() as u64;
    Ok(set)
}

/// Grows the open sets, or the one of them that is named, by what was committed since they were asked for, up to
/// `newest`.
pub(crate) async fn grow(
    engine: &Engine,
    newest: Option<DeliveryId>,
    only: Option<u32>,
) -> Result<Vec<ResultDelta>> {
    let mut grown = Vec::new();
    for (id, query, asked) in engine.0.results.queries() {
        if only.is_some_and(|only| only != id) || asked >= newest {
            continue;
        }
        let fresh = engine.0.store.ids(after(query, asked)).await?;
        grown.extend(engine.0.results.append(id, &fresh, newest));
    }
    Ok(grown)
}

fn after(query: Query, after: Option<DeliveryId>) -> QueryRef {
    QueryRef { query, after, before: None, limit: None, newest_first: false, cancel: None }
}

#[cfg(test)]
mod tests {
    use super::*;
    use waybill_model::Timestamp;

    fn ids(numbers: &[i64]) -> Vec<DeliveryId> {
        numbers.iter().copied().map(DeliveryId).collect()
    }

    fn opened(found: &[i64], asked: i64) -> (Results, u32) {
        let results = Results::default();
        let query = Query::parse("", Timestamp::from_unix(0)).unwrap();
        let set = results.insert(query, ids(found), Some(DeliveryId(asked)));
        (results, set.id)
    }

    #[test]
    fn nothing_is_added_twice_and_nothing_is_passed_over() {
        // What was found at first, the newest then; each: what was found later, the newest then.
        let rows: &[(&[i64], i64, &[(&[i64], i64)], &[i64])] = &[
            (&[1, 2], 2, &[(&[3], 3)], &[1, 2, 3]),
            // Two asked from the same place; the slower one saw less, or as much.
            (&[1], 1, &[(&[2, 3], 3), (&[2], 2)], &[1, 2, 3]),
            (&[1], 1, &[(&[2], 2), (&[2, 3], 3)], &[1, 2, 3]),
            (&[], 9, &[(&[], 12), (&[14], 14)], &[14]),
            // More was committed than the newest that had been seen.
            (&[5], 3, &[(&[6, 7], 6)], &[5, 6]),
            (&[5], 3, &[(&[6, 7], 6), (&[7, 8], 8)], &[5, 6, 7, 8]),
        ];
        for (found, asked, later, expected) in rows {
            let (results, set) = opened(found, *asked);
            for (fresh, asked) in *later {
                results.append(set, &ids(fresh), Some(DeliveryId(*asked)));
            }
            assert_eq!(*results.ids(set).unwrap(), ids(expected), "{found:?} {later:?}");
        }
    }

    #[test]
    fn a_set_is_asked_for_from_where_it_was_asked_last() {
        let (results, set) = opened(&[5], 3);
        let asked = |results: &Results| results.queries()[0].2;
        assert_eq!(asked(&results), Some(DeliveryId(5)));
        results.append(set, &[], Some(DeliveryId(8)));
        assert_eq!(asked(&results), Some(DeliveryId(8)));
        results.append(set, &ids(&[9]), Some(DeliveryId(9)));
        assert_eq!(asked(&results), Some(DeliveryId(9)));
    }

    #[test]
    fn deleted_deliveries_leave_and_the_oldest_set_closes_for_a_new_one() {
        let (results, first) = opened(&[1, 2, 3], 3);
        results.remove(&ids(&[2, 9]));
        assert_eq!(*results.ids(first).unwrap(), ids(&[1, 3]));
        for _ in 0..MOST_OPEN {
            let query = Query::parse("a", Timestamp::from_unix(0)).unwrap();
            results.insert(query, Vec::new(), None);
        }
        assert!(results.ids(first).is_err());
    }
}
