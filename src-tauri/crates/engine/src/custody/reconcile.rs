//! Calls of which nobody knows whether the provider carried them out: looked up in what the provider lists, and
//! never sent again blindly. Only where the provider keeps the first answer under an idempotency key is the same
//! create sent once more, with the same key and the same body.

use super::repair::{Repaired, repair};
use super::{FINDING, KEY, Operation, UNANSWERED, finish};
use crate::endpoints::{read_remote, with_secrets};
use crate::engine::Engine;
use crate::writes::record_repair;
use serde_json::{Value, json};
use waybill_model::{Connection, Endpoint, ErrorCode, Failure, Name, ProviderOperation, Result, Support};
use waybill_provider::{Client, Created, Description, NewEndpoint};
use waybill_store::Intent;

/// What is not listed by then did not happen: longer than a call may take, and than a list may lag behind.
const SETTLED_NS: i64 = 120_000_000_000;

/// How long a provider keeps the answer to a key, at the least (Mynd and Stripe say 24 hours; an hour of room).
const KEY_KEPT_NS: i64 = 23 * 3_600 * 1_000_000_000;

fn finding(operation: &mut Operation, state: &str, endpoint: Option<&str>, others: &[String]) {
    operation.intent.request[FINDING] = json!({ "state": state, "endpoint": endpoint, "others": others });
}

/// Looks at the provider what became of the call.
pub(super) async fn look(
    engine: &Engine,
    connection: &Connection,
    client: &Client,
    description: &Description,
    mut operation: Operation,
) -> Result<Repaired> {
    if operation.intent.verb == "rotate" {
        let id = operation.intent.request["id"].as_str().map(str::to_owned);
        // A provider that gives its secret whenever it is asked says which one holds.
        if let Some(id) = id.as_deref().filter(|_| client.reads_secret()) {
            let secret = client.read_secret(id).await?;
            let endpoint = known_endpoint(engine, connection, id).await?;
            let made = finish::rotate(engine, connection, description, operation, &endpoint, secret).await?;
            return Ok(Repaired::Ended(made.secret));
        }
        finding(&mut operation, "rotation_unknown", id.as_deref(), &[]);
        operation.note(engine).await;
        return Ok(Repaired::Open);
    }
    let (endpoints, listed) = read_remote(engine, connection).await?;
    engine.0.store.put_endpoints(connection.name.clone(), endpoints.clone(), engine.now()).await?;
    if !listed {
        finding(&mut operation, "no_list", None, &[]);
        operation.note(engine).await;
        return Ok(Repaired::Open);
    }
    judge(engine, connection, client, description, operation, &endpoints).await
}

/// The endpoints that the call may have made: at its address, not known before, and not accounted for since.
async fn candidates(engine: &Engine, intent: &Intent, endpoints: &[Endpoint]) -> Result<Vec<Endpoint>> {
    let asked = intent.request["new"]["url"].as_str().unwrap_or_default();
    let before: Vec<&str> =
        intent.request["known"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
    let accounted = with_secrets(engine).await?;
    let fits = |endpoint: &&Endpoint| {
        endpoint.url == asked
            && !before.contains(&endpoint.id.as_str())
            && !accounted.contains(&(endpoint.connection.clone(), endpoint.id.clone()))
    };
    Ok(endpoints.iter().filter(fits).cloned().collect())
}

async fn judge(
    engine: &Engine,
    connection: &Connection,
    client: &Client,
    description: &Description,
    mut operation: Operation,
    endpoints: &[Endpoint],
) -> Result<Repaired> {
    let found = candidates(engine, &operation.intent, endpoints).await?;
    let age = engine.now().0.saturating_sub(operation.intent.created_at.0);
    match found.as_slice() {
        [] if age > SETTLED_NS => {
            crate::writes::record_absent(engine, &operation.intent).await;
            crate::writes::inbox_waits_no_more(engine, &operation.intent.request).await;
            operation.close(engine).await;
            Ok(Repaired::Ended(None))
        }
        [] => {
            finding(&mut operation, "not_listed", None, &[]);
            operation.note(engine).await;
            Ok(Repaired::Open)
        }
        [endpoint] => {
            let endpoint = endpoint.clone();
            match secret_again(client, &operation.intent, &endpoint, age).await {
                Some(created) => {
                    record_repair(engine, "create", &connection.name, &endpoint.id, Some(&endpoint)).await;
                    let made = finish::create(engine, connection, description, operation, created).await?;
                    Ok(Repaired::Ended(made.secret))
                }
                None => {
                    let rotates = matches!(
                        description.support(ProviderOperation::Rotate),
                        Support::Supported | Support::Emulated
                    );
                    let state = if rotates { "found_rotate" } else { "found_make_again" };
                    finding(&mut operation, state, Some(&endpoint.id), &[]);
                    operation.note(engine).await;
                    Ok(Repaired::Open)
                }
            }
        }
        several => {
            let ids: Vec<String> = several.iter().map(|endpoint| endpoint.id.clone()).collect();
            finding(&mut operation, "several", None, &ids);
            operation.note(engine).await;
            Ok(Repaired::Open)
        }
    }
}

/// The secret of an endpoint that a lost answer told of, where it can be had once more.
async fn secret_again(client: &Client, intent: &Intent, endpoint: &Endpoint, age: i64) -> Option<Created> {
    if let Some(key) = client.public_key(endpoint) {
        return Some(Created { endpoint: endpoint.clone(), secret: None, public_key: Some(key) });
    }
    if client.reads_secret() {
        let secret = client.read_secret(&endpoint.id).await.ok()?;
        return Some(Created { endpoint: endpoint.clone(), secret: Some(secret), public_key: None });
    }
    let key = intent.request[KEY].as_str().filter(|_| age < KEY_KEPT_NS)?;
    let new: NewEndpoint = serde_json::from_value(intent.request["new"].clone()).ok()?;
    let answer = client.send_create(&new, Some(key)).await.ok()?;
    let created = client.decode_create(&answer).ok()?;
    // Another endpoint than the one that was found would be a second one: the list tells of both.
    (created.endpoint.id == endpoint.id).then_some(created)
}

pub(super) async fn known_endpoint(engine: &Engine, connection: &Connection, id: &str) -> Result<Endpoint> {
    match engine.0.store.endpoint(connection.name.clone(), id.to_owned()).await? {
        Some((endpoint, _)) => Ok(endpoint),
        None => crate::endpoints::fresh(engine, connection, id).await,
    }
}

/// The endpoints of `connection` were read anew: what was waiting for that is looked at again.
pub(crate) async fn listed(engine: &Engine, connection: &Connection) {
    for intent in open(engine).await {
        if intent.connection == connection.name && intent.verb == "create" {
            look_again(engine, intent).await;
        }
    }
}

async fn look_again(engine: &Engine, intent: Intent) {
    if let Err(failure) = Box::pin(repair(engine, intent)).await {
        tracing::warn!(code = %failure.code, "a broken off call waits for its repair: {failure}");
    }
}

/// A new secret for this endpoint is kept, or the endpoint is gone: what was open about it is at its end.
pub(crate) async fn settled(engine: &Engine, connection: &Name, endpoint: &str) {
    for intent in open(engine).await {
        let about = intent.request["id"] == endpoint || intent.request[FINDING]["endpoint"] == endpoint;
        let waits = intent.request[UNANSWERED] == true || !intent.request[FINDING].is_null();
        if intent.connection == *connection && about && waits {
            close_free(engine, intent).await;
        }
    }
}

/// The connection is gone, and with it the way to find anything out.
pub(crate) async fn abandoned(engine: &Engine, connection: &Name) {
    for intent in open(engine).await {
        if intent.connection == *connection {
            close_free(engine, intent).await;
        }
    }
}

/// Closes a call that nobody is at.
pub(super) async fn close_free(engine: &Engine, intent: Intent) -> bool {
    use super::seal_file::{SealFile, Taken};
    let Ok(Taken::Free(file, _)) = SealFile::take(engine, &intent.id).await else { return false };
    let closed = engine.0.store.close_intent(intent.id).await;
    if closed.is_ok() {
        file.wipe().await;
    }
    closed.is_ok()
}

async fn open(engine: &Engine) -> Vec<Intent> {
    engine.0.store.open_intents().await.unwrap_or_else(|failure| {
        tracing::warn!(code = %failure.code, "intents could not be read: {failure}");
        Vec::new()
    })
}

/// Refuses a create to an address of which an earlier create has no known end: the provider is looked at first,
/// so that no second endpoint comes of it.
pub(crate) async fn waiting_for(engine: &Engine, connection: &Name, url: &str) -> Result<()> {
    let same = |intent: &Intent| {
        intent.connection == *connection && intent.verb == "create" && intent.request["new"]["url"] == url
    };
    for intent in open(engine).await.into_iter().filter(same) {
        let id = intent.id.clone();
        let ended = unhurried(engine, intent).await?;
        let still = open(engine).await.into_iter().find(|one| one.id == id);
        let (Some(still), Repaired::Open | Repaired::Busy) = (still, &ended) else {
            if let Repaired::Ended(Some(meta)) = ended {
                let id = meta.endpoint.unwrap_or_default();
                return Err(made_before(&id, url));
            }
            continue;
        };
        let found = still.request[FINDING]["endpoint"].as_str();
        return Err(match found {
            Some(endpoint) => made_before(endpoint, url),
            None => Failure::new(
                ErrorCode::Busy,
                format!("An earlier create for {url} has no known end yet; nothing was sent."),
            )
            .hint("Read the endpoints again in two minutes: by then the provider's list tells whether it happened.")
            .details(json!({ "case": still.id })),
        });
    }
    Ok(())
}

/// A repair that waits a moment for another one of the same call, such as that of the start.
async fn unhurried(engine: &Engine, intent: Intent) -> Result<Repaired> {
    for _ in 0..40 {
        match Box::pin(repair(engine, intent.clone())).await? {
            Repaired::Busy => tokio::time::sleep(std::time::Duration::from_millis(50)).await,
            other => return Ok(other),
        }
    }
    Ok(Repaired::Busy)
}

fn made_before(endpoint: &str, url: &str) -> Failure {
    Failure::new(
        ErrorCode::AlreadyExists,
        format!("An earlier create for {url}, whose answer was lost, had made endpoint {endpoint}; nothing was sent."),
    )
    .hint("Use that endpoint: its secret is here, or rotating it brings a new one.")
    .details(json!({ "endpoint": endpoint }))
}
