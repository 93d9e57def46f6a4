//! The writes: create, change, switch, delete, rotate, test.

use super::Client;
use crate::answer::RawAnswer;
use crate::call::{Created, EndpointPatch, NewEndpoint, Rotated, TestOutcome};
use crate::decode;
use crate::prepare::{self, Values};
use secrecy::{ExposeSecret, SecretString};
use serde_json::{Value, json};
use waybill_model::{Endpoint, ErrorCode, Failure, ProviderOperation};

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
    /// it came, also one that broke off, since it may hold the secret. With it goes a secret that was
    /// made here, or that was read right after.
    ///
    /// # Errors
    /// As [`Client::create`], except that the answer's content is not looked at.
    pub async fn send_create(&self, new: &NewEndpoint, key: Option<&str>) -> Result<RawAnswer, Failure> {
        self.possible(ProviderOperation::Create)?;
        let mut values = prepare::create(&self.description, &self.frame.scope, new, self.local)?;
        let made = self.made_secret(&mut values);
        let request = self.keyed_request(ProviderOperation::Create, &values, key)?;
        let answer = self.send(&request).await?;
        Ok(self.complete(answer, made, None).await)
    }

    /// The second half of `create`.
    ///
    /// # Errors
    /// `provider_answer_unreadable`, or `outcome_unknown` for an answer that broke off. In both
    /// cases the endpoint is probably there.
    pub fn decode_create(&self, answer: &RawAnswer) -> Result<Created, Failure> {
        let raw = self.json(ProviderOperation::Create, answer)?;
        let secret = self.brought(answer, &raw);
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
        self.update_with(id, patch, revision, None).await
    }

    /// As [`Client::update`], with the secret that the endpoint has. A provider that forgets it when the
    /// address changes is told it again; see [`Client::needs_secret`].
    ///
    /// # Errors
    /// As [`Client::update`]; `invalid_input` when the secret is needed and is not there.
    pub async fn update_with(
        &self,
        id: &str,
        patch: &EndpointPatch,
        revision: Option<&str>,
        secret: Option<&SecretString>,
    ) -> Result<Endpoint, Failure> {
        self.possible(ProviderOperation::Update)?;
        let requests = self.update_requests(id, patch, revision, secret).await?;
        self.changed(id, requests).await
    }

    /// True when this change makes the provider forget the endpoint's secret, unless it is told it again.
    #[must_use]
    pub fn needs_secret(&self, patch: &EndpointPatch) -> bool {
        self.description.credential.lost_with_url && patch.url.is_some()
    }

    /// Switches an endpoint on or off.
    ///
    /// # Errors
    /// As [`Client::update`].
    pub async fn set_active(&self, id: &str, active: bool) -> Result<Endpoint, Failure> {
        self.possible(ProviderOperation::SetActive)?;
        let requests = if self.description.operation(ProviderOperation::SetActive).via.is_some() {
            let mut requests = self.update_requests(id, &switch(active), None, None).await?;
            requests.iter_mut().for_each(|request| request.operation = ProviderOperation::SetActive);
            requests
        } else {
            let values = self.with_id(id, Values::from([("active".to_owned(), json!(active))]))?;
            vec![self.request(ProviderOperation::SetActive, &values)?]
        };
        self.changed(id, requests).await
    }

    /// Removes an endpoint.
    ///
    /// # Errors
    /// `provider_*`, `network_unreachable`, `outcome_unknown`.
    pub async fn delete(&self, id: &str) -> Result<(), Failure> {
        let (answer, outcome) =
            self.act(ProviderOperation::Delete, self.with_id(id, Values::new())?, None).await?;
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
        let mut values = self.with_id(id, Values::new())?;
        let made = self.made_secret(&mut values);
        let request = self.rotate_request(id, &values, key).await?;
        let answer = self.send(&request).await?;
        Ok(self.complete(answer, made, Some(id)).await)
    }

    /// The second half of `rotate`.
    ///
    /// # Errors
    /// `provider_answer_unreadable` when there is no secret where the documents say, and
    /// `outcome_unknown` for an answer that broke off.
    pub fn decode_rotate(&self, answer: &RawAnswer) -> Result<Rotated, Failure> {
        if let Some(secret) = &answer.beside {
            return Ok(Rotated { secret: secret.clone() });
        }
        let raw = self.json(ProviderOperation::Rotate, answer)?;
        let at = &self.description.credential.at;
        let secret = self.brought(answer, &raw).ok_or_else(|| {
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
        let key = self.idempotency_key(ProviderOperation::Test);
        let (_, outcome) = self.act(ProviderOperation::Test, values, key.as_deref()).await?;
        Ok(TestOutcome {
            succeeded: outcome.succeeded,
            response_status: outcome.response_status,
            latency_ms: outcome.latency_ms,
            error: outcome.error,
            raw: outcome.raw,
        })
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
