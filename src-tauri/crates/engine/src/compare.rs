//! Two deliveries compared, for the eye: what differs in the head, what differs in the body.

use crate::api::{DeliveryDiff, DiffRequest};
use crate::deliveries;
use crate::engine::Engine;
use std::time::{Duration, Instant};
use waybill_content::{Side, diff_bodies, diff_heads};
use waybill_model::{Failure, Result};

/// After so long a comparison gets coarser.
const PATIENCE: Duration = Duration::from_millis(500);

pub(crate) async fn compare(engine: &Engine, request: DiffRequest) -> Result<DeliveryDiff> {
    let DiffRequest { left, right } = request;
    let one = deliveries::whole(engine, left).await?;
    let other = deliveries::whole(engine, right).await?;
    let work = move || {
        let sides = [&one, &other].map(|whole| Side { head: &whole.head, body: &whole.body });
        let deadline = Some(Instant::now() + PATIENCE);
        let head = diff_heads(sides[0], sides[1], deadline);
        let body = diff_bodies(sides[0], sides[1], deadline);
        DeliveryDiff {
            left,
            right,
            equal: head.hunks.is_empty() && body.first_difference.is_none(),
            head,
            body,
            left_size: one.body.len() as u64,
            right_size: other.body.len() as u64,
        }
    };
    // Comparing megabytes is no work for a thread that answers others.
    tokio::task::spawn_blocking(work)
        .await
        .map_err(|error| Failure::internal(format!("The deliveries could not be compared: {error}.")))
}
