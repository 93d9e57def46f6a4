//! How a change is made: of which calls it consists, what the answer is read into, what a conflict
//! tells; and calls whose answers say little.

use super::Client;
use crate::answer::RawAnswer;
use crate::call::EndpointPatch;
use crate::decode;
use crate::description::OutcomeMap;
use crate::prepare::{self, Values};
use crate::request::{Request, Shape, With};
use secrecy::{ExposeSecret, SecretString};
use serde_json::{Value, json};
use waybill_model::{Endpoint, ErrorCode, Failure, ProviderOperation};

impl Client {
    /// The requests of a change. For a provider that wants the whole object it is filled in from a
    /// fresh read, which also tells a conflict before anything is sent.
    pub(super) async fn update_requests(
        &self,
        id: &str,
        patch: &EndpointPatch,
        revision: Option<&str>,
        secret: Option<&SecretString>,
    ) -> Result<Vec<Request>, Failure> {
        let mut values =
            self.with_id(id, prepare::update(&self.description, &self.frame.scope, patch, self.local)?)?;
        let operation = ProviderOperation::Update;
        if self.needs_secret(patch) {
            let secret = secret.ok_or_else(|| self.secret_lost())?;
            values.insert("secret".to_owned(), json!(secret.expose_secret()));
        }
        let shape = Shape::of(&self.description, operation)?;
        let whole = self.description.operation(operation);
        let mut fresh = None;
        if whole.merge {
            let current = self.get(id).await?;
            if revision.is_some_and(|revision| current.revision.as_deref() != Some(revision)) {
                return Err(self.conflict(&current, None));
            }
            fresh = Some(current.raw);
        } else {
            values.extend(revision.map(|revision| ("revision".to_owned(), json!(revision))));
        }
        let with = With { fresh: fresh.as_ref(), ..With::default() };
        let first = Request::build(&self.description, &self.frame, shape, &values, with)?;
        // With several calls, one of which nothing is asked is left out.
        let mut requests = vec![first];
        requests.retain(|request| request.body.is_some() || whole.more.is_empty());
        for step in &whole.more {
            let shape = Shape {
                operation,
                method: step.method.get_ref(),
                path: step.path.get_ref(),
                query: &[],
                body: Some(&step.body),
            };
            let request = Request::build(&self.description, &self.frame, shape, &values, With::default())?;
            requests.extend(request.body.is_some().then_some(request));
        }
        if requests.is_empty() {
            return Err(Failure::invalid("The provider has no call that changes this. Nothing was sent."));
        }
        Ok(requests)
    }

    /// Sends the calls of a change one after the other and gives the endpoint as it stands then.
    pub(super) async fn changed(&self, id: &str, requests: Vec<Request>) -> Result<Endpoint, Failure> {
        let several = !self.description.operation(ProviderOperation::Update).more.is_empty();
        let mut last = None;
        for (done, request) in requests.iter().enumerate() {
            match self.send(request).await {
                Ok(answer) => last = Some((request.operation, answer)),
                Err(failure) if failure.code == ErrorCode::ProviderConflict => {
                    return Err(match self.get(id).await {
                        Ok(current) => self.conflict(&current, Some(failure)),
                        Err(_) => failure,
                    });
                }
                Err(mut failure) if done > 0 => {
                    failure.message =
                        format!("A part of the change was made before this. {}", failure.message);
                    return Err(failure);
                }
                Err(failure) => return Err(failure),
            }
        }
        match last {
            Some((operation, answer)) if !(several || said_nothing(&answer)) => {
                let raw = self.json(operation, &answer)?;
                self.endpoint(operation, &answer, raw)
            }
            _ => self.get(id).await,
        }
    }

    /// The request of a rotation; where the provider wants the whole object, filled in from a fresh read.
    pub(super) async fn rotate_request(
        &self,
        id: &str,
        values: &Values,
        key: Option<&str>,
    ) -> Result<Request, Failure> {
        let operation = ProviderOperation::Rotate;
        let shape = Shape::of(&self.description, operation)?;
        let mut fresh = None;
        if self.description.operation(operation).merge {
            fresh = Some(self.get(id).await?.raw);
        }
        let with = With { fresh: fresh.as_ref(), key, ..With::default() };
        Request::build(&self.description, &self.frame, shape, values, with)
    }

    fn secret_lost(&self) -> Failure {
        Failure::invalid(format!(
            "{} forgets the signing secret when the address changes, and the secret is not known here. Nothing was sent.",
            self.description.name()
        ))
        .hint("Rotate the secret first, so that it is known here; then change the address.")
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

    pub(super) fn endpoint(
        &self,
        operation: ProviderOperation,
        answer: &RawAnswer,
        raw: Value,
    ) -> Result<Endpoint, Failure> {
        decode::endpoint(&self.description, &self.frame.scope, &self.connection, raw)
            .map_err(|problem| self.unreadable(operation, answer, &problem))
    }

    /// A call whose answer says little: an empty body is an answer too.
    pub(super) async fn act(
        &self,
        operation: ProviderOperation,
        values: Values,
        key: Option<&str>,
    ) -> Result<(RawAnswer, decode::Outcome), Failure> {
        self.possible(operation)?;
        let request = self.keyed_request(operation, &values, key)?;
        let answer = self.send(&request).await?;
        let nothing = OutcomeMap::default();
        let told = self.description.operation(operation).outcome.as_ref();
        // Whose content nobody reads may be of any form; the status has said it all.
        let raw = match told {
            Some(_) if !answer.body.expose_secret().is_empty() && answer.is_success() => {
                self.json(operation, &answer)?
            }
            _ => self.json(operation, &answer).unwrap_or(Value::Null),
        };
        let outcome = decode::outcome(&self.description, told.unwrap_or(&nothing), raw)
            .map_err(|problem| self.unreadable(operation, &answer, &problem))?;
        Ok((answer, outcome))
    }
}

/// True for a whole answer without a body.
fn said_nothing(answer: &RawAnswer) -> bool {
    answer.is_whole() && answer.body.expose_secret().is_empty()
}
