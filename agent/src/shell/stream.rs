//! The stream to an XMPP server: one task for each, which connects, encrypts, and moves bytes.

use super::dns::{self, Kind, Services};
use super::handle::Event;
use super::http::{Network, Stream};
use crate::device::io::{StreamNews, StreamOrder};
use crate::xmpp::{Servers, XMPP_CLIENT_PORT};
use data_model::Secret;
use rustls::pki_types::ServerName;
use std::io;
use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::sync::{Semaphore, mpsc};

/// Bytes read at one time; the next are read when the device has taken these.
const CHUNK_BYTES: usize = 4 * 1024;
/// Time for one server to take the connection, for TLS, and for a write.
const STEP_TIMEOUT: Duration = Duration::from_secs(20);

/// Name servers that are asked one after the other for the servers of a domain, and the time for each to answer.
const NAME_SERVERS: usize = 3;
const NAME_TIMEOUT: Duration = Duration::from_secs(5);

/// A stream of a device; when this is dropped, what was ordered is still sent, and then it is closed.
#[derive(Debug)]
pub(super) struct OpenStream {
    /// Tells it from those before it.
    pub(super) number: u64,
    pub(super) orders: mpsc::UnboundedSender<StreamOrder>,
}

/// What the task of a stream needs.
pub(super) struct Task {
    pub(super) device: usize,
    pub(super) number: u64,
    pub(super) network: Network,
    pub(super) events: mpsc::UnboundedSender<Event>,
}

impl Task {
    /// Begins to connect.
    pub(super) fn start(self, servers: Servers) -> OpenStream {
        let (orders, ordered) = mpsc::unbounded_channel();
        let number = self.number;
        tokio::spawn(async move {
            if let Err(error) = self.run(servers, ordered).await {
                tracing::debug!(%error, "a stream has ended");
            }
            self.tell(StreamNews::Closed).await;
        });
        OpenStream { number, orders }
    }

    async fn run(
        &self,
        servers: Servers,
        mut ordered: mpsc::UnboundedReceiver<StreamOrder>,
    ) -> io::Result<()> {
        let hosts = match servers {
            Servers::Hosts(hosts) => hosts,
            Servers::OfDomain(domain) => self.hosts_of(&domain).await?,
        };
        let mut stream: Box<dyn Stream> = Box::new(connect(&hosts).await?);
        self.tell(StreamNews::Open).await;
        let mut buffer = vec![0; CHUNK_BYTES];
        loop {
            tokio::select! {
                // What was ordered first: an order to encrypt must not find bytes read that belong to TLS.
                biased;
                order = ordered.recv() => match order {
                    None | Some(StreamOrder::Close | StreamOrder::Open(_)) => {
                        return in_time(stream.shutdown()).await;
                    }
                    Some(StreamOrder::Send(text)) => send(&mut stream, &text).await?,
                    Some(StreamOrder::Secure(name)) => {
                        stream = self.secure(stream, name).await?;
                        self.tell(StreamNews::Secured).await;
                    }
                },
                read = stream.read(&mut buffer) => match read? {
                    0 => return Ok(()),
                    length => self.tell(StreamNews::Bytes(buffer[..length].to_vec())).await,
                },
            }
        }
    }

    /// RFC 6120 3.2: where the SRV records of a domain lead, or the domain itself if it has none.
    async fn hosts_of(&self, domain: &str) -> io::Result<Vec<(String, u16)>> {
        let own = vec![(domain.to_owned(), XMPP_CLIENT_PORT)];
        if domain.parse::<IpAddr>().is_ok() {
            return Ok(own);
        }
        let configured = self.network.name_server.map(|server| vec![server]);
        let servers = configured.unwrap_or_else(dns::system_servers);
        let service = format!("_xmpp-client._tcp.{domain}");
        for server in servers.into_iter().take(NAME_SERVERS) {
            let asked = dns::ask(server, &service, Kind::Srv);
            match tokio::time::timeout(NAME_TIMEOUT, asked).await {
                Ok(Ok(response)) if response.is_answer() => {
                    return match dns::order(response.services(), |sum| rand::random_range(0..=sum))
                    {
                        Services::At(hosts) => Ok(hosts),
                        Services::Unknown => Ok(own),
                        Services::None => Err(io::Error::other("the domain has no XMPP service")),
                    };
                }
                Ok(Ok(_) | Err(_)) | Err(_) => {}
            }
        }
        // RFC 6120 3.2.2: without an answer there is still the name itself.
        Ok(own)
    }

    async fn secure(&self, stream: Box<dyn Stream>, name: String) -> io::Result<Box<dyn Stream>> {
        let name = ServerName::try_from(name).map_err(io::Error::other)?;
        let connector = tokio_rustls::TlsConnector::from(Arc::clone(&self.network.tls.client));
        Ok(Box::new(in_time(connector.connect(name, stream)).await?))
    }

    /// Passes news on, and waits until the device has them.
    async fn tell(&self, news: StreamNews) {
        let taken = Arc::new(Semaphore::new(1));
        let Ok(place) = Arc::clone(&taken).acquire_owned().await else {
            return;
        };
        let event = Event::Stream {
            device: self.device,
            number: self.number,
            news,
            place,
        };
        if self.events.send(event).is_ok() {
            // Given back when the device has taken the news.
            let _ = taken.acquire().await;
        }
    }
}

async fn connect(servers: &[(String, u16)]) -> io::Result<TcpStream> {
    let mut last = io::Error::other("there is no server to connect to");
    for (host, port) in servers {
        match in_time(TcpStream::connect((host.as_str(), *port))).await {
            Ok(stream) => return Ok(stream),
            Err(error) => last = error,
        }
    }
    Err(last)
}

async fn send(stream: &mut Box<dyn Stream>, text: &Secret) -> io::Result<()> {
    in_time(async {
        stream.write_all(text.reveal().as_bytes()).await?;
        stream.flush().await
    })
    .await
}

async fn in_time<T>(work: impl Future<Output = io::Result<T>>) -> io::Result<T> {
    let done = tokio::time::timeout(STEP_TIMEOUT, work).await;
    done.unwrap_or_else(|_| Err(io::ErrorKind::TimedOut.into()))
}
