//! The TFTP server over real sockets: what curl and hand-made peers get, what nobody gets, and how it stops.

mod by_hand;
mod curl;
mod shelf;

use acs::tftp::listener;
use acs::tftp::metrics::TftpMetrics;
use prometheus_client::encoding::text::encode;
use prometheus_client::registry::Registry;
use shelf::TestShelf;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;
use tokio::net::UdpSocket;
use tokio::sync::watch;
use tokio::task::JoinHandle;

/// How long anything may take before a test fails; it is for slow machines.
const PATIENCE: Duration = Duration::from_secs(60);

/// A server with files.
struct Server {
    address: SocketAddr,
    shelf: Arc<TestShelf>,
    metrics: TftpMetrics,
    stop: watch::Sender<bool>,
    task: JoinHandle<()>,
}

impl Server {
    async fn start() -> Server {
        let socket = UdpSocket::bind("127.0.0.1:0").await.expect("a port");
        let address = socket.local_addr().expect("it is bound");
        let shelf = Arc::new(TestShelf::default());
        let metrics = TftpMetrics::default();
        let (stop, stopped) = watch::channel(false);
        let task = tokio::spawn(listener::serve(
            socket,
            Arc::clone(&shelf) as _,
            metrics.clone(),
            stopped,
        ));
        Server {
            address,
            shelf,
            metrics,
            stop,
            task,
        }
    }

    /// Waits until `/metrics` would have this line.
    async fn counts(&self, line: &str) {
        let mut registry = Registry::default();
        self.metrics.register(&mut registry);
        let mut beat = tokio::time::interval(Duration::from_millis(10));
        let mut text = String::new();
        let waiting = async {
            while !text.lines().any(|it| it == line) {
                beat.tick().await;
                text.clear();
                encode(&mut text, &registry).expect("a String takes all");
            }
        };
        let waited = tokio::time::timeout(PATIENCE, waiting).await;
        assert!(waited.is_ok(), "{line} is not in\n{text}");
    }
}

/// Bytes that tell where in the file they stand.
fn content(bytes: usize) -> Vec<u8> {
    (0..bytes).map(|place| (place % 251) as u8).collect()
}
