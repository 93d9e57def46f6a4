//! The last part of a call that made a one-time secret: into the vault, then told, then closed. The same for a
//! call that has just been answered and for one that a repair goes on with, and harmless when done twice.

use super::{CustodyStep, Operation, reached};
use crate::engine::{Engine, lock};
use crate::vaulting::NewSecret;
use crate::{api::*, inboxes};
use secrecy::SecretString;
use serde_json::json;
use waybill_model::{
    Connection, Endpoint, ErrorCode, Failure, Inbox, InboxSecret, Name, Result, SecretKind, SecretMeta,
    Timestamp,
};
use waybill_provider::{Created, Description};

/// What is kept of a create.
pub(crate) struct Made {
    pub(crate) endpoint: Endpoint,
    pub(crate) secret: Option<SecretMeta>,
    pub(crate) inbox: Option<Inbox>,
}

/// Keeps what a create brought. When the vault refuses, the call stays open with its sealed answer.
pub(crate) async fn create(
    engine: &Engine,
    connection: &Connection,
    description: &Description,
    operation: Operation,
    created: Created,
) -> Result<Made> {
    let Created { endpoint, secret, public_key, .. } = created;
    // The endpoint is there, whatever becomes of its secret.
    let remembered = engine.0.store.put_endpoint(endpoint.clone()).await;
    let came = match (secret, public_key) {
        (Some(secret), _) => Some((SecretKind::SharedSecret, secret)),
        (None, Some(key)) => Some((SecretKind::PublicKey, SecretString::from(key))),
        (None, None) => None,
    };
    let secret = match came {
        Some((kind, value)) => Some(keep(engine, &operation, connection, &endpoint, kind, value).await?),
        None => None,
    };
    let inbox = match operation.intent.request["inbox"].as_str().map(str::parse::<Name>) {
        Some(Ok(name)) => {
            Some(bind_inbox(engine, name, &description.info().scheme, &endpoint, secret.as_ref()).await)
        }
        _ => None,
    };
    let asked_at = operation.intent.created_at;
    operation.close(engine).await;
    if let Some(Ok(inbox)) = &inbox {
        check_early(engine, &inbox.name, asked_at).await;
    }
    remembered?;
    Ok(Made { endpoint, secret, inbox: inbox.transpose()? })
}

/// Keeps what a rotation brought, and tells what became of the secret before.
pub(crate) async fn rotate(
    engine: &Engine,
    connection: &Connection,
    description: &Description,
    operation: Operation,
    endpoint: &Endpoint,
    secret: SecretString,
) -> Result<Rotated> {
    let kept = keep(engine, &operation, connection, endpoint, SecretKind::SharedSecret, secret).await?;
    let overlap = description.rotation_overlap_s();
    let previous = match overlap {
        Some(0) => "The one before is dead at the provider; it is kept to verify what was captured before."
            .to_owned(),
        Some(seconds) => format!("The one before is accepted for another {} hours.", seconds / 3_600),
        None => "Whether the one before is still accepted, the provider does not say; it is kept.".to_owned(),
    };
    let (state, until) = engine.replaced(overlap);
    engine.retire_secrets(&connection.name, &endpoint.id, &kept.id, state, until).await?;
    let bound = bind_rotated(engine, &connection.name, &endpoint.id, &kept).await;
    let asked_at = operation.intent.created_at;
    operation.close(engine).await;
    let scheme = &description.info().scheme;
    if let Err(failure) = bind_waiting(engine, scheme, endpoint, &kept).await {
        tracing::warn!(code = %failure.code, "the inbox of a lost create has no secret yet: {failure}");
    }
    for inbox in bound? {
        check_early(engine, &inbox, asked_at).await;
    }
    Ok(Rotated { secret: Some(kept), previous, call: None })
}

/// Puts the secret into the vault. If that refuses now, the value is also held in memory, so that a person can
/// copy it: the provider will not show it again.
async fn keep(
    engine: &Engine,
    operation: &Operation,
    connection: &Connection,
    endpoint: &Endpoint,
    kind: SecretKind,
    value: SecretString,
) -> Result<SecretMeta> {
    let what = if endpoint.label.is_empty() { endpoint.id.clone() } else { endpoint.label.clone() };
    let word = if kind == SecretKind::PublicKey { "public key" } else { "signing secret" };
    let new = NewSecret {
        name: format!("{} {what} {word}", connection.name),
        kind,
        connection: Some(connection.name.clone()),
        endpoint: Some(endpoint.id.clone()),
    };
    let id = operation.secret_id();
    reached(engine, CustodyStep::Storing);
    match engine.keep_secret_as(id.clone(), new, &value).await {
        Ok(meta) => {
            lock(&engine.0.held).remove(&id);
            reached(engine, CustodyStep::Stored);
            Ok(meta)
        }
        Err(failure) => {
            lock(&engine.0.held).insert(id.clone(), value);
            Err(Failure::new(
                ErrorCode::SecretAtRisk,
                format!(
                    "The provider made endpoint {} and its {word}, but the vault refused it: {} The {word} lies sealed in the data folder until the vault takes it.",
                    endpoint.id, failure.message
                ),
            )
            .hint("Mend the vault and try again, or copy the secret now.")
            .details(json!({
                "secret_id": id, "endpoint": endpoint.id, "connection": connection.name, "cause": failure.code,
                "case": operation.intent.id,
            })))
        }
    }
}

/// Checks what arrived at the inbox since `asked_at`, before its new secret did.
async fn check_early(engine: &Engine, inbox: &Name, asked_at: Timestamp) {
    let query = format!("inbox:{inbox} -verdict:valid since:{asked_at}");
    if let Err(failure) = crate::signatures::check_again(engine, CheckAgain { query }).await {
        tracing::warn!(code = %failure.code, "early deliveries were not checked again: {failure}");
    }
}

/// Gives the inbox of a lost create its secret, once a rotation has brought one. An inbox that was given to something
/// else meanwhile is left alone.
async fn bind_waiting(engine: &Engine, scheme: &str, endpoint: &Endpoint, secret: &SecretMeta) -> Result<()> {
    for intent in engine.0.store.open_intents().await? {
        let lost = intent.connection == endpoint.connection
            && intent.request[super::FINDING]["endpoint"] == endpoint.id.as_str();
        if let (true, Some(Ok(name))) = (lost, intent.request["inbox"].as_str().map(str::parse::<Name>)) {
            let waiting = engine.0.store.inbox(name.clone()).await?;
            if waiting.is_some_and(|inbox| inbox.scheme.is_none() && inbox.endpoint.is_none()) {
                bind_inbox(engine, name.clone(), scheme, endpoint, Some(secret)).await?;
                check_early(engine, &name, intent.created_at).await;
            }
        }
    }
    Ok(())
}

async fn bind_inbox(
    engine: &Engine,
    name: Name,
    scheme: &str,
    endpoint: &Endpoint,
    secret: Option<&SecretMeta>,
) -> Result<Inbox> {
    let secrets: Vec<InboxSecret> = secret.map(inbox_secret).into_iter().collect();
    {
        let _alone = engine.0.changing.lock().await;
        let existing = engine.0.store.inbox(name.clone()).await?;
        let fresh = existing.is_none();
        let mut inbox = existing.unwrap_or_else(|| Inbox::new(name.clone(), engine.now()));
        inbox.scheme = Some(scheme.to_owned());
        inbox.secrets = secrets;
        inbox.connection = Some(endpoint.connection.clone());
        inbox.endpoint = Some(endpoint.id.clone());
        if fresh {
            engine.0.store.create_inbox(inbox).await?;
        } else {
            engine.0.store.update_inbox(inbox).await?;
        }
        engine.0.ready.forget();
    }
    inboxes::get(engine, Named { name }).await
}

/// The new secret comes first at every inbox of the endpoint, which it tells; those before stay.
async fn bind_rotated(
    engine: &Engine,
    connection: &Name,
    endpoint: &str,
    kept: &SecretMeta,
) -> Result<Vec<Name>> {
    let mut changed = Vec::new();
    let _alone = engine.0.changing.lock().await;
    for mut inbox in engine.0.store.inboxes().await? {
        let bound =
            inbox.connection.as_ref() == Some(connection) && inbox.endpoint.as_deref() == Some(endpoint);
        if bound && inbox.secrets.iter().all(|secret| secret.id != kept.id) {
            inbox.secrets.insert(0, inbox_secret(kept));
            changed.push(inbox.name.clone());
            engine.0.store.update_inbox(inbox).await?;
        }
    }
    engine.0.ready.forget();
    Ok(changed)
}

fn inbox_secret(meta: &SecretMeta) -> InboxSecret {
    InboxSecret { id: meta.id.clone(), name: meta.name.clone(), state: meta.state }
}
