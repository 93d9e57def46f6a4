//! From a provider's refusal, or from no answer at all, to a failure with its code and words.
//!
//! Every message says what happened and what was not done because of it, the provider's own words
//! in it; a hint says what to do next. The token is covered should a provider echo it.

mod problems;
mod stopped;

use crate::answer::{End, RawAnswer};
use crate::decode;
use crate::description::{Auth, Description};
use crate::exchange::Lost;
use crate::request::Request;
use crate::retry;
use secrecy::{ExposeSecret, SecretString};
use serde_json::{Map, Value, json};
use std::time::Duration;
use waybill_model::{ErrorCode, Failure, FieldProblem, ProviderOperation};

/// The longest stretch of a provider's words that is shown, in characters.
const WORDS: usize = 600;

/// What a failure is told about.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Teller<'a> {
    pub(crate) description: &'a Description,
    pub(crate) operation: ProviderOperation,
    pub(crate) auth: Option<&'a Auth>,
    /// What must not stand in any word: the credential in each form that it is sent in.
    pub(crate) hidden: &'a [SecretString],
}

/// What the call was for, and what is the case when it was not done.
pub(crate) fn words(operation: ProviderOperation) -> (&'static str, &'static str) {
    match operation {
        ProviderOperation::List => ("read the endpoints", "Nothing was read."),
        ProviderOperation::Get => ("read the endpoint", "Nothing was read."),
        ProviderOperation::Create => ("create the endpoint", "No endpoint was made."),
        ProviderOperation::Update => ("change the endpoint", "The endpoint is as it was."),
        ProviderOperation::SetActive => ("switch the endpoint", "The endpoint is as it was."),
        ProviderOperation::Delete => ("delete the endpoint", "The endpoint is still there."),
        ProviderOperation::Rotate => ("rotate the secret", "The old secret still holds."),
        ProviderOperation::Test => ("send a test event", "No test event was sent."),
        ProviderOperation::Log => ("read the delivery log", "Nothing was read."),
        ProviderOperation::Redeliver => ("send the delivery again", "Nothing was sent again."),
        ProviderOperation::Secret => ("read the secret", "Nothing was read."),
        ProviderOperation::Entry => ("read the log entry", "Nothing was read."),
        ProviderOperation::ReplayEvent => ("send the event again", "Nothing was sent again."),
        ProviderOperation::Recover => ("send again what failed", "Nothing was sent again."),
        ProviderOperation::Listen => ("stream its events", "Nothing was heard."),
        ProviderOperation::Health => ("tell how the endpoints fare", "Nothing was read."),
        ProviderOperation::EventTypes => ("read the event types", "Nothing was read."),
    }
}

/// Where to look when nobody knows whether a write was done.
fn look(operation: ProviderOperation) -> &'static str {
    match operation {
        ProviderOperation::Create => {
            "Read the endpoints again: the new one may be there. Don't create it blindly a second time."
        }
        ProviderOperation::Rotate => {
            "The old secret may be dead. Rotate again, or look at the provider's own page."
        }
        ProviderOperation::Test
        | ProviderOperation::Redeliver
        | ProviderOperation::ReplayEvent
        | ProviderOperation::Recover => "Look whether it arrives before asking again.",
        _ => "Read the endpoint again to see how it stands.",
    }
}

impl Teller<'_> {
    fn title(&self) -> &str {
        self.description.name()
    }

    /// There is no answer.
    pub(crate) fn lost(&self, request: &Request, lost: Lost) -> Failure {
        let (task, undone) = words(self.operation);
        match lost {
            Lost::NotSent(cause) => Failure::new(
                ErrorCode::NetworkUnreachable,
                format!("{} can't be reached to {task}: {}. {undone}", self.title(), self.covered(&cause)),
            )
            .hint("Check the network and the connection's base address, then try again."),
            Lost::NoAnswer(cause) => self.open(request.reads(), &cause),
        }
    }

    /// The answer broke off: for a read nothing happened, for a write nobody knows.
    fn open(&self, reads: bool, cause: &str) -> Failure {
        let (task, undone) = words(self.operation);
        let cause = self.covered(cause);
        if reads {
            Failure::new(
                ErrorCode::NetworkUnreachable,
                format!("{} was asked to {task}, but no whole answer came: {cause}. {undone}", self.title()),
            )
            .hint("Try again.")
        } else {
            Failure::new(
                ErrorCode::OutcomeUnknown,
                format!(
                    "{} was asked to {task}, but no whole answer came: {cause}. It may have been done.",
                    self.title()
                ),
            )
            .hint(look(self.operation))
        }
    }

    /// A success whose body is not what the documents say.
    pub(crate) fn unreadable(&self, answer: &RawAnswer, reads: bool, problem: &str) -> Failure {
        if answer.end == End::Cut {
            return self.open(reads, "the connection broke in the middle of the answer");
        }
        let (task, _) = words(self.operation);
        let problem = match answer.end {
            End::TooLong => "its answer is longer than Waybill reads".to_owned(),
            End::Garbled => "its answer can't be decompressed".to_owned(),
            _ => self.covered(problem),
        };
        let said =
            format!("{} answered {} when asked to {task}, but {problem}.", self.title(), answer.status);
        let failure = Failure::new(
            ErrorCode::ProviderAnswerUnreadable,
            if reads {
                format!("{said} Nothing was read.")
            } else {
                format!("{said} It has probably been done.")
            },
        );
        let hint = if reads {
            "Check that the connection's base address is the provider's API and not a web page."
        } else {
            look(self.operation)
        };
        failure.hint(hint).details(self.details(answer, None, None))
    }

    /// The provider refused. `wait` is how long it asks to wait.
    pub(crate) fn refused(&self, answer: &RawAnswer, wait: Option<Duration>) -> Failure {
        let status = answer.status;
        if (300..400).contains(&status) {
            return self.redirected(answer);
        }
        let body = decode::json(answer).ok();
        let said = body.as_ref().and_then(|body| self.message(body)).or_else(|| plain(answer));
        let code = body.as_ref().and_then(|body| self.code(body));
        let fields = body.as_ref().map(|body| self.fields(body, code.as_deref())).unwrap_or_default();
        let said = said.or_else(|| listed(&fields));
        let limited = retry::limited(self.description, answer);
        let kind = if limited {
            ErrorCode::ProviderRateLimited
        } else {
            self.kind(status, said.as_deref(), &fields)
        };
        let (task, undone) = words(self.operation);
        let reason = match &said {
            Some(said) => format!("{status}: {}", self.covered(said)),
            None => format!("{status}, without words"),
        };
        let verb = if status >= 500 { "failed to" } else { "refused to" };
        let undone = if kind == ErrorCode::ProviderNotFound && !self.operation.reads() {
            "Nothing was changed."
        } else if status >= 500 && !self.operation.reads() {
            "It may or may not have been done."
        } else {
            undone
        };
        let message = format!("{} {verb} {task} ({}). {undone}", self.title(), reason.trim_end_matches('.'));
        Failure::new(kind, message)
            .hint(self.hint(kind))
            .details(self.details(answer, code, wait))
            .fields(fields)
    }

    fn redirected(&self, answer: &RawAnswer) -> Failure {
        let (task, undone) = words(self.operation);
        let to = answer.header("location").and_then(|text| url::Url::parse(text).ok());
        let to = to.and_then(|url| Some(format!(" to {}", url.host_str()?))).unwrap_or_default();
        Failure::new(
            ErrorCode::ProviderAnswerUnreadable,
            format!(
                "{} answered {} and pointed{to} elsewhere when asked to {task}. Waybill follows no redirect, so that the credential stays where it belongs. {undone}",
                self.title(),
                answer.status
            ),
        )
        .hint("Check the connection's base address; if the API has moved, enter the new one.")
        .details(self.details(answer, None, None))
    }

    fn kind(&self, status: u16, said: Option<&str>, fields: &[FieldProblem]) -> ErrorCode {
        let errors = &self.description.errors;
        let changes = matches!(self.operation, ProviderOperation::Update | ProviderOperation::SetActive);
        let names_revision = errors.conflict_word.as_deref().is_some_and(|word| {
            let word = word.to_lowercase();
            said.is_some_and(|said| said.to_lowercase().contains(&word))
                || fields
                    .iter()
                    .any(|problem| problem.field == "revision" || problem.field.to_lowercase() == word)
        });
        match status {
            _ if changes && errors.conflict_statuses.contains(&status) => ErrorCode::ProviderConflict,
            400 | 422 if changes && names_revision => ErrorCode::ProviderConflict,
            401 => ErrorCode::ProviderUnauthorized,
            403 => ErrorCode::ProviderForbidden,
            404 | 410 => ErrorCode::ProviderNotFound,
            429 => ErrorCode::ProviderRateLimited,
            500.. => ErrorCode::ProviderFailed,
            _ => ErrorCode::ProviderRejected,
        }
    }

    fn hint(&self, code: ErrorCode) -> String {
        match code {
            ErrorCode::ProviderUnauthorized => {
                let about = self.auth.map(|auth| auth.hint.as_str()).unwrap_or_default();
                format!("Give the connection a new credential. {about}").trim_end().to_owned()
            }
            ErrorCode::ProviderForbidden => "Use a credential that has the right, or have it granted.".to_owned(),
            ErrorCode::ProviderNotFound => {
                "Read the endpoints again; if everything is missing, check the connection's address and variables."
                    .to_owned()
            }
            ErrorCode::ProviderConflict => {
                "Somebody changed it meanwhile: look at both sides and decide which shall hold.".to_owned()
            }
            ErrorCode::ProviderRateLimited => "Wait as long as the provider asks, then try again.".to_owned(),
            ErrorCode::ProviderFailed if self.operation.reads() => "Try again later.".to_owned(),
            ErrorCode::ProviderFailed => look(self.operation).to_owned(),
            _ => "Correct what the provider names and try again.".to_owned(),
        }
    }

    fn details(&self, answer: &RawAnswer, code: Option<String>, wait: Option<Duration>) -> Value {
        let mut details = Map::new();
        details.insert("status".to_owned(), json!(answer.status));
        let header = self.description.errors.request_id_header.as_deref().unwrap_or("x-request-id");
        if let Some(id) = answer.header(header) {
            details.insert("request_id".to_owned(), json!(self.covered(id)));
        }
        if let Some(code) = code {
            details.insert("provider_code".to_owned(), json!(self.covered(&code)));
        }
        if let Some(wait) = wait {
            details.insert("retry_after_s".to_owned(), json!(wait.as_secs_f64().ceil()));
        }
        Value::Object(details)
    }

    /// A provider's words, cut to length, without control characters and without our token.
    fn covered(&self, text: &str) -> String {
        let mut text = text.to_owned();
        for hidden in self.hidden {
            let hidden = hidden.expose_secret().trim();
            if hidden.len() >= 4 {
                text = text.replace(hidden, "<token>");
            }
        }
        let clean: String = text.chars().map(|c| if c.is_control() { ' ' } else { c }).take(WORDS).collect();
        clean.trim().to_owned()
    }
}

/// The problems of fields as words, for a refusal that has no others.
fn listed(fields: &[FieldProblem]) -> Option<String> {
    let told: Vec<String> =
        fields.iter().map(|problem| format!("{} {}", problem.field, problem.problem)).collect();
    (!told.is_empty()).then(|| told.join("; "))
}

/// A short answer in plain text is the provider's words; a page is not.
fn plain(answer: &RawAnswer) -> Option<String> {
    let is_text = answer.header("content-type").is_some_and(|kind| kind.starts_with("text/plain"));
    let text = std::str::from_utf8(answer.body.expose_secret()).ok()?.trim();
    (is_text && !text.is_empty() && text.len() <= WORDS).then(|| text.to_owned())
}
