//! Bodies and heads as bytes: never through JSON, always a range.

use crate::host::{Host, guarded};
use tauri::{State, ipc::Response};
use waybill_engine::api::BytesRequest;
use waybill_model::Failure;

/// The bytes that were asked for, raw.
#[tauri::command(async)]
pub(crate) async fn bytes(host: State<'_, Host>, request: BytesRequest) -> Result<Response, Failure> {
    let engine = host.engine().await?;
    guarded(async move { engine.bytes(request).await }).await.map(Response::new)
}
