//! Signed test events: bodies from the catalogue's examples, signed as the provider would, sent for real.

use crate::api::*;
use crate::engine::Engine;
use crate::inboxes;
use crate::signatures::{Headers, current, signed_headers};
use crate::vaulting::{NewSecret, secret_bytes};
use base64::Engine as _;
use bytes::Bytes;
use include_dir::{Dir, include_dir};
use secrecy::SecretString;
use serde::Deserialize;
use std::collections::BTreeMap;
use std::time::Duration;
use waybill_model::{
    DeliveryId, ErrorCode, Failure, HeaderPair, Inbox, InboxSecret, Name, ReplayMode, Result, SecretKind,
    Timestamp,
};
use waybill_replay::{Guard, Recorded, Sender, Sessions, SystemNames, Target, prepare};

static EXAMPLES: Dir<'static> = include_dir!("$CARGO_MANIFEST_DIR/../../catalogue/examples");

/// The scheme of the inbox of the first run.
const FIRST_SCHEME: &str = "standard-webhooks-v1";

/// Its name.
const FIRST_INBOX: &str = "hello";

/// One example of a scheme's senders. `{{event_id}}`, `{{time}}` and `{{unix}}` stand for fresh values.
#[derive(Deserialize)]
struct Example {
    event: String,
    #[serde(default)]
    headers: Vec<HeaderPair>,
    body: serde_json::Value,
}

fn examples(scheme: &str) -> Vec<Example> {
    EXAMPLES
        .get_file(format!("{scheme}.json"))
        .and_then(|file| serde_json::from_slice(file.contents()).ok())
        .unwrap_or_default()
}

/// Body and headers of a test event.
struct Event {
    headers: Headers,
    body: Vec<u8>,
    event: String,
    id: String,
}

fn event(engine: &Engine, scheme: &str, wanted: Option<String>, data: Option<String>) -> Event {
    let now = engine.now();
    let id = format!("evt_{}", &engine.fresh_uuid().replace('-', "")[..16]);
    let known = examples(scheme);
    let chosen = match &wanted {
        Some(wanted) => known.iter().find(|example| example.event == *wanted),
        None => known.first(),
    };
    let name =
        wanted.or_else(|| chosen.map(|example| example.event.clone())).unwrap_or_else(|| "test".to_owned());
    let body = match (data, chosen) {
        (Some(data), _) => data,
        (None, Some(example)) => filled(&pretty(&example.body), &id, now),
        (None, None) => filled(
            &pretty(
                &serde_json::json!({ "id": "{{event_id}}", "type": name, "created_at": "{{time}}", "data": {} }),
            ),
            &id,
            now,
        ),
    };
    let mut headers: Headers = vec![
        (b"Content-Type".to_vec(), b"application/json".to_vec()),
        (b"User-Agent".to_vec(), format!("Waybill/{} (test event)", env!("CARGO_PKG_VERSION")).into_bytes()),
    ];
    for (name, value) in chosen.map(|example| example.headers.as_slice()).unwrap_or_default() {
        headers.push((name.clone().into_bytes(), filled(value, &id, now).into_bytes()));
    }
    Event { headers, body: body.into_bytes(), event: name, id }
}

fn pretty(value: &serde_json::Value) -> String {
    serde_json::to_string_pretty(value).unwrap_or_default()
}

fn filled(text: &str, id: &str, now: Timestamp) -> String {
    text.replace("\"{{unix}}\"", &now.unix().to_string())
        .replace("{{event_id}}", id)
        .replace("{{time}}", &now.to_string())
}

/// Sends a test event of `scheme`, signed with `secret`, to `url`.
pub(crate) async fn sign_and_send(
    engine: &Engine,
    url: &str,
    scheme: &str,
    secret: &SecretString,
    wanted: Option<String>,
    data: Option<String>,
) -> Result<Sent> {
    send_signed(engine, url, scheme, &BTreeMap::new(), secret, wanted, data).await
}

async fn send_signed(
    engine: &Engine,
    url: &str,
    scheme: &str,
    config: &BTreeMap<String, String>,
    secret: &SecretString,
    wanted: Option<String>,
    data: Option<String>,
) -> Result<Sent> {
    let schemes = engine.schemes();
    let scheme = schemes.require(scheme)?;
    let guard = Guard::new(Vec::new()).allow_own();
    let target = Target::parse(url)?.locate(&guard, &SystemNames).await?;
    let Event { headers, body, event: name, id } = event(engine, scheme.id(), wanted, data);
    let now = engine.now();
    let (headers, body) = signed_headers(
        engine,
        scheme,
        ("POST", url),
        &headers,
        &body,
        (secret_bytes(secret), config),
        now,
        Some(&id),
    )?;
    let recorded = Recorded {
        id: DeliveryId(0),
        event_type: Some(name),
        first_status: 0,
        method: "POST".to_owned(),
        query: String::new(),
        headers,
        body: Bytes::from(body),
        unsendable: None,
    };
    let prepared = prepare(&recorded, &recorded.headers, recorded.body.clone(), &target, Sessions::Sent)
        .map_err(|why| Failure::invalid(format!("The test event was not sent: {why}")))?;
    let shown = prepared.shown.clone();
    let sender = Sender::new(guard, std::sync::Arc::new(SystemNames), Duration::from_secs(30));
    let sent = sender.send(prepared).await;
    Ok(Sent {
        url: target.url.to_string(),
        outcome: sent.outcome,
        status: sent.status,
        duration_us: u64::try_from(sent.duration.as_micros()).ok(),
        error: sent.error,
        headers: shown,
        mode: ReplayMode::Resign,
        inbox: None,
    })
}

/// The address of an inbox of this process's capture server.
fn here(engine: &Engine, name: &Name) -> Result<String> {
    engine.0.capturing.shown().0.map(|base| format!("{base}/in/{name}")).ok_or_else(|| {
        Failure::new(ErrorCode::InvalidInput, "The capture server is not listening, so nothing was sent.")
            .hint("Start it, or say where to send.")
    })
}

pub(crate) async fn send(engine: &Engine, request: SendEvent) -> Result<Sent> {
    let SendEvent { to, inbox, scheme, secret, event, data } = request;
    if let Some(name) = inbox {
        let found = inboxes::get(engine, Named { name: name.clone() }).await?;
        let url = match to {
            Some(url) => url,
            None => here(engine, &name)?,
        };
        let scheme = found.scheme.clone().ok_or_else(|| {
            Failure::new(
                ErrorCode::CannotSign,
                format!("The inbox {name} has no scheme to sign under; nothing was sent."),
            )
            .hint("Give it a scheme and a secret first.")
        })?;
        let secret = current(&found.secrets).ok_or_else(|| {
            Failure::new(
                ErrorCode::CannotSign,
                format!("The inbox {name} has no current secret; nothing was sent."),
            )
        })?;
        let value = engine.secret_required(&secret.id, "the inbox's secret").await?;
        let mut sent = send_signed(engine, &url, &scheme, &found.config, &value, event, data).await?;
        sent.inbox = Some(name);
        return Ok(sent);
    }
    let (Some(url), Some(scheme), Some(secret)) = (to, scheme, secret) else {
        return Err(Failure::invalid(
            "A test event needs an inbox, or an address with a scheme and a secret; nothing was sent.",
        ));
    };
    sign_and_send(engine, &url, &scheme, &secret.0, event, data).await
}

/// The first run's sample: makes an inbox with a fresh secret if there is none, and sends to it for real.
pub(crate) async fn first(engine: &Engine, _: Nothing) -> Result<Sent> {
    let name: Name = FIRST_INBOX.parse().map_err(|error| Failure::internal(format!("{error}")))?;
    here(engine, &name)?;
    let found = engine.0.store.inbox(name.clone()).await?;
    let usable =
        found.as_ref().is_some_and(|inbox| inbox.scheme.is_some() && current(&inbox.secrets).is_some());
    if !usable {
        make_first(engine, name.clone(), found).await?;
    }
    send(engine, SendEvent { inbox: Some(name), ..SendEvent::default() }).await
}

async fn make_first(engine: &Engine, name: Name, found: Option<Inbox>) -> Result<()> {
    let mut key = [0_u8; 24];
    engine.0.options.entropy.fill(&mut key);
    let text = format!("whsec_{}", base64::engine::general_purpose::STANDARD.encode(key));
    let new = NewSecret {
        name: format!("{name} signing secret"),
        kind: SecretKind::SharedSecret,
        connection: None,
        endpoint: None,
    };
    let meta = engine.keep_secret(new, &SecretString::from(text)).await?;
    let kept = meta.id.clone();
    let secret = InboxSecret { id: meta.id, name: meta.name, state: meta.state };
    let _alone = engine.0.changing.lock().await;
    match found {
        Some(mut inbox) => {
            inbox.scheme = Some(FIRST_SCHEME.to_owned());
            inbox.secrets = vec![secret];
            engine.0.store.update_inbox(inbox).await?;
        }
        None => {
            let inbox = Inbox {
                scheme: Some(FIRST_SCHEME.to_owned()),
                secrets: vec![secret],
                ..Inbox::new(name, engine.now())
            };
            if let Err(failure) = engine.0.store.create_inbox(inbox).await {
                engine.forget_secret(&kept).await?;
                // Somebody else was quicker: that inbox does as well.
                if failure.code != ErrorCode::AlreadyExists {
                    return Err(failure);
                }
            }
        }
    }
    engine.0.ready.forget();
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_example_can_be_read() {
        for file in EXAMPLES.files() {
            let id = file.path().file_stem().and_then(|stem| stem.to_str()).unwrap();
            let found: Vec<Example> = serde_json::from_slice(file.contents()).unwrap();
            assert!(!found.is_empty(), "{id}");
            assert!(waybill_signature::Catalogue::embedded().get(id).is_some(), "{id} is no scheme");
        }
    }

    #[test]
    fn placeholders_become_fresh_values() {
        let text = filled(
            "{\"a\": \"{{unix}}\", \"b\": \"{{event_id}} {{time}}\"}",
            "evt_1",
            Timestamp::from_unix(5),
        );
        assert_eq!(text, "{\"a\": 5, \"b\": \"evt_1 1970-01-01T00:00:05.000000000Z\"}");
    }
}
