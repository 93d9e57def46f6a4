//! Endpoints at the providers: read, shown together, their logs. Writing is in `writes`.

use crate::api::*;
use crate::connections::{client, find};
use crate::custody;
use crate::engine::Engine;
use std::collections::{HashMap, HashSet};
use waybill_model::{
    Connection, Endpoint, ErrorCode, Failure, Inbox, LogEntry, Name, ProviderOperation, Result, SecretKind,
    SecretState, Support, Timestamp,
};
use waybill_provider::LogQuery;

pub(crate) use crate::writes::{create, delete, redeliver, rotate, set_active, test, update};

/// Reads a connection's endpoints anew and remembers them. Tells how many there are.
pub(crate) async fn read_one(engine: &Engine, connection: &Connection) -> Result<usize> {
    let read = read_remote(engine, connection).await;
    let last_error = read.as_ref().err().map(|failure| failure.message.clone());
    // Read again: a call takes a while, and others write too.
    let mut known = find(engine, &connection.name).await?;
    if known.last_error != last_error {
        known.last_error = last_error;
        engine.0.store.update_connection(known).await?;
    }
    let (endpoints, listed) = read?;
    let count = endpoints.len();
    engine.0.store.put_endpoints(connection.name.clone(), endpoints, engine.now()).await?;
    if listed {
        custody::listed(engine, connection).await;
    }
    Ok(count)
}

/// The endpoints, and whether the provider has listed them.
pub(crate) async fn read_remote(engine: &Engine, connection: &Connection) -> Result<(Vec<Endpoint>, bool)> {
    let (client, description) = client(engine, connection).await?;
    let support = description.support(ProviderOperation::List);
    let listed = if support == Support::Unsupported { Err(no_list(connection)) } else { client.list().await };
    match listed {
        Ok(endpoints) => Ok((endpoints, true)),
        // A provider that documents no list may have none: what was made from here is then all that is known.
        Err(failure) if has_no_list(&failure, support) => {
            let known = engine.0.store.endpoints(Some(connection.name.clone())).await?;
            Ok((known.into_iter().map(|(endpoint, _)| endpoint).collect(), false))
        }
        Err(failure) => Err(failure),
    }
}

fn no_list(connection: &Connection) -> Failure {
    Failure::new(
        ErrorCode::Unsupported,
        format!("The provider of {} has no call that lists endpoints.", connection.name),
    )
}

fn has_no_list(failure: &Failure, support: Support) -> bool {
    let status = failure.details.as_ref().and_then(|details| details["status"].as_u64());
    support != Support::Supported
        && (matches!(failure.code, ErrorCode::Unsupported | ErrorCode::ProviderNotFound)
            || matches!(status, Some(404 | 405)))
}

/// What is needed to say of an endpoint what is known here: its secret, its inbox.
struct Known {
    with_secret: HashSet<(Name, String)>,
    inboxes: Vec<Inbox>,
}

impl Known {
    async fn gather(engine: &Engine) -> Result<Self> {
        Ok(Self { with_secret: with_secrets(engine).await?, inboxes: engine.0.store.inboxes().await? })
    }

    fn complete(&self, mut endpoint: Endpoint) -> Endpoint {
        endpoint.credential.in_vault =
            self.with_secret.contains(&(endpoint.connection.clone(), endpoint.id.clone()));
        let bound = self.inboxes.iter().find(|inbox| {
            inbox.connection.as_ref() == Some(&endpoint.connection)
                && inbox.endpoint.as_deref() == Some(&endpoint.id)
        });
        let pointed = || {
            let path = url::Url::parse(&endpoint.url).ok()?.path().to_owned();
            let name = path.strip_prefix("/in/")?.split('/').next()?.to_owned();
            self.inboxes.iter().find(|inbox| inbox.name.as_str() == name)
        };
        endpoint.inbox = bound.or_else(pointed).map(|inbox| inbox.name.clone());
        endpoint
    }
}

/// The endpoints whose current secret or key is in the vault.
pub(crate) async fn with_secrets(engine: &Engine) -> Result<HashSet<(Name, String)>> {
    let secrets = engine.0.store.secrets().await?.into_iter();
    Ok(secrets
        .filter(|meta| meta.kind != SecretKind::Token && meta.state == SecretState::Current)
        .filter_map(|meta| Some((meta.connection?, meta.endpoint?)))
        .collect())
}

/// An endpoint's current secret, where it is known here.
pub(crate) async fn current_secret(
    engine: &Engine,
    connection: &Name,
    endpoint: &str,
) -> Result<Option<secrecy::SecretString>> {
    let found = engine.0.store.secrets().await?.into_iter().find(|meta| {
        meta.kind == SecretKind::SharedSecret
            && meta.state == SecretState::Current
            && meta.connection.as_ref() == Some(connection)
            && meta.endpoint.as_deref() == Some(endpoint)
    });
    match found {
        Some(meta) => engine.secret_value(&meta.id).await,
        None => Ok(None),
    }
}

/// One endpoint with what is known of it here.
pub(crate) async fn completed(engine: &Engine, endpoint: Endpoint) -> Result<Endpoint> {
    Ok(Known::gather(engine).await?.complete(endpoint))
}

async fn gathered(
    engine: &Engine,
    connection: Option<Name>,
    problems: Vec<EndpointProblem>,
) -> Result<EndpointList> {
    let known = Known::gather(engine).await?;
    let cached = engine.0.store.endpoints(connection).await?;
    let read_at: Option<Timestamp> = cached.iter().map(|(_, at)| *at).min();
    let mut endpoints: Vec<Endpoint> =
        cached.into_iter().map(|(endpoint, _)| known.complete(endpoint)).collect();
    // Disabled with failures, then failing, then inactive, then the rest; each by connection and address.
    endpoints.sort_by_key(|one| {
        let rank = match (one.active, one.failures.unwrap_or(0) > 0 || one.disabled_reason.is_some()) {
            (false, true) => 0,
            (true, true) => 1,
            (false, false) => 2,
            (true, false) => 3,
        };
        (rank, one.connection.clone(), one.url.clone(), one.id.clone())
    });
    Ok(EndpointList { endpoints, problems, read_at })
}

pub(crate) async fn list(engine: &Engine, request: EndpointsRequest) -> Result<EndpointList> {
    gathered(engine, request.connection, Vec::new()).await
}

pub(crate) async fn read(engine: &Engine, request: EndpointsRequest) -> Result<EndpointList> {
    let connections = match &request.connection {
        Some(name) => vec![find(engine, name).await?],
        None => engine.0.store.connections().await?,
    };
    // Side by side: the whole takes as long as the slowest.
    let reads: Vec<_> = connections
        .into_iter()
        .map(|connection| {
            let engine = engine.clone();
            tokio::spawn(async move {
                let read = read_one(&engine, &connection).await;
                read.err().map(|failure| EndpointProblem { connection: connection.name, failure })
            })
        })
        .collect();
    let mut problems = Vec::new();
    for read in reads {
        problems.extend(read.await.ok().flatten());
    }
    gathered(engine, request.connection, problems).await
}

/// The endpoint as the provider has it now, or as it was last read where it has no such call.
pub(crate) async fn fresh(engine: &Engine, connection: &Connection, id: &str) -> Result<Endpoint> {
    let (client, description) = client(engine, connection).await?;
    let support = description.support(ProviderOperation::Get);
    let found = match client.get(id).await {
        Ok(endpoint) => endpoint,
        Err(failure) => {
            let cached = engine.0.store.endpoint(connection.name.clone(), id.to_owned()).await?;
            match cached {
                Some((endpoint, _)) if has_no_list(&failure, support) => {
                    return completed(engine, endpoint).await;
                }
                _ => return Err(failure),
            }
        }
    };
    engine.0.store.put_endpoint(found.clone()).await?;
    completed(engine, found).await
}

pub(crate) async fn get(engine: &Engine, request: EndpointRef) -> Result<Endpoint> {
    let connection = find(engine, &request.connection).await?;
    fresh(engine, &connection, &request.id).await
}

pub(crate) async fn log(engine: &Engine, request: LogRequest) -> Result<Vec<LogEntry>> {
    let connection = find(engine, &request.connection).await?;
    let (client, _) = client(engine, &connection).await?;
    let limit = request.limit.unwrap_or(100).clamp(1, 10_000) as usize;
    let mut entries = client.log(&request.id, LogQuery { limit, state: request.state }).await?;
    let cached = engine.0.store.endpoint(connection.name, request.id).await?;
    let inbox = match cached {
        Some((endpoint, _)) => completed(engine, endpoint).await?.inbox,
        None => None,
    };
    link(engine, &mut entries, inbox).await?;
    Ok(entries)
}

/// Finds, for each entry, the delivery here that it became: by the provider's delivery id, else its event id. Other
/// endpoints have deliveries of the same event: by that only the endpoint's own `inbox` tells, where it has one.
async fn link(engine: &Engine, entries: &mut [LogEntry], inbox: Option<Name>) -> Result<()> {
    let own = entries.iter().map(|entry| entry.id.clone()).collect();
    let events = entries.iter().filter_map(|entry| entry.event_id.clone()).collect();
    let own: HashMap<_, _> = engine.0.store.known_ids(own, None).await?.into_iter().collect();
    let events: HashMap<_, _> = engine.0.store.known_ids(events, inbox).await?.into_iter().collect();
    for entry in entries {
        entry.delivery = own.get(&entry.id).or_else(|| events.get(entry.event_id.as_deref()?)).copied();
    }
    Ok(())
}

pub(crate) async fn history(engine: &Engine, request: HistoryRequest) -> Result<Vec<HistoryEntry>> {
    let rows = engine.0.store.history(request.connection, request.endpoint).await?;
    Ok(rows
        .into_iter()
        .map(|row| HistoryEntry {
            at: row.at,
            who: row.who,
            operation: row.operation,
            connection: row.connection,
            endpoint: row.endpoint,
            outcome: row.outcome,
            before: row.before,
            after: row.after,
        })
        .collect())
}
