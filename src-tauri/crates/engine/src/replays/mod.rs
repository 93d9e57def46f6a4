//! Replays and forwards: started, steered, told about. How a plan is made and a record kept stands beside.

mod plan;
mod record;

use crate::api::*;
use crate::deliveries;
use crate::engine::{Engine, lock};
use crate::ready::ReadyInbox;
use crate::settings;
use plan::{must_confirm, planned};
use record::{InboxSigner, Record, Teller, recorded};
use std::collections::hash_map::Entry;
use std::collections::{BTreeMap, HashMap};
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tokio::sync::Semaphore;
use waybill_model::{
    Attempt, AttemptId, DeliveryId, ErrorCode, Failure, JobId, JobState, ReplayJob, ReplayOptions, Result,
};
use waybill_replay::{
    Guard, Job, JobControl, JobProgress, Sender, Sessions, SystemNames, Target, TokioTimer, Tools,
    check_options, run,
};
use waybill_store::{AttemptFilter, NewJob};

/// Forwards under way at once; more wait their turn.
const FORWARDS: usize = 32;

/// How long a forward's target may take to answer.
const FORWARD_TIMEOUT: Duration = Duration::from_secs(30);

/// Replays that this process runs, and its forwards.
pub(crate) struct Replaying {
    running: Mutex<HashMap<JobId, Running>>,
    places: Semaphore,
    /// What forwards are sent with, for as long as the capture address is that one.
    forwarder: Mutex<Option<(Option<SocketAddr>, Arc<Sender>)>>,
}

impl Default for Replaying {
    fn default() -> Self {
        Self { running: Mutex::default(), places: Semaphore::new(FORWARDS), forwarder: Mutex::default() }
    }
}

struct Running {
    control: JobControl,
    progress: Option<JobProgress>,
}

/// What signs again for an inbox, or why nothing does.
fn signer(ready: Option<&ReadyInbox>) -> Result<(&str, &secrecy::SecretString), String> {
    let ready = ready.ok_or("Its inbox is not there any more.")?;
    let scheme = ready.inbox.scheme.as_deref().ok_or("Its inbox has no scheme to sign under.")?;
    let current = ready
        .inbox
        .secrets
        .iter()
        .filter(|secret| secret.state == waybill_model::SecretState::Current)
        .find_map(|secret| ready.secrets.iter().find(|(name, _)| *name == secret.name));
    match (current, &ready.vault_problem) {
        (Some((_, value)), _) => Ok((scheme, value)),
        (None, Some(problem)) => Err(format!("Its secret can't be read: {problem}")),
        (None, None) => Err("Its inbox has no current secret.".to_owned()),
    }
}

fn guard(engine: &Engine) -> Guard {
    Guard::new(engine.0.capturing.address().into_iter().collect())
}

fn tools(engine: &Engine, sender: Arc<Sender>) -> Tools {
    Tools {
        sender,
        ledger: Arc::new(Record(engine.clone())),
        resigner: Some(Arc::new(InboxSigner(engine.clone()))),
        observer: Arc::new(Teller(engine.clone())),
        clock: engine.0.options.clock.clone(),
    }
}

fn sender(engine: &Engine, timeout: Duration) -> Arc<Sender> {
    Arc::new(Sender::new(guard(engine), Arc::new(SystemNames), timeout))
}

/// The sender of forwards: one for all, so that connections are used again.
fn forwarder(engine: &Engine) -> Arc<Sender> {
    let own = engine.0.capturing.address();
    let mut kept = lock(&engine.0.replaying.forwarder);
    match &*kept {
        Some((address, sender)) if *address == own => sender.clone(),
        _ => kept.insert((own, sender(engine, FORWARD_TIMEOUT))).1.clone(),
    }
}

/// Sends a new delivery on, when its turn has come.
pub(crate) async fn forward(engine: &Engine, id: DeliveryId, target: &str) -> Result<Attempt> {
    let place = tokio::select! {
        biased;
        () = engine.0.stop.cancelled() => None,
        place = engine.0.replaying.places.acquire() => place.ok(),
    };
    if place.is_none() {
        return Err(Failure::new(ErrorCode::Cancelled, "Waybill is stopping; it was not sent on."));
    }
    let target = Target::parse(target)?.locate(&guard(engine), &SystemNames).await?;
    let whole = deliveries::whole(engine, id).await?;
    let tools = tools(engine, forwarder(engine));
    waybill_replay::forward(&tools, &recorded(whole), &target, Sessions::Kept).await
}

/// What is selected, oldest first. Named deliveries that are gone are noticed when they are read.
async fn selected(engine: &Engine, selection: &Selection) -> Result<Vec<DeliveryId>> {
    if selection.ids.is_empty() {
        return deliveries::matching(engine, &selection.query).await;
    }
    let mut ids = selection.ids.clone();
    ids.sort_unstable();
    ids.dedup();
    Ok(ids)
}

async fn located(engine: &Engine, options: &ReplayOptions) -> Result<Target> {
    check_options(options)?;
    Target::parse(&options.target)?.locate(&guard(engine), &SystemNames).await
}

pub(crate) async fn plan(engine: &Engine, request: ReplayStart) -> Result<ReplayPlan> {
    let target = located(engine, &request.options).await?;
    let ids = selected(engine, &request.selection).await?;
    Ok(planned(engine, &request.options, &target, &ids).await?.0)
}

pub(crate) async fn start(engine: &Engine, request: ReplayStart) -> Result<ReplayJob> {
    let ReplayStart { selection, options, confirmed } = request;
    // Looked for once: what was planned is what is sent, whatever arrives meanwhile.
    let target = located(engine, &options).await?;
    let ids = selected(engine, &selection).await?;
    let (plan, ids) = planned(engine, &options, &target, &ids).await?;
    if must_confirm(&plan) && !confirmed {
        return Err(Failure::new(
            ErrorCode::ConfirmationRequired,
            format!("{} would go to {}. Nothing was sent.", plan::counted(plan.count), plan.host),
        )
        .hint("Look at the plan and confirm it.")
        .details(serde_json::json!({ "warnings": plan.warnings })));
    }
    let title = title(engine, &selection, &ids, &target).await?;
    let new = NewJob { title, options: options.clone(), created_at: engine.now(), deliveries: ids };
    let id = engine.0.store.create_job(new).await?;
    launch(engine, id, target).await?;
    if let Err(failure) = settings::remember_target(engine, options.target).await {
        tracing::warn!(code = %failure.code, "the target could not be remembered: {failure}");
    }
    find(engine, id).await
}

async fn title(
    engine: &Engine,
    selection: &Selection,
    ids: &[DeliveryId],
    target: &Target,
) -> Result<String> {
    let query = selection.query.trim();
    Ok(match ids {
        _ if selection.ids.is_empty() && query.is_empty() => "All deliveries".to_owned(),
        _ if selection.ids.is_empty() => query.to_owned(),
        [one] => {
            let row = engine.0.store.rows(vec![*one]).await?.into_iter().next();
            let event = row.and_then(|row| row.event_type).unwrap_or_else(|| format!("delivery {one}"));
            format!("{event} → {}", target.host())
        }
        _ => format!("{} → {}", plan::counted(ids.len() as u64), target.host()),
    })
}

/// Runs a job that is in the store. One that this process runs already is left alone.
async fn launch(engine: &Engine, id: JobId, target: Target) -> Result<()> {
    let stored = engine.0.store.job(id).await?.ok_or_else(|| Failure::not_found("replay", id))?;
    let control = JobControl::default();
    match lock(&engine.0.replaying.running).entry(id) {
        Entry::Occupied(_) => return Ok(()),
        Entry::Vacant(free) => free.insert(Running { control: control.clone(), progress: None }),
    };
    if let Err(failure) = engine.0.store.set_job_state(id, JobState::Running, None, None).await {
        lock(&engine.0.replaying.running).remove(&id);
        return Err(failure);
    }
    let sender = sender(engine, Duration::from_millis(stored.options.timeout_ms));
    let job = Job { id, target, options: stored.options, counts: stored.counts, sessions: Sessions::Kept };
    let tools = tools(engine, sender);
    let task_engine = engine.clone();
    engine.0.tasks.spawn(async move {
        let engine = task_engine;
        let ended = {
            let running = run(job, tools, Arc::new(TokioTimer::default()), &control);
            tokio::pin!(running);
            tokio::select! {
                end = &mut running => end,
                () = engine.0.stop.cancelled() => {
                    control.interrupt();
                    running.await
                }
            }
        };
        if let Some(because) = &ended.because {
            tracing::warn!(job = %id, "a replay stopped by itself: {because}");
        }
        lock(&engine.0.replaying.running).remove(&id);
        if let Ok(job) = find(&engine, id).await {
            engine.push(Event::Replay { job: Box::new(job) });
        }
        engine.push(Event::Changed { tags: vec![Tag::Replays] });
    });
    Ok(())
}

async fn find(engine: &Engine, id: JobId) -> Result<ReplayJob> {
    let mut job = engine.0.store.job(id).await?.ok_or_else(|| Failure::not_found("replay", id))?;
    if let Some(progress) =
        lock(&engine.0.replaying.running).get(&id).and_then(|running| running.progress.clone())
    {
        job.per_second = progress.per_second;
    }
    Ok(job)
}

pub(crate) async fn list(engine: &Engine, _: Nothing) -> Result<Vec<ReplayJob>> {
    engine.0.store.jobs().await
}

pub(crate) async fn get(engine: &Engine, request: JobRef) -> Result<ReplayJob> {
    find(engine, request.id).await
}

pub(crate) async fn attempts(engine: &Engine, request: AttemptsRequest) -> Result<AttemptList> {
    let filter = AttemptFilter {
        job: request.job,
        delivery: request.delivery,
        outcome: request.outcome,
        changed: request.changed,
        offset: request.offset,
        limit: if request.limit == 0 { 100 } else { request.limit.min(500) },
    };
    let (total, attempts) = engine.0.store.attempts(filter).await?;
    Ok(AttemptList { total, attempts })
}

/// Every attempt of a replay that began after `seen`, oldest first.
pub(crate) async fn attempts_since(
    engine: &Engine,
    job: JobId,
    seen: Option<AttemptId>,
) -> Result<Vec<Attempt>> {
    // Ids rise, so an attempt that begins while pages are read moves others on, but leaves none out.
    let mut found: BTreeMap<AttemptId, Attempt> = BTreeMap::new();
    loop {
        let filter = AttemptFilter {
            job: Some(job),
            offset: found.len() as u64,
            limit: 500,
            ..AttemptFilter::default()
        };
        let (_, page) = engine.0.store.attempts(filter).await?;
        let last = page.len() < 500 || page.last().map(|attempt| attempt.id) <= seen;
        found.extend(page.into_iter().map(|attempt| (attempt.id, attempt)));
        if last {
            return Ok(found.into_values().filter(|attempt| Some(attempt.id) > seen).collect());
        }
    }
}

fn control(engine: &Engine, id: JobId) -> Option<JobControl> {
    lock(&engine.0.replaying.running).get(&id).map(|running| running.control.clone())
}

fn not_running(job: &ReplayJob) -> Failure {
    let failure = Failure::new(
        ErrorCode::InvalidInput,
        format!(
            "Replay {} is {} and not run by this Waybill; nothing was changed.",
            job.id,
            job.state.code()
        ),
    );
    match job.state {
        JobState::Running | JobState::Paused => {
            failure.hint("Another Waybill runs it: the window, or a command line. Steer it there.")
        }
        _ => failure.hint("It has come to its end. Start a new one for what is left."),
    }
}

/// The job as it stands, with a wish that the run has been told of and may not have recorded yet. The run
/// alone records states: one written from here could come after its end.
async fn told(engine: &Engine, id: JobId, wished: JobState) -> Result<ReplayJob> {
    let mut job = find(engine, id).await?;
    if matches!(job.state, JobState::Running | JobState::Paused) {
        job.state = wished;
    }
    Ok(job)
}

pub(crate) async fn pause(engine: &Engine, request: JobRef) -> Result<ReplayJob> {
    let job = find(engine, request.id).await?;
    control(engine, request.id).ok_or_else(|| not_running(&job))?.pause();
    told(engine, request.id, JobState::Paused).await
}

pub(crate) async fn resume(engine: &Engine, request: JobRef) -> Result<ReplayJob> {
    let job = find(engine, request.id).await?;
    if let Some(control) = control(engine, request.id) {
        control.resume();
        return told(engine, request.id, JobState::Running).await;
    }
    if job.state != JobState::Interrupted {
        return Err(not_running(&job));
    }
    let target = located(engine, &job.options).await?;
    launch(engine, request.id, target).await?;
    find(engine, request.id).await
}

pub(crate) async fn cancel(engine: &Engine, request: JobRef) -> Result<ReplayJob> {
    let job = find(engine, request.id).await?;
    match control(engine, request.id) {
        Some(control) => control.cancel(),
        None if job.state == JobState::Interrupted => {
            engine.0.store.set_job_state(request.id, JobState::Cancelled, Some(engine.now()), None).await?;
        }
        None => return Err(not_running(&job)),
    }
    find(engine, request.id).await
}
