//! A receiver on loopback: records what reaches it byte for byte and answers by a script.
//!
//! Promise: every request that was read whole is recorded before it is answered, in the order in
//! which they were read; the head is kept as it stood on the wire. It reads HTTP/1.1 with code of
//! its own (lengths and chunks), so that a sender is not judged by the library it was built with.
//! Left out: pipelining, trailers, TLS. A request it can't read closes the connection.

mod wire;

use crate::sign::{self, Form, Refusal};
use std::collections::VecDeque;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use std::{fmt, io};
use tokio::io::AsyncWriteExt as _;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;
use waybill_model::{Clock, SystemClock, Timestamp};

/// A request as it arrived.
#[derive(Clone, Debug)]
pub struct Received {
    /// When its last byte had been read.
    pub at: Timestamp,
    /// The connection it came on, counted from 1.
    pub connection: u64,
    /// The request line and the headers as they stood on the wire, the empty line included.
    pub raw_head: Vec<u8>,
    /// The method.
    pub method: String,
    /// Path and query as sent.
    pub target: String,
    /// The headers in order, names in the case they came in.
    pub headers: Vec<(String, Vec<u8>)>,
    /// The body, without the framing of chunks.
    pub body: Vec<u8>,
}

impl Received {
    /// The first value of a header, as text where it is UTF-8.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        let (_, value) = self.headers.iter().find(|(have, _)| have.eq_ignore_ascii_case(name))?;
        std::str::from_utf8(value).ok()
    }

    /// Checks the signature as of the time the request arrived; `credential` is a secret's text or a
    /// public key.
    ///
    /// # Errors
    /// What keeps the signature from being accepted.
    pub fn check(&self, form: Form, credential: &str) -> Result<(), Refusal> {
        sign::check(form, credential, &self.headers, &self.body, self.at)
    }
}

/// What a request is answered with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Answer {
    /// An HTTP answer.
    Reply {
        /// The status.
        status: u16,
        /// Headers besides `Content-Length`.
        headers: Vec<(String, String)>,
        /// The body.
        body: Vec<u8>,
        /// How long to wait before it.
        delay: Duration,
    },
    /// The connection is reset once the request has been read.
    Reset,
    /// Nothing, for as long as the sender waits.
    Silence,
    /// A head that announces more body than comes before the connection closes.
    Cut,
}

impl Answer {
    /// An empty answer with this status.
    #[must_use]
    pub const fn status(status: u16) -> Self {
        Self::Reply { status, headers: Vec::new(), body: Vec::new(), delay: Duration::ZERO }
    }

    /// An answer with this status after a delay.
    #[must_use]
    pub const fn after(delay: Duration, status: u16) -> Self {
        Self::Reply { status, headers: Vec::new(), body: Vec::new(), delay }
    }
}

/// The requests that were waited for did not come in time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("waited for {wanted} requests, {came} came")]
pub struct WaitedTooLong {
    /// How many were waited for.
    pub wanted: usize,
    /// How many there were at the end.
    pub came: usize,
}

struct State {
    requests: Vec<Received>,
    script: VecDeque<Answer>,
    otherwise: Answer,
}

struct Shared {
    state: Mutex<State>,
    count: watch::Sender<usize>,
    clock: Arc<dyn Clock>,
    stop: CancellationToken,
}

impl Shared {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The receiver. It stops listening when it is dropped.
pub struct Target {
    address: SocketAddr,
    shared: Arc<Shared>,
}

impl fmt::Debug for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Target").field("address", &self.address).finish_non_exhaustive()
    }
}

impl Drop for Target {
    fn drop(&mut self) {
        self.shared.stop.cancel();
    }
}

impl Target {
    /// Listens on a free port of 127.0.0.1 and answers 200 to everything until told otherwise.
    ///
    /// # Errors
    /// When the machine has no port to give.
    pub async fn start() -> io::Result<Self> {
        Self::start_on(0, Arc::new(SystemClock)).await
    }

    /// Listens on this port (0: a free one), with times from `clock`.
    ///
    /// # Errors
    /// When the port is taken.
    pub async fn start_on(port: u16, clock: Arc<dyn Clock>) -> io::Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port)).await?;
        let address = listener.local_addr()?;
        let state = State { requests: Vec::new(), script: VecDeque::new(), otherwise: Answer::status(200) };
        let stop = CancellationToken::new();
        let shared = Arc::new(Shared {
            state: Mutex::new(state),
            count: watch::Sender::new(0),
            clock,
            stop: stop.clone(),
        });
        let accept = Arc::clone(&shared);
        tokio::spawn(stop.run_until_cancelled_owned(async move {
            let mut connection = 0;
            loop {
                // An accept that fails (out of descriptors) is tried again once others have closed.
                let Ok((stream, _)) = listener.accept().await else {
                    tokio::time::sleep(Duration::from_millis(10)).await;
                    continue;
                };
                connection += 1;
                let shared = Arc::clone(&accept);
                let stop = shared.stop.clone();
                tokio::spawn(stop.run_until_cancelled_owned(async move {
                    // A broken connection is the sender's business; what was read is recorded.
                    let _ = serve(stream, connection, &shared).await;
                }));
            }
        }));
        Ok(Self { address, shared })
    }

    /// `http://127.0.0.1:PORT` and `path`, which begins with a slash.
    #[must_use]
    pub fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    /// Where it listens.
    #[must_use]
    pub const fn address(&self) -> SocketAddr {
        self.address
    }

    /// Appends answers for the next requests, one each.
    pub fn script(&self, answers: impl IntoIterator<Item = Answer>) {
        self.shared.state().script.extend(answers);
    }

    /// What every request gets once the script has run out.
    pub fn otherwise(&self, answer: Answer) {
        self.shared.state().otherwise = answer;
    }

    /// What has arrived so far.
    #[must_use]
    pub fn requests(&self) -> Vec<Received> {
        self.shared.state().requests.clone()
    }

    /// Forgets what has arrived.
    pub fn clear(&self) {
        self.shared.state().requests.clear();
        self.shared.count.send_replace(0);
    }

    /// Waits until at least `count` requests are there and gives all of them.
    ///
    /// # Errors
    /// When they have not come `within` that time.
    pub async fn wait_for(&self, count: usize, within: Duration) -> Result<Vec<Received>, WaitedTooLong> {
        let mut seen = self.shared.count.subscribe();
        match tokio::time::timeout(within, seen.wait_for(|have| *have >= count)).await {
            Ok(Ok(_)) => Ok(self.requests()),
            _ => Err(WaitedTooLong { wanted: count, came: self.requests().len() }),
        }
    }
}

async fn serve(mut stream: TcpStream, connection: u64, shared: &Shared) -> io::Result<()> {
    let mut pending = Vec::new();
    while let Some(mut request) = wire::read(&mut stream, &mut pending).await? {
        request.at = shared.clock.now();
        request.connection = connection;
        let close = request.header("connection").is_some_and(|value| value.eq_ignore_ascii_case("close"));
        let answer = {
            let mut state = shared.state();
            state.requests.push(request);
            shared.count.send_replace(state.requests.len());
            state.script.pop_front().unwrap_or_else(|| state.otherwise.clone())
        };
        match answer {
            Answer::Reply { status, headers, body, delay } => {
                if !delay.is_zero() {
                    tokio::time::sleep(delay).await;
                }
                stream.write_all(&wire::reply(status, &headers, &body)).await?;
                stream.flush().await?;
                if close {
                    return stream.shutdown().await;
                }
            }
            Answer::Reset => return stream.set_zero_linger(),
            Answer::Silence => return wire::until_closed(&mut stream).await,
            Answer::Cut => {
                stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n{\"half\":").await?;
                return stream.shutdown().await;
            }
        }
    }
    Ok(())
}
