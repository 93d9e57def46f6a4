//! A delivery as a cURL command for a POSIX shell.
//!
//! Text bodies stand in the command; other bytes come through `printf` in octal; a body too long for a
//! command line is named as a file beside it. curl's own additions (a content type, globbing, path
//! squashing) are switched off, so that it sends what was received.

use super::Exchange;
use crate::head::is_token;
use crate::redact::{REDACTED, Secrets, header_value};
use serde::Serialize;
use ts_rs::TS;

/// Longest body that stands in the command: Linux takes at most 128 KiB in one argument.
const INLINE_LIMIT: usize = 96 << 10;

/// Longest body that goes through `printf`, which makes four characters of a byte.
const PRINTF_LIMIT: usize = 16 << 10;

/// A command and what to know about it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, TS)]
pub struct CurlCommand {
    /// The command, over several lines.
    pub text: String,
    /// The file the body must be saved in beside it, when it is not in the command.
    pub body_file: Option<String>,
    /// Headers and query values that were replaced.
    pub redacted: u32,
    /// Headers that can't stand in a command and were left out.
    pub left_out: Vec<String>,
}

/// The delivery as a cURL command to `base` (scheme, host and port), followed by its own path and query.
#[must_use]
pub fn curl(exchange: &Exchange<'_>, base: &str, secrets: Secrets) -> CurlCommand {
    let (mut redacted, mut left_out) = (0u32, Vec::new());
    let target = exchange.target(secrets);
    if target.contains(REDACTED) {
        redacted += u32::try_from(target.matches(REDACTED).count()).unwrap_or(u32::MAX);
    }
    let url = format!("{}{target}", base.trim_end_matches('/'));
    let method = exchange.delivery.method.as_str();
    let mut words = vec!["curl --globoff --path-as-is".to_owned()];
    match method {
        "HEAD" => words.push("--head".to_owned()),
        _ => words.push(format!("--request {}", quote(method))),
    }
    words.push(quote(&url));
    let mut has_type = false;
    for (name, value) in exchange.headers() {
        if is_framing(&name) {
            continue;
        }
        let fits = !name.is_empty()
            && name.bytes().all(is_token)
            && !value.chars().any(|c| c.is_control() && c != '\t');
        if !fits {
            left_out.push(name);
            continue;
        }
        has_type |= name.eq_ignore_ascii_case("content-type");
        let shown = header_value(&name, &value, secrets);
        redacted += u32::from(secrets == Secrets::Redacted && shown == REDACTED && value != REDACTED);
        // An empty value is said with a semicolon; a colon with nothing after it would remove the header.
        let line = if shown.is_empty() { format!("{name};") } else { format!("{name}: {shown}") };
        words.push(format!("--header {}", quote(&line)));
    }
    let (before, data, body_file) = body_words(exchange);
    if data.is_some() && !has_type {
        words.push("--header 'Content-Type:'".to_owned());
    }
    words.extend(data);
    CurlCommand { text: format!("{before}{}", words.join(" \\\n  ")), body_file, redacted, left_out }
}

/// What stands before the command, its data words, and the file it needs.
fn body_words(exchange: &Exchange<'_>) -> (String, Option<String>, Option<String>) {
    let body = exchange.body;
    if body.is_empty() {
        return (String::new(), None, None);
    }
    match std::str::from_utf8(body) {
        // --data-raw sends the argument as it is, a leading @ included.
        Ok(text) if body.len() <= INLINE_LIMIT && !body.contains(&0) => {
            (String::new(), Some(format!("--data-raw {}", quote(text))), None)
        }
        _ if body.len() <= PRINTF_LIMIT => {
            (format!("printf '{}' | ", octal(body)), Some("--data-binary @-".to_owned()), None)
        }
        _ => {
            let file = format!("delivery-{}.body", exchange.delivery.id);
            (String::new(), Some(format!("--data-binary @{file}")), Some(file))
        }
    }
}

/// Headers that curl writes itself for the body and the connection at hand.
fn is_framing(name: &str) -> bool {
    ["host", "content-length", "transfer-encoding", "connection", "expect"]
        .iter()
        .any(|n| name.eq_ignore_ascii_case(n))
}

/// `text` as one word of a POSIX shell.
fn quote(text: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "-_./:=,%+".contains(c);
    if !text.is_empty() && text.chars().all(plain) && !text.starts_with('-') {
        return text.to_owned();
    }
    format!("'{}'", text.replace('\'', "'\\''"))
}

/// `bytes` as a format string of `printf`: letters and digits as they are, everything else in octal.
fn octal(bytes: &[u8]) -> String {
    let mut out = String::with_capacity(4 * bytes.len());
    for &byte in bytes {
        if byte.is_ascii_alphanumeric() {
            out.push(char::from(byte));
        } else {
            out.push('\\');
            for shift in [6, 3, 0] {
                out.push(char::from(b'0' + (byte >> shift & 7)));
            }
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::super::tests::delivery;
    use super::*;
    use std::io::Write;
    use std::process::{Command, Stdio};

    /// What the shell hands to curl: its arguments, then what it reads on standard input.
    fn through_shell(command: &str, reads: bool) -> (Vec<Vec<u8>>, Vec<u8>) {
        let read = if reads { "cat" } else { ":" };
        let script = format!(
            "curl() {{ for w in \"$@\"; do printf '%s\\0' \"$w\"; done; printf '=\\0'; {read}; }}\n{command}\n"
        );
        let mut shell = Command::new("sh").stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
        shell.stdin.take().unwrap().write_all(script.as_bytes()).unwrap();
        let out = shell.wait_with_output().unwrap().stdout;
        let end = out.windows(3).position(|w| w == b"\0=\0").unwrap();
        let words = out[..end].split(|&b| b == 0).map(<[u8]>::to_vec).collect();
        (words, out[end + 3..].to_vec())
    }

    fn check(headers: &[(&str, &str)], body: &[u8]) {
        let delivery = delivery(headers, body);
        let command = curl(
            &Exchange { delivery: &delivery, head: b"", body },
            "http://127.0.0.1:4400",
            Secrets::Included,
        );
        let piped = command.text.starts_with("printf");
        let (words, stdin) = through_shell(&command.text, piped);
        for (name, value) in headers {
            let line = format!("{name}: {value}");
            assert!(words.iter().any(|w| w == line.as_bytes()), "{line:?} in {}", command.text);
        }
        let sent = match words.iter().position(|w| w == b"--data-raw") {
            Some(at) => words[at + 1].clone(),
            None => stdin,
        };
        assert_eq!(sent, body, "{}", command.text);
        assert!(words.contains(&b"http://127.0.0.1:4400/in/mynd?a=1&token=hush".to_vec()));
    }

    #[test]
    fn a_shell_hands_curl_what_was_received() {
        for body in [
            &b"{\"a\":\"it's\"}"[..],
            b"@/etc/passwd",
            b"$(id) `id` \\ \" ! * ? ~ & | ; < > #",
            b"line\r\nline\n\n",
            b"\x00\x01\xff%s%d\\n'\"",
            b"-x",
            "grün \u{202e}".as_bytes(),
        ] {
            check(&[("X-Quote", "it's \"$HOME\" `x`"), ("Content-Type", "text/plain")], body);
        }
        let naughty = crate::corpora::naughty_strings();
        let fits: Vec<_> =
            naughty.into_iter().filter(|t| std::str::from_utf8(t).is_ok() && !t.contains(&0)).collect();
        for some in fits.chunks(64) {
            check(&[], &some.join(&b"\n"[..]));
        }
    }

    #[test]
    fn credentials_and_framing_stay_behind() {
        let body = b"{}";
        let delivery = delivery(
            &[
                ("Host", "h"),
                ("Content-Length", "2"),
                ("Authorization", "Bearer hush"),
                ("X-Empty-Id", ""),
                ("bad name", "v"),
                ("X-Event", "a"),
            ],
            body,
        );
        let command = curl(&Exchange { delivery: &delivery, head: b"", body }, "http://x", Secrets::Redacted);
        assert!(!command.text.contains("hush"), "{}", command.text);
        assert_eq!((command.redacted, command.left_out), (2, vec!["bad name".to_owned()]));
        for part in
            ["'X-Empty-Id;'", "'Content-Type:'", "'X-Event: a'", "'http://x/in/mynd?a=1&token=[redacted]'"]
        {
            assert!(command.text.contains(part), "{part} in {}", command.text);
        }
        assert!(!command.text.contains("Host") && !command.text.contains("Length"));
    }

    #[test]
    fn a_long_body_is_a_file() {
        let body = vec![0xff; INLINE_LIMIT + 1];
        let delivery = delivery(&[], &body);
        let command =
            curl(&Exchange { delivery: &delivery, head: b"", body: &body }, "http://x", Secrets::Redacted);
        assert_eq!(command.body_file.as_deref(), Some("delivery-7.body"));
        assert!(command.text.ends_with("--data-binary @delivery-7.body"));
    }
}
