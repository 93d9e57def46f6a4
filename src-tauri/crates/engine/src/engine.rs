//! The engine: everything a host needs, behind one router.
//!
//! A host starts it, calls commands by name, reads bytes, listens to events and stops it. Work that
//! outlives a call belongs to the engine's tracker and ends with its token, in order: stop accepting,
//! let requests under way finish, hold replays, flush the store.

use crate::api::{BytesRequest, Event};
use crate::capturing::Capturing;
use crate::ready::ReadyInboxes;
use crate::results::Results;
use crate::{logging, pump, vaulting};
use secrecy::SecretString;
use std::collections::HashMap;
use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::sync::broadcast;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use waybill_model::{
    Attempt, AttemptId, Clock, Delivery, DeliveryId, Entropy, ErrorCode, Failure, JobId, Result, SecretId,
    SystemClock, VaultKind,
};
use waybill_query::Query;
use waybill_store::{QueryRef, Store, StoreOptions};
use waybill_vault::Vault;

/// Asks for the passphrase of the encrypted file.
pub type AskPassphrase = Arc<dyn Fn() -> Option<SecretString> + Send + Sync>;

/// How an engine is started.
#[derive(Clone)]
pub struct EngineOptions {
    /// Where the data lies; made when it is not there.
    pub data_dir: PathBuf,
    /// Who is running it, for locks and messages.
    pub program: String,
    /// Where secrets live; absent: the setting.
    pub vault: Option<VaultKind>,
    /// Asks for the passphrase of the encrypted file.
    pub passphrase: Option<AskPassphrase>,
    /// Tells the time.
    pub clock: Arc<dyn Clock>,
    /// Where ids and secrets come from.
    pub entropy: Arc<dyn Entropy>,
    /// The log filter; absent: warnings, and information of Waybill's own.
    pub log_level: Option<String>,
    /// Write the log to standard error too.
    pub log_to_stderr: bool,
    /// The scrypt work factor of a new encrypted file; low in tests only.
    pub work_factor: u8,
    /// Told of each step in the custody of a one-time secret; for trying out abrupt ends.
    pub custody_step: Option<Arc<dyn Fn(crate::CustodyStep) + Send + Sync>>,
    /// Until the whole answer to one call at a provider must be there; absent: half a minute.
    pub call_deadline: Option<std::time::Duration>,
}

impl EngineOptions {
    /// The ordinary options for a data folder.
    #[must_use]
    pub fn new(data_dir: PathBuf, program: &str) -> Self {
        Self {
            data_dir,
            program: program.to_owned(),
            vault: None,
            passphrase: None,
            clock: Arc::new(SystemClock),
            entropy: Arc::new(SystemEntropy),
            log_level: None,
            log_to_stderr: false,
            work_factor: waybill_vault::DEFAULT_WORK_FACTOR,
            custody_step: None,
            call_deadline: None,
        }
    }
}

impl fmt::Debug for EngineOptions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("EngineOptions")
            .field("data_dir", &self.data_dir)
            .field("program", &self.program)
            .finish_non_exhaustive()
    }
}

/// The operating system's random numbers.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemEntropy;

impl Entropy for SystemEntropy {
    fn fill(&self, bytes: &mut [u8]) {
        rand::Rng::fill_bytes(&mut rand::rng(), bytes);
    }
}

/// The data folder: the one given, else the platform's own for this user.
///
/// # Errors
/// `data_folder` when the platform names none.
pub fn data_dir(given: Option<&Path>) -> Result<PathBuf> {
    // An empty path would be the folder that this was started in.
    if let Some(given) = given.filter(|given| !given.as_os_str().is_empty()) {
        return Ok(given.to_path_buf());
    }
    let home =
        |variable: &str| std::env::var_os(variable).filter(|value| !value.is_empty()).map(PathBuf::from);
    let found = if cfg!(target_os = "macos") {
        home("HOME").map(|home| home.join("Library/Application Support/dev.waybill.desktop"))
    } else if cfg!(windows) {
        home("APPDATA").map(|data| data.join("Waybill"))
    } else {
        home("XDG_DATA_HOME")
            .or_else(|| home("HOME").map(|home| home.join(".local/share")))
            .map(|data| data.join("waybill"))
    };
    found.ok_or_else(|| {
        Failure::new(ErrorCode::DataFolder, "This account names no folder for data; nothing was opened.")
            .hint("Give one with --data-dir, or set WAYBILL_DATA_DIR.")
    })
}

/// A running engine. Clones are the same engine.
#[derive(Clone)]
pub struct Engine(pub(crate) Arc<Inner>);

pub(crate) struct Inner {
    pub(crate) options: EngineOptions,
    pub(crate) store: Store,
    pub(crate) vault: Vault,
    pub(crate) vault_kind: VaultKind,
    pub(crate) vault_state: Mutex<Option<waybill_model::VaultState>>,
    pub(crate) schemes: crate::schemes::Schemes,
    pub(crate) searches: crate::signatures::Searches,
    pub(crate) providers: waybill_provider::Catalogue,
    pub(crate) transport: waybill_provider::Transport,
    pub(crate) events: broadcast::Sender<Event>,
    pub(crate) results: Results,
    pub(crate) ready: ReadyInboxes,
    pub(crate) capturing: Capturing,
    pub(crate) streams: crate::streams::Streams,
    pub(crate) replaying: crate::replays::Replaying,
    /// Secrets that the vault refused after the provider had made them: kept here so that they can
    /// still be copied or stored.
    pub(crate) held: Mutex<HashMap<SecretId, SecretString>>,
    /// The key that answers with one-time secrets are sealed with; read from the vault when first needed.
    pub(crate) seal_key: tokio::sync::OnceCell<waybill_vault::SealKey>,
    pub(crate) forward_all: Mutex<Vec<String>>,
    /// Held while an inbox or the settings are read, changed and written back, so that of two changes at once
    /// none is lost.
    pub(crate) changing: tokio::sync::Mutex<()>,
    pub(crate) notice: Option<String>,
    pub(crate) stop: CancellationToken,
    pub(crate) tasks: TaskTracker,
}

impl fmt::Debug for Engine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Engine").field("options", &self.0.options).finish_non_exhaustive()
    }
}

/// A lock whose holder panicked still guards plain values; they are as good as before.
pub(crate) fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Engine {
    /// Opens the data folder and starts the work of the background. Nothing listens yet.
    ///
    /// # Errors
    /// `data_folder`, `database_newer`, `busy`: what stands in the way of opening.
    pub async fn start(options: EngineOptions) -> Result<Self> {
        waybill_provider::install_tls();
        let folder = options.data_dir.clone();
        let store_options = StoreOptions::new(options.clock.clone(), options.program.clone());
        let opened = tokio::task::spawn_blocking(move || Store::open(&folder, store_options))
            .await
            .map_err(|error| Failure::internal(format!("The store could not be opened: {error}.")))??;
        logging::start(&options);
        let store = opened.store;
        let settings = store.settings().await?;
        let kind = options.vault.unwrap_or(settings.vault);
        let vault = vaulting::open(kind, &options);
        let (events, _) = broadcast::channel(1_024);
        let engine = Self(Arc::new(Inner {
            schemes: crate::schemes::Schemes::open(options.data_dir.join("schemes")),
            searches: crate::signatures::Searches::default(),
            providers: waybill_provider::Catalogue::with_user_files(&options.data_dir.join("providers")),
            transport: waybill_provider::Transport::default(),
            store,
            vault,
            vault_kind: kind,
            vault_state: Mutex::new(None),
            events,
            results: Results::default(),
            ready: ReadyInboxes::default(),
            capturing: Capturing::default(),
            streams: crate::streams::Streams::default(),
            replaying: crate::replays::Replaying::default(),
            held: Mutex::default(),
            seal_key: tokio::sync::OnceCell::new(),
            forward_all: Mutex::default(),
            changing: tokio::sync::Mutex::default(),
            notice: opened.notice,
            stop: CancellationToken::new(),
            tasks: TaskTracker::new(),
            options,
        }));
        tracing::info!(program = engine.0.options.program, vault = ?kind, "started");
        pump::start(&engine).await?;
        crate::custody::at_start(&engine).await?;
        Ok(engine)
    }

    /// Carries a command out.
    ///
    /// # Errors
    /// The command's own; `invalid_input` for an unknown command or a request that does not fit it.
    pub async fn call(&self, name: &str, payload: serde_json::Value) -> Result<serde_json::Value> {
        crate::router::call(self, name, payload).await
    }

    /// Reads raw bytes.
    ///
    /// # Errors
    /// `not_found` when there is no such delivery or attempt.
    pub async fn bytes(&self, request: BytesRequest) -> Result<Vec<u8>> {
        crate::deliveries::bytes(self, request).await
    }

    /// What is pushed from now on.
    #[must_use]
    pub fn events(&self) -> broadcast::Receiver<Event> {
        self.0.events.subscribe()
    }

    /// What was found and mended at start.
    #[must_use]
    pub fn notice(&self) -> Option<String> {
        self.0.notice.clone()
    }

    /// Sends every delivery of this process on to `target` too.
    ///
    /// # Errors
    /// `invalid_input` or `target_refused` when it can't be a target.
    pub fn forward_everything_to(&self, target: &str) -> Result<()> {
        waybill_replay::Target::parse(target)?;
        lock(&self.0.forward_all).push(target.to_owned());
        Ok(())
    }

    /// The newest delivery in the store.
    ///
    /// # Errors
    /// When the store can't be read.
    pub async fn newest_delivery(&self) -> Result<Option<DeliveryId>> {
        self.0.store.newest().await
    }

    /// Every delivery after `seen`, oldest first, at most 1,000: ask again from the last one for more.
    ///
    /// # Errors
    /// When the store can't be read.
    pub async fn deliveries_since(&self, seen: Option<DeliveryId>) -> Result<Vec<Delivery>> {
        let wanted = QueryRef {
            query: Query::everything(),
            after: seen,
            before: None,
            limit: Some(1_000),
            newest_first: false,
            cancel: None,
        };
        let ids = self.0.store.ids(wanted).await?;
        self.0.store.deliveries(ids).await
    }

    /// The attempts of a replay that began after `seen`, oldest first.
    ///
    /// # Errors
    /// When the store can't be read.
    pub async fn attempts_since(&self, job: JobId, seen: Option<AttemptId>) -> Result<Vec<Attempt>> {
        crate::replays::attempts_since(self, job, seen).await
    }

    /// One attempt as it stands now.
    ///
    /// # Errors
    /// When the store can't be read.
    pub async fn attempt(&self, id: AttemptId) -> Result<Option<Attempt>> {
        self.0.store.attempt(id).await
    }

    /// The present instant.
    pub(crate) fn now(&self) -> waybill_model::Timestamp {
        self.0.options.clock.now()
    }

    /// A fresh random id of 16 bytes, as a version 4 UUID.
    pub(crate) fn fresh_uuid(&self) -> String {
        let mut bytes = [0_u8; 16];
        self.0.options.entropy.fill(&mut bytes);
        bytes[6] = (bytes[6] & 0x0f) | 0x40;
        bytes[8] = (bytes[8] & 0x3f) | 0x80;
        let hex: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
        format!("{}-{}-{}-{}-{}", &hex[..8], &hex[8..12], &hex[12..16], &hex[16..20], &hex[20..])
    }

    /// Pushes an event; with nobody listening it is dropped.
    pub(crate) fn push(&self, event: Event) {
        let _ = self.0.events.send(event);
    }

    /// Ends everything in order: stop accepting, finish what is under way, hold replays, flush.
    pub async fn stop(&self) {
        crate::capturing::end(self).await;
        self.0.stop.cancel();
        self.0.tasks.close();
        if tokio::time::timeout(Duration::from_secs(5), self.0.tasks.wait()).await.is_err() {
            tracing::warn!("work in the background did not end in time");
        }
        self.0.store.close().await;
    }
}
