//! The client of one connection: every operation that its provider's description has.
//!
//! Each operation checks what it is given before anything is sent, sends as the description says,
//! and reads the answer into the common form. `create` and `rotate` are also there in two halves,
//! so that the raw answer can be sealed before it is parsed.

mod connection;
mod operations;
mod send;
mod writes;

pub use connection::ClientConnection;

use crate::call::{Call, DryRun};
use crate::description::{Auth, Description};
use crate::exchange;
use crate::failure::{Teller, words};
use crate::options::HttpOptions;
use crate::prepare::{self, Values};
use crate::request::{Frame, Request};
use secrecy::SecretString;
use serde_json::{Value, json};
use std::sync::Arc;
use waybill_model::{Clock, Entropy, ErrorCode, Failure, LogState, Name, ProviderOperation, Support};

/// Calls one provider for one connection.
#[derive(Clone, Debug)]
pub struct Client {
    description: Arc<Description>,
    connection: Name,
    frame: Frame,
    auth: Auth,
    token: SecretString,
    /// True when the provider is on this machine.
    local: bool,
    options: HttpOptions,
    clock: Arc<dyn Clock>,
    entropy: Arc<dyn Entropy>,
    reads: reqwest::Client,
    writes: reqwest::Client,
}

impl Client {
    /// A client for a connection. Nothing is sent.
    ///
    /// # Errors
    /// `invalid_input` with the fields that are wrong: see [`Description::check_connection`].
    pub fn new(
        description: Arc<Description>,
        connection: ClientConnection,
        options: HttpOptions,
        clock: Arc<dyn Clock>,
        entropy: Arc<dyn Entropy>,
    ) -> Result<Self, Failure> {
        let (base, auth) = connection::resolve(&description, &connection)?;
        let local = crate::base::is_loopback(&base);
        let plain = local && base.scheme() == "http";
        let frame = Frame {
            base: base.as_str().trim_end_matches('/').to_owned(),
            vars: connection.vars,
            auth_header: auth.header.get_ref().clone(),
            auth_prefix: auth.prefix.clone(),
        };
        let auth = auth.clone();
        Ok(Self {
            reads: exchange::http_client(&options, plain, false)?,
            writes: exchange::http_client(&options, plain, true)?,
            description,
            connection: connection.name,
            frame,
            auth,
            token: connection.token,
            local,
            options,
            clock,
            entropy,
        })
    }

    /// The description that this client obeys.
    #[must_use]
    pub fn description(&self) -> &Arc<Description> {
        &self.description
    }

    /// The base address that is called, without a slash at its end.
    #[must_use]
    pub fn base_url(&self) -> &str {
        &self.frame.base
    }

    /// Whether an operation can be asked for here, and how far it is confirmed.
    #[must_use]
    pub fn support(&self, operation: ProviderOperation) -> Support {
        self.description.support(operation)
    }

    /// A key that makes `operation` safe to repeat, where the provider honours one. Keep it with
    /// the intent and hand it in again after a failure that leaves the outcome open.
    #[must_use]
    pub fn idempotency_key(&self, operation: ProviderOperation) -> Option<String> {
        self.description.operation(operation).idempotency_header.as_ref()?;
        let mut bytes = [0_u8; 16];
        self.entropy.fill(&mut bytes);
        let hex: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
        Some(format!("waybill-{hex}"))
    }

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
            Call::Update { id, patch, revision } => self.update_request(id, patch, revision).await?,
            Call::SetActive { id, active } if via == Some(ProviderOperation::Update) => {
                self.update_request(id, &writes::switch(active), None).await?
            }
            Call::SetActive { id, active } => {
                let values = self.with_id(id, Values::from([("active".to_owned(), json!(active))]))?;
                self.request(operation, &values)?
            }
            Call::Create(new) => {
                let values = prepare::create(&self.description, new, self.local)?;
                let key = self.idempotency_key(operation);
                self.keyed_request(operation, &values, key.as_deref())?
            }
            Call::List => self.page_request(ProviderOperation::List, &Values::new())?,
            Call::Get { .. } if via == Some(ProviderOperation::List) => {
                self.page_request(ProviderOperation::List, &Values::new())?
            }
            Call::Log { id, query } => self.page_request(operation, &self.log_values(id, query)?)?,
            Call::Test { id, event } => self.request(operation, &self.test_values(id, event)?)?,
            Call::Get { id } | Call::Delete { id } | Call::Rotate { id } => {
                self.request(operation, &self.with_id(id, Values::new())?)?
            }
            Call::Redeliver { entry } => {
                let values = self.with_id(entry, Values::new())?;
                self.keyed_request(operation, &values, self.idempotency_key(operation).as_deref())?
            }
        };
        Ok(request.dry_run())
    }

    fn teller(&self, operation: ProviderOperation) -> Teller<'_> {
        Teller { description: &self.description, operation, auth: Some(&self.auth), token: &self.token }
    }

    /// Refuses what the provider does not have, and guessed writes that are not switched on.
    fn possible(&self, operation: ProviderOperation) -> Result<(), Failure> {
        let shape = self.description.operation(operation);
        let (task, _) = words(operation);
        let title = self.description.name();
        let message = match shape.support {
            Support::Supported | Support::Emulated => return Ok(()),
            Support::Unconfirmed => {
                let reads = matches!(
                    operation,
                    ProviderOperation::List | ProviderOperation::Get | ProviderOperation::Log
                );
                if reads || self.options.unconfirmed_writes {
                    return Ok(());
                }
                format!(
                    "{title} does not document how to {task}, and guesses are switched off. Nothing was sent."
                )
            }
            Support::Unsupported => format!("{title} has no call to {task}. Nothing was sent."),
        };
        let failure = Failure::new(ErrorCode::Unsupported, message);
        Err(if shape.note.is_empty() { failure } else { failure.hint(shape.note.clone()) })
    }

    fn with_id(&self, id: &str, mut values: Values) -> Result<Values, Failure> {
        if id.is_empty() {
            return Err(Failure::invalid("An empty id names nothing. Nothing was sent."));
        }
        values.insert("id".to_owned(), Value::String(id.to_owned()));
        Ok(values)
    }

    fn request(&self, operation: ProviderOperation, values: &Values) -> Result<Request, Failure> {
        self.keyed_request(operation, values, None)
    }

    fn keyed_request(
        &self,
        operation: ProviderOperation,
        values: &Values,
        key: Option<&str>,
    ) -> Result<Request, Failure> {
        Request::build(&self.description, &self.frame, operation, values, &[], None, key)
    }

    fn log_values(&self, id: &str, query: crate::LogQuery) -> Result<Values, Failure> {
        let mut values = Values::new();
        if let Some(state) = query.state {
            let word = match state {
                LogState::Succeeded => "succeeded",
                LogState::Failed => "failed",
                LogState::Pending => "pending",
                LogState::Unknown => "unknown",
            };
            values.insert("state".to_owned(), json!(word));
        }
        values.insert("limit".to_owned(), json!(query.limit));
        self.with_id(id, values)
    }

    fn test_values(&self, id: &str, event: Option<&str>) -> Result<Values, Failure> {
        let event = event.map(|event| ("event".to_owned(), json!(event)));
        self.with_id(id, event.into_iter().collect())
    }
}
