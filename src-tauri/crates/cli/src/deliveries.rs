//! `waybill deliveries …`

use crate::args::{DeliveriesCommand, Format};
use crate::diagnosis;
use crate::input;
use crate::output::{Out, Outcome, bytes, counted, plain, record, table, text, when};
use serde_json::{Value, json};
use std::io::{ErrorKind, Write};
use std::path::Path;
use waybill_engine::Engine;
use waybill_engine::api::{BytesRequest, PartOf};
use waybill_model::{DeliveryId, ErrorCode, Failure};

/// Deliveries asked for at once.
const PAGE: u32 = 1_000;

pub(crate) async fn run(command: DeliveriesCommand, engine: &Engine, out: &Out) -> Result<Outcome, Failure> {
    match command {
        DeliveriesCommand::List { query, limit, after } => list(query, limit, after, engine, out).await?,
        DeliveriesCommand::Show { id, raw } => show(&id, raw, engine, out).await?,
        DeliveriesCommand::Export { format, query, output, with_secrets } => {
            let format = match format {
                Format::Har => "har",
                Format::Jsonl => "jsonl",
                Format::Raw => "raw",
                Format::Curl => "curl",
            };
            let request = json!({ "query": query, "format": format, "with_secrets": with_secrets });
            let answer =
                engine.call("deliveries.export", request).await.map_err(|f| out.pointed(f, &query))?;
            let written = text(&answer, "text");
            let data =
                if answer["base64"] == true { input::from_base64(&written)? } else { written.into_bytes() };
            match output {
                Some(path) => write_whole(&path, &data)?,
                None => out.payload(&data)?,
            }
            let count = answer["deliveries"].as_u64().unwrap_or_default();
            out.message(&format!("{} exported.", counted(count, "delivery", "deliveries")));
            let redacted = answer["redacted"].as_u64().unwrap_or_default();
            if redacted > 0 {
                out.message(&format!(
                    "{} of headers and queries that may be secret replaced, signatures among them: what is imported from this can't be verified. --with-secrets keeps them.",
                    counted(redacted, "value", "values")
                ));
            }
        }
        DeliveriesCommand::Import { file, inbox } => {
            let data = input::file(&file)?;
            let request = json!({ "base64": input::base64(&data), "inbox": inbox });
            let answer = engine.call("deliveries.import", request).await?;
            let count = answer["ids"].as_array().map_or(0, Vec::len) as u64;
            out.result(&answer, || format!("{} imported.", counted(count, "delivery", "deliveries")));
        }
        DeliveriesCommand::Diff { left, right } => return diff(&left, &right, engine, out).await,
        DeliveriesCommand::Delete { ids } => {
            let ids: Vec<DeliveryId> = ids.iter().map(|id| delivery_id(id)).collect::<Result<_, _>>()?;
            let named = ids.iter().collect::<std::collections::HashSet<_>>().len() as u64;
            let answer = engine.call("deliveries.delete", json!({ "ids": ids })).await?;
            let deleted = answer["deleted"].as_u64().unwrap_or_default();
            out.result(&json!({ "deleted": deleted }), || {
                format!("{} deleted.", counted(deleted, "delivery", "deliveries"))
            });
            if deleted < named {
                out.message(&format!(
                    "Of the ids given, {} not there.",
                    counted(named - deleted, "was", "were")
                ));
            }
        }
    }
    Ok(Outcome::Done)
}

async fn list(
    query: String,
    limit: u32,
    after: Option<String>,
    engine: &Engine,
    out: &Out,
) -> Result<(), Failure> {
    let mut after = after.as_deref().map(delivery_id).transpose()?;
    let mut found: Vec<Value> = Vec::new();
    let mut left = limit;
    while left > 0 {
        let request = json!({ "query": query, "limit": left.min(PAGE), "after": after });
        let mut page = engine.call("deliveries.list", request).await.map_err(|f| out.pointed(f, &query))?;
        let Value::Array(deliveries) = page["deliveries"].take() else { break };
        left = left.saturating_sub(u32::try_from(deliveries.len()).unwrap_or(u32::MAX));
        found.extend(deliveries);
        after = page["next"].as_str().map(delivery_id).transpose()?;
        if after.is_none() {
            break;
        }
    }
    let found = Value::Array(found);
    out.result(&found, || listing(&found, after));
    Ok(())
}

async fn diff(left: &str, right: &str, engine: &Engine, out: &Out) -> Result<Outcome, Failure> {
    let request = json!({ "left": delivery_id(left)?, "right": delivery_id(right)? });
    let diff = engine.call("deliveries.diff", request).await?;
    out.result(&diff, || describe_diff(&diff));
    Ok(if diff["equal"] == true { Outcome::Done } else { Outcome::No })
}

/// The id as typed; one that is no number names no delivery.
pub(crate) fn delivery_id(typed: &str) -> Result<DeliveryId, Failure> {
    typed.parse().map_err(|_| Failure::not_found("delivery", typed))
}

async fn all_bytes(engine: &Engine, id: DeliveryId, part: PartOf) -> Result<Vec<u8>, Failure> {
    const STEP: u64 = 4 * 1024 * 1024;
    let mut found = Vec::new();
    loop {
        let offset = found.len() as u64;
        let piece = engine.bytes(BytesRequest::Delivery { id, part, offset, limit: STEP }).await?;
        let last = (piece.len() as u64) < STEP;
        found.extend(piece);
        if last {
            return Ok(found);
        }
    }
}

async fn show(id: &str, raw: bool, engine: &Engine, out: &Out) -> Result<(), Failure> {
    let id = delivery_id(id)?;
    let mut delivery = engine.call("deliveries.get", json!({ "id": id })).await?;
    let body = all_bytes(engine, id, PartOf::Body).await?;
    if raw {
        let head = all_bytes(engine, id, PartOf::Head).await?;
        return out.payload(&[head, body].concat());
    }
    delivery["body"] = match std::str::from_utf8(&body) {
        Ok(text) => json!({ "text": text }),
        Err(_) => json!({ "base64": input::base64(&body) }),
    };
    // A right signature needs no explaining, and explaining one may want the vault.
    if delivery["verdict"] != "valid" {
        delivery["signature"] = engine.call("deliveries.signature", json!({ "id": id })).await?;
    }
    out.result(&delivery, || describe(&delivery, &body));
    Ok(())
}

/// Writes a file under its final name only when it is whole.
fn write_whole(path: &Path, data: &[u8]) -> Result<(), Failure> {
    let mut partial = path.as_os_str().to_owned();
    partial.push(format!(".{}.partial", std::process::id()));
    let partial = std::path::PathBuf::from(partial);
    let written = std::fs::File::create_new(&partial)
        .and_then(|mut file| file.write_all(data).and_then(|()| file.sync_all()))
        .and_then(|()| std::fs::rename(&partial, path));
    written.map_err(|error| {
        if error.kind() != ErrorKind::AlreadyExists {
            let _ = std::fs::remove_file(&partial);
        }
        let code = if error.kind() == ErrorKind::StorageFull {
            ErrorCode::DiskFull
        } else {
            ErrorCode::InvalidInput
        };
        Failure::new(
            code,
            format!(
                "{} could not be written: {error}. What stood under that name is untouched.",
                path.display()
            ),
        )
        .hint("Choose another place with --output.")
    })
}

fn listing(deliveries: &Value, next: Option<DeliveryId>) -> String {
    let rows: Vec<Vec<String>> = deliveries.as_array().into_iter().flatten().map(row).collect();
    if rows.is_empty() {
        return "No delivery matches.".to_owned();
    }
    let mut shown = table(&["ID", "RECEIVED (UTC)", "INBOX", "EVENT", "VERDICT", "STATUS", "SIZE"], &rows);
    if let Some(next) = next {
        shown.push_str(&format!("\nMore: --after {next}"));
    }
    shown
}

fn describe_diff(diff: &Value) -> String {
    if diff["equal"] == true {
        return format!("{} and {} are the same.", text(diff, "left"), text(diff, "right"));
    }
    let mut shown = format!("- {}\n+ {}\n\n", text(diff, "left"), text(diff, "right"));
    shown.push_str("Head\n");
    shown.push_str(&lines(&diff["head"], "  the same\n"));
    let body = &diff["body"];
    let sizes = format!("{} and {} bytes", text(diff, "left_size"), text(diff, "right_size"));
    let first = || format!("the first differing byte is at {}", text(body, "first_difference"));
    match body["kind"].as_str() {
        Some("same") => shown.push_str("\nBody\n  the same\n"),
        Some("json") => {
            shown.push_str(&format!("\nBody, as JSON indented anew ({sizes})\n"));
            let layout = format!("  the same values, laid out otherwise: {}\n", first());
            shown.push_str(&lines(&body["lines"], &layout));
        }
        Some("text") => {
            shown.push_str(&format!("\nBody ({sizes})\n"));
            shown.push_str(&lines(&body["lines"], &format!("  the same text: {}\n", first())));
        }
        _ => shown.push_str(&format!("\nBody\n  {sizes}; {}\n", first())),
    }
    shown
}

/// The lines of a comparison; `none` when there are none.
fn lines(diff: &Value, none: &str) -> String {
    let hunks = diff["hunks"].as_array().cloned().unwrap_or_default();
    if hunks.is_empty() {
        return none.to_owned();
    }
    let mut shown = String::new();
    for hunk in &hunks {
        shown.push_str(&format!("  @ {} {}\n", text(hunk, "left"), text(hunk, "right")));
        for line in hunk["lines"].as_array().into_iter().flatten() {
            let mark = match line[0].as_str() {
                Some("removed") => '-',
                Some("added") => '+',
                _ => ' ',
            };
            shown.push_str(&format!("{mark} {}\n", plain(line[1].as_str().unwrap_or_default())));
        }
    }
    if diff["cut"] == true {
        shown.push_str("  … and more\n");
    }
    shown
}

/// One line of a list.
pub(crate) fn row(delivery: &Value) -> Vec<String> {
    let event = text(delivery, "event_type");
    let shown = if event.is_empty() {
        format!("{} {}", text(delivery, "method"), text(delivery, "path"))
    } else {
        event
    };
    vec![
        text(delivery, "id"),
        when(&text(delivery, "received_at")),
        text(delivery, "inbox"),
        shown,
        verdict(delivery),
        answered(delivery),
        bytes(delivery["body_size"].as_u64().unwrap_or_default()),
    ]
}

/// What verification said; of a request that was refused before it could be looked at, that.
fn verdict(delivery: &Value) -> String {
    let (verdict, reason) = (text(delivery, "verdict"), text(delivery, "reason"));
    if delivery["refused"].is_string() {
        "not checked (refused)".to_owned()
    } else if reason == "ok" || reason == verdict {
        verdict
    } else {
        format!("{verdict} ({reason})")
    }
}

/// The status that was answered; nothing was when the sender left before, and to what was imported.
fn answered(delivery: &Value) -> String {
    match delivery["status"].as_u64() {
        None | Some(0) => "–".to_owned(),
        Some(status) => status.to_string(),
    }
}

/// Why the signature is not right, and what it is now if that has changed.
fn explained(signature: &Value) -> String {
    let mut shown = String::new();
    if let Some(problem) = signature["vault_problem"].as_str() {
        shown.push_str(&format!("\n  a secret can't be read: {}", plain(problem)));
    }
    if !signature["stored"].is_null() {
        shown.push_str(&format!(
            "\n  checked now it is {} ({})",
            text(signature, "verdict"),
            text(signature, "reason")
        ));
    }
    let more = "; waybill verify --diagnose-seconds 60 searches longer";
    shown + &diagnosis::described(signature, more)
}

fn describe(delivery: &Value, body: &[u8]) -> String {
    let query = text(delivery, "query");
    let title = format!(
        "{} {}{}{}",
        plain(&text(delivery, "method")),
        plain(&text(delivery, "path")),
        if query.is_empty() { "" } else { "?" },
        plain(&query)
    );
    let took =
        delivery["duration_us"].as_u64().map_or_else(String::new, |us| format!("{:.1}", us as f64 / 1e3));
    let answer = match answered(delivery).as_str() {
        "–" => "not at all".to_owned(),
        status => format!("{status} in {took} ms"),
    };
    let named = |field: &str| plain(&text(delivery, field));
    let attempts = delivery["attempts"].as_u64().unwrap_or_default();
    let whole = if delivery["truncated"] == true {
        "not whole: only what came first is kept".to_owned()
    } else {
        String::new()
    };
    let mut shown = record(
        &title,
        &[
            ("id", named("id")),
            ("inbox", named("inbox")),
            ("received", named("received_at")),
            ("from", named("peer")),
            ("verdict", verdict(delivery)),
            ("refused", named("refused")),
            ("handshake", named("handshake")),
            ("scheme", named("scheme")),
            ("secret", named("secret")),
            ("event", [named("event_type"), named("event_id")].join(" ")),
            ("delivery", named("delivery_id")),
            ("answered", answer),
            ("origin", named("origin")),
            ("body", whole),
            ("replayed", if attempts == 0 { String::new() } else { counted(attempts, "time", "times") }),
            ("note", named("note")),
        ],
    );
    shown.push_str(&explained(&delivery["signature"]));
    shown.push('\n');
    shown.push('\n');
    for header in delivery["headers"].as_array().into_iter().flatten() {
        let part = |index: usize| plain(header[index].as_str().unwrap_or_default());
        shown.push_str(&format!("{}: {}\n", part(0), part(1)));
    }
    shown.push('\n');
    match std::str::from_utf8(body) {
        Ok(text) => {
            // A tab moves nothing but the text after it, and payloads are indented with them.
            let line = |line: &str| line.split('\t').map(plain).collect::<Vec<_>>().join("\t");
            shown.extend(text.split('\n').map(|text| format!("{}\n", line(text.trim_end_matches('\r')))));
        }
        Err(_) => shown.push_str(&format!(
            "({} of bytes that are no text; --raw writes them)\n",
            bytes(body.len() as u64)
        )),
    }
    shown
}
