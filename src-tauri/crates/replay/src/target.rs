//! Where a replay or a forward goes: an address that was read, resolved and found callable.
//!
//! A name is resolved, every address it has is judged, and at the moment of dialling it is resolved and
//! judged again: an answer that has changed its kind meanwhile is not called (DNS rebinding).

use crate::address::{Address, judge};
use serde_json::json;
use std::fmt;
use std::net::{IpAddr, SocketAddr};
use std::pin::Pin;
use std::sync::Arc;
use url::{Host, Url};
use waybill_model::{ErrorCode, Failure, TargetClass};

/// A future that is passed on as a value.
pub type Boxed<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// Turns a host name into addresses. Held by tests.
pub trait Names: fmt::Debug + Send + Sync + 'static {
    /// Every address of `host`.
    fn addresses(&self, host: &str) -> Boxed<'static, std::io::Result<Vec<IpAddr>>>;
}

/// The operating system's resolver.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemNames;

impl Names for SystemNames {
    fn addresses(&self, host: &str) -> Boxed<'static, std::io::Result<Vec<IpAddr>>> {
        let host = host.to_owned();
        Box::pin(async move { Ok(tokio::net::lookup_host((host, 0)).await?.map(|a| a.ip()).collect()) })
    }
}

/// What must never be called, beyond what [`crate::address::judge`] says: our own listening addresses.
#[derive(Clone, Debug, Default)]
pub struct Guard {
    own: Vec<SocketAddr>,
    own_allowed: bool,
}

impl Guard {
    /// A guard for a process (or its siblings) that listens on `own`.
    #[must_use]
    pub const fn new(own: Vec<SocketAddr>) -> Self {
        Self { own, own_allowed: false }
    }

    /// Lets our own address be called after all: the user said so. The hop header still ends loops.
    #[must_use]
    pub const fn allow_own(mut self) -> Self {
        self.own_allowed = true;
        self
    }

    /// The class of `address`.
    ///
    /// # Errors
    /// [`Refusal`] when it must not be called.
    pub fn judge(&self, address: SocketAddr) -> Result<TargetClass, Refusal> {
        let class = match judge(address.ip()) {
            Address::Allowed(class) => class,
            Address::Never(why) => return Err(Refusal(format!("{} is {why}", address.ip()))),
        };
        let ours = |own: &SocketAddr| {
            own.port() == address.port()
                && (own.ip().to_canonical() == address.ip().to_canonical()
                    || (class == TargetClass::Loopback
                        && (own.ip().is_loopback() || own.ip().is_unspecified())))
        };
        if !self.own_allowed && self.own.iter().any(ours) {
            return Err(Refusal(format!(
                "{address} is Waybill's own capture address: it would send to itself"
            )));
        }
        Ok(class)
    }
}

/// Why an address is not called.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct Refusal(pub String);

/// A place to send to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Target {
    /// The absolute address, without a fragment.
    pub url: Url,
    /// Where it lies. Before [`Target::locate`] a name other than `localhost` counts as public.
    pub class: TargetClass,
}

impl Target {
    /// Reads an address. Nothing is resolved.
    ///
    /// # Errors
    /// `invalid_input` when it is no absolute `http` or `https` address without credentials;
    /// `target_refused` when it is an address that is never called.
    pub fn parse(text: &str) -> Result<Self, Failure> {
        let bad = |why: &str| {
            Failure::invalid(format!("The target can't be used: {why}. Nothing was sent."))
                .hint("Give an absolute address like http://localhost:3000/hooks.")
        };
        let mut url = Url::parse(text.trim()).map_err(|e| bad(&e.to_string()))?;
        if !matches!(url.scheme(), "http" | "https") {
            return Err(bad("it must begin with http:// or https://"));
        }
        if !url.username().is_empty() || url.password().is_some() {
            return Err(bad("an address with a user name or password in it ends up in logs"));
        }
        if url.port() == Some(0) {
            return Err(bad("port 0 is no port"));
        }
        url.set_fragment(None);
        let class = match url.host() {
            Some(Host::Domain(name)) if is_localhost(name) => TargetClass::Loopback,
            Some(Host::Domain(_)) => TargetClass::Public,
            _ => match literal(&url) {
                Some(address) => Guard::default().judge(address).map_err(|r| refused(&url, &r))?,
                None => return Err(bad("it names no host")),
            },
        };
        Ok(Self { url, class })
    }

    /// Resolves the target and judges every address it has.
    ///
    /// # Errors
    /// `target_refused` when one of them must not be called, or when they are of different kinds;
    /// `network_unreachable` when the name has no address.
    pub async fn locate(self, guard: &Guard, names: &dyn Names) -> Result<Self, Failure> {
        let class = judge_all(guard, names, &self.url, None).await.map_err(|fault| match fault {
            Unlocated::Refused(refusal) => refused(&self.url, &refusal),
            Unlocated::Unknown(why) => Failure::new(
                ErrorCode::NetworkUnreachable,
                format!("{} has no address ({why}); nothing was sent.", self.host()),
            )
            .hint("Check the name, and that this machine is online."),
        })?;
        Ok(Self { class, ..self })
    }

    /// The host and port, for people; punycode where the name is not ASCII.
    #[must_use]
    pub fn host(&self) -> String {
        host_of(&self.url)
    }
}

fn host_of(url: &Url) -> String {
    let host = url.host_str().unwrap_or_default();
    url.port().map_or_else(|| host.to_owned(), |port| format!("{host}:{port}"))
}

/// RFC 6761 section 6.3.
fn is_localhost(name: &str) -> bool {
    let name = name.trim_end_matches('.');
    name == "localhost" || name.ends_with(".localhost")
}

/// The address in `url`, when it holds one instead of a name.
pub(crate) fn literal(url: &Url) -> Option<SocketAddr> {
    let ip = match url.host()? {
        Host::Ipv4(ip) => IpAddr::V4(ip),
        Host::Ipv6(ip) => IpAddr::V6(ip),
        Host::Domain(_) => return None,
    };
    Some(SocketAddr::new(ip, url.port_or_known_default()?))
}

/// The failure for a target that is not called.
pub(crate) fn refused(url: &Url, refusal: &Refusal) -> Failure {
    Failure::new(
        ErrorCode::TargetRefused,
        format!("{} is not called: {refusal}. Nothing was sent.", host_of(url)),
    )
    .hint("Choose another target.")
    .details(json!({ "host": url.host_str(), "reason": refusal.0 }))
}

enum Unlocated {
    Refused(Refusal),
    Unknown(String),
}

async fn judge_all(
    guard: &Guard,
    names: &dyn Names,
    url: &Url,
    expected: Option<TargetClass>,
) -> Result<TargetClass, Unlocated> {
    if let Some(address) = literal(url) {
        return guard.judge(address).map_err(Unlocated::Refused);
    }
    let (Some(host), Some(port)) = (url.host_str(), url.port_or_known_default()) else {
        return Err(Unlocated::Unknown("no host".to_owned()));
    };
    let expected = expected.or_else(|| is_localhost(host).then_some(TargetClass::Loopback));
    let addresses = names.addresses(host).await.map_err(|e| Unlocated::Unknown(e.to_string()))?;
    let (class, _) = checked(guard, host, port, addresses, expected)?;
    Ok(class)
}

/// Judges every address of a name: all callable, all of one kind, and of the kind that was expected.
fn checked(
    guard: &Guard,
    host: &str,
    port: u16,
    addresses: Vec<IpAddr>,
    expected: Option<TargetClass>,
) -> Result<(TargetClass, Vec<SocketAddr>), Unlocated> {
    let mut kind = expected;
    let mut good = Vec::with_capacity(addresses.len());
    for address in addresses {
        let address = SocketAddr::new(address, port);
        let class = guard.judge(address).map_err(Unlocated::Refused)?;
        if kind.is_some_and(|kind| kind != class) {
            let why = format!(
                "{host} leads to {}, which is another kind of place than it was taken for",
                address.ip()
            );
            return Err(Unlocated::Refused(Refusal(why)));
        }
        kind = Some(class);
        good.push(address);
    }
    match kind {
        Some(class) if !good.is_empty() => Ok((class, good)),
        _ => Err(Unlocated::Unknown("it resolves to nothing".to_owned())),
    }
}

/// The resolver a client dials with: it answers only addresses that were judged this very moment.
#[derive(Clone, Debug)]
pub(crate) struct CheckedNames {
    pub(crate) guard: Guard,
    pub(crate) names: Arc<dyn Names>,
    pub(crate) class: TargetClass,
    pub(crate) port: u16,
}

impl reqwest::dns::Resolve for CheckedNames {
    fn resolve(&self, name: reqwest::dns::Name) -> reqwest::dns::Resolving {
        let this = self.clone();
        Box::pin(async move {
            let host = name.as_str();
            let addresses = this.names.addresses(host).await?;
            match checked(&this.guard, host, this.port, addresses, Some(this.class)) {
                Ok((_, good)) => Ok(Box::new(good.into_iter()) as reqwest::dns::Addrs),
                Err(Unlocated::Refused(refusal)) => Err(refusal.into()),
                Err(Unlocated::Unknown(why)) => Err(why.into()),
            }
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use TargetClass::{Loopback, Private, Public};

    #[derive(Debug)]
    struct Fixed(Vec<&'static str>);

    impl Names for Fixed {
        fn addresses(&self, _: &str) -> Boxed<'static, std::io::Result<Vec<IpAddr>>> {
            let found = self.0.iter().map(|a| a.parse().unwrap()).collect();
            Box::pin(async move { Ok(found) })
        }
    }

    fn check(text: &str, expected: Result<TargetClass, ErrorCode>) {
        let found = Target::parse(text).map(|t| t.class).map_err(|f| f.code);
        assert_eq!(found, expected, "{text}");
    }

    #[test]
    fn every_spelling_of_a_forbidden_address_is_refused() {
        use ErrorCode::{InvalidInput, TargetRefused};
        // 169.254.169.254 and friends, as a URL may spell them.
        for host in [
            "169.254.169.254",
            "169.254.169.254.",
            "2852039166",
            "0xa9fea9fe",
            "0xA9.0xFE.0xA9.0xFE",
            "0251.0376.0251.0376",
            "169.254.43518",
            "169.16689662",
            "0xa9.254.0251.254",
            "[::ffff:169.254.169.254]",
            "[::ffff:a9fe:a9fe]",
            "[0:0:0:0:0:ffff:a9fe:a9fe]",
            "[::169.254.169.254]",
            "[64:ff9b::169.254.169.254]",
            "[64:ff9b:1::a9fe:a9fe]",
            "[2002:a9fe:a9fe::]",
            "[fe80::1]",
            "[FE80::1]",
            "[fd00:ec2::254]",
            "[fd00:0ec2::0254]",
            "100.100.100.200",
            "0x64646464c8",
            "１６９.254.169.254",
            "169。254。169。254",
            "%31%36%39.254.169.254",
            "224.0.0.1",
            "255.255.255.255",
        ] {
            for url in [format!("http://{host}/latest/meta-data"), format!("https://{host}:8443")] {
                let code = Target::parse(&url).map_err(|f| f.code);
                assert!(matches!(code, Err(TargetRefused | InvalidInput)), "{url}: {code:?}");
            }
        }
        for (text, expected) in [
            ("http://0x7f.1/", Ok(Loopback)),
            ("http://2130706433:3000", Ok(Loopback)),
            ("http://[::1]:3000/x", Ok(Loopback)),
            ("http://0/", Ok(Loopback)),
            ("http://localhost:3000/hooks", Ok(Loopback)),
            ("http://a.LOCALHOST./", Ok(Loopback)),
            ("http://notlocalhost/", Ok(Public)),
            ("http://localhost.example/", Ok(Public)),
            ("http://192.168.0.1", Ok(Private)),
            ("https://example.com/x?y#z", Ok(Public)),
            ("http://169.254.169.254@example.com/", Err(InvalidInput)),
            ("http://user:pass@localhost/", Err(InvalidInput)),
            ("http://a%00b/", Err(InvalidInput)),
            ("http://169.254.169.254%00.example/", Err(InvalidInput)),
            ("ftp://localhost/", Err(InvalidInput)),
            ("file:///etc/passwd", Err(InvalidInput)),
            ("localhost:3000", Err(InvalidInput)),
            ("/hooks", Err(InvalidInput)),
            ("http://", Err(InvalidInput)),
            ("http://localhost:0/", Err(InvalidInput)),
            ("", Err(InvalidInput)),
        ] {
            check(text, expected);
        }
        assert_eq!(
            Target::parse("https://bücher.example:8443/x#frag").unwrap().host(),
            "xn--bcher-kva.example:8443"
        );
    }

    /// Ways to write one IPv4 address in a URL.
    fn spellings([a, b, c, d]: [u8; 4]) -> Vec<String> {
        let whole = u32::from_be_bytes([a, b, c, d]);
        let (high, low) = (u16::from_be_bytes([a, b]), u16::from_be_bytes([c, d]));
        let wide: String = format!("{a}.{b}")
            .chars()
            .map(|ch| char::from_u32(u32::from(ch) + 0xfee0).unwrap_or(ch))
            .collect();
        vec![
            format!("{a}.{b}.{c}.{d}"),
            format!("{a}.{b}.{c}.{d}."),
            format!("{whole}"),
            format!("{whole:#x}"),
            format!("0{whole:o}"),
            format!("{a:#x}.{b:#X}.{c:#x}.{d:#x}").replace("0X", "0x"),
            format!("0{a:o}.0{b:o}.0{c:o}.0{d:o}"),
            format!("{a}.{b}.{low}"),
            format!("{a}.{}", whole & 0xff_ffff),
            format!("{a:#x}.{b}.0{c:o}.{d}"),
            format!("%{:02x}{}.{b}.{c}.{d}", a.to_string().as_bytes()[0], &a.to_string()[1..]),
            format!("{wide}.{c}.{d}"),
            format!("{a}\u{3002}{b}\u{3002}{c}\u{3002}{d}"),
            format!("[::ffff:{a}.{b}.{c}.{d}]"),
            format!("[::ffff:{high:x}:{low:x}]"),
            format!("[0:0:0:0:0:FFFF:{high:X}:{low:X}]"),
            format!("[64:ff9b::{a}.{b}.{c}.{d}]"),
            format!("[64:ff9b:1::{high:x}:{low:x}]"),
            format!("[2002:{high:x}:{low:x}::1]"),
            format!("[2001:0:1:2:3:4:{:x}:{:x}]", !high, !low),
            format!("[::ffff:0:{high:x}:{low:x}]"),
        ]
    }

    #[test]
    fn no_spelling_hides_a_forbidden_address() {
        let mut tried = 0;
        for address in [
            [169, 254, 169, 254],
            [169, 254, 170, 2],
            [169, 254, 0, 1],
            [169, 254, 255, 255],
            [100, 100, 100, 200],
            [168, 63, 129, 16],
            [192, 0, 0, 192],
            [224, 0, 0, 1],
            [239, 255, 255, 250],
            [255, 255, 255, 255],
            [240, 0, 0, 1],
        ] {
            for host in spellings(address) {
                let code = Target::parse(&format!("http://{host}/latest")).map_err(|f| f.code);
                assert_eq!(code, Err(ErrorCode::TargetRefused), "{host}");
                tried += 1;
            }
        }
        assert!(tried >= 150, "{tried}");
    }

    #[tokio::test]
    async fn every_address_of_a_name_is_judged() {
        use ErrorCode::{NetworkUnreachable, TargetRefused};
        let guard = Guard::new(vec!["127.0.0.1:4400".parse().unwrap(), "192.168.0.5:4400".parse().unwrap()]);
        for (url, addresses, expected) in [
            ("http://a.example", vec!["93.184.216.34", "2606:2800::1"], Ok(Public)),
            ("http://a.example", vec!["10.0.0.1"], Ok(Private)),
            ("http://a.example", vec!["127.0.0.1", "::1"], Ok(Loopback)),
            ("http://a.example", vec!["93.184.216.34", "169.254.169.254"], Err(TargetRefused)),
            ("http://a.example", vec!["93.184.216.34", "10.0.0.1"], Err(TargetRefused)),
            ("http://a.example", vec!["::ffff:169.254.169.254"], Err(TargetRefused)),
            ("http://a.example:4400", vec!["127.0.0.1"], Err(TargetRefused)),
            ("http://a.example:4400", vec!["::ffff:127.0.0.1"], Err(TargetRefused)),
            ("http://a.example:4400", vec!["0.0.0.0"], Err(TargetRefused)),
            ("http://a.example:4400", vec!["192.168.0.5"], Err(TargetRefused)),
            ("http://a.example:4400", vec!["192.168.0.6"], Ok(Private)),
            ("http://a.example:4401", vec!["127.0.0.1"], Ok(Loopback)),
            ("http://localhost:3000", vec!["93.184.216.34"], Err(TargetRefused)),
            ("http://a.example", vec![], Err(NetworkUnreachable)),
            ("http://127.0.0.1:4400", vec![], Err(TargetRefused)),
            ("http://[::]:4400", vec![], Err(TargetRefused)),
        ] {
            let target = Target::parse(url).unwrap();
            let names = Fixed(addresses.clone());
            let found = target.clone().locate(&guard, &names).await.map(|t| t.class).map_err(|f| f.code);
            assert_eq!(found, expected, "{url} {addresses:?}");
            if url.ends_with("4400") {
                assert!(target.locate(&guard.clone().allow_own(), &names).await.is_ok(), "{url}");
            }
        }
    }
}
