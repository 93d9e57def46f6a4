//! One request at a time against targets that behave in every way a target can.
#![allow(clippy::unwrap_used, clippy::print_stdout, reason = "a test stops at the first surprise")]

mod support;

use bytes::Bytes;
use std::net::IpAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;
use support::{Heard, Memory, Reply, Server, recorded, sender, status, tools};
use waybill_model::AttemptOutcome::{self, Failed, NoAnswer, NotSent, Succeeded};
use waybill_model::{AttemptKind, ErrorCode};
use waybill_replay::{
    Boxed, Guard, Names, RESPONSE_LIMIT, Recorded, Sender, Sent, Sessions, Target, forward, prepare,
};

const LONG: Duration = Duration::from_secs(20);

async fn send(sender: &Sender, recorded: &Recorded, target: &Target) -> Sent {
    let ready = prepare(recorded, &recorded.headers, recorded.body.clone(), target, Sessions::Kept).unwrap();
    sender.send(ready).await
}

#[tokio::test]
async fn what_was_recorded_arrives() {
    let server = Server::start(|_, _| status(204)).await;
    let every_byte: Vec<u8> = (0..=255).cycle().take(100_000).collect();
    for (method, body) in [
        ("POST", every_byte),
        ("PUT", b"{\"n\": 1.10 }\r\n".to_vec()),
        ("DELETE", Vec::new()),
        ("GET", Vec::new()),
    ] {
        let delivery = Recorded {
            method: method.to_owned(),
            query: "a=1&b=%20x|".to_owned(),
            headers: vec![
                (b"X-Signature".to_vec(), b"v1=abc".to_vec()),
                (b"x-tag".to_vec(), b"one".to_vec()),
                (b"Content-Type".to_vec(), b"application/JSON; charset=x".to_vec()),
                (b"Content-Encoding".to_vec(), b"gzip".to_vec()),
                (b"X-Tag".to_vec(), b"two, three".to_vec()),
                (b"X-Latin".to_vec(), b"caf\xe9".to_vec()),
                (b"Host".to_vec(), b"recorded.example".to_vec()),
                (b"Content-Length".to_vec(), b"7".to_vec()),
                (b"Cookie".to_vec(), b"a=b".to_vec()),
            ],
            body: Bytes::from(body.clone()),
            ..recorded(1)
        };
        let sent = send(&sender(LONG), &delivery, &server.target()).await;
        assert_eq!((sent.outcome, sent.status, sent.error), (Succeeded, Some(204), None));
        let request = server.requests().pop().unwrap();
        assert_eq!(request.line, format!("{method} /hooks?a=1&b=%20x| HTTP/1.1"));
        assert_eq!(request.body, body);
        assert_eq!(request.all("x-tag"), ["one", "two, three"]);
        assert_eq!(request.all("host"), [server.address.to_string()]);
        assert_eq!(request.all("content-type"), ["application/JSON; charset=x"]);
        assert_eq!(request.all("cookie"), ["a=b"]);
        assert_eq!(request.all("waybill-hop"), ["1"]);
        assert_eq!(request.headers.iter().find(|(n, _)| n == "x-latin").unwrap().1, b"caf\xe9");
        let names: Vec<_> = request.headers.iter().map(|(n, _)| n.as_str()).collect();
        assert_eq!(
            names[..6],
            ["x-signature", "x-tag", "x-tag", "content-type", "content-encoding", "x-latin"]
        );
        let added = ["waybill-hop", "accept", "host", "content-length", "cookie"];
        assert!(names[6..].iter().all(|n| added.contains(n)), "{names:?}");
    }
}

#[tokio::test]
async fn every_answer_has_its_outcome() {
    let big_header = format!("HTTP/1.1 200 OK\r\nX-Big: {}\r\n\r\n", "x".repeat(2 << 20));
    let rows: Vec<(Reply, Duration, AttemptOutcome, Option<u16>, &str)> = vec![
        (status(200), LONG, Succeeded, Some(200), ""),
        (status(404), LONG, Failed, Some(404), ""),
        (status(500), LONG, Failed, Some(500), ""),
        (
            Reply::Bytes(b"HTTP/1.1 302 F\r\nLocation: /elsewhere\r\nContent-Length: 0\r\n\r\n".to_vec()),
            LONG,
            Failed,
            Some(302),
            "",
        ),
        (
            Reply::Bytes(
                b"HTTP/1.1 302 F\r\nLocation: http://169.254.169.254/\r\nContent-Length: 0\r\n\r\n".to_vec(),
            ),
            LONG,
            Failed,
            Some(302),
            "",
        ),
        (
            Reply::Bytes(
                b"HTTP/1.1 100 C\r\n\r\nHTTP/1.1 103 E\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"
                    .to_vec(),
            ),
            LONG,
            Succeeded,
            Some(200),
            "",
        ),
        (Reply::Last(b"HTTP/1.1 200 OK\r\n\r\nuntil the end".to_vec()), LONG, Succeeded, Some(200), ""),
        (
            Reply::Bytes(
                b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 3\r\n\r\nraw".to_vec(),
            ),
            LONG,
            Succeeded,
            Some(200),
            "",
        ),
        (
            Reply::Late(200, Duration::from_secs(30)),
            Duration::from_millis(300),
            NoAnswer,
            None,
            "within 0.3 s",
        ),
        (Reply::Hang, Duration::from_millis(300), NoAnswer, None, "within 0.3 s"),
        (Reply::Storm, Duration::from_millis(300), NoAnswer, None, ""),
        (Reply::Reset, LONG, NoAnswer, None, "No whole answer"),
        (Reply::Last(Vec::new()), LONG, NoAnswer, None, "No whole answer"),
        (
            Reply::Last(b"HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\nhalf".to_vec()),
            LONG,
            NoAnswer,
            Some(200),
            "No whole answer",
        ),
        (
            Reply::Last(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n".to_vec()),
            LONG,
            NoAnswer,
            Some(200),
            "No whole answer",
        ),
        (Reply::Last(b"nonsense\r\n\r\n".to_vec()), LONG, NoAnswer, None, "No whole answer"),
        (Reply::Last(big_header.into_bytes()), LONG, NoAnswer, None, "No whole answer"),
    ];
    for (reply, timeout, outcome, code, words) in rows {
        let shown = format!("{reply:?}").chars().take(80).collect::<String>();
        let server = Server::start(move |_, _| reply.clone()).await;
        let sent = send(&sender(timeout), &recorded(1), &server.target()).await;
        assert_eq!((sent.outcome, sent.status), (outcome, code), "{shown}: {:?}", sent.error);
        assert!(sent.error.clone().unwrap_or_default().contains(words), "{shown}: {:?}", sent.error);
        assert_eq!(server.count(), 1, "{shown}: sent once and never elsewhere");
        assert!(!sent.refused);
    }
}

#[tokio::test]
async fn an_endless_answer_is_cut() {
    let server = Server::start(|_, _| Reply::Endless).await;
    let sent = send(&sender(LONG), &recorded(1), &server.target()).await;
    assert_eq!((sent.outcome, sent.truncated, sent.body.len()), (Succeeded, true, RESPONSE_LIMIT));
    let exact = "x".repeat(RESPONSE_LIMIT);
    let server = Server::start(move |_, _| {
        Reply::Bytes(
            format!("HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n{exact}", exact.len()).into_bytes(),
        )
    })
    .await;
    let sent = send(&sender(LONG), &recorded(1), &server.target()).await;
    assert_eq!((sent.truncated, sent.body.len()), (false, RESPONSE_LIMIT));
}

#[tokio::test]
async fn nothing_is_sent_where_nobody_listens() {
    let free = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let target = Target::parse(&format!("http://{free}/x?token=hush")).unwrap();
    let sent = send(&sender(LONG), &recorded(1), &target).await;
    assert_eq!((sent.outcome, sent.status, sent.refused), (NotSent, None, false));
    let words = sent.error.unwrap();
    assert!(words.starts_with("No connection") && !words.contains("hush"), "{words}");
    let target = Target::parse("http://localhost.invalid/").unwrap();
    let sent = Sender::new(Guard::default(), Arc::new(Turning::default()), LONG);
    let sent = send(&sent, &recorded(1), &target).await;
    assert_eq!(sent.outcome, NotSent, "{:?}", sent.error);
}

/// A resolver that answers something else each time.
#[derive(Debug, Default)]
struct Turning {
    answers: Vec<&'static str>,
    asked: AtomicUsize,
}

impl Names for Turning {
    fn addresses(&self, _: &str) -> Boxed<'static, std::io::Result<Vec<IpAddr>>> {
        let answer = self.answers.get(self.asked.fetch_add(1, Ordering::SeqCst)).map(|a| a.parse().unwrap());
        Box::pin(async move { answer.map(|a| vec![a]).ok_or_else(|| std::io::Error::other("no such name")) })
    }
}

#[tokio::test]
async fn a_name_that_turns_is_not_dialled() {
    let server = Server::start(|_, _| status(200)).await;
    let port = server.address.port();
    for (first, then) in [
        ("93.184.216.34", "127.0.0.1"),
        ("93.184.216.34", "169.254.169.254"),
        ("93.184.216.34", "::ffff:169.254.169.254"),
        ("93.184.216.34", "10.0.0.1"),
        ("10.0.0.1", "127.0.0.1"),
        ("127.0.0.1", "169.254.169.254"),
    ] {
        let names = Arc::new(Turning { answers: vec![first, then], asked: AtomicUsize::new(0) });
        let target = Target::parse(&format!("http://turning.example:{port}/")).unwrap();
        let target = target.locate(&Guard::default(), &*names).await.unwrap();
        let sender = Sender::new(Guard::default(), Arc::clone(&names) as Arc<dyn Names>, LONG);
        let sent = send(&sender, &recorded(1), &target).await;
        assert_eq!((sent.outcome, sent.refused), (NotSent, true), "{first} then {then}: {:?}", sent.error);
    }
    assert_eq!(server.count(), 0);
    let steady = Arc::new(Turning { answers: vec!["127.0.0.1"; 2], asked: AtomicUsize::new(0) });
    let target = Target::parse(&format!("http://steady.example:{port}/")).unwrap();
    let target = target.locate(&Guard::default(), &*steady).await.unwrap();
    let sender = Sender::new(Guard::default(), steady, LONG);
    assert_eq!(send(&sender, &recorded(1), &target).await.outcome, Succeeded);
}

#[tokio::test]
async fn our_own_port_is_never_called() {
    let server = Server::start(|_, _| status(200)).await;
    let guard = Guard::new(vec![server.address]);
    let named = Target::parse(&format!("http://localhost:{}/", server.address.port())).unwrap();
    for target in [server.target(), named] {
        let sender = Sender::new(guard.clone(), Arc::new(waybill_replay::SystemNames), LONG);
        let sent = send(&sender, &recorded(1), &target).await;
        assert_eq!((sent.outcome, sent.refused), (NotSent, true), "{:?}", sent.error);
    }
    assert_eq!(server.count(), 0);
}

#[tokio::test]
async fn a_forward_is_recorded_before_it_is_sent() {
    let memory = Memory::with(1);
    let heard = Arc::new(Heard::default());
    let seen = Arc::clone(&memory);
    let server = Server::start(move |_, _| {
        // The target looks into the record while it is being called.
        assert_eq!(seen.outcomes(1), [AttemptOutcome::Unknown]);
        Reply::Bytes(b"HTTP/1.1 202 A\r\nX-Got: yes\r\nContent-Length: 4\r\n\r\ndone".to_vec())
    })
    .await;
    let tools = tools(&memory, &heard, LONG);
    let attempt = forward(&tools, &recorded(1), &server.target(), Sessions::Kept).await.unwrap();
    assert_eq!(
        (attempt.kind, attempt.job, attempt.outcome, attempt.status),
        (AttemptKind::Forward, None, Succeeded, Some(202))
    );
    assert_eq!((attempt.response_size, attempt.first_status), (4, 500));
    assert!(attempt.response_headers.contains(&("x-got".to_owned(), "yes".to_owned())));
    assert_eq!(heard.attempts.lock().unwrap().as_slice(), [attempt]);
    assert_eq!(memory.attempts.lock().unwrap()[0].1.as_ref().unwrap().response_body, b"done");

    *memory.full_after.lock().unwrap() = Some(1);
    let failure = forward(&tools, &recorded(1), &server.target(), Sessions::Kept).await.unwrap_err();
    assert_eq!((failure.code, server.count()), (ErrorCode::DiskFull, 1));
    *memory.full_after.lock().unwrap() = None;
    let round = Recorded { headers: vec![(b"Waybill-Hop".to_vec(), b"3".to_vec())], ..recorded(1) };
    assert!(forward(&tools, &round, &server.target(), Sessions::Kept).await.is_err());
    assert_eq!(server.count(), 1);
}
