//! A sender that never pauses: each connection writes a request, reads its answer, and writes the next.
//!
//! One thread drives all connections. What is answered before the measured time begins or after it has ended counts
//! as accepted, so that the books balance, but not as speed. One request goes ahead of all others: the product opens
//! its vault for it, which no later delivery waits for. Every connection reads the answer to its last request.

use crate::figures;
use crate::servers::Processor;
use anyhow::{Context as _, Result, bail};
use std::net::SocketAddr;
use std::rc::Rc;
use std::time::{Duration, Instant};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

/// How long the answers to the last requests may take, and a connection its making.
const PATIENCE: Duration = Duration::from_secs(20);

/// How long a load lasts.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Time {
    /// Before anything is measured.
    pub(crate) warm: Duration,
    pub(crate) measured: Duration,
}

/// What a load has brought.
#[derive(Clone, Debug, Default)]
pub(crate) struct Run {
    /// Answers of 200 to 299, from the first request to the last.
    pub(crate) accepted: u64,
    /// Other answers.
    pub(crate) refused: u64,
    /// Connections that ended without an answer.
    pub(crate) broken: u64,
    /// Milliseconds of each exchange in the measured time, ascending.
    latencies: Vec<f64>,
    measured: f64,
    /// Processor time of the server in the measured time, in seconds.
    processor: Option<f64>,
}

impl Run {
    pub(crate) fn per_second(&self) -> f64 {
        self.latencies.len() as f64 / self.measured
    }

    /// In milliseconds, below which `part` of the exchanges lie.
    pub(crate) fn latency(&self, part: f64) -> f64 {
        figures::at(&self.latencies, part)
    }

    /// Microseconds of the server's processor time for each request.
    pub(crate) fn processor_us(&self) -> Option<f64> {
        let answered = self.latencies.len().max(1) as f64;
        self.processor.map(|seconds| seconds * 1e6 / answered)
    }
}

/// Sends `requests` in turn over so many connections.
///
/// # Errors
/// The server can't be reached, or does not answer in time.
pub(crate) fn run(
    address: SocketAddr,
    requests: &[Vec<u8>],
    connections: usize,
    time: Time,
    server: Option<Processor>,
) -> Result<Run> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let requests: Rc<[Vec<u8>]> = requests.into();
    tokio::task::LocalSet::new().block_on(&runtime, async {
        let mut streams = Vec::with_capacity(connections);
        for _ in 0..connections {
            let stream = tokio::time::timeout(PATIENCE, TcpStream::connect(address)).await;
            let stream = stream.context("no connection in time")?.context("no connection")?;
            stream.set_nodelay(true)?;
            streams.push(stream);
        }
        let mut ahead = Sent::default();
        let (Some(stream), Some(request)) = (streams.first_mut(), requests.first()) else {
            bail!("there is nothing to send");
        };
        tokio::time::timeout(PATIENCE, ahead.exchange(stream, request, &mut vec![0; 4096]))
            .await
            .context("the first request was not answered in time")?
            .context("the first request was not answered")?;
        let begin = Instant::now() + time.warm;
        let end = begin + time.measured;
        let senders: Vec<_> = streams
            .into_iter()
            .enumerate()
            .map(|(number, stream)| {
                let sender = Sender { stream, requests: Rc::clone(&requests), next: number * 7, begin, end };
                tokio::task::spawn_local(sender.send())
            })
            .collect();
        tokio::time::sleep_until(begin.into()).await;
        let before = server.and_then(|server| server.used());
        tokio::time::sleep_until(end.into()).await;
        let after = server.and_then(|server| server.used());
        let mut run = Run {
            measured: time.measured.as_secs_f64(),
            processor: after.zip(before).map(|(after, before)| after - before),
            accepted: ahead.accepted,
            refused: ahead.refused,
            ..Run::default()
        };
        for sender in senders {
            let Ok(sent) = tokio::time::timeout(PATIENCE, sender).await else {
                bail!("a request was not answered within {} seconds", PATIENCE.as_secs());
            };
            let sent = sent.context("a sender broke off")?;
            run.accepted += sent.accepted;
            run.refused += sent.refused;
            run.broken += u64::from(sent.broken);
            run.latencies.extend(sent.latencies.iter().map(|nanos| *nanos as f64 / 1e6));
        }
        run.latencies.sort_by(f64::total_cmp);
        Ok(run)
    })
}

/// One connection.
struct Sender {
    stream: TcpStream,
    requests: Rc<[Vec<u8>]>,
    next: usize,
    begin: Instant,
    end: Instant,
}

#[derive(Default)]
struct Sent {
    accepted: u64,
    refused: u64,
    broken: bool,
    latencies: Vec<u64>,
}

impl Sent {
    /// One request and its answer.
    async fn exchange(&mut self, stream: &mut TcpStream, request: &[u8], buffer: &mut [u8]) -> Result<()> {
        stream.write_all(request).await?;
        let status = status(stream, buffer).await?;
        if (200..300).contains(&status) {
            self.accepted += 1;
        } else {
            self.refused += 1;
        }
        Ok(())
    }
}

impl Sender {
    async fn send(mut self) -> Sent {
        let mut sent = Sent { latencies: Vec::with_capacity(1 << 14), ..Sent::default() };
        let mut buffer = vec![0; 4096];
        loop {
            let request = &self.requests[self.next % self.requests.len()];
            self.next += 1;
            let asked = Instant::now();
            if asked >= self.end {
                return sent;
            }
            if sent.exchange(&mut self.stream, request, &mut buffer).await.is_err() {
                sent.broken = true;
                return sent;
            }
            let now = Instant::now();
            if now >= self.begin && now < self.end {
                sent.latencies.push(u64::try_from((now - asked).as_nanos()).unwrap_or(u64::MAX));
            }
        }
    }
}

/// Reads one answer to its end and tells its status.
async fn status(stream: &mut TcpStream, buffer: &mut [u8]) -> Result<u16> {
    let mut filled = 0;
    loop {
        let read = stream.read(&mut buffer[filled..]).await?;
        if read == 0 {
            bail!("the connection ended");
        }
        filled += read;
        if let Some((status, length)) = answer(&buffer[..filled])? {
            if filled > length {
                bail!("more came than was asked for");
            }
            if filled == length {
                return Ok(status);
            }
        }
    }
}

/// The status of an answer and its whole length in bytes, once its head is there.
fn answer(bytes: &[u8]) -> Result<Option<(u16, usize)>> {
    let Some(head) = bytes.windows(4).position(|window| window == b"\r\n\r\n") else { return Ok(None) };
    let text = std::str::from_utf8(&bytes[..head])?;
    let mut lines = text.split("\r\n");
    let status = lines
        .next()
        .and_then(|line| line.strip_prefix("HTTP/1.1 "))
        .and_then(|rest| rest.get(..3))
        .context("no status line")?
        .parse()?;
    let mut length = None;
    for line in lines {
        let Some((name, value)) = line.split_once(':') else { continue };
        if name.eq_ignore_ascii_case("content-length") {
            length = Some(value.trim().parse::<usize>()?);
        }
    }
    let body = match (length, status) {
        (Some(length), _) => length,
        (None, 204 | 304) => 0,
        (None, _) => bail!("an answer without a length"),
    };
    Ok(Some((status, head + 4 + body)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn answers_are_read() {
        let check = |bytes: &str, expected: Option<Option<(u16, usize)>>| {
            assert_eq!(answer(bytes.as_bytes()).ok(), expected, "{bytes:?}");
        };
        check("HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n", Some(Some((200, 38))));
        check("HTTP/1.1 503 Busy\r\nA: b\r\nContent-Length: 12\r\n\r\nxx", Some(Some((503, 59))));
        check("HTTP/1.1 204 No Content\r\n\r\n", Some(Some((204, 27))));
        check("HTTP/1.1 200 OK\r\ncontent-le", Some(None));
        check("HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n", None);
        check("SSH-2.0-x\r\n\r\n", None);
    }

    #[test]
    fn what_was_accepted_is_counted_whole() {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        // Accepts three requests on each of two connections, refuses one, and hangs up.
        let server = std::thread::spawn(move || {
            for _ in 0..2 {
                let (mut stream, _) = listener.accept().unwrap();
                std::thread::spawn(move || {
                    use std::io::{Read as _, Write as _};
                    // One of the connections is asked once ahead of the load.
                    for status in ["200 OK", "200 OK", "201 Created", "503 Busy"] {
                        let mut bytes = [0; 5];
                        stream.read_exact(&mut bytes).unwrap();
                        write!(stream, "HTTP/1.1 {status}\r\ncontent-length: 2\r\n\r\nhi").unwrap();
                    }
                });
            }
        });
        let time = Time { warm: Duration::from_millis(10), measured: Duration::from_millis(200) };
        let run = run(address, &[b"12345".to_vec()], 2, time, None).unwrap();
        server.join().unwrap();
        assert_eq!((run.accepted, run.refused, run.broken), (6, 2, 2));
    }
}
