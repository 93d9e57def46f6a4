//! `waybill reconcile`: what the provider says it sent, beside what came; and the missing ones brought in.

use crate::args::{ByArg, Reconcile};
use crate::output::{Out, Outcome, counted, plain, table, text, when};
use serde_json::{Value, json};
use waybill_engine::Engine;
use waybill_model::Failure;

/// Entries that one call brings in.
const CHUNK: usize = 100;

/// What is added up over the endpoints.
const COUNTS: [&str; 5] = ["sent", "arrived", "accepted", "missing", "pending"];

pub(crate) async fn run(args: Reconcile, engine: &Engine, out: &Out) -> Result<Outcome, Failure> {
    let request = json!({
        "connection": args.connection, "endpoint": args.endpoint, "since": args.since, "limit": args.limit,
    });
    let found = engine.call("endpoints.reconcile", request).await?;
    let endpoints = list(&found);
    let mut document = json!({ "connection": args.connection, "endpoints": found });
    for count in COUNTS {
        document[count] = json!(endpoints.iter().map(|one| number(one, count)).sum::<u64>());
    }
    let missing = number(&document, "missing");
    let mut left = missing;
    let mut broken = None;
    if args.bring_in {
        let (brought, failure) = bring_in(&args, &endpoints, engine, out).await;
        left -= brought.iter().map(done).sum::<u64>().min(left);
        document["brought_in"] = json!(brought);
        broken = failure;
    }
    out.result(&document, || shown(&document, &args));
    if left > 0 && !args.bring_in && !out.is_json() {
        out.message(&next_step(&args, &endpoints));
    }
    // An endpoint whose log can't be read is no "nothing is missing".
    let unread = endpoints.iter().rev().find_map(|one| {
        let mut failure: Failure = serde_json::from_value(one["failure"].clone()).ok()?;
        failure.message = format!("{}: {}", text(one, "endpoint"), failure.message);
        Some(failure)
    });
    match broken.or(unread) {
        Some(failure) => Err(failure),
        None if left > 0 => Ok(Outcome::No),
        None => Ok(Outcome::Done),
    }
}

/// Brings in what is missing, endpoint by endpoint. A call that fails ends it; what was done before stands and is
/// told.
async fn bring_in(
    args: &Reconcile,
    endpoints: &[Value],
    engine: &Engine,
    out: &Out,
) -> (Vec<Value>, Option<Failure>) {
    let by = args.by.map(|by| match by {
        ByArg::Recover => "recover",
        ByArg::Redeliver => "redeliver",
    });
    let total: u64 = endpoints.iter().map(|one| number(one, "missing")).sum();
    let (mut brought, mut tried) = (Vec::new(), 0_u64);
    for endpoint in endpoints {
        let ids: Vec<Value> = missing(endpoint).map(|one| one["entry"]["id"].clone()).collect();
        let mut all = json!({
            "endpoint": endpoint["endpoint"], "recovered": [], "redelivered": [], "already_here": [], "failed": [],
        });
        for chunk in ids.chunks(CHUNK) {
            let request = json!({
                "connection": args.connection, "endpoint": endpoint["endpoint"], "entries": chunk, "by": by,
            });
            let came = match engine.call("endpoints.bring_in", request).await {
                Ok(came) => came,
                Err(failure) => {
                    brought.push(all);
                    out.progress_end();
                    return (brought, Some(failure));
                }
            };
            let mut heard = 0;
            for part in ["recovered", "redelivered", "already_here", "failed"] {
                let more = list(&came[part]);
                heard += more.len();
                if let Some(sofar) = all[part].as_array_mut() {
                    sofar.extend(more);
                }
            }
            tried += heard as u64;
            out.progress(&format!("{tried} of {total} looked at"));
            if heard < chunk.len() {
                // The provider takes no more: the rest would fare the same.
                break;
            }
        }
        if !ids.is_empty() {
            brought.push(all);
        }
    }
    if total > 0 {
        out.progress_end();
    }
    (brought, None)
}

/// Of what was missing at an endpoint, how many are here now or on their way.
fn done(brought: &Value) -> u64 {
    ["recovered", "redelivered", "already_here"].iter().map(|part| list(&brought[*part]).len() as u64).sum()
}

fn missing(endpoint: &Value) -> impl Iterator<Item = &Value> {
    endpoint["entries"].as_array().into_iter().flatten().filter(|one| one["state"] == "missing")
}

fn shown(document: &Value, args: &Reconcile) -> String {
    let endpoints = list(&document["endpoints"]);
    if endpoints.is_empty() {
        return format!("{} has no endpoint.", args.connection);
    }
    let mut parts = vec![counts(&endpoints)];
    let several = endpoints.len() > 1;
    let rows: Vec<Vec<String>> = endpoints
        .iter()
        .flat_map(|endpoint| missing(endpoint).map(move |one| (endpoint, &one["entry"])))
        .map(|(endpoint, entry)| {
            let mut row = vec![
                text(entry, "id"),
                when(&text(entry, "sent_at")),
                text(entry, "event_type"),
                text(entry, "response_status"),
                words(entry),
            ];
            if several {
                row.insert(0, text(endpoint, "endpoint"));
            }
            row
        })
        .collect();
    if !rows.is_empty() {
        let mut head = vec!["MISSING", "SENT (UTC)", "EVENT", "ANSWER", "THE PROVIDER SAYS"];
        if several {
            head.insert(0, "ENDPOINT");
        }
        parts.push(table(&head, &rows));
    }
    for endpoint in &endpoints {
        let (id, unknown) = (plain(&text(endpoint, "endpoint")), list(&endpoint["not_in_log"]).len() as u64);
        if unknown > 0 {
            let what = counted(unknown, "delivery", "deliveries");
            parts.push(format!("{id}: {what} here that the provider's log does not have."));
        }
        if endpoint["more"] == true {
            parts.push(format!(
                "{id}: the provider's log holds more than {} entries; --limit reads further.",
                args.limit
            ));
        }
    }
    parts.extend(list(&document["brought_in"]).iter().map(brought_in));
    parts.join("\n\n")
}

fn counts(endpoints: &[Value]) -> String {
    let rows: Vec<Vec<String>> = endpoints
        .iter()
        .map(|one| {
            let mut row = vec![text(one, "endpoint"), text(one, "inbox")];
            if one["failure"].is_object() {
                row.extend(COUNTS.map(|_| "?".to_owned()));
            } else {
                row.extend(COUNTS.map(|count| text(one, count)));
            }
            row.push(text(one, "url"));
            row
        })
        .collect();
    table(&["ENDPOINT", "INBOX", "SENT", "ARRIVED", "ACCEPTED", "MISSING", "PENDING", "ADDRESS"], &rows)
}

/// What became of an entry, in the provider's words.
fn words(entry: &Value) -> String {
    match (text(entry, "status"), text(entry, "error")) {
        (status, error) if error.is_empty() => status,
        (status, error) if status.is_empty() => error,
        (status, error) => format!("{status}: {error}"),
    }
}

fn brought_in(one: &Value) -> String {
    let mut lines = Vec::new();
    let count = |part: &str| list(&one[part]).len() as u64;
    for (part, what) in [
        ("recovered", "fetched from the provider's log"),
        ("redelivered", "sent again by the provider: they arrive like any delivery"),
        ("already_here", "here already"),
    ] {
        if count(part) > 0 {
            lines.push(format!("{} {what}.", count(part)));
        }
    }
    let rows: Vec<Vec<String>> = list(&one["recovered"])
        .iter()
        .map(|one| ["entry", "delivery", "verdict", "reason"].map(|field| text(one, field)).to_vec())
        .collect();
    if !rows.is_empty() {
        lines.push(table(&["ENTRY", "HERE", "VERDICT", "REASON"], &rows));
    }
    let failed = list(&one["failed"]);
    if !failed.is_empty() {
        let rows: Vec<Vec<String>> =
            failed.iter().map(|one| vec![text(one, "entry"), text(&one["failure"], "message")]).collect();
        lines.push(table(&["NOT BROUGHT IN", "WHY"], &rows));
    }
    format!("{}:\n{}", plain(&text(one, "endpoint")), lines.join("\n"))
}

/// What a person can do about what is missing.
fn next_step(args: &Reconcile, endpoints: &[Value]) -> String {
    let short = |field: &str| endpoints.iter().any(|one| number(one, "missing") > 0 && one[field] == true);
    let again = format!("waybill reconcile --connection {} --bring-in", args.connection);
    if short("can_recover") || short("can_redeliver") {
        return format!("Bring in what is missing: {again}");
    }
    "This provider's log holds no requests, and it has no call to send them again: look there for what is missing."
        .to_owned()
}

fn list(value: &Value) -> Vec<Value> {
    value.as_array().cloned().unwrap_or_default()
}

fn number(value: &Value, field: &str) -> u64 {
    value[field].as_u64().unwrap_or_default()
}
