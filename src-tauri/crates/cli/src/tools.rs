//! `waybill verify`, `sign`, `send`, `doctor`.

use crate::args::{Send, Sign, Verify};
use crate::deliveries::delivery_id;
use crate::diagnosis;
use crate::input;
use crate::output::{Out, Outcome, plain, table, text};
use serde_json::{Value, json};
use waybill_engine::Engine;
use waybill_model::Failure;

pub(crate) async fn verify(args: Verify, engine: &Engine, out: &Out) -> Result<Outcome, Failure> {
    input::one_stdin(args.request.as_deref(), &args.secrets)?;
    let delivery = args.delivery.as_deref().map(delivery_id).transpose()?;
    let request_base64 =
        args.request.as_deref().map(input::file).transpose()?.map(|bytes| input::base64(&bytes));
    let handler_body =
        args.handler_body.as_deref().map(input::file).transpose()?.map(|bytes| input::base64(&bytes));
    let diagnose_ms = if args.no_diagnosis { 0 } else { milliseconds(args.diagnose_seconds)? };
    let request = json!({
        "request_base64": request_base64,
        "delivery": delivery,
        "scheme": args.scheme,
        "secrets": input::secrets(&args.secrets)?,
        "config": input::pairs(&args.config)?,
        "now": args.now,
        "url": args.url,
        "diagnose_ms": diagnose_ms,
        "handler_body_base64": handler_body,
    });
    let report = engine.call("tools.verify", request).await?;
    out.result(&report, || {
        let mut shown = format!(
            "{} ({}) under {}",
            text(&report, "verdict"),
            text(&report, "reason"),
            text(&report, "scheme")
        );
        if let Some(secret) = report["secret"].as_str() {
            shown.push_str(&format!(", with {}", plain(secret)));
        }
        if let Some(age) = report["age_s"].as_i64() {
            shown.push_str(&format!("\n  timestamp {} is {age} s old", text(&report, "timestamp")));
        }
        let preview = text(&report, "signed_text_preview");
        if !preview.is_empty() {
            shown.push_str(&format!("\n  signed    {}", plain(&preview)));
        }
        shown.push_str(&diagnosis::described(&report, "; --diagnose-seconds 60 searches longer"));
        shown
    });
    Ok(if report["verdict"] == "valid" { Outcome::Done } else { Outcome::No })
}

/// Seconds as they were given.
fn milliseconds(seconds: f64) -> Result<u64, Failure> {
    if !(0.001..=60.0).contains(&seconds) {
        return Err(Failure::invalid(
            "A search takes more than nothing and at most 60 seconds; nothing was verified.",
        )
        .hint("With --no-diagnosis nothing is searched."));
    }
    Ok((seconds * 1_000.0) as u64)
}

pub(crate) async fn sign(args: Sign, engine: &Engine, out: &Out) -> Result<Outcome, Failure> {
    input::one_stdin(Some(&args.request), &args.secrets)?;
    let secret = match &args.secret_id {
        Some(_) => None,
        None => Some(input::one_secret(&args.secrets)?),
    };
    let request = json!({
        "request_base64": input::base64(&input::file(&args.request)?),
        "scheme": args.scheme,
        "secret": secret,
        "secret_id": args.secret_id,
        "config": input::pairs(&args.config)?,
        "now": args.now,
        "id": args.id,
        "url": args.url,
    });
    let signed = engine.call("tools.sign", request).await?;
    if out.is_json() {
        out.result(&signed, String::new);
    } else {
        out.payload(&input::from_base64(&text(&signed, "request_base64"))?)?;
    }
    Ok(Outcome::Done)
}

pub(crate) async fn send(args: Send, engine: &Engine, out: &Out) -> Result<Outcome, Failure> {
    input::one_stdin(args.data.as_deref(), &args.secrets)?;
    if args.inbox.is_some() && (args.secrets.secret_stdin || !args.secrets.secret_env.is_empty()) {
        return Err(Failure::invalid(
            "With --inbox the secret is the inbox's own, so none can be given; nothing was sent.",
        )
        .hint("Leave the secret out, or name a scheme with --scheme instead of the inbox."));
    }
    let data = match args.data.as_deref().map(input::file).transpose()? {
        Some(bytes) => Some(
            String::from_utf8(bytes)
                .map_err(|_| Failure::invalid("The data is not UTF-8 text; nothing was sent."))?,
        ),
        None => None,
    };
    let secret = if args.scheme.is_some() { Some(input::one_secret(&args.secrets)?) } else { None };
    let request = json!({
        "to": args.to,
        "inbox": args.inbox,
        "scheme": args.scheme,
        "secret": secret,
        "event": args.event,
        "data": data,
    });
    let sent = engine.call("tools.send", request).await?;
    out.result(&sent, || attempt_line(&sent));
    Ok(outcome(&sent))
}

/// What an outgoing request came to, in one line.
pub(crate) fn attempt_line(attempt: &Value) -> String {
    let took = attempt["duration_us"]
        .as_u64()
        .map_or_else(String::new, |us| format!(" in {:.1} ms", us as f64 / 1e3));
    let target = plain(attempt["url"].as_str().or(attempt["target"].as_str()).unwrap_or_default());
    if let Some(status) = attempt["status"].as_u64() {
        return format!("{target} answered {status}{took}");
    }
    let outcome = match attempt["outcome"].as_str() {
        Some("not_sent") => format!("not sent to {target}"),
        Some("no_answer") => format!("sent to {target}, no answer{took}"),
        Some("unknown") => format!("{target}: nobody knows whether it was sent"),
        _ => format!("{target}: {}{took}", text(attempt, "outcome").replace('_', " ")),
    };
    match attempt["error"].as_str() {
        Some(error) => format!("{outcome}: {}", plain(error)),
        None => outcome,
    }
}

/// 0 when it was answered 2xx, 6 when nothing was sent, 7 when nobody knows, else 1.
pub(crate) fn outcome(attempt: &Value) -> Outcome {
    match attempt["outcome"].as_str() {
        Some("succeeded") => Outcome::Done,
        Some("not_sent") => Outcome::Refused(6),
        Some("no_answer" | "unknown") => Outcome::Refused(7),
        _ => Outcome::No,
    }
}

pub(crate) async fn doctor(engine: &Engine, out: &Out) -> Result<Outcome, Failure> {
    let lines = engine.call("doctor", json!({})).await?;
    Ok(examined(&lines, out))
}

/// What the doctor says when nothing can be started: the one thing that is known.
pub(crate) fn cannot_start(failure: &Failure, out: &Out) -> Outcome {
    let lines = json!([{
        "name": "start",
        "state": "problem",
        "detail": failure.message,
        "mend": failure.hint.clone().unwrap_or_default(),
    }]);
    examined(&lines, out)
}

fn examined(lines: &Value, out: &Out) -> Outcome {
    let all = lines.as_array().cloned().unwrap_or_default();
    out.result(lines, || {
        let rows: Vec<Vec<String>> = all
            .iter()
            .map(|line| ["state", "name", "detail"].map(|field| text(line, field)).to_vec())
            .collect();
        let table = table(&["STATE", "WHAT", "FOUND"], &rows);
        let mut shown: Vec<String> = table.lines().map(str::to_owned).collect();
        // A line's mend stands under it, where it is read as what to do.
        let indent = shown.first().and_then(|head| head.find("FOUND")).unwrap_or_default();
        for (index, line) in all.iter().enumerate().rev() {
            let mend = text(line, "mend");
            if !mend.is_empty() {
                shown.insert(index + 2, format!("{:indent$}→ {}", "", plain(&mend)));
            }
        }
        shown.join("\n")
    });
    let problem = all.iter().any(|line| line["state"] == "problem");
    if problem { Outcome::No } else { Outcome::Done }
}
