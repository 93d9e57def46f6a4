//! Which headers and query values may leave the machine in a copy or a file.
//!
//! An allow list: a header is kept when its name is one that describes the message or names the event, and
//! neither its name nor its value looks like a credential; every other value is replaced. Only an explicit
//! wish ([`Secrets::Included`]) exports what was received. Bodies are what is exported: they are not searched.

use crate::head::Head;
use std::borrow::Cow;

/// Stands for a value that was left out.
pub const REDACTED: &str = "[redacted]";

/// Whether values that look like credentials are exported.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Secrets {
    /// They are replaced by [`REDACTED`].
    #[default]
    Redacted,
    /// They are exported as received.
    Included,
}

/// Parts of a name that mean a credential or a signature, whatever else the name says.
const SUSPECT: &[&str] = &[
    "auth",
    "cookie",
    "token",
    "secret",
    "password",
    "passwd",
    "pwd",
    "session",
    "credential",
    "signature",
    "sign",
    "sig",
    "hmac",
    "digest",
    "key",
    "jwt",
    "bearer",
    "api",
    "csrf",
    "xsrf",
    "otp",
    "cert",
];

/// Names that describe the message.
const PLAIN: &[&str] = &[
    "accept",
    "accept-charset",
    "accept-encoding",
    "accept-language",
    "cache-control",
    "connection",
    "content-disposition",
    "content-encoding",
    "content-language",
    "content-length",
    "content-type",
    "date",
    "expect",
    "from",
    "host",
    "if-modified-since",
    "if-none-match",
    "keep-alive",
    "origin",
    "pragma",
    "range",
    "referer",
    "te",
    "traceparent",
    "tracestate",
    "trailer",
    "transfer-encoding",
    "upgrade",
    "user-agent",
    "via",
    "warning",
    "x-forwarded-for",
    "x-forwarded-host",
    "x-forwarded-port",
    "x-forwarded-proto",
    "x-real-ip",
];

/// Last words of names that say what happened: `X-GitHub-Event`, `webhook-id`, `X-Retry-Count`.
const TELLING: &[&str] = &[
    "event",
    "events",
    "type",
    "topic",
    "id",
    "uuid",
    "guid",
    "delivery",
    "timestamp",
    "time",
    "date",
    "version",
    "attempt",
    "attempts",
    "retry",
    "count",
    "num",
    "number",
    "reason",
    "name",
    "action",
    "kind",
    "resource",
    "environment",
    "env",
    "hook",
    "webhook",
    "trace",
    "format",
    "status",
    "state",
    "test",
    "source",
    "entity",
];

/// Beginnings of values that are credentials whatever carries them.
const TELLTALE: &[&str] = &[
    "bearer ",
    "basic ",
    "digest ",
    "aws4-hmac",
    "eyj",
    "sk_",
    "pk_live",
    "rk_",
    "ghp_",
    "gho_",
    "ghs_",
    "github_pat_",
    "glpat-",
    "xox",
    "whsec_",
    "whsk_",
    "sha1=",
    "sha256=",
    "sha512=",
    "v1=",
    "v1,",
    "v1a,",
    "akia",
    "-----begin",
];

/// Whether a header's value is left out of exports.
#[must_use]
pub fn is_sensitive_header(name: &str, value: &str) -> bool {
    let name = name.trim().to_ascii_lowercase();
    if has_telltale(value) {
        return true;
    }
    if PLAIN.contains(&name.as_str()) {
        return false;
    }
    if words(&name).any(is_suspect) {
        return true;
    }
    let last = name.rsplit(['-', '_']).next().unwrap_or_default();
    !TELLING.contains(&last)
}

/// Whether a query value of that name is left out of exports.
#[must_use]
pub(crate) fn is_sensitive_parameter(name: &str, value: &str) -> bool {
    let name = name.to_ascii_lowercase();
    words(&name).any(|word| is_suspect(word) || word == "code") || has_telltale(value)
}

fn words(name: &str) -> impl Iterator<Item = &str> {
    name.split(|c: char| !c.is_ascii_alphanumeric())
}

/// Short words count only whole: `sig` must not catch `design`.
fn is_suspect(word: &str) -> bool {
    SUSPECT.iter().any(|s| if s.len() < 5 && *s != "auth" { word == *s } else { word.contains(s) })
        || word.ends_with("key")
        || word.ends_with("hmac")
}

fn has_telltale(value: &str) -> bool {
    let start: String = value.trim_start().chars().take(12).collect::<String>().to_ascii_lowercase();
    TELLTALE.iter().any(|t| start.starts_with(t))
}

/// The value of a header as it is exported.
pub(crate) fn header_value<'a>(name: &str, value: &'a str, secrets: Secrets) -> Cow<'a, str> {
    match secrets {
        Secrets::Redacted if is_sensitive_header(name, value) => Cow::Borrowed(REDACTED),
        _ => Cow::Borrowed(value),
    }
}

/// A query as it is exported.
pub(crate) fn query(query: &str, secrets: Secrets) -> Cow<'_, str> {
    if secrets == Secrets::Included || query.is_empty() {
        return Cow::Borrowed(query);
    }
    let shown: Vec<Cow<'_, str>> = query
        .split('&')
        .map(|part| match sensitive_name(part) {
            Some(name) => Cow::Owned(format!("{name}={REDACTED}")),
            None => Cow::Borrowed(part),
        })
        .collect();
    if shown.iter().any(|part| matches!(part, Cow::Owned(_))) {
        Cow::Owned(shown.join("&"))
    } else {
        Cow::Borrowed(query)
    }
}

/// The name of a query's part whose value is left out.
fn sensitive_name(part: &str) -> Option<&str> {
    let (name, value) = part.split_once('=')?;
    (!value.is_empty() && is_sensitive_parameter(name, value)).then_some(name)
}

/// How many values of a head are left out of exports: of headers, and in the query.
#[must_use]
pub fn redactions(head: &Head) -> u64 {
    let headers = head.pairs().iter().filter(|(name, value)| is_sensitive_header(name, value)).count();
    let values = head.query().split('&').filter(|part| sensitive_name(part).is_some()).count();
    (headers + values) as u64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_telling_headers_leave() {
        for name in [
            "Authorization",
            "Proxy-Authorization",
            "Cookie",
            "Set-Cookie",
            "X-Hub-Signature-256",
            "Stripe-Signature",
            "webhook-signature",
            "X-Api-Key",
            "X-Gitlab-Token",
            "X-Webhook-Secret",
            "X-Amz-Security-Token",
            "X-Custom",
            "X-Session-Id",
            "X-Shopify-Hmac-Sha256",
            "X-ApiKey",
            "X-Sig",
            "PayPal-Cert-Url",
            "X-CSRF",
            "Digest",
            "X-Mnemom-Api-Key",
            "X-Auth-Time",
            "",
        ] {
            assert!(is_sensitive_header(name, "value"), "{name}");
        }
        for name in [
            "Content-Type",
            "User-Agent",
            "Host",
            "X-GitHub-Event",
            "X-GitHub-Delivery",
            "webhook-id",
            "webhook-timestamp",
            "X-Webhook-Id",
            "X-Mynd-Event-Type",
            "X-Shopify-Topic",
            "Accept",
            "X-Design-Version",
        ] {
            assert!(!is_sensitive_header(name, "value"), "{name}");
        }
        for value in ["Bearer abc", "eyJhbGciOi.x.y", "sk_live_1", "whsec_abc", "sha256=00", "v1,abc"] {
            assert!(is_sensitive_header("X-Event", value), "{value}");
        }
    }

    #[test]
    fn what_is_left_out_is_counted() {
        for (head, count) in [
            ("POST / HTTP/1.1\r\nHost: a\r\n\r\n", 0),
            ("POST /?token=a&id=1&sig=b HTTP/1.1\r\nHost: a\r\n\r\n", 2),
            ("POST /?token=a HTTP/1.1\r\nCookie: a\r\nX-Sig: b\r\nHost: c\r\n\r\n", 3),
        ] {
            assert_eq!(redactions(&Head::parse(head.as_bytes())), count, "{head}");
        }
    }

    #[test]
    fn credentials_leave_queries() {
        for (given, shown) in [
            ("a=1&token=abc&b=2", "a=1&token=[redacted]&b=2"),
            ("access_token=x", "access_token=[redacted]"),
            ("id=1&name=x", "id=1&name=x"),
            ("apikey=&x", "apikey=&x"),
        ] {
            assert_eq!(query(given, Secrets::Redacted), shown);
            assert_eq!(query(given, Secrets::Included), given);
        }
    }
}
