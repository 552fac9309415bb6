//! A STUN server on a loopback socket, and a NAT in front of it that gives a device a port of its own choosing.

use super::stun_server::{Demand, StunServer};
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use tokio::net::UdpSocket;
use tokio::task::AbortHandle;

/// A STUN server.
pub struct StunHost {
    pub address: SocketAddr,
    socket: Arc<UdpSocket>,
    server: Arc<Mutex<StunServer>>,
    task: AbortHandle,
}

impl Drop for StunHost {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl StunHost {
    pub async fn start(demand: Demand) -> StunHost {
        let socket = Arc::new(
            UdpSocket::bind("127.0.0.1:0")
                .await
                .expect("there are ports"),
        );
        let server = Arc::new(Mutex::new(StunServer {
            demand,
            ..StunServer::default()
        }));
        let (port, shared) = (Arc::clone(&socket), Arc::clone(&server));
        let task = tokio::spawn(async move {
            let mut buffer = [0; 2048];
            while let Ok((length, from)) = port.recv_from(&mut buffer).await {
                let answer = shared
                    .lock()
                    .unwrap_or_else(PoisonError::into_inner)
                    .answer(from, &buffer[..length]);
                if let Some((to, bytes)) = answer {
                    // The device sends again if this is lost.
                    let _ = port.send_to(&bytes, to).await;
                }
            }
        });
        StunHost {
            address: socket.local_addr().expect("it is bound"),
            socket,
            server,
            task: task.abort_handle(),
        }
    }

    /// Sends a datagram from the server's own port.
    pub async fn send(&self, bytes: &[u8], to: &str) {
        let sent = self.socket.send_to(bytes, to).await;
        sent.expect("the datagram leaves");
    }

    /// Signed announcements so far: the user, and where from.
    pub fn announced(&self) -> Vec<(String, SocketAddr)> {
        let server = self.server.lock().unwrap_or_else(PoisonError::into_inner);
        server.announced.clone()
    }
}

/// A NAT for one port of one device, which lets in what comes from where the device has sent to.
pub struct Nat {
    /// Where the device finds the server.
    pub inside: SocketAddr,
    outside: Arc<UdpSocket>,
    device: Arc<OnceLock<SocketAddr>>,
    tasks: [AbortHandle; 2],
}

impl Drop for Nat {
    fn drop(&mut self) {
        self.tasks.iter().for_each(AbortHandle::abort);
    }
}

impl Nat {
    pub async fn start(server: SocketAddr) -> Nat {
        let bind = || UdpSocket::bind("127.0.0.1:0");
        let inside = Arc::new(bind().await.expect("there are ports"));
        let outside = Arc::new(bind().await.expect("there are ports"));
        let device: Arc<OnceLock<SocketAddr>> = Arc::default();
        let address = inside.local_addr().expect("it is bound");
        let (from, to, known) = (
            Arc::clone(&inside),
            Arc::clone(&outside),
            Arc::clone(&device),
        );
        let out = tokio::spawn(async move {
            let mut buffer = [0; 2048];
            while let Ok((length, source)) = from.recv_from(&mut buffer).await {
                if source == *known.get_or_init(|| source) {
                    let _ = to.send_to(&buffer[..length], server).await;
                }
            }
        });
        let (from, to, known) = (Arc::clone(&outside), inside, Arc::clone(&device));
        let back = tokio::spawn(async move {
            let mut buffer = [0; 2048];
            while let Ok((length, source)) = from.recv_from(&mut buffer).await {
                if let Some(device) = known.get().filter(|_| source == server) {
                    let _ = to.send_to(&buffer[..length], *device).await;
                }
            }
        });
        Nat {
            inside: address,
            outside,
            device,
            tasks: [out.abort_handle(), back.abort_handle()],
        }
    }

    /// The device's address outside, once it has sent something.
    pub fn outside(&self) -> Option<SocketAddr> {
        self.device.get()?;
        self.outside.local_addr().ok()
    }
}
