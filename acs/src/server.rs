//! The server as a whole: bind everything, start the jobs, serve, wind down in order.
//!
//! Long because every listener is bound, served and wound down in one place, where the order can be seen.

use crate::api;
use crate::api::visitor::Visitor;
use crate::app::App;
use crate::auth::{self, FirstPassword};
use crate::config::{Config, CwmpConfig, TlsConfig};
use crate::connection_request::stun;
use crate::files;
use crate::jobs;
use crate::limits::HEAD_TIMEOUT;
use crate::listen::{self, Arrival, Listener, Port, arrivals, bind};
use crate::panics;
use crate::provisioning_server::listeners::{Addresses, Listeners};
use crate::proxies::Proxies;
use crate::sessions::{Line, Peer, endpoint};
use crate::store::Store;
use crate::store::sqlite::SqliteStore;
use crate::threads::{For, Threads};
use crate::tls::{self, Current};
use data_model::OperatorError;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use std::net::SocketAddr;
use std::path::Path;
use std::sync::atomic::Ordering;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::net::{TcpListener, UdpSocket};
use tokio::runtime::Handle;
use tokio::sync::watch;
use tokio::task::JoinSet;
use tower::ServiceExt as _;

/// Time open requests get when the server winds down.
const GRACE: Duration = Duration::from_secs(30);

/// A server that is bound and serving.
#[derive(Debug)]
pub struct Server {
    /// Where devices talk to it.
    pub cwmp_address: SocketAddr,
    /// Where they talk to it over HTTPS besides, if they do.
    pub cwmp_tls_address: Option<SocketAddr>,
    /// Where people and programs talk to it.
    pub api_address: SocketAddr,
    /// Where devices fetch files.
    pub files_address: SocketAddr,
    /// Where devices resync, if they do.
    pub provisioning: Addresses,
    /// Where devices learn their outer address, if they do.
    pub stun_address: Option<SocketAddr>,
    /// Whether the endpoint for devices speaks TLS.
    pub cwmp_line: Line,
    /// The first user's password, on the very first start.
    pub first_password: Option<FirstPassword>,
    app: Arc<App>,
    tasks: JoinSet<()>,
    jobs: JoinSet<()>,
    /// Those of the port for devices, and of walks; held as long as the server runs.
    _threads: [Threads; 2],
}

impl Server {
    /// Opens the store, binds every listener, and serves.
    ///
    /// # Errors
    /// Everything that is wrong with the settings, or the first thing that cannot be had.
    pub async fn start(config: Config) -> Result<Server, OperatorError> {
        panics::watch();
        if let Some(first) = config.check().into_iter().next() {
            return Err(first);
        }
        let path = config.data.join("dialtone.db");
        make_folder(&config)?;
        let store = open_store(&config, &path).await?;
        let app = Arc::new(App::new(config, store).await?);
        let cwmp = bind(app.config.cwmp.listen, "cwmp.listen").await?;
        let api_listener = bind(app.config.api.listen, "api.listen").await?;
        let files_listener = bind(app.config.files.listen, "files.listen").await?;
        let cwmp_private = bind_private(&app.config.cwmp).await?;
        let cwmp_tls = load(&app, "cwmp", app.config.cwmp.tls.as_ref())?;
        let api_tls = load(&app, "api", app.config.api.tls.as_ref())?;
        let files_tls = load(&app, "files", app.config.files.tls.as_ref())?;
        let resyncs = Listeners::bind(&app.config.provisioning, &app.certificates).await?;
        let stun = bind_stun(app.config.stun.listen).await?;
        let threads = Threads::start("devices", For::Devices)?;
        let walks = Threads::start("walks", For::Nobody)?;
        // Last of all that can fail: its password is shown once.
        let first_password = auth::first_user(&app).await?;
        let address = |listener: &TcpListener, wanted| listener.local_addr().unwrap_or(wanted);
        let cwmp_address = address(&cwmp, app.config.cwmp.listen);
        let api_address = address(&api_listener, app.config.api.listen);
        let files_address = address(&files_listener, app.config.files.listen);
        // Set once, here; nobody else writes it.
        let _ = app.files_address.set(files_address);
        note_certificates(&app);
        let stopped = app.stopping.subscribe();
        let mut tasks = JoinSet::new();
        let devices = Devices {
            threads: &threads.handle(),
            stopped: &stopped,
        };
        let (cwmp_line, cwmp_tls_address) =
            start_cwmp(&app, cwmp, cwmp_private, cwmp_tls, &mut tasks, devices);
        let mut serves = |listener, tls, routes, port: &'static str| {
            let served = serve_web(listener, tls, routes, stopped.clone(), app.port(port));
            tasks.spawn(served);
        };
        serves(api_listener, api_tls, api::router(Arc::clone(&app)), "api");
        let files = files::http::router(Arc::clone(&app));
        serves(files_listener, files_tls, files, "files");
        let stun_address = start_calls(&app, stun, &mut tasks, &stopped);
        let provisioning = resyncs.addresses();
        resyncs.serve(&app, &mut tasks, &stopped);
        let jobs = jobs::start(&app, &walks.handle());
        let server = Server {
            cwmp_address,
            cwmp_tls_address,
            api_address,
            files_address,
            provisioning,
            stun_address,
            cwmp_line,
            first_password,
            app,
            tasks,
            jobs,
            _threads: [threads, walks],
        };
        // Set once, here; nobody else writes it.
        let _ = server.app.listeners.set(server.listeners());
        server.app.ready.store(true, Ordering::Relaxed);
        Ok(server)
    }

    /// Where it listens, and what it speaks there.
    fn listeners(&self) -> Vec<Listener> {
        let config = &self.app.config;
        let first_is_private = self.cwmp_line == Line::Tls;
        let mut all = vec![Listener::web(
            "cwmp.listen",
            self.cwmp_address,
            first_is_private,
        )];
        let mut web = |name, address: Option<SocketAddr>, tls| {
            all.extend(address.map(|address| Listener::web(name, address, tls)));
        };
        web("cwmp.tls_listen", self.cwmp_tls_address, true);
        web(
            "api.listen",
            Some(self.api_address),
            config.api.tls.is_some(),
        );
        web(
            "files.listen",
            Some(self.files_address),
            config.files.tls.is_some(),
        );
        web("provisioning.http", self.provisioning.http, false);
        web("provisioning.https", self.provisioning.https, true);
        let datagrams = [
            ("provisioning.tftp", self.provisioning.tftp, "tftp"),
            ("stun.listen", self.stun_address, "stun"),
        ];
        for (name, address, speaks) in datagrams {
            all.extend(address.map(|address| Listener {
                name,
                address: address.to_string(),
                speaks,
            }));
        }
        all
    }

    /// The URL devices are to be given.
    pub fn acs_url(&self) -> String {
        let scheme = match self.cwmp_line {
            Line::Plain => "http",
            Line::Tls => "https",
        };
        format!("{scheme}://{}/", self.cwmp_address)
    }

    /// The URL of the second listener for devices, if there is one.
    pub fn acs_tls_url(&self) -> Option<String> {
        self.cwmp_tls_address
            .map(|address| format!("https://{address}/"))
    }

    /// What everything shares; for embedding the server in another program.
    pub fn app(&self) -> &Arc<App> {
        &self.app
    }

    /// Winds down: not ready, no new connections, open requests are finished, the store is closed.
    pub async fn stop(mut self) {
        self.app.ready.store(false, Ordering::Relaxed);
        self.app.stopping.send_replace(true);
        let finished = async { while self.tasks.join_next().await.is_some() {} };
        if tokio::time::timeout(GRACE, finished).await.is_err() {
            tracing::warn!("open requests were cut off after {} s", GRACE.as_secs());
        }
        self.jobs.shutdown().await;
        self.app.store.close().await;
    }
}

/// The store, with the keys of its secrets and the parameters that are indexed.
async fn open_store(config: &Config, path: &Path) -> Result<Arc<dyn Store>, OperatorError> {
    let secrets = config.secrets.open(&config.data)?;
    let store: Arc<dyn Store> = Arc::new(SqliteStore::open_with(path, secrets)?);
    let chosen = store.index_choose(config.query.patterns()).await;
    chosen.map_err(|error| {
        let what = "cannot choose the indexed parameters";
        OperatorError::new(what, error, "run `dialtone doctor`")
    })?;
    Ok(store)
}

/// The data folder is nobody else's: the store holds verifiers and the passwords devices are called with.
fn make_folder(config: &Config) -> Result<(), OperatorError> {
    use std::os::unix::fs::DirBuilderExt as _;
    let mut builder = std::fs::DirBuilder::new();
    let made = builder.recursive(true).mode(0o700).create(&config.data);
    made.map_err(|error| {
        OperatorError::new(
            format!("cannot make the data folder {}", config.data.display()),
            error,
            "check the permissions, or set `data` to another folder",
        )
    })
}

/// Opens the port of the STUN server, if there is to be one.
async fn bind_stun(listen: Option<SocketAddr>) -> Result<Option<Arc<UdpSocket>>, OperatorError> {
    let Some(listen) = listen else {
        return Ok(None);
    };
    match UdpSocket::bind(listen).await {
        Ok(socket) => Ok(Some(Arc::new(socket))),
        Err(error) => Err(OperatorError::new(
            format!("cannot listen on {listen} over UDP"),
            error,
            "set `stun.listen` to a free port of this machine, and end the other STUN server",
        )),
    }
}

/// Starts what calls need: the STUN server, and our XMPP connection. Gives the address of the first.
fn start_calls(
    app: &Arc<App>,
    stun: Option<Arc<UdpSocket>>,
    tasks: &mut JoinSet<()>,
    stopped: &watch::Receiver<bool>,
) -> Option<SocketAddr> {
    if app.caller.xmpp().is_some() {
        let (app, stopped) = (Arc::clone(app), stopped.clone());
        tasks.spawn(async move {
            if let Some(xmpp) = app.caller.xmpp() {
                xmpp.run(stopped).await;
            }
        });
    }
    let socket = stun?;
    let address = socket.local_addr().ok();
    app.caller.send_from(Arc::clone(&socket));
    tasks.spawn(stun::serve(socket, stopped.clone()));
    address
}

/// Binds the second listener for devices, if there is to be one.
async fn bind_private(config: &CwmpConfig) -> Result<Option<TcpListener>, OperatorError> {
    match config.tls_listen {
        Some(address) => Ok(Some(bind(address, "cwmp.tls_listen").await?)),
        None => Ok(None),
    }
}

/// On what devices are served, and until when.
struct Devices<'a> {
    threads: &'a Handle,
    stopped: &'a watch::Receiver<bool>,
}

/// Starts taking connections of devices: on one listener with TLS or without, or on one of each. Says what the first one
/// speaks, and where the second one is.
fn start_cwmp(
    app: &Arc<App>,
    first: TcpListener,
    second: Option<TcpListener>,
    tls: Option<Current>,
    tasks: &mut JoinSet<()>,
    devices: Devices<'_>,
) -> (Line, Option<SocketAddr>) {
    let mut serve = |name, listener, tls| {
        let (app, stopped) = (Arc::clone(app), devices.stopped.clone());
        let served = serve_cwmp(app, name, listener, tls, stopped);
        tasks.spawn_on(served, devices.threads);
    };
    match (second, tls) {
        (Some(second), tls) => {
            let address = second.local_addr().ok();
            serve("cwmp", first, None);
            serve("cwmp_tls", second, tls);
            (Line::Plain, address)
        }
        (None, Some(tls)) => {
            serve("cwmp", first, Some(tls));
            (Line::Tls, None)
        }
        (None, None) => {
            serve("cwmp", first, None);
            (Line::Plain, None)
        }
    }
}

/// Tells the metrics when certificates end.
fn note_certificates(app: &App) {
    for (name, tls) in tls::listeners(&app.config) {
        if let Some(at) = tls.and_then(tls::ends) {
            app.metrics.state.certificate_ends(name, at);
        }
    }
}

fn load(
    app: &App,
    name: &'static str,
    config: Option<&TlsConfig>,
) -> Result<Option<Current>, OperatorError> {
    let acceptor = |config| app.certificates.acceptor(name, config);
    config.map(acceptor).transpose()
}

/// Takes connections of devices. Both listeners are one port to proxies and connections; sessions tell them apart by
/// their names.
async fn serve_cwmp(
    app: Arc<App>,
    name: &'static str,
    listener: TcpListener,
    tls: Option<Current>,
    stopped: watch::Receiver<bool>,
) {
    let port = app.guarded_port("cwmp");
    let listener = match moved(listener) {
        Ok(listener) => listener,
        Err(error) => {
            tracing::error!(%error, "devices cannot be served");
            return;
        }
    };
    let serve = move |arrival, stopped| talk(Arc::clone(&app), name, arrival, stopped);
    arrivals(listener, tls, stopped, port, serve).await;
}

/// A listener on the threads that serve it, whichever it was bound on.
fn moved(listener: TcpListener) -> std::io::Result<TcpListener> {
    TcpListener::from_std(listener.into_std()?)
}

/// One connection of a device, until either side closes it. On one of a proxy each request may be another device's.
async fn talk(
    app: Arc<App>,
    name: &'static str,
    mut arrival: Arrival,
    stopped: watch::Receiver<bool>,
) {
    let origin = arrival.origin();
    let undecided = Mutex::new(arrival.undecided.take());
    let peer = (!app.proxies.trusts(origin.address)).then(|| Arc::new(Peer::new(name, &origin)));
    let service = service_fn(move |mut request: http::Request<Incoming>| {
        // It shows what it wants.
        drop(
            undecided
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
                .take(),
        );
        let app = Arc::clone(&app);
        let peer = match &peer {
            Some(peer) => Arc::clone(peer),
            None => Arc::new(Peer::new(
                name,
                &app.proxies.origin(&origin, request.headers_mut()),
            )),
        };
        // In memory of its own: hyper sets room aside for it in every connection, and fills it whole.
        Box::pin(async move {
            Ok::<_, std::convert::Infallible>(endpoint::answer(app, peer, request).await)
        })
    });
    listen::talk(arrival.stream, service, stopped).await;
}

/// Takes connections of people, programs, and of devices that fetch files.
async fn serve_web(
    listener: TcpListener,
    tls: Option<Current>,
    router: axum::Router,
    stopped: watch::Receiver<bool>,
    port: Port,
) {
    let proxies = Arc::clone(&port.proxies);
    let serve =
        move |arrival, stopped| browse(router.clone(), Arc::clone(&proxies), arrival, stopped);
    arrivals(listener, tls, stopped, port, serve).await;
}

async fn browse(
    router: axum::Router,
    proxies: Arc<Proxies>,
    arrival: Arrival,
    mut stopped: watch::Receiver<bool>,
) {
    let direct = arrival.origin();
    let service = router.map_request(move |mut request: http::Request<Incoming>| {
        let origin = proxies.origin(&direct, request.headers_mut());
        request.extensions_mut().insert(Visitor {
            address: origin.address,
            tls: origin.tls,
        });
        request
    });
    let service = hyper_util::service::TowerToHyperService::new(service);
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(HEAD_TIMEOUT)
        .serve_connection(TokioIo::new(arrival.stream), service);
    let mut connection = std::pin::pin!(connection);
    tokio::select! {
        _ = connection.as_mut() => {}
        _ = stopped.changed() => {
            connection.as_mut().graceful_shutdown();
            let _ = connection.await;
        }
    }
}
