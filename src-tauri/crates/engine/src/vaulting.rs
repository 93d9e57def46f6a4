//! Secrets: their values in the vault, their names in the store, and never one without the other for
//! longer than it takes. A value is in the vault before its name is in the store.

use crate::engine::{Engine, EngineOptions, lock};
use secrecy::{ExposeSecret, SecretString};
use waybill_model::{
    ErrorCode, Failure, Name, Result, SecretId, SecretKind, SecretMeta, SecretState, Timestamp, VaultKind,
    VaultState,
};
use waybill_vault::{Vault, VaultChoice};

/// Names our items in the keychain.
pub const KEYCHAIN_SERVICE: &str = "dev.waybill.desktop";

/// The vault of that kind. Nothing is asked of it yet. Without its passphrase the encrypted file answers every
/// call with `vault_passphrase`: deliveries are taken all the same, and another vault can be chosen.
pub(crate) fn open(kind: VaultKind, options: &EngineOptions) -> Vault {
    Vault::open(match kind {
        VaultKind::Keychain => VaultChoice::Keychain { service: KEYCHAIN_SERVICE.to_owned() },
        VaultKind::Memory => VaultChoice::Memory,
        VaultKind::File => VaultChoice::File {
            path: options.data_dir.join("vault.age"),
            passphrase: options.passphrase.as_ref().and_then(|ask| ask()).unwrap_or_default(),
            work_factor: options.work_factor,
        },
    })
}

/// What a new secret is called and belongs to.
pub(crate) struct NewSecret {
    pub(crate) name: String,
    pub(crate) kind: SecretKind,
    pub(crate) connection: Option<Name>,
    pub(crate) endpoint: Option<String>,
}

impl Engine {
    /// A place in the vault that was never used.
    pub(crate) fn fresh_secret_id(&self) -> SecretId {
        SecretId(format!("s-{}", self.fresh_uuid()))
    }

    /// Proves that the vault takes a value of this length, before anything is made that needs it.
    pub(crate) async fn vault_ready(&self, length: usize) -> Result<()> {
        self.0.vault.preflight(length).await.map_err(|error| self.vault_failure(error))?;
        self.vault_works();
        Ok(())
    }

    /// Keeps a secret: the value first, then its name.
    pub(crate) async fn keep_secret(&self, new: NewSecret, value: &SecretString) -> Result<SecretMeta> {
        let id = self.fresh_secret_id();
        self.keep_secret_as(id, new, value).await
    }

    pub(crate) async fn keep_secret_as(
        &self,
        id: SecretId,
        new: NewSecret,
        value: &SecretString,
    ) -> Result<SecretMeta> {
        self.0.vault.put_text(&id, value).await.map_err(|error| self.vault_failure(error))?;
        self.vault_works();
        let meta = SecretMeta {
            id: id.clone(),
            name: new.name,
            kind: new.kind,
            state: SecretState::Current,
            connection: new.connection,
            endpoint: new.endpoint,
            created_at: self.now(),
            accepted_until: None,
            used_by: Vec::new(),
        };
        match self.0.store.put_secret(meta).await {
            Ok(meta) => Ok(meta),
            Err(failure) => {
                // A value without a name would lie in the keychain for good.
                let _ = self.0.vault.remove(&id).await;
                Err(failure)
            }
        }
    }

    /// A secret's value, wherever it is: the vault, or held here because the vault refused it.
    pub(crate) async fn secret_value(&self, id: &SecretId) -> Result<Option<SecretString>> {
        if let Some(held) = lock(&self.0.held).get(id) {
            return Ok(Some(held.clone()));
        }
        self.0.vault.get_text(id).await.map_err(|error| self.vault_failure(error))
    }

    /// A secret's value, which must be there.
    pub(crate) async fn secret_required(&self, id: &SecretId, what: &str) -> Result<SecretString> {
        self.secret_value(id).await?.ok_or_else(|| {
            Failure::new(
                ErrorCode::VaultFailed,
                format!("The vault does not hold {what}; it may have been removed by another program. Nothing was done."),
            )
            .hint("Enter it again.")
        })
    }

    /// Takes a secret out of store and vault. The name goes first: a name without a value could be used.
    pub(crate) async fn forget_secret(&self, id: &SecretId) -> Result<bool> {
        let known = self.0.store.remove_secret(id.clone()).await?;
        let held = lock(&self.0.held).remove(id).is_some();
        if known && let Err(error) = self.0.vault.remove(id).await {
            tracing::warn!("a removed secret could not be taken out of the vault: {error}");
        }
        Ok(known || held)
    }

    /// Every secret as it stands now. An overlap ends by the clock alone and nothing is written when it does: a clock
    /// that is set right again sets this right too. Verification does not ask, it tries them all.
    pub(crate) async fn secrets_now(&self) -> Result<Vec<SecretMeta>> {
        let now = self.now();
        let mut secrets = self.0.store.secrets().await?;
        for meta in &mut secrets {
            let ended = meta.accepted_until.is_some_and(|until| until <= now);
            if ended && meta.state == SecretState::Previous {
                meta.state = SecretState::Retired;
            }
        }
        Ok(secrets)
    }

    /// What becomes of a secret whose place another has taken, at a provider that honours it for so many seconds more.
    pub(crate) fn replaced(&self, overlap_s: Option<u64>) -> (SecretState, Option<Timestamp>) {
        match overlap_s {
            Some(0) => (SecretState::Retired, None),
            Some(seconds) => {
                let nanos = i64::try_from(seconds).unwrap_or(i64::MAX).saturating_mul(1_000_000_000);
                (SecretState::Previous, Some(self.now().plus_nanos(nanos)))
            }
            None => (SecretState::Previous, None),
        }
    }

    /// Marks secrets of an endpoint as no longer the current one.
    pub(crate) async fn retire_secrets(
        &self,
        connection: &Name,
        endpoint: &str,
        keep: &SecretId,
        state: SecretState,
        accepted_until: Option<Timestamp>,
    ) -> Result<()> {
        for mut meta in self.0.store.secrets().await? {
            let same =
                meta.connection.as_ref() == Some(connection) && meta.endpoint.as_deref() == Some(endpoint);
            if same && meta.id != *keep && meta.state == SecretState::Current {
                meta.state = state;
                meta.accepted_until = accepted_until;
                self.0.store.put_secret(meta).await?;
            }
        }
        Ok(())
    }

    /// What was just written and read back tells as much as a test would.
    fn vault_works(&self) {
        *lock(&self.0.vault_state) = Some(VaultState::Working);
    }

    fn vault_failure(&self, error: waybill_vault::VaultError) -> Failure {
        let failure = Failure::from(error);
        // The state shown is found out anew after a failure.
        *lock(&self.0.vault_state) = None;
        failure
    }
}

/// The bytes to verify with. Text that was put in as text comes out as its bytes.
pub(crate) fn secret_bytes(secret: &SecretString) -> &[u8] {
    secret.expose_secret().as_bytes()
}
