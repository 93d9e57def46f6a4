//! What must be there besides the signature, and what it must be.

use crate::describe::Requirement;
use crate::reader::Reader;
use crate::scheme::Scheme;
use waybill_model::Reason;

/// Judges every requirement of `scheme` in order.
pub(crate) fn requirements(scheme: &Scheme, reader: &Reader<'_>) -> Result<(), Reason> {
    for rule in &scheme.requirements {
        let value = reader.read(&rule.from, &[]).ok_or(Reason::MissingHeader)?;
        if !rule.takes(&value) {
            return Err(rule.reason);
        }
    }
    Ok(())
}

impl Requirement {
    /// Whether `value` is what is wanted.
    pub(crate) fn takes(&self, value: &[u8]) -> bool {
        self.equals.as_ref().is_none_or(|expected| expected.as_bytes() == value)
            && self.matches.as_ref().is_none_or(|pattern| matches(pattern.as_bytes(), value))
            && (self.hosts.is_empty() || https_host(value).is_some_and(|host| self.has_host(host)))
    }

    fn has_host(&self, host: &[u8]) -> bool {
        self.hosts.iter().any(|pattern| host_matches(pattern, host))
    }
}

/// Whether `text` is `pattern`, in which each `*` stands for any bytes.
fn matches(pattern: &[u8], text: &[u8]) -> bool {
    let mut parts = pattern.split(|&byte| byte == b'*');
    let Some(mut rest) = parts.next().and_then(|first| text.strip_prefix(first)) else { return false };
    let mut parts = parts.peekable();
    if parts.peek().is_none() {
        return rest.is_empty();
    }
    while let Some(part) = parts.next() {
        if parts.peek().is_none() {
            return rest.ends_with(part);
        }
        let Some(at) = (0..=rest.len()).find(|&at| rest.get(at..).is_some_and(|rest| rest.starts_with(part)))
        else {
            return false;
        };
        rest = rest.get(at + part.len()..).unwrap_or_default();
    }
    true
}

/// The host of an https address in its plainest form: no user, no port but 443, nothing that one reader
/// could take for the end of the host and another not.
fn https_host(address: &[u8]) -> Option<&[u8]> {
    let visible = address.iter().all(|byte| (b'!'..=b'~').contains(byte) && *byte != b'\\');
    let rest = address.strip_prefix(b"https://").filter(|_| visible)?;
    let end = rest.iter().position(|byte| b"/?#".contains(byte)).unwrap_or(rest.len());
    let host = rest.get(..end)?;
    let host = host.strip_suffix(b":443").unwrap_or(host);
    let plain = |byte: &u8| byte.is_ascii_alphanumeric() || b".-".contains(byte);
    (!host.is_empty() && host.iter().all(plain)).then_some(host)
}

/// Whether `host` is `pattern`: a leading dot stands for the name and every name below it, `*` for one
/// label.
fn host_matches(pattern: &str, host: &[u8]) -> bool {
    let host = host.to_ascii_lowercase();
    if let Some(domain) = pattern.strip_prefix('.') {
        let below = host.strip_suffix(domain.as_bytes());
        return below.is_some_and(|below| below.is_empty() || below.ends_with(b"."));
    }
    let labels: Vec<&[u8]> = host.split(|&byte| byte == b'.').collect();
    let wanted: Vec<&str> = pattern.split('.').collect();
    labels.len() == wanted.len()
        && labels
            .iter()
            .zip(wanted)
            .all(|(label, wanted)| !label.is_empty() && (wanted == "*" || *label == wanted.as_bytes()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns() {
        let rows = [
            ("a", "a", true),
            ("a", "ab", false),
            ("a*", "ab", true),
            ("*.pem", "x.pem", true),
            ("*.pem", "x.pem?", false),
            ("https://*/a/*.pem", "https://h/a/b/a/c.pem", true),
            ("a*a", "a", false),
            ("a*b*c", "axbxc", true),
            ("a*b*c", "axc", false),
            ("*", "", true),
        ];
        for (pattern, text, expected) in rows {
            assert_eq!(matches(pattern.as_bytes(), text.as_bytes()), expected, "{pattern} {text}");
        }
    }

    #[test]
    fn a_host_is_what_every_reader_takes_for_it() {
        let rows = [
            ("https://sns.us-east-2.amazonaws.com/a.pem", true),
            ("https://SNS.us-east-2.amazonaws.com/a.pem", true),
            ("https://sns.us-east-2.amazonaws.com:443/a.pem", true),
            ("https://api.paypal.com/x", true),
            ("https://paypal.com", true),
            ("https://a.b.paypal.com?x", true),
            ("http://sns.us-east-2.amazonaws.com/a.pem", false),
            ("https://sns.us-east-2.amazonaws.com:8443/a.pem", false),
            ("https://sns.us-east-2.amazonaws.com.evil.example/a.pem", false),
            ("https://sns.a.b.amazonaws.com/a.pem", false),
            ("https://sns..amazonaws.com/a.pem", false),
            ("https://evilpaypal.com/", false),
            ("https://paypal.com@evil.example/", false),
            ("https://evil.example/https://paypal.com/", false),
            ("https://evil.example#.paypal.com", false),
            ("https://evil.example\\.paypal.com/", false),
            ("https://evil.example%2f.paypal.com/", false),
            ("https://", false),
            (" https://paypal.com/", false),
            ("https://paypal.com/\u{e9}", false),
        ];
        for (address, expected) in rows {
            let host = https_host(address.as_bytes());
            let fits = host.is_some_and(|host| {
                host_matches("sns.*.amazonaws.com", host) || host_matches(".paypal.com", host)
            });
            assert_eq!(fits, expected, "{address}");
        }
    }
}
