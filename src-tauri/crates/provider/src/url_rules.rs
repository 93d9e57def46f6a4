//! A provider's demands on an endpoint's address, checked before anything is sent.
//!
//! One exception: where the provider itself is on this machine (a simulator, a provider's own
//! development server), an address on this machine is left to it to judge.

use crate::base;
use crate::description::UrlRules;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use url::{Host, Url};

/// What is wrong with the address, for people.
pub(crate) fn check(rules: &UrlRules, text: &str, provider_is_local: bool) -> Result<(), String> {
    let url = Url::parse(text).map_err(|error| format!("is not an address: {error}"))?;
    if !matches!(url.scheme(), "http" | "https") {
        return Err("must begin with https://".to_owned());
    }
    let Some(host) = url.host() else { return Err("names no host".to_owned()) };
    if let Some(limit) = rules.max_length
        && text.chars().count() > limit
    {
        return Err(format!("is longer than {limit} characters"));
    }
    if provider_is_local && base::is_loopback(&url) {
        return Ok(());
    }
    if rules.https_only && url.scheme() != "https" {
        return Err("must begin with https://".to_owned());
    }
    if let Host::Domain(name) = &host {
        let name = name.trim_end_matches('.').to_ascii_lowercase();
        if rules.dotted_host && !name.contains('.') {
            return Err("must name a host with a dot in it".to_owned());
        }
        if let Some(refused) = rules.refused_hosts.iter().find(|refused| ends_in(&name, refused)) {
            return Err(format!("names a host that the provider refuses ({refused})"));
        }
    }
    if rules.public_only && !is_public(&host) {
        return Err("must name a public host: the provider can't reach this one".to_owned());
    }
    Ok(())
}

/// `.local` is any name under it, `mindbridge.ai` that name and any under it.
fn ends_in(name: &str, refused: &str) -> bool {
    let refused = refused.to_ascii_lowercase();
    let bare = refused.trim_start_matches('.');
    name == bare || name.strip_suffix(bare).is_some_and(|rest| rest.ends_with('.'))
}

fn is_public(host: &Host<&str>) -> bool {
    match host {
        Host::Domain(name) => {
            let name = name.trim_end_matches('.').to_ascii_lowercase();
            !["localhost", "local", "internal"].iter().any(|refused| ends_in(&name, refused))
        }
        Host::Ipv4(address) => public_v4(*address),
        Host::Ipv6(address) => public_v6(*address),
    }
}

/// RFC 6890's special blocks, as far as nobody out there can be reached in them.
fn public_v4(address: Ipv4Addr) -> bool {
    let [a, b, ..] = address.octets();
    let shared = a == 100 && (64..128).contains(&b);
    let benchmark = a == 198 && (18..20).contains(&b);
    !(address.is_loopback()
        || address.is_private()
        || address.is_link_local()
        || address.is_multicast()
        || address.is_documentation()
        || a == 0
        || a >= 240
        || shared
        || benchmark)
}

fn public_v6(address: Ipv6Addr) -> bool {
    if let Some(IpAddr::V4(inner)) = address.to_ipv4_mapped().map(IpAddr::V4) {
        return public_v4(inner);
    }
    let first = address.segments()[0];
    let unique_local = first & 0xfe00 == 0xfc00;
    let link_local = first & 0xffc0 == 0xfe80;
    let documentation = first == 0x2001 && address.segments()[1] == 0xdb8;
    !(address.is_loopback()
        || address.is_unspecified()
        || address.is_multicast()
        || unique_local
        || link_local
        || documentation)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rules() -> UrlRules {
        UrlRules {
            https_only: true,
            dotted_host: true,
            public_only: true,
            refused_hosts: [".local", ".azure.com", "mindbridge.ai"].map(str::to_owned).to_vec(),
            max_length: Some(60),
            words: Vec::new(),
            source: String::new(),
        }
    }

    #[test]
    fn addresses_are_judged_as_the_provider_would() {
        let check = |text: &str, local: bool, expected: Option<&str>| {
            let problem = super::check(&rules(), text, local).err();
            match (&problem, expected) {
                (None, None) => {}
                (Some(problem), Some(word)) => assert!(problem.contains(word), "{text}: {problem}"),
                _ => panic!("{text}: {problem:?}, expected {expected:?}"),
            }
        };
        check("https://hooks.example.com/in/x", false, None);
        check("https://hooks.example.com:8443/in/x?y=1", false, None);
        check("https://notmindbridge.ai/", false, None);
        check("https://93.184.216.34/", false, None);
        check("https://[2606:2800:220:1::1]/", false, None);
        check("http://hooks.example.com/", false, Some("https"));
        check("ftp://hooks.example.com/", false, Some("https"));
        check("hooks.example.com", false, Some("not an address"));
        check("https://", false, Some("not an address"));
        check("https://host/", false, Some("dot"));
        check("https://printer.local/", false, Some("refuses"));
        check("https://x.AZURE.com./", false, Some("refuses"));
        check("https://mindbridge.ai/", false, Some("refuses"));
        check("https://a.b.mindbridge.ai/", false, Some("refuses"));
        check("https://db.internal/", false, Some("public"));
        for private in
            ["10.1.2.3", "127.0.0.1", "169.254.169.254", "100.64.0.1", "0.0.0.0", "224.0.0.1", "240.0.0.1"]
        {
            check(&format!("https://{private}/"), false, Some("public"));
            check(&format!("https://[::ffff:{private}]/"), false, Some("public"));
        }
        for private in ["::1", "::", "fe80::1", "fd00::1", "ff02::1"] {
            check(&format!("https://[{private}]/"), false, Some("public"));
        }
        check(&format!("https://example.com/{}", "x".repeat(60)), false, Some("longer than 60"));
        // A provider on this machine may be given an address on this machine, and no other.
        check("http://127.0.0.1:4400/in/x", true, None);
        check("http://localhost:4400/in/x", true, None);
        check("http://192.168.1.4/in/x", true, Some("https"));
        check("http://127.0.0.1:4400/in/x", false, Some("https"));
    }
}
