//! Goes on with calls that were broken off: from the sealed answer where there is one, else by looking what the
//! provider has. Run at start, after a listing, and when a person asks.

use super::seal_file::{self, SealFile, Taken};
use super::{Operation, finish, may_have_happened, reconcile, seal_key};
use crate::connections::{client, find};
use crate::engine::Engine;
use crate::writes::record_repair;
use waybill_model::{Result, SecretMeta};
use waybill_store::Intent;

/// What came of a repair.
pub(super) enum Repaired {
    /// It is at its end; its secret, when it made one.
    Ended(Option<SecretMeta>),
    /// Another process, or another call of this one, is at it.
    Busy,
    /// It stays open; its finding says why.
    Open,
}

/// Starts the repair of everything that was broken off. It ends with the engine; nobody waits for it.
pub(crate) async fn at_start(engine: &Engine) -> Result<()> {
    let open = engine.0.store.open_intents().await?;
    let files = seal_file::all(engine).await;
    if open.is_empty() && files.is_empty() {
        return Ok(());
    }
    let stop = engine.0.stop.clone();
    let worker = engine.clone();
    engine.0.tasks.spawn(async move {
        tokio::select! {
            () = everything(&worker, open, files) => {}
            () = stop.cancelled() => {}
        }
    });
    Ok(())
}

async fn everything(engine: &Engine, open: Vec<Intent>, files: Vec<String>) {
    for id in files {
        // Its intent is closed: the secret is in the vault, only the file was not taken away any more.
        if open.iter().all(|intent| intent.id != id) {
            wipe(engine, &id).await;
        }
    }
    for intent in open {
        let id = intent.id.clone();
        match repair(engine, intent).await {
            Ok(Repaired::Ended(_)) => tracing::info!(id, "a broken off call was brought to its end"),
            Ok(Repaired::Busy | Repaired::Open) => {}
            Err(failure) => {
                tracing::warn!(id, code = %failure.code, "a broken off call waits for its repair: {failure}");
            }
        }
    }
}

async fn wipe(engine: &Engine, id: &str) {
    let Ok(Taken::Free(file, _)) = SealFile::take(engine, id).await else { return };
    // An intent may have been opened since the list was read: then its lock was taken first, and this is not reached.
    file.wipe().await;
}

/// Takes the call up and goes on with it as far as can be.
pub(super) async fn repair(engine: &Engine, intent: Intent) -> Result<Repaired> {
    let key = seal_key(engine).await?;
    let (file, sealed) = match SealFile::take(engine, &intent.id).await? {
        Taken::Busy => return Ok(Repaired::Busy),
        Taken::Free(file, sealed) => (file, sealed),
    };
    // Read again under the lock: who held it may have come to its end, or noted more.
    let open = engine.0.store.open_intents().await?;
    let Some(intent) = open.into_iter().find(|one| one.id == intent.id) else {
        file.wipe().await;
        return Ok(Repaired::Ended(None));
    };
    let operation = Operation { intent, file, key };
    let connection = find(engine, &operation.intent.connection).await?;
    let (client, description) = client(engine, &connection).await?;
    let Some(answer) = operation.opened(&sealed) else {
        return reconcile::look(engine, &connection, &client, &description, operation).await;
    };
    let _under_way = engine.0.tasks.token();
    let failure = if operation.intent.verb == "rotate" {
        match client.decode_rotate(&answer) {
            Ok(rotated) => {
                let id = operation.intent.request["id"].as_str().unwrap_or_default().to_owned();
                let endpoint = reconcile::known_endpoint(engine, &connection, &id).await?;
                record_repair(engine, "rotate", &connection.name, &id, None).await;
                let made =
                    finish::rotate(engine, &connection, &description, operation, &endpoint, rotated.secret)
                        .await?;
                reconcile::settled(engine, &connection.name, &id).await;
                return Ok(Repaired::Ended(made.secret));
            }
            Err(failure) => failure,
        }
    } else {
        match client.decode_create(&answer) {
            Ok(created) => {
                let after = created.endpoint.clone();
                record_repair(engine, "create", &connection.name, &after.id, Some(&after)).await;
                let made = finish::create(engine, &connection, &description, operation, created).await?;
                return Ok(Repaired::Ended(made.secret));
            }
            Err(failure) => failure,
        }
    };
    if may_have_happened(failure.code) {
        return reconcile::look(engine, &connection, &client, &description, operation).await;
    }
    operation.close(engine).await;
    Ok(Repaired::Ended(None))
}
