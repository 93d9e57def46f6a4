//! `waybill connection listen`: a provider's live stream until interrupted.

use crate::listen::Follower;
use crate::output::{Out, Outcome, plain};
use crate::signals::Requests;
use serde_json::json;
use tokio::sync::broadcast::error::RecvError;
use waybill_engine::Engine;
use waybill_engine::api::{Event, LiveStream, StreamState};
use waybill_model::{Delivery, Failure, Origin};

pub(crate) async fn run(
    connection: &str,
    inbox: Option<String>,
    forward_to: Option<String>,
    engine: &Engine,
    out: &Out,
) -> Result<Outcome, Failure> {
    let mut events = engine.events();
    if let Some(target) = &forward_to {
        engine.forward_everything_to(target)?;
    }
    let seen = engine.newest_delivery().await?;
    let started = engine.call("streams.start", json!({ "connection": connection, "inbox": inbox })).await?;
    let inbox = started["inbox"].as_str().unwrap_or_default().to_owned();
    let ours = |delivery: &Delivery| delivery.origin == Origin::Streamed && delivery.inbox.as_str() == inbox;
    let mut follower = Follower::new(engine, out, seen, ours);
    let mut requests = Requests::new();
    let mut told = Told::default();
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
        if let Some(failure) = told.look(connection, &inbox, engine, out).await? {
            while follower.page().await? {}
            return Err(failure);
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
    engine.call("streams.stop", json!({ "name": connection })).await?;
    while follower.page().await? {}
    out.message(match told.message {
        None => "Stopped. Every event that was heard is stored.",
        Some(_) => "Stopped. Every event that is shown is stored.",
    });
    Ok(Outcome::Done)
}

/// What was said of the stream so far.
#[derive(Default)]
struct Told {
    opened: bool,
    message: Option<String>,
    /// Something was said after it was open.
    said: bool,
}

impl Told {
    /// Says what is new about the stream; the failure, when it was given up.
    async fn look(
        &mut self,
        connection: &str,
        inbox: &str,
        engine: &Engine,
        out: &Out,
    ) -> Result<Option<Failure>, Failure> {
        let all = engine.call("streams.list", json!({})).await?;
        let all: Vec<LiveStream> = serde_json::from_value(all).unwrap_or_default();
        let Some(stream) = all.into_iter().find(|one| one.connection.as_str() == connection) else {
            return Ok(None);
        };
        if stream.state == StreamState::Open && !self.opened {
            self.opened = true;
            out.result(&json!({ "listening_to": connection, "inbox": inbox }), || {
                format!(
                    "Listening to the events of {connection}; they are kept under '{inbox}'. Ctrl-C ends it."
                )
            });
        }
        if stream.message != self.message {
            self.message.clone_from(&stream.message);
            match stream.message {
                Some(message) => out.message(&plain(&message)),
                None if self.said => out.message("Listening again."),
                None => {}
            }
            self.said = self.opened;
        }
        Ok(stream.failure)
    }
}
