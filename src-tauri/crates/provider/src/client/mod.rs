//! The client of one connection: every operation that its provider's description has.
//!
//! Each operation checks what it is given before anything is sent, sends as the description says,
//! and reads the answer into the common form. `create` and `rotate` are also there in two halves,
//! so that the raw answer can be sealed before it is parsed.

mod again;
mod change;
mod connection;
mod dry;
mod listen;
mod operations;
mod recovered;
mod secrets;
mod send;
mod session;
mod writes;

pub use connection::ClientConnection;
pub use listen::{Heard, HeardEvent, Listening};

use crate::description::{Auth, AuthKind, Description};
use crate::encode;
use crate::failure::{Teller, words};
use crate::options::HttpOptions;
use crate::prepare::Values;
use crate::request::{Frame, Request, Shape, With};
use crate::transport::Gate;
use secrecy::{ExposeSecret, SecretString};
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
    /// The credential as it was given.
    credential: SecretString,
    /// The credential as it stands in the header, unless it is signed in with.
    token: SecretString,
    /// What must not stand in any word of a failure.
    hidden: Vec<SecretString>,
    /// True when the provider is on this machine.
    local: bool,
    options: HttpOptions,
    clock: Arc<dyn Clock>,
    entropy: Arc<dyn Entropy>,
    reads: reqwest::Client,
    writes: reqwest::Client,
    gate: Arc<Gate>,
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
        let scope = connection::scope(&description, &connection.vars);
        let scope =
            scope.ok().flatten().map(|scope| (scope.id.get_ref().clone(), scope.path.get_ref().clone()));
        let (scope, scope_path) = scope.unwrap_or_default();
        let frame = Frame {
            base: base.as_str().trim_end_matches('/').to_owned(),
            vars: connection.vars,
            scope,
            scope_path,
            auth_header: auth.header().to_owned(),
            auth_prefix: auth.prefix().to_owned(),
        };
        let (token, hidden) = worn(auth, &connection.token);
        let auth = auth.clone();
        let place = format!("{}\n{}\n{}", connection.name, frame.base, frame.scope_path);
        Ok(Self {
            reads: options.transport.http(&options, plain, false)?,
            writes: options.transport.http(&options, plain, true)?,
            gate: options.transport.gate(&place, &description.rate_limit),
            description,
            connection: connection.name,
            frame,
            auth,
            credential: connection.token,
            token,
            hidden,
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

    fn teller(&self, operation: ProviderOperation) -> Teller<'_> {
        Teller { description: &self.description, operation, auth: Some(&self.auth), hidden: &self.hidden }
    }

    /// Refuses what the provider does not have, and guessed writes that are not switched on.
    fn possible(&self, operation: ProviderOperation) -> Result<(), Failure> {
        let shape = self.description.operation(operation);
        let (task, _) = words(operation);
        let title = self.description.name();
        let message = match shape.support {
            Support::Supported | Support::Emulated => return Ok(()),
            Support::Unconfirmed => {
                if operation.reads() || self.options.unconfirmed_writes {
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
        let shape = Shape::of(&self.description, operation)?;
        let with = With { key, ..With::default() };
        Request::build(&self.description, &self.frame, shape, values, with)
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

/// The credential as it stands in its header, and everything of it that must be covered.
fn worn(auth: &Auth, credential: &SecretString) -> (SecretString, Vec<SecretString>) {
    let given = credential.expose_secret().trim();
    let token = match auth.kind {
        AuthKind::Header => given.to_owned(),
        AuthKind::Basic if given.contains(':') => encode::base64(given.as_bytes()),
        AuthKind::Basic => encode::base64(format!("{given}:").as_bytes()),
    };
    let paired = auth.kind == AuthKind::Basic || auth.sign_in.is_some();
    let password = given.split_once(':').filter(|_| paired).map(|(_, password)| SecretString::from(password));
    let token = SecretString::from(token);
    let mut hidden = vec![SecretString::from(given), token.clone()];
    hidden.extend(password);
    (token, hidden)
}
