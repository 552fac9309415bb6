//! A connection request by UDP (TR-069 G.2.2.3): one datagram in several copies, from the port of our STUN server.

use super::Outcome;
use super::arrivals::Arrivals;
use super::guard::UdpTarget;
use crate::clock;
use crate::limits::{UDP_CALL_COPIES, UDP_CALL_GAP, UDP_CALL_TIMEOUT};
use crate::store::{Credentials, Id};
use cwmp::side::udp_connection_request::UdpConnectionRequest;
use std::collections::HashMap;
use std::sync::{Mutex, OnceLock, PoisonError};
use tokio::net::UdpSocket;

/// Devices whose last request is remembered; a second is enough for it to grow old.
const REMEMBERED: usize = 10_000;

/// Sends requests.
#[derive(Debug, Default)]
pub(super) struct Sender {
    socket: OnceLock<std::sync::Arc<UdpSocket>>,
    /// The `ts` of the last request to each device: it grows from one to the next, also within a second.
    last: Mutex<HashMap<Id, u64>>,
}

impl Sender {
    /// The port of our STUN server is open.
    pub fn open(&self, socket: std::sync::Arc<UdpSocket>) {
        // Set once, by the server as it starts.
        let _ = self.socket.set(socket);
    }

    /// Calls a device, and waits until it comes.
    pub async fn call(
        &self,
        device: Id,
        target: &UdpTarget,
        credentials: &Credentials,
        arrivals: &Arrivals,
    ) -> Outcome {
        let Some(socket) = self.socket.get() else {
            let why = "this server sends none: `stun.listen` is not set";
            return Outcome::Impossible(why.into());
        };
        let request = UdpConnectionRequest {
            timestamp: self.timestamp(device),
            // Half of what fits, for devices that count with signs.
            id: clock::random() & 0x7fff_ffff,
            username: credentials.connection_request_username.clone(),
            cnonce: format!("{:016X}", clock::random()),
        };
        let password = &credentials.connection_request_password;
        let datagram = request.write(&target.authority, password);
        let came = arrivals.of(device);
        let sending = async {
            for copy in 0..UDP_CALL_COPIES {
                if copy > 0 {
                    tokio::time::sleep(UDP_CALL_GAP).await;
                }
                if let Err(error) = socket.send_to(&datagram, target.address).await {
                    return Outcome::Failed(format!("a datagram cannot be sent: {error}"));
                }
            }
            // It ends when the device comes, or with the time-out around it.
            std::future::pending().await
        };
        let waiting = async {
            tokio::select! {
                outcome = sending => outcome,
                _ = came => Outcome::Accepted,
            }
        };
        let waited = tokio::time::timeout(UDP_CALL_TIMEOUT, waiting).await;
        waited.unwrap_or_else(|_| {
            let secs = UDP_CALL_TIMEOUT.as_secs();
            Outcome::Failed(format!("the device did not come within {secs} s"))
        })
    }

    fn timestamp(&self, device: Id) -> u64 {
        // Nothing that holds the lock can panic half-way through a change.
        let mut last = self.last.lock().unwrap_or_else(PoisonError::into_inner);
        let now = u64::try_from(clock::now().as_secs()).unwrap_or(0);
        if last.len() > REMEMBERED {
            last.retain(|_, timestamp| *timestamp >= now);
        }
        let timestamp = last.get(&device).map_or(now, |last| now.max(last + 1));
        last.insert(device, timestamp);
        timestamp
    }
}
