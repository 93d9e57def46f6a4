//! `waybill endpoint repair`: calls that make one-time secrets and have no known end.

use crate::args::Repair;
use crate::input;
use crate::output::{Out, Outcome, plain, record, text, when};
use serde_json::{Value, json};
use std::time::Duration;
use waybill_engine::Engine;
use waybill_model::{ErrorCode, Failure};

/// How long a repair that this start has begun by itself is waited for.
const PATIENCE: (u32, Duration) = (50, Duration::from_millis(100));

pub(crate) async fn run(args: Repair, engine: &Engine, out: &Out) -> Result<Outcome, Failure> {
    match args.case {
        None => list(engine, out).await,
        Some(case) if args.dismiss => dismiss(&case, args.yes, engine, out).await,
        Some(case) => repair(&case, engine, out).await,
    }
}

async fn list(engine: &Engine, out: &Out) -> Result<Outcome, Failure> {
    let cases = engine.call("custody.list", json!({})).await?;
    let open = cases.as_array().map_or(0, Vec::len);
    out.result(&cases, || {
        let shown: Vec<String> = cases.as_array().into_iter().flatten().map(describe).collect();
        if shown.is_empty() { "Nothing to repair.".to_owned() } else { shown.join("\n\n") }
    });
    Ok(if open == 0 { Outcome::Done } else { Outcome::No })
}

async fn dismiss(case: &str, yes: bool, engine: &Engine, out: &Out) -> Result<Outcome, Failure> {
    let question = format!(
        "Forget {case}? A secret that lies sealed here with it is lost; what it made stays at the provider."
    );
    if !yes && !input::confirm(&question)? {
        out.message("Nothing was changed.");
        return Ok(Outcome::No);
    }
    engine.call("custody.dismiss", json!({ "id": case })).await.map_err(gone)?;
    out.result(&json!({ "dismissed": case }), || format!("{case} is forgotten."));
    Ok(Outcome::Done)
}

async fn repair(case: &str, engine: &Engine, out: &Out) -> Result<Outcome, Failure> {
    let mut repaired = engine.call("custody.repair", json!({ "id": case })).await.map_err(gone)?;
    let (tries, wait) = PATIENCE;
    for _ in 0..tries {
        // Every start repairs by itself what it can: it may be at this one.
        if !matches!(repaired["case"]["state"].as_str(), Some("under_way" | "unanswered")) {
            break;
        }
        tokio::time::sleep(wait).await;
        repaired = match engine.call("custody.repair", json!({ "id": case })).await {
            Ok(repaired) => repaired,
            Err(failure) if failure.code == ErrorCode::NotFound => json!({ "secret": null, "case": null }),
            Err(failure) => return Err(failure),
        };
    }
    let open = repaired["case"].is_object();
    out.result(&repaired, || {
        if open {
            return describe(&repaired["case"]);
        }
        match repaired["secret"]["name"].as_str() {
            Some(name) => format!("{case} is at its end; the secret is in the vault as {}.", plain(name)),
            None => format!("{case} is at its end."),
        }
    });
    Ok(if open { Outcome::No } else { Outcome::Done })
}

/// The start of this very command may have brought it to its end.
fn gone(failure: Failure) -> Failure {
    if failure.code == ErrorCode::NotFound {
        return failure
            .hint("A case that came to its end is open no more. Those that are: waybill endpoint repair");
    }
    failure
}

fn describe(case: &Value) -> String {
    let named = |field: &str| plain(&text(case, field));
    let rows = [
        ("what", format!("{} at {}", named("operation"), named("connection"))),
        ("address", named("url")),
        ("endpoint", named("endpoint")),
        ("since", format!("{} UTC", when(&text(case, "created_at")))),
        ("known", named("message")),
        ("to do", named("mend")),
    ];
    record(&named("id"), &rows)
}
