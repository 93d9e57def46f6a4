//! Mends carried out. Each is tried on the delivery first, as things stand now, and only when the signature is
//! right with it is anything changed. Then every failed delivery of the inbox is checked again.
//!
//! A secret is never written over: the new reading is kept beside it under its name, and the old one stays in
//! the vault as retired.

use super::change::Change;
use super::report::Subject;
use crate::api::*;
use crate::deliveries::{self, Whole};
use crate::engine::Engine;
use crate::vaulting::{NewSecret, secret_bytes};
use secrecy::{ExposeSecret, SecretString};
use waybill_model::{
    ErrorCode, Failure, Inbox, InboxSecret, Name, Reason, Result, SecretId, SecretMeta, SecretState,
};
use waybill_signature::{Catalogue, verify as check};

pub(crate) async fn mend(engine: &Engine, request: Mend) -> Result<Mended> {
    let whole = deliveries::whole(engine, request.id).await?;
    let (what, inbox) = {
        let _alone = engine.0.changing.lock().await;
        let name = whole.delivery.inbox.clone();
        let inbox = engine.0.store.inbox(name.clone()).await?.ok_or_else(|| {
            Failure::new(ErrorCode::NotFound, format!("There is no inbox {name} any more; nothing was done."))
        })?;
        let what = carry_out(engine, &whole, inbox, request.action).await?;
        engine.0.ready.forget();
        (what, name)
    };
    let query = format!("inbox:{inbox} (verdict:invalid or verdict:unsigned or verdict:unchecked)");
    let checked = super::check_again(engine, CheckAgain { query }).await.map_err(|mut failure| {
        failure.message = format!("{what} Not all deliveries could be checked again: {}", failure.message);
        failure
    })?;
    Ok(Mended { what, inbox, checked: checked.checked, valid: checked.valid, changed: checked.changed })
}

async fn carry_out(engine: &Engine, whole: &Whole, inbox: Inbox, action: MendAction) -> Result<String> {
    if inbox.name.as_str() == crate::capturing::UNSORTED {
        return Err(Failure::invalid(
            "The inbox 'unsorted' can't be changed: it is what no other inbox takes. Nothing was done.",
        )
        .hint("Make an inbox for these deliveries."));
    }
    match action {
        MendAction::UseSecret { secret_id, .. } => use_secret(engine, whole, inbox, secret_id).await,
        MendAction::RestateSecret { secret_id, change, .. } => {
            restate(engine, whole, inbox, secret_id, &Change::parse(&change)?).await
        }
        MendAction::UseScheme { scheme, .. } => use_scheme(engine, whole, inbox, scheme).await,
        MendAction::SetConfig { key, value, .. } => set_config(engine, whole, inbox, key, value).await,
        MendAction::AddSecret { .. } => Err(Failure::invalid(
            "This is mended by entering the secret for the inbox; nothing was done by itself.",
        )
        .hint("Open the inbox and enter the provider's signing secret.")),
        MendAction::SignAgain { .. } => Err(Failure::invalid(
            "This is mended by a replay that is signed again; nothing was done by itself.",
        )
        .hint("Replay the delivery with a fresh signature.")),
    }
}

/// The mend does not fit what is there now.
fn conflict(why: &str) -> Failure {
    Failure::new(ErrorCode::Conflict, format!("{why} Nothing was changed."))
        .hint("Look at the diagnosis again: the inbox or its secrets have changed meanwhile.")
}

fn without_id() -> Failure {
    Failure::invalid("This secret was given by hand and is not in the vault; nothing was done.")
        .hint("Enter it for the inbox.")
}

/// True when the delivery's signature is right under the inbox as it would be. Its age is no matter of a mend.
fn matches(schemes: &Catalogue, whole: &Whole, inbox: &Inbox, secrets: &[SecretString]) -> bool {
    let Some(scheme) = inbox.scheme.as_deref().and_then(|id| schemes.get(id)) else { return false };
    let subject = Subject::from(whole);
    let headers = subject.borrowed();
    let secrets: Vec<&[u8]> = secrets.iter().map(secret_bytes).collect();
    let found =
        check(scheme, &subject.request(&headers), &secrets, &inbox.config, whole.delivery.received_at);
    matches!(found.strict_reason, Reason::Ok | Reason::TimestampTooOld | Reason::TimestampTooNew)
}

/// The values of an inbox's secrets; those that can't be read are left out.
async fn values(engine: &Engine, inbox: &Inbox) -> Vec<SecretString> {
    let mut all = Vec::with_capacity(inbox.secrets.len());
    for secret in &inbox.secrets {
        if let Ok(Some(value)) = engine.secret_value(&secret.id).await {
            all.push(value);
        }
    }
    all
}

async fn known(engine: &Engine, id: &SecretId) -> Result<(SecretMeta, SecretString)> {
    let meta = engine
        .0
        .store
        .secret(id.clone())
        .await?
        .ok_or_else(|| conflict("The secret is not there any more."))?;
    let value = engine.secret_required(id, &format!("\"{}\"", meta.name)).await?;
    Ok((meta, value))
}

async fn save(engine: &Engine, inbox: Inbox) -> Result<()> {
    let name = inbox.name.clone();
    if engine.0.store.update_inbox(inbox).await? { Ok(()) } else { Err(Failure::not_found("inbox", name)) }
}

async fn use_secret(
    engine: &Engine,
    whole: &Whole,
    mut inbox: Inbox,
    id: Option<SecretId>,
) -> Result<String> {
    let id = id.ok_or_else(without_id)?;
    let (meta, value) = known(engine, &id).await?;
    if !matches(&engine.schemes(), whole, &inbox, &[value]) {
        return Err(conflict(&format!("\"{}\" does not make the signature that came.", meta.name)));
    }
    let name = inbox.name.clone();
    let what = format!("The inbox {name} verifies with \"{}\" now.", meta.name);
    // It signs for the inbox from now on; the others are still tried.
    inbox.secrets.retain(|secret| secret.id != id);
    inbox.secrets.insert(0, InboxSecret { id, name: meta.name, state: meta.state });
    save(engine, inbox).await?;
    Ok(what)
}

async fn restate(
    engine: &Engine,
    whole: &Whole,
    mut inbox: Inbox,
    id: Option<SecretId>,
    change: &Change,
) -> Result<String> {
    let id = id.ok_or_else(without_id)?;
    let (mut old, value) = known(engine, &id).await?;
    let Some(text) = change.apply(value.expose_secret()).map(SecretString::from) else {
        return Err(conflict(&format!("There is nothing to change in \"{}\".", old.name)));
    };
    if !matches(&engine.schemes(), whole, &inbox, std::slice::from_ref(&text)) {
        return Err(conflict(&format!(
            "\"{}\" does not make the signature that came, written that way either.",
            old.name
        )));
    }
    let name = old.name.clone();
    let new = NewSecret {
        name: name.clone(),
        kind: old.kind,
        connection: old.connection.clone(),
        endpoint: old.endpoint.clone(),
    };
    let mut kept = engine.keep_secret(new, &text).await?;
    kept.state = old.state;
    let entry = InboxSecret { id: kept.id.clone(), name: kept.name.clone(), state: kept.state };
    match inbox.secrets.iter_mut().find(|secret| secret.id == id) {
        Some(place) => *place = entry,
        None => inbox.secrets.insert(0, entry),
    }
    let inbox_name = inbox.name.clone();
    if let Err(failure) = save(engine, inbox).await {
        let _ = engine.forget_secret(&kept.id).await;
        return Err(failure);
    }
    // The name goes over to the new one. What the old one was is told by its own.
    let others: Vec<Name> = old.used_by.iter().filter(|user| **user != inbox_name).cloned().collect();
    old.name = format!("{name}, as it was entered");
    if others.is_empty() {
        old.state = SecretState::Retired;
    }
    engine.0.store.put_secret(old).await?;
    kept.name.clone_from(&name);
    engine.0.store.put_secret(kept).await?;
    let mut what =
        format!("\"{name}\" was written anew in the vault; the old text is kept there as retired.");
    if !others.is_empty() {
        let others: Vec<&str> = others.iter().map(Name::as_str).collect();
        what = format!(
            "\"{name}\" was written anew in the vault for this inbox; {} still has the old text.",
            others.join(", ")
        );
    }
    Ok(what)
}

async fn use_scheme(engine: &Engine, whole: &Whole, mut inbox: Inbox, scheme: String) -> Result<String> {
    let schemes = engine.schemes();
    schemes.require(&scheme)?;
    inbox.scheme = Some(scheme.clone());
    let values = values(engine, &inbox).await;
    // Without the right secret the form of the request has to do.
    if !matches(&schemes, whole, &inbox, &values) {
        let subject = Subject::from(whole);
        let headers = subject.borrowed();
        let proposals = waybill_signature::detect(&schemes, &subject.request(&headers));
        if !proposals.iter().any(|proposal| proposal.scheme == scheme) {
            return Err(conflict(&format!("The delivery is not signed under {scheme}.")));
        }
    }
    let name = inbox.name.clone();
    save(engine, inbox).await?;
    Ok(format!("The inbox {name} is checked under {scheme} now."))
}

async fn set_config(
    engine: &Engine,
    whole: &Whole,
    mut inbox: Inbox,
    key: String,
    value: String,
) -> Result<String> {
    inbox.config.insert(key.clone(), value.clone());
    let values = values(engine, &inbox).await;
    if !matches(&engine.schemes(), whole, &inbox, &values) {
        return Err(conflict(&format!("The signature is not right with {key} set to {value:?} either.")));
    }
    let name = inbox.name.clone();
    save(engine, inbox).await?;
    Ok(format!("{key} of the inbox {name} is {value} now."))
}
