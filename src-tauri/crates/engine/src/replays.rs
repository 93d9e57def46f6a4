//! Replays and forwards: plans, jobs, and the record they keep in the store.

use crate::api::*;
use crate::deliveries::{self, Whole};
use crate::engine::{Engine, lock};
use crate::ready::ReadyInbox;
use crate::signatures::signed_headers;
use crate::vaulting::secret_bytes;
use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, Mutex};
use std::time::Duration;
use waybill_model::{
    Attempt, AttemptId, DeliveryId, ErrorCode, Failure, JobId, JobState, ReplayJob, ReplayOptions, Result,
    TargetClass, Timestamp,
};
use waybill_replay::{
    Boxed, Concern, FinishedAttempt, Guard, Job, JobControl, JobProgress, Ledger, NewAttempt, Observer,
    PendingItem, PlanItem, Planner, Recorded, Resigned, Resigner, Sender, Sessions, SystemNames, Target,
    TokioTimer, Tools, check_options, run,
};
use waybill_store::{AttemptFilter, EndedAttempt, NewJob};

/// Replays that this process runs.
#[derive(Default)]
pub(crate) struct Replaying {
    running: Mutex<HashMap<JobId, Running>>,
}

struct Running {
    control: JobControl,
    progress: Option<JobProgress>,
}

/// The record, in the store.
struct Record(Engine);

/// A stored delivery as replaying needs it.
fn recorded(whole: Whole) -> Recorded {
    let headers = whole.headers();
    let unsendable = if let Some(why) = &whole.delivery.refused {
        Some(format!("It was not whole when it came: {why}"))
    } else if whole.delivery.truncated {
        Some("Its body was cut at the cap, so it can't be sent as it was.".to_owned())
    } else {
        None
    };
    Recorded {
        id: whole.delivery.id,
        event_type: whole.delivery.event_type,
        first_status: whole.delivery.status,
        method: whole.delivery.method,
        query: whole.delivery.query,
        headers,
        body: whole.body,
        unsendable,
    }
}

impl Ledger for Record {
    fn pending(&self, job: JobId, after: Option<i64>, limit: usize) -> Boxed<'_, Result<Vec<PendingItem>>> {
        Box::pin(async move {
            let items = self.0.0.store.pending_items(job, after, limit).await?;
            Ok(items.into_iter().map(|(position, delivery)| PendingItem { position, delivery }).collect())
        })
    }

    fn load(&self, delivery: DeliveryId) -> Boxed<'_, Result<Option<Recorded>>> {
        Box::pin(async move {
            match deliveries::whole(&self.0, delivery).await {
                Ok(whole) => Ok(Some(recorded(whole))),
                Err(failure) if failure.code == ErrorCode::NotFound => Ok(None),
                Err(failure) => Err(failure),
            }
        })
    }

    fn begin(&self, attempt: NewAttempt) -> Boxed<'_, Result<AttemptId>> {
        Box::pin(async move {
            self.0
                .0
                .store
                .begin_attempt(waybill_store::NewAttempt {
                    job: attempt.job,
                    delivery: attempt.delivery,
                    kind: attempt.kind,
                    number: attempt.number,
                    target: attempt.target,
                    mode: attempt.mode,
                    started_at: attempt.started_at,
                    request_headers: attempt.request_headers,
                })
                .await
        })
    }

    fn finish(&self, attempt: AttemptId, end: FinishedAttempt) -> Boxed<'_, Result<()>> {
        Box::pin(async move {
            let ended = EndedAttempt {
                duration_us: end.duration_us,
                outcome: end.outcome,
                status: end.status,
                error: end.error,
                response_headers: end.response_headers,
                response_body: end.response_body.into(),
                response_truncated: end.response_truncated,
            };
            self.0.0.store.end_attempt(attempt, ended, true).await
        })
    }

    fn skip(&self, job: JobId, delivery: DeliveryId, why: String) -> Boxed<'_, Result<()>> {
        Box::pin(async move { self.0.0.store.skip_items(job, vec![(delivery, why)]).await })
    }

    fn set_state(
        &self,
        job: JobId,
        state: JobState,
        at: Timestamp,
        because: Option<String>,
    ) -> Boxed<'_, Result<()>> {
        Box::pin(async move {
            let ended = matches!(state, JobState::Completed | JobState::Cancelled | JobState::Interrupted);
            self.0.0.store.set_job_state(job, state, ended.then_some(at), because).await
        })
    }
}

/// Signs with the current secret of the inbox a delivery came to.
struct InboxSigner(Engine);

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

impl Resigner for InboxSigner {
    fn resign<'a>(
        &'a self,
        recorded: &'a Recorded,
        url: &'a str,
        at: Timestamp,
    ) -> Boxed<'a, std::result::Result<Resigned, String>> {
        Box::pin(async move {
            let engine = &self.0;
            let delivery = engine.0.store.delivery(recorded.id).await.map_err(|failure| failure.message)?;
            let inbox = delivery.ok_or("It was deleted meanwhile.")?.inbox;
            let ready = engine.ready_inbox(&inbox).await.map_err(|failure| failure.message)?;
            let (scheme, secret) = signer(ready.as_deref())?;
            let scheme =
                engine.0.schemes.get(scheme).ok_or_else(|| format!("There is no scheme {scheme}."))?;
            let empty = BTreeMap::new();
            let config = ready.as_ref().map_or(&empty, |ready| &ready.inbox.config);
            let (headers, body) = signed_headers(
                engine,
                scheme,
                (&recorded.method, url),
                &recorded.headers,
                &recorded.body,
                (secret_bytes(secret), config),
                at,
                None,
            )
            .map_err(|failure| failure.message)?;
            Ok(Resigned { headers, body: body.into() })
        })
    }
}

/// Tells the hosts.
struct Teller(Engine);

impl Observer for Teller {
    fn attempt(&self, _: &Attempt) {}

    fn progress(&self, progress: &JobProgress) {
        if let Some(running) = lock(&self.0.0.replaying.running).get_mut(&progress.job) {
            running.progress = Some(progress.clone());
        }
        let engine = self.0.clone();
        let id = progress.job;
        let tracker = engine.0.tasks.clone();
        tracker.spawn(async move {
            if let Ok(job) = find(&engine, id).await {
                engine.push(Event::Replay { job: Box::new(job) });
            }
        });
    }
}

fn guard(engine: &Engine) -> Guard {
    Guard::new(engine.0.capturing.address().into_iter().collect())
}

fn tools(engine: &Engine, timeout: Duration) -> Tools {
    Tools {
        sender: Arc::new(Sender::new(guard(engine), Arc::new(SystemNames), timeout)),
        ledger: Arc::new(Record(engine.clone())),
        resigner: Some(Arc::new(InboxSigner(engine.clone()))),
        observer: Arc::new(Teller(engine.clone())),
        clock: engine.0.options.clock.clone(),
    }
}

/// Sends a new delivery on.
pub(crate) async fn forward(engine: &Engine, id: DeliveryId, target: &str) -> Result<()> {
    let target = Target::parse(target)?.locate(&guard(engine), &SystemNames).await?;
    let whole = deliveries::whole(engine, id).await?;
    waybill_replay::forward(
        &tools(engine, Duration::from_secs(30)),
        &recorded(whole),
        &target,
        Sessions::Kept,
    )
    .await?;
    Ok(())
}

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
    let mut planner = Planner::new(&target, &request.options, engine.now());
    let mut inboxes: BTreeMap<String, u64> = BTreeMap::new();
    let mut signers: HashMap<waybill_model::Name, (Option<u64>, Option<String>)> = HashMap::new();
    let (mut unsignable, mut cut) = (0, 0);
    for chunk in ids.chunks(500) {
        for delivery in engine.0.store.deliveries(chunk.to_vec()).await? {
            *inboxes.entry(delivery.inbox.to_string()).or_default() += 1;
            if !signers.contains_key(&delivery.inbox) {
                let ready = engine.ready_inbox(&delivery.inbox).await?;
                let tolerance = ready
                    .as_ref()
                    .and_then(|ready| engine.0.schemes.get(ready.inbox.scheme.as_deref()?))
                    .and_then(|scheme| scheme.info().tolerance_s);
                let why = match signer(ready.as_deref()) {
                    Err(why) => Some(why),
                    Ok((scheme, _)) => match engine.0.schemes.get(scheme) {
                        Some(scheme) if scheme.can_sign() => None,
                        _ => Some(
                            "Its scheme verifies with a public key; only the provider can sign.".to_owned(),
                        ),
                    },
                };
                signers.insert(delivery.inbox.clone(), (tolerance, why));
            }
            let (tolerance_s, why) = signers.get(&delivery.inbox).cloned().unwrap_or_default();
            unsignable += u64::from(why.is_some());
            cut += u64::from(delivery.truncated);
            let unsendable = match (&delivery.refused, delivery.truncated) {
                (Some(_), _) => Some("It was not whole when it came.".to_owned()),
                (None, true) => Some("Its body was cut at the cap.".to_owned()),
                (None, false) => None,
            };
            planner.add(PlanItem {
                received_at: Some(delivery.received_at),
                event_id: delivery.event_id,
                body_size: delivery.body_size,
                status: delivery.status,
                live: false,
                tolerance_s,
                unsendable,
                unsignable: why,
            });
        }
    }
    let planned = planner.finish();
    let mut warnings: Vec<String> =
        planned.concerns.iter().map(|concern| words(*concern, &planned, &target)).collect();
    warnings.extend(planned.left_out.iter().map(|left| format!("{} are left out: {}", left.count, left.why)));
    if planned.count == 0 {
        return Err(Failure::new(ErrorCode::NotFound, "No delivery is selected; nothing was sent."));
    }
    let first = match ids.first() {
        Some(id) => Some(recorded(deliveries::whole(engine, *id).await?)),
        None => None,
    };
    let first_headers = first
        .as_ref()
        .and_then(|first| {
            waybill_replay::prepare(first, &first.headers, first.body.clone(), &target, Sessions::Kept).ok()
        })
        .map(|prepared| prepared.shown)
        .unwrap_or_default();
    Ok(ReplayPlan {
        count: planned.count,
        bytes: planned.bytes,
        oldest: planned.oldest,
        newest: planned.newest,
        duplicates: planned.duplicates,
        unsignable,
        cut,
        inboxes: inboxes.into_iter().map(|(name, count)| TargetCount { name, count }).collect(),
        class: planned.class,
        host: target.host(),
        warnings,
        first_method: first.map(|first| first.method).unwrap_or_default(),
        first_headers,
    })
}

fn words(concern: Concern, plan: &waybill_replay::ReplayPlan, target: &Target) -> String {
    match concern {
        Concern::PublicTarget => format!(
            "{} is on a public network: {} deliveries leave this machine.",
            target.host(),
            plan.sendable
        ),
        Concern::LiveEvents => format!("{} events are no tests.", plan.live),
        Concern::AlreadyAccepted => format!("{} were answered 2xx when they first came.", plan.accepted),
        Concern::Duplicates => {
            format!("{} are further deliveries of an event that is sent already.", plan.duplicates)
        }
        Concern::StaleTimestamps => {
            format!(
                "{} carry a timestamp that is older than receivers accept. Signing again renews it.",
                plan.stale
            )
        }
    }
}

/// A warning that must be answered with a yes. What stays on this machine needs none.
fn must_confirm(plan: &ReplayPlan) -> bool {
    plan.class != TargetClass::Loopback && !plan.warnings.is_empty()
}

pub(crate) async fn start(engine: &Engine, request: ReplayStart) -> Result<ReplayJob> {
    let planned = plan(engine, request.clone()).await?;
    if must_confirm(&planned) && !request.confirmed {
        return Err(Failure::new(
            ErrorCode::ConfirmationRequired,
            format!("{} deliveries would go to {}. Nothing was sent.", planned.count, planned.host),
        )
        .hint("Look at the plan and confirm it.")
        .details(serde_json::json!({ "warnings": planned.warnings })));
    }
    let target = located(engine, &request.options).await?;
    let ids = selected(engine, &request.selection).await?;
    let title = if request.selection.ids.is_empty() {
        let query = request.selection.query.trim();
        if query.is_empty() { "All deliveries".to_owned() } else { query.to_owned() }
    } else if let [one] = ids.as_slice() {
        let row = engine.0.store.rows(vec![*one]).await?.into_iter().next();
        let event = row.and_then(|row| row.event_type).unwrap_or_else(|| format!("delivery {one}"));
        format!("{event} → {}", target.host())
    } else {
        format!("{} deliveries → {}", ids.len(), target.host())
    };
    let new = NewJob { title, options: request.options.clone(), created_at: engine.now(), deliveries: ids };
    let id = engine.0.store.create_job(new).await?;
    let mut settings = engine.0.store.settings().await?;
    if settings.last_target.as_deref() != Some(request.options.target.as_str()) {
        settings.last_target = Some(request.options.target);
        engine.0.store.save_settings(settings).await?;
    }
    launch(engine, id, target).await?;
    find(engine, id).await
}

/// Runs a job that is in the store.
async fn launch(engine: &Engine, id: JobId, target: Target) -> Result<()> {
    let stored = engine.0.store.job(id).await?.ok_or_else(|| Failure::not_found("replay", id))?;
    let control = JobControl::default();
    lock(&engine.0.replaying.running).insert(id, Running { control: control.clone(), progress: None });
    engine.0.store.set_job_state(id, JobState::Running, None, None).await?;
    let timeout = Duration::from_millis(stored.options.timeout_ms);
    let job = Job { id, target, options: stored.options, counts: stored.counts, sessions: Sessions::Kept };
    let tools = tools(engine, timeout);
    let task_engine = engine.clone();
    engine.0.tasks.spawn(async move {
        let engine = task_engine;
        let stop = engine.0.stop.clone();
        let ended = {
            let running = run(job, tools, Arc::new(TokioTimer::default()), &control);
            tokio::pin!(running);
            tokio::select! {
                end = &mut running => end,
                () = stop.cancelled() => {
                    control.interrupt();
                    running.await
                }
            }
        };
        let at = Some(engine.now());
        if let Err(failure) = engine.0.store.set_job_state(id, ended.state, at, ended.because).await {
            tracing::warn!(code = %failure.code, "a replay's end could not be recorded: {failure}");
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

fn control(engine: &Engine, id: JobId) -> Option<JobControl> {
    lock(&engine.0.replaying.running).get(&id).map(|running| running.control.clone())
}

fn not_running(job: &ReplayJob) -> Failure {
    Failure::new(
        ErrorCode::InvalidInput,
        format!(
            "Replay {} is {} and is not run by this Waybill; nothing was changed.",
            job.id,
            job.state.code()
        ),
    )
}

pub(crate) async fn pause(engine: &Engine, request: JobRef) -> Result<ReplayJob> {
    let job = find(engine, request.id).await?;
    let control = control(engine, request.id).ok_or_else(|| not_running(&job))?;
    control.pause();
    engine.0.store.set_job_state(request.id, JobState::Paused, None, None).await?;
    find(engine, request.id).await
}

pub(crate) async fn resume(engine: &Engine, request: JobRef) -> Result<ReplayJob> {
    let job = find(engine, request.id).await?;
    if let Some(control) = control(engine, request.id) {
        control.resume();
        engine.0.store.set_job_state(request.id, JobState::Running, None, None).await?;
        return find(engine, request.id).await;
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
