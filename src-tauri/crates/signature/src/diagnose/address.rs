//! Addresses that the sender may have signed instead of the one that arrived: behind a proxy, scheme,
//! host, port and path all change.

use super::question::Question;
use crate::reader::Reader;

/// Addresses that are tried.
const MAX: usize = 160;

/// An address in its parts, none of them decoded.
#[derive(Clone, Default, PartialEq, Eq)]
struct Parts {
    scheme: String,
    host: String,
    port: String,
    path: String,
    query: Option<String>,
}

impl Parts {
    fn parse(url: &str) -> Option<Self> {
        let (scheme, rest) = url.split_once("://")?;
        let end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
        let (authority, rest) = rest.split_at_checked(end)?;
        let authority = authority.rsplit_once('@').map_or(authority, |(_, host)| host);
        let (host, port) = match authority.rsplit_once(':') {
            Some((host, port)) if port.bytes().all(|byte| byte.is_ascii_digit()) => (host, port),
            _ => (authority, ""),
        };
        let (path, query) = match rest.split_once('?') {
            Some((path, query)) => (path, Some(query.to_owned())),
            None => (rest, None),
        };
        Some(Self { scheme: scheme.into(), host: host.into(), port: port.into(), path: path.into(), query })
    }

    fn text(&self) -> String {
        let Self { scheme, host, port, path, query } = self;
        let colon = if port.is_empty() { "" } else { ":" };
        let query = query.as_ref().map(|query| format!("?{query}")).unwrap_or_default();
        format!("{scheme}://{host}{colon}{port}{path}{query}")
    }
}

/// Every address that may have been signed, the likeliest first. The received one is not among them.
pub(super) fn addresses(question: &Question<'_>) -> Vec<String> {
    let reader = Reader::new(*question.request, question.config, &[]);
    let Ok(url) = std::str::from_utf8(reader.address()) else { return Vec::new() };
    let configured = question.config.values().filter(|value| value.contains("://")).map(String::as_str);
    let mut found: Vec<String> = Vec::new();
    let mut add = |text: String| {
        if found.len() < MAX && !found.contains(&text) {
            found.push(text);
        }
    };
    for base in std::iter::once(url).chain(configured.clone()) {
        add(base.to_owned());
    }
    for base in configured.chain([url]) {
        let Some(parts) = Parts::parse(base) else { continue };
        let single = changes(&parts, question);
        single.iter().for_each(|one| add(one.text()));
        for one in &single {
            changes(one, question).iter().for_each(|two| add(two.text()));
        }
    }
    found
}

/// The address with one thing changed.
fn changes(parts: &Parts, question: &Question<'_>) -> Vec<Parts> {
    let mut list = Vec::new();
    let mut add = |one: Parts| {
        if one != *parts {
            list.push(one);
        }
    };
    let header = |name: &str| {
        let value = question.request.header(name)?;
        let first = std::str::from_utf8(value).ok()?.split(',').next()?.trim();
        (!first.is_empty()).then(|| first.to_owned())
    };
    let forwarded = |key: &str| {
        let value = header("forwarded")?;
        let mut pairs = value.split(';').filter_map(|pair| pair.trim().split_once('='));
        let found = pairs.find(|(name, _)| name.eq_ignore_ascii_case(key))?.1;
        Some(found.trim_matches('"').to_owned())
    };
    for scheme in ["https", "http"] {
        add(Parts { scheme: scheme.into(), ..parts.clone() });
    }
    let hosts = [header("x-forwarded-host"), forwarded("host"), header("x-original-host"), header("host")];
    for host in hosts.into_iter().flatten() {
        let (name, port) = host.rsplit_once(':').unwrap_or((&host, ""));
        add(Parts { host: name.into(), port: port.into(), ..parts.clone() });
        add(Parts { host: name.into(), ..parts.clone() });
    }
    add(Parts { host: parts.host.to_ascii_lowercase(), ..parts.clone() });
    if let Some(bare) = parts.host.strip_prefix("www.") {
        add(Parts { host: bare.into(), ..parts.clone() });
    } else {
        add(Parts { host: format!("www.{}", parts.host), ..parts.clone() });
    }
    let default = if parts.scheme == "http" { "80" } else { "443" };
    for port in ["", default, "8080", "3000"] {
        add(Parts { port: port.into(), ..parts.clone() });
    }
    if let Some(port) = header("x-forwarded-port") {
        add(Parts { port, ..parts.clone() });
    }
    match parts.path.strip_suffix('/') {
        Some(path) => add(Parts { path: path.into(), ..parts.clone() }),
        None => add(Parts { path: format!("{}/", parts.path), ..parts.clone() }),
    }
    if let Some(prefix) = header("x-forwarded-prefix") {
        let path = format!("{}{}", prefix.trim_end_matches('/'), parts.path);
        add(Parts { path, ..parts.clone() });
    }
    for name in ["x-original-uri", "x-original-url", "x-rewrite-url", "x-forwarded-uri"] {
        if let Some(target) = header(name) {
            let (path, query) = target.split_once('?').map_or((target.as_str(), None), |(p, q)| (p, Some(q)));
            add(Parts { path: path.into(), query: query.map(str::to_owned), ..parts.clone() });
        }
    }
    let received = std::str::from_utf8(question.request.query()).unwrap_or_default();
    add(Parts { query: None, ..parts.clone() });
    if !received.is_empty() {
        add(Parts { query: Some(received.to_owned()), ..parts.clone() });
    }
    if let Some(query) = &parts.query {
        let decode = |text: &str| String::from_utf8(crate::request::form_decoded(text.as_bytes())).ok();
        add(Parts { query: decode(query), ..parts.clone() });
        add(Parts { query: Some(query.replace("%20", "+")), ..parts.clone() });
        add(Parts { query: Some(query.replace('+', "%20")), ..parts.clone() });
        let mut sorted: Vec<&str> = query.split('&').collect();
        sorted.sort_unstable();
        add(Parts { query: Some(sorted.join("&")), ..parts.clone() });
        if let Some((rest, _)) = query.rsplit_once('&') {
            add(Parts { query: Some(rest.to_owned()), ..parts.clone() });
        }
    }
    list
}

/// What of the address was signed otherwise, as a cause.
pub(super) fn code(used: &str, signed: &str) -> &'static str {
    let (Some(a), Some(b)) = (Parts::parse(used), Parts::parse(signed)) else { return "url_host" };
    let bare = |path: &str| path.trim_end_matches('/').to_owned();
    if a.host != b.host {
        "url_host"
    } else if a.scheme != b.scheme {
        "url_scheme"
    } else if a.port != b.port {
        "url_port"
    } else if a.query != b.query {
        "url_query"
    } else if bare(&a.path) == bare(&b.path) {
        "url_trailing_slash"
    } else {
        "url_path"
    }
}
