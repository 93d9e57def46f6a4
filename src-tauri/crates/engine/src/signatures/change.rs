//! What can be done with the text of a stored secret, as a word on the wire: `trim`, `strip_prefix:whsec_`.

use waybill_model::{Failure, Result};
use waybill_signature::SecretChange;

/// A change of a secret's text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Change {
    /// One that needs no text of its own.
    Plain(SecretChange),
    /// A prefix is cut off.
    StripPrefix(String),
    /// A prefix is put before it.
    AddPrefix(String),
}

/// The changes that need no text, each with its word and what the button says.
const PLAIN: &[(SecretChange, &str, &str)] = &[
    (SecretChange::Trim, "trim", "Trim the secret and check again"),
    (SecretChange::Unquote, "unquote", "Take the quotes off the secret and check again"),
    (SecretChange::Assigned, "assigned", "Keep the value alone and check again"),
    (SecretChange::UnescapeLineEnds, "unescape_line_ends", "Put in the line ends and check again"),
    (SecretChange::PercentDecode, "percent_decode", "Decode the secret and check again"),
    (SecretChange::AfterColon, "after_colon", "Keep what follows the colon and check again"),
    (SecretChange::DecodeHex, "decode_hex", "Decode the secret from hex and check again"),
    (SecretChange::DecodeBase64, "decode_base64", "Decode the secret from Base64 and check again"),
    (SecretChange::EncodeHex, "encode_hex", "Write the secret in hex and check again"),
    (SecretChange::EncodeBase64, "encode_base64", "Write the secret in Base64 and check again"),
    (SecretChange::EncodeWhsec, "encode_whsec", "Write the secret as whsec_… and check again"),
    (SecretChange::Lowercase, "lowercase", "Write the secret in lower case and check again"),
    (SecretChange::Uppercase, "uppercase", "Write the secret in upper case and check again"),
];

impl From<SecretChange> for Change {
    fn from(change: SecretChange) -> Self {
        match change {
            SecretChange::StripPrefix(prefix) => Self::StripPrefix(prefix.to_owned()),
            SecretChange::AddPrefix(prefix) => Self::AddPrefix(prefix.to_owned()),
            plain => Self::Plain(plain),
        }
    }
}

impl Change {
    /// The change of that word.
    pub(super) fn parse(word: &str) -> Result<Self> {
        let text =
            |prefix: &str| word.strip_prefix(prefix).filter(|text| !text.is_empty()).map(str::to_owned);
        if let Some(prefix) = text("strip_prefix:") {
            return Ok(Self::StripPrefix(prefix));
        }
        if let Some(prefix) = text("add_prefix:") {
            return Ok(Self::AddPrefix(prefix));
        }
        PLAIN.iter().find(|(_, known, _)| *known == word).map(|(change, ..)| Self::Plain(*change)).ok_or_else(
            || {
                Failure::invalid(format!(
                    "{word:?} is nothing that can be done with a secret; nothing was done."
                ))
            },
        )
    }

    /// Its word; absent for a change that has none yet.
    pub(super) fn word(&self) -> Option<String> {
        match self {
            Self::StripPrefix(prefix) => Some(format!("strip_prefix:{prefix}")),
            Self::AddPrefix(prefix) => Some(format!("add_prefix:{prefix}")),
            Self::Plain(change) => {
                PLAIN.iter().find(|(known, ..)| known == change).map(|(_, word, _)| (*word).to_owned())
            }
        }
    }

    /// For the button.
    pub(super) fn label(&self) -> String {
        match self {
            Self::StripPrefix(prefix) => format!("Cut {prefix} off the secret and check again"),
            Self::AddPrefix(prefix) => format!("Put {prefix} before the secret and check again"),
            Self::Plain(change) => PLAIN.iter().find(|(known, ..)| known == change).map_or_else(
                || "Write the secret anew and check again".to_owned(),
                |(.., label)| (*label).to_owned(),
            ),
        }
    }

    /// The text to keep instead. `None` when the change leaves it as it is, or leaves nothing that is text.
    pub(super) fn apply(&self, secret: &str) -> Option<String> {
        let changed = match self {
            Self::StripPrefix(prefix) => secret.strip_prefix(prefix.as_str())?.as_bytes().to_vec(),
            Self::AddPrefix(prefix) => [prefix.as_bytes(), secret.as_bytes()].concat(),
            Self::Plain(change) => change.apply(secret.as_bytes()),
        };
        String::from_utf8(changed).ok().filter(|text| !text.is_empty() && text != secret)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_change_has_a_word_that_leads_back_to_it() {
        let all = PLAIN.iter().map(|(change, ..)| Change::Plain(*change));
        let texts = [Change::StripPrefix("v1,".into()), Change::AddPrefix("whsec_".into())];
        for change in all.chain(texts) {
            assert_eq!(Change::parse(&change.word().unwrap()).unwrap(), change);
            assert!(change.label().contains("check again"));
        }
        for wrong in ["", "trim:", "strip_prefix:", "add_prefix", "Trim"] {
            assert!(Change::parse(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn what_changes_nothing_or_leaves_no_text_is_no_change() {
        for (word, secret, expected) in [
            ("trim", "a\n", Some("a")),
            ("trim", "a", None),
            ("trim", " \n", None),
            ("decode_hex", "6162", Some("ab")),
            ("decode_hex", "ff", None),
            ("strip_prefix:x", "ax", None),
            ("strip_prefix:a", "ax", Some("x")),
        ] {
            assert_eq!(Change::parse(word).unwrap().apply(secret).as_deref(), expected, "{word} {secret:?}");
        }
    }
}
