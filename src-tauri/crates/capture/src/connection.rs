//! One connection from its acceptance to its end.

use crate::answer::{Reply, bare_refusal};
use crate::exchange::{Gone, Line, Server, exchange, tell};
use crate::limits::HEAD_CAP;
use crate::receiver::{Receiver, Refused};
use crate::tape::Tape;
use crate::tee::{SharedTape, Tee};
use hyper::Request;
use hyper::body::Incoming;
use hyper::server::conn::http1::Builder;
use hyper::service::Service;
use hyper_util::rt::{TokioIo, TokioTimer};
use std::future::Future;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio_util::sync::CancellationToken;

/// How long a sender that is still sending may go on after its refusal, so that it gets to read it: a
/// socket closed over unread bytes resets the connection, and the refusal is lost.
const LINGER: Duration = Duration::from_secs(2);

struct Requests<R>(Arc<Line<R>>);

impl<R: Receiver> Service<Request<Incoming>> for Requests<R> {
    type Response = Reply;
    type Error = Gone;
    type Future = Pin<Box<dyn Future<Output = Result<Reply, Gone>> + Send>>;

    fn call(&self, request: Request<Incoming>) -> Self::Future {
        Box::pin(exchange(Arc::clone(&self.0), request))
    }
}

/// Serves one connection. Ends early, whatever is under way, when `abort` is cancelled.
pub(crate) async fn serve<R: Receiver>(
    server: Arc<Server<R>>,
    stream: TcpStream,
    peer: SocketAddr,
    abort: CancellationToken,
) {
    // Answers are written whole; holding them back for more would only delay them.
    if let Err(error) = stream.set_nodelay(true) {
        tracing::debug!(%error, "could not set TCP_NODELAY");
    }
    let tape = SharedTape::new(Tape::new(Arc::clone(&server.clock)));
    let line = Arc::new(Line {
        server: Arc::clone(&server),
        tape: tape.clone(),
        peer,
        linger: AtomicBool::new(false),
    });
    let io = TokioIo::new(Tee::new(stream, tape, server.limits.write_timeout));
    let mut connection = Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(server.limits.header_timeout)
        .max_header_size(HEAD_CAP)
        // A sender may end its half of the connection behind its request and still be answered.
        .half_close(true)
        .serve_connection(io, Requests(Arc::clone(&line)));

    let result = tokio::select! {
        biased;
        result = &mut connection => result,
        () = server.stop.cancelled() => {
            Pin::new(&mut connection).graceful_shutdown();
            tokio::select! {
                result = &mut connection => result,
                () = abort.cancelled() => return,
            }
        }
    };
    let mut stream = connection.into_parts().io.into_inner().into_inner();
    let mut linger = line.linger.load(Ordering::Relaxed);
    if let Err(error) = result
        && !error.is_user()
        && let Some(refused) = refused(&line, &error)
    {
        if let Verdict::Owed(status) = verdict(&error)
            && stream.write_all(bare_refusal(status)).await.is_err()
        {
            tracing::debug!(%peer, "a refused sender could not be answered");
        }
        tell(&server, refused).await;
        linger = true;
    }
    // An error only means that the sender has gone already.
    let _ = stream.shutdown().await;
    if linger {
        tokio::select! {
            () = drain(&mut stream) => {}
            () = tokio::time::sleep(LINGER) => {}
            () = server.stop.cancelled() => {}
        }
    }
}

async fn drain(stream: &mut TcpStream) {
    let mut buffer = vec![0; 16 * 1024];
    while stream.read(&mut buffer).await.is_ok_and(|read| read > 0) {}
}

/// What a sender is told when hyper gives up on its head.
#[derive(Clone, Copy)]
enum Verdict {
    /// hyper has written this status.
    Written(u16),
    /// hyper says nothing to those who are too slow or speak HTTP/2; this is for us to write.
    Owed(u16),
    /// The sender has left.
    Nothing,
}

fn verdict(error: &hyper::Error) -> Verdict {
    if error.is_timeout() {
        Verdict::Owed(408)
    } else if error.is_parse_version_h2() {
        Verdict::Owed(400)
    } else if error.is_parse_too_large() {
        Verdict::Written(431)
    } else if error.is_parse() {
        Verdict::Written(400)
    } else {
        Verdict::Nothing
    }
}

/// The request that hyper gave up on, if any of it came.
fn refused<R>(line: &Line<R>, error: &hyper::Error) -> Option<Refused> {
    let head = line.tape.lock().unclaimed()?;
    let status = match verdict(error) {
        Verdict::Written(status) | Verdict::Owed(status) => status,
        Verdict::Nothing => 0,
    };
    // Of garbage, nothing is called a method.
    let token = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_');
    let readable = head.method.bytes().all(token) && !head.target.is_empty();
    let (method, target) = if readable { (head.method, head.target) } else { Default::default() };
    Some(Refused {
        received_at: head.received_at,
        peer: line.peer,
        reason: reason(&head.raw, error, status),
        raw: head.raw,
        method,
        target,
        headers: head.headers,
        status,
    })
}

fn reason(raw: &[u8], error: &hyper::Error, status: u16) -> String {
    if raw.starts_with(&[0x16, 0x03]) {
        return "It is TLS; this port speaks plain HTTP (use http:// instead of https://).".to_owned();
    }
    if raw.starts_with(b"PRI * HTTP/2") {
        return "It is HTTP/2; this port speaks HTTP/1.1 only.".to_owned();
    }
    if error.is_timeout() {
        return "Its head did not come to an end in time.".to_owned();
    }
    match status {
        431 => "Its head is too large: more than 64 KiB or more than 100 headers.".to_owned(),
        _ if error.is_parse() => format!("It is not valid HTTP/1.1 ({error})."),
        _ => "The sender left in the middle of the head.".to_owned(),
    }
}
