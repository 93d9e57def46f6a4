//! The description language: what a provider's file can say.
//!
//! `shape`, `access`, `rules`, `calls` and `entry` are the file as it is written, `check` and `check_calls`
//! the rules that its grammar can't express, `info` the form in which the window and the command line see it,
//! `support` which operation is there.

mod access;
mod calls;
mod check;
mod check_calls;
mod entry;
mod info;
mod rules;
mod shape;
mod support;

pub(crate) use access::{Auth, AuthKind, Scope, SecretText, SignIn};
pub(crate) use calls::{ChoiceMap, ListShape, Operation, OutcomeMap, Pager, PagerKind, Part, StreamMap};
pub(crate) use entry::{Interval, KeptBody, LogMap, StateRule, TimeUnit};
pub(crate) use rules::{AllKind, EmptyList, HintUnit, RateLimit, UrlRules};
pub use shape::Description;
pub(crate) use shape::{BodyForm, StandsFor};

use crate::Fault;

impl Description {
    /// Reads a description file. `file` is its name as faults shall tell it; a name that ends in
    /// `.toml` must agree with the provider's id.
    ///
    /// # Errors
    /// The first fault with its line and column; a key that the language does not know is one.
    pub fn parse(text: &str, file: &str) -> Result<Self, Fault> {
        let description: Self = toml::from_str(text)
            .map_err(|error| Fault::at(file, text, error.span(), error.message().replace('\n', "; ")))?;
        check::check(&description, file).map_err(|(span, message)| Fault::at(file, text, span, message))?;
        Ok(description)
    }

    /// The provider's id: the file's name in the catalogue.
    #[must_use]
    pub fn id(&self) -> &str {
        self.id.get_ref()
    }

    /// The provider's name for people, where it is introduced and chosen.
    #[must_use]
    pub fn title(&self) -> &str {
        &self.title
    }

    /// The provider's name for people in the middle of a sentence.
    #[must_use]
    pub fn name(&self) -> &str {
        self.name.as_deref().unwrap_or(&self.title)
    }
}
