//! Deliveries out and in: HAR, JSON lines, raw bytes, cURL.

use crate::api::*;
use crate::capturing;
use crate::deliveries;
use crate::engine::Engine;
use crate::judge;
use crate::signatures::borrowed;
use base64::Engine as _;
use sha2::{Digest, Sha256};
use waybill_content::{
    Exchange, Head, REDACTED, Secrets, curl, har_close, har_entry, har_open, import as read_file, jsonl, raw,
};
use waybill_model::{ErrorCode, Failure, Origin, Result};
use waybill_signature::Request;
use waybill_store::NewDelivery;

/// Most bytes of bodies that one export gathers.
const EXPORT_LIMIT: u64 = 256 * 1024 * 1024;

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
    let mut text: Vec<u8> = Vec::new();
    let mut binary = false;
    let mut count = 0_u64;
    let mut bytes = 0_u64;
    if request.format == ExportFormat::Har {
        text.extend(har_open(env!("CARGO_PKG_VERSION")).into_bytes());
    }
    for id in ids {
        let whole = deliveries::whole(engine, id).await?;
        bytes += whole.delivery.body_size;
        if bytes > EXPORT_LIMIT {
            return Err(Failure::invalid("These deliveries hold more than 256 MiB; nothing was exported.")
                .hint("Narrow the query and export them in parts."));
        }
        let exchange = Exchange { delivery: &whole.delivery, head: &whole.head, body: &whole.body };
        match request.format {
            ExportFormat::Har => {
                if count > 0 {
                    text.push(b',');
                }
                text.extend(har_entry(&exchange, secrets).into_bytes());
            }
            ExportFormat::Jsonl => {
                text.extend(jsonl(&exchange, secrets).trim_end().bytes());
                text.push(b'\n');
            }
            ExportFormat::Raw => {
                let piece = raw(&exchange, secrets);
                binary |= std::str::from_utf8(&piece).is_err();
                text.extend(piece);
            }
            ExportFormat::Curl => {
                text.extend(curl(&exchange, &base, secrets).text.trim_end().bytes());
                text.push(b'\n');
            }
        }
        count += 1;
    }
    if request.format == ExportFormat::Har {
        text.extend(har_close().bytes());
    }
    if count == 0 && request.format != ExportFormat::Har {
        return Err(Failure::new(ErrorCode::NotFound, "No delivery matches; nothing was exported."));
    }
    let exported = match String::from_utf8(text) {
        Ok(text) if !binary => {
            let redacted = text.matches(REDACTED).count() as u64;
            Exported { redacted, text, base64: false, deliveries: count }
        }
        other => {
            let bytes = other.map_or_else(std::string::FromUtf8Error::into_bytes, String::into_bytes);
            let text = base64::engine::general_purpose::STANDARD.encode(bytes);
            Exported { text, base64: true, deliveries: count, redacted: 0 }
        }
    };
    Ok(exported)
}

pub(crate) async fn import(engine: &Engine, request: Import) -> Result<Imported> {
    let bytes = base64::engine::general_purpose::STANDARD
        .decode(&request.base64)
        .map_err(|_| Failure::invalid("The file is not Base64; nothing was imported."))?;
    let entries = read_file(&bytes)?;
    let mut pending = Vec::with_capacity(entries.len());
    let mut verdicts = Vec::with_capacity(entries.len());
    for entry in entries {
        let head = Head::parse(&entry.head);
        let named = request.inbox.clone().or(entry.inbox);
        let ready = match &named {
            Some(name) => engine.ready_inbox(name).await?,
            None => None,
        };
        let borrowed = borrowed(&head.headers);
        let target = String::from_utf8_lossy(&head.target).into_owned();
        let received_at = entry.received_at.unwrap_or_else(|| engine.now());
        let given = Request {
            method: &head.method,
            url: target.as_bytes(),
            headers: &borrowed,
            body: &entry.body,
            truncated: false,
        };
        let judged = judge::judge(&engine.0.schemes, ready.as_deref(), &given, received_at);
        verdicts.push((judged.reason.verdict(), judged.reason));
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
            body_sha256: Sha256::digest(&entry.body).into(),
            head: entry.head.into(),
            body: entry.body.into(),
        };
        pending.push(engine.0.store.try_append(new)?);
    }
    let mut ids = Vec::with_capacity(pending.len());
    for append in pending {
        ids.push(append.await?);
    }
    Ok(Imported { ids, verdicts })
}
