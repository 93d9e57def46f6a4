//! Binding the port, accepting connections, and stopping.

use crate::answer::bare_refusal;
use crate::budget::Budget;
use crate::connection::serve;
use crate::exchange::Server;
use crate::limits::Limits;
use crate::receiver::Receiver;
use std::collections::HashMap;
use std::io;
use std::net::{IpAddr, SocketAddr};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::net::{TcpListener, TcpSocket, TcpStream};
use tokio::sync::Semaphore;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use waybill_model::{Clock, ErrorCode, Failure};

/// Connections that may wait unaccepted: bursts wait here rather than be refused. (Linux caps it at
/// net.core.somaxconn, 4096 by default.)
const BACKLOG: u32 = 4_096;

/// Where and how to listen.
#[derive(Clone, Debug)]
pub struct ListenOptions {
    /// The address; port 0 lets the system choose.
    pub addr: SocketAddr,
    /// Tells when requests came.
    pub clock: Arc<dyn Clock>,
    /// What is taken on at most.
    pub limits: Limits,
}

/// A capture server that is running.
#[derive(Debug)]
pub struct Listening {
    /// The address it is bound to.
    pub local_addr: SocketAddr,
    task: JoinHandle<()>,
}

impl Listening {
    /// Waits until the server has stopped: nothing is accepted any more, and what was under way has
    /// been finished or, after the grace, given up unanswered.
    pub async fn done(self) {
        if let Err(error) = self.task.await {
            tracing::error!(%error, "the capture server broke off");
        }
    }
}

/// Binds the address and serves it until `stop` is cancelled.
///
/// # Errors
/// [`ErrorCode::PortInUse`] when another socket listens there, [`ErrorCode::ListenFailed`] otherwise.
/// Nothing is listened on then; no other port is tried. Must be called inside a tokio runtime.
pub fn listen<R: Receiver>(
    options: ListenOptions,
    receiver: R,
    stop: CancellationToken,
) -> Result<Listening, Failure> {
    let ListenOptions { addr, clock, limits } = options;
    let listener = bind(addr).map_err(|error| failure(addr, &error))?;
    let local_addr = listener.local_addr().map_err(|error| failure(addr, &error))?;
    let server = Arc::new(Server {
        receiver,
        budget: Budget::new(limits.body_memory),
        limits,
        clock,
        tasks: TaskTracker::new(),
        stop,
    });
    tracing::info!(%local_addr, "capturing");
    let task = tokio::spawn(run(listener, server));
    Ok(Listening { local_addr, task })
}

fn bind(addr: SocketAddr) -> io::Result<TcpListener> {
    let socket = if addr.is_ipv4() { TcpSocket::new_v4() } else { TcpSocket::new_v6() }?;
    // On Unix this only lets connections that are winding down be passed over; a port that is listened
    // on stays refused. On Windows it would let two programs share a port.
    #[cfg(unix)]
    socket.set_reuseaddr(true)?;
    socket.bind(addr)?;
    socket.listen(BACKLOG)
}

fn failure(addr: SocketAddr, error: &io::Error) -> Failure {
    let failure = match error.kind() {
        io::ErrorKind::AddrInUse => Failure::new(
            ErrorCode::PortInUse,
            format!("{addr} is in use by another program; nothing is captured."),
        )
        .hint("Stop that program, or choose another port (0 takes any free one)."),
        io::ErrorKind::PermissionDenied => Failure::new(
            ErrorCode::ListenFailed,
            format!("Listening on {addr} is not allowed ({error}); nothing is captured."),
        )
        .hint("Choose a port above 1023."),
        _ => Failure::new(
            ErrorCode::ListenFailed,
            format!("{addr} can't be listened on ({error}); nothing is captured."),
        )
        .hint("Choose an address of this machine, such as 127.0.0.1."),
    };
    failure.details(serde_json::json!({ "address": addr.ip().to_string(), "port": addr.port() }))
}

async fn run<R: Receiver>(listener: TcpListener, server: Arc<Server<R>>) {
    let abort = CancellationToken::new();
    accept(&listener, &server, &abort).await;
    // The port is free from here on.
    drop(listener);
    server.tasks.close();
    if tokio::time::timeout(server.limits.stop_grace, server.tasks.wait()).await.is_err() {
        tracing::warn!(
            "some requests were still under way when the capture server stopped; they were not answered"
        );
        abort.cancel();
        // Receivers that are at work without a connection get a last second to come to their end.
        let _ = tokio::time::timeout(Duration::from_secs(1), server.tasks.wait()).await;
    }
}

async fn accept<R: Receiver>(listener: &TcpListener, server: &Arc<Server<R>>, abort: &CancellationToken) {
    let places = Arc::new(Semaphore::new(server.limits.connections));
    let guests = Guests::default();
    let mut pause = Duration::ZERO;
    loop {
        // First a place, then a guest: whoever finds none waits in the backlog.
        let place = tokio::select! {
            biased;
            () = server.stop.cancelled() => return,
            place = Arc::clone(&places).acquire_owned() => place,
        };
        let Ok(place) = place else { return };
        let accepted = tokio::select! {
            biased;
            () = server.stop.cancelled() => return,
            accepted = listener.accept() => accepted,
        };
        match accepted {
            Ok((stream, peer)) => {
                pause = Duration::ZERO;
                let Some(seat) = guests.seat(peer.ip(), server.limits.connections_per_address) else {
                    turn_away(&stream, peer);
                    continue;
                };
                let serving = serve(Arc::clone(server), stream, peer, abort.clone());
                server.tasks.spawn(async move {
                    serving.await;
                    drop((seat, place));
                });
            }
            Err(error) if concerns_one_connection(&error) => {}
            Err(error) => {
                // Out of file handles, most likely: trying again at once would only burn the processor.
                pause = (pause * 2).clamp(Duration::from_millis(20), Duration::from_secs(1));
                tracing::warn!(%error, pause_ms = pause.as_millis() as u64, "no connection could be accepted");
                tokio::select! {
                    () = server.stop.cancelled() => return,
                    () = tokio::time::sleep(pause) => {}
                }
            }
        }
    }
}

/// What went wrong with the one connection that was about to be accepted.
fn concerns_one_connection(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::ConnectionAborted | io::ErrorKind::ConnectionReset | io::ErrorKind::ConnectionRefused
    )
}

fn turn_away(stream: &TcpStream, peer: SocketAddr) {
    tracing::warn!(%peer, "too many connections from one address; answered 503");
    // A fresh socket takes so few bytes at once, or the sender has gone.
    let _ = stream.try_write(bare_refusal(503));
}

/// Connections by address. This machine itself is not counted: everything behind a tunnel comes from it.
#[derive(Clone, Default)]
struct Guests(Arc<Mutex<HashMap<IpAddr, usize>>>);

struct Seat {
    guests: Guests,
    address: Option<IpAddr>,
}

impl Guests {
    fn seat(&self, address: IpAddr, most: usize) -> Option<Seat> {
        if address.to_canonical().is_loopback() {
            return Some(Seat { guests: self.clone(), address: None });
        }
        let mut seats = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let taken = seats.entry(address).or_default();
        if *taken >= most {
            return None;
        }
        *taken += 1;
        Some(Seat { guests: self.clone(), address: Some(address) })
    }
}

impl Drop for Seat {
    fn drop(&mut self) {
        let Some(address) = self.address else { return };
        let mut seats = self.guests.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(taken) = seats.get_mut(&address) {
            *taken -= 1;
            if *taken == 0 {
                seats.remove(&address);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn seats_are_counted_by_address_and_given_back() {
        let guests = Guests::default();
        let far: IpAddr = "192.0.2.1".parse().unwrap();
        let other: IpAddr = "2001:db8::1".parse().unwrap();
        let first = guests.seat(far, 2);
        let second = guests.seat(far, 2);
        assert!(first.is_some() && second.is_some());
        assert!(guests.seat(far, 2).is_none());
        assert!(guests.seat(other, 2).is_some());
        drop(first);
        assert!(guests.seat(far, 2).is_some());
        drop(second);
        assert!(guests.0.lock().unwrap().is_empty());
        for near in ["127.0.0.1", "127.9.9.9", "::1", "::ffff:127.0.0.1"] {
            assert!(guests.seat(near.parse().unwrap(), 0).is_some(), "{near}");
        }
    }
}
