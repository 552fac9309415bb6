//! What every part of the server shares: configuration, store, sessions, keys, counters.

use crate::admission::Admission;
use crate::auth::SignIns;
use crate::clock;
use crate::config::Config;
use crate::connection_request::Caller;
use crate::files::Library;
use crate::handshakes::Handshakes;
use crate::jobs::compare_devices::Round;
use crate::jobs::index_parameters::Indexing;
use crate::jobs::runs::Runs;
use crate::limits::FOLLOWERS;
use crate::listen::{Listener, Port};
use crate::live::Live;
use crate::metrics::Metrics;
use crate::outbound::Outbound;
use crate::overload::Overload;
use crate::provisioning::evidence::{Asked, Evidence};
use crate::provisioning_server::Provisioner;
use crate::proxies::Proxies;
use crate::reload::Source;
use crate::sessions::table::SessionTable;
use crate::store::{Id, InForce, Store, TraceLimits};
use crate::tls::Certificates;
use crate::trace::Traces;
use cwmp::http::DigestServer;
use cwmp::http::digest::Algorithm;
use data_model::{OperatorError, Timestamp};
use std::net::SocketAddr;
use std::sync::atomic::AtomicBool;
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};
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
    pub sessions: Arc<SessionTable>,
    /// Who is let in when many come.
    pub overload: Arc<Overload>,
    /// Counters.
    pub metrics: Metrics,
    /// Files and their links.
    pub library: Library,
    /// Connection requests.
    pub caller: Caller,
    /// Who is let in of the devices nobody knows.
    pub admission: Live<Admission>,
    /// Proxies in front of the listeners.
    pub proxies: Arc<Proxies>,
    /// The budgets of TLS handshakes.
    pub handshakes: Arc<Handshakes>,
    /// Failed sign-ins.
    pub sign_ins: SignIns,
    /// Work for the jobs has come up.
    pub nudge: Notify,
    /// Requests to other servers.
    pub outbound: Live<Outbound>,
    /// Places for those who follow events.
    pub followers: Arc<Semaphore>,
    /// True once the server winds down.
    pub stopping: watch::Sender<bool>,
    /// The round of calls after a change of profiles.
    pub round: Round,
    /// How the jobs do.
    pub runs: Runs,
    /// How far the index of parameters is.
    pub indexing: Indexing,
    /// False while the server winds down.
    pub ready: AtomicBool,
    /// When the server was put together.
    pub started: Timestamp,
    /// Where it listens, once it does.
    pub listeners: OnceLock<Vec<Listener>>,
    /// Where the file server listens, once it does.
    pub files_address: OnceLock<SocketAddr>,
    /// The vendor's own provisioning, if it is on.
    pub provisioner: Option<Provisioner>,
    /// How the settings are read again.
    pub source: Source,
    /// The certificates of the listeners.
    pub certificates: Certificates,
    live: Live<Config>,
    /// Backups under way: one at a time.
    pub backups: Arc<Semaphore>,
    /// Message traces.
    pub traces: Traces,
    digest: Mutex<DigestServer>,
    profiles: Live<Profiles>,
}

/// The profiles as they stand.
#[derive(Debug, Default)]
pub struct Profiles {
    /// Changes whenever what is in force does; never zero once loaded.
    pub stamp: u64,
    /// What is in force of each.
    pub list: Vec<InForce>,
    /// What their selectors ask for.
    pub asked: Asked,
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
        let outbound = Live::new(Outbound::new(&config.outbound)?);
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
        let digest = digest_server(&config);
        let metrics = Metrics::new(store.metrics());
        let live = Live::new(config.clone());
        let sessions = Arc::new(SessionTable::default());
        let overload = Overload::new(
            &config.overload,
            Arc::clone(&sessions),
            metrics.overload.clone(),
            metrics.requests_rejected.clone(),
        );
        let app = App {
            caller: Caller::new(&config)?,
            admission: Live::new(Admission::new(&config)?),
            proxies: Arc::new(Proxies::new(&config.proxies)?),
            sign_ins: SignIns::default(),
            library,
            config,
            store,
            sessions,
            overload: Arc::new(overload),
            handshakes: Arc::new(Handshakes::new(metrics.rate_limited.clone())),
            metrics,
            nudge: Notify::new(),
            outbound,
            followers: Arc::new(Semaphore::new(FOLLOWERS)),
            stopping: watch::Sender::new(false),
            round: Round::default(),
            runs: Runs::default(),
            indexing: Indexing::default(),
            ready: AtomicBool::new(false),
            started: clock::now(),
            listeners: OnceLock::new(),
            files_address: OnceLock::new(),
            provisioner,
            traces,
            source: Source::default(),
            certificates: Certificates::default(),
            live,
            backups: Arc::new(Semaphore::new(1)),
            digest: Mutex::new(digest),
            profiles: Live::default(),
        };
        app.reload_profiles().await.map_err(|error| {
            OperatorError::new("cannot read the profiles", error, "run `dialtone doctor`")
        })?;
        Ok(app)
    }

    /// What is known of a listener.
    pub fn port(&self, name: &'static str) -> Port {
        Port {
            name,
            wire: self.metrics.wire.clone(),
            proxies: Arc::clone(&self.proxies),
            handshakes: Arc::clone(&self.handshakes),
            overload: None,
        }
    }

    /// The same of a listener for devices, which keeps a gate.
    pub fn guarded_port(&self, name: &'static str) -> Port {
        Port {
            overload: Some(Arc::clone(&self.overload)),
            ..self.port(name)
        }
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

    /// Devices are asked for other digests from here on.
    pub fn follow_digests(&self, config: &Config) {
        *self.digest() = digest_server(config);
    }

    /// The settings in force: those of the start, but for what has been read again since.
    pub fn live(&self) -> Arc<Config> {
        self.live.get()
    }

    /// Puts other settings in force.
    pub fn set_live(&self, config: Config) {
        self.live.put(config);
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
        self.profiles.get()
    }

    /// What is to be known of a device to say which profiles it gets. Nothing is read unless a selector asks for it.
    ///
    /// # Errors
    /// If the store cannot be read.
    pub async fn evidence(&self, device: Id, asked: &Asked) -> crate::store::Result<Evidence> {
        match asked.needs_no_look() {
            true => Ok(Evidence::default()),
            false => self.store.selector_evidence(device, asked.clone()).await,
        }
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
        let asked = Asked::by(&list);
        self.profiles.put(Profiles { stamp, list, asked });
        self.indexing.look_again();
        Ok(())
    }
}

/// A key of its own with each start and each change: nonces of another one are answered with `stale`.
fn digest_server(config: &Config) -> DigestServer {
    let mut algorithms = vec![Algorithm::Md5];
    if config.cwmp.digest_sha256 {
        algorithms.push(Algorithm::Sha256);
    }
    DigestServer::new(REALM, clock::random_bytes(), algorithms)
}
