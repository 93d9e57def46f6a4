//! Inboxes as the capture path needs them: scheme found, secrets read, nothing to look up. A change of
//! an inbox or a secret forgets them all; the next delivery reads them anew.

use crate::engine::{Engine, lock};
use crate::keyring::Keyring;
use secrecy::SecretString;
use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;
use waybill_model::{Inbox, Name, Result, SecretState};

/// How long a delivery waits for its inbox's secrets. Senders wait ten seconds and more for an answer.
const VAULT_PATIENCE: Duration = Duration::from_secs(3);

#[derive(Default)]
pub(crate) struct ReadyInboxes {
    known: Mutex<HashMap<Name, Arc<ReadyInbox>>>,
    /// Counts the times everything was forgotten, so that what was read before is not kept after.
    generation: AtomicU64,
}

/// An inbox with its secrets.
pub(crate) struct ReadyInbox {
    pub(crate) inbox: Inbox,
    /// Name and value, current ones first.
    pub(crate) secrets: Vec<(String, SecretString)>,
    /// The same as the inbox's scheme reads them.
    pub(crate) keyring: Keyring,
    /// Why a secret could not be read.
    pub(crate) vault_problem: Option<String>,
}

impl ReadyInboxes {
    /// Differs when anything was forgotten in between.
    pub(crate) fn generation(&self) -> u64 {
        self.generation.load(Ordering::SeqCst)
    }

    pub(crate) fn forget(&self) {
        let mut known = lock(&self.known);
        self.generation.fetch_add(1, Ordering::SeqCst);
        known.clear();
    }
}

/// True when a delivery would be judged and answered the same for both; counters don't matter.
fn same_rules(one: &Inbox, other: &Inbox) -> bool {
    one.scheme == other.scheme
        && one.config == other.config
        && one.secrets == other.secrets
        && one.answer == other.answer
        && one.answer_handshakes == other.answer_handshakes
        && one.forward_to == other.forward_to
}

impl Engine {
    /// Forgets the inboxes that another process has changed. What stayed the same keeps its secrets, which
    /// may be slow to read.
    pub(crate) async fn forget_changed_inboxes(&self) -> Result<()> {
        let now: HashMap<Name, Inbox> =
            self.0.store.inboxes().await?.into_iter().map(|inbox| (inbox.name.clone(), inbox)).collect();
        let mut known = lock(&self.0.ready.known);
        self.0.ready.generation.fetch_add(1, Ordering::SeqCst);
        known.retain(|name, ready| now.get(name).is_some_and(|inbox| same_rules(&ready.inbox, inbox)));
        Ok(())
    }

    /// The inbox as it is now, when another process has changed it since `known` was read.
    pub(crate) async fn newer_inbox(&self, known: &ReadyInbox) -> Result<Option<Arc<ReadyInbox>>> {
        let name = &known.inbox.name;
        match self.0.store.inbox(name.clone()).await? {
            Some(now) if !same_rules(&known.inbox, &now) => {
                {
                    let mut known = lock(&self.0.ready.known);
                    self.0.ready.generation.fetch_add(1, Ordering::SeqCst);
                    known.remove(name);
                }
                self.ready_inbox_soon(name).await
            }
            _ => Ok(None),
        }
    }

    /// Reads every inbox's secrets beforehand, so that the first delivery does not wait for the vault.
    pub(crate) async fn warm_inboxes(&self) -> Result<()> {
        for inbox in self.0.store.inboxes().await? {
            tokio::select! {
                ready = self.ready_inbox(&inbox.name) => ready?,
                () = self.0.stop.cancelled() => return Ok(()),
            };
        }
        Ok(())
    }

    /// The same for a sender that waits for its answer: a vault that does not answer soon is not waited
    /// for, and then there are no secrets to verify with.
    pub(crate) async fn ready_inbox_soon(&self, name: &Name) -> Result<Option<Arc<ReadyInbox>>> {
        if let Ok(ready) = tokio::time::timeout(VAULT_PATIENCE, self.ready_inbox(name)).await {
            return ready;
        }
        tracing::warn!(inbox = %name, "the vault did not answer in time; a delivery is not verified");
        let inbox = self.0.store.inbox(name.clone()).await?;
        Ok(inbox.map(|inbox| {
            let vault_problem = Some("The vault did not answer in time.".to_owned());
            Arc::new(ReadyInbox { inbox, secrets: Vec::new(), keyring: Keyring::default(), vault_problem })
        }))
    }

    /// The inbox of that name, ready to verify with; `None` when there is none.
    pub(crate) async fn ready_inbox(&self, name: &Name) -> Result<Option<Arc<ReadyInbox>>> {
        if let Some(ready) = lock(&self.0.ready.known).get(name) {
            return Ok(Some(ready.clone()));
        }
        let generation = self.0.ready.generation.load(Ordering::SeqCst);
        let Some(inbox) = self.0.store.inbox(name.clone()).await? else { return Ok(None) };
        let ready = Arc::new(self.read_secrets(inbox).await);
        // What could not be read is tried again with the next delivery.
        if ready.vault_problem.is_none() {
            let mut known = lock(&self.0.ready.known);
            if self.0.ready.generation.load(Ordering::SeqCst) == generation {
                known.insert(name.clone(), ready.clone());
            }
        }
        Ok(Some(ready))
    }

    async fn read_secrets(&self, inbox: Inbox) -> ReadyInbox {
        let mut order = inbox.secrets.clone();
        order.sort_by_key(|secret| match secret.state {
            SecretState::Current => 0,
            SecretState::Previous => 1,
            SecretState::Retired => 2,
        });
        let mut secrets = Vec::with_capacity(order.len());
        let mut vault_problem = None;
        for secret in order {
            match self.secret_value(&secret.id).await {
                Ok(Some(value)) => secrets.push((secret.name, value)),
                Ok(None) => vault_problem = Some(format!("The vault does not hold \"{}\".", secret.name)),
                Err(failure) => vault_problem = Some(failure.message),
            }
        }
        ReadyInbox { inbox, secrets, keyring: Keyring::default(), vault_problem }
    }
}
