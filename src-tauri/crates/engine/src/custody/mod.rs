//! Custody of secrets that a provider shows once: preflight, intent, seal, store, close; and the repair of what
//! was broken off in between.
//!
//! An [`Operation`] is one call that makes such a secret. Before the call its intent stands in the store and its
//! seal file is there, locked by this process; when the answer comes, its bytes go sealed into that file before
//! anybody reads them; when the secret is in the vault, the intent is closed and the file is gone. Whatever ends
//! in between leaves enough for [`repair`] to go on from, and its lock tells that nobody is at it any more.
//!
//! Nothing here sends a create or a rotation twice: what has no known end is looked up in the provider's list.

mod cases;
mod finish;
mod reconcile;
mod repair;
mod seal_file;

pub(crate) use cases::{dismiss, list, repair_one};
pub(crate) use finish::{create as finish_create, rotate as finish_rotate};
pub(crate) use reconcile::{abandoned, listed, settled, waiting_for};
pub(crate) use repair::at_start;

use crate::engine::Engine;
use seal_file::SealFile;
use secrecy::SecretSlice;
use serde_json::{Value, json};
use waybill_model::{ErrorCode, Failure, Name, Result, SecretId};
use waybill_provider::RawAnswer;
use waybill_store::Intent;
use waybill_vault::SealKey;

/// Where custody stands. Hosts that try out what an abrupt end does are told of each step as it is reached.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum CustodyStep {
    /// The vault was proved; nothing is written yet.
    Proved,
    /// The intent is on disk; nothing was sent.
    Intended,
    /// The answer is in memory and nowhere else.
    Answered,
    /// The answer is on disk, sealed.
    Sealed,
    /// The secret is about to be written into the vault.
    Storing,
    /// The secret is in the vault and was read back; its name is in the store.
    Stored,
    /// The intent is closed; the seal file is still there.
    Closed,
}

impl CustodyStep {
    /// Every step, in order.
    pub const ALL: [Self; 7] = [
        Self::Proved,
        Self::Intended,
        Self::Answered,
        Self::Sealed,
        Self::Storing,
        Self::Stored,
        Self::Closed,
    ];
}

/// Marks, in what was asked, that the answer was waited for in vain.
const UNANSWERED: &str = "unanswered";
/// What the last look found, in what was asked.
const FINDING: &str = "finding";
/// The key that makes the call safe to repeat, in what was asked.
const KEY: &str = "idempotency_key";

/// The item of the vault that holds the key for seals.
const SEAL_KEY: &str = "seal-key";

pub(crate) fn reached(engine: &Engine, step: CustodyStep) {
    if let Some(told) = &engine.0.options.custody_step {
        told(step);
    }
}

/// One call that makes a one-time secret, from its intent to its close.
pub(crate) struct Operation {
    pub(crate) intent: Intent,
    file: SealFile,
    key: SealKey,
}

impl Operation {
    /// Proves the vault and opens the intent. On disk when this returns; nothing was sent.
    pub(crate) async fn open(
        engine: &Engine,
        connection: &Name,
        verb: &str,
        request: Value,
        secret_length: usize,
    ) -> Result<Self> {
        engine.vault_ready(secret_length).await?;
        let key = seal_key(engine).await?;
        reached(engine, CustodyStep::Proved);
        let intent = Intent {
            id: engine.fresh_uuid(),
            connection: connection.clone(),
            verb: verb.to_owned(),
            request,
            sealed: None,
            created_at: engine.now(),
        };
        // The file first: an intent whose file nobody holds counts as broken off.
        let file = SealFile::create(engine, &intent.id).await?;
        if let Err(failure) = engine.0.store.open_intent(intent.clone()).await {
            file.wipe().await;
            return Err(failure);
        }
        reached(engine, CustodyStep::Intended);
        Ok(Self { intent, file, key })
    }

    /// The place in the vault for the secret of this call: the same again when a repair goes on with it.
    pub(crate) fn secret_id(&self) -> SecretId {
        secret_id(&self.intent)
    }

    /// Puts the answer on disk, sealed, before it is read. When that fails the work goes on: the vault is the
    /// better place, and not to try it would lose the secret for certain.
    pub(crate) async fn seal(&mut self, engine: &Engine, answer: &RawAnswer) {
        reached(engine, CustodyStep::Answered);
        let plain: SecretSlice<u8> = answer.to_bytes();
        let sealed = self.key.seal(engine.0.options.entropy.as_ref(), self.intent.id.as_bytes(), &plain);
        let written = match sealed {
            Some(sealed) => self.file.write(sealed).await,
            None => Err(Failure::internal("The answer could not be sealed.")),
        };
        match written {
            Ok(()) => reached(engine, CustodyStep::Sealed),
            Err(failure) => tracing::error!(code = %failure.code, "an answer could not be sealed: {failure}"),
        }
    }

    /// What was sealed; none when nothing whole is there, or another key sealed it.
    fn opened(&self, sealed: &[u8]) -> Option<RawAnswer> {
        use secrecy::ExposeSecret;
        let plain = self.key.open(self.intent.id.as_bytes(), sealed)?;
        RawAnswer::from_bytes(plain.expose_secret()).ok()
    }

    /// Its end is known, and what came of it is kept.
    pub(crate) async fn close(self, engine: &Engine) {
        if let Err(failure) = engine.0.store.close_intent(self.intent.id.clone()).await {
            // The file stays with it: a repair finds both.
            return tracing::warn!(code = %failure.code, "an intent could not be closed: {failure}");
        }
        reached(engine, CustodyStep::Closed);
        self.file.wipe().await;
    }

    /// The call failed: its end is known, unless it may have happened all the same.
    pub(crate) async fn failed(mut self, engine: &Engine, failure: &Failure) {
        if !may_have_happened(failure.code) {
            return self.close(engine).await;
        }
        self.intent.request[UNANSWERED] = json!(true);
        self.note(engine).await;
    }

    async fn note(&self, engine: &Engine) {
        if let Err(failure) = engine.0.store.open_intent(self.intent.clone()).await {
            tracing::warn!(code = %failure.code, "an intent could not be brought up to date: {failure}");
        }
    }
}

fn secret_id(intent: &Intent) -> SecretId {
    SecretId(format!("s-{}", intent.id))
}

/// True when a write that failed so may have been carried out all the same: no whole answer came, the provider
/// failed in the middle of it, or it answered well and nobody can read what.
pub(crate) const fn may_have_happened(code: ErrorCode) -> bool {
    matches!(
        code,
        ErrorCode::OutcomeUnknown | ErrorCode::ProviderFailed | ErrorCode::ProviderAnswerUnreadable
    )
}

/// The key that answers are sealed with, from the vault; made at the first use.
async fn seal_key(engine: &Engine) -> Result<SealKey> {
    let made = engine
        .0
        .seal_key
        .get_or_try_init(async || {
            let id = SecretId(SEAL_KEY.to_owned());
            let vault = &engine.0.vault;
            if let Some(bytes) = vault.get(&id).await?
                && let Some(key) = SealKey::from_bytes(bytes)
            {
                return Ok(key);
            }
            let key = SealKey::generate(engine.0.options.entropy.as_ref());
            match vault.put(&id, key.bytes()).await {
                Ok(()) => Ok(key),
                // Another process was quicker; its key is the one.
                Err(waybill_vault::VaultError::Occupied { .. }) => {
                    let there = vault.get(&id).await?.and_then(SealKey::from_bytes);
                    there.ok_or_else(|| {
                        Failure::new(
                            ErrorCode::VaultFailed,
                            "The vault's item seal-key is not a key of Waybill's; nothing was sent.",
                        )
                        .hint("Remove that item from the vault; it is made anew.")
                    })
                }
                Err(error) => Err(Failure::from(error)),
            }
        })
        .await?;
    Ok(made.clone())
}
