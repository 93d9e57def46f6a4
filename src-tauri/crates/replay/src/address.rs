//! What kind of place an address is, and which are never called.
//!
//! Addresses that carry an IPv4 address inside (mapped, NAT64, 6to4, Teredo …) are judged by what they
//! carry, so that no spelling opens a way around. Ranges: the IANA special-purpose registries (RFC 6890 and
//! its updates); metadata services: the cloud providers' own documents.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use waybill_model::TargetClass;

/// What an address is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Address {
    /// It may be called, as this class of target.
    Allowed(TargetClass),
    /// It is never called; why, as the end of a sentence.
    Never(&'static str),
}

/// Judges `address`.
#[must_use]
pub fn judge(address: IpAddr) -> Address {
    match address {
        IpAddr::V4(address) => judge_v4(address),
        IpAddr::V6(address) => match carried_v4(address) {
            Some(inner) => judge_v4(inner),
            None => judge_v6(address),
        },
    }
}

const METADATA: &str = "a cloud machine's metadata service, which hands out credentials";
const LINK_LOCAL: &str = "a link-local address, where metadata services and unconfigured devices live";
const MANY: &str = "an address of many machines at once";
const RESERVED: &str = "a reserved address";

fn judge_v4(address: Ipv4Addr) -> Address {
    let octets = address.octets();
    match octets {
        // Alibaba Cloud, Oracle Cloud at launch, Azure's host channel.
        [100, 100, 100, 200] | [192, 0, 0, 192] | [168, 63, 129, 16] => Address::Never(METADATA),
        [169, 254, ..] => Address::Never(LINK_LOCAL),
        // Every operating system here takes the unspecified address as "this machine".
        [0, 0, 0, 0] | [127, ..] => Address::Allowed(TargetClass::Loopback),
        [0, ..] => Address::Never(RESERVED),
        [224..=239, ..] | [255, 255, 255, 255] => Address::Never(MANY),
        [240..=255, ..] => Address::Never(RESERVED),
        [10, ..] | [172, 16..=31, ..] | [192, 168, ..] => Address::Allowed(TargetClass::Private),
        // Carrier NAT and overlay networks; protocol assignments; benchmarks.
        [100, 64..=127, ..] | [192, 0, 0, _] | [198, 18..=19, ..] => Address::Allowed(TargetClass::Private),
        _ => Address::Allowed(TargetClass::Public),
    }
}

fn judge_v6(address: Ipv6Addr) -> Address {
    if address.is_loopback() || address.is_unspecified() {
        return Address::Allowed(TargetClass::Loopback);
    }
    let parts = address.segments();
    match parts {
        // AWS and Google Cloud.
        [0xfd00, 0xec2, 0, 0, 0, 0, 0, 0x254] | [0xfd20, 0xce, 0, 0, 0, 0, 0, 0x254] => {
            Address::Never(METADATA)
        }
        [0xfe80..=0xfebf, ..] => Address::Never(LINK_LOCAL),
        [0xff00..=0xffff, ..] => Address::Never(MANY),
        [0xfc00..=0xfdff, ..] | [0xfec0..=0xfeff, ..] => Address::Allowed(TargetClass::Private),
        [0x100, 0, 0, 0, ..] => Address::Never(RESERVED),
        _ => Address::Allowed(TargetClass::Public),
    }
}

/// The IPv4 address inside an IPv6 address that stands for one.
fn carried_v4(address: Ipv6Addr) -> Option<Ipv4Addr> {
    let octets = address.octets();
    let last = || Some(Ipv4Addr::new(octets[12], octets[13], octets[14], octets[15]));
    match address.segments() {
        [0, 0, 0, 0, 0, 0, 0, 0 | 1] => None,
        // Mapped (RFC 4291 2.5.5.2), compatible (2.5.5.1), translated (RFC 2765).
        [0, 0, 0, 0, 0, 0xffff | 0, ..] | [0, 0, 0, 0, 0xffff, 0, ..] => last(),
        // NAT64: well-known prefix (RFC 6052) and the local-use one (RFC 8215), as /96.
        [0x64, 0xff9b, 0, 0, 0, 0, ..] | [0x64, 0xff9b, 1, ..] => last(),
        // 6to4 (RFC 3056).
        [0x2002, ..] => Some(Ipv4Addr::new(octets[2], octets[3], octets[4], octets[5])),
        // Teredo (RFC 4380): the client's address, inverted.
        [0x2001, 0, ..] => Some(Ipv4Addr::new(!octets[12], !octets[13], !octets[14], !octets[15])),
        // ISATAP (RFC 5214).
        [_, _, _, _, 0 | 0x200, 0x5efe, ..] => last(),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use TargetClass::{Loopback, Private, Public};

    fn check(text: &str, expected: Option<TargetClass>) {
        let found = judge(text.parse().unwrap());
        match expected {
            Some(class) => assert_eq!(found, Address::Allowed(class), "{text}"),
            None => assert!(matches!(found, Address::Never(_)), "{text}: {found:?}"),
        }
    }

    #[test]
    fn every_range_has_its_class() {
        for (text, class) in [
            ("127.0.0.1", Some(Loopback)),
            ("127.255.255.254", Some(Loopback)),
            ("0.0.0.0", Some(Loopback)),
            ("::1", Some(Loopback)),
            ("::", Some(Loopback)),
            ("::ffff:127.0.0.1", Some(Loopback)),
            ("::127.0.0.1", Some(Loopback)),
            ("64:ff9b::7f00:1", Some(Loopback)),
            ("2002:7f00:1::", Some(Loopback)),
            ("10.0.0.1", Some(Private)),
            ("172.16.0.1", Some(Private)),
            ("172.31.255.255", Some(Private)),
            ("192.168.1.1", Some(Private)),
            ("100.64.0.1", Some(Private)),
            ("198.19.0.1", Some(Private)),
            ("fd12:3456::1", Some(Private)),
            ("fec0::1", Some(Private)),
            ("::ffff:10.1.2.3", Some(Private)),
            ("2002:c0a8:101::1", Some(Private)),
            ("2001:0:1:2:3:4:f5ff:fffe", Some(Private)),
            ("172.32.0.1", Some(Public)),
            ("100.128.0.1", Some(Public)),
            ("8.8.8.8", Some(Public)),
            ("2606:4700::1111", Some(Public)),
            ("64:ff9b::808:808", Some(Public)),
            ("169.254.169.254", None),
            ("169.254.0.1", None),
            ("100.100.100.200", None),
            ("168.63.129.16", None),
            ("192.0.0.192", None),
            ("fd00:ec2::254", None),
            ("fd20:ce::254", None),
            ("fe80::1", None),
            ("febf::1", None),
            ("::ffff:169.254.169.254", None),
            ("::169.254.169.254", None),
            ("::ffff:0:169.254.169.254", None),
            ("64:ff9b::a9fe:a9fe", None),
            ("64:ff9b:1::a9fe:a9fe", None),
            ("2002:a9fe:a9fe::1", None),
            ("2001:0:1:2:3:4:5601:5601", None),
            ("2606:4700::5efe:a9fe:a9fe", None),
            ("0.1.2.3", None),
            ("224.0.0.1", None),
            ("239.255.255.250", None),
            ("240.0.0.1", None),
            ("255.255.255.255", None),
            ("ff02::1", None),
            ("100::1", None),
        ] {
            check(text, class);
        }
    }

    proptest::proptest! {
        #[test]
        fn an_address_inside_another_is_judged_as_itself(bytes in proptest::prelude::any::<[u8; 4]>()) {
            let inner = Ipv4Addr::from(bytes);
            let expected = judge(IpAddr::V4(inner));
            let [a, b, c, d] = bytes;
            let (high, low) = (u16::from_be_bytes([a, b]), u16::from_be_bytes([c, d]));
            for carrier in [
                Ipv6Addr::new(0, 0, 0, 0, 0, 0xffff, high, low),
                Ipv6Addr::new(0x64, 0xff9b, 0, 0, 0, 0, high, low),
                Ipv6Addr::new(0x2002, high, low, 7, 0, 0, 0, 1),
                Ipv6Addr::new(0x2001, 0, 1, 2, 3, 4, !high, !low),
                Ipv6Addr::new(0x2606, 1, 2, 3, 0, 0x5efe, high, low),
            ] {
                proptest::prop_assert_eq!(judge(IpAddr::V6(carrier)), expected, "{}", carrier);
            }
        }
    }
}
