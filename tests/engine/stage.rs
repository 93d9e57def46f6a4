//! A running engine in a folder of its own.

use serde_json::{Value, json};
use std::time::Duration;
use tempfile::TempDir;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use waybill_engine::{Engine, EngineOptions};
use waybill_model::{Failure, VaultKind};

pub(crate) struct Stage {
    pub(crate) engine: Engine,
    pub(crate) folder: TempDir,
}

impl Stage {
    pub(crate) async fn new() -> Self {
        Self::in_folder(TempDir::new().unwrap()).await
    }

    pub(crate) async fn in_folder(folder: TempDir) -> Self {
        Self::with(folder, |_| {}).await
    }

    /// An engine whose options `change` has been at.
    pub(crate) async fn with(folder: TempDir, change: impl FnOnce(&mut EngineOptions)) -> Self {
        let mut options = EngineOptions::new(folder.path().to_path_buf(), "test");
        options.vault = Some(VaultKind::File);
        options.work_factor = 1;
        options.passphrase = Some(std::sync::Arc::new(|| Some("correct horse".to_owned().into())));
        change(&mut options);
        let engine = Engine::start(options).await.unwrap();
        Self { engine, folder }
    }

    /// An engine whose vault can't be opened.
    pub(crate) async fn without_passphrase() -> Self {
        let folder = TempDir::new().unwrap();
        let mut options = EngineOptions::new(folder.path().to_path_buf(), "test");
        options.vault = Some(VaultKind::File);
        options.work_factor = 1;
        Self { engine: Engine::start(options).await.unwrap(), folder }
    }

    /// Stops the engine and starts another in the same folder.
    pub(crate) async fn restart(self) -> Self {
        self.engine.stop().await;
        drop(self.engine);
        Self::in_folder(self.folder).await
    }

    pub(crate) async fn call(&self, name: &str, payload: Value) -> Value {
        self.engine.call(name, payload).await.unwrap_or_else(|failure| panic!("{name}: {failure:?}"))
    }

    pub(crate) async fn fails(&self, name: &str, payload: Value) -> Failure {
        match self.engine.call(name, payload).await {
            Ok(answer) => panic!("{name} did not fail: {answer}"),
            Err(failure) => failure,
        }
    }

    /// Listens on a free port; the address without a slash at its end.
    pub(crate) async fn listen(&self) -> String {
        let status = self.call("capture.start", json!({ "port": 0 })).await;
        status["listening"].as_str().unwrap().to_owned()
    }

    /// All deliveries that match, newest first.
    pub(crate) async fn deliveries(&self, query: &str) -> Vec<Value> {
        let list = self.call("deliveries.list", json!({ "query": query, "limit": 1000 })).await;
        list["deliveries"].as_array().unwrap().clone()
    }

    /// Waits until `count` deliveries match.
    pub(crate) async fn wait_for(&self, query: &str, count: usize) -> Vec<Value> {
        for _ in 0..600 {
            let found = self.deliveries(query).await;
            if found.len() >= count {
                return found;
            }
            tokio::time::sleep(Duration::from_millis(25)).await;
        }
        panic!("{count} deliveries of {query:?} did not come; there are {:?}", self.deliveries("").await);
    }

    /// Waits until a replay is no longer running.
    pub(crate) async fn wait_for_job(&self, id: &Value) -> Value {
        for _ in 0..600 {
            let job = self.call("replays.get", json!({ "id": id })).await;
            if job["state"] != "running" {
                return job;
            }
            tokio::time::sleep(Duration::from_millis(25)).await;
        }
        panic!("replay {id} did not end");
    }
}

/// Sends bytes to `address` (`http://…`) and reads until the other side closes.
pub(crate) async fn send(address: &str, bytes: &[u8]) -> Vec<u8> {
    let mut stream = TcpStream::connect(address.trim_start_matches("http://")).await.unwrap();
    stream.write_all(bytes).await.unwrap();
    let mut answer = Vec::new();
    let read = tokio::time::timeout(Duration::from_secs(20), stream.read_to_end(&mut answer)).await;
    assert!(read.is_ok(), "no end of the answer: {}", String::from_utf8_lossy(&answer));
    answer
}

/// A POST that asks for the connection to be closed.
pub(crate) fn post(path: &str, headers: &[(&str, &str)], body: &[u8]) -> Vec<u8> {
    let mut head = format!(
        "POST {path} HTTP/1.1\r\nHost: test\r\nConnection: close\r\nContent-Length: {}\r\n",
        body.len()
    );
    for (name, value) in headers {
        head.push_str(&format!("{name}: {value}\r\n"));
    }
    head.push_str("\r\n");
    [head.as_bytes(), body].concat()
}

/// The status of an answer.
pub(crate) fn status(answer: &[u8]) -> u16 {
    let text = String::from_utf8_lossy(answer);
    text.split(' ')
        .nth(1)
        .and_then(|status| status.parse().ok())
        .unwrap_or_else(|| panic!("no answer: {text:?}"))
}
