//! `waybill listen`: the capture server until interrupted.

use crate::args::Listen;
use crate::deliveries::row;
use crate::output::{Out, Outcome, plain};
use serde_json::{Value, json};
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
    let status = engine.call("capture.start", json!({ "bind": args.bind, "port": args.port })).await?;
    let address = status["listening"].as_str().unwrap_or_default().to_owned();
    out.result(&json!({ "listening": address }), || {
        format!("Listening on {address}\nSend to {address}/in/NAME; any other path is kept under 'unsorted'. Ctrl-C ends it.")
    });
    let stop = interrupted();
    tokio::pin!(stop);
    loop {
        tokio::select! {
            event = events.recv() => match event {
                Ok(Event::Arrived { .. }) | Err(RecvError::Lagged(_)) => {
                    seen = write_new(engine, out, seen).await?;
                }
                Ok(_) => {}
                Err(RecvError::Closed) => break,
            },
            () = &mut stop => break,
        }
    }
    engine.call("capture.stop", json!({})).await?;
    write_new(engine, out, seen).await?;
    out.message("Stopped. Everything that was acknowledged is stored.");
    Ok(Outcome::Done)
}

/// Writes every delivery after `seen`, oldest first, and tells the newest one written.
async fn write_new(
    engine: &Engine,
    out: &Out,
    seen: Option<DeliveryId>,
) -> Result<Option<DeliveryId>, Failure> {
    let mut last = seen;
    for delivery in engine.deliveries_since(seen).await? {
        last = Some(delivery.id);
        let value = serde_json::to_value(&delivery).unwrap_or(Value::Null);
        out.result(&value, || {
            let cells = row(&value);
            plain(&format!(
                "{}  #{}  {}  {}  {}  {}  {}",
                cells[1], cells[0], cells[2], cells[3], cells[4], cells[5], cells[6]
            ))
        });
    }
    Ok(last)
}

/// Ends with the first interrupt or request to terminate.
async fn interrupted() {
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        let (Ok(mut interrupt), Ok(mut terminate)) =
            (signal(SignalKind::interrupt()), signal(SignalKind::terminate()))
        else {
            return std::future::pending().await;
        };
        tokio::select! {
            _ = interrupt.recv() => {}
            _ = terminate.recv() => {}
        }
    }
    #[cfg(not(unix))]
    {
        let _ = tokio::signal::ctrl_c().await;
    }
}
