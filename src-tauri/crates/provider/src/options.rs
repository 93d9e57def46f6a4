//! The bounds of a call, and waiting as something that is passed in.

use crate::transport::Transport;
use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

/// Waits. Held by tests, so that none of them sleeps through a back-off.
pub trait Pause: fmt::Debug + Send + Sync + 'static {
    /// Ends after `length`.
    fn pause(&self, length: Duration) -> Pin<Box<dyn Future<Output = ()> + Send + '_>>;
}

/// Waits on the runtime's own timer.
#[derive(Clone, Copy, Debug, Default)]
pub struct TokioPause;

impl Pause for TokioPause {
    fn pause(&self, length: Duration) -> Pin<Box<dyn Future<Output = ()> + Send + '_>> {
        Box::pin(tokio::time::sleep(length))
    }
}

/// The bounds of every call of a client.
#[derive(Clone, Debug)]
pub struct HttpOptions {
    /// Until a connection must stand, name and TLS included.
    pub connect_timeout: Duration,
    /// Until the whole answer to one request must be there.
    pub deadline: Duration,
    /// The longest answer that is read, in bytes after decompression.
    pub answer_cap: usize,
    /// Further tries of a call that may be repeated.
    pub retries: u32,
    /// The longest wait between two tries; a provider that wants more gets none.
    pub longest_wait: Duration,
    /// Lets writes be tried that the provider does not document. Reads that it does not document
    /// are always tried, as they can do no harm.
    pub unconfirmed_writes: bool,
    /// How to wait between two tries.
    pub pause: Arc<dyn Pause>,
    /// What this client shares with others: HTTP connections and the pace of each connection. A new
    /// one shares nothing.
    pub transport: Transport,
}

impl Default for HttpOptions {
    fn default() -> Self {
        Self {
            connect_timeout: Duration::from_secs(10),
            deadline: Duration::from_secs(30),
            answer_cap: 8 * 1024 * 1024,
            retries: 3,
            longest_wait: Duration::from_secs(30),
            unconfirmed_writes: false,
            pause: Arc::new(TokioPause),
            transport: Transport::default(),
        }
    }
}
