//! GitLab: hooks as they are shown, and what create and update carry, as JSON or as a form.
//!
//! Sources as in `gitlab.rs`. Tokens are never shown, only whether there are any. An address that is
//! changed without a token loses the one it had.

use super::call::Call;
use super::form;
use super::gitlab::refuse_parameter;
use super::ids::GROUP;
use super::world::Endpoint;
use super::{Shared, SimulatorKind, address};
use crate::catalogue;
use crate::payload::time_text;
use crate::sign::{Form, SigningMaterial, standard_bytes};
use axum::response::Response;
use serde_json::{Map, Value, json as value};

/// What a hook belongs to.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Place {
    Project,
    Group,
}

impl Place {
    pub(super) const fn scope(self) -> &'static str {
        match self {
            Self::Project => "project",
            Self::Group => "group",
        }
    }

    /// The switches a hook of this place has.
    fn switches(self) -> impl Iterator<Item = &'static str> {
        let all = self == Self::Group;
        let only_groups = |word: &str| word == "subgroup_events" || word == "member_events";
        catalogue::GITLAB.iter().copied().filter(move |word| all || !only_groups(word))
    }
}

const TEXTS: [&str; 6] = [
    "name",
    "description",
    "push_events_branch_filter",
    "branch_filter_strategy",
    "custom_webhook_template",
    "token",
];

/// Gives a new hook what every hook has.
pub(super) fn furnish(shared: &Shared, hook: &mut Endpoint, scope: &'static str) {
    hook.scope = scope;
    hook.more.insert("uuid".to_owned(), value!(shared.draw.uuid()));
    hook.more.insert("enable_ssl_verification".to_owned(), value!(true));
    hook.more.insert("branch_filter_strategy".to_owned(), value!("wildcard"));
    if hook.events.is_empty() {
        hook.events.push("push_events".to_owned());
    }
}

/// The names that stand in a list of pairs.
fn names(hook: &Endpoint, list: &str) -> Vec<Value> {
    let pairs = hook.more.get(list).and_then(Value::as_object);
    pairs.into_iter().flatten().map(|(name, _)| value!({"key": name})).collect()
}

pub(super) fn shown(shared: &Shared, place: Place, hook: &Endpoint) -> Value {
    let id = |text: &str| text.parse::<u64>().map_or_else(|_| value!(text), |number| value!(number));
    let resting = hook.resting_until.filter(|until| *until > shared.now());
    let alert = match (hook.active, resting) {
        (false, _) => "disabled",
        (true, Some(_)) => "temporarily_disabled",
        (true, None) => "executable",
    };
    let mut shown = value!({
        "id": id(&hook.id),
        "url": hook.url,
        "name": hook.more.get("name"),
        "description": hook.more.get("description"),
        "created_at": time_text(hook.created_at),
        "enable_ssl_verification": hook.more.get("enable_ssl_verification"),
        "repository_update_events": false,
        "alert_status": alert,
        "disabled_until": resting.map(time_text),
        "url_variables": names(hook, "url_variables"),
        "push_events_branch_filter": hook.more.get("push_events_branch_filter"),
        "branch_filter_strategy": hook.more.get("branch_filter_strategy"),
        "custom_webhook_template": hook.more.get("custom_webhook_template"),
        "custom_headers": names(hook, "headers"),
        "token_present": !hook.text("token").is_empty(),
        "signing_token_present": hook.form == Form::GitLabSigned,
    });
    match place {
        Place::Project => shown["project_id"] = id(&shared.account.id),
        Place::Group => shown["group_id"] = id(GROUP),
    }
    for switch in place.switches() {
        shown[switch] = value!(hook.events.iter().any(|word| word == switch));
    }
    shown
}

/// What a create or update call asks for.
pub(super) struct Wanted {
    pub(super) url: String,
    switches: Vec<(&'static str, bool)>,
    more: Map<String, Value>,
    signing: Option<String>,
}

impl Wanted {
    pub(super) fn apply(self, hook: &mut Endpoint) {
        if hook.url != self.url {
            hook.url = self.url;
            hook.more.remove("token");
            hook.form = Form::GitLab;
        }
        for (switch, on) in self.switches {
            hook.events.retain(|word| word != switch);
            if on {
                hook.events.push(switch.to_owned());
            }
        }
        let signed = hook.form == Form::GitLabSigned;
        hook.more.extend(self.more);
        match self.signing {
            Some(token) if token.is_empty() => hook.form = Form::GitLab,
            Some(token) => {
                hook.form = Form::GitLabSigned;
                hook.key = SigningMaterial::Shared(token);
                return;
            }
            None if signed => return,
            None => {}
        }
        hook.key = SigningMaterial::Shared(hook.text("token").to_owned());
    }
}

type Read<T> = Result<T, Box<Response>>;

fn invalid(name: &str) -> Box<Response> {
    Box::new(refuse_parameter(400, &format!("{name} is invalid")))
}

/// The parameters of the call, whichever way they came.
fn parameters(call: &Call) -> Read<Map<String, Value>> {
    if call.content_type() != "application/x-www-form-urlencoded" {
        let bad = || Box::new(refuse_parameter(400, "The request body is not a JSON object"));
        return call.object().ok_or_else(bad);
    }
    let fields = form::fields(&call.body);
    let plain = fields.into_iter().filter(|field| field.inner.is_none());
    Ok(plain.map(|field| (field.name, Value::String(field.value))).collect())
}

/// The `value` of a custom header or variable: in the query or in the body.
pub(super) fn value_parameter(call: &Call) -> Option<String> {
    let in_body = || parameters(call).ok()?.get("value")?.as_str().map(str::to_owned);
    call.parameter("value").or_else(in_body)
}

fn flag(name: &str, given: &Value) -> Read<bool> {
    match given {
        Value::Bool(flag) => Ok(*flag),
        Value::String(text) if text == "true" || text == "1" => Ok(true),
        Value::String(text) if text == "false" || text == "0" => Ok(false),
        _ => Err(invalid(name)),
    }
}

pub(super) fn read(shared: &Shared, call: &Call, place: Place) -> Read<Wanted> {
    let given = parameters(call)?;
    let mut known: Vec<&str> = vec!["url", "enable_ssl_verification", "signing_token", "custom_headers"];
    known.extend(TEXTS);
    known.extend(place.switches());
    if let Some(name) = call.unknown(shared, &given, &known) {
        return Err(invalid(name));
    }
    let url = match given.get("url") {
        None => return Err(Box::new(refuse_parameter(400, "url is missing"))),
        Some(Value::String(url)) => url.clone(),
        Some(_) => return Err(invalid("url")),
    };
    if address::judge(SimulatorKind::GitLab, &url, shared.options.allow_http_targets).is_err() {
        return Err(Box::new(refuse_parameter(422, "Invalid url given")));
    }
    let mut switches = Vec::new();
    for switch in place.switches() {
        if let Some(on) = given.get(switch) {
            switches.push((switch, flag(switch, on)?));
        }
    }
    let mut more = Map::new();
    for name in TEXTS {
        match given.get(name) {
            None => {}
            Some(text @ (Value::String(_) | Value::Null)) => {
                more.insert(name.to_owned(), text.clone());
            }
            Some(_) => return Err(invalid(name)),
        }
    }
    if let Some(Value::String(word)) = more.get("branch_filter_strategy")
        && !["wildcard", "regex", "all_branches"].contains(&word.as_str())
    {
        let message = "branch_filter_strategy does not have a valid value";
        return Err(Box::new(refuse_parameter(400, message)));
    }
    if let Some(verify) = given.get("enable_ssl_verification") {
        let verify = flag("enable_ssl_verification", verify)?;
        more.insert("enable_ssl_verification".to_owned(), value!(verify));
    }
    if let Some(list) = given.get("custom_headers") {
        more.insert(
            "headers".to_owned(),
            Value::Object(pairs(list).ok_or_else(|| invalid("custom_headers"))?),
        );
    }
    Ok(Wanted { url, switches, more, signing: signing_token(&given)? })
}

/// `[{key, value}]` as a map.
fn pairs(list: &Value) -> Option<Map<String, Value>> {
    let pair =
        |item: &Value| Some((item.get("key")?.as_str()?.to_owned(), value!(item.get("value")?.as_str()?)));
    list.as_array()?.iter().map(pair).collect()
}

/// `whsec_` and the base64 of 32 bytes; empty takes it away.
fn signing_token(given: &Map<String, Value>) -> Read<Option<String>> {
    let Some(token) = given.get("signing_token") else { return Ok(None) };
    let Some(token) = token.as_str() else { return Err(invalid("signing_token")) };
    let sound = |bytes: Vec<u8>| bytes.len() == 32 && token.starts_with("whsec_");
    if token.is_empty() || standard_bytes(token).is_some_and(sound) {
        return Ok(Some(token.to_owned()));
    }
    let message = "must be whsec_ followed by the base64 of 32 bytes";
    Err(Box::new(super::call::json(422, &value!({"message": {"signing_token": [message]}}))))
}
