//! A target made by hand, a record in memory, a timer that does not wait.
#![allow(dead_code, unreachable_pub, reason = "each test file uses its part")]

use bytes::Bytes;
use std::collections::{BTreeMap, BTreeSet};
use std::net::SocketAddr;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use waybill_model::{
    Attempt, AttemptId, AttemptOutcome, DeliveryId, ErrorCode, Failure, JobId, JobState, Result, SystemClock,
    Timestamp,
};
use waybill_replay::{
    Boxed, FinishedAttempt, Guard, JobProgress, Ledger, NewAttempt, Observer, PendingItem, Recorded,
    Resigned, Resigner, Sender, SystemNames, Target, Timer, Tools,
};

/// A request as its bytes arrived.
#[derive(Clone, Debug)]
pub struct Received {
    pub line: String,
    pub headers: Vec<(String, Vec<u8>)>,
    pub body: Vec<u8>,
}

impl Received {
    pub fn all(&self, name: &str) -> Vec<String> {
        let fits = self.headers.iter().filter(|(n, _)| n == name);
        fits.map(|(_, v)| String::from_utf8_lossy(v).into_owned()).collect()
    }
}

/// What the target does with a request.
#[derive(Clone, Debug)]
pub enum Reply {
    /// These bytes; the connection stays.
    Bytes(Vec<u8>),
    /// These bytes; then the connection ends.
    Last(Vec<u8>),
    /// A status without a body, after a while.
    Late(u16, Duration),
    /// Nothing, ever.
    Hang,
    /// The connection is reset.
    Reset,
    /// A head, then body bytes without end.
    Endless,
    /// `100 Continue` without end.
    Storm,
}

pub fn status(code: u16) -> Reply {
    Reply::Bytes(format!("HTTP/1.1 {code} X\r\nContent-Length: 0\r\n\r\n").into_bytes())
}

/// A server on a port of its own.
pub struct Server {
    pub address: SocketAddr,
    pub received: Arc<Mutex<Vec<Received>>>,
    pub open: Arc<AtomicUsize>,
    pub most_open: Arc<AtomicUsize>,
}

impl Server {
    /// Answers the request number n (from 0) with `answer(n, request)`.
    pub async fn start(answer: impl Fn(usize, &Received) -> Reply + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let received: Arc<Mutex<Vec<Received>>> = Arc::default();
        let (open, most_open) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
        let answer = Arc::new(answer);
        let (log, now, most) = (Arc::clone(&received), Arc::clone(&open), Arc::clone(&most_open));
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let (answer, log, now, most) =
                    (Arc::clone(&answer), Arc::clone(&log), Arc::clone(&now), Arc::clone(&most));
                tokio::spawn(async move {
                    let _ = serve(stream, &*answer, &log, &now, &most).await;
                });
            }
        });
        Self { address, received, open, most_open }
    }

    pub fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    pub fn target(&self) -> Target {
        Target::parse(&self.url("/hooks")).unwrap()
    }

    pub fn requests(&self) -> Vec<Received> {
        self.received.lock().unwrap().clone()
    }

    pub fn count(&self) -> usize {
        self.received.lock().unwrap().len()
    }
}

async fn serve(
    mut stream: TcpStream,
    answer: &(impl Fn(usize, &Received) -> Reply + Send + Sync),
    log: &Mutex<Vec<Received>>,
    now: &AtomicUsize,
    most: &AtomicUsize,
) -> std::io::Result<()> {
    let mut buffer = Vec::new();
    loop {
        let Some(request) = read_request(&mut stream, &mut buffer).await? else { return Ok(()) };
        let number = {
            let mut log = log.lock().unwrap();
            log.push(request.clone());
            log.len() - 1
        };
        most.fetch_max(now.fetch_add(1, Ordering::SeqCst) + 1, Ordering::SeqCst);
        let answered = answer(number, &request);
        if let Reply::Late(_, wait) = answered {
            tokio::time::sleep(wait).await;
        }
        // Before the answer: once the client has it, the next request may come at once.
        now.fetch_sub(1, Ordering::SeqCst);
        if reply(&mut stream, answered).await? {
            return Ok(());
        }
    }
}

async fn reply(stream: &mut TcpStream, reply: Reply) -> std::io::Result<bool> {
    match reply {
        Reply::Bytes(bytes) => stream.write_all(&bytes).await?,
        Reply::Last(bytes) => {
            stream.write_all(&bytes).await?;
            return Ok(true);
        }
        Reply::Late(code, _) => {
            stream.write_all(format!("HTTP/1.1 {code} X\r\nContent-Length: 0\r\n\r\n").as_bytes()).await?;
        }
        Reply::Hang => std::future::pending().await,
        Reply::Reset => {
            stream.set_zero_linger()?;
            return Ok(true);
        }
        Reply::Endless => {
            stream.write_all(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n").await?;
            loop {
                stream.write_all(format!("2000\r\n{}\r\n", "x".repeat(0x2000)).as_bytes()).await?;
            }
        }
        Reply::Storm => loop {
            stream.write_all(b"HTTP/1.1 100 Continue\r\n\r\n").await?;
            tokio::task::yield_now().await;
        },
    }
    Ok(false)
}

async fn read_request(stream: &mut TcpStream, buffer: &mut Vec<u8>) -> std::io::Result<Option<Received>> {
    let head_end = loop {
        if let Some(at) = buffer.windows(4).position(|w| w == b"\r\n\r\n") {
            break at;
        }
        if stream.read_buf(buffer).await? == 0 {
            return Ok(None);
        }
    };
    let head = buffer[..head_end].to_vec();
    let mut lines = head.split(|&b| b == b'\n').map(|l| l.strip_suffix(b"\r").unwrap_or(l));
    let line = String::from_utf8_lossy(lines.next().unwrap_or_default()).into_owned();
    let headers: Vec<(String, Vec<u8>)> = lines
        .filter_map(|l| {
            let colon = l.iter().position(|&b| b == b':')?;
            Some((String::from_utf8_lossy(&l[..colon]).to_lowercase(), l[colon + 1..].trim_ascii().to_vec()))
        })
        .collect();
    let length = headers.iter().find(|(n, _)| n == "content-length");
    let length: usize = length.map_or(0, |(_, v)| String::from_utf8_lossy(v).parse().unwrap());
    while buffer.len() < head_end + 4 + length {
        if stream.read_buf(buffer).await? == 0 {
            return Ok(None);
        }
    }
    let body = buffer[head_end + 4..head_end + 4 + length].to_vec();
    buffer.drain(..head_end + 4 + length);
    Ok(Some(Received { line, headers, body }))
}

/// A record in memory; shared by the runs before and after a crash.
#[derive(Default)]
pub struct Memory {
    pub deliveries: Mutex<BTreeMap<i64, Recorded>>,
    pub items: Mutex<Vec<i64>>,
    pub attempts: Mutex<Vec<(NewAttempt, Option<FinishedAttempt>)>>,
    pub skipped: Mutex<BTreeMap<i64, String>>,
    pub states: Mutex<Vec<(JobState, Option<String>)>>,
    /// Attempts after which the record can't be written any more.
    pub full_after: Mutex<Option<usize>>,
}

impl Memory {
    /// A job of deliveries 1 to `count`, each with its number as its body.
    pub fn with(count: i64) -> Arc<Self> {
        let memory = Self::default();
        for id in 1..=count {
            memory.deliveries.lock().unwrap().insert(id, recorded(id));
            memory.items.lock().unwrap().push(id);
        }
        Arc::new(memory)
    }

    pub fn outcomes(&self, id: i64) -> Vec<AttemptOutcome> {
        let attempts = self.attempts.lock().unwrap();
        let own = attempts.iter().filter(|(new, _)| new.delivery.0 == id);
        own.map(|(_, end)| end.as_ref().map_or(AttemptOutcome::Unknown, |e| e.outcome)).collect()
    }

    pub fn tried(&self) -> BTreeSet<i64> {
        self.attempts.lock().unwrap().iter().map(|(new, _)| new.delivery.0).collect()
    }
}

pub fn recorded(id: i64) -> Recorded {
    Recorded {
        id: DeliveryId(id),
        event_type: Some("run.failed".to_owned()),
        first_status: 500,
        method: "POST".to_owned(),
        query: String::new(),
        headers: vec![(b"Content-Type".to_vec(), b"text/plain".to_vec())],
        body: Bytes::from(id.to_string()),
        unsendable: None,
    }
}

impl Ledger for Memory {
    fn pending(&self, _: JobId, after: Option<i64>, limit: usize) -> Boxed<'_, Result<Vec<PendingItem>>> {
        let tried = self.tried();
        let items = self.items.lock().unwrap();
        let rest = items.iter().copied().filter(|id| {
            after.is_none_or(|a| *id > a)
                && !tried.contains(id)
                && !self.skipped.lock().unwrap().contains_key(id)
        });
        // Small pages, so that tests turn them.
        let page = rest
            .take(limit.min(3))
            .map(|id| PendingItem { position: id, delivery: DeliveryId(id) })
            .collect();
        Box::pin(async move { Ok(page) })
    }

    fn load(&self, delivery: DeliveryId) -> Boxed<'_, Result<Option<Recorded>>> {
        let found = self.deliveries.lock().unwrap().get(&delivery.0).cloned();
        Box::pin(async move { Ok(found) })
    }

    fn begin(&self, attempt: NewAttempt) -> Boxed<'_, Result<AttemptId>> {
        Box::pin(async move {
            let mut attempts = self.attempts.lock().unwrap();
            if self.full_after.lock().unwrap().is_some_and(|n| attempts.len() >= n) {
                return Err(Failure::new(ErrorCode::DiskFull, "The disk is full."));
            }
            attempts.push((attempt, None));
            Ok(AttemptId(i64::try_from(attempts.len()).unwrap() - 1))
        })
    }

    fn finish(&self, attempt: AttemptId, end: FinishedAttempt) -> Boxed<'_, Result<()>> {
        Box::pin(async move {
            self.attempts.lock().unwrap()[usize::try_from(attempt.0).unwrap()].1 = Some(end);
            Ok(())
        })
    }

    fn skip(&self, _: JobId, delivery: DeliveryId, why: String) -> Boxed<'_, Result<()>> {
        self.skipped.lock().unwrap().insert(delivery.0, why);
        Box::pin(async { Ok(()) })
    }

    fn set_state(
        &self,
        _: JobId,
        state: JobState,
        _: Timestamp,
        because: Option<String>,
    ) -> Boxed<'_, Result<()>> {
        self.states.lock().unwrap().push((state, because));
        Box::pin(async { Ok(()) })
    }
}

/// Keeps what it hears.
#[derive(Default)]
pub struct Heard {
    pub attempts: Mutex<Vec<Attempt>>,
    pub progress: Mutex<Vec<JobProgress>>,
}

impl Observer for Heard {
    fn attempt(&self, attempt: &Attempt) {
        self.attempts.lock().unwrap().push(attempt.clone());
    }
    fn progress(&self, progress: &JobProgress) {
        self.progress.lock().unwrap().push(progress.clone());
    }
}

/// Time that passes by being slept through.
#[derive(Debug, Default)]
pub struct HeldTimer {
    now: Mutex<Duration>,
    pub slept: Mutex<Vec<Duration>>,
}

impl Timer for HeldTimer {
    fn now(&self) -> Duration {
        *self.now.lock().unwrap()
    }

    fn sleep(&self, duration: Duration) -> Boxed<'static, ()> {
        let mut now = self.now.lock().unwrap();
        *now += duration;
        self.slept.lock().unwrap().push(duration);
        Box::pin(tokio::task::yield_now())
    }
}

/// Signs by adding a header; refuses even deliveries when told so.
pub struct Stamp {
    pub odd_only: bool,
}

impl Resigner for Stamp {
    fn resign<'a>(
        &'a self,
        recorded: &'a Recorded,
        url: &'a str,
        at: Timestamp,
    ) -> Boxed<'a, std::result::Result<Resigned, String>> {
        Box::pin(async move {
            if self.odd_only && recorded.id.0 % 2 == 0 {
                return Err("Only the provider can sign it.".to_owned());
            }
            let mut headers = recorded.headers.clone();
            headers
                .push((b"X-Signature".to_vec(), format!("{}|{url}|{}", recorded.id, at.0 > 0).into_bytes()));
            Ok(Resigned { headers, body: recorded.body.clone() })
        })
    }
}

pub fn sender(timeout: Duration) -> Sender {
    Sender::new(Guard::default(), Arc::new(SystemNames), timeout)
}

pub fn tools(ledger: &Arc<Memory>, heard: &Arc<Heard>, timeout: Duration) -> Tools {
    Tools {
        sender: Arc::new(sender(timeout)),
        ledger: Arc::clone(ledger) as Arc<dyn Ledger>,
        resigner: None,
        observer: Arc::clone(heard) as Arc<dyn Observer>,
        clock: Arc::new(SystemClock),
    }
}
