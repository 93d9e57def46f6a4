//! `waybill listen`: the capture server until interrupted.

use crate::args::Listen;
use crate::deliveries::row;
use crate::output::{Out, Outcome, plain};
use crate::signals::Requests;
use serde_json::json;
use std::collections::HashSet;
use tokio::sync::broadcast::error::RecvError;
use waybill_engine::Engine;
use waybill_engine::api::Event;
use waybill_model::{Delivery, DeliveryId, Failure, Reason};

pub(crate) async fn run(args: Listen, engine: &Engine, out: &Out) -> Result<Outcome, Failure> {
    let mut events = engine.events();
    if let Some(target) = &args.forward_to {
        engine.forward_everything_to(target)?;
    }
    let mut follower = Follower::new(engine, out, engine.newest_delivery().await?, |_| true);
    let status = engine.call("capture.start", json!({ "bind": args.bind, "port": args.port })).await?;
    let address = status["listening"].as_str().unwrap_or_default().to_owned();
    out.result(&json!({ "listening": address }), || {
        format!("Listening on {address}\nSend to {address}/in/NAME; any other path is kept under 'unsorted'. Ctrl-C ends it.")
    });
    let mut requests = Requests::new();
    // Nobody hears of deliveries any more once the reader has gone: then it ends as if it had been asked to.
    let mut behind = false;
    while !out.is_lost() {
        if behind {
            // However many come, a request to stop is heard between two pages.
            tokio::select! {
                biased;
                _ = requests.next() => break,
                () = std::future::ready(()) => {}
            }
            behind = follower.page().await?;
            continue;
        }
        tokio::select! {
            event = events.recv() => match event {
                Ok(Event::Arrived { .. }) | Err(RecvError::Lagged(_)) => behind = true,
                Ok(_) => {}
                Err(RecvError::Closed) => break,
            },
            _ = requests.next() => break,
        }
    }
    engine.call("capture.stop", json!({})).await?;
    while follower.page().await? {}
    out.message("Stopped. Everything that was acknowledged is stored.");
    Ok(Outcome::Done)
}

/// Writes deliveries as they come.
pub(crate) struct Follower<'a, W> {
    engine: &'a Engine,
    out: &'a Out,
    /// The last one that was looked at.
    seen: Option<DeliveryId>,
    /// Which of them are written.
    wanted: W,
    /// Inboxes of which was said that they can't be checked.
    unchecked: HashSet<String>,
}

impl<'a, W: Fn(&Delivery) -> bool> Follower<'a, W> {
    pub(crate) fn new(engine: &'a Engine, out: &'a Out, seen: Option<DeliveryId>, wanted: W) -> Self {
        Self { engine, out, seen, wanted, unchecked: HashSet::new() }
    }

    /// Writes those of the next page, oldest first; false when there was nothing more.
    pub(crate) async fn page(&mut self) -> Result<bool, Failure> {
        let (engine, out) = (self.engine, self.out);
        if out.is_lost() {
            return Ok(false);
        }
        let mut page = engine.deliveries_since(self.seen).await?;
        let Some(last) = page.last().map(|delivery| delivery.id) else { return Ok(false) };
        self.seen = Some(last);
        page.retain(&self.wanted);
        // Written at once: a line at a time would cost more than everything else when many come.
        let mut lines = String::new();
        for delivery in &page {
            if out.is_json() {
                lines.push_str(&serde_json::to_string(delivery).unwrap_or_default());
            } else {
                lines.push_str(&line(&row(&serde_json::to_value(delivery).unwrap_or_default())));
            }
            lines.push('\n');
        }
        out.raw(lines.as_bytes());
        for delivery in &page {
            tell_unchecked(delivery, &mut self.unchecked, engine, out).await;
        }
        Ok(true)
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
async fn tell_unchecked(delivery: &Delivery, told: &mut HashSet<String>, engine: &Engine, out: &Out) {
    let inbox = delivery.inbox.as_str();
    if delivery.reason != Reason::NoSecret || delivery.scheme.is_none() || !told.insert(inbox.to_owned()) {
        return;
    }
    let known = engine.call("inboxes.get", json!({ "name": inbox })).await.unwrap_or_default();
    if known["secrets"].as_array().is_some_and(|secrets| !secrets.is_empty()) {
        out.message(&format!(
            "Deliveries to {inbox} are kept unchecked: its secret is not to be had from the vault. See: waybill doctor"
        ));
    }
}
