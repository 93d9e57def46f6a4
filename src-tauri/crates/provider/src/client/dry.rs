//! The exact call that would be made, for whoever wants to see it first.

use super::{Client, writes};
use crate::call::{Call, DryRun};
use crate::prepare::{self, Values};
use crate::request::Request;
use serde_json::json;
use waybill_model::{Failure, ProviderOperation};

impl Client {
    /// The exact call that would be made, the credential covered. Changes nothing. An update of a
    /// provider that wants the whole object reads the endpoint first, as its body is made of it.
    ///
    /// # Errors
    /// Those of the operation before it sends.
    pub async fn dry_run(&self, call: Call<'_>) -> Result<DryRun, Failure> {
        let operation = call.operation();
        self.possible(operation)?;
        let via = self.description.operation(operation).via.as_ref().map(|via| *via.get_ref());
        let request = match call {
            Call::Update { id, patch, revision } => {
                let shown = self.needs_secret(patch).then(|| SHOWN.into());
                return Ok(chained(self.update_requests(id, patch, revision, shown.as_ref()).await?));
            }
            Call::SetActive { id, active } if via == Some(ProviderOperation::Update) => {
                return Ok(chained(self.update_requests(id, &writes::switch(active), None, None).await?));
            }
            Call::SetActive { id, active } => {
                let values = self.with_id(id, Values::from([("active".to_owned(), json!(active))]))?;
                self.request(operation, &values)?
            }
            Call::Create(new) => {
                let mut values = prepare::create(&self.description, &self.frame.scope, new, self.local)?;
                self.show_secret(&mut values);
                let key = self.idempotency_key(operation);
                self.keyed_request(operation, &values, key.as_deref())?
            }
            Call::List => self.page_request(ProviderOperation::List, &Values::new())?,
            Call::Get { .. } if via == Some(ProviderOperation::List) => {
                self.page_request(ProviderOperation::List, &Values::new())?
            }
            Call::Log { id, query } => self.page_request(operation, &self.log_values(id, query)?)?,
            Call::Test { id, event } => {
                let values = self.test_values(id, event)?;
                self.keyed_request(operation, &values, self.idempotency_key(operation).as_deref())?
            }
            Call::Get { id } | Call::Delete { id } => {
                self.request(operation, &self.with_id(id, Values::new())?)?
            }
            Call::Rotate { id } => {
                let mut values = self.with_id(id, Values::new())?;
                self.show_secret(&mut values);
                self.rotate_request(id, &values, self.idempotency_key(operation).as_deref()).await?
            }
            Call::Redeliver { .. }
            | Call::RedeliverAt { .. }
            | Call::ReplayEvent { .. }
            | Call::Recover { .. } => {
                let values = self.again_values(call).await?;
                self.keyed_request(operation, &values, self.idempotency_key(operation).as_deref())?
            }
        };
        Ok(request.dry_run())
    }

    /// A secret that would be made stands there as its place only.
    fn show_secret(&self, values: &mut Values) {
        if self.makes_secret() {
            values.insert("secret".to_owned(), json!(SHOWN));
        }
    }
}

/// How a secret is shown where it must not be.
const SHOWN: &str = "<secret>";

/// The first call, and those that follow it.
fn chained(requests: Vec<Request>) -> DryRun {
    let mut calls = requests.into_iter().map(Request::dry_run);
    let nothing = DryRun {
        method: String::new(),
        url: String::new(),
        headers: Vec::new(),
        body: None,
        then: Vec::new(),
    };
    let first = calls.next().unwrap_or(nothing);
    DryRun { then: calls.collect(), ..first }
}
