//! One change to a request or to the way its message is built, and what it would prove.

use super::address;
use super::body::{Original, Rewriting, rewritings};
use super::headers::{self, Headers};
use super::neighbours::neighbours;
use super::question::Question;
use super::received::{self, Received};
use super::report::Action;
use super::template::{self, Reading, Template, configured, signs_address};
use super::timestamps;
use crate::algorithm::Hash;
use crate::describe::{BodyPart, Component, UrlPart};
use crate::reader::Reader;
use crate::request::{Request, cut};
use crate::scheme::Scheme;
use std::borrow::Cow;
use std::collections::BTreeMap;

/// A change to try.
pub(super) struct Variation {
    pub(super) kind: Kind,
    /// The cause; for bodies the rewriting tells it.
    pub(super) code: &'static str,
    /// What exactly, for people; may be empty.
    pub(super) detail: String,
    pub(super) action: Option<Action>,
}

/// What is changed.
pub(super) enum Kind {
    Body(Rewriting),
    Timestamp(String),
    Address(String),
    Headers(Headers),
    Message(Template),
    /// The same message under a plain hash instead of an HMAC.
    Unkeyed(Template),
    Scheme(Box<Scheme>),
    Config(BTreeMap<String, String>),
}

impl Kind {
    /// The kind's name in the list of what was tried.
    pub(super) const fn title(&self) -> &'static str {
        match self {
            Self::Body(Rewriting::Json(..) | Rewriting::Strings(_) | Rewriting::Numbers(_)) => {
                "JSON written anew in the spellings of common serialisers"
            }
            Self::Body(Rewriting::Form(_) | Rewriting::FormField(_)) => "forms encoded anew",
            Self::Body(Rewriting::Charset(_)) => "other charsets",
            Self::Body(_) => "line ends, white space, compression and empty bodies",
            Self::Timestamp(_) => "other spellings of the timestamp",
            Self::Address(_) => "addresses before a proxy",
            Self::Headers(_) => "renamed, doubled and rewritten headers",
            Self::Message(_) | Self::Unkeyed(_) => "messages put together otherwise",
            Self::Scheme(_) | Self::Config(_) => "parts of the scheme read otherwise",
        }
    }
}

/// A variation made ready for comparing.
pub(super) struct Realised<'v> {
    pub(super) templates: Cow<'v, [Template]>,
    pub(super) received: Cow<'v, [Received]>,
    pub(super) body: Cow<'v, [u8]>,
    pub(super) unkeyed: bool,
}

/// Every variation that makes sense for the question, the likeliest first.
pub(super) fn variations(
    question: &Question<'_>,
    original: &Original<'_>,
    reading: &Reading,
) -> Vec<Variation> {
    let Question { scheme, request, .. } = question;
    let mut list = Vec::new();
    let mut add = |kind: Kind, code: &'static str, detail: String, action: Option<Action>| {
        list.push(Variation { kind, code, detail, action });
    };
    // First of all, for the search tries them before it turns to other schemes.
    for (changed, code) in changed_schemes(scheme, request) {
        add(Kind::Scheme(Box::new(changed)), code, String::new(), None);
    }
    if let Some(text) = &reading.timestamp {
        for one in timestamps::variants(text) {
            add(Kind::Timestamp(one.text.clone()), one.code, one.text, None);
        }
    }
    if signs_address(scheme) {
        let registered = signs_registered(scheme);
        let used = used_address(question);
        for url in address::addresses(question) {
            if url == used {
                continue;
            }
            let code = address::code(&used, &url);
            let action = if registered { Some(url.clone()) } else { configurable(question, &url) };
            let action = action.map(|value| Action::SetConfig { key: "url".to_owned(), value });
            add(Kind::Address(url.clone()), code, url, action);
        }
    }
    for one in headers::variants(scheme, request) {
        add(Kind::Headers(one.headers), one.code, one.detail, None);
    }
    for key in configured(scheme) {
        let Some(value) = question.config.get(&key) else { continue };
        let tidy = value.trim().trim_matches(['"', '\'']).to_owned();
        if tidy != *value {
            let mut config = question.config.clone();
            config.insert(key.clone(), tidy.clone());
            let action = Action::SetConfig { key: key.clone(), value: tidy.clone() };
            add(Kind::Config(config), config_code(&key), key, Some(action));
        }
    }
    let first = list;
    let mut list: Vec<Variation> = Vec::new();
    let mut add = |kind: Kind, code: &'static str| {
        list.push(Variation { kind, code, detail: String::new(), action: None });
    };
    let body_is_signed =
        scheme.covers().body || !scheme.body_digests.is_empty() || reading.templates.is_empty();
    if body_is_signed || !template::computable(scheme.algorithm.family()) || signs_form(scheme) {
        for one in rewritings(original) {
            let code = one.code(original);
            add(Kind::Body(one), code);
        }
    }
    if template::computable(scheme.algorithm.family()) && !scheme.messages.is_empty() {
        for one in neighbours(reading, request) {
            add(Kind::Message(one.template), one.code);
        }
        for template in unkeyed(reading) {
            add(Kind::Unkeyed(template), "wrong_hash_algorithm");
        }
    }
    // What is in the request itself comes first: it is little, and its names are the more exact.
    first.into_iter().chain(list).collect()
}

/// Hashes without a key, which people take for an HMAC.
fn unkeyed(reading: &Reading) -> Vec<Template> {
    use super::template::Chunk;
    let base = reading.templates.first().cloned().unwrap_or_default();
    if base.has_secret() {
        return Vec::new();
    }
    let before = Template([vec![Chunk::Secret], base.0.clone()].concat());
    let after = Template([base.0.clone(), vec![Chunk::Secret]].concat());
    vec![before, after, base]
}

/// The cause of a configured value's being another than the sender's.
pub(super) fn config_code(key: &str) -> &'static str {
    if key == "webhook_id" { "wrong_webhook_id" } else { "wrong_config" }
}

fn signs_registered(scheme: &Scheme) -> bool {
    let mut found = false;
    for component in scheme.messages.iter().flatten() {
        component.walk(&mut |one| found |= matches!(one, Component::Url(UrlPart::Registered)));
    }
    found
}

fn signs_query(scheme: &Scheme) -> bool {
    let mut found = false;
    for component in scheme.messages.iter().flatten() {
        component.walk(&mut |one| {
            found |= matches!(one, Component::Url(part) if *part != UrlPart::NoQuery);
        });
    }
    found
}

fn signs_form(scheme: &Scheme) -> bool {
    let mut found = false;
    for component in scheme.messages.iter().flatten() {
        component.walk(&mut |one| found |= matches!(one, Component::FormSorted | Component::Form(_)));
    }
    found
}

/// The address that the check used.
pub(super) fn used_address(question: &Question<'_>) -> String {
    let configured = question.config.get("url").filter(|_| signs_registered(question.scheme));
    let reader = Reader::new(*question.request, question.config, &[]);
    configured.cloned().unwrap_or_else(|| String::from_utf8_lossy(reader.address()).into_owned())
}

/// What to configure so that the request is taken to have come to `url`; `None` when nothing does that.
fn configurable(question: &Question<'_>, url: &str) -> Option<String> {
    let base = url.split(['?', '#']).next().unwrap_or_default().to_owned();
    let config = BTreeMap::from([("url".to_owned(), base.clone())]);
    let signed = |address: &[u8]| {
        if signs_query(question.scheme) { address.to_vec() } else { cut(address, b'?').0.to_vec() }
    };
    let told = question.request.url.starts_with(b"/")
        && signed(Reader::new(*question.request, &config, &[]).address()) == signed(url.as_bytes());
    told.then_some(base)
}

/// The scheme with one component of its message taken otherwise.
fn changed_schemes(scheme: &Scheme, request: &Request<'_>) -> Vec<(Scheme, &'static str)> {
    let mut list = Vec::new();
    let mut raw = scheme.clone();
    if each_component(&mut raw.messages, &mut |one| {
        let other = matches!(one, Component::Body(part) if *part != BodyPart::Raw);
        if other {
            *one = Component::Body(BodyPart::Raw);
        }
        other
    }) {
        list.push((raw, "content_encoding"));
    }
    let mut signed = scheme.clone();
    if each_component(&mut signed.messages, &mut |one| {
        let Component::Crc32(of) = &*one else { return false };
        if !matches!(of.as_slice(), [Component::Body(BodyPart::Raw)]) {
            return false;
        }
        let text = crate::body::crc32(&[request.body]);
        let Ok(unsigned) = text.parse::<u32>() else { return false };
        *one = Component::Text(unsigned.cast_signed().to_string());
        unsigned > u32::MAX / 2
    }) {
        list.push((signed, "crc32_rendered_signed"));
    }
    list
}

/// Hands every component over for a change; true when one was changed.
fn each_component(messages: &mut [Vec<Component>], change: &mut dyn FnMut(&mut Component) -> bool) -> bool {
    let mut changed = false;
    for component in messages.iter_mut().flatten() {
        changed |= change(component);
        if let Component::Digest { of, .. } | Component::Join { of, .. } | Component::Crc32(of) = component {
            for inner in of {
                changed |= change(inner);
            }
        }
    }
    changed
}

impl Variation {
    /// Makes the variation ready; `None` when it changes nothing that is signed.
    pub(super) fn realise<'v>(
        &'v self,
        question: &'v Question<'_>,
        original: &Original<'_>,
        base: &'v Reading,
        received: &'v [Received],
    ) -> Option<Realised<'v>> {
        let Question { scheme, request, config, .. } = *question;
        let body = Cow::Borrowed(request.body);
        let ready = |templates: Vec<Template>| {
            let new = !templates.is_empty() && templates != base.templates;
            let received = Cow::Borrowed(received);
            new.then(|| Realised {
                templates: Cow::Owned(templates),
                received,
                body: body.clone(),
                unkeyed: false,
            })
        };
        match &self.kind {
            Kind::Body(rewriting) => {
                let bytes = rewriting.apply(original).filter(|bytes| bytes != request.body)?;
                let whole = base.templates.iter().all(Template::has_body) && !base.templates.is_empty();
                let templates = if whole {
                    Cow::Borrowed(base.templates.as_slice())
                } else {
                    let other = Request { body: &bytes, ..*request };
                    let templates = template::read(scheme, &other, config, None).templates;
                    Cow::Owned(Some(templates).filter(|new| !new.is_empty() && *new != base.templates)?)
                };
                let received = Cow::Borrowed(received);
                Some(Realised { templates, received, body: Cow::Owned(bytes), unkeyed: false })
            }
            Kind::Timestamp(text) => {
                ready(template::read(scheme, request, config, Some(text.as_bytes())).templates)
            }
            Kind::Address(_) | Kind::Config(_) => {
                let (request, config) = self.request(question)?;
                ready(template::read(scheme, &request.borrowed(question), &config, None).templates)
            }
            Kind::Headers(_) => {
                let (changed, config) = self.request(question)?;
                let list = changed.list();
                let request = Request { headers: &list, ..*request };
                let templates = template::read(scheme, &request, &config, None).templates;
                let other = received::read(scheme, &request, &config);
                let same = templates == base.templates
                    && other.len() == received.len()
                    && other.iter().zip(received).all(|(a, b)| a.bytes == b.bytes);
                (!same && !templates.is_empty()).then_some(Realised {
                    templates: Cow::Owned(templates),
                    received: Cow::Owned(other),
                    body,
                    unkeyed: false,
                })
            }
            Kind::Message(template) => ready(vec![template.clone()]),
            Kind::Unkeyed(template) => Some(Realised {
                templates: Cow::Owned(vec![template.clone()]),
                received: Cow::Borrowed(received),
                body,
                unkeyed: true,
            }),
            Kind::Scheme(scheme) => ready(template::read(scheme, request, config, None).templates),
        }
    }

    /// The request and configuration with the change made; for those kinds that have one.
    pub(super) fn request(&self, question: &Question<'_>) -> Option<(Changed, BTreeMap<String, String>)> {
        let mut changed = Changed::default();
        let mut config = question.config.clone();
        match &self.kind {
            Kind::Address(url) => {
                changed.url = Some(url.clone());
                if signs_registered(question.scheme) {
                    config.insert("url".to_owned(), url.clone());
                }
            }
            Kind::Headers(headers) => changed.headers = Some(headers.clone()),
            Kind::Config(other) => config.clone_from(other),
            _ => return None,
        }
        Some((changed, config))
    }
}

/// What of a request is changed.
#[derive(Default)]
pub(super) struct Changed {
    url: Option<String>,
    pub(super) headers: Option<Headers>,
}

impl Changed {
    /// The headers, borrowed.
    pub(super) fn list(&self) -> Vec<(&[u8], &[u8])> {
        self.headers.iter().flatten().map(|(name, value)| (&name[..], &value[..])).collect()
    }

    /// The question's request with the address changed.
    pub(super) fn borrowed<'c>(&'c self, question: &Question<'c>) -> Request<'c> {
        let url = self.url.as_ref().map_or(question.request.url, |url| url.as_bytes());
        Request { url, ..*question.request }
    }
}

/// The hashes that can have made the received signatures, the scheme's own first.
pub(super) fn hashes(own: Option<Hash>, received: &[Received]) -> Vec<Hash> {
    let mut list: Vec<Hash> = Vec::new();
    let lengths = received.iter().filter_map(|one| received::hash_of_length(one.bytes.len()));
    for hash in lengths {
        if !list.contains(&hash) {
            list.push(hash);
        }
    }
    list.sort_by_key(|hash| (Some(*hash) != own, hash.length()));
    list
}
