//! Sending with repetitions, and reading lists page by page.

use super::Client;
use crate::answer::RawAnswer;
use crate::decode::{self, Pages, Read};
use crate::description::ListShape;
use crate::exchange::{self, Lost};
use crate::prepare::Values;
use crate::request::{Request, Shape, With};
use crate::retry;
use crate::transport::Stopped;
use secrecy::ExposeSecret as _;
use serde_json::Value;
use std::time::Duration;
use tokio::sync::OwnedSemaphorePermit;
use waybill_model::{Clock, Failure, ProviderOperation};

/// A provider whose list has more pages than this is going round in circles.
const MOST_PAGES: usize = 1000;

impl Client {
    /// Sends until there is an answer that stands. Only a 2xx is given back.
    pub(super) async fn send(&self, request: &Request) -> Result<RawAnswer, Failure> {
        let _turn = self.turn(request.operation).await?;
        let client = if request.reads() { &self.reads } else { &self.writes };
        let teller = self.teller(request.operation);
        let mut token = self.current_token(request.operation).await?;
        let mut signed_in_again = false;
        let mut waited = Duration::ZERO;
        let mut tried = 0;
        let mut may_be_done = false;
        loop {
            tried += 1;
            let result = exchange::exchange(client, request, &token, &self.options).await;
            let (repeat, hint) = match &result {
                Ok(answer) => {
                    tracing::debug!(
                        provider = self.description.id(),
                        operation = ?request.operation,
                        status = answer.status,
                        tried,
                        "provider answered"
                    );
                    if answer.status == 401 && self.auth.sign_in.is_some() && !signed_in_again {
                        // A refused call was not done, so that it is sent once more with a new token.
                        signed_in_again = true;
                        tried -= 1;
                        token = self.fresh_token(request.operation, &token).await?;
                        continue;
                    }
                    // Deleted by the try before, whose answer was a failure.
                    let gone = may_be_done && answer.status == 404;
                    if answer.is_success() || (gone && request.operation == ProviderOperation::Delete) {
                        self.gate.release();
                        return result.map_err(|lost| teller.lost(request, lost));
                    }
                    may_be_done |= answer.status >= 500;
                    let hint = retry::hint(&self.description, answer, self.clock.now());
                    let limited = retry::limited(&self.description, answer);
                    match answer.status {
                        401 => self.gate.refused(),
                        _ if limited => self.gate.hold(hint.unwrap_or_default()),
                        _ => {}
                    }
                    (retry::again(request, answer.status, limited), hint)
                }
                Err(Lost::NotSent(_)) => (request.repeatable(), None),
                Err(Lost::NoAnswer(_)) => (false, None),
            };
            let wait = retry::wait(hint, tried, &self.entropy);
            let bearable = hint.unwrap_or(wait) <= self.options.longest_wait.saturating_sub(waited);
            if !repeat || !bearable || tried > self.options.retries {
                return Err(match result {
                    Ok(answer) => teller.refused(&answer, hint),
                    Err(lost) => teller.lost(request, lost),
                });
            }
            waited += wait;
            self.options.pause.pause(wait).await;
        }
    }

    /// Waits for this connection's turn.
    pub(super) async fn turn(
        &self,
        operation: ProviderOperation,
    ) -> Result<Option<OwnedSemaphorePermit>, Failure> {
        self.gate.enter(&self.options).await.map_err(|stopped| match stopped {
            Stopped::Refused => self.teller(operation).refused_meanwhile(),
            Stopped::Held(wait) => self.teller(operation).held(wait),
        })
    }

    /// The answer as JSON.
    pub(super) fn json(&self, operation: ProviderOperation, answer: &RawAnswer) -> Result<Value, Failure> {
        let mut value =
            decode::json(answer).map_err(|problem| self.unreadable(operation, answer, &problem))?;
        self.cover(&mut value);
        Ok(value)
    }

    /// Covers the connection's credential where an answer says it back: what is read is kept and shown.
    fn cover(&self, value: &mut Value) {
        match value {
            Value::String(text) => {
                for hidden in &self.hidden {
                    let hidden = hidden.expose_secret().trim();
                    // Less is no credential, and would be found in words.
                    if hidden.len() >= 8 && text.contains(hidden) {
                        *text = text.replace(hidden, "<token>");
                    }
                }
            }
            Value::Array(items) => items.iter_mut().for_each(|item| self.cover(item)),
            Value::Object(members) => members.values_mut().for_each(|member| self.cover(member)),
            Value::Null | Value::Bool(_) | Value::Number(_) => {}
        }
    }

    pub(super) fn unreadable(
        &self,
        operation: ProviderOperation,
        answer: &RawAnswer,
        problem: &str,
    ) -> Failure {
        self.teller(operation).unreadable(answer, operation.reads(), problem)
    }

    /// The request of a list's first page.
    pub(super) fn page_request(
        &self,
        operation: ProviderOperation,
        values: &Values,
    ) -> Result<Request, Failure> {
        let Some(shape) = &self.description.operation(operation).list else {
            return Err(Failure::internal("The description does not say how this list is read."));
        };
        let wanted =
            values.get("limit").and_then(Value::as_u64).and_then(|limit| usize::try_from(limit).ok());
        let page = Pages::new(shape, wanted).parameters();
        let with = With { page: &page, ..With::default() };
        Request::build(&self.description, &self.frame, Shape::of(&self.description, operation)?, values, with)
    }

    /// Reads the list of an operation to its end, or until `wanted` items were kept. `read` may leave
    /// items out.
    pub(super) async fn pages<T>(
        &self,
        operation: ProviderOperation,
        values: &Values,
        page_limit: Option<usize>,
        wanted: usize,
        read: impl FnMut(Value) -> Read<Option<T>>,
    ) -> Result<Vec<T>, Failure> {
        let Some(list) = &self.description.operation(operation).list else {
            return Err(Failure::internal("The description does not say how this list is read."));
        };
        let shape = Shape::of(&self.description, operation)?;
        self.pages_of(shape, list, values, page_limit, wanted, read).await
    }

    /// Reads the list of a call.
    pub(super) async fn pages_of<T>(
        &self,
        shape: Shape<'_>,
        list: &ListShape,
        values: &Values,
        page_limit: Option<usize>,
        wanted: usize,
        mut read: impl FnMut(Value) -> Read<Option<T>>,
    ) -> Result<Vec<T>, Failure> {
        let operation = shape.operation;
        let mut pages = Pages::new(list, page_limit);
        let mut kept = Vec::new();
        for _ in 0..MOST_PAGES {
            let page = pages.parameters();
            let with = With { page: &page, ..With::default() };
            let request = Request::build(&self.description, &self.frame, shape, values, with)?;
            let answer = self.send(&request).await?;
            let unreadable = |problem: String| self.unreadable(operation, &answer, &problem);
            let body = self.json(operation, &answer)?;
            let step = pages.step(body, answer.header("link")).map_err(unreadable)?;
            for item in step.items {
                if let Some(item) = read(item).map_err(unreadable)? {
                    kept.push(item);
                }
                if kept.len() >= wanted {
                    return Ok(kept);
                }
            }
            if !step.more {
                return Ok(kept);
            }
        }
        Err(Failure::new(
            waybill_model::ErrorCode::ProviderAnswerUnreadable,
            format!(
                "{} answers more than {MOST_PAGES} pages. The list was not taken.",
                self.description.name()
            ),
        ))
    }
}
