//! The tables of a scheme file. Whether they fit together is judged in `scheme`.

use super::component::Message;
use super::source::{HeaderName, OneOrMany, Selector, Source};
use super::token::TokenRule;
use crate::algorithm::{Algorithm, Hash};
use crate::encoding::Encoding;
use crate::handshake::HandshakeFile;
use crate::key::{KeyEncoding, KeyReading, Normalization};
use crate::time::Unit;
use serde::Deserialize;
use std::collections::BTreeMap;
use toml::Spanned;
use waybill_model::Reason;

/// A scheme file.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct File {
    pub(crate) title: String,
    pub(crate) algorithm: Spanned<Algorithm>,
    /// Which algorithm it is when a value of the request chooses among some.
    #[serde(default)]
    pub(crate) algorithm_by: Option<Spanned<AlgorithmBy>>,
    /// What a token must hold, for algorithm `jws`.
    #[serde(default)]
    pub(crate) jws: Option<Spanned<TokenRule>>,
    #[serde(default)]
    pub(crate) message: Option<Spanned<Message>>,
    #[serde(default)]
    pub(crate) message_alternatives: Vec<Spanned<Message>>,
    /// True when the provider's documents don't confirm the framing.
    #[serde(default)]
    pub(crate) unconfirmed: bool,
    /// Ids of schemes whose headers the sender adds to the same request.
    #[serde(default)]
    pub(crate) companions: Vec<String>,
    #[serde(default)]
    pub(crate) note: String,
    #[serde(default)]
    pub(crate) sources: Vec<String>,
    #[serde(default)]
    pub(crate) key: Option<Spanned<KeyFile>>,
    pub(crate) signature: Spanned<SignatureFile>,
    #[serde(default)]
    pub(crate) timestamp: Option<Spanned<TimestampFile>>,
    #[serde(default)]
    pub(crate) require: Vec<Spanned<Requirement>>,
    #[serde(default)]
    pub(crate) body_digest: Vec<BodyDigest>,
    #[serde(default)]
    pub(crate) identity: IdentityFile,
    #[serde(default)]
    pub(crate) detect: Detect,
    #[serde(default)]
    pub(crate) emit: Emit,
    /// Requests that ask whether the address is willing, and their answers.
    #[serde(default)]
    pub(crate) handshake: Vec<Spanned<HandshakeFile>>,
}

/// `[algorithm_by]`: a value that chooses the algorithm.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct AlgorithmBy {
    pub(crate) from: Source,
    /// The algorithm for each value.
    pub(crate) values: BTreeMap<String, Algorithm>,
    /// What is reported for any other value.
    #[serde(default = "unsupported_version")]
    pub(crate) reason: Reason,
}

/// `[key]`: how a secret is read, and other ways to read it.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct KeyFile {
    encoding: KeyEncoding,
    #[serde(default)]
    strip_prefix: Vec<String>,
    #[serde(default)]
    unpadded: bool,
    #[serde(default)]
    trim: bool,
    #[serde(default)]
    normalize: Option<Normalization>,
    #[serde(default)]
    derive: Option<Hash>,
    /// Where the sender publishes the key, when a request only names the place: nothing is fetched.
    #[serde(default)]
    pub(crate) published: Option<String>,
    #[serde(default)]
    alternatives: Vec<KeyReading>,
}

impl KeyFile {
    /// Every reading, in order.
    pub(crate) fn readings(self) -> Vec<KeyReading> {
        let Self { encoding, strip_prefix, unpadded, trim, normalize, derive, published: _, alternatives } =
            self;
        let first = KeyReading { encoding, strip_prefix, unpadded, trim, normalize, derive };
        std::iter::once(first).chain(alternatives).collect()
    }
}

/// The forms of a signature value.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum FormatWord {
    #[default]
    Plain,
    Pairs,
    Tokens,
}

/// What becomes of a signature header that comes more than once.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Repeated {
    /// All of them count.
    #[default]
    Any,
    /// The first counts.
    First,
    /// The request is refused.
    Reject,
}

/// `[signature]`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct SignatureFile {
    pub(crate) from: Source,
    /// Headers that hold further signatures.
    #[serde(default)]
    pub(crate) also: Vec<HeaderName>,
    /// The beginning of header names that end with a number and hold further signatures.
    #[serde(default)]
    pub(crate) numbered: Option<HeaderName>,
    #[serde(default)]
    pub(crate) repeated: Repeated,
    #[serde(default)]
    pub(crate) format: FormatWord,
    pub(crate) prefix: Option<String>,
    #[serde(default)]
    pub(crate) prefix_any_case: bool,
    #[serde(default)]
    pub(crate) space_after_prefix: bool,
    pub(crate) separator: Option<String>,
    pub(crate) assign: Option<String>,
    pub(crate) version_separator: Option<String>,
    #[serde(default)]
    pub(crate) accept: Vec<String>,
    pub(crate) accept_config: Option<String>,
    #[serde(default)]
    pub(crate) bare: bool,
    pub(crate) encoding: OneOrMany<Encoding>,
    #[serde(default)]
    pub(crate) unpadded: bool,
}

/// `[timestamp]`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct TimestampFile {
    pub(crate) from: Source,
    pub(crate) unit: OneOrMany<Unit>,
    /// Seconds; absent: no limit is documented.
    pub(crate) max_age: Option<u64>,
    /// Seconds; absent: no limit is documented.
    pub(crate) max_future: Option<u64>,
}

/// `[[require]]`: something besides the signature that must be there.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Requirement {
    pub(crate) from: Source,
    /// The value it must have; absent: any.
    pub(crate) equals: Option<String>,
    /// The pattern its value must have; `*` stands for any characters.
    pub(crate) matches: Option<String>,
    /// Its value must be an https address on one of these hosts.
    #[serde(default)]
    pub(crate) hosts: Vec<String>,
    /// What is reported when it has another value.
    #[serde(default = "unsupported_version")]
    pub(crate) reason: Reason,
}

const fn unsupported_version() -> Reason {
    Reason::UnsupportedVersion
}

/// What a digest that differs is reported as.
pub(super) const fn body_digest_mismatch() -> Reason {
    Reason::BodyDigestMismatch
}

/// `[[body_digest]]`: a digest of the body that stands elsewhere in the request.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct BodyDigest {
    pub(crate) from: Source,
    pub(crate) hash: Hash,
    pub(crate) encoding: Encoding,
}

/// `[identity]`: what the request tells of itself; of several places the first that holds something.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct IdentityFile {
    pub(crate) event_type: OneOrMany<Selector>,
    pub(crate) event_id: OneOrMany<Selector>,
    pub(crate) delivery_id: OneOrMany<Selector>,
}

/// `[detect]`: marks of the sender besides the form of its signature.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Detect {
    /// Headers that it sends.
    pub(crate) headers: Vec<HeaderName>,
    /// Text in its `User-Agent`, in any case.
    pub(crate) user_agent: Option<String>,
    /// Among equals, the higher one is proposed first.
    pub(crate) priority: i32,
}

/// `[emit]`: what signing writes besides signature and timestamp.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Emit {
    /// The header of the event's id; of several names the one that is there, else the first.
    pub(crate) id: OneOrMany<HeaderName>,
    /// Headers with fixed values.
    pub(crate) set: BTreeMap<String, String>,
    /// Headers with values for where the request has none.
    pub(crate) default: BTreeMap<String, String>,
}
