//! A delivery as it leaves: body, headers, signature, in each provider's manner.
//!
//! Sources beside `providers.md`: docs.github.com/en/webhooks (headers, form bodies, SHA-1 beside
//! SHA-256), docs.gitlab.com/user/project/integrations/webhooks (headers, secret token, signing token),
//! docs.stripe.com/webhooks (indented body), docs.svix.com/receiving (headers, several signatures
//! while a secret is rotated).

use super::Shared;
use super::send::{self, Outcome};
use super::world::Endpoint;
use crate::catalogue::gitlab_word;
use crate::payload::{self, Event};
use crate::sign::{self, Form};
use serde_json::Value;
use std::time::Duration;

/// A request that is ready to leave.
pub(crate) struct Letter {
    pub(crate) url: String,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: Vec<u8>,
    deadline: Duration,
    title_case: bool,
}

impl Letter {
    /// The delivery `id` of `event` to `endpoint`, signed at the present time.
    pub(crate) fn new(shared: &Shared, endpoint: &Endpoint, event: &Event, id: &str) -> Self {
        let body = body(shared, endpoint, event);
        let mut headers = vec![("Content-Type".to_owned(), content_type(endpoint).to_owned())];
        let mut add = |name: &str, value: String| headers.push((name.to_owned(), value));
        // No page of the seeds names the real ones.
        add("User-Agent", user_agent(shared, endpoint.form));
        companions(shared, endpoint, event, id, &mut add);
        for (name, value) in signature(shared, endpoint, event, id, &body) {
            add(&name, value);
        }
        Self {
            url: endpoint.url.clone(),
            headers,
            body,
            deadline: shared.options.deadline.unwrap_or_else(|| shared.kind.manners().deadline),
            title_case: !matches!(endpoint.form, Form::MindBridge | Form::Svix),
        }
    }

    pub(crate) async fn send(&self) -> Outcome {
        send::post(&self.url, &self.headers, &self.body, self.deadline, self.title_case).await
    }
}

fn user_agent(shared: &Shared, form: Form) -> String {
    match form {
        Form::GitHub => "GitHub-Hookshot/044aadd".to_owned(),
        Form::GitLab | Form::GitLabSigned => "GitLab/18.5.0".to_owned(),
        Form::Stripe => "Stripe/1.0 (+https://stripe.com/docs/webhooks)".to_owned(),
        Form::Svix => "Svix-Webhooks/1.81 (sender-9YMgn; +https://www.svix.com/http-sender/)".to_owned(),
        _ => format!("{}-simulator/1", shared.kind),
    }
}

/// GitHub sends a form unless the hook asks for JSON.
fn is_form(endpoint: &Endpoint) -> bool {
    endpoint.form == Form::GitHub && endpoint.text("content_type") != "json"
}

fn content_type(endpoint: &Endpoint) -> &'static str {
    match endpoint.form {
        Form::GitHub if is_form(endpoint) => "application/x-www-form-urlencoded",
        Form::Stripe => "application/json; charset=utf-8",
        _ => "application/json",
    }
}

/// What is said of an event, before a form is made of it: what GitHub's log shows as `payload`.
pub(crate) fn payload(shared: &Shared, endpoint: &Endpoint, event: &Event) -> Vec<u8> {
    match endpoint.form {
        Form::GitHub if event.event_type == "ping" => event.data.to_string().into_bytes(),
        form => payload::envelope(form, event, &shared.account),
    }
}

fn body(shared: &Shared, endpoint: &Endpoint, event: &Event) -> Vec<u8> {
    let payload = payload(shared, endpoint, event);
    if is_form(endpoint) {
        let text = String::from_utf8_lossy(&payload);
        let form =
            url::form_urlencoded::Serializer::new(String::new()).append_pair("payload", &text).finish();
        return form.into_bytes();
    }
    if endpoint.form == Form::Stripe
        && let Ok(value) = serde_json::from_slice::<Value>(&payload)
        && let Ok(indented) = serde_json::to_vec_pretty(&value)
    {
        return indented;
    }
    payload
}

/// Headers beside content type, user agent and signature.
fn companions(
    shared: &Shared,
    endpoint: &Endpoint,
    event: &Event,
    id: &str,
    add: &mut impl FnMut(&str, String),
) {
    match endpoint.form {
        Form::GitHub => {
            let (target, target_id) = match endpoint.scope {
                "org" => ("organization", "1"),
                _ => ("repository", shared.account.id.as_str()),
            };
            add("Accept", "*/*".to_owned());
            add("X-GitHub-Event", event.event_type.clone());
            add("X-GitHub-Hook-ID", endpoint.id.clone());
            add("X-GitHub-Hook-Installation-Target-ID", target_id.to_owned());
            add("X-GitHub-Hook-Installation-Target-Type", target.to_owned());
        }
        Form::GitLab | Form::GitLabSigned => {
            add("X-Gitlab-Event", gitlab_word(&event.event_type).0.to_owned());
            add("X-Gitlab-Webhook-UUID", endpoint.text("uuid").to_owned());
            add("X-Gitlab-Instance", "https://gitlab.com".to_owned());
            add("X-Gitlab-Event-UUID", event.id.clone());
            // "Remains consistent across webhook retries": there are none, so the delivery is it.
            add("Idempotency-Key", delivery_uuid(id));
            if endpoint.form == Form::GitLabSigned && !endpoint.text("token").is_empty() {
                add("X-Gitlab-Token", endpoint.text("token").to_owned());
            }
        }
        _ => {}
    }
    let own = endpoint.more.get("headers").and_then(Value::as_object);
    for (name, value) in own.into_iter().flatten() {
        add(name, value.as_str().unwrap_or_default().to_owned());
    }
}

/// The number of a GitLab delivery, written as the UUID its `Idempotency-Key` is.
fn delivery_uuid(id: &str) -> String {
    let digits = format!("{:0>32}", id);
    format!("{}-{}-{}-{}-{}", &digits[..8], &digits[8..12], &digits[12..16], &digits[16..20], &digits[20..32])
}

fn signature(
    shared: &Shared,
    endpoint: &Endpoint,
    event: &Event,
    id: &str,
    body: &[u8],
) -> Vec<(String, String)> {
    let now = shared.now();
    let named = match endpoint.form {
        Form::GitLabSigned => delivery_uuid(id),
        _ => event.id.clone(),
    };
    let signed = |key| sign::sign(endpoint.form, key, &named, now, body);
    let mut headers: Vec<(String, String)> =
        signed(&endpoint.key).into_iter().map(|(name, value)| (name.to_owned(), value)).collect();
    // Without a secret there is nothing of the sort; what goes with it stays.
    if endpoint.key.is_none() {
        headers.retain(|(name, _)| name != endpoint.form.header());
    } else if endpoint.form == Form::GitHub {
        headers.push(("X-Hub-Signature".to_owned(), sign::github_sha1(&endpoint.key, body)));
    }
    if let Some((old, until)) = &endpoint.old_key
        && *until > now
        && let Some((_, value)) = headers.iter_mut().find(|(name, _)| name == endpoint.form.header())
        && let Some((_, more)) = signed(old).pop()
    {
        value.push(' ');
        value.push_str(&more);
    }
    headers
}
