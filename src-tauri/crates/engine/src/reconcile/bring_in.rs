//! Brings in deliveries that the provider sent and that did not arrive: fetched from its log where that holds the
//! request, marked as recovered and checked like any other; else sent again by the provider.

use super::matching::names;
use super::{bounded, inbox_of, sent_at};
use crate::api::*;
use crate::connections::{client, find};
use crate::engine::Engine;
use crate::signatures::borrowed;
use crate::{judge, writes};
use sha2::{Digest, Sha256};
use waybill_content::Head;
use waybill_model::{
    Connection, DeliveryId, ErrorCode, Failure, LogEntry, Name, Origin, ProviderOperation, Reason, Result,
    Support,
};
use waybill_provider::{Client, LogQuery, LoggedRequest};
use waybill_signature::Request;
use waybill_store::NewDelivery;

/// How far back a log without a call for one entry is searched for it.
const SEARCHED: usize = 10_000;

pub(crate) async fn bring_in(engine: &Engine, request: BringIn) -> Result<BroughtIn> {
    bounded(&request.entries)?;
    let connection = find(engine, &request.connection).await?;
    let (client, _) = client(engine, &connection).await?;
    let (endpoint, inbox) = inbox_of(engine, &connection, &request.endpoint).await?;
    let place = Place { engine, connection: &connection, client: &client, endpoint: &endpoint.id, inbox };
    // Where the log is all there is, it is read once for all of them.
    let mut log: Option<Vec<LogEntry>> = None;
    let mut came = BroughtIn::default();
    for id in request.entries {
        match place.one(&id, request.by, &mut log).await {
            Ok(Came::Recovered(delivery)) => came.recovered.push(delivery),
            Ok(Came::Redelivered) => came.redelivered.push(id),
            Ok(Came::AlreadyHere) => came.already_here.push(id),
            Err(failure) => {
                let hopeless = matches!(
                    failure.code,
                    ErrorCode::ProviderUnauthorized | ErrorCode::ProviderRateLimited | ErrorCode::DiskFull
                );
                came.failed.push(NotBroughtIn { entry: id, failure });
                // The next one would fare the same; those that were brought in stand.
                if hopeless {
                    break;
                }
            }
        }
    }
    Ok(came)
}

enum Came {
    Recovered(RecoveredDelivery),
    Redelivered,
    AlreadyHere,
}

struct Place<'a> {
    engine: &'a Engine,
    connection: &'a Connection,
    client: &'a Client,
    endpoint: &'a str,
    inbox: Name,
}

impl Place<'_> {
    async fn one(&self, id: &str, by: Option<BringInBy>, log: &mut Option<Vec<LogEntry>>) -> Result<Came> {
        if by != Some(BringInBy::Redeliver) {
            let entry = self.entry(id, log).await?;
            if self.is_here(&entry).await? {
                return Ok(Came::AlreadyHere);
            }
            let held = self.client.logged_request(&entry).await?;
            // Content without its headers can't be checked: where the provider can send it again, that is better.
            let bare = |request: &LoggedRequest| !request.exact && request.headers.is_empty();
            let again =
                by.is_none() && self.client.support(ProviderOperation::Redeliver) == Support::Supported;
            if let Some(request) = held.filter(|request| !(again && bare(request))) {
                return self.keep(&entry, request).await.map(Came::Recovered);
            }
            if by == Some(BringInBy::Recover) {
                return Err(Failure::new(
                    ErrorCode::Unsupported,
                    format!(
                        "The log of {} does not hold the request of {id}; it was not brought in.",
                        self.connection.name
                    ),
                )
                .hint("Have the provider send it again."));
            }
        }
        let redeliver = Redeliver {
            connection: self.connection.name.clone(),
            endpoint: self.endpoint.to_owned(),
            entry: id.to_owned(),
        };
        writes::redeliver(self.engine, redeliver).await?;
        Ok(Came::Redelivered)
    }

    async fn entry(&self, id: &str, log: &mut Option<Vec<LogEntry>>) -> Result<LogEntry> {
        let found = self.client.log_entry(self.endpoint, id).await;
        let missing_call = matches!(&found, Err(failure) if failure.code == ErrorCode::Unsupported);
        if !missing_call {
            return found;
        }
        let log = match log {
            Some(log) => log,
            None => {
                let query = LogQuery { limit: SEARCHED, ..LogQuery::default() };
                log.insert(self.client.log(self.endpoint, query).await?)
            }
        };
        log.iter().find(|entry| entry.id == id).cloned().ok_or_else(|| {
            Failure::new(
                ErrorCode::ProviderNotFound,
                format!("The provider's log has no entry {id} any more; it was not brought in."),
            )
            .hint("Reconcile again.")
        })
    }

    async fn is_here(&self, entry: &LogEntry) -> Result<bool> {
        let (own, event) = names(self.engine, self.client, entry);
        let store = &self.engine.0.store;
        // Another endpoint's delivery of the same event is not this one's.
        Ok(!store.known_ids(own, None).await?.is_empty()
            || !store.known_ids(event, Some(self.inbox.clone())).await?.is_empty())
    }

    /// Keeps the logged request as a delivery. Nobody was answered, so its status is 0.
    async fn keep(&self, entry: &LogEntry, request: LoggedRequest) -> Result<RecoveredDelivery> {
        let engine = self.engine;
        let received_at = sent_at(entry).unwrap_or_else(|| engine.now());
        let raw_head = head(&request);
        let head = Head::parse(&raw_head);
        let ready = engine.ready_inbox(&self.inbox).await?;
        let target = String::from_utf8_lossy(&head.target).into_owned();
        let judged = {
            let borrowed = borrowed(&head.headers);
            let given = Request {
                method: &head.method,
                url: target.as_bytes(),
                headers: &borrowed,
                body: &request.body,
                truncated: false,
            };
            judge::judge(&engine.schemes(), ready.as_deref(), &given, received_at)
        };
        // A log that keeps the content and not the bytes, or covers the signature, proves nothing against it.
        let reason = match judged.reason {
            Reason::Ok => Reason::Ok,
            reason if request.exact && reason != Reason::MissingSignature => reason,
            _ => Reason::NoSecret,
        };
        let identity = judged.identity;
        let new = NewDelivery {
            inbox: self.inbox.clone(),
            received_at,
            method: head.method_text(),
            path: head.path(),
            query: head.query(),
            verdict: reason.verdict(),
            reason,
            scheme: judged.scheme,
            secret: judged.secret,
            event_type: identity.event_type.or_else(|| entry.event_type.clone()),
            event_id: identity.event_id.or_else(|| entry.event_id.clone()),
            // The entry's own id: the next look finds the delivery by it.
            delivery_id: identity.delivery_id.or_else(|| Some(entry.id.clone())),
            status: 0,
            duration_us: 0,
            origin: Origin::Recovered,
            peer: None,
            truncated: false,
            refused: None,
            handshake: None,
            body_sha256: Sha256::digest(&request.body).into(),
            head: raw_head.into(),
            body: request.body.into(),
        };
        let delivery: DeliveryId = engine.0.store.try_append(new)?.await?;
        if !request.exact {
            let note = format!(
                "Recovered from the log of {}, which keeps the content and not the very bytes.",
                self.connection.name
            );
            engine.0.store.set_note(delivery, note).await?;
        }
        Ok(RecoveredDelivery {
            entry: entry.id.clone(),
            delivery,
            verdict: reason.verdict(),
            reason,
            exact: request.exact,
        })
    }
}

/// The head of the request as it would have stood on the wire. A line end in a value of the log would be read as
/// another header, so such a header is left out.
fn head(request: &LoggedRequest) -> Vec<u8> {
    let target = request.url.as_deref().and_then(|url| url::Url::parse(url).ok()).map_or_else(
        || "/".to_owned(),
        |url| url[url::Position::BeforePath..url::Position::AfterQuery].to_owned(),
    );
    let mut head = format!("POST {target} HTTP/1.1\r\n");
    for (name, value) in &request.headers {
        let sound = !name.is_empty() && ![name, value].iter().any(|text| text.contains(['\r', '\n', '\0']));
        if sound {
            head.push_str(&format!("{name}: {value}\r\n"));
        }
    }
    head.push_str("\r\n");
    head.into_bytes()
}
