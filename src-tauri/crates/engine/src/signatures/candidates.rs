//! Every secret at hand, for the search: those of the inbox first, then all others of the vault.
//!
//! A slow vault is given a moment and no more; what could not be read in it is told and not passed over.

use crate::engine::Engine;
use crate::ready::ReadyInbox;
use secrecy::SecretString;
use tokio::time::Instant;
use waybill_model::{ErrorCode, Name, Result, SecretId, SecretKind, SecretMeta, SecretState};
use waybill_signature::Role;

/// A secret to try.
pub(super) struct Known {
    /// Where it lies in the vault; absent: it was given by hand.
    pub(super) id: Option<SecretId>,
    pub(super) name: String,
    pub(super) value: SecretString,
    pub(super) of_inbox: bool,
    pub(super) role: Role,
}

/// What was found to try.
#[derive(Default)]
pub(super) struct Candidates {
    pub(super) known: Vec<Known>,
    /// What could not be read, a sentence each.
    pub(super) not_tried: Vec<String>,
    /// True when more may be read with more time.
    pub(super) cut: bool,
}

impl Candidates {
    /// Secrets that were given by hand stand for those of the inbox.
    pub(super) fn given(named: &[(String, SecretString)]) -> Self {
        let known = named.iter().map(|(name, value)| Known {
            id: None,
            name: name.clone(),
            value: value.clone(),
            of_inbox: true,
            role: Role::Current,
        });
        Self { known: known.collect(), ..Self::default() }
    }

    /// The secrets of an inbox, as they were read for it.
    pub(super) fn of_inbox(ready: &ReadyInbox) -> Self {
        let known = ready.secrets.iter().map(|(name, value)| {
            let meta = ready.inbox.secrets.iter().find(|secret| secret.name == *name);
            Known {
                id: meta.map(|meta| meta.id.clone()),
                name: name.clone(),
                value: value.clone(),
                of_inbox: true,
                role: role(SecretKind::SharedSecret, meta.map_or(SecretState::Current, |meta| meta.state)),
            }
        });
        let not_tried = ready.vault_problem.iter().map(|problem| {
            format!("A secret of the inbox {} could not be read: {problem}", ready.inbox.name)
        });
        Self { known: known.collect(), not_tried: not_tried.collect(), cut: false }
    }

    /// Adds every other secret of the vault, as far as it answers until `until`.
    pub(super) async fn add_others(
        &mut self,
        engine: &Engine,
        own: Option<&ReadyInbox>,
        until: Instant,
    ) -> Result<()> {
        let own_ids: Vec<&SecretId> =
            own.iter().flat_map(|ready| &ready.inbox.secrets).map(|secret| &secret.id).collect();
        let mut others: Vec<SecretMeta> = engine.secrets_now().await?;
        others.retain(|meta| !own_ids.contains(&&meta.id));
        let connection = own.and_then(|ready| ready.inbox.connection.clone());
        others.sort_by_key(|meta| nearness(meta, connection.as_ref()));
        let mut left = others.len();
        for meta in others {
            match tokio::time::timeout_at(until, engine.secret_value(&meta.id)).await {
                Ok(Ok(Some(value))) => self.known.push(Known {
                    role: role(meta.kind, meta.state),
                    id: Some(meta.id),
                    name: meta.name,
                    value,
                    of_inbox: false,
                }),
                Ok(Ok(None)) => self.not_tried.push(format!("The vault does not hold \"{}\".", meta.name)),
                // One item that is damaged says nothing of the others.
                Ok(Err(failure)) if failure.code == ErrorCode::VaultFailed => {
                    self.not_tried.push(format!("\"{}\" could not be read: {failure}", meta.name));
                }
                Ok(Err(failure)) => {
                    self.not_tried.push(format!("{} could not be read: {failure}", secrets(left)));
                    break;
                }
                Err(_) => {
                    self.cut = true;
                    self.not_tried.push(format!("{} of the vault could not be read in time.", secrets(left)));
                    break;
                }
            }
            left -= 1;
        }
        Ok(())
    }
}

fn secrets(count: usize) -> String {
    if count == 1 { "1 secret".to_owned() } else { format!("{count} secrets") }
}

/// The likeliest first: what belongs to the same connection, what is in use, signing secrets before tokens.
fn nearness(meta: &SecretMeta, connection: Option<&Name>) -> (bool, bool, u8) {
    let state = match meta.state {
        SecretState::Current => 0,
        SecretState::Previous => 1,
        SecretState::Retired => 2,
    };
    let same = connection.is_some() && meta.connection.as_ref() == connection;
    (!same, meta.kind == SecretKind::Token, state)
}

const fn role(kind: SecretKind, state: SecretState) -> Role {
    match (kind, state) {
        (SecretKind::Token, _) => Role::Token,
        (SecretKind::PublicKey, _) => Role::PublicKey,
        (_, SecretState::Current) => Role::Current,
        (_, SecretState::Previous) => Role::Previous,
        (_, SecretState::Retired) => Role::Retired,
    }
}
