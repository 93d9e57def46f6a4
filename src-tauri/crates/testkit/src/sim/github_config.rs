//! GitHub: the `config` of a hook, shown and read. Its secret is never shown.

use super::call::Call;
use super::github_body::{Read, invalid, malformed};
use super::world::Endpoint;
use super::{Shared, SimulatorKind, address};
use crate::sign::SigningMaterial;
use serde_json::{Map, Value, json as value};

/// The `config` of a hook. A secret is shown as stars.
pub(super) fn config(hook: &Endpoint) -> Value {
    let mut config = value!({
        "content_type": hook.text("content_type"),
        "insecure_ssl": hook.text("insecure_ssl"),
        "url": hook.url,
    });
    if !hook.key.is_none() {
        config["secret"] = value!("********");
    }
    config
}

/// The settings of a `config` that were given.
#[derive(Default)]
pub(super) struct Config {
    pub(super) url: Option<String>,
    content_type: Option<String>,
    insecure_ssl: Option<String>,
    secret: Option<String>,
}

impl Config {
    pub(super) fn apply(&self, hook: &mut Endpoint) {
        if let Some(url) = &self.url {
            hook.url.clone_from(url);
        }
        for (name, given) in [("content_type", &self.content_type), ("insecure_ssl", &self.insecure_ssl)] {
            if let Some(given) = given {
                hook.more.insert(name.to_owned(), value!(given));
            }
        }
        // What a careless client reads and writes back is not a new secret.
        if let Some(secret) = self.secret.as_ref().filter(|secret| *secret != "********") {
            hook.key = SigningMaterial::Shared(secret.clone());
        }
    }
}

pub(super) fn read_config(
    shared: &Shared,
    call: &Call,
    object: &Map<String, Value>,
    whole: bool,
) -> Read<Config> {
    let known = ["url", "content_type", "insecure_ssl", "secret", "username", "password"];
    if let Some(name) = call.unknown(shared, object, &known) {
        return Err(Box::new(invalid(&[format!("Invalid config attribute: {name}")])));
    }
    // `insecure_ssl` may come as a number.
    let text = |name: &str| match object.get(name) {
        None | Some(Value::Null) => Ok(None),
        Some(Value::String(text)) => Ok(Some(text.clone())),
        Some(Value::Number(number)) if name == "insecure_ssl" => Ok(Some(number.to_string())),
        Some(other) => Err(malformed(&format!("For 'properties/config/{name}', {other} is not a string."))),
    };
    let config = Config {
        url: text("url")?,
        content_type: text("content_type")?,
        insecure_ssl: text("insecure_ssl")?,
        secret: text("secret")?,
    };
    let mut wrong = Vec::new();
    match &config.url {
        None if whole => wrong.push("Config must contain URL for webhooks".to_owned()),
        None => {}
        Some(url) => {
            let local = shared.options.allow_http_targets;
            if let Err(fault) = address::judge(SimulatorKind::GitHub, url, local) {
                wrong.push(match fault {
                    address::Fault::HostRefused => {
                        "url is not supported because it isn't reachable over the public Internet".to_owned()
                    }
                    _ => "Config url is invalid".to_owned(),
                });
            }
        }
    }
    if config.content_type.as_deref().is_some_and(|kind| kind != "json" && kind != "form") {
        wrong.push("Config content_type must be one of: json, form".to_owned());
    }
    if config.insecure_ssl.as_deref().is_some_and(|ssl| ssl != "0" && ssl != "1") {
        wrong.push("Config insecure_ssl must be one of: 0, 1".to_owned());
    }
    if wrong.is_empty() { Ok(config) } else { Err(Box::new(invalid(&wrong))) }
}
