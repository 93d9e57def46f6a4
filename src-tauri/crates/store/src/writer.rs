//! The one thread that writes.
//!
//! It takes whatever has queued, writes it in one transaction, commits once, and only then wakes those who
//! wait. There is no timer: a batch is what came during the last commit. A commit that fails acknowledges
//! nothing; after a failed write or sync the connection is opened anew, because what the operating system
//! kept is unknown. Checkpoints run on a thread of their own; this one steps in only when the log has grown
//! past its limit, so that it starts over.

use crate::append;
use crate::connect;
use crate::counts::Counts;
use crate::fault::{Fault, Outcome, disk_full};
use crate::folder::Folder;
use crate::queue::{Done, Taken, Task, Work, WriteQueue};
use crate::store::Change;
use rusqlite::{Connection, InterruptHandle};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicI64, AtomicU32, AtomicU64, Ordering};
use std::time::{Duration, Instant};
use tokio::sync::{broadcast, oneshot};
use waybill_model::{Clock, DeliveryId, Failure, Result};

/// The most that is written in one transaction.
const BATCH: usize = 512;
/// How often the writer looks for commits of other processes.
const LOOK: Duration = Duration::from_millis(200);
/// The log is grown to this at the start: overwriting what a file already has costs less than growing it.
const PREGROWN: i64 = 16 * 1024 * 1024;
/// Frames in the log at which the writer pauses and lets it start over (32 MiB).
const LONG: u32 = 2048;
/// Frames at which readers are cut, because one of them keeps the log from starting over (64 MiB).
const TOO_LONG: u32 = 4096;

/// What the writer shares with the other threads.
pub(crate) struct Shared {
    pub(crate) folder: Folder,
    pub(crate) queue: WriteQueue,
    pub(crate) changes: broadcast::Sender<Change>,
    /// Frames in the log after the last commit of ours.
    pub(crate) frames: AtomicU32,
    /// The newest delivery committed here.
    pub(crate) newest: AtomicI64,
    /// Tells the time.
    pub(crate) clock: Arc<dyn Clock>,
    /// True while deletions wait for their bytes to be removed.
    pub(crate) deleted: AtomicBool,
    /// Which search file readers may attach; 0 for none.
    pub(crate) search: AtomicU64,
    /// Every reader's handle, to end what it does.
    pub(crate) readers: std::sync::Mutex<Vec<InterruptHandle>>,
}

impl Shared {
    /// Ends what the readers are doing; queries that are still wanted begin anew.
    pub(crate) fn cut_readers(&self) {
        let readers = self.readers.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        readers.iter().for_each(InterruptHandle::interrupt);
    }

    /// Remembers damage, so that the next start looks at everything.
    pub(crate) fn suspect(&self, fault: &Fault) {
        if fault.is_damage() {
            tracing::error!("the database is damaged: {fault:?}");
            let _ = crate::folder::open_private(&self.folder.suspicion());
        }
    }
}

/// Runs until the queue is closed and empty. Of what others commit, nothing after `version` is passed over.
pub(crate) fn run(shared: &Arc<Shared>, connection: Connection, version: Option<i64>) {
    let mut writer = Writer { shared, connection: Some(connection), version, looked: Instant::now() };
    writer.prepare();
    loop {
        match shared.queue.take(BATCH, LOOK) {
            Taken::Batch(batch, bytes) => writer.write(batch, bytes),
            Taken::Idle => {}
            Taken::Closed => break,
        }
        writer.look();
    }
    if let Some(connection) = writer.connection.take() {
        let _ = connection.close();
    }
}

struct Writer<'a> {
    shared: &'a Arc<Shared>,
    connection: Option<Connection>,
    /// SQLite's mark of what other connections committed, as last seen.
    version: Option<i64>,
    looked: Instant,
}

/// Those who wait for a batch.
#[derive(Default)]
struct Waiting {
    appended: Vec<(oneshot::Sender<Result<DeliveryId>>, DeliveryId)>,
    refused: Vec<oneshot::Sender<Result<DeliveryId>>>,
    told: Vec<Box<dyn FnOnce(Result<()>) + Send>>,
    changes: Vec<Change>,
}

impl Waiting {
    fn note(&mut self, changes: &[Change]) {
        for change in changes {
            if !self.changes.contains(change) {
                self.changes.push(*change);
            }
        }
    }
}

impl Writer<'_> {
    /// Sets a fresh connection up.
    fn prepare(&mut self) {
        let Some(connection) = &mut self.connection else { return };
        let shared = Arc::clone(self.shared);
        let hooked = connection.wal_hook(Some(move |_: &mut rusqlite::hooks::Wal, frames: i32| {
            shared.frames.store(u32::try_from(frames).unwrap_or(0), Ordering::Relaxed);
            Ok(())
        }));
        if let Err(error) =
            hooked.map_err(Fault::from).and_then(|()| pregrow(&self.shared.folder, connection))
        {
            tracing::warn!("the log was not grown beforehand: {error:?}");
        }
    }

    fn write(&mut self, batch: Vec<Work>, bytes: usize) {
        let mut waiting = Waiting::default();
        let tasks = batch.iter().filter(|work| matches!(work, Work::Task(_))).count();
        let rows = batch.len() - tasks;
        let outcome = self.commit(batch, &mut waiting).map_err(|fault| {
            self.shared.suspect(&fault);
            if fault.is_io() {
                self.connection = None;
                if self.shared.folder.is_full() {
                    return disk_full();
                }
            }
            fault.told()
        });
        self.shared.queue.release(rows, tasks, bytes);
        if let (Ok(()), Some((_, newest))) = (&outcome, waiting.appended.last()) {
            self.shared.newest.fetch_max(newest.0, Ordering::Relaxed);
        }
        for (waiter, id) in waiting.appended {
            let _ = waiter.send(outcome.clone().map(|()| id));
        }
        if let Err(failure) = &outcome {
            for waiter in waiting.refused {
                let _ = waiter.send(Err(failure.clone()));
            }
        }
        for tell in waiting.told {
            tell(outcome.clone());
        }
        if outcome.is_ok() {
            for change in waiting.changes {
                let _ = self.shared.changes.send(change);
            }
            self.shorten();
        }
    }

    /// One transaction over the whole batch.
    fn commit(&mut self, batch: Vec<Work>, waiting: &mut Waiting) -> Outcome<()> {
        let mut batch = batch.into_iter();
        let outcome = self.connected().and_then(|connection| {
            connection.prepare_cached("BEGIN IMMEDIATE")?.execute([])?;
            let mut counts = Counts::default();
            for work in batch.by_ref() {
                match work {
                    Work::Append(delivery, waiter) => {
                        match append::insert(connection, &mut counts, &delivery) {
                            Ok(id) => waiting.appended.push((waiter, id)),
                            Err(fault) => {
                                waiting.refused.push(waiter);
                                return Err(fault);
                            }
                        }
                        waiting.note(&[Change::Deliveries]);
                    }
                    Work::Task(task) => {
                        // It may read what the captures before it have counted.
                        counts.flush(connection)?;
                        run_task(connection, task, waiting)?;
                    }
                }
            }
            counts.flush(connection)?;
            connection.prepare_cached("COMMIT")?.execute([])?;
            Ok(())
        });
        if let Err(fault) = &outcome {
            let failure = fault.told();
            if let Some(connection) = &self.connection
                && !connection.is_autocommit()
            {
                let _ = connection.execute_batch("ROLLBACK");
            }
            for work in batch {
                match work {
                    Work::Append(_, waiter) => waiting.refused.push(waiter),
                    Work::Task(task) => ((task.run)(Err(failure.clone())).tell)(Err(failure.clone())),
                }
            }
        }
        outcome
    }

    /// The connection, opened anew after a failure that made it unusable.
    fn connected(&mut self) -> Outcome<&Connection> {
        if self.connection.is_none() {
            self.connection = Some(connect::writer(&self.shared.folder.database())?);
            self.prepare();
        }
        self.connection.as_ref().ok_or_else(|| Failure::internal("The store has no connection.").into())
    }

    /// Lets the log start over when it has grown long.
    fn shorten(&self) {
        let frames = self.shared.frames.load(Ordering::Relaxed);
        let Some(connection) = &self.connection else { return };
        if frames < LONG {
            return;
        }
        // The other thread has moved most of it already. When everything is moved and nobody reads the log, the
        // next transaction writes from its beginning.
        let mode = if frames < TOO_LONG {
            "PASSIVE"
        } else {
            self.shared.cut_readers();
            "RESTART"
        };
        let moved = connection.query_row(&format!("PRAGMA wal_checkpoint({mode})"), [], |_| Ok(()));
        if let Err(error) = moved {
            tracing::warn!("the log could not be moved into the database: {error}");
        }
    }

    /// Tells when another process has committed.
    fn look(&mut self) {
        if self.looked.elapsed() < LOOK {
            return;
        }
        self.looked = Instant::now();
        let Some(connection) = &self.connection else { return };
        let now = data_version(connection).ok();
        if now.is_some() && self.version.is_some() && now != self.version {
            let _ = self.shared.changes.send(Change::External);
        }
        self.version = now.or(self.version);
    }
}

/// A task in a savepoint of its own, so that its failure takes nothing else back.
fn run_task(connection: &Connection, task: Task, waiting: &mut Waiting) -> Outcome<()> {
    connection.prepare_cached("SAVEPOINT task")?.execute([])?;
    let Task { changes, run } = task;
    let done = catch_unwind(AssertUnwindSafe(|| run(Ok(connection))));
    // A full disk or a failed write ends the whole transaction by itself.
    if connection.is_autocommit() {
        let failure = match done {
            Ok(Done { failed: Some(failure), tell }) => {
                tell(Ok(()));
                failure
            }
            _ => Failure::internal("The transaction was ended by a failed write; nothing was stored."),
        };
        return Err(failure.into());
    }
    match done {
        Ok(Done { failed, tell }) => {
            waiting.told.push(tell);
            if failed.is_some() {
                connection.prepare_cached("ROLLBACK TO task")?.execute([])?;
            } else {
                waiting.note(changes);
            }
        }
        // Its caller hears of it because nobody answers any more.
        Err(_) => {
            tracing::error!("a write panicked; it was taken back");
            connection.prepare_cached("ROLLBACK TO task")?.execute([])?;
        }
    }
    connection.prepare_cached("RELEASE task")?.execute([])?;
    Ok(())
}

/// SQLite's mark of what other connections have committed, as this connection sees it.
pub(crate) fn data_version(connection: &Connection) -> rusqlite::Result<i64> {
    connection.prepare_cached("PRAGMA data_version")?.query_row([], |row| row.get(0))
}

/// Grows the log file without changing anything: a transaction that spills into it and is taken back.
fn pregrow(folder: &Folder, connection: &Connection) -> Outcome<()> {
    let wal = crate::folder::with_suffix(&folder.database(), "-wal");
    let length = std::fs::metadata(wal).map_or(0, |metadata| metadata.len());
    if length >= PREGROWN.unsigned_abs() {
        return Ok(());
    }
    let cache: i64 = connection.pragma_query_value(None, "cache_size", |row| row.get(0))?;
    connection.execute_batch("PRAGMA cache_size = 16; PRAGMA cache_spill = 16; BEGIN IMMEDIATE;")?;
    let grown = connection.execute_batch(&format!(
        "CREATE TABLE padding (bytes BLOB); INSERT INTO padding VALUES (zeroblob({PREGROWN}));"
    ));
    if !connection.is_autocommit() {
        connection.execute_batch("ROLLBACK")?;
    }
    connection.execute_batch(&format!("PRAGMA cache_size = {cache}; PRAGMA cache_spill = ON;"))?;
    if grown.is_err() {
        // On a disk that is nearly full, the room is worth more than the time.
        connection.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(()))?;
    }
    Ok(grown?)
}

#[cfg(test)]
mod tests {
    use crate::append::NewDelivery;
    use crate::readers::Load;
    use crate::store::{Change, Store, StoreOptions};
    use bytes::Bytes;
    use std::sync::Arc;
    use std::sync::atomic::Ordering;
    use waybill_model::{ErrorCode, Failure, Origin, Reason, SystemClock, Timestamp, Verdict};

    fn open(dir: &std::path::Path) -> Store {
        let mut options = StoreOptions::new(Arc::new(SystemClock), "test");
        options.index = false;
        Store::open(dir, options).unwrap().store
    }

    fn delivery(size: usize) -> NewDelivery {
        NewDelivery {
            inbox: "shop".parse().unwrap(),
            received_at: Timestamp(1),
            method: "POST".to_owned(),
            path: "/in/shop".to_owned(),
            query: String::new(),
            verdict: Verdict::Unchecked,
            reason: Reason::NoSecret,
            scheme: None,
            secret: None,
            event_type: None,
            event_id: None,
            delivery_id: None,
            status: 200,
            duration_us: 1,
            origin: Origin::Captured,
            peer: None,
            truncated: false,
            refused: None,
            handshake: None,
            head: Bytes::from_static(b"A: b\r\n"),
            body: vec![b'x'; size].into(),
            body_sha256: [0; 32],
        }
    }

    /// What SQLite does on a full disk, without filling one.
    async fn limit(store: &Store, pages: &'static str) {
        store
            .write(&[], move |connection| {
                let _: i64 =
                    connection
                        .query_row(&format!("PRAGMA max_page_count = {pages}"), [], |row| row.get(0))?;
                Ok(())
            })
            .await
            .unwrap();
    }

    #[tokio::test]
    async fn a_full_disk_is_told_and_acknowledges_nothing_and_passes() {
        let dir = tempfile::tempdir().unwrap();
        let store = open(dir.path());
        let mut kept = vec![store.try_append(delivery(1000)).unwrap().await.unwrap()];
        limit(&store, "80").await;
        let mut refused = 0;
        for _ in 0..200 {
            match store.try_append(delivery(50_000)).unwrap().await {
                Ok(id) => kept.push(id),
                Err(failure) => {
                    assert_eq!(failure.code, ErrorCode::DiskFull, "{failure}");
                    refused += 1;
                }
            }
        }
        assert!(refused > 100 && kept.len() > 1, "{refused} {}", kept.len());
        let note = store.set_note(kept[0], "n".repeat(5_000_000)).await.unwrap_err();
        assert_eq!(note.code, ErrorCode::DiskFull);
        // A whole batch is refused together, whatever kind of work it is.
        let together = tokio::join!(
            store.set_starred(kept[0], true),
            async { store.try_append(delivery(9_000_000)).unwrap().await },
            store.set_note(kept[0], "short".to_owned()),
        );
        assert_eq!(together.1.unwrap_err().code, ErrorCode::DiskFull);
        for done in [together.0, together.2] {
            assert!(done.as_ref().map_or_else(|failure| failure.code == ErrorCode::DiskFull, |kept| *kept));
        }
        limit(&store, "1000000").await;
        kept.push(store.try_append(delivery(50_000)).unwrap().await.unwrap());
        assert_eq!(store.totals().await.unwrap().deliveries, kept.len() as u64);
        assert_eq!(store.rows(kept.clone()).await.unwrap().len(), kept.len());
        store.close().await;
    }

    #[tokio::test]
    async fn one_failing_write_takes_nothing_else_with_it() {
        let dir = tempfile::tempdir().unwrap();
        let store = open(dir.path());
        let id = store.try_append(delivery(1)).unwrap().await.unwrap();
        let failing = store.write(&[Change::Settings], |connection| {
            connection.execute("UPDATE deliveries SET note = 'half'", [])?;
            Err::<(), _>(Failure::invalid("no").into())
        });
        let panicking = store.write(&[Change::Settings], |connection| {
            connection.execute("UPDATE deliveries SET note = 'worse'", [])?;
            if connection.is_autocommit() { Ok(()) } else { panic!("a fault in a write") }
        });
        let appended = store.try_append(delivery(2)).unwrap();
        let (failed, panicked, starred, appended) =
            tokio::join!(failing, panicking, store.set_starred(id, true), appended);
        assert_eq!(failed.unwrap_err().code, ErrorCode::InvalidInput);
        assert_eq!(panicked.unwrap_err().code, ErrorCode::Internal);
        assert!(starred.unwrap());
        appended.unwrap();
        let whole = store.delivery(id).await.unwrap().unwrap();
        assert_eq!((whole.note.as_str(), whole.starred), ("", true));
        let read = store.read(Load::Light, |_| -> crate::fault::Outcome<()> { panic!("a fault in a read") });
        assert!(read.await.is_err());
        assert_eq!(store.totals().await.unwrap().deliveries, 2);
        store.close().await;
    }

    #[tokio::test]
    async fn the_log_is_grown_beforehand_and_stays_bounded_though_somebody_reads() {
        let dir = tempfile::tempdir().unwrap();
        let store = open(dir.path());
        store.try_append(delivery(1)).unwrap().await.unwrap();
        let wal = dir.path().join("waybill.db-wal");
        let grown = std::fs::metadata(&wal).unwrap().len();
        assert!(grown > 14 * 1024 * 1024, "{grown}");
        assert!(store.inner.shared.frames.load(Ordering::Relaxed) < 100, "grown, not filled");

        // A reader that holds on to what it sees, until it is cut.
        let (tell, told) = tokio::sync::oneshot::channel();
        let reading = store.read(Load::Heavy, move |reader| {
            let _ = tell.send(());
            let endless = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n)
                           SELECT count(*) FROM n, deliveries";
            Ok(reader.connection.query_row(endless, [], |row| row.get::<_, i64>(0))?)
        });
        let writing = async {
            told.await.unwrap();
            for _ in 0..50 {
                store.try_append(delivery(4_000_000)).unwrap().await.unwrap();
            }
        };
        let (read, ()) = tokio::join!(reading, writing);
        assert_eq!(read.unwrap_err().code, ErrorCode::Cancelled);
        let length = std::fs::metadata(&wal).unwrap().len();
        assert!(length < 100 * 1024 * 1024, "{length}");
        store.close().await;
    }
}
