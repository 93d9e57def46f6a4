//! Hearing events as they happen, for a provider that streams them: deliveries without a public
//! address.
//!
//! A stream that ends, by plan or not, is opened again after the last event that was heard. Waits grow
//! while nothing is heard, and a stream that can't be opened many times over is given up.

use super::Client;
use crate::description::StreamMap;
use crate::exchange::{self, Lost};
use crate::frames::{Frame, Frames};
use crate::prepare::Values;
use crate::request::Request;
use crate::{decode, path, retry};
use serde_json::{Value, json};
use std::collections::VecDeque;
use std::time::Duration;
use tokio::time::{Instant, timeout};
use waybill_model::{Clock, ErrorCode, Failure, ProviderOperation};

/// Attempts to open the stream in a row that may fail.
const MOST_FAILURES: u32 = 10;

/// The longest wait between two attempts.
const LONGEST_WAIT: Duration = Duration::from_secs(60);

/// An event of the stream.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HeardEvent {
    /// Where to begin again after it: the stream's own id.
    pub cursor: Option<String>,
    /// The provider's id of the event.
    pub event_id: Option<String>,
    /// The provider's word for what happened.
    pub event_type: Option<String>,
    /// What a delivery of it would have for a body.
    pub body: String,
}

/// What came of listening.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Heard {
    /// The stream is open.
    Opened,
    /// An event.
    Event(HeardEvent),
    /// The stream ended, or could not be opened; it is opened again at the next call, after this wait.
    Ended {
        /// How long is waited.
        wait: Duration,
        /// Why, for people.
        reason: String,
    },
}

/// A stream that is listened to. Dropped, it is closed.
#[derive(Debug)]
pub struct Listening {
    client: Client,
    map: StreamMap,
    open: Option<(reqwest::Response, Frames)>,
    cursor: Option<String>,
    waiting: VecDeque<Heard>,
    failures: u32,
    wait: Option<Duration>,
    retry: Option<Duration>,
}

impl Client {
    /// Listens to the events of the account. `since` is the cursor of the last event that was heard;
    /// absent: only what happens from now on. Nothing is sent before the first
    /// [`next`](Listening::next).
    ///
    /// # Errors
    /// `unsupported` where the provider has no stream.
    pub fn listen(&self, since: Option<String>) -> Result<Listening, Failure> {
        self.possible(ProviderOperation::Listen)?;
        let map = self.description.operation(ProviderOperation::Listen).stream.clone();
        let map =
            map.ok_or_else(|| Failure::internal("The description does not say how a stream is read."))?;
        Ok(Listening {
            client: self.clone(),
            map,
            open: None,
            cursor: since,
            waiting: VecDeque::new(),
            failures: 0,
            wait: None,
            retry: None,
        })
    }
}

impl Listening {
    /// The next thing that is heard; waits for it.
    ///
    /// # Errors
    /// `provider_unauthorized`, `provider_forbidden`, `provider_not_found` and whatever else will not
    /// pass by itself; `network_unreachable` after many attempts. Another call tries once more.
    pub async fn next(&mut self) -> Result<Heard, Failure> {
        loop {
            if let Some(heard) = self.waiting.pop_front() {
                return Ok(heard);
            }
            if let Some(wait) = self.wait.take() {
                self.client.options.pause.pause(wait).await;
            }
            match self.open.take() {
                None => return self.connect().await,
                Some((response, frames)) => self.read(response, frames).await?,
            }
        }
    }

    /// The cursor of the last event that was heard.
    #[must_use]
    pub fn cursor(&self) -> Option<&str> {
        self.cursor.as_deref()
    }

    /// The next event that was read already; nothing is waited for.
    pub fn read_already(&mut self) -> Option<HeardEvent> {
        while let Some(heard) = self.waiting.pop_front() {
            if let Heard::Event(event) = heard {
                return Some(event);
            }
        }
        None
    }

    async fn connect(&mut self) -> Result<Heard, Failure> {
        let operation = ProviderOperation::Listen;
        let client = &self.client;
        let since = self.cursor.as_ref().map(|cursor| ("since".to_owned(), json!(cursor)));
        let mut request = client.request(operation, &since.into_iter().collect::<Values>())?;
        if let Some(cursor) = self.cursor.as_ref().filter(|cursor| cursor.is_ascii()) {
            request.headers.push(("Last-Event-ID".to_owned(), cursor.clone()));
        }
        let token = client.current_token(operation).await?;
        // Only the beginning waits for its turn: a stream would keep it for minutes.
        drop(client.turn(operation).await?);
        let deadline = Instant::now() + client.options.deadline;
        let opened = exchange::open(&client.reads, &request, &token, &client.options, deadline).await;
        let response = match opened {
            Ok(response) => response,
            Err(lost) => return self.failed(&request, lost),
        };
        let kind = response.headers().get("content-type").and_then(|kind| kind.to_str().ok());
        if response.status().is_success() && kind.is_some_and(|kind| kind.starts_with("text/event-stream")) {
            self.open = Some((response, Frames::default()));
            return Ok(Heard::Opened);
        }
        let answer = exchange::read(response, &client.options, deadline).await;
        let teller = client.teller(operation);
        if answer.is_success() {
            return Err(teller.unreadable(&answer, true, "its answer is not a stream of events"));
        }
        let hint = retry::hint(&client.description, &answer, client.clock.now());
        let failure = teller.refused(&answer, hint);
        let passes = matches!(failure.code, ErrorCode::ProviderRateLimited | ErrorCode::ProviderFailed);
        if answer.status == 401 && client.auth.sign_in.is_some() && self.failures == 0 {
            client.fresh_token(operation, &token).await?;
            return Ok(self.ended(Some(Duration::ZERO), "the token had to be renewed".to_owned()));
        }
        if !passes || self.failures >= MOST_FAILURES {
            self.failures = 0;
            return Err(failure);
        }
        Ok(self.ended(hint, failure.message))
    }

    fn failed(&mut self, request: &Request, lost: Lost) -> Result<Heard, Failure> {
        let failure = self.client.teller(ProviderOperation::Listen).lost(request, lost);
        if self.failures >= MOST_FAILURES {
            self.failures = 0;
            return Err(failure);
        }
        Ok(self.ended(None, failure.message))
    }

    async fn read(&mut self, mut response: reqwest::Response, mut frames: Frames) -> Result<(), Failure> {
        let silence = Duration::from_secs(self.map.silent_s);
        let reason = match timeout(silence, response.chunk()).await {
            Err(_) => format!("nothing came for {} s", silence.as_secs()),
            Ok(Err(error)) => exchange::cause(error),
            Ok(Ok(None)) => "the provider closed the stream".to_owned(),
            Ok(Ok(Some(piece))) => match frames.take(&piece) {
                Ok(whole) => {
                    self.retry = frames.retry_ms.map(Duration::from_millis).or(self.retry);
                    let closed = whole.into_iter().any(|frame| self.heard(frame));
                    if !closed {
                        self.open = Some((response, frames));
                    }
                    return Ok(());
                }
                Err(problem) => problem,
            },
        };
        let ended = self.ended(None, reason);
        self.waiting.push_back(ended);
        Ok(())
    }

    /// Takes in a frame; true: the stream is over.
    fn heard(&mut self, frame: Frame) -> bool {
        self.failures = 0;
        // Every frame with an id says where to go on, not those alone that tell an event.
        self.cursor = frame.id.clone().or_else(|| self.cursor.take());
        if frame.event == self.map.event {
            let body: Option<Value> = serde_json::from_str(&frame.data).ok();
            let at = |place: &Option<String>| {
                let found = path::at(body.as_ref()?, place.as_ref()?)?;
                found.as_str().map(str::to_owned)
            };
            let (event_id, event_type) = (at(&self.map.event_id), at(&self.map.event_type));
            let event = HeardEvent { cursor: frame.id, event_id, event_type, body: frame.data };
            self.waiting.push_back(Heard::Event(event));
            return false;
        }
        let named = |name: &Option<String>| name.as_ref() == Some(&frame.event);
        let (closed, broken) = (named(&self.map.close), named(&self.map.error));
        if closed {
            let ended =
                self.ended(Some(Duration::ZERO), "the provider closed the stream, as it does".to_owned());
            self.waiting.push_back(ended);
        } else if broken {
            let ended = self.ended(None, format!("the provider told of an error: {}", words(&frame.data)));
            self.waiting.push_back(ended);
        }
        closed || broken
    }

    /// The stream is over, and is opened again after a wait.
    fn ended(&mut self, asked: Option<Duration>, reason: String) -> Heard {
        let grown = retry::wait(None, self.failures + 1, &self.client.entropy);
        self.failures += 1;
        let wait = asked.unwrap_or(grown).max(self.retry.unwrap_or_default()).min(LONGEST_WAIT);
        self.wait = Some(wait);
        self.open = None;
        Heard::Ended { wait, reason }
    }
}

/// A provider's words on one line, cut to length.
fn words(text: &str) -> String {
    let mut value: Value = serde_json::from_str(text).unwrap_or_else(|_| json!(text));
    decode::strip(&mut value, &[]);
    let text = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    text.chars().map(|c| if c.is_control() { ' ' } else { c }).take(300).collect()
}
