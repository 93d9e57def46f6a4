//! Handshakes: the requests by which a sender asks whether an address is willing, and the answers that say so.
//!
//! What a handshake looks like and what is answered stands in the scheme's file, as `[[handshake]]`; those
//! that belong to no way of signing stand in `catalogue/handshakes.toml`. No handshake has code of its own.
//!
//! Promises: no I/O; the first rule that fits counts; an answer is whole or it is a refusal; a secret that
//! arrives is handed over once and shows in no `Debug`. What a stranger may have turned into an HMAC is held
//! to the characters of a token by the rules, so that no signature can be had by asking for it.
//!
//! Left out: requests that Waybill would have to send itself, such as the one that confirms a subscription of
//! Amazon SNS. They are recognised and told of, no more.

mod answer;
mod condition;
mod file;
mod rule;
mod token;

pub(crate) use file::HandshakeFile;
pub(crate) use rule::{Rule, fit};

use crate::algorithm::Family;
use crate::reader::Reader;
use crate::request::Request;
use crate::scheme::Scheme;
use serde::Deserialize;
use std::collections::BTreeMap;
use std::fmt;
use std::sync::LazyLock;
use toml::Spanned;
use waybill_model::Timestamp;
use zeroize::Zeroizing;

/// Bytes of a body from which on nothing is a handshake: they are all short.
const LONGEST: usize = 64 * 1024;

/// A request that was recognised as a handshake, and its answer.
pub struct Handshake {
    /// What the sender calls it: `url_verification`, `PING`.
    pub name: String,
    /// True when the answer is the one the sender hopes for; false when it is refused.
    pub accepted: bool,
    /// The status to answer.
    pub status: u16,
    /// The headers to answer, besides the length.
    pub headers: Vec<(String, String)>,
    /// The body to answer.
    pub body: Vec<u8>,
    /// The secret that came with it: to be kept before the answer is sent.
    pub learned: Option<LearnedSecret>,
    /// True when the sender signs this handshake like any delivery; false when it has no signature.
    pub signed: bool,
    /// What happened, in a sentence or two. Holds nothing secret.
    pub explanation: String,
}

/// A secret that arrived in a handshake. Wiped when dropped, shown nowhere.
pub struct LearnedSecret(Zeroizing<String>);

impl LearnedSecret {
    pub(crate) fn new(text: &str) -> Self {
        Self(Zeroizing::new(text.to_owned()))
    }

    /// The secret itself, for the vault.
    #[must_use]
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for LearnedSecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("LearnedSecret(…)")
    }
}

impl fmt::Debug for Handshake {
    /// Without headers and body: they may repeat the secret that came.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Handshake")
            .field("name", &self.name)
            .field("accepted", &self.accepted)
            .field("status", &self.status)
            .field("learned", &self.learned)
            .field("explanation", &self.explanation)
            .finish_non_exhaustive()
    }
}

/// The rules that belong to no way of signing.
static GENERIC: LazyLock<Vec<Rule>> =
    LazyLock::new(|| general(include_str!("../../../../catalogue/handshakes.toml")).unwrap_or_default());

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct General {
    handshake: Vec<Spanned<HandshakeFile>>,
}

fn general(text: &str) -> Result<Vec<Rule>, String> {
    let file: General = toml::from_str(text).map_err(|error| error.to_string())?;
    file.handshake.into_iter().map(|one| fit(one, None).map_err(|(_, message)| message)).collect()
}

/// The rules for `scheme`: its own; the general ones where no way of signing says who the sender is, which is
/// so without a scheme and with one that only sends a token.
fn rules(scheme: Option<&Scheme>) -> &[Rule] {
    match scheme {
        Some(scheme) if !scheme.handshakes.is_empty() => &scheme.handshakes,
        Some(scheme) if scheme.algorithm.family() != Family::Token => &[],
        _ => &GENERIC,
    }
}

/// The names of the handshakes that are recognised under `scheme`, or under none.
#[must_use]
pub fn handshake_names(scheme: Option<&Scheme>) -> Vec<String> {
    rules(scheme).iter().map(|rule| rule.name.clone()).collect()
}

/// What `request` is answered when it is a handshake under `scheme`, or under none; `None` when it is an
/// ordinary delivery. `secrets` are the inbox's, the one that signs first.
#[must_use]
pub fn handshake(
    scheme: Option<&Scheme>,
    request: &Request<'_>,
    secrets: &[&[u8]],
    config: &BTreeMap<String, String>,
    now: Timestamp,
) -> Option<Handshake> {
    if request.truncated || request.body.len() > LONGEST {
        return None;
    }
    rules(scheme).iter().find_map(|rule| {
        let reader = Reader::new(*request, config, &rule.pointers);
        rule.fits(&reader).then(|| rule.answered(&reader, scheme, secrets, now))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_general_rules_can_be_read() {
        let rules = general(include_str!("../../../../catalogue/handshakes.toml")).unwrap();
        assert_eq!(rules.len(), 3);
        assert_eq!(GENERIC.len(), 3);
    }

    #[test]
    fn nothing_secret_shows() {
        let secret = LearnedSecret::new("hush");
        let shown = Handshake {
            name: "n".to_owned(),
            accepted: true,
            status: 200,
            headers: vec![("X-Hook-Secret".to_owned(), "hush".to_owned())],
            body: b"hush".to_vec(),
            learned: Some(secret),
            signed: false,
            explanation: String::new(),
        };
        assert!(!format!("{shown:?}").contains("hush"));
    }
}
