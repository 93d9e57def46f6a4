//! Secrets by hand, and the vault's state.

use crate::api::*;
use crate::engine::{Engine, lock};
use crate::vaulting::NewSecret;
use secrecy::ExposeSecret;
use waybill_model::{Failure, Result, SecretMeta};

pub(crate) async fn list(engine: &Engine, _: Nothing) -> Result<Vec<SecretMeta>> {
    engine.0.store.secrets().await
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
