//! `waybill replay …`

use crate::args::{Replay, ReplayCommand};
use crate::deliveries::delivery_id;
use crate::input;
use crate::output::{Out, Outcome, plain, table, text};
use crate::tools::attempt_line;
use serde_json::{Value, json};
use std::collections::HashSet;
use std::time::Duration;
use waybill_engine::Engine;
use waybill_model::Failure;

pub(crate) async fn run(args: Replay, engine: &Engine, out: &Out) -> Result<Outcome, Failure> {
    match args.command {
        Some(ReplayCommand::List) => {
            let jobs = engine.call("replays.list", json!({})).await?;
            out.result(&jobs, || listing(&jobs));
            Ok(Outcome::Done)
        }
        Some(ReplayCommand::Show { id }) => {
            let mut job = engine.call("replays.get", json!({ "id": id })).await?;
            let attempts = engine.call("replays.attempts", json!({ "job": id, "limit": 500 })).await?;
            job["attempts"] = attempts["attempts"].clone();
            out.result(&job, || {
                let lines: Vec<String> =
                    job["attempts"].as_array().into_iter().flatten().map(numbered).collect();
                format!("{}\n{}", listing(&json!([job])), lines.join("\n"))
            });
            Ok(Outcome::Done)
        }
        Some(ReplayCommand::Resume { id }) => {
            let job = engine.call("replays.resume", json!({ "id": id })).await?;
            follow(&job, engine, out).await
        }
        Some(ReplayCommand::Cancel { id }) => {
            let job = engine.call("replays.cancel", json!({ "id": id })).await?;
            out.result(&job, || format!("Replay {id} is {}.", text(&job, "state")));
            Ok(Outcome::Done)
        }
        None => start(args, engine, out).await,
    }
}

async fn start(args: Replay, engine: &Engine, out: &Out) -> Result<Outcome, Failure> {
    let Some(target) = args.to else {
        return Err(Failure::invalid("Where to? --to URL is missing; nothing was sent."));
    };
    if args.ids.is_empty() && args.query.is_none() {
        return Err(Failure::invalid("Which deliveries? Give ids or --query; nothing was sent.")
            .hint("waybill replay --query 'inbox:mynd-prod since:2h' --to URL"));
    }
    if !args.timeout.is_finite() || args.timeout <= 0.0 || args.timeout > 3_600.0 {
        return Err(Failure::invalid(
            "--timeout is a number of seconds above 0 and at most 3,600; nothing was sent.",
        ));
    }
    for id in &args.ids {
        delivery_id(id)?;
    }
    let request = json!({
        "selection": { "ids": args.ids, "query": args.query.unwrap_or_default() },
        "options": {
            "target": target,
            "mode": if args.resign { "resign" } else { "verbatim" },
            "rate": args.rate,
            "concurrency": args.concurrency,
            "retries": args.retries,
            "timeout_ms": (args.timeout * 1e3).round() as u64,
        },
    });
    let plan = engine.call("replays.plan", request.clone()).await?;
    if args.dry_run {
        out.result(&plan, || describe_plan(&plan));
        return Ok(Outcome::Done);
    }
    let warned = plan["warnings"].as_array().is_some_and(|warnings| !warnings.is_empty());
    if warned && !args.yes {
        out.message(&describe_plan(&plan));
        if !input::confirm(&format!("Send {} deliveries to {}?", text(&plan, "count"), text(&plan, "host")))?
        {
            out.message("Nothing was sent.");
            return Ok(Outcome::No);
        }
    }
    let mut request = request;
    request["confirmed"] = json!(true);
    let job = engine.call("replays.start", request).await?;
    follow(&job, engine, out).await
}

/// Tells each attempt as it ends, until the job has ended; an interrupt cancels the job.
async fn follow(job: &Value, engine: &Engine, out: &Out) -> Result<Outcome, Failure> {
    let id = text(job, "id");
    let mut told: HashSet<String> = HashSet::new();
    let mut tick = tokio::time::interval(Duration::from_millis(60));
    let interrupt = tokio::signal::ctrl_c();
    tokio::pin!(interrupt);
    let mut cancelled = false;
    let last = loop {
        tokio::select! {
            _ = tick.tick() => {}
            _ = &mut interrupt, if !cancelled => {
                cancelled = true;
                out.message("Cancelling: requests under way are finished.");
                engine.call("replays.cancel", json!({ "id": id })).await?;
            }
        }
        let job = engine.call("replays.get", json!({ "id": id })).await?;
        let running = matches!(job["state"].as_str(), Some("running" | "paused"));
        tell_new(&id, &mut told, engine, out).await?;
        out.progress(&progress(&job));
        if !running {
            break job;
        }
    };
    out.progress_end();
    let counts = &last["counts"];
    let summary = json!({ "summary": {
        "sent": counts["sent"], "succeeded": counts["succeeded"], "failed": counts["failed"],
        "skipped": counts["skipped"], "unknown": counts["unknown"], "job": id, "state": last["state"],
    }});
    out.result(&summary, || {
        format!(
            "Replay {id} {}: {} sent, {} succeeded, {} failed, {} skipped",
            text(&last, "state"),
            text(counts, "sent"),
            text(counts, "succeeded"),
            text(counts, "failed"),
            text(counts, "skipped")
        )
    });
    let good = counts["succeeded"] == counts["total"];
    Ok(if good { Outcome::Done } else { Outcome::No })
}

async fn tell_new(id: &str, told: &mut HashSet<String>, engine: &Engine, out: &Out) -> Result<(), Failure> {
    let mut fresh = Vec::new();
    let mut offset = 0;
    loop {
        let page =
            engine.call("replays.attempts", json!({ "job": id, "offset": offset, "limit": 500 })).await?;
        let attempts = page["attempts"].as_array().cloned().unwrap_or_default();
        let count = attempts.len();
        let mut known = 0;
        for attempt in attempts {
            if told.contains(&text(&attempt, "id")) {
                known += 1;
            } else if attempt["outcome"] != "unknown" {
                fresh.push(attempt);
            }
        }
        offset += count;
        if count < 500 || known == count {
            break;
        }
    }
    for attempt in fresh.into_iter().rev() {
        told.insert(text(&attempt, "id"));
        out.result(&attempt, || numbered(&attempt));
    }
    Ok(())
}

fn numbered(attempt: &Value) -> String {
    format!("#{} try {}: {}", text(attempt, "delivery"), text(attempt, "number"), attempt_line(attempt))
}

fn progress(job: &Value) -> String {
    let count = |field: &str| job["counts"][field].as_u64().unwrap_or_default();
    let done = count("succeeded") + count("failed") + count("skipped");
    let rate = job["per_second"].as_f64().unwrap_or_default();
    let left = count("total").saturating_sub(done);
    let remaining =
        if rate > 0.0 { format!(" · about {:.0} s left", left as f64 / rate) } else { String::new() };
    format!("{done} of {} · {} failed · {rate:.0}/s{remaining}", count("total"), count("failed"))
}

fn describe_plan(plan: &Value) -> String {
    let mut shown = format!(
        "{} deliveries, {} to {} ({})\n  from {} to {}",
        text(plan, "count"),
        crate::output::bytes(plan["bytes"].as_u64().unwrap_or_default()),
        plain(&text(plan, "host")),
        text(plan, "class"),
        text(plan, "oldest"),
        text(plan, "newest"),
    );
    for warning in plan["warnings"].as_array().into_iter().flatten() {
        shown.push_str(&format!("\n  ! {}", plain(warning.as_str().unwrap_or_default())));
    }
    shown
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
                text(job, "state"),
                format!("{}/{}", text(counts, "succeeded"), text(counts, "total")),
                text(counts, "failed"),
                text(&job["options"], "target"),
                text(job, "title"),
            ]
        })
        .collect();
    if rows.is_empty() {
        return "No replay yet. Start one: waybill replay ID --to URL".to_owned();
    }
    table(&["ID", "STATE", "DONE", "FAILED", "TARGET", "WHAT"], &rows)
}
