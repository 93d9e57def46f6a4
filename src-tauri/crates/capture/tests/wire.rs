//! What arrives is what was sent, byte for byte, however it is cut up on the way.
#![allow(clippy::unwrap_used, clippy::print_stdout, reason = "a test stops at the first surprise")]

mod common;

use bytes::Bytes;
use common::{patient, start, start_with, text};
use std::time::{Duration, Instant};
use waybill_capture::{Answer, Arrived};

fn pairs(arrived: &Arrived) -> Vec<(Vec<u8>, Vec<u8>)> {
    arrived.headers.iter().map(|(name, value)| (name.to_vec(), value.to_vec())).collect()
}

#[tokio::test]
async fn a_head_is_kept_as_it_came() {
    let server = start(patient());
    let head: &[u8] = b"POST /in/Shop%2F?b=2&a=1 HTTP/1.1\r\nX-Zulu: 1\r\nhOsT: example.test\r\nx-zulu:2\r\nX-ZULU:  3\t \r\n\
        Accept:\r\nX-Bytes: \x80\xff\xc3\xbc\tz\r\nContent-Length: 3\r\nX-Long: 0123456789\r\n\r\n";
    let mut sender = server.connect().await;
    sender.send(head).await;
    sender.send("abc").await;
    assert_eq!(sender.status().await, 200);

    let arrived = server.only();
    assert_eq!(&arrived.raw_head[..], head);
    assert_eq!(arrived.method, "POST");
    assert_eq!(arrived.target, "/in/Shop%2F?b=2&a=1");
    assert_eq!((arrived.path(), arrived.query()), ("/in/Shop%2F", "b=2&a=1"));
    let expected: Vec<(&[u8], &[u8])> = vec![
        (b"X-Zulu", b"1"),
        (b"hOsT", b"example.test"),
        (b"x-zulu", b"2"),
        (b"X-ZULU", b"3"),
        (b"Accept", b""),
        (b"X-Bytes", b"\x80\xff\xc3\xbc\tz"),
        (b"Content-Length", b"3"),
        (b"X-Long", b"0123456789"),
    ];
    let expected: Vec<_> =
        expected.into_iter().map(|(name, value)| (name.to_vec(), value.to_vec())).collect();
    assert_eq!(pairs(&arrived), expected);
    assert_eq!(&arrived.body[..], b"abc");
    assert!(!arrived.truncated && arrived.incomplete.is_none() && arrived.forced_status().is_none());
    assert_eq!(arrived.peer.ip().to_string(), "127.0.0.1");
    assert!(arrived.received_at.0 > 1_700_000_000_000_000_000);
}

/// Odd but allowed: each must arrive with this method, target, path and body.
#[tokio::test]
async fn odd_but_allowed_requests_arrive() {
    let many: String = (0..90).map(|number| format!("X-{number}: {number}\r\n")).collect();
    let many = format!("GET /many HTTP/1.1\r\nHost: h\r\n{many}\r\n");
    let long = format!("GET /{} HTTP/1.1\r\nHost: h\r\n\r\n", "p".repeat(20_000));
    let wide = format!("GET /w HTTP/1.1\r\nHost: h\r\nX: {}\r\n\r\n", "v".repeat(50_000));
    let rows: Vec<(&str, &str, &str, &str)> = vec![
        ("GET http://other.test:8/in/a?q HTTP/1.1\r\nHost: h\r\n\r\n", "GET", "/in/a", ""),
        ("GET http://other.test HTTP/1.1\r\nHost: h\r\n\r\n", "GET", "/", ""),
        ("OPTIONS * HTTP/1.1\r\nHost: h\r\n\r\n", "OPTIONS", "*", ""),
        ("GET /10 HTTP/1.0\r\n\r\n", "GET", "/10", ""),
        (
            "POST /10 HTTP/1.0\r\nHost: h\r\nConnection: keep-alive\r\nContent-Length: 2\r\n\r\nhi",
            "POST",
            "/10",
            "hi",
        ),
        ("\r\n\r\nGET /gap HTTP/1.1\r\nHost: h\r\n\r\n", "GET", "/gap", ""),
        ("GET /lf HTTP/1.1\nHost: h\n\n", "GET", "/lf", ""),
        ("GET /e HTTP/1.1\r\nHost:\r\n\r\n", "GET", "/e", ""),
        ("BREW-2 /tea HTTP/1.1\r\nHost: h\r\n\r\n", "BREW-2", "/tea", ""),
        ("GET /a#frag HTTP/1.1\r\nHost: h\r\n\r\n", "GET", "/a#frag", ""),
        ("GET //x//../y?a?b HTTP/1.1\r\nHost: h\r\n\r\n", "GET", "//x//../y", ""),
        ("GET /ü HTTP/1.1\r\nHost: h\r\n\r\n", "GET", "/ü", ""),
        (
            "GET /get-with-body HTTP/1.1\r\nHost: h\r\nContent-Length: 4\r\n\r\nbody",
            "GET",
            "/get-with-body",
            "body",
        ),
        (
            "POST /twice HTTP/1.1\r\nHost: h\r\nContent-Length: 1\r\nContent-Length: 1\r\n\r\nx",
            "POST",
            "/twice",
            "x",
        ),
        (
            "POST /te HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: gzip, chunked\r\n\r\n1\r\nz\r\n0\r\n\r\n",
            "POST",
            "/te",
            "z",
        ),
        (
            "POST /ext HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: CHUNKED\r\n\r\n3;a=b;c\r\nabc\r\n000\r\nT: x\r\n\r\n",
            "POST",
            "/ext",
            "abc",
        ),
        (
            "POST /up HTTP/1.1\r\nHost: h\r\nUpgrade: websocket\r\nConnection: upgrade\r\nContent-Length: 1\r\n\r\nu",
            "POST",
            "/up",
            "u",
        ),
        ("POST /0 HTTP/1.1\r\nHost: h\r\nContent-Length: 00003\r\n\r\nabc", "POST", "/0", "abc"),
        (&many, "GET", "/many", ""),
        (&long, "GET", long.split(' ').nth(1).unwrap(), ""),
        (&wide, "GET", "/w", ""),
    ];
    for (bytes, method, path, body) in rows {
        let server = start(patient());
        let mut sender = server.connect().await;
        sender.send(bytes).await;
        let shown = &bytes[..bytes.len().min(80)];
        assert_eq!(sender.status().await, 200, "{shown:?}");
        let arrived = server.only();
        assert_eq!(
            (arrived.method.as_str(), arrived.path(), text(&arrived.body).as_str()),
            (method, path, body),
            "{shown:?}"
        );
        let head_end = bytes.find("\r\n\r\n").map_or(bytes.len(), |at| at + 4);
        if !bytes.starts_with('\r') {
            assert_eq!(text(&arrived.raw_head), bytes[..head_end], "{shown:?}");
        }
        assert!(server.record.refused.lock().unwrap().is_empty());
    }
}

/// Three requests on one connection whose bodies look like requests.
const LINE: &[(&str, &str, &str)] = &[
    (
        "POST /one HTTP/1.1\r\nHost: h\r\nX-N: 1\r\nContent-Length: 37\r\n\r\n",
        "GET /no HTTP/1.1\r\nHost: h\r\nX-N: 9\r\n\r\n",
        "GET /no HTTP/1.1\r\nHost: h\r\nX-N: 9\r\n\r\n",
    ),
    (
        "PUT /two HTTP/1.1\r\nhost: h\r\nx-n: 2\r\nTransfer-Encoding: chunked\r\n\r\n",
        "5\r\nGET /\r\n1;x=\"\"\r\n\n\r\n0\r\n\r\n",
        "GET /\n",
    ),
    ("GET /three HTTP/1.1\r\nHost: h\r\nX-n: 3\r\n\r\n", "", ""),
];

fn check_line(arrived: &[Arrived], how: &str) {
    assert_eq!(arrived.len(), LINE.len(), "{how}");
    for (arrived, (head, _, body)) in arrived.iter().zip(LINE) {
        assert_eq!(text(&arrived.raw_head), *head, "{how}");
        assert_eq!(text(&arrived.body), *body, "{how}");
    }
}

#[tokio::test]
async fn requests_on_one_connection_keep_their_own_heads_wherever_they_are_cut() {
    let all: Vec<u8> =
        LINE.iter().flat_map(|(head, sent, _)| [head.as_bytes(), sent.as_bytes()].concat()).collect();
    let server = start(patient());
    for cut in 0..=all.len() {
        let mut sender = server.connect().await;
        sender.send(&all[..cut]).await;
        tokio::time::sleep(Duration::from_millis(1)).await;
        sender.send(&all[cut..]).await;
        for _ in LINE {
            assert_eq!(sender.status().await, 200, "cut at {cut}");
        }
        let arrived = std::mem::take(&mut *server.record.arrived.lock().unwrap());
        check_line(&arrived, &format!("cut at {cut}"));
    }
}

#[tokio::test]
async fn requests_come_in_one_byte_at_a_time_and_one_after_the_other() {
    let server = start(patient());
    let mut sender = server.connect().await;
    for (head, sent, _) in LINE {
        for byte in head.bytes().chain(sent.bytes()) {
            sender.send([byte]).await;
            tokio::task::yield_now().await;
        }
        assert_eq!(sender.status().await, 200);
    }
    check_line(&server.arrived(3).await, "byte by byte");
}

#[tokio::test]
async fn many_pipelined_requests_are_answered_in_order() {
    let server = start_with(patient(), 1 << 20, |arrived| {
        let mut answer = Answer::status(200);
        answer.body = Bytes::copy_from_slice(arrived.target.as_bytes());
        answer
    });
    let mut sender = server.connect().await;
    let all: String = (0..500)
        .map(|n| format!("POST /{n} HTTP/1.1\r\nHost: h\r\nContent-Length: 3\r\n\r\n\r\n\n"))
        .collect();
    sender.send(all).await;
    for n in 0..500 {
        assert_eq!(sender.answer().await.unwrap().body, format!("/{n}").as_bytes());
    }
    for (n, arrived) in server.arrived(500).await.iter().enumerate() {
        assert_eq!(arrived.target, format!("/{n}"));
        assert_eq!(
            text(&arrived.raw_head),
            format!("POST /{n} HTTP/1.1\r\nHost: h\r\nContent-Length: 3\r\n\r\n")
        );
    }
}

#[tokio::test]
async fn bodies_of_any_bytes_and_any_framing_are_kept() {
    let every: Vec<u8> = (0..=255).collect();
    let large: Vec<u8> = (0..3_000_000_u32).map(|n| (n.wrapping_mul(2_654_435_761) >> 13) as u8).collect();
    let bodies: Vec<Vec<u8>> = vec![
        Vec::new(),
        b"\0".to_vec(),
        b"\r\n\r\n".to_vec(),
        b"0\r\n\r\n".to_vec(),
        vec![0xff; 8_192],
        every.repeat(40),
        large,
    ];
    let server = start(patient());
    let mut sender = server.connect().await;
    for body in &bodies {
        sender.send(format!("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: {}\r\n\r\n", body.len())).await;
        sender.send(body).await;
        assert_eq!(sender.status().await, 200);
        for size in [1, 7, 1_000, 65_536] {
            if body.len() / size > 20_000 {
                continue;
            }
            let mut chunked = b"POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n".to_vec();
            for chunk in body.chunks(size) {
                chunked.extend_from_slice(format!("{:x}\r\n", chunk.len()).as_bytes());
                chunked.extend_from_slice(chunk);
                chunked.extend_from_slice(b"\r\n");
            }
            chunked.extend_from_slice(b"0\r\n\r\n");
            sender.send(chunked).await;
            assert_eq!(sender.status().await, 200);
        }
        for arrived in std::mem::take(&mut *server.record.arrived.lock().unwrap()) {
            assert!(arrived.body == body[..], "{} bytes came of {}", arrived.body.len(), body.len());
        }
    }
}

#[tokio::test]
async fn a_sender_that_asks_first_is_told_to_go_on() {
    let server = start(patient());
    let mut sender = server.connect().await;
    sender.send("POST / HTTP/1.1\r\nHost: h\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n").await;
    assert_eq!(sender.status().await, 100);
    sender.send("ok").await;
    assert_eq!(sender.status().await, 200);
    assert_eq!(text(&server.only().body), "ok");
}

#[tokio::test]
async fn a_sender_that_closes_its_half_is_answered() {
    let server = start(patient());
    let mut sender = server.connect().await;
    sender.send("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 2\r\n\r\nok").await;
    tokio::io::AsyncWriteExt::shutdown(&mut sender.stream).await.unwrap();
    assert_eq!(sender.status().await, 200);
    sender.assert_closed().await;
}

#[tokio::test]
async fn answers_are_as_the_receiver_says_and_add_nothing_that_tells() {
    let server = start_with(patient(), 1 << 20, |arrived| Answer {
        status: arrived.query().parse().unwrap_or(200),
        headers: vec![
            ("X-Answer".to_owned(), "1".to_owned()),
            ("X-Answer".to_owned(), "2".to_owned()),
            ("X Bad".to_owned(), "3".to_owned()),
            ("X-Split".to_owned(), "4\r\nX-Injected: 5".to_owned()),
            ("Content-Length".to_owned(), "77".to_owned()),
        ],
        body: Bytes::from_static(b"hello"),
        delay: Duration::ZERO,
    });
    let mut sender = server.connect().await;
    for (method, status, body, length) in [
        ("GET", 200, "hello", Some("5")),
        ("POST", 418, "hello", Some("5")),
        ("HEAD", 200, "", Some("5")),
        ("GET", 204, "", None),
        ("GET", 304, "", None),
        ("GET", 500, "hello", Some("5")),
        ("GET", 101, "hello", Some("5")),
        ("GET", 599, "hello", Some("5")),
    ] {
        sender
            .send(format!("{method} /?{status} HTTP/1.1\r\nHost: h\r\nOrigin: http://evil.test\r\n\r\n"))
            .await;
        let answered = sender.answer_to(method).await.unwrap();
        assert_eq!(answered.status, if status < 200 { 500 } else { status });
        assert_eq!(String::from_utf8(answered.body.clone()).unwrap(), body, "{method} {status}");
        assert_eq!(answered.header("content-length"), length, "{method} {status}");
        let names: Vec<String> = answered
            .head
            .lines()
            .skip(1)
            .filter_map(|line| line.split_once(':'))
            .map(|(name, _)| name.to_ascii_lowercase())
            .collect();
        let allowed = ["x-answer", "content-length", "date"];
        assert!(names.iter().all(|name| allowed.contains(&name.as_str())), "{names:?}");
        assert_eq!(names.iter().filter(|name| *name == "x-answer").count(), 2);
    }
}

#[tokio::test]
async fn an_answer_can_be_late_and_others_do_not_wait_for_it() {
    let server = start_with(patient(), 1 << 20, |arrived| {
        let mut answer = Answer::status(200);
        answer.delay = Duration::from_millis(if arrived.path() == "/late" { 400 } else { 0 });
        answer
    });
    let asked = Instant::now();
    let mut late = server.connect().await;
    late.send("GET /late HTTP/1.1\r\nHost: h\r\n\r\n").await;
    server.arrived(1).await;
    let mut quick = server.connect().await;
    quick.send("GET /quick HTTP/1.1\r\nHost: h\r\n\r\n").await;
    assert_eq!(quick.status().await, 200);
    assert_eq!(late.status().await, 200);
    assert!(asked.elapsed() >= Duration::from_millis(400));
}
