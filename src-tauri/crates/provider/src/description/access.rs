//! What a description file says of access and of signing credentials: forms of the token, signing in,
//! kinds of accounts, and where a secret comes from. See `shape` for the file as a whole.

use super::calls::Part;
use serde::Deserialize;
use toml::Spanned;
use waybill_model::CredentialKind;

/// What the token is made of before it is sent.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum AuthKind {
    /// As it is, in a header.
    #[default]
    Header,
    /// `USER:PASSWORD` as RFC 7617 sends it; without a colon it is the user, with no password.
    Basic,
}

/// One way to send the credential: a header, and what stands before the token in it.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Auth {
    pub(crate) id: Spanned<String>,
    pub(crate) label: String,
    #[serde(default)]
    pub(crate) hint: String,
    #[serde(default)]
    pub(crate) kind: AuthKind,
    /// Absent: `Authorization`.
    pub(crate) header: Option<Spanned<String>>,
    #[serde(default)]
    pub(crate) prefix: String,
    /// The credential is `USER:PASSWORD` and is exchanged for a token that lasts a while.
    pub(crate) sign_in: Option<Spanned<SignIn>>,
}

impl Auth {
    /// The header that the token stands in.
    pub(crate) fn header(&self) -> &str {
        self.header.as_ref().map_or("Authorization", |header| header.get_ref())
    }

    /// What stands before the token.
    pub(crate) fn prefix(&self) -> &str {
        match self.kind {
            AuthKind::Basic => "Basic ",
            AuthKind::Header => &self.prefix,
        }
    }
}

/// The call that gives a short-lived token. The token is kept in memory only.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct SignIn {
    pub(crate) method: String,
    pub(crate) path: Spanned<String>,
    /// `from` is `user` or `password`.
    pub(crate) body: Vec<Part>,
    /// Where the answer has the token.
    pub(crate) token: String,
    /// Where the answer says for how many seconds it is good.
    pub(crate) lifetime: Option<String>,
    /// For how many seconds it is good when the answer does not say.
    pub(crate) lifetime_s: u64,
    /// Where these facts stand.
    pub(crate) source: String,
}

/// One kind of account whose endpoints are managed by the same calls under another path.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Scope {
    pub(crate) id: Spanned<String>,
    /// For people: "a repository".
    pub(crate) label: String,
    /// Stands for `{scope}` in paths; its variables tell which kind a connection is of.
    pub(crate) path: Spanned<String>,
}

/// How bytes become the text of a secret.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum SecretText {
    Hex,
    Base64,
}

/// How Waybill makes a secret, for a provider that is told one.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Make {
    /// Random bytes in it.
    pub(crate) bytes: Spanned<usize>,
    pub(crate) encoding: SecretText,
    #[serde(default)]
    pub(crate) prefix: String,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct CredentialMap {
    pub(crate) kind: CredentialKind,
    /// Where it stands in the answer to `create`, `rotate` and `secret`.
    pub(crate) at: String,
    /// Waybill makes the secret and the provider is told it (`from = "secret"` in a body).
    pub(crate) make: Option<Make>,
    /// The provider forgets the secret when the address changes, so a change of it must bring the
    /// secret along.
    #[serde(default)]
    pub(crate) lost_with_url: bool,
    /// Member names that are taken out of every answer before anything else sees it.
    #[serde(default)]
    pub(crate) secret_fields: Vec<String>,
    /// For how many seconds the provider honours the old secret after a rotation, where it says so.
    pub(crate) overlap_s: Option<u64>,
    /// Where these facts stand.
    pub(crate) source: String,
}
