//! The one command into the engine: a name of the command table and its request, as JSON.

use crate::host::{Host, guarded};
use serde_json::Value;
use tauri::State;
use waybill_model::Failure;

/// Asks the engine; the answer and the failure are those of the command table.
#[tauri::command(async)]
pub(crate) async fn rpc(
    host: State<'_, Host>,
    cmd: String,
    payload: Option<Value>,
) -> Result<Value, Failure> {
    let engine = host.engine().await?;
    guarded(async move { engine.call(&cmd, payload.unwrap_or(Value::Null)).await }).await
}
