//! Inboxes: made, changed, removed; the secrets they verify with.

use crate::api::*;
use crate::capturing::UNSORTED;
use crate::engine::Engine;
use crate::secrets::{Owner, check_secret, keep, keep_all, of_endpoint, retire_others, scheme_of, take_back};
use std::collections::{BTreeMap, HashMap};
use waybill_model::{
    AnswerRule, ErrorCode, Failure, Inbox, InboxSecret, Name, Result, SecretId, SecretState,
};

pub(crate) async fn list(engine: &Engine, _: Nothing) -> Result<Vec<Inbox>> {
    let inboxes = engine.0.store.inboxes().await?;
    with_states(engine, inboxes).await
}

pub(crate) async fn get(engine: &Engine, request: Named) -> Result<Inbox> {
    let found = engine.0.store.inbox(request.name.clone()).await?;
    let found = with_states(engine, found.into_iter().collect()).await?;
    found.into_iter().next().ok_or_else(|| Failure::not_found("inbox", request.name))
}

/// The inboxes with the states that their secrets have now.
async fn with_states(engine: &Engine, mut inboxes: Vec<Inbox>) -> Result<Vec<Inbox>> {
    let mut previous: Vec<&mut InboxSecret> = inboxes
        .iter_mut()
        .flat_map(|inbox| &mut inbox.secrets)
        .filter(|secret| secret.state == SecretState::Previous)
        .collect();
    // Inboxes are listed with every arrival; most have nothing whose time could be up.
    if !previous.is_empty() {
        let now: HashMap<SecretId, SecretState> =
            engine.secrets_now().await?.into_iter().map(|meta| (meta.id, meta.state)).collect();
        for secret in &mut previous {
            secret.state = now.get(&secret.id).copied().unwrap_or(secret.state);
        }
    }
    Ok(inboxes)
}

/// Refuses an answer that HTTP or patience does not allow.
fn check_answer(answer: &AnswerRule) -> Result<()> {
    let problem = if !(200..=599).contains(&answer.status) {
        Some(format!("{} is no status that can be answered; use 200 to 599.", answer.status))
    } else if answer.delay_ms > 120_000 {
        Some(format!("A delay of {} ms is too long; at most 120,000.", answer.delay_ms))
    } else if answer.body.len() > 1024 * 1024 {
        Some("The answer's body is longer than 1 MiB.".to_owned())
    } else {
        answer
            .headers
            .iter()
            .find(|(name, value)| {
                !is_token(name) || value.bytes().any(|byte| byte < b' ' && byte != b'\t' || byte == 0x7f)
            })
            .map(|(name, _)| format!("The header {name:?} can't stand in an HTTP answer."))
    };
    problem.map_or(Ok(()), |problem| Err(Failure::invalid(format!("{problem} The inbox was not changed."))))
}

/// RFC 9110 section 5.6.2.
fn is_token(text: &str) -> bool {
    !text.is_empty()
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte))
}

fn check_targets(targets: &[String]) -> Result<()> {
    for target in targets {
        waybill_replay::Target::parse(target)?;
    }
    Ok(())
}

pub(crate) async fn create(engine: &Engine, request: InboxCreate) -> Result<Inbox> {
    if request.name.as_str() == UNSORTED {
        return Err(Failure::new(
            ErrorCode::AlreadyExists,
            "The inbox 'unsorted' is always there; nothing was made.",
        )
        .hint("Choose another name."));
    }
    if engine.0.store.inbox(request.name.clone()).await?.is_some() {
        return Err(Failure::new(
            ErrorCode::AlreadyExists,
            format!("There is an inbox {} already; nothing was made.", request.name),
        )
        .hint(format!("Choose another name, or change it: waybill inbox edit {}", request.name)));
    }
    let answer = request.answer.unwrap_or_default();
    check_answer(&answer)?;
    check_targets(&request.forward_to)?;
    let mut scheme = request.scheme.filter(|scheme| !scheme.is_empty());
    let mut known = Vec::new();
    let mut owner = None;
    if let (Some(connection), Some(endpoint)) = (&request.connection, &request.endpoint) {
        scheme = Some(scheme_of(engine, connection).await?);
        known = of_endpoint(engine, connection, endpoint).await?;
        if known.is_empty() && request.secrets.is_empty() {
            return Err(Failure::new(
                ErrorCode::NotFound,
                format!("No secret of endpoint {endpoint} is in the vault; the inbox was not made."),
            )
            .hint("Enter it with --secret-env, or rotate it so that a new one comes."));
        }
        owner = Owner::of(engine, Some(connection), Some(endpoint)).await?;
    }
    if let Some(scheme) = &scheme {
        engine.schemes().require(scheme)?;
    } else if !request.secrets.is_empty() {
        return Err(Failure::invalid(
            "A secret without a scheme can't verify anything; the inbox was not made.",
        )
        .hint("Name the scheme with --scheme; 'waybill scheme list' lists them."));
    }
    let kept = keep_all(engine, &request.name, owner.as_ref(), &request.secrets).await?;
    // What was given now is newer than what is known of the endpoint.
    let secrets = kept.iter().cloned().chain(known).collect();
    let inbox = Inbox {
        name: request.name.clone(),
        scheme,
        config: request.config,
        secrets,
        answer,
        answer_handshakes: request.answer_handshakes.unwrap_or(true),
        forward_to: request.forward_to,
        connection: request.connection,
        endpoint: request.endpoint,
        created_at: engine.now(),
        deliveries: 0,
        failed: 0,
        last_received_at: None,
    };
    if let Err(failure) = engine.0.store.create_inbox(inbox).await {
        // Only what was put in for this inbox; an endpoint's own secret stays.
        take_back(engine, &kept).await;
        return Err(failure);
    }
    engine.0.ready.forget();
    match (&owner, kept.first()) {
        (Some(owner), Some(first)) => put_first(engine, request.name, first, Some(owner)).await,
        _ => get(engine, Named { name: request.name }).await,
    }
}

pub(crate) async fn update(engine: &Engine, request: InboxUpdate) -> Result<Inbox> {
    let _alone = engine.0.changing.lock().await;
    let mut inbox = get(engine, Named { name: request.name.clone() }).await?;
    if inbox.name.as_str() == UNSORTED {
        return Err(Failure::invalid(
            "The inbox 'unsorted' can't be changed: it is what no other inbox takes.",
        ));
    }
    if let Some(scheme) = request.scheme {
        inbox.scheme = if scheme.is_empty() {
            None
        } else {
            engine.schemes().require(&scheme)?;
            Some(scheme)
        };
    }
    if let Some(config) = request.config {
        inbox.config = config.into_iter().filter(|(_, value)| !value.is_empty()).collect::<BTreeMap<_, _>>();
    }
    if let Some(answer) = request.answer {
        check_answer(&answer)?;
        inbox.answer = answer;
    }
    if let Some(wanted) = request.answer_handshakes {
        inbox.answer_handshakes = wanted;
    }
    if let Some(targets) = request.forward_to {
        check_targets(&targets)?;
        inbox.forward_to = targets;
    }
    save(engine, inbox).await
}

async fn save(engine: &Engine, inbox: Inbox) -> Result<Inbox> {
    let name = inbox.name.clone();
    if !engine.0.store.update_inbox(inbox).await? {
        return Err(Failure::not_found("inbox", name));
    }
    engine.0.ready.forget();
    get(engine, Named { name }).await
}

pub(crate) async fn add_secret(engine: &Engine, request: InboxAddSecret) -> Result<Inbox> {
    let inbox = get(engine, Named { name: request.name }).await?;
    if inbox.scheme.is_none() {
        return Err(Failure::invalid(
            "This inbox has no scheme, so a secret could not be used; nothing was stored.",
        )
        .hint("Choose the scheme first."));
    }
    check_secret(&request.secret)?;
    let owner = Owner::of(engine, inbox.connection.as_ref(), inbox.endpoint.as_deref()).await?;
    let kept = keep(engine, &inbox.name, 1, owner.as_ref(), &request.secret).await?;
    let added = put_first(engine, inbox.name, &kept, owner.as_ref()).await;
    if added.is_err() {
        take_back(engine, &[kept]).await;
    }
    added
}

/// Keeps the secret that a handshake brought as the inbox's first. A second one could be anybody's.
pub(crate) async fn learn_secret(engine: &Engine, name: Name, value: &SecretText) -> Result<InboxSecret> {
    let _alone = engine.0.changing.lock().await;
    let mut inbox = get(engine, Named { name: name.clone() }).await?;
    if !inbox.secrets.is_empty() {
        return Err(Failure::new(
            ErrorCode::AlreadyExists,
            "The inbox has a secret already, so the one that came was not taken.",
        )
        .hint("Remove the inbox's secret first if the sender was set up anew."));
    }
    // Whoever knows the path may have sent it: it is the inbox's alone, whatever endpoint that is bound to.
    let kept = keep(engine, &name, 1, None, value).await?;
    inbox.secrets.push(kept.clone());
    if let Err(failure) = save(engine, inbox).await {
        take_back(engine, &[kept]).await;
        return Err(failure);
    }
    Ok(kept)
}

/// Makes `kept` the secret that signs for an inbox, and for every other inbox of the endpoint that owns it; the ones
/// before are still tried.
async fn put_first(engine: &Engine, name: Name, kept: &InboxSecret, owner: Option<&Owner>) -> Result<Inbox> {
    let _alone = engine.0.changing.lock().await;
    let inbox = get(engine, Named { name: name.clone() }).await?;
    let mut tell = vec![inbox.clone()];
    if let Some(owner) = owner {
        let all = engine.0.store.inboxes().await?;
        tell.extend(all.into_iter().filter(|other| other.name != name && owner.has(other)));
    }
    for mut one in tell {
        one.secrets.retain(|secret| secret.id != kept.id);
        one.secrets.insert(0, kept.clone());
        let known = one.name.clone();
        if !engine.0.store.update_inbox(one).await? {
            return Err(Failure::not_found("inbox", known));
        }
    }
    retire_others(engine, &inbox, kept, owner).await?;
    engine.0.ready.forget();
    get(engine, Named { name }).await
}

pub(crate) async fn remove_secret(engine: &Engine, request: InboxRemoveSecret) -> Result<Inbox> {
    let inbox = {
        let _alone = engine.0.changing.lock().await;
        let mut inbox = get(engine, Named { name: request.name.clone() }).await?;
        let before = inbox.secrets.len();
        inbox.secrets.retain(|secret| secret.id != request.secret);
        if inbox.secrets.len() == before {
            return Err(Failure::not_found("secret of this inbox", request.secret));
        }
        save(engine, inbox).await?
    };
    forget_unused(engine, &[request.secret]).await?;
    Ok(inbox)
}

/// Takes secrets that nothing uses any more out of the vault. One that belongs to an endpoint stays.
async fn forget_unused(engine: &Engine, ids: &[SecretId]) -> Result<()> {
    for meta in engine.0.store.secrets().await? {
        if ids.contains(&meta.id) && meta.used_by.is_empty() && meta.endpoint.is_none() {
            engine.forget_secret(&meta.id).await?;
        }
    }
    Ok(())
}

pub(crate) async fn remove(engine: &Engine, request: Named) -> Result<Nothing> {
    if request.name.as_str() == UNSORTED {
        return Err(Failure::invalid(
            "The inbox 'unsorted' can't be removed: it is what no other inbox takes.",
        ));
    }
    let inbox = get(engine, request.clone()).await?;
    engine.0.store.remove_inbox(request.name).await?;
    engine.0.ready.forget();
    let ids: Vec<SecretId> = inbox.secrets.into_iter().map(|secret| secret.id).collect();
    forget_unused(engine, &ids).await?;
    Ok(Nothing {})
}
