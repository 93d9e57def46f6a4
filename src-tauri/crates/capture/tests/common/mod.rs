//! A server with a receiver that writes everything down, and a sender that writes raw bytes.
#![allow(dead_code, unreachable_pub)]

use bytes::Bytes;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::sync::Semaphore;
use tokio_util::sync::CancellationToken;
use waybill_capture::{Answer, Arrived, Limits, ListenOptions, Listening, Receiver, Refused, listen};
use waybill_model::SystemClock;

/// How long a test waits for what must happen; only ever reached when it does not.
pub const PATIENCE: Duration = Duration::from_secs(20);

type Answering = Box<dyn Fn(&Arrived) -> Answer + Send + Sync>;

/// What was received, and what is answered.
pub struct Record {
    pub arrived: Mutex<Vec<Arrived>>,
    pub refused: Mutex<Vec<Refused>>,
    pub finished: AtomicUsize,
    answering: Answering,
    /// One permit lets one `receive` end.
    pub gate: Semaphore,
}

#[derive(Clone)]
pub struct Keeper(pub Arc<Record>);

impl Receiver for Keeper {
    async fn receive(&self, arrived: Arrived) -> Answer {
        let answer = (self.0.answering)(&arrived);
        self.0.arrived.lock().unwrap().push(arrived);
        self.0.gate.acquire().await.unwrap().forget();
        self.0.finished.fetch_add(1, Ordering::SeqCst);
        answer
    }

    async fn refused(&self, refused: Refused) {
        self.0.refused.lock().unwrap().push(refused);
    }
}

pub struct Server {
    pub address: SocketAddr,
    pub record: Arc<Record>,
    pub stop: CancellationToken,
    pub listening: Listening,
}

/// Generous bounds that no test meets by accident.
pub fn patient() -> Limits {
    Limits {
        header_timeout: Duration::from_secs(60),
        body_idle: Duration::from_secs(60),
        body_total: Duration::from_secs(60),
        ..Limits::default()
    }
}

pub fn start(limits: Limits) -> Server {
    start_with(limits, usize::MAX >> 4, |_| Answer::status(200))
}

pub fn start_with(
    limits: Limits,
    permits: usize,
    answering: impl Fn(&Arrived) -> Answer + Send + Sync + 'static,
) -> Server {
    let record = Arc::new(Record {
        arrived: Mutex::default(),
        refused: Mutex::default(),
        finished: AtomicUsize::new(0),
        answering: Box::new(answering),
        gate: Semaphore::new(permits),
    });
    let stop = CancellationToken::new();
    let options =
        ListenOptions { addr: "127.0.0.1:0".parse().unwrap(), clock: Arc::new(SystemClock), limits };
    let listening = listen(options, Keeper(Arc::clone(&record)), stop.clone()).unwrap();
    Server { address: listening.local_addr, record, stop, listening }
}

impl Server {
    pub async fn connect(&self) -> Sender {
        let stream = TcpStream::connect(self.address).await.unwrap();
        stream.set_nodelay(true).unwrap();
        Sender { stream, read: Vec::new() }
    }

    /// Waits until so many requests have reached the receiver, and returns them all.
    pub async fn arrived(&self, count: usize) -> Vec<Arrived> {
        until("requests to arrive", || self.record.arrived.lock().unwrap().len() >= count).await;
        self.record.arrived.lock().unwrap().clone()
    }

    pub async fn refused(&self, count: usize) -> Vec<Refused> {
        until("requests to be refused", || self.record.refused.lock().unwrap().len() >= count).await;
        self.record.refused.lock().unwrap().clone()
    }

    /// The one request that must have arrived by now.
    pub fn only(&self) -> Arrived {
        let mut arrived = self.record.arrived.lock().unwrap();
        assert_eq!(arrived.len(), 1, "{arrived:?}");
        arrived.remove(0)
    }
}

pub async fn until(what: &str, mut condition: impl FnMut() -> bool) {
    let since = Instant::now();
    while !condition() {
        assert!(since.elapsed() < PATIENCE, "waited in vain for {what}");
        tokio::time::sleep(Duration::from_millis(2)).await;
    }
}

/// A sender that says exactly what it is told to.
pub struct Sender {
    pub stream: TcpStream,
    read: Vec<u8>,
}

/// An answer as it came.
#[derive(Debug)]
pub struct Answered {
    pub status: u16,
    pub head: String,
    pub body: Vec<u8>,
}

impl Answered {
    pub fn header(&self, name: &str) -> Option<&str> {
        self.head.lines().skip(1).find_map(|line| {
            let (known, value) = line.split_once(':')?;
            known.eq_ignore_ascii_case(name).then_some(value.trim())
        })
    }
}

impl Sender {
    pub async fn send(&mut self, bytes: impl AsRef<[u8]>) {
        self.stream.write_all(bytes.as_ref()).await.unwrap();
    }

    /// Sends what the server may no longer want to read.
    pub async fn try_send(&mut self, bytes: impl AsRef<[u8]>) {
        let _ = self.stream.write_all(bytes.as_ref()).await;
    }

    async fn more(&mut self) -> usize {
        let mut buffer = [0; 16 * 1024];
        let read = tokio::time::timeout(PATIENCE, self.stream.read(&mut buffer)).await;
        let read = read.expect("an answer in time").unwrap_or(0);
        self.read.extend_from_slice(&buffer[..read]);
        read
    }

    /// The next answer with a final status; none when the connection ended first.
    pub async fn answer(&mut self) -> Option<Answered> {
        self.answer_to("GET").await
    }

    pub async fn answer_to(&mut self, method: &str) -> Option<Answered> {
        loop {
            if let Some(end) = self.read.windows(4).position(|four| four == b"\r\n\r\n") {
                let head = String::from_utf8(self.read.drain(..end + 4).collect()).unwrap();
                let status = head[9..12].parse().unwrap();
                let mut answered = Answered { status, head, body: Vec::new() };
                let length: usize = answered.header("content-length").map_or(0, |text| text.parse().unwrap());
                if method != "HEAD" {
                    while self.read.len() < length {
                        assert!(self.more().await > 0, "the whole body of an answer");
                    }
                    answered.body = self.read.drain(..length).collect();
                }
                return Some(answered);
            }
            if self.more().await == 0 {
                assert!(self.read.is_empty(), "half an answer: {:?}", String::from_utf8_lossy(&self.read));
                return None;
            }
        }
    }

    /// The status of the next answer; 0 when the connection ended first.
    pub async fn status(&mut self) -> u16 {
        self.answer().await.map_or(0, |answered| answered.status)
    }

    /// Nothing more comes, and the server has closed its end.
    pub async fn assert_closed(&mut self) {
        while self.more().await > 0 {}
        assert!(self.read.is_empty(), "unexpected: {:?}", String::from_utf8_lossy(&self.read));
    }

    /// Leaves without a word: the server sees a reset.
    pub fn reset(self) {
        socket_reset(&self.stream);
    }
}

fn socket_reset(stream: &TcpStream) {
    // Closing with unread data, or with zero linger, sends a reset.
    let _ = stream.set_zero_linger();
}

pub fn text(bytes: &Bytes) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}
