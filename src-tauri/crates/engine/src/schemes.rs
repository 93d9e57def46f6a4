//! The user's own schemes.

use crate::api::*;
use crate::engine::Engine;
use waybill_model::{ErrorCode, Failure, Result};

pub(crate) async fn own(_: &Engine, _: Nothing) -> Result<OwnSchemes> {
    Err(Failure::new(ErrorCode::Unsupported, "This is not there yet; nothing was done."))
}

pub(crate) async fn reload(_: &Engine, _: Nothing) -> Result<OwnSchemes> {
    Err(Failure::new(ErrorCode::Unsupported, "This is not there yet; nothing was done."))
}

pub(crate) async fn save(_: &Engine, _: SchemeSave) -> Result<SchemeFile> {
    Err(Failure::new(ErrorCode::Unsupported, "This is not there yet; nothing was done."))
}

pub(crate) async fn remove(_: &Engine, _: CatalogueRef) -> Result<Nothing> {
    Err(Failure::new(ErrorCode::Unsupported, "This is not there yet; nothing was done."))
}

pub(crate) async fn preview(_: &Engine, _: SchemePreviewRequest) -> Result<SchemePreview> {
    Err(Failure::new(ErrorCode::Unsupported, "This is not there yet; nothing was done."))
}

pub(crate) async fn compose(_: &Engine, _: SchemeForm) -> Result<SchemeText> {
    Err(Failure::new(ErrorCode::Unsupported, "This is not there yet; nothing was done."))
}

pub(crate) async fn detect(_: &Engine, _: DetectRequest) -> Result<Vec<SchemeProposal>> {
    Err(Failure::new(ErrorCode::Unsupported, "This is not there yet; nothing was done."))
}

pub(crate) async fn test_key(_: &Engine, _: TestKeyRequest) -> Result<TestKey> {
    Err(Failure::new(ErrorCode::Unsupported, "This is not there yet; nothing was done."))
}
