//! The store as others hold it: opening, closing, and the two ways in, writing and reading.

use crate::append::NewDelivery;
use crate::checkpoint::{self, Stop};
use crate::connect;
use crate::fault::{Fault, Outcome, disk_full};
use crate::folder::Folder;
use crate::indexer;
use crate::locks::{self, FolderLock, Held, PortClaim, PortHeld, Run};
use crate::queue::{Done, Pending, Task, WriteQueue, closed};
use crate::readers::{self, Load, ReadQueue, Reader};
use crate::schema::{self, Found};
use crate::writer::{self, Shared};
use rusqlite::Connection;
use std::fmt;
use std::net::SocketAddr;
use std::path::Path;
use std::sync::atomic::{AtomicBool, AtomicI64, AtomicU32, AtomicU64};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;
use tokio::sync::{broadcast, oneshot};
use waybill_model::{Clock, ErrorCode, Failure, Result};

/// How a store is opened.
#[derive(Clone, Debug)]
pub struct StoreOptions {
    /// Tells the time.
    pub clock: Arc<dyn Clock>,
    /// What this program is called where a lock names its holder.
    pub program: String,
    /// Threads that read, at least 2.
    pub readers: usize,
    /// Captures that may wait to be written.
    pub queue_rows: usize,
    /// Bytes of captures that may wait to be written.
    pub queue_bytes: usize,
    /// False: this process leaves the search index alone and searches by reading.
    pub index: bool,
}

impl StoreOptions {
    /// The usual choices: 3 readers, 8,192 captures and 256 MiB waiting at most, an index.
    pub fn new(clock: Arc<dyn Clock>, program: impl Into<String>) -> Self {
        Self {
            clock,
            program: program.into(),
            readers: 3,
            queue_rows: 8192,
            queue_bytes: 256 * 1024 * 1024,
            index: true,
        }
    }
}

/// A store that was opened.
#[derive(Debug)]
pub struct Opened {
    /// The store.
    pub store: Store,
    /// What the user should know: a damaged file was set aside, an older one upgraded.
    pub notice: Option<String>,
}

/// What was committed, so that a view knows it is stale.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Change {
    /// Deliveries came, changed or went. The counters of their inboxes change when they come.
    Deliveries,
    /// Inboxes, or their counters when deliveries went or came back. Not told of arrivals: whoever keeps inboxes at
    /// hand would read them anew for each.
    Inboxes,
    /// Connections.
    Connections,
    /// Cached endpoints.
    Endpoints,
    /// What is known of secrets.
    Secrets,
    /// Settings.
    Settings,
    /// Jobs or their items.
    Jobs,
    /// Attempts.
    Attempts,
    /// Another process committed; anything may have changed.
    External,
}

/// Waybill's data folder. A clone is the same store.
#[derive(Clone)]
pub struct Store {
    pub(crate) inner: Arc<Inner>,
}

impl fmt::Debug for Store {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Store").field("folder", &self.inner.shared.folder).finish_non_exhaustive()
    }
}

/// What all clones share.
pub(crate) struct Inner {
    pub(crate) shared: Arc<Shared>,
    pub(crate) reads: Arc<ReadQueue>,
    pub(crate) options: StoreOptions,
    /// This process's id among those that share the folder.
    pub(crate) run: String,
    stop: Arc<Stop>,
    threads: tokio::sync::Mutex<Vec<JoinHandle<()>>>,
    presence: Mutex<Option<Arc<Presence>>>,
}

/// What shows others that this process has the folder open; each thread holds it until it ends.
struct Presence {
    _run: Run,
    _folder: Held,
}

impl Drop for Inner {
    fn drop(&mut self) {
        // The threads end by themselves; what is queued is still written.
        self.shared.queue.close();
        self.reads.close();
        self.stop.now();
    }
}

/// Broadcasts kept for a slow watcher before it is told that it missed some.
const CHANGES: usize = 1024;

impl Store {
    /// Opens the data folder at `dir`, creating what is missing. Blocks for as long as the disk takes.
    ///
    /// # Errors
    /// `database_newer`, `busy` (another Waybill is changing the folder, or holds an older version open),
    /// `database_damaged` (and another Waybill has it open), `disk_full`, `data_folder`.
    pub fn open(dir: &Path, options: StoreOptions) -> Result<Opened> {
        Self::open_with(dir, options, schema::STEPS).map_err(|fault| {
            let full = fault.is_io() && Folder::prepare(dir).is_ok_and(|folder| folder.is_full());
            if full { disk_full() } else { fault.told() }
        })
    }

    /// [`Store::open`] over other versions of the schema, for tests.
    pub(crate) fn open_with(dir: &Path, options: StoreOptions, steps: &[&str]) -> Outcome<Opened> {
        let folder = Folder::prepare(dir)?;
        let now = options.clock.now();
        let lock = FolderLock::take(&folder)?;
        let notice = match &lock {
            FolderLock::Alone(_) => make_ready(&folder, steps, now)?,
            FolderLock::Shared(_) => {
                join(&folder, steps)?;
                None
            }
        };
        let lock = lock.share()?;
        let run = Run::register(&folder, now)?;
        let id = run.id.clone();
        let presence = Arc::new(Presence { _run: run, _folder: lock });
        let connection = connect::writer(&folder.database())?;
        crate::jobs::interrupt_dead(&connection, &folder)?;
        locks::tidy_runs(&folder)?;
        folder.narrow()?;
        let newest = connection
            .query_row("SELECT coalesce(max(id), 0) FROM deliveries", [], |row| row.get::<_, i64>(0))?;
        let shared = Arc::new(Shared {
            folder,
            queue: WriteQueue::new(options.queue_rows.max(1), options.queue_bytes),
            changes: broadcast::channel(CHANGES).0,
            frames: AtomicU32::new(0),
            newest: AtomicI64::new(newest),
            clock: Arc::clone(&options.clock),
            deleted: AtomicBool::new(connection.prepare("SELECT 1 FROM undo")?.exists([])?),
            search: AtomicU64::new(0),
            readers: Mutex::default(),
        });
        let (reads, stop) = (Arc::new(ReadQueue::default()), Arc::new(Stop::default()));
        let mut threads = Vec::new();
        for number in 0..options.readers.max(2) {
            let reader = readers::open(&shared)?;
            let (queue, shared) = (Arc::clone(&reads), Arc::clone(&shared));
            let work = move || readers::run(&queue, &shared, reader, number > 0);
            threads.push(spawn("store-read", &presence, work)?);
        }
        {
            let shared = Arc::clone(&shared);
            // Now, not when the thread has begun: what is committed in between must be told.
            let version = writer::data_version(&connection).ok();
            threads.push(spawn("store-write", &presence, move || writer::run(&shared, connection, version))?);
        }
        {
            let (shared, stop) = (Arc::clone(&shared), Arc::clone(&stop));
            let work = move || checkpoint::run(&shared, &stop);
            threads.push(spawn("store-checkpoint", &presence, work)?);
        }
        if options.index {
            let (shared, stop) = (Arc::clone(&shared), Arc::clone(&stop));
            threads.push(spawn("store-index", &presence, move || indexer::run(&shared, &stop))?);
        }
        let inner = Inner {
            shared,
            reads,
            options,
            run: id,
            stop,
            threads: tokio::sync::Mutex::new(threads),
            presence: Mutex::new(Some(presence)),
        };
        Ok(Opened { store: Self { inner: Arc::new(inner) }, notice })
    }

    /// Writes what is queued, ends the threads, gives up the locks. Calls after it fail with `cancelled`.
    /// Closing twice is the same as closing once.
    pub async fn close(&self) {
        let inner = &self.inner;
        inner.shared.queue.close();
        let mut threads = inner.threads.lock().await;
        let ending = std::mem::take(&mut *threads);
        if ending.is_empty() {
            return;
        }
        let (reads, stop) = (Arc::clone(&inner.reads), Arc::clone(&inner.stop));
        let shared = Arc::clone(&inner.shared);
        let (tell, told) = oneshot::channel();
        let joining = std::thread::Builder::new().name("store-close".to_owned()).spawn(move || {
            reads.close();
            stop.now();
            shared.cut_readers();
            for thread in ending {
                let _ = thread.join();
            }
            // Connections that closed at the same moment may each have left the log to the other.
            if let Err(fault) = tidy_log(&shared.folder.database()) {
                tracing::warn!("the log was left beside the database: {fault:?}");
            }
            let _ = tell.send(());
        });
        if joining.is_ok() {
            let _ = told.await;
        }
        drop(inner.presence.lock().unwrap_or_else(PoisonError::into_inner).take());
    }

    /// Hears of every commit from now on, one message a kind and commit.
    #[must_use]
    pub fn subscribe(&self) -> broadcast::Receiver<Change> {
        self.inner.shared.changes.subscribe()
    }

    /// Claims an address to listen on among all processes that share the folder.
    ///
    /// # Errors
    /// Who has it. When the claim itself can't be written down, it is granted all the same: listening
    /// will tell.
    pub fn claim_port(&self, address: SocketAddr) -> std::result::Result<PortClaim, PortHeld> {
        let options = &self.inner.options;
        locks::claim_port(&self.inner.shared.folder, address, &options.program, options.clock.now())
            .unwrap_or_else(|fault| {
                tracing::warn!("the claim to {address} was not written down: {fault:?}");
                Ok(PortClaim::unrecorded())
            })
    }

    /// Queues a delivery to be kept. Resolves once it is on disk.
    ///
    /// # Errors
    /// `busy` at once when too much is queued; `cancelled` when the store was closed.
    pub fn try_append(&self, delivery: NewDelivery) -> Result<Pending> {
        self.inner.shared.queue.append(delivery)
    }

    /// Runs `work` on the writer, in a savepoint of a transaction it shares with others; resolves once that
    /// is committed.
    pub(crate) async fn write<T: Send + 'static>(
        &self,
        changes: &'static [Change],
        work: impl FnOnce(&Connection) -> Outcome<T> + Send + 'static,
    ) -> Result<T> {
        let (tell, told) = oneshot::channel();
        let run = Box::new(move |connection: Result<&Connection>| {
            let answer = connection.and_then(|connection| work(connection).map_err(Failure::from));
            let failed = answer.as_ref().err().cloned();
            let tell = Box::new(move |committed: Result<()>| {
                // Its own failure says more than the transaction's.
                let _ = tell.send(match answer {
                    Ok(value) => committed.map(|()| value),
                    Err(failure) => Err(failure),
                });
            });
            Done { failed, tell }
        });
        self.inner.shared.queue.push(Task { changes, run })?;
        match told.await {
            Ok(answer) => answer,
            Err(_) if self.inner.shared.queue.is_closed() => Err(closed()),
            Err(_) => Err(Failure::internal("The write failed inside Waybill; nothing was stored.")),
        }
    }

    /// Runs `work` on a reader.
    pub(crate) async fn read<T: Send + 'static>(
        &self,
        load: Load,
        work: impl FnOnce(&mut Reader) -> Outcome<T> + Send + 'static,
    ) -> Result<T> {
        let shared = Arc::clone(&self.inner.shared);
        let watched = move |reader: &mut Reader| {
            let answer = work(reader);
            if let Err(fault) = &answer {
                shared.suspect(fault);
            }
            answer
        };
        self.inner.reads.read(load, watched).await
    }
}

/// Moves what the log holds into the database and, when nobody else has it open, removes the log.
fn tidy_log(path: &Path) -> Outcome<()> {
    let connection = connect::checkpointer(path)?;
    connection.query_row("PRAGMA wal_checkpoint(PASSIVE)", [], |_| Ok(()))?;
    Ok(connection.close().map_err(|(_, error)| error)?)
}

/// A thread that keeps this process among the living until it ends.
fn spawn(
    name: &str,
    presence: &Arc<Presence>,
    work: impl FnOnce() + Send + 'static,
) -> Outcome<JoinHandle<()>> {
    let presence = Arc::clone(presence);
    let thread = std::thread::Builder::new().name(name.to_owned()).spawn(move || {
        work();
        drop(presence);
    });
    Ok(thread?)
}

/// With the folder to ourselves: whatever is there becomes a database of today. Returns what to tell.
fn make_ready(folder: &Folder, steps: &[&str], now: waybill_model::Timestamp) -> Outcome<Option<String>> {
    match schema::examine(folder, steps)? {
        Found::Nothing => {
            schema::create(folder, steps, now)?;
            Ok(None)
        }
        Found::Version(version) if version == steps.len() => Ok(None),
        Found::Version(version) => {
            let copy = schema::upgrade(folder, version, steps)?;
            Ok(Some(format!(
                "The database was brought up to date. A copy of it as it was: {}",
                copy.display()
            )))
        }
        Found::Newer(version) => Err(schema::newer(version, steps.len())),
        Found::Damaged(why) => {
            let place = schema::set_aside(folder, now)?;
            schema::create(folder, steps, now)?;
            Ok(Some(format!(
                "The database could not be used ({why}). It was set aside, nothing was deleted, and a new one was \
                 started: {}",
                place.display()
            )))
        }
    }
}

/// With others in the folder: the database must be of our version as it is.
fn join(folder: &Folder, steps: &[&str]) -> Outcome<()> {
    let version = schema::version(folder)?;
    let ours = i64::try_from(steps.len()).unwrap_or(i64::MAX);
    match version.cmp(&ours) {
        std::cmp::Ordering::Equal => Ok(()),
        std::cmp::Ordering::Greater => Err(schema::newer(version, steps.len())),
        std::cmp::Ordering::Less => Err(Fault::from(
            Failure::new(
                ErrorCode::Busy,
                "An older Waybill has this data folder open, so it can't be brought up to date now.",
            )
            .hint("Quit the other Waybill, then start again."),
        )),
    }
}
