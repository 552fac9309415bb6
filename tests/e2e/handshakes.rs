//! Floods of TLS handshakes, and ones that never end: they cost their peer its budget, and nobody else anything.

use crate::world::{Authority, anywhere, counted, patience};
use acs::Server;
use acs::config::proxies::{ForwardedBy, Spoken};
use acs::config::{Config, TlsConfig};
use acs::limits::{HANDSHAKES_AT_ONCE, HANDSHAKES_PER_SECOND};
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, ServerName};
use rustls::{CipherSuite, ClientConfig, ClientConnection, RootCertStore};
use std::net::{IpAddr, SocketAddr};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::Ordering::Relaxed;
use std::sync::atomic::{AtomicBool, AtomicU32};
use std::time::{Duration, Instant};
use tempfile::TempDir;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpSocket, TcpStream};
use tokio_rustls::TlsConnector;

const FLOOD: IpAddr = IpAddr::V4(std::net::Ipv4Addr::new(127, 0, 0, 2));
const OTHER: IpAddr = IpAddr::V4(std::net::Ipv4Addr::new(127, 0, 0, 3));
/// Peers of a flood that are at it at one time.
const CROWD: usize = 32;
/// The deadline of a handshake, and what a machine under load needs besides.
const DEADLINE: Duration = Duration::from_secs(10);
const SLACK: Duration = Duration::from_secs(15);

/// A server all of whose listeners speak TLS.
pub struct Private {
    pub server: Server,
    pub folder: TempDir,
}

impl Private {
    pub async fn start(settings: impl FnOnce(&mut Config)) -> Private {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let mut config = Config {
            data: folder.path().join("acs"),
            ..Config::default()
        };
        let (certificate_file, key_file) =
            Authority::new(folder.path(), "servers").certificate("127.0.0.1");
        let tls = TlsConfig {
            certificate_file,
            key_file,
            client_ca_file: None,
        };
        (config.cwmp.listen, config.cwmp.tls) = (anywhere(), Some(tls.clone()));
        (config.api.listen, config.api.tls) = (anywhere(), Some(tls.clone()));
        (config.files.listen, config.files.tls) = (anywhere(), Some(tls.clone()));
        (config.provisioning.https, config.provisioning.tls) = (Some(anywhere()), Some(tls));
        settings(&mut config);
        let server = Server::start(config).await.expect("good settings");
        Private { server, folder }
    }

    fn ports(&self) -> [SocketAddr; 4] {
        let resyncs = self.server.provisioning.https;
        [
            self.server.cwmp_address,
            self.server.api_address,
            self.server.files_address,
            resyncs.expect("it is served over TLS"),
        ]
    }

    /// One of the server's counters.
    pub fn metric(&self, line: &str) -> u32 {
        let text = self.server.app().metrics.render();
        let lines = text.lines();
        let found = lines.filter_map(|known| known.strip_prefix(line)?.trim().parse::<u32>().ok());
        found.sum()
    }

    fn refused(&self) -> u32 {
        self.metric("dialtone_rate_limited_total{name=\"handshakes\"}")
    }
}

fn trusting(folder: &Path) -> Arc<ClientConfig> {
    trusting_with(folder, |_| true)
}

/// The same, with some of the cipher suites alone.
fn trusting_with(folder: &Path, has: impl Fn(CipherSuite) -> bool) -> Arc<ClientConfig> {
    let mut roots = RootCertStore::empty();
    let ca = CertificateDer::from_pem_file(folder.join("servers/ca.pem")).expect("a certificate");
    roots.add(ca).expect("an authority");
    let mut provider = rustls::crypto::ring::default_provider();
    provider.cipher_suites.retain(|suite| has(suite.suite()));
    let config = ClientConfig::builder_with_provider(Arc::new(provider))
        .with_safe_default_protocol_versions()
        .expect("versions of TLS")
        .with_root_certificates(roots)
        .with_no_client_auth();
    Arc::new(config)
}

fn name() -> ServerName<'static> {
    ServerName::try_from("127.0.0.1").expect("an address")
}

/// What a client says first.
pub fn hello(folder: &Path) -> Vec<u8> {
    let mut client = ClientConnection::new(trusting(folder), name()).expect("a client");
    let mut bytes = Vec::new();
    client.write_tls(&mut bytes).expect("memory");
    bytes
}

async fn connect(from: IpAddr, to: SocketAddr) -> TcpStream {
    let socket = TcpSocket::new_v4().expect("a socket");
    socket.bind(SocketAddr::new(from, 0)).expect("loopback");
    socket.connect(to).await.expect("the server listens")
}

/// Whether the server answers the first bytes of a connection; it closes it otherwise.
pub async fn is_answered(from: IpAddr, to: SocketAddr, first: &[u8]) -> bool {
    let mut stream = connect(from, to).await;
    // It may be closed already.
    let _ = stream.write_all(first).await;
    let read = tokio::time::timeout(patience(), stream.read_u8()).await;
    read.expect("an answer or an end").is_ok()
}

/// Says so to the server on connections from one address, until so many were answered or it is over; gives how many
/// were answered and how many were not.
async fn flood(
    from: IpAddr,
    ports: &[SocketAddr],
    first: Vec<u8>,
    enough: u32,
    over: Arc<AtomicBool>,
) -> (u32, u32) {
    let counts = Arc::new((AtomicU32::new(0), AtomicU32::new(0)));
    let first = Arc::new(first);
    let peers = (0..CROWD).map(|number| {
        let (counts, over, first) = (Arc::clone(&counts), Arc::clone(&over), Arc::clone(&first));
        let to = ports[number % ports.len()];
        tokio::spawn(async move {
            while !over.load(Relaxed) && counts.0.load(Relaxed) < enough {
                let count = match is_answered(from, to, &first).await {
                    true => &counts.0,
                    false => &counts.1,
                };
                count.fetch_add(1, Relaxed);
            }
        })
    });
    for peer in peers.collect::<Vec<_>>() {
        peer.await.expect("a peer");
    }
    (counts.0.load(Relaxed), counts.1.load(Relaxed))
}

/// Covers T05.
#[tokio::test(flavor = "multi_thread")]
async fn a_flood_of_handshakes_is_turned_away_and_another_address_gets_all_of_its_own() {
    const HANDSHAKES: usize = 400;
    let world = Private::start(|_| ()).await;
    let (over, begun) = (Arc::new(AtomicBool::new(false)), Instant::now());
    let first = hello(world.folder.path());
    let ports = world.ports();
    let stop = Arc::clone(&over);
    let flood = tokio::spawn(async move { flood(FLOOD, &ports, first, u32::MAX, stop).await });
    crate::world::eventually("its budget is spent", || async {
        (world.refused() > 0).then_some(())
    })
    .await;
    let connector = TlsConnector::from(trusting(world.folder.path()));
    let since = Instant::now();
    for number in 0..HANDSHAKES {
        let stream = connect(OTHER, ports[number % ports.len()]).await;
        let handshake = connector.connect(name(), stream).await;
        handshake.expect("an address that is in nobody's way is served");
    }
    let meanwhile = since.elapsed();
    over.store(true, Relaxed);
    let (answered, turned_away) = flood.await.expect("it ends");
    let earned = begun.elapsed().as_secs_f64() * f64::from(HANDSHAKES_PER_SECOND);
    counted(format!(
        "flood of handshakes: {answered} answered and {turned_away} turned away in {:?}; {HANDSHAKES} of {HANDSHAKES} \
         from another address in {meanwhile:?}",
        begun.elapsed()
    ));
    assert!(answered >= HANDSHAKES_AT_ONCE, "{answered}");
    let most = f64::from(HANDSHAKES_AT_ONCE) + earned + f64::from(HANDSHAKES_PER_SECOND);
    assert!(f64::from(answered) <= most, "{answered} of {most}");
    assert_eq!(world.refused(), turned_away, "each is counted");
    world.server.stop().await;
}

/// Behind a proxy that passes bytes on, it is the client that floods; what comes through one that speaks for many, and
/// says of nobody who it is, is not limited.
///
/// Covers T05.
#[tokio::test(flavor = "multi_thread")]
async fn the_budget_is_that_of_the_address_behind_a_proxy_and_never_the_proxys_own() {
    let world = Private::start(|config| {
        config.proxies.trusted = vec![format!("{FLOOD}/32")];
        config.proxies.header = ForwardedBy::None;
        config.proxies.protocol = vec![Spoken::Cwmp];
    })
    .await;
    let said = |line: &str| {
        // What is no handshake is answered with an alert, and costs the test little.
        let garbage = "GET / HTTP/1.1\r\n\r\n";
        format!("PROXY {line}\r\n{garbage}").into_bytes()
    };
    let client = |last: u8| said(&format!("TCP4 203.0.113.{last} 127.0.0.1 1 2"));
    let cwmp = world.server.cwmp_address;
    let never = || Arc::new(AtomicBool::new(false));
    let beyond = HANDSHAKES_AT_ONCE + 500;
    let (answered, turned_away) = flood(FLOOD, &[cwmp], said("UNKNOWN"), beyond, never()).await;
    assert!(answered >= beyond, "{answered}");
    assert_eq!(turned_away, 0, "it speaks for many");
    let over = never();
    let stop = Arc::clone(&over);
    let first = client(1);
    let one = tokio::spawn(async move { flood(FLOOD, &[cwmp], first, u32::MAX, stop).await });
    crate::world::eventually("the client's budget is spent", || async {
        (world.refused() > 0).then_some(())
    })
    .await;
    for _ in 0..100 {
        assert!(is_answered(FLOOD, cwmp, &client(2)).await);
    }
    over.store(true, Relaxed);
    let (answered, turned_away) = one.await.expect("it ends");
    assert!(
        answered >= HANDSHAKES_AT_ONCE && turned_away > 0,
        "{answered}"
    );
    world.server.stop().await;
}

/// A handshake in records of one byte is served, or refused; one that comes byte by byte is given up at its deadline,
/// however alive its peer looks.
///
/// Covers T05.
#[tokio::test(flavor = "multi_thread")]
async fn tiny_records_end_and_a_handshake_that_trickles_has_one_deadline() {
    let world = Private::start(|_| ()).await;
    let hello = hello(world.folder.path());
    // The head of a record: its kind, its version, its length.
    let (kind, body) = (&hello[..3], &hello[5..]);
    let tiny: Vec<u8> = body
        .iter()
        .flat_map(|byte| [kind, &[0, 1, *byte]].concat())
        .collect();
    for port in world.ports() {
        is_answered(OTHER, port, &tiny).await;
    }
    let begun = Instant::now();
    let tricklers = world.ports().map(|port| {
        let hello = hello.clone();
        tokio::spawn(async move {
            let (mut reading, mut writing) = connect(FLOOD, port).await.into_split();
            let trickle = tokio::spawn(async move {
                let mut ticks = tokio::time::interval(Duration::from_millis(100));
                // Never as much as a whole hello.
                for byte in hello.iter().take(hello.len() - 1) {
                    ticks.tick().await;
                    if writing.write_all(&[*byte]).await.is_err() {
                        return;
                    }
                }
                ticks.tick().await;
            });
            let mut said = Vec::new();
            let read = tokio::time::timeout(DEADLINE + SLACK, reading.read_to_end(&mut said));
            let ended = read.await.is_ok();
            trickle.abort();
            ended
        })
    });
    for trickler in tricklers {
        assert!(trickler.await.expect("a peer"), "it is given up");
    }
    assert!(begun.elapsed() >= DEADLINE, "not before it is due");
    let slow = "dialtone_tls_handshakes_total{name=\"slow\",version=\"none\",kind=\"none\"}";
    assert_eq!(world.metric(slow), 4);
    world.server.stop().await;
}

/// The server chooses what costs it least of what a device has; a device that has one suite alone is served with that.
#[tokio::test(flavor = "multi_thread")]
async fn the_server_prefers_the_suite_that_costs_it_least_and_takes_any() {
    use CipherSuite::{
        TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384 as OLD_AES_256,
        TLS13_AES_128_GCM_SHA256 as AES_128, TLS13_AES_256_GCM_SHA384 as AES_256,
        TLS13_CHACHA20_POLY1305_SHA256 as CHACHA,
    };
    let world = Private::start(|_| ()).await;
    for (offered, taken) in [
        (&[AES_256, CHACHA, AES_128][..], AES_128),
        (&[AES_256], AES_256),
        (&[CHACHA], CHACHA),
        (&[OLD_AES_256], OLD_AES_256),
    ] {
        let config = trusting_with(world.folder.path(), |suite| offered.contains(&suite));
        for port in world.ports() {
            let stream = connect(OTHER, port).await;
            let connector = TlsConnector::from(Arc::clone(&config));
            let stream = connector
                .connect(name(), stream)
                .await
                .expect("a handshake");
            let suite = stream.get_ref().1.negotiated_cipher_suite();
            assert_eq!(suite.map(|suite| suite.suite()), Some(taken), "{offered:?}");
        }
    }
    world.server.stop().await;
}
