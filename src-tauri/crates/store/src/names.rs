//! Deliveries by what their providers call them. The names lie with the search index; what came after its mark
//! is read, so that an answer is never stale.

use crate::readers::Load;
use crate::search;
use crate::store::Store;
use std::collections::{HashMap, HashSet};
use std::sync::Arc;
use waybill_model::{DeliveryId, Name, Origin, Result};

impl Store {
    /// For each of the provider's `ids` (of a delivery or of an event) that is known here, the newest delivery
    /// that carries it: of one inbox, or of all. What a live stream told is left out: it was not delivered.
    ///
    /// # Errors
    /// When the database can't be read.
    pub async fn known_ids(
        &self,
        ids: Vec<String>,
        inbox: Option<Name>,
    ) -> Result<Vec<(String, DeliveryId)>> {
        let shared = Arc::clone(&self.inner.shared);
        self.read(Load::Heavy, move |reader| {
            let mark = search::mark(reader, &shared).unwrap_or(0);
            let connection = &reader.connection;
            let inbox = inbox.as_ref().map(Name::as_str);
            let mut newest: HashMap<&str, i64> = HashMap::new();
            if mark > 0 {
                let mut statement = connection.prepare_cached(
                    "SELECT max(d.id) FROM search.names n JOIN deliveries d ON d.id = n.delivery
                     WHERE n.name = ?1 AND n.delivery <= ?2 AND ?1 IN (d.event_id, d.delivery_id)
                        AND d.undo IS NULL AND d.origin <> ?3 AND (?4 IS NULL OR d.inbox = ?4)",
                )?;
                for id in &ids {
                    let found: Option<i64> =
                        statement.query_row((id, mark, Origin::Streamed.code(), inbox), |row| row.get(0))?;
                    newest.extend(found.map(|found| (id.as_str(), found)));
                }
            }
            // What is too new for the index is read, once for all of them.
            let asked: HashSet<&str> = ids.iter().map(String::as_str).collect();
            let mut statement = connection.prepare_cached(
                "SELECT id, event_id, delivery_id FROM deliveries NOT INDEXED
                 WHERE id > ?1 AND undo IS NULL AND origin <> ?2 AND (?3 IS NULL OR inbox = ?3) ORDER BY id",
            )?;
            let mut rows = statement.query((mark, Origin::Streamed.code(), inbox))?;
            while let Some(row) = rows.next()? {
                let names: [Option<String>; 2] = [row.get(1)?, row.get(2)?];
                for name in names.iter().flatten() {
                    if let Some(id) = asked.get(name.as_str()) {
                        newest.insert(id, row.get(0)?);
                    }
                }
            }
            let known = ids.iter().filter_map(|id| Some((id.clone(), DeliveryId(*newest.get(id.as_str())?))));
            Ok(known.collect())
        })
        .await
    }
}
