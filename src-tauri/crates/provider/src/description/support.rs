//! Which operation of a provider is there, and by which call.

use super::Description;
use super::calls::Operation;
use toml::Spanned;
use waybill_model::{ProviderOperation, Support};

impl Description {
    /// How far an operation is there.
    #[must_use]
    pub fn support(&self, operation: ProviderOperation) -> Support {
        self.operation(operation).support
    }

    /// The shape of an operation; of one that is not spoken of: that there is none.
    pub(crate) fn operation(&self, operation: ProviderOperation) -> &Operation {
        match self.spanned(operation) {
            Some(shape) => shape.get_ref(),
            None => Operation::none(),
        }
    }

    /// Every operation that the file speaks of, in the order of the window.
    pub(crate) fn operations(&self) -> impl Iterator<Item = (ProviderOperation, &Spanned<Operation>)> {
        ProviderOperation::ALL.into_iter().filter_map(|which| Some((which, self.spanned(which)?)))
    }

    /// True when the file says something of the operation, if only that there is none.
    pub(crate) fn speaks_of(&self, operation: ProviderOperation) -> bool {
        self.spanned(operation).is_some()
    }

    fn spanned(&self, operation: ProviderOperation) -> Option<&Spanned<Operation>> {
        let all = &self.operations;
        match operation {
            ProviderOperation::List => Some(&all.list),
            ProviderOperation::Get => Some(&all.get),
            ProviderOperation::Create => Some(&all.create),
            ProviderOperation::Update => Some(&all.update),
            ProviderOperation::SetActive => Some(&all.set_active),
            ProviderOperation::Delete => Some(&all.delete),
            ProviderOperation::Rotate => Some(&all.rotate),
            ProviderOperation::Test => Some(&all.test),
            ProviderOperation::Log => Some(&all.log),
            ProviderOperation::Redeliver => Some(&all.redeliver),
            ProviderOperation::Secret => all.secret.as_ref(),
            ProviderOperation::Entry => all.entry.as_ref(),
            ProviderOperation::ReplayEvent => all.replay_event.as_ref(),
            ProviderOperation::Recover => all.recover.as_ref(),
            ProviderOperation::Listen => all.listen.as_ref(),
            ProviderOperation::Health => all.health.as_ref(),
            ProviderOperation::EventTypes => all.event_types.as_ref(),
        }
    }
}
