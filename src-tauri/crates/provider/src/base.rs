//! Base addresses: what a connection may call, and how variables come into addresses and paths.
//!
//! A token is only ever sent over https, or over http to this machine. Values that come from
//! outside (ids, organisations) are opaque and are percent-encoded whole, so that none can leave
//! its place in the path.

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use url::{Host, Url};

/// RFC 3986 section 2.3: what needs no encoding anywhere.
const OPAQUE: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// A value as it stands in a path or a query.
pub(crate) fn encode(value: &str) -> String {
    utf8_percent_encode(value, OPAQUE).to_string()
}

/// The names between braces, in order.
pub(crate) fn placeholders(template: &str) -> Vec<&str> {
    let after = template.split('{').skip(1);
    after.filter_map(|rest| rest.split_once('}').map(|(name, _)| name)).collect()
}

/// True for `localhost`, 127.0.0.0/8 and `::1`.
pub(crate) fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Domain(name)) => name.trim_end_matches('.').eq_ignore_ascii_case("localhost"),
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => {
            address.is_loopback() || address.to_ipv4_mapped().is_some_and(|address| address.is_loopback())
        }
        None => false,
    }
}

/// A whole base address.
///
/// # Errors
/// In words: a variable is left in it, it is not http(s), it is http to another machine, or it
/// carries a user, a query or a fragment.
pub(crate) fn parse(text: &str) -> Result<Url, String> {
    if text.contains(['{', '}']) {
        return Err("a base address stands whole, with no {variable} left in it".to_owned());
    }
    let url = Url::parse(text.trim()).map_err(|error| format!("{text:?} is not an address: {error}"))?;
    if !matches!(url.scheme(), "http" | "https") || url.host_str().is_none_or(str::is_empty) {
        return Err("a base address begins with https:// and names a host".to_owned());
    }
    if url.scheme() == "http" && !is_loopback(&url) {
        return Err(
            "the credential would cross the network in the clear: use https (http is for this machine only)"
                .to_owned(),
        );
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err("a base address holds no user and no password".to_owned());
    }
    if url.query().is_some() || url.fragment().is_some() {
        return Err("a base address has neither '?' nor '#'".to_owned());
    }
    Ok(url)
}

/// Fills `{variables}` of an address's template. In the host a value must be a host's own
/// characters; elsewhere it is encoded.
///
/// # Errors
/// The variable's name and what is wrong with its value.
pub(crate) fn fill<'v>(
    template: &str,
    value_of: impl Fn(&str) -> Option<&'v str>,
) -> Result<String, (String, String)> {
    let host_end = template
        .find("://")
        .map_or(0, |start| template[start + 3..].find('/').map_or(template.len(), |end| start + 3 + end));
    let mut filled = String::with_capacity(template.len());
    let mut rest = template;
    while let Some((before, after)) = rest.split_once('{') {
        let Some((name, after)) = after.split_once('}') else { break };
        filled.push_str(before);
        let in_host = template.len() - rest.len() + before.len() < host_end;
        let value = value_of(name).filter(|value| !value.is_empty());
        let value = value.ok_or_else(|| (name.to_owned(), "is needed and is missing".to_owned()))?;
        if in_host {
            let good = |c: char| c.is_ascii_alphanumeric() || c == '-';
            if !value.chars().all(good) || value.starts_with('-') || value.ends_with('-') {
                let problem = "becomes part of a host name: letters, digits and '-' only";
                return Err((name.to_owned(), problem.to_owned()));
            }
            filled.push_str(value);
        } else if matches!(value, "." | "..") {
            return Err((name.to_owned(), "can't be '.' or '..'".to_owned()));
        } else {
            filled.push_str(&encode(value));
        }
        rest = after;
    }
    filled.push_str(rest);
    Ok(filled)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_addresses_that_keep_a_token_safe_are_taken() {
        for good in [
            "https://api.example.com",
            "https://api.example.com:8443/v1/",
            "http://127.0.0.1:4501",
            "http://127.9.9.9/x",
            "http://localhost:3001/api",
            "http://[::1]:1/",
        ] {
            assert!(parse(good).is_ok(), "{good}");
        }
        for (bad, word) in [
            ("http://api.example.com", "clear"),
            ("http://sandbox.mintlify.com", "clear"),
            ("http://192.168.1.4", "clear"),
            ("http://127.0.0.1.example.com", "clear"),
            ("http://localhost.example.com", "clear"),
            ("http://evil.localhost", "clear"),
            ("http://[::2]/", "clear"),
            ("http://0.0.0.0/", "clear"),
            ("https://{tenant}.mindbridge.ai/api", "variable"),
            ("https://u:p@example.com", "password"),
            ("https://example.com?x=1", "'?'"),
            ("https://example.com/#a", "'#'"),
            ("ftp://example.com", "https"),
            ("example.com", "not an address"),
            ("", "not an address"),
        ] {
            let problem = parse(bad).unwrap_err();
            assert!(problem.contains(word), "{bad}: {problem}");
        }
    }

    #[test]
    fn values_stay_in_their_place() {
        let check = |template: &str, value: &str, expected: Result<&str, &str>| {
            let filled = fill(template, |_| Some(value));
            match expected {
                Ok(text) => assert_eq!(filled.as_deref(), Ok(text), "{template} {value}"),
                Err(word) => {
                    let (name, problem) = filled.unwrap_err();
                    assert!(name == "v" && problem.contains(word), "{template} {value}: {problem}");
                }
            }
        };
        check("/a/{v}/b", "x", Ok("/a/x/b"));
        check("/a/{v}/b", "x/../../y?z#q%2f é", Ok("/a/x%2F..%2F..%2Fy%3Fz%23q%252f%20%C3%A9/b"));
        check("/a/{v}", "..", Err("'..'"));
        check("/a/{v}", ".", Err("'..'"));
        check("/a/{v}", "", Err("missing"));
        check("https://{v}.x.ai/api", "acme-1", Ok("https://acme-1.x.ai/api"));
        check("https://{v}.x.ai/api", "evil.com/", Err("host name"));
        check("https://{v}.x.ai/api", "a@b", Err("host name"));
        check("https://{v}.x.ai", "a.b", Err("host name"));
        check("https://x.ai/{v}", "a/b", Ok("https://x.ai/a%2Fb"));
    }
}
