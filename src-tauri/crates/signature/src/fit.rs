//! Judges whether the parts of a scheme file fit together, and makes the scheme of them.
//!
//! What a single value may be is judged where it is read (`describe`); here is what only the whole can
//! tell: a template that names a timestamp where there is none, a hash that anybody could make.

use crate::algorithm::Family;
use crate::describe::{
    AlgorithmBy, Component, File, FormatWord, Message, SignatureFile, Source, TimestampFile, TokenRule,
    is_header_name,
};
use crate::encoding::Encoding;
use crate::handshake;
use crate::json::Pointer;
use crate::key::{KeyEncoding, KeyReading};
use crate::scheme::{Scheme, SignatureRule, TimestampRule};
use crate::split::{Accept, Format};
use std::ops::Range;
use toml::Spanned;

/// A fault and where it is, before the file's name is known.
pub(crate) type Wrong = (Option<Range<usize>>, String);

/// The id in a file's name, when it is a good one.
pub(crate) fn id_of(file_name: &str) -> Option<String> {
    let id = file_name.strip_suffix(".toml")?;
    let good = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
    let fits = (1..=64).contains(&id.len()) && id.chars().all(good) && !id.starts_with('-');
    fits.then(|| id.to_owned())
}

/// The scheme that a file describes, when its parts agree.
pub(crate) fn fit_together(id: String, file: File) -> Result<Scheme, Wrong> {
    let algorithm_span = Some(file.algorithm.span());
    let algorithm = file.algorithm.into_inner();
    let family = algorithm.family();

    let signature = signature_rule(file.signature)?;
    let timestamp = file.timestamp.map(|rule| timestamp_rule(rule, &signature)).transpose()?;

    let spans: Vec<Range<usize>> =
        file.message.iter().chain(&file.message_alternatives).map(Spanned::span).collect();
    let given = file.message.into_iter().chain(file.message_alternatives);
    let messages: Vec<Vec<Component>> =
        given.map(|message| message.into_inner()).map(|Message(components)| components).collect();
    match (family, messages.is_empty()) {
        (Family::Token, false) => {
            return Err((
                spans.into_iter().next(),
                "a token is sent as it is: there is no `message`".to_owned(),
            ));
        }
        (Family::Jws, false) => {
            return Err((spans.into_iter().next(), "a token brings what is signed: see `[jws]`".to_owned()));
        }
        (Family::Mac(_) | Family::Hash(_), true) => {
            return Err((algorithm_span, "this algorithm signs something: `message` is missing".to_owned()));
        }
        (family, true) if family.has_key_pair() => {
            return Err((algorithm_span, "this algorithm signs something: `message` is missing".to_owned()));
        }
        _ => {}
    }
    let algorithm_by = file.algorithm_by.map(|by| one_family(by, family)).transpose()?;
    let token = token_rule(file.jws, family, &signature, algorithm_span.clone())?;
    let published = file.key.as_ref().and_then(|key| key.get_ref().published.clone());
    for (message, span) in messages.iter().zip(spans) {
        judge_message(message, family, &signature, timestamp.is_some()).map_err(|text| (Some(span), text))?;
    }

    let readings = match (file.key, family) {
        (Some(key), _) => key.into_inner().readings(),
        (None, Family::Token) => vec![KeyReading::text()],
        (None, _) => return Err((algorithm_span, "`[key]` is missing: how is the secret read?".to_owned())),
    };
    let public = family.has_key_pair() || family == Family::Jws;
    if !public && readings.iter().any(|one| matches!(one.encoding, KeyEncoding::Pem | KeyEncoding::Jwk)) {
        return Err((algorithm_span, "a public key is no key for this algorithm".to_owned()));
    }
    // Bytes do not tell a public key from a shared secret, and the token chooses what they are taken for.
    let bytes = |one: &KeyReading| {
        matches!(one.encoding, KeyEncoding::Hex | KeyEncoding::Base64 | KeyEncoding::Base64url)
    };
    if token.as_ref().is_some_and(TokenRule::takes_both_kinds) && readings.iter().any(bytes) {
        return Err((
            algorithm_span,
            "`[jws]` takes shared secrets and key pairs: then a key is text, pem or jwk".to_owned(),
        ));
    }
    if let Some(name) =
        file.emit.set.keys().chain(file.emit.default.keys()).find(|name| !is_header_name(name))
    {
        return Err((None, format!("{name:?} in `[emit]` can't be the name of a header")));
    }

    let handshakes = file
        .handshake
        .into_iter()
        .map(|one| handshake::fit(one, Some(family)))
        .collect::<Result<Vec<_>, Wrong>>()?;

    let mut scheme = Scheme {
        id,
        title: file.title,
        algorithm,
        algorithm_by,
        token,
        published,
        messages,
        unconfirmed: file.unconfirmed,
        companions: file.companions,
        note: file.note,
        sources: file.sources,
        readings,
        signature,
        timestamp,
        requirements: file.require.into_iter().map(Spanned::into_inner).collect(),
        body_digests: file.body_digest,
        identity: file.identity,
        detect: file.detect,
        emit: file.emit,
        handshakes,
        pointers: Vec::new(),
    };
    scheme.pointers = pointers(&scheme);
    Ok(scheme)
}

fn signature_rule(spanned: Spanned<SignatureFile>) -> Result<SignatureRule, Wrong> {
    let span = spanned.span();
    let wrong = |message: &str| (Some(span.clone()), message.to_owned());
    let file = spanned.into_inner();
    if matches!(file.from, Source::Field(_)) {
        return Err(wrong("a signature can't stand in a field of itself"));
    }
    let for_plain = file.prefix.is_some() || file.prefix_any_case || file.space_after_prefix;
    let for_pairs = file.assign.is_some() || file.accept_config.is_some();
    let for_tokens = file.version_separator.is_some() || file.bare;
    let format = match file.format {
        FormatWord::Plain => {
            if for_pairs || for_tokens || !file.accept.is_empty() {
                return Err(wrong("format plain has `prefix` and `separator` only"));
            }
            Format::Plain {
                prefix: file.prefix.unwrap_or_default(),
                prefix_any_case: file.prefix_any_case,
                space_after_prefix: file.space_after_prefix,
                separator: file.separator,
            }
        }
        FormatWord::Pairs => {
            if for_plain || for_tokens {
                return Err(wrong(
                    "format pairs has `separator`, `assign`, `accept` and `accept_config` only",
                ));
            }
            let accept = match (file.accept_config, file.accept) {
                (None, names) if !names.is_empty() => Accept::Names(names),
                (Some(key), names) if names.is_empty() => Accept::Config(key),
                _ => return Err(wrong("format pairs needs `accept` or `accept_config`: whose value is it?")),
            };
            Format::Pairs {
                separator: file.separator.unwrap_or_else(|| ",".to_owned()),
                assign: file.assign.unwrap_or_else(|| "=".to_owned()),
                accept,
            }
        }
        FormatWord::Tokens => {
            if for_plain || for_pairs {
                return Err(wrong(
                    "format tokens has `separator`, `version_separator`, `accept`, `bare` only",
                ));
            }
            if file.accept.is_empty() {
                return Err(wrong("format tokens needs `accept`: which versions count?"));
            }
            Format::Tokens {
                separator: file.separator.unwrap_or_else(|| " ".to_owned()),
                version_separator: file.version_separator.unwrap_or_else(|| ",".to_owned()),
                accept: file.accept,
                bare: file.bare,
            }
        }
    };
    Ok(SignatureRule {
        from: file.from,
        also: file.also.into_iter().map(|name| name.0).collect(),
        numbered: file.numbered.map(|name| name.0),
        repeated: file.repeated,
        format,
        encodings: file.encoding.0,
        unpadded: file.unpadded,
    })
}

/// The algorithms that a value chooses among, when one kind of key serves them all.
fn one_family(spanned: Spanned<AlgorithmBy>, family: Family) -> Result<AlgorithmBy, Wrong> {
    let span = spanned.span();
    let by = spanned.into_inner();
    let kind = |family: Family| std::mem::discriminant(&family);
    let wrong = by.values.values().any(|one| kind(one.family()) != kind(family));
    if wrong || by.values.is_empty() || family == Family::Jws {
        return Err((
            Some(span),
            "every algorithm of `values` must be of the kind of `algorithm`".to_owned(),
        ));
    }
    Ok(by)
}

/// `[jws]`, which algorithm `jws` needs and no other has.
fn token_rule(
    rule: Option<Spanned<TokenRule>>,
    family: Family,
    signature: &SignatureRule,
    span: Option<Range<usize>>,
) -> Result<Option<TokenRule>, Wrong> {
    let plain = matches!(signature.format, Format::Plain { .. }) && signature.encodings == [Encoding::Text];
    match (rule, family) {
        (None, Family::Jws) => Err((span, "algorithm jws needs the table `[jws]`".to_owned())),
        (Some(rule), Family::Jws) if rule.get_ref().algorithms.is_empty() => {
            Err((Some(rule.span()), "`algorithms` is empty: which of them count?".to_owned()))
        }
        (Some(_), Family::Jws) if !plain => {
            Err((span, "a token is of format plain and of encoding text".to_owned()))
        }
        (Some(rule), Family::Jws) => {
            let at = Some(rule.span());
            let rule = rule.into_inner();
            for binding in &rule.bind {
                judge_message(&binding.of.0, family, signature, false).map_err(|text| (at.clone(), text))?;
            }
            Ok(Some(rule))
        }
        (Some(rule), _) => Err((Some(rule.span()), "`[jws]` is for algorithm jws".to_owned())),
        (None, _) => Ok(None),
    }
}

fn timestamp_rule(
    spanned: Spanned<TimestampFile>,
    signature: &SignatureRule,
) -> Result<TimestampRule, Wrong> {
    let span = spanned.span();
    let file = spanned.into_inner();
    if matches!(file.from, Source::Field(_)) && !matches!(signature.format, Format::Pairs { .. }) {
        return Err((Some(span), "only a signature of format pairs has fields".to_owned()));
    }
    Ok(TimestampRule {
        from: file.from,
        units: file.unit.0,
        max_age: file.max_age,
        max_future: file.max_future,
    })
}

fn judge_message(
    message: &[Component],
    family: Family,
    signature: &SignatureRule,
    has_timestamp: bool,
) -> Result<(), String> {
    let (mut secrets, mut fault) = (0_usize, None);
    for component in message {
        component.walk(&mut |component| match component {
            Component::Secret => secrets += 1,
            Component::Timestamp if !has_timestamp => fault = Some("{timestamp} needs `[timestamp]`"),
            Component::Field(_) if !matches!(signature.format, Format::Pairs { .. }) => {
                fault = Some("{field:…} needs a signature of format pairs");
            }
            Component::Digest { of, .. } | Component::Crc32(of) => {
                let mut inside = false;
                of.iter().for_each(|inner| inner.walk(&mut |one| inside |= *one == Component::Secret));
                if inside {
                    fault = Some("the secret can't stand inside a digest");
                }
            }
            _ => {}
        });
    }
    if message.is_empty() {
        fault = Some("the message is empty");
    }
    match (family, secrets) {
        (Family::Hash(_), 0) => fault = Some("without {secret} in it anybody could make this hash"),
        (family, 1..) if !matches!(family, Family::Hash(_)) => {
            fault = Some("{secret} is for plain hashes; this algorithm has its own place for it");
        }
        _ => {}
    }
    fault.map_or(Ok(()), |text| Err(text.to_owned()))
}

fn pointers(scheme: &Scheme) -> Vec<Pointer> {
    let mut found: Vec<Pointer> = Vec::new();
    let mut add = |pointer: &Pointer| {
        if !found.contains(pointer) {
            found.push(pointer.clone());
        }
    };
    let identity = &scheme.identity;
    let selectors = [&identity.event_type, &identity.event_id, &identity.delivery_id];
    let sources = selectors
        .into_iter()
        .flat_map(|list| &list.0)
        .flat_map(|selector| selector.sources())
        .chain([&scheme.signature.from])
        .chain(scheme.timestamp.as_ref().map(|rule| &rule.from))
        .chain(scheme.requirements.iter().map(|rule| &rule.from))
        .chain(scheme.body_digests.iter().map(|rule| &rule.from))
        .chain(scheme.algorithm_by.iter().map(|rule| &rule.from));
    sources.filter_map(Source::pointer).for_each(&mut add);
    let bound = scheme.token.iter().flat_map(|rule| &rule.bind).flat_map(|binding| &binding.of.0);
    for component in scheme.messages.iter().flatten().chain(bound) {
        component.walk(&mut |component| match component {
            Component::Json { pointer, .. } => add(pointer),
            Component::Lines(members) => members.iter().for_each(&mut add),
            _ => {}
        });
    }
    found
}
