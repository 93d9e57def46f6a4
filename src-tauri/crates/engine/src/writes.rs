//! Writing at the providers. Each write is recorded here, with what was before and after; a secret that
//! comes back is in the vault before anyone is told, and the vault is proved before the call is made.

use crate::api::*;
use crate::connections::{client, find};
use crate::custody::{self, Operation};
use crate::endpoints::{completed, current_secret, fresh, read_remote};
use crate::engine::Engine;
use crate::samples;
use serde_json::{Value, json};
use waybill_model::{
    Connection, Endpoint, ErrorCode, Failure, Inbox, Name, ProviderOperation, Result, SecretKind,
    SecretState, Support,
};
use waybill_provider::{Call, DryRun, EndpointPatch, NewEndpoint};
use waybill_store::{HistoryRow, Intent};

/// Longer than any secret a provider is known to make.
const SECRET_LENGTH: usize = 512;

fn shown(call: DryRun) -> DryRunCall {
    DryRunCall {
        method: call.method,
        url: call.url,
        headers: call.headers,
        body: call.body,
        then: call.then.into_iter().map(shown).collect(),
    }
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
        Err(failure) if custody::may_have_happened(failure.code) => ("unknown", None),
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

/// Records what a repair found out, unless the call was recorded before it broke off.
pub(crate) async fn record_repair(
    engine: &Engine,
    operation: &str,
    connection: &Name,
    endpoint: &str,
    after: Option<&Endpoint>,
) {
    let told = engine.0.store.history(Some(connection.clone()), Some(endpoint.to_owned())).await;
    // Of rotations there may be many; one that is told twice is better than one that is not told.
    if operation == "create"
        && told.is_ok_and(|rows| rows.iter().any(|row| row.operation == "create" && row.outcome == "done"))
    {
        return;
    }
    record(engine, operation, connection, Some(endpoint), None, Ok(after.map(without_raw))).await;
}

/// Records that a create whose answer was lost did not happen.
pub(crate) async fn record_absent(engine: &Engine, intent: &Intent) {
    let failure = Failure::new(
        ErrorCode::ProviderNotFound,
        "The provider does not list what the create would have made.",
    );
    record(engine, &intent.verb, &intent.connection, None, None, Err(&failure)).await;
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
    custody::waiting_for(engine, &connection.name, &request.url).await?;
    // Whoever stops the engine waits for this: a secret that is shown once may be on its way.
    let _under_way = engine.0.tasks.token();
    let key = client.idempotency_key(ProviderOperation::Create);
    let waits = match &request.inbox {
        Some(name) => engine.0.store.inbox(name.clone()).await?.is_none(),
        None => false,
    };
    let asked = json!({
        "new": new,
        "inbox": request.inbox,
        (INBOX_WAITS): waits,
        "idempotency_key": key,
        "known": known_before(engine, &connection).await?,
    });
    let mut operation = Operation::open(engine, &connection.name, "create", asked, SECRET_LENGTH).await?;
    // Some providers send a ping at once: it has to find its inbox.
    if let Some(name) = request.inbox.as_ref().filter(|_| waits)
        && let Err(failure) = inbox_waits(engine, name).await
    {
        operation.close(engine).await;
        return Err(failure);
    }
    let answered = match client.send_create(&new, key.as_deref()).await {
        Ok(answer) => {
            operation.seal(engine, &answer).await;
            client.decode_create(&answer)
        }
        Err(failure) => Err(failure),
    };
    let endpoint = answered.as_ref().ok().map(|created| created.endpoint.id.clone());
    let outcome = answered.as_ref().map(|created| Some(without_raw(&created.endpoint)));
    record(engine, "create", &connection.name, endpoint.as_deref(), None, outcome).await;
    let created = match answered {
        Ok(created) => created,
        Err(failure) => {
            if !custody::may_have_happened(failure.code) {
                inbox_waits_no_more(engine, &operation.intent.request).await;
            }
            operation.failed(engine, &failure).await;
            return Err(failure);
        }
    };
    let made = custody::finish_create(engine, &connection, &description, operation, created).await?;
    Ok(EndpointCreated {
        endpoint: Some(completed(engine, made.endpoint).await?),
        secret: made.secret,
        inbox: made.inbox,
        call: None,
    })
}

/// The endpoints the provider has just before a create: one that stands there later, if its answer is lost, is
/// told from those by this. Where it can't be asked now, those last read count.
async fn known_before(engine: &Engine, connection: &Connection) -> Result<Vec<String>> {
    let endpoints = match read_remote(engine, connection).await {
        Ok((endpoints, _)) => endpoints,
        Err(failure) if failure.code == ErrorCode::ProviderForbidden => {
            let known = engine.0.store.endpoints(Some(connection.name.clone())).await?;
            known.into_iter().map(|(endpoint, _)| endpoint).collect()
        }
        Err(failure) => return Err(failure),
    };
    Ok(endpoints.into_iter().map(|endpoint| endpoint.id).collect())
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

/// Where the intent of a create says that its inbox was made for it.
const INBOX_WAITS: &str = "inbox_waits";

/// Makes the inbox of an endpoint that is about to be made. What arrives before its secret is there is checked as
/// soon as it is.
async fn inbox_waits(engine: &Engine, name: &Name) -> Result<()> {
    let _alone = engine.0.changing.lock().await;
    if engine.0.store.inbox(name.clone()).await?.is_none() {
        engine.0.store.create_inbox(Inbox::new(name.clone(), engine.now())).await?;
        engine.0.ready.forget();
    }
    Ok(())
}

/// The endpoint was not made: the inbox that was made for it goes, unless it is of use to something else by now.
pub(crate) async fn inbox_waits_no_more(engine: &Engine, asked: &Value) {
    let name = match asked["inbox"].as_str().map(str::parse::<Name>) {
        Some(Ok(name)) if asked[INBOX_WAITS] == true => name,
        _ => return,
    };
    let _alone = engine.0.changing.lock().await;
    let removed = match engine.0.store.inbox(name.clone()).await {
        Ok(Some(inbox)) if inbox == Inbox::new(name.clone(), inbox.created_at) => {
            engine.0.store.remove_inbox(name).await.map(|_| ())
        }
        Ok(_) => Ok(()),
        Err(failure) => Err(failure),
    };
    if let Err(failure) = removed {
        tracing::warn!(code = %failure.code, "the inbox of an endpoint that was not made stays: {failure}");
    }
    engine.0.ready.forget();
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
    let secret = match client.needs_secret(&patch) {
        true => current_secret(engine, &connection.name, &request.id).await?,
        false => None,
    };
    let answered = client.update_with(&request.id, &patch, revision, secret.as_ref()).await;
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
    custody::settled(engine, &connection.name, &request.id).await;
    Ok(EndpointCreated { endpoint: None, secret: None, inbox: None, call: None })
}

pub(crate) async fn rotate(engine: &Engine, request: EndpointRef) -> Result<Rotated> {
    let connection = find(engine, &request.connection).await?;
    let (client, description) = client(engine, &connection).await?;
    if request.dry_run {
        let call = client.dry_run(Call::Rotate { id: &request.id }).await?;
        return Ok(Rotated { secret: None, previous: String::new(), call: Some(shown(call)) });
    }
    let endpoint = match known(engine, &connection, &request.id).await? {
        Some(endpoint) => endpoint,
        None => fresh(engine, &connection, &request.id).await?,
    };
    let _under_way = engine.0.tasks.token();
    let key = client.idempotency_key(ProviderOperation::Rotate);
    let asked = json!({ "id": request.id, "idempotency_key": key });
    let mut operation = Operation::open(engine, &connection.name, "rotate", asked, SECRET_LENGTH).await?;
    let answered = match client.send_rotate(&request.id, key.as_deref()).await {
        Ok(answer) => {
            operation.seal(engine, &answer).await;
            client.decode_rotate(&answer)
        }
        Err(failure) => Err(failure),
    };
    record(engine, "rotate", &connection.name, Some(&request.id), None, answered.as_ref().map(|_| None))
        .await;
    let rotated = match answered {
        Ok(rotated) => rotated,
        Err(failure) => {
            operation.failed(engine, &failure).await;
            return Err(failure);
        }
    };
    let made =
        custody::finish_rotate(engine, &connection, &description, operation, &endpoint, rotated.secret)
            .await?;
    custody::settled(engine, &connection.name, &request.id).await;
    Ok(made)
}

fn own_event(endpoint: &Endpoint) -> Option<String> {
    endpoint.events.iter().find(|event| !event.contains('*')).cloned()
}

pub(crate) async fn test(engine: &Engine, request: TestEndpoint) -> Result<EndpointTested> {
    let connection = find(engine, &request.connection).await?;
    let (client, description) = client(engine, &connection).await?;
    if description.support(ProviderOperation::Test) == Support::Supported {
        let outcome = match client.test(&request.id, request.event.as_deref()).await {
            // Some want an event type named: one that the endpoint is for.
            Err(failure) if request.event.is_none() && failure.code == ErrorCode::ProviderRejected => {
                match own_event(&fresh(engine, &connection, &request.id).await?) {
                    Some(event) => client.test(&request.id, Some(&event)).await?,
                    None => return Err(failure),
                }
            }
            outcome => outcome?,
        };
        let answered = outcome.response_status.is_none_or(|status| (200..300).contains(&status))
            && outcome.error.is_none();
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
    let event = request.event.or_else(|| own_event(&endpoint));
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
    let answered = client.redeliver_at(&request.endpoint, &request.entry).await;
    let outcome = answered.as_ref().map(|_| Some(json!({ "entry": request.entry })));
    record(engine, "redeliver", &connection.name, Some(&request.endpoint), None, outcome).await;
    answered?;
    Ok(Nothing {})
}
