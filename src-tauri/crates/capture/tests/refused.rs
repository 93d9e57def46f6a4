//! Malformed requests: each is refused with a 4xx, recorded with its bytes and a reason, and nothing
//! behind it on the connection is taken for a request.
#![allow(clippy::unwrap_used, clippy::print_stdout, reason = "a test stops at the first surprise")]

mod common;

use common::{patient, start, text};

const SMUGGLED: &str = "GET /smuggled HTTP/1.1\r\nHost: h\r\n\r\n";

#[tokio::test]
async fn what_is_not_http_is_refused_and_recorded() {
    let headers: String = (0..101).map(|number| format!("X-{number}: 1\r\n")).collect();
    let too_many = format!("GET / HTTP/1.1\r\nHost: h\r\n{headers}\r\n");
    let too_large = format!("GET / HTTP/1.1\r\nHost: h\r\nX: {}\r\n\r\n", "v".repeat(70_000));
    let too_long = format!("GET /{} HTTP/1.1\r\nHost: h\r\n\r\n", "p".repeat(65_600));
    let post = |headers: &str, body: &str| format!("POST / HTTP/1.1\r\nHost: h\r\n{headers}\r\n{body}");
    let get = |rest: &str| format!("GET / HTTP/1.1\r\n{rest}");
    // What is sent, the status, a word of the reason.
    let rows: Vec<(Vec<u8>, u16, &str)> = vec![
        // Not HTTP/1.1 at all.
        (b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03 hello\r\n\r\n".to_vec(), 400, "TLS"),
        (b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\x04\0\0\0\0\0".to_vec(), 400, "HTTP/2"),
        (b"PRI * HTTP/2.0\r\n\r\n".to_vec(), 400, "HTTP/2"),
        (b"\0\0\0\0\r\n\r\n".to_vec(), 400, "HTTP/1.1"),
        (b"SSH-2.0-OpenSSH_9.9\r\n".to_vec(), 400, "HTTP/1.1"),
        ("hëllo wörld\r\n\r\n".into(), 400, "HTTP/1.1"),
        // The request line.
        (b"GET\r\n\r\n".to_vec(), 400, "HTTP/1.1"),
        (b"GET /\r\n\r\n".to_vec(), 400, "HTTP/1.1"),
        (b"GET  / HTTP/1.1\r\nHost: h\r\n\r\n".to_vec(), 400, "HTTP/1.1"),
        (b" GET / HTTP/1.1\r\nHost: h\r\n\r\n".to_vec(), 400, "HTTP/1.1"),
        (b"GET / HTTP/1.1 \r\nHost: h\r\n\r\n".to_vec(), 400, "HTTP/1.1"),
        (b"GET / HTTP/1.2\r\nHost: h\r\n\r\n".to_vec(), 400, "HTTP/1.1"),
        (b"GET / HTTP/0.9\r\nHost: h\r\n\r\n".to_vec(), 400, "HTTP/1.1"),
        (b"GET / http/1.1\r\nHost: h\r\n\r\n".to_vec(), 400, "HTTP/1.1"),
        (b"GET / HTPP/1.1\r\nHost: h\r\n\r\n".to_vec(), 400, "HTTP/1.1"),
        (b"G\xffT / HTTP/1.1\r\nHost: h\r\n\r\n".to_vec(), 400, "HTTP/1.1"),
        (b"GET /\xff HTTP/1.1\r\nHost: h\r\n\r\n".to_vec(), 400, "HTTP/1.1"),
        (b"GET /\0 HTTP/1.1\r\nHost: h\r\n\r\n".to_vec(), 400, "HTTP/1.1"),
        (b"GET /a b HTTP/1.1\r\nHost: h\r\n\r\n".to_vec(), 400, "HTTP/1.1"),
        (b"GET foo HTTP/1.1\r\nHost: h\r\n\r\n".to_vec(), 400, "target"),
        (b"CONNECT h:443 HTTP/1.1\r\nHost: h\r\n\r\n".to_vec(), 405, "CONNECT"),
        (too_long.into(), 431, "too large"),
        // The headers.
        (get("\r\n").into(), 400, "no Host"),
        (get("Host: a\r\nhost: a\r\n\r\n").into(), 400, "more than one Host"),
        (b"GET / HTTP/1.0\r\nHost: a\r\nHOST: b\r\n\r\n".to_vec(), 400, "more than one Host"),
        (get("Host: h\r\nno colon\r\n\r\n").into(), 400, "HTTP/1.1"),
        (get("Host: h\r\nX : 1\r\n\r\n").into(), 400, "HTTP/1.1"),
        (get("Host: h\r\n: 1\r\n\r\n").into(), 400, "HTTP/1.1"),
        (get("Host: h\r\nX-A: 1\r\n folded\r\n\r\n").into(), 400, "HTTP/1.1"),
        (get(" Host: h\r\n\r\n").into(), 400, "HTTP/1.1"),
        (get("Host: h\r\nX: a\0b\r\n\r\n").into(), 400, "HTTP/1.1"),
        (get("Host: h\r\nX: a\rb\r\n\r\n").into(), 400, "HTTP/1.1"),
        (get("Host: h\r\nX(): a\r\n\r\n").into(), 400, "HTTP/1.1"),
        (get("Host: h\r\n\u{fc}: a\r\n\r\n").into(), 400, "HTTP/1.1"),
        (too_many.into(), 431, "too large"),
        (too_large.into(), 431, "too large"),
        // The framing.
        (post("Content-Length: 5\r\nTransfer-Encoding: chunked\r\n", "0\r\n\r\n").into(), 400, "both"),
        (post("Transfer-Encoding: chunked\r\nContent-Length: 5\r\n", "0\r\n\r\n").into(), 400, "both"),
        (post("Content-Length: 5\r\nContent-Length: 6\r\n", "hello").into(), 400, "HTTP/1.1"),
        (post("Content-Length: 5, 5\r\n", "hello").into(), 400, "HTTP/1.1"),
        (post("Content-Length: -5\r\n", "hello").into(), 400, "HTTP/1.1"),
        (post("Content-Length: +5\r\n", "hello").into(), 400, "HTTP/1.1"),
        (post("Content-Length: 5 5\r\n", "hello").into(), 400, "HTTP/1.1"),
        (post("Content-Length: 0x5\r\n", "hello").into(), 400, "HTTP/1.1"),
        (post("Content-Length: five\r\n", "hello").into(), 400, "HTTP/1.1"),
        (post("Content-Length:\r\n", "hello").into(), 400, "HTTP/1.1"),
        (post("Content-Length: 99999999999999999999\r\n", "hello").into(), 400, "HTTP/1.1"),
        (post("Transfer-Encoding: gzip\r\n", "hello").into(), 400, "HTTP/1.1"),
        (post("Transfer-Encoding: chunked, gzip\r\n", "hello").into(), 400, "HTTP/1.1"),
        (post("Transfer-Encoding: xchunked\r\n", "0\r\n\r\n").into(), 400, "HTTP/1.1"),
        (post("Transfer-Encoding: \"chunked\"\r\n", "0\r\n\r\n").into(), 400, "HTTP/1.1"),
        (
            post("Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n", "0\r\n\r\n").into(),
            400,
            "HTTP/1.1",
        ),
        (
            b"POST / HTTP/1.0\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n".to_vec(),
            400,
            "HTTP/1.1",
        ),
    ];
    for (bytes, status, word) in rows {
        let server = start(patient());
        let mut sender = server.connect().await;
        let shown = String::from_utf8_lossy(&bytes[..bytes.len().min(90)]).into_owned();
        sender.try_send([&bytes[..], SMUGGLED.as_bytes()].concat()).await;
        let answered = sender.answer().await.unwrap_or_else(|| panic!("no answer to {shown:?}"));
        assert_eq!(answered.status, status, "{shown:?}");
        sender.assert_closed().await;

        let refused = server.refused(1).await;
        assert_eq!(refused.len(), 1, "{shown:?}");
        let refused = &refused[0];
        assert_eq!(refused.status, status, "{shown:?}");
        assert!(refused.reason.contains(word), "{shown:?}: {:?}", refused.reason);
        assert!(refused.raw.len() >= bytes.len().min(4) && refused.raw.len() <= 65_536, "{shown:?}");
        let known = [&bytes[..], SMUGGLED.as_bytes()].concat();
        assert!(known.starts_with(&refused.raw), "{shown:?}: {:?}", text(&refused.raw));
        assert!(server.record.arrived.lock().unwrap().is_empty(), "{shown:?}");
        assert!(
            !refused.method.contains('\0') && !refused.method.contains('\u{fffd}'),
            "{:?}",
            refused.method
        );
    }
}

#[tokio::test]
async fn a_refused_request_shows_what_could_be_read_of_it() {
    let server = start(patient());
    let mut sender = server.connect().await;
    sender.send("POST /in/a?b HTTP/1.1\r\nX-A: 1\r\nContent-Length: 0\r\n\r\n").await;
    assert_eq!(sender.status().await, 400);
    let refused = server.refused(1).await.remove(0);
    assert_eq!((refused.method.as_str(), refused.target.as_str()), ("POST", "/in/a?b"));
    assert_eq!(refused.headers.len(), 2);
    assert_eq!(text(&refused.raw), "POST /in/a?b HTTP/1.1\r\nX-A: 1\r\nContent-Length: 0\r\n\r\n");
}

/// A request whose head is fine and whose chunks are not: what came is kept, the sender gets 400.
#[tokio::test]
async fn broken_chunks_are_kept_as_incomplete_and_nothing_behind_them_is_believed() {
    for (sent, kept) in [
        ("3\r\nabc\r\nzz\r\n", "abc"),
        ("3\r\nabcd\r\n0\r\n\r\n", "abc"),
        ("3\nabc\r\n0\r\n\r\n", ""),
        ("3\r\nabc\r\n1;a\nb\r\nx\r\n0\r\n\r\n", "abc"),
        ("fffffffffffffffff\r\nabc", ""),
        ("3\r\nabc\r\n-1\r\n", "abc"),
        ("3\r\nabc\r\n0\r\n\rX", "abc"),
    ] {
        let server = start(patient());
        let mut sender = server.connect().await;
        sender
            .try_send(format!(
                "POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n{sent}{SMUGGLED}"
            ))
            .await;
        assert_eq!(sender.status().await, 400, "{sent:?}");
        sender.assert_closed().await;
        let arrived = server.only();
        assert_eq!(text(&arrived.body), kept, "{sent:?}");
        assert_eq!(arrived.incomplete, Some(waybill_capture::Incomplete::Framing), "{sent:?}");
        assert_eq!(arrived.forced_status(), Some(400));
        assert!(server.record.refused.lock().unwrap().is_empty(), "recorded once: {sent:?}");
    }
}

#[tokio::test]
async fn a_good_request_in_front_of_a_bad_one_is_answered() {
    let server = start(patient());
    let mut sender = server.connect().await;
    sender.send(format!("GET /good HTTP/1.1\r\nHost: h\r\n\r\nBAD\r\n\r\n{SMUGGLED}")).await;
    assert_eq!(sender.status().await, 200);
    assert_eq!(sender.status().await, 400);
    sender.assert_closed().await;
    assert_eq!(server.only().target, "/good");
    let refused = server.refused(1).await.remove(0);
    assert!(refused.raw.starts_with(b"BAD\r\n"));
    assert_eq!(refused.status, 400);
}
