//! Connections: access to one account at one provider.

use crate::api::*;
use crate::custody;
use crate::engine::Engine;
use crate::vaulting::NewSecret;
use std::sync::Arc;
use std::time::Instant;
use waybill_model::{Connection, ErrorCode, Failure, Name, Result, SecretKind};
use waybill_provider::{Client, ClientConnection, Description, HttpOptions};

pub(crate) async fn list(engine: &Engine, _: Nothing) -> Result<Vec<Connection>> {
    engine.0.store.connections().await
}

pub(crate) async fn find(engine: &Engine, name: &Name) -> Result<Connection> {
    engine
        .0
        .store
        .connection(name.clone())
        .await?
        .ok_or_else(|| Failure::not_found("connection", name).hint("'waybill connection list' lists them."))
}

pub(crate) async fn add(engine: &Engine, request: ConnectionAdd) -> Result<Connection> {
    let description = engine.0.providers.get(&request.provider)?;
    if engine.0.store.connection(request.name.clone()).await?.is_some() {
        return Err(Failure::new(
            ErrorCode::AlreadyExists,
            format!("There is a connection {} already; nothing was made.", request.name),
        )
        .hint("Choose another name, or remove the other one first."));
    }
    let token = request.token.expose();
    if token.trim().is_empty() {
        return Err(Failure::invalid("The credential is empty; the connection was not made."));
    }
    if token.chars().any(|c| c.is_control()) {
        return Err(Failure::invalid(
            "The credential holds a line end or another control character, which can't be sent in a header; the connection was not made.",
        )
        .hint("Copy it again, without the line end."));
    }
    let auth = match request.auth.filter(|auth| !auth.is_empty()) {
        Some(auth) => auth,
        None => description.info().auth.first().map(|form| form.id.clone()).unwrap_or_default(),
    };
    let base_url = request.base_url.filter(|base| !base.is_empty());
    description.check_connection(base_url.as_deref(), &request.vars, &auth)?;
    let new = NewSecret {
        name: format!("{} token", request.name),
        kind: SecretKind::Token,
        connection: Some(request.name.clone()),
        endpoint: None,
    };
    let meta = engine.keep_secret(new, &request.token.0).await?;
    let connection = Connection {
        name: request.name,
        provider: request.provider,
        base_url,
        vars: request.vars,
        auth,
        token: meta.id.clone(),
        created_at: engine.now(),
        read_at: None,
        endpoints: 0,
        last_error: None,
    };
    if let Err(failure) = engine.0.store.create_connection(connection.clone()).await {
        let _ = engine.forget_secret(&meta.id).await;
        return Err(failure);
    }
    Ok(connection)
}

/// A client for a connection, with its credential from the vault.
pub(crate) async fn client(engine: &Engine, connection: &Connection) -> Result<(Client, Arc<Description>)> {
    let description = engine.0.providers.get(&connection.provider)?;
    let token = engine
        .secret_required(&connection.token, &format!("the credential of connection {}", connection.name))
        .await?;
    let access = ClientConnection {
        name: connection.name.clone(),
        base_url: connection.base_url.clone(),
        vars: connection.vars.clone(),
        auth: connection.auth.clone(),
        token,
    };
    let usual = HttpOptions::default();
    let client = Client::new(
        description.clone(),
        access,
        HttpOptions {
            transport: engine.0.transport.clone(),
            deadline: engine.0.options.call_deadline.unwrap_or(usual.deadline),
            ..usual
        },
        engine.0.options.clock.clone(),
        engine.0.options.entropy.clone(),
    )?;
    Ok((client, description))
}

pub(crate) async fn test(engine: &Engine, request: Named) -> Result<ConnectionTest> {
    let connection = find(engine, &request.name).await?;
    let started = Instant::now();
    let read = crate::endpoints::read_one(engine, &connection).await;
    let took_ms = u64::try_from(started.elapsed().as_millis()).unwrap_or(u64::MAX);
    Ok(match read {
        Ok(count) => ConnectionTest { ok: true, endpoints: count as u64, took_ms, failure: None },
        Err(failure) => ConnectionTest { ok: false, endpoints: 0, took_ms, failure: Some(failure) },
    })
}

pub(crate) async fn remove(engine: &Engine, request: Named) -> Result<Nothing> {
    let connection = find(engine, &request.name).await?;
    engine.0.store.remove_connection(request.name).await?;
    crate::streams::end(engine, &connection.name).await;
    engine.forget_secret(&connection.token).await?;
    custody::abandoned(engine, &connection.name).await;
    Ok(Nothing {})
}
