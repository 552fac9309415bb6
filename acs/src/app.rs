//! What every part of the server shares: configuration, store, sessions, keys, counters.

use crate::admission::Admission;
use crate::auth::SignIns;
use crate::clock;
use crate::config::Config;
use crate::connection_request::Caller;
use crate::files::Library;
use crate::jobs::compare_devices::Round;
use crate::limits::FOLLOWERS;
use crate::metrics::Metrics;
use crate::outbound::Outbound;
use crate::provisioning_server::Provisioner;
use crate::reload::Source;
use crate::sessions::table::SessionTable;
use crate::store::{InForce, Store, TraceLimits};
use crate::tls::Certificates;
use crate::trace::Traces;
use cwmp::http::DigestServer;
use cwmp::http::digest::Algorithm;
use data_model::OperatorError;
use std::net::SocketAddr;
use std::sync::atomic::AtomicBool;
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError, RwLock};
use tokio::sync::{Notify, Semaphore, watch};

/// The realm devices authenticate in. Part of every kept verifier, so it never changes.
pub const REALM: &str = "dialtone";

/// The server's shared state.
pub struct App {
    /// The settings.
    pub config: Config,
    /// Everything that is kept.
    pub store: Arc<dyn Store>,
    /// Open sessions.
    pub sessions: SessionTable,
    /// Counters.
    pub metrics: Metrics,
    /// Files and their links.
    pub library: Library,
    /// Connection requests.
    pub caller: Caller,
    /// Who is let in of the devices nobody knows.
    pub admission: Admission,
    /// Failed sign-ins.
    pub sign_ins: SignIns,
    /// Work for the jobs has come up.
    pub nudge: Notify,
    /// Requests to other servers.
    pub outbound: Outbound,
    /// Places for those who follow events.
    pub followers: Arc<Semaphore>,
    /// True once the server winds down.
    pub stopping: watch::Sender<bool>,
    /// The round of calls after a change of profiles.
    pub round: Round,
    /// False while the server winds down.
    pub ready: AtomicBool,
    /// Where the file server listens, once it does.
    pub files_address: OnceLock<SocketAddr>,
    /// The vendor's own provisioning, if it is on.
    pub provisioner: Option<Provisioner>,
    /// How the settings are read again.
    pub source: Source,
    /// The certificates of the listeners.
    pub certificates: Certificates,
    live: RwLock<Arc<Config>>,
    /// Backups under way: one at a time.
    pub backups: Arc<Semaphore>,
    /// Message traces.
    pub traces: Traces,
    digest: Mutex<DigestServer>,
    profiles: RwLock<Arc<Profiles>>,
}

/// The profiles as they stand.
#[derive(Debug, Default)]
pub struct Profiles {
    /// Changes whenever what is in force does; never zero once loaded.
    pub stamp: u64,
    /// What is in force of each.
    pub list: Vec<InForce>,
}

impl std::fmt::Debug for App {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("App")
            .field("sessions", &self.sessions.len())
            .finish_non_exhaustive()
    }
}

impl App {
    /// Puts the server together on a store.
    ///
    /// # Errors
    /// If the store cannot be read or a folder cannot be made.
    pub async fn new(config: Config, store: Arc<dyn Store>) -> Result<App, OperatorError> {
        crate::redact::mask_also(&config.secrets.names);
        let provisioner =
            Provisioner::open(&config.provisioning, &config.data, store.as_ref()).await?;
        let outbound = Outbound::new(&config.outbound)?;
        let library = Library::open(&config, store.as_ref()).await?;
        store.history_watch(config.history.parameters.clone()).await;
        let traced = store.trace_switches(clock::now()).await.map_err(|error| {
            OperatorError::new(
                "cannot read which devices are traced",
                error,
                "run `dialtone doctor`",
            )
        })?;
        let traces = Traces::new(&config.trace, traced);
        let mut algorithms = vec![Algorithm::Md5];
        if config.cwmp.digest_sha256 {
            algorithms.push(Algorithm::Sha256);
        }
        // A new key with each start: nonces of an older process are answered with `stale`.
        let digest = DigestServer::new(REALM, clock::random_bytes(), algorithms);
        let metrics = store.metrics();
        let live = Arc::new(config.clone());
        let app = App {
            caller: Caller::new(&config)?,
            admission: Admission::new(&config)?,
            sign_ins: SignIns::default(),
            library,
            config,
            store,
            sessions: SessionTable::default(),
            metrics: Metrics::new(metrics),
            nudge: Notify::new(),
            outbound,
            followers: Arc::new(Semaphore::new(FOLLOWERS)),
            stopping: watch::Sender::new(false),
            round: Round::default(),
            ready: AtomicBool::new(false),
            files_address: OnceLock::new(),
            provisioner,
            traces,
            source: Source::default(),
            certificates: Certificates::default(),
            live: RwLock::new(live),
            backups: Arc::new(Semaphore::new(1)),
            digest: Mutex::new(digest),
            profiles: RwLock::default(),
        };
        app.reload_profiles().await.map_err(|error| {
            OperatorError::new("cannot read the profiles", error, "run `dialtone doctor`")
        })?;
        Ok(app)
    }

    /// The realm devices authenticate in.
    pub fn realm(&self) -> &'static str {
        REALM
    }

    /// The digest checks of the CWMP endpoint.
    pub fn digest(&self) -> MutexGuard<'_, DigestServer> {
        // Nothing that holds the lock can panic half-way through a change.
        self.digest.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The settings in force: those of the start, but for what has been read again since.
    pub fn live(&self) -> Arc<Config> {
        Arc::clone(&self.live.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// Puts other settings in force.
    pub fn set_live(&self, config: Config) {
        *self.live.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(config);
    }

    /// How much of message traces is kept.
    pub fn trace_limits(&self) -> TraceLimits {
        let config = self.live().trace;
        TraceLimits {
            sessions: config.sessions,
            bytes: u64::from(config.megabytes) * 1_000_000,
        }
    }

    /// The profiles as they stand.
    pub fn profiles(&self) -> Arc<Profiles> {
        Arc::clone(&self.profiles.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// What is desired of devices has changed: those that are there are to be told.
    pub fn desire_changed(&self) {
        self.round.begin();
        self.nudge.notify_one();
    }

    /// Reads the profiles anew, after one has changed.
    ///
    /// # Errors
    /// If the store cannot be read.
    pub async fn reload_profiles(&self) -> crate::store::Result<()> {
        let (stamp, list) = self.store.profiles_in_force().await?;
        let profiles = Arc::new(Profiles { stamp, list });
        *self
            .profiles
            .write()
            .unwrap_or_else(PoisonError::into_inner) = profiles;
        Ok(())
    }
}
