//! Writing at the providers. Each write is recorded here, with what was before and after; a secret that
//! comes back is in the vault before anyone is told, and the vault is proved before the call is made.

use crate::api::*;
use crate::connections::{client, find};
use crate::endpoints::{completed, fresh};
use crate::engine::{Engine, lock};
use crate::vaulting::NewSecret;
use crate::{inboxes, intents, samples};
use secrecy::SecretString;
use serde_json::{Value, json};
use waybill_model::{
    Connection, Endpoint, ErrorCode, Failure, Inbox, InboxSecret, Name, ProviderOperation, Result,
    SecretKind, SecretMeta, SecretState, Support,
};
use waybill_provider::{Call, DryRun, EndpointPatch, NewEndpoint};
use waybill_store::HistoryRow;

/// Longer than any secret a provider is known to make.
const SECRET_LENGTH: usize = 512;

fn shown(call: DryRun) -> DryRunCall {
    DryRunCall { method: call.method, url: call.url, headers: call.headers, body: call.body }
}

fn only_call(call: DryRun) -> EndpointCreated {
    EndpointCreated { endpoint: None, secret: None, inbox: None, call: Some(shown(call)) }
}

/// Records a write and how it went. A record that can't be written is logged; the write itself stands.
async fn record(
    engine: &Engine,
    operation: &str,
    connection: &Name,
    endpoint: Option<&str>,
    before: Option<Value>,
    outcome: Result<Option<Value>, &Failure>,
) {
    let (word, after) = match outcome {
        // Nothing was asked of the provider, so there is nothing to tell.
        Err(failure) if matches!(failure.code, ErrorCode::Unsupported | ErrorCode::InvalidInput) => return,
        Ok(after) => ("done", after),
        Err(failure) if intents::may_have_happened(failure.code) => ("unknown", None),
        Err(_) => ("refused", None),
    };
    let row = HistoryRow {
        at: engine.now(),
        who: std::env::var("USER")
            .or_else(|_| std::env::var("USERNAME"))
            .unwrap_or_else(|_| "unknown".to_owned()),
        operation: operation.to_owned(),
        connection: connection.clone(),
        endpoint: endpoint.map(str::to_owned),
        outcome: word.to_owned(),
        before,
        after,
    };
    if let Err(failure) = engine.0.store.add_history(row).await {
        tracing::warn!(code = %failure.code, "a write at a provider could not be recorded: {failure}");
    }
}

fn without_raw(endpoint: &Endpoint) -> Value {
    let mut value = serde_json::to_value(endpoint).unwrap_or(Value::Null);
    if let Some(fields) = value.as_object_mut() {
        fields.remove("raw");
    }
    value
}

/// The endpoint as it was last read.
async fn known(engine: &Engine, connection: &Connection, id: &str) -> Result<Option<Endpoint>> {
    let found = engine.0.store.endpoint(connection.name.clone(), id.to_owned()).await?;
    Ok(found.map(|(endpoint, _)| endpoint))
}

pub(crate) async fn create(engine: &Engine, request: CreateEndpoint) -> Result<EndpointCreated> {
    let connection = find(engine, &request.connection).await?;
    let (client, description) = client(engine, &connection).await?;
    let new = NewEndpoint {
        url: request.url.clone(),
        events: request.events.clone(),
        all_events: request.all_events,
        label: request.label.clone().unwrap_or_default(),
        fields: request.fields.clone(),
    };
    if request.dry_run {
        return Ok(only_call(client.dry_run(Call::Create(&new)).await?));
    }
    if let Some(name) = &request.inbox {
        inbox_is_free(engine, name).await?;
    }
    engine.vault_ready(SECRET_LENGTH).await?;
    // Whoever stops the engine waits for this: a secret that is shown once may be on its way.
    let _under_way = engine.0.tasks.token();
    let asked = serde_json::to_value(&new).unwrap_or(Value::Null);
    let intent = intents::open(engine, &connection.name, "create", asked).await?;
    let key = client.idempotency_key(ProviderOperation::Create);
    let answered = match client.send_create(&new, key.as_deref()).await {
        Ok(answer) => client.decode_create(&answer),
        Err(failure) => Err(failure),
    };
    let endpoint = answered.as_ref().ok().map(|created| created.endpoint.id.clone());
    let outcome = answered.as_ref().map(|created| Some(without_raw(&created.endpoint)));
    record(engine, "create", &connection.name, endpoint.as_deref(), None, outcome).await;
    let created = match answered {
        Ok(created) => created,
        Err(failure) => {
            intents::failed(engine, intent, &failure).await;
            return Err(failure);
        }
    };
    let came = match (created.secret, created.public_key) {
        (Some(secret), _) => Some((SecretKind::SharedSecret, secret)),
        (None, Some(key)) => Some((SecretKind::PublicKey, SecretString::from(key))),
        (None, None) => None,
    };
    let kept = match came {
        Some((kind, value)) => keep(engine, &connection, &created.endpoint, kind, value).await.map(Some),
        None => Ok(None),
    };
    intents::close(engine, intent).await;
    // Where an address can be used once only, this tells that it was free.
    intents::found_out(engine, &connection.name, "create", |asked| asked["url"] == request.url).await;
    // The endpoint is there, whatever became of its secret.
    let remembered = engine.0.store.put_endpoint(created.endpoint.clone()).await;
    let kept = kept?;
    remembered?;
    let inbox = match request.inbox {
        Some(name) => Some(
            bind_inbox(engine, name, &description.info().scheme, &created.endpoint, kept.as_ref()).await?,
        ),
        None => None,
    };
    Ok(EndpointCreated {
        endpoint: Some(completed(engine, created.endpoint).await?),
        secret: kept,
        inbox,
        call: None,
    })
}

/// An inbox that is bound to something else must not be taken over silently.
async fn inbox_is_free(engine: &Engine, name: &Name) -> Result<()> {
    match engine.0.store.inbox(name.clone()).await? {
        Some(inbox) if inbox.scheme.is_some() || inbox.name.as_str() == crate::capturing::UNSORTED => {
            Err(Failure::new(
                ErrorCode::AlreadyExists,
                format!("The inbox {name} is in use already; the endpoint was not made."),
            )
            .hint("Choose another name for the inbox."))
        }
        _ => Ok(()),
    }
}

/// Puts an endpoint's secret into the vault. If the vault refuses now, the value is held in memory and
/// the failure says how to get at it: the provider will not show it again.
async fn keep(
    engine: &Engine,
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
    let id = engine.fresh_secret_id();
    match engine.keep_secret_as(id.clone(), new, &value).await {
        Ok(meta) => Ok(meta),
        Err(failure) => {
            lock(&engine.0.held).insert(id.clone(), value);
            Err(Failure::new(
                ErrorCode::SecretAtRisk,
                format!(
                    "The provider made endpoint {} and its {word}, but the vault refused it: {} The {word} is held in memory until Waybill ends.",
                    endpoint.id, failure.message
                ),
            )
            .hint("Copy it now, or mend the vault and store it again.")
            .details(json!({ "secret_id": id, "endpoint": endpoint.id, "connection": connection.name, "cause": failure.code })))
        }
    }
}

async fn bind_inbox(
    engine: &Engine,
    name: Name,
    scheme: &str,
    endpoint: &Endpoint,
    secret: Option<&SecretMeta>,
) -> Result<Inbox> {
    let secrets: Vec<InboxSecret> = secret
        .map(|meta| InboxSecret { id: meta.id.clone(), name: meta.name.clone(), state: meta.state })
        .into_iter()
        .collect();
    let _alone = engine.0.changing.lock().await;
    let existing = engine.0.store.inbox(name.clone()).await?;
    let fresh = existing.is_none();
    let mut inbox = existing.unwrap_or_else(|| Inbox {
        name: name.clone(),
        scheme: None,
        config: Default::default(),
        secrets: Vec::new(),
        answer: Default::default(),
        forward_to: Vec::new(),
        connection: None,
        endpoint: None,
        created_at: engine.now(),
        deliveries: 0,
        failed: 0,
        last_received_at: None,
    });
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
    inboxes::get(engine, Named { name }).await
}

pub(crate) async fn update(engine: &Engine, request: UpdateEndpoint) -> Result<EndpointCreated> {
    let connection = find(engine, &request.connection).await?;
    let patch = EndpointPatch {
        url: request.url,
        events: request.events,
        all_events: request.all_events,
        label: request.label,
        active: None,
        fields: request.fields,
    };
    let revision = request.revision.as_deref();
    let (client, _) = client(engine, &connection).await?;
    if request.dry_run {
        let call = Call::Update { id: &request.id, patch: &patch, revision };
        return Ok(only_call(client.dry_run(call).await?));
    }
    let before = known(engine, &connection, &request.id).await?;
    let answered = client.update(&request.id, &patch, revision).await;
    changed(engine, &connection, "update", &request.id, before, answered).await
}

pub(crate) async fn set_active(engine: &Engine, request: SetActive) -> Result<EndpointCreated> {
    let connection = find(engine, &request.connection).await?;
    let (client, _) = client(engine, &connection).await?;
    if request.dry_run {
        let call = Call::SetActive { id: &request.id, active: request.active };
        return Ok(only_call(client.dry_run(call).await?));
    }
    let before = known(engine, &connection, &request.id).await?;
    let answered = client.set_active(&request.id, request.active).await;
    let verb = if request.active { "enable" } else { "disable" };
    changed(engine, &connection, verb, &request.id, before, answered).await
}

async fn changed(
    engine: &Engine,
    connection: &Connection,
    verb: &str,
    id: &str,
    before: Option<Endpoint>,
    answered: Result<Endpoint>,
) -> Result<EndpointCreated> {
    let was = before.as_ref().map(without_raw);
    let outcome = answered.as_ref().map(|endpoint| Some(without_raw(endpoint)));
    record(engine, verb, &connection.name, Some(id), was, outcome).await;
    let endpoint = answered?;
    engine.0.store.put_endpoint(endpoint.clone()).await?;
    Ok(EndpointCreated {
        endpoint: Some(completed(engine, endpoint).await?),
        secret: None,
        inbox: None,
        call: None,
    })
}

pub(crate) async fn delete(engine: &Engine, request: EndpointRef) -> Result<EndpointCreated> {
    let connection = find(engine, &request.connection).await?;
    let (client, _) = client(engine, &connection).await?;
    if request.dry_run {
        return Ok(only_call(client.dry_run(Call::Delete { id: &request.id }).await?));
    }
    let before = known(engine, &connection, &request.id).await?;
    let answered = client.delete(&request.id).await;
    let outcome = answered.as_ref().map(|()| None);
    record(engine, "delete", &connection.name, Some(&request.id), before.as_ref().map(without_raw), outcome)
        .await;
    answered?;
    engine.0.store.forget_endpoint(connection.name.clone(), request.id.clone()).await?;
    // The secret stays, retired: deliveries that were captured before are still verified with it.
    let none = waybill_model::SecretId(String::new());
    engine.retire_secrets(&connection.name, &request.id, &none, SecretState::Retired, None).await?;
    engine.0.ready.forget();
    intents::found_out(engine, &connection.name, "rotate", |asked| asked["id"] == request.id).await;
    Ok(EndpointCreated { endpoint: None, secret: None, inbox: None, call: None })
}

pub(crate) async fn rotate(engine: &Engine, request: EndpointRef) -> Result<Rotated> {
    let connection = find(engine, &request.connection).await?;
    let (client, description) = client(engine, &connection).await?;
    if request.dry_run {
        let call = client.dry_run(Call::Rotate { id: &request.id }).await?;
        return Ok(Rotated { secret: None, previous: String::new(), call: Some(shown(call)) });
    }
    engine.vault_ready(SECRET_LENGTH).await?;
    let endpoint = match known(engine, &connection, &request.id).await? {
        Some(endpoint) => endpoint,
        None => fresh(engine, &connection, &request.id).await?,
    };
    let _under_way = engine.0.tasks.token();
    let asked = json!({ "id": request.id });
    let intent = intents::open(engine, &connection.name, "rotate", asked).await?;
    let key = client.idempotency_key(ProviderOperation::Rotate);
    let answered = match client.send_rotate(&request.id, key.as_deref()).await {
        Ok(answer) => client.decode_rotate(&answer),
        Err(failure) => Err(failure),
    };
    record(engine, "rotate", &connection.name, Some(&request.id), None, answered.as_ref().map(|_| None))
        .await;
    let rotated = match answered {
        Ok(rotated) => rotated,
        Err(failure) => {
            intents::failed(engine, intent, &failure).await;
            return Err(failure);
        }
    };
    let kept = keep(engine, &connection, &endpoint, SecretKind::SharedSecret, rotated.secret).await;
    intents::close(engine, intent).await;
    intents::found_out(engine, &connection.name, "rotate", |asked| asked["id"] == request.id).await;
    let kept = kept?;
    let overlap = description.rotation_overlap_s();
    let (state, until, previous) = match overlap {
        Some(0) => (
            SecretState::Retired,
            None,
            "The one before is dead at the provider; it is kept to verify what was captured before."
                .to_owned(),
        ),
        Some(seconds) => (
            SecretState::Previous,
            Some(engine.now().plus_nanos(i64::try_from(seconds).unwrap_or(0).saturating_mul(1_000_000_000))),
            format!("The one before is accepted for another {} hours.", seconds / 3_600),
        ),
        None => (
            SecretState::Previous,
            None,
            "Whether the one before is still accepted, the provider does not say; it is kept.".to_owned(),
        ),
    };
    engine.retire_secrets(&connection.name, &request.id, &kept.id, state, until).await?;
    let _alone = engine.0.changing.lock().await;
    for mut inbox in engine.0.store.inboxes().await? {
        if inbox.connection.as_ref() == Some(&connection.name)
            && inbox.endpoint.as_deref() == Some(&request.id)
        {
            inbox
                .secrets
                .insert(0, InboxSecret { id: kept.id.clone(), name: kept.name.clone(), state: kept.state });
            engine.0.store.update_inbox(inbox).await?;
        }
    }
    engine.0.ready.forget();
    Ok(Rotated { secret: Some(kept), previous, call: None })
}

pub(crate) async fn test(engine: &Engine, request: EndpointRef) -> Result<EndpointTested> {
    let connection = find(engine, &request.connection).await?;
    let (client, description) = client(engine, &connection).await?;
    if description.support(ProviderOperation::Test) == Support::Supported {
        let outcome = client.test(&request.id, None).await?;
        let answered = outcome.response_status.is_some_and(|status| (200..300).contains(&status));
        return Ok(EndpointTested {
            by: "provider".to_owned(),
            ok: outcome.succeeded.unwrap_or(answered),
            status: outcome.response_status,
            latency_ms: outcome.latency_ms,
            error: outcome.error,
        });
    }
    let endpoint = fresh(engine, &connection, &request.id).await?;
    let secret = engine
        .0
        .store
        .secrets()
        .await?
        .into_iter()
        .find(|meta| {
            meta.kind == SecretKind::SharedSecret
                && meta.state == SecretState::Current
                && meta.connection.as_ref() == Some(&connection.name)
                && meta.endpoint.as_deref() == Some(&request.id)
        })
        .ok_or_else(|| {
            Failure::new(
                ErrorCode::CannotSign,
                "The provider has no test call, and there is no secret in the vault to sign a test event with; nothing was sent.",
            )
        })?;
    let value = engine.secret_required(&secret.id, "the endpoint's secret").await?;
    let event = endpoint.events.iter().find(|event| *event != "*").cloned();
    let sent = samples::sign_and_send(engine, &endpoint.url, &description.info().scheme, &value, event, None)
        .await?;
    Ok(EndpointTested {
        by: "waybill".to_owned(),
        ok: sent.outcome == waybill_model::AttemptOutcome::Succeeded,
        status: sent.status,
        latency_ms: sent.duration_us.map(|us| us as f64 / 1e3),
        error: sent.error,
    })
}

pub(crate) async fn redeliver(engine: &Engine, request: Redeliver) -> Result<Nothing> {
    let connection = find(engine, &request.connection).await?;
    let (client, _) = client(engine, &connection).await?;
    let answered = client.redeliver(&request.entry).await;
    let outcome = answered.as_ref().map(|_| Some(json!({ "entry": request.entry })));
    record(engine, "redeliver", &connection.name, Some(&request.endpoint), None, outcome).await;
    answered?;
    Ok(Nothing {})
}
