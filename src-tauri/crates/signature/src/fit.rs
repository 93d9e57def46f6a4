//! Judges whether the parts of a scheme file fit together, and makes the scheme of them.
//!
//! What a single value may be is judged where it is read (`describe`); here is what only the whole can
//! tell: a template that names a timestamp where there is none, a hash that anybody could make.

use crate::algorithm::Family;
use crate::describe::{
    Component, File, FormatWord, Message, SignatureFile, Source, TimestampFile, is_header_name,
};
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
        (Family::Mac(_) | Family::Hash(_) | Family::Ed25519, true) => {
            return Err((algorithm_span, "this algorithm signs something: `message` is missing".to_owned()));
        }
        _ => {}
    }
    for (message, span) in messages.iter().zip(spans) {
        judge_message(message, family, &signature, timestamp.is_some()).map_err(|text| (Some(span), text))?;
    }

    let readings = match (file.key, family) {
        (Some(key), _) => key.into_inner().readings(),
        (None, Family::Token) => vec![KeyReading::text()],
        (None, _) => return Err((algorithm_span, "`[key]` is missing: how is the secret read?".to_owned())),
    };
    if !matches!(family, Family::Ed25519) && readings.iter().any(|one| one.encoding == KeyEncoding::Pem) {
        return Err((algorithm_span, "a PEM block is no key for this algorithm".to_owned()));
    }
    if let Some(name) = file.emit.set.keys().find(|name| !is_header_name(name)) {
        return Err((None, format!("{name:?} in `[emit]` can't be the name of a header")));
    }

    let mut scheme = Scheme {
        id,
        title: file.title,
        algorithm,
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
        repeated: file.repeated,
        format,
        encodings: file.encoding.0,
        unpadded: file.unpadded,
    })
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
            Component::Digest { of, .. } => {
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
        (Family::Mac(_) | Family::Ed25519 | Family::Token, 1..) => {
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
        .chain(scheme.body_digests.iter().map(|rule| &rule.from));
    sources.filter_map(Source::pointer).for_each(&mut add);
    for component in scheme.messages.iter().flatten() {
        component.walk(&mut |component| {
            if let Component::Json { pointer, .. } = component {
                add(pointer);
            }
        });
    }
    found
}
