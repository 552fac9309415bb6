//! Connections and transactions: one thread that writes and commits many calls at once, and readers beside it.
//!
//! SQLite takes one writer at a time, and a commit waits for the disk. So all writes go through one thread: it takes
//! what has come in while the last commit was under way, people's calls first, and a moment longer while many come in,
//! runs each call in a savepoint of its own, commits once, and answers each caller. A caller that has its answer knows
//! that its change is on the disk.
//!
//! Long because the writer, the readers and the file they share begin and end together.

use super::beside::{Beside, SCANS};
use super::credential_cache::CredentialCache;
use super::functions;
use super::history::Watched;
use super::hot::Hot;
use super::migrations;
use super::queue::{Lane, Receiver, Sender, queue};
use super::sealing;
use crate::limits::READERS_KEPT;
use crate::metrics::store::StoreMetrics;
use crate::secrets::{Sealed, Secrets};
use crate::store::events::Feed;
use crate::store::{Result, StoreError};
use crate::threads::{self, For};
use data_model::OperatorError;
use rusqlite::{Connection, OpenFlags};
use std::fs::File;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, oneshot};

/// Calls of one commit at most; more would make the first one wait too long.
const BATCH: usize = 512;
/// Time that further calls are waited for while many come in: fewer commits cost less, and nobody notices so little.
const WINDOW: Duration = Duration::from_micros(500);
/// Calls of the last commit from which on many come in. One that is alone is never kept waiting.
const MANY: usize = 3;
/// Connections that read beside the writer.
const READERS: usize = 4;
/// Prepared statements kept by each connection: all that there are.
const STATEMENTS: usize = 256;

/// What a writing call works with.
pub(super) struct Tx<'a> {
    /// The connection, inside the transaction of the batch.
    pub db: &'a Connection,
    /// What the writer knows by heart.
    pub hot: &'a mut Hot,
}

/// A writing call on its way through the batch.
trait Job: Send {
    /// Runs it without a savepoint, if it is no more than one statement; false if it is not, and has changed nothing.
    fn run_light(&mut self, tx: &mut Tx<'_>) -> bool;
    /// Runs it; false if its changes must be undone.
    fn run(&mut self, tx: &mut Tx<'_>) -> bool;
    /// Answers the caller: with its own result if the batch was committed.
    fn answer(self: Box<Self>, committed: &Result<()>);
}

/// What a call does that is one statement; nothing if it is not.
type Light<T> = fn(&mut Tx<'_>) -> Result<Option<T>>;

struct Call<T, L, F> {
    light: Option<L>,
    work: Option<F>,
    result: Option<Result<T>>,
    caller: oneshot::Sender<Result<T>>,
}

/// What a call comes to that was a mistake of ours; it must not take the others, or the writer, with it.
fn guarded<T>(work: impl FnOnce() -> Result<T>) -> Result<T> {
    catch_unwind(AssertUnwindSafe(work)).unwrap_or_else(|_| {
        Err(StoreError::Unavailable(
            "a mistake in the store, see the log".into(),
        ))
    })
}

impl<T, L, F> Job for Call<T, L, F>
where
    T: Send,
    L: FnOnce(&mut Tx<'_>) -> Result<Option<T>> + Send,
    F: FnOnce(&mut Tx<'_>) -> Result<T> + Send,
{
    fn run_light(&mut self, tx: &mut Tx<'_>) -> bool {
        let Some(light) = self.light.take() else {
            return false;
        };
        match guarded(|| light(tx)).transpose() {
            Some(result) => {
                self.result = Some(result);
                true
            }
            None => false,
        }
    }

    fn run(&mut self, tx: &mut Tx<'_>) -> bool {
        let Some(work) = self.work.take() else {
            return false;
        };
        let result = guarded(|| work(tx));
        let kept = result.is_ok();
        self.result = Some(result);
        kept
    }

    fn answer(self: Box<Self>, committed: &Result<()>) {
        let result = match (committed, self.result) {
            // A call that failed by itself has changed nothing, whatever became of the batch.
            (_, Some(Err(error))) => Err(error),
            (Err(error), _) => Err(error.clone()),
            (Ok(()), Some(Ok(value))) => Ok(value),
            (Ok(()), None) => Err(StoreError::Unavailable("the call was not run".into())),
        };
        // A caller that has gone away wants no answer; the change stays.
        let _ = self.caller.send(result);
    }
}

/// The connections to one database file.
pub(super) struct Engine {
    jobs: Sender<Box<dyn Job>>,
    writer: Mutex<Option<JoinHandle<()>>>,
    readers: Arc<Readers>,
    scans: Arc<Semaphore>,
    path: PathBuf,
    metrics: StoreMetrics,
    /// Held while the store is open, so that no second process writes beside us.
    _lock: File,
}

struct Readers {
    idle: Mutex<Vec<Connection>>,
    places: Arc<Semaphore>,
    /// How many of them sessions and walks through the fleet may have: they leave one to people.
    for_others: Arc<Semaphore>,
    /// How many of those a walk may have: its threads are slow where others want the processors.
    for_walks: Arc<Semaphore>,
}

impl Engine {
    /// Opens a database, creating and migrating it as needed.
    pub fn open(
        path: &Path,
        credentials: Arc<CredentialCache>,
        watched: Watched,
        feed: Arc<Feed>,
        metrics: StoreMetrics,
        secrets: Arc<Secrets>,
    ) -> std::result::Result<Engine, OperatorError> {
        let trouble = |error: &dyn std::fmt::Display| {
            OperatorError::new(
                format!("cannot open the store {}", path.display()),
                error,
                "check the permissions and the free space of the folder `data` points to",
            )
        };
        let lock = lock(path)?;
        let mut connection = Connection::open(path).map_err(|error| trouble(&error))?;
        prepare(&connection).map_err(|error| trouble(&error))?;
        migrations::run(&mut connection, path)?;
        super::audit::open(&mut connection).map_err(|error| trouble(&error))?;
        sealing::register(&connection, &secrets).map_err(|error| trouble(&error))?;
        sealing::open(&mut connection, &secrets)?;
        let mut idle = Vec::with_capacity(READERS);
        for _ in 0..READERS {
            let reader = reader(path).map_err(|error| trouble(&error))?;
            sealing::register(&reader, &secrets).map_err(|error| trouble(&error))?;
            idle.push(reader);
        }
        let (jobs, incoming) = queue();
        let counted = metrics.clone();
        let thread = std::thread::Builder::new().name("store".into());
        let writer = thread
            .spawn(move || {
                write_all(
                    &connection,
                    &incoming,
                    Hot::new(credentials, watched),
                    &feed,
                    &metrics,
                );
            })
            .map_err(|error| trouble(&error))?;
        Ok(Engine {
            jobs,
            writer: Mutex::new(Some(writer)),
            readers: Arc::new(Readers {
                idle: Mutex::new(idle),
                places: Arc::new(Semaphore::new(READERS)),
                for_others: Arc::new(Semaphore::new(READERS - READERS_KEPT)),
                for_walks: Arc::new(Semaphore::new(1)),
            }),
            scans: Arc::new(Semaphore::new(SCANS)),
            path: path.to_owned(),
            metrics: counted,
            _lock: lock,
        })
    }

    /// Runs a writing call; its changes are on the disk when this returns `Ok`, and undone when it returns an error.
    pub async fn write<T, F>(&self, work: F) -> Result<T>
    where
        T: Send + 'static,
        F: FnOnce(&mut Tx<'_>) -> Result<T> + Send + 'static,
    {
        self.send(None::<Light<T>>, work).await
    }

    /// The same for a call that most often is one statement: `light` carries it out if it is, and changes nothing if it
    /// gives nothing; then `work` does. What is one statement needs no savepoint to be undone.
    pub async fn write_light<T, L, F>(&self, light: L, work: F) -> Result<T>
    where
        T: Send + 'static,
        L: FnOnce(&mut Tx<'_>) -> Result<Option<T>> + Send + 'static,
        F: FnOnce(&mut Tx<'_>) -> Result<T> + Send + 'static,
    {
        self.send(Some(light), work).await
    }

    async fn send<T, L, F>(&self, light: Option<L>, work: F) -> Result<T>
    where
        T: Send + 'static,
        L: FnOnce(&mut Tx<'_>) -> Result<Option<T>> + Send + 'static,
        F: FnOnce(&mut Tx<'_>) -> Result<T> + Send + 'static,
    {
        let (caller, answer) = oneshot::channel();
        let call = Call {
            light,
            work: Some(work),
            result: None,
            caller,
        };
        let closed = || StoreError::Unavailable("the store is closed".into());
        let lane = match threads::work_for() {
            For::People => Lane::People,
            For::Devices | For::Nobody => Lane::Others,
        };
        // Before it is sent: the writer takes it out again at once.
        self.metrics.queue.inc();
        if self.jobs.send(lane, Box::new(call)).is_err() {
            self.metrics.queue.dec();
            return Err(closed());
        }
        answer.await.map_err(|_| closed())?
    }

    /// Runs a reading call on a connection of its own; it sees everything that was committed before, and all of it as
    /// it was at one moment.
    pub async fn read<T, F>(&self, work: F) -> Result<T>
    where
        T: Send + 'static,
        F: FnOnce(&Connection) -> Result<T> + Send + 'static,
    {
        let closed = || StoreError::Unavailable("the store is closed".into());
        let readers = Arc::clone(&self.readers);
        let share = readers.share(threads::work_for()).await;
        let place = Arc::clone(&readers.places).acquire_owned().await;
        let place = place.map_err(|_| closed())?;
        let read = tokio::task::spawn_blocking(move || {
            let connection = readers.take().ok_or_else(closed)?;
            let result = catch_unwind(AssertUnwindSafe(|| at_one_moment(&connection, work)));
            readers.put_back(connection);
            // Held until here also for a caller that has gone away.
            drop((place, share));
            result.unwrap_or_else(|_| {
                Err(StoreError::Unavailable(
                    "a mistake in the store, see the log".into(),
                ))
            })
        });
        read.await.map_err(|_| closed())?
    }

    /// What questions of their own connections need.
    pub fn beside(&self) -> Beside {
        Beside::new(
            self.path.clone(),
            Arc::clone(&self.scans),
            Arc::clone(&self.readers.places),
        )
    }

    /// Writes everything as it is at one moment into a file that does not exist.
    pub async fn copy_to(&self, file: PathBuf) -> Result<()> {
        let path = self.path.clone();
        let copied = tokio::task::spawn_blocking(move || copy(&path, &file));
        copied
            .await
            .map_err(|_| StoreError::Unavailable("a mistake in the store, see the log".into()))?
    }

    /// Commits what is under way, and closes. Later calls are refused.
    pub async fn close(&self) {
        // Readers first: the last connection to close puts the log into the file, and must be one that may write.
        self.readers.close();
        self.jobs.close();
        let writer = self
            .writer
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .take();
        if let Some(writer) = writer {
            // The thread ends when it has worked off what was sent; a panic of it has been logged.
            let _ = tokio::task::spawn_blocking(move || writer.join()).await;
        }
    }
}

/// One of these places, if it is wanted. They are never closed.
async fn one_of(places: &Arc<Semaphore>, wanted: bool) -> Option<OwnedSemaphorePermit> {
    match wanted {
        true => Arc::clone(places).acquire_owned().await.ok(),
        false => None,
    }
}

impl Readers {
    fn idle(&self) -> MutexGuard<'_, Vec<Connection>> {
        // Nothing that holds the lock can panic half-way through a change.
        self.idle.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Waits until whoever reads for these has no more than their share.
    async fn share(&self, whom: For) -> [Option<OwnedSemaphorePermit>; 2] {
        let walk = one_of(&self.for_walks, whom == For::Nobody).await;
        let other = one_of(&self.for_others, whom != For::People).await;
        [walk, other]
    }

    fn take(&self) -> Option<Connection> {
        self.idle().pop()
    }

    fn put_back(&self, connection: Connection) {
        if !self.places.is_closed() {
            self.idle().push(connection);
        }
    }

    fn close(&self) {
        self.places.close();
        self.idle().clear();
    }
}

impl Drop for Engine {
    /// Whoever opens the database next must not find a writer that is still at work.
    fn drop(&mut self) {
        self.jobs.close();
        let writer = self.writer.get_mut();
        if let Some(writer) = writer.unwrap_or_else(PoisonError::into_inner).take() {
            // It works off what was sent; a panic of it has been logged.
            let _ = writer.join();
        }
    }
}

/// Takes the lock file beside the database.
fn lock(path: &Path) -> std::result::Result<File, OperatorError> {
    let path: PathBuf = path.with_extension("lock");
    let trouble = |why: &dyn std::fmt::Display, fix: &str| {
        OperatorError::new(
            format!("cannot lock the store with {}", path.display()),
            why,
            fix,
        )
    };
    let file = File::options()
        .create(true)
        .truncate(false)
        .write(true)
        .open(&path);
    let file = file.map_err(|error| trouble(&error, "check the permissions of the data folder"))?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(std::fs::TryLockError::WouldBlock) => Err(trouble(
            &"another program holds it",
            "stop the other server, or set `data` to another folder",
        )),
        Err(std::fs::TryLockError::Error(error)) => {
            Err(trouble(&error, "use a folder on a local disk"))
        }
    }
}

fn prepare(connection: &Connection) -> rusqlite::Result<()> {
    // FULL: a commit is on the disk when it returns, also if the power goes.
    connection.execute_batch(
        "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA cache_size = -65536;
         PRAGMA temp_store = MEMORY; PRAGMA journal_size_limit = 67108864; PRAGMA busy_timeout = 10000;",
    )?;
    connection.set_prepared_statement_cache_capacity(STATEMENTS);
    functions::register(connection)
}

/// A connection that only reads, and opens no secret.
pub(super) fn reader(path: &Path) -> rusqlite::Result<Connection> {
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(path, flags)?;
    connection.execute_batch("PRAGMA cache_size = -16384; PRAGMA busy_timeout = 10000;")?;
    connection.set_prepared_statement_cache_capacity(STATEMENTS);
    functions::register(&connection)?;
    Ok(connection)
}

/// Copies a database, which others may be writing to, into a file that does not exist. SQLite reads it as it is at one
/// moment, and leaves out what is empty in it.
pub(crate) fn copy(database: &Path, file: &Path) -> Result<()> {
    let connection = reader(database)?;
    let name = file
        .to_str()
        .ok_or_else(|| StoreError::Unavailable("the name of the copy is no text".into()))?;
    connection.execute("VACUUM INTO ?1", [name])?;
    Ok(())
}

/// Reads a database from its first to its last page.
pub(crate) fn examine(database: &Path) -> std::result::Result<(), String> {
    let connection = reader(database).map_err(|error| error.to_string())?;
    let sql = "PRAGMA integrity_check(1)";
    let verdict: String = connection
        .query_row(sql, [], |row| row.get(0))
        .map_err(|error| error.to_string())?;
    if verdict != "ok" {
        return Err(format!("the store is damaged: {verdict}"));
    }
    migrations::is_known(&connection)
}

/// The writer's life: batch after batch, until the queue is closed.
fn write_all(
    connection: &Connection,
    incoming: &Receiver<Box<dyn Job>>,
    mut hot: Hot,
    feed: &Feed,
    metrics: &StoreMetrics,
) {
    let mut before = 0;
    loop {
        let mut batch = incoming.take(BATCH);
        if batch.is_empty() {
            return;
        }
        if before >= MANY && batch.len() < BATCH / 8 {
            // Asleep, not at the queue: whoever sends need not wake us.
            std::thread::sleep(WINDOW);
            let room = BATCH - batch.len();
            incoming.take_more(&mut batch, room);
        }
        before = batch.len();
        metrics
            .queue
            .dec_by(i64::try_from(batch.len()).unwrap_or(0));
        let begun = Instant::now();
        let committed = commit(connection, &mut hot, &mut batch, metrics);
        metrics.batch(batch.len(), begun.elapsed());
        if let Err(error) = &committed {
            metrics.failed_commits.inc();
            tracing::error!(%error, calls = batch.len(), "a commit failed; nothing of it was acknowledged");
            hot.clear();
        }
        hot.batch_ended();
        let (events, ended) = (hot.take_events(), hot.take_ended());
        if committed.is_ok() {
            metrics.tasks_ended(&ended);
            metrics.events.inc_by(events.len() as u64);
            if !events.is_empty() {
                feed.publish(events);
            }
        }
        for job in batch {
            job.answer(&committed);
        }
    }
}

fn commit(
    connection: &Connection,
    hot: &mut Hot,
    batch: &mut [Box<dyn Job>],
    metrics: &StoreMetrics,
) -> Result<()> {
    statement(connection, "BEGIN IMMEDIATE")?;
    let outcome = run_all(connection, hot, batch).and_then(|()| {
        let begun = Instant::now();
        let committed = statement(connection, "COMMIT");
        let secs = begun.elapsed().as_secs_f64();
        metrics.fsync_seconds.observe(secs);
        committed
    });
    if outcome.is_err() && !connection.is_autocommit() {
        // Nothing more can be done if this fails too; the next BEGIN will say so.
        let _ = statement(connection, "ROLLBACK");
    }
    outcome
}

fn run_all(connection: &Connection, hot: &mut Hot, batch: &mut [Box<dyn Job>]) -> Result<()> {
    for job in batch {
        hot.begin();
        let mut tx = Tx {
            db: connection,
            hot,
        };
        if job.run_light(&mut tx) {
            continue;
        }
        statement(connection, "SAVEPOINT call")?;
        let kept = job.run(&mut tx);
        if !kept {
            hot.undo();
            statement(connection, "ROLLBACK TO call")?;
        }
        statement(connection, "RELEASE call")?;
    }
    Ok(())
}

/// Runs a question in a transaction, so that all its statements see one state.
fn at_one_moment<T>(
    connection: &Connection,
    work: impl FnOnce(&Connection) -> Result<T>,
) -> Result<T> {
    if !connection.is_autocommit() {
        // The question before this one was a mistake of ours and has not come to its end.
        statement(connection, "ROLLBACK")?;
    }
    statement(connection, "BEGIN")?;
    let result = work(connection);
    statement(connection, "COMMIT")?;
    result
}

fn statement(connection: &Connection, sql: &str) -> Result<()> {
    connection.prepare_cached(sql)?.execute([])?;
    Ok(())
}

impl From<rusqlite::Error> for StoreError {
    /// Without the statement and without values: only what kind of trouble it is.
    fn from(error: rusqlite::Error) -> StoreError {
        use rusqlite::ErrorCode;
        if let rusqlite::Error::UserFunctionError(why) = &error
            && why.is::<Sealed>()
        {
            tracing::error!(%why, "a record with a secret cannot be read");
            return StoreError::Unavailable(why.to_string());
        }
        let why = match error.sqlite_error_code() {
            Some(ErrorCode::DiskFull) => "the disk is full",
            Some(ErrorCode::SystemIoFailure) => "the disk does not read or write",
            Some(ErrorCode::ReadOnly) => "the database is read-only",
            Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => {
                "another program holds the database"
            }
            Some(ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase) => {
                "the database file is damaged"
            }
            Some(ErrorCode::OutOfMemory) => "there is no memory left",
            Some(ErrorCode::ConstraintViolation) => {
                return StoreError::Conflict("somebody else has just written the same".into());
            }
            _ => {
                tracing::error!(%error, "unexpected error of the database");
                "the database refused the request"
            }
        };
        StoreError::Unavailable(why.into())
    }
}
