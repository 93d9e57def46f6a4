//! `waybill replay …`

use crate::args::{Replay, ReplayCommand};
use crate::deliveries::delivery_id;
use crate::input;
use crate::output::{Out, Outcome, counted, plain, table, text, when};
use crate::signals::{Asked, Requests};
use crate::tools::attempt_line;
use serde_json::{Value, json};
use std::time::Duration;
use waybill_engine::Engine;
use waybill_model::{AttemptId, AttemptOutcome, DeliveryId, ErrorCode, Failure, JobId};

pub(crate) async fn run(args: Replay, engine: &Engine, out: &Out) -> Result<Outcome, Failure> {
    match args.command {
        Some(ReplayCommand::List) => {
            let jobs = engine.call("replays.list", json!({})).await?;
            out.result(&jobs, || listing(&jobs));
            Ok(Outcome::Done)
        }
        Some(ReplayCommand::Show { id }) => {
            let id = job_id(&id)?;
            let mut job = engine.call("replays.get", json!({ "id": id })).await?;
            let attempts = engine.attempts_since(id, None).await?;
            job["attempts"] = serde_json::to_value(attempts).unwrap_or_default();
            out.result(&job, || {
                let lines: Vec<String> =
                    job["attempts"].as_array().into_iter().flatten().map(numbered).collect();
                format!("{}\n{}", listing(&json!([job])), lines.join("\n"))
            });
            Ok(Outcome::Done)
        }
        Some(ReplayCommand::Resume { id }) => {
            let id = job_id(&id)?;
            // What was tried before was told then.
            let seen = engine.attempts_since(id, None).await?.last().map(|attempt| attempt.id);
            engine.call("replays.resume", json!({ "id": id })).await?;
            follow(id, seen, engine, out).await
        }
        Some(ReplayCommand::Cancel { id }) => {
            let id = job_id(&id)?;
            let job = engine.call("replays.cancel", json!({ "id": id })).await?;
            out.result(&job, || format!("Replay {id} is {}.", text(&job, "state")));
            Ok(Outcome::Done)
        }
        None => start(args, engine, out).await,
    }
}

/// The id as typed; one that is no number names no replay.
fn job_id(typed: &str) -> Result<JobId, Failure> {
    typed.parse().map_err(|_| Failure::not_found("replay", typed))
}

async fn start(args: Replay, engine: &Engine, out: &Out) -> Result<Outcome, Failure> {
    let Some(target) = args.to else {
        return Err(Failure::invalid("Where to? --to URL is missing; nothing was sent."));
    };
    if args.ids.is_empty() && args.query.is_none() {
        return Err(Failure::invalid("Which deliveries? Give ids or --query; nothing was sent.")
            .hint("waybill replay --query 'inbox:mynd-prod since:2h' --to URL"));
    }
    let ids: Vec<DeliveryId> = args.ids.iter().map(|id| delivery_id(id)).collect::<Result<_, _>>()?;
    let query = args.query.unwrap_or_default();
    let mut request = json!({
        "selection": { "ids": ids, "query": query },
        "options": {
            "target": target,
            "mode": if args.resign { "resign" } else { "verbatim" },
            "rate": args.rate,
            "concurrency": args.concurrency,
            "retries": args.retries,
            "timeout_ms": (args.timeout * 1e3).round() as u64,
            "stop_after_failures": args.stop_after_failures,
        },
        "confirmed": args.yes,
    });
    let plan = engine.call("replays.plan", request.clone()).await.map_err(|f| out.pointed(f, &query))?;
    for id in &ids {
        // One that is not there would only be counted as left out, in the end.
        engine.call("deliveries.get", json!({ "id": id })).await.map_err(not_sent)?;
    }
    if args.dry_run {
        out.result(&plan, || describe_plan(&plan));
        return Ok(Outcome::Done);
    }
    let job = match engine.call("replays.start", request.clone()).await {
        Err(failure) if failure.code == ErrorCode::ConfirmationRequired => {
            out.message(&describe_plan(&plan));
            let many = counted(number(&plan, "count"), "delivery", "deliveries");
            let question = format!("Send {many} to {}?", plain(&text(&plan, "host")));
            if !input::confirm(&question)? {
                out.message("Nothing was sent.");
                return Ok(Outcome::No);
            }
            request["confirmed"] = json!(true);
            engine.call("replays.start", request).await?
        }
        started => {
            let job = started.map_err(|failure| out.pointed(failure, &query))?;
            // Nothing had to be asked, or the yes came beforehand: why some are left out is told all the same.
            for warning in warnings(&plan) {
                out.message(&warning);
            }
            job
        }
    };
    follow(job_id(&text(&job, "id"))?, None, engine, out).await
}

/// The same, with what it means for a replay that was not begun.
fn not_sent(mut failure: Failure) -> Failure {
    if failure.code == ErrorCode::NotFound {
        failure.message = format!("{} Nothing was sent.", failure.message);
    }
    failure
}

/// Tells each attempt after `seen` as it ends, until the job has ended. An interrupt cancels the job; a second
/// one, or a request to terminate, leaves it so that it can be resumed.
async fn follow(id: JobId, seen: Option<AttemptId>, engine: &Engine, out: &Out) -> Result<Outcome, Failure> {
    let mut told = Told { seen, open: Vec::new() };
    let mut tick = tokio::time::interval(Duration::from_millis(60));
    let mut requests = Requests::new();
    let mut cancelled = false;
    let last = loop {
        tokio::select! {
            _ = tick.tick() => {}
            asked = requests.next() => {
                if cancelled || asked == Asked::Terminate {
                    return Err(Failure::new(
                        ErrorCode::Cancelled,
                        format!("Replay {id} was left in the middle; what was under way may have been sent."),
                    )
                    .hint(format!("See how far it came: waybill replay show {id}")));
                }
                cancelled = true;
                out.message("Cancelling: requests under way are finished. Ctrl-C again leaves them.");
                // One that has just come to its end can't be cancelled, and need not be.
                let _ = engine.call("replays.cancel", json!({ "id": id })).await;
            }
        }
        let job = engine.call("replays.get", json!({ "id": id })).await?;
        let running = matches!(job["state"].as_str(), Some("running" | "paused"));
        told.tell(id, !running, engine, out).await?;
        out.progress(&progress(&job));
        if !running {
            break job;
        }
    };
    out.progress_end();
    let counts = &last["counts"];
    let summary = json!({ "summary": {
        "sent": counts["sent"], "succeeded": counts["succeeded"], "failed": counts["failed"],
        "skipped": counts["skipped"], "unknown": counts["unknown"], "total": counts["total"], "job": id,
        "state": last["state"],
    }});
    out.result(&summary, || {
        let mut shown = format!(
            "Replay {id} {}: {} of {} succeeded, {} failed, {} skipped",
            text(&last, "state"),
            text(counts, "succeeded"),
            text(counts, "total"),
            text(counts, "failed"),
            text(counts, "skipped")
        );
        if let Some(because) = last["stopped_because"].as_str() {
            shown.push_str(&format!("\n  {}", plain(because)));
        }
        shown
    });
    let good = counts["succeeded"] == counts["total"];
    Ok(if good { Outcome::Done } else { Outcome::No })
}

/// What was told of a job's attempts: each once, when it has ended.
struct Told {
    /// The newest attempt that was seen.
    seen: Option<AttemptId>,
    /// Those that had not ended then.
    open: Vec<AttemptId>,
}

impl Told {
    /// Tells what has ended since, and at the `end` of the job whatever is left.
    async fn tell(&mut self, job: JobId, end: bool, engine: &Engine, out: &Out) -> Result<(), Failure> {
        let mut attempts = Vec::new();
        for id in std::mem::take(&mut self.open) {
            attempts.extend(engine.attempt(id).await?);
        }
        attempts.extend(engine.attempts_since(job, self.seen).await?);
        for attempt in attempts {
            self.seen = self.seen.max(Some(attempt.id));
            if attempt.outcome == AttemptOutcome::Unknown && !end {
                self.open.push(attempt.id);
                continue;
            }
            let value = serde_json::to_value(&attempt).unwrap_or_default();
            out.result(&value, || numbered(&value));
        }
        Ok(())
    }
}

fn numbered(attempt: &Value) -> String {
    format!("#{} try {}: {}", text(attempt, "delivery"), text(attempt, "number"), attempt_line(attempt))
}

fn progress(job: &Value) -> String {
    let count = |field: &str| job["counts"][field].as_u64().unwrap_or_default();
    let done = count("succeeded") + count("failed") + count("skipped") + count("unknown");
    let rate = job["per_second"].as_f64().unwrap_or_default();
    let left = count("total").saturating_sub(done);
    let remaining =
        if rate > 0.0 { format!(" · about {:.0} s left", left as f64 / rate) } else { String::new() };
    format!("{done} of {} · {} failed · {rate:.0}/s{remaining}", count("total"), count("failed"))
}

fn describe_plan(plan: &Value) -> String {
    let mut shown = format!(
        "{}, {} to {} ({})",
        counted(number(plan, "count"), "delivery", "deliveries"),
        crate::output::bytes(number(plan, "bytes")),
        plain(&text(plan, "host")),
        text(plan, "class").replace('_', " "),
    );
    match (text(plan, "oldest"), text(plan, "newest")) {
        (oldest, newest) if oldest.is_empty() || newest.is_empty() => {}
        (oldest, newest) if oldest == newest => {
            shown.push_str(&format!("\n  received {} UTC", when(&oldest)));
        }
        (oldest, newest) => {
            shown.push_str(&format!("\n  received {} to {} UTC", when(&oldest), when(&newest)));
        }
    }
    for warning in warnings(plan) {
        shown.push_str(&format!("\n  ! {warning}"));
    }
    shown
}

fn warnings(plan: &Value) -> Vec<String> {
    plan["warnings"].as_array().into_iter().flatten().filter_map(Value::as_str).map(plain).collect()
}

fn number(value: &Value, field: &str) -> u64 {
    value[field].as_u64().unwrap_or_default()
}

fn listing(jobs: &Value) -> String {
    let rows: Vec<Vec<String>> = jobs
        .as_array()
        .into_iter()
        .flatten()
        .map(|job| {
            let counts = &job["counts"];
            vec![
                text(job, "id"),
                when(&text(job, "created_at")),
                text(job, "state"),
                format!("{}/{}", text(counts, "succeeded"), text(counts, "total")),
                text(counts, "failed"),
                text(counts, "skipped"),
                text(&job["options"], "target"),
                text(job, "title"),
            ]
        })
        .collect();
    if rows.is_empty() {
        return "No replay yet. Start one: waybill replay ID --to URL".to_owned();
    }
    table(&["ID", "STARTED (UTC)", "STATE", "DONE", "FAILED", "SKIPPED", "TARGET", "WHAT"], &rows)
}
