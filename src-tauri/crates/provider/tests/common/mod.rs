//! A provider made of scripted bytes: it keeps every request as it came and answers what the test
//! wrote down, one connection a request. Nothing here knows any provider.
#![allow(dead_code, unreachable_pub, missing_docs, reason = "shared by several test programs")]

use secrecy::SecretString;
use serde_json::Value;
use std::collections::{BTreeMap, VecDeque};
use std::future::Future;
use std::pin::Pin;
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use waybill_model::{Clock, Entropy, Timestamp};
use waybill_provider::{Catalogue, Client, ClientConnection, HttpOptions, Pause};

pub const TOKEN: &str = "tok_hush_0123456789";

/// One request as it came.
#[derive(Clone, Debug)]
pub struct Seen {
    pub method: String,
    pub target: String,
    pub headers: BTreeMap<String, String>,
    pub body: String,
}

/// What a connection is answered with.
#[derive(Clone)]
pub enum Answer {
    /// Status, further header lines, body.
    Whole(u16, String, Vec<u8>),
    /// These bytes, then the connection closes.
    Bytes(Vec<u8>),
    /// These bytes, then the connection is reset.
    Reset(Vec<u8>),
    /// These bytes, then nothing more while the connection stays open.
    Hang(Vec<u8>),
    /// A 200 with this JSON, after a while.
    Late(Duration, Vec<u8>),
    /// A 200 whose body comes a byte at a time and never ends.
    Drip,
    /// A 200 whose body never ends, as fast as it is read.
    Endless,
}

pub fn json(status: u16, body: Value) -> Answer {
    Answer::Whole(status, "content-type: application/json\r\n".to_owned(), body.to_string().into_bytes())
}

pub fn with_headers(status: u16, headers: &str, body: Value) -> Answer {
    let headers = format!("content-type: application/json\r\n{headers}\r\n");
    Answer::Whole(status, headers, body.to_string().into_bytes())
}

pub fn empty(status: u16) -> Answer {
    Answer::Whole(status, String::new(), Vec::new())
}

pub struct Fake {
    pub base: String,
    seen: Arc<Mutex<Vec<Seen>>>,
}

impl Fake {
    /// Answers the requests in order. One more than there are answers is a 599.
    pub async fn start(answers: Vec<Answer>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let base = format!("http://{}", listener.local_addr().unwrap());
        let seen = Arc::new(Mutex::new(Vec::new()));
        let (log, mut script) = (Arc::clone(&seen), VecDeque::from(answers));
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let answer = script.pop_front().unwrap_or_else(|| empty(599));
                let log = Arc::clone(&log);
                tokio::spawn(async move { serve(stream, answer, &log).await });
            }
        });
        Self { base, seen }
    }

    pub fn seen(&self) -> Vec<Seen> {
        self.seen.lock().unwrap().clone()
    }

    /// The only request there was.
    pub fn only(&self) -> Seen {
        let seen = self.seen();
        assert_eq!(seen.len(), 1, "{seen:?}");
        seen.into_iter().next().unwrap()
    }
}

async fn serve(mut stream: TcpStream, answer: Answer, log: &Mutex<Vec<Seen>>) -> Option<()> {
    let mut bytes = Vec::new();
    let head = loop {
        if let Some(at) = bytes.windows(4).position(|window| window == b"\r\n\r\n") {
            break at;
        }
        if stream.read_buf(&mut bytes).await.ok()? == 0 {
            return None;
        }
    };
    let text = String::from_utf8(bytes[..head].to_vec()).unwrap();
    let mut lines = text.split("\r\n");
    let mut first = lines.next()?.split(' ');
    let (method, target) = (first.next()?.to_owned(), first.next()?.to_owned());
    let headers: BTreeMap<String, String> = lines
        .filter_map(|line| line.split_once(": "))
        .map(|(name, value)| (name.to_lowercase(), value.to_owned()))
        .collect();
    let length = headers.get("content-length").and_then(|text| text.parse().ok()).unwrap_or(0);
    while bytes.len() < head + 4 + length {
        if stream.read_buf(&mut bytes).await.ok()? == 0 {
            return None;
        }
    }
    let body = String::from_utf8(bytes[head + 4..].to_vec()).unwrap();
    log.lock().unwrap().push(Seen { method, target, headers, body });
    match answer {
        Answer::Whole(status, headers, body) => {
            let length = body.len();
            let head = format!(
                "HTTP/1.1 {status} X\r\n{headers}content-length: {length}\r\nconnection: close\r\n\r\n"
            );
            stream.write_all(head.as_bytes()).await.ok()?;
            stream.write_all(&body).await.ok()?;
        }
        Answer::Bytes(bytes) => stream.write_all(&bytes).await.ok()?,
        Answer::Reset(bytes) => {
            stream.write_all(&bytes).await.ok()?;
            stream.flush().await.ok()?;
            stream.set_zero_linger().ok()?;
            return None;
        }
        Answer::Hang(bytes) => {
            stream.write_all(&bytes).await.ok()?;
            let mut rest = [0_u8; 1];
            // Ends when the client goes away.
            let _ = stream.read(&mut rest).await;
        }
        Answer::Late(wait, body) => {
            tokio::time::sleep(wait).await;
            let head =
                format!("HTTP/1.1 200 X\r\ncontent-length: {}\r\nconnection: close\r\n\r\n", body.len());
            stream.write_all(head.as_bytes()).await.ok()?;
            stream.write_all(&body).await.ok()?;
        }
        Answer::Drip => {
            stream.write_all(b"HTTP/1.1 200 X\r\ncontent-length: 1000000\r\n\r\n[").await.ok()?;
            loop {
                stream.write_all(b" ").await.ok()?;
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
        }
        Answer::Endless => {
            stream.write_all(b"HTTP/1.1 200 X\r\ncontent-length: 10000000000\r\n\r\n").await.ok()?;
            loop {
                stream.write_all(&[b' '; 65536]).await.ok()?;
            }
        }
    }
    stream.shutdown().await.ok()
}

/// Keeps the waits it was asked for and waits for none of them.
#[derive(Debug, Default)]
pub struct NoPause(Mutex<Vec<Duration>>);

impl NoPause {
    pub fn waits(&self) -> Vec<Duration> {
        self.0.lock().unwrap().clone()
    }
}

impl Pause for NoPause {
    fn pause(&self, length: Duration) -> Pin<Box<dyn Future<Output = ()> + Send + '_>> {
        self.0.lock().unwrap().push(length);
        Box::pin(std::future::ready(()))
    }
}

/// 2026-01-01T00:00:00Z, always.
#[derive(Debug)]
pub struct Still;

impl Clock for Still {
    fn now(&self) -> Timestamp {
        Timestamp::from_unix(1_767_225_600)
    }
}

impl Entropy for Still {
    fn fill(&self, bytes: &mut [u8]) {
        bytes.fill(0);
    }
}

/// A client of `provider` at `base`, with the variables that it wants, and its pauses.
pub fn client_with(provider: &str, base: &str, auth: &str, options: HttpOptions) -> (Client, Arc<NoPause>) {
    let description = Catalogue::shipped().get(provider).unwrap();
    let vars = description.info().variables.into_iter().map(|variable| {
        let value = match variable.name.as_str() {
            "org_id" => "org-1",
            "organizationId" => "o 1/é",
            _ => "acme",
        };
        (variable.name, value.to_owned())
    });
    let connection = ClientConnection {
        name: "prod".parse().unwrap(),
        base_url: Some(base.to_owned()),
        vars: vars.collect(),
        auth: auth.to_owned(),
        token: SecretString::from(TOKEN),
    };
    let pause = Arc::new(NoPause::default());
    let options = HttpOptions { pause: Arc::<NoPause>::clone(&pause), ..options };
    (Client::new(description, connection, options, Arc::new(Still), Arc::new(Still)).unwrap(), pause)
}

pub fn client(provider: &str, base: &str) -> Client {
    client_with(provider, base, "", HttpOptions::default()).0
}

pub fn strings(words: &[&str]) -> Vec<String> {
    words.iter().map(|word| (*word).to_owned()).collect()
}
