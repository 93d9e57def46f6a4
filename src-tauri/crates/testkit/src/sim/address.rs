//! What the providers demand of an endpoint's address.
//!
//! Sources: the seeds and Svix ask for HTTPS; Mnemom refuses local and reserved hosts (documented for card
//! notifications, assumed for the rest); MindBridge wants a dot in the host and refuses some domains.

use super::kind::SimulatorKind;
use std::net::IpAddr;
use url::{Host, Url};

/// What is wrong with an address, in words that follow "url".
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fault {
    NotAUrl,
    NotHttps,
    HostRefused,
}

impl Fault {
    pub(crate) const fn text(self) -> &'static str {
        match self {
            Self::NotAUrl => "must be a valid URL",
            Self::NotHttps => "must be an HTTPS URL",
            Self::HostRefused => "points to a host that is not allowed",
        }
    }
}

/// Judges an address. `local` lets `http` and `https` on loopback pass.
pub(crate) fn judge(kind: SimulatorKind, text: &str, local: bool) -> Result<(), Fault> {
    let url = Url::parse(text).map_err(|_| Fault::NotAUrl)?;
    let host = url.host().ok_or(Fault::NotAUrl)?;
    if local && is_loopback(&host) && matches!(url.scheme(), "http" | "https") {
        return Ok(());
    }
    // GitHub and GitLab take plain HTTP; Stripe does in a sandbox, which this is.
    let plain = matches!(kind, SimulatorKind::GitHub | SimulatorKind::GitLab | SimulatorKind::Stripe);
    if url.scheme() != "https" && !(plain && url.scheme() == "http") {
        return Err(Fault::NotHttps);
    }
    let name = url.host_str().unwrap_or_default();
    let ends = |suffixes: &[&str]| {
        suffixes.iter().any(|suffix| name == *suffix || name.ends_with(&format!(".{suffix}")))
    };
    let refused = match kind {
        SimulatorKind::Mnemom => is_private(&host) || ends(&["localhost", "local", "internal"]),
        SimulatorKind::MindBridge => {
            !name.contains('.')
                || ends(&["local", "azure.com", "microsoft.net", "mindbridge.ai", "mindbridge.com"])
        }
        // "Not supported because it isn't reachable over the public Internet" (GitHub); requests to the
        // local network are off (GitLab, Stripe).
        SimulatorKind::GitHub | SimulatorKind::GitLab | SimulatorKind::Stripe => {
            is_private(&host) || ends(&["localhost", "local"])
        }
        SimulatorKind::Timbrix | SimulatorKind::Mynd | SimulatorKind::Svix => false,
    };
    if refused { Err(Fault::HostRefused) } else { Ok(()) }
}

fn is_loopback(host: &Host<&str>) -> bool {
    match host {
        Host::Domain(name) => *name == "localhost" || name.ends_with(".localhost"),
        Host::Ipv4(ip) => ip.is_loopback(),
        Host::Ipv6(ip) => ip.is_loopback(),
    }
}

fn is_private(host: &Host<&str>) -> bool {
    let ip = match host {
        Host::Domain(_) => return false,
        Host::Ipv4(ip) => IpAddr::V4(*ip),
        Host::Ipv6(ip) => IpAddr::V6(*ip),
    };
    let closed = match ip {
        IpAddr::V4(ip) => ip.is_private() || ip.is_link_local() || ip.is_broadcast(),
        IpAddr::V6(ip) => ip.is_unique_local() || ip.is_unicast_link_local(),
    };
    closed || ip.is_loopback() || ip.is_multicast() || ip.is_unspecified()
}

#[cfg(test)]
mod tests {
    use super::*;
    use SimulatorKind::{MindBridge, Mnemom, Mynd, Timbrix};

    #[test]
    fn addresses_are_judged_by_each_providers_rule() {
        let check = |kind, text, local, expected: Result<(), Fault>| {
            assert_eq!(judge(kind, text, local), expected, "{kind} {text} {local}");
        };
        for kind in SimulatorKind::ALL {
            let plain = matches!(kind, SimulatorKind::GitHub | SimulatorKind::GitLab | SimulatorKind::Stripe);
            check(kind, "https://hooks.example.com/x", false, Ok(()));
            let expected = if plain { Ok(()) } else { Err(Fault::NotHttps) };
            check(kind, "http://hooks.example.com/x", true, expected);
            check(kind, "http://127.0.0.1:80/x", true, Ok(()));
            check(kind, "http://localhost:80/x", true, Ok(()));
            check(kind, "http://[::1]/x", true, Ok(()));
            let expected = if plain { Fault::HostRefused } else { Fault::NotHttps };
            check(kind, "http://127.0.0.1:80/x", false, Err(expected));
            check(kind, "ftp://127.0.0.1/x", true, Err(Fault::NotHttps));
            check(kind, "no address", true, Err(Fault::NotAUrl));
        }
        check(Mnemom, "https://10.0.0.1/", true, Err(Fault::HostRefused));
        check(Mnemom, "https://a.internal/", true, Err(Fault::HostRefused));
        check(Mynd, "https://10.0.0.1/", true, Ok(()));
        check(Timbrix, "https://intranet/", true, Ok(()));
        check(MindBridge, "https://intranet/", true, Err(Fault::HostRefused));
        check(MindBridge, "https://acme.mindbridge.ai/", true, Err(Fault::HostRefused));
        check(MindBridge, "https://notmindbridge.ai/", true, Ok(()));
    }
}
