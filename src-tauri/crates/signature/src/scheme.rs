//! A scheme: a description that has been read and fits together.

use crate::algorithm::{Algorithm, Family};
use crate::describe::{
    AlgorithmBy, BodyDigest, Component, Detect, Emit, File, IdentityFile, Repeated, Requirement, Source,
    TokenRule, UrlPart, as_template,
};
use crate::encoding::Encoding;
use crate::fault::SchemeFault;
use crate::fit::{Wrong, fit_together, id_of};
use crate::handshake::{Rule, handshake_names};
use crate::json::Pointer;
use crate::key::KeyReading;
use crate::reader::Reader;
use crate::split::{Accept, Format};
use crate::time::Unit;
use std::collections::BTreeSet;
use waybill_model::{Reason, SchemeInfo};

/// How one sender signs its requests. Made from a file, never changed.
#[derive(Clone, Debug)]
pub struct Scheme {
    pub(crate) id: String,
    pub(crate) title: String,
    pub(crate) algorithm: Algorithm,
    /// Which algorithm it is when a value of the request chooses.
    pub(crate) algorithm_by: Option<AlgorithmBy>,
    /// What a token must hold; absent for everything but tokens that sign.
    pub(crate) token: Option<TokenRule>,
    /// Where the sender publishes its key, when a request only names the place.
    pub(crate) published: Option<String>,
    /// Forms of the message, tried in order; empty for tokens.
    pub(crate) messages: Vec<Vec<Component>>,
    pub(crate) unconfirmed: bool,
    pub(crate) companions: Vec<String>,
    pub(crate) note: String,
    pub(crate) sources: Vec<String>,
    pub(crate) readings: Vec<KeyReading>,
    pub(crate) signature: SignatureRule,
    pub(crate) timestamp: Option<TimestampRule>,
    pub(crate) requirements: Vec<Requirement>,
    pub(crate) body_digests: Vec<BodyDigest>,
    pub(crate) identity: IdentityFile,
    pub(crate) detect: Detect,
    pub(crate) emit: Emit,
    /// Requests that ask whether the address is willing, and their answers.
    pub(crate) handshakes: Vec<Rule>,
    /// Every place of a body's JSON that is read, so that one pass reads them all.
    pub(crate) pointers: Vec<Pointer>,
}

/// Where signatures are and how they are written.
#[derive(Clone, Debug)]
pub(crate) struct SignatureRule {
    pub(crate) from: Source,
    pub(crate) also: Vec<String>,
    /// The beginning of names that end with a number.
    pub(crate) numbered: Option<String>,
    pub(crate) repeated: Repeated,
    pub(crate) format: Format,
    pub(crate) encodings: Vec<Encoding>,
    pub(crate) unpadded: bool,
}

/// Where the timestamp is, how it is written and how old it may be.
#[derive(Clone, Debug)]
pub(crate) struct TimestampRule {
    pub(crate) from: Source,
    pub(crate) units: Vec<Unit>,
    pub(crate) max_age: Option<u64>,
    pub(crate) max_future: Option<u64>,
}

/// What a verified signature says of, and what not.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Covers {
    /// The whole body.
    pub body: bool,
    /// The address, or some of it.
    pub url: bool,
    /// The time of sending, so that a replay can be told from a first delivery.
    pub time: bool,
}

impl Scheme {
    /// Reads a scheme file. Its name without `.toml` is the scheme's id.
    ///
    /// # Errors
    /// The first fault, with line and column: no TOML, an unknown key, a wrong value, or parts that
    /// don't fit together.
    pub fn parse(text: &str, file_name: &str) -> Result<Self, SchemeFault> {
        let fault = |(span, message): Wrong| SchemeFault::at(file_name, text, span, message);
        let id = id_of(file_name).ok_or_else(|| {
            fault((None, "a scheme file is called by its id: a-z, 0-9 and '-', then .toml".to_owned()))
        })?;
        let file: File =
            toml::from_str(text).map_err(|error| fault((error.span(), error.message().to_owned())))?;
        fit_together(id, file).map_err(fault)
    }

    /// The file's name without its ending.
    #[must_use]
    pub fn id(&self) -> &str {
        &self.id
    }

    /// Ids of the schemes whose headers the sender adds to the same request.
    #[must_use]
    pub fn companions(&self) -> &[String] {
        &self.companions
    }

    /// True when one secret verifies and signs; false when verifying takes a public key only.
    #[must_use]
    pub fn can_sign(&self) -> bool {
        let mac = |rule: &TokenRule| rule.algorithms.iter().any(|one| matches!(one.family(), Family::Mac(_)));
        match self.algorithm.family() {
            Family::Jws => self.token.as_ref().is_some_and(mac),
            family => !family.has_key_pair(),
        }
    }

    /// Where the sender publishes its key, when a request only names the place or not even that: nothing
    /// is fetched, the key is given like a secret.
    #[must_use]
    pub fn published_key(&self) -> Option<&str> {
        self.published.as_deref()
    }

    /// The algorithm of one request.
    ///
    /// # Errors
    /// When the value that chooses it is absent or names none.
    pub(crate) fn algorithm_of(&self, reader: &Reader<'_>) -> Result<Algorithm, Reason> {
        let Some(by) = &self.algorithm_by else { return Ok(self.algorithm) };
        let value = reader.read(&by.from, &[]).ok_or(Reason::MissingHeader)?;
        let named = by.values.iter().find(|(name, _)| name.as_bytes() == value.as_ref());
        named.map(|(_, algorithm)| *algorithm).ok_or(by.reason)
    }

    /// The headers that carry signatures, other spellings and further ones included.
    pub(crate) fn signature_headers(&self) -> Vec<String> {
        let names = match &self.signature.from {
            Source::Header(names) => names.as_slice(),
            _ => &[],
        };
        names.iter().chain(&self.signature.also).cloned().collect()
    }

    /// What a verified signature says of.
    #[must_use]
    pub fn covers(&self) -> Covers {
        let mut covers = Covers { body: !self.body_digests.is_empty(), ..Covers::default() };
        let timestamp = self.timestamp.as_ref().map(|rule| &rule.from);
        let bound = self.token.iter().flat_map(|rule| &rule.bind).flat_map(|binding| &binding.of.0);
        for component in self.messages.first().into_iter().flatten().chain(bound) {
            component.walk(&mut |component| match component {
                Component::Body(_) => {
                    covers.body = true;
                    covers.time |= matches!(timestamp, Some(Source::Json(_)));
                }
                Component::Url(_) | Component::Query(_) | Component::QuerySorted => covers.url = true,
                Component::Timestamp => covers.time = true,
                Component::Json { pointer, .. } => {
                    covers.time |= timestamp.and_then(Source::pointer) == Some(pointer);
                }
                _ => {}
            });
        }
        covers.time |=
            self.token.as_ref().is_some_and(|rule| rule.max_age.is_some() || rule.lifetime.is_some());
        covers
    }

    /// Whether a check takes anything from the body, be it one value.
    pub(crate) fn reads_body(&self) -> bool {
        let timestamp = self.timestamp.as_ref().map(|rule| &rule.from);
        let mut found = self.covers().body
            || std::iter::once(&self.signature.from)
                .chain(timestamp)
                .any(|source| matches!(source, Source::Json(_) | Source::Form(_)));
        for component in self.messages.iter().flatten() {
            component.walk(&mut |one| {
                found |= matches!(
                    one,
                    Component::Json { .. } | Component::Lines(_) | Component::Form(_) | Component::FormSorted
                );
            });
        }
        found
    }

    /// The scheme as the window and the command line show it.
    #[must_use]
    pub fn info(&self) -> SchemeInfo {
        let encodings: Vec<&str> = self.signature.encodings.iter().map(|encoding| encoding.title()).collect();
        SchemeInfo {
            id: self.id.clone(),
            title: self.title.clone(),
            algorithm: self.algorithm_title(&encodings.join(" or ")),
            signed_content: self.signed_content(),
            header: self.signature.from.title(),
            tolerance_s: self.timestamp.as_ref().and_then(|rule| rule.max_age),
            can_sign: self.can_sign(),
            unconfirmed: self.unconfirmed,
            config: self.config_keys(),
            handshakes: handshake_names(Some(self)),
            note: self.note.clone(),
            sources: self.sources.clone(),
        }
    }

    fn algorithm_title(&self, encodings: &str) -> String {
        if let Some(rule) = &self.token {
            let names: Vec<&str> = rule.algorithms.iter().map(|one| one.name()).collect();
            return format!("{}, {}", self.algorithm.title(), names.join(" or "));
        }
        let mut titles = vec![self.algorithm.title()];
        for other in self.algorithm_by.iter().flat_map(|by| by.values.values()).map(|one| one.title()) {
            if !titles.contains(&other) {
                titles.push(other);
            }
        }
        format!("{}, {encodings}", titles.join(" or "))
    }

    /// What is signed, as a template; for a token, its claims.
    fn signed_content(&self) -> String {
        if let Some(rule) = &self.token {
            let bound = rule
                .bind
                .iter()
                .map(|one| format!("{} = {}({})", one.claim, one.hash.word(), as_template(&one.of.0)));
            return bound.collect::<Vec<_>>().join(", ");
        }
        self.messages.first().map(|message| as_template(message)).unwrap_or_default()
    }

    fn config_keys(&self) -> Vec<String> {
        let mut keys = BTreeSet::new();
        let bound = self.token.iter().flat_map(|rule| &rule.bind).flat_map(|binding| &binding.of.0);
        for component in self.messages.iter().flatten().chain(bound) {
            component.walk(&mut |component| match component {
                Component::Config(key) => drop(keys.insert(key.clone())),
                Component::Url(part) if *part != UrlPart::PathQuery => drop(keys.insert("url".to_owned())),
                _ => {}
            });
        }
        if let Format::Pairs { accept: Accept::Config(key), .. } = &self.signature.format {
            keys.insert(key.clone());
        }
        keys.extend(self.handshakes.iter().flat_map(Rule::config_keys));
        keys.into_iter().collect()
    }
}
