//! `waybill listen`: the capture server until interrupted.

use crate::args::Listen;
use crate::deliveries::row;
use crate::output::{Out, Outcome, plain, text};
use crate::signals::Requests;
use serde_json::{Value, json};
use std::collections::HashSet;
use tokio::sync::broadcast::error::RecvError;
use waybill_engine::Engine;
use waybill_engine::api::Event;
use waybill_model::{DeliveryId, Failure};

pub(crate) async fn run(args: Listen, engine: &Engine, out: &Out) -> Result<Outcome, Failure> {
    let mut events = engine.events();
    if let Some(target) = &args.forward_to {
        engine.forward_everything_to(target)?;
    }
    let mut seen = engine.newest_delivery().await?;
    let mut unchecked = HashSet::new();
    let status = engine.call("capture.start", json!({ "bind": args.bind, "port": args.port })).await?;
    let address = status["listening"].as_str().unwrap_or_default().to_owned();
    out.result(&json!({ "listening": address }), || {
        format!("Listening on {address}\nSend to {address}/in/NAME; any other path is kept under 'unsorted'. Ctrl-C ends it.")
    });
    let mut requests = Requests::new();
    // Nobody hears of deliveries any more once the reader has gone: then it ends as if it had been asked to.
    while !out.is_lost() {
        tokio::select! {
            event = events.recv() => match event {
                Ok(Event::Arrived { .. }) | Err(RecvError::Lagged(_)) => {
                    seen = write_new(engine, out, seen, &mut unchecked).await?;
                }
                Ok(_) => {}
                Err(RecvError::Closed) => break,
            },
            _ = requests.next() => break,
        }
    }
    engine.call("capture.stop", json!({})).await?;
    write_new(engine, out, seen, &mut unchecked).await?;
    out.message("Stopped. Everything that was acknowledged is stored.");
    Ok(Outcome::Done)
}

/// Writes every delivery after `seen`, oldest first, and tells the newest one written.
async fn write_new(
    engine: &Engine,
    out: &Out,
    seen: Option<DeliveryId>,
    unchecked: &mut HashSet<String>,
) -> Result<Option<DeliveryId>, Failure> {
    let mut last = seen;
    loop {
        let page = engine.deliveries_since(last).await?;
        if page.is_empty() || out.is_lost() {
            return Ok(last);
        }
        for delivery in page {
            last = Some(delivery.id);
            let value = serde_json::to_value(&delivery).unwrap_or(Value::Null);
            out.result(&value, || line(&row(&value)));
            tell_unchecked(&value, unchecked, engine, out).await;
        }
    }
}

/// A delivery in one line, under those before it: columns are as wide as most of what stands in them.
fn line(cells: &[String]) -> String {
    let mut shown = String::new();
    for (cell, width) in [(1, 0), (0, 5), (2, 12), (3, 24), (5, 3), (6, 8), (4, 0)] {
        let mark = if cell == 0 { "#" } else { "" };
        let text = plain(&format!("{mark}{}", cells[cell]));
        shown.push_str(&format!("{text:width$}  "));
    }
    shown.trim_end().to_owned()
}

/// Says once an inbox that its secret is known and can't be had: its deliveries look as if it had none.
async fn tell_unchecked(delivery: &Value, told: &mut HashSet<String>, engine: &Engine, out: &Out) {
    let inbox = text(delivery, "inbox");
    if delivery["reason"] != "no_secret" || delivery["scheme"].is_null() || !told.insert(inbox.clone()) {
        return;
    }
    let known = engine.call("inboxes.get", json!({ "name": inbox })).await.unwrap_or_default();
    if known["secrets"].as_array().is_some_and(|secrets| !secrets.is_empty()) {
        out.message(&format!(
            "Deliveries to {inbox} are kept unchecked: its secret is not to be had from the vault. See: waybill doctor"
        ));
    }
}
