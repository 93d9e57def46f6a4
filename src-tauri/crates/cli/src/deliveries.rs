//! `waybill deliveries …`

use crate::args::{DeliveriesCommand, Format};
use crate::input;
use crate::output::{Out, Outcome, bytes, plain, table, text};
use serde_json::{Value, json};
use std::io::Write;
use std::path::Path;
use waybill_engine::Engine;
use waybill_engine::api::{BytesRequest, PartOf};
use waybill_model::{DeliveryId, ErrorCode, Failure};

pub(crate) async fn run(command: DeliveriesCommand, engine: &Engine, out: &Out) -> Result<Outcome, Failure> {
    match command {
        DeliveriesCommand::List { query, limit, after } => {
            let answer = engine
                .call("deliveries.list", json!({ "query": query, "limit": limit, "after": after }))
                .await?;
            out.result(&answer["deliveries"], || listing(&answer));
        }
        DeliveriesCommand::Show { id, raw } => show(&id, raw, engine, out).await?,
        DeliveriesCommand::Export { format, query, output, with_secrets } => {
            let format = match format {
                Format::Har => "har",
                Format::Jsonl => "jsonl",
                Format::Raw => "raw",
                Format::Curl => "curl",
            };
            let request = json!({ "query": query, "format": format, "with_secrets": with_secrets });
            let answer = engine.call("deliveries.export", request).await?;
            let written = text(&answer, "text");
            let data =
                if answer["base64"] == true { input::from_base64(&written)? } else { written.into_bytes() };
            match output {
                Some(path) => write_whole(&path, &data)?,
                None => out.raw(&data),
            }
            out.message(&format!("{} deliveries exported.", text(&answer, "deliveries")));
            let redacted = answer["redacted"].as_u64().unwrap_or_default();
            if redacted > 0 {
                out.message(&format!(
                    "{redacted} header values that may be secret were replaced; --with-secrets keeps them."
                ));
            }
        }
        DeliveriesCommand::Import { file, inbox } => {
            let data = input::file(&file)?;
            let jsonl = data.iter().find(|byte| !byte.is_ascii_whitespace()) == Some(&b'{');
            let format = if jsonl { "jsonl" } else { "raw" };
            let request = json!({ "format": format, "base64": input::base64(&data), "inbox": inbox });
            let answer = engine.call("deliveries.import", request).await?;
            let count = answer["ids"].as_array().map_or(0, Vec::len);
            out.result(&answer, || format!("{count} deliveries imported."));
        }
        DeliveriesCommand::Delete { ids } => {
            let answer = engine.call("deliveries.delete", json!({ "ids": ids })).await?;
            out.result(&json!({ "deleted": answer["deleted"] }), || {
                format!("{} deliveries deleted.", text(&answer, "deleted"))
            });
        }
    }
    Ok(Outcome::Done)
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
        out.raw(&all_bytes(engine, id, PartOf::Head).await?);
        out.raw(&body);
        return Ok(());
    }
    delivery["body"] = match std::str::from_utf8(&body) {
        Ok(text) => json!({ "text": text }),
        Err(_) => json!({ "base64": input::base64(&body) }),
    };
    out.result(&delivery, || describe(&delivery, &body));
    Ok(())
}

/// Writes a file under its final name only when it is whole.
fn write_whole(path: &Path, data: &[u8]) -> Result<(), Failure> {
    let failed = |error: std::io::Error| {
        let code = if error.kind() == std::io::ErrorKind::StorageFull {
            ErrorCode::DiskFull
        } else {
            ErrorCode::InvalidInput
        };
        Failure::new(
            code,
            format!("{} could not be written: {error}. Nothing stands under that name.", path.display()),
        )
    };
    let mut partial = path.as_os_str().to_owned();
    partial.push(".partial");
    let partial = std::path::PathBuf::from(partial);
    let written = std::fs::File::create(&partial)
        .and_then(|mut file| file.write_all(data).and_then(|()| file.sync_all()))
        .and_then(|()| std::fs::rename(&partial, path));
    written.map_err(|error| {
        let _ = std::fs::remove_file(&partial);
        failed(error)
    })
}

fn listing(answer: &Value) -> String {
    let rows: Vec<Vec<String>> = answer["deliveries"].as_array().into_iter().flatten().map(row).collect();
    if rows.is_empty() {
        return "No delivery matches.".to_owned();
    }
    let mut shown = table(&["ID", "RECEIVED", "INBOX", "EVENT", "VERDICT", "STATUS", "SIZE"], &rows);
    if let Some(next) = answer["next"].as_str() {
        shown.push_str(&format!("\nMore: --after {next}"));
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
    let reason = text(delivery, "reason");
    let verdict = text(delivery, "verdict");
    vec![
        text(delivery, "id"),
        text(delivery, "received_at").chars().take(23).collect::<String>().replace('T', " "),
        text(delivery, "inbox"),
        shown,
        if reason == "ok" || reason == verdict { verdict } else { format!("{verdict} ({reason})") },
        text(delivery, "status"),
        bytes(delivery["body_size"].as_u64().unwrap_or_default()),
    ]
}

fn describe(delivery: &Value, body: &[u8]) -> String {
    let mut shown = format!(
        "{} {}{}{}\n  id         {}\n  inbox      {}\n  received   {}\n  verdict    {} ({})\n  scheme     {}\n  secret     {}\n  event      {} {}\n  answered   {} in {} ms\n  origin     {}\n",
        plain(&text(delivery, "method")),
        plain(&text(delivery, "path")),
        if text(delivery, "query").is_empty() { "" } else { "?" },
        plain(&text(delivery, "query")),
        text(delivery, "id"),
        text(delivery, "inbox"),
        text(delivery, "received_at"),
        text(delivery, "verdict"),
        text(delivery, "reason"),
        plain(&text(delivery, "scheme")),
        plain(&text(delivery, "secret")),
        plain(&text(delivery, "event_type")),
        plain(&text(delivery, "event_id")),
        text(delivery, "status"),
        delivery["duration_us"].as_u64().map_or_else(String::new, |us| format!("{:.1}", us as f64 / 1e3)),
        text(delivery, "origin"),
    );
    if let Some(refused) = delivery["refused"].as_str() {
        shown.push_str(&format!("  refused    {}\n", plain(refused)));
    }
    if delivery["truncated"] == true {
        shown.push_str("  body       cut at the cap: only its beginning is kept\n");
    }
    shown.push('\n');
    for header in delivery["headers"].as_array().into_iter().flatten() {
        let part = |index: usize| plain(header[index].as_str().unwrap_or_default());
        shown.push_str(&format!("{}: {}\n", part(0), part(1)));
    }
    shown.push('\n');
    match std::str::from_utf8(body) {
        Ok(text) => {
            shown.extend(text.split('\n').map(|line| format!("{}\n", plain(line.trim_end_matches('\r')))))
        }
        Err(_) => shown.push_str(&format!(
            "({} of bytes that are no text; --raw writes them)\n",
            bytes(body.len() as u64)
        )),
    }
    shown
}
