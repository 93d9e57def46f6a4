//! Reads beside the endpoints: the request in a log entry, choices for fields of the form, event types,
//! and how all endpoints fare.

use super::Client;
use crate::call::{ChoiceItem, LoggedRequest};
use crate::decode;
use crate::prepare::Values;
use crate::request::Shape;
use serde_json::{Value, json};
use waybill_model::{ErrorCode, Failure, LogEntry, ProviderOperation, Support};

/// Choices that are offered for one field at most.
const CHOICES: usize = 1000;

impl Client {
    /// The request that a log entry is about, from the entry itself or read with a call of its own.
    /// Absent: this provider's log does not hold it.
    ///
    /// # Errors
    /// `provider_*`, `network_unreachable`.
    pub async fn logged_request(&self, entry: &LogEntry) -> Result<Option<LoggedRequest>, Failure> {
        let Some(map) = &self.description.log else { return Ok(None) };
        if let Some(found) = decode::logged_request(map, &entry.raw) {
            return Ok(Some(found));
        }
        let operation = ProviderOperation::Entry;
        if self.support(operation) == Support::Unsupported {
            return Ok(None);
        }
        let raw = self.entry_raw(entry.endpoint.as_deref(), &entry.id, entry.event_id.as_deref()).await?;
        Ok(decode::logged_request(map, &raw))
    }

    /// The request as far as the entry itself holds it; nobody is asked.
    #[must_use]
    pub fn request_within(&self, entry: &LogEntry) -> Option<LoggedRequest> {
        decode::logged_request(self.description.log.as_ref()?, &entry.raw)
    }

    /// One entry of an endpoint's delivery log, as full as the provider gives it.
    ///
    /// # Errors
    /// `unsupported`, `provider_*`, `network_unreachable`.
    pub async fn log_entry(&self, endpoint: &str, id: &str) -> Result<LogEntry, Failure> {
        let Some(map) = &self.description.log else {
            return Err(Failure::internal("The description does not say how a log entry is read."));
        };
        let raw = self.entry_raw(Some(endpoint), id, None).await?;
        decode::log_entry(&self.description, map, endpoint, raw)
            .map_err(|problem| self.told(ProviderOperation::Entry, &problem))
    }

    async fn entry_raw(
        &self,
        endpoint: Option<&str>,
        id: &str,
        event: Option<&str>,
    ) -> Result<Value, Failure> {
        let operation = ProviderOperation::Entry;
        self.possible(operation)?;
        let mut values = self.with_id(id, Values::new())?;
        values.extend(endpoint.map(|endpoint| ("endpoint".to_owned(), json!(endpoint))));
        values.extend(event.map(|event| ("event_id".to_owned(), json!(event))));
        let answer = self.send(&self.request(operation, &values)?).await?;
        self.json(operation, &answer)
    }

    /// The values that a field of the form can have, where the provider has a call for them. Empty: it
    /// has none, or it is not confirmed and not there.
    ///
    /// # Errors
    /// `provider_*`, `network_unreachable`.
    pub async fn choices(&self, field: &str) -> Result<Vec<ChoiceItem>, Failure> {
        let found = self.description.fields.iter().find(|known| known.name.get_ref() == field);
        let Some(choices) = found.and_then(|field| field.choices.as_ref()) else { return Ok(Vec::new()) };
        let choices = choices.get_ref();
        let shape = Shape {
            operation: ProviderOperation::Health,
            method: choices.method.get_ref(),
            path: choices.path.get_ref(),
            query: &[],
            body: choices.body.as_deref(),
        };
        let read = |raw: Value| decode::choice(&choices.choice, &raw).map(Some);
        let list = self.pages_of(shape, &choices.list, &Values::new(), None, CHOICES, read).await;
        match list {
            Err(failure)
                if choices.support == Support::Unconfirmed && failure.code == ErrorCode::ProviderNotFound =>
            {
                Ok(Vec::new())
            }
            list => list,
        }
    }

    /// The event types that the provider has for this account now.
    ///
    /// # Errors
    /// `unsupported` where there is no such call; `provider_*`, `network_unreachable`.
    pub async fn event_types(&self) -> Result<Vec<ChoiceItem>, Failure> {
        let operation = ProviderOperation::EventTypes;
        self.possible(operation)?;
        let Some(map) = &self.description.operation(operation).choice else {
            return Err(Failure::internal("The description does not say how an event type is read."));
        };
        let read = |raw: Value| decode::choice(map, &raw).map(Some);
        self.pages(operation, &Values::new(), None, CHOICES, read).await
    }

    /// How all endpoints of the account fare, in the provider's own words.
    ///
    /// # Errors
    /// `unsupported` where there is no such call; `provider_*`, `network_unreachable`.
    pub async fn health(&self) -> Result<Value, Failure> {
        let operation = ProviderOperation::Health;
        self.possible(operation)?;
        let answer = self.send(&self.request(operation, &Values::new())?).await;
        let answer = answer.map_err(|failure| self.missing_call(operation, failure))?;
        let mut raw = self.json(operation, &answer)?;
        decode::strip(&mut raw, &self.description.credential.secret_fields);
        Ok(raw)
    }

    fn told(&self, operation: ProviderOperation, problem: &str) -> Failure {
        let (task, undone) = crate::failure::words(operation);
        Failure::new(
            ErrorCode::ProviderAnswerUnreadable,
            format!("{} was asked to {task}, but {problem}. {undone}", self.description.name()),
        )
    }
}
