//! Deliveries out and in: HAR, JSON lines, raw bytes, cURL.

use crate::api::*;
use crate::capturing;
use crate::deliveries;
use crate::engine::Engine;
use crate::judge;
use crate::signatures::borrowed;
use base64::Engine as _;
use sha2::{Digest, Sha256};
use std::collections::VecDeque;
use std::time::{Duration, Instant};
use waybill_content::{
    Exchange, Head, Secrets, curl, har_close, har_entry, har_open, import as read_file, jsonl, raw,
    redactions,
};
use waybill_model::{ErrorCode, Failure, Name, Origin, Result};
use waybill_signature::Request;
use waybill_store::{NewDelivery, Pending};

/// Most bytes that one export makes.
const EXPORT_LIMIT: usize = 256 * 1024 * 1024;

pub(crate) async fn export(engine: &Engine, request: Export) -> Result<Exported> {
    let ids = if request.ids.is_empty() {
        deliveries::matching(engine, &request.query).await?
    } else {
        request.ids
    };
    let secrets = if request.with_secrets { Secrets::Included } else { Secrets::Redacted };
    let base = match &request.to {
        Some(to) => to.clone(),
        None => engine.0.capturing.shown().0.unwrap_or_else(|| "http://127.0.0.1:4400".to_owned()),
    };
    let format = request.format;
    let mut made: Vec<u8> = Vec::new();
    let (mut count, mut redacted) = (0_u64, 0_u64);
    if format == ExportFormat::Har {
        made.extend(har_open(env!("CARGO_PKG_VERSION")).into_bytes());
    }
    for id in ids {
        let whole = deliveries::whole(engine, id).await?;
        let exchange = Exchange { delivery: &whole.delivery, head: &whole.head, body: &whole.body };
        match format {
            ExportFormat::Har => {
                if count > 0 {
                    made.push(b',');
                }
                made.extend(har_entry(&exchange, secrets).into_bytes());
            }
            ExportFormat::Jsonl => {
                made.extend(jsonl(&exchange, secrets).trim_end().bytes());
                made.push(b'\n');
            }
            ExportFormat::Raw => made.extend(raw(&exchange, secrets)),
            ExportFormat::Curl => {
                made.extend(curl(&exchange, &base, secrets).text.trim_end().bytes());
                made.push(b'\n');
            }
        }
        if made.len() > EXPORT_LIMIT {
            return Err(Failure::invalid("This export would be larger than 256 MiB; nothing was exported.")
                .hint("Narrow the query and export in parts."));
        }
        count += 1;
        if secrets == Secrets::Redacted {
            redacted += redactions(&Head::parse(&whole.head));
        }
    }
    if format == ExportFormat::Har {
        made.extend(har_close().bytes());
    }
    if count == 0 && format != ExportFormat::Har {
        return Err(Failure::new(ErrorCode::NotFound, "No delivery matches; nothing was exported."));
    }
    let (text, base64) = match String::from_utf8(made) {
        Ok(text) => (text, false),
        Err(binary) => (base64::engine::general_purpose::STANDARD.encode(binary.as_bytes()), true),
    };
    Ok(Exported { text, base64, deliveries: count, redacted })
}

/// Deliveries of one import that wait to be written at once. More would take the place of captures.
const WAITING: usize = 64;

/// How long an import waits for captures to make room.
const PATIENCE: Duration = Duration::from_secs(30);

pub(crate) async fn import(engine: &Engine, request: Import) -> Result<Imported> {
    if let Some(name) = &request.inbox
        && engine.0.store.inbox(name.clone()).await?.is_none()
    {
        return Err(Failure::new(
            ErrorCode::NotFound,
            format!("There is no inbox {name}; nothing was imported."),
        )
        .hint(format!("Make it first: waybill inbox add {name}")));
    }
    let entries = tokio::task::spawn_blocking(move || {
        let bytes = base64::engine::general_purpose::STANDARD
            .decode(&request.base64)
            .map_err(|_| Failure::invalid("The file is not Base64; nothing was imported."))?;
        read_file(&bytes)
    })
    .await
    .map_err(|error| {
        Failure::internal(format!("The file could not be read ({error}); nothing was imported."))
    })??;
    let mut imported = Imported { ids: Vec::new(), verdicts: Vec::with_capacity(entries.len()) };
    let mut waiting: VecDeque<Waiting> = VecDeque::new();
    let mut ended = Ok(());
    for entry in entries {
        ended = one(engine, entry, request.inbox.clone(), &mut waiting, &mut imported).await;
        if ended.is_err() {
            break;
        }
    }
    while let Some(next) = waiting.pop_front() {
        ended = ended.and(settle(engine, next, &mut imported).await);
    }
    let kept = imported.ids.len();
    ended.map(|()| imported).map_err(|failure| {
        let message =
            format!("The import broke off: {} {kept} deliveries were imported before.", failure.message);
        Failure { message, ..failure }
    })
}

/// A delivery on its way to disk, with what is marked on it once it is there.
struct Waiting {
    append: Pending,
    starred: bool,
    note: String,
}

async fn one(
    engine: &Engine,
    entry: waybill_content::Imported,
    inbox: Option<Name>,
    waiting: &mut VecDeque<Waiting>,
    imported: &mut Imported,
) -> Result<()> {
    let named = inbox.or(entry.inbox);
    let ready = match &named {
        Some(name) => engine.ready_inbox(name).await?,
        None => None,
    };
    let received_at = entry.received_at.unwrap_or_else(|| engine.now());
    let head = Head::parse(&entry.head);
    let target = String::from_utf8_lossy(&head.target).into_owned();
    let judged = {
        let borrowed = borrowed(&head.headers);
        let given = Request {
            method: &head.method,
            url: target.as_bytes(),
            headers: &borrowed,
            body: &entry.body,
            truncated: false,
        };
        judge::judge(&engine.schemes(), ready.as_deref(), &given, received_at)
    };
    imported.verdicts.push((judged.reason.verdict(), judged.reason));
    let new = NewDelivery {
        inbox: named.unwrap_or_else(capturing::unsorted),
        received_at,
        method: head.method_text(),
        path: head.path(),
        query: head.query(),
        verdict: judged.reason.verdict(),
        reason: judged.reason,
        scheme: judged.scheme,
        secret: judged.secret,
        event_type: judged.identity.event_type,
        event_id: judged.identity.event_id,
        delivery_id: judged.identity.delivery_id,
        status: 0,
        duration_us: 0,
        origin: Origin::Imported,
        peer: None,
        truncated: false,
        refused: None,
        handshake: None,
        body_sha256: Sha256::digest(&entry.body).into(),
        head: entry.head.into(),
        body: entry.body.into(),
    };
    if waiting.len() >= WAITING
        && let Some(first) = waiting.pop_front()
    {
        settle(engine, first, imported).await?;
    }
    let begun = Instant::now();
    let append = loop {
        match engine.0.store.try_append(new.clone()) {
            Err(failure) if failure.code == ErrorCode::Busy && begun.elapsed() < PATIENCE => {
                // Captures go first: one of ours gets its end, or a moment passes.
                match waiting.pop_front() {
                    Some(first) => settle(engine, first, imported).await?,
                    None => tokio::time::sleep(Duration::from_millis(20)).await,
                }
            }
            append => break append?,
        }
    };
    waiting.push_back(Waiting { append, starred: entry.starred, note: entry.note });
    Ok(())
}

async fn settle(engine: &Engine, waiting: Waiting, imported: &mut Imported) -> Result<()> {
    let id = waiting.append.await?;
    imported.ids.push(id);
    if waiting.starred {
        engine.0.store.set_starred(id, true).await?;
    }
    if !waiting.note.is_empty() {
        engine.0.store.set_note(id, waiting.note).await?;
    }
    Ok(())
}
