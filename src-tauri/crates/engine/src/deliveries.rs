//! Deliveries: result sets and their windows, one delivery and its bytes, marks.

use crate::api::*;
use crate::engine::Engine;
use crate::{payload, results};
use std::sync::Arc;
use waybill_content::{Head, hex_lines};
use waybill_model::{Delivery, DeliveryId, Failure, Result};
use waybill_query::Query;
use waybill_store::{QueryRef, ValueField};

/// Most bytes that one call hands over.
const PIECE: u64 = 8 * 1024 * 1024;

pub(crate) fn parse(engine: &Engine, text: &str) -> Result<Query> {
    Query::parse(text, engine.now()).map_err(Failure::from)
}

/// Every delivery that matches, oldest first.
pub(crate) async fn matching(engine: &Engine, text: &str) -> Result<Vec<DeliveryId>> {
    let query = parse(engine, text)?;
    let wanted =
        QueryRef { query, after: None, before: None, limit: None, newest_first: false, cancel: None };
    engine.0.store.ids(wanted).await
}

pub(crate) async fn query(engine: &Engine, request: QueryDeliveries) -> Result<ResultSet> {
    let query = parse(engine, &request.query)?;
    results::open(engine, query).await
}

pub(crate) async fn window(engine: &Engine, request: WindowRequest) -> Result<Window> {
    let ids = engine.0.results.ids(request.result)?;
    let total = ids.len();
    let offset = usize::try_from(request.offset).unwrap_or(usize::MAX).min(total);
    let count = usize::try_from(request.limit).unwrap_or(0).min(500);
    let wanted: Vec<DeliveryId> = ids.iter().rev().skip(offset).take(count).copied().collect();
    let rows = engine.0.store.rows(wanted).await?;
    Ok(Window { total: total as u64, offset: offset as u64, rows })
}

#[allow(clippy::unused_async, reason = "every handler of the table has the same form")]
pub(crate) async fn close(engine: &Engine, request: ResultRef) -> Result<Nothing> {
    engine.0.results.close(request.result);
    Ok(Nothing {})
}

#[allow(clippy::unused_async, reason = "every handler of the table has the same form")]
pub(crate) async fn locate(engine: &Engine, request: Locate) -> Result<Located> {
    let ids = engine.0.results.ids(request.result)?;
    let index = ids.binary_search(&request.id).ok().map(|place| (ids.len() - 1 - place) as u64);
    Ok(Located { index })
}

pub(crate) async fn histogram(engine: &Engine, request: HistogramRequest) -> Result<Histogram> {
    let ids: Arc<Vec<DeliveryId>> = engine.0.results.ids(request.result)?;
    let found = engine.0.store.histogram(ids, request.buckets.clamp(1, 500)).await?;
    let Some((from, to, buckets)) = found else {
        return Ok(Histogram { from: None, to: None, buckets: Vec::new() });
    };
    let buckets = buckets.into_iter().map(|(total, failed)| Bucket { total, failed }).collect();
    Ok(Histogram { from: Some(from), to: Some(to), buckets })
}

pub(crate) async fn complete(engine: &Engine, request: CompletionRequest) -> Result<Vec<Completion>> {
    let found = waybill_query::complete(&request.text, request.cursor as usize);
    let place = |insert: String, label: String, detail: String| Completion {
        insert,
        label,
        detail,
        start: u32::try_from(found.start).unwrap_or(u32::MAX),
        end: u32::try_from(found.end).unwrap_or(u32::MAX),
    };
    let mut all: Vec<Completion> = found
        .items
        .iter()
        .map(|item| place(item.insert.clone(), item.label.clone(), item.detail.clone()))
        .collect();
    if let Some(wanted) = &found.values_of {
        let field = match wanted.field {
            "inbox" => ValueField::Inbox,
            "type" => ValueField::EventType,
            "method" => ValueField::Method,
            _ => ValueField::Scheme,
        };
        for (value, count) in engine.0.store.values(field, wanted.prefix.clone(), 20).await? {
            let needs_quotes = value.chars().any(|c| c.is_whitespace() || matches!(c, '(' | ')' | '"' | ','));
            let insert = if needs_quotes {
                format!("\"{}\"", value.replace('\\', "\\\\").replace('"', "\\\""))
            } else {
                value.clone()
            };
            all.push(place(insert, value, format!("{count} deliveries")));
        }
    }
    Ok(all)
}

pub(crate) async fn list(engine: &Engine, request: ListDeliveries) -> Result<DeliveryList> {
    let limit = request.limit.unwrap_or(50).clamp(1, 10_000) as usize;
    let wanted = QueryRef {
        query: parse(engine, &request.query)?,
        after: None,
        before: request.after,
        limit: Some(limit),
        newest_first: true,
        cancel: None,
    };
    let ids = engine.0.store.ids(wanted).await?;
    let next = if ids.len() == limit { ids.last().copied() } else { None };
    Ok(DeliveryList { deliveries: engine.0.store.deliveries(ids).await?, next })
}

pub(crate) async fn get(engine: &Engine, request: DeliveryRef) -> Result<Delivery> {
    engine.0.store.delivery(request.id).await?.ok_or_else(|| Failure::not_found("delivery", request.id))
}

/// A delivery with all its bytes.
pub(crate) struct Whole {
    pub(crate) delivery: Delivery,
    pub(crate) head: bytes::Bytes,
    pub(crate) body: bytes::Bytes,
}

impl Whole {
    /// Names and values of the headers as bytes, in order.
    pub(crate) fn headers(&self) -> Vec<(Vec<u8>, Vec<u8>)> {
        Head::parse(&self.head).headers
    }

    /// The request target as it came.
    pub(crate) fn target(&self) -> String {
        if self.delivery.query.is_empty() {
            self.delivery.path.clone()
        } else {
            format!("{}?{}", self.delivery.path, self.delivery.query)
        }
    }
}

pub(crate) async fn whole(engine: &Engine, id: DeliveryId) -> Result<Whole> {
    let gone = || Failure::not_found("delivery", id);
    let delivery = engine.0.store.delivery(id).await?.ok_or_else(gone)?;
    let head = engine.0.store.head(id).await?.ok_or_else(gone)?;
    let body = engine.0.store.body(id, 0, u64::MAX).await?.ok_or_else(gone)?;
    Ok(Whole { delivery, head, body })
}

pub(crate) async fn payload(engine: &Engine, request: DeliveryRef) -> Result<PayloadView> {
    let whole = whole(engine, request.id).await?;
    // Parsing megabytes is no work for a thread that answers others.
    tokio::task::spawn_blocking(move || payload::view(&Head::parse(&whole.head), &whole.body))
        .await
        .map_err(|error| Failure::internal(format!("The body could not be read: {error}.")))
}

pub(crate) async fn hex(engine: &Engine, request: HexRequest) -> Result<HexPage> {
    let rows = u64::from(request.rows.min(1_000));
    let offset = request.row.saturating_mul(16);
    let gone = || Failure::not_found("delivery", request.id);
    let (size, bytes) = match request.part {
        PartOf::Head => {
            let head = engine.0.store.head(request.id).await?.ok_or_else(gone)?;
            let from = usize::try_from(offset).unwrap_or(usize::MAX).min(head.len());
            let to = from.saturating_add(usize::try_from(rows * 16).unwrap_or(0)).min(head.len());
            (head.len() as u64, head.slice(from..to))
        }
        PartOf::Body => {
            let delivery = get(engine, DeliveryRef { id: request.id }).await?;
            (delivery.body_size, engine.0.store.body(request.id, offset, rows * 16).await?.ok_or_else(gone)?)
        }
    };
    let rows = hex_lines(&bytes, offset)
        .into_iter()
        .map(|line| HexRow { offset: line.offset, hex: line.hex, text: line.ascii })
        .collect();
    Ok(HexPage { size, rows })
}

pub(crate) async fn bytes(engine: &Engine, request: BytesRequest) -> Result<Vec<u8>> {
    match request {
        BytesRequest::Delivery { id, part: PartOf::Body, offset, limit } => {
            let found = engine.0.store.body(id, offset, limit.min(PIECE)).await?;
            found.map(|bytes| bytes.to_vec()).ok_or_else(|| Failure::not_found("delivery", id))
        }
        BytesRequest::Delivery { id, part: PartOf::Head, offset, limit } => {
            let head = engine.0.store.head(id).await?.ok_or_else(|| Failure::not_found("delivery", id))?;
            let from = usize::try_from(offset).unwrap_or(usize::MAX).min(head.len());
            let to = from.saturating_add(usize::try_from(limit.min(PIECE)).unwrap_or(0)).min(head.len());
            Ok(head[from..to].to_vec())
        }
        BytesRequest::Answer { id } => {
            let found = engine.0.store.attempt_body(id).await?;
            found.map(|bytes| bytes.to_vec()).ok_or_else(|| Failure::not_found("attempt", id))
        }
    }
}

pub(crate) async fn star(engine: &Engine, request: StarDelivery) -> Result<Nothing> {
    existed(engine.0.store.set_starred(request.id, request.starred).await?, request.id)
}

pub(crate) async fn note(engine: &Engine, request: NoteDelivery) -> Result<Nothing> {
    if request.note.chars().count() > 10_000 {
        return Err(Failure::invalid("A note has at most 10,000 characters; the one before was kept."));
    }
    existed(engine.0.store.set_note(request.id, request.note).await?, request.id)
}

fn existed(found: bool, id: DeliveryId) -> Result<Nothing> {
    if found { Ok(Nothing {}) } else { Err(Failure::not_found("delivery", id)) }
}

pub(crate) async fn delete(engine: &Engine, request: AskIds) -> Result<Deleted> {
    let (deleted, undo) = engine.0.store.delete(request.ids.clone()).await?;
    if deleted == 0 {
        return Err(Failure::new(
            waybill_model::ErrorCode::NotFound,
            "None of these deliveries is there; nothing was deleted.",
        ));
    }
    engine.0.results.remove(&request.ids);
    Ok(Deleted { deleted, undo })
}

pub(crate) async fn undelete(engine: &Engine, request: Undelete) -> Result<Nothing> {
    if engine.0.store.undelete(request.undo).await? == 0 {
        return Err(Failure::new(
            waybill_model::ErrorCode::NotFound,
            "These deliveries can't be brought back any more: more than ten seconds have passed.",
        ));
    }
    // Every open list may want them back in its middle.
    engine.push(Event::Changed { tags: vec![Tag::Deliveries, Tag::Inboxes, Tag::Status] });
    Ok(Nothing {})
}
