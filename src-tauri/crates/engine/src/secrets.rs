//! Secrets by hand: on their own, of an inbox, of the endpoint that an inbox is bound to; and the vault's state.

use crate::api::*;
use crate::engine::{Engine, lock};
use crate::vaulting::NewSecret;
use secrecy::ExposeSecret;
use waybill_model::{
    CredentialKind, Failure, Inbox, InboxSecret, Name, Result, SecretKind, SecretMeta, SecretState,
};

pub(crate) async fn list(engine: &Engine, _: Nothing) -> Result<Vec<SecretMeta>> {
    engine.secrets_now().await
}

pub(crate) async fn set(engine: &Engine, request: SecretSet) -> Result<SecretMeta> {
    let name = request.name.trim().to_owned();
    if name.is_empty() || name.chars().count() > 200 {
        return Err(Failure::invalid("A secret's name has 1 to 200 characters; nothing was stored."));
    }
    if request.value.expose().is_empty() {
        return Err(Failure::invalid("The secret is empty; nothing was stored."));
    }
    let new = NewSecret { name, kind: request.kind, connection: None, endpoint: None };
    engine.keep_secret(new, &request.value.0).await
}

pub(crate) async fn reveal(engine: &Engine, request: SecretRef) -> Result<Revealed> {
    if engine.0.store.secret(request.id.clone()).await?.is_none()
        && !lock(&engine.0.held).contains_key(&request.id)
    {
        return Err(Failure::not_found("secret", request.id));
    }
    let value = engine.secret_required(&request.id, "this secret").await?;
    Ok(Revealed { value: value.expose_secret().to_owned() })
}

pub(crate) async fn remove(engine: &Engine, request: SecretRef) -> Result<Nothing> {
    if engine.forget_secret(&request.id).await? {
        Ok(Nothing {})
    } else {
        Err(Failure::not_found("secret", request.id))
    }
}

pub(crate) async fn check_vault(engine: &Engine, _: Nothing) -> Result<VaultStatus> {
    let state = engine.0.vault.state().await;
    *lock(&engine.0.vault_state) = Some(state);
    Ok(status(engine))
}

/// The vault as far as it is known without asking it.
pub(crate) fn status(engine: &Engine) -> VaultStatus {
    VaultStatus { kind: engine.0.vault_kind, state: lock(&engine.0.vault_state).clone() }
}

/// The endpoint that a secret belongs to which is given for an inbox of it.
pub(crate) struct Owner {
    connection: Name,
    endpoint: String,
    kind: SecretKind,
    overlap_s: Option<u64>,
}

impl Owner {
    /// The endpoint that is named, as long as its connection is there. Without its provider's file the secret is its
    /// all the same; only what becomes of the one before is not known then.
    pub(crate) async fn of(
        engine: &Engine,
        connection: Option<&Name>,
        endpoint: Option<&str>,
    ) -> Result<Option<Self>> {
        let (Some(connection), Some(endpoint)) = (connection, endpoint) else { return Ok(None) };
        let Some(known) = engine.0.store.connection(connection.clone()).await? else { return Ok(None) };
        let description = engine.0.providers.get(&known.provider).ok();
        let kind = match description.as_ref().map(|description| description.credential_kind()) {
            Some(CredentialKind::PublicKey) => SecretKind::PublicKey,
            Some(CredentialKind::SharedSecret) | None => SecretKind::SharedSecret,
        };
        let overlap_s = description.and_then(|description| description.rotation_overlap_s());
        Ok(Some(Self { connection: known.name, endpoint: endpoint.to_owned(), kind, overlap_s }))
    }

    /// True when that inbox is bound to the endpoint.
    pub(crate) fn has(&self, inbox: &Inbox) -> bool {
        inbox.connection.as_ref() == Some(&self.connection)
            && inbox.endpoint.as_deref() == Some(&self.endpoint)
    }
}

/// The scheme of a connection's provider.
pub(crate) async fn scheme_of(engine: &Engine, connection: &Name) -> Result<String> {
    let known = engine.0.store.connection(connection.clone()).await?;
    let known = known.ok_or_else(|| Failure::not_found("connection", connection))?;
    Ok(engine.0.providers.get(&known.provider)?.info().scheme)
}

/// The secrets of an endpoint, current first.
pub(crate) async fn of_endpoint(
    engine: &Engine,
    connection: &Name,
    endpoint: &str,
) -> Result<Vec<InboxSecret>> {
    let mut found = engine.secrets_now().await?;
    found.retain(|meta| {
        meta.kind != SecretKind::Token
            && meta.connection.as_ref() == Some(connection)
            && meta.endpoint.as_deref() == Some(endpoint)
    });
    found.sort_by_key(|meta| meta.state != SecretState::Current);
    Ok(found.into_iter().map(of_inbox).collect())
}

fn of_inbox(meta: SecretMeta) -> InboxSecret {
    InboxSecret { id: meta.id, name: meta.name, state: meta.state }
}

pub(crate) fn check_secret(value: &SecretText) -> Result<()> {
    if value.expose().is_empty() {
        return Err(Failure::invalid("The secret is empty; nothing was stored."));
    }
    Ok(())
}

/// Puts the `number`th secret that is given for an inbox into the vault: as its endpoint's, where it has one.
pub(crate) async fn keep(
    engine: &Engine,
    inbox: &Name,
    number: usize,
    owner: Option<&Owner>,
    value: &SecretText,
) -> Result<InboxSecret> {
    let kind = owner.map_or(SecretKind::SharedSecret, |owner| owner.kind);
    let word = if kind == SecretKind::PublicKey { "public key" } else { "signing secret" };
    let number = if number > 1 { format!(" {number}") } else { String::new() };
    let new = NewSecret {
        name: format!("{inbox} {word}{number}"),
        kind,
        connection: owner.map(|owner| owner.connection.clone()),
        endpoint: owner.map(|owner| owner.endpoint.clone()),
    };
    engine.keep_secret(new, &value.0).await.map(of_inbox)
}

/// Puts the secrets of a new inbox into the vault: all of them, or none.
pub(crate) async fn keep_all(
    engine: &Engine,
    inbox: &Name,
    owner: Option<&Owner>,
    values: &[SecretText],
) -> Result<Vec<InboxSecret>> {
    for value in values {
        check_secret(value)?;
    }
    let mut kept = Vec::with_capacity(values.len());
    for (index, value) in values.iter().enumerate() {
        match keep(engine, inbox, index + 1, owner, value).await {
            Ok(secret) => kept.push(secret),
            Err(failure) => {
                take_back(engine, &kept).await;
                return Err(failure);
            }
        }
    }
    Ok(kept)
}

/// Takes secrets out of the vault that were put in for something that then could not be made.
pub(crate) async fn take_back(engine: &Engine, kept: &[InboxSecret]) {
    for secret in kept {
        if let Err(failure) = engine.forget_secret(&secret.id).await {
            tracing::warn!(code = %failure.code, "a secret that nothing uses stays in the vault: {failure}");
        }
    }
}

/// Of the secrets that an inbox had before, and of those of its endpoint, leaves `kept` the only current one.
pub(crate) async fn retire_others(
    engine: &Engine,
    inbox: &Inbox,
    kept: &InboxSecret,
    owner: Option<&Owner>,
) -> Result<()> {
    let (state, until) = engine.replaced(owner.and_then(|owner| owner.overlap_s));
    if let (Some(connection), Some(endpoint)) = (&inbox.connection, &inbox.endpoint) {
        engine.retire_secrets(connection, endpoint, &kept.id, state, until).await?;
    }
    for secret in inbox.secrets.iter().filter(|secret| secret.id != kept.id) {
        // One that the inbox has from another endpoint is in use there.
        if let Some(mut meta) = engine.0.store.secret(secret.id.clone()).await?
            && meta.state == SecretState::Current
            && meta.endpoint.is_none()
        {
            meta.state = state;
            meta.accepted_until = until;
            engine.0.store.put_secret(meta).await?;
        }
    }
    // One that was entered at the same time may have taken its place before it was in the inbox.
    if let Some(mut meta) = engine.0.store.secret(kept.id.clone()).await?
        && meta.state != SecretState::Current
    {
        meta.state = SecretState::Current;
        meta.accepted_until = None;
        engine.0.store.put_secret(meta).await?;
    }
    Ok(())
}
