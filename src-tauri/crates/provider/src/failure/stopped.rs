//! Calls that were not made because of what another call of the same connection was told.

use super::{Teller, words};
use serde_json::json;
use std::time::Duration;
use waybill_model::{ErrorCode, Failure};

impl Teller<'_> {
    /// The call was not made, as the credential was refused to the one before it.
    pub(crate) fn refused_meanwhile(&self) -> Failure {
        let (task, undone) = words(self.operation);
        Failure::new(
            ErrorCode::ProviderUnauthorized,
            format!(
                "{} refused the credential to another call, so it was not asked to {task}. {undone}",
                self.title()
            ),
        )
        .hint(self.hint(ErrorCode::ProviderUnauthorized))
    }

    /// The call was not made, as the provider asked to be left alone for longer than is borne.
    pub(crate) fn held(&self, wait: Duration) -> Failure {
        let (task, undone) = words(self.operation);
        let seconds = wait.as_secs_f64().ceil();
        Failure::new(
            ErrorCode::ProviderRateLimited,
            format!(
                "{} asked to wait {seconds} s more, so it was not asked to {task}. {undone}",
                self.title()
            ),
        )
        .hint(self.hint(ErrorCode::ProviderRateLimited))
        .details(json!({ "retry_after_s": seconds }))
    }
}
