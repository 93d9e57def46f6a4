//! The reads: all endpoints, one, the delivery log.

use super::Client;
use crate::call::LogQuery;
use crate::decode;
use crate::prepare::Values;
use std::collections::BTreeSet;
use waybill_model::{Endpoint, ErrorCode, Failure, LogEntry, LogState, ProviderOperation, Support};

impl Client {
    /// Every endpoint of the connection, page by page.
    ///
    /// # Errors
    /// `unsupported` where the provider has no such call; then only endpoints that were made here
    /// are known. Otherwise `provider_*` and `network_unreachable`.
    pub async fn list(&self) -> Result<Vec<Endpoint>, Failure> {
        self.possible(ProviderOperation::List)?;
        let mut seen = BTreeSet::new();
        let endpoints = self
            .pages(ProviderOperation::List, &Values::new(), None, usize::MAX, |raw| {
                let endpoint = decode::endpoint(&self.description, &self.frame.scope, &self.connection, raw)?;
                // A list that grows while it is read shows an item on two pages.
                Ok(seen.insert(endpoint.id.clone()).then_some(endpoint))
            })
            .await;
        endpoints.map_err(|failure| self.missing_call(ProviderOperation::List, failure))
    }

    /// One endpoint as it stands now.
    ///
    /// # Errors
    /// `provider_not_found`, `unsupported`, other `provider_*`, `network_unreachable`.
    pub async fn get(&self, id: &str) -> Result<Endpoint, Failure> {
        self.possible(ProviderOperation::Get)?;
        let shape = self.description.operation(ProviderOperation::Get);
        if shape.via.is_some() {
            let found = self.list().await?.into_iter().find(|endpoint| endpoint.id == id);
            return found.ok_or_else(|| {
                Failure::new(
                    ErrorCode::ProviderNotFound,
                    format!(
                        "{} has no endpoint {id} (its list was read). Nothing was read.",
                        self.description.name()
                    ),
                )
                .hint("Read the endpoints again; it may have been deleted elsewhere.")
            });
        }
        let request = self.request(ProviderOperation::Get, &self.with_id(id, Values::new())?)?;
        let answer = self.send(&request).await;
        let answer = answer.map_err(|failure| self.missing_call(ProviderOperation::Get, failure))?;
        let raw = self.json(ProviderOperation::Get, &answer)?;
        decode::endpoint(&self.description, &self.frame.scope, &self.connection, raw)
            .map_err(|problem| self.unreadable(ProviderOperation::Get, &answer, &problem))
    }

    /// The provider's delivery log of an endpoint, in the provider's order (the newest first).
    ///
    /// # Errors
    /// `unsupported`, `provider_*`, `network_unreachable`.
    pub async fn log(&self, id: &str, query: LogQuery) -> Result<Vec<LogEntry>, Failure> {
        self.possible(ProviderOperation::Log)?;
        let Some(map) = &self.description.log else {
            return Err(Failure::internal("The description does not say how a log entry is read."));
        };
        let values = self.log_values(id, query)?;
        if query.limit == 0 {
            return Ok(Vec::new());
        }
        // Where the state is sifted here, small pages would only mean more of them.
        let page_limit = query.state.is_none().then_some(query.limit);
        let entries = self
            .pages(ProviderOperation::Log, &values, page_limit, query.limit, |raw| {
                let entry = decode::log_entry(&self.description, map, id, raw)?;
                let ours = entry.endpoint.as_deref() == Some(id);
                let wanted = query.state.is_none_or(|state: LogState| entry.state == state);
                Ok((ours && wanted).then_some(entry))
            })
            .await;
        entries.map_err(|failure| self.missing_call(ProviderOperation::Log, failure))
    }

    /// A call that is only assumed and that the provider does not know is no failure of the
    /// connection: it is a thing the provider does not have.
    pub(super) fn missing_call(&self, operation: ProviderOperation, failure: Failure) -> Failure {
        let shape = self.description.operation(operation);
        let details = failure.details.as_deref();
        let status = details.and_then(|details| details.get("status")?.as_u64());
        let spoke = details.is_some_and(|details| details.get("provider_code").is_some());
        // A 404 with the provider's own error code speaks of the thing, one without of the call.
        let missing = match status {
            Some(405 | 501) => true,
            Some(404) => matches!(operation, ProviderOperation::List | ProviderOperation::Health) || !spoke,
            _ => false,
        };
        if shape.support != Support::Unconfirmed || !missing {
            return failure;
        }
        let (task, undone) = crate::failure::words(operation);
        Failure::new(
            ErrorCode::Unsupported,
            format!(
                "{} documents no call to {task}, and the one that was tried is not there. {undone}",
                self.description.name()
            ),
        )
        .hint(shape.note.clone())
    }
}
