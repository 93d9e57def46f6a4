//! How a signature header is written: taking it apart, and putting it together.

use crate::request::{cut, trim_blanks};
use smallvec::SmallVec;
use std::collections::BTreeMap;
use waybill_model::Reason;

/// Signatures of one request that are looked at. Senders send one, or a handful while they rotate.
pub(crate) const MAX_CANDIDATES: usize = 256;

/// The form of a signature value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Format {
    /// The signature, perhaps after a prefix, perhaps several of them.
    Plain {
        /// Stands before each signature.
        prefix: String,
        /// The prefix may be written in any case.
        prefix_any_case: bool,
        /// Blanks may follow the prefix.
        space_after_prefix: bool,
        /// Between several signatures; `None`: there is one.
        separator: Option<String>,
    },
    /// Named values: `t=1700000000,v1=…`.
    Pairs {
        /// Between pairs.
        separator: String,
        /// Between name and value.
        assign: String,
        /// Whose values are signatures.
        accept: Accept,
    },
    /// Versioned signatures: `v1,… v1a,…`.
    Tokens {
        /// Between signatures.
        separator: String,
        /// Between version and signature.
        version_separator: String,
        /// Versions that count; others are passed over.
        accept: Vec<String>,
        /// A signature without a version counts too.
        bare: bool,
    },
}

/// Which names carry signatures.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Accept {
    /// These.
    Names(Vec<String>),
    /// The one that is configured under this key.
    Config(String),
}

/// A signature value taken apart.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Split<'v> {
    /// What may be the signature, still encoded.
    pub(crate) candidates: SmallVec<[&'v [u8]; 4]>,
    /// Named values beside it, in order.
    pub(crate) fields: SmallVec<[(&'v [u8], &'v [u8]); 4]>,
}

impl Format {
    /// Takes the values apart. Several values of one header are one list (RFC 9110 section 5.3).
    pub(crate) fn split<'v>(
        &self,
        values: impl Iterator<Item = &'v [u8]>,
        config: &BTreeMap<String, String>,
    ) -> Result<Split<'v>, Reason> {
        let mut split = Split::default();
        match self {
            Self::Plain { prefix, prefix_any_case, space_after_prefix, separator } => {
                let candidates = &mut split.candidates;
                for item in values.flat_map(|value| items(value, separator.as_deref())) {
                    let Some(rest) = without_prefix(item, prefix, *prefix_any_case) else { continue };
                    candidates.push(if *space_after_prefix { trim_blanks(rest) } else { rest });
                }
                if candidates.is_empty() {
                    return Err(Reason::WrongPrefix);
                }
            }
            Self::Pairs { separator, assign, accept } => {
                let configured;
                let wanted: &[String] = match accept {
                    Accept::Names(names) => names,
                    Accept::Config(key) => {
                        configured = config.get(key).cloned();
                        configured.as_slice()
                    }
                };
                for item in values.flat_map(|value| items(value, Some(separator))) {
                    let Some((name, value)) = halves(item, assign) else {
                        return Err(Reason::MalformedSignatureHeader);
                    };
                    let (name, value) = (trim_blanks(name), trim_blanks(value));
                    split.fields.push((name, value));
                    if wanted.iter().any(|wanted| wanted.as_bytes() == name) {
                        split.candidates.push(value);
                    }
                }
                if split.candidates.is_empty() {
                    return Err(match accept {
                        Accept::Names(_) => Reason::NoAcceptableSignature,
                        Accept::Config(_) => Reason::UnknownKeyId,
                    });
                }
            }
            Self::Tokens { separator, version_separator, accept, bare } => {
                let candidates = &mut split.candidates;
                let mut versions = false;
                for item in values.flat_map(|value| items(value, Some(separator))) {
                    match halves(item, version_separator) {
                        Some((version, signature)) => {
                            versions = true;
                            if accept.iter().any(|known| known.as_bytes() == version) {
                                candidates.push(signature);
                            }
                        }
                        None if *bare && !item.is_empty() => candidates.push(item),
                        None => {}
                    }
                }
                if candidates.is_empty() {
                    return Err(if versions {
                        Reason::NoAcceptableSignature
                    } else {
                        Reason::MalformedSignatureHeader
                    });
                }
            }
        }
        split.candidates.truncate(MAX_CANDIDATES);
        Ok(split)
    }

    /// The header value for one signature; `fields` are named values to write before it.
    pub(crate) fn join(
        &self,
        signature: &str,
        fields: &[(String, String)],
        config: &BTreeMap<String, String>,
    ) -> Option<String> {
        Some(match self {
            Self::Plain { prefix, .. } => format!("{prefix}{signature}"),
            Self::Pairs { separator, assign, accept } => {
                let name = match accept {
                    Accept::Names(names) => names.first()?,
                    Accept::Config(key) => config.get(key)?,
                };
                let pairs = fields.iter().map(|(name, value)| (name.as_str(), value.as_str()));
                pairs
                    .chain([(name.as_str(), signature)])
                    .map(|(name, value)| format!("{name}{assign}{value}"))
                    .collect::<Vec<_>>()
                    .join(separator)
            }
            Self::Tokens { version_separator, accept, .. } => {
                format!("{}{version_separator}{signature}", accept.first()?)
            }
        })
    }
}

/// The items of a list, without blanks around them.
fn items<'v, 's>(
    value: &'v [u8],
    separator: Option<&'s str>,
) -> impl Iterator<Item = &'v [u8]> + use<'v, 's> {
    let separator = separator.filter(|separator| !separator.is_empty());
    let mut rest = Some(value);
    // One more than is ever looked at is enough to know of.
    let mut left = 4 * MAX_CANDIDATES + 1;
    std::iter::from_fn(move || {
        let value = rest?;
        let (item, after) = match separator.filter(|_| left > 0).and_then(|by| halves(value, by)) {
            Some((item, after)) => (item, Some(after)),
            None => (value, None),
        };
        left = left.saturating_sub(1);
        rest = after;
        Some(trim_blanks(item))
    })
}

/// Before and after the first `separator`.
fn halves<'v>(bytes: &'v [u8], separator: &str) -> Option<(&'v [u8], &'v [u8])> {
    let separator = separator.as_bytes();
    if let [byte] = separator {
        let (before, after) = cut(bytes, *byte);
        return after.map(|after| (before, after));
    }
    let at = bytes.windows(separator.len().max(1)).position(|window| window == separator)?;
    Some((bytes.get(..at)?, bytes.get(at + separator.len()..)?))
}

fn without_prefix<'v>(value: &'v [u8], prefix: &str, any_case: bool) -> Option<&'v [u8]> {
    let head = value.get(..prefix.len())?;
    let fits =
        if any_case { head.eq_ignore_ascii_case(prefix.as_bytes()) } else { head == prefix.as_bytes() };
    fits.then(|| value.get(prefix.len()..)).flatten()
}
