//! Size, memory, time, connections, stopping; and senders that leave.
#![allow(clippy::unwrap_used, clippy::print_stdout, reason = "a test stops at the first surprise")]

mod common;

use common::{PATIENCE, Sender, patient, start, start_with, text, until};
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};
use waybill_capture::{Answer, Incomplete, Limits, ListenOptions, listen};
use waybill_model::{ErrorCode, SystemClock};

#[tokio::test]
async fn a_body_over_the_cap_is_answered_413_and_its_beginning_is_kept() {
    let limits = || Limits { body_cap: 1_000, ..patient() };
    let body: Vec<u8> = (0..=255).cycle().take(400_000).collect();
    for chunked in [false, true] {
        for length in [999, 1_000, 1_001, 5_000, 400_000] {
            let server = start(limits());
            let mut sender = server.connect().await;
            if chunked {
                sender.send("POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n").await;
                for chunk in body[..length].chunks(700) {
                    sender.try_send(format!("{:x}\r\n", chunk.len())).await;
                    sender.try_send(chunk).await;
                    sender.try_send("\r\n").await;
                }
                sender.try_send("0\r\n\r\n").await;
            } else {
                sender.send(format!("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: {length}\r\n\r\n")).await;
                sender.try_send(&body[..length]).await;
            }
            let answered = sender.answer().await.unwrap();
            let over = length > 1_000;
            assert_eq!(answered.status, if over { 413 } else { 200 }, "{length}");
            let arrived = server.only();
            assert_eq!(arrived.truncated, over, "{length}");
            assert_eq!(arrived.forced_status(), over.then_some(413));
            assert!(arrived.body == body[..length.min(1_000)], "{length}: {} kept", arrived.body.len());
            if over {
                assert_eq!(answered.header("connection"), Some("close"));
                sender.assert_closed().await;
            }
        }
    }
}

#[tokio::test]
async fn without_memory_the_sender_is_told_to_come_back() {
    let server = start_with(Limits { body_memory: 10_000, ..patient() }, 0, |_| Answer::status(200));
    let request = format!("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 8000\r\n\r\n{}", "x".repeat(8_000));
    let mut first = server.connect().await;
    first.send(&request).await;
    server.arrived(1).await;

    let mut second = server.connect().await;
    second.try_send(&request).await;
    let answered = second.answer().await.unwrap();
    assert_eq!(answered.status, 503);
    assert_eq!(answered.header("retry-after"), Some("1"));
    second.assert_closed().await;
    // What needs no memory goes through.
    let mut small = server.connect().await;
    small.send("GET /small HTTP/1.1\r\nHost: h\r\n\r\n").await;
    server.arrived(2).await;

    server.record.gate.add_permits(100);
    assert_eq!(first.status().await, 200);
    assert_eq!(small.status().await, 200);
    let mut third = server.connect().await;
    third.send(&request).await;
    assert_eq!(third.status().await, 200, "the memory came back");
}

#[tokio::test]
async fn a_head_that_does_not_end_is_cut_off_in_time() {
    let server = start(Limits { header_timeout: Duration::from_millis(300), ..patient() });
    let since = Instant::now();
    let mut half = server.connect().await;
    half.send("GET /half HTTP/1.1\r\nHost: h\r\nX-Sl").await;
    let mut silent = server.connect().await;
    let mut idle = server.connect().await;
    idle.send("GET /whole HTTP/1.1\r\nHost: h\r\n\r\n").await;
    assert_eq!(idle.status().await, 200);

    assert_eq!(half.status().await, 408);
    half.assert_closed().await;
    let mut second = server.connect().await;
    second.send("GET /first HTTP/1.1\r\nHost: h\r\n\r\nGET /second HTTP/1.1\r\nHo").await;
    assert_eq!((second.status().await, second.status().await), (200, 408));
    second.assert_closed().await;
    silent.assert_closed().await;
    idle.assert_closed().await;
    assert!(since.elapsed() >= Duration::from_millis(300));

    let refused = server.refused(2).await;
    assert_eq!(refused.len(), 2, "silence is not recorded");
    assert_eq!((refused[1].status, refused[1].target.as_str()), (408, "/second"));
    assert_eq!(text(&refused[0].raw), "GET /half HTTP/1.1\r\nHost: h\r\nX-Sl");
    assert_eq!((refused[0].status, refused[0].target.as_str()), (408, "/half"));
    assert!(refused[0].reason.contains("in time"));
}

#[tokio::test]
async fn a_head_that_trickles_gets_no_more_time() {
    let server = start(Limits { header_timeout: Duration::from_millis(300), ..patient() });
    let mut sender = server.connect().await;
    sender.send("GET / HTTP/1.1\r\nHost: h\r\nX: ").await;
    let trickle = async {
        loop {
            sender.try_send("a").await;
            tokio::time::sleep(Duration::from_millis(20)).await;
            if !server.record.refused.lock().unwrap().is_empty() {
                return;
            }
        }
    };
    tokio::time::timeout(PATIENCE, trickle).await.expect("cut off");
}

#[tokio::test]
async fn a_body_that_stalls_or_drags_on_is_recorded_as_incomplete() {
    let idle = Limits { body_idle: Duration::from_millis(200), ..patient() };
    let total = Limits { body_total: Duration::from_millis(400), ..patient() };
    for (limits, trickle) in [(idle, false), (total, true)] {
        let server = start(limits);
        let mut sender = server.connect().await;
        sender.send("POST /slow HTTP/1.1\r\nHost: h\r\nContent-Length: 1000000\r\n\r\nab").await;
        let since = Instant::now();
        while trickle && server.record.arrived.lock().unwrap().is_empty() {
            sender.try_send("c").await;
            tokio::time::sleep(Duration::from_millis(10)).await;
            assert!(since.elapsed() < PATIENCE);
        }
        assert_eq!(sender.status().await, 408);
        sender.assert_closed().await;
        let arrived = server.only();
        assert_eq!(arrived.incomplete, Some(Incomplete::TooSlow));
        assert!(arrived.body.starts_with(b"ab"));
    }
}

#[tokio::test]
async fn a_sender_that_does_not_read_does_not_hold_its_place() {
    let limits = Limits { write_timeout: Duration::from_millis(300), connections: 1, ..patient() };
    let server = start_with(limits, 1 << 20, |arrived| {
        let mut answer = Answer::status(200);
        if arrived.path() == "/much" {
            answer.body = vec![b'x'; 64 << 20].into();
        }
        answer
    });
    let mut deaf = server.connect().await;
    deaf.send("GET /much HTTP/1.1\r\nHost: h\r\n\r\n").await;
    server.arrived(1).await;
    let mut next = server.connect().await;
    next.send("GET / HTTP/1.1\r\nHost: h\r\n\r\n").await;
    assert_eq!(next.status().await, 200, "the only place came free");
}

#[tokio::test]
async fn more_senders_than_places_wait_for_theirs() {
    let server = start(Limits { connections: 2, ..patient() });
    let mut senders: Vec<Sender> = Vec::new();
    for _ in 0..20 {
        senders.push(server.connect().await);
    }
    for sender in &mut senders {
        sender.send("GET / HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n").await;
    }
    for mut sender in senders {
        assert_eq!(sender.status().await, 200);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_burst_loses_nothing() {
    let server = Arc::new(start(patient()));
    let senders: Vec<_> = (0..400)
        .map(|number| {
            let server = Arc::clone(&server);
            tokio::spawn(async move {
                let mut sender = server.connect().await;
                for round in 0..5 {
                    let body = format!("{number}-{round}");
                    sender
                        .send(format!(
                            "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: {}\r\n\r\n{body}",
                            body.len()
                        ))
                        .await;
                    assert_eq!(sender.status().await, 200);
                }
            })
        })
        .collect();
    for sender in senders {
        sender.await.unwrap();
    }
    let mut bodies: Vec<String> =
        server.arrived(2_000).await.iter().map(|arrived| text(&arrived.body)).collect();
    bodies.sort();
    bodies.dedup();
    assert_eq!(bodies.len(), 2_000);
}

#[tokio::test]
async fn a_sender_may_leave_at_any_stage() {
    let server = start(Limits { connections: 4, ..patient() });
    let request = "POST /leave HTTP/1.1\r\nHost: h\r\nContent-Length: 6\r\n\r\nabcdef";
    let head = request.len() - 6;
    for cut in 1..request.len() {
        let mut sender = server.connect().await;
        sender.send(&request[..cut]).await;
        drop(sender);
        if cut < head {
            let refused = server.refused(1).await.remove(0);
            assert_eq!(text(&refused.raw), request[..cut]);
            assert_eq!(refused.status, 0);
            assert!(refused.reason.contains("left"), "{}", refused.reason);
        } else {
            let arrived = server.arrived(1).await.remove(0);
            assert_eq!(text(&arrived.body), request[head..cut]);
            assert_eq!(arrived.incomplete, Some(Incomplete::SenderLeft));
            assert_eq!(arrived.forced_status(), Some(0));
        }
        server.record.refused.lock().unwrap().clear();
        server.record.arrived.lock().unwrap().clear();
    }
    // With a reset, what was not read yet may never be seen; but it must not hold a place.
    for cut in 0..request.len() {
        let mut sender = server.connect().await;
        sender.send(&request[..cut]).await;
        sender.reset();
    }
    // All places are free again.
    let mut senders = Vec::new();
    for _ in 0..4 {
        let mut sender = server.connect().await;
        sender.send("GET / HTTP/1.1\r\nHost: h\r\n\r\n").await;
        assert_eq!(sender.status().await, 200);
        senders.push(sender);
    }
}

#[tokio::test]
async fn what_was_received_is_finished_when_the_sender_has_left() {
    let server = start_with(patient(), 0, |_| Answer::status(200));
    for number in 1..=20 {
        let mut sender = server.connect().await;
        sender.send("GET / HTTP/1.1\r\nHost: h\r\n\r\n").await;
        server.arrived(number).await;
        sender.reset();
    }
    server.record.gate.add_permits(20);
    until("every receive to end", || server.record.finished.load(Ordering::SeqCst) == 20).await;
}

#[tokio::test]
async fn a_stop_finishes_what_is_under_way_and_frees_the_port() {
    let server =
        start_with(patient(), 0, |_| Answer { delay: Duration::from_secs(90), ..Answer::status(200) });
    let mut busy = server.connect().await;
    busy.send("GET / HTTP/1.1\r\nHost: h\r\n\r\n").await;
    let mut idle = server.connect().await;
    server.arrived(1).await;
    let since = Instant::now();
    server.stop.cancel();
    idle.assert_closed().await;
    until("the port to be closed", || std::net::TcpStream::connect(server.address).is_err()).await;
    server.record.gate.add_permits(1);
    let answered = busy.answer().await.unwrap();
    assert_eq!(answered.status, 200);
    busy.assert_closed().await;
    let address = server.address;
    tokio::time::timeout(PATIENCE, server.listening.done()).await.unwrap();
    assert!(since.elapsed() < Duration::from_secs(20), "no waiting for a late answer");

    // The port can be taken again at once, in spite of connections that are still winding down.
    let options = ListenOptions { addr: address, clock: Arc::new(SystemClock), limits: patient() };
    let again = listen(options, common::Keeper(server.record), server.stop).unwrap();
    assert_eq!(again.local_addr, address);
}

#[tokio::test]
async fn a_stop_does_not_wait_for_ever_and_the_receiver_still_comes_to_its_end() {
    let server = start_with(Limits { stop_grace: Duration::from_millis(200), ..patient() }, 0, |_| {
        Answer::status(200)
    });
    let mut stuck = server.connect().await;
    stuck.send("GET / HTTP/1.1\r\nHost: h\r\n\r\n").await;
    server.arrived(1).await;
    server.stop.cancel();
    assert_eq!(stuck.status().await, 0, "never acknowledged");
    server.record.gate.add_permits(1);
    until("the receive to end", || server.record.finished.load(Ordering::SeqCst) == 1).await;
    tokio::time::timeout(PATIENCE, server.listening.done()).await.unwrap();
}

#[tokio::test]
async fn a_port_in_use_is_said_to_be() {
    let server = start(patient());
    let attempt = |addr: &str| {
        let options = ListenOptions {
            addr: addr.parse().unwrap(),
            clock: Arc::new(SystemClock),
            limits: Limits::default(),
        };
        listen(options, common::Keeper(Arc::clone(&server.record)), server.stop.clone())
            .map(|_| ())
            .unwrap_err()
    };
    let taken = attempt(&server.address.to_string());
    assert_eq!(taken.code, ErrorCode::PortInUse);
    assert!(taken.message.contains(&server.address.to_string()) && taken.hint.is_some());
    assert_eq!(taken.details.unwrap()["port"], server.address.port());
    assert_eq!(attempt(&format!("0.0.0.0:{}", server.address.port())).code, ErrorCode::PortInUse);
    assert_eq!(attempt("192.0.2.1:4400").code, ErrorCode::ListenFailed);
}

/// Runs in a process of its own that may open few files; see the test below.
#[cfg(unix)]
#[tokio::test]
#[ignore = "runs as a child of running_out_of_file_handles_is_survived"]
async fn child_with_few_file_handles() {
    let Some(path) = std::env::var_os("WAYBILL_CAPTURE_TEST_PORT") else { return };
    let server = start(patient());
    std::fs::write(&path, server.address.to_string()).unwrap();
    server.arrived(1).await;
    tokio::time::sleep(Duration::from_millis(50)).await;
}

#[cfg(unix)]
#[tokio::test]
async fn running_out_of_file_handles_is_survived() {
    let path = std::env::temp_dir().join(format!("waybill-capture-{}", std::process::id()));
    let mut child = std::process::Command::new("sh")
        .args(["-c", "ulimit -n 40; exec \"$@\"", "sh"])
        .arg(std::env::current_exe().unwrap())
        .args(["--exact", "child_with_few_file_handles", "--ignored", "--nocapture"])
        .env("WAYBILL_CAPTURE_TEST_PORT", &path)
        .stdout(std::process::Stdio::null())
        .stderr(std::process::Stdio::null())
        .spawn()
        .unwrap();
    until("the child to listen", || std::fs::read_to_string(&path).is_ok_and(|text| !text.is_empty())).await;
    let address = std::fs::read_to_string(&path).unwrap();
    std::fs::remove_file(&path).unwrap();
    let mut crowd = Vec::new();
    for _ in 0..100 {
        crowd.push(tokio::net::TcpStream::connect(&address).await.unwrap());
    }
    tokio::time::sleep(Duration::from_millis(100)).await;
    assert!(child.try_wait().unwrap().is_none(), "still there");
    drop(crowd);
    let answered = tokio::task::spawn_blocking(move || {
        use std::io::{Read, Write};
        let mut stream = std::net::TcpStream::connect(address).unwrap();
        stream.set_read_timeout(Some(PATIENCE)).unwrap();
        stream.write_all(b"GET / HTTP/1.1\r\nHost: h\r\n\r\n").unwrap();
        let mut answer = [0; 12];
        stream.read_exact(&mut answer).unwrap();
        answer
    });
    assert_eq!(&answered.await.unwrap(), b"HTTP/1.1 200");
    assert!(child.wait().unwrap().success());
}
