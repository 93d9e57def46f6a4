//! An answer as raw bytes, in memory that is wiped: the answer to `create` and `rotate` holds a secret
//! and is sealed by the custody protocol before anything parses it.

use secrecy::zeroize::Zeroize;
use secrecy::{ExposeSecret, SecretSlice, SecretString};
use serde::{Deserialize, Serialize};
use waybill_model::Failure;

/// How an answer ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum End {
    /// All of it is there.
    Whole,
    /// The connection broke, or time ran out, before its end.
    Cut,
    /// It is longer than the cap; the rest was not read.
    TooLong,
    /// Its bytes don't agree with the encoding it names.
    Garbled,
}

/// An answer as it came: it may hold a secret, so its body is shown nowhere and wiped when dropped.
#[derive(Debug)]
pub struct RawAnswer {
    /// The status.
    pub status: u16,
    /// The headers in order, names in lower case.
    pub headers: Vec<(String, String)>,
    /// The body, decompressed; of an answer that broke off: what had come.
    pub body: SecretSlice<u8>,
    pub(crate) end: End,
    /// The secret that does not stand in the body: the one that Waybill made for this call, or that
    /// was read right after it.
    pub(crate) beside: Option<SecretString>,
}

/// The head of a sealed answer: one line of JSON before the body.
#[derive(Serialize, Deserialize)]
struct Head {
    status: u16,
    headers: Vec<(String, String)>,
    end: End,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    secret: Option<String>,
}

impl Drop for Head {
    fn drop(&mut self) {
        self.secret.zeroize();
    }
}

impl RawAnswer {
    /// True when the whole answer came.
    #[must_use]
    pub fn is_whole(&self) -> bool {
        self.end == End::Whole
    }

    /// A header's first value; `name` in lower case.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers
            .iter()
            .find(|(known, _)| known.eq_ignore_ascii_case(name))
            .map(|(_, value)| value.as_str())
    }

    /// The answer as bytes to be sealed. They hold the secret in the clear.
    #[must_use]
    pub fn to_bytes(&self) -> SecretSlice<u8> {
        let secret = self.beside.as_ref().map(|secret| secret.expose_secret().to_owned());
        let head = Head { status: self.status, headers: self.headers.clone(), end: self.end, secret };
        let mut head = serde_json::to_vec(&head).unwrap_or_default();
        let body = self.body.expose_secret();
        let mut bytes = Vec::with_capacity(head.len() + 1 + body.len());
        bytes.extend_from_slice(&head);
        bytes.push(b'\n');
        bytes.extend_from_slice(body);
        head.zeroize();
        SecretSlice::from(bytes)
    }

    /// The answer from bytes that [`RawAnswer::to_bytes`] made.
    ///
    /// # Errors
    /// `internal` when they are not of that form.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, Failure> {
        let broken = || Failure::internal("A sealed answer can't be read back.");
        let at = bytes.iter().position(|byte| *byte == b'\n').ok_or_else(broken)?;
        let (head, body) = bytes.split_at(at);
        let mut head: Head = serde_json::from_slice(head).map_err(|_| broken())?;
        Ok(Self {
            status: head.status,
            headers: std::mem::take(&mut head.headers),
            body: SecretSlice::from(body.get(1..).unwrap_or_default().to_vec()),
            end: head.end,
            beside: head.secret.take().map(SecretString::from),
        })
    }

    pub(crate) fn is_success(&self) -> bool {
        (200..300).contains(&self.status)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sealed_answer_comes_back_and_tells_nothing() {
        let answer = RawAnswer {
            status: 201,
            headers: vec![("x-a".to_owned(), "b\u{fffd}".to_owned())],
            body: SecretSlice::from(b"{\"secret\":\"whsec_hush\"}\n\xff".to_vec()),
            end: End::Cut,
            beside: Some(SecretString::from("beside_hush")),
        };
        assert!(!format!("{answer:?}").contains("hush"));
        let back = RawAnswer::from_bytes(answer.to_bytes().expose_secret()).unwrap();
        assert_eq!((back.status, &back.headers, back.end), (201, &answer.headers, End::Cut));
        assert_eq!(back.body.expose_secret(), answer.body.expose_secret());
        assert_eq!(back.beside.unwrap().expose_secret(), "beside_hush");
        for broken in [&b""[..], b"{}", b"{}\n", b"\xff\n"] {
            assert!(RawAnswer::from_bytes(broken).is_err());
        }
    }
}
