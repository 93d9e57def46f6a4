//! A description file as it is written: one struct a table, one field a key.
//!
//! Every table refuses keys it does not know, so that a slip of the pen is a fault and not a silent
//! nothing. Whatever a check points at carries its place in the file (`Spanned`).

use super::access::{Auth, CredentialMap, Scope};
use super::calls::{ChoiceCall, Operations};
use super::entry::{LogMap, TimeUnit};
use super::rules::{ErrorMap, Events, RateLimit, UrlRules};
use serde::Deserialize;
use std::collections::BTreeMap;
use toml::Spanned;

/// One provider, as its file describes it.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Description {
    pub(crate) id: Spanned<String>,
    /// For people, where it is introduced and chosen.
    pub(crate) title: String,
    /// For people in the middle of a sentence; absent: the title.
    pub(crate) name: Option<String>,
    /// What this API is, where it is introduced.
    pub(crate) introduction: String,
    /// The scheme that its deliveries are signed under.
    pub(crate) scheme: String,
    /// The pages the facts were taken from.
    pub(crate) sources: Vec<String>,
    /// Retries, deadlines, switching off after failures: for people.
    #[serde(default)]
    pub(crate) delivery_notes: Vec<String>,
    /// Headers sent with every call, such as a pinned API version.
    #[serde(default)]
    pub(crate) headers: BTreeMap<String, Spanned<String>>,
    pub(crate) bases: Vec<Base>,
    #[serde(default)]
    pub(crate) variables: Vec<Variable>,
    /// The kinds of accounts, where there are several; `{scope}` in a path is the chosen one's.
    #[serde(default)]
    pub(crate) scopes: Vec<Scope>,
    pub(crate) auth: Vec<Auth>,
    /// How bodies are written.
    #[serde(default)]
    pub(crate) bodies: BodyForm,
    #[serde(default)]
    pub(crate) fields: Vec<Field>,
    pub(crate) events: Events,
    pub(crate) url_rules: UrlRules,
    pub(crate) endpoint: EndpointMap,
    pub(crate) credential: CredentialMap,
    pub(crate) operations: Operations,
    /// How an entry of the delivery log is read.
    pub(crate) log: Option<LogMap>,
    pub(crate) errors: ErrorMap,
    pub(crate) rate_limit: RateLimit,
}

/// How a body is written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum BodyForm {
    /// As JSON.
    #[default]
    Json,
    /// As `application/x-www-form-urlencoded`: a list is `name[]`, a member of a member `a[b]`.
    Form,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Base {
    pub(crate) label: String,
    /// With `{variables}`; https, or http on loopback.
    pub(crate) url: Spanned<String>,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Variable {
    pub(crate) name: Spanned<String>,
    pub(crate) label: String,
    #[serde(default)]
    pub(crate) hint: String,
}

/// A common property that a provider's own field stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum StandsFor {
    /// The endpoint's label.
    Label,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Field {
    pub(crate) name: Spanned<String>,
    pub(crate) label: String,
    #[serde(default)]
    pub(crate) hint: String,
    /// The provider refuses without it.
    #[serde(default)]
    pub(crate) required: bool,
    /// It can be changed later.
    #[serde(default = "yes")]
    pub(crate) editable: bool,
    /// The only values it may have; absent: any text.
    pub(crate) options: Option<Vec<String>>,
    pub(crate) default: Option<Spanned<String>>,
    /// The call that lists the values it can have.
    pub(crate) choices: Option<Spanned<ChoiceCall>>,
    /// The common property that it is; its value is then `from = "label"` in a body.
    pub(crate) is: Option<StandsFor>,
    /// In characters.
    pub(crate) max_length: Option<usize>,
}

/// Where the common form finds its values in the provider's endpoint: dotted paths.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct EndpointMap {
    pub(crate) id: String,
    pub(crate) url: String,
    pub(crate) events: String,
    pub(crate) active: String,
    /// The words that mean "it sends"; absent: the value is true or false.
    pub(crate) active_words: Option<Vec<String>>,
    /// The value that means "it sends", where it is true or false.
    #[serde(default = "yes")]
    pub(crate) active_is: bool,
    pub(crate) label: Option<String>,
    pub(crate) status: Option<String>,
    pub(crate) failures: Option<String>,
    pub(crate) disabled_reason: Option<String>,
    pub(crate) created_at: Option<String>,
    pub(crate) updated_at: Option<String>,
    /// How the two are written.
    #[serde(default)]
    pub(crate) time_unit: TimeUnit,
    pub(crate) revision: Option<String>,
    /// Where these facts stand.
    pub(crate) source: String,
}

pub(super) const fn yes() -> bool {
    true
}
