//! Signatures: verification explained, the search for the cause of a failure, its mend, checking again,
//! and the tools that verify and sign what is given.

mod again;
mod background;
mod candidates;
mod change;
mod mend;
mod report;
mod search;
mod show;
mod tools;

pub(crate) use again::check_again;
pub(crate) use background::{Searches, cancel_search, search_progress, start_search};
pub(crate) use mend::mend;
pub(crate) use report::{Subject, checked, report};
pub(crate) use tools::{given, sign, signed_headers, verify};

use crate::deliveries::Whole;
use waybill_model::{InboxSecret, SecretState};
use waybill_signature::Request;

/// Headers as the signature crate takes them.
pub(crate) type Headers = Vec<(Vec<u8>, Vec<u8>)>;

pub(crate) fn borrowed(headers: &Headers) -> Vec<(&[u8], &[u8])> {
    headers.iter().map(|(name, value)| (name.as_slice(), value.as_slice())).collect()
}

fn as_request<'a>(whole: &'a Whole, headers: &'a [(&'a [u8], &'a [u8])], target: &'a [u8]) -> Request<'a> {
    Request {
        method: whole.delivery.method.as_bytes(),
        url: target,
        headers,
        body: &whole.body,
        truncated: whole.delivery.truncated,
    }
}

/// The secret that signs for an inbox: its first current one.
pub(crate) fn current(secrets: &[InboxSecret]) -> Option<&InboxSecret> {
    secrets.iter().find(|secret| secret.state == SecretState::Current)
}
