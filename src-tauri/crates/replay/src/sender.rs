//! Sends one prepared request and tells what became of it.
//!
//! The message is not tidied: no redirect is followed, nothing is decompressed, no cookie is kept, no proxy
//! stands between, nothing is sent twice. Only addresses that were judged at the moment of dialling are
//! called. The answer is bounded in time (connecting at most [`CONNECT_TIMEOUT`], all of it at most the
//! timeout) and in size ([`RESPONSE_LIMIT`] kept, then cut).

use crate::outgoing::Prepared;
use crate::target::{CheckedNames, Guard, Names, Refusal, literal};
use std::collections::HashMap;
use std::error::Error;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::time::Instant;
use waybill_model::{AttemptOutcome, Failure, HeaderPair, TargetClass, header_text};

/// Longest time until a connection stands, TLS included.
pub const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);

/// Bytes of an answer's body that are kept.
pub const RESPONSE_LIMIT: usize = 1 << 20;

/// How long an idle connection is kept: shorter than servers keep theirs, so that a request is not written
/// into a connection the other side is closing.
const IDLE: Duration = Duration::from_secs(2);

/// What became of a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sent {
    /// In one word.
    pub outcome: AttemptOutcome,
    /// The answered status, also when the rest of the answer did not come.
    pub status: Option<u16>,
    /// What went wrong. Never holds the address, whose query may be a credential.
    pub error: Option<String>,
    /// True when the address must not be called: trying again can't help.
    pub refused: bool,
    /// Until the whole answer was there, or what was waited for it.
    pub duration: Duration,
    /// The answered headers in order.
    pub headers: Vec<HeaderPair>,
    /// The answer's body, at most [`RESPONSE_LIMIT`] bytes.
    pub body: Vec<u8>,
    /// True when the body was longer than what is kept.
    pub truncated: bool,
}

/// Sends requests with one timeout.
#[derive(Debug)]
pub struct Sender {
    guard: Guard,
    names: Arc<dyn Names>,
    timeout: Duration,
    /// A client for each kind of place and port, because the check at dialling time depends on both.
    clients: Mutex<HashMap<(TargetClass, u16), reqwest::Client>>,
}

impl Sender {
    /// A sender whose requests must be answered whole within `timeout`.
    #[must_use]
    pub fn new(guard: Guard, names: Arc<dyn Names>, timeout: Duration) -> Self {
        // The process may have chosen already; the first choice holds.
        let _ = rustls::crypto::ring::default_provider().install_default();
        Self { guard, names, timeout, clients: Mutex::default() }
    }

    /// Sends `request`. Never fails as such: what went wrong is part of what is told.
    pub async fn send(&self, request: Prepared) -> Sent {
        let started = Instant::now();
        let mut sent = Sent {
            outcome: AttemptOutcome::NotSent,
            status: None,
            error: None,
            refused: false,
            duration: Duration::ZERO,
            headers: Vec::new(),
            body: Vec::new(),
            truncated: false,
        };
        match self.client(&request) {
            Ok(client) => exchange(&client, request, self.timeout, &mut sent).await,
            Err(Unready::Refused(refusal)) => {
                sent.refused = true;
                sent.error = Some(refusal.0);
            }
            Err(Unready::Failed(failure)) => sent.error = Some(failure.message),
        }
        sent.duration = started.elapsed();
        sent
    }

    fn client(&self, request: &Prepared) -> Result<reqwest::Client, Unready> {
        if let Some(address) = literal(&request.url) {
            // An address in the URL never passes the resolver: it is judged here.
            let class = self.guard.judge(address).map_err(Unready::Refused)?;
            if class != request.class {
                return Err(Unready::Refused(Refusal(format!(
                    "{} is another kind of place than it was taken for",
                    address.ip()
                ))));
            }
        }
        let port = request.url.port_or_known_default().unwrap_or(0);
        let mut clients = self.clients.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(client) = clients.get(&(request.class, port)) {
            return Ok(client.clone());
        }
        let names = CheckedNames {
            guard: self.guard.clone(),
            names: Arc::clone(&self.names),
            class: request.class,
            port,
        };
        let client = reqwest::Client::builder()
            .http1_only()
            .redirect(reqwest::redirect::Policy::none())
            .retry(reqwest::retry::never())
            .referer(false)
            .no_proxy()
            .no_gzip()
            .no_brotli()
            .no_zstd()
            .no_deflate()
            .pool_idle_timeout(IDLE)
            // Always less than the whole, so that running out of time before anything was sent is told apart.
            .connect_timeout(CONNECT_TIMEOUT.min(self.timeout * 3 / 4))
            .dns_resolver(Arc::new(names))
            .build()
            .map_err(|e| {
                Unready::Failed(Failure::internal(format!("No request could be made ({}).", e.without_url())))
            })?;
        clients.insert((request.class, port), client.clone());
        Ok(client)
    }
}

enum Unready {
    Refused(Refusal),
    Failed(Failure),
}

async fn exchange(client: &reqwest::Client, request: Prepared, timeout: Duration, sent: &mut Sent) {
    let mut outgoing =
        client.request(request.method.clone(), request.url).headers(request.headers).timeout(timeout);
    if !request.body.is_empty() || !matches!(request.method, reqwest::Method::GET | reqwest::Method::HEAD) {
        outgoing = outgoing.body(request.body);
    }
    let mut response = match outgoing.send().await {
        Ok(response) => response,
        Err(error) => {
            sent.refused = cause::<Refusal>(&error).is_some();
            let before = error.is_connect() || error.is_builder() || error.is_dns() || sent.refused;
            sent.outcome = if before { AttemptOutcome::NotSent } else { AttemptOutcome::NoAnswer };
            sent.error = Some(words(&error, timeout));
            return;
        }
    };
    let status = response.status();
    sent.status = Some(status.as_u16());
    sent.headers =
        response.headers().iter().map(|(n, v)| (n.as_str().to_owned(), header_text(v.as_bytes()))).collect();
    loop {
        match response.chunk().await {
            Ok(Some(chunk)) => {
                let room = RESPONSE_LIMIT - sent.body.len();
                sent.body.extend_from_slice(&chunk[..chunk.len().min(room)]);
                if chunk.len() > room {
                    sent.truncated = true;
                    break;
                }
            }
            Ok(None) => break,
            Err(error) => {
                sent.outcome = AttemptOutcome::NoAnswer;
                sent.error = Some(words(&error, timeout));
                return;
            }
        }
    }
    sent.outcome = if status.is_success() { AttemptOutcome::Succeeded } else { AttemptOutcome::Failed };
}

fn cause<T: Error + 'static>(error: &reqwest::Error) -> Option<&T> {
    let mut next: Option<&(dyn Error + 'static)> = Some(error);
    while let Some(this) = next {
        if let Some(found) = this.downcast_ref::<T>() {
            return Some(found);
        }
        next = this.source();
    }
    None
}

/// What happened, for people: the innermost cause, which never names the address.
fn words(error: &reqwest::Error, timeout: Duration) -> String {
    if let Some(refusal) = cause::<Refusal>(error) {
        return refusal.0.clone();
    }
    if error.is_timeout() {
        return if error.is_connect() {
            "No connection within the time allowed.".to_owned()
        } else {
            format!("No whole answer within {} s.", timeout.as_secs_f64())
        };
    }
    let mut inner: &dyn Error = error;
    while let Some(next) = inner.source() {
        inner = next;
    }
    if inner.is::<reqwest::Error>() {
        // Without a cause the client's own words would hold the address.
        return if error.is_connect() {
            "No connection.".to_owned()
        } else {
            "The exchange failed.".to_owned()
        };
    }
    let cause = inner.to_string();
    if error.is_dns() {
        format!("The name could not be resolved: {cause}")
    } else if error.is_connect() {
        format!("No connection: {cause}")
    } else {
        format!("No whole answer: {cause}")
    }
}
