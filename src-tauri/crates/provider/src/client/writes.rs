//! The writes: create, change, switch, delete, rotate, test, send again.

use super::Client;
use crate::call::{Created, EndpointPatch, NewEndpoint, Redelivered, Rotated, TestOutcome};
use crate::decode;
use crate::description::OutcomeMap;
use crate::exchange::RawAnswer;
use crate::prepare::{self, Values};
use crate::request::Request;
use secrecy::{ExposeSecret, SecretString};
use serde_json::{Value, json};
use waybill_model::{CredentialKind, Endpoint, ErrorCode, Failure, ProviderOperation};

/// The change that only switches.
pub(super) fn switch(active: bool) -> EndpointPatch {
    EndpointPatch { active: Some(active), ..EndpointPatch::default() }
}

impl Client {
    /// Makes an endpoint. Whoever must not lose the secret uses the two halves instead.
    ///
    /// # Errors
    /// `invalid_input` before anything is sent; `provider_*`, `network_unreachable`,
    /// `outcome_unknown` after.
    pub async fn create(&self, new: &NewEndpoint) -> Result<Created, Failure> {
        let key = self.idempotency_key(ProviderOperation::Create);
        let answer = self.send_create(new, key.as_deref()).await?;
        self.decode_create(&answer)
    }

    /// The first half of `create`: sends once (again only with a key) and gives the 2xx answer as
    /// it came, also one that broke off, since it may hold the secret.
    ///
    /// # Errors
    /// As [`Client::create`], except that the answer's content is not looked at.
    pub async fn send_create(&self, new: &NewEndpoint, key: Option<&str>) -> Result<RawAnswer, Failure> {
        self.possible(ProviderOperation::Create)?;
        let values = prepare::create(&self.description, new, self.local)?;
        let request = self.keyed_request(ProviderOperation::Create, &values, key)?;
        self.send(&request).await
    }

    /// The second half of `create`.
    ///
    /// # Errors
    /// `provider_answer_unreadable`, or `outcome_unknown` for an answer that broke off. In both
    /// cases the endpoint is probably there.
    pub fn decode_create(&self, answer: &RawAnswer) -> Result<Created, Failure> {
        let raw = self.json(ProviderOperation::Create, answer)?;
        let shared = self.description.credential.kind == CredentialKind::SharedSecret;
        let secret = if shared { decode::take(&raw, &self.description.credential.at) } else { None };
        let public_key = decode::public_key(&self.description, &raw);
        let mut endpoint = self.endpoint(ProviderOperation::Create, answer, raw)?;
        forget(&mut endpoint.raw, secret.as_ref());
        Ok(Created { endpoint, secret, public_key })
    }

    /// The public key of an endpoint that was read, for a provider that signs with a private one.
    #[must_use]
    pub fn public_key(&self, endpoint: &Endpoint) -> Option<String> {
        decode::public_key(&self.description, &endpoint.raw)
    }

    /// Changes an endpoint. `revision` is that of the endpoint the change was made from; where the
    /// provider has revisions and its copy has another by now, nothing is changed.
    ///
    /// # Errors
    /// `invalid_input`; `provider_conflict` with `{current}` in its details; other `provider_*`;
    /// `network_unreachable`; `outcome_unknown`.
    pub async fn update(
        &self,
        id: &str,
        patch: &EndpointPatch,
        revision: Option<&str>,
    ) -> Result<Endpoint, Failure> {
        self.possible(ProviderOperation::Update)?;
        let request = self.update_request(id, patch, revision).await?;
        self.changed(id, request).await
    }

    /// Switches an endpoint on or off.
    ///
    /// # Errors
    /// As [`Client::update`].
    pub async fn set_active(&self, id: &str, active: bool) -> Result<Endpoint, Failure> {
        self.possible(ProviderOperation::SetActive)?;
        let request = if self.description.operation(ProviderOperation::SetActive).via.is_some() {
            let mut request = self.update_request(id, &switch(active), None).await?;
            request.operation = ProviderOperation::SetActive;
            request
        } else {
            let values = self.with_id(id, Values::from([("active".to_owned(), json!(active))]))?;
            self.request(ProviderOperation::SetActive, &values)?
        };
        self.changed(id, request).await
    }

    /// Removes an endpoint.
    ///
    /// # Errors
    /// `provider_*`, `network_unreachable`, `outcome_unknown`.
    pub async fn delete(&self, id: &str) -> Result<(), Failure> {
        let (answer, outcome) = self.act(ProviderOperation::Delete, self.with_id(id, Values::new())?).await?;
        if outcome.succeeded == Some(false) {
            return Err(Failure::new(
                ErrorCode::ProviderRejected,
                format!(
                    "{} answered {} and said that it did not delete the endpoint. It is still there.",
                    self.description.name(),
                    answer.status
                ),
            ));
        }
        Ok(())
    }

    /// Makes a new secret. Whoever must not lose it uses the two halves instead.
    ///
    /// # Errors
    /// `unsupported`, `provider_*`, `network_unreachable`, `outcome_unknown`: after the last one
    /// the old secret may be dead.
    pub async fn rotate(&self, id: &str) -> Result<Rotated, Failure> {
        let answer = self.send_rotate(id, self.idempotency_key(ProviderOperation::Rotate).as_deref()).await?;
        self.decode_rotate(&answer)
    }

    /// The first half of `rotate`: sends once (again only with a key) and gives the 2xx answer as it came.
    ///
    /// # Errors
    /// As [`Client::rotate`], except that the answer's content is not looked at.
    pub async fn send_rotate(&self, id: &str, key: Option<&str>) -> Result<RawAnswer, Failure> {
        self.possible(ProviderOperation::Rotate)?;
        let values = self.with_id(id, Values::new())?;
        let request = self.keyed_request(ProviderOperation::Rotate, &values, key)?;
        self.send(&request).await
    }

    /// The second half of `rotate`.
    ///
    /// # Errors
    /// `provider_answer_unreadable` when there is no secret where the documents say, and
    /// `outcome_unknown` for an answer that broke off.
    pub fn decode_rotate(&self, answer: &RawAnswer) -> Result<Rotated, Failure> {
        let raw = self.json(ProviderOperation::Rotate, answer)?;
        let at = &self.description.credential.at;
        let secret = decode::take(&raw, at).ok_or_else(|| {
            self.unreadable(
                ProviderOperation::Rotate,
                answer,
                &format!("`{at}`, the new secret, is missing in its answer"),
            )
        })?;
        Ok(Rotated { secret })
    }

    /// Asks the provider to send a test event, and waits for what came of it where the provider tells.
    ///
    /// # Errors
    /// `unsupported`, `provider_*`, `network_unreachable`, `outcome_unknown`.
    pub async fn test(&self, id: &str, event: Option<&str>) -> Result<TestOutcome, Failure> {
        let values = self.test_values(id, event)?;
        let (_, outcome) = self.act(ProviderOperation::Test, values).await?;
        Ok(TestOutcome {
            succeeded: outcome.succeeded,
            response_status: outcome.response_status,
            latency_ms: outcome.latency_ms,
            error: outcome.error,
            raw: outcome.raw,
        })
    }

    /// Asks the provider to send a delivery again. `entry` is the id of the log entry.
    ///
    /// # Errors
    /// `unsupported`, `provider_*`, `network_unreachable`, `outcome_unknown`.
    pub async fn redeliver(&self, entry: &str) -> Result<Redelivered, Failure> {
        let values = self.with_id(entry, Values::new())?;
        let (_, outcome) = self.act(ProviderOperation::Redeliver, values).await?;
        Ok(Redelivered { entry: outcome.id, status: outcome.status, raw: outcome.raw })
    }

    /// The request of a change; for a provider that wants the whole object it is filled in from a
    /// fresh read, which also tells a conflict before anything is sent.
    pub(super) async fn update_request(
        &self,
        id: &str,
        patch: &EndpointPatch,
        revision: Option<&str>,
    ) -> Result<Request, Failure> {
        let values = self.with_id(id, prepare::update(&self.description, patch, self.local)?)?;
        let operation = ProviderOperation::Update;
        if !self.description.operation(operation).merge {
            let revision = revision.map(|revision| ("revision".to_owned(), json!(revision)));
            let values = values.into_iter().chain(revision).collect();
            return self.request(operation, &values);
        }
        let current = self.get(id).await?;
        if revision.is_some_and(|revision| current.revision.as_deref() != Some(revision)) {
            return Err(self.conflict(&current, None));
        }
        let fresh = Some(&current.raw);
        Request::build(&self.description, &self.frame, operation, &values, &[], fresh, None)
    }

    async fn changed(&self, id: &str, request: Request) -> Result<Endpoint, Failure> {
        let answer = match self.send(&request).await {
            Ok(answer) => answer,
            Err(failure) if failure.code == ErrorCode::ProviderConflict => {
                return Err(match self.get(id).await {
                    Ok(current) => self.conflict(&current, Some(failure)),
                    Err(_) => failure,
                });
            }
            Err(failure) => return Err(failure),
        };
        if answer.is_whole() && answer.body.expose_secret().is_empty() {
            return self.get(id).await;
        }
        let raw = self.json(request.operation, &answer)?;
        self.endpoint(request.operation, &answer, raw)
    }

    fn conflict(&self, current: &Endpoint, refused: Option<Failure>) -> Failure {
        let mut failure = refused.unwrap_or_else(|| {
            Failure::new(
                ErrorCode::ProviderConflict,
                format!(
                    "The endpoint was changed at {} meanwhile. Your change was not sent.",
                    self.description.name()
                ),
            )
            .hint("Somebody changed it meanwhile: look at both sides and decide which shall hold.")
        });
        let mut details = failure.details.take().map_or_else(|| json!({}), |details| *details);
        if let Value::Object(members) = &mut details {
            members.insert("current".to_owned(), json!(current));
        }
        failure.details(details)
    }

    fn endpoint(
        &self,
        operation: ProviderOperation,
        answer: &RawAnswer,
        raw: Value,
    ) -> Result<Endpoint, Failure> {
        decode::endpoint(&self.description, &self.connection, raw)
            .map_err(|problem| self.unreadable(operation, answer, &problem))
    }

    /// A call whose answer says little: an empty body is an answer too.
    async fn act(
        &self,
        operation: ProviderOperation,
        values: Values,
    ) -> Result<(RawAnswer, decode::Outcome), Failure> {
        self.possible(operation)?;
        let key = self.idempotency_key(operation);
        let request = self.keyed_request(operation, &values, key.as_deref())?;
        let answer = self.send(&request).await?;
        let nothing = OutcomeMap::default();
        let told = self.description.operation(operation).outcome.as_ref();
        // Whose content nobody reads may be of any form; the status has said it all.
        let raw = match told {
            Some(_) if !answer.body.expose_secret().is_empty() && answer.is_success() => {
                self.json(operation, &answer)?
            }
            _ => decode::json(&answer).unwrap_or(Value::Null),
        };
        let outcome = decode::outcome(&self.description, told.unwrap_or(&nothing), raw)
            .map_err(|problem| self.unreadable(operation, &answer, &problem))?;
        Ok((answer, outcome))
    }
}

/// Takes away every other copy of the secret, under whatever name the provider repeats it.
fn forget(value: &mut Value, secret: Option<&SecretString>) {
    let Some(secret) = secret else { return };
    match value {
        Value::String(text) if text.contains(secret.expose_secret()) => *value = Value::Null,
        Value::Array(items) => items.iter_mut().for_each(|item| forget(item, Some(secret))),
        Value::Object(members) => members.values_mut().for_each(|value| forget(value, Some(secret))),
        _ => {}
    }
}
