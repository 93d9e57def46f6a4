//! The providers as HTTP servers of their own on loopback.
//!
//! Promise: documented calls answer as documented (paths, fields, statuses, error bodies, auth), and
//! deliveries leave with the documented headers, signatures, retries and consequences. Where the
//! provider's pages are silent, the assumed behaviour is taken and said at the place. Every waiting
//! time of the provider is divided by a clock factor.
//!
//! Left out: TLS (so `https` targets can be registered, but a delivery to one fails and says why),
//! rate limiting (order a fault with status 429), persistence.

mod address;
mod aip;
mod call;
mod control;
mod dispatch;
mod emission;
mod fault;
mod filter;
mod form;
mod github;
mod github_body;
mod github_config;
mod github_log;
mod gitlab;
mod gitlab_body;
mod gitlab_log;
mod handle;
mod ids;
mod kind;
mod letter;
mod mindbridge;
mod mnemom;
mod mnemom_log;
mod mnemom_stream;
mod mynd;
mod options;
mod pace;
mod paging;
mod row;
mod seeding;
mod send;
mod server;
mod strike;
mod stripe;
mod stripe_body;
mod stripe_events;
mod svix;
mod svix_body;
mod svix_headers;
mod svix_log;
mod timbrix;
mod world;

pub use fault::{Fault, PlannedFault};
pub use handle::{Emission, Registered, SentDelivery, SimulatorHandle};
pub use kind::{SimulatorKind, UnknownKind};
pub use options::SimulatorOptions;
pub use seeding::Seeding;
pub use world::{CallRecord, SentState};

use crate::clock::SeededEntropy;
use crate::payload::{Account, Event};
use pace::Pace;
use std::collections::BTreeMap;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::{fmt, io};
use tokio::net::TcpListener;
use tokio::sync::{Semaphore, broadcast, watch};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use waybill_model::{Clock, Timestamp};
use world::World;

/// Deliveries that are on the wire at once, whatever was asked for.
const SENDERS: usize = 32;

/// What every part of one simulator shares.
pub(crate) struct Shared {
    pub(crate) kind: SimulatorKind,
    pub(crate) options: SimulatorOptions,
    pub(crate) draw: SeededEntropy,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) account: Account,
    pub(crate) contact: String,
    pub(crate) address: SocketAddr,
    pub(crate) pace: Pace,
    pub(crate) senders: Semaphore,
    pub(crate) pending: watch::Sender<usize>,
    pub(crate) stream: broadcast::Sender<Arc<Event>>,
    pub(crate) auto: watch::Sender<Option<f64>>,
    pub(crate) stop: CancellationToken,
    pub(crate) tasks: TaskTracker,
    world: Mutex<World>,
}

impl Shared {
    /// The state. Never held across an await.
    pub(crate) fn world(&self) -> MutexGuard<'_, World> {
        self.world.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The base address, its path included.
    pub(crate) fn base(&self) -> String {
        format!("http://{}{}", self.address, self.kind.prefix())
    }

    pub(crate) fn now(&self) -> Timestamp {
        self.clock.now()
    }
}

/// A running simulator. It stops when it is dropped; `Debug` shows no credential.
pub struct Simulator {
    /// Which provider it is.
    pub kind: SimulatorKind,
    /// The whole base address, its path included, as a connection takes it.
    pub base_url: String,
    /// The bearer credential.
    pub token: String,
    /// The credential in its header form, where the provider has one (Mnemom, Timbrix).
    pub api_key: Option<String>,
    /// A genuine credential that lacks the right to manage webhooks: the provider answers 403.
    pub restricted_token: String,
    /// Values for the provider's variables: organisation, tenant.
    pub vars: BTreeMap<String, String>,
    /// Values for required fields that only this account knows: MindBridge's `technicalContactId`.
    pub fields: BTreeMap<String, String>,
    /// Where it listens.
    pub address: SocketAddr,
    /// Control for tests; the same is served under `/_sim/`.
    pub handle: SimulatorHandle,
}

impl fmt::Debug for Simulator {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Simulator").field("base_url", &self.base_url).finish_non_exhaustive()
    }
}

impl Drop for Simulator {
    fn drop(&mut self) {
        self.handle.shared().stop.cancel();
    }
}

impl Simulator {
    /// Starts a provider on 127.0.0.1.
    ///
    /// # Errors
    /// When the port is taken.
    pub async fn start(kind: SimulatorKind, options: SimulatorOptions) -> io::Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, options.port)).await?;
        let address = listener.local_addr()?;
        let clock = Arc::clone(&options.clock);
        let chance = || u64::try_from(clock.now().0).unwrap_or(0) ^ (u64::from(address.port()) << 48);
        let draw = SeededEntropy::new(options.seed.unwrap_or_else(chance));
        let account = kind.account(&draw);
        let contact = draw.hex(24);
        let access = kind.access(&draw, options.token.clone());
        let vars = kind.variables(&account);
        let mut fields = BTreeMap::new();
        if kind == SimulatorKind::MindBridge {
            fields.insert("technicalContactId".to_owned(), contact.clone());
        }
        let (token, api_key, restricted_token) =
            (access.bearer.clone(), access.api_key.clone(), access.restricted.clone());
        let shared = Arc::new(Shared {
            kind,
            pace: Pace::new(options.clock_factor),
            options,
            draw,
            clock,
            account,
            contact,
            address,
            senders: Semaphore::new(SENDERS),
            pending: watch::Sender::new(0),
            stream: broadcast::Sender::new(1024),
            auto: watch::Sender::new(None),
            stop: CancellationToken::new(),
            tasks: TaskTracker::new(),
            world: Mutex::new(World::new(access)),
        });
        let stop = shared.stop.clone();
        shared.tasks.spawn(stop.run_until_cancelled_owned(server::accept(listener, Arc::clone(&shared))));
        let stop = shared.stop.clone();
        shared.tasks.spawn(stop.run_until_cancelled_owned(emission::emit_by_itself(Arc::clone(&shared))));
        Ok(Self {
            kind,
            base_url: shared.base(),
            token,
            api_key,
            restricted_token,
            vars,
            fields,
            address,
            handle: SimulatorHandle::new(shared),
        })
    }

    /// Stops and waits until nothing of it runs any more.
    pub async fn stop(self) {
        let shared = self.handle.shared();
        shared.stop.cancel();
        shared.tasks.close();
        shared.tasks.wait().await;
    }
}

/// Starts a provider with the usual settings on this port (0: a free one): what
/// `cargo xtask simulate` runs.
///
/// # Errors
/// When the port is taken.
pub async fn run_simulator(kind: SimulatorKind, port: u16) -> io::Result<Simulator> {
    Simulator::start(kind, SimulatorOptions { port, ..SimulatorOptions::default() }).await
}
