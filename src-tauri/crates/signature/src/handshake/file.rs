//! `[[handshake]]` as it is written. Whether its parts fit together is judged in `rule`.

use super::answer::AnswerText;
use crate::describe::{OneOrMany, Source};
use serde::Deserialize;

/// One handshake.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct HandshakeFile {
    /// What the sender calls it.
    pub(crate) name: String,
    /// What people should know of it, such as what is left for them to do.
    #[serde(default)]
    pub(crate) note: String,
    /// The methods it comes with.
    pub(crate) method: OneOrMany<String>,
    /// What must be so for a request to be this handshake; all of it.
    #[serde(default)]
    pub(crate) when: Vec<ConditionFile>,
    #[serde(default)]
    pub(crate) signature: Signature,
    #[serde(default)]
    pub(crate) token: Option<TokenFile>,
    /// Where a secret arrives that is the key from now on.
    #[serde(default)]
    pub(crate) learn: Option<Source>,
    #[serde(default)]
    pub(crate) answer: AnswerFile,
}

/// What the signature must be for the answer to be given; else it is 401.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Signature {
    /// The handshake has none.
    #[default]
    None,
    /// One that is there and does not match is refused.
    NotWrong,
    /// It must match.
    Valid,
}

/// A condition: a place, and what stands there. Without more, anything but nothing.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ConditionFile {
    pub(crate) from: Source,
    pub(crate) equals: Option<String>,
    #[serde(default)]
    pub(crate) absent: bool,
    pub(crate) chars: Option<Chars>,
    pub(crate) length: Option<[usize; 2]>,
}

/// The characters that a value is made of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Chars {
    /// Hex digits.
    Hex,
    /// What RFC 9110 section 11.2 calls token68: ASCII letters and digits, `-._~+/=`. No JSON object and no
    /// list with colons is made of these.
    Token,
}

impl Chars {
    pub(crate) fn all(self, text: &[u8]) -> bool {
        text.iter().all(|byte| match self {
            Self::Hex => byte.is_ascii_hexdigit(),
            Self::Token => byte.is_ascii_alphanumeric() || b"-._~+/=".contains(byte),
        })
    }
}

/// `token`: a value that must be one that was agreed on; else the answer is 403.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct TokenFile {
    pub(crate) from: Source,
    /// `secret` or `config:KEY`; any of them will do.
    pub(crate) is: OneOrMany<String>,
}

/// `answer`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct AnswerFile {
    pub(crate) status: u16,
    pub(crate) headers: Vec<(String, AnswerText)>,
    pub(crate) body: AnswerText,
}

impl Default for AnswerFile {
    fn default() -> Self {
        Self { status: 200, headers: Vec::new(), body: AnswerText::default() }
    }
}
