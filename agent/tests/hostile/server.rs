//! An HTTP server that says exactly the bytes a test wants, and the agent that talks to it.

use agent::device::exchange::Downgrade;
use agent::device::{Device, DeviceConfig, Identity, Product};
use agent::shell::http::Network;
use agent::shell::tls::TlsConfig;
use agent::shell::{Runner, RunnerConfig, RunnerHandle};
use cwmp::CwmpVersion;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _};
use tokio::net::TcpListener;
use tokio_rustls::TlsAcceptor;

/// How long anything may take before a test fails.
const PATIENCE: Duration = Duration::from_secs(60);
/// The password of the device at its ACS.
pub const PASSWORD: &str = "device-secret";
/// Its serial number.
pub const SERIAL: &str = "FCH26480QXA";

/// One request as it came.
#[derive(Debug, Clone)]
pub struct Post {
    /// The number of the connection, from 0.
    pub connection: usize,
    /// Request line and headers.
    pub head: String,
    /// The body.
    pub body: String,
}

impl Post {
    /// The value of a header.
    pub fn header(&self, name: &str) -> Option<&str> {
        let mut lines = self
            .head
            .lines()
            .skip(1)
            .filter_map(|line| line.split_once(':'));
        lines
            .find(|(key, _)| key.eq_ignore_ascii_case(name))
            .map(|(_, value)| value.trim())
    }

    /// The text of an element of the body.
    pub fn element(&self, name: &str) -> Option<&str> {
        let rest = self.body.split_once(&format!("<{name}"))?.1;
        let rest = rest.split_once('>')?.1;
        Some(rest.split_once("</")?.0)
    }
}

/// What the server does with a request.
#[derive(Debug, Clone)]
pub enum Reply {
    /// These bytes.
    Bytes(Vec<u8>),
    /// These bytes, and the connection is closed.
    Last(Vec<u8>),
    /// These bytes, and then others without end.
    Endless(Vec<u8>, &'static [u8]),
}

impl Reply {
    /// A response with a body and headers of the test's own, each with its line end.
    pub fn new(status: &str, headers: &str, body: &str) -> Reply {
        let length = body.len();
        let text = format!("HTTP/1.1 {status}\r\nContent-Length: {length}\r\n{headers}\r\n{body}");
        Reply::Bytes(text.into_bytes())
    }

    /// The same, and the connection is closed.
    pub fn last(self) -> Reply {
        match self {
            Reply::Bytes(bytes) => Reply::Last(bytes),
            other => other,
        }
    }
}

type Script = Box<dyn FnMut(&Post) -> Reply + Send>;

/// The server.
pub struct Server {
    /// Where it listens.
    pub address: SocketAddr,
    posts: Arc<Mutex<Vec<Post>>>,
}

impl Server {
    /// Starts a server that answers by a script.
    pub async fn start(script: impl FnMut(&Post) -> Reply + Send + 'static) -> Server {
        Server::with(None, script).await
    }

    /// The same over TLS.
    pub async fn with(
        tls: Option<TlsAcceptor>,
        script: impl FnMut(&Post) -> Reply + Send + 'static,
    ) -> Server {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let address = listener.local_addr().expect("an address");
        let posts = Arc::new(Mutex::new(Vec::new()));
        let script: Arc<Mutex<Script>> = Arc::new(Mutex::new(Box::new(script)));
        let seen = Arc::clone(&posts);
        tokio::spawn(async move {
            for number in 0.. {
                let Ok((stream, _)) = listener.accept().await else {
                    return;
                };
                let (seen, script, tls) = (Arc::clone(&seen), Arc::clone(&script), tls.clone());
                tokio::spawn(async move {
                    match tls {
                        None => serve(number, stream, &seen, &script).await,
                        Some(tls) => match tls.accept(stream).await {
                            Ok(stream) => serve(number, stream, &seen, &script).await,
                            Err(_) => None,
                        },
                    }
                });
            }
        });
        Server { address, posts }
    }

    /// Every request so far.
    pub fn posts(&self) -> Vec<Post> {
        self.posts.lock().expect("no test panics with it").clone()
    }

    /// Waits until something is true of the requests so far.
    pub async fn until<T>(&self, what: &str, found: impl Fn(&[Post]) -> Option<T>) -> T {
        eventually(what, || async { found(&self.posts()) }).await
    }
}

async fn serve(
    connection: usize,
    mut stream: impl AsyncRead + AsyncWrite + Unpin,
    posts: &Mutex<Vec<Post>>,
    script: &Mutex<Script>,
) -> Option<()> {
    let mut bytes = Vec::new();
    loop {
        let post = read(connection, &mut stream, &mut bytes).await?;
        // The reply is thought out before the request counts as seen.
        let reply = (script.lock().ok()?)(&post);
        posts.lock().ok()?.push(post);
        match reply {
            Reply::Bytes(bytes) => stream.write_all(&bytes).await.ok()?,
            Reply::Last(bytes) => {
                stream.write_all(&bytes).await.ok()?;
                return stream.shutdown().await.ok();
            }
            Reply::Endless(head, more) => {
                stream.write_all(&head).await.ok()?;
                loop {
                    stream.write_all(more).await.ok()?;
                }
            }
        }
    }
}

async fn read(
    connection: usize,
    stream: &mut (impl AsyncRead + Unpin),
    bytes: &mut Vec<u8>,
) -> Option<Post> {
    let end = loop {
        if let Some(end) = bytes.windows(4).position(|four| four == b"\r\n\r\n") {
            break end + 4;
        }
        if stream.read_buf(bytes).await.ok()? == 0 {
            return None;
        }
    };
    let head = String::from_utf8_lossy(&bytes[..end]).into_owned();
    let mut post = Post {
        connection,
        head,
        body: String::new(),
    };
    let length = post
        .header("content-length")
        .and_then(|text| text.parse().ok());
    let length: usize = length.unwrap_or(0);
    while bytes.len() < end + length {
        if stream.read_buf(bytes).await.ok()? == 0 {
            return None;
        }
    }
    let body: Vec<u8> = bytes.drain(..end + length).skip(end).collect();
    post.body = String::from_utf8_lossy(&body).into_owned();
    Some(post)
}

/// Asks again and again until there is an answer.
pub async fn eventually<T, F: Future<Output = Option<T>>>(
    what: &str,
    mut ask: impl FnMut() -> F,
) -> T {
    let mut beat = tokio::time::interval(Duration::from_millis(10));
    let asking = async {
        loop {
            beat.tick().await;
            if let Some(answer) = ask().await {
                return answer;
            }
        }
    };
    match tokio::time::timeout(PATIENCE, asking).await {
        Ok(answer) => answer,
        Err(_) => panic!("it did not happen that {what}"),
    }
}

/// A real agent.
pub struct Agent {
    /// Speaks to it.
    pub handle: RunnerHandle,
}

impl Drop for Agent {
    fn drop(&mut self) {
        self.handle.stop();
    }
}

impl Agent {
    /// An agent with this ACS, which retries after a second.
    pub async fn start(url: &str) -> Agent {
        Agent::with(url, TlsConfig::default()).await
    }

    /// The same with a TLS configuration.
    pub async fn with(url: &str, tls: TlsConfig) -> Agent {
        Agent::run(runner(url, tls)).await
    }

    /// An agent of the test's own making.
    pub async fn run(config: RunnerConfig) -> Agent {
        let (runner, handle) = Runner::start(config).await.expect("the agent starts");
        tokio::spawn(runner.run());
        Agent { handle }
    }

    /// A value of the device, secrets included.
    pub async fn knows(&self, name: &'static str) -> Option<String> {
        self.handle
            .look(0, move |device: &Device| device.core().value_of(name))
            .await?
    }

    /// Waits until a session has succeeded.
    pub async fn has_succeeded(&self) {
        let counters = Arc::clone(&self.handle.counters);
        let count = || counters.sessions.load(std::sync::atomic::Ordering::Relaxed);
        eventually("a session succeeds", || async {
            (count() > 0).then_some(())
        })
        .await;
    }

    /// Waits until so many sessions have failed.
    pub async fn has_failed(&self, times: u64) {
        let counters = Arc::clone(&self.handle.counters);
        let count = || {
            counters
                .failed_sessions
                .load(std::sync::atomic::Ordering::Relaxed)
        };
        eventually("sessions fail", || async {
            (count() >= times).then_some(())
        })
        .await;
    }
}

/// How the agent of a test is run.
pub fn runner(url: &str, tls: TlsConfig) -> RunnerConfig {
    let product = Product::load("ata192").expect("the device type is of this build");
    let installed = [
        ("URL", url),
        ("Password", PASSWORD),
        ("CWMPRetryMinimumWaitInterval", "1"),
        ("CWMPRetryIntervalMultiplier", "1000"),
    ];
    let named =
        |(name, value): (&str, &str)| (format!("Device.ManagementServer.{name}"), value.to_owned());
    RunnerConfig {
        diagnostics: agent::shell::diagnostics::DiagnosticsConfig::simulated(1),
        platform: Box::new(agent::platform::simulated::Simulated),
        surroundings: None,
        switched_on: true,
        udp: agent::shell::UdpCalls::Never,
        devices: vec![DeviceConfig {
            product,
            identity: Identity {
                serial_number: SERIAL.into(),
                mac: [0, 0, 0x5e, 0, 0x53, 1],
            },
            installed: installed.map(named).to_vec().into(),
            authority: "".into(),
            downgrade: Downgrade::Refused,
            newest_version: CwmpVersion::V1_4,
            files: Default::default(),
            seed: 1,
        }],
        network: Network {
            tls: tls.load().expect("usable TLS"),
            source: None,
            name_server: None,
        },
        listen: Some(SocketAddr::from(([127, 0, 0, 1], 0))),
        advertise: None,
        journal: None,
        slots: None,
        trusted: Vec::new(),
        sessions: 1,
        record: None,
    }
}
