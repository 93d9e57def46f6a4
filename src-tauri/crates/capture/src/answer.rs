//! Answers as HTTP.

use crate::receiver::Answer;
use bytes::Bytes;
use http::header::{CONNECTION, CONTENT_LENGTH, CONTENT_TYPE, RETRY_AFTER, TRANSFER_ENCODING};
use http::{HeaderName, HeaderValue, Response, StatusCode};
use http_body_util::Full;

/// What goes back to the sender.
pub(crate) type Reply = Response<Full<Bytes>>;

/// The receiver's answer. Headers that HTTP does not allow are left out and said so in the log.
pub(crate) fn reply(answer: Answer) -> Reply {
    let mut reply = Response::new(Full::new(answer.body));
    *reply.status_mut() = match StatusCode::from_u16(answer.status) {
        Ok(status) if (200..600).contains(&answer.status) => status,
        _ => {
            tracing::warn!(
                status = answer.status,
                "an answer's status is none that can end an exchange; sent 500"
            );
            StatusCode::INTERNAL_SERVER_ERROR
        }
    };
    for (name, value) in &answer.headers {
        let parsed =
            HeaderName::from_bytes(name.as_bytes()).ok().zip(HeaderValue::from_bytes(value.as_bytes()).ok());
        match parsed {
            // The body's framing is not the receiver's to say.
            Some((name, _)) if name == CONTENT_LENGTH || name == TRANSFER_ENCODING => {}
            Some((name, value)) => {
                reply.headers_mut().append(name, value);
            }
            None => tracing::warn!(header = ?name, "an answer's header can't be sent and was left out"),
        }
    }
    reply
}

/// An answer of our own, after which the connection is closed.
pub(crate) fn refusal(status: StatusCode, words: &'static str) -> Reply {
    let mut reply = Response::new(Full::new(Bytes::from_static(words.as_bytes())));
    *reply.status_mut() = status;
    let headers = reply.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("text/plain; charset=utf-8"));
    headers.insert(CONNECTION, HeaderValue::from_static("close"));
    if status == StatusCode::SERVICE_UNAVAILABLE {
        headers.insert(RETRY_AFTER, HeaderValue::from_static("1"));
    }
    reply
}

/// The same where hyper writes nothing any more.
pub(crate) const fn bare_refusal(status: u16) -> &'static [u8] {
    match status {
        408 => b"HTTP/1.1 408 Request Timeout\r\nconnection: close\r\ncontent-length: 0\r\n\r\n",
        503 => b"HTTP/1.1 503 Service Unavailable\r\nretry-after: 1\r\nconnection: close\r\ncontent-length: 0\r\n\r\n",
        _ => b"HTTP/1.1 400 Bad Request\r\nconnection: close\r\ncontent-length: 0\r\n\r\n",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    #[test]
    fn only_what_http_allows_is_sent() {
        let pair = |name: &str, value: &str| (name.to_owned(), value.to_owned());
        let reply = reply(Answer {
            status: 202,
            headers: vec![
                pair("X-Good", "1"),
                pair("X-Good", "2"),
                pair("bad name", "x"),
                pair("", "x"),
                pair("X-Split", "a\r\nInjected: b"),
                pair("X-Null", "\0"),
                pair("X-Utf8", "ü"),
                pair("Content-Length", "999"),
                pair("transfer-encoding", "chunked"),
            ],
            body: Bytes::from_static(b"x"),
            delay: Duration::ZERO,
        });
        let sent: Vec<_> = reply.headers().iter().map(|(n, v)| (n.as_str(), v.as_bytes())).collect();
        assert_eq!(reply.status(), 202);
        assert_eq!(sent, [("x-good", &b"1"[..]), ("x-good", b"2"), ("x-utf8", "ü".as_bytes())]);
    }

    #[test]
    fn statuses_that_end_no_exchange_become_500() {
        for (status, sent) in [
            (200, 200),
            (299, 299),
            (599, 599),
            (100, 500),
            (101, 500),
            (199, 500),
            (0, 500),
            (600, 500),
            (999, 500),
        ] {
            assert_eq!(reply(Answer::status(status)).status(), sent, "{status}");
        }
    }
}
