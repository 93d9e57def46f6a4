//! What one capture server takes on at most.

use std::time::Duration;

/// Bounds on memory, connections and time. The defaults are for one developer's machine.
#[derive(Clone, Debug)]
pub struct Limits {
    /// From the first moment a head is waited for until it has been read whole; also how long an idle
    /// connection is kept.
    pub header_timeout: Duration,
    /// The longest silence inside a body.
    pub body_idle: Duration,
    /// From the head until the end of the body.
    pub body_total: Duration,
    /// How long an answer may wait for a sender that does not read it.
    pub write_timeout: Duration,
    /// Connections at once; more wait unaccepted.
    pub connections: usize,
    /// Connections at once from one address that is not this machine; more are answered 503.
    pub connections_per_address: usize,
    /// The largest body that is kept whole, in bytes; above it the answer is 413.
    pub body_cap: u64,
    /// Bytes of bodies that may be in memory at once; above it the answer is 503.
    pub body_memory: usize,
    /// How long a stop waits for requests that are under way.
    pub stop_grace: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            header_timeout: Duration::from_secs(10),
            body_idle: Duration::from_secs(15),
            body_total: Duration::from_secs(120),
            write_timeout: Duration::from_secs(30),
            connections: 1_024,
            connections_per_address: 512,
            body_cap: 32 * 1024 * 1024,
            body_memory: 256 * 1024 * 1024,
            stop_grace: Duration::from_secs(2),
        }
    }
}

/// The largest head that is read, and the most that is kept of a refused request, in bytes.
pub(crate) const HEAD_CAP: usize = 64 * 1024;
