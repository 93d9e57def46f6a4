//! Stands for the engine until it is there.
#![allow(unreachable_pub, missing_docs, dead_code, clippy::all)]
use serde_json::Value;
use tokio::sync::broadcast;
use waybill_engine::{Event, api::BytesRequest};
use waybill_model::Failure;
#[derive(Clone)]
pub struct Engine(broadcast::Sender<Event>);
pub type AskPassphrase = std::sync::Arc<dyn Fn() -> Option<secrecy::SecretString> + Send + Sync>;
pub struct EngineOptions {
    pub data_dir: std::path::PathBuf,
    pub vault: Option<waybill_model::VaultKind>,
    pub passphrase: Option<AskPassphrase>,
}
impl EngineOptions {
    pub fn new(data_dir: std::path::PathBuf, _program: &str) -> Self {
        Self { data_dir, vault: None, passphrase: None }
    }
}
pub fn data_dir(given: Option<&std::path::Path>) -> Result<std::path::PathBuf, Failure> {
    given.map(|g| g.to_owned()).ok_or_else(|| Failure::internal("x"))
}
impl Engine {
    pub async fn start(_o: EngineOptions) -> Result<Engine, Failure> {
        Ok(Engine(broadcast::channel(64).0))
    }
    pub async fn call(&self, name: &str, payload: Value) -> Result<Value, Failure> {
        let _ = self.0.send(Event::Missed);
        Ok(serde_json::json!({"name": name, "payload": payload}))
    }
    pub async fn bytes(&self, _r: BytesRequest) -> Result<Vec<u8>, Failure> {
        Ok(vec![1, 2, 3])
    }
    pub fn events(&self) -> broadcast::Receiver<Event> {
        self.0.subscribe()
    }
    pub async fn stop(&self) {}
}
