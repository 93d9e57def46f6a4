//! What the provider is asked to send again: one delivery, one event, or everything that failed.

use super::Client;
use crate::call::{Call, LogQuery, Redelivered, SentAgain};
use crate::prepare::Values;
use serde_json::json;
use waybill_model::{ErrorCode, Failure, ProviderOperation};

/// How far back a log is searched for the event of an entry.
const SEARCHED: usize = 1000;

impl Client {
    /// Asks the provider to send a delivery again. `entry` is the id of the log entry.
    ///
    /// # Errors
    /// `unsupported`, `provider_*`, `network_unreachable`, `outcome_unknown`; `invalid_input` where the
    /// provider wants to know the endpoint too: use [`Client::redeliver_at`].
    pub async fn redeliver(&self, entry: &str) -> Result<Redelivered, Failure> {
        self.redelivered(Call::Redeliver { entry }).await
    }

    /// As [`Client::redeliver`], for any provider: `endpoint` is the endpoint whose log the entry stands
    /// in. A provider that sends events again, not deliveries, has the entry's event looked up first.
    ///
    /// # Errors
    /// As [`Client::redeliver`]; `provider_not_found` when the entry is not in the log any more.
    pub async fn redeliver_at(&self, endpoint: &str, entry: &str) -> Result<Redelivered, Failure> {
        self.redelivered(Call::RedeliverAt { endpoint, entry }).await
    }

    /// Asks the provider to send an event again, to `endpoints` or to all that are subscribed to it.
    /// `key` makes it safe to repeat; see [`Client::idempotency_key`].
    ///
    /// # Errors
    /// `unsupported`, `provider_*`, `network_unreachable`, `outcome_unknown`; `invalid_input` without the
    /// key that the provider demands.
    pub async fn replay_event(
        &self,
        event: &str,
        endpoints: &[String],
        key: Option<&str>,
    ) -> Result<SentAgain, Failure> {
        let values = self.again_values(Call::ReplayEvent { event, endpoints }).await?;
        self.sent_again(ProviderOperation::ReplayEvent, values, key).await
    }

    /// Asks the provider to send again everything to an endpoint that failed since `since` (and until
    /// `until`), both RFC 3339.
    ///
    /// # Errors
    /// `unsupported`, `provider_*`, `network_unreachable`, `outcome_unknown`.
    pub async fn recover(&self, id: &str, since: &str, until: Option<&str>) -> Result<SentAgain, Failure> {
        let values = self.again_values(Call::Recover { id, since, until }).await?;
        let key = self.idempotency_key(ProviderOperation::Recover);
        self.sent_again(ProviderOperation::Recover, values, key.as_deref()).await
    }

    /// The values of a call that sends something again.
    pub(super) async fn again_values(&self, call: Call<'_>) -> Result<Values, Failure> {
        self.possible(call.operation())?;
        match call {
            Call::Redeliver { entry } => {
                if self.path_has(ProviderOperation::Redeliver, "{endpoint}") {
                    return Err(Failure::invalid(
                        "The provider wants to know the endpoint too. Nothing was sent again.",
                    )
                    .hint("Name the endpoint whose log the entry stands in."));
                }
                self.with_id(entry, Values::new())
            }
            Call::RedeliverAt { endpoint, entry } => {
                let mut values = self.with_id(entry, Values::new())?;
                values.insert("endpoint".to_owned(), json!(endpoint));
                if self.path_has(ProviderOperation::Redeliver, "{event_id}") {
                    values.insert("event_id".to_owned(), json!(self.event_of(endpoint, entry).await?));
                }
                Ok(values)
            }
            Call::ReplayEvent { event, endpoints } => {
                let mut values = self.with_id(event, Values::new())?;
                if !endpoints.is_empty() {
                    values.insert("endpoints".to_owned(), json!(endpoints));
                }
                Ok(values)
            }
            Call::Recover { id, since, until } => {
                let mut values = self.with_id(id, Values::new())?;
                values.insert("since".to_owned(), json!(since));
                values.extend(until.map(|until| ("until".to_owned(), json!(until))));
                Ok(values)
            }
            _ => Err(Failure::internal("This call sends nothing again.")),
        }
    }

    async fn redelivered(&self, call: Call<'_>) -> Result<Redelivered, Failure> {
        let values = self.again_values(call).await?;
        let key = self.idempotency_key(ProviderOperation::Redeliver);
        let (_, outcome) = self.act(ProviderOperation::Redeliver, values, key.as_deref()).await?;
        Ok(Redelivered { entry: outcome.id, status: outcome.status, raw: outcome.raw })
    }

    async fn sent_again(
        &self,
        operation: ProviderOperation,
        values: Values,
        key: Option<&str>,
    ) -> Result<SentAgain, Failure> {
        if self.description.operation(operation).key_required && key.is_none() {
            return Err(Failure::invalid(format!(
                "{} sends nothing again without an idempotency key. Nothing was sent.",
                self.description.name()
            )));
        }
        let (_, outcome) = self.act(operation, values, key).await?;
        Ok(SentAgain { job: outcome.id, status: outcome.status, raw: outcome.raw })
    }

    fn path_has(&self, operation: ProviderOperation, placeholder: &str) -> bool {
        let path = self.description.operation(operation).path.as_ref();
        path.is_some_and(|path| path.get_ref().contains(placeholder))
    }

    /// The event that a log entry is about.
    async fn event_of(&self, endpoint: &str, entry: &str) -> Result<String, Failure> {
        let log = self.log(endpoint, LogQuery { limit: SEARCHED, state: None }).await?;
        let found = log.into_iter().find(|known| known.id == entry).and_then(|known| known.event_id);
        found.ok_or_else(|| {
            Failure::new(
                ErrorCode::ProviderNotFound,
                format!(
                    "The entry {entry} is not among the newest {SEARCHED} of {}'s log. Nothing was sent again.",
                    self.description.name()
                ),
            )
            .hint("Read the log again, or replay the captured delivery.")
        })
    }
}
